/*
 * domain_deadline_check.c - the independent check, an incident without a lead, and thousands of random histories that
 * are walked from wake to wake and checked at each.
 */
#include "deadline_fixture.h"

/* -- the check --------------------------------------------------------------------------------- */

static void a_wrong_wake_is_found(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	assert_null(deadline_check(&inc, &m, AROUND, now));
	int64_t right = inc.wake_at;
	inc.wake_at = right + 1;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now),
	    "the wake is armed after something is due");
	inc.wake_at = right - 1;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now),
	    "the wake is armed before anything is due");
	inc.wake_at = 0;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now),
	    "no wake is armed though a dispatch is open");
	d->state = DISPATCH_WITHDRAWN;
	inc.state = INCIDENT_COMPLETED;
	assert_null(deadline_check(&inc, &m, AROUND, now));
	inc.wake_at = right;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now), "a wake is armed though nothing is open");
	inc.state = INCIDENT_OPEN;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now),
	    "an open incident has no lead and no clock for it");
	deadline_arm(&inc, &m, AROUND, now);
	assert_null(deadline_check(&inc, &m, AROUND, now));
	d->state = DISPATCH_ISSUED;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now),
	    "the clock of a missing lead runs beside a lead");
	deadline_arm(&inc, &m, AROUND, now);
	/* late: at once is right, later is not */
	now = right + HOUR_MS;
	inc.wake_at = now + 1;
	assert_null(deadline_check(&inc, &m, AROUND, now));
	inc.wake_at = now + 2;
	assert_non_null(deadline_check(&inc, &m, AROUND, now));
	d->clocks[CLOCK_FIRST_REPORT].due = d->clocks[CLOCK_NEXT_REPORT].due = now;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now),
	    "both report clocks of a dispatch are armed");
}

static void a_closed_incident_asks_for_nothing(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_ASSIST);
	inc.state = INCIDENT_CLOSED;
	deadline_arm(&inc, &m, AROUND, now);
	assert_int_equal(inc.wake_at, 0);
	assert_null(deadline_check(&inc, &m, AROUND, now));
}

/* It is open until the desk has entered the rest of it, which is no fault to repair again and again. */
static void a_paper_record_that_is_open_asks_for_nothing(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P3, "600101", ZONE_CITY, "housing", AS_LEAD);
	int64_t armed = inc.wake_at;
	inc.backfill = true;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now), "a wake is armed though nothing is open");
	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		d->clocks[k] = (struct clock){0};
	deadline_arm(&inc, &m, AROUND, now);
	assert_int_equal(inc.wake_at, 0);
	assert_null(deadline_check(&inc, &m, AROUND, now));
	inc.wake_at = armed;
	assert_string_equal(deadline_check(&inc, &m, AROUND, now), "a wake is armed though nothing is open");
}

/* Beside a lead it waits for nothing once it acknowledged, which is no fault to repair again and again. */
static void a_township_that_acknowledged_owes_nothing(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_OUTSIDE, "fire", AS_LEAD);
	struct dispatch *town = incident_add_dispatch(&inc, m.arena);
	town->unit = "power";
	town->role = AS_ASSIST;
	town->rule = "township";
	town->issued_at = now;
	deadline_issue(&inc, town, &m);
	deadline_arm(&inc, &m, AROUND, now);
	assert_null(deadline_check(&inc, &m, AROUND, now));
	town->state = DISPATCH_ACKNOWLEDGED;
	town->at[STEP_DELIVERED] = town->at[STEP_ACKNOWLEDGED] = now;
	deadline_step(&inc, town, &m, AROUND, STEP_ACKNOWLEDGED, false, now);
	deadline_arm(&inc, &m, AROUND, now);
	assert_null(deadline_check(&inc, &m, AROUND, now));
	town->rule = "rule";
	assert_string_equal(deadline_check(&inc, &m, AROUND, now), "an open dispatch waits for nothing");
}

/* -- no lead ----------------------------------------------------------------------------------- */

