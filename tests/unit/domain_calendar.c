/*
 * domain_calendar.c - the calendar against a walk over every minute of 2024, 2025 and 2026, with the
 * city's holidays and make-up days, and its edges by hand.
 * The holidays are read from $LIANDONG_DATA/holidays.csv (default samples).
 */
#include "unit.h"
#include "domain/calendar.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_YEAR 2024
#define YEARS 3
#define DAYS (366 + 365 + 365)
#define MINUTES (DAYS * 1440)

static struct span summer_spans[] = {{480, 720}, {900, 1080}};
static struct span winter_spans[] = {{480, 720}, {870, 1050}};
static struct season seasons[] = {{601, 930, summer_spans, 2}, {101, 1231, winter_spans, 2}};
static struct calendar_year years[YEARS];
static const struct calendar city = {years, YEARS, seasons, 2};

static int64_t first_day; /* 2024-01-01 */

static int64_t at(const char *text)
{
	char full[40];
	int64_t ms = 0;

	snprintf(full, sizeof full, "%s%s+08:00", text, strlen(text) == 16 ? ":00" : "");
	if (!time_parse(str_of(full), &ms))
		fail_msg("not an instant: %s", text);
	return ms;
}

static int64_t day(const char *text)
{
	struct date d = {0, 0, 0};

	assert_true(date_parse(str_of(text), &d));
	return date_day(d);
}

/* -- the walk: its own idea of a day, of a season and of time, minute by minute ---------------- */

static unsigned char listed[DAYS]; /* 'o' off, 'w' work, by day since 2024-01-01 */
static unsigned char open_minute[MINUTES];
static int opened[MINUTES + 1]; /* open minutes before this one */
static int nth[MINUTES];        /* the minute that is the nth open one */

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int days_of(int year, int month)
{
	return month_days[month - 1] + (month == 2 && year == 2024);
}

static int days_before(int year, int month, int of_month)
{
	int n = of_month - 1;

	for (int y = FIRST_YEAR; y < year; y++)
		n += y == 2024 ? 366 : 365;
	for (int m = 1; m < month; m++)
		n += days_of(year, m);
	return n;
}

static void walk_day(int n, int month, int *minute, int *sum)
{
	/* 1 January 2024 was a Monday. */
	bool work = listed[n] ? listed[n] == 'w' : n % 7 < 5;
	bool summer = month >= 6 && month <= 9;

	for (int m = 0; m < 1440; m++, (*minute)++) {
		int from = summer ? 15 * 60 : 14 * 60 + 30, to = summer ? 18 * 60 : 17 * 60 + 30;
		bool open = work && ((m >= 8 * 60 && m < 12 * 60) || (m >= from && m < to));
		open_minute[*minute] = open;
		opened[*minute] = *sum;
		if (open)
			nth[(*sum)++] = *minute;
	}
}

