/*
 * domain_mode.c - emergency modes: when and where they hold and what they change; and entries of the
 * register as decisions have them.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/entry.h"
#include "domain/mode.h"

static struct mode_rule rules[] = {
    {.id = "typhoon", .silent = 1u << P4, .excuse = 1u << P3, .batch_ms = {[P3] = 1800}},
    {.id = "rain", .silent = 1u << P3 | 1u << P4, .batch_ms = {[P3] = 3600}},
};
static struct area city = {.code = "350881001"}, village = {.code = "350881001003", .parent = &city},
		   outside = {.code = "350881102"};
static struct mechanism m;

static int set_up(void **state)
{
	(void)state;
	m = (struct mechanism){.arena = arena_new(), .policy = {.modes = rules, .n_modes = 2}};
	m.areas = arena_new_array(m.arena, struct area, 3);
	m.areas[0] = city;
	m.areas[1] = village;
	m.areas[1].parent = &m.areas[0];
	m.areas[2] = outside;
	m.n_areas = 3;
	mechanism_index(&m);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(m.arena);
	return 0;
}

static void it_holds_from_its_beginning_to_before_its_end(void **state)
{
	struct mode mode = {.name = "typhoon", .from = 100, .until = 200};

	(void)state;
	assert_false(mode_holds(&mode, 99));
	assert_true(mode_holds(&mode, 100));
	assert_true(mode_holds(&mode, 199));
	assert_false(mode_holds(&mode, 200));
	mode.ended = 150;
	assert_int_equal(mode_end(&mode), 150);
	assert_false(mode_holds(&mode, 150));
}

static void it_concerns_its_areas_and_what_lies_in_them(void **state)
{
	struct mode all = {.name = "typhoon"}, some = {.name = "typhoon", .areas = "350881102,350881001"};

	(void)state;
	assert_true(mode_concerns(&all, &m, NULL));
	assert_true(mode_concerns(&some, &m, "350881001"));
	assert_true(mode_concerns(&some, &m, "350881001003"));
	some.areas = "350881102";
	assert_false(mode_concerns(&some, &m, "350881001003"));
	assert_false(mode_concerns(&some, &m, NULL));
	assert_false(mode_concerns(&some, &m, "1"));
}

static void what_holds_together_adds_up(void **state)
{
	const struct mode both[] = {{.name = "typhoon", .from = 100, .until = 200},
	    {.name = "rain", .from = 150, .until = 300, .areas = "350881001"},
	    {.name = "gone", .until = 999}};
	const struct mode other_way[] = {both[1], both[0]};
	struct circumstances c = {.modes = both, .n_modes = 3};

	(void)state;
	assert_true(modes_silent(&c, &m, 120, "350881001", P4));
	assert_false(modes_silent(&c, &m, 120, "350881001", P3));
	assert_true(modes_silent(&c, &m, 150, "350881001", P3));
	assert_false(modes_silent(&c, &m, 150, "350881102", P3));
	assert_false(modes_silent(&c, &m, 300, "350881001", P4));
	assert_int_equal(modes_batch_ms(&c, &m, 120, "350881001", P3), 1800);
	assert_int_equal(modes_batch_ms(&c, &m, 160, "350881001", P3), 3600);
	assert_int_equal(modes_batch_ms(&c, &m, 160, "350881001", P2), 0);
	/* the longer one, whichever was declared first */
	assert_int_equal(modes_batch_ms(&(struct circumstances){.modes = other_way, .n_modes = 2}, &m, 160,
			     "350881001", P3),
	    3600);
	assert_int_equal(modes_batch_ms(&(struct circumstances){0}, &m, 160, NULL, P3), 0);
}

/* 2026-03-20T08:00:00+08:00 to 2026-03-21T08:00:00+08:00 */
#define BEGUN INT64_C(1773964800000)
#define DECLARED INT64_C(1774051200000)

static void an_entry_is_a_mode(void **state)
{
	struct arena *a = arena_new();
	struct entry e = {.id = 7,
	    .kind = ENTRY_MODE,
	    .name = "typhoon",
	    .at = BEGUN,
	    .until = DECLARED,
	    .data = STR("{\"declared\":\"2026-03-21T08:00:00+08:00\",\"areas\":\"350881102\"}")};
	struct mode mode = mode_of_entry(&e, a);

	(void)state;
	assert_true(mode.id == 7 && mode.from == BEGUN && mode.until == DECLARED && mode.ended == 0);
	assert_string_equal(mode.areas, "350881102");
	e.until = BEGUN + 1000;
	mode = mode_of_entry(&e, a);
	assert_true(mode.until == DECLARED && mode.ended == BEGUN + 1000);
	arena_free(a);
}

static void an_entry_is_an_assignment(void **state)
{
	struct arena *a = arena_new();
	struct entry e = {.kind = ENTRY_ASSIGNMENT,
	    .unit = "water",
	    .at = 5,
	    .until = 9,
	    .data = STR("{\"people\":\"chen,li\"}")};
	struct duty_assignment one = assignment_of_entry(&e, a);

	(void)state;
	assert_string_equal(one.unit, "water");
	assert_string_equal(one.people, "chen,li");
	assert_true(one.from == 5 && one.to == 9);
	arena_free(a);
}

/* Whatever of it is changed by hand is another digest; what may change without an event is not in it. */
static void the_digest_is_of_all_that_it_says(void **state)
{
	const struct entry e = {.id = 3,
	    .kind = ENTRY_MEETING,
	    .name = "2026-02",
	    .unit = "water",
	    .at = 5,
	    .until = 9,
	    .by = "o",
	    .data = STR("{}")};
	struct digest first = entry_digest(&e), other;
	struct entry v[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		v[i] = e;
	v[0].kind = ENTRY_PERIOD;
	v[1].name = "2026-03";
	v[2].unit = NULL;
	v[3].at = 6;
	v[4].until = 0;
	v[5].state = ITEM_DONE;
	v[6].by = "p";
	v[7].data = STR("{\"a\":1}");
	for (int i = 0; i < 8; i++) {
		other = entry_digest(&v[i]);
		assert_false(digest_eq(&first, &other));
	}
	v[0] = e;
	v[0].id = 9;
	v[0].wake_at = 1;
	v[0].personal = STR("{}");
	other = entry_digest(&v[0]);
	assert_true(digest_eq(&first, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_holds_from_its_beginning_to_before_its_end),
	    cmocka_unit_test(it_concerns_its_areas_and_what_lies_in_them),
	    cmocka_unit_test(what_holds_together_adds_up),
	    cmocka_unit_test(an_entry_is_a_mode),
	    cmocka_unit_test(an_entry_is_an_assignment),
	    cmocka_unit_test(the_digest_is_of_all_that_it_says),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
