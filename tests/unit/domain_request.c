/*
 * domain_request.c - requests: every state of a dispatch against a table written by hand, who decides what,
 * what a grant, a rejection and a lapse do, what is deducted, caps and limits. The independent check looks
 * at every wake.
 */
#include "lifecycle_fixture.h"
#include "domain/replay.h"
#include "domain/request.h"
#include "domain/return.h"
#include <stdio.h>

#define MIN(n) ((n)*MINUTE_MS)

static const struct return_reason reasons[] = {
    {"not-our-duty", "职能不符"}, {"duplicate", "重复派单"}, {"insufficient", "信息不足"}};
static int64_t began;

static int begin(void **state)
{
	set_up(state);
	struct policy *p = &w.m.policy;
	for (int i = P1; i <= P4; i++) {
		p->return_decision_ms[i] = MIN(15);
		p->extend_decision_ms[i] = HOUR_MS;
		p->extend_cap_ms[i] = HOUR_MS;
	}
	p->return_reasons = reasons;
	p->n_return_reasons = 3;
	p->second_return = DECIDER_OFFICE;
	p->second_return_off = DECIDER_SHIFT_LEADER;
	p->extend_most = 2;
	began = w.now;
	return 0;
}

static void proved(const struct incident *inc)
{
	const char *wrong = deadline_check(inc, &w.m, AROUND, w.now);
	if (wrong)
		fail_msg("%s", wrong);
}

/* From wake to wake; how many events of that type came. */
static int walk(struct incident *inc, int64_t until, enum event_type type)
{
	int n = 0;
	while (inc->wake_at && inc->wake_at <= until) {
		w.now = inc->wake_at;
		lifecycle_wake(inc, &w.m, AROUND, w.now, &w.out, w.a);
		n += event_count(type);
		proved(inc);
	}
	w.now = until;
	return n;
}

static struct dispatch *nth(struct incident *inc, int n)
{
	struct dispatch *d = incident_dispatch(inc, n);
	assert_non_null(d);
	return d;
}

static struct command by(struct command c, enum account_role role, const char *account)
{
	c.who = (struct principal){.account = account, .role = role};
	return c;
}

static struct command return_of(const char *dispatch, const char *code)
{
	struct command c = act(COMMAND_DISPATCH_RETURN, dispatch);
	command_set_text(&c, FIELD_REASON_CODE, code);
	return c;
}

static struct command decision(const char *request, bool grant)
{
	struct command c = by(command(COMMAND_REQUEST_DECIDE, ROLE_DESK), ROLE_DESK, "desk-2");
	command_set_text(&c, FIELD_REQUEST, request);
	command_set_int(&c, FIELD_GRANT, grant);
	if (!grant)
		command_set_text(&c, FIELD_REASON, "应由贵单位办");
	return c;
}

static struct command extension(const char *dispatch, int64_t until)
{
	struct command c = act(COMMAND_DISPATCH_EXTEND, dispatch);
	command_set_int(&c, FIELD_UNTIL, until);
	command_set_text(&c, FIELD_REASON, "路堵");
	return c;
}

static void done(struct incident *inc, struct command c)
{
	if (!decide(inc, &c))
		fail_msg("refused: %s", w.why.zh);
	proved(inc);
}

static void refused(struct incident *inc, struct command c, enum error_code code)
{
	assert_false(decide(inc, &c));
	if (w.why.code != code)
		fail_msg("%s instead of %s: %s", error_kinds[w.why.code].word, error_kinds[code].word,
		    w.why.zh);
	assert_non_null(w.why.zh);
}

/* Taken at once, so that no wait for its delivery is deducted. */
static struct incident *taken(void)
{
	struct incident *inc = reported();
	done(inc, act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01"));
	return inc;
}

static void asks(struct incident *inc)
{
	done(inc, return_of("N1-01", "not-our-duty"));
}

/* -- every state ------------------------------------------------------------------------------- */

enum cell { WRONG, OK_TO };
static const struct row {
	enum dispatch_state from;
	enum cell ask;
	enum dispatch_state asked; /* after dispatch.return */
	enum cell extend;
	enum dispatch_state extended;
	enum dispatch_state granted, rejected; /* of a return that lapsed before, or waits (RETURNING) */
} rows[] = {
    {DISPATCH_ISSUED, OK_TO, DISPATCH_RETURNING, OK_TO, DISPATCH_ACKNOWLEDGED, DISPATCH_WITHDRAWN,
	DISPATCH_ACKNOWLEDGED},
    {DISPATCH_ACKNOWLEDGED, OK_TO, DISPATCH_RETURNING, OK_TO, DISPATCH_ACKNOWLEDGED, DISPATCH_WITHDRAWN,
	DISPATCH_ACKNOWLEDGED},
    {DISPATCH_DEPARTED, OK_TO, DISPATCH_RETURNING, OK_TO, DISPATCH_DEPARTED, DISPATCH_WITHDRAWN,
	DISPATCH_DEPARTED},
    {DISPATCH_ARRIVED, OK_TO, DISPATCH_RETURNING, OK_TO, DISPATCH_ARRIVED, DISPATCH_ARRIVED /* relieving */,
	DISPATCH_ARRIVED},
    {DISPATCH_COMPLETED, WRONG, 0, WRONG, 0, DISPATCH_COMPLETED, DISPATCH_COMPLETED},
    {DISPATCH_WITHDRAWN, WRONG, 0, WRONG, 0, DISPATCH_WITHDRAWN, DISPATCH_WITHDRAWN},
};

static const enum command_kind_id reaches[DISPATCH_STATES] = {
    [DISPATCH_ACKNOWLEDGED] = COMMAND_DISPATCH_ACKNOWLEDGE,
    [DISPATCH_DEPARTED] = COMMAND_DISPATCH_DEPART,
    [DISPATCH_ARRIVED] = COMMAND_DISPATCH_ARRIVE,
    [DISPATCH_COMPLETED] = COMMAND_DISPATCH_COMPLETE,
    [DISPATCH_WITHDRAWN] = COMMAND_DISPATCH_WITHDRAW,
};

static void bring_to(struct incident *inc, enum dispatch_state state)
{
	if (state != DISPATCH_ISSUED)
		done(inc, act(reaches[state], "N1-01"));
	assert_int_equal(nth(inc, 1)->state, state);
}

static void asking_in_every_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct incident *inc = reported();
		bring_to(inc, r->from);
		struct command c = return_of("N1-01", "not-our-duty");
		if (r->ask == WRONG) {
			refused(inc, c, ERROR_WRONG_STATE);
			assert_int_equal(inc->n_requests, 0);
		} else {
			done(inc, c);
			assert_int_equal(nth(inc, 1)->state, r->asked);
			assert_true(nth(inc, 1)->at[STEP_ACKNOWLEDGED] > 0);
			refused(inc, c, ERROR_WRONG_STATE); /* returning: wrong */
		}
		inc = reported();
		bring_to(inc, r->from);
		c = extension("N1-01", began + HOUR_MS);
		if (r->from == DISPATCH_ARRIVED)
			c = extension("N1-01", began + MIN(40));
		if (r->extend == WRONG) {
			refused(inc, c, ERROR_WRONG_STATE);
		} else {
			done(inc, c);
			assert_int_equal(nth(inc, 1)->state, r->extended);
		}
	}
}