static void walk(void)
{
	int n = 0, minute = 0, sum = 0;

	for (int year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
		for (int month = 1; month <= 12; month++)
			for (int d = 1; d <= days_of(year, month); d++)
				walk_day(n++, month, &minute, &sum);
	assert_int_equal(n, DAYS);
	opened[MINUTES] = sum;
}

static void take_line(const char *line)
{
	int y, m, d;
	char kind[8];

	if (sscanf(line, "%4d-%2d-%2d,%7[a-z]", &y, &m, &d, kind) != 4)
		return; /* the header */
	struct calendar_year *year = &years[y - FIRST_YEAR];
	int64_t of_year = date_day((struct date){y, m, d}) - date_day((struct date){y, 1, 1});
	year->kind[of_year] = strcmp(kind, "off") == 0 ? DAY_OFF : DAY_WORK;
	listed[days_before(y, m, d)] = (unsigned char)kind[0];
}

static int setup(void **state)
{
	const char *folder = getenv("LIANDONG_DATA");
	char file[512], line[256];
	int lines = 0;

	(void)state;
	snprintf(file, sizeof file, "%s/holidays.csv", folder ? folder : "samples");
	FILE *f = fopen(file, "r");
	if (!f) {
		fprintf(stderr, "%s: cannot be read; set LIANDONG_DATA to the folder of holidays.csv\n",
		    file);
		return -1;
	}
	for (int i = 0; i < YEARS; i++)
		years[i].year = FIRST_YEAR + i;
	for (; fgets(line, sizeof line, f); lines++)
		take_line(line);
	fclose(f);
	first_day = date_day((struct date){FIRST_YEAR, 1, 1});
	walk();
	return lines > 90 ? 0 : -1;
}

static int64_t minute_at(int minute)
{
	return day_start(first_day) + minute * MINUTE_MS;
}

/* -- against the walk -------------------------------------------------------------------------- */

static void every_minute_is_open_or_not(void **state)
{
	(void)state;
	for (int m = 0; m < MINUTES; m++)
		if (calendar_office(&city, minute_at(m)) != open_minute[m])
			fail_msg("minute %d of the walk", m);
}

static void next_is_the_next_open_minute(void **state)
{
	(void)state;
	for (int m = 0; m < MINUTES && opened[m] < opened[MINUTES]; m += 13)
		assert_int_equal(calendar_next(&city, TIME_OFFICE, minute_at(m)), minute_at(nth[opened[m]]));
}

static void add_one(int start, int limit)
{
	if (opened[start] + limit > opened[MINUTES])
		return; /* ends after 2026 */
	struct stretch s[64];
	int64_t sum = 0;
	int n = 0;
	bool known = false;
	int64_t want = minute_at(nth[opened[start] + limit - 1] + 1);
	int64_t got =
	    calendar_add(&city, TIME_OFFICE, minute_at(start), limit * MINUTE_MS, s, 64, &n, &known);

	if (got != want)
		fail_msg("start %d, limit %d: off by %lld ms", start, limit, (long long)(got - want));
	assert_true(known);
	if (limit > 3000)
		return; /* more stretches than there is room for */
	for (int i = 0; i < n; i++) {
		sum += s[i].to - s[i].from;
		assert_true(s[i].from >= (i ? s[i - 1].to + 1 : minute_at(start)));
	}
	assert_int_equal(sum, limit * MINUTE_MS);
	assert_int_equal(s[n - 1].to, want);
}

static void add_agrees_with_the_walk(void **state)
{
	static const int limits[] = {1, 2, 5, 28, 30, 31, 90, 180, 240, 420, 421, 840, 2100, 4999};

	(void)state;
	for (int start = 0; start < MINUTES; start += 31)
		for (size_t i = 0; i < COUNT(limits); i++)
			add_one(start, limits[i]);
}

static void between_agrees_with_the_walk(void **state)
{
	static const int lengths[] = {0, 1, 59, 241, 1439, 1440, 4321, 20000};

	(void)state;
	for (int from = 0; from < MINUTES; from += 101)
		for (size_t i = 0; i < COUNT(lengths); i++) {
			int to = from + lengths[i] < MINUTES ? from + lengths[i] : MINUTES;
			int64_t got = calendar_between(&city, TIME_OFFICE, minute_at(from), minute_at(to));
			assert_int_equal(got, (opened[to] - opened[from]) * MINUTE_MS);
		}
}

static void seconds_and_parts_of_them_count(void **state)
{
	(void)state;
	int64_t from = at("2026-03-06T17:29:59") + 250;

	assert_int_equal(calendar_add(&city, TIME_OFFICE, from, 750, NULL, 0, NULL, NULL),
	    at("2026-03-06T17:30"));
	assert_int_equal(calendar_add(&city, TIME_OFFICE, from, 751, NULL, 0, NULL, NULL),
	    at("2026-03-09T08:00") + 1);
	assert_int_equal(calendar_between(&city, TIME_OFFICE, from, at("2026-03-09T08:00") + 1), 751);
}

/* -- by hand ----------------------------------------------------------------------------------- */

static void add_is(const char *from, int minutes, const char *want)
{
	int64_t got = calendar_add(&city, TIME_OFFICE, at(from), minutes * MINUTE_MS, NULL, 0, NULL, NULL);
	char text[TIME_TEXT_MAX];

	if (got != at(want))
		fail_msg("%s + %d min is %s, not %s", from, minutes, time_rfc3339(got, text), want);
}

static void a_limit_may_end_at_closing_time(void **state)
{
	(void)state;
	add_is("2026-03-06T17:00", 30, "2026-03-06T17:30");
	add_is("2026-03-06T17:00", 31, "2026-03-09T08:01");
	add_is("2026-03-06T11:30", 30, "2026-03-06T12:00");
	add_is("2026-03-06T11:30", 31, "2026-03-06T14:31");
	add_is("2026-03-06T17:28", 30, "2026-03-09T08:28");
	/* at closing time and outside hours nothing has been counted yet */
	add_is("2026-03-06T17:30", 30, "2026-03-09T08:30");
	add_is("2026-03-06T12:00", 30, "2026-03-06T15:00");
	add_is("2026-03-07T10:00", 420, "2026-03-09T17:30");
	add_is("2026-03-06T10:00", 0, "2026-03-06T10:00");
	add_is("2026-03-07T10:00", 0, "2026-03-07T10:00");
}

static void summer_begins_in_june_and_ends_in_september(void **state)
{
	(void)state;
	/* 29 May 2026 a Friday, 1 June a Monday; 30 September a Wednesday, then the holidays. */
	add_is("2026-05-29T14:30", 1, "2026-05-29T14:31");
	add_is("2026-05-29T17:29", 2, "2026-06-01T08:01");
	add_is("2026-06-01T14:30", 1, "2026-06-01T15:01");
	add_is("2026-06-01T17:30", 30, "2026-06-01T18:00");
	add_is("2026-09-30T17:45", 15, "2026-09-30T18:00");
	add_is("2026-09-30T17:45", 16, "2026-10-08T08:01");
	add_is("2026-10-08T14:30", 1, "2026-10-08T14:31");
	add_is("2026-10-08T17:45", 1, "2026-10-09T08:01");
	/* 31 May 2024 was a Friday, 30 September 2024 a Monday. */
	add_is("2024-05-31T17:30", 1, "2024-06-03T08:01");
	add_is("2024-09-30T17:30", 30, "2024-09-30T18:00");
}

static void make_up_days_are_worked(void **state)
{
	(void)state;
	/* Spring Festival 2026: Saturday the 14th worked, 15 to 23 off, Saturday the 28th worked. */
	add_is("2026-02-14T17:00", 60, "2026-02-24T08:30");
	add_is("2026-02-13T17:29", 2, "2026-02-14T08:01");
	add_is("2026-02-27T17:29", 2, "2026-02-28T08:01");
	add_is("2026-02-28T17:29", 2, "2026-03-02T08:01");
	assert_true(calendar_workday(&city, day("2026-02-14"), NULL));
	assert_false(calendar_workday(&city, day("2026-02-16"), NULL));
	assert_false(calendar_workday(&city, day("2026-03-01"), NULL));
}

static void offices_open_and_close(void **state)
{
	(void)state;
	assert_true(calendar_office(&city, at("2026-03-06T08:00")));
	assert_false(calendar_office(&city, at("2026-03-06T08:00") - 1));
	assert_false(calendar_office(&city, at("2026-03-06T12:00")));
	assert_true(calendar_office(&city, at("2026-03-06T17:30") - 1));
	assert_false(calendar_office(&city, at("2026-03-06T17:30")));
	assert_int_equal(calendar_next(&city, TIME_OFFICE, at("2026-03-06T12:00")), at("2026-03-06T14:30"));
	assert_int_equal(calendar_next(&city, TIME_ALWAYS, at("2026-03-07T03:00")), at("2026-03-07T03:00"));
	assert_int_equal(calendar_next(&city, TIME_WORKDAYS, at("2026-03-07T03:00")), at("2026-03-09T00:00"));
	assert_int_equal(calendar_opening(&city, at("2026-03-06T07:59")), at("2026-03-06T08:00"));
	assert_int_equal(calendar_opening(&city, at("2026-03-06T08:00")), at("2026-03-06T14:30"));
	assert_int_equal(calendar_opening(&city, at("2026-03-06T17:28")), at("2026-03-09T08:00"));
}

static void working_days_are_whole(void **state)
{
	struct stretch s[4];
	int n = 0;

	(void)state;
	assert_int_equal(calendar_add(&city, TIME_WORKDAYS, at("2026-03-05T18:00"), 48 * HOUR_MS, s, 4, &n,
			     NULL),
	    at("2026-03-09T18:00"));
	assert_int_equal(n, 2); /* Thursday evening and Friday are one */
	assert_int_equal(s[0].from, at("2026-03-05T18:00"));
	assert_int_equal(s[0].to, at("2026-03-07T00:00"));
	assert_int_equal(s[1].from, at("2026-03-09T00:00"));
	assert_int_equal(calendar_between(&city, TIME_WORKDAYS, at("2026-03-06T12:00"),
			     at("2026-03-09T12:00")),
	    24 * HOUR_MS);
}

static void the_nth_working_day_ends_at_closing_time(void **state)
{
	(void)state;
	assert_int_equal(calendar_end_of_workday(&city, at("2026-03-06T17:28"), 3), at("2026-03-11T17:30"));
	assert_int_equal(calendar_end_of_workday(&city, at("2026-03-06T00:00"), 1), at("2026-03-09T17:30"));
	/* 14 worked, then 24 and 25 */
	assert_int_equal(calendar_end_of_workday(&city, at("2026-02-13T10:00"), 3), at("2026-02-25T17:30"));
	assert_int_equal(calendar_end_of_workday(&city, at("2026-05-29T10:00"), 1), at("2026-06-01T18:00"));
	assert_int_equal(calendar_end_of_workday(&city, at("2026-02-18T10:00"), 0),
	    day_start(day("2026-02-19"))); /* a day off has no closing time */
}

static void stretches_are_told(void **state)
{
	struct stretch s[2];
	int n = 0;

	(void)state;
	calendar_add(&city, TIME_OFFICE, at("2026-03-06T17:28"), 30 * MINUTE_MS, s, 2, &n, NULL);
	assert_int_equal(n, 2);
	assert_int_equal(s[0].from, at("2026-03-06T17:28"));
	assert_int_equal(s[0].to, at("2026-03-06T17:30"));
	assert_int_equal(s[1].from, at("2026-03-09T08:00"));
	assert_int_equal(s[1].to, at("2026-03-09T08:28"));
	/* room for two of five */
	calendar_add(&city, TIME_OFFICE, at("2026-03-06T08:00"), 900 * MINUTE_MS, s, 2, &n, NULL);
	assert_int_equal(n, 2);
	assert_int_equal(s[1].to, at("2026-03-06T17:30"));
}

static void a_year_without_a_calendar_goes_by_weekdays(void **state)
{
	bool known = true;

	(void)state;
	/* 1 January 2027 is a Friday and will be a holiday, but is not announced yet. */
	assert_true(calendar_workday(&city, day("2027-01-01"), &known));
	assert_false(known);
	assert_false(calendar_workday(&city, day("2027-01-02"), &known));
	assert_false(known);
	assert_true(calendar_workday(&city, day("2026-12-31"), &known));
	assert_true(known);
	int64_t end =
	    calendar_add(&city, TIME_OFFICE, at("2026-12-31T17:00"), 31 * MINUTE_MS, NULL, 0, NULL, &known);
	assert_int_equal(end, at("2027-01-01T08:01"));
	assert_false(known);
	calendar_add(&city, TIME_OFFICE, at("2026-12-31T17:00"), 30 * MINUTE_MS, NULL, 0, NULL, &known);
	assert_true(known);
	calendar_add(&city, TIME_ALWAYS, at("2027-01-01T17:00"), 30 * MINUTE_MS, NULL, 0, NULL, &known);
	assert_true(known);
}

/* Its days count, and the caller is told that there may be more. */
static void a_year_without_its_festivals_is_not_known(void **state)
{
	struct calendar_year part[] = {{.year = 2027, .partial = true}};
	struct calendar c = {part, 1, seasons, 2};
	bool known = true;

	(void)state;
	part[0].kind[0] = DAY_OFF;
	assert_false(calendar_workday(&c, day("2027-01-01"), &known));
	assert_false(known);
	assert_true(calendar_workday(&c, day("2027-01-04"), &known));
	assert_false(known);
	assert_false(calendar_covers(&c, 2027));
	assert_false(calendar_covers(&c, 2026));
	part[0].partial = false;
	assert_true(calendar_covers(&c, 2027));
}

static void an_office_that_never_opens_ends_a_count(void **state)
{
	static const struct calendar shut = {years, YEARS, NULL, 0};
	int64_t from = at("2026-03-06T10:00");

	(void)state;
	assert_true(calendar_add(&shut, TIME_OFFICE, from, MINUTE_MS, NULL, 0, NULL, NULL) > from);
	assert_true(calendar_next(&shut, TIME_OFFICE, from) > from);
	assert_int_equal(calendar_between(&shut, TIME_OFFICE, from, from + 30 * DAY_MS), 0);
}

static void a_season_may_run_over_the_year(void **state)
{
	struct season wrapped[] = {{1001, 531, winter_spans, 2}, {601, 930, summer_spans, 2}};
	struct calendar c = {years, YEARS, wrapped, 2};

	(void)state;
	for (int m = 0; m < MINUTES; m += 17)
		assert_int_equal(calendar_office(&c, minute_at(m)), open_minute[m]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_minute_is_open_or_not),
	    cmocka_unit_test(next_is_the_next_open_minute),
	    cmocka_unit_test(add_agrees_with_the_walk),
	    cmocka_unit_test(between_agrees_with_the_walk),
	    cmocka_unit_test(seconds_and_parts_of_them_count),
	    cmocka_unit_test(a_limit_may_end_at_closing_time),
	    cmocka_unit_test(summer_begins_in_june_and_ends_in_september),
	    cmocka_unit_test(make_up_days_are_worked),
	    cmocka_unit_test(offices_open_and_close),
	    cmocka_unit_test(working_days_are_whole),
	    cmocka_unit_test(the_nth_working_day_ends_at_closing_time),
	    cmocka_unit_test(stretches_are_told),
	    cmocka_unit_test(a_year_without_a_calendar_goes_by_weekdays),
	    cmocka_unit_test(a_year_without_its_festivals_is_not_known),
	    cmocka_unit_test(an_office_that_never_opens_ends_a_count),
	    cmocka_unit_test(a_season_may_run_over_the_year),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
