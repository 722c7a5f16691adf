/*
 * engine_seam.c - what a turn does for each word of its store: later, away, full, unknown. The test takes
 * the store's place between the turn and the real store.
 */
#include "engine_fixture.h"

enum store_when __real_store_load(struct store *s, struct arena *a, struct store_wants *w, store_done *done,
    void *arg);
enum store_when __real_store_save(struct store *s, struct store_batch *b, store_done *done, void *arg);
enum store_when __real_store_resolve(struct store *s, struct store_batch *b, store_done *done, void *arg);
enum store_when __wrap_store_load(struct store *s, struct arena *a, struct store_wants *w, store_done *done,
    void *arg);
enum store_when __wrap_store_save(struct store *s, struct store_batch *b, store_done *done, void *arg);
enum store_when __wrap_store_resolve(struct store *s, struct store_batch *b, store_done *done, void *arg);

/* How the store behaves; all zero: as it is. */
static struct {
	bool later;             /* loads and saves come later: see come() */
	int away_loads;         /* so many loads find it away */
	int away_saves;         /* and so many saves */
	int full, unknown;      /* saves that report so, nothing stored */
	int unheard;            /* saves that are stored, and reported as unknown */
	int loads, saves, asks; /* how often it was asked */
} behave;

/* What it said it would do later. */
static struct {
	struct store *s;
	struct arena *a;
	struct store_wants *w;
	struct store_batch *b;
	store_done *done;
	void *arg;
} later;

enum store_when __wrap_store_load(struct store *s, struct arena *a, struct store_wants *w, store_done *done,
    void *arg)
{
	behave.loads++;
	if (behave.away_loads > 0) {
		behave.away_loads--;
		w->status = STORE_AWAY;
		return STORE_NOW;
	}
	if (!behave.later || !done)
		return __real_store_load(s, a, w, done, arg);
	later.s = s;
	later.a = a;
	later.w = w;
	later.b = NULL;
	later.done = done;
	later.arg = arg;
	return STORE_LATER;
}

/* One of so many; the status that is to be reported. */
static bool one_of(int *n, struct store_batch *b, enum store_status status)
{
	if (*n == 0)
		return false;
	--*n;
	b->status = status;
	return true;
}

enum store_when __wrap_store_save(struct store *s, struct store_batch *b, store_done *done, void *arg)
{
	behave.saves++;
	if (one_of(&behave.away_saves, b, STORE_AWAY) || one_of(&behave.unknown, b, STORE_UNKNOWN))
		return STORE_NOW;
	if (b->grows && one_of(&behave.full, b, STORE_FULL))
		return STORE_NOW;
	if (behave.unheard > 0) {
		__real_store_save(s, b, done, arg);
		assert_int_equal(b->status, STORE_OK);
		one_of(&behave.unheard, b, STORE_UNKNOWN);
		return STORE_NOW;
	}
	if (!behave.later || !done)
		return __real_store_save(s, b, done, arg);
	later.s = s;
	later.w = NULL;
	later.b = b;
	later.done = done;
	later.arg = arg;
	return STORE_LATER;
}

enum store_when __wrap_store_resolve(struct store *s, struct store_batch *b, store_done *done, void *arg)
{
	behave.asks++;
	return __real_store_resolve(s, b, done, arg);
}

/* What was to come comes now. */
static void come(struct world *w)
{
	store_done *done = later.done;

	assert_non_null(done);
	later.done = NULL;
	if (later.w)
		__real_store_load(later.s, later.a, later.w, NULL, NULL);
	else
		__real_store_save(later.s, later.b, NULL, NULL);
	done(later.arg);
	world_listen(w);
}

static int up(void **state)
{
	memset(&behave, 0, sizeof behave);
	world_up(state);
	memset(&behave, 0, sizeof behave);
	return 0;
}

static int64_t head(const struct world *w)
{
	return store_head(w->e.store).seq;
}

/* -- later ---------------------------------------------------------------------------------- */

static void what_comes_later_is_answered_later(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1"), again = world_report("A-1");
	int64_t before = head(w);

	behave.later = true;
	world_give(w, &c);
	world_turn(w);
	assert_int_equal(w->e.turn.state, TURN_LOADING);
	come(w);
	assert_int_equal(w->e.turn.state, TURN_SAVING);
	assert_int_equal(w->n_replies + w->n_events, 0); /* nothing leaves before its commit */
	world_give(w, &again);
	engine_turn(&w->e); /* one turn at a time: it waits in the queue */
	assert_int_equal(w->e.queue.n, 1);
	assert_int_equal(head(w), before);
	come(w);
	assert_int_equal(world_reply(w, c.id)->code, OK);
	assert_true(w->n_events > 0);
	assert_int_equal(w->e.turn.state, TURN_IDLE);
	behave.later = false;
	assert_true(w->e.turn_due);
	world_turn(w); /* and sees what was saved */
	assert_non_null(strstr(world_reply(w, again.id)->result.p, "\"duplicate\":true"));
}

