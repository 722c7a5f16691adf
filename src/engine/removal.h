/*
 * removal.h - a year that is in an archive leaves the store (store/removal.h).
 */
#ifndef ENGINE_REMOVAL_H
#define ENGINE_REMOVAL_H
#include "engine/core.h"

/* The counting that a committed command asked for. */
void archive_begin(struct engine *e, const struct effects *x);
/* Is there something to count, or to remove, and is this the time for it? */
bool archive_may_run(const struct engine *e);
/* Refuses what is asked of an incident that left the store with its year; false: it did not. */
bool archive_refuses(struct turn *t, struct job *j);
/* Refuses a report under a number that left the store. */
void archive_number_taken(struct turn *t, struct job *j);
/* The link is gone: nothing waits on it any more. */
void archive_gone(struct engine *e, const struct link *l);

#endif