static void extending_while_returning(void **state)
{
	(void)state;
	struct incident *inc = reported();
	asks(inc);
	done(inc, extension("N1-01", began + HOUR_MS));
	assert_int_equal(nth(inc, 1)->state, DISPATCH_RETURNING);
	assert_int_equal(inc->n_requests, 2);
}

/* Decided in time, out of RETURNING; and late, out of the state that it has come to. */
static void deciding_in_every_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (int grant = 0; grant < 2; grant++) {
			w.now = began;
			struct incident *inc = reported();
			bring_to(inc, rows[i].from);
			asks(inc);
			struct command c = decision("N1.r1", grant);
			if (grant)
				command_set_text(&c, FIELD_UNIT, "housing");
			done(inc, c);
			assert_int_equal(nth(inc, 1)->state, grant ? rows[i].granted : rows[i].rejected);
			assert_int_equal(nth(inc, 1)->voided, grant ? VOID_RETURNED : VOID_NONE);
		}
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int grant = 0; grant < 2; grant++) {
			w.now = began;
			struct incident *inc = reported();
			asks(inc);
			walk(inc, began + MIN(16), EVENT_REQUEST_LAPSED);
			if (rows[i].from != DISPATCH_ISSUED && rows[i].from != DISPATCH_ACKNOWLEDGED)
				bring_to(inc, rows[i].from);
			bool ended = !dispatch_open(nth(inc, 1));
			struct command c = decision("N1.r1", grant);
			if (grant && !ended)
				command_set_text(&c, FIELD_UNIT, "housing");
			done(inc, c);
			assert_int_equal(nth(inc, 1)->state, grant ? rows[i].granted : rows[i].rejected);
			assert_int_equal(nth(inc, 1)->voided, grant ? VOID_RETURNED : VOID_NONE);
			assert_int_equal(inc->n_dispatches, grant && !ended ? 4 : 3);
		}
}

static void who_is_only_informed_asks_nothing(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = return_of("N1-03", "not-our-duty");
	c.who.unit = "hotline";
	refused(inc, c, ERROR_WRONG_STATE);
	c = extension("N1-03", began + HOUR_MS);
	c.who.unit = "hotline";
	refused(inc, c, ERROR_WRONG_STATE);
}

/* -- who decides ------------------------------------------------------------------------------- */

static void who_decides(void **state)
{
	static const struct {
		bool second;
		const char *at;
		enum decider decider;
	} cases[] = {
	    {false, "2026-07-10T10:00:00+08:00", DECIDER_DESK},
	    {false, "2026-07-10T23:00:00+08:00", DECIDER_DESK},
	    {true, "2026-07-10T10:00:00+08:00", DECIDER_OFFICE},
	    {true, "2026-07-10T13:00:00+08:00", DECIDER_SHIFT_LEADER}, /* the lunch break */
	    {true, "2026-07-11T10:00:00+08:00", DECIDER_SHIFT_LEADER}, /* a Saturday */
	};
	static const bool may[DECIDERS][ROLES] = {
	    [DECIDER_DESK] = {[ROLE_DESK] = true, [ROLE_SHIFT_LEADER] = true, [ROLE_LOCAL] = true},
	    [DECIDER_SHIFT_LEADER] = {[ROLE_SHIFT_LEADER] = true, [ROLE_OFFICE] = true, [ROLE_LOCAL] = true},
	    [DECIDER_OFFICE] = {[ROLE_OFFICE] = true, [ROLE_LOCAL] = true},
	};
	static const enum account_role roles[] = {
	    ROLE_DESK, ROLE_SHIFT_LEADER, ROLE_OFFICE, ROLE_LOCAL, ROLE_LIAISON};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		w.now = at(cases[i].at);
		struct incident *inc = reported();
		const char *request = "N1.r1";
		if (cases[i].second) {
			asks(inc);
			done(inc, decision("N1.r1", false));
			request = "N1.r2";
		}
		asks(inc);
		struct request *r = &inc->requests[inc->n_requests - 1];
		assert_int_equal(r->decider, cases[i].decider);
		assert_int_equal(r->due, w.now + MIN(15));
		for (size_t k = 0; k < COUNT(roles); k++) {
			struct command c = by(decision(request, false), roles[k], "someone");
			if (roles[k] == ROLE_LIAISON)
				c.who.unit = "water";
			if (!may[cases[i].decider][roles[k]]) {
				refused(inc, c, ERROR_FORBIDDEN);
				continue;
			}
			struct request before = *r;
			struct dispatch was = *nth(inc, 1);
			done(inc, c);
			r = &inc->requests[inc->n_requests - 1];
			*r = before; /* for the next role */
			*nth(inc, 1) = was;
			deadline_arm(inc, &w.m, AROUND, w.now);
		}
	}
}

