/* desk_queue.c - the order of the open queue and its local numbers. */
#include <stdio.h>
#include "desk_base.h"

static void most_urgent_first(void **state)
{
	struct evening e = evening();

	(void)state;
	/* P1 although 民政 falls due earlier than 120; then 23:14, 23:36, 23:50 */
	static const char *const order[] = {"BBBB", "CCCC", "AAAA", "DDDD"};
	for (int i = 0; i < 4; i++) {
		assert_non_null(strstr(e.queue.rows[i].number, order[i]));
		assert_int_equal(e.queue.rows[i].local, i + 1);
	}
	evening_end(&e);
}

static struct desk_row plain(const char *number, int64_t due)
{
	return (struct desk_row){
	    .number = number, .priority = P3, .category = "", .place = "", .words = "", .lead_due = due};
}

static void take(struct desk_queue *q, struct desk_numbers *n, const char *const *numbers, int count)
{
	static struct desk_row rows[200];

	for (int i = 0; i < count; i++)
		rows[i] = plain(numbers[i], i + 1);
	desk_queue_take(q, n, rows, count);
}

static void a_number_stays_while_it_is_open(void **state)
{
	struct desk_numbers n = {0};
	struct desk_queue q;

	(void)state;
	take(&q, &n, (const char *const[]){"A1", "B1", "C1"}, 3);
	take(&q, &n, (const char *const[]){"Z1", "C1", "A1"}, 3);
	assert_int_equal(desk_full(&q, "A1")->local, 1);
	assert_int_equal(desk_full(&q, "C1")->local, 3);
	/* 2 is free again, but a new one does not get it while others were never used */
	assert_int_equal(desk_full(&q, "Z1")->local, 4);
	assert_null(desk_local(&q, 2));
	assert_true(n.gone[2]);
	/* and what is opened again has its number again */
	take(&q, &n, (const char *const[]){"B1", "Z1"}, 2);
	assert_int_equal(desk_full(&q, "B1")->local, 2);
	assert_null(desk_local(&q, 0));
}

static void ninety_nine_at_most(void **state)
{
	static char names[120][16];
	const char *numbers[120];
	struct desk_numbers n = {0};
	struct desk_queue q;
	bool seen[DESK_NUMBERS + 1] = {0};

	(void)state;
	for (int i = 0; i < 120; i++) {
		snprintf(names[i], sizeof names[i], "N%d", i);
		numbers[i] = names[i];
	}
	take(&q, &n, numbers, 120);
	for (int i = 0; i < 120; i++) {
		int local = q.rows[i].local;
		assert_int_equal(local != 0, i < 99); /* the most urgent have them */
		assert_false(local && seen[local]);
		seen[local] = true;
	}
	take(&q, &n, numbers + 1, 119); /* N0 is gone: its number goes to the first without one */
	assert_int_equal(desk_full(&q, "N99")->local, 1);
	assert_int_equal(desk_full(&q, "N100")->local, 0);
}

static void late_at_the_instant_after(void **state)
{
	struct evening e = evening();
	struct desk_part *power = &e.queue.rows[0].parts[0];

	(void)state;
	assert_false(desk_part_over(power, power->due)); /* at the due instant it is in time */
	assert_true(desk_part_over(power, power->due + 1));
	power->time = DESK_UNLIMITED;
	assert_false(desk_part_over(power, power->due + HOUR_MS));
	power->delivered = false;
	power->delivery_due = e.now - 1;
	assert_true(desk_part_to_phone(power, e.now));
	power->delivery_due = e.now + 1;
	assert_false(desk_part_to_phone(power, e.now));
	power->to_phone = true;
	assert_true(desk_part_to_phone(power, e.now));
	power->state = DISPATCH_ACKNOWLEDGED;
	assert_false(desk_part_to_phone(power, e.now));
	evening_end(&e);
}

static void names_as_short_as_they_can_be(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(desk_brief(a, "供电公司"), "供电");
	assert_string_equal(desk_brief(a, "12345中心"), "12345");
	assert_string_equal(desk_brief(a, "菁城街道"), "菁城");
	assert_string_equal(desk_brief(a, "妇联"), "妇联");
	assert_string_equal(desk_brief(a, "局"), "局");
	assert_string_equal(desk_brief(a, "税局"), "税局"); /* one character is no name */
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(most_urgent_first),
	    cmocka_unit_test(a_number_stays_while_it_is_open),
	    cmocka_unit_test(ninety_nine_at_most),
	    cmocka_unit_test(late_at_the_instant_after),
	    cmocka_unit_test(names_as_short_as_they_can_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
