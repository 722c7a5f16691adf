/*
 * domain_outcome.c - what came of a clock, how a dispatch counts, and the times that are sorted into buckets:
 * every value is worked out by hand.
 */
#include "deadline_fixture.h"
#include "domain/outcome.h"
#include "domain/tally.h"

static void outcome_is(enum clock_kind kind, const char *want)
{
	assert_string_equal(outcome_names[outcome_of(d, kind)], want);
}

static void withdraw(const char *when)
{
	walk(at(when));
	d->state = DISPATCH_WITHDRAWN;
	d->withdrawn_at = now;
	deadline_arm(&inc, &m, AROUND, now);
}

/* -- what came of a clock ----------------------------------------------------------------------- */

static void a_clock_runs_and_is_met(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	outcome_is(CLOCK_DELIVERY, "met");
	outcome_is(CLOCK_ACKNOWLEDGE, "running");
	outcome_is(CLOCK_ARRIVE, "running");
	outcome_is(CLOCK_FIRST_REPORT, "none");
	outcome_is(CLOCK_NEXT_REPORT, "none");
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:02"); /* at the due: in time */
	outcome_is(CLOCK_ACKNOWLEDGE, "met");
	step(STEP_ARRIVED, "2026-03-06T10:30");
	outcome_is(CLOCK_ARRIVE, "met");
	outcome_is(CLOCK_FIRST_REPORT, "running");
	step(STEP_COMPLETED, "2026-03-06T11:00");
	outcome_is(CLOCK_FIRST_REPORT, "met");
	outcome_is(CLOCK_NEXT_REPORT, "none"); /* none was asked for: the result was the first report */
}

static void a_millisecond_is_late(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:02:00.001");
	outcome_is(CLOCK_ACKNOWLEDGE, "late");
	step(STEP_ARRIVED, "2026-03-06T10:30:00.001");
	outcome_is(CLOCK_ARRIVE, "late");
}

/* Exactly at closing time: 11:30 and thirty minutes of office hours end at noon, 17:00 and thirty at 17:30. */
static void due_at_closing_time(void **state)
{
	static const struct {
		const char *issued, *arrived, *want;
	} cases[] = {
	    {"2026-03-06T11:30", "2026-03-06T12:00:00.000", "met"},
	    {"2026-03-06T11:30", "2026-03-06T12:00:00.001", "late"},
	    {"2026-03-06T11:30", "2026-03-06T14:30:00.000", "late"},
	    {"2026-03-06T17:00", "2026-03-06T17:30:00.000", "met"},
	    {"2026-03-06T17:00", "2026-03-06T17:30:00.001", "late"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		issue(cases[i].issued, P3, "600101", ZONE_CITY, "housing", AS_LEAD);
		step(STEP_ACKNOWLEDGED, cases[i].issued);
		step(STEP_ARRIVED, cases[i].arrived);
		outcome_is(CLOCK_ARRIVE, cases[i].want);
	}
}

static void what_was_withdrawn_in_time_has_no_outcome(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	withdraw("2026-03-06T10:01:59");
	outcome_is(CLOCK_ACKNOWLEDGE, "none");
	outcome_is(CLOCK_ARRIVE, "none");
	outcome_is(CLOCK_DELIVERY, "met");
	/* after the one due, before the other */
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	withdraw("2026-03-06T10:02:01");
	outcome_is(CLOCK_ACKNOWLEDGE, "late");
	outcome_is(CLOCK_ARRIVE, "none");
	/* past the due, and not past what is deducted: fetched after 40 s */
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00:40");
	withdraw("2026-03-06T10:02:30");
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_ACKNOWLEDGE);
	outcome_is(CLOCK_ACKNOWLEDGE, "none");
}

static void of_a_void_dispatch_nothing_is_late(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	walk(at("2026-03-06T10:05"));
	outcome_is(CLOCK_ACKNOWLEDGE, "late");
	d->voided = VOID_RETURNED;
	d->clocks[CLOCK_ACKNOWLEDGE].late = false;
	withdraw("2026-03-06T10:06");
	outcome_is(CLOCK_DELIVERY, "void");
	outcome_is(CLOCK_ACKNOWLEDGE, "void");
	outcome_is(CLOCK_ARRIVE, "none"); /* it had time left */
}

