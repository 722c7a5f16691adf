/* base_time.c - instants and days against hand-computed values and a day-by-day walk. */
#include "unit.h"
#include "base/time.h"

static void parses_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"1970-01-01T08:00:00+08:00", 0},
	    {"2026-03-02T08:00:00+08:00", INT64_C(1772409600000)},
	    {"2026-03-02T08:00:00.123+08:00", INT64_C(1772409600123)},
	    {"2026-03-02T00:00:00.5z", INT64_C(1772409600500)},
	    {"2026-03-01t18:30:00.0009-05:30", INT64_C(1772409600000)},
	    {"2024-02-29T23:59:59Z", INT64_C(1709251199000)},
	    {"2000-01-01T00:00:00Z", INT64_C(946684800000)},
	    {"1969-12-31T23:59:59.999Z", -1},
	    {"0001-01-01T00:00:00Z", INT64_C(-62135596800000)},
	    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = 42;

		assert_true(time_parse(str_of(cases[i].text), &ms));
		assert_int_equal(ms, cases[i].ms);
	}
}

static void refuses_what_is_no_instant(void **state)
{
	static const char *const cases[] = {
	    "",
	    "2026-03-02",
	    "2026-03-02T08:00:00",
	    "2026-03-02 08:00:00Z",
	    "2026-03-02T08:00Z",
	    "2026-02-29T08:00:00Z",
	    "2026-04-31T08:00:00Z",
	    "2026-13-01T08:00:00Z",
	    "2026-00-01T08:00:00Z",
	    "2026-01-00T08:00:00Z",
	    "0000-01-01T00:00:00Z",
	    "2100-02-29T00:00:00Z",
	    "2026-03-02T24:00:00Z",
	    "2026-03-02T23:60:00Z",
	    "2026-06-30T23:59:60Z",
	    "2026-03-02T08:00:00.Z",
	    "2026-03-02T08:00:00,5Z",
	    "2026-03-02T08:00:00+0800",
	    "2026-03-02T08:00:00+24:00",
	    "2026-03-02T08:00:00+08:60",
	    "2026-03-02T08:00:00Z ",
	    " 2026-03-02T08:00:00Z",
	    "2026-3-2T08:00:00Z",
	    "+2026-03-02T08:00:00Z",
	    "2026-03-02T08:00:00+08",
	    "2026-03-02T-8:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = 42;

		assert_false(time_parse(str_of(cases[i]), &ms));
		assert_int_equal(ms, 42);
	}
}

static void writes_the_citys_time(void **state)
{
	char out[TIME_TEXT_MAX];

	(void)state;
	assert_string_equal(time_rfc3339(0, out), "1970-01-01T08:00:00+08:00");
	assert_string_equal(time_rfc3339(INT64_C(1772409600000), out), "2026-03-02T08:00:00+08:00");
	assert_string_equal(time_rfc3339(INT64_C(1772409600007), out), "2026-03-02T08:00:00.007+08:00");
	assert_string_equal(time_rfc3339(-1, out), "1970-01-01T07:59:59.999+08:00");
	assert_string_equal(time_rfc3339(INT64_MAX, out), "9999-12-31T23:59:59.999+08:00");
	assert_string_equal(time_rfc3339(INT64_MIN, out), "0001-01-01T08:00:00+08:00");
}

static void writes_as_people_do(void **state)
{
	char out[TIME_TEXT_MAX];
	int64_t at = INT64_C(1772409600000); /* 2026-03-02T08:00+08:00 */

	(void)state;
	assert_string_equal(time_chinese(at, at, out), "3月2日 08:00");
	assert_string_equal(time_chinese(at, at + 365 * DAY_MS, out), "2026年3月2日 08:00");
	/* New year's eve is told from the city's midnight, not that of UTC. */
	assert_string_equal(time_chinese(INT64_C(1767196740000), INT64_C(1767196800000), out),
	    "2025年12月31日 23:59");
	assert_string_equal(duration_chinese(90 * MINUTE_MS, out), "1小时30分");
	assert_string_equal(duration_chinese(45 * MINUTE_MS, out), "45分");
	assert_string_equal(duration_chinese(30 * SECOND_MS, out), "30秒");
	assert_string_equal(duration_chinese(61 * SECOND_MS, out), "1分1秒");
	assert_string_equal(duration_chinese(HOUR_MS + 59 * SECOND_MS, out), "1小时");
	assert_string_equal(duration_chinese(24 * HOUR_MS, out), "24小时");
	assert_string_equal(duration_chinese(72 * HOUR_MS, out), "3天");
	assert_string_equal(duration_chinese(49 * HOUR_MS, out), "2天1小时");
	assert_string_equal(duration_chinese(-5 * MINUTE_MS, out), "-5分");
	assert_string_equal(duration_chinese(0, out), "0秒");
	assert_string_equal(duration_chinese(999, out), "0秒");
	duration_chinese(INT64_MAX, out);
	duration_chinese(INT64_MIN, out);
}

