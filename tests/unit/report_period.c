/* report_period.c - months, quarters, years and spans as whole days of the city. */
#include "unit.h"
#include "base/time.h"
#include "report/period.h"

static int64_t day(int year, int month, int d)
{
	return date_day((struct date){year, month, d});
}

static void expect(const char *text, enum period_kind kind, int64_t from, int64_t to, const char *name,
    const char *title)
{
	struct period p;
	char out[PERIOD_TITLE_MAX];

	assert_true(period_find(str_of(text), &p));
	assert_int_equal(p.kind, kind);
	assert_int_equal(p.from, from);
	assert_int_equal(p.to, to);
	assert_string_equal(p.name, name);
	assert_string_equal(period_title(&p, out), title);
}

static void reads_each_kind(void **state)
{
	(void)state;
	expect("2026-02", PERIOD_MONTH, day(2026, 2, 1), day(2026, 3, 1), "2026-02", "2026年2月");
	expect("2026-12", PERIOD_MONTH, day(2026, 12, 1), day(2027, 1, 1), "2026-12", "2026年12月");
	expect("2026Q1", PERIOD_QUARTER, day(2026, 1, 1), day(2026, 4, 1), "2026Q1", "2026年第一季度");
	expect("2026q4", PERIOD_QUARTER, day(2026, 10, 1), day(2027, 1, 1), "2026Q4", "2026年第四季度");
	expect("2028", PERIOD_YEAR, day(2028, 1, 1), day(2029, 1, 1), "2028", "2028年");
	expect("2026-03-05..2026-03-05", PERIOD_SPAN, day(2026, 3, 5), day(2026, 3, 6),
	    "2026-03-05..2026-03-05", "2026年3月5日至3月5日");
	expect("2025-12-30..2026-01-02", PERIOD_SPAN, day(2025, 12, 30), day(2026, 1, 3),
	    "2025-12-30..2026-01-02", "2025年12月30日至2026年1月2日");
}

static void refuses_what_is_none(void **state)
{
	static const char *const bad[] = {"", "2026-13", "2026-00", "2026-1", "2026Q0", "2026Q5", "2026-Q1",
	    "1999", "3000", "20260", "2026-02-30..2026-03-01", "2026-03-02..2026-03-01",
	    "2026-03-01.2026-03-02", "2026-03-01..", "..", "2026Q1 "};
	struct period p;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(period_find(str_of(bad[i]), &p));
	assert_false(period_parse(PERIOD_MONTH, STR("2026Q1"), &p));
	assert_false(period_parse(PERIOD_QUARTER, STR("2026-01"), &p));
}

static const char *before(const char *text)
{
	static struct period p;

	assert_true(period_find(str_of(text), &p));
	p = period_before(&p);
	return p.name;
}

static void knows_the_one_before(void **state)
{
	(void)state;
	assert_string_equal(before("2026-01"), "2025-12");
	assert_string_equal(before("2026-03"), "2026-02");
	assert_string_equal(before("2026Q1"), "2025Q4");
	assert_string_equal(before("2026Q3"), "2026Q2");
	assert_string_equal(before("2026"), "2025");
	assert_string_equal(before("2026-03-01..2026-03-03"), "2026-02-26..2026-02-28");
}

/* The last millisecond of a quarter belongs to it, the next one does not. */
static void its_instants_are_the_citys_midnights(void **state)
{
	struct period p;
	int64_t last, next;

	(void)state;
	assert_true(period_find(STR("2026Q1"), &p));
	assert_true(time_parse(STR("2026-03-31T23:59:59.999+08:00"), &last));
	assert_true(time_parse(STR("2026-04-01T00:00:00+08:00"), &next));
	assert_true(last >= period_from_ms(&p) && last < period_to_ms(&p));
	assert_int_equal(period_to_ms(&p), next);
	assert_int_equal(local_day(last), p.to - 1);
	assert_int_equal(local_day(next), p.to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_each_kind),
	    cmocka_unit_test(refuses_what_is_none),
	    cmocka_unit_test(knows_the_one_before),
	    cmocka_unit_test(its_instants_are_the_citys_midnights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
