/*
 * domain_amend.c - what becomes of running clocks when priority, area or category are amended: every
 * expectation is worked out by hand. The instruction is of 10:00; acknowledging takes 2, 2, 5, 30 minutes by
 * priority, the delivery 1, 2, 5, 10, arriving 30 in the city, the first report 30, 30, 120, 120.
 */
#include "lifecycle_fixture.h"
#include "domain/outcome.h"
#include "domain/terms.h"

static int set_up_limits(void **state)
{
	static const int acknowledge[] = {0, 2, 2, 5, 30}, delivery[] = {0, 1, 2, 5, 10},
			 first[] = {0, 30, 30, 120, 120};
	set_up(state);
	for (int p = P1; p <= P4; p++) {
		w.m.policy.acknowledge_ms[p] = acknowledge[p] * MINUTE_MS;
		w.m.policy.delivery_ms[p] = delivery[p] * MINUTE_MS;
		w.m.policy.first_report_ms[p] = first[p] * MINUTE_MS;
		w.m.policy.outside_every_ms[p] = 30 * MINUTE_MS;
	}
	return 0;
}
#define LIMITS(f) cmocka_unit_test_setup_teardown(f, set_up_limits, tear_down)

static int64_t clock_at(const char *time)
{
	return strcmp(time, "none") == 0 ? 0 : at(arena_printf(w.a, "2026-07-10T%s+08:00", time));
}

static struct incident *of_priority(enum priority p, const char *area)
{
	struct command c = report("601301", area);
	command_set_int(&c, FIELD_PRIORITY, p - P1);
	return lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
}

static bool amend(struct incident *inc, enum account_role role, enum priority p, const char *area,
    const char *category)
{
	struct command c = command(COMMAND_INCIDENT_AMEND, role);
	if (p)
		command_set_int(&c, FIELD_PRIORITY, p - P1);
	command_set_text(&c, FIELD_AREA, area);
	command_set_text(&c, FIELD_CATEGORY, category);
	bool done = decide(inc, &c);
	const char *wrong = deadline_check(inc, &w.m, AROUND, w.now);
	if (wrong)
		fail_msg("%s", wrong);
	return done;
}

/* Art. 2, 6: P1 and P2 outside the city; P3 and what is in the city are none of the township's. */
static void the_township_hears_of_what_becomes_urgent(void **state)
{
	static const struct {
		enum priority from, to;
		const char *area, *other;
		bool told;
	} cases[] = {{P3, P2, "O", NULL, true}, {P3, P1, "O", NULL, true}, {P4, P3, "O", NULL, false},
	    {P3, P2, "C", NULL, false}, {P2, PRIORITY_NONE, "C", "O", true}};

	(void)state;
	areas[1].township = &units[3];
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct incident *inc = of_priority(cases[i].from, cases[i].area);
		int before = inc->n_dispatches;

		assert_true(amend(inc, ROLE_DESK, cases[i].to, cases[i].other, NULL));
		assert_int_equal(inc->n_dispatches - before, cases[i].told);
		if (cases[i].told) {
			assert_string_equal(inc->dispatches[before].unit, units[3].id);
			assert_int_equal(inc->dispatches[before].role, AS_ASSIST);
			assert_string_equal(inc->dispatches[before].rule, "township");
		}
	}
	areas[1].township = NULL;
}