/* A request that was dropped is not the incident's first one. */
static void a_dropped_return_does_not_count(void **state)
{
	(void)state;
	struct incident *inc = reported();
	asks(inc);
	struct command c = act(COMMAND_REQUEST_DROP, "N1-01");
	command_drop(&c, FIELD_DISPATCH);
	command_set_text(&c, FIELD_REQUEST, "N1.r1");
	done(inc, c);
	assert_int_equal(inc->requests[0].state, REQUEST_DROPPED);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_ACKNOWLEDGED);
	asks(inc);
	assert_int_equal(inc->requests[1].decider, DECIDER_DESK);
	refused(inc, c, ERROR_WRONG_STATE); /* r1 again */
}

static void a_unit_of_the_police_is_not_the_desks_to_decide(void **state)
{
	(void)state;
	units[0].house = "police";
	struct incident *inc = reported();
	asks(inc);
	assert_int_equal(inc->requests[0].decider, DECIDER_OFFICE);
	refused(inc, decision("N1.r1", true), ERROR_FORBIDDEN);
	units[0].house = NULL;
}

static void an_officer_may_decide_what_he_entered_for_a_unit(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = by(return_of("N1-01", "not-our-duty"), ROLE_DESK, "desk-2");
	refused(inc, c, ERROR_PARAMS); /* who answered there? */
	command_set_text(&c, FIELD_PERSON, "小陈");
	done(inc, c);
	assert_string_equal(inc->requests[0].by, "desk-2");
	done(inc, decision("N1.r1", false));
}

static void what_cannot_be_decided(void **state)
{
	(void)state;
	struct incident *inc = reported();
	asks(inc);
	refused(inc, decision("N1.r9", true), ERROR_NOT_FOUND);
	refused(inc, decision("N2.r1", true), ERROR_NOT_FOUND);
	refused(inc, decision("water", true), ERROR_NOT_FOUND);
	struct command c = decision("N1.r1", false);
	command_drop(&c, FIELD_REASON);
	refused(inc, c, ERROR_PARAMS);
	refused(inc, decision("N1.r1", true), ERROR_PARAMS); /* a lead, and no unit named */
	c = decision("N1.r1", true);
	command_set_text(&c, FIELD_UNIT, "water");
	refused(inc, c, ERROR_PARAMS);
	command_set_text(&c, FIELD_UNIT, "nosuch");
	refused(inc, c, ERROR_PARAMS);
	assert_int_equal(inc->requests[0].state, REQUEST_PENDING);
	done(inc, decision("N1.r1", false));
	refused(inc, decision("N1.r1", true), ERROR_WRONG_STATE); /* twice */
	c = act(COMMAND_DISPATCH_DECIDE_RETURN, "N1-01");
	c = by(c, ROLE_DESK, "desk-2");
	command_set_int(&c, FIELD_GRANT, true);
	refused(inc, c, ERROR_WRONG_STATE); /* none waits */
}

static void what_cannot_be_asked(void **state)
{
	(void)state;
	struct incident *inc = reported();
	refused(inc, return_of("N1-01", "too-far"), ERROR_PARAMS);
	assert_non_null(strstr(w.why.zh, "not-our-duty(职能不符)"));
	struct command c = return_of("N1-01", "not-our-duty");
	command_set_text(&c, FIELD_UNIT, "nosuch");
	refused(inc, c, ERROR_PARAMS);
	command_set_text(&c, FIELD_UNIT, "water");
	refused(inc, c, ERROR_PARAMS);
	assert_int_equal(inc->n_requests, 0);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_ISSUED);
}

/* -- grants ------------------------------------------------------------------------------------- */

static void a_grant_instructs_the_suggested_unit(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = return_of("N1-01", "not-our-duty");
	command_set_text(&c, FIELD_UNIT, "housing");
	done(inc, c);
	w.now += MIN(2);
	done(inc, decision("N1.r1", true));
	assert_int_equal(event_count(EVENT_DISPATCH_ISSUED), 1);
	assert_string_equal(nth(inc, 4)->unit, "housing");
	assert_int_equal(nth(inc, 4)->role, AS_LEAD);
	assert_int_equal(nth(inc, 4)->issued_at, began + MIN(2)); /* its clocks are its own */
	assert_int_equal(nth(inc, 4)->clocks[CLOCK_ARRIVE].due, began + MIN(32));
	assert_int_equal(nth(inc, 1)->state, DISPATCH_WITHDRAWN);
	assert_int_equal(nth(inc, 1)->standing, STANDING_VOID);
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(inc->clocks[0].start, 0); /* it is not without a lead */
}

