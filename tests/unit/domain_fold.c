/*
 * domain_fold.c - texts folded for matching: what becomes equal, what stays apart, where a gap is
 * passed over, and that no bytes whatever lead out of the buffer.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "domain/fold.h"
#include <stdio.h>
#include <stdlib.h>

/* "|" stands for a gap. */
static const char *folded(const char *text)
{
	static char out[4096];
	size_t n;

	assert_true(fold_room(strlen(text)) <= sizeof out);
	n = fold_text(text, out);
	assert_int_equal(n, strlen(out));
	for (size_t i = 0; i < n; i++)
		if (out[i] == FOLD_GAP)
			out[i] = '|';
	return out;
}

static void same(const char *one, const char *other)
{
	char kept[4096];

	snprintf(kept, sizeof kept, "%s", folded(one));
	assert_string_equal(kept, folded(other));
}

static void apart(const char *one, const char *other)
{
	char kept[4096];

	snprintf(kept, sizeof kept, "%s", folded(one));
	assert_string_not_equal(kept, folded(other));
}

static void traditional_is_simplified(void **state)
{
	static const char *const pairs[][2] = {{"有人跳樓", "有人跳楼"}, {"煤氣洩漏", "煤气泄漏"},
	    {"著火", "着火"}, {"車禍有人受傷", "车祸有人受伤"}, {"暈倒沒有呼吸", "晕倒没有呼吸"},
	    {"電線斷了", "电线断了"}, {"氣罐爆炸", "气罐爆炸"}, {"臥軌", "卧轨"}, {"佈告", "布告"},
	    {"託管", "托管"}, {"兇手", "凶手"}, {"裡面", "里面"}, {"裏面", "里面"}, {"後面", "后面"},
	    {"頭髮", "头发"}, {"發生", "发生"}, {"麵包", "面包"}, {"乾燥", "干燥"}, {"幹部", "干部"},
	    {"蹤跡", "踪迹"}, {"鬥毆", "斗殴"}, {"鬭毆", "斗殴"}, {"牀", "床"}, {"氣象臺", "气象台"},
	    {"颱風", "台风"}, {"羣眾", "群众"}, {"群衆", "群众"}, {"氷", "冰"}, {"沈沒", "沉没"},
	    {"気", "气"}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i][0], pairs[i][1]);
}

static void forms_are_one(void **state)
{
	static const char *const pairs[][2] = {{"ＫＴＶ", "ktv"}, {"KtV", "ktv"}, {"１２０", "120"},
	    {"①②⓪", "120"}, {"⽕灾", "火灾"}, {"㊋灾", "火灾"}, {"⽔", "水"}, {"⻋祸", "车祸"}, {"⻔", "门"},
	    {"⺝", "月"}, {"㎡", "m2"}, {"№", "no"}, {"Ⅷ", "viii"}, {"É", "e"}, {"ﬁ", "fi"}, {"١٢٠", "120"},
	    {"𝟏𝟐𝟎", "120"}, {"立", "立"}, {"＃", "#"}, {"（", "("}, {"ß", "SS"}, {"е́", "е"}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i][0], pairs[i][1]);
}

/* Both of each pair are in use, and neither stands for the other. */
static void what_differs_stays_apart(void **state)
{
	static const char *const pairs[][2] = {{"土", "士"}, {"未", "末"}, {"日", "曰"}, {"已", "己"},
	    {"人", "入"}, {"没", "设"}, {"大", "太"}, {"干", "千"}, {"跳", "挑"}, {"火", "灭"}, {"零", "一"},
	    {"有", "无"}, {"桥", "侨"}, {"河", "何"}, {"溺", "弱"}, {"o", "0"}, {"水", "冰"}, {"石", "右"},
	    {"晕", "昏"}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		apart(pairs[i][0], pairs[i][1]);
}

static void gaps(void **state)
{
	static const char *const blanks[] = {" ", "  ", "　", "\t", "\n", "\r\n", "\xC2\xA0", "\xE2\x80\xA8",
	    "·", "・", "•", " · ", "\xEF\xBF\xBD", "\x7F", "\x1B"};
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(blanks); i++) {
		snprintf(text, sizeof text, "跳%s楼", blanks[i]);
		assert_string_equal(folded(text), "跳|楼");
		snprintf(text, sizeof text, "%s跳楼%s", blanks[i], blanks[i]);
		assert_string_equal(folded(text), "跳楼");
		snprintf(text, sizeof text, "打%s120", blanks[i]);
		assert_string_equal(folded(text), "打|120");
	}
	assert_string_equal(folded("1 2\t0"), "1|2|0");
	assert_string_equal(folded("3·15"), "3·15");
	assert_string_equal(folded("EMS  card"), "ems card");
	assert_string_equal(folded("EMS\ncard 5 号"), "ems card 5|号");
	assert_string_equal(folded("Вася Пупкин"), "вася пупкин");
	assert_string_equal(folded("起火。 快来"), "起火。|快来");
	assert_string_equal(folded(" \n "), "");
	assert_string_equal(folded("\1跳\1\1楼"), "跳|楼");
}

