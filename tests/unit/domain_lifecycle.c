/*
 * domain_lifecycle.c - what commands do to an incident: every act in every state against a table
 * written by hand, what a report makes, what is refused, and that a refusal changes nothing.
 */
#include "lifecycle_fixture.h"
#include "domain/content.h"
#include "domain/warning.h"

/* -- report --------------------------------------------------------------------------------- */

static void report_makes_dispatches(void **state)
{
	(void)state;
	struct incident *inc = reported();
	assert_int_equal(inc->n_dispatches, 3);
	assert_string_equal(inc->dispatches[0].unit, "water");
	assert_int_equal(inc->dispatches[0].role, AS_LEAD);
	assert_string_equal(inc->dispatches[1].unit, "urban");
	assert_int_equal(inc->dispatches[1].role, AS_ASSIST);
	assert_string_equal(inc->dispatches[2].unit, "hotline");
	assert_int_equal(inc->dispatches[2].role, AS_INFORM);
	assert_int_equal(inc->dispatches[0].clocks[CLOCK_ACKNOWLEDGE].due, at("2026-07-10T10:05:00+08:00"));
	assert_int_equal(inc->dispatches[0].clocks[CLOCK_ARRIVE].due, at("2026-07-10T10:30:00+08:00"));
	assert_int_equal(inc->dispatches[2].clocks[CLOCK_ACKNOWLEDGE].due, 0);
	assert_int_equal(event_count(EVENT_INCIDENT_REPORTED), 1);
	assert_int_equal(event_count(EVENT_DISPATCH_ISSUED), 3);
	assert_int_equal(inc->wake_at, at("2026-07-10T10:02:00+08:00")); /* delivery */
	assert_int_equal(inc->priority, P2);
	assert_string_equal(w.out.actor, "desk-1");
}

static void report_events_hold_no_personal_text(void **state)
{
	(void)state;
	reported();
	for (int i = 0; i < w.out.n_events; i++) {
		const char *data = w.out.events[i].data.p;
		assert_null(strstr(data, "13900001234"));
		assert_null(strstr(data, "某路"));
		assert_null(strstr(data, "有水"));
	}
}

static void report_records_only(void **state)
{
	(void)state;
	struct command c = report("909901", "C");
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
	assert_int_equal(inc->n_dispatches, 0);
	assert_int_equal(inc->state, INCIDENT_CLOSED);
	assert_int_equal(inc->wake_at, 0);
	assert_int_equal(event_count(EVENT_INCIDENT_CLOSED), 1);
}

static bool warned(enum warning_code code, enum field f, const char *given)
{
	for (int i = 0; i < w.out.warnings->n; i++) {
		const struct warning *one = &w.out.warnings->v[i];
		if (one->code == code && one->field == f && text_eq(one->given, given))
			return true;
	}
	return false;
}

/* A report is taken whatever it names; what is not there counts as not given, and that is said. */
static void report_takes_what_it_does_not_know(void **state)
{
	(void)state;
	struct command c = report("999", "X");
	command_set_text(&c, FIELD_UNITS, "watre,urban");
	command_set_int(&c, FIELD_RECEIVED_AT, w.now + 10 * MINUTE_MS + 1);
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
	assert_int_equal(w.out.warnings->n, 4);
	assert_true(warned(WARNING_CATEGORY_UNKNOWN, FIELD_CATEGORY, "999"));
	assert_true(warned(WARNING_AREA_UNKNOWN, FIELD_AREA, "X"));
	assert_true(warned(WARNING_UNIT_UNKNOWN, FIELD_UNITS, "watre"));
	assert_true(warned(WARNING_TIME_IN_FUTURE, FIELD_RECEIVED_AT, "2026-07-10T10:10:00.001+08:00"));
	assert_null(inc->given_category);
	assert_null(inc->area);
	assert_true(inc->zone_assumed);
	assert_true(inc->clock_skew);
	assert_int_equal(inc->received_at, w.now);
	/* the desk's first unit is unknown: the table's lead leads, the other assists */
	assert_int_equal(inc->n_dispatches, 2);
	assert_string_equal(inc->dispatches[0].unit, "hotline");
	assert_int_equal(inc->dispatches[0].role, AS_LEAD);
	assert_string_equal(inc->dispatches[1].unit, "urban");
	assert_int_equal(inc->dispatches[1].role, AS_ASSIST);
	assert_non_null(strstr(inc->warnings, "category-unknown\tcategory\t999\t"));
	assert_non_null(strstr(w.out.events[0].data.p, "\"warnings\":[\"category-unknown\""));
}

