/* notifier_lists.c - which notices are looked at when, and which wait for a channel: against the plainest way to say it. */
#include "unit.h"
#include "notifier/live.h"
#include "notifier/queued.h"

#define N 60
#define ROUNDS 20000

static uint32_t random_below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

static const struct live *earliest(const struct live *v)
{
	const struct live *first = NULL;

	for (int i = 0; i < N; i++)
		if (v[i].wake && (!first || v[i].wake < first->wake))
			first = &v[i];
	return first;
}

static void the_earliest_is_first_however_they_change(void **state)
{
	static struct live v[N];
	struct wakes w = {0};
	uint32_t seed = 4711;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const struct live *first, *expected;

		wakes_set(&w, &v[random_below(&seed, N)],
		    random_below(&seed, 4) ? 1 + random_below(&seed, 100) : 0);
		first = wakes_first(&w);
		expected = earliest(v);
		assert_int_equal(first != NULL, expected != NULL);
		if (first)
			assert_int_equal(first->wake, expected->wake);
	}
	wakes_free(&w);
}

static void one_that_is_never_looked_at_by_time_is_in_no_heap(void **state)
{
	struct live a = {0}, b = {0};
	struct wakes w = {0};

	(void)state;
	wakes_set(&w, &a, 0);
	assert_null(wakes_first(&w));
	wakes_set(&w, &a, 20);
	wakes_set(&w, &b, 10);
	assert_ptr_equal(wakes_first(&w), &b);
	wakes_set(&w, &b, 30);
	assert_ptr_equal(wakes_first(&w), &a);
	wakes_set(&w, &a, 0);
	wakes_set(&w, &b, 0);
	assert_null(wakes_first(&w));
	wakes_free(&w);
}

static int times_in(const struct queued_list *q, const struct live *l, int i)
{
	int n = 0;

	for (size_t k = 0; k < q->n; k++)
		n += q->v[k].l == l && q->v[k].i == i;
	return n;
}

static void one_waits_once_or_not_at_all(void **state)
{
	static struct live v[N];
	static bool waits[N][2];
	struct queued_list q = {0};
	uint32_t seed = 42;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t l = random_below(&seed, N), i = random_below(&seed, 2);

		waits[l][i] = random_below(&seed, 2);
		queued_set(&q, &v[l], (int)i, waits[l][i]);
		l = random_below(&seed, N);
		i = random_below(&seed, 2);
		assert_int_equal(times_in(&q, &v[l], (int)i), waits[l][i]);
	}
	queued_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_earliest_is_first_however_they_change),
	    cmocka_unit_test(one_that_is_never_looked_at_by_time_is_in_no_heap),
	    cmocka_unit_test(one_waits_once_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
