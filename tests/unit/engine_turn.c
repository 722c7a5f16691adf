/*
 * engine_turn.c - what a turn promises: whose fault a lateness is, that a command sent again gets
 * the answer it got, that nothing happens twice.
 */
#include "engine_fixture.h"
#include "base/time.h"

/* -- after a downtime ------------------------------------------------------------------------ */

/* The acknowledgement was due at 08:02; from 08:01 on no engine ran. */
static void report_and_go_away(struct world *w)
{
	struct command c = world_report("A-1");

	assert_int_equal(world_do(w, &c)->code, OK);
	world_was_away(w, T0 + MINUTE_MS, T0 + HOUR_MS);
}

static void assert_systems_fault(struct world *w)
{
	const struct dispatch *d = &world_incident(w, "A-1")->dispatches[0];

	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].due == T0 + 2 * MINUTE_MS);
	assert_true(dispatch_overdue(d) & 1u << CLOCK_ACKNOWLEDGE);
	assert_true(dispatch_system_late(d) & 1u << CLOCK_ACKNOWLEDGE);
	for (int i = 0; i < w->n_events; i++)
		if (w->events[i].e.type == EVENT_DISPATCH_OVERDUE && w->events[i].e.dispatch == 1)
			assert_non_null(strstr(w->events[i].e.data.p, "\"system_cause\":true"));
}

static void an_act_in_the_first_turn_after_a_downtime_is_not_late_by_the_unit(void **state)
{
	struct world *w = *state;
	struct command c = world_act(COMMAND_DISPATCH_ACKNOWLEDGE, "A-1-01");

	report_and_go_away(w);
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_systems_fault(w);
}

static void nor_is_a_delivery(void **state)
{
	struct world *w = *state;
	struct command c = world_command(COMMAND_DISPATCH_DELIVER);

	report_and_go_away(w);
	c.who = (struct principal){.account = "liaison", .role = ROLE_LIAISON, .unit = "water"};
	command_set_text(&c, FIELD_DISPATCHES, "A-1-01");
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_systems_fault(w);
}

/* Several acts on one incident in that turn: what was owed goes out once. */
static void what_was_owed_goes_out_once(void **state)
{
	struct world *w = *state;
	struct command first = world_act(COMMAND_DISPATCH_ACKNOWLEDGE, "A-1-01");
	struct command second = world_act(COMMAND_DISPATCH_DEPART, "A-1-01");
	int overdue = 0;

	report_and_go_away(w);
	world_give(w, &first);
	world_give(w, &second);
	world_turn(w);
	assert_int_equal(world_reply(w, first.id)->code, OK);
	assert_int_equal(world_reply(w, second.id)->code, OK);
	for (int i = 0; i < w->n_events; i++)
		overdue += w->events[i].e.type == EVENT_DISPATCH_OVERDUE && w->events[i].e.dispatch == 1 &&
		    strstr(w->events[i].e.data.p, "\"clock\":\"acknowledge\"");
	assert_int_equal(overdue, 1);
}

/* Due at 08:02, in the first of two downtimes; nothing was fired in between. */
static void an_earlier_downtime_counts_as_the_last(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), c = world_act(COMMAND_DISPATCH_ACKNOWLEDGE, "A-1-01");

	assert_int_equal(world_do(w, &report)->code, OK);
	world_was_away(w, T0 + MINUTE_MS, T0 + 3 * MINUTE_MS);
	world_was_away(w, T0 + 4 * MINUTE_MS, T0 + HOUR_MS);
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_systems_fault(w);
}

static void jump_to(struct world *w, int64_t instant)
{
	struct command c = world_command(COMMAND_CLOCK_SET);

	c.who = (struct principal){.account = "local", .role = ROLE_LOCAL};
	command_set_int(&c, FIELD_INSTANT, instant);
	world_give(w, &c);
	do
		world_turn(w);
	while (w->e.advance.on);
}

/* Another process reads them from the store. */
static void downtimes_are_stored(void **state)
{
	struct world *w = *state;
	struct circumstances all;

	jump_to(w, T0 + MINUTE_MS);
	jump_to(w, T0 + MINUTE_MS + 10 * SECOND_MS); /* shorter than a downtime is */
	jump_to(w, T0 + HOUR_MS);
	assert_int_equal(store_downtimes(w->e.store, w->a, &all), STORE_OK);
	assert_int_equal(all.n_downtimes, 2);
	assert_true(all.downtimes[0].from == T0 && all.downtimes[0].to == T0 + MINUTE_MS);
	assert_true(all.downtimes[1].from == T0 + MINUTE_MS + 10 * SECOND_MS);
	assert_true(all.downtimes[1].to == T0 + HOUR_MS);
	free(w->e.downtimes);
	start_downtimes(&w->e);
	assert_int_equal(w->e.n_downtimes, 2);
}

