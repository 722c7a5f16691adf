/* conn_peer.h - who is at the other end of a connected socket. */
#ifndef WIRE_CONN_PEER_H
#define WIRE_CONN_PEER_H
#include <stdbool.h>
#include <sys/types.h>

struct conn_peer {
	char text[64]; /* "10.1.2.3:40112", "[fe80::1]:7", "unix"; without personal data */
	bool is_unix;
	bool loopback; /* of TCP; Unix sockets are local, too */
	pid_t pid;     /* Unix sockets: credentials of the peer; else -1 */
	uid_t uid;
	gid_t gid;
};

/* "gone" where it has left already. */
void conn_find_peer(int fd, struct conn_peer *p);

#endif
