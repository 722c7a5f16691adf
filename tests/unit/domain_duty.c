/*
 * domain_duty.c - who is on duty: shifts, overrides, assignments, hand-over times; and a property: at
 * every minute what a walk through the days says, which counts occurrences one by one.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "domain/duty.h"
#include <stdio.h>

static struct person people[] = {
    {.id = "chen", .contact = {.name = "陈某", .phone = "0597-0000401"}},
    {.id = "li", .contact = {.name = "李某", .phone = "0597-0000402"}},
    {.id = "wang", .contact = {.name = "王某", .phone = "0597-0000403"}},
    {.id = "zhao", .contact = {.name = "赵某", .phone = "0597-0000404"}},
};

static struct duty_group alone(int i)
{
	return (struct duty_group){{&people[i]}, 1};
}

static int64_t at(const char *text)
{
	int64_t ms;

	assert_true(time_parse(str_of(text), &ms));
	return ms;
}

static int64_t day_of(const char *text)
{
	struct date d;

	assert_true(date_parse(str_of(text), &d));
	return date_day(d);
}

/* One unit with one roster over the calendar of 2026, in which Friday 2 January is off and Sunday the 4th
 * is worked. */
struct fixture {
	struct mechanism m;
	struct unit unit;
	struct roster roster;
	struct calendar_year year;
};

static void fixture_of(struct fixture *f, struct roster_shift *shifts, int n)
{
	*f = (struct fixture){.unit = {.id = "water", .tier = 1}, .year = {.year = 2026}};
	f->year.kind[1] = DAY_OFF;
	f->year.kind[3] = DAY_WORK;
	f->roster = (struct roster){.unit = &f->unit,
	    .people = people,
	    .n_people = (int)COUNT(people),
	    .shifts = shifts,
	    .n_shifts = n};
	f->unit.roster = &f->roster;
	f->m = (struct mechanism){.units = &f->unit, .n_units = 1, .rosters = &f->roster, .n_rosters = 1};
	f->m.calendar = (struct calendar){.years = &f->year, .n_years = 1};
}

static const char *who(const struct fixture *f, const struct circumstances *around, const char *instant)
{
	struct duty d = duty_at(&f->m, around, &f->unit, at(instant));

	return d.people.n ? d.people.who[0]->id : "";
}

/* -- by hand ---------------------------------------------------------------------------------- */

static void a_day_and_night_shift_goes_round(void **state)
{
	struct duty_group order[] = {alone(0), alone(1)};
	struct roster_shift shift = {.name = "昼夜",
	    .from = 480,
	    .to = 480,
	    .start = day_of("2026-01-05"),
	    .every = 1,
	    .order = order,
	    .n_order = 2};
	struct circumstances none = {0};
	struct fixture f;

	(void)state;
	fixture_of(&f, &shift, 1);
	assert_string_equal(who(&f, &none, "2026-01-05T07:59:59.999+08:00"), "");
	assert_string_equal(who(&f, &none, "2026-01-05T08:00:00+08:00"), "chen");
	assert_string_equal(who(&f, &none, "2026-01-06T07:59:59.999+08:00"), "chen");
	assert_string_equal(who(&f, &none, "2026-01-06T08:00:00+08:00"), "li");
	assert_string_equal(who(&f, &none, "2026-01-07T08:00:00+08:00"), "chen");
	struct duty d = duty_at(&f.m, &none, &f.unit, at("2026-01-06T03:00:00+08:00"));
	assert_int_equal(d.source, DUTY_SHIFT);
	assert_string_equal(d.name, "昼夜");
	assert_int_equal(d.from, at("2026-01-05T08:00:00+08:00"));
	assert_int_equal(d.to, at("2026-01-06T08:00:00+08:00"));
	assert_int_equal(duty_next(&f.m, &none, &f.unit, d.from), d.to);
	assert_int_equal(duty_next(&f.m, &none, &f.unit, d.to - 1), d.to);
}