/* While nothing is being caught up with, commands go before wakes. */
static void without_a_downtime_a_late_act_is_late(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1");
	struct command c = world_act(COMMAND_DISPATCH_ACKNOWLEDGE, "A-1-01");

	world_do(w, &report);
	world_clock(w, T0 + 3 * MINUTE_MS);
	assert_int_equal(world_do(w, &c)->code, OK);
	const struct dispatch *d = &world_incident(w, "A-1")->dispatches[0];
	assert_true(dispatch_overdue(d) & 1u << CLOCK_ACKNOWLEDGE);
	assert_int_equal(dispatch_system_late(d), 0);
}

/* -- sent again ------------------------------------------------------------------------------ */

/* The last member of an answer. */
static const char *last_seq(const char *json)
{
	const char *at = NULL;

	for (const char *next = json; (next = strstr(next, "\"seq\":")); next++)
		at = next;
	assert_non_null(at);
	return at;
}

/* The answer to c, given for the second time after `between` has happened. */
static void assert_same_again(struct world *w, struct command *c, struct command *between)
{
	const struct reply *r = world_do(w, c);
	char *first;

	assert_int_equal(r->code, OK);
	first = strndup(r->result.p, r->result.n);
	if (between)
		assert_int_equal(world_do(w, between)->code, OK);
	int64_t head = store_head(w->e.store).seq;
	world_give_again(w, c);
	world_turn(w);
	r = world_reply(w, c->id);
	assert_int_equal(r->code, OK);
	if (!between)
		assert_string_equal(r->result.p, first);
	assert_string_equal(last_seq(r->result.p), last_seq(first));
	assert_int_equal(store_head(w->e.store).seq, head);
	free(first);
}

static void a_report_sent_again_is_the_same_answer(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");

	assert_same_again(w, &c, NULL);
}

static void also_after_something_else_happened(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1"), urge = world_command(COMMAND_INCIDENT_URGE);

	command_set_text(&urge, FIELD_NUMBER, "A-1");
	assert_same_again(w, &c, &urge);
}

static void an_act_sent_again_is_the_same_answer(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1");
	struct command act = world_act(COMMAND_DISPATCH_ACKNOWLEDGE, "A-1-01");
	struct command complete = world_act(COMMAND_DISPATCH_COMPLETE, "A-1-01");
	struct command note = world_command(COMMAND_INCIDENT_ANNOTATE);

	command_set_text(&complete, FIELD_RESULT, "已修复");
	command_set_text(&note, FIELD_NUMBER, "A-1");
	command_set_text(&note, FIELD_TEXT, "已回电");
	world_do(w, &report);
	assert_same_again(w, &act, &note);
	assert_same_again(w, &complete, NULL); /* its last event is about the incident, not the dispatch */
	assert_same_again(w, &note, NULL);
}

/* Whatever a unit is called in the command: the answer is of the dispatch that was added. */
static void a_unit_added_by_its_name_is_the_same_answer(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), add = world_command(COMMAND_DISPATCH_ADD);

	command_set_text(&add, FIELD_NUMBER, "A-1");
	command_set_text(&add, FIELD_UNIT, "应急局");
	command_set_int(&add, FIELD_ROLE, AS_ASSIST);
	world_do(w, &report);
	assert_same_again(w, &add, NULL);
}

static void sent_again_before_the_commit_happens_once(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), urge = world_command(COMMAND_INCIDENT_URGE);

	command_set_text(&urge, FIELD_NUMBER, "A-1");
	world_do(w, &report);
	world_give(w, &urge);
	world_give_again(w, &urge);
	world_turn(w);
	assert_int_equal(w->n_replies, 2);
	assert_int_equal(w->replies[0].result.n, w->replies[1].result.n);
	assert_memory_equal(w->replies[0].result.p, w->replies[1].result.p, w->replies[0].result.n);
	assert_int_equal(world_incident(w, "A-1")->urged, 1);
}

static void a_key_is_one_act_within_a_turn_and_after(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), v[3];

	world_do(w, &report);
	for (int i = 0; i < 3; i++) {
		v[i] = world_command(COMMAND_INCIDENT_URGE);
		command_set_text(&v[i], FIELD_NUMBER, "A-1");
		command_set_text(&v[i], FIELD_KEY, "once");
	}
	world_give(w, &v[0]);
	world_give(w, &v[1]);
	world_turn(w);
	assert_memory_equal(w->replies[0].result.p, w->replies[1].result.p, w->replies[0].result.n);
	char *first = strndup(w->replies[0].result.p, w->replies[0].result.n);
	assert_string_equal(world_do(w, &v[2])->result.p, first);
	assert_int_equal(world_incident(w, "A-1")->urged, 1);
	free(first);
}

