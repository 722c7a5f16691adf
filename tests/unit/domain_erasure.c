/*
 * domain_erasure.c - when personal data go, what makes them wait, and what of an incident goes.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/erasure.h"

#define T0 INT64_C(1772409600000) /* 2026-03-02T08:00:00+08:00: of 2026Q1 */
#define KEEP (30 * DAY_MS)

static struct mechanism m = {.policy = {.retention_days = 30}};

/* Reported at T0, closed an hour later, with one dispatch that is completed. */
static struct incident closed_one(struct dispatch *d)
{
	struct incident inc = {.number = "A",
	    .state = INCIDENT_CLOSED,
	    .reported_at = T0,
	    .closed_at = T0 + HOUR_MS,
	    .address = "一号路",
	    .reporter_name = "张三",
	    .reporter_phone = "13900001234",
	    .description = "水管爆裂",
	    .has_location = true,
	    .lon_micro = 1,
	    .lat_micro = 2,
	    .datum = "wgs84",
	    .caller = 7,
	    .dispatches = d,
	    .n_dispatches = 1};

	*d = (struct dispatch){.n = 1, .state = DISPATCH_COMPLETED, .result = "已修复"};
	memset(inc.salt, 0x5a, sizeof inc.salt);
	memset(inc.content, 0x5a, sizeof inc.content);
	return inc;
}

static void its_time_counts_from_the_close(void **state)
{
	struct dispatch d;
	struct incident inc = closed_one(&d);

	(void)state;
	assert_int_equal(erasure_judge(&inc, &m, T0 + KEEP - 1, "2026Q1"), ERASURE_NOT_YET);
	assert_int_equal(erasure_judge(&inc, &m, T0 + KEEP, "2026Q1"),
	    ERASURE_WAITS); /* not long enough closed */
	assert_int_equal(erasure_judge(&inc, &m, T0 + HOUR_MS + KEEP - 1, "2026Q1"), ERASURE_WAITS);
	assert_int_equal(erasure_judge(&inc, &m, T0 + HOUR_MS + KEEP, "2026Q1"), ERASURE_DUE);
	inc.state = INCIDENT_CANCELLED;
	assert_int_equal(erasure_judge(&inc, &m, T0 + HOUR_MS + KEEP, "2026Q1"), ERASURE_DUE);
	memset(inc.salt, 0, sizeof inc.salt);
	assert_int_equal(erasure_judge(&inc, &m, T0 + HOUR_MS + KEEP, "2026Q1"), ERASURE_DONE);
}

static void an_open_quarter_makes_wait_for_a_year(void **state)
{
	struct dispatch d;
	struct incident inc = closed_one(&d);
	int64_t due = T0 + HOUR_MS + KEEP;

	(void)state;
	assert_int_equal(erasure_judge(&inc, &m, due, "2025Q4,2026Q2"), ERASURE_WAITS);
	assert_int_equal(erasure_judge(&inc, &m, due, "2025Q4,2026Q1"), ERASURE_DUE);
	assert_int_equal(erasure_judge(&inc, &m, due + 366 * DAY_MS - 1, ""), ERASURE_WAITS);
	assert_int_equal(erasure_judge(&inc, &m, due + 366 * DAY_MS, ""), ERASURE_DUE);
	inc.reported_at = T0 + 30 * DAY_MS; /* 2026-04-01T08:00 */
	inc.closed_at = inc.reported_at;
	assert_int_equal(erasure_judge(&inc, &m, inc.closed_at + KEEP, "2026Q1"), ERASURE_WAITS);
	assert_int_equal(erasure_judge(&inc, &m, inc.closed_at + KEEP, "2026Q2"), ERASURE_DUE);
}

static void what_is_undecided_or_held_waits(void **state)
{
	struct request r = {.n = 1, .state = REQUEST_PENDING};
	struct finding f = {.n = 1, .state = FINDING_OPEN};
	struct dispatch d;
	struct incident inc = closed_one(&d);
	int64_t late = T0 + 10 * 366 * DAY_MS;

	(void)state;
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_DUE);
	inc.held = true;
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_WAITS);
	inc.held = false;
	d.state = DISPATCH_ARRIVED; /* an assist that goes on */
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_WAITS);
	d.state = DISPATCH_WITHDRAWN;
	inc.state = INCIDENT_CALLED_BACK;
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_WAITS);
	inc.state = INCIDENT_CLOSED;
	inc.requests = &r;
	inc.n_requests = 1;
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_WAITS);
	r.state = REQUEST_LAPSED; /* its time is over */
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_DUE);
	inc.findings = &f;
	inc.n_findings = 1;
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_WAITS);
	f.state = FINDING_APPEALED;
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_WAITS);
	f.state = FINDING_CONFIRMED;
	assert_int_equal(erasure_judge(&inc, &m, late, ""), ERASURE_DUE);
}

static void all_that_is_personal_goes(void **state)
{
	static const unsigned char none[32];
	struct arena *a = arena_new();
	struct dispatch d;
	struct incident inc = closed_one(&d);
	struct decision out;

	(void)state;
	d.withdrawn_reason = "派错了";
	erasure_erase(&inc, T0 + KEEP, &out, a);
	assert_true(!inc.address && !inc.reporter_name && !inc.reporter_phone && !inc.description);
	assert_true(!inc.has_location && inc.lon_micro == 0 && inc.lat_micro == 0 && !inc.datum);
	assert_true(inc.caller == 0 && !d.result && !d.withdrawn_reason);
	assert_memory_equal(inc.salt, none, sizeof inc.salt);
	assert_memory_equal(inc.content, none, sizeof inc.content);
	assert_true(inc.changed && d.changed);
	assert_int_equal(out.n_events, 1);
	assert_int_equal(out.events[0].type, EVENT_PERSONAL_ERASED);
	assert_string_equal(out.actor, "system");
	assert_true(str_is(out.events[0].data, "{}"));
	assert_int_equal(d.state, DISPATCH_COMPLETED); /* what it was stays */
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(its_time_counts_from_the_close),
	    cmocka_unit_test(an_open_quarter_makes_wait_for_a_year),
	    cmocka_unit_test(what_is_undecided_or_held_waits),
	    cmocka_unit_test(all_that_is_personal_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
