/*
 * domain_routing.c - the keyword automaton and routing_decide on small tables built by hand, and
 * both against brute force on random ones.
 */
#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"
#include "domain/denial.h"
#include "domain/fold.h"
#include "domain/keywords.h"
#include "domain/routing.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(v) (int)(sizeof(v) / sizeof(v)[0])
/* The condition of a rule. */
#define CATEGORY(...)                                                                                        \
	.category = (const char *[]){__VA_ARGS__}, .n_category = COUNT(((const char *[]){__VA_ARGS__}))

/* -- keywords ------------------------------------------------------------------------------- */

static bool found_in(const struct keywords *k, uint32_t id, const char *text)
{
	uint64_t bits[16] = {0};

	assert_true(keywords_count(k) <= 16 * 64);
	char folded[512];

	assert_true(fold_room(text ? strlen(text) : 0) <= sizeof folded);
	fold_text(text, folded);
	keywords_scan(k, folded, bits, NULL);
	return bits[id / 64] >> (id % 64) & 1;
}

static void keywords_finds_each(void **state)
{
	const char *words[] = {"水管", "水管破裂", "破裂", "停水", "ktv", "12345", "", "ＫＴＶ", "裂"};
	uint32_t id[COUNT(words)];
	struct arena *a = arena_new();
	struct keywords *k = keywords_new(a, words, COUNT(words), id);

	(void)state;
	assert_int_equal(keywords_count(k), 8); /* ktv and its full-width form are one */
	assert_int_equal(id[4], id[7]);
	assert_int_equal(keywords_length(k, id[1]), 4);
	assert_int_equal(keywords_length(k, id[4]), 3);
	assert_true(found_in(k, id[1], "地下水管破裂了"));
	assert_true(found_in(k, id[0], "地下水管破裂了"));
	assert_true(found_in(k, id[2], "地下水管破裂了")); /* a suffix of a longer match */
	assert_true(found_in(k, id[8], "地下水管破裂了"));
	assert_true(found_in(k, id[2], "水管破破裂"));
	assert_false(found_in(k, id[1], "水管破破裂"));
	assert_true(found_in(k, id[0], "水水管"));
	assert_false(found_in(k, id[3], "水管停了"));
	assert_true(found_in(k, id[4], "楼下KtV太吵"));
	assert_true(found_in(k, id[4], "楼下ＫＴｖ太吵"));
	assert_true(found_in(k, id[4], "the KTV, 2 floors"));
	assert_false(found_in(k, id[4], "ktvs")); /* a part of another word */
	assert_false(found_in(k, id[4], "xktv"));
	assert_true(found_in(k, id[5], "打过１２３4５没用"));
	assert_false(found_in(k, id[6], "什么都有")); /* the empty word */
	assert_false(found_in(k, id[0], NULL));
	assert_false(found_in(k, id[0], ""));
	assert_false(found_in(k, id[0], "\xEF\xBC")); /* a cut character */
	arena_free(a);
}

/* Written so that it is not found, by a slip, or by who stammers. What joins or divides words stays: 水/火 is not 水火. */
static void keywords_with_marks_inside(void **state)
{
	static const char *const words[] = {"跳楼", "受伤", "煤气-泄漏", "k-tv", "有人跳楼", "8-1栋"};
	static const char *const yes[] = {"有人跳*楼", "跳-楼", "跳－楼", "跳…楼", "跳……楼", "跳_楼", "跳~楼",
	    "跳～楼", "跳.楼", "跳—楼", "跳——楼", "跳×楼", "跳 * 楼", "跳*\n楼", "跳·*楼", "跳|楼", "跳**楼",
	    "他要跳-跳楼", "跳*跳*楼"};
	static const char *const no[] = {"跳,楼", "跳/楼", "跳、楼", "跳。楼", "跳:楼", "跳*a楼", "跳*",
	    "*楼", "跳+楼", "跳(楼", "跳?楼", "跳!楼", "跳*,楼", "跳*1楼"};
	struct arena *a = arena_new();
	uint32_t id[COUNT(words)];
	struct keywords *k = keywords_new(a, words, COUNT(words), id);

	(void)state;
	for (int i = 0; i < COUNT(yes); i++)
		if (!found_in(k, id[0], yes[i]))
			fail_msg("not found in %s", yes[i]);
	for (int i = 0; i < COUNT(no); i++)
		if (found_in(k, id[0], no[i]))
			fail_msg("found in %s", no[i]);
	assert_true(found_in(k, id[4], "有-人.跳*楼"));
	assert_true(found_in(k, id[2], "煤气泄漏"));
	assert_true(found_in(k, id[2], "煤气-泄*漏"));
	assert_true(found_in(k, id[3], "去K-TV"));
	assert_false(found_in(k, id[3], "去KTV"));
	assert_true(found_in(k, id[5], "在8-1栋"));
	assert_false(found_in(k, id[5], "在81栋"));
	arena_free(a);
}

/* A mark in the danger does not hide its denial; one before it, or in the denial, leaves a doubt, and the danger stands. */
static void marks_and_denials(void **state)
{
	static const struct {
		const char *text;
		bool meant;
	} cases[] = {{"没有人受*伤", false}, {"没人受…伤", false}, {"未发现有人受-伤", false},
	    {"没有人.受伤了快来", true}, {"没有人…受伤", true}, {"没*有受伤", true},
	    {"没有人受*伤,又有人受-伤", true}, {"不是没受*伤", true}};
	static const char *const words[] = {"受伤"};
	struct arena *a = arena_new();
	uint32_t id[1];
	struct keywords *k = keywords_new(a, words, 1, id);

	(void)state;
	for (int i = 0; i < COUNT(cases); i++) {
		uint64_t said[1] = {0}, meant[1] = {0};
		char folded[512];

		fold_text(cases[i].text, folded);
		keywords_scan(k, folded, said, meant);
		assert_true(said[0] & 1);
		if ((meant[0] & 1) != cases[i].meant)
			fail_msg("%s", cases[i].text);
	}
	arena_free(a);
}

static void keywords_none(void **state)
{
	struct arena *a = arena_new();
	uint32_t id[1];
	uint64_t bits[1] = {0};
	struct keywords *k = keywords_new(a, NULL, 0, id);

	(void)state;
	assert_int_equal(keywords_count(k), 0);
	keywords_scan(k, "没有关键词", bits, NULL);
	assert_int_equal(bits[0], 0);
	arena_free(a);
}

static uint64_t seed;

static unsigned random_below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

static void put_letters(char *out, const char *const *alphabet, unsigned letters, unsigned n)
{
	out[0] = '\0';
	for (unsigned j = 0; j < n; j++)
		strcat(out, alphabet[random_below(letters)]);
}

