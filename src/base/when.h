/*
 * when.h - instants as people type them, in the city's time: 23:10, 2310, 11-25, 11月25日 23:10, 昨天
 * 23:10, 10m, -10m, 现在, and RFC 3339.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H
#include "base/str.h"

/* Which way an instant without its day, its year or its sign is looked for. */
enum when_side {
	WHEN_PAST, /* it has happened: 10m is ten minutes ago, 23:10 the last one */
	WHEN_AHEAD /* it is expected: 10m is in ten minutes, 23:10 the next one */
};

/* A clock time that is on the other side by no more than ten minutes is today's: clocks differ, and
 * people read theirs before they type. A date alone is the beginning of that day, and *day_only is true
 * (it may be NULL). False, with nothing set, where the text is none of these. */
bool when_parse(struct str text, int64_t now, enum when_side side, int64_t *ms, bool *day_only);

#endif
