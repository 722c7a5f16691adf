/*
 * calendar.c - office hours, holidays and make-up days, and time counted in them.
 * Place: domain; no I/O, no clock. Days are walked one by one and spans within a day are arithmetic,
 * so that a limit costs what the days cost that it crosses.
 *
 * Invariants:
 * - A span is [from, to): its first instant is inside, its last is not. A limit is counted in the
 *   earliest spans that hold it, so one that ends exactly at closing time ends there.
 * - TIME_WORKDAYS counts whole working days, from midnight to midnight.
 * - A calendar that is never open (which the loader refuses) ends a count at the horizon instead of
 *   never.
 */
#include "domain/calendar.h"

#define HORIZON_DAYS 3660 /* ten years: no limit of the mechanism comes near */

static const struct calendar_year *year_of(const struct calendar *c, int year)
{
	for (int i = 0; i < c->n_years; i++)
		if (c->years[i].year == year)
			return &c->years[i];
	return NULL;
}

bool calendar_covers(const struct calendar *c, int year)
{
	const struct calendar_year *found = year_of(c, year);

	return found && !found->partial;
}

static bool worked(const struct calendar *c, int64_t day, struct date date, bool *known)
{
	const struct calendar_year *year = year_of(c, date.year);
	enum day_kind kind = DAY_PLAIN;

	*known = year && !year->partial;
	if (year)
		kind = year->kind[day - date_day((struct date){date.year, 1, 1})];
	return kind == DAY_PLAIN ? day_weekday(day) < 5 : kind == DAY_WORK;
}

bool calendar_workday(const struct calendar *c, int64_t day, bool *known)
{
	bool year_known, work = worked(c, day, day_date(day), &year_known);

	if (known)
		*known = year_known;
	return work;
}

/* Mondays to Fridays before a day, counted from 1969-12-29. */
static int64_t weekdays_before(int64_t day)
{
	int weekday = day_weekday(day);

	return (day + 3 - weekday) / 7 * 5 + (weekday < 5 ? weekday : 5);
}

/* What a year's holidays and make-up days add to its weekdays within [from, to). */
static int64_t differences(const struct calendar_year *year, int64_t from, int64_t to)
{
	int64_t first = date_day((struct date){year->year, 1, 1}),
		end = date_day((struct date){year->year + 1, 1, 1}), sum = 0;

	for (int64_t day = from > first ? from : first; day < to && day < end; day++) {
		unsigned char kind = year->kind[day - first];

		if (kind == DAY_OFF && day_weekday(day) < 5)
			sum--;
		else if (kind == DAY_WORK && day_weekday(day) >= 5)
			sum++;
	}
	return sum;
}

int64_t calendar_workdays(const struct calendar *c, int64_t from, int64_t to)
{
	int64_t sum = to > from ? weekdays_before(to) - weekdays_before(from) : 0;

	for (int i = 0; i < c->n_years; i++)
		sum += differences(&c->years[i], from, to);
	return sum;
}

/* A season may run over the year's end. */
static bool in_season(const struct season *s, struct date date)
{
	int day = date.month * 100 + date.day;

	return s->from <= s->to ? s->from <= day && day <= s->to : s->from <= day || day <= s->to;
}

/* The open spans of one day. */
struct hours {
	const struct span *spans;
	int n;
	bool known;
};

static struct hours hours_of(const struct calendar *c, enum clock_time t, int64_t day)
{
	static const struct span whole_day = {0, 24 * 60};
	struct date date = day_date(day);
	struct hours h = {.known = true};

	if (t == TIME_ALWAYS)
		return (struct hours){&whole_day, 1, true};
	if (!worked(c, day, date, &h.known))
		return h;
	if (t == TIME_WORKDAYS)
		return (struct hours){&whole_day, 1, h.known};
	for (int i = 0; i < c->n_seasons; i++)
		if (in_season(&c->seasons[i], date))
			return (struct hours){c->seasons[i].spans, c->seasons[i].n_spans, h.known};
	return h;
}

static int64_t instant(int64_t day, int minute)
{
	return day_start(day) + minute * MINUTE_MS;
}

/* What of a span lies at or after `at`; empty (from == to) where nothing does. */
static struct stretch rest_of(int64_t day, struct span span, int64_t at)
{
	struct stretch s = {instant(day, span.from), instant(day, span.to)};

	if (s.from < at)
		s.from = at < s.to ? at : s.to;
	return s;
}

