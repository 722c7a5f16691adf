/*
 * propose.h - measures that the policy proposes to the office, once on each local day.
 */
#ifndef ENGINE_PROPOSE_H
#define ENGINE_PROPOSE_H
#include "engine/turn.h"

/* Wants the findings that count for a measure, unless they were looked at on this day already. */
void propose_want(struct turn *t);
void propose_fire(struct turn *t);
/* `next`, or the next day's beginning where that is earlier. */
int64_t propose_next_wake(const struct engine *e, const struct mechanism *m, int64_t now, int64_t next);

#endif
