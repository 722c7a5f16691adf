/*
 * domain_steps.c - the steps of one dispatch: every act in every state against a table written by hand,
 * which instant is taken and which counts, and that nothing that was answered is lost.
 */
#include "lifecycle_fixture.h"
#include "domain/warning.h"

/* -- the way of a dispatch ------------------------------------------------------------------ */

enum outcome { NO, SAME, MOVES };
#define A DISPATCH_ACKNOWLEDGED
#define D DISPATCH_DEPARTED
#define V DISPATCH_ARRIVED
#define C DISPATCH_COMPLETED
#define W DISPATCH_WITHDRAWN

static const struct {
	enum dispatch_state from;
	enum command_kind_id act;
	enum outcome outcome;
	enum dispatch_state to;
} way[] = {
    {DISPATCH_ISSUED, COMMAND_DISPATCH_ACKNOWLEDGE, MOVES, A},
    {DISPATCH_ISSUED, COMMAND_DISPATCH_DEPART, MOVES, D},
    {DISPATCH_ISSUED, COMMAND_DISPATCH_ARRIVE, MOVES, V},
    {DISPATCH_ISSUED, COMMAND_DISPATCH_PROGRESS, MOVES, A},
    {DISPATCH_ISSUED, COMMAND_DISPATCH_COMPLETE, MOVES, C},
    {DISPATCH_ISSUED, COMMAND_DISPATCH_WITHDRAW, MOVES, W},
    {A, COMMAND_DISPATCH_ACKNOWLEDGE, SAME, A},
    {A, COMMAND_DISPATCH_DEPART, MOVES, D},
    {A, COMMAND_DISPATCH_ARRIVE, MOVES, V},
    {A, COMMAND_DISPATCH_PROGRESS, MOVES, A},
    {A, COMMAND_DISPATCH_COMPLETE, MOVES, C},
    {A, COMMAND_DISPATCH_WITHDRAW, MOVES, W},
    {D, COMMAND_DISPATCH_ACKNOWLEDGE, SAME, D},
    {D, COMMAND_DISPATCH_DEPART, SAME, D},
    {D, COMMAND_DISPATCH_ARRIVE, MOVES, V},
    {D, COMMAND_DISPATCH_PROGRESS, MOVES, D},
    {D, COMMAND_DISPATCH_COMPLETE, MOVES, C},
    {D, COMMAND_DISPATCH_WITHDRAW, MOVES, W},
    {V, COMMAND_DISPATCH_ACKNOWLEDGE, SAME, V},
    {V, COMMAND_DISPATCH_DEPART, SAME, V},
    {V, COMMAND_DISPATCH_ARRIVE, SAME, V},
    {V, COMMAND_DISPATCH_PROGRESS, MOVES, V},
    {V, COMMAND_DISPATCH_COMPLETE, MOVES, C},
    {V, COMMAND_DISPATCH_WITHDRAW, MOVES, W},
    {C, COMMAND_DISPATCH_ACKNOWLEDGE, SAME, C},
    {C, COMMAND_DISPATCH_DEPART, SAME, C},
    {C, COMMAND_DISPATCH_ARRIVE, SAME, C},
    {C, COMMAND_DISPATCH_PROGRESS, SAME, C},
    {C, COMMAND_DISPATCH_COMPLETE, SAME, C},
    {C, COMMAND_DISPATCH_WITHDRAW, NO, C},
    {W, COMMAND_DISPATCH_ACKNOWLEDGE, NO, W},
    {W, COMMAND_DISPATCH_DEPART, NO, W},
    {W, COMMAND_DISPATCH_ARRIVE, NO, W},
    {W, COMMAND_DISPATCH_PROGRESS, NO, W},
    {W, COMMAND_DISPATCH_COMPLETE, NO, W},
    {W, COMMAND_DISPATCH_WITHDRAW, SAME, W},
};

static const enum command_kind_id reaches[DISPATCH_STATES] = {
    [A] = COMMAND_DISPATCH_ACKNOWLEDGE,
    [D] = COMMAND_DISPATCH_DEPART,
    [V] = COMMAND_DISPATCH_ARRIVE,
    [C] = COMMAND_DISPATCH_COMPLETE,
    [W] = COMMAND_DISPATCH_WITHDRAW,
};

