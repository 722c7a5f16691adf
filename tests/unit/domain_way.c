/*
 * domain_way.c - the states of an incident, cell by cell against a table written by hand; the call-back
 * and its clock; reopening.
 */
#include "lifecycle_fixture.h"
#include "domain/replay.h"

#define NONE INCIDENT_STATES /* refused */

static struct command callback(enum callback_result result)
{
	struct command c = command(COMMAND_INCIDENT_CALLBACK, ROLE_DESK);
	command_set_int(&c, FIELD_CALLBACK_RESULT, result - CALLBACK_SATISFIED);
	return c;
}

static struct command because(enum command_kind_id kind, enum account_role role, const char *reason)
{
	struct command c = command(kind, role);
	command_set_text(&c, FIELD_REASON, reason);
	return c;
}

static void must(struct incident *inc, struct command c)
{
	if (!decide(inc, &c))
		fail_msg("%s: %s", command_kinds[c.kind].name, w.why.en);
	const char *wrong = deadline_check(inc, &w.m, AROUND, w.now);
	if (wrong)
		fail_msg("after %s: %s", command_kinds[c.kind].name, wrong);
}

static void refused(struct incident *inc, struct command c, enum error_code code)
{
	if (decide(inc, &c))
		fail_msg("%s was carried out", command_kinds[c.kind].name);
	assert_int_equal(w.why.code, code);
}

static void complete(struct incident *inc, const char *dispatch, const char *unit)
{
	struct command c = act(COMMAND_DISPATCH_COMPLETE, dispatch);
	c.who.unit = unit;
	must(inc, c);
}

/* An incident of the fixture in that state: water leads, urban assists, hotline is informed. */
static struct incident *in_state(enum incident_state state)
{
	struct incident *inc = reported();
	if (state == INCIDENT_CANCELLED)
		must(inc, command(COMMAND_INCIDENT_CANCEL, ROLE_DESK));
	if (state == INCIDENT_OPEN || state == INCIDENT_CANCELLED)
		return inc;
	complete(inc, "N1-01", "water");
	if (state == INCIDENT_CALLED_BACK)
		must(inc, callback(CALLBACK_SATISFIED));
	if (state == INCIDENT_CLOSED)
		must(inc, command(COMMAND_INCIDENT_CLOSE, ROLE_DESK));
	assert_int_equal(inc->state, state);
	return inc;
}

static void every_cell(void **state)
{
	enum {
		OPEN = INCIDENT_OPEN,
		DONE = INCIDENT_COMPLETED,
		CALLED = INCIDENT_CALLED_BACK,
		CLOSED = INCIDENT_CLOSED,
		CANCELLED = INCIDENT_CANCELLED
	};
	/* well, ill, the last unreached, close, cancel, reopen */
	static const int cells[INCIDENT_STATES][6] = {
	    [INCIDENT_OPEN] = {NONE, NONE, NONE, NONE /* water is at work */, CANCELLED, OPEN},
	    [INCIDENT_COMPLETED] = {CALLED, OPEN, CALLED, CLOSED, CANCELLED, OPEN},
	    [INCIDENT_CALLED_BACK] = {CALLED, OPEN, CALLED, CLOSED, NONE, OPEN},
	    [INCIDENT_CLOSED] = {CLOSED, OPEN, NONE, CLOSED, NONE, OPEN},
	    [INCIDENT_CANCELLED] = {NONE, NONE, NONE, NONE, CANCELLED, OPEN},
	};
	(void)state;
	for (int s = 0; s < INCIDENT_STATES; s++)
		for (int a = 0; a < 6; a++) {
			const struct command acts[6] = {callback(CALLBACK_BASICALLY),
			    callback(CALLBACK_DISSATISFIED), callback(CALLBACK_UNREACHED),
			    command(COMMAND_INCIDENT_CLOSE, ROLE_DESK),
			    command(COMMAND_INCIDENT_CANCEL, ROLE_DESK),
			    because(COMMAND_INCIDENT_REOPEN, ROLE_DESK, "又漏了")};
			struct incident *inc = in_state((enum incident_state)s);
			if (a == 2)
				inc->callback_days = 2; /* and this is the third day */
			inc->callback_at = inc->callback_days ? w.now - DAY_MS : 0;
			bool done = decide(inc, &acts[a]);
			int to = done ? (int)inc->state : NONE;
			if (to != cells[s][a])
				fail_msg("%s, act %d: %d", incident_state_names[s], a, to);
			if (!done)
				assert_int_equal(w.why.code, ERROR_WRONG_STATE);
			assert_null(deadline_check(inc, &w.m, AROUND, w.now));
		}
}