static void every_keeps_a_group_for_a_week(void **state)
{
	struct duty_group order[] = {alone(0), alone(1), alone(2)};
	struct roster_shift shift = {.name = "周",
	    .from = 0,
	    .to = 0,
	    .start = day_of("2026-01-05"),
	    .every = 7,
	    .order = order,
	    .n_order = 3};
	struct circumstances none = {0};
	struct fixture f;

	(void)state;
	fixture_of(&f, &shift, 1);
	assert_string_equal(who(&f, &none, "2026-01-11T23:59:59+08:00"), "chen");
	assert_string_equal(who(&f, &none, "2026-01-12T00:00:00+08:00"), "li");
	assert_string_equal(who(&f, &none, "2026-01-25T12:00:00+08:00"), "wang");
	assert_string_equal(who(&f, &none, "2026-01-26T12:00:00+08:00"), "chen");
}

/* 2 January (Friday) is off, Saturday the 3rd is, Sunday the 4th is worked: workdays are 1 (Thursday), 4,
 * 5; days off 2, 3, 10. */
static void only_its_days_are_counted(void **state)
{
	struct duty_group order[] = {alone(0), alone(1)}, off[] = {alone(2), alone(3)};
	struct roster_shift shifts[] = {
	    {.name = "白班",
		.from = 480,
		.to = 1080,
		.start = day_of("2026-01-01"),
		.every = 1,
		.days = ROSTER_WORKDAYS,
		.order = order,
		.n_order = 2},
	    {.name = "休息日",
		.from = 480,
		.to = 1080,
		.start = day_of("2026-01-01"),
		.every = 1,
		.days = ROSTER_HOLIDAYS,
		.order = off,
		.n_order = 2},
	};
	struct circumstances none = {0};
	struct fixture f;

	(void)state;
	fixture_of(&f, shifts, 2);
	assert_string_equal(who(&f, &none, "2026-01-01T12:00:00+08:00"), "chen");
	assert_string_equal(who(&f, &none, "2026-01-02T12:00:00+08:00"), "wang");
	assert_string_equal(who(&f, &none, "2026-01-03T12:00:00+08:00"), "zhao");
	assert_string_equal(who(&f, &none, "2026-01-04T12:00:00+08:00"), "li");
	assert_string_equal(who(&f, &none, "2026-01-05T12:00:00+08:00"), "chen");
	assert_string_equal(who(&f, &none, "2026-01-10T12:00:00+08:00"), "wang");
	assert_string_equal(who(&f, &none, "2026-01-10T18:00:00+08:00"), "");
	/* 1 (Thursday), 4, and from the 5th five a week: 2 + 5 + 5 + 5 + 5 to the end of the 30th */
	assert_int_equal(calendar_workdays(&f.m.calendar, day_of("2026-01-01"), day_of("2026-01-31")), 22);
	assert_int_equal(calendar_workdays(&f.m.calendar, day_of("2025-12-29"), day_of("2026-01-05")), 5);
	assert_int_equal(calendar_workdays(&f.m.calendar, day_of("2026-01-05"), day_of("2026-01-05")), 0);
}