/* The digest is of what was said: a report is the same one whatever was made of it. */
static void report_is_kept_as_it_was_said(void **state)
{
	(void)state;
	struct command c = report("999", "X");
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
	struct digest said = content_of_report(&c);
	assert_memory_equal(inc->content, said.b, sizeof inc->content);
	assert_string_equal(command_text(&c, FIELD_AREA), "X");
}

/* Nothing was recorded only that the desk sent units to. */
static void a_chosen_unit_goes_though_the_lead_is_unknown(void **state)
{
	(void)state;
	struct command c = report("909901", "C");
	command_set_text(&c, FIELD_UNITS, "watre,urban");
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(inc->n_dispatches, 1);
	assert_string_equal(inc->dispatches[0].unit, "urban");
	assert_int_equal(inc->dispatches[0].role, AS_LEAD);
	command_set_text(&c, FIELD_UNITS, "watre,urbann");
	inc = lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
	assert_int_equal(inc->n_dispatches, 0);
	assert_null(inc->given_units);
}

static void report_in_the_near_future_is_skew(void **state)
{
	(void)state;
	struct command c = report("601301", "C");
	command_set_int(&c, FIELD_RECEIVED_AT, w.now + 10 * MINUTE_MS);
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, test_salt, &w.out, w.a);
	assert_non_null(inc);
	assert_true(inc->clock_skew);
}

static void content_is_the_report(void **state)
{
	(void)state;
	struct digest a, b;
	struct command c = report("601301", "C");
	a = content_of_report(&c);
	command_set_text(&c, FIELD_KEY, "k"); /* a key is not content */
	b = content_of_report(&c);
	assert_true(digest_eq(&a, &b));
	command_set_text(&c, FIELD_DESCRIPTION, "有水!");
	b = content_of_report(&c);
	assert_false(digest_eq(&a, &b));
	c = report("601301", "C");
	command_drop(&c, FIELD_AREA);
	b = content_of_report(&c);
	assert_false(digest_eq(&a, &b));
}

/* What is not said and what is said as it would be taken anyway are the same report. */
static void content_is_decoded(void **state)
{
	(void)state;
	struct digest a, b;
	struct command c = report("601301", "C");
	command_set_int(&c, FIELD_LON, 117420000);
	command_set_int(&c, FIELD_LAT, 25290000);
	a = content_of_report(&c);
	command_set_text(&c, FIELD_DATUM, "gcj02");
	command_set_int(&c, FIELD_DRILL, false);
	command_set_int(&c, FIELD_SECRET_REPORTER, false);
	b = content_of_report(&c);
	assert_true(digest_eq(&a, &b));
	command_set_int(&c, FIELD_DRILL, true);
	b = content_of_report(&c);
	assert_false(digest_eq(&a, &b));
	command_set_int(&c, FIELD_DRILL, false);
	command_set_text(&c, FIELD_DATUM, "wgs84");
	b = content_of_report(&c);
	assert_false(digest_eq(&a, &b));
}

/* -- the incident --------------------------------------------------------------------------- */

static void the_leads_result_ends_the_handling(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_COMPLETE, "N1-01");
	assert_true(decide(inc, &c));
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
	assert_int_equal(event_count(EVENT_INCIDENT_COMPLETED), 1);
	assert_int_equal(inc->dispatches[1].state, DISPATCH_ISSUED);
}

