/*
 * domain_deduction.c - what counts as late: downtimes and the wait for the delivery are deducted.
 */
#include "deadline_fixture.h"

/* -- what counts ------------------------------------------------------------------------------- */

static void late_is(const char *const *want, int n)
{
	assert_int_equal(n_late_story, n);
	for (int i = 0; i < n; i++)
		assert_string_equal(late_story[i], want[i]);
	n_late_story = 0;
}
#define LATE(...)                                                                                            \
	do {                                                                                                 \
		static const char *const want[] = {__VA_ARGS__};                                             \
		late_is(want, (int)COUNT(want));                                                             \
	} while (0)

#define NOT_LATE() assert_int_equal(n_late_story, 0)

static void add_downtime(const char *from, const char *to)
{
	around.n_downtimes = downtimes_add(downs, around.n_downtimes, (struct downtime){at(from), at(to)});
}

/* Fetched at once: late at the due, not a millisecond later. */
static void without_deductions_it_counts_at_the_due(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	walk(at("2026-03-06T10:02"));
	LATE("03-06T10:02:00 acknowledge");
	assert_int_equal(dispatch_late(d), 1u << CLOCK_ACKNOWLEDGE);
	assert_int_equal(dispatch_system_late(d), 0);
}

/* The wait for the delivery is not the unit's, but not for longer than the delivery's own limit. */
static void the_wait_for_the_delivery_is_deducted(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00:40");
	walk(at("2026-03-06T10:02:39"));
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_ACKNOWLEDGE); /* dues go by the instruction */
	NOT_LATE();
	assert_at(inc.wake_at, "03-06T10:02:40");
	walk(at("2026-03-06T10:33"));
	LATE("03-06T10:02:40 acknowledge", "03-06T10:30:40 arrive");
	/* fetched after ten minutes: two are deducted, the limit of the delivery */
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:10");
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:11");
	LATE("03-06T10:04:00 acknowledge");
	/* arrived within thirty minutes of its fetching */
	step(STEP_ARRIVED, "2026-03-06T10:31:59");
	NOT_LATE();
	assert_int_equal(dispatch_overdue(d),
	    1u << CLOCK_DELIVERY | 1u << CLOCK_ACKNOWLEDGE | 1u << CLOCK_ARRIVE);
	assert_int_equal(dispatch_late(d), 1u << CLOCK_ACKNOWLEDGE | 1u << CLOCK_DELIVERY);
}

/* Away for 115 s of a P1's 120 s, back 5 s before the due: not late. */
static void a_downtime_is_deducted(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	add_downtime("2026-03-06T10:00", "2026-03-06T10:01:55");
	walk(at("2026-03-06T10:02:30"));
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_ACKNOWLEDGE);
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ACKNOWLEDGE);
	NOT_LATE();
	assert_at(inc.wake_at, "03-06T10:03:55"); /* due + 115 s */
	/* its wake may come before the step of that very instant, which is in time */
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:03:55");
	LATE("03-06T10:03:55 acknowledge");
	assert_int_equal(dispatch_late(d), 0);
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_ACKNOWLEDGE); /* the history mark stays */
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ACKNOWLEDGE);
	/* a second later it had its two minutes */
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	add_downtime("2026-03-06T10:00", "2026-03-06T10:01:55");
	walk(at("2026-03-06T10:04"));
	LATE("03-06T10:03:55 acknowledge");
	assert_int_equal(dispatch_system_late(d), 0);
}

/* A downtime within the wait for the delivery is deducted with the wait; that the clock ran out in it is the
 * system's doing all the same. P1: a minute for the fetching, away from 10:00:10 to 10:00:50. */
static void a_downtime_within_the_wait_is_the_systems(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	add_downtime("2026-03-06T10:00:10", "2026-03-06T10:00:50");
	walk(at("2026-03-06T10:02"));
	assert_int_equal(dispatch_system_late(d) & 1u << CLOCK_ACKNOWLEDGE, 1u << CLOCK_ACKNOWLEDGE);
	assert_int_equal(dispatch_late(d) & 1u << CLOCK_ACKNOWLEDGE, 0);
	walk(at("2026-03-06T10:03")); /* the minute and the two: it counts, and is no longer excused */
	assert_int_equal(dispatch_system_late(d) & 1u << CLOCK_ACKNOWLEDGE, 0);
	assert_int_equal(dispatch_late(d) & 1u << CLOCK_ACKNOWLEDGE, 1u << CLOCK_ACKNOWLEDGE);
}