static void its_front_end_may_be_gone_by_then(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");

	behave.later = true;
	world_give(w, &c);
	world_turn(w);
	come(w);
	struct link *l = w->e.links.first;
	engine_links.gone(&w->e, l);
	peer_close(l->peer);
	w->e.links.first = NULL;
	free(l);
	come(w);
	behave.later = false;
	assert_int_equal(world_incident(w, "A-1")->n_dispatches > 0, true);
}

/* Another mechanism comes into force while the turn waits for its commit: the turn has its own. */
static void a_turn_keeps_its_mechanism(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");
	struct mechanism *other = world_mechanism("config/zhangping");

	behave.later = true;
	world_give(w, &c);
	world_turn(w);
	come(w);
	mechanism_release(w->e.m);
	w->e.m = other;
	come(w);
	behave.later = false;
	assert_string_equal(world_event(w, EVENT_DISPATCH_ISSUED)->e.unit, "water");
}

/* -- away ----------------------------------------------------------------------------------- */

/* The timer that asks again has come round. */
static void again(struct world *w)
{
	assert_int_not_equal(w->e.turn.state, TURN_IDLE);
	event_active(w->e.again_timer, EV_TIMEOUT, 0);
	event_base_loop(w->e.base, EVLOOP_NONBLOCK);
	world_listen(w);
}

static void a_store_that_is_away_is_asked_again(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");

	behave.away_loads = 1;
	behave.away_saves = 2;
	world_give(w, &c);
	world_turn(w);
	again(w);
	again(w);
	assert_int_equal(w->n_replies, 0);
	again(w);
	assert_int_equal(world_reply(w, c.id)->code, OK);
	assert_non_null(strstr(world_reply(w, c.id)->result.p, "\"similar\":[]"));
	assert_int_equal(behave.saves, 3);
	assert_int_equal(w->e.metrics.unavailable, 0);
}

static void but_not_for_longer_than_a_front_end_waits(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");

	behave.away_saves = 1000;
	world_give(w, &c);
	world_turn(w);
	again(w);
	assert_int_equal(w->n_replies, 0);
	w->e.turn.away_since -= 10 * SECOND_MS; /* ten seconds later */
	again(w);
	assert_int_equal(world_reply(w, c.id)->code, ERROR_UNAVAILABLE);
	assert_int_equal(w->e.turn.state, TURN_IDLE);
}

/* -- full ----------------------------------------------------------------------------------- */

static void a_full_store_takes_all_but_reports(void **state)
{
	struct world *w = *state;
	struct command first = world_report("A-1"), new = world_report("A-2");
	struct command urge = world_command(COMMAND_INCIDENT_URGE);

	world_do(w, &first);
	command_set_text(&urge, FIELD_NUMBER, "A-1");
	behave.full = 1;
	world_give(w, &new);
	world_give(w, &urge);
	world_turn(w);
	assert_int_equal(world_reply(w, new.id)->code, ERROR_UNAVAILABLE);
	assert_int_equal(world_reply(w, urge.id)->code, OK);
	assert_int_equal(world_incident(w, "A-1")->urged, 1);
}

/* -- unknown -------------------------------------------------------------------------------- */

static void what_was_stored_after_all_is_answered(void **state)
{
	struct world *w = *state;
	struct command c = world_report("A-1");

	behave.unheard = 1;
	assert_int_equal(world_do(w, &c)->code, OK);
	assert_int_equal(behave.asks, 1);
	assert_true(w->n_events > 0);
}

/* An incident that was never stored is similar to nothing: the next report must not name it. */
static void what_was_not_stored_is_forgotten(void **state)
{
	struct world *w = *state;
	struct command lost = world_report("A-1"), next = world_report("A-2"), third = world_report("A-3");

	command_set_text(&lost, FIELD_REPORTER_PHONE, "13959001234");
	command_set_text(&next, FIELD_REPORTER_PHONE, "13959001234");
	command_set_text(&third, FIELD_REPORTER_PHONE, "13959001234");
	behave.unknown = 1;
	assert_int_equal(world_do(w, &lost)->code, ERROR_UNAVAILABLE);
	assert_int_equal(behave.asks, 1);
	assert_int_equal(w->n_events, 0);
	assert_non_null(strstr(world_do(w, &next)->result.p, "\"similar\":[]"));
	assert_non_null(strstr(world_do(w, &third)->result.p, "A-2"));
	assert_null(strstr(world_reply(w, third.id)->result.p, "A-1"));
}

/* -- how many wakes a turn takes ------------------------------------------------------------------ */

