/* notice_pace.c - how much of the notices' work is done while reports come; figures are worked out by hand. */
#include "unit.h"
#include "notice/pace.h"

#define T INT64_C(1000000) /* a window and a tick begin */

static void come(struct pace *p, int n, int64_t at)
{
	for (int i = 0; i < n; i++)
		pace_came(p, at);
}

static void what_a_city_has_is_dealt_with_at_once(void **state)
{
	struct pace p = {0};

	(void)state;
	for (int i = 0; i < 20; i++) {
		come(&p, PACE_MANY - 1, T + i * PACE_WINDOW_MS);
		assert_false(pace_busy(&p, T + i * PACE_WINDOW_MS));
		assert_int_equal(pace_take(&p, 500, T + i * PACE_WINDOW_MS), 500);
	}
}

static void what_is_too_many_in_a_burst_waits(void **state)
{
	struct pace p = {0};

	(void)state;
	come(&p, PACE_MANY - 1, T);
	assert_int_equal(pace_take(&p, 500, T), 500);
	come(&p, 1, T);
	assert_int_equal(pace_take(&p, 500, T), PACE_FEW);
	assert_int_equal(pace_take(&p, 500, T + 2 * PACE_WINDOW_MS), 500);
}

static void while_many_come_few_are_dealt_with_in_a_tick(void **state)
{
	struct pace p = {0};

	(void)state;
	come(&p, PACE_MANY, T);
	come(&p, 1, T + PACE_WINDOW_MS);
	assert_true(pace_busy(&p, T + PACE_WINDOW_MS));
	assert_int_equal(pace_take(&p, 7, T + PACE_WINDOW_MS), 7);
	assert_int_equal(pace_take(&p, 500, T + PACE_WINDOW_MS + PACE_TICK_MS - 1), PACE_FEW - 7);
	assert_int_equal(pace_take(&p, 500, T + PACE_WINDOW_MS + PACE_TICK_MS - 1), 0);
	assert_int_equal(pace_take(&p, 500, T + PACE_WINDOW_MS + PACE_TICK_MS), PACE_FEW);
}

static void it_is_over_a_window_after_the_last_of_many(void **state)
{
	struct pace p = {0};

	(void)state;
	come(&p, PACE_MANY, T);
	assert_true(pace_busy(&p, T + 2 * PACE_WINDOW_MS - 1));
	assert_false(pace_busy(&p, T + 2 * PACE_WINDOW_MS));
	assert_int_equal(pace_take(&p, 500, T + 2 * PACE_WINDOW_MS), 500);
	come(&p, PACE_MANY, T + 3 * PACE_WINDOW_MS);
	assert_false(pace_busy(&p, T + 9 * PACE_WINDOW_MS)); /* silence lies between */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_city_has_is_dealt_with_at_once),
	    cmocka_unit_test(what_is_too_many_in_a_burst_waits),
	    cmocka_unit_test(while_many_come_few_are_dealt_with_in_a_tick),
	    cmocka_unit_test(it_is_over_a_window_after_the_last_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
