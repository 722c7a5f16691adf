/*
 * domain_finding.c - findings: when one is opened, how late it was, what lifts it. The instants are worked out by
 * hand: a P2 to water is to be acknowledged within 5 minutes and arrived at within 30, fetched at once; the
 * leader is told 10 minutes past due; a minute's lateness is no finding.
 */
#include "lifecycle_fixture.h"
#include "domain/finding.h"
#include "domain/outcome.h"
#include "domain/replay_finding.h"

#include <stdio.h>

static struct incident *inc;
static struct dispatch *d;

static int begin(void **state)
{
	set_up(state);
	categories[0].counted = true;
	w.m.policy.lateness_grace_ms = MINUTE_MS;
	w.m.policy.appeal_decision_days = 10;
	units[0].house = "water";
	inc = reported();
	d = &inc->dispatches[0];
	return 0;
}

static void wake_until(const char *until)
{
	while (inc->wake_at && inc->wake_at <= at(until)) {
		w.now = inc->wake_at;
		lifecycle_wake(inc, &w.m, AROUND, w.now, &w.out, w.a);
	}
	w.now = at(until);
}

static void does(enum command_kind_id kind, const char *when)
{
	struct command c = act(kind, "N1-01");

	wake_until(when);
	assert_true(decide(inc, &c));
}

static void deliver(void)
{
	struct command c = act(COMMAND_DISPATCH_DELIVER, "N1-01");

	assert_true(decide(inc, &c));
}

/* "acknowledge open 61000/300000": all of water's; who assists here does nothing. */
static const char *findings(void)
{
	static char text[512];
	size_t n = 0;

	text[0] = '\0';
	for (int i = 0; i < inc->n_findings; i++) {
		const struct finding *f = &inc->findings[i];
		if (f->dispatch != 1)
			continue;
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s %lld/%lld%s%s", n ? ", " : "",
		    finding_class_names[f->class], finding_state_names[f->state], (long long)f->late_ms,
		    (long long)f->limit_ms, f->never ? " never" : "", f->cause ? f->cause : "");
	}
	return text;
}

static void a_step_beyond_the_grace(void **state)
{
	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:06:00.001+08:00"); /* 60.001 s late */
	assert_string_equal(findings(), "acknowledge open 60001/300000");
	assert_int_equal(event_count(EVENT_FINDING_OPENED), 1);
	assert_string_equal(inc->findings[0].unit, "water");
	assert_int_equal(inc->findings[0].day, at("2026-07-10T00:00:00+08:00"));
	assert_string_equal(finding_name(inc, &inc->findings[0], (char[FINDING_ID_MAX]){0}), "N1-01.f1");
	decision_number(&w.out, 500);
	assert_int_equal(inc->findings[0].seq, 500 + w.out.n_events - 1);
}

static void within_the_grace_there_is_none(void **state)
{
	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:06:00+08:00"); /* a minute: late, no finding */
	assert_int_equal(outcome_of(d, CLOCK_ACKNOWLEDGE), OUTCOME_LATE);
	assert_string_equal(findings(), "");
	does(COMMAND_DISPATCH_ARRIVE, "2026-07-10T10:31:00+08:00");
	assert_string_equal(findings(), "");
	does(COMMAND_DISPATCH_COMPLETE, "2026-07-10T10:40:00+08:00");
	assert_string_equal(findings(), "");
}

/* Told to a leader it is found, and in the end it is said how late it was. */
static void the_leaders_rung_opens_one(void **state)
{
	(void)state;
	deliver();
	wake_until("2026-07-10T10:14:59.999+08:00");
	assert_string_equal(findings(), "");
	wake_until("2026-07-10T10:15:00+08:00");
	assert_string_equal(findings(), "acknowledge open 600000/300000");
	wake_until("2026-07-10T10:20:00+08:00");
	assert_string_equal(findings(), "acknowledge open 600000/300000");
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:25:00+08:00");
	assert_string_equal(findings(), "acknowledge open 1200000/300000");
	assert_int_equal(event_count(EVENT_FINDING_GRADED), 1);
	does(COMMAND_DISPATCH_COMPLETE, "2026-07-10T10:32:00+08:00"); /* implies the arrival, 2 min late */
	assert_string_equal(findings(), "acknowledge open 1200000/300000, arrive open 120000/1800000");
}