static bool is_latin(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Does the word begin at `at` and stand there by itself? */
static bool is_whole(const char *text, const char *at, const char *word)
{
	const char *end = at + strlen(word);

	return !(at > text && is_latin(*at) && is_latin(at[-1])) && !(is_latin(end[-1]) && is_latin(*end));
}

static bool has_word(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	while (at && !is_whole(text, at, word))
		at = strstr(at + 1, word);
	return at;
}

/* 600 words of a tiny alphabet, so that they overlap in every way; texts have one letter more. */
static void words_against_strstr(const char *const alphabet[4])
{
	static char text[600][32];
	const char *words[600];
	uint32_t id[600];
	struct arena *a = arena_new();
	struct keywords *k;

	seed = 7;
	for (int i = 0; i < 600; i++) {
		put_letters(text[i], alphabet, 3, 1 + random_below(6));
		words[i] = text[i];
	}
	k = keywords_new(a, words, 600, id);
	for (int round = 0; round < 2000; round++) {
		char line[128];

		put_letters(line, alphabet, 4, random_below(23));
		for (int i = 0; i < 600; i += 1 + (int)random_below(20))
			assert_int_equal(found_in(k, id[i], line), has_word(line, words[i]));
	}
	arena_free(a);
}

static void keywords_against_strstr(void **state)
{
	/* characters of one to four bytes, of which some begin alike; bytes that are no character */
	static const char *const alphabets[][4] = {{"a", "b", "中", "d"}, {"中", "丰", "串", "丱"},
	    {"a", "б", "中", "𠀀"}, {"𠀀", "𠀁", "б", "в"}, {"中", "丰", "a", "\xE4\xB8"}};

	(void)state;
	for (size_t i = 0; i < COUNT(alphabets); i++)
		words_against_strstr(alphabets[i]);
}

/* -- a small mechanism ---------------------------------------------------------------------- */

static struct unit units[] = {{.id = "water"}, {.id = "power"}, {.id = "fire"}, {.id = "police"},
    {.id = "hotline"}, {.id = "urban"}, {.id = "yongfu", .township = "O"}, {.id = "jing", .township = "C"}};
enum { WATER, POWER, FIRE, POLICE, HOTLINE, URBAN, YONGFU, JING };

static struct area areas[] = {{.code = "C", .name = "菁城街道", .zone = ZONE_CITY, .township = &units[JING]},
    {.code = "O", .name = "永福镇", .zone = ZONE_OUTSIDE, .township = &units[YONGFU]},
    {.code = "O1", .name = "村", .parent = &areas[1], .zone = ZONE_OUTSIDE, .township = &units[YONGFU]},
    {.code = "O2", .name = "集镇社区", .parent = &areas[1], .zone = ZONE_CITY, .township = &units[YONGFU]},
    {.code = "X", .name = "无人管的区域", .zone = ZONE_OUTSIDE}};

static const struct unit *burst_assist[] = {&units[URBAN], &units[POLICE]};
static const struct unit *fire_assist[] = {&units[POLICE]};
static const struct unit *water_inform[] = {&units[HOTLINE]};
static const char *burst_words[] = {"爆管", "漏水"};
static const char *dry_words[] = {"停水", "没水"};
static const char *fire_words[] = {"着火", "火灾", "冒烟"};
static const char *dark_words[] = {"停电"};
static const char *child_words[] = {"霸凌"};
static const char *misdial_words[] = {"打错"};

static struct category categories[] = {
    {.code = "6011",
	.name = "停水",
	.priority = P3,
	.keywords = dry_words,
	.n_keywords = 2,
	.lead = &units[WATER],
	.inform = water_inform,
	.n_inform = 1},
    {.code = "6012",
	.name = "爆管",
	.priority = P2,
	.keywords = burst_words,
	.n_keywords = 2,
	.lead = &units[WATER],
	.assist = burst_assist,
	.n_assist = 2},
    {.code = "4001",
	.name = "火灾",
	.priority = P1,
	.keywords = fire_words,
	.n_keywords = 3,
	.lead = &units[FIRE],
	.assist = fire_assist,
	.n_assist = 1,
	.inform_township = true},
    {.code = "6021",
	.name = "停电",
	.priority = P3,
	.keywords = dark_words,
	.n_keywords = 1,
	.lead = &units[POWER]},
    {.code = "6023",
	.name = "校园",
	.priority = P3,
	.keywords = child_words,
	.n_keywords = 1,
	.lead = &units[POLICE],
	.confidential = true},
    {.code = "9099",
	.name = "误拨",
	.priority = P4,
	.keywords = misdial_words,
	.n_keywords = 1,
	.inform = water_inform,
	.n_inform = 1},
};
enum { DRY, BURST, BLAZE, DARK, CHILD, MISDIAL };

static struct span hours[] = {{8 * 60, 12 * 60}, {14 * 60 + 30, 17 * 60 + 30}};
static struct season seasons[] = {{101, 1231, hours, 2}};

static struct rule otherwise[] = {{.id = "otherwise",
				      .priorities = 1u << P1 | 1u << P2,
				      .has_lead = true,
				      .lead = &units[POLICE],
				      .because = "首接负责"},
    {.id = "otherwise", .has_lead = true, .lead = &units[HOTLINE], .because = "第九条(三)"}};

static struct mechanism mechanism_of(struct rule *rules, int n)
{
	struct mechanism m = {.arena = arena_new(),
	    .units = units,
	    .n_units = COUNT(units),
	    .areas = areas,
	    .n_areas = COUNT(areas),
	    .categories = categories,
	    .n_categories = COUNT(categories)};

	m.calendar.seasons = seasons;
	m.calendar.n_seasons = 1;
	m.routing = (struct routing){rules, n, otherwise, COUNT(otherwise), NULL};
	mechanism_index(&m);
	routing_compile(&m);
	return m;
}

/* 2026-03-02 is a Monday. */
static int64_t at(const char *clock)
{
	char text[40];
	int64_t ms;

	snprintf(text, sizeof text, "2026-03-02T%s:00+08:00", clock);
	assert_true(time_parse(str_of(text), &ms));
	return ms;
}

/* "lead water, assist urban police, inform hotline" as one text, to compare at a glance. */
static const char *parts_of(const struct route *r)
{
	static char text[512];
	size_t n = 0;

	text[0] = '\0';
	for (int i = 0; i < r->n_units; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%s", i ? " " : "",
		    dispatch_role_names[r->units[i].role], r->units[i].unit->id);
	return text;
}

static struct route route_of(struct rule *rules, int n, struct route_query q)
{
	struct mechanism m = mechanism_of(rules, n);
	struct route out;

	if (q.at == 0)
		q.at = at("09:00");
	routing_decide(&m, &q, &out);
	arena_free(m.arena);
	return out;
}

#define ROUTE(rules, ...) route_of(rules, COUNT(rules), (struct route_query){__VA_ARGS__})
#define PLAIN(...) route_of(NULL, 0, (struct route_query){__VA_ARGS__})

/* -- without rules -------------------------------------------------------------------------- */

static void category_serves_its_units(void **state)
{
	struct route r = PLAIN(.category = "6012", .area = "C");

	(void)state;
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
	assert_string_equal(r.rule, "category");
	assert_string_equal(r.units[2].rule, "category");
	assert_ptr_equal(r.category, &categories[BURST]);
	assert_int_equal(r.priority, P2);
	assert_int_equal(r.zone, ZONE_CITY);
	assert_false(r.zone_assumed);
	assert_false(r.police);
	assert_false(r.unmatched);
}

static void no_area_is_city_assumed(void **state)
{
	struct route r = PLAIN(.category = "4001");

	(void)state;
	assert_int_equal(r.zone, ZONE_CITY);
	assert_true(r.zone_assumed);
	assert_true(r.police); /* P1 */
	assert_string_equal(parts_of(&r), "lead:fire assist:police");
}

static void township_outside_assists_or_is_informed(void **state)
{
	struct route r = PLAIN(.category = "6012", .area = "O1");

	(void)state;
	assert_int_equal(r.zone, ZONE_OUTSIDE);
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police assist:yongfu");
	assert_string_equal(r.units[3].rule, "township");
	r = PLAIN(.category = "6012", .area = "O1", .priority = P3);
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police inform:yongfu");
	r = PLAIN(.category = "6012", .area = "O2"); /* a community in the city zone of a township */
	assert_int_equal(r.zone, ZONE_CITY);
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
	r = PLAIN(.category = "4001", .area = "C"); /* informed because the category says so */
	assert_string_equal(parts_of(&r), "lead:fire assist:police inform:jing");
	assert_string_equal(r.units[2].rule, "category");
	r = PLAIN(.category = "6012", .area = "X"); /* no unit governs it */
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
}

static void keywords_find_the_category(void **state)
{
	struct route r = PLAIN(.description = "路口爆管漏水");

	(void)state;
	assert_ptr_equal(r.category, &categories[BURST]);
	r = PLAIN(.description = "停水,路上也停电"); /* equal totals, equal priority: the first */
	assert_ptr_equal(r.category, &categories[DRY]);
	r = PLAIN(.description = "漏水又停电"); /* equal totals: the more urgent */
	assert_ptr_equal(r.category, &categories[BURST]);
	r = PLAIN(.description = "停电停电停电,没水停水"); /* a keyword counts once */
	assert_ptr_equal(r.category, &categories[DRY]);
	r = PLAIN(.address = "着火", .description = "停电"); /* the address does not count */
	assert_ptr_equal(r.category, &categories[DARK]);
	assert_false(r.unmatched);
}

static void unmatched_goes_otherwise(void **state)
{
	struct route r = PLAIN(.description = "鸽子飞走了");

	(void)state;
	assert_null(r.category);
	assert_true(r.unmatched);
	assert_string_equal(parts_of(&r), "lead:hotline");
	assert_string_equal(r.rule, "otherwise");
	assert_string_equal(r.because, "第九条(三)");
	assert_int_equal(r.priority, P3);
	r = PLAIN(.description = "鸽子飞走了", .priority = P2);
	assert_string_equal(parts_of(&r), "lead:police");
	assert_int_equal(r.priority, P2);
	r = PLAIN(.description = "鸽子飞走了", .priority = P1, .area = "O1");
	assert_string_equal(parts_of(&r), "lead:police assist:yongfu");
	assert_true(r.police);
	r = PLAIN(.category = NULL);
	assert_true(r.unmatched);
}

static void lead_none_records_only(void **state)
{
	struct route r = PLAIN(.category = "9099", .area = "O1");

	(void)state;
	assert_true(r.record_only);
	assert_int_equal(r.n_units, 0);
	assert_false(r.unmatched);
	assert_int_equal(r.priority, P4);
}

static void desk_chooses_its_units(void **state)
{
	struct route r = PLAIN(.category = "6012", .area = "O", .units = "power, fire,power,nobody,water");

	(void)state;
	assert_string_equal(parts_of(&r), "lead:power assist:fire assist:water assist:yongfu");
	assert_string_equal(r.rule, "desk");
	assert_string_equal(r.units[1].rule, "desk");
	assert_ptr_equal(r.category, &categories[BURST]);
	r = PLAIN(.description = "鸽子", .units = "hotline");
	assert_false(r.unmatched); /* the desk has looked */
	r = PLAIN(.category = "9099", .units = "hotline");
	assert_false(r.record_only);
	r = PLAIN(.category = "6012", .units = "yongfu", .area = "O");
	assert_string_equal(parts_of(&r), "lead:yongfu");
	r = PLAIN(.category = "6021", .units = ", ,");
	assert_string_equal(parts_of(&r), "lead:power");
}

static void confidential_by_category_or_desk(void **state)
{
	struct route r = PLAIN(.category = "6023");

	(void)state;
	assert_true(r.confidential);
	r = PLAIN(.category = "6021");
	assert_false(r.confidential);
	r = PLAIN(.category = "6021", .confidential = true);
	assert_true(r.confidential);
}

static void desk_priority_wins(void **state)
{
	struct rule rules[] = {{.id = "raise", .also = true, .set_priority = P1}};
	struct route r = ROUTE(rules, .category = "6011", .priority = P4);

	(void)state;
	assert_int_equal(r.priority, P4);
	r = ROUTE(rules, .category = "6011");
	assert_int_equal(r.priority, P1);
	assert_true(r.police);
}

/* -- rules ---------------------------------------------------------------------------------- */

static void first_match_wins(void **state)
{
	struct rule rules[] = {
	    {.id = "a", CATEGORY("6011"), .has_lead = true, .lead = &units[URBAN], .because = "甲"},
	    {.id = "b", CATEGORY("60*"), .has_lead = true, .lead = &units[FIRE], .because = "乙"},
	    {.id = "c", .has_lead = true, .lead = &units[POWER]}};
	struct route r = ROUTE(rules, .category = "6011");

	(void)state;
	assert_string_equal(parts_of(&r), "lead:urban inform:hotline"); /* the rest is the category's */
	assert_string_equal(r.rule, "a");
	assert_string_equal(r.because, "甲");
	r = ROUTE(rules, .category = "6021");
	assert_string_equal(r.rule, "b");
	r = ROUTE(rules, .category = "4001");
	assert_string_equal(r.rule, "c");
	r = ROUTE(rules, .description = "什么都不是");
	assert_string_equal(r.rule, "c");
	assert_false(r.unmatched); /* a rule took it */
	assert_null(r.category);
}

static void empty_list_is_none(void **state)
{
	struct rule rules[] = {
	    {.id = "a", CATEGORY("6012"), .has_assist = true, .has_inform = true, .inform_township = true}};
	struct route r = ROUTE(rules, .category = "6012", .area = "C");

	(void)state;
	assert_string_equal(parts_of(&r), "lead:water inform:jing");
}

static void because_alone_serves_the_category(void **state)
{
	struct rule rules[] = {{.id = "a", .because = "供水"}};
	struct route r = ROUTE(rules, .category = "6012");

	(void)state;
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
	assert_string_equal(r.rule, "a");
	r = ROUTE(rules, .description = "鸽子"); /* it can name no lead, so it does not take it */
	assert_true(r.unmatched);
	assert_string_equal(parts_of(&r), "lead:hotline");
}

static const struct unit *also_assist[] = {&units[URBAN], &units[WATER]};
static const struct unit *also_inform[] = {&units[POLICE], &units[POWER]};

static void also_adds_and_goes_on(void **state)
{
	struct rule rules[] = {{.id = "a",
				   .also = true,
				   .assist = also_assist,
				   .n_assist = 2,
				   .has_assist = true,
				   .inform = also_inform,
				   .n_inform = 2,
				   .has_inform = true,
				   .inform_township = true,
				   .has_lead = true,
				   .lead = &units[HOTLINE]},
	    {.id = "b", CATEGORY("4001")}};
	struct route r = ROUTE(rules, .category = "4001", .area = "C");

	(void)state;
	assert_string_equal(parts_of(&r),
	    "lead:fire assist:police assist:urban assist:water inform:jing inform:power");
	assert_string_equal(r.units[1].rule, "b");
	assert_string_equal(r.units[2].rule, "a");
	r = ROUTE(rules, .category = "6012"); /* the strongest part wins: water leads */
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police inform:power");
	assert_string_equal(r.rule, "category");
	r = ROUTE(rules, .description = "鸽子");
	assert_true(r.unmatched);
	assert_string_equal(parts_of(&r),
	    "lead:hotline assist:urban assist:water inform:police inform:power");
	r = ROUTE(rules, .category = "9099");
	assert_int_equal(r.n_units, 0);
}

static void most_urgent_of_set_priorities(void **state)
{
	struct rule rules[] = {{.id = "a", .also = true, .set_priority = P3},
	    {.id = "b", .also = true, .set_priority = P2}, {.id = "c", .set_priority = P4}};
	struct route r = ROUTE(rules, .category = "4001");

	(void)state;
	assert_int_equal(r.priority, P2);
	rules[1].also = false;
	r = ROUTE(rules, .category = "4001");
	assert_int_equal(r.priority, P2);
	r = route_of(rules + 2, 1, (struct route_query){.category = "4001"});
	assert_int_equal(r.priority, P4); /* a rule may lower, too */
	assert_false(r.police);
}

static void priority_condition_sees_what_was_set(void **state)
{
	struct rule rules[] = {{.id = "a", .also = true, CATEGORY("6011"), .set_priority = P2},
	    {.id = "b", .priorities = 1u << P1 | 1u << P2, .has_lead = true, .lead = &units[POLICE]}};
	struct route r = ROUTE(rules, .category = "6011");

	(void)state;
	assert_string_equal(r.rule, "b");
	r = ROUTE(rules, .category = "6021");
	assert_string_equal(r.rule, "category");
	r = ROUTE(rules, .category = "6012"); /* the category's own */
	assert_string_equal(r.rule, "b");
	r = ROUTE(rules, .category = "6011", .priority = P3); /* the desk's hides it */
	assert_string_equal(r.rule, "category");
}

static void rule_gives_the_category(void **state)
{
	const char *want[] = {"渗", "湿"}, *unless[] = {"下雨"};
	struct rule rules[] = {{.id = "damp",
				   CATEGORY("none"),
				   .keywords = want,
				   .n_keywords = 2,
				   .unless_keywords = unless,
				   .n_unless_keywords = 1,
				   .set_category = &categories[BURST],
				   .set_priority = P3,
				   .because = "渗水",
				   .inform = also_inform,
				   .n_inform = 2,
				   .has_inform = true},
	    {.id = "later",
		CATEGORY("none"),
		.keywords = want,
		.n_keywords = 2,
		.set_category = &categories[DARK]},
	    {.id = "water", CATEGORY("601*")}};
	struct route r = ROUTE(rules, .description = "墙渗了,停电");

	(void)state;
	assert_ptr_equal(r.category, &categories[BURST]);
	assert_int_equal(r.priority, P3); /* what it sets, not the category's */
	assert_string_equal(r.rule, "water");
	assert_string_equal(r.because, "渗水");
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police inform:power");
	r = ROUTE(rules, .description = "墙渗了,下雨");
	assert_ptr_equal(r.category, &categories[DARK]);
	assert_string_equal(r.rule, "category");
	r = ROUTE(rules, .description = "停电");
	assert_ptr_equal(r.category, &categories[DARK]);
	r = ROUTE(rules, .description = "墙渗了", .category = "4001");
	assert_ptr_equal(r.category, &categories[BLAZE]);
	assert_int_equal(r.priority, P1);
}

static void rule_gives_category_and_lead(void **state)
{
	const char *want[] = {"渗"};
	struct rule rules[] = {{.id = "first", CATEGORY("6012"), .has_lead = true, .lead = &units[FIRE]},
	    {.id = "damp",
		.keywords = want,
		.n_keywords = 1,
		.set_category = &categories[BURST],
		.has_lead = true,
		.lead = &units[URBAN]}};
	struct route r = ROUTE(rules, .description = "渗");

	(void)state;
	assert_string_equal(r.rule, "first"); /* the table's order holds once the category is known */
	r = route_of(rules + 1, 1, (struct route_query){.description = "渗"});
	assert_string_equal(parts_of(&r), "lead:urban assist:police");
	assert_string_equal(r.rule, "damp");
	r = route_of(rules + 1, 1, (struct route_query){.description = "渗", .category = "6021"});
	assert_string_equal(r.rule, "damp"); /* the lead holds, the category stays the desk's */
	assert_ptr_equal(r.category, &categories[DARK]);
}

/* A rule that asks for a category, and sets one where the desk gave none. */
static void rule_makes_the_category_exact(void **state)
{
	const char *burst[] = {"爆管"}, *dry[] = {"停水"};
	struct rule rules[] = {{.id = "burst",
				   CATEGORY("601*"),
				   .keywords = burst,
				   .n_keywords = 1,
				   .set_category = &categories[DRY],
				   .set_priority = P1,
				   .has_lead = true,
				   .lead = &units[URBAN]},
	    {.id = "again",
		CATEGORY("601*"),
		.keywords = dry,
		.n_keywords = 1,
		.set_category = &categories[BURST]},
	    {.id = "dry", CATEGORY("6011"), .has_lead = true, .lead = &units[FIRE]}};
	struct route r = ROUTE(rules, .description = "路上爆管");

	(void)state;
	assert_string_equal(r.rule, "burst");
	assert_ptr_equal(r.category, &categories[DRY]);
	assert_int_equal(r.priority, P1);
	r = ROUTE(rules, .description = "路上爆管", .category = "6012", .priority = P3);
	assert_string_equal(r.rule, "burst"); /* matches all the same, sets nothing */
	assert_ptr_equal(r.category, &categories[BURST]);
	assert_int_equal(r.priority, P3);
	r = ROUTE(rules, .description = "家里停水"); /* exact, and on to the rules of what it is now */
	assert_ptr_equal(r.category, &categories[BURST]);
	assert_string_equal(r.rule, "category");
	r = ROUTE(rules, .description = "停电"); /* keywords found another category */
	assert_ptr_equal(r.category, &categories[DARK]);
	assert_string_equal(r.rule, "category");
}

static void none_means_the_desk_gave_none(void **state)
{
	struct rule rules[] = {{.id = "none", CATEGORY("none"), .has_lead = true, .lead = &units[HOTLINE]}};
	struct route r = ROUTE(rules, .description = "停电");

	(void)state;
	assert_string_equal(r.rule, "none");
	assert_ptr_equal(r.category, &categories[DARK]);
	r = ROUTE(rules, .category = "6021");
	assert_string_equal(r.rule, "category");
}

static void township_leads(void **state)
{
	struct rule rules[] = {{.id = "t",
	    CATEGORY("6012"),
	    .zone = ZONE_OUTSIDE,
	    .has_zone = true,
	    .lead_township = true,
	    .has_lead = true}};
	struct route r = ROUTE(rules, .category = "6012", .area = "O1");

	(void)state;
	assert_string_equal(parts_of(&r), "lead:yongfu assist:urban assist:police");
	r = ROUTE(rules, .category = "6012", .area = "O2"); /* city */
	assert_string_equal(r.rule, "category");
	r = ROUTE(rules, .category = "6012", .area = "X"); /* no township: the category's lead */
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
}

static void rule_lead_none(void **state)
{
	struct rule rules[] = {{.id = "n", CATEGORY("6021"), .has_lead = true}};
	struct route r = ROUTE(rules, .category = "6021", .area = "O");

	(void)state;
	assert_true(r.record_only);
	assert_int_equal(r.n_units, 0);
	assert_string_equal(r.rule, "n");
}

static void where_conditions(void **state)
{
	const char *street[] = {"江滨路"};
	const struct area *town[] = {&areas[1]};
	struct rule rules[] = {{.id = "street",
				   .address_keywords = street,
				   .n_address_keywords = 1,
				   .has_lead = true,
				   .lead = &units[URBAN]},
	    {.id = "town", .area = town, .n_area = 1, .has_lead = true, .lead = &units[YONGFU]}};
	struct route r = ROUTE(rules, .category = "6021", .address = "江滨路3号");

	(void)state;
	assert_string_equal(r.rule, "street");
	r = ROUTE(rules, .category = "6021", .description = "江滨路3号");
	assert_string_equal(r.rule, "category");
	r = ROUTE(rules, .category = "6021", .area = "O1"); /* lies in it */
	assert_string_equal(r.rule, "town");
	r = ROUTE(rules, .category = "6021", .area = "O");
	assert_string_equal(r.rule, "town");
	r = ROUTE(rules, .category = "6021", .area = "C");
	assert_string_equal(r.rule, "category");
}

static void when_conditions(void **state)
{
	struct rule rules[] = {
	    {.id = "night", .between = {22 * 60, 6 * 60}, .has_lead = true, .lead = &units[POLICE]},
	    {.id = "noon", .between = {12 * 60, 13 * 60}, .has_lead = true, .lead = &units[URBAN]},
	    {.id = "office", .hours = HOURS_OFFICE, .has_lead = true, .lead = &units[HOTLINE]}};
	static const struct {
		const char *clock, *rule;
	} cases[] = {{"21:59", "category"}, {"22:00", "night"}, {"23:59", "night"}, {"00:00", "night"},
	    {"05:59", "night"}, {"06:00", "category"}, {"11:59", "office"}, {"12:00", "noon"},
	    {"12:59", "noon"}, {"13:00", "category"}, {"14:30", "office"}, {"17:30", "category"}};

	(void)state;
	for (int i = 0; i < COUNT(cases); i++) {
		struct route r = ROUTE(rules, .category = "6021", .at = at(cases[i].clock));

		assert_string_equal(r.rule, cases[i].rule);
	}
}

/* -- explanation ---------------------------------------------------------------------------- */

struct heard {
	char text[4096];
};

static void hear(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	struct heard *h = arg;
	size_t n = strlen(h->text);

	snprintf(h->text + n, sizeof h->text - n, "%s%c %s\n", rule->id, matched ? '+' : '-', condition);
}

static void explain_names_the_condition(void **state)
{
	const char *burst[] = {"爆管", "破裂"}, *drill[] = {"演习"}, *far[] = {"桥"};
	const struct area *town[] = {&areas[1]};
	struct rule rules[] = {{.id = "cat", CATEGORY("4001", "2*")},
	    {.id = "zone", .zone = ZONE_OUTSIDE, .has_zone = true}, {.id = "prio", .priorities = 1u << P1},
	    {.id = "area", .area = town, .n_area = 1}, {.id = "time", .between = {60, 120}},
	    {.id = "hours", .hours = HOURS_OFF},
	    {.id = "address", .address_keywords = far, .n_address_keywords = 1},
	    {.id = "drill",
		.keywords = burst,
		.n_keywords = 2,
		.unless_keywords = drill,
		.n_unless_keywords = 1},
	    {.id = "add", .keywords = burst, .n_keywords = 2, .also = true}, {.id = "last", .has_zone = true},
	    {.id = "unseen"}};
	struct mechanism m = mechanism_of(rules, COUNT(rules));
	struct route_query q = {.at = at("09:05"),
	    .category = "6012",
	    .area = "C",
	    .address = "路",
	    .description = "演习:水管破裂"};
	struct heard h = {""};
	struct route out;

	(void)state;
	routing_explain(&m, &q, &out, hear, &h);
	assert_string_equal(h.text,
	    "cat- category: 4001 等, 报警台选的类别是 6012\n"
	    "zone- zone: outside, 报警地点在城区\n"
	    "prio- priority: 警情为 P2\n"
	    "area- area: O, 报警地点在菁城街道\n"
	    "time- between: 01:00-02:00, 接报时刻 09:05\n"
	    "hours- hours: closed, 接报时在办公时间\n"
	    "address- address_keywords: 报警地址中没有 桥\n"
	    "drill- unless_keywords: 警情描述中有 演习\n"
	    "add+ keywords: 破裂\n"
	    "last+ zone: city, 报警地点在城区\n");
	assert_string_equal(out.rule, "last");
	arena_free(m.arena);
}

static void explain_tells_of_each_rule_once(void **state)
{
	const char *a[] = {"甲"}, *b[] = {"乙"};
	struct rule rules[] = {{.id = "one",
				   CATEGORY("none"),
				   .keywords = a,
				   .n_keywords = 1,
				   .set_category = &categories[DARK]},
	    {.id = "two", CATEGORY("none"), .keywords = b, .n_keywords = 1, .set_category = &categories[DRY]},
	    {.id = "three",
		CATEGORY("none"),
		.keywords = a,
		.n_keywords = 1,
		.set_category = &categories[DARK]},
	    {.id = "four", CATEGORY("6011")}};
	struct mechanism m = mechanism_of(rules, COUNT(rules));
	struct route_query q = {.at = at("09:05"), .description = "乙"};
	struct heard h = {""};
	struct route out;

	(void)state;
	routing_explain(&m, &q, &out, hear, &h);
	assert_string_equal(h.text,
	    "one- keywords: 警情描述中没有 甲\n"
	    "two+ category: none;keywords: 乙\n"
	    "three- set: 警情类别已由规则 two 判定为 6011\n"
	    "four+ category: 6011\n");
	q.description = "丙";
	h.text[0] = '\0';
	routing_explain(&m, &q, &out, hear, &h);
	assert_string_equal(h.text,
	    "one- keywords: 警情描述中没有 甲\n"
	    "two- keywords: 警情描述中没有 乙\n"
	    "three- keywords: 警情描述中没有 甲\n"
	    "four- category: 6011, 尚未判定类别\n"
	    "otherwise- priority: 警情为未定等级\n"
	    "otherwise+ 没有条件\n");
	arena_free(m.arena);
}

/* -- against brute force -------------------------------------------------------------------- */

static const char *vocabulary[] = {"水", "停水", "漏水", "爆管", "火", "着火", "火车", "停电", "电", "没",
    "没水", "ktv", "k", "12", "打错", "霸凌"};

/* The reference knows no index, no automaton and no walk structure: it reads routing.h. */
static bool says(const char *text, const char *word, bool denied_too)
{
	for (const char *at = text; at && (at = strstr(at, word)); at++) {
		struct denials d = {.text = text};
		size_t start = (size_t)(at - text);

		if (is_whole(text, at, word) && (denied_too || !denial_of(&d, start, start + strlen(word))))
			return true;
	}
	return false;
}

static bool any_in(const char **words, int n, const char *text, bool denied_too)
{
	for (int i = 0; i < n; i++)
		if (says(text, words[i], denied_too))
			return true;
	return false;
}

static bool reference_matches(const struct mechanism *m, const struct rule *r, const struct route_query *q,
    const char *code, enum priority priority)
{
	const struct area *area = mechanism_area(m, q->area);
	enum zone zone = area ? area->zone : ZONE_CITY;
	int minute = (int)((q->at + CITY_OFFSET_MS) / MINUTE_MS % 1440);
	bool ok = r->n_category == 0;

	for (int i = 0; i < r->n_category; i++)
		if (strcmp(r->category[i], "none") == 0 ? !q->category
							: code && code_matches(r->category[i], code))
			ok = true;
	if (!ok || (r->has_zone && r->zone != zone))
		return false;
	if (r->priorities && !(priority && r->priorities >> priority & 1))
		return false;
	ok = r->n_area == 0;
	for (const struct area *a = area; a; a = a->parent)
		for (int i = 0; i < r->n_area; i++)
			ok = ok || r->area[i] == a;
	if (!ok)
		return false;
	for (int t = r->between.from; t != r->between.to; t = (t + 1) % 1440) {
		ok = t == minute;
		if (ok)
			break;
	}
	if (!ok)
		return false;
	if (r->hours) { /* the test's only day is a Monday with the test's hours */
		bool office = (minute >= 480 && minute < 720) || (minute >= 870 && minute < 1050);

		if (office != (r->hours == HOURS_OFFICE))
			return false;
	}
	return (r->n_keywords == 0 || any_in(r->keywords, r->n_keywords, q->description, r->no_negation)) &&
	    (r->n_address_keywords == 0 ||
		any_in(r->address_keywords, r->n_address_keywords, q->address, true)) &&
	    !any_in(r->unless_keywords, r->n_unless_keywords, q->description, r->no_negation);
}

static const struct category *reference_category(const struct mechanism *m, const char *text)
{
	const struct category *best = NULL;
	size_t most = 0;

	for (int i = 0; i < m->n_categories; i++) {
		const struct category *c = &m->categories[i];
		size_t score = 0;

		for (int j = 0; j < c->n_keywords; j++)
			if (says(text, c->keywords[j], c->no_negation))
				score += utf8_count(str_of(c->keywords[j]));
		if (score > most || (score == most && best && c->priority < best->priority)) {
			most = score;
			best = c;
		}
	}
	return best;
}

static void reference_put(struct route *out, const struct unit *u, enum dispatch_role role, const char *rule)
{
	for (int i = 0; i < out->n_units; i++)
		if (out->units[i].unit == u)
			return;
	if (u)
		out->units[out->n_units++] = (struct route_unit){u, role, rule};
}

static void reference_rules(struct route *out, const struct rule *const *rules, int n,
    enum dispatch_role role, const struct unit *township)
{
	for (int i = 0; i < n; i++) {
		const struct rule *r = rules[i];
		const struct unit **list = role == AS_ASSIST ? r->assist : r->inform;
		int members = role == AS_ASSIST ? r->n_assist : r->n_inform;

		for (int j = 0; j < members; j++)
			reference_put(out, list[j], role, r->id);
		if (role == AS_INFORM && r->inform_township)
			reference_put(out, township, role, r->id);
	}
}

/* What the rules came to, before the units are named. */
struct reference {
	const struct category *c;
	const struct rule *decider, *also[64];
	int n_also;
	const struct unit *town;
	enum priority said; /* by the desk or a rule */
};

static void reference_lead(const struct reference *f, struct route *out)
{
	const struct unit *lead = f->c ? f->c->lead : NULL;

	out->unmatched = !f->c && !f->decider;
	out->rule = out->unmatched ? "otherwise" : f->decider ? f->decider->id : "category";
	if (out->unmatched)
		lead = &units[f->said == P1 || f->said == P2 ? POLICE : HOTLINE];
	else if (f->decider && f->decider->lead_township && f->town)
		lead = f->town;
	else if (f->decider && f->decider->has_lead && !f->decider->lead_township)
		lead = f->decider->lead;
	out->record_only = !lead;
	reference_put(out, lead, AS_LEAD, out->rule);
}

static void reference_others(const struct reference *f, struct route *out)
{
	const struct category *c = f->c;
	const struct rule *decider = f->decider;

	if (decider && decider->has_assist)
		reference_rules(out, &f->decider, 1, AS_ASSIST, f->town);
	else if (c)
		for (int i = 0; i < c->n_assist; i++)
			reference_put(out, c->assist[i], AS_ASSIST, out->rule);
	reference_rules(out, f->also, f->n_also, AS_ASSIST, f->town);
	if (out->zone == ZONE_OUTSIDE && (out->priority == P1 || out->priority == P2))
		reference_put(out, f->town, AS_ASSIST, "township");
	if (decider && decider->has_inform)
		reference_rules(out, &f->decider, 1, AS_INFORM, f->town);
	else if (c) {
		for (int i = 0; i < c->n_inform; i++)
			reference_put(out, c->inform[i], AS_INFORM, out->rule);
		if (c->inform_township)
			reference_put(out, f->town, AS_INFORM, out->rule);
	}
	reference_rules(out, f->also, f->n_also, AS_INFORM, f->town);
	if (out->zone == ZONE_OUTSIDE)
		reference_put(out, f->town, AS_INFORM, "township");
}

static bool reference_asks(const struct rule *r)
{
	for (int i = 0; i < r->n_category; i++)
		if (strcmp(r->category[i], "none") == 0)
			return false;
	return r->n_category > 0;
}

static const struct category *reference_classify(const struct mechanism *m, const struct route_query *q,
    const struct rule **giver)
{
	*giver = NULL;
	if (q->category)
		return mechanism_category(m, q->category);
	for (int i = 0; i < m->routing.n_rules; i++)
		if (m->routing.rules[i].set_category && !reference_asks(&m->routing.rules[i]) &&
		    reference_matches(m, &m->routing.rules[i], q, NULL, q->priority)) {
			*giver = &m->routing.rules[i];
			return (*giver)->set_category;
		}
	return reference_category(m, q->description);
}

static void reference_decide(const struct mechanism *m, const struct route_query *q, struct route *out)
{
	const struct area *area = mechanism_area(m, q->area);
	const struct rule *giver;
	const struct category *c = reference_classify(m, q, &giver);
	struct reference f = {.c = c, .town = area ? area->township : NULL};
	enum priority set = PRIORITY_NONE;
	bool given = q->category != NULL, exact = given || giver;

	*out = (struct route){.zone = area ? area->zone : ZONE_CITY, .zone_assumed = !area};
	for (int i = 0; !f.decider && i < m->routing.n_rules; i++) {
		const struct rule *r = &m->routing.rules[i];
		enum priority now = q->priority ? q->priority : set ? set : c ? c->priority : 0;
		bool has_lead = r->lead_township ? f.town || c : r->has_lead;

		if (r->set_category && !given && !reference_asks(r)
			? r != giver
			: !reference_matches(m, r, q, c ? c->code : NULL, now))
			continue;
		if (r->set_category && !exact) {
			c = f.c = r->set_category;
			exact = true;
		}
		if (r->set_priority && (!set || r->set_priority < set))
			set = r->set_priority;
		if (!r->also && (has_lead || (c && !r->set_category)))
			f.decider = r;
		else
			f.also[f.n_also++] = r;
	}
	f.said = q->priority ? q->priority : set;
	out->category = c;
	out->priority = f.said ? f.said : c ? c->priority : P3;
	out->police = out->priority == P1;
	out->confidential = c && c->confidential;
	reference_lead(&f, out);
	if (!out->record_only)
		reference_others(&f, out);
}

static bool one_in(unsigned n)
{
	return random_below(n) == 0;
}

static const char **random_words(struct arena *a, int *n)
{
	const char **v;

	*n = 1 + (int)random_below(3);
	v = arena_new_array(a, const char *, (size_t)*n);
	for (int i = 0; i < *n; i++)
		v[i] = vocabulary[random_below(COUNT(vocabulary))];
	return v;
}

static const struct unit **random_units(struct arena *a, int *n)
{
	const struct unit **v;

	*n = (int)random_below(3);
	v = arena_new_array(a, const struct unit *, (size_t)*n + 1);
	for (int i = 0; i < *n; i++)
		v[i] = &units[random_below(COUNT(units))];
	return v;
}

static void random_conditions(struct arena *a, struct rule *r)
{
	static const char *patterns[] = {"none", "6011", "60*", "6012", "4*", "4001", "*", "9099"};

	if (one_in(2)) {
		r->n_category = 1 + (int)random_below(2);
		r->category = arena_new_array(a, const char *, (size_t)r->n_category);
		for (int i = 0; i < r->n_category; i++)
			r->category[i] = patterns[random_below(COUNT(patterns))];
	}
	if (one_in(2))
		r->keywords = random_words(a, &r->n_keywords);
	r->no_negation = one_in(3);
	if (one_in(4))
		r->unless_keywords = random_words(a, &r->n_unless_keywords);
	if (one_in(5))
		r->address_keywords = random_words(a, &r->n_address_keywords);
	r->has_zone = one_in(5);
	r->zone = (enum zone)random_below(ZONE_COUNT);
	if (one_in(6)) {
		r->n_area = 1;
		r->area = arena_new_array(a, const struct area *, 1);
		r->area[0] = &areas[random_below(COUNT(areas))];
	}
	if (one_in(5))
		r->priorities = random_below(16) << P1;
	if (one_in(6))
		r->hours = one_in(2) ? HOURS_OFFICE : HOURS_OFF;
	if (one_in(6))
		r->between = (struct span){(int)random_below(1440), (int)random_below(1440)};
}

static void random_rule(struct arena *a, struct rule *r, int i)
{
	r->id = arena_printf(a, "r%d", i);
	random_conditions(a, r);
	if (one_in(2)) {
		r->has_lead = true;
		r->lead = one_in(8) ? NULL : &units[random_below(COUNT(units))];
		r->lead_township = r->lead && one_in(6);
	}
	r->has_assist = one_in(2);
	if (r->has_assist)
		r->assist = random_units(a, &r->n_assist);
	r->has_inform = one_in(2);
	if (r->has_inform)
		r->inform = random_units(a, &r->n_inform);
	r->inform_township = r->has_inform && one_in(3);
	if (one_in(3))
		r->set_category = &categories[random_below(COUNT(categories))];
	if (one_in(4))
		r->set_priority = (enum priority)(P1 + random_below(4));
	r->also = one_in(3);
	if (r->also)
		r->has_lead = r->lead_township = false;
}

static const char *random_text(struct arena *a)
{
	char text[64] = "";

	if (one_in(8))
		return NULL;
	for (unsigned n = random_below(5); n > 0; n--)
		strcat(text, vocabulary[random_below(COUNT(vocabulary))]);
	return arena_text(a, text);
}

static void same_route(const struct route *a, const struct route *b)
{
	assert_ptr_equal(a->category, b->category);
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->zone, b->zone);
	assert_int_equal(a->zone_assumed, b->zone_assumed);
	assert_int_equal(a->police, b->police);
	assert_int_equal(a->unmatched, b->unmatched);
	assert_int_equal(a->confidential, b->confidential);
	assert_int_equal(a->record_only, b->record_only);
	assert_string_equal(a->rule, b->rule);
	assert_int_equal(a->n_units, b->n_units);
	for (int i = 0; i < a->n_units; i++) {
		assert_ptr_equal(a->units[i].unit, b->units[i].unit);
		assert_int_equal(a->units[i].role, b->units[i].role);
		assert_string_equal(a->units[i].rule, b->units[i].rule);
	}
}

