/* front_ring.c - the ring of recent events: order, bound, and what a unit's poll is told. */
#include "unit.h"
#include <stdio.h>
#include "front/ring.h"

static struct seen_event event_of(int64_t seq, enum event_type type, const char *unit, const char *units)
{
	return (struct seen_event){
	    .e = {.seq = seq,
		.at = 1000 + seq,
		.type = type,
		.incident = "A-1",
		.dispatch = unit ? 1 : 0,
		.unit = unit,
		.by = "desk1",
		.data = STR("{\"n\":1}")},
	    .units = units,
	};
}

static void add(struct ring *r, int64_t seq, enum event_type type, const char *unit, const char *units)
{
	struct seen_event p = event_of(seq, type, unit, units);

	ring_add(r, &p);
}

static void test_keeps_copies_in_order(void **state)
{
	struct ring *r = ring_new(1 << 20);
	char number[] = "B-7", unit[] = "water", data[] = "{\"a\":2}";
	struct seen_event p = event_of(41, EVENT_DISPATCH_ISSUED, unit, "water,power");

	(void)state;
	ring_reset(r, 40);
	assert_int_equal(ring_first(r), 41);
	assert_int_equal(ring_last(r), 40);
	assert_null(ring_at(r, 40));
	p.e.incident = number;
	p.e.data = (struct str){data, 7};
	p.words.text = "已关阀";
	ring_add(r, &p);
	memset(number, 'x', 3); /* what is kept is a copy */
	memset(unit, 'x', 5);
	memset(data, 'x', 7);
	assert_int_equal(ring_last(r), 41);
	assert_null(ring_at(r, 42));
	assert_string_equal(ring_at(r, 41)->e.incident, "B-7");
	assert_string_equal(ring_at(r, 41)->e.unit, "water");
	assert_string_equal(ring_at(r, 41)->units, "water,power");
	assert_true(str_is(ring_at(r, 41)->e.data, "{\"a\":2}"));
	assert_string_equal(ring_at(r, 41)->words.text, "已关阀");
	assert_null(ring_at(r, 41)->words.person);
	ring_free(r);
}

static void test_bound_in_bytes(void **state)
{
	struct ring *r = ring_new(20000);

	(void)state;
	ring_reset(r, 0);
	for (int64_t seq = 1; seq <= 5000; seq++) {
		add(r, seq, EVENT_DISPATCH_ISSUED, "water", "water");
		assert_true(ring_bytes(r) <= 20000);
	}
	assert_int_equal(ring_last(r), 5000);
	assert_true(ring_first(r) > 4000 && ring_first(r) < 5000);
	for (int64_t seq = ring_first(r); seq <= 5000; seq++)
		assert_int_equal(ring_at(r, seq)->e.seq, seq);
	assert_null(ring_at(r, ring_first(r) - 1));
	ring_free(r);
}

static void test_newest_is_kept_whatever_its_size(void **state)
{
	struct ring *r = ring_new(1);

	(void)state;
	ring_reset(r, 0);
	add(r, 1, EVENT_INCIDENT_REPORTED, NULL, "water");
	add(r, 2, EVENT_INCIDENT_REPORTED, NULL, "water");
	assert_int_equal(ring_first(r), 2);
	assert_int_equal(ring_at(r, 2)->e.seq, 2);
	ring_free(r);
}

/* More than the first table of slots holds, with the start not at its beginning. */
static void test_grows_while_wrapped(void **state)
{
	struct ring *r = ring_new(1 << 24);

	(void)state;
	ring_reset(r, 100);
	for (int64_t seq = 101; seq <= 1300; seq++)
		add(r, seq, EVENT_INCIDENT_REPORTED, NULL, NULL);
	assert_int_equal(ring_first(r), 101);
	for (int64_t seq = 101; seq <= 1300; seq++)
		assert_int_equal(ring_at(r, seq)->e.at, 1000 + seq);
	ring_free(r);
}

static void test_unit_seq(void **state)
{
	struct ring *r = ring_new(1 << 20);

	(void)state;
	ring_reset(r, 10);
	assert_int_equal(ring_unit_seq(r, "water"), 10); /* nothing known of before */
	add(r, 11, EVENT_INCIDENT_REPORTED, NULL, "water,power");
	assert_int_equal(ring_unit_seq(r, "water"), 11);
	assert_int_equal(ring_unit_seq(r, "power"), 11);
	assert_int_equal(ring_unit_seq(r, "fire"), 10);
	add(r, 12, EVENT_DISPATCH_ACKNOWLEDGED, "power", "water,power");
	assert_int_equal(ring_unit_seq(r, "water"), 11); /* another unit's dispatch */
	assert_int_equal(ring_unit_seq(r, "power"), 12);
	add(r, 13, EVENT_DISPATCH_DELIVERED, "water", "water,power");
	add(r, 14, EVENT_PERSONAL_READ, "water", "water,power");
	assert_int_equal(ring_unit_seq(r, "water"), 11); /* quiet ones */
	add(r, 15, EVENT_DISPATCH_OVERDUE, "water", "water,power");
	assert_int_equal(ring_unit_seq(r, "water"), 15);
	ring_reset(r, 5);
	assert_int_equal(ring_unit_seq(r, "water"), 5);
	ring_free(r);
}

static void test_many_units(void **state)
{
	struct ring *r = ring_new(1 << 20);
	char unit[32];

	(void)state;
	ring_reset(r, 0);
	for (int i = 1; i <= 700; i++) {
		snprintf(unit, sizeof unit, "unit-%d", i);
		add(r, i, EVENT_DISPATCH_ISSUED, unit, unit);
	}
	for (int i = 1; i <= 700; i++) {
		snprintf(unit, sizeof unit, "unit-%d", i);
		assert_int_equal(ring_unit_seq(r, unit), i);
	}
	ring_free(r);
}

static void test_touches(void **state)
{
	struct seen_event whole = event_of(1, EVENT_INCIDENT_AMENDED, NULL, "water,power");
	struct seen_event one = event_of(2, EVENT_REMINDER_SENT, "power", "water,power");
	struct seen_event quiet = event_of(3, EVENT_DISPATCH_DELIVERED, "power", "water,power");
	struct seen_event system = {.e = {.seq = 4, .type = EVENT_CONFIG_ACTIVATED}};

	(void)state;
	assert_true(ring_touches(&whole, "water"));
	assert_false(ring_touches(&whole, "wat"));
	assert_false(ring_touches(&whole, "fire"));
	assert_true(ring_touches(&one, "power"));
	assert_false(ring_touches(&one, "water"));
	assert_false(ring_touches(&quiet, "power"));
	assert_false(ring_touches(&system, "power"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keeps_copies_in_order),
	    cmocka_unit_test(test_bound_in_bytes),
	    cmocka_unit_test(test_newest_is_kept_whatever_its_size),
	    cmocka_unit_test(test_grows_while_wrapped),
	    cmocka_unit_test(test_unit_seq),
	    cmocka_unit_test(test_many_units),
	    cmocka_unit_test(test_touches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