static void every_act_in_every_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(way); i++) {
		struct incident *inc = reported();
		if (way[i].from != DISPATCH_ISSUED) {
			struct command c = act(reaches[way[i].from], "N1-01");
			assert_true(decide(inc, &c));
		}
		struct dispatch before = inc->dispatches[0];
		struct command c = act(way[i].act, "N1-01");
		bool done = decide(inc, &c);
		print_message("%s %s\n", dispatch_state_names[way[i].from], command_kinds[way[i].act].name);
		assert_int_equal(done, way[i].outcome != NO);
		assert_int_equal(inc->dispatches[0].state, way[i].to);
		if (way[i].outcome == NO)
			assert_int_equal(w.why.code, ERROR_WRONG_STATE);
		if (way[i].outcome == MOVES)
			assert_true(w.out.n_events > 0);
		else
			assert_memory_equal(&before, &inc->dispatches[0], sizeof before);
		if (way[i].outcome == SAME)
			assert_int_equal(w.out.n_events, 0);
	}
}

static void arriving_implies_the_earlier_steps(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t then = w.now + 12 * MINUTE_MS;
	w.now += 20 * MINUTE_MS;
	struct command c = act(COMMAND_DISPATCH_ARRIVE, "N1-01");
	command_set_int(&c, FIELD_AT, then);
	assert_true(decide(inc, &c));
	assert_int_equal(d->at[STEP_ARRIVED], then);
	assert_int_equal(d->recorded[STEP_ARRIVED], w.now);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], then);
	assert_int_equal(d->at[STEP_DELIVERED], then);
	assert_int_equal(d->at[STEP_DEPARTED], 0);
	assert_true(d->late_reported & 1u << STEP_ARRIVED); /* 8 minutes later */
	/* recorded late: its report is counted from the recording */
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].due, w.now + 30 * MINUTE_MS);
}

static struct command act_at(enum command_kind_id kind, int64_t at)
{
	struct command c = act(kind, "N1-01");

	command_set_int(&c, FIELD_AT, at);
	return c;
}

static bool warned(enum warning_code code)
{
	return warnings_have(w.out.warnings, code);
}

/* The data of the first event. */
static const char *data_of_first(void)
{
	assert_true(w.out.n_events > 0);
	return w.out.events[0].data.p;
}

static bool says(const char *member)
{
	return strstr(data_of_first(), member) != NULL;
}

/* Without `at`: when the front end had it, not when the engine came round to it. */
static void an_act_has_the_instant_of_its_coming(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	c.received_at = w.now + 4 * MINUTE_MS;
	w.now += 6 * MINUTE_MS;
	assert_true(decide(inc, &c));
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], c.received_at);
	assert_int_equal(d->recorded[STEP_ACKNOWLEDGED], c.received_at);
	assert_int_equal(dispatch_overdue(d) & 1u << CLOCK_ACKNOWLEDGE, 0);
	assert_null(strstr(data_of_first(), "recorded_at"));
}

/* A phone nine minutes fast, a minute fast, a year fast: what is recorded now cannot have happened
 * later. */
static void a_fast_clock_is_taken_at_its_recording(void **state)
{
	static const int64_t ahead[] = {1, 9 * MINUTE_MS, 10 * MINUTE_MS + 1, 365 * DAY_MS};
	(void)state;
	for (size_t i = 0; i < COUNT(ahead); i++) {
		struct incident *inc = reported();
		struct dispatch *d = &inc->dispatches[0];
		struct command c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, w.now + ahead[i]);
		assert_true(decide(inc, &c));
		assert_int_equal(d->at[STEP_ACKNOWLEDGED], w.now);
		assert_int_equal(d->state, DISPATCH_ACKNOWLEDGED);
		assert_int_equal(dispatch_overdue(d), 0);
		assert_int_equal(event_count(EVENT_DISPATCH_OVERDUE), 0);
		assert_true(warned(WARNING_TIME_IN_FUTURE));
		assert_true(says("\"clock_skew\":true") && says("\"given_at\":"));
	}
}