static void withdrawn_late_it_never_came(void **state)
{
	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:01:00+08:00");
	does(COMMAND_DISPATCH_WITHDRAW, "2026-07-10T10:33:00+08:00");
	assert_string_equal(findings(), "arrive open 180000/1800000 never");
}

static void withdrawn_in_time_there_is_none(void **state)
{
	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:01:00+08:00");
	does(COMMAND_DISPATCH_WITHDRAW, "2026-07-10T10:30:00+08:00");
	assert_string_equal(findings(), "");
}

/* Of what does not count there is none, and one that is there becomes void, with the cause. */
static void what_does_not_count_is_lifted(void **state)
{
	struct command c;

	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:10:00+08:00");
	assert_string_equal(findings(), "acknowledge open 300000/300000");
	c = command(COMMAND_INCIDENT_AMEND, ROLE_DESK);
	command_set_text(&c, FIELD_NUMBER, "N1");
	command_set_text(&c, FIELD_AREA, "O");
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "acknowledge void 300000/300000not-counted");
	assert_int_equal(event_count(EVENT_FINDING_VOIDED), 1);
	command_set_text(&c, FIELD_AREA, "C"); /* it is the city's after all: one a dispatch and class */
	assert_true(decide(inc, &c));
	assert_int_equal(inc->n_findings, 1);
	assert_string_equal(findings(), "acknowledge open 300000/300000");
}

static void of_a_drill_there_is_none(void **state)
{
	(void)state;
	inc->drill = true;
	outcome_recount(inc, &w.m);
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:20:00+08:00");
	assert_string_equal(findings(), "");
}

static void returns_within(int64_t limit_ms)
{
	static const struct return_reason reasons[] = {{"not-our-duty", "职能不符"}};

	w.m.policy.return_reasons = reasons;
	w.m.policy.n_return_reasons = 1;
	w.m.policy.return_decision_ms[P2] = limit_ms;
}

/* A return that a person rejects is one; what lifts the dispatch lifts it. */
static void a_rejected_return(void **state)
{
	struct command c = act(COMMAND_DISPATCH_RETURN, "N1-01");

	(void)state;
	returns_within(3 * MINUTE_MS);
	deliver();
	command_set_text(&c, FIELD_REASON_CODE, "not-our-duty");
	assert_true(decide(inc, &c));
	c = command(COMMAND_DISPATCH_DECIDE_RETURN, ROLE_DESK);
	command_set_text(&c, FIELD_DISPATCH, "N1-01");
	command_set_int(&c, FIELD_GRANT, false);
	command_set_text(&c, FIELD_REASON, "是自来水");
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "return open 0/0");
}

/* -- how late it was, whatever is learnt later -------------------------------------------------------- */

static void first_report_late(void)
{
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:01:00+08:00");
	does(COMMAND_DISPATCH_ARRIVE, "2026-07-10T10:05:00+08:00");
	does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T10:38:00+08:00"); /* due 10:35 */
	assert_string_equal(findings(), "report open 180000/1800000");
}

static struct finding *report_finding(void)
{
	return finding_of(inc, d, FINDING_REPORT);
}

/* Of several late reports the gravest; each is due two hours after the one before. */
static void a_graver_report_grades_the_finding(void **state)
{
	(void)state;
	first_report_late();
	does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T12:40:59.999+08:00"); /* 179.999 s late */
	assert_string_equal(findings(), "report open 180000/1800000");
	assert_int_equal(event_count(EVENT_FINDING_GRADED), 0);
	does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T14:45:59.999+08:00"); /* 5 min late */
	assert_string_equal(findings(), "report open 300000/7200000");
	assert_int_equal(event_count(EVENT_FINDING_GRADED), 1);
	assert_int_equal(event_count(EVENT_FINDING_OPENED), 0);
	assert_int_equal(report_finding()->clock, CLOCK_NEXT_REPORT);
	assert_int_equal(report_finding()->until, at("2026-07-10T14:45:59.999+08:00"));
	does(COMMAND_DISPATCH_COMPLETE, "2026-07-10T16:47:59.999+08:00"); /* 2 min late */
	assert_string_equal(findings(), "report open 300000/7200000");
	assert_int_equal(event_count(EVENT_FINDING_GRADED), 0);
}