static void an_override_goes_before_a_shift_and_an_assignment_before_both(void **state)
{
	struct duty_group order[] = {alone(0)};
	struct roster_shift shift = {.name = "昼夜",
	    .from = 480,
	    .to = 480,
	    .start = day_of("2026-01-05"),
	    .every = 1,
	    .order = order,
	    .n_order = 1};
	struct duty_override spring = {.from = at("2026-02-16T08:00:00+08:00"),
	    .to = at("2026-02-18T08:00:00+08:00"),
	    .people = {{&people[1], &people[2]}, 2},
	    .because = "春节"};
	struct duty_assignment swaps[] = {
	    {.unit = "water",
		.from = at("2026-02-17T10:00:00+08:00"),
		.to = at("2026-02-17T12:00:00+08:00"),
		.people = "zhao"},
	    {.unit = "water",
		.from = at("2026-02-17T11:00:00+08:00"),
		.to = at("2026-02-17T13:00:00+08:00"),
		.people = "wang,chen"},
	    {.unit = "power", .from = 1, .to = INT64_MAX, .people = "zhao"},
	    {.unit = "water", .from = 1, .to = INT64_MAX, .people = "gone"},
	};
	struct circumstances around = {.assignments = swaps, .n_assignments = COUNT(swaps)};
	struct fixture f;
	struct duty d, *spans;
	struct arena *a = arena_new();

	(void)state;
	fixture_of(&f, &shift, 1);
	f.roster.overrides = &spring;
	f.roster.n_overrides = 1;
	assert_string_equal(who(&f, &around, "2026-02-16T07:59:59.999+08:00"), "chen");
	d = duty_at(&f.m, &around, &f.unit, at("2026-02-16T08:00:00+08:00"));
	assert_int_equal(d.people.n, 2);
	assert_string_equal(d.people.who[1]->id, "wang");
	assert_string_equal(d.name, "春节");
	assert_string_equal(who(&f, &around, "2026-02-17T10:30:00+08:00"), "zhao");
	assert_string_equal(who(&f, &around, "2026-02-17T11:00:00+08:00"), "wang");
	assert_string_equal(who(&f, &around, "2026-02-17T13:00:00+08:00"), "li");
	assert_string_equal(who(&f, &around, "2026-02-18T08:00:00+08:00"), "chen");
	/* chen's day of the 15th, spring, zhao, wang, spring, chen's of the 18th */
	int n = duty_spans(&f.m, &around, &f.unit, at("2026-02-16T00:00:00+08:00"),
	    at("2026-02-18T12:00:00+08:00"), a, &spans);
	static const char *const expected[] = {"chen", "li", "zhao", "wang", "li", "chen"};
	static const char *const until[] = {"16T08", "17T10", "17T11", "17T13", "18T08", "18T12"};
	assert_int_equal(n, 6);
	for (int i = 0; i < n; i++) {
		char text[64];

		snprintf(text, sizeof text, "2026-02-%s:00:00+08:00", until[i]);
		assert_string_equal(spans[i].people.who[0]->id, expected[i]);
		assert_int_equal(spans[i].to, at(text));
	}
	arena_free(a);
}

static void a_unit_without_a_roster_has_no_one(void **state)
{
	struct circumstances none = {0};
	struct fixture f;

	(void)state;
	fixture_of(&f, NULL, 0);
	f.unit.roster = NULL;
	assert_string_equal(who(&f, &none, "2026-01-05T08:00:00+08:00"), "");
	assert_int_equal(duty_next(&f.m, &none, &f.unit, at("2026-01-05T08:00:00+08:00")), 0);
	assert_null(duty_person(&f.unit, "chen"));
}

static void overlaps_are_found(void **state)
{
	struct duty_group order[] = {alone(0)};
	struct roster_shift shifts[] = {
	    {.name = "白",
		.from = 480,
		.to = 1080,
		.start = day_of("2026-01-05"),
		.every = 1,
		.order = order,
		.n_order = 1},
	    {.name = "夜",
		.from = 1080,
		.to = 480,
		.start = day_of("2026-01-05"),
		.every = 1,
		.order = order,
		.n_order = 1},
	    {.name = "周末",
		.from = 420,
		.to = 479,
		.start = day_of("2026-01-05"),
		.every = 1,
		.days = ROSTER_HOLIDAYS,
		.order = order,
		.n_order = 1},
	};
	struct duty_overlap found;
	struct fixture f;

	(void)state;
	fixture_of(&f, shifts, 2);
	assert_false(duty_overlaps(&f.m, &f.roster, day_of("2026-01-01"), 400, &found));
	f.roster.n_shifts = 3; /* on Saturday the 10th Friday's night has not ended at 07:00 */
	assert_true(duty_overlaps(&f.m, &f.roster, day_of("2026-01-01"), 400, &found));
	assert_string_equal(found.early->name, "夜");
	assert_string_equal(found.late->name, "周末");
	assert_int_equal(found.at, at("2026-01-10T07:00:00+08:00"));
	shifts[1].to = 420;
	assert_false(duty_overlaps(&f.m, &f.roster, day_of("2026-01-01"), 400, &found));
}

/* -- a walk ----------------------------------------------------------------------------------- */

#define WALK_DAYS 60
#define WALK_MINUTES ((WALK_DAYS + 1) * 1440)

static uint64_t seed;

static int roll(int n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((seed >> 33) % (uint64_t)n);
}