/* Two accounts may have the same key: in one turn, and with what is kept from an earlier one. */
static void a_key_is_its_accounts_own(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), v[4];

	world_do(w, &report);
	for (int i = 0; i < 4; i++) {
		v[i] = world_command(i % 2 ? COMMAND_INCIDENT_ANNOTATE : COMMAND_INCIDENT_URGE);
		v[i].who.account = i % 2 ? "desk2" : "desk1";
		command_set_text(&v[i], FIELD_NUMBER, "A-1");
		command_set_text(&v[i], FIELD_KEY, "once");
		if (i % 2)
			command_set_text(&v[i], FIELD_TEXT, "已回电");
	}
	world_give(w, &v[0]);
	world_give(w, &v[1]);
	world_turn(w);
	assert_int_equal(world_reply(w, v[0].id)->code, OK);
	assert_int_equal(world_reply(w, v[1].id)->code, OK);
	world_event(w, EVENT_INCIDENT_URGED);
	world_event(w, EVENT_INCIDENT_ANNOTATED);
	world_give(w, &v[2]);
	world_give(w, &v[3]);
	world_turn(w);
	assert_int_equal(world_reply(w, v[2].id)->code, OK);
	assert_int_equal(world_reply(w, v[3].id)->code, OK);
	assert_int_equal(w->n_events, 0);
	v[0].who.account = "desk3"; /* its own first use, whatever others have done under it */
	v[0].id = 0;
	assert_int_equal(world_do(w, &v[0])->code, OK);
	assert_int_equal(world_incident(w, "A-1")->urged, 2);
}

/* -- a reload ---------------------------------------------------------------------------------- */

/* The daemon's options, naming a copy of the shipped mechanism with another policy. */
static void options_with_another_policy(struct world *w, struct options *o)
{
	char command[600];

	snprintf(w->options, sizeof w->options, "%s/liandong.yaml", w->folder);
	snprintf(command, sizeof command,
	    "cp -r config/zhangping %s/m && echo '# another' >>%s/m/policy.yaml && "
	    "printf 'mechanism: %s/m\\nstore: %s\\n' >%s",
	    w->folder, w->folder, w->folder, w->path, w->options);
	assert_int_equal(system(command), 0);
	*o = (struct options){.file = w->options};
	w->child.options = o;
}

static struct command reload_command(void)
{
	struct command c = world_command(COMMAND_CONFIG_RELOAD);

	c.who = (struct principal){.account = "admin", .role = ROLE_ADMIN};
	return c;
}

/* What is published after the commit was decided, and borrows its texts, from the mechanism before. */
static void a_report_beside_a_reload_is_published(void **state)
{
	struct world *w = *state;
	struct options o;
	struct command report = world_report("A-1"), reload = reload_command();

	options_with_another_policy(w, &o);
	world_give(w, &report);
	world_give(w, &reload);
	world_turn(w);
	assert_int_equal(world_reply(w, report.id)->code, OK);
	assert_non_null(strstr(world_reply(w, reload.id)->result.p, "\"changed\":true"));
	assert_string_equal(world_event(w, EVENT_DISPATCH_ISSUED)->e.unit, "water");
	assert_string_equal(store_revision(w->e.store), w->e.m->revision);
}

/* Its first answer was lost with the engine. */
static void a_reload_sent_again_is_told_as_what_it_was(void **state)
{
	struct world *w = *state;
	struct options o;
	struct command reload = reload_command(), another = reload_command();

	options_with_another_policy(w, &o);
	assert_same_again(w, &reload, NULL);
	assert_non_null(strstr(world_do(w, &another)->result.p, "\"changed\":false"));
}

/* -- the manual clock ------------------------------------------------------------------------- */

static void advance(struct command *c, int64_t ms)
{
	*c = world_command(COMMAND_CLOCK_ADVANCE);
	c->who = (struct principal){.account = "local", .role = ROLE_LOCAL};
	command_set_int(c, FIELD_DURATION, ms);
}

static bool any_system_late(struct world *w)
{
	const struct incident *inc = world_incident(w, "A-1");

	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_system_late(&inc->dispatches[i]))
			return true;
	return false;
}

