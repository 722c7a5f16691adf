/*
 * domain_mechanism.c - names, patterns and the maps by code.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/mechanism.h"
#include <stdio.h>

static void names_and_their_numbers(void **state)
{
	(void)state;
	assert_int_equal(name_index(priority_names, PRIORITY_COUNT, "P1"), P1);
	assert_int_equal(name_index(priority_names, PRIORITY_COUNT, "P4"), P4);
	assert_int_equal(name_index(priority_names, PRIORITY_COUNT, ""), PRIORITY_NONE);
	assert_int_equal(name_index(priority_names, PRIORITY_COUNT, "p1"), -1);
	assert_int_equal(name_index(priority_names, PRIORITY_COUNT, NULL), -1);
	assert_int_equal(name_index(clock_time_names, CLOCK_TIME_COUNT, "working-days"), TIME_WORKDAYS);
	assert_int_equal(name_index(clock_names, CLOCK_COUNT, "first-report"), CLOCK_FIRST_REPORT);
	assert_int_equal(name_index(arrival_names, ARRIVAL_COUNT, "no-visit"), ARRIVAL_NO_VISIT);
	assert_int_equal(name_index(zone_names, ZONE_COUNT, "outside"), ZONE_OUTSIDE);
	assert_int_equal(name_index(dispatch_role_names, DISPATCH_ROLES, "inform"), AS_INFORM);
}

static void patterns(void **state)
{
	(void)state;
	assert_true(code_matches("601301", "601301"));
	assert_false(code_matches("601301", "6013010"));
	assert_false(code_matches("601301", "60130"));
	assert_true(code_matches("6013*", "601301"));
	assert_true(code_matches("6013*", "6013"));
	assert_false(code_matches("6013*", "601"));
	assert_false(code_matches("6013*", "601401"));
	assert_true(code_matches("*", "601301"));
	assert_true(code_matches("*", ""));
	assert_false(code_matches("", "601301"));
}

#define MANY 5000

static void members_by_code(void **state)
{
	struct arena *a = arena_new();
	struct mechanism m = {.arena = a, .n_units = MANY, .n_areas = 1, .n_categories = 0};

	(void)state;
	m.units = arena_new_array(a, struct unit, MANY);
	m.areas = arena_new_array(a, struct area, 1);
	m.areas[0].code = "350881001";
	for (int i = 0; i < MANY; i++)
		m.units[i].id = arena_printf(a, "unit-%d", i);
	mechanism_index(&m);
	for (int i = 0; i < MANY; i++) {
		char id[32];
		snprintf(id, sizeof(id), "unit-%d", i); /* another pointer, the same text */
		assert_ptr_equal(mechanism_unit(&m, id), &m.units[i]);
	}
	assert_null(mechanism_unit(&m, "unit-5000"));
	assert_null(mechanism_unit(&m, ""));
	assert_null(mechanism_unit(&m, NULL));
	assert_ptr_equal(mechanism_area(&m, "350881001"), &m.areas[0]);
	assert_null(mechanism_area(&m, "350881"));
	assert_null(mechanism_category(&m, "601301"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_and_their_numbers),
	    cmocka_unit_test(patterns),
	    cmocka_unit_test(members_by_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