static void what_is_not_seen_is_dropped(void **state)
{
	static const char *const marks[] = {"\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xEF\xBB\xBF",
	    "\xC2\xAD", "\xE2\x80\x8E", "\xE2\x80\xAE", "\xE2\x81\xA0", "\xEF\xB8\x8F", "\xCC\xB6",
	    "\xE3\x85\xA4", "\xF3\xA0\x84\x80", "\xE2\x80\x8B\xE2\x80\x8D"};
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(marks); i++) {
		snprintf(text, sizeof text, "跳%s楼%s", marks[i], marks[i]);
		assert_string_equal(folded(text), "跳楼");
		snprintf(text, sizeof text, "K%sTV", marks[i]);
		assert_string_equal(folded(text), "ktv");
	}
}

static void dictated_numbers_are_digits(void **state)
{
	static const char *const v[][2] = {{"请打一二〇", "请打120"}, {"叫一二零", "叫120"},
	    {"转幺幺九台", "转119台"}, {"叫 一 二 ○ 来", "叫|1|2|0|来"}, {"二零二六年", "2026年"},
	    {"七八九", "789"}, {"三四五 六", "345|6"}};
	static const char *const same_as_said[] = {"三四个人", "一氧化碳", "二十一", "一百二十三", "",
	    "abc 12", "一", "零 一 人二", "什么一", "一a二b三", "一,二,三", "两三", "\xE4\xB8",
	    "\xB8\x80\xE4"};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		fold_text(v[i][0], text);
		assert_true(fold_numbers(text));
		for (char *p = text; *p; p++)
			*p = *p == FOLD_GAP ? '|' : *p;
		assert_string_equal(text, v[i][1]);
	}
	for (size_t i = 0; i < COUNT(same_as_said); i++) {
		char before[128];

		fold_text(same_as_said[i], text);
		snprintf(before, sizeof before, "%s", text);
		assert_false(fold_numbers(text));
		assert_string_equal(text, before);
	}
}

static void words_have_no_gaps(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_null(fold_word(a, NULL));
	assert_string_equal(fold_word(a, ""), "");
	assert_string_equal(fold_word(a, " 跳 樓\n"), "跳楼");
	assert_string_equal(fold_word(a, "EMS 快遞"), "ems快递");
	arena_free(a);
	assert_true(fold_same("永福鎮", "永 福镇"));
	assert_false(fold_same("永福鎮", "永福"));
	assert_false(fold_same(NULL, NULL));
}

/* Folding what is folded changes nothing, whatever the code point; the result is UTF-8 and fits. */
static void every_character(void **state)
{
	char text[8], once[64], twice[128];
	size_t at;

	(void)state;
	for (uint32_t c = 1; c < 0x110000; c++) {
		size_t n = 0;

		if (c >= 0xD800 && c < 0xE000)
			continue;
		if (c < 0x80) {
			text[n++] = (char)c;
		} else if (c < 0x800) {
			text[n++] = (char)(0xC0 | c >> 6);
		} else {
			if (c < 0x10000) {
				text[n++] = (char)(0xE0 | c >> 12);
			} else {
				text[n++] = (char)(0xF0 | c >> 18);
				text[n++] = (char)(0x80 | (c >> 12 & 0x3F));
			}
			text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		}
		if (c >= 0x80)
			text[n++] = (char)(0x80 | (c & 0x3F));
		text[n] = '\0';
		size_t m = fold_text(text, once);
		assert_true(m < fold_room(n));
		assert_true(utf8_valid((struct str){once, m}, &at));
		fold_text(once, twice);
		if (strcmp(once, twice) != 0)
			fail_msg("U+%04X folds to %s, and that to %s", c, once, twice);
	}
}

/* Random bytes, cut anywhere: nothing is read behind the NUL (the sanitizers look), nothing is
 * written behind the room. */

/* What has the form of a character and is none: beyond the last one, a half, more bytes than it needs. */
static void bytes_that_are_no_characters(void **state)
{
	static const char *const v[] = {"\xF4\x90\x80\x80", "\xF4\xBF\xBF\xBF", "\xF5\x80\x80\x80",
	    "\xED\xA0\x80", "\xE0\x80\x80", "\xC0\x80", "\xF0\x80\x80\x80", "\xF4", "\xF4\x90", "\xE3\x80"};
	char text[16], out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		snprintf(text, sizeof text, "a%s", v[i]);
		fold_text(text, out);
		assert_string_equal(out, text);
	}
}

static void any_bytes(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char *text = malloc(33), *out;
		size_t n = 0, most = seed >> 33 & 31;

		while (n < most) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			text[n] = (char)(seed >> 40 | (round % 2 ? 0xC0 : 0));
			if (text[n])
				n++;
		}
		text[n] = '\0';
		out = malloc(fold_room(n));
		assert_true(fold_text(text, out) < fold_room(n));
		free(out);
		free(text);
		seed++;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(traditional_is_simplified),
	    cmocka_unit_test(forms_are_one),
	    cmocka_unit_test(what_differs_stays_apart),
	    cmocka_unit_test(gaps),
	    cmocka_unit_test(what_is_not_seen_is_dropped),
	    cmocka_unit_test(dictated_numbers_are_digits),
	    cmocka_unit_test(words_have_no_gaps),
	    cmocka_unit_test(every_character),
	    cmocka_unit_test(bytes_that_are_no_characters),
	    cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