/* A second slow is the instruction's instant; more than clocks may differ is no instant at all. */
static void a_slow_clock_is_taken_at_the_issue(void **state)
{
	static const struct {
		int64_t before, taken_after;
	} cases[] = {{1, 0}, {SECOND_MS, 0}, {10 * MINUTE_MS, 0}, {10 * MINUTE_MS + 1, MINUTE_MS},
	    {365 * DAY_MS, MINUTE_MS}};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now += 500; /* not at a whole second */
		struct incident *inc = reported();
		struct dispatch *d = &inc->dispatches[0];
		struct command c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, d->issued_at - cases[i].before);
		w.now += MINUTE_MS;
		assert_true(decide(inc, &c));
		assert_int_equal(d->at[STEP_ACKNOWLEDGED], d->issued_at + cases[i].taken_after);
		assert_true(warned(WARNING_TIME_BEFORE_ISSUE));
		assert_true(says("\"clock_skew\":true") && says("\"given_at\":"));
		w.now += 500;
	}
}

/* A client that writes whole seconds is not off: it means the second of the issue. */
static void whole_seconds_are_the_second_of_issue(void **state)
{
	(void)state;
	w.now += 400; /* issued at 10:00:00.400 */
	struct incident *inc = reported();
	struct command c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, w.now - 400);
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[0].at[STEP_ACKNOWLEDGED], w.now);
	assert_int_equal(w.out.warnings->n, 0);
}

/* -- what counts ------------------------------------------------------------------------------ */

/* Given by the unit: counts where it was recorded within five minutes, and not where a due lies
 * between. The desk's word counts as it is. */
static void what_counts_of_an_arrival(void **state)
{
	static const struct {
		int at_min, recorded_min;
		enum account_role role;
		bool unconfirmed;
	} cases[] = {
	    {20, 25, ROLE_LIAISON, false}, /* exactly five minutes later */
	    {20, 26, ROLE_LIAISON, true},  /* (a) later than that */
	    {20, 26, ROLE_DESK, false},    /* the desk's entries are confirmed */
	    {29, 31, ROLE_LIAISON, true},  /* (b) after the due of 30, with an instant before it */
	    {30, 31, ROLE_LIAISON, true},  /* the due itself is not after it */
	    {31, 32, ROLE_LIAISON, false}, /* late either way */
	    {28, 30, ROLE_LIAISON, false}, /* recorded at the due: not after it */
	    {29, 31, ROLE_DESK, false},
	};
	(void)state;
	int64_t began = w.now;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = began;
		struct incident *inc = reported();
		struct dispatch *d = &inc->dispatches[0];
		struct command c = act_at(COMMAND_DISPATCH_ARRIVE, began + cases[i].at_min * MINUTE_MS);
		c.who.role = cases[i].role;
		if (cases[i].role == ROLE_DESK)
			command_set_text(&c, FIELD_PERSON, "小陈");
		w.now = began + cases[i].recorded_min * MINUTE_MS;
		assert_true(decide(inc, &c));
		bool marked = d->unconfirmed & 1u << STEP_ARRIVED;
		if (marked != cases[i].unconfirmed)
			fail_msg("case %zu: unconfirmed %d", i, marked);
		assert_int_equal(d->at[STEP_ARRIVED], began + cases[i].at_min * MINUTE_MS);
		assert_int_equal(dispatch_counted(d, STEP_ARRIVED),
		    cases[i].unconfirmed ? w.now : d->at[STEP_ARRIVED]);
		assert_int_equal(says("\"unconfirmed\":true"), cases[i].unconfirmed);
	}
}

/* -- the order of the steps ------------------------------------------------------------------- */

static void in_order(const struct dispatch *d)
{
	int64_t last = d->issued_at;
	for (int s = 0; s < STEPS; s++) {
		if (!d->at[s])
			continue;
		assert_true(d->at[s] >= last);
		last = d->at[s];
	}
}

/* The acknowledgement is due at 5, the arrival at 30. A later step implies the earlier ones, and is no way around the doubt about them: a unit that departs
 * or completes with an instant before a due that has passed does not meet that due by it. */