/* What is neither closed nor cancelled has a wake. */
static void nothing_is_forgotten(void **state)
{
	(void)state;
	for (int s = 0; s < INCIDENT_STATES; s++) {
		struct incident *inc = in_state((enum incident_state)s);
		bool ended = s == INCIDENT_CLOSED || s == INCIDENT_CANCELLED;
		assert_int_equal(inc->wake_at == 0, ended);
	}
}

/* -- the clock ------------------------------------------------------------------------------ */

static const struct clock *clock_of_callback(const struct incident *inc)
{
	return &inc->clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS];
}

static void the_next_day_within_hours(void **state)
{
	static const struct {
		const char *completed, *due;
	} cases[] = {
	    {"2026-07-10T10:00:00+08:00", "2026-07-11T10:00:00+08:00"},
	    {"2026-07-10T09:00:00+08:00", "2026-07-11T09:00:00+08:00"},
	    {"2026-07-10T08:59:59+08:00", "2026-07-11T09:00:00+08:00"},
	    {"2026-07-10T20:59:59+08:00", "2026-07-11T20:59:59+08:00"},
	    {"2026-07-10T21:00:00+08:00", "2026-07-12T09:00:00+08:00"},
	    {"2026-07-10T23:30:00+08:00", "2026-07-12T09:00:00+08:00"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct incident *inc = reported();
		w.now = at(cases[i].completed);
		complete(inc, "N1-01", "water");
		assert_int_equal(clock_of_callback(inc)->due, at(cases[i].due));
		w.now = at("2026-07-10T08:00:00+08:00");
	}
}

/* Wakes until then; how many events of that type came, and the instant of the first. */
static int wake_until(struct incident *inc, int64_t until, enum event_type type, int64_t *first)
{
	struct circumstances none = {0};
	int n = 0;
	*first = 0;
	while (inc->wake_at && inc->wake_at <= until) {
		w.now = inc->wake_at;
		lifecycle_wake(inc, &w.m, &none, w.now, &w.out, w.a);
		for (int i = 0; i < w.out.n_events; i++) {
			if (w.out.events[i].type != type || w.out.events[i].dispatch)
				continue;
			*first = *first ? *first : w.now;
			n++;
		}
		assert_null(deadline_check(inc, &w.m, AROUND, w.now));
	}
	w.now = until;
	return n;
}

/* The desk at the due, the office a day later, then both once a day. */
static void desk_then_office(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_COMPLETED);
	int64_t first;
	must(inc, act(COMMAND_DISPATCH_WITHDRAW, "N1-02")); /* its reminders are another story */
	assert_int_equal(wake_until(inc, at("2026-07-11T10:00:00+08:00"), EVENT_REMINDER_SENT, &first), 1);
	assert_int_equal(first, at("2026-07-11T10:00:00+08:00"));
	assert_non_null(strstr(w.out.events[0].data.p, "\"rung\":\"callback-due\""));
	assert_int_equal(inc->wake_at, w.now + 1); /* late from then on: incident.late */
	assert_int_equal(wake_until(inc, at("2026-07-12T12:00:00+08:00"), EVENT_ESCALATION_RAISED, &first),
	    1);
	assert_int_equal(first, at("2026-07-12T10:00:00+08:00"));
	assert_non_null(strstr(w.out.events[0].data.p, "\"level\":\"office\""));
	assert_int_equal(wake_until(inc, at("2026-07-15T12:00:00+08:00"), EVENT_REMINDER_SENT, &first), 3);
	assert_int_equal(first, at("2026-07-13T10:00:00+08:00"));
}

