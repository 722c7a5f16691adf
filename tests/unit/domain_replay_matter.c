/*
 * domain_replay_matter.c - requests by their events: what was asked, granted, lapsed and dropped, and what of a row
 * is not so.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/replay_matter.h"

#define T0 INT64_C(1772409600000) /* 2026-03-02T08:00:00+08:00 */

static struct event said(enum event_type type, int64_t at, const char *data)
{
	return (struct event){.type = type, .at = at, .data = str_of(data)};
}

/* Two requests; the second lapsed and was granted late. */
static const struct event *events(void)
{
	static struct event v[5];

	v[0] = said(EVENT_REQUEST_ASKED, T0,
	    "{\"request\":\"ZP-1.r1\",\"kind\":\"return\",\"due\":\"2026-03-02T08:15:00+08:00\"}");
	v[1] = said(EVENT_REQUEST_ASKED, T0 + 1000,
	    "{\"request\":\"ZP-1.r2\",\"kind\":\"extend\",\"due\":\"2026-03-02T09:00:00+08:00\"}");
	v[2] = said(EVENT_DISPATCH_DELIVERED, T0 + 1500, "{\"request\":\"ZP-1.r1\"}"); /* of none */
	v[3] = said(EVENT_REQUEST_LAPSED, T0 + 3600000, "{\"request\":\"ZP-1.r2\"}");
	v[4] = said(EVENT_REQUEST_GRANTED, T0 + 3700000, "{\"request\":\"ZP-1.r2\"}");
	return v;
}

static struct incident rows(struct request v[2])
{
	v[0] = (struct request){.n = 1,
	    .kind = REQUEST_RETURN,
	    .state = REQUEST_PENDING,
	    .dispatch = 1,
	    .asked_at = T0,
	    .due = T0 + 900000};
	v[1] = (struct request){.n = 2,
	    .kind = REQUEST_EXTEND,
	    .state = REQUEST_GRANTED,
	    .dispatch = 2,
	    .asked_at = T0 + 1000,
	    .due = T0 + 3600000};
	return (struct incident){.number = "ZP-1", .requests = v, .n_requests = 2};
}

static void what_is_as_its_events_say_is_no_difference(void **state)
{
	struct arena *a = arena_new();
	struct request v[2];
	struct incident inc = rows(v);
	struct difference *d;

	(void)state;
	assert_int_equal(replay_requests(&inc, events(), 5, a, &d), 0);
	arena_free(a);
}

static void what_was_changed_is_told(void **state)
{
	struct arena *a = arena_new();
	struct request v[2];
	struct incident inc = rows(v);
	struct difference *d;

	(void)state;
	v[0].state = REQUEST_REJECTED;
	v[1].due += 60000;
	assert_int_equal(replay_requests(&inc, events(), 5, a, &d), 2);
	assert_string_equal(d[0].field, "request r1 state");
	assert_string_equal(d[0].stored, "rejected");
	assert_string_equal(d[0].expected, "pending");
	assert_int_equal(d[0].dispatch, 1);
	assert_string_equal(d[1].field, "request r2 due");
	inc.n_requests = 1; /* the second was deleted */
	v[0].state = REQUEST_PENDING;
	assert_int_equal(replay_requests(&inc, events(), 5, a, &d), 1);
	assert_string_equal(d[0].field, "request r2");
	assert_null(d[0].stored);
	inc = rows(v);
	assert_int_equal(replay_requests(&inc, events(), 1, a, &d), 1); /* the second was put in */
	assert_string_equal(d[0].field, "request r2");
	assert_null(d[0].expected);
	arena_free(a);
}

static void the_number_is_behind_the_last_letter(void **state)
{
	struct event e = said(EVENT_REQUEST_ASKED, T0, "{\"request\":\"Rr1-r2.r37\"}");

	(void)state;
	assert_int_equal(replay_request_of(&e), 37);
	e.data = STR("{\"request\":\"R12\"}");
	assert_int_equal(replay_request_of(&e), 12);
	e.data = STR("{\"request\":\"R1x\"}");
	assert_int_equal(replay_request_of(&e), 0);
	e.data = STR("{}");
	assert_int_equal(replay_request_of(&e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_as_its_events_say_is_no_difference),
	    cmocka_unit_test(what_was_changed_is_told),
	    cmocka_unit_test(the_number_is_behind_the_last_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
