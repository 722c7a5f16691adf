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

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(without_deductions_it_counts_at_the_due),
	    TEST(the_wait_for_the_delivery_is_deducted),
	    TEST(a_downtime_is_deducted),
	    TEST(a_downtime_within_the_wait_is_the_systems),
	    TEST(no_instant_is_deducted_twice),
	    TEST(deductions_run_in_the_time_of_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
