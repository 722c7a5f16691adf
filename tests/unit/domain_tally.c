/*
 * domain_tally.c - what rows add to the sums, counter by counter: all others must be 0.
 */
#include "unit.h"
#include "base/time.h"
#include "domain/tally.h"

#include <stdio.h>

static struct request requests[16];
static struct dispatch slots[4];
static struct incident inc;
static struct dispatch *d;

static int64_t at(const char *text)
{
	int64_t ms = 0;

	assert_true(time_parse(str_of(text), &ms));
	return ms;
}

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		slots[i] = (struct dispatch){
		    .n = i + 1, .acknowledge_ms = -1, .arrive_ms = -1, .first_report_ms = -1};
	inc = (struct incident){.number = "A1",
	    .priority = P2,
	    .given_priority = P4, /* amended since */
	    .reported_at = at("2026-03-31T23:59:59.999+08:00"),
	    .category = "600101",
	    .dispatches = slots,
	    .n_dispatches = 1,
	    .requests = requests};
	d = &slots[0];
	d->unit = "fire";
	d->role = AS_LEAD;
	d->issued_at = at("2026-03-31T23:59:59.999+08:00");
	return 0;
}

/* "completed 1, acknowledge_met 1": all that is not 0, in the order of the list. */
static const char *said(const int64_t *n, const struct tally_name *names, int counters)
{
	static char text[2048];
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < counters; i++)
		if (n[i])
			len += (size_t)snprintf(text + len, sizeof text - len, "%s%s %lld", len ? ", " : "",
			    names[i].column, (long long)n[i]);
	return text;
}

static struct tally_key adds(const char *want)
{
	struct tally_key key;
	struct tally t;

	tally_dispatch(&inc, d, &key, &t);
	assert_string_equal(said(t.n, tally_names, TALLY_COUNTERS), want);
	return key;
}

/* Started, due, and where it was met. */
static struct clock *clock(enum clock_kind kind, int64_t stopped)
{
	struct clock *c = &d->clocks[kind];

	*c = (struct clock){.start = d->issued_at, .due = d->issued_at + MINUTE_MS, .stopped = stopped};
	return c;
}

static void an_open_dispatch(void **state)
{
	struct tally_key key;

	(void)state;
	clock(CLOCK_DELIVERY, d->issued_at + 1);
	clock(CLOCK_ACKNOWLEDGE, 0);
	clock(CLOCK_ARRIVE, 0)->late = true;
	d->standing = STANDING_OUTSIDE;
	key = adds("dispatches 1, delivery_met 1, acknowledge_running 1, arrive_late 1");
	assert_false(tally_holds(d));
	assert_int_equal(key.day, at("2026-03-31T00:00:00+08:00"));
	assert_string_equal(key.unit, "fire");
	assert_int_equal(key.part, AS_LEAD);
	assert_int_equal(key.priority, P2);
	assert_int_equal(key.standing, STANDING_OUTSIDE);
	/* a millisecond later it is April's */
	d->issued_at++;
	tally_dispatch(&inc, d, &key, &(struct tally){.n = {0}});
	assert_int_equal(key.day, at("2026-04-01T00:00:00+08:00"));
}

static void a_completed_dispatch(void **state)
{
	(void)state;
	d->state = DISPATCH_COMPLETED;
	clock(CLOCK_DELIVERY, d->issued_at + 1);
	clock(CLOCK_ACKNOWLEDGE, d->issued_at + 30000);
	d->acknowledge_ms = 30000;
	clock(CLOCK_ARRIVE, d->issued_at + 1800001)->late = true;
	d->arrive_ms = 1800001;
	clock(CLOCK_FIRST_REPORT, d->issued_at + 1900000)->late = true;
	d->clocks[CLOCK_FIRST_REPORT].excused = EXCUSE_MODE;
	d->first_report_ms = 7200000;
	clock(CLOCK_NEXT_REPORT, d->issued_at + 2000000)->earlier = 1;
	d->late_reported = 1u << STEP_ARRIVED | 1u << STEP_ACKNOWLEDGED;
	d->redo = 2;
	adds("dispatches 1, completed 1, delivery_met 1, acknowledge_met 1, arrive_late 1, "
	     "first_report_excused 1, next_report_late 1, acknowledge_time_1 1, acknowledge_time_ms 30000, "
	     "arrive_time_5 1, arrive_time_ms 1800001, first_report_time_3 1, first_report_time_ms 7200000, "
	     "late_reported 1, redo 2");
	assert_true(tally_holds(d));
}

/* An older version stored no times: said apart, and in no bucket. */
static void what_was_not_measured(void **state)
{
	(void)state;
	d->state = DISPATCH_COMPLETED;
	clock(CLOCK_ACKNOWLEDGE, d->issued_at + 30000);
	clock(CLOCK_ARRIVE, d->issued_at + 30001);
	clock(CLOCK_FIRST_REPORT, d->issued_at + 30002);
	adds("dispatches 1, completed 1, acknowledge_met 1, arrive_met 1, first_report_met 1, "
	     "acknowledge_time_unmeasured 1, arrive_time_unmeasured 1, first_report_time_unmeasured 1");
}