static const struct clock *clock_of_lead(const struct incident *inc)
{
	return &inc->clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS];
}

/* A call that comes after its due is late, whether or not a wake came between; once for an incident. */
static void a_late_call_is_the_desks(void **state)
{
	static const struct {
		const char *called;
		bool wakes, late;
	} cases[] = {
	    {"2026-07-11T09:59:59.999+08:00", true, false},
	    {"2026-07-11T10:00:00+08:00", true, false}, /* at its due, the wake of which has come */
	    {"2026-07-11T10:00:00+08:00", false, false},
	    {"2026-07-11T10:00:00.001+08:00", true, true},
	    {"2026-07-11T10:00:00.001+08:00", false, true},
	    {"2026-07-11T15:00:00+08:00", true, true},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = at("2026-07-10T10:00:00+08:00");
		struct incident *inc = in_state(INCIDENT_COMPLETED);
		int64_t called = at(cases[i].called), first = 0;
		int n = 0;

		complete(inc, "N1-02", "urban");
		if (cases[i].wakes)
			n = wake_until(inc, called, EVENT_INCIDENT_LATE, &first);
		w.now = called;
		must(inc, callback(CALLBACK_UNREACHED));
		n += event_count(EVENT_INCIDENT_LATE);
		assert_int_equal(n, cases[i].late);
		assert_int_equal(clock_of_callback(inc)->late, cases[i].late);
		/* the second attempt is as late: the incident counts once */
		n = wake_until(inc, called + 3 * DAY_MS, EVENT_INCIDENT_LATE, &first);
		assert_int_equal(n, !cases[i].late);
		must(inc, callback(CALLBACK_SATISFIED));
		assert_int_equal(inc->state, INCIDENT_CLOSED);
		assert_true(clock_of_callback(inc)->late);
		assert_false(clock_of_lead(inc)->late);
	}
}

/* While the system is away nothing can be entered: that time is not the desk's. */
static void downtime_is_not_the_desks(void **state)
{
	struct downtime away = {at("2026-07-11T09:30:00+08:00"), at("2026-07-11T12:00:00+08:00")};
	struct circumstances around = {.downtimes = &away, .n_downtimes = 1};
	(void)state;
	struct incident *inc = in_state(INCIDENT_COMPLETED);

	complete(inc, "N1-02", "urban");
	w.now = at("2026-07-11T12:00:00+08:00"); /* back: the desk is told, and has half an hour */
	lifecycle_wake(inc, &w.m, &around, w.now, &w.out, w.a);
	assert_int_equal(event_count(EVENT_REMINDER_SENT), 1);
	assert_int_equal(event_count(EVENT_INCIDENT_LATE), 0);
	assert_int_equal(inc->wake_at, at("2026-07-11T12:30:00.001+08:00"));
	assert_null(deadline_check(inc, &w.m, &around, w.now));
	w.now = inc->wake_at;
	lifecycle_wake(inc, &w.m, &around, w.now, &w.out, w.a);
	assert_int_equal(event_count(EVENT_INCIDENT_LATE), 1);
	assert_null(deadline_check(inc, &w.m, &around, w.now));
	assert_int_equal(inc->wake_at, at("2026-07-12T10:00:00+08:00"));
}

