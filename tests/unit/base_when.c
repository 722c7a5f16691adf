/* base_when.c - instants as people type them, each worked out by hand. */
#include "base/time.h"
#include "base/when.h"
#include "unit.h"

/* Wednesday 2026-11-25, 23:05 in the city */
#define NOW "2026-11-25T23:05:00+08:00"

static int64_t instant(const char *rfc3339)
{
	int64_t ms;
	assert_true(time_parse(str_of(rfc3339), &ms));
	return ms;
}

static const struct row {
	const char *now, *typed, *past, *ahead; /* NULL: is none */
} rows[] = {
    {NOW, "2026-11-25T22:00:00+08:00", "2026-11-25T22:00:00+08:00", "2026-11-25T22:00:00+08:00"},
    {NOW, "2026-11-25T14:00:00Z", "2026-11-25T22:00:00+08:00", "2026-11-25T22:00:00+08:00"},
    /* a time of day: the last, the next; ten minutes on the wrong side are today's */
    {NOW, "22:50", "2026-11-25T22:50:00+08:00", "2026-11-26T22:50:00+08:00"},
    {NOW, "23:00", "2026-11-25T23:00:00+08:00", "2026-11-25T23:00:00+08:00"},
    {NOW, "23:10", "2026-11-25T23:10:00+08:00", "2026-11-25T23:10:00+08:00"},
    {NOW, "23:16", "2026-11-24T23:16:00+08:00", "2026-11-25T23:16:00+08:00"},
    {NOW, "2310", "2026-11-25T23:10:00+08:00", "2026-11-25T23:10:00+08:00"},
    {NOW, "9:05", "2026-11-25T09:05:00+08:00", "2026-11-26T09:05:00+08:00"},
    {NOW, "22:50:31", "2026-11-25T22:50:31+08:00", "2026-11-26T22:50:31+08:00"},
    {NOW, "２２：５０", "2026-11-25T22:50:00+08:00", "2026-11-26T22:50:00+08:00"},
    {NOW, "00:20", "2026-11-25T00:20:00+08:00", "2026-11-26T00:20:00+08:00"},
    {"2026-11-26T00:05:00+08:00", "23:58", "2026-11-25T23:58:00+08:00", "2026-11-25T23:58:00+08:00"},
    {"2026-11-26T00:05:00+08:00", "23:50", "2026-11-25T23:50:00+08:00", "2026-11-26T23:50:00+08:00"},
    {"2026-11-25T23:58:00+08:00", "00:03", "2026-11-26T00:03:00+08:00", "2026-11-26T00:03:00+08:00"},
    {"2026-11-25T23:58:00+08:00", "00:30", "2026-11-25T00:30:00+08:00", "2026-11-26T00:30:00+08:00"},
    /* a date; without its year the last or the next one */
    {NOW, "2026-11-25", "2026-11-25T00:00:00+08:00", "2026-11-25T00:00:00+08:00"},
    {NOW, "2026-11-25 08:00", "2026-11-25T08:00:00+08:00", "2026-11-25T08:00:00+08:00"},
    {NOW, "2026-11-25T08:00", "2026-11-25T08:00:00+08:00", "2026-11-25T08:00:00+08:00"},
    {NOW, "2026-11-25T08:00:07", "2026-11-25T08:00:07+08:00", "2026-11-25T08:00:07+08:00"},
    {NOW, "11-25", "2026-11-25T00:00:00+08:00", "2026-11-25T00:00:00+08:00"},
    {NOW, "11-26", "2025-11-26T00:00:00+08:00", "2026-11-26T00:00:00+08:00"},
    {NOW, "3月2日 08:00", "2026-03-02T08:00:00+08:00", "2027-03-02T08:00:00+08:00"},
    {NOW, "3月2日08:00", "2026-03-02T08:00:00+08:00", "2027-03-02T08:00:00+08:00"},
    {NOW, "2025年3月2日 08:00", "2025-03-02T08:00:00+08:00", "2025-03-02T08:00:00+08:00"},
    {NOW, "02-29", "2024-02-29T00:00:00+08:00", "2028-02-29T00:00:00+08:00"},
    {NOW, "今天", "2026-11-25T00:00:00+08:00", "2026-11-25T00:00:00+08:00"},
    {NOW, "昨天 23:10", "2026-11-24T23:10:00+08:00", "2026-11-24T23:10:00+08:00"},
    {NOW, "明天　08:00", "2026-11-26T08:00:00+08:00", "2026-11-26T08:00:00+08:00"},
    {NOW, " yesterday ", "2026-11-24T00:00:00+08:00", "2026-11-24T00:00:00+08:00"},
    /* from now on */
    {NOW, "10m", "2026-11-25T22:55:00+08:00", "2026-11-25T23:15:00+08:00"},
    {NOW, "-10m", "2026-11-25T22:55:00+08:00", "2026-11-25T22:55:00+08:00"},
    {NOW, "+1h30m", "2026-11-26T00:35:00+08:00", "2026-11-26T00:35:00+08:00"},
    {NOW, "2d", "2026-11-23T23:05:00+08:00", "2026-11-27T23:05:00+08:00"},
    {NOW, "1小时30分钟", "2026-11-25T21:35:00+08:00", "2026-11-26T00:35:00+08:00"},
    {NOW, "10分钟前", "2026-11-25T22:55:00+08:00", "2026-11-25T22:55:00+08:00"},
    {NOW, "10分后", "2026-11-25T23:15:00+08:00", "2026-11-25T23:15:00+08:00"},
    {NOW, "现在", NOW, NOW},
    {NOW, "now", NOW, NOW},
    /* none of these */
    {NOW, "", NULL, NULL},
    {NOW, "gestern", NULL, NULL},
    {NOW, "24:00", NULL, NULL},
    {NOW, "23:60", NULL, NULL},
    {NOW, "23:1", NULL, NULL},
    {NOW, "231", NULL, NULL},
    {NOW, "23100", NULL, NULL},
    {NOW, "13-01", NULL, NULL},
    {NOW, "2026-02-29", NULL, NULL},
    {NOW, "02-30", NULL, NULL},
    {NOW, "2026-11-25 ab", NULL, NULL},
    {NOW, "2026-11-25 23:10 x", NULL, NULL},
    {NOW, "2026-11-25T", NULL, NULL},
    {NOW, "今天明天", NULL, NULL},
    {NOW, "10", NULL, NULL},
    {NOW, "10m前后", NULL, NULL},
    {NOW, "\xff\xfe", NULL, NULL},
    {NOW, "1111111111111111111111111111111111111111111111111111111111111111111111111111", NULL, NULL},
};