static void a_void_dispatch(void **state)
{
	static const char *const columns[VOID_REASONS] = {
	    "", "void_returned", "void_error", "void_cancelled", "void_same_matter"};
	char want[256];

	(void)state;
	for (int reason = VOID_RETURNED; reason < VOID_REASONS; reason++) {
		d->state = DISPATCH_WITHDRAWN;
		d->voided = (enum void_reason)reason;
		clock(CLOCK_DELIVERY, 0)->overdue = true; /* the desk's to chase */
		clock(CLOCK_ACKNOWLEDGE, d->issued_at + 30000);
		clock(CLOCK_ARRIVE, 0);
		snprintf(want, sizeof want,
		    "dispatches 1, withdrawn 1, delivery_void 1, acknowledge_void 1, "
		    "acknowledge_time_unmeasured 1, %s 1",
		    columns[reason]);
		adds(want);
		d->clocks[CLOCK_ARRIVE].overdue = true;
		snprintf(want, sizeof want,
		    "dispatches 1, withdrawn 1, delivery_void 1, acknowledge_void 1, arrive_void 1, "
		    "acknowledge_time_unmeasured 1, %s 1, void_overdue 1",
		    columns[reason]);
		adds(want);
	}
}

static void ask(enum request_kind kind, enum request_state state, int dispatch, int64_t lapsed_at)
{
	requests[inc.n_requests++] =
	    (struct request){.kind = kind, .state = state, .dispatch = dispatch, .lapsed_at = lapsed_at};
}

/* By the state that each is in; that it lapsed is said beside, whatever was decided later. */
static void its_requests(void **state)
{
	(void)state;
	d->state = DISPATCH_COMPLETED;
	ask(REQUEST_RETURN, REQUEST_REJECTED, 1, 0);
	ask(REQUEST_RETURN, REQUEST_GRANTED, 1, 7);
	ask(REQUEST_RETURN, REQUEST_GRANTED, 2, 7); /* another's */
	ask(REQUEST_EXTEND, REQUEST_LAPSED, 1, 8);
	ask(REQUEST_APPEAL, REQUEST_GRANTED, 1, 9);
	ask(REQUEST_APPEAL, REQUEST_REJECTED, 1, 0);
	ask(REQUEST_EXTEND, REQUEST_DROPPED, 1, 0);
	ask(REQUEST_LATE_STEP, REQUEST_PENDING, 1, 0);
	ask(REQUEST_APPEAL, REQUEST_PENDING, 1, 0); /* findings are counted by themselves */
	adds("dispatches 1, completed 1, return_granted 1, return_rejected 1, return_undecided 1, "
	     "extend_lapsed 1, extend_dropped 1, extend_undecided 1, late_step_pending 1, appeal_undecided "
	     "1");
}

/* Of each clock: dispatches = none + void + met + excused + late + running. */
static void sums(void **state)
{
	struct tally_key key;
	struct tally one, sum = {.n = {0}};

	(void)state;
	clock(CLOCK_ACKNOWLEDGE, 0);
	tally_dispatch(&inc, d, &key, &one);
	tally_add(&sum, &one, 1);
	tally_add(&sum, &one, 1);
	d->clocks[CLOCK_ACKNOWLEDGE].stopped = d->issued_at + 1;
	tally_dispatch(&inc, d, &key, &one);
	tally_add(&sum, &one, 1);
	assert_int_equal(sum.n[TALLY_DISPATCHES], 3);
	assert_int_equal(sum.n[TALLY_ACKNOWLEDGE_RUNNING], 2);
	assert_int_equal(sum.n[TALLY_ACKNOWLEDGE_MET], 1);
	assert_int_equal(tally_none(&sum, CLOCK_ACKNOWLEDGE), 0);
	assert_int_equal(tally_none(&sum, CLOCK_ARRIVE), 3);
	tally_add(&sum, &one, -1);
	assert_int_equal(sum.n[TALLY_DISPATCHES], 2);
	assert_int_equal(sum.n[TALLY_ACKNOWLEDGE_MET], 0);
}

