/*
 * domain_late_step.c - a step that was recorded after its due with an instant in time: the desk is asked to
 * confirm it. Acknowledging is due at 10:05, arriving at 10:30.
 */
#include "lifecycle_fixture.h"

static int64_t clock_at(const char *time)
{
	return at(arena_printf(w.a, "2026-07-10T%s+08:00", time));
}

static void step(struct incident *inc, enum command_kind_id kind, const char *now, const char *given)
{
	struct command c = act(kind, "N1-01");
	w.now = clock_at(now);
	if (given)
		command_set_int(&c, FIELD_AT, clock_at(given));
	assert_true(decide(inc, &c));
	assert_null(deadline_check(inc, &w.m, AROUND, w.now));
}

static struct command verdict(const char *request, bool grant)
{
	struct command c = command(COMMAND_REQUEST_DECIDE, ROLE_DESK);
	command_set_text(&c, FIELD_REQUEST, request);
	command_set_int(&c, FIELD_GRANT, grant);
	if (!grant)
		command_set_text(&c, FIELD_REASON, "监控没有拍到");
	return c;
}

/* What it takes to be asked: recorded after the due, with an instant that was not. */
static void only_what_a_limit_hangs_on(void **state)
{
	static const struct {
		const char *now, *given;
		int asked;
	} cases[] = {
	    {"10:05:00", "10:01:00", 0},     /* recorded in time */
	    {"10:05:00.001", "10:05:00", 1}, /* one millisecond after it */
	    {"10:06:00", "10:05:01", 0},     /* late by its own word */
	    {"10:06:00", NULL, 0},
	    {"10:20:00", "10:05:00", 1},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = clock_at("10:00:00");
		struct incident *inc = reported();
		step(inc, COMMAND_DISPATCH_ACKNOWLEDGE, cases[i].now, cases[i].given);
		if (inc->n_requests != cases[i].asked)
			fail_msg("case %zu: %d", i, inc->n_requests);
	}
}

static void the_desk_itself_is_not_doubted(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	c.who = (struct principal){.account = "desk-1", .role = ROLE_DESK};
	command_set_text(&c, FIELD_PERSON, "李四");
	command_set_int(&c, FIELD_AT, clock_at("10:04:00"));
	w.now = clock_at("10:20:00");
	assert_true(decide(inc, &c));
	assert_int_equal(inc->n_requests, 0);
}

static void granted_the_instant_counts(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	step(inc, COMMAND_DISPATCH_ACKNOWLEDGE, "10:20:00", "10:04:00");
	assert_int_equal(inc->requests[0].kind, REQUEST_LATE_STEP);
	assert_int_equal(inc->requests[0].step, STEP_ACKNOWLEDGED);
	assert_string_equal(inc->requests[0].by, "system");
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].late);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, clock_at("10:20:00"));
	struct command c = verdict("N1.r1", true);
	w.now = clock_at("11:00:00");
	assert_true(decide(inc, &c));
	assert_int_equal(d->unconfirmed, 0);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, clock_at("10:04:00"));
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].overdue); /* stays to be seen */
	assert_false(d->clocks[CLOCK_ACKNOWLEDGE].late);
}

static void rejected_the_recording_does(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	step(inc, COMMAND_DISPATCH_ACKNOWLEDGE, "10:20:00", "10:04:00");
	struct command c = verdict("N1.r1", false);
	assert_true(decide(inc, &c));
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, clock_at("10:20:00"));
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].late);
}

/* Silence never costs the unit; and it outlives its dispatch. */
static void not_decided_the_instant_counts(void **state)
{
	struct circumstances none = {0};
	(void)state;
	w.m.policy.late_step_decision_days = 2;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	step(inc, COMMAND_DISPATCH_ARRIVE, "10:40:00", "10:29:00");
	assert_int_equal(inc->n_requests, 1);
	step(inc, COMMAND_DISPATCH_COMPLETE, "11:00:00", NULL);
	assert_int_equal(inc->requests[0].state, REQUEST_PENDING);
	assert_true(d->clocks[CLOCK_ARRIVE].late);
	while (inc->wake_at && inc->requests[0].state == REQUEST_PENDING) {
		w.now = inc->wake_at;
		lifecycle_wake(inc, &w.m, &none, w.now, &w.out, w.a);
	}
	assert_int_equal(inc->requests[0].state, REQUEST_LAPSED);
	assert_int_equal(w.now,
	    at("2026-07-14T17:30:00+08:00")); /* Tuesday: the second working day after Friday */
	assert_false(d->clocks[CLOCK_ARRIVE].late);
	assert_int_equal(dispatch_counted(d, STEP_ARRIVED), clock_at("10:29:00"));
	/* the acknowledgement that it implied was late by the unit's own word */
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].late);
}

/* What it implies is confirmed with it, by one request. */
static void implied_steps_go_with_it(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	step(inc, COMMAND_DISPATCH_ARRIVE, "10:40:00", "10:04:00");
	assert_int_equal(inc->n_requests, 1);
	assert_int_equal(inc->requests[0].step, STEP_ARRIVED);
	struct command c = verdict("N1.r1", true);
	assert_true(decide(inc, &c));
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, clock_at("10:04:00"));
	assert_false(d->clocks[CLOCK_ACKNOWLEDGE].late);
	assert_false(d->clocks[CLOCK_ARRIVE].late);
}

static void evidence_of_a_step(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_PROGRESS, "N1-01");
	command_set_text(&c, FIELD_EVIDENCE, "PHOTO-1,PHOTO-2");
	command_set_text(&c, FIELD_TICKET, "GD-77");
	command_set_text(&c, FIELD_OWNER_UNIT, "housing");
	command_set_text(&c, FIELD_OWNER_OBJECT, "路灯杆");
	assert_true(decide(inc, &c));
	assert_non_null(strstr(w.out.events[0].data.p,
	    "\"evidence\":[\"PHOTO-1\",\"PHOTO-2\"],\"ticket\":\"GD-77\",\"owner\":{\"unit\":\"housing\","
	    "\"object\":\"路灯杆\"}"));
	assert_string_equal(inc->dispatches[0].ticket, "GD-77");
	assert_string_equal(inc->ticket, "GD-77");
	command_set_text(&c, FIELD_TICKET, "GD-78");
	assert_true(decide(inc, &c));
	assert_string_equal(inc->dispatches[0].ticket, "GD-78"); /* the last one of the unit */
	assert_string_equal(inc->ticket, "GD-77");               /* the first one of all */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(only_what_a_limit_hangs_on),
	    TEST(the_desk_itself_is_not_doubted),
	    TEST(granted_the_instant_counts),
	    TEST(rejected_the_recording_does),
	    TEST(not_decided_the_instant_counts),
	    TEST(implied_steps_go_with_it),
	    TEST(evidence_of_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