static void a_later_step_proves_no_due_in_time(void **state)
{
	static const struct {
		enum command_kind_id act;
		int at_min, recorded_min;
		enum account_role role;
		enum clock_kind clock;
		int stopped_min;
	} cases[] = {
	    {COMMAND_DISPATCH_DEPART, 4, 6, ROLE_LIAISON, CLOCK_ACKNOWLEDGE, 6},
	    {COMMAND_DISPATCH_DEPART, 4, 10, ROLE_LIAISON, CLOCK_ACKNOWLEDGE, 10},
	    {COMMAND_DISPATCH_DEPART, 4, 5, ROLE_LIAISON, CLOCK_ACKNOWLEDGE, 4}, /* recorded at the due */
	    {COMMAND_DISPATCH_DEPART, 6, 8, ROLE_LIAISON, CLOCK_ACKNOWLEDGE, 6}, /* late either way */
	    {COMMAND_DISPATCH_DEPART, 4, 10, ROLE_DESK, CLOCK_ACKNOWLEDGE, 4},
	    {COMMAND_DISPATCH_ARRIVE, 4, 6, ROLE_LIAISON, CLOCK_ACKNOWLEDGE, 6},
	    {COMMAND_DISPATCH_ARRIVE, 4, 6, ROLE_LIAISON, CLOCK_ARRIVE, 4}, /* its own limit is far */
	    {COMMAND_DISPATCH_PROGRESS, 4, 6, ROLE_LIAISON, CLOCK_ACKNOWLEDGE, 6},
	    {COMMAND_DISPATCH_COMPLETE, 29, 31, ROLE_LIAISON, CLOCK_ARRIVE, 31},
	    {COMMAND_DISPATCH_COMPLETE, 20, 27, ROLE_LIAISON, CLOCK_ARRIVE, 27},
	    {COMMAND_DISPATCH_COMPLETE, 29, 31, ROLE_DESK, CLOCK_ARRIVE, 29},
	    {COMMAND_DISPATCH_COMPLETE, 28, 30, ROLE_LIAISON, CLOCK_ARRIVE, 28},
	};
	(void)state;
	int64_t began = w.now;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = began;
		struct incident *inc = reported();
		const struct clock *clock = &inc->dispatches[0].clocks[cases[i].clock];
		struct command c = act_at(cases[i].act, began + cases[i].at_min * MINUTE_MS);
		c.who.role = cases[i].role;
		if (cases[i].role == ROLE_DESK)
			command_set_text(&c, FIELD_PERSON, "小陈");
		w.now = began + cases[i].recorded_min * MINUTE_MS;
		assert_true(decide(inc, &c));
		if (clock->stopped != began + cases[i].stopped_min * MINUTE_MS)
			fail_msg("case %zu: stopped after %lld s", i,
			    (long long)(clock->stopped - began) / 1000);
		assert_int_equal(clock->overdue, clock->stopped > clock->due);
		in_order(&inc->dispatches[0]);
	}
}

/* The doubt about an acknowledgement stays when the next step comes from the same queue. */
static void a_queue_sent_late_meets_nothing_by_its_second_step(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t began = w.now;
	w.now = began + 6 * MINUTE_MS;
	struct command c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, began + MINUTE_MS);
	assert_true(decide(inc, &c));
	c = act_at(COMMAND_DISPATCH_DEPART, began + 2 * MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(d->unconfirmed, 1u << STEP_ACKNOWLEDGED);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, w.now);
	assert_true(d->clocks[CLOCK_ACKNOWLEDGE].overdue);
}

static void an_implied_step_gets_its_true_instant(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t began = w.now;
	w.now = began + 4 * MINUTE_MS;
	struct command c = act(COMMAND_DISPATCH_ARRIVE, "N1-01");
	assert_true(decide(inc, &c));
	assert_int_equal(d->implied, 1u << STEP_DELIVERED | 1u << STEP_ACKNOWLEDGED);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], w.now);
	int64_t report_due = d->clocks[CLOCK_FIRST_REPORT].due;
	w.now = began + 5 * MINUTE_MS;
	c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, began + MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(event_count(EVENT_DISPATCH_ACKNOWLEDGED), 1);
	assert_int_equal(w.out.events[0].at, began + MINUTE_MS);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], began + MINUTE_MS);
	assert_int_equal(d->at[STEP_DELIVERED], began + MINUTE_MS); /* no later than it */
	assert_int_equal(d->implied, 1u << STEP_DELIVERED);
	assert_int_equal(d->state, DISPATCH_ARRIVED);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, began + MINUTE_MS);
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].due, report_due);
	in_order(d);
	/* it has its own instant now: another one is a word, and no step */
	c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, began + 2 * MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(event_count(EVENT_DISPATCH_PROGRESSED), 1);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], began + MINUTE_MS);
}