/* An engine that died on the way was not away for as long as it had walked. */
static void a_walk_broken_off_is_no_downtime(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), c;

	world_do(w, &report);
	advance(&c, 4 * HOUR_MS);
	world_give(w, &c);
	for (int i = 0; i < 4; i++)
		world_turn(w);
	assert_true(w->e.advance.on);
	store_close(w->e.store);
	world_open_store(w, false);
	assert_true(store_manual(w->e.store) > T0 + MINUTE_MS);
	assert_true(store_last_beat(w->e.store) == store_manual(w->e.store));
	world_clock(w, store_manual(w->e.store));
	w->e.advance = (struct work){0};
	engine_run(&w->e, &turn_of_start);
	assert_false(w->e.catching_up);
	world_give_again(w, &c);
	for (int i = 0; i < 100 && (i == 0 || w->e.advance.on); i++)
		world_turn(w);
	assert_true(clock_wall().ms == T0 + 4 * HOUR_MS);
	assert_false(any_system_late(w));
}

/* One that died after a jump, before all was caught up with, still knows whose fault it was. */
static void a_jump_broken_off_is_a_downtime(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), c = world_command(COMMAND_CLOCK_SET);

	world_do(w, &report);
	c.who = (struct principal){.account = "local", .role = ROLE_LOCAL};
	command_set_int(&c, FIELD_INSTANT, T0 + HOUR_MS);
	world_give(w, &c);
	world_turn(w);
	assert_true(w->e.advance.on);
	store_close(w->e.store);
	world_open_store(w, false);
	w->e.advance = (struct work){0};
	free(w->e.downtimes);
	start_downtimes(&w->e);
	w->e.catching_up = false;
	engine_run(&w->e, &turn_of_start);
	assert_true(w->e.catching_up);
	world_turn(w);
	assert_true(any_system_late(w));
	assert_false(w->e.catching_up);
	assert_true(w->e.beat_wanted); /* which had waited for it */
	world_turn(w);
	assert_false(w->e.beat_wanted);
}

/* -- the independent check -------------------------------------------------------------------- */

/* The shipped mechanism, but that the first reminder comes after a quarter of the limit. */
static void another_mechanism(struct world *w)
{
	char folder[96], command[400];

	snprintf(folder, sizeof folder, "%s/mechanism", w->folder);
	snprintf(command, sizeof command,
	    "cp -r config/zhangping %s && sed -i 's/acknowledge_percent: 50/acknowledge_percent: 25/' "
	    "%s/policy.yaml",
	    folder, folder);
	assert_int_equal(system(command), 0);
	mechanism_release(w->e.m);
	w->e.m = world_mechanism(folder);
}

/* The revision came into force, and the engine died before all was armed anew. */
static void a_round_broken_off_goes_on_quietly(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");

	world_do(w, &c);
	assert_true(world_incident(w, "A-1")->wake_at == T0 + MINUTE_MS);
	another_mechanism(w);
	w->e.guard.first = 1;
	engine_run(&w->e, &turn_of_guard);
	assert_int_equal(w->e.metrics.repaired, 0);
	assert_true(world_incident(w, "A-1")->wake_at == T0 + 30 * SECOND_MS);
	assert_int_equal(w->e.guard.first, 0);
}

/* What was issued under the revision in force has no such excuse, nor has anything later. */
static void a_breach_is_an_alarm(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");
	struct store_batch b = {.n_incidents = 1};
	struct incident *inc;

	world_do(w, &c);
	inc = world_incident(w, "A-1");
	inc->wake_at = 0;
	inc->changed = true;
	b.incidents = &inc;
	store_save(w->e.store, &b, NULL, NULL);
	assert_int_equal(b.status, STORE_OK);
	w->e.guard.first = 1;
	engine_run(&w->e, &turn_of_guard);
	assert_int_equal(w->e.metrics.repaired, 1);
	another_mechanism(w);
	engine_run(&w->e, &turn_of_guard);
	assert_int_equal(w->e.metrics.repaired, 2);
}

/* After a reload those are looked at that have a wake: the open ones, however many are closed. */
static void arming_anew_walks_open_incidents_only(void **state)
{
	struct world *w = *state;
	int64_t turns;

	for (int i = 0; i < 30; i++) {
		struct command c = world_report(arena_printf(w->a, "A-%d", i));
		struct command cancel = world_command(COMMAND_INCIDENT_CANCEL);

		world_do(w, &c);
		if (i % 3 == 0)
			continue;
		command_set_text(&cancel, FIELD_NUMBER, arena_printf(w->a, "A-%d", i));
		assert_int_equal(world_do(w, &cancel)->code, OK);
	}
	another_mechanism(w);
	guard_rearm(&w->e);
	turns = w->e.metrics.turns;
	while (w->e.guard.rearming)
		engine_run(&w->e, &turn_of_guard);
	assert_int_equal(w->e.metrics.turns - turns, 1);
	assert_int_equal(w->e.metrics.checked, 10);
	assert_int_equal(w->e.metrics.repaired, 0);
	for (int i = 0; i < 30; i += 3)
		assert_int_equal(world_incident(w, arena_printf(w->a, "A-%d", i))->wake_at,
		    T0 + 30 * SECOND_MS);
}

