/*
 * calendar.h - office hours, holidays and make-up days of the city, and time counted in them.
 * Pure arithmetic on local days (UTC+8). Art. 11: tier 2 answers in office hours.
 */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H
#include "domain/mechanism.h"
#include "base/time.h"

struct stretch { /* [from, to) counted towards a limit */
	int64_t from, to;
};

/* Does the year have a calendar, with all its festivals? */
bool calendar_covers(const struct calendar *c, int year);
/* Is this local day worked? *known is false (where given) when its year has no calendar. */
bool calendar_workday(const struct calendar *c, int64_t day, bool *known);
/* How many of the local days [from, to) are worked; 0 where to <= from. */
int64_t calendar_workdays(const struct calendar *c, int64_t from, int64_t to);
/* Inside office hours of a worked day; the first instant is inside, the last is not. */
bool calendar_office(const struct calendar *c, int64_t at);
/* The first instant at or after `at` inside that time. */
int64_t calendar_next(const struct calendar *c, enum clock_time t, int64_t at);
/* The instant at which `limit_ms` of that time have passed since `at`. A limit that ends exactly at
 * closing time ends there, not at the next opening. Writes up to `most` counted stretches and their
 * number where stretches is not NULL (adjacent ones are joined). *known as in
 * calendar_workday. */
int64_t calendar_add(const struct calendar *c, enum clock_time t, int64_t at, int64_t limit_ms,
    struct stretch *stretches, int most, int *n, bool *known);
/* The first instant at or after `at` within these minutes of the day. from == to: all day. */
int64_t calendar_within(struct span hours, int64_t at);
/* Time of that kind between two instants; 0 where to <= from. */
int64_t calendar_between(const struct calendar *c, enum clock_time t, int64_t from, int64_t to);
/* The first opening of the office strictly after `at`: a morning's or an afternoon's. */
int64_t calendar_opening(const struct calendar *c, int64_t at);
/* The end of office hours of the nth working day after the local day of `at`. */
int64_t calendar_end_of_workday(const struct calendar *c, int64_t at, int n);

#endif