bool calendar_office(const struct calendar *c, int64_t at)
{
	return calendar_next(c, TIME_OFFICE, at) == at;
}

int64_t calendar_next(const struct calendar *c, enum clock_time t, int64_t at)
{
	int64_t first = local_day(at);

	if (t == TIME_ALWAYS)
		return at;
	for (int64_t day = first; day < first + HORIZON_DAYS; day++) {
		struct hours h = hours_of(c, t, day);

		for (int i = 0; i < h.n; i++) {
			struct stretch s = rest_of(day, h.spans[i], at);
			if (s.from < s.to)
				return s.from;
		}
	}
	return day_start(first + HORIZON_DAYS);
}

int64_t calendar_opening(const struct calendar *c, int64_t at)
{
	int64_t first = local_day(at);

	for (int64_t day = first; day < first + HORIZON_DAYS; day++) {
		struct hours h = hours_of(c, TIME_OFFICE, day);

		for (int i = 0; i < h.n; i++)
			if (instant(day, h.spans[i].from) > at)
				return instant(day, h.spans[i].from);
	}
	return day_start(first + HORIZON_DAYS);
}

/* The stretches that a count has taken so far. */
struct counting {
	struct stretch *list;
	int most, n;
};

static void tally_add(struct counting *t, int64_t from, int64_t to)
{
	if (t->n > 0 && t->list[t->n - 1].to == from)
		t->list[t->n - 1].to = to;
	else if (t->n < t->most)
		t->list[t->n++] = (struct stretch){from, to};
}

/* Takes left_ms out of the open time since `at`; the instant where it is used up. */
static int64_t count(const struct calendar *c, enum clock_time t, int64_t at, int64_t left_ms,
    struct counting *tally, bool *known)
{
	int64_t first = local_day(at);

	for (int64_t day = first; day < first + HORIZON_DAYS; day++) {
		struct hours h = hours_of(c, t, day);

		*known = *known && h.known;
		for (int i = 0; i < h.n; i++) {
			struct stretch s = rest_of(day, h.spans[i], at);
			int64_t taken = s.to - s.from < left_ms ? s.to - s.from : left_ms;

			if (taken > 0)
				tally_add(tally, s.from, s.from + taken);
			left_ms -= taken;
			if (left_ms == 0)
				return s.from + taken;
		}
	}
	return day_start(first + HORIZON_DAYS);
}

int64_t calendar_add(const struct calendar *c, enum clock_time t, int64_t at, int64_t limit_ms,
    struct stretch *stretches, int most, int *n, bool *known)
{
	struct counting tally = {stretches, stretches ? most : 0, 0};
	bool all_known = true;
	int64_t end = at;

	if (limit_ms > 0 && t != TIME_ALWAYS) {
		end = count(c, t, at, limit_ms, &tally, &all_known);
	} else if (limit_ms > 0) {
		end = at + limit_ms;
		tally_add(&tally, at, end);
	}
	if (n)
		*n = tally.n;
	if (known)
		*known = all_known;
	return end;
}

int64_t calendar_between(const struct calendar *c, enum clock_time t, int64_t from, int64_t to)
{
	int64_t sum = 0;

	if (to <= from)
		return 0;
	if (t == TIME_ALWAYS)
		return to - from;
	for (int64_t day = local_day(from); day_start(day) < to; day++) {
		struct hours h = hours_of(c, t, day);

		for (int i = 0; i < h.n; i++) {
			struct stretch s = rest_of(day, h.spans[i], from);
			if (s.from < to)
				sum += (s.to < to ? s.to : to) - s.from;
		}
	}
	return sum;
}

int64_t calendar_end_of_workday(const struct calendar *c, int64_t at, int n)
{
	int64_t first = local_day(at), day = first;

	while (n > 0 && day < first + HORIZON_DAYS)
		n -= calendar_workday(c, ++day, NULL);
	struct hours h = hours_of(c, TIME_OFFICE, day);
	return h.n > 0 ? instant(day, h.spans[h.n - 1].to) : day_start(day + 1);
}

int64_t calendar_within(struct span hours, int64_t at)
{
	int64_t midnight = day_start(local_day(at));
	int64_t minute = (at - midnight) / MINUTE_MS;

	if (hours.from == hours.to || (hours.from <= minute && minute < hours.to))
		return at;
	if (hours.from > hours.to && (minute >= hours.from || minute < hours.to))
		return at; /* over midnight */
	return midnight + (minute < hours.from ? 0 : DAY_MS) + hours.from * MINUTE_MS;
}