static void names_are_columns_and_differ(void **state)
{
	(void)state;
	for (int i = 0; i < TALLY_COUNTERS; i++) {
		assert_int_equal(strspn(tally_names[i].column, "abcdefghijklmnopqrstuvwxyz_0123456789"),
		    strlen(tally_names[i].column));
		assert_true(strlen(tally_names[i].zh) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(tally_names[i].column, tally_names[k].column);
	}
	for (int i = 0; i < TALLY_INCIDENT_COUNTERS; i++)
		assert_true(strlen(tally_incident_names[i].column) && strlen(tally_incident_names[i].zh));
}

/* -- incidents ------------------------------------------------------------------------------------ */

static struct tally_incident_key incident_adds(const char *want)
{
	struct tally_incident_key key;
	struct tally_incident t;

	tally_incident(&inc, &key, &t);
	assert_string_equal(said(t.n, tally_incident_names, TALLY_INCIDENT_COUNTERS), want);
	return key;
}

static void an_incident_and_its_key(void **state)
{
	struct tally_incident_key key;

	(void)state;
	inc.area = "350881001203";
	inc.standing = STANDING_APART;
	inc.unmatched = true;
	inc.callers = 36;
	key = incident_adds("incidents 1, joined 36, unmatched 1");
	assert_int_equal(key.day, at("2026-03-31T00:00:00+08:00"));
	assert_string_equal(key.lead, "fire");
	assert_string_equal(key.category, "600101");
	assert_string_equal(key.township, "350881001");
	assert_int_equal(key.standing, STANDING_APART);
	assert_false(tally_holds_incident(&inc));
	inc.state = INCIDENT_COMPLETED;
	assert_false(tally_holds_incident(&inc));
	inc.area = "C";
	inc.state = INCIDENT_CANCELLED;
	inc.same_as = 5;
	inc.redo = 1;
	inc.backfill = true;
	key = incident_adds("followers 1, joined 36, cancelled 1, unmatched 1, redo 1, backfill 1");
	assert_string_equal(key.township, "C");
	assert_true(tally_holds_incident(&inc));
	inc.clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS].late = true;
	incident_adds("followers 1, joined 36, cancelled 1, unmatched 1, redo 1, backfill 1, lead_late 1");
	inc.clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS].late = false;
	inc.clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS].late = true;
	incident_adds("followers 1, joined 36, cancelled 1, unmatched 1, redo 1, backfill 1, callback_late "
		      "1");
	inc.clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS].late = false;
	inc.area = NULL;
	assert_string_equal(
	    incident_adds("followers 1, joined 36, cancelled 1, unmatched 1, redo 1, backfill 1").township,
	    "");
}

/* The last that leads; one that was withdrawn or void only where there is no other. */
static void the_last_lead(void **state)
{
	static const struct dispatch second = {.n = 2, .unit = "power", .role = AS_LEAD},
				     third = {.n = 3, .unit = "housing", .role = AS_ASSIST};

	(void)state;
	slots[1] = second;
	slots[2] = third;
	inc.n_dispatches = 3;
	assert_string_equal(incident_adds("incidents 1").lead, "power");
	slots[1].state = DISPATCH_WITHDRAWN;
	assert_string_equal(incident_adds("incidents 1").lead, "fire");
	slots[0].voided = VOID_RETURNED;
	assert_string_equal(incident_adds("incidents 1").lead, "power");
	slots[0].role = slots[1].role = AS_ASSIST;
	assert_null(incident_adds("incidents 1").lead);
}

static void what_became_of_the_call_back(void **state)
{
	static const struct {
		enum incident_state state;
		enum callback_result result;
		const char *want;
	} cases[] = {
	    {INCIDENT_COMPLETED, CALLBACK_NONE, "incidents 1, completed 1, waiting 1"},
	    {INCIDENT_COMPLETED, CALLBACK_UNREACHED, "incidents 1, completed 1, waiting 1"},
	    {INCIDENT_CALLED_BACK, CALLBACK_SATISFIED, "incidents 1, completed 1, satisfied 1"},
	    {INCIDENT_CALLED_BACK, CALLBACK_UNREACHED, "incidents 1, completed 1, unreached 1"},
	    {INCIDENT_CLOSED, CALLBACK_BASICALLY, "incidents 1, completed 1, basically 1"},
	    {INCIDENT_CLOSED, CALLBACK_DISSATISFIED, "incidents 1, completed 1, dissatisfied 1"},
	    {INCIDENT_CLOSED, CALLBACK_UNREACHED, "incidents 1, completed 1, unreached 1"},
	    {INCIDENT_CLOSED, CALLBACK_NONE, "incidents 1, completed 1, not_called 1"},
	    {INCIDENT_OPEN, CALLBACK_DISSATISFIED, "incidents 1"}, /* reopened */
	    {INCIDENT_CANCELLED, CALLBACK_NONE, "incidents 1, cancelled 1"},
	};

	(void)state;
	inc.completed_at = inc.reported_at + 1;
	for (size_t i = 0; i < COUNT(cases); i++) {
		inc.state = cases[i].state;
		inc.callback_result = cases[i].result;
		incident_adds(cases[i].want);
	}
	inc.state = INCIDENT_CLOSED; /* recorded only: nothing was handled */
	inc.completed_at = 0;
	incident_adds("incidents 1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
	    TEST(an_open_dispatch),
	    TEST(a_completed_dispatch),
	    TEST(what_was_not_measured),
	    TEST(a_void_dispatch),
	    TEST(its_requests),
	    TEST(sums),
	    TEST(names_are_columns_and_differ),
	    TEST(an_incident_and_its_key),
	    TEST(the_last_lead),
	    TEST(what_became_of_the_call_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
