/*
 * domain_lifecycle.c - what commands do to an incident: every act in every state against a table
 * written by hand, what a report makes, what is refused, and that a refusal changes nothing.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/content.h"
#include "domain/lifecycle.h"
#include "domain/warning.h"

static struct unit units[] = {
    {.id = "water", .name = "自来水公司", .tier = 1, .visits = true, .duty = {.phone = "1"}},
    {.id = "urban", .name = "城管局", .tier = 1, .visits = true, .duty = {.phone = "2"}},
    {.id = "housing",
	.name = "住建局",
	.tier = 2,
	.visits = true,
	.duty = {.phone = "3"},
	.liaison = {.phone = "4"}},
    {.id = "hotline", .name = "12345", .tier = 1, .duty = {.phone = "5"}},
};
static struct area areas[] = {
    {.code = "C", .name = "城区", .zone = ZONE_CITY}, {.code = "O", .name = "城外", .zone = ZONE_OUTSIDE}};
static const struct unit *assists[] = {&units[1]};
static const struct unit *informs[] = {&units[3]};
static struct category categories[] = {
    {.code = "601301",
	.name = "爆管",
	.priority = P2,
	.lead = &units[0],
	.assist = assists,
	.n_assist = 1,
	.inform = informs,
	.n_inform = 1,
	.arrival = ARRIVAL_CITY_RULE},
    {.code = "909901", .name = "误拨", .priority = P4, .arrival = ARRIVAL_NO_VISIT},
    {.code = "200601", .name = "家暴", .priority = P1, .lead = &units[1], .confidential = true},
};
static struct rule otherwise[] = {
    {.id = "otherwise", .has_lead = true, .lead = &units[3], .because = "第九条(三)"}};
static struct span office[] = {{480, 720}, {870, 1050}};
static struct season seasons[] = {{101, 1231, office, 2}};

static struct world {
	struct arena *a;
	struct mechanism m;
	int64_t now;
	struct downtime down; /* to = 0: none */
	struct decision out;
	struct refusal why;
	struct dispatch *touched;
} w;

static int64_t at(const char *text)
{
	int64_t ms = 0;
	assert_true(time_parse(str_of(text), &ms));
	return ms;
}

static int set_up(void **state)
{
	(void)state;
	w.a = arena_new();
	w.m = (struct mechanism){.arena = w.a,
	    .revision = "0123456789ab",
	    .units = units,
	    .n_units = 4,
	    .areas = areas,
	    .n_areas = 2,
	    .categories = categories,
	    .n_categories = 3,
	    .calendar = {.seasons = seasons, .n_seasons = 1},
	    .routing = {.otherwise = otherwise, .n_otherwise = 1}};
	struct policy *p = &w.m.policy;
	for (int i = P1; i <= P4; i++) {
		p->delivery_ms[i] = 2 * MINUTE_MS;
		p->acknowledge_ms[i] = 5 * MINUTE_MS;
		p->first_report_ms[i] = 30 * MINUTE_MS;
		p->next_report_ms[i] = 2 * HOUR_MS;
	}
	p->arrive_city_ms = 30 * MINUTE_MS;
	p->eta_cap_ms = DAY_MS;
	p->late_reported_ms = 5 * MINUTE_MS;
	p->future_skew_ms = 10 * MINUTE_MS;
	p->leader_after_ms = 10 * MINUTE_MS;
	p->office_after_ms = 30 * MINUTE_MS;
	p->repeat_every_ms = HOUR_MS;
	p->digest_window_ms = MINUTE_MS;
	p->acknowledge_remind_percent = 50;
	p->arrive_remind_percent = 70;
	mechanism_index(&w.m);
	routing_compile(&w.m);
	w.now = at("2026-07-10T10:00:00+08:00");
	w.down = (struct downtime){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(w.a);
	return 0;
}

static struct command command(enum command_kind_id kind, enum account_role role)
{
	return (struct command){.kind = kind, .id = 77, .who = {.account = "desk-1", .role = role}};
}

static struct command report(const char *category, const char *area)
{
	struct command c = command(COMMAND_INCIDENT_REPORT, ROLE_DESK);
	command_set_text(&c, FIELD_NUMBER, "N1");
	command_set_int(&c, FIELD_RECEIVED_AT, w.now - MINUTE_MS);
	command_set_text(&c, FIELD_CATEGORY, category);
	command_set_text(&c, FIELD_AREA, area);
	command_set_text(&c, FIELD_ADDRESS, "某路 1 号");
	command_set_text(&c, FIELD_DESCRIPTION, "有水");
	command_set_text(&c, FIELD_REPORTER_PHONE, "13900001234");
	return c;
}

static struct incident *reported(void)
{
	struct command c = report("601301", "C");
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, &w.out, w.a);
	assert_non_null(inc);
	return inc;
}