/* Given so late that it does not count, it makes nothing worse: what counted before counts on. */
static void a_true_instant_never_makes_it_worse(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t began = w.now;
	w.now = began + 8 * MINUTE_MS;
	struct command c = act(COMMAND_DISPATCH_PROGRESS, "N1-01");
	assert_true(decide(inc, &c));
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, began + 8 * MINUTE_MS);
	w.now = began + 20 * MINUTE_MS;
	c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, began + MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], began + MINUTE_MS);
	assert_int_equal(d->unconfirmed, 1u << STEP_ACKNOWLEDGED);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, began + 8 * MINUTE_MS);
	assert_true(dispatch_overdue(d) & 1u << CLOCK_ACKNOWLEDGE);
}

/* What the unit gave too late implies an acknowledgement that does not count either; the desk's word takes
 * its place, and counts. */
static void the_desks_word_confirms_an_implied_step(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t began = w.now;
	w.now = began + 8 * MINUTE_MS;
	struct command c = act_at(COMMAND_DISPATCH_ARRIVE, began + 2 * MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(d->unconfirmed, 1u << STEP_ACKNOWLEDGED | 1u << STEP_ARRIVED);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, began + 8 * MINUTE_MS);
	w.now = began + 10 * MINUTE_MS;
	c = act_at(COMMAND_DISPATCH_ACKNOWLEDGE, began + MINUTE_MS);
	c.who.role = ROLE_DESK;
	command_set_text(&c, FIELD_PERSON, "小陈");
	assert_true(decide(inc, &c));
	assert_int_equal(d->unconfirmed, 1u << STEP_ARRIVED);
	assert_int_equal(dispatch_counted(d, STEP_ACKNOWLEDGED), began + MINUTE_MS);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, began + MINUTE_MS);
	assert_int_equal(event_count(EVENT_DISPATCH_ACKNOWLEDGED), 1);
	assert_false(says("\"unconfirmed\":true"));
}

/* A departure known to have been earlier takes the implied acknowledgement with it. */
static void a_known_step_pulls_the_implied_ones(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t began = w.now;
	w.now = began + 4 * MINUTE_MS;
	struct command c = act(COMMAND_DISPATCH_PROGRESS, "N1-01");
	assert_true(decide(inc, &c));
	c = act_at(COMMAND_DISPATCH_DEPART, began + 2 * MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(d->state, DISPATCH_DEPARTED);
	assert_int_equal(d->at[STEP_DEPARTED], began + 2 * MINUTE_MS);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], began + 2 * MINUTE_MS);
	in_order(d);
}

static void completed_is_never_before_arrived(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t began = w.now;
	w.now = began + 20 * MINUTE_MS;
	struct command c = act(COMMAND_DISPATCH_ARRIVE, "N1-01");
	assert_true(decide(inc, &c));
	w.now = began + 22 * MINUTE_MS;
	c = act_at(COMMAND_DISPATCH_COMPLETE, began + 10 * MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(d->at[STEP_COMPLETED], began + 20 * MINUTE_MS);
	assert_int_equal(inc->completed_at, began + 20 * MINUTE_MS);
	assert_true(warned(WARNING_TIME_ORDER));
	assert_true(says("\"clamped\":true") && says("\"given_at\":"));
	in_order(d);
}

/* Completed without an arrival; the arrival is told afterwards, with its time. */
static void a_step_after_completion_fills_and_changes_no_state(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t began = w.now;
	w.now = began + 40 * MINUTE_MS;
	struct command c = act(COMMAND_DISPATCH_COMPLETE, "N1-01");
	assert_true(decide(inc, &c));
	w.now = began + 41 * MINUTE_MS;
	c = act_at(COMMAND_DISPATCH_ARRIVE, began + 15 * MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(d->state, DISPATCH_COMPLETED);
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
	assert_int_equal(d->at[STEP_ARRIVED], began + 15 * MINUTE_MS);
	assert_int_equal(d->clocks[CLOCK_ARRIVE].stopped, began + 40 * MINUTE_MS); /* what counts */
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].start, 0);
	c = act_at(COMMAND_DISPATCH_DEPART, began + 12 * MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(d->at[STEP_DEPARTED], began + 12 * MINUTE_MS);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], began + 12 * MINUTE_MS);
	in_order(d);
}

