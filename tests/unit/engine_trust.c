/*
 * engine_trust.c - a wall clock that cannot be right, one that was set, and a machine that was suspended.
 * The test takes the clocks' place.
 */
#include "engine_fixture.h"

struct wall_ms __wrap_clock_wall(void);
struct boot_ms __wrap_clock_boot(void);
bool __wrap_clock_is_manual(void);
bool __wrap_clock_synchronised(void);

static int64_t wall, boot;
static bool synchronised;

struct wall_ms __wrap_clock_wall(void)
{
	return (struct wall_ms){wall};
}

struct boot_ms __wrap_clock_boot(void)
{
	return (struct boot_ms){boot};
}

bool __wrap_clock_is_manual(void)
{
	return false;
}

bool __wrap_clock_synchronised(void)
{
	return synchronised;
}

/* Both clocks go on. */
static void pass(int64_t ms)
{
	wall += ms;
	boot += ms;
}

/* The second's look, and the turn that it may want. */
static void look(struct world *w)
{
	engine_look_at_clock(&w->e);
	if (w->e.turn_due)
		world_turn(w);
	while (w->e.turn_due)
		engine_turn(&w->e);
	world_listen(w);
}

/* A heartbeat, if one may be. */
static void beat(struct world *w)
{
	w->e.beat_wanted = true;
	world_turn(w);
}

static int up(void **state)
{
	struct world *w;

	wall = T0;
	boot = 1000000;
	synchronised = false;
	world_up(state);
	w = *state;
	w->e.beat_boot = boot;
	w->e.wall_minus_boot = wall - boot;
	engine_witness(&w->e);
	beat(w);
	assert_int_equal(w->e.beaten_at, T0);
	assert_int_equal(w->e.trust, CLOCK_GOOD);
	return 0;
}

/* -- the judgement -------------------------------------------------------------------------- */

static enum clock_trust judged(int64_t after_beat, int64_t elapsed, bool vouched)
{
	struct clock_facts f = {
	    .last_beat = T0, .now = T0 + after_beat, .elapsed_ms = elapsed, .vouched = vouched};

	return trust_judge(&f);
}

static void what_can_be_right(void **state)
{
	(void)state;
	assert_int_equal(judged(0, 0, false), CLOCK_GOOD);
	assert_int_equal(judged(-15 * SECOND_MS, 0, false), CLOCK_GOOD);
	assert_int_equal(judged(-15 * SECOND_MS - 1, 0, false), CLOCK_BEHIND);
	assert_int_equal(judged(DAY_MS, 0, false), CLOCK_GOOD);
	assert_int_equal(judged(DAY_MS + 1, 0, false), CLOCK_AHEAD);
	/* the machine was suspended for three days: it knows */
	assert_int_equal(judged(3 * DAY_MS, 3 * DAY_MS, false), CLOCK_GOOD);
	assert_int_equal(judged(3 * DAY_MS, DAY_MS, false), CLOCK_AHEAD);
	assert_int_equal(judged(-DAY_MS, 0, true), CLOCK_GOOD);
	assert_int_equal(judged(9 * DAY_MS, 0, true), CLOCK_GOOD);
	assert_int_equal(trust_judge(&(struct clock_facts){.now = T0}), CLOCK_GOOD); /* a new store */
}

/* -- behind --------------------------------------------------------------------------------- */

static void behind_reports_are_taken_and_marked(void **state)
{
	struct world *w = *state;
	struct command c;

	wall -= HOUR_MS;
	look(w);
	assert_int_equal(w->e.trust, CLOCK_BEHIND);
	c = world_report("A-1");
	command_set_int(&c, FIELD_RECEIVED_AT, wall);
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_non_null(strstr(world_reply(w, c.id)->result.p, "clock-doubted"));
	assert_true(world_incident(w, "A-1")->clock_skew);
	beat(w);
	assert_int_equal(w->e.beaten_at, T0); /* the witness stays */
	for (int i = 0; i < 6 * 60; i++) {
		pass(10 * SECOND_MS);
		look(w);
		beat(w);
	}
	assert_int_equal(w->e.trust, CLOCK_GOOD);
	assert_int_equal(w->e.n_downtimes, 0); /* the engine was not away */
	c = world_report("A-2");
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_null(strstr(world_reply(w, c.id)->result.p, "clock-doubted"));
	beat(w);
	assert_int_equal(w->e.beaten_at, wall);
}

/* A heartbeat that is wanted in the second before the step is seen: by a front end that comes. */
static void the_witness_outlives_an_unseen_step(void **state)
{
	struct world *w = *state;

	wall -= HOUR_MS;
	beat(w);
	assert_int_equal(w->e.beaten_at, T0);
	look(w);
	assert_int_equal(w->e.trust, CLOCK_BEHIND);
	assert_int_equal(w->e.beaten_at, T0);
}

static struct command confirm(void)
{
	struct command c = world_command(COMMAND_CLOCK_CONFIRM);

	c.who = (struct principal){.account = "admin", .role = ROLE_ADMIN};
	return c;
}

/* It was the heartbeat that was wrong. */
static void behind_and_confirmed(void **state)
{
	struct world *w = *state;
	struct command c = confirm();

	wall -= HOUR_MS;
	look(w);
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_string_equal(world_event(w, EVENT_CLOCK_STEPPED)->e.by, "admin");
	assert_int_equal(w->e.trust, CLOCK_GOOD);
	beat(w);
	assert_int_equal(w->e.beaten_at, wall);
	look(w);
	assert_int_equal(w->e.trust, CLOCK_GOOD);
}

/* -- ahead ---------------------------------------------------------------------------------- */

