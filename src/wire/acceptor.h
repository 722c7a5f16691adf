/*
 * acceptor.h - what only conn.c, conn_peer.c and acceptor.c know of each other: the place that a
 * connection holds in the counts of the acceptor it came from, and how its peer is found.
 */
#ifndef WIRE_ACCEPTOR_H
#define WIRE_ACCEPTOR_H
#include "wire/conn.h"

struct address_count;

/* All zero for a conn that came from nowhere. */
struct acceptor_place {
	struct acceptor *acceptor;
	struct address_count *address; /* NULL: exempt from the limit per address */
};

struct acceptor_place *conn_place(struct conn *c);
/* Gives the place back; a second time does nothing. */
void acceptor_leave(struct acceptor_place *p);
/* Who is at the other end of a connected socket: "gone" where it has left already. */
void conn_find_peer(int fd, struct conn_peer *p);

#endif
