/*
 * mechanism_words.c - lists of keywords and calendars as people write them: what is no word, what is useless, what a
 * comment cut off. Each at its line and column.
 */
#include "mechanism_base.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mechanism/yaml.h"
#include <stdio.h>
#include <stdlib.h>

static const struct {
	int file;
	const char *old, *new;
	bool warning;
	int line, column;
	const char *part; /* of the sentence; NULL: nothing is wrong */
} cases[] = {
    /* two words that YAML takes for one */
    {CATEGORIES, "[爆管, 水管破裂]", "[停止呼吸，没有心跳, 呼吸困难]", false, 5, 16, "有 “，”"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, 水管、破裂]", false, 5, 20, "有 “、”"},
    {CATEGORIES, "[爆管, 水管破裂]", "[\"爆管,冒水\"]", false, 5, 16, "有 “,”"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管；冒水]", false, 5, 16, "有 “；”"},
    {CATEGORIES, "[爆管, 水管破裂]", "[“爆管”, 水管破裂]", false, 5, 16, "有 ““”"},
    {CATEGORIES, "[爆管, 水管破裂]", "\n      - 爆管\n      - 水管，破裂", false, 7, 9, "有 “，”"},
    {ROUTING, "      keywords: [爆管]", "      keywords: [爆管，冒水]", false, 5, 18, "有 “，”"},
    {ROUTING, "unless_keywords: [演习]", "unless_keywords: [演习，演练]", false, 6, 25, "有 “，”"},
    {ROUTING, "address_keywords: [\"桥\"]", "address_keywords: [大桥、小桥]", false, 7, 26, "有 “、”"},
    /* blanks around a word */
    {CATEGORIES, "[爆管, 水管破裂]", "[\" 爆管\"]", false, 5, 16, "首尾有空格"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管　]", false, 5, 16, "首尾有空格"},
    {CATEGORIES, "[爆管, 水管破裂]", "[　爆管]", false, 5, 16, "首尾有空格"},
    {CATEGORIES, "[爆管, 水管破裂]", "['爆管\xC2\xA0']", false, 5, 16, "首尾有空格"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, \"\"]", false, 5, 20, "文字是空的"},
    /* a list in other brackets */
    {CATEGORIES, "[爆管, 水管破裂]", "【爆管, 水管破裂】", false, 5, 15, "全角括号"},
    {CATEGORIES, "[爆管, 水管破裂]", "［爆管］", false, 5, 15, "全角括号"},
    {ROUTING, "[\"6013*\", none]", "「601301」", false, 4, 17, "“「601301」”"},
    /* one character, unless quotes say that it is meant */
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, 火]", true, 5, 20, "只有一个字"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, \"火\"]", true, 0, 0, NULL},
    {ROUTING, "[\"桥\"]", "[桥]", true, 7, 26, "只有一个字"},
    {ROUTING, "unless_keywords: [演习]", "unless_keywords: [演]", true, 0, 0, NULL},
    /* words that other words make useless; a category's longest words weigh most, so none there */
    {ROUTING, "      keywords: [爆管]", "      keywords: [爆管, 水管爆管]", true, 5, 22, "必然说到 “爆管”"},
    {ROUTING, "      keywords: [爆管]", "      keywords: [爆管, 没有爆管]", true, 0, 0, NULL},
    {ROUTING, "      keywords: [爆管]", "      keywords: [爆管, 消防演习]", true, 5, 22,
	"unless_keywords 里的 “演习”"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, 水管爆管]", true, 0, 0, NULL},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, 跳樓, 跳楼]", true, 5, 24, "匹配起来是同一个词"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, ＫＴＶ, ktv]", true, 5, 25, "匹配起来是同一个词"},
    /* a year of the calendar is one with all seven festivals; a weekend inside a holiday is normal */
    {CALENDAR, OFF_2025, "holidays: {\"2025-01-01\": 元旦}", true, 8, 3,
	"2025 年没有写:春节、清明节、劳动节、端午节、中秋节、国庆节"},
    {CALENDAR, OFF_2025, "holidays: {}", true, 8, 3, "元旦、春节"},
    {CALENDAR, "\"2025-04-05\": 清明节, ", "", true, 8, 3, "2025 年没有写:清明节。"},
    {CALENDAR, "\"2025-02-16\": 春节, \"2025-02-17\": 春节, ", "", true, 9, 34, "春节只列了 1 天"},
    {CALENDAR, "\"2025-10-02\": 国庆节, ", "", true, 9, 145, "国庆节只列了 2 天"},
    {CALENDAR, "\"2025-05-01\": 劳动节, ", "\"2025-05-01\": 劳动节, \"2025-05-03\": 劳动节, ", true, 0, 0,
	NULL},
    {CALENDAR, "make_up_days: {\"2026-01-04\": 元旦}", "make_up_days: {\"2026-01-05\": 元旦}", true, 7, 20,
	"本来就上班"},
    /* words that are truth values to other tools are read for one more version */
    {CALENDAR, "make_up_days: {\"2026-01-04\": 元旦}", "work: {\"2026-01-04\": 元旦}", true, 7, 5,
	"请改为 “make_up_days”"},
    {CALENDAR, "holidays: {\"2026-01-01\"", "off: {\"2026-01-01\"", true, 6, 5, "请改为 “holidays”"},
    {ROUTING, "hours: closed", "hours: off", true, 11, 14, "请改为 “closed”"},
    /* what a comment cut off */
    {ROUTING, "because: 夜间", "because: 见文件 #3 先按泄漏处置", true, 17, 18, "都成了注释"},
    {ROUTING, "because: 夜间", "because: 夜间 # 说明", true, 0, 0, NULL},
    {ROUTING, "because: 夜间", "because: 夜间  ## 说明", true, 0, 0, NULL},
    {ROUTING, "because: 夜间", "because: \"见文件 #3\" #3", true, 0, 0, NULL},
    {ROUTING, "because: 夜间", "because: 见文件#3", true, 0, 0, NULL},
    {CATEGORIES, "note: 只登记", "note: 只登记 #2", true, 17, 15, "都成了注释"},
};