static void close_waits_for_the_leads_result(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command close = command(COMMAND_INCIDENT_CLOSE, ROLE_DESK);
	assert_false(decide(inc, &close));
	assert_int_equal(w.why.code, ERROR_WRONG_STATE);
	assert_non_null(strstr(w.why.zh, "N1-01"));
	struct command c = act(COMMAND_DISPATCH_WITHDRAW, "N1-01");
	assert_true(decide(inc, &c));
	assert_false(decide(inc, &close)); /* without a lead, an assist is still somebody's work */
	assert_non_null(strstr(w.why.zh, "N1-02"));
	inc = reported();
	c = act(COMMAND_DISPATCH_COMPLETE, "N1-01");
	assert_true(decide(inc, &c));
	assert_true(decide(inc, &close)); /* what the assist left open does not hold it */
	assert_int_equal(event_count(EVENT_DISPATCH_WITHDRAWN), 1);
	assert_int_equal(inc->dispatches[1].state, DISPATCH_WITHDRAWN);
	assert_int_equal(inc->state, INCIDENT_CLOSED);
	assert_int_equal(inc->dispatches[2].state, DISPATCH_COMPLETED); /* who was only told */
	assert_int_equal(inc->wake_at, 0);
	assert_true(decide(inc, &close)); /* again: the same, nothing happens */
	assert_int_equal(w.out.n_events, 0);
}

static struct command add(const char *unit, enum dispatch_role role)
{
	struct command c = command(COMMAND_DISPATCH_ADD, ROLE_DESK);
	command_set_text(&c, FIELD_NUMBER, "N1");
	command_set_text(&c, FIELD_UNIT, unit);
	command_set_text(&c, FIELD_ROLE, dispatch_role_names[role]);
	c.v[FIELD_ROLE].number = role;
	return c;
}

static struct clock *lead_missing(struct incident *inc)
{
	return clock_of(inc, NULL, CLOCK_LEAD_MISSING);
}

static void a_withdrawn_lead_leaves_the_desk_a_clock(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command off = act(COMMAND_DISPATCH_WITHDRAW, "N1-01");
	assert_int_equal(lead_missing(inc)->start, 0);
	w.now += MINUTE_MS;
	assert_true(decide(inc, &off));
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(lead_missing(inc)->start, w.now);
	assert_int_equal(lead_missing(inc)->due, w.now + 2 * MINUTE_MS);
	assert_null(deadline_check(inc, &w.m, AROUND, w.now));
	struct command c = act(COMMAND_DISPATCH_WITHDRAW, "N1-02"); /* the assist, too: it goes on */
	assert_true(decide(inc, &c));
	assert_int_equal(lead_missing(inc)->start, w.now);
	assert_true(inc->wake_at == w.now + 2 * MINUTE_MS);
	c = add("housing", AS_LEAD);
	assert_true(decide(inc, &c));
	assert_int_equal(lead_missing(inc)->start, 0);
	assert_null(deadline_check(inc, &w.m, AROUND, w.now));
	/* completed by the lead that is there: none */
	c = act(COMMAND_DISPATCH_COMPLETE, "N1-04");
	c.who.unit = "housing";
	assert_true(decide(inc, &c));
	assert_int_equal(inc->state, INCIDENT_COMPLETED);
	assert_int_equal(lead_missing(inc)->start, 0);
	assert_null(deadline_check(inc, &w.m, AROUND, w.now));
}