/* Who assists already leads from now on; its steps stay. */
static void a_grant_to_an_assist_promotes_it(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_ARRIVE, "N1-02");
	c.who.unit = "urban";
	done(inc, c);
	done(inc, act(COMMAND_DISPATCH_ARRIVE, "N1-01"));
	asks(inc);
	c = decision("N1.r1", true);
	command_set_text(&c, FIELD_UNIT, "urban");
	w.now += MIN(1);
	done(inc, c);
	assert_int_equal(inc->n_dispatches, 3);
	assert_int_equal(nth(inc, 2)->role, AS_LEAD);
	assert_int_equal(nth(inc, 2)->state, DISPATCH_ARRIVED);
	assert_int_equal(nth(inc, 2)->at[STEP_ARRIVED], began);
	assert_int_equal(event_count(EVENT_DISPATCH_PROMOTED), 1);
	/* it is there already: the other one need not wait */
	assert_int_equal(nth(inc, 1)->state, DISPATCH_WITHDRAWN);
}

static void an_assist_may_go_without_another(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = return_of("N1-02", "not-our-duty");
	c.who.unit = "urban";
	done(inc, c);
	done(inc, decision("N1.r1", true));
	assert_int_equal(inc->n_dispatches, 3);
	assert_int_equal(nth(inc, 2)->state, DISPATCH_WITHDRAWN);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_ISSUED);
}

/* Who was informed gets a part; its information is taken back. */
static void a_grant_to_who_was_informed(void **state)
{
	(void)state;
	struct incident *inc = reported();
	asks(inc);
	struct command c = decision("N1.r1", true);
	command_set_text(&c, FIELD_UNIT, "hotline");
	done(inc, c);
	assert_int_equal(nth(inc, 3)->state, DISPATCH_WITHDRAWN);
	assert_string_equal(nth(inc, 4)->unit, "hotline");
	assert_int_equal(nth(inc, 4)->role, AS_LEAD);
}

static struct command duplicate_of(const char *dispatch, const char *number)
{
	struct command c = return_of(dispatch, "duplicate");
	command_set_text(&c, FIELD_SAME_AS, number);
	return c;
}

/* A duplicate needs no other unit, but the incident that it is the same matter as: its own incident is cancelled
 * for that one, and nothing of it is judged. Which of the two is open is the engine's to ask. */
static void a_duplicate_joins_what_it_names(void **state)
{
	(void)state;
	struct incident *inc = reported();
	refused(inc, duplicate_of("N1-01", "N1"), ERROR_PARAMS);
	assert_string_equal(w.why.field, "same_as");
	done(inc, duplicate_of("N1-01", "N0"));
	struct request *r = &inc->requests[0];
	assert_string_equal(r->same_as, "N0");
	struct command grant = decision("N1.r1", true);
	assert_string_equal(return_joins(inc, r, &grant), "N0");
	struct command no = decision("N1.r1", false);
	assert_null(return_joins(inc, r, &no));
	struct command other = decision("N1.r1", true);
	command_set_text(&other, FIELD_UNIT, "power");
	assert_null(return_joins(inc, r, &other)); /* another unit takes over: it is no duplicate */
	command_set_text(&other, FIELD_SAME_AS, "N7");
	assert_string_equal(return_joins(inc, r, &other), "N7");
	refused(inc, other, ERROR_PARAMS); /* one or the other */
	done(inc, grant);
	assert_int_equal(r->state, REQUEST_GRANTED);
	assert_int_equal(inc->state, INCIDENT_CANCELLED);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_WITHDRAWN);
	assert_int_equal(nth(inc, 1)->voided, VOID_RETURNED);
	assert_int_equal(nth(inc, 1)->standing, STANDING_VOID);
}

/* Where none was named, the answer says what to give; the desk names it. */
static void a_duplicate_of_what(void **state)
{
	(void)state;
	struct incident *inc = reported();
	done(inc, return_of("N1-01", "duplicate"));
	refused(inc, decision("N1.r1", true), ERROR_PARAMS);
	assert_string_equal(w.why.field, "same_as");
	assert_non_null(strstr(w.why.zh, "same_as"));
	struct command c = decision("N1.r1", true);
	command_set_text(&c, FIELD_SAME_AS, "N0");
	done(inc, c);
	assert_string_equal(inc->requests[0].same_as, "N0");
	assert_int_equal(inc->state, INCIDENT_CANCELLED);
}

/* An assist that names another incident is let go, and the lead goes on; unless the desk says otherwise. */
static void an_assist_that_is_a_duplicate(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = duplicate_of("N1-02", "N0");
	c.who.unit = "urban";
	done(inc, c);
	struct command grant = decision("N1.r1", true);
	assert_null(return_joins(inc, &inc->requests[0], &grant));
	done(inc, grant);
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(nth(inc, 2)->state, DISPATCH_WITHDRAWN);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_ISSUED);
}

/* Cancelling by hand does the same, and drops the request. */
static void a_duplicate_is_cancelled(void **state)
{
	(void)state;
	struct incident *inc = reported();
	done(inc, return_of("N1-01", "duplicate"));
	struct command c = by(command(COMMAND_INCIDENT_CANCEL, ROLE_DESK), ROLE_DESK, "desk-1");
	command_set_text(&c, FIELD_NUMBER, "N1");
	done(inc, c);
	assert_int_equal(inc->requests[0].state, REQUEST_DROPPED);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_WITHDRAWN);
	assert_int_equal(nth(inc, 1)->standing, STANDING_VOID);
}

