/*
 * domain_correct.c - a step that was recorded in error: who may correct it and until when, and what follows.
 * Acknowledging is due at 10:05, arriving at 10:30, the first report 30 minutes after the arrival.
 */
#include "lifecycle_fixture.h"

static int64_t clock_at(const char *time)
{
	return at(arena_printf(w.a, "2026-07-10T%s+08:00", time));
}

static int set_up_undo(void **state)
{
	set_up(state);
	w.m.policy.undo_ms = 30 * SECOND_MS;
	return 0;
}
#define UNDO(f) cmocka_unit_test_setup_teardown(f, set_up_undo, tear_down)

static void step(struct incident *inc, enum command_kind_id kind, const char *now)
{
	struct command c = act(kind, "N1-01");
	w.now = clock_at(now);
	assert_true(decide(inc, &c));
}

static struct command correction(enum account_role role, enum step which, const char *to, const char *reason)
{
	struct command c = act(COMMAND_DISPATCH_CORRECT, "N1-01");
	if (role != ROLE_LIAISON)
		c.who = (struct principal){.account = "x1", .role = role};
	command_set_int(&c, FIELD_STEP, which);
	if (to)
		command_set_int(&c, FIELD_AT, clock_at(to));
	command_set_text(&c, FIELD_REASON, reason);
	return c;
}

static bool corrects(struct incident *inc, struct command c)
{
	bool done = decide(inc, &c);
	const char *wrong = deadline_check(inc, &w.m, AROUND, w.now);
	if (wrong)
		fail_msg("%s", wrong);
	return done;
}

static void who_may_and_until_when(void **state)
{
	static const struct {
		const char *now;
		enum account_role role;
		bool other, reason;
		enum error_code code;
	} cases[] = {
	    {"10:01:30", ROLE_LIAISON, false, false, OK},
	    {"10:01:30.001", ROLE_LIAISON, false, true, ERROR_FORBIDDEN},
	    {"10:01:10", ROLE_LIAISON, true, true, ERROR_FORBIDDEN}, /* a colleague's */
	    {"10:01:10", ROLE_DESK, false, false, ERROR_PARAMS},
	    {"10:40:00", ROLE_DESK, false, true, OK},
	    {"10:40:00", ROLE_OFFICE, false, true, OK},
	    {"10:40:00", ROLE_OFFICE, false, false, ERROR_PARAMS},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = clock_at("10:00:00");
		struct incident *inc = reported();
		step(inc, COMMAND_DISPATCH_ACKNOWLEDGE, "10:01:00");
		w.now = clock_at(cases[i].now);
		struct command c =
		    correction(cases[i].role, STEP_ACKNOWLEDGED, NULL, cases[i].reason ? "记错" : NULL);
		if (cases[i].other)
			c.who.account = "w2";
		bool done = decide(inc, &c);
		if (done != (cases[i].code == OK) || (!done && w.why.code != cases[i].code))
			fail_msg("case %zu: %d, %d", i, done, w.why.code);
		assert_int_equal(inc->dispatches[0].state, done ? DISPATCH_ISSUED : DISPATCH_ACKNOWLEDGED);
	}
}

/* What was told afterwards, of an instant that is long past, can be taken back as long as anything else. */
static void an_undo_runs_from_the_recording(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command told = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	command_set_int(&told, FIELD_AT, clock_at("10:01:00"));
	w.now = clock_at("10:10:00");
	assert_true(decide(inc, &told));
	w.now = clock_at("10:10:30");
	assert_true(corrects(inc, correction(ROLE_LIAISON, STEP_ACKNOWLEDGED, NULL, NULL)));
	assert_int_equal(inc->dispatches[0].state, DISPATCH_ISSUED);
}

/* What was taken back runs again, and is late when it is. */
static void the_clock_runs_again(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	step(inc, COMMAND_DISPATCH_ARRIVE, "10:04:00"); /* implies the acknowledgement */
	w.now = clock_at("10:04:10");
	assert_true(corrects(inc, correction(ROLE_LIAISON, STEP_ARRIVED, NULL, NULL)));
	assert_int_equal(d->state, DISPATCH_ISSUED);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], 0);
	assert_int_equal(d->at[STEP_DELIVERED], 0);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, 0);
	assert_int_equal(d->clocks[CLOCK_ARRIVE].stopped, 0);
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].start, 0);
	assert_int_equal(d->arrive_ms, -1);
	step(inc, COMMAND_DISPATCH_ACKNOWLEDGE,
	    "10:08:00"); /* two minutes of waiting for the delivery are deducted */
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].late);
	w.now = clock_at("10:20:00"); /* it was 10:05 */
	assert_true(corrects(inc, correction(ROLE_DESK, STEP_ACKNOWLEDGED, "10:05:00", "电话核实")));
	assert_false(d->clocks[CLOCK_ACKNOWLEDGE].late);
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].overdue);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, clock_at("10:05:00"));
}

