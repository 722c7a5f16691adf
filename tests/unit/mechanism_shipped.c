/*
 * mechanism_shipped.c - config/zhangping as it is shipped: loads without a word, its cases pass, and
 * check warns of what must be replaced before going live and of nothing else. Run from the top of
 * the tree.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "mechanism/load.h"

#define FOLDER "config/zhangping"

static struct mechanism *shipped(struct problems *p)
{
	struct buf said = {0};

	problems_init(p, false);
	struct mechanism *m = mechanism_load(FOLDER, p);
	problems_print(p, &said);
	if (said.n)
		print_error("%.*s", (int)said.n, said.p);
	buf_free(&said);
	assert_non_null(m);
	assert_int_equal(p->n, 0);
	return m;
}

static void it_is_complete(void **state)
{
	struct problems p;
	struct mechanism *m = shipped(&p);

	(void)state;
	assert_int_equal(m->n_units, 28 + 1 + 1 + 16);
	assert_int_equal(m->n_areas, 16);
	assert_int_equal(m->n_categories, 114);
	assert_int_equal(m->calendar.n_years, 3);
	assert_int_equal(mechanism_unit(m, "power")->limits[0].city_ms, 45 * MINUTE_MS);
	assert_false(mechanism_unit(m, "hotline-12345")->visits);
	assert_int_equal(m->n_files, 9);
	assert_ptr_equal(mechanism_unit(m, "railway")->roster, &m->rosters[0]);
	for (int i = 0; i < m->n_areas; i++)
		assert_non_null(m->areas[i].township);
	mechanism_release(m);
	problems_free(&p);
}

static void its_cases_pass(void **state)
{
	struct problems p;
	struct mechanism *m = shipped(&p);
	struct buf said = {0};
	int run;

	(void)state;
	struct text_wish wish = {.trains = true};
	struct text_decider texts = mechanism_texts(m, &wish, &p);

	assert_non_null(texts.model);
	bool passed = mechanism_test(m, &texts, FOLDER, &p, &run);
	problems_print(&p, &said);
	if (said.n)
		print_error("%.*s", (int)said.n, said.p);
	assert_true(passed);
	assert_true(run >= 370);
	text_decider_free(&texts);
	buf_free(&said);
	mechanism_release(m);
	problems_free(&p);
}

static void check_warns_of_what_is_to_be_filled_in_alone(void **state)
{
	struct problems p;
	struct mechanism *m = shipped(&p);
	int64_t now;

	(void)state;
	assert_true(time_parse(STR("2025-06-01T08:00:00+08:00"), &now));
	mechanism_check(m, NULL, now, &p);
	assert_int_equal(p.errors, 0);
	for (int i = 0; i < p.n; i++)
		if (!strstr(p.v[i].text, "46 个单位、18 个外部联系人、3 个值班人员的电话是占位号码") &&
		    !strstr(p.v[i].text, "12 个一级联动单位没有值班表(“hotline-12345” 等)"))
			fail_msg("%s: %s", p.v[i].file, p.v[i].text);
	assert_int_equal(p.n, 2);
	mechanism_release(m);
	problems_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_complete),
	    cmocka_unit_test(its_cases_pass),
	    cmocka_unit_test(check_warns_of_what_is_to_be_filled_in_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