/* What was confirmed or upheld was another run: the unit may dispute the graver one, from now on. */
static void a_graver_report_opens_what_was_settled(void **state)
{
	static const enum finding_state settled[] = {FINDING_CONFIRMED, FINDING_UPHELD};

	for (size_t i = 0; i < COUNT(settled); i++) {
		if (i)
			assert_int_equal(begin(state), 0);
		first_report_late();
		report_finding()->state = settled[i];
		does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T12:40:00+08:00"); /* 2 min late */
		assert_int_equal(report_finding()->state, settled[i]);
		does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T14:45:00+08:00"); /* 5 min late */
		assert_string_equal(findings(), "report open 300000/7200000");
		assert_int_equal(report_finding()->told_at, w.now);
		if (i == 0)
			tear_down(state);
	}
}

/* Confirmed or upheld while the clock still ran: its end is more than was confirmed. Less of it stays settled. */
static void a_run_that_goes_on_opens_what_was_settled(void **state)
{
	static const enum finding_state settled[] = {FINDING_CONFIRMED, FINDING_UPHELD};

	for (size_t i = 0; i < COUNT(settled); i++) {
		if (i)
			assert_int_equal(begin(state), 0);
		deliver();
		wake_until("2026-07-10T10:20:00+08:00");
		finding_of(inc, d, FINDING_ACKNOWLEDGE)->state = settled[i];
		does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T13:00:00+08:00");
		assert_int_equal(finding_of(inc, d, FINDING_ACKNOWLEDGE)->state, FINDING_OPEN);
		assert_int_equal(finding_of(inc, d, FINDING_ACKNOWLEDGE)->told_at, w.now);
		if (i == 0)
			tear_down(state);
	}
}

/* For the audit: what stays settled was not told anew, what opens again was. */
static void by_its_events_a_unit_was_told(void **state)
{
	static const struct {
		enum event_type type;
		const char *at, *state, *told_at;
	} said[] = {{EVENT_FINDING_OPENED, "2026-07-10T10:15:00+08:00", "open", "2026-07-10T10:15:00+08:00"},
	    {EVENT_FINDING_CONFIRMED, "2026-07-10T10:20:00+08:00", "confirmed", "2026-07-10T10:15:00+08:00"},
	    {EVENT_FINDING_GRADED, "2026-07-10T10:38:00+08:00", "confirmed", "2026-07-10T10:15:00+08:00"},
	    {EVENT_FINDING_GRADED, "2026-07-10T14:45:00+08:00", "open", "2026-07-10T14:45:00+08:00"},
	    {EVENT_FINDING_GRADED, "2026-07-10T16:45:00+08:00", "open", "2026-07-10T14:45:00+08:00"}};
	struct said_finding s = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(said); i++) {
		const char *data = arena_printf(w.a,
		    "{\"finding\":\"N1-01:finding report\",\"class\":\"report\",\"state\":\"%s\"}",
		    said[i].state);
		struct event e = {.type = said[i].type, .at = at(said[i].at), .data = str_of(data)};

		replay_finding(&s, "N1-01:finding report", &e, w.a);
		assert_int_equal(s.told_at, at(said[i].told_at));
	}
}

/* Excused is what was late when it was decided, not what is late afterwards. */
static void what_an_appeal_lifted_does_not_cover_a_later_run(void **state)
{
	struct finding *f;

	(void)state;
	first_report_late();
	f = report_finding();
	f->state = FINDING_VOID;
	f->cause = excuse_names[EXCUSE_APPEAL];
	d->clocks[CLOCK_FIRST_REPORT].excused = EXCUSE_APPEAL;
	does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T12:39:00+08:00"); /* a minute late: within the grace */
	assert_string_equal(findings(), "report void 180000/1800000appeal");
	does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T14:41:00+08:00"); /* 2 min late */
	assert_string_equal(findings(), "report open 120000/7200000");
	assert_int_equal(event_count(EVENT_FINDING_OPENED), 1);
	assert_int_equal(report_finding()->of_dispatch, 1);
}