/* The wait and a downtime that lie on one another are deducted once; a downtime in what was added, too. */
static void no_instant_is_deducted_twice(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	add_downtime("2026-03-06T10:00:30", "2026-03-06T10:01:30");
	step(STEP_DELIVERED, "2026-03-06T10:01:30");
	walk(at("2026-03-06T10:02"));
	assert_at(inc.wake_at, "03-06T10:03:30"); /* 90 s, not 150 */
	add_downtime("2026-03-06T10:03", "2026-03-06T10:03:20");
	now = at("2026-03-06T10:03:30");
	fire(0, 0);
	NOT_LATE();
	assert_at(inc.wake_at, "03-06T10:03:50");
	proved();
}

/* No notice reached it: the wait is the system's, however long, until it looks. */
static void lose(const char *when)
{
	walk(at(when));
	d->lost_at = now;
	deadline_judge(&inc, d, &m, AROUND, now);
	deadline_arm(&inc, &m, AROUND, now);
	proved();
}

static void find(const char *when)
{
	walk(at(when));
	d->found_at = now;
	deadline_arm(&inc, &m, AROUND, now);
	proved();
}

static void what_reached_no_one_is_not_the_units(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	lose("2026-03-06T10:01");
	walk(at("2026-03-06T10:19"));
	assert_int_equal(dispatch_overdue(d) & 1u << CLOCK_ACKNOWLEDGE, 1u << CLOCK_ACKNOWLEDGE);
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ACKNOWLEDGE);
	NOT_LATE();
	step(STEP_DELIVERED, "2026-03-06T10:20"); /* twenty minutes are deducted of each */
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:21:59");
	step(STEP_ARRIVED, "2026-03-06T10:49:59");
	NOT_LATE();
	assert_int_equal(dispatch_late(d), 1u << CLOCK_DELIVERY); /* which the desk owes */
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ACKNOWLEDGE | 1u << CLOCK_ARRIVE);
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	lose("2026-03-06T10:01");
	step(STEP_DELIVERED, "2026-03-06T10:20");
	walk(at("2026-03-06T11:00"));
	LATE("03-06T10:22:00 acknowledge", "03-06T10:50:00 arrive");
}

/* A later notice reaches it: from then on its clocks count, and no earlier than after the delivery's limit. */
static void what_reached_it_later_counts_from_then(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	lose("2026-03-06T10:01");
	find("2026-03-06T10:10");
	walk(at("2026-03-06T11:00"));
	LATE("03-06T10:12:00 acknowledge", "03-06T10:40:00 arrive");
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	lose("2026-03-06T10:00:20");
	find("2026-03-06T10:00:30");
	walk(at("2026-03-06T10:30"));
	LATE("03-06T10:04:00 acknowledge");
}

static void what_was_late_is_not_once_it_is_known_to_be_lost(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	walk(at("2026-03-06T10:05"));
	LATE("03-06T10:04:00 acknowledge");
	lose("2026-03-06T10:06");
	assert_int_equal(dispatch_late(d) & 1u << CLOCK_ACKNOWLEDGE, 0);
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ACKNOWLEDGE);
	step(STEP_DELIVERED, "2026-03-06T10:20");
	walk(at("2026-03-06T10:23"));
	LATE("03-06T10:22:00 acknowledge");
}

static void a_unit_is_to_be_phoned(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	assert_int_equal(dispatch_to_phone(d), 0);
	lose("2026-03-06T10:01");
	walk(at("2026-03-06T10:05"));
	assert_at(dispatch_to_phone(d), "03-06T10:01:00");
	find("2026-03-06T10:06"); /* it did not fetch it within two minutes all the same */
	assert_at(dispatch_to_phone(d), "03-06T10:02:00");
	step(STEP_DELIVERED, "2026-03-06T10:07");
	assert_int_equal(dispatch_to_phone(d), 0);
}

/* In the clock's own time: a night's downtime is no part of office hours. */
static void deductions_run_in_the_time_of_the_clock(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T17:28");
	step(STEP_ACKNOWLEDGED, "2026-03-06T17:28");
	add_downtime("2026-03-06T17:29", "2026-03-09T08:03"); /* a minute on Friday, three on Monday */
	now = at("2026-03-09T08:03");
	fire(0, 0);
	walk(at("2026-03-09T08:40"));
	LATE("03-09T08:32:00 arrive"); /* due 08:28 */
}

/* -- emergency modes --------------------------------------------------------------------------- */

static struct mode_rule rules[] = {
    {.id = "typhoon", .excuse = 1u << P2 | 1u << P3}, {.id = "flood", .excuse = 1u << P4}};
static struct mode declared[1];

static void declare(const char *name, const char *from, const char *until, const char *ended)
{
	m.policy.modes = rules;
	m.policy.n_modes = COUNT(rules);
	declared[0] =
	    (struct mode){.name = name, .from = at(from), .until = at(until), .ended = ended ? at(ended) : 0};
	around.modes = declared;
	around.n_modes = 1;
}

/* A clock of whose counted time a part lies in the mode, to its actual end, is excused if it is late. Never
 * backwards: what was late already stays late. The clock of each case runs from 10:00 to 10:02. */
