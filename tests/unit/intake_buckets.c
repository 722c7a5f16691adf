/* intake_buckets.c - token buckets: burst, refill, one account not at the cost of another. */
#include "unit.h"
#include "intake/buckets.h"

#include <stdio.h>

static struct mono_ms at(int64_t ms)
{
	return (struct mono_ms){ms};
}

static void test_burst_and_refill(void **state)
{
	struct buckets *b = buckets_new(10, 3);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(buckets_take(b, "desk1", at(1000)));
	assert_false(buckets_take(b, "desk1", at(1000)));
	assert_true(buckets_take(b, "desk2", at(1000)));
	assert_false(buckets_take(b, "desk1", at(1099)));
	assert_true(buckets_take(b, "desk1", at(1100))); /* 10 a second: one in 100 ms */
	assert_false(buckets_take(b, "desk1", at(1100)));
	for (int i = 0; i < 3; i++) /* never more than the burst */
		assert_true(buckets_take(b, "desk1", at(900000)));
	assert_false(buckets_take(b, "desk1", at(900000)));
	buckets_free(b);
}

static void test_no_limit(void **state)
{
	struct buckets *b = buckets_new(0, 1);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(buckets_take(b, "desk1", at(0)));
	buckets_free(b);
}

/* Thousands of names fit, and the busy one is not forgotten by the way. */
static void test_bounded(void **state)
{
	struct buckets *b = buckets_new(1, 1);
	char name[32];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "account-%d", i);
		assert_true(buckets_take(b, name, at(i)));
	}
	assert_false(buckets_take(b, "account-19999", at(20000)));
	buckets_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_burst_and_refill),
	    cmocka_unit_test(test_no_limit),
	    cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