/* A turn with 100 due that took so much longer than it did; by far too little where that is negative. */
static void turn_that_took(struct world *w, int64_t us)
{
	world_clock(w, w->e.next_wake);
	behave.later = true;
	w->e.turn_due = true;
	engine_turn(&w->e);
	w->e.turn.began_us -= us;
	come(w);
	come(w);
	behave.later = false;
	assert_int_equal(w->e.turn.state, TURN_IDLE);
}

static void a_long_turn_takes_fewer_wakes_the_next_time(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 100; i++) {
		struct command c = world_report(arena_printf(w->a, "A-%d", i));

		world_do(w, &c);
	}
	w->e.wakes_most = 32;
	turn_that_took(w, 30 * 1000);
	assert_int_equal(w->e.wakes_most, 16);
	turn_that_took(w, 30 * 1000);
	assert_int_equal(w->e.wakes_most, WAKES_MIN); /* all come to their turn */
	assert_true(w->e.turn_due);
	turn_that_took(w, -INT64_C(60000000)); /* a short one, however busy the machine is */
	assert_int_equal(w->e.wakes_most, 2 * WAKES_MIN);
}

/* -- effects -------------------------------------------------------------------------------- */

/* Options that name another policy and the other language. */
static void other_options(struct world *w, struct options *o)
{
	char command[600];

	snprintf(w->options, sizeof w->options, "%s/liandong.yaml", w->folder);
	snprintf(command, sizeof command,
	    "cp -r config/zhangping %s/m && echo '# another' >>%s/m/policy.yaml && "
	    "printf 'language: en\nmechanism: %s/m\nstore: %s\n' >%s",
	    w->folder, w->folder, w->folder, w->path, w->options);
	assert_int_equal(system(command), 0);
	*o = (struct options){.file = w->options};
	w->child.options = o;
}

static struct command local_command(enum command_kind_id kind)
{
	struct command c = world_command(kind);

	c.who = (struct principal){.account = "local", .role = ROLE_LOCAL};
	return c;
}

/* Mechanism, language, clock, backup: what a failed turn wanted does not happen. */
static void effects_are_dropped_with_their_turn(void **state)
{
	struct world *w = *state;
	struct options o;
	struct mechanism *m = w->e.m;
	struct command reload = local_command(COMMAND_CONFIG_RELOAD),
		       backup = local_command(COMMAND_STORE_BACKUP);
	struct command set = local_command(COMMAND_CLOCK_SET), report = world_report("A-1");
	char file[96];

	other_options(w, &o);
	snprintf(file, sizeof file, "%s/copy.db", w->folder);
	command_set_text(&backup, FIELD_FILE, file);
	command_set_int(&set, FIELD_INSTANT, T0 + HOUR_MS);
	world_give(w, &reload);
	world_give(w, &backup);
	world_give(w, &set);
	world_give(w, &report);
	behave.unknown = 1;
	world_turn(w);
	assert_int_equal(w->n_replies, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(w->replies[i].code, ERROR_UNAVAILABLE);
	assert_ptr_equal(w->e.m, m);
	assert_false(w->e.english);
	assert_int_equal(clock_wall().ms, T0);
	assert_false(w->e.advance.on);
	assert_int_equal(w->e.n_downtimes, 0);
	assert_false(w->e.catching_up);
	assert_false(w->e.backup.on);
	assert_int_not_equal(access(file, F_OK), 0);
	reload.id = 0;
	world_do(w, &reload);
	assert_ptr_not_equal(w->e.m, m);
	assert_true(w->e.english);
}

/* A SIGHUP's reload whose turn was lost is made once more: somebody waits for the end of it. */
static void a_lost_reload_of_our_own_comes_again(void **state)
{
	struct world *w = *state;
	struct options o;

	other_options(w, &o);
	w->e.reload_own = true;
	queue_own(&w->e.queue, COMMAND_CONFIG_RELOAD, T0);
	behave.unknown = 1;
	world_turn(w);
	assert_true(w->e.reload_own);
	assert_true(w->e.reload_again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, up, world_down)
	    TEST(what_comes_later_is_answered_later),
	    TEST(its_front_end_may_be_gone_by_then),
	    TEST(a_turn_keeps_its_mechanism),
	    TEST(a_store_that_is_away_is_asked_again),
	    TEST(but_not_for_longer_than_a_front_end_waits),
	    TEST(a_full_store_takes_all_but_reports),
	    TEST(what_was_stored_after_all_is_answered),
	    TEST(what_was_not_stored_is_forgotten),
	    TEST(a_long_turn_takes_fewer_wakes_the_next_time),
	    TEST(effects_are_dropped_with_their_turn),
	    TEST(a_lost_reload_of_our_own_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
