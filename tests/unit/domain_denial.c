/*
 * domain_denial.c - what a report denies, and what only looks so. The keyword stands in brackets.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/denial.h"
#include "domain/fold.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Is the word in brackets denied? */
static bool denied(const char *marked)
{
	char text[1024], folded[4096];
	size_t n = 0, start = 0, end = 0;

	for (const char *p = marked; *p; p++) {
		if (*p != '[' && *p != ']') {
			text[n++] = *p;
			continue;
		}
		text[n] = '\0';
		*(*p == '[' ? &start : &end) = fold_text(text, folded);
	}
	text[n] = '\0';
	fold_text(text, folded);
	while (folded[start] == FOLD_GAP)
		start++;
	assert_true(end > start);
	return denial_of(&(struct denials){.text = folded}, start, end);
}

static void each(const char *const *v, size_t n, bool want)
{
	for (size_t i = 0; i < n; i++)
		if (denied(v[i]) != want)
			fail_msg("%s is %s", v[i], want ? "denied" : "not denied");
}

static void denials(void **state)
{
	static const char *const v[] = {"没有[着火]", "没[着火]", "现场没有[着火]", "没有发生[火灾]",
	    "未发生[火灾]", "未发现[明火]", "没有发现[明火]", "无[明火]", "未见[明火]", "没人[受伤]",
	    "没有人[受伤]", "无人[受伤]", "车祸,没有人[受伤]", "两车相撞没有人员[受伤]", "无人员[伤亡]",
	    "没有造成人员[伤亡]", "未造成任何人员[伤亡]", "没有任何人[受伤]", "没有一个人[受伤]",
	    "没有被[困]", "没[有人受伤]", "没有[人受伤]", "没人被[困]", "並沒有[著火]", "沒有人[受傷]",
	    "没有[着火]了", "不是[着火],是烧烤的烟", "并不是[着火]", "并非[火灾]", "没发现有人[受伤]",
	    "对方说没有人[受伤]", "幸好没有人[受伤]", "一点没[受伤]", "没有[打架]", "没[打人]", "没[漏气]",
	    "目前没有[爆炸]", "没\xE2\x80\x8B有[着火]", "烟很大。没有[着火]", "不知道谁干的,没有人[受伤]",
	    "没有导致人员[被困]", "没有[着火]的迹象", "没有人 [受伤]", "没闻到[煤气味]"};

	(void)state;
	each(v, COUNT(v), true);
}

static void dangers(void **state)
{
	static const char *const v[] = {"[着火]了", "没有灭火器,[着火]了", "没有灭火器[着火]了",
	    "没水灭火[着火]了", "没有人开门,[着火]了", "没有人开门[着火]了", "没人管[着火]了", "没人[着火]",
	    "家里没人[着火]了", "家里没有人[起火]了", "家里没有人 [着火]了", "家里没有人\n[受伤]了",
	    "家里没人[被盗]了", "没想到[着火]了", "没多久就[着火]了", "没发现[着火]了", "没看着[火]",
	    "没来得及跑[受伤]了", "没说[着火]", "[着火]没有人", "[受伤]的没有人管"};

	(void)state;
	each(v, COUNT(v), false);
}

static void twice_denied(void **state)
{
	static const char *const v[] = {"不是没[着火]", "不是没有[着火]", "不可能没有人[受伤]",
	    "不会没有[着火]", "不能没[着火]", "并非没有人[受伤]", "难道没有人[受伤]", "谁说没[着火]",
	    "没说没[着火]", "不是没有[反应]", "没有一个不[受伤]的", "不 是没[着火]", "不是 没[着火]",
	    "未必没有人[受伤]", "不见得没[着火]"};

	(void)state;
	each(v, COUNT(v), false);
}

static void asked_or_supposed(void **state)
{
	static const char *const v[] = {"有没有[着火]", "有没有人[受伤]", "有无人员[伤亡]", "有 没有[着火]",
	    "是不是[着火]了", "是不是[着火]", "着没[着火]", "受没[受伤]", "发没发生[火灾]", "没有[着火]吗",
	    "没有人[受伤]吧", "没[着火]吧?", "没[着火]？", "没有人[受伤]么", "没有[着火]了吗",
	    "如果没有[着火]", "要是没[着火]", "以为没[着火]", "不知道没[着火]", "不确定没有人[受伤]",
	    "可能没有人[受伤]", "差点没[被撞]", "能不能没[着火]", "不是[着火]了吗", "这不是[着火]了",
	    "可不是[着火]", "要不是[着火]", "不是[着火]就是爆炸", "不是[着火],就是爆炸", "不是[着火]了",
	    "不是有人[受伤]吗", "不是[吵架]那么简单,动刀了", "还没[跳楼]", "还没有[爆炸]", "没[着火]之前冒烟",
	    "没有[着火]以前", "没有人[受伤]没有"};

	(void)state;
	each(v, COUNT(v), false);
}