static void check(const struct row *r, enum when_side side, const char *expected)
{
	char got[TIME_TEXT_MAX];
	int64_t ms = 0;
	bool is = when_parse(str_of(r->typed), instant(r->now), side, &ms, NULL);
	if (!expected) {
		if (is)
			fail_msg("%s is %s", r->typed, time_rfc3339(ms, got));
	} else if (!is || ms != instant(expected)) {
		fail_msg("%s (%s): %s, not %s", r->typed, side == WHEN_PAST ? "past" : "ahead",
		    is ? time_rfc3339(ms, got) : "none", expected);
	}
}

static void as_people_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		check(&rows[i], WHEN_PAST, rows[i].past);
		check(&rows[i], WHEN_AHEAD, rows[i].ahead);
	}
}

static void a_date_alone_is_told(void **state)
{
	int64_t ms;
	bool day;
	(void)state;
	assert_true(when_parse(STR("2026-11-25"), instant(NOW), WHEN_PAST, &ms, &day));
	assert_true(day);
	assert_true(when_parse(STR("昨天"), instant(NOW), WHEN_PAST, &ms, &day));
	assert_true(day);
	assert_true(when_parse(STR("昨天 00:00"), instant(NOW), WHEN_PAST, &ms, &day));
	assert_false(day);
	assert_true(when_parse(STR("2d"), instant(NOW), WHEN_PAST, &ms, &day));
	assert_false(day);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_people_type),
	    cmocka_unit_test(a_date_alone_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
