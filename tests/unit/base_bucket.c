/* base_bucket.c - token buckets: burst, refill, debts, one name not at the cost of another. */
#include "unit.h"
#include "base/bucket.h"

#include <stdbool.h>
#include <stdio.h>

static struct mono_ms at(int64_t ms)
{
	return (struct mono_ms){ms};
}

static bool take(struct buckets *b, const char *name, int64_t ms)
{
	return buckets_take(b, name, at(ms)) == 0;
}

static void empties_and_fills(void **state)
{
	struct buckets *b = buckets_new(10000, 3, 16); /* ten a second, three at once */

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(take(b, "desk1", 1000));
	assert_false(take(b, "desk1", 1000));
	assert_true(take(b, "desk2", 1000));
	assert_false(take(b, "desk1", 1099));
	assert_true(take(b, "desk1", 1100)); /* one in 100 ms */
	assert_false(take(b, "desk1", 1100));
	for (int i = 0; i < 3; i++) /* never more than the burst */
		assert_true(take(b, "desk1", 900000));
	assert_false(take(b, "desk1", 900000));
	buckets_free(b);
}

static void says_when(void **state)
{
	struct buckets *b = buckets_new(167, 10, 16); /* ten a minute */
	int64_t t = 5010, wait;

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_true(take(b, "10.0.0.7", 5000 + i));
	wait = buckets_take(b, "10.0.0.7", at(5010));
	assert_in_range(wait, 5900, 6000);
	assert_in_range(buckets_wait(b, "10.0.0.7", at(5010)), wait, wait); /* refused: nothing was taken */
	/* asking all the time does not keep it empty: each step is less than a thousandth of a token */
	while (!take(b, "10.0.0.7", t) && t < 60000)
		t++;
	assert_in_range(t, 10000, 11100);
	buckets_free(b);
}

/* What something costs is known afterwards: a debt is waited out, and is no larger than the burst. */
static void waits_out_a_debt(void **state)
{
	struct buckets *b = buckets_new(10000, 5, 16);

	(void)state;
	assert_int_equal(buckets_wait(b, "reader", at(0)), 0);
	buckets_charge(b, "reader", 6 * BUCKET_TOKEN, at(0)); /* one below zero */
	assert_int_equal(buckets_wait(b, "reader", at(0)), 200);
	assert_int_equal(buckets_wait(b, "reader", at(199)), 1);
	assert_int_equal(buckets_wait(b, "reader", at(200)), 0);
	buckets_charge(b, "reader", 1000000 * BUCKET_TOKEN, at(200));
	assert_int_equal(buckets_wait(b, "reader", at(200)), 600); /* from -5 to 1 */
	assert_int_equal(buckets_wait(b, "other", at(200)), 0);
	buckets_free(b);
}

static void no_limit(void **state)
{
	struct buckets *b = buckets_new(0, 1, 16);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(take(b, "desk1", 0));
	buckets_charge(b, "desk1", INT64_C(1) << 60, at(0));
	assert_int_equal(buckets_wait(b, "desk1", at(0)), 0);
	buckets_free(b);
}

/* More names than places: each new name is served, nothing grows, the busy one keeps its bucket. */
static void more_names_than_places(void **state)
{
	struct buckets *b = buckets_new(1000, 2, 8);
	char name[16];

	(void)state;
	assert_true(take(b, "busy", 0));
	assert_true(take(b, "busy", 0));
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof name, "n%d", i);
		assert_true(take(b, name, 0));
	}
	assert_false(take(b, "busy", 0));
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof name, "m%d", i);
		assert_true(take(b, name, 100 + i / 10));
	}
	assert_true(take(b, "m4999", 600));
	assert_false(take(b, "m4999", 600));
	buckets_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empties_and_fills),
	    cmocka_unit_test(says_when),
	    cmocka_unit_test(waits_out_a_debt),
	    cmocka_unit_test(no_limit),
	    cmocka_unit_test(more_names_than_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