static void the_end_of_another_word(void **state)
{
	static const char *const v[] = {"房屋淹没[被困]", "野猪出没[伤人]", "野猪出没有人[受伤]",
	    "被洪水吞没[受伤]", "车被沉没[受伤]", "无人机[坠落]", "无人机撞楼[着火]"};

	(void)state;
	each(v, COUNT(v), false);
}

/* What is looked for is itself a lack. */
static void the_keyword_denies(void **state)
{
	static const char *const v[] = {"[没有呼吸]", "人[没反应]", "不是[没反应]", "[没气]了",
	    "没有[没人应]", "已经[无意识]", "也[不省人事]"};

	(void)state;
	each(v, COUNT(v), false);
}

static void joined_words(void **state)
{
	char folded[256];
	const char *p;
	size_t first;

	(void)state;
	fold_text("没有着火和冒烟", folded);
	p = strstr(folded, "着火");
	first = (size_t)((p ? p : strstr(folded, "著火")) - folded) + strlen("着火");
	assert_true(denial_of(&(struct denials){.text = folded}, first - strlen("着火"), first));
	assert_true(denial_of(&(struct denials){.text = folded, .denied_end = first}, first + strlen("和"),
	    strlen(folded)));
	assert_false(denial_of(&(struct denials){.text = folded}, first + strlen("和"), strlen(folded)));
	fold_text("没有着火和冒烟了", folded);
	assert_false(denial_of(&(struct denials){.text = folded, .denied_end = first}, first + strlen("和"),
	    first + strlen("和冒烟")));
	fold_text("没有着火但冒烟", folded);
	assert_false(denial_of(&(struct denials){.text = folded, .denied_end = first}, first + strlen("但"),
	    strlen(folded)));
}

/* The end of the clause is looked for once and not once for each of 7,000 denials: that took the engine
 * ten seconds for one report. */
static void said_over_and_over(void **state)
{
	static const struct {
		const char *again, *word, *end;
		bool denied;
	} cases[] = {
	    {"没着火", "着火", "", true},
	    {"没着火", "着火", "吧", false}, /* 没着火没着火吧 is asked as a whole */
	    {"没着火", "着火", "?", false},
	    {"没着火", "着火", "?没着火", false},
	    {"不是着火,", "着火", "", true},
	    {"不是着火,", "着火", "就是爆炸", false},
	    {"不是着火,", "着火", "。就是爆炸", true},
	    {"没 跳楼", "跳楼", "", false},
	};

	clock_t begun = clock();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].again), most = 63 * 1024 / n;
		char *text = malloc(most * n + 64), *folded = malloc(fold_room(most * n + 64)), *word;
		struct denials d = {.text = folded};
		struct arena *a = arena_new();

		for (size_t k = 0; k < most; k++)
			memcpy(text + k * n, cases[i].again, n);
		strcpy(text + most * n, cases[i].end);
		fold_text(text, folded);
		word = fold_word(a, cases[i].word);
		size_t bytes = strlen(word);
		const char *at = folded;
		for (size_t k = 0; k + 1 < most; k++, at++) {
			at = strstr(at, word);
			assert_non_null(at);
			if (denial_of(&d, (size_t)(at - folded), (size_t)(at - folded) + bytes) !=
			    cases[i].denied)
				fail_msg("%s%s: number %zu", cases[i].again, cases[i].end, k);
		}
		arena_free(a);
		free(folded);
		free(text);
	}
	assert_true((clock() - begun) / CLOCKS_PER_SEC < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(denials),
	    cmocka_unit_test(dangers),
	    cmocka_unit_test(twice_denied),
	    cmocka_unit_test(asked_or_supposed),
	    cmocka_unit_test(the_end_of_another_word),
	    cmocka_unit_test(the_keyword_denies),
	    cmocka_unit_test(joined_words),
	    cmocka_unit_test(said_over_and_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
