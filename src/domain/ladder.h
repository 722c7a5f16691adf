/*
 * ladder.h - the instants at which the rungs of the reminder ladders fall due.
 * Place: domain, beneath deadline.h; no other file needs it. Which rungs there are is the table of
 * clock.h. Pure functions of the incident as it is.
 */
#ifndef DOMAIN_LADDER_H
#define DOMAIN_LADDER_H
#include "domain/deadline.h"

/* Its clock of that kind; NULL where that kind is not of this owner. */
const struct clock *ladder_clock(const struct clocks_of *of, enum clock_kind kind);
/* Does it run: armed, not met, its owner open? */
bool ladder_runs(const struct clocks_of *of, enum clock_kind kind);
/* The clock that a rung belongs to as things stand; CLOCK_COUNT: none. */
enum clock_kind ladder_kind(const struct clocks_of *of, enum rung rung);
/* When this rung of its kind falls due, be it past or future; 0 where it is not armed: fired, or its
 * clock does not run. */
int64_t ladder_at(const struct clocks_of *of, enum clock_kind kind, const struct rung_place *place);
/* The same of RUNG_REPEAT, which is the owner's and not a clock's. */
int64_t ladder_repeat(const struct clocks_of *of);

#endif