/* While it waits for its decision a return is deducted as if it would lapse; decided in time it is not. */
static void a_return_that_is_decided_makes_an_arrival_later(void **state)
{
	struct command c = act(COMMAND_DISPATCH_RETURN, "N1-01");

	(void)state;
	returns_within(10 * MINUTE_MS);
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:01:00+08:00");
	wake_until("2026-07-10T10:32:00+08:00");
	command_set_text(&c, FIELD_REASON_CODE, "not-our-duty");
	assert_true(decide(inc, &c));
	does(COMMAND_DISPATCH_ARRIVE,
	    "2026-07-10T10:35:00+08:00"); /* due 10:30, three minutes of it in the wait */
	assert_string_equal(findings(), "arrive open 120000/1800000");
	w.now = at("2026-07-10T10:36:00+08:00");
	c = command(COMMAND_DISPATCH_DECIDE_RETURN, ROLE_DESK);
	command_set_text(&c, FIELD_DISPATCH, "N1-01");
	command_set_int(&c, FIELD_GRANT, false);
	command_set_text(&c, FIELD_REASON, "是自来水");
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "arrive open 300000/1800000, return open 0/0");
	assert_int_equal(event_count(EVENT_FINDING_GRADED), 1);
}

/* A downtime that is known only afterwards is deducted, too. */
static void a_downtime_makes_it_less_late(void **state)
{
	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:01:00+08:00");
	does(COMMAND_DISPATCH_ARRIVE, "2026-07-10T10:35:00+08:00");
	assert_string_equal(findings(), "arrive open 300000/1800000");
	w.down = (struct downtime){at("2026-07-10T10:10:00+08:00"), at("2026-07-10T10:12:00+08:00")};
	does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T10:40:00+08:00");
	assert_string_equal(findings(), "arrive open 180000/1800000");
	w.down.to = at("2026-07-10T10:14:00+08:00"); /* a minute is left: the grace */
	does(COMMAND_DISPATCH_PROGRESS, "2026-07-10T10:41:00+08:00");
	assert_string_equal(findings(), "arrive void 180000/1800000in-time");
}

/* The desk corrects an arrival: earlier or later, the finding says so. */
static void a_corrected_arrival(void **state)
{
	struct command c = command(COMMAND_DISPATCH_CORRECT, ROLE_DESK);

	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:01:00+08:00");
	does(COMMAND_DISPATCH_ARRIVE, "2026-07-10T10:35:00+08:00");
	w.now = at("2026-07-10T10:50:00+08:00");
	command_set_text(&c, FIELD_DISPATCH, "N1-01");
	command_set_int(&c, FIELD_STEP, STEP_ARRIVED);
	command_set_text(&c, FIELD_REASON, "登记有误");
	command_set_int(&c, FIELD_AT, at("2026-07-10T10:40:00+08:00"));
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "arrive open 600000/1800000");
	assert_int_equal(event_count(EVENT_FINDING_GRADED), 1);
	command_set_int(&c, FIELD_AT, at("2026-07-10T10:29:00+08:00"));
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "arrive void 600000/1800000in-time");
}

/* -- appeals -------------------------------------------------------------------------------------- */

static struct command on_finding(enum command_kind_id kind, enum account_role role)
{
	struct command c = command(kind, role);

	c.who = (struct principal){.account = role == ROLE_LIAISON ? "w1" : "office-1",
	    .role = role,
	    .unit = role == ROLE_LIAISON ? "water" : NULL};
	command_set_text(&c, FIELD_FINDING, "N1-01.f1");
	if (kind == COMMAND_FINDING_APPEAL)
		command_set_text(&c, FIELD_TEXT, "路上塌方");
	return c;
}

