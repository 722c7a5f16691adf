/*
 * presence.h - accounts that are writing about an incident at this moment. The engine tells every front end of them.
 *
 * Invariant: one entry for an account and incident; those that have run out are passed over and their places used.
 */
#ifndef FRONT_PRESENCE_H
#define FRONT_PRESENCE_H
#include "wire/messages.h"

#define PRESENT_MOST 128

struct present {
	char incident[NUMBER_MAX + 1], account[72];
	int64_t until;
};
struct presences {
	struct present v[PRESENT_MOST];
	int n;
};

void presences_take(struct presences *all, const struct presence *p, int64_t now);
/* The next one that writes about the incident at that instant, from *at on; NULL: there is no more. */
const struct present *presences_next(const struct presences *all, const char *incident, int64_t now, int *at);

#endif