static bool decide(struct incident *inc, const struct command *c)
{
	struct circumstances around = {&w.down, w.down.to != 0};

	return lifecycle_decide(inc, c, &w.m, &around, w.now, &w.out, &w.touched, w.a, &w.why);
}

static struct command act(enum command_kind_id kind, const char *dispatch)
{
	struct command c = command(kind, ROLE_LIAISON);
	c.who = (struct principal){.account = "w1", .role = ROLE_LIAISON, .unit = "water"};
	command_set_text(&c, FIELD_DISPATCH, dispatch);
	if (kind == COMMAND_DISPATCH_COMPLETE)
		command_set_text(&c, FIELD_RESULT, "修好");
	if (kind == COMMAND_DISPATCH_WITHDRAW) {
		c.who = (struct principal){.account = "desk-1", .role = ROLE_DESK};
		command_set_text(&c, FIELD_REASON, "派错");
	}
	return c;
}

static int event_count(enum event_type type)
{
	int n = 0;
	for (int i = 0; i < w.out.n_events; i++)
		n += w.out.events[i].type == type;
	return n;
}

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
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, &w.out, w.a);
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
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, &w.out, w.a);
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
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, &w.out, w.a);
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
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, &w.out, w.a);
	assert_int_equal(inc->state, INCIDENT_OPEN);
	assert_int_equal(inc->n_dispatches, 1);
	assert_string_equal(inc->dispatches[0].unit, "urban");
	assert_int_equal(inc->dispatches[0].role, AS_LEAD);
	command_set_text(&c, FIELD_UNITS, "watre,urbann");
	inc = lifecycle_report(&c, &w.m, w.now, &w.out, w.a);
	assert_int_equal(inc->n_dispatches, 0);
	assert_null(inc->given_units);
}

static void report_in_the_near_future_is_skew(void **state)
{
	(void)state;
	struct command c = report("601301", "C");
	command_set_int(&c, FIELD_RECEIVED_AT, w.now + 10 * MINUTE_MS);
	struct incident *inc = lifecycle_report(&c, &w.m, w.now, &w.out, w.a);
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
	c.present &= ~((field_set)1 << FIELD_AREA);
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
    {C, COMMAND_DISPATCH_ACKNOWLEDGE, NO, C},
    {C, COMMAND_DISPATCH_DEPART, NO, C},
    {C, COMMAND_DISPATCH_ARRIVE, NO, C},
    {C, COMMAND_DISPATCH_PROGRESS, NO, C},
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
	assert_int_equal(d->clocks[CLOCK_FIRST_REPORT].due, then + 30 * MINUTE_MS);
}

static void an_act_has_its_instant(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	command_set_int(&c, FIELD_AT, inc->dispatches[0].issued_at - 1);
	assert_false(decide(inc, &c));
	assert_string_equal(w.why.field, "at");
	command_set_int(&c, FIELD_AT, w.now + 10 * MINUTE_MS + 1);
	assert_false(decide(inc, &c));
	assert_string_equal(w.why.field, "at");
	assert_int_equal(inc->dispatches[0].state, DISPATCH_ISSUED);
	/* without `at`: when the front end had it, not when the engine came round to it */
	c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	c.received_at = w.now + 4 * MINUTE_MS;
	w.now += 6 * MINUTE_MS;
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[0].at[STEP_ACKNOWLEDGED], c.received_at);
	assert_int_equal(dispatch_overdue(&inc->dispatches[0]) & 1u << CLOCK_ACKNOWLEDGE, 0);
}