static void hear_nothing(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	(void)arg;
	(void)rule;
	(void)matched;
	assert_true(condition && *condition);
}

static void random_tables(void **state)
{
	int decided = 0;

	(void)state;
	seed = 20231218;
	for (int table = 0; table < 400; table++) {
		struct rule rules[40] = {{0}};
		int n = (int)random_below(COUNT(rules));
		struct arena *a = arena_new();
		struct mechanism m;

		for (int i = 0; i < n; i++)
			random_rule(a, &rules[i], i);
		m = mechanism_of(rules, n);
		for (int i = 0; i < 50; i++) {
			struct route_query q = {.at = at("00:00") + random_below(1440) * MINUTE_MS,
			    .category = one_in(2) ? categories[random_below(COUNT(categories))].code : NULL,
			    .priority = one_in(3) ? (enum priority)(P1 + random_below(4)) : PRIORITY_NONE,
			    .area = one_in(4) ? NULL : areas[random_below(COUNT(areas))].code,
			    .address = random_text(a),
			    .description = random_text(a)};
			struct route fast, told, want;

			routing_decide(&m, &q, &fast);
			routing_explain(&m, &q, &told, hear_nothing, NULL);
			reference_decide(&m, &q, &want);
			same_route(&fast, &want);
			same_route(&told, &want);
			assert_ptr_equal(fast.because, told.because);
			decided += want.rule[0] == 'r';
		}
		arena_free(m.arena);
		arena_free(a);
	}
	assert_true(decided > 5000); /* the tables are not idle */
}