/* Every act of the desk in every state of an incident. */
static void every_act_in_every_incident_state(void **state)
{
	static const struct {
		enum incident_state from;
		enum command_kind_id act;
		enum incident_state to; /* INCIDENT_STATES: refused */
	} cases[] = {
	    {INCIDENT_OPEN, COMMAND_INCIDENT_URGE, INCIDENT_OPEN},
	    {INCIDENT_OPEN, COMMAND_DISPATCH_ADD, INCIDENT_OPEN},
	    {INCIDENT_OPEN, COMMAND_INCIDENT_CLOSE, INCIDENT_CLOSED},
	    {INCIDENT_OPEN, COMMAND_INCIDENT_CANCEL, INCIDENT_CANCELLED},
	    {INCIDENT_COMPLETED, COMMAND_INCIDENT_URGE, INCIDENT_COMPLETED},
	    {INCIDENT_COMPLETED, COMMAND_DISPATCH_ADD, INCIDENT_OPEN},
	    {INCIDENT_COMPLETED, COMMAND_INCIDENT_CLOSE, INCIDENT_CLOSED},
	    {INCIDENT_COMPLETED, COMMAND_INCIDENT_CANCEL, INCIDENT_CANCELLED},
	    {INCIDENT_CALLED_BACK, COMMAND_INCIDENT_URGE, INCIDENT_CALLED_BACK},
	    {INCIDENT_CALLED_BACK, COMMAND_DISPATCH_ADD, INCIDENT_OPEN},
	    {INCIDENT_CALLED_BACK, COMMAND_INCIDENT_CLOSE, INCIDENT_CLOSED},
	    {INCIDENT_CALLED_BACK, COMMAND_INCIDENT_CANCEL, INCIDENT_STATES},
	    {INCIDENT_CLOSED, COMMAND_INCIDENT_URGE, INCIDENT_STATES},
	    {INCIDENT_CLOSED, COMMAND_DISPATCH_ADD, INCIDENT_STATES},
	    {INCIDENT_CLOSED, COMMAND_INCIDENT_CLOSE, INCIDENT_CLOSED},
	    {INCIDENT_CLOSED, COMMAND_INCIDENT_CANCEL, INCIDENT_STATES},
	    {INCIDENT_CANCELLED, COMMAND_INCIDENT_URGE, INCIDENT_STATES},
	    {INCIDENT_CANCELLED, COMMAND_DISPATCH_ADD, INCIDENT_STATES},
	    {INCIDENT_CANCELLED, COMMAND_INCIDENT_CLOSE, INCIDENT_STATES},
	    {INCIDENT_CANCELLED, COMMAND_INCIDENT_CANCEL, INCIDENT_CANCELLED},
	};
	(void)state;
	w.m.policy.close_after_callback = 0; /* else what is called back is closed by itself */
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct incident *inc = reported();
		for (int n = 0; n < inc->n_dispatches; n++)
			inc->dispatches[n].state = DISPATCH_WITHDRAWN;
		inc->state = cases[i].from;
		deadline_arm(inc, &w.m, AROUND, w.now);
		struct command c = cases[i].act == COMMAND_DISPATCH_ADD ? add("housing", AS_LEAD)
									: command(cases[i].act, ROLE_DESK);
		bool done = decide(inc, &c);
		if (done != (cases[i].to != INCIDENT_STATES) ||
		    inc->state != (done ? cases[i].to : cases[i].from))
			fail_msg("%s of an incident that is %s: %d, %s", command_kinds[cases[i].act].name,
			    incident_state_names[cases[i].from], done, incident_state_names[inc->state]);
		if (!done)
			assert_int_equal(w.why.code, ERROR_WRONG_STATE);
		if (done)
			assert_null(deadline_check(inc, &w.m, AROUND, w.now));
	}
}

static void what_is_said_of_a_closed_incident_is_kept(void **state)
{
	static const enum command_kind_id kinds[] = {COMMAND_INCIDENT_CLOSE, COMMAND_INCIDENT_CANCEL};
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct incident *inc = reported();
		for (int n = 0; n < inc->n_dispatches; n++)
			inc->dispatches[n].state = DISPATCH_WITHDRAWN;
		struct command c = command(kinds[i], ROLE_DESK);
		assert_true(decide(inc, &c));
		assert_true(decide(inc, &c));
		assert_int_equal(w.out.n_events, 0);
		command_set_text(&c, FIELD_TEXT, "群众来电致谢");
		assert_true(decide(inc, &c));
		assert_int_equal(event_count(EVENT_INCIDENT_ANNOTATED), 1);
		assert_string_equal(w.out.texts[0].text, "群众来电致谢");
	}
}

static void cancel_withdraws(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = command(COMMAND_INCIDENT_CANCEL, ROLE_DESK);
	assert_true(decide(inc, &c));
	assert_int_equal(inc->state, INCIDENT_CANCELLED);
	assert_int_equal(event_count(EVENT_DISPATCH_WITHDRAWN), 3);
	assert_int_equal(inc->wake_at, 0);
	c = command(COMMAND_INCIDENT_URGE, ROLE_DESK);
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_WRONG_STATE);
}