static void whole_seconds_are_the_second_of_issue(void **state)
{
	(void)state;
	w.now += 400; /* issued at 10:00:00.400 */
	struct incident *inc = reported();
	struct command c = act(COMMAND_DISPATCH_ACKNOWLEDGE, "N1-01");
	command_set_int(&c, FIELD_AT, w.now - 400);
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[0].at[STEP_ACKNOWLEDGED], w.now);
	c = act(COMMAND_DISPATCH_ARRIVE, "N1-01");
	command_set_int(&c, FIELD_AT, w.now - 399);
	assert_false(decide(inc, &c));
}

/* Met too late before its wake came round, but the system was away when it fell due. */
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
	assert_false(decide(inc, &c));
	assert_string_equal(w.why.field, "eta");
	command_set_int(&c, FIELD_ETA, w.now + MINUTE_MS);
	assert_true(decide(inc, &c));
	assert_int_equal(inc->dispatches[0].eta, w.now + MINUTE_MS);
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

static void close_waits_for_lead_and_assists(void **state)
{
	(void)state;
	struct incident *inc = reported();
	struct command close = command(COMMAND_INCIDENT_CLOSE, ROLE_DESK);
	assert_false(decide(inc, &close));
	assert_int_equal(w.why.code, ERROR_WRONG_STATE);
	assert_non_null(strstr(w.why.zh, "N1-01"));
	struct command c = act(COMMAND_DISPATCH_COMPLETE, "N1-01");
	assert_true(decide(inc, &c));
	assert_false(decide(inc, &close));
	assert_non_null(strstr(w.why.zh, "N1-02"));
	c = act(COMMAND_DISPATCH_WITHDRAW, "N1-02");
	assert_true(decide(inc, &c));
	assert_true(decide(inc, &close));
	assert_int_equal(inc->state, INCIDENT_CLOSED);
	assert_int_equal(inc->dispatches[2].state, DISPATCH_COMPLETED); /* who was only told */
	assert_int_equal(inc->wake_at, 0);
	assert_true(decide(inc, &close)); /* again: the same, nothing happens */
	assert_int_equal(w.out.n_events, 0);
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

static struct command add(const char *unit, enum dispatch_role role)
{
	struct command c = command(COMMAND_DISPATCH_ADD, ROLE_DESK);
	command_set_text(&c, FIELD_NUMBER, "N1");
	command_set_text(&c, FIELD_UNIT, unit);
	command_set_text(&c, FIELD_ROLE, dispatch_role_names[role]);
	c.v[FIELD_ROLE].number = role;
	return c;
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

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
	    TEST(every_act_in_every_state),
	    TEST(arriving_implies_the_earlier_steps),
	    TEST(an_act_has_its_instant),
	    TEST(whole_seconds_are_the_second_of_issue),
	    TEST(what_fell_due_in_a_downtime_is_the_systems),
	    TEST(a_late_act_says_overdue),
	    TEST(the_wake_of_that_instant_marks_nobody),
	    TEST(the_last_instant_is_in_time),
	    TEST(another_units_dispatch_is_not_found),
	    TEST(the_desk_names_who_answered),
	    TEST(if_match_guards),
	    TEST(seqs_follow_what_changes),
	    TEST(an_eta_lies_ahead),
	    TEST(the_leads_result_ends_the_handling),
	    TEST(close_waits_for_lead_and_assists),
	    TEST(cancel_withdraws),
	    TEST(the_desk_corrects_a_wrong_unit),
	    TEST(a_new_lead_opens_a_completed_incident),
	    TEST(amend_follows_through),
	    TEST(a_wake_moves_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