static void what_is_excused_does_not_count(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	walk(at("2026-03-06T10:05"));
	d->clocks[CLOCK_ACKNOWLEDGE].excused = EXCUSE_APPEAL;
	outcome_is(CLOCK_ACKNOWLEDGE, "excused");
	/* what the system's downtime covers is met: 115 s of a P1's 120 s, back 5 s before the due */
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	around.n_downtimes =
	    downtimes_add(downs, 0, (struct downtime){at("2026-03-06T10:00"), at("2026-03-06T10:01:55")});
	walk(at("2026-03-06T10:02:30"));
	outcome_is(CLOCK_ACKNOWLEDGE, "running");
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:03:55");
	outcome_is(CLOCK_ACKNOWLEDGE, "met");
}

/* Outside the city the arrival has no limit: no outcome, and measured all the same. */
static void without_a_limit_there_is_no_outcome(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_OUTSIDE, "fire", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:01");
	step(STEP_ARRIVED, "2026-03-06T11:10");
	outcome_is(CLOCK_ACKNOWLEDGE, "met");
	outcome_is(CLOCK_ARRIVE, "none");
	assert_int_equal(d->arrive_ms, 70 * MINUTE_MS);
	assert_true(outcome_done(d, BUCKETED_ARRIVE));
	assert_int_equal(outcome_bucket(BUCKETED_ARRIVE, d->arrive_ms), 4);
	/* a unit that is only informed has no clocks */
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_INFORM);
	d->at[STEP_ACKNOWLEDGED] = at("2026-03-06T10:01");
	deadline_step(&inc, d, &m, AROUND, STEP_ACKNOWLEDGED, false, at("2026-03-06T10:01"));
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++)
		outcome_is(kind, "none");
	assert_int_equal(d->acknowledge_ms, -1);
	assert_false(outcome_done(d, BUCKETED_ACKNOWLEDGE));
}

/* -- the next report has many runs ---------------------------------------------------------------- */

static void of_the_next_reports_one_late_is_enough(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:00");
	step(STEP_ARRIVED, "2026-03-06T10:10");
	progress("2026-03-06T10:40", NULL);
	outcome_is(CLOCK_FIRST_REPORT, "met");
	outcome_is(CLOCK_NEXT_REPORT, "running"); /* until 12:40 */
	progress("2026-03-06T12:40", NULL);
	outcome_is(CLOCK_NEXT_REPORT, "running");
	progress("2026-03-06T14:40:01", NULL); /* a second late */
	outcome_is(CLOCK_NEXT_REPORT, "late");
	assert_false(d->clocks[CLOCK_NEXT_REPORT].late); /* its present run is not */
	progress("2026-03-06T15:00", NULL);
	step(STEP_COMPLETED, "2026-03-06T15:10");
	outcome_is(CLOCK_NEXT_REPORT, "late");
	assert_int_equal(dispatch_late(d), 1u << CLOCK_NEXT_REPORT);
}

/* What a wake had marked is taken back if the report proves in time; an earlier run stays late. */
static void a_report_that_proves_in_time_is_not_late(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_DELIVERED, "2026-03-06T10:00");
	step(STEP_ARRIVED, "2026-03-06T10:10");
	walk(at("2026-03-06T10:40:30"));
	outcome_is(CLOCK_FIRST_REPORT, "late");
	progress_of(at("2026-03-06T10:40"), 0); /* the desk enters it on behalf */
	outcome_is(CLOCK_FIRST_REPORT, "met");
	walk(at("2026-03-06T12:41")); /* the next is due at 12:40 */
	outcome_is(CLOCK_NEXT_REPORT, "late");
	progress_of(at("2026-03-06T12:40"), 0);
	outcome_is(CLOCK_NEXT_REPORT, "running");
	progress("2026-03-06T14:41", NULL);
	outcome_is(CLOCK_NEXT_REPORT, "late");
	walk(at("2026-03-06T16:41:30")); /* due at 16:41 */
	progress_of(at("2026-03-06T16:41"), 0);
	outcome_is(CLOCK_NEXT_REPORT, "late");
}