static bool worked_on(const struct fixture *f, int64_t day, int64_t first_of_year)
{
	int64_t i = day - first_of_year;
	int kind = i >= 0 && i < 365 ? f->year.kind[i] : DAY_PLAIN;
	int weekday = (int)((day + 3) % 7); /* 1970-01-01 was a Thursday */

	return kind == DAY_PLAIN ? weekday < 5 : kind == DAY_WORK;
}

/* Who serves at each minute since the first day, -1 none: the last shift is painted first. */
static void walk(const struct fixture *f, int64_t first, int *minutes)
{
	int64_t first_of_year = day_of("2026-01-01");

	for (int i = 0; i < WALK_MINUTES; i++)
		minutes[i] = -1;
	for (int s = f->roster.n_shifts - 1; s >= 0; s--) {
		const struct roster_shift *shift = &f->roster.shifts[s];
		int length =
		    shift->to > shift->from ? shift->to - shift->from : shift->to - shift->from + 1440;
		int turn = 0, left = shift->every;

		for (int64_t day = shift->start; day < first + WALK_DAYS; day++) {
			bool work = worked_on(f, day, first_of_year);

			if ((shift->days == ROSTER_WORKDAYS && !work) ||
			    (shift->days == ROSTER_HOLIDAYS && work))
				continue;
			for (int k = 0; k < length; k++) {
				int64_t minute = (day - first) * 1440 + shift->from + k;
				if (minute >= 0 && minute < WALK_MINUTES)
					minutes[minute] = (int)(shift->order[turn].who[0] - people);
			}
			if (--left == 0) {
				left = shift->every;
				turn = (turn + 1) % shift->n_order;
			}
		}
	}
}

static void random_shift(struct roster_shift *s, struct duty_group *order, int64_t first, int from, int to)
{
	*s = (struct roster_shift){.name = "班",
	    .from = from,
	    .to = to,
	    .every = 1 + roll(4),
	    .days = (enum roster_days)roll(ROSTER_DAYS),
	    .order = order,
	    .n_order = 1 + roll(4),
	    .start = first - 40 + roll(60)};
	for (int i = 0; i < s->n_order; i++)
		order[i] = alone(roll((int)COUNT(people)));
}

static void a_walk_through_the_minutes_says_the_same(void **state)
{
	static int minutes[WALK_MINUTES];
	struct duty_group orders[3][4];
	struct roster_shift shifts[3];
	struct circumstances none = {0};
	int64_t first = day_of("2026-01-01") - 10;
	struct fixture f;

	(void)state;
	for (seed = 1; seed <= 40; seed++) {
		uint64_t kept = seed;
		int a = roll(1440), b = roll(1440), c = roll(1440);

		fixture_of(&f, shifts, 3);
		for (int i = 0; i < 20; i++)
			f.year.kind[roll(60)] = (unsigned char)roll(3);
		random_shift(&shifts[0], orders[0], first, a, b);
		random_shift(&shifts[1], orders[1], first, b, c);
		random_shift(&shifts[2], orders[2], first, c, a);
		walk(&f, first, minutes);
		int64_t next = day_start(first);
		for (int i = 0; i < WALK_DAYS * 1440; i++) {
			int64_t now = day_start(first) + i * MINUTE_MS;
			struct duty d = duty_at(&f.m, &none, &f.unit, now);
			int expected = minutes[i], got = d.people.n ? (int)(d.people.who[0] - people) : -1;

			if (got != expected)
				fail_msg("seed %d, minute %d: %d instead of %d", (int)kept, i, got, expected);
			/* nothing changes between two hand-over times */
			if (i > 0 && minutes[i] != minutes[i - 1] && now != next)
				fail_msg("seed %d, minute %d: no hand-over was announced", (int)kept, i);
			if (now == next)
				next = duty_next(&f.m, &none, &f.unit, now);
		}
		seed = kept;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_day_and_night_shift_goes_round),
	    cmocka_unit_test(every_keeps_a_group_for_a_week),
	    cmocka_unit_test(only_its_days_are_counted),
	    cmocka_unit_test(an_override_goes_before_a_shift_and_an_assignment_before_both),
	    cmocka_unit_test(a_unit_without_a_roster_has_no_one),
	    cmocka_unit_test(overlaps_are_found),
	    cmocka_unit_test(a_walk_through_the_minutes_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
