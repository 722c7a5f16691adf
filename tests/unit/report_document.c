/* report_document.c - a report's cells in its four forms: each written out by hand. */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "report/document.h"

#include <locale.h>
#include <stdlib.h>
#include <time.h>

static struct arena *arena;
static struct report_document d;

static const struct report_column columns[] = {
    {"unit", "单位", CELL_TEXT},
    {"dispatches", "指令", CELL_COUNT},
    {"rate", "及时率", CELL_RATE},
    {"score", "得分", CELL_SCORE},
    {"late", "超时", CELL_DURATION},
    {"day", "日期", CELL_DATE},
    {"at", "时刻", CELL_INSTANT},
};

static void fill(const char *unit, int64_t n)
{
	struct report_sheet *s = &d.sheets[0];
	struct report_cell *row = report_row(&d, s);

	row[0] = cell_text(unit);
	row[1] = cell_number(n);
	row[2] = cell_rate(2, 3);
	row[3] = cell_number(9850);
	row[4] = cell_number(31 * MINUTE_MS + 1);
	row[5] = cell_number(date_day((struct date){2026, 3, 31}));
	row[6] = cell_number(day_start(date_day((struct date){2026, 4, 1})) - 1);
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	d = (struct report_document){.arena = arena};
	assert_true(period_find(STR("2026Q1"), &d.head.period));
	d.head.city = "漳平市";
	d.head.store = "0123456789abcdef";
	d.head.seq = 42;
	d.head.chain = "ab12";
	d.head.revision = "0123456789ab";
	document_add(&d, "units", "各单位", columns, (int)COUNT(columns));
	fill("water", 12);
	fill("power", 0);
	report_row(&d, &d.sheets[0])[0] = cell_text("=1+1");
	d.sheets[0].note = "按首次下达日统计";
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static char *written(enum report_format f)
{
	struct buf out = {0};
	const char *why = NULL;
	char *text;

	assert_true(report_formats[f].write(&d, &out, &why));
	text = arena_str(arena, buf_view(&out));
	buf_free(&out);
	return text;
}

static void shares_are_rounded_half_up(void **state)
{
	struct report_cell none = cell_rate(0, 0);

	(void)state;
	assert_int_equal(rate_of(1, 3), 333);
	assert_int_equal(rate_of(2, 3), 667);
	assert_int_equal(rate_of(1, 16), 63); /* 62.5 */
	assert_int_equal(rate_of(1, 2000), 1);
	assert_int_equal(rate_of(1, 2001), 0);
	assert_int_equal(rate_of(0, 7), 0);
	assert_int_equal(rate_of(7, 7), 1000);
	assert_true(none.empty);
}

static void words(enum cell_kind kind, int64_t n, const char *expected)
{
	struct report_cell c = cell_number(n);
	char out[CELL_TEXT_MAX];

	assert_string_equal(cell_words(&c, kind, out), expected);
}

static void cells_are_said_in_words(void **state)
{
	struct report_cell none = {.empty = true};
	char out[CELL_TEXT_MAX];

	(void)state;
	words(CELL_COUNT, -3, "-3");
	words(CELL_RATE, 833, "83.3%");
	words(CELL_RATE, 1000, "100.0%");
	words(CELL_RATE, -5, "-0.5%");
	words(CELL_SCORE, 9850, "98.50");
	words(CELL_SCORE, -205, "-2.05");
	words(CELL_DURATION, 59999, "0:00:59.999");
	words(CELL_DURATION, 100 * HOUR_MS, "100:00:00");
	words(CELL_INSTANT, day_start(date_day((struct date){2026, 3, 1})) + 8 * HOUR_MS,
	    "2026-03-01 08:00:00");
	words(CELL_INSTANT, day_start(date_day((struct date){2026, 3, 1})) + 18 * HOUR_MS + 7,
	    "2026-03-01 18:00:00.007");
	assert_string_equal(cell_words(&none, CELL_RATE, out), "–");
}

static void json_is_canonical(void **state)
{
	static const char expected[] =
	    "{\"report\":{\"version\":1,\"kind\":\"quarter\",\"period\":\"2026Q1\",\"from\":\"2026-01-01\","
	    "\"to\":\"2026-03-31\",\"state\":\"draft\",\"drill\":false,\"city\":\"漳平市\","
	    "\"store\":\"0123456789abcdef\",\"seq\":42,\"chain\":\"ab12\",\"revision\":\"0123456789ab\","
	    "\"official_rubric\":false},\"tables\":[{\"id\":\"units\",\"title\":\"各单位\","
	    "\"note\":\"按首次下达日统计\",\"columns\":["
	    "{\"id\":\"unit\",\"title\":\"单位\",\"kind\":\"text\"},"
	    "{\"id\":\"dispatches\",\"title\":\"指令\",\"kind\":\"count\"},"
	    "{\"id\":\"rate\",\"title\":\"及时率\",\"kind\":\"rate\"},"
	    "{\"id\":\"score\",\"title\":\"得分\",\"kind\":\"score\"},"
	    "{\"id\":\"late\",\"title\":\"超时\",\"kind\":\"duration\"},"
	    "{\"id\":\"day\",\"title\":\"日期\",\"kind\":\"date\"},"
	    "{\"id\":\"at\",\"title\":\"时刻\",\"kind\":\"instant\"}],\"rows\":["
	    "{\"unit\":\"water\",\"dispatches\":12,\"rate\":667,\"score\":9850,\"late\":1860001,"
	    "\"day\":\"2026-03-31\",\"at\":\"2026-03-31T23:59:59.999+08:00\"},"
	    "{\"unit\":\"power\",\"dispatches\":0,\"rate\":667,\"score\":9850,\"late\":1860001,"
	    "\"day\":\"2026-03-31\",\"at\":\"2026-03-31T23:59:59.999+08:00\"},"
	    "{\"unit\":\"=1+1\",\"dispatches\":null,\"rate\":null,\"score\":null,\"late\":null,\"day\":null,"
	    "\"at\":null}]}]}";

	(void)state;
	assert_string_equal(written(REPORT_JSON), expected);
}

/* What was closed is read back, and says in every form what it said. */
static void json_is_read_back(void **state)
{
	struct buf first = {0}, again = {0};
	struct report_document read;
	const char *why;

	(void)state;
	d.head.closed = true;
	d.head.edition = 2;
	d.head.unit = "water";
	d.head.unit_name = "水务";
	assert_true(document_json(&d, &first, &why));
	assert_true(document_parse(arena, buf_view(&first), &read));
	assert_true(document_json(&read, &again, &why));
	assert_true(str_eq(buf_view(&first), buf_view(&again)));
	for (size_t cut = 0; cut < first.n; cut++)
		assert_false(document_parse(arena, (struct str){first.p, cut}, &read));
	buf_free(&first);
	buf_free(&again);
}

static void csv_has_the_same_cells(void **state)
{
	static const char table[] = "各单位\r\n单位,指令,及时率,得分,超时,日期,时刻\r\n"
				    "water,12,66.7%,98.50,0:31:00.001,2026-03-31,2026-03-31 23:59:59.999\r\n"
				    "power,0,66.7%,98.50,0:31:00.001,2026-03-31,2026-03-31 23:59:59.999\r\n"
				    "'=1+1,–,–,–,–,–,–\r\n\r\n";
	const char *text = written(REPORT_CSV);

	(void)state;
	assert_memory_equal(text, "\xEF\xBB\xBF漳平市110社会联动工作2026年第一季度统计\r\n", 3);
	assert_non_null(strstr(text, table));
	assert_non_null(strstr(text, "\r\n统计期,2026-01-01 至 2026-03-31\r\n"));
}

/* A unit has its own rows, of the sheets that have rows of units. */
static void a_unit_has_its_own_rows(void **state)
{
	static const struct report_column city[] = {{"item", "项目", CELL_TEXT}};

	(void)state;
	report_row(&d, document_add(&d, "summary", "总体", city, 1))[0] = cell_text("x");
	fill("gone", 3);
	document_keep_unit(&d, "power,gone", "供电");
	assert_int_equal(d.n_sheets, 1);
	assert_int_equal(d.sheets[0].n_rows, 2);
	assert_string_equal(report_at(&d.sheets[0], 0, "unit")->text, "power");
	assert_string_equal(report_at(&d.sheets[0], 1, "unit")->text, "gone"); /* that it acts for */
	assert_string_equal(d.head.unit, "power");
	assert_int_equal(report_at(&d.sheets[0], 0, "dispatches")->n, 0);
	assert_string_equal(d.head.unit_name, "供电");
}

/* The same bytes whatever the machine's locale, time zone and clock. */
static void the_machine_does_not_show(void **state)
{
	static const char *const zones[] = {"America/New_York", "Asia/Shanghai"};
	struct buf out[2] = {{0}, {0}};
	const char *why;

	(void)state;
	for (int f = 0; f < REPORT_FORMATS; f++) {
		for (int i = 0; i < 2; i++) {
			buf_reset(&out[i]);
			setenv("TZ", zones[i], 1);
			tzset();
			setlocale(LC_ALL, i ? "C.UTF-8" : "C");
			assert_true(report_formats[f].write(&d, &out[i], &why));
			assert_true(out[i].n > 0);
		}
		assert_true(str_eq(buf_view(&out[0]), buf_view(&out[1])));
	}
	buf_free(&out[0]);
	buf_free(&out[1]);
	setlocale(LC_ALL, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shares_are_rounded_half_up),
	    cmocka_unit_test(cells_are_said_in_words),
	    cmocka_unit_test_setup_teardown(json_is_canonical, setup, teardown),
	    cmocka_unit_test_setup_teardown(json_is_read_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(csv_has_the_same_cells, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_unit_has_its_own_rows, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_machine_does_not_show, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