/* More than one turn takes: none is left as the mechanism before had armed it. */
static void arming_anew_goes_on_until_all_are(void **state)
{
	enum { MANY = 300 };
	struct world *w = *state;
	int armed = 0;

	for (int i = 0; i < MANY; i++) {
		struct command c = world_report(arena_printf(w->a, "A-%d", i));

		world_do(w, &c);
	}
	another_mechanism(w);
	guard_rearm(&w->e);
	for (int turns = 0; w->e.guard.rearming; turns++) {
		assert_true(turns < 3);
		engine_run(&w->e, &turn_of_guard);
	}
	for (int i = 0; i < MANY; i++)
		armed += world_incident(w, arena_printf(w->a, "A-%d", i))->wake_at == T0 + 30 * SECOND_MS;
	assert_int_equal(armed, MANY);
}

/* -- no command waits for all that is due ------------------------------------------------------ */

/* A turn fires some of what is due, and takes what was asked meanwhile with the next. */
static void what_is_due_is_fired_in_parts(void **state)
{
	struct world *w = *state;
	struct command late = world_report("LATE");
	int64_t wakes;

	for (int i = 0; i < 50; i++) {
		struct command c = world_report(arena_printf(w->a, "A-%d", i));

		world_do(w, &c);
	}
	w->e.wakes_most = 16;
	world_clock(w, T0 + 2 * MINUTE_MS);
	wakes = w->e.metrics.wakes;
	world_turn(w);
	assert_int_equal(w->e.metrics.wakes - wakes, 16);
	assert_true(w->e.turn_due); /* there is more */
	assert_int_equal(world_do(w, &late)->code, OK);
	assert_in_range(w->e.metrics.wakes - wakes, 32, 48);
	while (w->e.turn_due)
		world_turn(w);
	assert_int_equal(w->e.metrics.wakes - wakes, 50);
}

/* -- front ends ------------------------------------------------------------------------------- */

/* One that does not read is cut off before it costs memory without bound; what it asked happens. */
static void a_front_end_that_does_not_read_is_cut_off(void **state)
{
	struct world *w = *state;
	struct command report = world_report("A-1"), urge = world_command(COMMAND_INCIDENT_URGE);
	char *body = calloc(1, PEER_BODY_MAX);

	world_do(w, &report);
	command_set_text(&urge, FIELD_NUMBER, "A-1");
	world_give(w, &urge);
	for (int i = 0; i < 80 && w->e.links.first; i++) {
		links_broadcast(&w->e.links, MESSAGE_PULSE, (struct str){body, PEER_BODY_MAX});
		links_flush(&w->e.links);
	}
	assert_null(w->e.links.first);
	engine_turn(&w->e);
	assert_int_equal(world_incident(w, "A-1")->urged, 1);
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)
	    TEST(an_act_in_the_first_turn_after_a_downtime_is_not_late_by_the_unit),
	    TEST(nor_is_a_delivery),
	    TEST(what_was_owed_goes_out_once),
	    TEST(an_earlier_downtime_counts_as_the_last),
	    TEST(downtimes_are_stored),
	    TEST(without_a_downtime_a_late_act_is_late),
	    TEST(a_report_sent_again_is_the_same_answer),
	    TEST(also_after_something_else_happened),
	    TEST(an_act_sent_again_is_the_same_answer),
	    TEST(a_unit_added_by_its_name_is_the_same_answer),
	    TEST(sent_again_before_the_commit_happens_once),
	    TEST(a_key_is_one_act_within_a_turn_and_after),
	    TEST(a_key_is_its_accounts_own),
	    TEST(a_report_beside_a_reload_is_published),
	    TEST(a_reload_sent_again_is_told_as_what_it_was),
	    TEST(a_walk_broken_off_is_no_downtime),
	    TEST(a_jump_broken_off_is_a_downtime),
	    TEST(a_round_broken_off_goes_on_quietly),
	    TEST(a_breach_is_an_alarm),
	    TEST(arming_anew_walks_open_incidents_only),
	    TEST(arming_anew_goes_on_until_all_are),
	    TEST(what_is_due_is_fired_in_parts),
	    TEST(a_front_end_that_does_not_read_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
