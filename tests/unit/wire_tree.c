/*
 * wire_tree.c - a request's JSON, read by us or left to jansson: what is taken is taken as jansson takes it.
 */
#include "unit.h"
#include "base/utf8.h"
#include "wire/tree.h"

#include <stdio.h>
#include <stdlib.h>

#define FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)
#define CHANGED_TEXTS 200000

static json_t *by_jansson(struct str s)
{
	return json_loadb(s.p, s.n, FLAGS, NULL);
}

/* Neither, or both the same with the members in the same order. */
static bool same(json_t *a, json_t *b)
{
	char *x = a ? json_dumps(a, JSON_ENCODE_ANY) : NULL, *y = b ? json_dumps(b, JSON_ENCODE_ANY) : NULL;
	bool equal = x && y ? strcmp(x, y) == 0 && json_equal(a, b) : x == y;

	free(x);
	free(y);
	return equal;
}

static const char report[] =
    "{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"incident.report\",\"params\":{\"number\":"
    "\"35088120261126001\", \"units\" : [ "
    "\"water\",\"power\" "
    "],\"location\":{\"lon\":117.420322,\"lat\":-25.29232},\"drill\":false,\"confidential\":true,\n"
    "\"reporter\":{\"name\":\"张三\",\"phone\":null},\"description\":\"路口地下水管爆了,水往菜市场流\",\"\":["
    "],\"o\":{},\"n\":-0}}";

static void what_is_taken(void **state)
{
	static const char *const texts[] = {report, "{}", "[]", " \t\r\n[ ] ", "\"\"", "\"张三\"", "0", "-0",
	    "-7", "1.5", "-0.25", "0.000001", "117.4196", "999999999999999999", "-999999999999999999", "true",
	    "false", "null", "[[[[1]]]]", "{\"a\":{\"a\":1},\"b\":[{},{}]}", "[1,2 , 3]", "\"\x7F 'x' /\"",
	    "[123456789012345678.123456789012345678]"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		json_t *ours = tree_read(str_of(texts[i])), *theirs = by_jansson(str_of(texts[i]));

		if (!ours || !same(ours, theirs))
			fail_msg("%s", texts[i]);
		json_decref(ours);
		json_decref(theirs);
	}
}

static void what_is_left_to_jansson(void **state)
{
	static const char *const texts[] = {"", " ", "{", "[", "\"", "\"a", "\"\\n\"", "\"\\u4e2d\"",
	    "\"\n\"", "\"\t\"", "01", "-01", "-", "+1", ".5", "1.", "-.5", "1.5.5", "1e5", "1E5", "1.5e5",
	    "1234567890123456789", "0.1234567890123456789", "tru", "truex", "nulll", "True", "[1,]", "[,1]",
	    "[1 2]", "[1,,2]", "[1}", "{\"a\":1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}",
	    "{\"a\" 1}", "{a:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"b\":2,\"a\":1}",
	    "{1:2}", "[] x", "{}{}", "1 2", "'a'", "\xEF\xBB\xBF{}", "//", "{\"a\":{\"b\":[1,2}}", "NaN",
	    "[\"a\" \"b\"]"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (tree_read(str_of(texts[i])))
			fail_msg("%s", texts[i]);
	assert_null(tree_read((struct str){"[1\0]", 4}));
	assert_null(tree_read((struct str){"\"a\0b\"", 5}));
}

/* The end is the end, whatever lies behind it. */
static void no_byte_behind_the_end_is_read(void **state)
{
	size_t n = strlen(report);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char *cut = malloc(i + 1);

		memcpy(cut, report, i);
		assert_null(tree_read((struct str){
		    cut, i})); /* the address sanitizer sees what is read behind it */
		free(cut);
	}
	assert_null(tree_read((struct str){"12", 0}));
	for (size_t i = 1; i <= 2; i++) {
		json_t *v = tree_read((struct str){"12", i});

		assert_int_equal(json_integer_value(v), i == 1 ? 1 : 12);
		json_decref(v);
	}
}

static uint64_t seed = 20261126;

static size_t below(size_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

/* One change that keeps most of what makes JSON: a byte, a piece twice, a piece less. */
static size_t change(char *text, size_t n)
{
	static const char bytes[] = "{}[]:,\" \n0123456789.-+eEtfn\\\x01\x1F/\x7F";
	size_t at = below(n), piece = 1 + below(8);

	piece = at + piece > n ? n - at : piece;
	switch (below(3)) {
	case 0:
		text[at] = bytes[below(sizeof bytes - 1)];
		return n;
	case 1:
		memmove(text + at + piece, text + at, n - at);
		return n + piece;
	default:
		memmove(text + at, text + at + piece, n - at - piece);
		return n - piece;
	}
}

/* It may be left to jansson although jansson takes it. */
static bool beyond(struct str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		digits = is_digit(s.p[i]) ? digits + 1 : 0;
		if (s.p[i] == '\\' || s.p[i] == 'e' || s.p[i] == 'E' || digits > 18)
			return true;
	}
	return false;
}

static void changed_texts_are_taken_as_jansson_takes_them(void **state)
{
	/* without the letter e: an exponent would have to be told from a name */
	static const char start[] = "{\"a\":[1,-20.5,0,null,true,\"张三,李四和王五\"],\"b\":{\"c\":\"some "
				    "words of a text\", \"d\":[{},[]]},\"bb\":3}";
	size_t taken = 0, left = 0;

	(void)state;
	for (int i = 0; i < CHANGED_TEXTS; i++) {
		char text[sizeof start + 64];
		struct str s = {text, sizeof start - 1};
		json_t *ours, *theirs;

		memcpy(text, start, s.n);
		for (size_t k = 0, changes = 1 + below(2); k < changes; k++)
			s.n = change(text, s.n);
		if (!utf8_valid(s, NULL))
			continue;
		ours = tree_read(s);
		theirs = by_jansson(s);
		if (!same(ours, theirs) && (ours || !beyond(s)))
			fail_msg("%.*s", (int)s.n, s.p);
		taken += ours != NULL;
		left += !ours;
		json_decref(ours);
		json_decref(theirs);
	}
	assert_true(taken > CHANGED_TEXTS / 20 &&
	    left > CHANGED_TEXTS / 20); /* both were tried, many times */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_taken),
	    cmocka_unit_test(what_is_left_to_jansson),
	    cmocka_unit_test(no_byte_behind_the_end_is_read),
	    cmocka_unit_test(changed_texts_are_taken_as_jansson_takes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
