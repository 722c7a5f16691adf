/*
 * domain_fields.c - sets of fields: what is put in is there, and nothing else, in every word of the set.
 */
#include "unit.h"
#include "domain/command.h"

#define FIRST ((enum field)0)
#define LAST ((enum field)(FIELDS - 1))

static int count(struct field_set set)
{
	int n = 0, before = -1;

	EACH_FIELD(f, set) {
		assert_true((int)f > before && field_in(set, f));
		before = (int)f;
		n++;
	}
	return n;
}

static void a_constant_holds_what_it_names(void **state)
{
	static const struct field_set ends = FIELD_SET(FIELD_KEY, FIELD_PARTNER, FIELD_DONE);
	struct field_set most = FIELD_SET(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 60, 61, 62, 63,
	    64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, FIELDS - 1);

	(void)state;
	assert_int_equal(count(ends), 3);
	assert_true(field_in(ends, FIELD_KEY) && field_in(ends, FIELD_PARTNER) && field_in(ends, FIELD_DONE));
	assert_false(field_in(ends, FIELD_NUMBER));
	assert_int_equal(count(most), 32);
	assert_true(field_in(most, LAST) && !field_in(most, (enum field)15));
	assert_false(fields_any(NO_FIELDS));
}

static void each_field_has_a_place_of_its_own(void **state)
{
	struct field_set all = NO_FIELDS;

	(void)state;
	for (int i = 0; i < FIELDS; i++) {
		struct field_set one = NO_FIELDS;

		field_put(&one, (enum field)i);
		assert_int_equal(field_from(one, 0), i);
		assert_int_equal(field_from(one, i), i);
		assert_int_equal(field_from(one, i + 1), FIELDS);
		assert_false(fields_any(fields_common(one, all)));
		field_put(&all, (enum field)i);
		assert_int_equal(count(all), i + 1);
		assert_int_equal(count(fields_but(all, one)), i);
		assert_int_equal(count(fields_both(all, one)), i + 1);
	}
	assert_int_equal(field_from(all, FIRST), FIRST);
	assert_int_equal(field_from(all, LAST), LAST);
}

static void a_command_has_what_was_set_until_it_is_dropped(void **state)
{
	struct command c = {.kind = COMMAND_DISPATCH_PROGRESS};

	(void)state;
	for (int i = 0; i < FIELDS; i++) {
		command_set_int(&c, (enum field)i, i + 1);
		assert_true(command_has(&c, (enum field)i) && command_int(&c, (enum field)i) == i + 1);
	}
	command_drop(&c, LAST);
	assert_false(command_has(&c, LAST));
	assert_int_equal(command_int(&c, LAST), 0);
	assert_int_equal(count(c.present), FIELDS - 1);
	assert_false(command_has_any(&c, FIELD_SET(FIELDS - 1)));
	assert_true(command_has_any(&c, FIELD_SET(FIELDS - 1, FIELDS - 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_constant_holds_what_it_names),
	    cmocka_unit_test(each_field_has_a_place_of_its_own),
	    cmocka_unit_test(a_command_has_what_was_set_until_it_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