/* A-1 is to be acknowledged until 08:02; then the clock says three days later. */
static void three_days_ahead(struct world *w)
{
	struct command c = world_report("A-1");

	assert_int_equal(world_do(w, &c)->code, OK);
	beat(w);
	wall += 3 * DAY_MS;
	look(w);
	assert_int_equal(w->e.trust, CLOCK_AHEAD);
}

static void far_ahead_nothing_is_fired(void **state)
{
	struct world *w = *state;
	struct command late = world_report("A-2");
	int64_t wakes;

	three_days_ahead(w);
	wakes = w->e.metrics.wakes;
	for (int i = 0; i < 20; i++) {
		pass(SECOND_MS);
		look(w);
		beat(w);
	}
	assert_int_equal(w->e.metrics.wakes, wakes);
	assert_int_equal(w->e.n_downtimes, 0);
	assert_int_equal(w->e.beaten_at, T0);
	command_set_int(&late, FIELD_RECEIVED_AT, wall);
	assert_non_null(strstr(world_do(w, &late)->result.p, "clock-doubted"));
}

static void assert_not_the_units_fault(struct world *w)
{
	const struct dispatch *d = &world_incident(w, "A-1")->dispatches[0];

	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].overdue);
	assert_false(d->clocks[CLOCK_ACKNOWLEDGE].late);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].excused, EXCUSE_SYSTEM);
}

/* What a unit does meanwhile is not late. */
static void far_ahead_an_act_is_not_late(void **state)
{
	struct world *w = *state;
	struct command c = world_act(COMMAND_DISPATCH_ACKNOWLEDGE, "A-1-01");

	three_days_ahead(w);
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_not_the_units_fault(w);
}

static void assert_caught_up(struct world *w, int64_t to)
{
	assert_int_equal(w->e.trust, CLOCK_GOOD);
	assert_int_equal(w->e.n_downtimes, 1);
	assert_int_equal(w->e.downtimes[0].from, T0);
	assert_int_equal(w->e.downtimes[0].to, to);
	assert_false(w->e.catching_up);
	assert_not_the_units_fault(w);
	beat(w);
	assert_int_equal(w->e.beaten_at, wall);
}

/* A person says: three days it was. */
static void ahead_and_confirmed(void **state)
{
	struct world *w = *state;
	struct command c = confirm();
	int64_t at;

	three_days_ahead(w);
	at = wall;
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_string_equal(world_event(w, EVENT_SYSTEM_RESUMED)->e.by, "admin");
	while (w->e.turn_due)
		world_turn(w);
	assert_caught_up(w, at);
}

/* A time service has set the clock. */
static void ahead_and_synchronised(void **state)
{
	struct world *w = *state;

	three_days_ahead(w);
	synchronised = true;
	look(w);
	assert_caught_up(w, wall);
}

/* It was set back to what is right: nothing has happened. */
static void ahead_and_set_back(void **state)
{
	struct world *w = *state;

	three_days_ahead(w);
	pass(2 * SECOND_MS);
	wall -= 3 * DAY_MS;
	look(w);
	assert_int_equal(w->e.trust, CLOCK_GOOD);
	assert_int_equal(w->e.n_downtimes, 0);
	assert_false(world_incident(w, "A-1")->dispatches[0].clocks[CLOCK_ACKNOWLEDGE].overdue);
}

/* One that died after it was confirmed and before all was caught up with does not ask again. */
static void a_recorded_downtime_explains_it(void **state)
{
	struct world *w = *state;
	struct command c = confirm();

	three_days_ahead(w);
	world_do(w, &c);
	store_close(w->e.store);
	world_open_store(w, false);
	w->e.vouched = false;
	free(w->e.downtimes);
	start_downtimes(&w->e);
	assert_int_equal(store_last_beat(w->e.store), T0);
	engine_witness(&w->e);
	assert_int_equal(w->e.trust, CLOCK_GOOD);
}

/* -- steps and suspension ---------------------------------------------------------------------- */

static void a_suspended_machine_was_away(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");

	world_do(w, &c);
	beat(w);
	pass(10 * MINUTE_MS); /* both clocks went on, and no engine ran */
	w->e.beat_wanted = true;
	w->e.turn_due = true;
	look(w);
	assert_int_equal(w->e.metrics.disarmed, 0);
	assert_int_equal(w->e.n_downtimes, 1);
	assert_int_equal(w->e.downtimes[0].from, T0);
	assert_int_equal(w->e.downtimes[0].to, T0 + 10 * MINUTE_MS);
	assert_int_equal(w->e.stepped_ms, 0);
	assert_not_the_units_fault(w);
	for (int i = 0; i < w->n_events; i++)
		assert_int_not_equal(w->events[i].e.type, EVENT_CLOCK_STEPPED);
}

static void a_clock_that_was_set_is_a_step(void **state)
{
	struct world *w = *state;

	wall += 10 * MINUTE_MS;
	look(w);
	assert_non_null(strstr(world_event(w, EVENT_CLOCK_STEPPED)->e.data.p, "600000"));
	assert_int_equal(w->e.n_downtimes, 0);
	assert_int_equal(w->e.trust, CLOCK_GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, up, world_down)
	    cmocka_unit_test(what_can_be_right),
	    TEST(behind_reports_are_taken_and_marked),
	    TEST(the_witness_outlives_an_unseen_step),
	    TEST(behind_and_confirmed),
	    TEST(far_ahead_nothing_is_fired),
	    TEST(far_ahead_an_act_is_not_late),
	    TEST(ahead_and_confirmed),
	    TEST(ahead_and_synchronised),
	    TEST(ahead_and_set_back),
	    TEST(a_recorded_downtime_explains_it),
	    TEST(a_suspended_machine_was_away),
	    TEST(a_clock_that_was_set_is_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