static void a_mode_excuses(void **state)
{
	static const struct {
		const char *name, *from, *until, *ended;
		enum excuse want;
	} cases[] = {
	    {"typhoon", "2026-03-06T10:01", "2026-03-06T12:00", NULL, EXCUSE_MODE},
	    {"typhoon", "2026-03-05T10:01", "2026-03-07T12:00", NULL, EXCUSE_MODE},
	    {"typhoon", "2026-03-06T10:01:59.999", "2026-03-06T12:00", NULL, EXCUSE_MODE},
	    {"typhoon", "2026-03-06T10:02", "2026-03-06T12:00", NULL, EXCUSE_NONE},
	    {"typhoon", "2026-03-06T09:00", "2026-03-06T10:00", NULL, EXCUSE_NONE},
	    {"typhoon", "2026-03-06T09:00", "2026-03-06T12:00", "2026-03-06T10:00", EXCUSE_NONE},
	    {"typhoon", "2026-03-06T09:00", "2026-03-06T12:00", "2026-03-06T10:00:00.001", EXCUSE_MODE},
	    {"flood", "2026-03-06T10:01", "2026-03-06T12:00", NULL, EXCUSE_NONE},
	    {"gone", "2026-03-06T10:01", "2026-03-06T12:00", NULL, EXCUSE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
		step(STEP_DELIVERED, "2026-03-06T10:00");
		declare(cases[i].name, cases[i].from, cases[i].until, cases[i].ended);
		walk(at("2026-03-06T10:05"));
		LATE("03-06T10:02:00 acknowledge");
		assert_int_equal(clock_excuse(&d->clocks[CLOCK_ACKNOWLEDGE]), cases[i].want);
		step(STEP_ACKNOWLEDGED, "2026-03-06T10:30");
		assert_true(clock_late(&d->clocks[CLOCK_ACKNOWLEDGE]));
		assert_int_equal(clock_excuse(&d->clocks[CLOCK_ACKNOWLEDGE]), cases[i].want);
		around.n_modes = 0;
	}
}

/* A Saturday's mode is no part of a clock that runs in office hours: due on Monday at 08:28. */
static void a_mode_counts_in_the_clocks_own_time(void **state)
{
	(void)state;
	for (int monday = 0; monday < 2; monday++) {
		issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
		step(STEP_DELIVERED, "2026-03-06T17:28");
		step(STEP_ACKNOWLEDGED, "2026-03-06T17:28");
		declare("typhoon", "2026-03-07T00:00",
		    monday ? "2026-03-09T08:00:00.001" : "2026-03-09T08:00", NULL);
		step(STEP_ARRIVED, "2026-03-09T08:29");
		assert_true(d->clocks[CLOCK_ARRIVE].late);
		assert_int_equal(d->clocks[CLOCK_ARRIVE].excused, monday ? EXCUSE_MODE : EXCUSE_NONE);
		around.n_modes = 0;
	}
}

/* The wait for the delivery puts the last instant off, and a mode that begins before it still excuses. */
static void a_mode_within_what_is_deducted_excuses(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00:40");
	declare("typhoon", "2026-03-06T10:02:30", "2026-03-06T12:00", NULL);
	walk(at("2026-03-06T10:02:40"));
	LATE("03-06T10:02:40 acknowledge");
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].excused, EXCUSE_MODE);
	around.n_modes = 0;
}

static void an_appeals_excuse_stays_while_it_is_late(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:05");
	d->clocks[CLOCK_ACKNOWLEDGE].excused = EXCUSE_APPEAL;
	deadline_judge(&inc, d, &m, AROUND, now);
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].late);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].excused, EXCUSE_APPEAL);
	d->at[STEP_ACKNOWLEDGED] = at("2026-03-06T10:01"); /* corrected: it was in time */
	deadline_restep(&inc, d, &m, AROUND);
	assert_false(d->clocks[CLOCK_ACKNOWLEDGE].late);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].excused, EXCUSE_NONE);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(without_deductions_it_counts_at_the_due),
	    TEST(the_wait_for_the_delivery_is_deducted),
	    TEST(a_downtime_is_deducted),
	    TEST(a_downtime_within_the_wait_is_the_systems),
	    TEST(no_instant_is_deducted_twice),
	    TEST(what_reached_no_one_is_not_the_units),
	    TEST(what_reached_it_later_counts_from_then),
	    TEST(what_was_late_is_not_once_it_is_known_to_be_lost),
	    TEST(a_unit_is_to_be_phoned),
	    TEST(deductions_run_in_the_time_of_the_clock),
	    TEST(a_mode_excuses),
	    TEST(a_mode_counts_in_the_clocks_own_time),
	    TEST(a_mode_within_what_is_deducted_excuses),
	    TEST(an_appeals_excuse_stays_while_it_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
