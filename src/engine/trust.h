/*
 * trust.h - whether the wall clock can be right.
 */
#ifndef ENGINE_TRUST_H
#define ENGINE_TRUST_H
#include "base/time.h"

#define DOWNTIME_MS (15 * SECOND_MS) /* three heartbeats missed: the system was away */

enum clock_trust {
	CLOCK_GOOD,
	CLOCK_BEHIND, /* of the store's own last heartbeat: reports are taken and marked */
	CLOCK_AHEAD   /* more than a day past it, and nothing explains that: marked, and nothing is fired */
};

struct clock_facts {
	int64_t last_beat;  /* wall, 0: there was none */
	int64_t now;        /* wall */
	int64_t elapsed_ms; /* that have passed since it, as far as this process knows */
	bool vouched;       /* a time service has set the clock, or a person says that it is right */
};
enum clock_trust trust_judge(const struct clock_facts *f);

#endif