static void appealed(void)
{
	struct command c = on_finding(COMMAND_FINDING_APPEAL, ROLE_LIAISON);

	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:10:00+08:00");
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "acknowledge appealed 300000/300000");
	assert_false(decide(inc, &c)); /* once */
	assert_int_equal(w.why.code, ERROR_WRONG_STATE);
}

static struct command decision(bool grant)
{
	struct command c = on_finding(COMMAND_FINDING_DECIDE, ROLE_OFFICE);

	command_set_int(&c, FIELD_GRANT, grant);
	command_set_text(&c, FIELD_REASON, "核实");
	return c;
}

static void a_granted_appeal_excuses(void **state)
{
	struct command c;

	(void)state;
	appealed();
	c = decision(true);
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "acknowledge void 300000/300000appeal");
	assert_int_equal(outcome_of(d, CLOCK_ACKNOWLEDGE), OUTCOME_EXCUSED);
	does(COMMAND_DISPATCH_ARRIVE, "2026-07-10T10:20:00+08:00");
	assert_string_equal(findings(), "acknowledge void 300000/300000appeal"); /* it stays so */
}

static void a_rejected_appeal_is_upheld(void **state)
{
	struct command c;

	(void)state;
	appealed();
	c = decision(false);
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "acknowledge upheld 300000/300000");
	assert_int_equal(event_count(EVENT_FINDING_UPHELD), 1);
	assert_int_equal(outcome_of(d, CLOCK_ACKNOWLEDGE), OUTCOME_LATE);
	c = on_finding(COMMAND_FINDING_APPEAL, ROLE_LIAISON);
	assert_false(decide(inc, &c));
}

/* Silence costs the unit nothing; what was rejected late takes nothing back. */
static void an_undecided_appeal_excuses(void **state)
{
	struct command c;

	(void)state;
	appealed();
	does(COMMAND_DISPATCH_COMPLETE, "2026-07-10T10:20:00+08:00");
	wake_until("2026-07-31T00:00:00+08:00"); /* ten working days end on the 24th at 17:30 */
	assert_string_equal(findings(), "acknowledge lapsed 300000/300000");
	assert_int_equal(outcome_of(d, CLOCK_ACKNOWLEDGE), OUTCOME_EXCUSED);
	c = decision(false);
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "acknowledge lapsed 300000/300000");
	assert_int_equal(outcome_of(d, CLOCK_ACKNOWLEDGE), OUTCOME_EXCUSED);
}

/* The office's own house does not decide about itself, nor does its silence help it. */
static void nobody_decides_about_his_own_house(void **state)
{
	struct command c;

	(void)state;
	units[0].house = HOUSE_POLICE;
	appealed();
	c = decision(true);
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_FORBIDDEN);
	does(COMMAND_DISPATCH_COMPLETE, "2026-07-10T10:20:00+08:00");
	wake_until("2026-07-31T00:00:00+08:00");
	assert_string_equal(findings(), "acknowledge appealed 300000/300000");
	units[1].house = "government";
	c.who.unit = "urban";
	assert_true(decide(inc, &c));
	assert_string_equal(findings(), "acknowledge void 300000/300000appeal");
}

static void until_when_a_unit_may_appeal(void **state)
{
	struct finding f = {.day = at("2026-07-10T00:00:00+08:00")};

	(void)state;
	/* August 2026 begins on a Saturday: its fifth working day is Friday the 7th */
	f.opened_at = f.told_at = at("2026-07-10T10:10:00+08:00");
	assert_int_equal(finding_appeal_until(&w.m, &f), at("2026-08-07T23:59:59.999+08:00"));
	/* told on Wednesday the 5th of August: five working days end on the 12th */
	f.told_at = at("2026-08-05T23:59:00+08:00");
	assert_int_equal(finding_appeal_until(&w.m, &f), at("2026-08-12T23:59:59.999+08:00"));
	/* December's belong to January */
	f = (struct finding){
	    .day = at("2026-12-31T00:00:00+08:00"), .told_at = at("2026-12-31T00:00:00+08:00")};
	assert_int_equal(finding_appeal_until(&w.m, &f), at("2027-01-07T23:59:59.999+08:00"));
}

