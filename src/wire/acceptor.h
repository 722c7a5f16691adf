/*
 * acceptor.h - what only conn.c and acceptor.c know of each other: the place that a connection holds in
 * the counts of the acceptor it came from.
 */
#ifndef WIRE_ACCEPTOR_H
#define WIRE_ACCEPTOR_H
#include "wire/conn.h"

#include <sys/queue.h>

struct address_count;

/* All zero for a conn that came from nowhere. */
struct acceptor_place {
	struct acceptor *acceptor;
	struct address_count *address; /* NULL: exempt from the limit per address */
	struct conn *shaking;          /* the conn itself while its handshake goes on; else NULL */
	TAILQ_ENTRY(acceptor_place) shakes;
};

struct acceptor_place *conn_place(struct conn *c);
bool conn_shaking(const struct conn *c);
bool conn_ended(const struct conn *c);
/* Its handshake goes on no longer, however it ended; does nothing where none did. */
void acceptor_shaken(struct acceptor_place *p);
/* Gives the place back; a second time does nothing. */
void acceptor_leave(struct acceptor_place *p);

#endif
