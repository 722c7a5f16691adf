/*
 * domain_texts.c - no text whatever harms what reads texts: keywords, denials, places, addresses, phones.
 * Random words, marks and bytes, cut anywhere; the sanitizers look on.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/address.h"
#include "domain/denial.h"
#include "domain/fold.h"
#include "domain/phone.h"
#include "domain/place.h"
#include "domain/routing.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const pieces[] = {"没", "没有", "无", "未", "不是", "人", "有", "着火", "着", "火", "受伤",
    "永福", "镇", "永福镇", "后孟村", "村", "路", "路口", "口", "和", "与", "大道", "号", "#", "一", "百",
    "千", "零", "十", "0", "1", "86", "+86", "0086", "0597", "7530000", "13800138000", "-", "(", ")", "*",
    "转", " ", "\n", "\xE2\x80\x8B", "·", ",", "。", "、", "/", "\xEF", "\xBC", "\xF0\x9F", "\xE2\x80",
    "福建省", "漳平市", "区", "吗", "?", "就是", "了", "ＡＢ", "㎡", "ﷺ", "交叉口", "附近"};

static uint64_t seed = 5;

static unsigned below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

/* In a block of its own size, so that a byte too far is one that the sanitizers see. */
static char *random_text(void)
{
	char text[1024] = "";
	size_t n = 0;
	char *out;

	for (unsigned i = below(40); i > 0; i--)
		strcat(text, pieces[below(COUNT(pieces))]);
	n = strlen(text);
	if (n > 0 && below(4) == 0)
		n -= below((unsigned)n);
	out = malloc(n + 1);
	memcpy(out, text, n);
	out[n] = '\0';
	return out;
}

static struct area areas[] = {{.code = "1", .name = "永福镇"},
    {.code = "2", .name = "后孟村", .parent = &areas[0]}, {.code = "3", .name = "后孟村"},
    {.code = "4", .name = "镇"}};
static const char *within[] = {"福建省", "漳平市"};
static const char *words[] = {"着火", "受伤", "没有呼吸", "火", "镇"};
static struct unit units[] = {{.id = "fire"}};
static struct category categories[] = {{.code = "400101",
    .name = "火灾",
    .priority = P1,
    .keywords = words,
    .n_keywords = COUNT(words),
    .lead = units}};
static struct rule otherwise = {.id = "otherwise", .has_lead = true, .lead = units};
static struct mechanism m = {.units = units,
    .n_units = 1,
    .areas = areas,
    .n_areas = COUNT(areas),
    .within = within,
    .n_within = COUNT(within),
    .categories = categories,
    .n_categories = 1,
    .routing = {.otherwise = &otherwise, .n_otherwise = 1}};

static void any_text(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		char *address = random_text(), *description = random_text();
		struct route_query q = {.at = DAY_MS, .address = address, .description = description};
		struct place_named place;
		struct phone phones[PHONES_MOST];
		struct route out;
		int n = phone_find(address, phones);

		routing_decide(&m, &q, &out);
		assert_ptr_equal(out.units[0].unit, units);
		place_find(&m, address, description, &place);
		assert_true(place.n <= PLACES_MOST && n <= PHONES_MOST);
		for (int i = 0; i < n; i++)
			assert_true(strlen(phones[i].number) >= 7);
		struct address_key key = address_key(&m, address);
		assert_true(!key.place || address_same(key, key));
		free(address);
		free(description);
	}
}

/* A denial is found at the same words whatever else stands around in other clauses. */
static void clauses_are_apart(void **state)
{
	(void)state;
	for (int round = 0; round < 5000; round++) {
		char *around = random_text(), *folded = malloc(fold_room(strlen(around) + 64));
		char text[2048];
		const char *at;

		snprintf(text, sizeof text, "%s。没有受伤。", around);
		fold_text(text, folded);
		for (at = folded; strstr(at + 1, "没有受伤"); at = strstr(at + 1, "没有受伤"))
			;
		size_t start = (size_t)(strstr(at, "受伤") - folded);
		struct denials d = {.text = folded};
		assert_true(denial_of(&d, start, start + strlen("受伤")));
		free(folded);
		free(around);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_text),
	    cmocka_unit_test(clauses_are_apart),
	};
	int failed;

	m.arena = arena_new();
	mechanism_index(&m);
	routing_compile(&m);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(m.arena);
	return failed;
}
