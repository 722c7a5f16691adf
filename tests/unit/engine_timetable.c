/*
 * engine_timetable.c - when a backup is due, and the names by which a start finds those that are there.
 */
#include "engine/timetable.h"
#include "base/time.h"
#include "mechanism/options.h"
#include "unit.h"

#define STORE "0123456789abcdef"

static int64_t at(const char *text)
{
	int64_t ms;

	assert_true(time_parse(str_of(text), &ms));
	return ms;
}

static void a_backup_is_due_at_its_hour(void **state)
{
	struct options o = {.backup_at = "03:00", .backup_every_ms = DAY_MS};

	(void)state;
	assert_int_equal(timetable_due(&o, at("2026-03-02T02:59:59+08:00")), at("2026-03-01T03:00:00+08:00"));
	assert_int_equal(timetable_due(&o, at("2026-03-02T03:00:00+08:00")), at("2026-03-02T03:00:00+08:00"));
	o.backup_every_ms = 6 * HOUR_MS; /* 3:00, 9:00, 15:00, 21:00 */
	assert_int_equal(timetable_due(&o, at("2026-03-02T08:00:00+08:00")), at("2026-03-02T03:00:00+08:00"));
	assert_int_equal(timetable_due(&o, at("2026-03-02T09:00:01+08:00")), at("2026-03-02T09:00:00+08:00"));
	assert_int_equal(timetable_due(&o, at("2026-03-02T02:00:00+08:00")), at("2026-03-01T21:00:00+08:00"));
	o.backup_at = "00:00";
	o.backup_every_ms = 7 * DAY_MS; /* 1970-01-01 was a Thursday, and so is each of them */
	assert_int_equal(timetable_due(&o, at("2026-03-02T08:00:00+08:00")), at("2026-02-26T00:00:00+08:00"));
}

static void a_name_is_read_as_it_was_written(void **state)
{
	char name[80];
	int64_t then = at("2026-03-02T03:00:07+08:00");

	(void)state;
	assert_string_equal(timetable_name(STORE, then, name, sizeof name),
	    "liandong-" STORE "-20260302-030007.db");
	assert_int_equal(timetable_instant(STORE, name), then);
	assert_string_equal(timetable_name(STORE, then + 999, name, sizeof name),
	    "liandong-" STORE "-20260302-030007.db");
}

static void a_name_of_another_is_none_of_ours(void **state)
{
	static const char *const names[] = {"liandong-fedcba9876543210-20260302-030007.db",
	    "liandong-" STORE "-20260302-030007.db.partial", "liandong-" STORE "-20260230-030007.db",
	    "liandong-" STORE "-20260302-250007.db", "liandong-" STORE "-20260302-03000x.db",
	    "liandong-" STORE "-2026 302-030007.db", "Liandong-" STORE "-20260302-030007.db", "2026-03-02.db",
	    "", "."};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (timetable_instant(STORE, names[i]) != 0)
			fail_msg("%s", names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_backup_is_due_at_its_hour),
	    cmocka_unit_test(a_name_is_read_as_it_was_written),
	    cmocka_unit_test(a_name_of_another_is_none_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