static void between_its_neighbours(void **state)
{
	(void)state;
	struct incident *inc = reported();
	step(inc, COMMAND_DISPATCH_ACKNOWLEDGE, "10:02:00");
	step(inc, COMMAND_DISPATCH_DEPART, "10:10:00");
	step(inc, COMMAND_DISPATCH_ARRIVE, "10:20:00");
	w.now = clock_at("10:25:00");
	assert_false(corrects(inc, correction(ROLE_DESK, STEP_DEPARTED, "10:01:59", "x")));
	assert_int_equal(w.why.code, ERROR_PARAMS);
	assert_false(corrects(inc, correction(ROLE_DESK, STEP_DEPARTED, "10:20:01", "x")));
	assert_false(corrects(inc, correction(ROLE_DESK, STEP_ARRIVED, "10:25:01", "x")));
	assert_false(corrects(inc, correction(ROLE_DESK, STEP_ACKNOWLEDGED, "09:59:59", "x")));
	assert_true(corrects(inc, correction(ROLE_DESK, STEP_DEPARTED, "10:02:00", "x")));
	assert_true(corrects(inc, correction(ROLE_DESK, STEP_DEPARTED, NULL, "x")));
	assert_int_equal(inc->dispatches[0].state, DISPATCH_ARRIVED);
	assert_false(corrects(inc, correction(ROLE_DESK, STEP_DEPARTED, NULL, "x")));
	assert_int_equal(w.why.code, ERROR_WRONG_STATE);
}

/* The lead's result taken back: handled still, and no redo. */
static void completed_by_mistake(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	step(inc, COMMAND_DISPATCH_ARRIVE, "10:10:00");
	step(inc, COMMAND_DISPATCH_COMPLETE, "10:20:00");
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
	w.now = clock_at("10:20:20");
	assert_true(corrects(inc, correction(ROLE_LIAISON, STEP_COMPLETED, NULL, NULL)));
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(inc->completed_at, 0);
	assert_int_equal(inc->redo, 0);
	assert_null(d->result);
	assert_int_equal(d->state, DISPATCH_ARRIVED);
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].due, clock_at("10:40:00")); /* owed again */
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].stopped, 0);
	step(inc, COMMAND_DISPATCH_COMPLETE, "10:30:00");
	w.now = clock_at("10:35:00");
	assert_true(corrects(inc, correction(ROLE_DESK, STEP_COMPLETED, "10:25:00", "早就修好了")));
	assert_int_equal(inc->completed_at, clock_at("10:25:00"));
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
}

static void after_the_close_the_office(void **state)
{
	(void)state;
	struct incident *inc = reported();
	step(inc, COMMAND_DISPATCH_ARRIVE, "10:40:00");
	step(inc, COMMAND_DISPATCH_COMPLETE, "10:50:00");
	struct command c = command(COMMAND_INCIDENT_CLOSE, ROLE_DESK);
	assert_true(decide(inc, &c));
	assert_true(inc->dispatches[0].clocks[CLOCK_ARRIVE].late);
	w.now = clock_at("11:00:00");
	assert_false(corrects(inc, correction(ROLE_DESK, STEP_ARRIVED, "10:29:00", "监控")));
	assert_int_equal(w.why.code, ERROR_FORBIDDEN);
	assert_true(corrects(inc, correction(ROLE_OFFICE, STEP_ARRIVED, "10:29:00", "监控")));
	assert_false(inc->dispatches[0].clocks[CLOCK_ARRIVE].late);
	assert_int_equal(inc->state, INCIDENT_CLOSED);
	assert_int_equal(inc->wake_at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    UNDO(who_may_and_until_when),
	    UNDO(an_undo_runs_from_the_recording),
	    UNDO(the_clock_runs_again),
	    UNDO(between_its_neighbours),
	    UNDO(completed_by_mistake),
	    UNDO(after_the_close_the_office),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