/* What the office is to decide is not the desk's any more; nor is what only waits to be closed. */
static void what_was_asked_is_not_late(void **state)
{
	int64_t first;
	(void)state;
	struct incident *inc = in_state(INCIDENT_COMPLETED);
	inc->redo = 1;
	complete(inc, "N1-02", "urban");
	must(inc, callback(CALLBACK_DISSATISFIED));
	assert_int_equal(wake_until(inc, w.now + 5 * DAY_MS, EVENT_INCIDENT_LATE, &first), 0);
	w.now = at("2026-07-10T10:00:00+08:00");
	w.m.policy.close_after_callback = 0;
	inc = in_state(INCIDENT_CALLED_BACK);
	complete(inc, "N1-02", "urban");
	assert_int_equal(wake_until(inc, w.now + 5 * DAY_MS, EVENT_INCIDENT_LATE, &first), 0);
	w.m.policy.close_after_callback = 1;
}

/* Without a lead for longer than the desk has to give one: counted, and told once, also where one is given at last. */
static void a_lead_that_came_too_late(void **state)
{
	int64_t first;
	(void)state;
	for (int late = 0; late < 2; late++) {
		w.now = at("2026-07-10T10:00:00+08:00");
		struct incident *inc = in_state(INCIDENT_OPEN);
		must(inc, act(COMMAND_DISPATCH_WITHDRAW, "N1-01"));
		int64_t due = clock_of_lead(inc)->due;
		assert_int_equal(due, w.now + 2 * MINUTE_MS);
		assert_int_equal(wake_until(inc, due + late, EVENT_INCIDENT_LATE, &first), late);
		assert_int_equal(first, late ? due + 1 : 0);
		struct command c = command(COMMAND_DISPATCH_ADD, ROLE_DESK);
		command_set_text(&c, FIELD_UNIT, "water");
		command_set_int(&c, FIELD_ROLE, AS_LEAD);
		command_set_text(&c, FIELD_REASON, "改派");
		must(inc, c);
		assert_int_equal(clock_of_lead(inc)->start, 0);
		assert_int_equal(clock_of_lead(inc)->late, late);
	}
}

static void three_days_end_it(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_COMPLETED);
	complete(inc, "N1-02", "urban");
	must(inc, callback(CALLBACK_UNREACHED));
	assert_int_equal(inc->callback_days, 1);
	assert_int_equal(clock_of_callback(inc)->due, at("2026-07-11T10:00:00+08:00"));
	w.now += HOUR_MS; /* the same day does not count again */
	must(inc, callback(CALLBACK_UNREACHED));
	assert_int_equal(inc->callback_days, 1);
	assert_int_equal(clock_of_callback(inc)->due, at("2026-07-11T11:00:00+08:00"));
	w.now = at("2026-07-11T00:00:00+08:00");
	must(inc, callback(CALLBACK_UNREACHED));
	assert_int_equal(inc->callback_days, 2);
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
	w.now = at("2026-07-12T09:30:00+08:00");
	must(inc, callback(CALLBACK_UNREACHED));
	assert_int_equal(inc->state, INCIDENT_CLOSED);
	assert_int_equal(inc->callback_result, CALLBACK_UNREACHED);
	assert_int_equal(event_count(EVENT_INCIDENT_CALLED_BACK), 1);
	assert_int_equal(event_count(EVENT_INCIDENT_CLOSED), 1);
	assert_int_equal(inc->wake_at, 0);
	assert_int_equal(inc->dispatches[2].state, DISPATCH_COMPLETED); /* who was informed */
}

/* Closed by itself once the last assist has ended. */
static void an_assist_at_work_holds_it(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_CALLED_BACK);
	assert_int_equal(clock_of_callback(inc)->due, 0);
	assert_true(inc->wake_at > w.now);
	complete(inc, "N1-02", "urban");
	assert_int_equal(inc->state, INCIDENT_CLOSED);
	inc = in_state(INCIDENT_CALLED_BACK);
	must(inc, act(COMMAND_DISPATCH_WITHDRAW, "N1-02"));
	assert_int_equal(inc->state, INCIDENT_CLOSED);
}