static void random_steps_stay_in_order(void **state)
{
	static const enum command_kind_id kinds[] = {COMMAND_DISPATCH_ACKNOWLEDGE, COMMAND_DISPATCH_DEPART,
	    COMMAND_DISPATCH_ARRIVE, COMMAND_DISPATCH_PROGRESS, COMMAND_DISPATCH_COMPLETE};
	uint64_t seed = 20260302;
	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct incident *inc = reported();
		for (int i = 0; i < 8; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
			struct command c = act(kinds[seed >> 33 & 3 ? seed >> 35 & 3 : 4], "N1-01");
			if (seed >> 38 & 3)
				command_set_int(&c, FIELD_AT,
				    w.now - 50 * MINUTE_MS + (int64_t)(seed >> 40) % (60 * MINUTE_MS));
			if (seed >> 37 & 1) {
				c.who.role = ROLE_DESK;
				command_set_text(&c, FIELD_PERSON, "小陈");
			}
			w.now += (int64_t)(seed >> 45) % (10 * MINUTE_MS);
			assert_true(decide(inc, &c));
			in_order(&inc->dispatches[0]);
			assert_true(inc->dispatches[0].at[STEP_COMPLETED] <= w.now);
		}
	}
}

/* -- what is answered is kept ----------------------------------------------------------------- */

static void a_second_departure_keeps_its_eta(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	struct command c = act(COMMAND_DISPATCH_DEPART, "N1-01");
	assert_true(decide(inc, &c));
	int64_t departed = d->at[STEP_DEPARTED];
	w.now += 3 * MINUTE_MS;
	command_set_int(&c, FIELD_ETA, w.now + 20 * MINUTE_MS);
	command_set_text(&c, FIELD_TEXT, "堵车");
	assert_true(decide(inc, &c));
	assert_int_equal(event_count(EVENT_DISPATCH_PROGRESSED), 1);
	assert_true(says("\"again\":\"dispatch.depart\"") && says("\"eta\":"));
	assert_int_equal(w.out.n_texts, 1);
	assert_int_equal(d->eta, w.now + 20 * MINUTE_MS);
	assert_int_equal(d->at[STEP_DEPARTED], departed);
	assert_int_equal(d->state, DISPATCH_DEPARTED);
	assert_int_equal(d->reported_at, w.now);
	/* once arrived, what is said of the way there is kept and says nothing of the next report */
	struct command v = act(COMMAND_DISPATCH_ARRIVE, "N1-01");
	assert_true(decide(inc, &v));
	command_set_int(&c, FIELD_ETA, w.now + HOUR_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(event_count(EVENT_DISPATCH_PROGRESSED), 1);
	assert_int_equal(d->eta, 0);
}

static void a_second_result_is_kept(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	struct command c = act(COMMAND_DISPATCH_COMPLETE, "N1-01");
	assert_true(decide(inc, &c));
	assert_true(decide(inc, &c)); /* the same again */
	assert_int_equal(w.out.n_events, 0);
	command_set_text(&c, FIELD_RESULT, "又漏了,再修");
	assert_true(decide(inc, &c));
	assert_int_equal(event_count(EVENT_DISPATCH_PROGRESSED), 1);
	assert_string_equal(w.out.texts[0].text, "又漏了,再修");
	assert_string_equal(d->result, "修好");
	assert_int_equal(d->state, DISPATCH_COMPLETED);
	/* a report that a phone sends when it is back online */
	c = act(COMMAND_DISPATCH_PROGRESS, "N1-01");
	command_set_text(&c, FIELD_TEXT, "正在关阀");
	assert_true(decide(inc, &c));
	assert_int_equal(event_count(EVENT_DISPATCH_PROGRESSED), 1);
	assert_int_equal(d->state, DISPATCH_COMPLETED);
}

static void a_second_withdrawal_keeps_its_reason(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_WITHDRAW, "N1-02");
	assert_true(decide(inc, &c));
	command_set_text(&c, FIELD_REASON, "单位说不归它管");
	assert_true(decide(inc, &c));
	assert_int_equal(event_count(EVENT_INCIDENT_ANNOTATED), 1);
	assert_string_equal(w.out.texts[0].text, "单位说不归它管");
	assert_string_equal(inc->dispatches[1].withdrawn_reason, "派错");
}