static void parses_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
	    {"30s", 30000},
	    {"5m", 300000},
	    {"2h", 7200000},
	    {"3d", 259200000},
	    {"1h30m", 5400000},
	    {"1d2h3m4s", 93784000},
	    {"90m", 5400000},
	    {"0s", 0},
	    {"", -1},
	    {"5", -1},
	    {"m", -1},
	    {"5x", -1},
	    {"-5m", -1},
	    {"1m1h", -1},
	    {"1m1m", -1},
	    {"250ms", 250},
	    {"1m1ms", MINUTE_MS + 1},
	    {"1ms1m", -1},
	    {"1sm", -1},
	    {"1h ", -1},
	    {"1 h", -1},
	    {"1h30", -1},
	    {"1.5h", -1},
	    {"1234567890s", -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = -1;

		assert_int_equal(duration_parse(str_of(cases[i].text), &ms), cases[i].ms >= 0);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void local_days_begin_at_the_citys_midnight(void **state)
{
	(void)state;
	assert_int_equal(local_day(0), 0);
	assert_int_equal(local_day(16 * HOUR_MS - 1), 0);
	assert_int_equal(local_day(16 * HOUR_MS), 1);
	assert_int_equal(local_day(-8 * HOUR_MS), 0);
	assert_int_equal(local_day(-8 * HOUR_MS - 1), -1);
	assert_int_equal(day_start(0), -8 * HOUR_MS);
	assert_int_equal(day_start(20514), INT64_C(1772380800000)); /* 2026-03-02 */
	assert_int_equal(day_weekday(0), 3);
	assert_int_equal(day_weekday(20514), 0);
	assert_int_equal(day_weekday(-4), 6);
	assert_int_equal(day_weekday(-3), 0);
}

/* Every day from the year 1 to 9999, counted on by a calendar kept by hand. */
static void dates_and_days_agree_for_all_years(void **state)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t day = -719162;
	int bad = 0;

	(void)state;
	for (int y = 1; y <= 9999; y++)
		for (int m = 1; m <= 12; m++) {
			int leap = m == 2 && (y % 400 == 0 || (y % 4 == 0 && y % 100 != 0));

			for (int d = 1; d <= lengths[m - 1] + leap; d++, day++) {
				struct date got = day_date(day);

				bad += date_day((struct date){y, m, d}) != day;
				bad += got.year != y || got.month != m || got.day != d;
				bad += !date_valid((struct date){y, m, d});
			}
			bad += date_valid((struct date){y, m, lengths[m - 1] + leap + 1});
		}
	assert_int_equal(bad, 0);
	assert_int_equal(day, 2932897);
}

static void parses_dates(void **state)
{
	struct date d = {0, 0, 0};

	(void)state;
	assert_true(date_parse(STR("2026-03-02"), &d));
	assert_int_equal(d.year * 10000 + d.month * 100 + d.day, 20260302);
	assert_false(date_parse(STR("2026-02-30"), &d));
	assert_false(date_parse(STR("2026-03-2"), &d));
	assert_false(date_parse(STR("2026-03-02T"), &d));
	assert_false(date_parse(STR("20260302"), &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses_rfc3339),
	    cmocka_unit_test(refuses_what_is_no_instant),
	    cmocka_unit_test(writes_the_citys_time),
	    cmocka_unit_test(writes_as_people_do),
	    cmocka_unit_test(parses_durations),
	    cmocka_unit_test(local_days_begin_at_the_citys_midnight),
	    cmocka_unit_test(dates_and_days_agree_for_all_years),
	    cmocka_unit_test(parses_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