/* 先期处置: on the scene it keeps the matter, as an assist, until the other one is there. */
static void relief_on_the_scene(void **state)
{
	(void)state;
	struct incident *inc = reported();
	w.now = began + MIN(10);
	done(inc, act(COMMAND_DISPATCH_ARRIVE, "N1-01"));
	asks(inc);
	struct command c = decision("N1.r1", true);
	command_set_text(&c, FIELD_UNIT, "housing");
	done(inc, c);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_ARRIVED);
	assert_int_equal(nth(inc, 1)->role, AS_ASSIST);
	assert_int_equal(nth(inc, 1)->relieving, 4);
	assert_true(clock_runs(&nth(inc, 1)->clocks[CLOCK_FIRST_REPORT])); /* and is never late */
	refused(inc, return_of("N1-01", "not-our-duty"), ERROR_WRONG_STATE);
	walk(inc, began + MIN(60), EVENT_DISPATCH_LATE);
	assert_int_equal(dispatch_late(nth(inc, 1)), 0);
	assert_true(dispatch_overdue(nth(inc, 1)) & 1u << CLOCK_FIRST_REPORT);
	c = act(COMMAND_DISPATCH_ARRIVE, "N1-04");
	c.who.unit = "housing";
	done(inc, c);
	assert_int_equal(event_count(EVENT_DISPATCH_RELIEVED), 1);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_WITHDRAWN);
	assert_int_equal(nth(inc, 1)->withdrawn_at, w.now);
	assert_int_equal(nth(inc, 1)->relieving, 0);
}

static void the_desk_may_withdraw_who_waits_for_relief(void **state)
{
	(void)state;
	struct incident *inc = reported();
	done(inc, act(COMMAND_DISPATCH_ARRIVE, "N1-01"));
	asks(inc);
	struct command c = decision("N1.r1", true);
	command_set_text(&c, FIELD_UNIT, "housing");
	done(inc, c);
	done(inc, act(COMMAND_DISPATCH_WITHDRAW, "N1-01"));
	assert_int_equal(nth(inc, 1)->state, DISPATCH_WITHDRAWN);
	c = act(COMMAND_DISPATCH_ARRIVE, "N1-04");
	c.who.unit = "housing";
	done(inc, c);
	assert_int_equal(event_count(EVENT_DISPATCH_RELIEVED), 0);
}

/* -- lapses, and what is deducted ---------------------------------------------------------------- */

/* The desk is silent for 15 minutes: the wait is the unit's no more, and the duty is. The arrival is due at
 * 30; asked at 10, lapsed at 25: it counts to 45. */
static void a_lapse_deducts_the_wait(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		w.now = began;
		struct incident *inc = taken();
		walk(inc, began + MIN(10), EVENT_REQUEST_LAPSED);
		asks(inc);
		assert_int_equal(walk(inc, began + MIN(25) - 1, EVENT_REQUEST_LAPSED), 0);
		assert_int_equal(walk(inc, began + MIN(25), EVENT_REQUEST_LAPSED), 1);
		assert_int_equal(inc->requests[0].state, REQUEST_LAPSED);
		assert_int_equal(inc->requests[0].lapsed_at, began + MIN(25));
		assert_int_equal(nth(inc, 1)->state, DISPATCH_ACKNOWLEDGED);
		walk(inc, began + MIN(45) - 1, EVENT_DISPATCH_LATE);
		assert_true(dispatch_overdue(nth(inc, 1)) & 1u << CLOCK_ARRIVE); /* by the instruction */
		assert_int_equal(dispatch_late(nth(inc, 1)) & 1u << CLOCK_ARRIVE, 0);
		assert_int_equal(nth(inc, 1)->clocks[CLOCK_ARRIVE].excused, EXCUSE_DESK);
		if (late)
			walk(inc, began + MIN(45), EVENT_DISPATCH_LATE);
		else
			done(inc, act(COMMAND_DISPATCH_ARRIVE, "N1-01"));
		assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, late);
	}
}

/* Told to: the unit, the shift leader, the office. */
static void a_lapse_is_told(void **state)
{
	(void)state;
	struct incident *inc = reported();
	asks(inc);
	w.now = inc->requests[0].due;
	lifecycle_wake(inc, &w.m, AROUND, w.now, &w.out, w.a);
	for (int i = 0; i < w.out.n_events; i++) {
		const struct event *e = &w.out.events[i];
		if (e->type != EVENT_REQUEST_LAPSED)
			continue;
		assert_non_null(strstr(e->data.p, "\"role\":\"duty\",\"unit\":\"water\""));
		assert_non_null(strstr(e->data.p, "\"role\":\"shift-leader\""));
		assert_non_null(strstr(e->data.p, "\"role\":\"office\""));
		assert_int_equal(e->at, inc->requests[0].due);
		return;
	}
	fail_msg("no lapse");
}

/* Decided in time the wait is the unit's: asking at minute 28 wins nothing. Late at 30 all the same, though not
 * before the decision has come. */
static void a_rejection_in_time_deducts_nothing(void **state)
{
	(void)state;
	struct incident *inc = taken();
	walk(inc, began + MIN(28), EVENT_REQUEST_LAPSED);
	asks(inc);
	walk(inc, began + MIN(35), EVENT_DISPATCH_LATE);
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 0); /* not known yet */
	done(inc, decision("N1.r1", false));
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 1);
	assert_int_equal(event_count(EVENT_DISPATCH_LATE), 1);
	assert_int_equal(nth(inc, 1)->clocks[CLOCK_ARRIVE].excused, EXCUSE_NONE);
}

/* Nor does a dispatch that ends with its request undecided. */
static void completing_drops_the_return_and_its_wait(void **state)
{
	(void)state;
	struct incident *inc = taken();
	walk(inc, began + MIN(28), EVENT_REQUEST_LAPSED);
	asks(inc);
	walk(inc, began + MIN(33), EVENT_DISPATCH_LATE);
	done(inc, act(COMMAND_DISPATCH_COMPLETE, "N1-01"));
	assert_int_equal(inc->requests[0].state, REQUEST_DROPPED);
	assert_int_equal(event_count(EVENT_REQUEST_DROPPED), 1);
	assert_int_equal(nth(inc, 1)->state, DISPATCH_COMPLETED);
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 1);
	assert_int_equal(event_count(EVENT_DISPATCH_LATE), 1);
}

