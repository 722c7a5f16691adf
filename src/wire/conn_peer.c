/* conn_peer.c - who is at the other end of a connected socket. */
#include "wire/conn_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void find_tcp_peer(const struct sockaddr_storage *from, struct conn_peer *p)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;
	struct in_addr mapped = v4->sin_addr;
	bool is_v4 = from->ss_family == AF_INET;
	unsigned port = ntohs(is_v4 ? v4->sin_port : v6->sin6_port);
	char address[INET6_ADDRSTRLEN] = "?";

	if (!is_v4 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		is_v4 = true;
		memcpy(&mapped, &v6->sin6_addr.s6_addr[12], sizeof(mapped));
	}
	if (is_v4) {
		inet_ntop(AF_INET, &mapped, address, sizeof(address));
		snprintf(p->text, sizeof(p->text), "%s:%u", address, port);
		p->loopback = ntohl(mapped.s_addr) >> 24 == 127;
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, address, sizeof(address));
		snprintf(p->text, sizeof(p->text), "[%s]:%u", address, port);
		p->loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	}
}

void conn_find_peer(int fd, struct conn_peer *p)
{
	struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(from);
	struct ucred who;

	*p = (struct conn_peer){.text = "gone", .pid = -1, .uid = (uid_t)-1, .gid = (gid_t)-1};
	if (getpeername(fd, (struct sockaddr *)&from, &len) != 0)
		return;
	if (from.ss_family == AF_INET || from.ss_family == AF_INET6)
		find_tcp_peer(&from, p);
	if (from.ss_family != AF_UNIX)
		return;
	p->is_unix = true;
	snprintf(p->text, sizeof(p->text), "unix");
	len = sizeof(who);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0) {
		p->pid = who.pid;
		p->uid = who.uid;
		p->gid = who.gid;
	}
}