static void an_open_incident_without_a_lead_is_the_desks(void **state)
{
	(void)state;
	issue("2026-03-06T17:28", P4, "600101", ZONE_CITY, "housing", AS_LEAD);
	now = at("2026-03-06T23:00");
	n_story = 0;
	d->state = DISPATCH_WITHDRAWN;
	deadline_arm(&inc, &m, AROUND, now);
	proved();
	assert_at(inc.wake_at, "03-06T23:02:00");
	walk(at("2026-03-07T01:40")); /* a Saturday night: the desk is there */
	STORY("03-06T23:02:00 reminder.sent lead-missing-due",
	    "03-06T23:10:00 escalation.raised lead-missing-shift-leader",
	    "03-06T23:30:00 escalation.raised lead-missing-office", "03-07T00:30:00 reminder.sent repeat",
	    "03-07T01:30:00 reminder.sent repeat");
	assert_non_null(strstr(data_of[0],
	    "\"clock\":\"lead-missing\",\"due\":\"2026-03-06T23:02:00+08:00\","
	    "\"recipients\":[{\"role\":\"desk\","));
	assert_string_equal(member(data_of[1], "level"), "shift-leader");
	assert_non_null(strstr(data_of[1], "\"recipients\":[{\"role\":\"shift-leader\",\"digest\":"));
	assert_non_null(strstr(data_of[2], "\"recipients\":[{\"role\":\"office\",\"digest\":"));
	assert_non_null(strstr(data_of[3], "\"recipients\":[{\"role\":\"desk\",\"digest\":"));
	/* another unit leads: its clock is gone, and begins anew where that one is withdrawn, too */
	d->state = DISPATCH_ACKNOWLEDGED;
	deadline_arm(&inc, &m, AROUND, now);
	assert_int_equal(inc.clocks[0].start, 0);
	d->state = DISPATCH_WITHDRAWN;
	now = at("2026-03-07T02:00");
	deadline_arm(&inc, &m, AROUND, now);
	assert_at(inc.wake_at, "03-07T02:02:00");
	inc.state = INCIDENT_CANCELLED;
	deadline_arm(&inc, &m, AROUND, now);
	assert_int_equal(inc.wake_at, 0);
	assert_int_equal(inc.clocks[0].start, 0);
}

static void a_missing_lead_beside_an_assist_that_acts(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P1, "600101", ZONE_CITY, "fire", AS_ASSIST);
	inc.state = INCIDENT_OPEN;
	deadline_arm(&inc, &m, AROUND, now);
	proved();
	step(STEP_ACKNOWLEDGED, "2026-03-06T10:00:30");
	step(STEP_ARRIVED, "2026-03-06T10:20");
	STORY("03-06T10:02:00 reminder.sent lead-missing-due",
	    "03-06T10:10:00 escalation.raised lead-missing-shift-leader");
	walk(at("2026-03-06T10:50"));
	STORY("03-06T10:30:00 escalation.raised lead-missing-office",
	    "03-06T10:50:00 dispatch.overdue first-report", "03-06T10:50:00 reminder.sent report-due");
}

/* After a downtime: one notice, of the gravest. */
static void a_missing_lead_after_a_downtime_is_one_notice(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	d->state = DISPATCH_WITHDRAWN;
	deadline_arm(&inc, &m, AROUND, now);
	now = at("2026-03-06T11:00");
	fire(at("2026-03-06T10:01"), now);
	STORY("03-06T11:00:00 escalation.raised lead-missing-office");
	assert_non_null(strstr(data_of[0],
	    "\"rungs\":[\"lead-missing-due\",\"lead-missing-shift-leader\","
	    "\"lead-missing-office\"]"));
	/* a minute of the desk's two is left */
	assert_int_equal(inc.wake_at, at("2026-03-06T11:01") + 1);
	now = inc.wake_at;
	fire(0, 0);
	NO_STORY();
	assert_string_equal(late_story[n_late_story - 1], "03-06T11:01:00 lead-missing");
	assert_at(inc.wake_at, "03-06T12:00:00");
}

/* Exactly at the due: it fires, once, and the next wake lies after it. */
static void a_wake_exactly_at_now_fires(void **state)
{
	(void)state;
	issue("2026-03-06T10:00", P2, "600101", ZONE_CITY, "fire", AS_LEAD);
	assert_at(inc.wake_at, "03-06T10:01:00");
	now = inc.wake_at - 1;
	fire(0, 0);
	NO_STORY();
	assert_at(inc.wake_at, "03-06T10:01:00");
	now = inc.wake_at;
	assert_int_equal(deadline_next(&inc, d, &m, AROUND, now), now + 1); /* owed: at once */
	fire(0, 0);
	STORY("03-06T10:01:00 reminder.sent acknowledge-half");
	fire(0, 0);
	NO_STORY();
	assert_at(inc.wake_at, "03-06T10:02:00");
}

/* -- random histories -------------------------------------------------------------------------- */

static uint64_t seed, first_seed;

static int64_t dice(int64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)n);
}

/* What has been seen of one dispatch. */
static struct seen {
	int rungs[RUNGS];
	int64_t reminded;
} seen[5]; /* the last is the incident's own */