/* A decision that the wake of the due has not come round to: exactly at the due it is in time. */
static void deciding_at_the_due(void **state)
{
	(void)state;
	for (int64_t after = 0; after < 2; after++) {
		w.now = began;
		struct incident *inc = reported();
		asks(inc);
		w.now = began + MIN(15) + after;
		done(inc, decision("N1.r1", false));
		assert_int_equal(inc->requests[0].state, REQUEST_REJECTED);
		assert_int_equal(inc->requests[0].lapsed_at, after ? began + MIN(15) : 0);
		assert_int_equal(event_count(EVENT_REQUEST_LAPSED), after);
		assert_int_equal(inc->requests[0].decided_at, w.now);
	}
}

/* Two silences, and a downtime over one of them: no minute is deducted twice. Asked at 2, lapsed at 17; away
 * from 10 to 20; asked again at 22, lapsed at 37. Due at 30, counted to 30 + 18 + 15 = 63. */
static void stretches_that_overlap_are_deducted_once(void **state)
{
	(void)state;
	struct incident *inc = taken();
	walk(inc, began + MIN(2), EVENT_REQUEST_LAPSED);
	asks(inc);
	w.now = began + MIN(20);
	w.down = (struct downtime){began + MIN(10), began + MIN(20)};
	lifecycle_wake(inc, &w.m, AROUND, w.now, &w.out, w.a);
	assert_int_equal(inc->requests[0].lapsed_at, began + MIN(17));
	walk(inc, began + MIN(22), EVENT_REQUEST_LAPSED);
	asks(inc);
	walk(inc, began + MIN(63) - 1, EVENT_DISPATCH_LATE);
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 0);
	assert_int_equal(walk(inc, began + MIN(63), EVENT_DISPATCH_LATE), 1);
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 1);
}

/* -- extensions ------------------------------------------------------------------------------- */

static void an_extension_moves_the_due(void **state)
{
	(void)state;
	struct incident *inc = taken();
	walk(inc, began + MIN(20), EVENT_REQUEST_LAPSED);
	done(inc, extension("N1-01", began + MIN(50)));
	assert_int_equal(inc->requests[0].clock, CLOCK_ARRIVE);
	walk(inc, began + MIN(35), EVENT_DISPATCH_OVERDUE); /* overdue meanwhile, and not late yet */
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 0);
	done(inc, decision("N1.r1", true));
	const struct clock *c = &nth(inc, 1)->clocks[CLOCK_ARRIVE];
	assert_int_equal(c->due, began + MIN(50));
	assert_int_equal(c->first_due, began + MIN(30));
	assert_int_equal(c->rungs, 0);
	assert_int_equal(nth(inc, 1)->extended, 1);
	assert_int_equal(event_count(EVENT_DISPATCH_RESCHEDULED), 1);
	walk(inc, began + MIN(50) - 1, EVENT_DISPATCH_LATE);
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 0);
	walk(inc, began + MIN(50), EVENT_DISPATCH_LATE);
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 1);
}

/* A unit reads what was given to it, and what it was not to blame for. */
static void both_are_explained(void **state)
{
	struct explanation e;
	(void)state;
	struct incident *inc = taken();
	done(inc, extension("N1-01", began + MIN(50)));
	done(inc, decision("N1.r1", true));
	walk(inc, began + MIN(40), EVENT_REQUEST_LAPSED);
	asks(inc);
	walk(inc, began + MIN(60), EVENT_REQUEST_LAPSED);
	done(inc, act(COMMAND_DISPATCH_ARRIVE, "N1-01"));
	deadline_explain(inc, nth(inc, 1), &w.m, AROUND, CLOCK_ARRIVE, w.now, &e);
	assert_int_equal(e.first_due, began + MIN(30));
	assert_int_equal(e.due, began + MIN(50));
	assert_int_equal(e.undecided_ms, MIN(15));
	assert_true(e.met && e.overdue && !e.late);
	assert_non_null(strstr(e.sentence, "应于10:30前到场,经批准延期至10:50。"));
	assert_non_null(strstr(e.sentence, "超时10分钟,其中申请逾期未决15分钟不计,不算超时。"));
}

/* The cap counts from the first due: 30 + 60. The desk grants less than was asked for, or no more than that. */
static void caps_of_an_extension(void **state)
{
	(void)state;
	struct incident *inc = reported();
	refused(inc, extension("N1-01", began + MIN(30)), ERROR_PARAMS); /* not later than the due */
	refused(inc, extension("N1-01", began + MIN(90) + 1), ERROR_PARAMS);
	done(inc, extension("N1-01", began + MIN(60)));
	refused(inc, extension("N1-01", began + MIN(70)), ERROR_WRONG_STATE); /* one waits */
	struct command c = decision("N1.r1", true);
	command_set_int(&c, FIELD_UNTIL, began + MIN(90) + 1);
	refused(inc, c, ERROR_PARAMS);
	command_set_int(&c, FIELD_UNTIL, began + MIN(50));
	done(inc, c);
	assert_int_equal(inc->requests[0].until, began + MIN(50));
	done(inc, extension("N1-01", began + MIN(90)));
	done(inc, decision("N1.r2", true));
	assert_int_equal(nth(inc, 1)->clocks[CLOCK_ARRIVE].due, began + MIN(90));
	assert_int_equal(nth(inc, 1)->clocks[CLOCK_ARRIVE].first_due, began + MIN(30));
	c = extension("N1-01", began + MIN(95));
	refused(inc, c, ERROR_WRONG_STATE); /* twice is all */
}