/* -- retired categories, and what is not urgent ------------------------------------------------ */

static void retired_codes_lead_to_their_heirs(void **state)
{
	struct category saved[] = {categories[DARK], categories[DRY]};
	struct rule rules[] = {{.id = "old",
				   .keywords = (const char *[]){"暗"},
				   .n_keywords = 1,
				   .set_category = &categories[DARK]},
	    {.id = "of-the-heir", CATEGORY("6012"), .has_lead = true, .lead = &units[URBAN]},
	    {.id = "of-the-old", CATEGORY("6021"), .has_lead = true, .lead = &units[FIRE]}};
	struct route r;

	(void)state;
	categories[DARK].retired = true;
	categories[DARK].heir = &categories[BURST];
	r = PLAIN(.category = "6021"); /* reported, or stored */
	assert_ptr_equal(r.category, &categories[BURST]);
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
	r = ROUTE(rules, .category = "6021"); /* and the rules of the heir are its rules */
	assert_string_equal(r.rule, "of-the-heir");
	r = ROUTE(rules, .description = "好暗");
	assert_ptr_equal(r.category, &categories[BURST]);
	assert_string_equal(r.rule, "of-the-heir");
	r = PLAIN(.description = "停电"); /* its own keywords find nothing any more */
	assert_null(r.category);
	categories[DARK] = saved[0];
}

