/* notice_target.c - budgets and breaker of one channel; instants are worked out by hand. */
#include "unit.h"
#include "base/time.h"
#include "notice/target.h"

#define T INT64_C(1772676000000)
#define S SECOND_MS

static void a_third_is_kept_for_instructions(void **state)
{
	struct target t;

	(void)state;
	target_open(&t, 6);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(target_from(&t, NOTICE_REMINDER, T + i * S), T + i * S);
		target_takes(&t, T + i * S);
	}
	assert_int_equal(target_from(&t, NOTICE_REMINDER, T + 4 * S),
	    T + MINUTE_MS); /* when the first is a minute old */
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 4 * S), T + 4 * S);
	target_takes(&t, T + 4 * S);
	target_takes(&t, T + 5 * S);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 6 * S), T + MINUTE_MS);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + MINUTE_MS), T + MINUTE_MS);
	target_free(&t);
}

static void of_no_minute_more_than_the_limit_is_begun(void **state)
{
	struct target t;
	int64_t begun[200], now = T;
	int n = 0;

	(void)state;
	target_open(&t, 18);
	while (n < 200) {
		int64_t from = target_from(&t, NOTICE_INSTRUCTION, now);

		now = from > now ? from : now + 100;
		if (target_from(&t, NOTICE_INSTRUCTION, now) > now)
			continue;
		target_takes(&t, now);
		begun[n++] = now;
	}
	for (int i = 18; i < n; i++)
		assert_true(begun[i] - begun[i - 18] >= MINUTE_MS);
	target_free(&t);
}

/* Ten minutes later it is not well: one was tried, and not five. */
static void one_that_was_broken_is_tried_by_one(void **state)
{
	struct target t;
	int64_t now = T + 10 * MINUTE_MS;

	(void)state;
	target_open(&t, 0);
	target_hold(&t, now, true);
	target_takes(&t, now);
	assert_true(target_from(&t, NOTICE_INSTRUCTION, now) == INT64_MAX);
	target_bad(&t, now);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, now), now + MINUTE_MS);
	target_free(&t);
}

static void a_clock_that_is_put_back_holds_nothing(void **state)
{
	struct target t;
	int64_t now = T - 2 * HOUR_MS;

	(void)state;
	target_open(&t, 2);
	target_takes(&t, T);
	target_takes(&t, T + S);
	target_shift(&t, -2 * HOUR_MS);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, now + 2 * S), now + MINUTE_MS);
	target_hold(&t, now + 10 * MINUTE_MS, false);
	target_shift(&t, 2 * HOUR_MS);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 2 * S), T + 10 * MINUTE_MS);
	target_free(&t);
}

static void five_failures_close_it_and_one_tries(void **state)
{
	struct target t;

	(void)state;
	target_open(&t, 0);
	for (int i = 0; i < 4; i++)
		target_bad(&t, T);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T), T);
	target_bad(&t, T);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T), T + 60 * S);
	target_takes(&t, T + 60 * S);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 61 * S),
	    INT64_MAX); /* one is tried, the others wait */
	target_bad(&t, T + 62 * S);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 62 * S), T + 122 * S);
	target_takes(&t, T + 122 * S);
	target_good(&t);
	assert_int_equal(target_from(&t, NOTICE_REMINDER, T + 123 * S), T + 123 * S);
}

static void a_provider_that_wants_silence_gets_it(void **state)
{
	struct target t;

	(void)state;
	target_open(&t, 15);
	target_hold(&t, T + 10 * MINUTE_MS, false);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + S), T + 10 * MINUTE_MS);
	assert_false(t.broken);
	/* that was no failure: when it is over nothing is tried by one first, and one failure closes nothing */
	target_takes(&t, T + 10 * MINUTE_MS);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 10 * MINUTE_MS), T + 10 * MINUTE_MS);
	target_bad(&t, T + 10 * MINUTE_MS);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 10 * MINUTE_MS), T + 10 * MINUTE_MS);
	target_hold(&t, T + 20 * MINUTE_MS, true); /* but a broken one is */
	target_takes(&t, T + 20 * MINUTE_MS);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T + 20 * MINUTE_MS), INT64_MAX);
	target_free(&t);
}

static void refusals_of_several_recipients_in_a_row_are_the_channels(void **state)
{
	struct target t;

	(void)state;
	target_open(&t, 0);
	for (int i = 0; i < 9; i++) /* one recipient whose number is wrong */
		assert_false(target_refused(&t, 7, T));
	assert_false(target_refused(&t, 8, T));
	assert_false(target_refused(&t, 9, T));
	target_good(&t); /* another was accepted: begin again */
	for (uint32_t i = 1; i < TARGET_REFUSALS; i++)
		assert_false(target_refused(&t, i, T));
	assert_true(target_refused(&t, TARGET_REFUSALS, T));
	assert_true(t.broken);
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T), T + TARGET_BROKEN_MS);
	assert_false(target_refused(&t, 9, T)); /* was under way when it was closed: opens nothing */
	assert_int_equal(target_from(&t, NOTICE_INSTRUCTION, T), T + TARGET_BROKEN_MS);
	target_free(&t);
}

static void two_recipients_by_turns_are_two(void **state)
{
	struct target t;

	(void)state;
	target_open(&t, 0);
	for (uint32_t i = 0; i < 12; i++)
		assert_false(target_refused(&t, 7 + i % 2, T));
	assert_false(target_refused(&t, 9, T));
	assert_true(target_refused(&t, 10, T));
	target_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_third_is_kept_for_instructions),
	    cmocka_unit_test(of_no_minute_more_than_the_limit_is_begun),
	    cmocka_unit_test(one_that_was_broken_is_tried_by_one),
	    cmocka_unit_test(a_clock_that_is_put_back_holds_nothing),
	    cmocka_unit_test(five_failures_close_it_and_one_tries),
	    cmocka_unit_test(refusals_of_several_recipients_in_a_row_are_the_channels),
	    cmocka_unit_test(two_recipients_by_turns_are_two),
	    cmocka_unit_test(a_provider_that_wants_silence_gets_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
