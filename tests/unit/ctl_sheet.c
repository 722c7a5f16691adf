/*
 * ctl_sheet.c - CSV as spreadsheet programs write it, and what they do to phone numbers.
 */
#include "unit.h"
#include "base/arena.h"
#include "ctl/sheet.h"
#include "base/time.h"

struct parsed {
	struct arena *a;
	struct problems p;
	struct sheet s;
	bool good;
};

static struct parsed parsed(struct str bytes)
{
	struct parsed x = {.a = arena_new()};

	problems_init(&x.p, false);
	x.good = sheet_parse(x.a, "t.csv", bytes, &x.s, &x.p);
	return x;
}

static void done(struct parsed *x)
{
	problems_free(&x->p);
	arena_free(x->a);
}

static void fails(struct str bytes, int line, int column, const char *says)
{
	struct parsed x = parsed(bytes);

	assert_false(x.good);
	assert_int_equal(x.p.v[0].line, line);
	assert_int_equal(x.p.v[0].column, column);
	if (!strstr(x.p.v[0].text, says))
		fail_msg("%s", x.p.v[0].text);
	done(&x);
}

static void it_reads_what_excel_writes(void **state)
{
	struct parsed x = parsed(STR("\xEF\xBB\xBF单位,电话,说明\r\n"
				     "water,0597-0000101,\"甲,\"\"乙\"\"\"\r\n"
				     " power\xE3\x80\x80,\"=\"\"0597\"\"\",'+86 1\r\n"
				     ",,\r\n\r\n"));

	(void)state;
	assert_true(x.good);
	assert_false(x.s.gbk);
	assert_int_equal(x.s.columns, 3);
	assert_int_equal(x.s.n, 2);
	assert_string_equal(x.s.heads[0], "单位");
	assert_string_equal(x.s.rows[0].cells[2], "甲,\"乙\"");
	assert_string_equal(x.s.rows[1].cells[0], "power");
	assert_string_equal(x.s.rows[1].cells[1], "0597");
	assert_string_equal(x.s.rows[1].cells[2], "+86 1");
	assert_int_equal(x.s.rows[1].line, 3);
	assert_int_equal(sheet_column(&x.s, "说明", NULL), 2);
	assert_int_equal(sheet_column(&x.s, "phone", "电话"), 1);
	assert_int_equal(sheet_column(&x.s, "没有", NULL), -1);
	done(&x);
}

static void it_reads_gbk(void **state)
{
	struct parsed x = parsed(STR("\xB5\xA5\xCE\xBB;\xB5\xE7\xBB\xB0\r\n\xCB\xAE;119\r\n"));

	(void)state;
	assert_true(x.good);
	assert_true(x.s.gbk);
	assert_string_equal(x.s.heads[0], "单位");
	assert_string_equal(x.s.heads[1], "电话");
	assert_string_equal(x.s.rows[0].cells[0], "水");
	done(&x);
}

static void it_names_line_and_column(void **state)
{
	(void)state;
	fails(STR("a,b\n1,2\n\n3,4\n"), 3, 1, "空行");
	fails(STR("a,b\n1,2,3\n"), 2, 3, "不在任何表头之下");
	fails(STR("a,a\n1,2\n"), 1, 2, "出现两次");
	fails(STR("a,b\n1,\"2\n"), 2, 2, "引号没有配对");
	fails(STR("a\n\xFF\xFF\n"), 2, 1, "既不是 UTF-8 也不是 GBK");
	fails(STR("\xFF\xFE\x41\x00"), 1, 1, "UTF-16");
	fails(STR("PK\x03\x04xxxx"), 0, 0, "工作簿");
	fails(STR(""), 0, 0, "空的");
	fails(STR(",,\n1,2\n"), 1, 1, "表头");
}

static void it_knows_what_excel_does_to_numbers(void **state)
{
	static const struct {
		const char *cell;
		enum phone_harm harm;
	} cases[] = {
	    {"0597-0000101", PHONE_WHOLE},
	    {"05970000101", PHONE_WHOLE},
	    {"13900001234", PHONE_WHOLE},
	    {"7530000", PHONE_WHOLE},
	    {"119", PHONE_WHOLE},
	    {"4008123123", PHONE_WHOLE},
	    {"+86 139 0000 1234", PHONE_WHOLE},
	    {"7530000转801", PHONE_WHOLE},
	    {"597-0000101", PHONE_WHOLE},
	    {"1.39E+10", PHONE_EXPONENT},
	    {"1.39e+10", PHONE_EXPONENT},
	    {"5.97E+09", PHONE_EXPONENT},
	    {"5970000101", PHONE_ZERO_LOST},
	    {"59112345678", PHONE_ZERO_LOST},
	    {"1012345678", PHONE_ZERO_LOST},
	    {"1390000123400000", PHONE_ROUNDED},
	    {"张三", PHONE_NONE},
	    {"", PHONE_NONE},
	    {"12", PHONE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (sheet_phone(cases[i].cell) != cases[i].harm)
			fail_msg("%s: %d", cases[i].cell, (int)sheet_phone(cases[i].cell));
}

static void it_reads_lists_dates_and_times(void **state)
{
	const char *cell = " 陈某、 李某; 王某/";
	int64_t day, expected = date_day((struct date){2026, 3, 1});
	static const char *const dates[] = {"2026-03-01", "2026/3/1", "2026年3月1日", "2026.3.01"};
	static const char *const no_dates[] = {"3月1日", "2026-02-30", "2026-3-1x", "46082", "", "26-3-1"};
	int minute;

	(void)state;
	assert_true(str_is(str_item(&cell), "陈某"));
	assert_true(str_is(str_item(&cell), "李某"));
	assert_true(str_is(str_item(&cell), "王某"));
	assert_int_equal(str_item(&cell).n, 0);
	for (size_t i = 0; i < COUNT(dates); i++) {
		assert_true(sheet_date(dates[i], &day));
		assert_int_equal(day, expected);
	}
	for (size_t i = 0; i < COUNT(no_dates); i++)
		if (sheet_date(no_dates[i], &day))
			fail_msg("%s", no_dates[i]);
	assert_true(sheet_minute("8:00", &minute));
	assert_int_equal(minute, 480);
	assert_true(sheet_minute("17:30:00", &minute));
	assert_int_equal(minute, 1050);
	assert_true(sheet_minute("24:00", &minute));
	assert_int_equal(minute, 0);
	assert_false(sheet_minute("8点", &minute));
	assert_false(sheet_minute("25:00", &minute));
	assert_false(sheet_minute("08:61", &minute));
	assert_false(sheet_minute("", &minute));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_reads_what_excel_writes),
	    cmocka_unit_test(it_reads_gbk),
	    cmocka_unit_test(it_names_line_and_column),
	    cmocka_unit_test(it_knows_what_excel_does_to_numbers),
	    cmocka_unit_test(it_reads_lists_dates_and_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