static void the_run_that_counts_most_decides(void **state)
{
	struct clock c = {0};

	(void)state;
	assert_int_equal(clock_sum(&c), 0);
	c.late = true;
	c.excused = EXCUSE_MODE;
	assert_int_equal(clock_sum(&c), 1 + EXCUSE_MODE);
	assert_int_equal(clock_excuse(&c), EXCUSE_MODE);
	c.earlier = 1; /* an earlier one counts */
	assert_true(clock_late(&c));
	assert_int_equal(clock_excuse(&c), EXCUSE_NONE);
	c = (struct clock){.late = true, .earlier = 1 + EXCUSE_MODE};
	assert_int_equal(clock_excuse(&c), EXCUSE_NONE);
	c = (struct clock){.earlier = 1 + EXCUSE_APPEAL};
	assert_true(clock_late(&c));
	assert_int_equal(clock_excuse(&c), EXCUSE_APPEAL);
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	d->clocks[CLOCK_NEXT_REPORT] =
	    (struct clock){.start = 1, .due = 2, .stopped = 2, .earlier = 1 + EXCUSE_MODE};
	outcome_is(CLOCK_NEXT_REPORT, "excused");
	d->clocks[CLOCK_NEXT_REPORT].earlier = 1;
	d->clocks[CLOCK_NEXT_REPORT].late = true;
	d->clocks[CLOCK_NEXT_REPORT].excused = EXCUSE_MODE;
	outcome_is(CLOCK_NEXT_REPORT, "late");
	c = (struct clock){.excused = EXCUSE_SYSTEM}; /* overdue, and not late */
	assert_false(clock_late(&c));
	assert_int_equal(clock_excuse(&c), EXCUSE_SYSTEM);
}

/* -- times ---------------------------------------------------------------------------------------- */

static void each_bound_belongs_to_the_bucket_below(void **state)
{
	static const struct {
		enum bucketed what;
		int64_t bounds[BUCKETS - 1];
	} kinds[] = {
	    {BUCKETED_ACKNOWLEDGE, {30000, 60000, 120000, 180000}},
	    {BUCKETED_ARRIVE, {300000, 600000, 900000, 1800000}},
	    {BUCKETED_FIRST_REPORT, {1800000, 3600000, 7200000, 14400000}},
	};

	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		assert_int_equal(outcome_bucket(kinds[k].what, 0), 0);
		for (int i = 0; i < BUCKETS - 1; i++) {
			assert_int_equal(outcome_bucket(kinds[k].what, kinds[k].bounds[i]), i);
			assert_int_equal(outcome_bucket(kinds[k].what, kinds[k].bounds[i] + 1), i + 1);
		}
		assert_int_equal(outcome_bucket(kinds[k].what, 365 * DAY_MS), BUCKETS - 1);
	}
}

