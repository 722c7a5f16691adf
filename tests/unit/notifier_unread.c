/* notifier_unread.c - events that could not be read: how many are tried in a turn, and in which order. */
#include "unit.h"
#include "notifier/unread.h"

#include <limits.h>
#include <stdlib.h>

#define MANY 1000

static struct unread_list list_of(int n)
{
	struct unread_list l = {0};

	for (int i = 1; i <= n; i++)
		unread_add(&l, &(struct unread){.seq = i, .type = EVENT_DISPATCH_ISSUED});
	return l;
}

/* A disk that gives nothing: a turn makes few tries, and none is tried twice before all were tried once. */
static void each_has_its_turn_and_a_turn_is_short(void **state)
{
	struct unread_list l = list_of(MANY);
	struct unread tried[UNREAD_EACH];
	int times[MANY + 1] = {0};

	(void)state;
	for (int turn = 0; turn < 3 * MANY; turn++) {
		int n = unread_take(&l, tried), least = INT_MAX, most = 0;

		assert_in_range(n, 1, UNREAD_EACH);
		for (int i = 0; i < n; i++) {
			times[tried[i].seq]++;
			unread_add(&l, &tried[i]);
		}
		assert_int_equal(l.n, MANY);
		for (int i = 1; i <= MANY; i++) {
			least = times[i] < least ? times[i] : least;
			most = times[i] > most ? times[i] : most;
		}
		assert_true(most - least <= 1);
	}
	unread_free(&l);
}

/* Some become readable, in any order: all are had once, and the first that is left is known. */
static void none_is_lost(void **state)
{
	struct unread_list l = list_of(MANY);
	struct unread tried[UNREAD_EACH];
	bool done[MANY + 1] = {false};
	unsigned int seed = 7;
	int left = MANY;

	(void)state;
	while (left > 0) {
		int n = unread_take(&l, tried);
		int64_t first = INT64_MAX;

		for (int i = 0; i < n; i++) {
			assert_false(done[tried[i].seq]);
			if (rand_r(&seed) % 3 == 0) {
				done[tried[i].seq] = true;
				left--;
			} else {
				unread_add(&l, &tried[i]);
			}
		}
		for (int i = MANY; i >= 1; i--)
			first = done[i] ? first : i;
		assert_int_equal(unread_first(&l), first);
	}
	assert_int_equal(unread_take(&l, tried), 0);
	unread_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_has_its_turn_and_a_turn_is_short),
	    cmocka_unit_test(none_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