/* Art. 9(三) as a city may read it. */
static struct route round_of(struct rule *rules, int n, struct route_query q)
{
	struct mechanism m = mechanism_of(rules, n);
	struct route out;

	m.policy.non_urgent = &units[HOTLINE];
	q.at = at("09:00");
	routing_decide(&m, &q, &out);
	arena_free(m.arena);
	return out;
}
#define ROUND(...) round_of(NULL, 0, (struct route_query){__VA_ARGS__})

static void what_is_not_urgent_goes_by_12345(void **state)
{
	struct rule rules[] = {
	    {.id = "more", .also = true, .assist = (const struct unit *[]){&units[FIRE]}, .n_assist = 1},
	    {.id = "village", CATEGORY("6011"), .has_lead = true, .lead_township = true}};
	struct route r = ROUND(.category = "6012", .priority = P4);

	(void)state;
	assert_string_equal(parts_of(&r), "lead:hotline inform:water inform:urban inform:police");
	assert_string_equal(r.rule, "non-urgent");
	assert_string_equal(r.units[0].rule, "non-urgent");
	assert_string_equal(r.units[2].rule, "category");
	assert_non_null(strstr(r.because, "第九条(三)"));
	r = round_of(rules, 1,
	    (struct route_query){.category = "6012", .priority = P4}); /* added ones, too */
	assert_string_equal(parts_of(&r), "lead:hotline inform:water inform:urban inform:police inform:fire");
	r = ROUND(.category = "6012", .priority = P4, .area = "O1"); /* outside the township hears of it */
	assert_string_equal(parts_of(&r),
	    "lead:hotline inform:water inform:urban inform:police inform:yongfu");
	r = ROUND(.category = "6012", .priority = P3); /* help on the spot is urgent enough */
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
	r = PLAIN(.category = "6012", .priority = P4); /* the switch is off */
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
}