static void the_desk_corrects_a_wrong_unit(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = add("housing", AS_LEAD);
	assert_false(decide(inc, &c)); /* water still leads */
	struct command off = act(COMMAND_DISPATCH_WITHDRAW, "N1-01");
	assert_true(decide(inc, &off));
	assert_true(decide(inc, &c));
	assert_ptr_equal(w.touched, &inc->dispatches[3]);
	assert_string_equal(w.touched->unit, "housing");
	assert_string_equal(w.touched->rule, "desk");
	assert_int_equal(w.touched->n, 4);
	assert_int_equal(w.touched->issued_at, w.now);
	c = add("urban", AS_ASSIST);
	assert_false(decide(inc, &c)); /* has one */
	c = add("hotline", AS_ASSIST); /* was only informed: becomes an assist */
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[2].state, DISPATCH_WITHDRAWN);
	c = add("nobody", AS_ASSIST);
	assert_false(decide(inc, &c));
	assert_int_equal(w.why.code, ERROR_PARAMS);
}

static void a_new_lead_opens_a_completed_incident(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_COMPLETE, "N1-01");
	assert_true(decide(inc, &c));
	c = add("housing", AS_LEAD);
	assert_true(decide(inc, &c));
	assert_int_equal(inc->state, INCIDENT_OPEN);
}

static void amend_follows_through(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = command(COMMAND_INCIDENT_AMEND, ROLE_DESK);
	command_set_text(&c, FIELD_NUMBER, "N1");
	assert_false(decide(inc, &c)); /* nothing to amend */
	command_set_text(&c, FIELD_AREA, "O");
	command_set_text(&c, FIELD_CATEGORY, "200601");
	command_set_text(&c, FIELD_DESCRIPTION, "说错了");
	assert_true(decide(inc, &c));
	assert_int_equal(inc->zone, ZONE_OUTSIDE);
	assert_int_equal(inc->priority, P1); /* the desk had given none */
	assert_true(inc->confidential);
	assert_true(inc->police);
	assert_string_equal(inc->given_category, "601301"); /* the original report stays */
	assert_null(strstr(w.out.events[0].data.p, "说错了"));
	assert_non_null(strstr(w.out.events[0].data.p, "\"description\""));
}

static void a_wake_moves_on(void **state)
{
	(void)state;
	struct incident *inc = reported();
	int fired = 0;
	for (int i = 0; i < 500 && inc->wake_at && inc->wake_at < w.now + DAY_MS; i++) {
		int64_t then = inc->wake_at;
		lifecycle_wake(inc, &w.m, &(struct circumstances){0}, then, &w.out, w.a);
		assert_true(inc->wake_at == 0 || inc->wake_at > then);
		fired += w.out.n_events;
	}
	assert_true(fired > 6);
	assert_true(dispatch_overdue(&inc->dispatches[0]) & 1u << CLOCK_ARRIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(report_makes_dispatches),
	    TEST(report_events_hold_no_personal_text),
	    TEST(report_records_only),
	    TEST(report_takes_what_it_does_not_know),
	    TEST(report_is_kept_as_it_was_said),
	    TEST(a_chosen_unit_goes_though_the_lead_is_unknown),
	    TEST(report_in_the_near_future_is_skew),
	    TEST(content_is_the_report),
	    TEST(content_is_decoded),
	    TEST(the_leads_result_ends_the_handling),
	    TEST(close_waits_for_the_leads_result),
	    TEST(a_withdrawn_lead_leaves_the_desk_a_clock),
	    TEST(every_act_in_every_incident_state),
	    TEST(what_is_said_of_a_closed_incident_is_kept),
	    TEST(cancel_withdraws),
	    TEST(the_desk_corrects_a_wrong_unit),
	    TEST(a_new_lead_opens_a_completed_incident),
	    TEST(amend_follows_through),
	    TEST(a_wake_moves_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
