/*
 * ladder.h - the rungs of the reminder ladders as a table, and the instant each falls due.
 * Place: domain, beneath deadline.h; nobody else needs it. Pure functions of the dispatch as it is.
 */
#ifndef DOMAIN_LADDER_H
#define DOMAIN_LADDER_H
#include "domain/deadline.h"

/* Where on its clock a rung sits, the later the graver. */
enum moment {
	MOMENT_AGAIN,  /* the hourly one, and the follow-up outside the city */
	MOMENT_SHARE,  /* a part of the limit has passed */
	MOMENT_DUE,    /* the limit has passed */
	MOMENT_LEADER, /* so long past due that the leader is told */
	MOMENT_OFFICE, /* and the linkage office */
};

enum recipient { TO_UNIT = 1, TO_DESK = 2, TO_LEADER = 4, TO_OFFICE = 8 };

struct rung_kind {
	enum clock_kind clock; /* the report rungs say CLOCK_FIRST_REPORT: whichever report clock runs */
	enum moment moment;
	unsigned to; /* bits of enum recipient */
};
extern const struct rung_kind ladder_rungs[RUNGS];

/* Does this clock run: armed, not met, the dispatch open? */
bool ladder_running(const struct dispatch *d, enum clock_kind kind);
/* The clock that a rung belongs to as things stand; CLOCK_COUNT: none. */
enum clock_kind ladder_clock(const struct dispatch *d, enum rung rung);
/* When this rung falls due, be it past or future; 0 where it is not armed: fired, or its clock does
 * not run. */
int64_t ladder_at(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    enum rung rung);

#endif