/* What belongs to 110, 119, 120, to a township, is confidential, or was sent by the desk goes as ever. */
static void not_all_goes_by_12345(void **state)
{
	struct rule village[] = {
	    {.id = "village", CATEGORY("6012"), .has_lead = true, .lead_township = true}};
	struct route r;

	(void)state;
	units[FIRE].emergency_line = "119";
	r = ROUND(.category = "4001", .priority = P4);
	assert_string_equal(parts_of(&r), "lead:fire assist:police");
	units[FIRE].emergency_line = NULL;
	r = ROUND(.category = "6023", .priority = P4); /* confidential */
	assert_string_equal(parts_of(&r), "lead:police");
	r = ROUND(.category = "6012", .priority = P4, .confidential = true);
	assert_string_equal(parts_of(&r), "lead:water assist:urban assist:police");
	r = round_of(village, 1, (struct route_query){.category = "6012", .priority = P4, .area = "O1"});
	assert_string_equal(parts_of(&r), "lead:yongfu assist:urban assist:police");
	r = ROUND(.category = "6012", .priority = P4, .units = "power");
	assert_string_equal(parts_of(&r), "lead:power");
	r = ROUND(.category = "9099"); /* only recorded */
	assert_true(r.record_only);
	r = ROUND(.description = "鸽子飞走了", .priority = P4); /* it is 12345's already */
	assert_string_equal(parts_of(&r), "lead:hotline");
	assert_string_equal(r.rule, "otherwise");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keywords_finds_each),
	    cmocka_unit_test(keywords_none),
	    cmocka_unit_test(keywords_with_marks_inside),
	    cmocka_unit_test(marks_and_denials),
	    cmocka_unit_test(keywords_against_strstr),
	    cmocka_unit_test(category_serves_its_units),
	    cmocka_unit_test(no_area_is_city_assumed),
	    cmocka_unit_test(township_outside_assists_or_is_informed),
	    cmocka_unit_test(keywords_find_the_category),
	    cmocka_unit_test(unmatched_goes_otherwise),
	    cmocka_unit_test(lead_none_records_only),
	    cmocka_unit_test(desk_chooses_its_units),
	    cmocka_unit_test(confidential_by_category_or_desk),
	    cmocka_unit_test(desk_priority_wins),
	    cmocka_unit_test(first_match_wins),
	    cmocka_unit_test(empty_list_is_none),
	    cmocka_unit_test(because_alone_serves_the_category),
	    cmocka_unit_test(also_adds_and_goes_on),
	    cmocka_unit_test(most_urgent_of_set_priorities),
	    cmocka_unit_test(priority_condition_sees_what_was_set),
	    cmocka_unit_test(rule_gives_the_category),
	    cmocka_unit_test(rule_gives_category_and_lead),
	    cmocka_unit_test(rule_makes_the_category_exact),
	    cmocka_unit_test(none_means_the_desk_gave_none),
	    cmocka_unit_test(township_leads),
	    cmocka_unit_test(rule_lead_none),
	    cmocka_unit_test(where_conditions),
	    cmocka_unit_test(when_conditions),
	    cmocka_unit_test(explain_names_the_condition),
	    cmocka_unit_test(explain_tells_of_each_rule_once),
	    cmocka_unit_test(retired_codes_lead_to_their_heirs),
	    cmocka_unit_test(what_is_not_urgent_goes_by_12345),
	    cmocka_unit_test(not_all_goes_by_12345),
	    cmocka_unit_test(random_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