static unsigned rungs_of(const struct dispatch *x)
{
	unsigned rungs = 0;

	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		rungs |= x->clocks[k].rungs;
	return rungs;
}

static bool escalated_clock_runs(const struct dispatch *x)
{
	return (rungs_of(x) & 1u << RUNG_ACKNOWLEDGE_OFFICE && !x->at[STEP_ACKNOWLEDGED]) ||
	    (rungs_of(x) & 1u << RUNG_ARRIVE_OFFICE && !x->at[STEP_ARRIVED]) ||
	    rungs_of(x) & 1u << RUNG_REPORT_OFFICE;
}

static void saw(const struct event *e)
{
	struct seen *s = &seen[e->dispatch ? e->dispatch - 1 : 4];
	const struct dispatch *x = e->dispatch ? &slots[e->dispatch - 1] : NULL;

	if (e->type == EVENT_DISPATCH_OVERDUE || e->type == EVENT_DISPATCH_LATE ||
	    e->type == EVENT_INCIDENT_LATE)
		return;
	snprintf(data_of[0], sizeof data_of[0], "%.*s", (int)e->data.n, e->data.p);
	char *list = strstr(data_of[0], "\"rungs\":[");
	for (int r = 0; r < RUNGS; r++) {
		char name[40];
		snprintf(name, sizeof name, "\"%s\"", rung_names[r]);
		bool in = list ? strstr(list, name) != NULL
			       : strcmp(member(data_of[0], "rung"), rung_names[r]) == 0;
		if (in && r != RUNG_REPEAT && ++s->rungs[r] > 1)
			fail_msg("%s twice", rung_names[r]);
		if (in && r == RUNG_REPEAT && (!x || escalated_clock_runs(x)) &&
		    e->at - s->reminded < HOUR_MS)
			fail_msg("two repetitions within an hour");
	}
	s->reminded = e->at;
}

static void random_issue(void)
{
	static const char *const unit_ids[] = {"fire", "power", "housing", "propaganda"};
	static const char *const codes[] = {"600101", "600202", "602001", "600605", NULL};

	inc = (struct incident){.number = "R1",
	    .category = codes[dice(5)],
	    .priority = (enum priority)(P1 + dice(4)),
	    .zone = (enum zone)dice(2),
	    .dispatches = slots,
	    .n_dispatches = (int)(1 + dice(4)),
	    .cap_dispatches = 4};
	now = at("2026-01-28T00:00") + dice(130 * DAY_MS / SECOND_MS) * SECOND_MS + dice(3) * 7;
	around.n_downtimes = 0;
	m.policy.start_at_delivery = dice(8) == 0;
	m.policy.repeat_every_ms = HOUR_MS;
	memset(seen, 0, sizeof seen);
	for (int i = 0; i < inc.n_dispatches; i++) {
		slots[i] = (struct dispatch){.n = i + 1,
		    .unit = unit_ids[dice(4)],
		    .role = dice(6) == 0 ? AS_INFORM : (enum dispatch_role)dice(2),
		    .issued_at = now,
		    .revision = m.revision};
		deadline_issue(&inc, &slots[i], &m);
	}
	deadline_arm(&inc, &m, AROUND, now);
}

static void forget_reports(int n, unsigned before)
{
	for (int r = RUNG_REPORT_DUE; r <= RUNG_REPORT_OFFICE; r++)
		if (before & 1u << r && !(rungs_of(&slots[n]) & 1u << r))
			seen[n].rungs[r] = 0; /* a report came: a new clock, a new ladder */
}

static void random_step(struct dispatch *x)
{
	enum step s = (enum step)dice(STEPS);
	int64_t when = now - (dice(4) == 0 ? dice(20 * MINUTE_MS) : 0);

	when = when < x->issued_at ? x->issued_at : when;
	if (x->at[s] || x->state == DISPATCH_RETURNING)
		return;
	for (int i = 0; i < STEPS; i++) /* the instants are in order, always (instant_take) */
		if (x->at[i] && (i < (int)s ? x->at[i] > when : x->at[i] < when))
			when = x->at[i];
	for (int i = 0; i <= (int)s; i++)
		if (!x->at[i] && (i == (int)s || i != STEP_DEPARTED))
			x->at[i] = when;
	if (s == STEP_COMPLETED)
		x->state = DISPATCH_COMPLETED;
	if (dice(4) == 0)
		x->eta = when + dice(3 * DAY_MS);
	deadline_step(&inc, x, &m, AROUND, s, false, when);
}

