/*
 * slots.h - the incidents of one turn, found by number or id and each there once.
 */
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H
#include "base/arena.h"
#include "base/map.h"
#include "domain/incident.h"

struct slot { /* an incident in this turn, found or not */
	const char *number;
	int64_t id;
	struct incident *inc; /* NULL: there is none (yet) */
	const char *archive;  /* it left the store with its year, or does: which has it; NULL: no */
	int64_t seq;          /* of the last event decided in this turn, 0 none */
	const char *units;    /* for publishing, made when needed */
	size_t want;          /* its index among what the turn wants */
	bool touched;
	bool followers, leader; /* those that follow it are wanted, or the one that it follows */
	bool matters;           /* those that its requests name as the same matter */
	struct slot *next;
};
struct slots {
	struct map by_number, by_id; /* struct slot * */
	struct slot *first, **last;
	size_t n;
};

void slots_init(struct slots *s, struct arena *a, size_t expected);
struct slot *slots_want(struct slots *s, struct arena *a, const char *number);
/* The slot's incident was loaded, or is not there (NULL). */
void slots_found(struct slots *s, struct slot *slot, struct incident *inc);
/* NULL where no slot has this number. */
struct slot *slots_find(const struct slots *s, const char *number);
struct slot *slots_find_id(const struct slots *s, int64_t id);
/* The slot of an incident that was loaded, with the copy that this turn works on: the first one. */
struct slot *slots_take(struct slots *s, struct arena *a, struct incident *inc);
/* The last event that touched it, of this turn or before. */
int64_t slot_seq(const struct slot *slot);

#endif
