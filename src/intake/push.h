/*
 * push.h - events to the consoles that want them: in order, none missing, none twice.
 *
 * Each subscriber has a position, the seq of the last event it was considered for. At the end of a
 * turn with new events everyone who is behind gets the next slice from its position, as long as its
 * connection takes it; who does not keep up is fed again when its output has drained, from the ring
 * or the store, so nothing piles up here. A slice is rendered once for all who stand at the same
 * position and may see the same.
 */
#ifndef INTAKE_PUSH_H
#define INTAKE_PUSH_H
#include "front/front.h"
#include "wire/conn.h"

#include <sys/queue.h>

struct push;

struct subscriber {
	struct conn *conn;
	struct front *front;     /* whose events */
	const struct view *view; /* borrowed from its session */
	int64_t position;
	bool on;
	TAILQ_ENTRY(subscriber) entry;
};

struct push *push_new(struct event_base *base, struct front *f);
void push_free(struct push *p);
/* From the front's event handler: there is something to push at the end of this turn. */
void push_wake(struct push *p);
/* s->conn, front, view and position are set: events after it follow. */
void push_add(struct push *p, struct subscriber *s);
/* Where it is not on, nothing happens. */
void push_remove(struct push *p, struct subscriber *s);
/* Its connection takes more again. */
void push_drained(struct push *p, struct subscriber *s);

#endif