static void priority_amended(void **state)
{
	static const struct {
		enum priority from, to;
		const char *at, *delivery, *acknowledge, *start;
	} cases[] = {
	    /* graver: a new limit from now, where it ends sooner */
	    {P3, P1, "10:01:00", "10:02:00", "10:03:00", "10:01:00"},
	    {P4, P1, "10:04:00", "10:05:00", "10:06:00", "10:04:00"},
	    /* at 10:04 two more minutes would be later than the due that there is */
	    {P3, P1, "10:04:00", "10:05:00", "10:05:00", "10:00:00"},
	    /* less grave: from the issue on */
	    {P1, P3, "10:00:30", "10:05:00", "10:05:00", "10:00:00"},
	    {P2, P4, "10:01:59", "10:10:00", "10:30:00", "10:00:00"},
	    /* at the due it is not overdue yet; after it, it stays */
	    {P2, P3, "10:02:00", "10:05:00", "10:05:00", "10:00:00"},
	    {P2, P3, "10:02:00.001", "10:02:00", "10:02:00", "10:00:00"},
	    /* the same limits */
	    {P2, P1, "10:00:30", "10:01:30", "10:02:00", "10:00:00"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = clock_at("10:00:00");
		struct incident *inc = of_priority(cases[i].from, "C");
		const struct clock *clocks = inc->dispatches[0].clocks;
		w.now = clock_at(cases[i].at);
		assert_true(amend(inc, ROLE_SHIFT_LEADER, cases[i].to, NULL, NULL));
		if (clocks[CLOCK_DELIVERY].due != clock_at(cases[i].delivery) ||
		    clocks[CLOCK_ACKNOWLEDGE].due != clock_at(cases[i].acknowledge) ||
		    clocks[CLOCK_ACKNOWLEDGE].start != clock_at(cases[i].start))
			fail_msg("case %zu", i);
		assert_int_equal(clocks[CLOCK_ARRIVE].due, clock_at("10:30:00"));
		assert_true(clocks[CLOCK_ACKNOWLEDGE].due >= w.now ||
		    clocks[CLOCK_ACKNOWLEDGE].due == clock_at("10:02:00"));
	}
}

static void said_once_for_each_clock(void **state)
{
	(void)state;
	struct incident *inc = of_priority(P3, "C");
	w.now = clock_at("10:01:00");
	assert_true(amend(inc, ROLE_DESK, P1, NULL, NULL));
	assert_int_equal(event_count(EVENT_DISPATCH_RESCHEDULED),
	    4); /* delivery, acknowledge; lead, assist */
	assert_non_null(strstr(w.out.events[1].data.p,
	    "\"clock\":\"delivery\",\"from\":\"2026-07-10T10:05:00+08:00\",\"due\":\"2026-07-10T10:02:00+08:"
	    "00\""));
	assert_true(amend(inc, ROLE_DESK, P1, NULL, NULL));
	assert_int_equal(event_count(EVENT_DISPATCH_RESCHEDULED), 0);
}

/* Assumed to be in the city, and it is not; and the other way round. */
static void the_area_amended(void **state)
{
	(void)state;
	struct incident *inc = of_priority(P2, "C");
	struct clock *arrive = &inc->dispatches[0].clocks[CLOCK_ARRIVE];
	w.now = clock_at("10:01:00");
	assert_true(amend(inc, ROLE_DESK, PRIORITY_NONE, "O", NULL));
	assert_int_equal(arrive->due, 0);
	assert_int_equal(arrive->start, clock_at("10:00:00"));
	assert_int_equal(inc->dispatches[0].standing, outcome_standing(inc, &inc->dispatches[0], &w.m));
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	assert_true(decide(inc, &c));
	w.now = clock_at("10:40:00");
	assert_true(amend(inc, ROLE_DESK, PRIORITY_NONE, "C", NULL));
	assert_int_equal(arrive->due, clock_at("11:10:00"));
	assert_int_equal(arrive->start, clock_at("10:40:00"));
	assert_false(arrive->late);
}

/* Outside the city a P4 is not followed up, and has three working days for a report: one that becomes a P4 on its way
 * owes that from then on, or it would lie there for ever without a reminder. */
static void lowered_outside_it_has_days_for_a_report(void **state)
{
	(void)state;
	w.m.policy.next_report_days[P4] = 3;
	w.m.policy.next_report_ms[P4] = 0;
	w.m.policy.outside_every_ms[P4] = 0;
	struct incident *inc = of_priority(P3, "O");
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	const struct clock *next = &inc->dispatches[0].clocks[CLOCK_NEXT_REPORT];
	assert_true(decide(inc, &c));
	assert_int_equal(next->due, 0);
	w.now = clock_at("10:46:00"); /* a Friday */
	assert_true(amend(inc, ROLE_SHIFT_LEADER, P4, NULL, NULL));
	assert_int_equal(next->start, clock_at("10:46:00"));
	assert_int_equal(next->due, at("2026-07-15T17:30:00+08:00"));
	assert_true(inc->wake_at > w.now);
	assert_true(event_count(EVENT_DISPATCH_RESCHEDULED) > 0);
}

static void nobody_is_to_come_any_more(void **state)
{
	(void)state;
	struct incident *inc = of_priority(P2, "C");
	struct dispatch *d = &inc->dispatches[0];
	w.now = clock_at("10:01:00");
	assert_true(amend(inc, ROLE_DESK, PRIORITY_NONE, NULL, "909901")); /* no visit */
	assert_int_equal(d->clocks[CLOCK_ARRIVE].start, 0);
	assert_int_equal(d->clocks[CLOCK_ARRIVE].due, 0);
	assert_int_equal(d->clocks[CLOCK_NEXT_REPORT].due, clock_at("12:01:00"));
	w.now = clock_at("10:01:30");
	assert_true(amend(inc, ROLE_DESK, PRIORITY_NONE, NULL, "601301"));
	assert_int_equal(d->clocks[CLOCK_ARRIVE].due, clock_at("10:31:30"));
}

/* What was met keeps the terms that it was met by; the report that is owed has new ones. */
static void what_was_met_stays(void **state)
{
	(void)state;
	struct incident *inc = of_priority(P2, "C");
	struct dispatch *d = &inc->dispatches[0];
	w.now = clock_at("10:10:00");
	struct command c = act(COMMAND_DISPATCH_ARRIVE, "N1-01");
	assert_true(decide(inc, &c));
	const struct clock acknowledge = d->clocks[CLOCK_ACKNOWLEDGE], arrive = d->clocks[CLOCK_ARRIVE];
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].due, clock_at("10:40:00"));
	w.now = clock_at("10:20:00");
	assert_true(amend(inc, ROLE_SHIFT_LEADER, P3, NULL, NULL));
	assert_memory_equal(&d->clocks[CLOCK_ACKNOWLEDGE], &acknowledge, sizeof acknowledge);
	assert_memory_equal(&d->clocks[CLOCK_ARRIVE], &arrive, sizeof arrive);
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].due, clock_at("12:10:00"));
}