/* 挂起: beyond the cap with evidence, by the office. */
static void a_suspension_is_the_offices(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = extension("N1-01", began + DAY_MS);
	command_set_text(&c, FIELD_EVIDENCE, "IMG-7");
	done(inc, c);
	assert_int_equal(inc->requests[0].decider, DECIDER_OFFICE);
	refused(inc, decision("N1.r1", true), ERROR_FORBIDDEN);
	done(inc, by(decision("N1.r1", true), ROLE_OFFICE, "office-1"));
	assert_int_equal(nth(inc, 1)->clocks[CLOCK_ARRIVE].due, began + DAY_MS);
}

static void an_extension_comes_before_the_due(void **state)
{
	(void)state;
	for (int64_t after = 0; after < 2; after++) {
		w.now = began;
		struct incident *inc = reported();
		w.now = began + MIN(30) + after;
		struct command c = extension("N1-01", began + MIN(60));
		if (after)
			refused(inc, c, ERROR_WRONG_STATE);
		else
			done(inc, c);
	}
}

static void which_clock_is_extended(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = extension("N1-01", began + MIN(60));
	command_set_int(&c, FIELD_CLOCK, CLOCK_FIRST_REPORT);
	refused(inc, c, ERROR_WRONG_STATE); /* it does not run yet */
	command_set_int(&c, FIELD_CLOCK, CLOCK_ACKNOWLEDGE);
	refused(inc, c, ERROR_WRONG_STATE);
	w.now = began + MIN(10);
	done(inc, act(COMMAND_DISPATCH_ARRIVE, "N1-01"));
	done(inc, extension("N1-01", began + MIN(60)));
	assert_int_equal(inc->requests[0].clock, CLOCK_FIRST_REPORT);
	done(inc, decision("N1.r1", true));
	assert_int_equal(nth(inc, 1)->clocks[CLOCK_FIRST_REPORT].due, began + MIN(60));
	assert_int_equal(nth(inc, 1)->clocks[CLOCK_FIRST_REPORT].first_due, began + MIN(40));
}

/* Arrived late, and the extension is granted afterwards: it is judged by the new due. */
static void a_late_grant_of_an_extension(void **state)
{
	(void)state;
	struct incident *inc = taken();
	walk(inc, began + MIN(20), EVENT_REQUEST_LAPSED);
	done(inc, extension("N1-01", began + MIN(90)));
	walk(inc, began + MIN(81), EVENT_REQUEST_LAPSED); /* lapsed at 80: counted to 90 */
	assert_int_equal(inc->requests[0].state, REQUEST_LAPSED);
	walk(inc, began + MIN(95), EVENT_DISPATCH_LATE);
	done(inc, act(COMMAND_DISPATCH_ARRIVE, "N1-01"));
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1, 1);
	struct command c = decision("N1.r1", true);
	done(inc, c);
	assert_int_equal(dispatch_late(nth(inc, 1)) >> CLOCK_ARRIVE & 1,
	    0); /* 90, and the 60 that it waited */
}

/* -- want of information ------------------------------------------------------------------------ */

/* A rejection is a failing of the unit's, but not where it lacked what the desk has told since. */
static void an_amendment_answers_want_of_information(void **state)
{
	(void)state;
	struct incident *inc = reported();
	done(inc, return_of("N1-01", "insufficient"));
	done(inc, decision("N1.r1", false));
	assert_int_equal(inc->n_findings, 1);
	assert_int_equal(inc->findings[0].class, FINDING_RETURN);

	inc = reported();
	done(inc, return_of("N1-01", "insufficient"));
	w.now += MIN(1);
	struct command c = by(command(COMMAND_INCIDENT_AMEND, ROLE_DESK), ROLE_DESK, "desk-1");
	command_set_text(&c, FIELD_NUMBER, "N1");
	command_set_text(&c, FIELD_ADDRESS, "某路 1 号后门");
	done(inc, c);
	assert_int_equal(inc->requests[0].answered_at, w.now);
	done(inc, decision("N1.r1", false));
	assert_int_equal(inc->requests[0].state, REQUEST_REJECTED);
	assert_int_equal(inc->n_findings, 0);
}

/* -- random histories --------------------------------------------------------------------------- */

static uint64_t seed;

static int64_t dice(int64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)n);
}

#define EVENTS_MOST 4000
static struct event log_of[EVENTS_MOST];
static int n_log;

static void keep_log(void)
{
	assert_true(n_log + w.out.n_events <= EVENTS_MOST);
	for (int i = 0; i < w.out.n_events; i++)
		log_of[n_log++] = w.out.events[i];
}