static void random_act(void)
{
	int n = (int)dice(inc.n_dispatches);
	struct dispatch *x = &slots[n];
	unsigned before = rungs_of(x);

	if (!dispatch_open(x))
		return;
	switch (dice(12)) {
	case 0:
		x->state = DISPATCH_WITHDRAWN;
		break;
	case 1:
		x->state = DISPATCH_RETURNING;
		break;
	case 2:
	case 3:
	case 4:
		x->reported_at = now - (dice(3) == 0 ? dice(HOUR_MS) : 0);
		if (x->reported_at < x->issued_at)
			x->reported_at = x->issued_at;
		if (dice(2))
			x->eta = x->reported_at + 1 + dice(2 * DAY_MS);
		deadline_step(&inc, x, &m, AROUND, STEP_ACKNOWLEDGED, true, x->reported_at);
		break;
	default:
		random_step(x);
	}
	if (x->role == AS_LEAD && x->state == DISPATCH_COMPLETED && !incident_has_lead(&inc))
		inc.state = INCIDENT_COMPLETED;
	forget_reports(n, before);
	deadline_arm(&inc, &m, AROUND, now);
}

/* `moved`: a downtime has just been recorded, and what was about to become late may not be. */
static void random_fire(struct arena *a, bool moved)
{
	struct decision out = {.incident = &inc, .at = now, .actor = "system"};
	unsigned due = inc.wake_at && inc.wake_at <= now;

	arena_reset(a);
	deadline_fire(&inc, &m, AROUND, now, &out, a);
	if ((out.n_events > 0) != due && !(due && moved))
		fail_msg("%d events at %s, wake %s", out.n_events, shown(now), shown(inc.wake_at));
	for (int i = 0; i < out.n_events; i++)
		saw(&out.events[i]);
	deadline_arm(&inc, &m, AROUND, now);
	if (inc.wake_at && inc.wake_at <= now)
		fail_msg("the next wake is not after now");
}

/* A clock that ran out is marked, whatever happened in between. */
static void all_marked(void)
{
	for (int i = 0; i < inc.n_dispatches; i++)
		for (int k = 0; k < DISPATCH_CLOCKS; k++)
			if (dispatch_open(&slots[i]) && clock_runs(&slots[i].clocks[k]) &&
			    slots[i].clocks[k].due <= now && !slots[i].clocks[k].overdue)
				fail_msg("%s ran out unmarked", clock_names[k]);
}

static void random_history(struct arena *a)
{
	random_issue();
	int64_t end = now + (1 + dice(8)) * DAY_MS;

	for (int turns = 0; now < end && turns < 400; turns++) {
		int64_t to = dice(4) ? now + dice(40 * MINUTE_MS) : now + dice(DAY_MS);
		bool down = dice(10) == 0; /* no engine runs until then */
		while (!down && inc.wake_at && inc.wake_at <= to) {
			now = inc.wake_at;
			random_fire(a, false);
			proved();
		}
		if (down && around.n_downtimes < COUNT(downs) - 1 && dice(2))
			around.n_downtimes =
			    downtimes_add(downs, around.n_downtimes, (struct downtime){now, to});
		now = to;
		random_fire(a, down);
		all_marked();
		if (dice(3) == 0)
			random_act();
		proved();
	}
}

static void random_histories(void **state)
{
	const char *given = getenv("SEED"), *many = getenv("HISTORIES");
	int n = many ? atoi(many) : 2000;
	struct arena *a = arena_new();

	(void)state;
	for (int i = 0; i < n; i++) {
		uint64_t one = given ? strtoull(given, NULL, 10) : 20260306u + (unsigned)i * 7919u;
		seed = one * UINT64_C(0x9E3779B97F4A7C15) | 1;
		first_seed = one;
		random_history(a);
		if (given)
			break;
	}
	first_seed = 0;
	arena_free(a);
}

/* Names the history that failed. */
static int tell_seed(void **state)
{
	if (first_seed)
		fprintf(stderr, "repeat it with SEED=%" PRIu64 "\n", first_seed);
	return teardown(state);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_wrong_wake_is_found),
	    TEST(a_closed_incident_asks_for_nothing),
	    TEST(a_paper_record_that_is_open_asks_for_nothing),
	    TEST(a_township_that_acknowledged_owes_nothing),
	    TEST(an_open_incident_without_a_lead_is_the_desks),
	    TEST(a_missing_lead_beside_an_assist_that_acts),
	    TEST(a_missing_lead_after_a_downtime_is_one_notice),
	    TEST(a_wake_exactly_at_now_fires),
	    cmocka_unit_test_setup_teardown(random_histories, setup, tell_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