/* -- clocks ----------------------------------------------------------------------------------- */

static void what_fell_due_in_a_downtime_is_the_systems(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = &inc->dispatches[0];
	int64_t due = d->clocks[CLOCK_ACKNOWLEDGE].due;
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	w.now = due + 40 * SECOND_MS;
	w.down = (struct downtime){due - 40 * SECOND_MS, due + 20 * SECOND_MS};
	assert_true(decide(inc, &c));
	assert_int_equal(dispatch_overdue(d), 1u << CLOCK_ACKNOWLEDGE | 1u << CLOCK_DELIVERY);
	assert_int_equal(dispatch_system_late(d), 1u << CLOCK_ACKNOWLEDGE); /* the delivery was owed before */
	assert_int_equal(w.out.events[1].type, EVENT_DISPATCH_OVERDUE);
	assert_non_null(strstr(w.out.events[1].data.p, "\"system_cause\":true"));
	assert_non_null(strstr(w.out.events[1].data.p, "\"due\":"));
}

static void a_late_act_says_overdue(void **state)
{
	(void)state;
	struct incident *inc = reported();
	w.now += 5 * MINUTE_MS + 1; /* no wake came between */
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	assert_true(decide(inc, &c));
	assert_true(dispatch_overdue(&inc->dispatches[0]) & 1u << CLOCK_ACKNOWLEDGE);
	assert_true(event_count(EVENT_DISPATCH_OVERDUE) >= 1);
}

static void the_wake_of_that_instant_marks_nobody(void **state)
{
	(void)state;
	struct incident *inc = reported();
	w.now += 5 * MINUTE_MS;
	lifecycle_wake(inc, &w.m, &(struct circumstances){0}, w.now, &w.out, w.a);
	assert_true(dispatch_overdue(&inc->dispatches[0]) & 1u << CLOCK_ACKNOWLEDGE);
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	assert_true(decide(inc, &c));
	assert_int_equal(dispatch_overdue(&inc->dispatches[0]) & 1u << CLOCK_ACKNOWLEDGE, 0);
	assert_true(says("\"in_time\":\"")); /* which takes the mark away in the records, too */
	/* recorded later, with an instant that was in time: the mark stays, the explanation says so */
	inc = reported();
	w.now += 5 * MINUTE_MS;
	lifecycle_wake(inc, &w.m, &(struct circumstances){0}, w.now, &w.out, w.a);
	w.now += 1;
	command_set_int(&c, FIELD_AT, w.now - 1);
	assert_true(decide(inc, &c));
	assert_true(dispatch_overdue(&inc->dispatches[0]) & 1u << CLOCK_ACKNOWLEDGE);
}

static void the_last_instant_is_in_time(void **state)
{
	(void)state;
	struct incident *inc = reported();
	w.now += 5 * MINUTE_MS;
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	assert_true(decide(inc, &c));
	assert_int_equal(dispatch_overdue(&inc->dispatches[0]) & 1u << CLOCK_ACKNOWLEDGE, 0);
}

static void another_units_dispatch_is_not_found(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-02");
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_NOT_FOUND);
	c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-09");
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_NOT_FOUND);
}

static void the_desk_names_who_answered(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-02");
	c.who = (struct principal){.account = "desk-1", .role = ROLE_DESK};
	assert_false(decide(inc, &c));
	assert_string_equal(w.why.field, "on_behalf");
	command_set_text(&c, FIELD_PERSON, "小陈");
	command_set_text(&c, FIELD_PHONE, "0597-1");
	assert_true(decide(inc, &c));
	assert_null(strstr(w.out.events[0].data.p, "小陈"));
	assert_int_equal(w.out.n_texts, 2);
	/* the unit itself acts for no other: the step counts, the name does not */
	c = act(COMMAND_DISPATCH_DEPART, "N1-01");
	command_set_text(&c, FIELD_PERSON, "小陈");
	assert_true(decide(inc, &c));
	assert_int_equal(w.out.warnings->v[0].field, FIELD_PERSON);
	assert_int_equal(w.out.n_texts, 0);
	assert_null(strstr(w.out.events[0].data.p, "on_behalf"));
}

