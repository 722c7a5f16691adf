/*
 * front_personal.c - which looks at personal data are recorded: once an account, a dispatch and a local
 * day, and on the next day anew.
 */
#include "unit.h"
#include "front/personal.h"

#include <stdio.h>

static void once_a_day_and_the_next_day_anew(void **state)
{
	struct personal_reads *p = personal_new();

	(void)state;
	assert_true(personal_first(p, "w1", "A-01", 20500));
	assert_false(personal_first(p, "w1", "A-01", 20500));
	assert_true(personal_first(p, "w1", "A-01", 20501)); /* the second day's look */
	assert_false(personal_first(p, "w1", "A-01", 20501));
	assert_true(personal_first(p, "w1", "A-01", 20502));
	personal_free(p);
}

static void another_account_or_dispatch_is_another_look(void **state)
{
	struct personal_reads *p = personal_new();

	(void)state;
	assert_true(personal_first(p, "w1", "A-01", 20500));
	assert_true(personal_first(p, "w2", "A-01", 20500));
	assert_true(personal_first(p, "w1", "A-02", 20500));
	assert_true(personal_first(p, "w1A", "-01", 20500)); /* the two names are kept apart */
	assert_false(personal_first(p, "w1", "A-01", 20500));
	assert_false(personal_first(p, "w2", "A-01", 20500));
	personal_free(p);
}

/* A record that could not be made is made with the next look. */
static void what_could_not_be_recorded_is_asked_again(void **state)
{
	struct personal_reads *p = personal_new();

	(void)state;
	assert_true(personal_first(p, "w1", "A-01", 20500));
	personal_flush(p);
	assert_true(personal_first(p, "w1", "A-01", 20500));
	personal_free(p);
}

/* Ten thousand looks a day: forgetting costs a second record, never a missing one. */
static void more_than_it_holds_are_all_recorded(void **state)
{
	struct personal_reads *p = personal_new();
	char dispatch[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(dispatch, sizeof dispatch, "N%d-01", i);
		assert_true(personal_first(p, "w1", dispatch, 20500));
	}
	personal_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(once_a_day_and_the_next_day_anew),
	    cmocka_unit_test(another_account_or_dispatch_is_another_look),
	    cmocka_unit_test(what_could_not_be_recorded_is_asked_again),
	    cmocka_unit_test(more_than_it_holds_are_all_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
