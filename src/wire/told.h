/*
 * told.h - whom an event's data names as those who are told: its recipients[], and of what. Place: wire.
 */
#ifndef WIRE_TOLD_H
#define WIRE_TOLD_H
#include "domain/incident.h"

/* Whom an event's data names: one of recipients[]. */
struct told_one {
	const char *role, *unit, *digest; /* unit NULL: desk, shift leader, office */
	int64_t send_at;
};
#define TOLD_MOST_EACH 16

/* What one event has of them, and of what. The texts lie in the arena. */
struct told_by {
	struct told_one v[TOLD_MOST_EACH];
	int n;
	const char *clock; /* name; NULL */
	const char *kind;  /* of a request; NULL */
};

/* What is not as it should be is left out: the events are ours, and one of another version has other members. */
void told_by_event(const struct event *e, struct arena *a, struct told_by *out);

#endif