static struct command random_command(const struct incident *inc)
{
	static const enum command_kind_id kinds[] = {COMMAND_DISPATCH_ACKNOWLEDGE, COMMAND_DISPATCH_ARRIVE,
	    COMMAND_DISPATCH_PROGRESS, COMMAND_DISPATCH_COMPLETE, COMMAND_DISPATCH_WITHDRAW,
	    COMMAND_DISPATCH_RETURN, COMMAND_DISPATCH_RETURN, COMMAND_DISPATCH_EXTEND, COMMAND_REQUEST_DECIDE,
	    COMMAND_REQUEST_DECIDE, COMMAND_REQUEST_DROP};
	static const char *const ids[] = {"water", "urban", "housing", "hotline"};
	enum command_kind_id kind = kinds[dice(COUNT(kinds))];
	char text[32];
	snprintf(text, sizeof text, "N1-%02d", (int)(1 + dice(inc->n_dispatches)));
	struct command c = by(act(kind, arena_text(w.a, text)), ROLE_LOCAL, "local");
	command_set_text(&c, FIELD_PERSON, "小陈");
	if (kind == COMMAND_DISPATCH_RETURN)
		command_set_text(&c, FIELD_REASON_CODE, dice(2) ? "not-our-duty" : "insufficient");
	if (kind == COMMAND_DISPATCH_EXTEND) {
		command_set_int(&c, FIELD_UNTIL, w.now + dice(90) * MINUTE_MS);
		command_set_text(&c, FIELD_REASON, "路堵");
	}
	if (kind == COMMAND_DISPATCH_RETURN || kind == COMMAND_REQUEST_DECIDE)
		if (dice(3))
			command_set_text(&c, FIELD_UNIT, ids[dice(4)]);
	if (kind == COMMAND_REQUEST_DECIDE || kind == COMMAND_REQUEST_DROP) {
		command_drop(&c, FIELD_DISPATCH);
		command_drop(&c, FIELD_PERSON);
		snprintf(text, sizeof text, "N1.r%d", (int)(1 + dice(inc->n_requests + 1)));
		command_set_text(&c, FIELD_REQUEST, arena_text(w.a, text));
	}
	if (kind == COMMAND_REQUEST_DECIDE) {
		command_set_int(&c, FIELD_GRANT, dice(2));
		command_set_text(&c, FIELD_REASON, "理由");
	}
	return c;
}

/* What holds of every incident at all times. */
static void holds(const struct incident *inc)
{
	proved(inc);
	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];
		assert_int_equal(d->state, dispatch_state_now(inc, d));
		assert_false(d->voided && dispatch_late(d));
		assert_false(d->relieving && (d->role != AS_ASSIST || !d->voided));
		if (!dispatch_open(d))
			assert_null(request_open(inc, d, REQUEST_RETURN, false));
	}
	for (int i = 0; i < inc->n_requests; i++)
		assert_false(inc->requests[i].state == REQUEST_PENDING && inc->requests[i].due <= w.now - 1);
}

/* Whatever is asked and decided in whatever order: the next wake is the one that is asked for, the states are
 * those of the steps, and the events alone say the same as the row. */
static void random_histories_add_up(void **state)
{
	(void)state;
	int granted = 0, lapsed = 0, relieved = 0;
	for (int round = 0; round < 3000; round++) {
		seed = 88172645463325252u + (uint64_t)round * 7919;
		w.now = began;
		n_log = 0;
		struct incident *inc = reported();
		keep_log();
		for (int i = 0; i < 25; i++) {
			int64_t until = w.now + dice(12) * MINUTE_MS + dice(3);
			while (inc->wake_at && inc->wake_at <= until) {
				w.now = inc->wake_at;
				lifecycle_wake(inc, &w.m, AROUND, w.now, &w.out, w.a);
				keep_log();
				lapsed += event_count(EVENT_REQUEST_LAPSED);
				holds(inc);
			}
			w.now = until;
			struct command c = random_command(inc);
			if (!decide(inc, &c)) {
				assert_int_not_equal(w.why.code, OK);
				continue;
			}
			keep_log();
			granted += event_count(EVENT_REQUEST_GRANTED);
			relieved += event_count(EVENT_DISPATCH_RELIEVED);
			holds(inc);
		}
		struct difference *found;
		int n = replay_compare(inc, log_of, n_log, NULL, -1, w.a, &found);
		if (n)
			fail_msg("round %d: dispatch %d %s: %s, by the events %s", round, found->dispatch,
			    found->field, found->stored, found->expected);
	}
	assert_true(granted > 300 && lapsed > 300 && relieved > 10); /* it went where it was to go */
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(asking_in_every_state),
	    TEST(extending_while_returning),
	    TEST(deciding_in_every_state),
	    TEST(who_is_only_informed_asks_nothing),
	    TEST(who_decides),
	    TEST(a_dropped_return_does_not_count),
	    TEST(a_unit_of_the_police_is_not_the_desks_to_decide),
	    TEST(an_officer_may_decide_what_he_entered_for_a_unit),
	    TEST(what_cannot_be_decided),
	    TEST(what_cannot_be_asked),
	    TEST(a_grant_instructs_the_suggested_unit),
	    TEST(a_grant_to_an_assist_promotes_it),
	    TEST(an_assist_may_go_without_another),
	    TEST(a_grant_to_who_was_informed),
	    TEST(a_duplicate_is_cancelled),
	    TEST(a_duplicate_joins_what_it_names),
	    TEST(a_duplicate_of_what),
	    TEST(an_assist_that_is_a_duplicate),
	    TEST(relief_on_the_scene),
	    TEST(the_desk_may_withdraw_who_waits_for_relief),
	    TEST(a_lapse_deducts_the_wait),
	    TEST(a_lapse_is_told),
	    TEST(a_rejection_in_time_deducts_nothing),
	    TEST(completing_drops_the_return_and_its_wait),
	    TEST(deciding_at_the_due),
	    TEST(stretches_that_overlap_are_deducted_once),
	    TEST(an_extension_moves_the_due),
	    TEST(both_are_explained),
	    TEST(caps_of_an_extension),
	    TEST(a_suspension_is_the_offices),
	    TEST(an_extension_comes_before_the_due),
	    TEST(which_clock_is_extended),
	    TEST(a_late_grant_of_an_extension),
	    TEST(an_amendment_answers_want_of_information),
	    TEST(random_histories_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
