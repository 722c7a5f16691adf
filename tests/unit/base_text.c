/* base_text.c - strings, UTF-8 and JSON as it is written. */
#include "unit.h"
#include "base/json.h"
#include "base/utf8.h"

#include <stdio.h>

#define BYTES(lit) ((struct str){(lit), sizeof(lit) - 1})

static void compares(void **state)
{
	(void)state;
	assert_true(str_eq(STR("abc"), STR("abc")));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_eq((struct str){NULL, 0}, STR("")));
	assert_true(str_is(STR("abc"), "abc"));
	assert_true(str_is(str_of(NULL), ""));
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(text_eq(NULL, NULL));
	assert_false(text_eq(NULL, ""));
	assert_false(text_eq("", NULL));
	assert_true(text_eq("a", "a"));
	assert_true(str_hash(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
}

static void reads_decimal_numbers(void **state)
{
	static const char *const bad[] = {
	    "",
	    "-1",
	    "+1",
	    "01",
	    "00",
	    " 1",
	    "1 ",
	    "1.0",
	    "0x1",
	    "18446744073709551616",
	    "99999999999999999999",
	};
	uint64_t v = 7;

	(void)state;
	assert_true(str_uint(STR("0"), &v));
	assert_true(v == 0);
	assert_true(str_uint(STR("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(str_uint(str_of(bad[i]), &v));
}

static void measures_edit_distance(void **state)
{
	(void)state;
	assert_int_equal(str_distance(STR("water"), STR("water"), 3), 0);
	assert_int_equal(str_distance(STR("water"), STR("wter"), 3), 1);
	assert_int_equal(str_distance(STR("water"), STR("watre"), 3), 1);
	assert_int_equal(str_distance(STR("water"), STR("waters"), 3), 1);
	assert_int_equal(str_distance(STR("water"), STR("wader"), 3), 1);
	assert_int_equal(str_distance(STR("kitten"), STR("sitting"), 9), 3);
	assert_int_equal(str_distance(STR(""), STR("abc"), 9), 3);
	assert_int_equal(str_distance(STR("abc"), STR("xyz"), 2), 2);
}

static void reads_lists(void **state)
{
	const char *list = "water,power,,fire,";

	(void)state;
	assert_true(list_has(list, "water"));
	assert_true(list_has(list, "fire"));
	assert_false(list_has(list, "wat"));
	assert_false(list_has(list, "power,fire"));
	assert_false(list_has(list, ""));
	assert_false(list_has(NULL, "water"));
	assert_false(list_has("", "water"));
	assert_true(str_is(list_next(&list), "water"));
	assert_true(str_is(list_next(&list), "power"));
	assert_true(str_is(list_next(&list), "fire"));
	assert_int_equal(list_next(&list).n, 0);
	assert_int_equal(list_next(&list).n, 0);
}

static void knows_well_formed_utf8(void **state)
{
	static const struct {
		struct str s;
		int at; /* -1: well-formed */
	} cases[] = {
	    {BYTES(""), -1},
	    {BYTES("漳平 110"), -1},
	    {BYTES("\x00"), -1},
	    {BYTES("\xF4\x8F\xBF\xBF"), -1},
	    {BYTES("\xED\x9F\xBF\xEE\x80\x80"), -1},
	    {BYTES("a\x80"), 1},
	    {BYTES("\xC0\x80"), 0},
	    {BYTES("\xC1\xBF"), 0},
	    {BYTES("\xE0\x9F\xBF"), 0},
	    {BYTES("\xED\xA0\x80"), 0},
	    {BYTES("ab\xF0\x8F\xBF\xBF"), 2},
	    {BYTES("\xF4\x90\x80\x80"), 0},
	    {BYTES("\xF5\x80\x80\x80"), 0},
	    {BYTES("\xE6\xBC"), 0},
	    {BYTES("\xE6\xBC\x41"), 0},
	    {BYTES("\xF0\x9F\x98"), 0},
	    {BYTES("\xFF"), 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t at = 999;

		assert_int_equal(utf8_valid(cases[i].s, &at), cases[i].at < 0);
		assert_int_equal(at, cases[i].at < 0 ? 999 : cases[i].at);
	}
}

/* Eight bytes, and characters of three, are looked at together: a fault is found behind so many of them, and between. */
static void knows_well_formed_utf8_wherever_it_stands(void **state)
{
	static const struct str faults[] = {BYTES("\x80"), BYTES("\xC1\xBF"), BYTES("\xE0\x9F\xBF"),
	    BYTES("\xED\xA0\x80"), BYTES("\xE6\xBC"), BYTES("\xE6\x41\x80"), BYTES("\xEF\xBF\x41"),
	    BYTES("\xF4\x90\x80\x80"), BYTES("\xFF")};
	static const char text[] = "1234567漳平ab市8é90123456789,十二三四五。";

	(void)state;
	for (size_t n = 0; n < sizeof text; n++)
		for (size_t i = 0; i < COUNT(faults); i++) {
			struct buf b = {0};
			size_t at = 999;

			if (((unsigned char)text[n] & 0xC0) == 0x80)
				continue; /* inside a character */
			buf_add(&b, text, n);
			assert_true(utf8_valid(buf_view(&b), NULL));
			buf_str(&b, faults[i]);
			buf_text(&b, text + n);
			assert_false(utf8_valid(buf_view(&b), &at));
			assert_int_equal(at, n);
			buf_free(&b);
		}
}

static void counts_characters_from_any_byte_on(void **state)
{
	static const char text[] = "1234567漳平ab市8é90😀123456789,十二三四五。";

	(void)state;
	for (size_t from = 0; from < sizeof text; from++)
		for (size_t to = from; to < sizeof text; to++) {
			size_t n = 0;

			for (size_t i = from; i < to; i++)
				n += ((unsigned char)text[i] & 0xC0) != 0x80;
			assert_int_equal(utf8_count((struct str){text + from, to - from}), n);
		}
}

static void counts_and_measures(void **state)
{
	struct str s = STR("漳a😀");

	(void)state;
	assert_int_equal(utf8_count(s), 3);
	assert_int_equal(utf8_next(&s), 0x6F33);
	assert_int_equal(utf8_next(&s), 'a');
	assert_int_equal(utf8_next(&s), 0x1F600);
	assert_int_equal(s.n, 0);
	assert_int_equal(utf8_width(STR("water")), 5);
	assert_int_equal(utf8_width(STR("漳平市")), 6);
	assert_int_equal(utf8_width(STR("（12345）")), 9);
	assert_int_equal(utf8_width(STR("，。、")), 6);
	assert_int_equal(utf8_width(STR("e\u0301")), 1);
	assert_int_equal(utf8_width(STR("\u200B\uFEFF")), 0);
	assert_int_equal(utf8_width(STR("😀")), 2);
	assert_int_equal(utf8_width(STR("\u2026\u201C")), 2);
	assert_int_equal(utf8_width(STR("\U00020000")), 2);
	assert_int_equal(utf8_width(STR("ｱ")), 1);
	assert_int_equal(utf8_width(STR("\t")), 0);
}

static void writes_json(void **state)
{
	struct buf out = {0};
	struct json j = json_to(&out);

	(void)state;
	json_begin(&j, NULL);
	json_text(&j, "number", "2026-1");
	json_text(&j, "absent", NULL);
	json_int(&j, "least", INT64_MIN);
	json_int(&j, "most", INT64_MAX);
	json_int(&j, "zero", 0);
	json_bool(&j, "yes", true);
	json_bool(&j, "no", false);
	json_none(&j, "nothing");
	json_time(&j, "at", INT64_C(1772409600000));
	json_time(&j, "never", 0);
	json_list(&j, "list");
	json_begin(&j, NULL);
	json_end(&j);
	json_list(&j, NULL);
	json_close(&j);
	json_int(&j, NULL, 1);
	json_close(&j);
	json_micro(&j, "lon", 117419600);
	json_micro(&j, "lat", 25000000);
	json_micro(&j, "west", -500000);
	json_micro(&j, "tiny", 1);
	json_raw(&j, "raw", STR("{\"a\":1}"));
	json_end(&j);
	buf_char(&out, 0);
	assert_string_equal(out.p,
	    "{\"number\":\"2026-1\",\"least\":-9223372036854775808,\"most\":9223372036854775807,"
	    "\"zero\":0,\"yes\":true,\"no\":false,\"nothing\":null,"
	    "\"at\":\"2026-03-02T08:00:00+08:00\",\"list\":[{},[],1],\"lon\":117.4196,"
	    "\"lat\":25,\"west\":-0.5,\"tiny\":0.000001,\"raw\":{\"a\":1}}");
	buf_free(&out);
}

static void escapes_what_must_be(void **state)
{
	static const struct {
		struct str in;
		const char *out;
	} cases[] = {
	    {BYTES("漳平 / <b>"), "\"漳平 / <b>\""},
	    {BYTES("\"\\"), "\"\\\"\\\\\""},
	    {BYTES("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\""},
	    {BYTES("\x00\x01\x0B\x1F\x7F"), "\"\\u0000\\u0001\\u000b\\u001f\\u007f\""},
	    {BYTES("\xC2\x85\u00A0\u00E9"), "\"\\u0085\u00A0\u00E9\""},
	    {BYTES("\u2027\u2028\u2029\u202E\u202F"), "\"\u2027\\u2028\\u2029\\u202e\u202F\""},
	    {BYTES("\u2066\u2069\u200E\u061C\u0621"), "\"\\u2066\\u2069\\u200e\\u061c\u0621\""},
	    {BYTES("a\x80"
		   "b\xE6\xBC"),
		"\"a\uFFFDb\uFFFD\uFFFD\""},
	    {BYTES("😀"), "\"😀\""},
	    {BYTES(""), "\"\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = {0};
		struct json j = json_to(&out);

		json_str(&j, NULL, cases[i].in);
		buf_char(&out, 0);
		assert_string_equal(out.p, cases[i].out);
		buf_free(&out);
	}
}

/* What needs an escape is found at each place of a text, and so is what a text of JSON may not have as it is. */
static void escapes_wherever_it_stands(void **state)
{
	static const struct {
		char c;
		const char *out;
		bool plain; /* it may stand in JSON as it is */
	} cases[] = {{'"', "\\\"", false}, {'\\', "\\\\", false}, {'\n', "\\n", false}, {1, "\\u0001", false},
	    {0x7F, "\\u007f", true}, {'/', "/", true}, {' ', " ", true}};

	(void)state;
	for (size_t n = 0; n < 20; n++)
		for (size_t after = 0; after < 20; after++)
			for (size_t i = 0; i < COUNT(cases); i++) {
				char text[64], expected[64];
				struct buf out = {0};
				struct json j = json_to(&out);
				int length = snprintf(text, sizeof text, "%.*s%c%.*s", (int)n,
				    "abcdefghijklmnopqrst", cases[i].c, (int)after, "ABCDEFGHIJKLMNOPQRST");

				snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", (int)n,
				    "abcdefghijklmnopqrst", cases[i].out, (int)after, "ABCDEFGHIJKLMNOPQRST");
				json_str(&j, NULL, (struct str){text, (size_t)length});
				buf_char(&out, 0);
				assert_string_equal(out.p, expected);
				assert_int_equal(json_plain((struct str){text, (size_t)length}),
				    cases[i].plain ? (size_t)length : n);
				buf_free(&out);
			}
}

static void lines_are_found_by_their_number(void **state)
{
	static const char text[] = "a\n\nbc\r\nd";
	static const char *const lines[] = {"a\n", "\n", "bc\r\n", "d", "", ""};

	(void)state;
	for (int i = 0; i < 6; i++)
		assert_true(str_is(str_line(str_of(text), i + 1), lines[i]));
	assert_null(str_line(str_of(text), 5).p);
	assert_int_equal(str_line((struct str){0}, 1).n, 0);
	assert_int_equal(str_line(STR("a\n"), 2).n, 0);
	assert_non_null(str_line(STR("a\n"), 2).p); /* the empty line behind the last end */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_well_formed_utf8_wherever_it_stands),
	    cmocka_unit_test(counts_characters_from_any_byte_on),
	    cmocka_unit_test(escapes_wherever_it_stands),
	    cmocka_unit_test(lines_are_found_by_their_number),
	    cmocka_unit_test(compares),
	    cmocka_unit_test(reads_decimal_numbers),
	    cmocka_unit_test(reads_lists),
	    cmocka_unit_test(measures_edit_distance),
	    cmocka_unit_test(knows_well_formed_utf8),
	    cmocka_unit_test(counts_and_measures),
	    cmocka_unit_test(writes_json),
	    cmocka_unit_test(escapes_what_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