static void too_late_to_appeal(void **state)
{
	struct command c = on_finding(COMMAND_FINDING_APPEAL, ROLE_LIAISON);

	(void)state;
	deliver();
	does(COMMAND_DISPATCH_ACKNOWLEDGE, "2026-07-10T10:10:00+08:00");
	w.now = at("2026-08-08T00:00:00+08:00");
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_WRONG_STATE);
	w.now--;
	assert_true(decide(inc, &c));
}

/* -- by hand -------------------------------------------------------------------------------------- */

static void the_office_finds_three_classes(void **state)
{
	static const struct {
		enum finding_class class;
		enum error_code want;
	} cases[] = {{FINDING_ARRIVE, ERROR_PARAMS}, {FINDING_RETURN, ERROR_PARAMS},
	    {FINDING_DUTY, ERROR_PARAMS}, {FINDING_REFUSED, OK}, {FINDING_REFUSED, ERROR_WRONG_STATE},
	    {FINDING_FALSE_REPORT, OK}, {FINDING_DISSATISFIED, OK}};
	struct command c = command(COMMAND_FINDING_OPEN, ROLE_OFFICE);

	(void)state;
	c.who.account = "office-1";
	command_set_text(&c, FIELD_DISPATCH, "N1-01");
	command_set_text(&c, FIELD_TEXT, "电话里拒绝出动");
	for (size_t i = 0; i < COUNT(cases); i++) {
		command_set_int(&c, FIELD_CLASS, cases[i].class);
		assert_int_equal(decide(inc, &c), cases[i].want == OK);
		assert_int_equal(w.why.code, cases[i].want);
	}
	assert_string_equal(findings(), "refused open 0/0, false-report open 0/0, dissatisfied open 0/0");
	assert_string_equal(inc->findings[0].by, "office-1");
	c = on_finding(COMMAND_FINDING_APPEAL, ROLE_LIAISON);
	assert_true(decide(inc, &c));
	c = decision(true); /* by the one who opened it: another must */
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_FORBIDDEN);
	c.who.account = "office-2";
	assert_true(decide(inc, &c));
	c = command(COMMAND_FINDING_OPEN, ROLE_OFFICE); /* lifted, it is not opened again by hand */
	command_set_text(&c, FIELD_DISPATCH, "N1-01");
	command_set_text(&c, FIELD_TEXT, "电话里拒绝出动");
	command_set_int(&c, FIELD_CLASS, FINDING_REFUSED);
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_WRONG_STATE);
}

int main(void)
{
#define FINDING_TEST(f) cmocka_unit_test_setup_teardown(f, begin, tear_down)
	const struct CMUnitTest tests[] = {
	    FINDING_TEST(a_step_beyond_the_grace),
	    FINDING_TEST(within_the_grace_there_is_none),
	    FINDING_TEST(the_leaders_rung_opens_one),
	    FINDING_TEST(withdrawn_late_it_never_came),
	    FINDING_TEST(withdrawn_in_time_there_is_none),
	    FINDING_TEST(what_does_not_count_is_lifted),
	    FINDING_TEST(of_a_drill_there_is_none),
	    FINDING_TEST(a_rejected_return),
	    FINDING_TEST(a_graver_report_grades_the_finding),
	    FINDING_TEST(a_graver_report_opens_what_was_settled),
	    FINDING_TEST(a_run_that_goes_on_opens_what_was_settled),
	    FINDING_TEST(by_its_events_a_unit_was_told),
	    FINDING_TEST(what_an_appeal_lifted_does_not_cover_a_later_run),
	    FINDING_TEST(a_return_that_is_decided_makes_an_arrival_later),
	    FINDING_TEST(a_downtime_makes_it_less_late),
	    FINDING_TEST(a_corrected_arrival),
	    FINDING_TEST(a_granted_appeal_excuses),
	    FINDING_TEST(a_rejected_appeal_is_upheld),
	    FINDING_TEST(an_undecided_appeal_excuses),
	    FINDING_TEST(nobody_decides_about_his_own_house),
	    FINDING_TEST(until_when_a_unit_may_appeal),
	    FINDING_TEST(too_late_to_appeal),
	    FINDING_TEST(the_office_finds_three_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
