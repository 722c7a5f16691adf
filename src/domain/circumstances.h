/*
 * circumstances.h - what a decision depends on beside the incident and the mechanism: what happened to
 * the system, which emergency modes were declared, and who swapped duty with whom. Passed in as the mechanism is, so that domain stays pure.
 *
 * A downtime is a time in which nothing could be recorded, delivered or reminded: the daemon was not
 * running, the machine was suspended, or the disk stood still. What a clock lost in it is not a unit's.
 */
#ifndef DOMAIN_CIRCUMSTANCES_H
#define DOMAIN_CIRCUMSTANCES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct downtime {
	int64_t from, to; /* from < to; both instants belong to it */
};

/* An emergency mode (应急模式), declared by people from an instant on, never backwards. */
struct mode {
	int64_t id;       /* of its entry */
	const char *name; /* of the policy: "typhoon" */
	int64_t from, until;
	int64_t ended;     /* earlier than until; 0: not */
	const char *areas; /* comma-separated codes; NULL: the whole city */
};

/* People who are on duty instead of those that the roster names: a swap, a take-over. Of two that overlap the
 * one that was made later holds. */
struct duty_assignment {
	const char *unit;
	int64_t from, to;   /* half-open */
	const char *people; /* keys of the unit's people in rosters.yaml, comma-separated */
};

struct circumstances {
	const struct downtime *downtimes; /* ascending; no two touch */
	size_t n_downtimes;
	const struct mode *modes; /* in the order of their declaration */
	size_t n_modes;
	const struct duty_assignment *assignments; /* in the order of their making */
	size_t n_assignments;
};

/* Was the system away at this instant? */
bool circumstances_away(const struct circumstances *c, int64_t at);
/* How many milliseconds of from..to the system was away. */
int64_t circumstances_away_ms(const struct circumstances *c, int64_t from, int64_t to);

/* Puts one more into v, which has room for n + 1, in its order; those that it touches become one.
 * Returns how many there are now. One that does not end after it begins is left out. */
size_t downtimes_add(struct downtime *v, size_t n, struct downtime one);

#endif