/* Where a call could endanger, none is made. */
static void who_is_not_called(void **state)
{
	static const char *const no_phones[] = {NULL, "无", "110"};
	(void)state;
	for (int i = 0; i < 5; i++) {
		struct incident *inc = reported();
		inc->drill = i == 0;
		inc->confidential = i == 1;
		if (i >= 2)
			inc->reporter_phone = no_phones[i - 2];
		complete(inc, "N1-01", "water");
		assert_int_equal(inc->state, INCIDENT_COMPLETED); /* urban is at work */
		assert_int_equal(clock_of_callback(inc)->due, 0);
		complete(inc, "N1-02", "urban");
		assert_int_equal(inc->state, INCIDENT_CLOSED);
		refused(inc, callback(CALLBACK_SATISFIED), i < 2 ? ERROR_WRONG_STATE : ERROR_PARAMS);
		if (i < 2)
			continue;
		struct command c = callback(CALLBACK_SATISFIED);
		command_set_text(&c, FIELD_CALLED, "13900005678");
		must(inc, c);
		assert_int_equal(inc->callback_result, CALLBACK_SATISFIED);
		assert_null(strstr(w.out.events[0].data.p, "13900005678"));
	}
}

/* Released by the desk, it is called back; made confidential, it is no more. */
static void confidential_meanwhile(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_COMPLETED);
	struct command c = command(COMMAND_INCIDENT_AMEND, ROLE_DESK);
	command_set_int(&c, FIELD_CONFIDENTIAL, true);
	must(inc, c);
	assert_int_equal(clock_of_callback(inc)->due, 0);
	command_set_int(&c, FIELD_CONFIDENTIAL, false);
	must(inc, c);
	assert_true(clock_of_callback(inc)->due > 0);
	complete(inc, "N1-02", "urban");
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
	command_set_int(&c, FIELD_CONFIDENTIAL, true);
	must(inc, c);
	assert_int_equal(inc->state, INCIDENT_CLOSED);
}

static void the_desk_closes_where_policy_says_so(void **state)
{
	(void)state;
	w.m.policy.close_after_callback = 0;
	struct incident *inc = in_state(INCIDENT_CALLED_BACK);
	complete(inc, "N1-02", "urban");
	assert_int_equal(inc->state, INCIDENT_CALLED_BACK);
	assert_int_equal(inc->wake_at, at("2026-07-11T10:00:00+08:00"));
}

/* -- handled again -------------------------------------------------------------------------- */

static void the_lead_goes_on(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_CLOSED);
	struct dispatch *d = &inc->dispatches[0];
	int64_t acknowledged = d->at[STEP_ACKNOWLEDGED];
	w.now = at("2026-07-11T15:00:00+08:00");
	d->late_reported = 1u << STEP_ARRIVED | 1u << STEP_COMPLETED;
	must(inc, callback(CALLBACK_DISSATISFIED));
	assert_int_equal(d->late_reported, 1u << STEP_ARRIVED); /* its result is to come */
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(inc->redo, 1);
	assert_int_equal(inc->completed_at, 0);
	assert_int_equal(inc->closed_at, 0);
	assert_int_equal(d->state, DISPATCH_ARRIVED);
	assert_int_equal(d->redo, 1);
	assert_null(d->result);
	assert_int_equal(d->at[STEP_COMPLETED], 0);
	assert_int_equal(d->at[STEP_ACKNOWLEDGED], acknowledged);
	assert_int_equal(d->clocks[CLOCK_ACKNOWLEDGE].stopped, acknowledged); /* not judged twice */
	assert_int_equal(d->clocks[CLOCK_NEXT_REPORT].start, w.now);
	assert_int_equal(d->clocks[CLOCK_NEXT_REPORT].due, w.now + 2 * HOUR_MS);
	assert_int_equal(event_count(EVENT_INCIDENT_REOPENED), 1);
	assert_int_equal(event_count(EVENT_DISPATCH_REOPENED), 1);
	w.now += HOUR_MS;
	complete(inc, "N1-01", "water");
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
	assert_int_equal(inc->completed_at, w.now);
	assert_int_equal(clock_of_callback(inc)->due, at("2026-07-12T16:00:00+08:00"));
}