static void if_match_guards(void **state)
{
	(void)state;
	struct incident *inc = reported();
	inc->dispatches[0].seq = 5;
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	command_set_int(&c, FIELD_IF_MATCH, 4);
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_PRECONDITION);
	command_set_text(&c, FIELD_IF_MATCH, ""); /* a list of which none is ours */
	assert_false(decide(inc, &c));
	command_set_text(&c, FIELD_IF_MATCH, "4,55");
	assert_false(decide(inc, &c));
	command_set_text(&c, FIELD_IF_MATCH, "4,5");
	assert_true(decide(inc, &c));
}

/* A dispatch's seq is that of the last event that changed it or its incident; a look changes nothing. */
static void seqs_follow_what_changes(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct dispatch *d = inc->dispatches;
	struct decision *out = &w.out;
	*out = (struct decision){.incident = inc};
	d[0].seq = 1;
	d[1].seq = 2;
	d[0].changed = d[1].changed = false;
	decision_event(out, w.a, EVENT_DISPATCH_DELIVERED, w.now, &d[0], STR("{}"));
	decision_event(out, w.a, EVENT_PERSONAL_READ, w.now, &d[0], STR("{}"));
	decision_event(out, w.a, EVENT_PERSONAL_READ, w.now, NULL, STR("{}"));
	assert_int_equal(decision_number(out, 10), 13);
	assert_int_equal(out->events[2].seq, 12);
	assert_int_equal(d[0].seq, 1);
	assert_false(d[0].changed);
	decision_event(out, w.a, EVENT_DISPATCH_ARRIVED, w.now, &d[0], STR("{}"));
	assert_int_equal(decision_number(out, 10), 14);
	assert_int_equal(d[0].seq, 13);
	assert_int_equal(d[1].seq, 2);
	decision_event(out, w.a, EVENT_INCIDENT_AMENDED, w.now, NULL, STR("{}"));
	decision_number(out, 10);
	assert_int_equal(d[0].seq, 14);
	assert_int_equal(d[1].seq, 14);
	assert_true(d[1].changed);
}

static void an_eta_lies_ahead(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_DEPART, "N1-01");
	command_set_int(&c, FIELD_ETA, w.now);
	assert_true(decide(inc, &c)); /* the step happened; the estimate is left out, and that is said */
	assert_int_equal(inc->dispatches[0].state, DISPATCH_DEPARTED);
	assert_int_equal(inc->dispatches[0].eta, 0);
	assert_int_equal(w.out.warnings->n, 1);
	assert_int_equal(w.out.warnings->v[0].code, WARNING_IGNORED);
	assert_int_equal(w.out.warnings->v[0].field, FIELD_ETA);
	c = act(COMMAND_DISPATCH_PROGRESS, "N1-01");
	command_set_int(&c, FIELD_ETA, w.now + MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[0].eta, w.now + MINUTE_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_act_in_every_state),
	    TEST(arriving_implies_the_earlier_steps),
	    TEST(an_act_has_the_instant_of_its_coming),
	    TEST(a_fast_clock_is_taken_at_its_recording),
	    TEST(a_slow_clock_is_taken_at_the_issue),
	    TEST(whole_seconds_are_the_second_of_issue),
	    TEST(what_counts_of_an_arrival),
	    TEST(a_later_step_proves_no_due_in_time),
	    TEST(a_queue_sent_late_meets_nothing_by_its_second_step),
	    TEST(an_implied_step_gets_its_true_instant),
	    TEST(a_true_instant_never_makes_it_worse),
	    TEST(the_desks_word_confirms_an_implied_step),
	    TEST(a_known_step_pulls_the_implied_ones),
	    TEST(completed_is_never_before_arrived),
	    TEST(a_step_after_completion_fills_and_changes_no_state),
	    TEST(random_steps_stay_in_order),
	    TEST(a_second_departure_keeps_its_eta),
	    TEST(a_second_result_is_kept),
	    TEST(a_second_withdrawal_keeps_its_reason),
	    TEST(what_fell_due_in_a_downtime_is_the_systems),
	    TEST(a_late_act_says_overdue),
	    TEST(the_wake_of_that_instant_marks_nobody),
	    TEST(the_last_instant_is_in_time),
	    TEST(another_units_dispatch_is_not_found),
	    TEST(the_desk_names_who_answered),
	    TEST(if_match_guards),
	    TEST(seqs_follow_what_changes),
	    TEST(an_eta_lies_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
