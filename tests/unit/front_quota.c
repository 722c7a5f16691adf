/* front_quota.c - what a request costs, and what an account may store. */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "front/quota.h"

static const struct principal desk = {.account = "desk1", .role = ROLE_DESK};
static const struct principal local = {.account = "local", .role = ROLE_LOCAL};

static struct mono_ms at(int64_t ms)
{
	return (struct mono_ms){ms};
}

static void a_read_costs_what_it_takes(void **state)
{
	static const struct {
		struct read_cost cost;
		int64_t wait; /* at ten a second, with one token left for it */
	} cases[] = {
	    {{0, 0, 0}, 100},            /* a plain request */
	    {{49, 8000, 990}, 100},      /* no more than one */
	    {{500, 0, 0}, 1000},         /* rows */
	    {{0, 81920, 0}, 1000},       /* bytes */
	    {{0, 0, 10000}, 1000},       /* time */
	    {{500, 81920, 20000}, 2000}, /* the dearest of them */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options o = {.requests_per_second = 10, .requests_burst = 100};
		struct quota *q = quota_new(&o);

		for (int k = 0; k < 100; k++) {
			assert_int_equal(quota_wait(q, &desk, at(0)), 0);
			quota_request(q, &desk, COMMAND_SESSION_PING, at(0));
		}
		quota_read(q, &desk, cases[i].cost, at(0));
		assert_int_equal(quota_wait(q, &desk, at(0)), cases[i].wait);
		assert_int_equal(quota_wait(q, &local, at(0)), 0);
		quota_free(q);
	}
}

static void the_local_command_line_has_no_limit(void **state)
{
	struct options o = {
	    .requests_per_second = 1, .requests_burst = 1, .bytes_per_day = 1, .progress_per_day = 1};
	struct quota *q = quota_new(&o);
	struct command c = {.kind = COMMAND_INCIDENT_ANNOTATE, .who = local};
	struct refusal why;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		quota_request(q, &local, COMMAND_SESSION_PING, at(0));
		quota_read(q, &local, (struct read_cost){1000000, 1000000, 1000000}, at(0));
		assert_int_equal(quota_wait(q, &local, at(0)), 0);
		assert_true(quota_store(q, &c, NULL, at(0), &why));
	}
	quota_free(q);
}

static void a_report_is_never_refused(void **state)
{
	struct options o = {.requests_per_second = 1, .requests_burst = 1, .bytes_per_day = 100};
	struct quota *q = quota_new(&o);
	struct arena *a = arena_new();
	struct command note = {.kind = COMMAND_INCIDENT_ANNOTATE, .who = desk};
	struct command report = {.kind = COMMAND_INCIDENT_REPORT, .who = desk};
	struct refusal why = {.code = OK};
	int taken = 0;

	(void)state;
	while (taken < 100 && quota_store(q, &note, a, at(0), &why))
		taken++;
	assert_in_range(taken, 1, 20);
	assert_int_equal(why.code, ERROR_TOO_MANY);
	assert_non_null(strstr(why.zh, "100 字节"));
	assert_true(quota_store(q, &report, a, at(0), &why));
	for (int i = 0; i < 1000; i++) /* nor is it a request */
		quota_request(q, &desk, COMMAND_INCIDENT_REPORT, at(0));
	assert_int_equal(quota_wait(q, &desk, at(0)), 0);
	assert_true(quota_store(q, &note, a, at(DAY_MS), &why)); /* a day later */
	arena_free(a);
	quota_free(q);
}

static void notes_are_counted_by_account_and_dispatch(void **state)
{
	struct options o = {.requests_burst = 1, .progress_per_day = 3};
	struct quota *q = quota_new(&o);
	struct arena *a = arena_new();
	struct command note = {.kind = COMMAND_DISPATCH_PROGRESS, .who = desk};
	struct refusal why;

	(void)state;
	command_set_text(&note, FIELD_DISPATCH, "A-01");
	for (int i = 0; i < 3; i++)
		assert_true(quota_store(q, &note, a, at(0), &why));
	assert_false(quota_store(q, &note, a, at(0), &why));
	note.kind = COMMAND_DISPATCH_COMPLETE; /* it can always be completed */
	assert_true(quota_store(q, &note, a, at(0), &why));
	note.kind = COMMAND_DISPATCH_PROGRESS;
	command_set_text(&note, FIELD_DISPATCH, "A-02");
	assert_true(quota_store(q, &note, a, at(0), &why));
	command_set_text(&note, FIELD_DISPATCH, "A-01");
	assert_false(quota_store(q, &note, a, at(0), &why));
	note.who = (struct principal){.account = "liaison-water", .role = ROLE_LIAISON, .unit = "water"};
	assert_true(quota_store(q, &note, a, at(0), &why)); /* another account cannot use it up */
	arena_free(a);
	quota_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_read_costs_what_it_takes),
	    cmocka_unit_test(the_local_command_line_has_no_limit),
	    cmocka_unit_test(a_report_is_never_refused),
	    cmocka_unit_test(notes_are_counted_by_account_and_dispatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