/* The second time it is the office's. */
static void the_office_decides_the_second(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_COMPLETED);
	must(inc, callback(CALLBACK_DISSATISFIED));
	complete(inc, "N1-01", "water");
	complete(inc, "N1-02", "urban");
	must(inc, callback(CALLBACK_DISSATISFIED));
	assert_int_equal(inc->state, INCIDENT_CALLED_BACK);
	assert_true(incident_left_to_office(inc));
	assert_int_equal(event_count(EVENT_ESCALATION_RAISED), 1);
	assert_int_equal(inc->wake_at, w.now + DAY_MS);
	refused(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_DESK, "又漏了"), ERROR_FORBIDDEN);
	refused(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_SHIFT_LEADER, "又漏了"), ERROR_FORBIDDEN);
	refused(inc, command(COMMAND_INCIDENT_CLOSE, ROLE_DESK), ERROR_FORBIDDEN);
	refused(inc, command(COMMAND_INCIDENT_CLOSE, ROLE_SHIFT_LEADER), ERROR_FORBIDDEN);
	for (int result = CALLBACK_SATISFIED; result <= CALLBACK_UNREACHED; result++)
		refused(inc, callback((enum callback_result)result), ERROR_WRONG_STATE);
	assert_int_equal(inc->callback_result, CALLBACK_DISSATISFIED);
	assert_true(incident_left_to_office(inc));
	must(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_OFFICE, "又漏了"));
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(inc->redo, 2);
	assert_int_equal(clock_of_callback(inc)->start, 0);
	/* not reached any more: the last answer stands, and it ends */
	complete(inc, "N1-01", "water");
	for (int day = 0; day < 3; day++, w.now += DAY_MS)
		must(inc, callback(CALLBACK_UNREACHED));
	assert_int_equal(inc->callback_result, CALLBACK_DISSATISFIED);
	assert_int_equal(inc->state, INCIDENT_CLOSED);
}

static void the_office_lets_it_be(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_COMPLETED);
	refused(inc, command(COMMAND_INCIDENT_CLOSE, ROLE_OFFICE), ERROR_FORBIDDEN);
	inc->redo = 1;
	must(inc, callback(CALLBACK_DISSATISFIED));
	must(inc, command(COMMAND_INCIDENT_CLOSE, ROLE_OFFICE));
	assert_int_equal(inc->state, INCIDENT_CLOSED);
}

static void thirty_days(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_CLOSED);
	int64_t closed = w.now;
	w.now = closed + 30 * DAY_MS + 1;
	refused(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_OFFICE, "又漏了"), ERROR_WRONG_STATE);
	w.now = closed + 30 * DAY_MS;
	inc->dispatches[0].eta = closed; /* said on the way there, a month ago */
	must(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_DESK, "又漏了"));
	assert_int_equal(inc->dispatches[0].redo, 1);
	assert_int_equal(inc->dispatches[0].eta, 0);
}

/* What was cancelled in error is routed anew, its clocks running from then. */
static void cancelled_in_error(void **state)
{
	(void)state;
	struct incident *inc = in_state(INCIDENT_CANCELLED);
	w.now += 40 * DAY_MS;
	must(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_DESK, "不是误报"));
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(inc->redo, 0);
	assert_int_equal(inc->n_dispatches, 6);
	assert_string_equal(inc->dispatches[3].unit, "water");
	assert_int_equal(inc->dispatches[3].role, AS_LEAD);
	assert_int_equal(inc->dispatches[3].clocks[CLOCK_ACKNOWLEDGE].due, w.now + 5 * MINUTE_MS);
}