static void times_are_measured_from_the_issue_in_the_clocks_time(void **state)
{
	static const struct {
		const char *issued;
		enum priority priority;
		const char *unit, *acknowledged, *arrived;
		int64_t acknowledge_ms, arrive_ms;
	} cases[] = {
	    {"2026-03-06T10:00", P2, "fire", "2026-03-06T10:00:30", "2026-03-06T10:05", 30000, 300000},
	    {"2026-03-06T10:00", P2, "fire", "2026-03-06T10:00:30.001", "2026-03-06T10:05:00.001", 30001,
		300001},
	    {"2026-03-06T10:00", P2, "fire", "2026-03-06T10:00", "2026-03-06T10:00", 0, 0},
	    /* Friday 17:28 to Monday 08:20: 2 and 20 minutes of office hours; its people day and night */
	    {"2026-03-06T17:28", P3, "housing", "2026-03-06T17:33", "2026-03-09T08:20", 300000, 1320000},
	    /* in the lunch break: nothing until 14:30 */
	    {"2026-03-06T12:30", P3, "housing", "2026-03-06T12:31", "2026-03-06T14:40", 60000, 600000},
	    {"2026-03-06T12:30", P3, "housing", "2026-03-06T12:31", "2026-03-06T14:20", 60000, 0},
	    /* a P4 over Spring Festival, the 15th to the 23rd: 10 minutes on Saturday the 14th, which is
	       worked, and 15 on the 24th */
	    {"2026-02-14T17:20", P4, "housing", "2026-02-24T08:15", "2026-02-24T09:00", 1500000, 4200000},
	    /* tier 1 has no festival: 14 h 55 min */
	    {"2026-02-14T17:20", P3, "fire", "2026-02-14T17:20:05", "2026-02-15T08:15", 5000, 53700000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		issue(cases[i].issued, cases[i].priority, "600101", ZONE_CITY, cases[i].unit, AS_LEAD);
		step(STEP_ACKNOWLEDGED, cases[i].acknowledged);
		assert_int_equal(d->acknowledge_ms, cases[i].acknowledge_ms);
		assert_int_equal(d->arrive_ms, -1);
		step(STEP_ARRIVED, cases[i].arrived);
		assert_int_equal(d->arrive_ms, cases[i].arrive_ms);
		assert_int_equal(d->acknowledge_ms, cases[i].acknowledge_ms);
	}
}

static void a_later_calendar_changes_no_time(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	step(STEP_ACKNOWLEDGED, "2026-03-06T17:29");
	step(STEP_ARRIVED, "2026-03-09T08:20");
	set_days("2026-03-07", "2026-03-08", DAY_WORK);
	step(STEP_COMPLETED, "2026-03-09T09:00");
	assert_int_equal(d->arrive_ms, 22 * MINUTE_MS);
	assert_int_equal(d->acknowledge_ms, MINUTE_MS);
}

static void the_first_report_is_measured_from_the_arrival(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:10");
	assert_int_equal(d->first_report_ms, -1);
	progress("2026-03-06T10:40", NULL);
	assert_int_equal(d->first_report_ms, 30 * MINUTE_MS);
	progress("2026-03-06T10:50", NULL);
	assert_int_equal(d->first_report_ms, 30 * MINUTE_MS);
	/* the result is a report, too */
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:10");
	step(STEP_COMPLETED, "2026-03-06T10:10:00.001");
	assert_int_equal(d->first_report_ms, 1);
	/* a P4 reports from its issue: it has no first report of its own */
	issue("2026-03-06T09:00", P4, "600101", ZONE_CITY, "fire", AS_LEAD);
	step(STEP_ARRIVED, "2026-03-06T10:10");
	progress("2026-03-06T10:40", NULL);
	assert_int_equal(d->first_report_ms, -1);
	assert_false(outcome_done(d, BUCKETED_FIRST_REPORT));
}

/* Until somebody confirmed it the recording counts, and is measured; a correction measures anew. */
static void what_counts_is_measured(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	walk(at("2026-03-06T10:45"));
	d->at[STEP_ACKNOWLEDGED] = d->at[STEP_DELIVERED] = at("2026-03-06T10:01");
	d->at[STEP_ARRIVED] = at("2026-03-06T10:29");
	for (int s = STEP_DELIVERED; s <= STEP_ARRIVED; s++)
		d->recorded[s] = now;
	d->unconfirmed = 1u << STEP_ARRIVED;
	d->state = DISPATCH_ARRIVED;
	deadline_step(&inc, d, &m, AROUND, STEP_ARRIVED, false, now);
	assert_int_equal(d->acknowledge_ms, MINUTE_MS);
	assert_int_equal(d->arrive_ms, 45 * MINUTE_MS);
	outcome_is(CLOCK_ARRIVE, "late");
	d->unconfirmed = 0;
	deadline_restep(&inc, d, &m, AROUND);
	assert_int_equal(d->arrive_ms, 29 * MINUTE_MS);
	outcome_is(CLOCK_ARRIVE, "met");
	d->at[STEP_ARRIVED] = 0; /* it was no arrival at all */
	d->state = DISPATCH_ACKNOWLEDGED;
	deadline_restep(&inc, d, &m, AROUND);
	assert_int_equal(d->arrive_ms, -1);
	assert_false(outcome_done(d, BUCKETED_ARRIVE));
}

/* -- standing ------------------------------------------------------------------------------------- */

static void the_first_standing_that_fits(void **state)
{
	static const struct {
		bool drill, apart;
		enum void_reason voided;
		enum dispatch_role role;
		enum zone zone;
		const char *want;
	} cases[] = {
	    {false, false, VOID_NONE, AS_LEAD, ZONE_CITY, "counted"},
	    {false, false, VOID_NONE, AS_ASSIST, ZONE_CITY, "counted"},
	    {false, false, VOID_NONE, AS_LEAD, ZONE_OUTSIDE, "outside"},
	    {false, true, VOID_NONE, AS_LEAD, ZONE_OUTSIDE, "apart"},
	    {false, true, VOID_NONE, AS_INFORM, ZONE_CITY, "inform"},
	    {false, true, VOID_RETURNED, AS_INFORM, ZONE_OUTSIDE, "void"},
	    {false, false, VOID_ERROR, AS_LEAD, ZONE_CITY, "void"},
	    {false, false, VOID_CANCELLED, AS_LEAD, ZONE_CITY, "void"},
	    {false, false, VOID_SAME_MATTER, AS_LEAD, ZONE_CITY, "void"},
	    {true, true, VOID_ERROR, AS_INFORM, ZONE_OUTSIDE, "drill"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		issue("2026-03-06T10:00", P2, "600101", cases[i].zone, "fire", cases[i].role);
		inc.drill = cases[i].drill;
		d->voided = cases[i].voided;
		categories[0].counted = !cases[i].apart;
		assert_string_equal(standing_names[outcome_standing(&inc, d, &m)], cases[i].want);
	}
	categories[0].counted = true;
	inc = (struct incident){.category = "600101", .zone = ZONE_CITY};
	assert_int_equal(outcome_incident(&inc, &m), STANDING_COUNTED);
	inc.category = NULL; /* none was found: it counts */
	assert_int_equal(outcome_incident(&inc, &m), STANDING_COUNTED);
	inc.zone = ZONE_OUTSIDE;
	assert_int_equal(outcome_incident(&inc, &m), STANDING_OUTSIDE);
	inc.same_as = 7;
	assert_int_equal(outcome_incident(&inc, &m), STANDING_VOID);
	inc.same_as = 0;
	inc.state = INCIDENT_CANCELLED;
	assert_int_equal(outcome_incident(&inc, &m), STANDING_VOID);
	inc.drill = true;
	assert_int_equal(outcome_incident(&inc, &m), STANDING_DRILL);
}

static void a_recount_saves_what_changes(void **state)
{
	(void)state;
	categories[0].counted = true;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	inc.n_dispatches = 3;
	slots[1] = (struct dispatch){.n = 2, .unit = "power", .role = AS_INFORM, .standing = STANDING_INFORM};
	slots[2] = (struct dispatch){
	    .n = 3, .unit = "housing", .role = AS_ASSIST, .voided = VOID_ERROR, .standing = STANDING_VOID};
	d->changed = inc.changed = false;
	outcome_recount(&inc, &m);
	assert_false(inc.changed || d->changed);
	inc.zone = ZONE_OUTSIDE;
	outcome_recount(&inc, &m);
	assert_true(inc.changed && d->changed && !slots[1].changed && !slots[2].changed);
	assert_int_equal(inc.standing, STANDING_OUTSIDE);
	assert_int_equal(d->standing, STANDING_OUTSIDE);
	assert_int_equal(slots[1].standing, STANDING_INFORM);
	assert_int_equal(slots[2].standing, STANDING_VOID);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_clock_runs_and_is_met),
	    TEST(a_millisecond_is_late),
	    TEST(due_at_closing_time),
	    TEST(what_was_withdrawn_in_time_has_no_outcome),
	    TEST(of_a_void_dispatch_nothing_is_late),
	    TEST(what_is_excused_does_not_count),
	    TEST(without_a_limit_there_is_no_outcome),
	    TEST(of_the_next_reports_one_late_is_enough),
	    TEST(a_report_that_proves_in_time_is_not_late),
	    TEST(the_run_that_counts_most_decides),
	    TEST(each_bound_belongs_to_the_bucket_below),
	    TEST(times_are_measured_from_the_issue_in_the_clocks_time),
	    TEST(a_later_calendar_changes_no_time),
	    TEST(the_first_report_is_measured_from_the_arrival),
	    TEST(what_counts_is_measured),
	    TEST(the_first_standing_that_fits),
	    TEST(a_recount_saves_what_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
