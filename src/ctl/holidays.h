/*
 * holidays.h - the two forms in which sets of Chinese holidays are published: JSON (days with name, date,
 * isOffDay) and iCalendar. Place: ctl.
 */
#ifndef CTL_HOLIDAYS_H
#define CTL_HOLIDAYS_H
#include "base/str.h"
#include "base/time.h"

struct arena;
struct problems;

struct holiday {
	struct date date;
	const char *name; /* 元旦 */
	bool off;         /* false: a weekend that is worked */
	int line;         /* of the file where it is iCalendar, else 0 */
};
struct holidays {
	struct holiday *v; /* in the order of their dates */
	int n, cap;
	int year; /* that the file says it is for; else that of most of its days; 0: it has none */
};

/* False with problems. All is in the arena. */
bool holidays_read(struct arena *a, const char *file, struct str bytes, struct holidays *out,
    struct problems *p);

#endif
