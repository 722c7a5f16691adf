/*
 * domain_circumstances.c - downtimes: kept in order, added together where they touch, asked for an
 * instant and for a stretch.
 */
#include "unit.h"
#include "domain/circumstances.h"

/* 100..200 and 300..400. */
static const struct downtime two[] = {{100, 200}, {300, 400}};
static const struct circumstances c = {.downtimes = two, .n_downtimes = 2};

static void an_instant_lies_in_one_or_not(void **state)
{
	(void)state;
	assert_false(circumstances_away(&c, 99));
	assert_true(circumstances_away(&c, 100));
	assert_true(circumstances_away(&c, 200));
	assert_false(circumstances_away(&c, 201));
	assert_false(circumstances_away(&c, 299));
	assert_true(circumstances_away(&c, 350));
	assert_false(circumstances_away(&c, 401));
	assert_false(circumstances_away(&(struct circumstances){0}, 100));
}

static void a_stretch_has_so_much_of_them(void **state)
{
	(void)state;
	assert_int_equal(circumstances_away_ms(&c, 0, 1000), 200);
	assert_int_equal(circumstances_away_ms(&c, 0, 100), 0);
	assert_int_equal(circumstances_away_ms(&c, 150, 350), 100);
	assert_int_equal(circumstances_away_ms(&c, 120, 130), 10);
	assert_int_equal(circumstances_away_ms(&c, 200, 300), 0);
	assert_int_equal(circumstances_away_ms(&c, 390, 391), 1);
	assert_int_equal(circumstances_away_ms(&c, 400, 500), 0);
	assert_int_equal(circumstances_away_ms(&(struct circumstances){0}, 0, 1000), 0);
}

static void assert_after(struct downtime one, size_t n, const struct downtime *expected)
{
	struct downtime v[4] = {{100, 200}, {300, 400}};

	assert_int_equal(downtimes_add(v, 2, one), n);
	assert_memory_equal(v, expected, n * sizeof(*v));
}

static void those_that_touch_become_one(void **state)
{
	(void)state;
	assert_after((struct downtime){500, 600}, 3, (struct downtime[]){{100, 200}, {300, 400}, {500, 600}});
	assert_after((struct downtime){10, 20}, 3, (struct downtime[]){{10, 20}, {100, 200}, {300, 400}});
	assert_after((struct downtime){220, 230}, 3, (struct downtime[]){{100, 200}, {220, 230}, {300, 400}});
	assert_after((struct downtime){200, 250}, 2, (struct downtime[]){{100, 250}, {300, 400}});
	assert_after((struct downtime){250, 300}, 2, (struct downtime[]){{100, 200}, {250, 400}});
	assert_after((struct downtime){150, 350}, 1, (struct downtime[]){{100, 400}});
	assert_after((struct downtime){0, 1000}, 1, (struct downtime[]){{0, 1000}});
	assert_after((struct downtime){110, 120}, 2, (struct downtime[]){{100, 200}, {300, 400}});
	/* a clock that went back meanwhile leaves nothing to add */
	assert_after((struct downtime){500, 500}, 2, (struct downtime[]){{100, 200}, {300, 400}});
	assert_after((struct downtime){500, 450}, 2, (struct downtime[]){{100, 200}, {300, 400}});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_instant_lies_in_one_or_not),
	    cmocka_unit_test(a_stretch_has_so_much_of_them),
	    cmocka_unit_test(those_that_touch_become_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