static struct mechanism *load(size_t i, struct problems *p, bool english)
{
	struct mechanism_file_set set = files_of(base);
	const char *text = base[cases[i].file], *at = strstr(text, cases[i].old);
	struct buf b = {0};

	assert_non_null(at);
	buf_add(&b, text, (size_t)(at - text));
	buf_text(&b, cases[i].new);
	buf_text(&b, at + strlen(cases[i].old));
	set.v[cases[i].file].bytes = buf_view(&b);
	problems_init(p, english);
	struct mechanism *m = mechanism_load_files(set.v, BASE_FILES, p);
	buf_free(&b);
	return m;
}

static void each_is_named_at_its_place(void **state)
{
	int failed = 0;

	(void)state;
	(void)load_base;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problems p;
		struct buf said = {0};
		struct mechanism *m = load(i, &p, false);
		const struct problem *one = p.n ? &p.v[0] : NULL;
		bool good = cases[i].part
		    ? p.n == 1 && one->warning == cases[i].warning && one->line == cases[i].line &&
			one->column == cases[i].column && strstr(one->text, cases[i].part)
		    : p.n == 0;

		problems_print(&p, &said);
		assert_true(utf8_valid(buf_view(&said), NULL));
		if (!good || (m != NULL) == (cases[i].part && !cases[i].warning)) {
			print_error("%s: %d:%d \"%s\", got %s\n%.*s", cases[i].new, cases[i].line,
			    cases[i].column, cases[i].part ? cases[i].part : "nothing",
			    m ? "loaded" : "not loaded", (int)said.n, said.n ? said.p : "");
			failed++;
		}
		if (m)
			mechanism_release(m);
		buf_free(&said);
		problems_free(&p);
	}
	assert_int_equal(failed, 0);
}

static void each_speaks_english(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problems p;
		struct mechanism *m = load(i, &p, true);

		if (p.n)
			assert_null(strstr(p.v[0].text, "的"));
		if (m)
			mechanism_release(m);
		problems_free(&p);
	}
}

/* What is quoted is bounded, and never cut inside a character: 64 of them, the last one …. */
static void what_is_quoted_is_bounded(void **state)
{
	struct problems p;
	struct buf b = {0}, said = {0};
	struct arena *a = arena_new();

	(void)state;
	for (int n = 60; n <= 70; n++) {
		buf_reset(&b);
		for (int i = 0; i < n; i++)
			buf_text(&b, "漏");
		buf_char(&b, '\0');
		const char *quote = arena_quote(a, b.p);
		assert_int_equal(utf8_count(str_of(quote)), n <= 64 ? n : 64);
		assert_int_equal(strstr(quote, "…") != NULL, n > 64);
	}
	/* and a sentence that is too long for its place ends with a whole character */
	problems_init(&p, false);
	buf_reset(&b);
	for (int i = 0; i < 3000; i++)
		buf_text(&b, "漏");
	buf_char(&b, '\0');
	for (int shift = 0; shift < 3; shift++)
		problems_add(&p, false, "x.yaml", 1, 1, "%.*s%s", "%.*s%s", shift, "xx", b.p);
	problems_print(&p, &said);
	assert_true(utf8_valid(buf_view(&said), NULL));
	buf_free(&b);
	buf_free(&said);
	problems_free(&p);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_is_named_at_its_place),
	    cmocka_unit_test(each_speaks_english),
	    cmocka_unit_test(what_is_quoted_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