static void terms_come_back(void **state)
{
	(void)state;
	struct incident *inc = of_priority(P2, "C");
	struct dispatch *d = &inc->dispatches[0], copy;
	assert_null(d->rescheduled);
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	w.now = clock_at("10:01:00");
	assert_true(decide(inc, &c));
	d->revision = "0123456789ab";
	w.m.revision[0] = 'f'; /* by the mechanism in force */
	assert_true(amend(inc, ROLE_DESK, P3, "O", NULL));
	assert_string_equal(d->rescheduled, "arrive P3 outside 601301 f123456789ab\n");
	copy = *d;
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		copy.clocks[k].revision = NULL;
		if (k)
			copy.clocks[k].terms = (struct terms){0};
	}
	copy.clocks[0].rungs = 0;
	dispatch_restore(&copy, w.a);
	for (int k = CLOCK_DELIVERY; k <= CLOCK_ARRIVE; k++) {
		assert_int_equal(copy.clocks[k].terms.priority, d->clocks[k].terms.priority);
		assert_int_equal(copy.clocks[k].terms.zone, d->clocks[k].terms.zone);
		assert_string_equal(copy.clocks[k].terms.category, d->clocks[k].terms.category);
		assert_true(text_eq(copy.clocks[k].revision, d->clocks[k].revision));
	}
	copy.rescheduled = "no P9 such line\narrive\n"; /* of another version: passed over */
	dispatch_restore(&copy, w.a);
	assert_int_equal(copy.clocks[CLOCK_ARRIVE].terms.priority, P2);
}

/* -- who may lower what is overdue, and void it ----------------------------------------------- */

static void lowering_what_is_overdue(void **state)
{
	(void)state;
	struct incident *inc = of_priority(P1, "C");
	w.now = clock_at("10:03:00"); /* the acknowledgement was due at 10:02 */
	assert_false(amend(inc, ROLE_DESK, P2, NULL, NULL));
	assert_int_equal(w.why.code, ERROR_FORBIDDEN);
	assert_int_equal(inc->priority, P1);
	assert_true(amend(inc, ROLE_DESK, PRIORITY_NONE, "O", NULL)); /* that hides nothing */
	assert_true(amend(inc, ROLE_SHIFT_LEADER, P2, NULL, NULL));
	assert_true(amend(inc, ROLE_DESK, P1, NULL, NULL)); /* graver may be said by everybody at the desk */
}

static void sent_in_error(void **state)
{
	(void)state;
	struct incident *inc = of_priority(P1, "C");
	struct command c = act(COMMAND_DISPATCH_WITHDRAW, "N1-02");
	command_set_int(&c, FIELD_VOID, true);
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[1].voided, VOID_ERROR);
	assert_int_equal(inc->dispatches[1].standing, STANDING_VOID);
	assert_int_equal(event_count(EVENT_DISPATCH_VOIDED), 1);
	w.now = clock_at("10:03:00");
	command_set_text(&c, FIELD_DISPATCH, "N1-01");
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_FORBIDDEN);
	command_set_int(&c, FIELD_VOID, false); /* withdrawn, and late all the same */
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[0].voided, VOID_NONE);
	command_set_int(&c, FIELD_VOID, true); /* found out afterwards */
	assert_false(decide(inc, &c));
	c.who.role = ROLE_SHIFT_LEADER;
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[0].voided, VOID_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LIMITS(the_township_hears_of_what_becomes_urgent),
	    LIMITS(priority_amended),
	    LIMITS(said_once_for_each_clock),
	    LIMITS(the_area_amended),
	    LIMITS(lowered_outside_it_has_days_for_a_report),
	    LIMITS(nobody_is_to_come_any_more),
	    LIMITS(what_was_met_stays),
	    LIMITS(terms_come_back),
	    LIMITS(lowering_what_is_overdue),
	    LIMITS(sent_in_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
