/*
 * under_way.h - a list of what is under way to a provider; each holds the mechanism that its channel is of, and an arena
 * with what may be secret. Place: notifier; under sender.c and trial.c.
 */
#ifndef NOTIFIER_UNDER_WAY_H
#define NOTIFIER_UNDER_WAY_H
#include "base/arena.h"
#include "mechanism/load.h"

struct under_way;
struct under_way_list {
	struct under_way *first;
	int n;
};

/* The first member of what is under way. */
struct under_way {
	struct under_way_list *list;
	struct under_way *next, **link;
	struct arena *arena;
	struct mechanism *mechanism; /* held */
};

/* At the head of the list, with an arena of its own. */
void under_way_begin(struct under_way *u, struct under_way_list *list, struct mechanism *m);
/* Leaves the list; the arena is overwritten. The struct itself stays its owner's. */
void under_way_end(struct under_way *u);

#endif