/* No lead could go on: the desk is asked for one. */
static void reopened_without_a_lead(void **state)
{
	(void)state;
	struct incident *inc = reported();
	must(inc, act(COMMAND_DISPATCH_WITHDRAW, "N1-01"));
	must(inc, act(COMMAND_DISPATCH_WITHDRAW, "N1-02"));
	must(inc, command(COMMAND_INCIDENT_CLOSE, ROLE_DESK));
	must(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_DESK, "没有人去"));
	assert_int_equal(inc->n_dispatches, 3);
	assert_int_equal(inc->wake_at, w.now + 2 * MINUTE_MS); /* lead-missing */
}

/* -- what hides a lateness ------------------------------------------------------------------ */

/* Water's acknowledgement of 10:05 fell due unmet. */
static struct incident *overdue(enum priority priority)
{
	struct incident *inc = reported();
	int64_t first;
	inc->priority = priority;
	wake_until(inc, at("2026-07-10T10:06:00+08:00"), EVENT_DISPATCH_OVERDUE, &first);
	assert_true(inc->dispatches[0].clocks[CLOCK_ACKNOWLEDGE].overdue);
	return inc;
}

static void only_the_shift_leader_cancels_what_is_overdue(void **state)
{
	static const struct {
		enum priority priority;
		enum account_role role;
		bool may;
	} cases[] = {
	    {P1, ROLE_DESK, false},
	    {P2, ROLE_DESK, false},
	    {P2, ROLE_INTEGRATION, false},
	    {P2, ROLE_SHIFT_LEADER, true},
	    {P1, ROLE_LOCAL, true},
	    {P3, ROLE_DESK, true},
	    {P4, ROLE_DESK, true},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = at("2026-07-10T10:00:00+08:00");
		struct incident *inc = overdue(cases[i].priority);
		struct command c = command(COMMAND_INCIDENT_CANCEL, cases[i].role);
		if (cases[i].may)
			must(inc, c);
		else
			refused(inc, c, ERROR_FORBIDDEN);
	}
}

/* Who had set out keeps that he did. */
static void of_what_is_cancelled_nothing_counts(void **state)
{
	(void)state;
	categories[0].counted = true;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_DEPART, "N1-01");
	must(inc, c);
	must(inc, command(COMMAND_INCIDENT_CANCEL, ROLE_DESK));
	assert_int_equal(inc->standing, STANDING_VOID);
	assert_int_equal(inc->dispatches[0].voided, VOID_NONE);
	assert_int_equal(inc->dispatches[0].standing, STANDING_COUNTED);
	assert_int_equal(inc->dispatches[1].voided, VOID_CANCELLED);
	assert_int_equal(inc->dispatches[1].standing, STANDING_VOID);
	must(inc, because(COMMAND_INCIDENT_REOPEN, ROLE_DESK, "不是误报"));
	assert_int_equal(inc->standing, STANDING_COUNTED);
	assert_int_equal(inc->dispatches[4].standing, STANDING_COUNTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_cell),
	    TEST(nothing_is_forgotten),
	    TEST(the_next_day_within_hours),
	    TEST(desk_then_office),
	    TEST(a_late_call_is_the_desks),
	    TEST(downtime_is_not_the_desks),
	    TEST(what_was_asked_is_not_late),
	    TEST(a_lead_that_came_too_late),
	    TEST(three_days_end_it),
	    TEST(an_assist_at_work_holds_it),
	    TEST(who_is_not_called),
	    TEST(confidential_meanwhile),
	    TEST(the_desk_closes_where_policy_says_so),
	    TEST(the_lead_goes_on),
	    TEST(the_office_decides_the_second),
	    TEST(the_office_lets_it_be),
	    TEST(thirty_days),
	    TEST(cancelled_in_error),
	    TEST(reopened_without_a_lead),
	    TEST(only_the_shift_leader_cancels_what_is_overdue),
	    TEST(of_what_is_cancelled_nothing_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
