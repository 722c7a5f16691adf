/*
 * pace.h - how many events may be dealt with now, so that reports do not wait for notices.
 *
 * Pure: the instants are passed in, of a clock that only goes on. While more events come than a whole city has, the processors
 * are for those who report, and of the events few are dealt with in each tick; the others stay in the journal until it is over.
 */
#ifndef NOTICE_PACE_H
#define NOTICE_PACE_H
#include <stdbool.h>
#include <stdint.h>

#define PACE_WINDOW_MS INT64_C(100)
#define PACE_MANY 200 /* in one window: 400 reports a second, with some instructions each */
#define PACE_TICK_MS INT64_C(50)
#define PACE_FEW 15 /* in one tick, while many come */

struct pace {
	int64_t window, tick; /* which ones the counts are of */
	int came, before;     /* in this window, in the one before */
	int dealt;            /* in this tick */
};

void pace_came(struct pace *p, int64_t now);
/* Have many come in this window, or in the one before? */
bool pace_busy(struct pace *p, int64_t now);
/* How many of `n` may be dealt with now. */
int pace_take(struct pace *p, int n, int64_t now);

#endif
