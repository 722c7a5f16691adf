/*
 * domain_place.c - which area an address or a description names: whole names, a township's short name
 * at the beginning of an address, streets that are named after a town, villages that share a name.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/place.h"
#include <stdio.h>

static struct area areas[] = {{.code = "C", .name = "菁城街道"}, {.code = "Y", .name = "永福镇"},
    {.code = "S", .name = "双洋镇"}, {.code = "G", .name = "官田乡"}, {.code = "H", .name = "和平镇"},
    {.code = "N", .name = "新桥镇"}, {.code = "Y1", .name = "后孟村", .parent = &areas[1]},
    {.code = "Y2", .name = "上坑村", .parent = &areas[1]},
    {.code = "S1", .name = "上坑村", .parent = &areas[2]},
    {.code = "S2", .name = "大上坑村", .parent = &areas[2]},
    {.code = "C1", .name = "桥", .parent = &areas[0]},
    {.code = "C2", .name = "东坑口社区", .parent = &areas[0]}};
static const char *within[] = {"福建省", "龙岩市", "漳平市"};
static struct mechanism m = {
    .areas = areas, .n_areas = COUNT(areas), .within = within, .n_within = COUNT(within)};

/* Codes of what is named, "" for nothing. */
static const char *named(const char *address, const char *description)
{
	static char out[64];
	struct place_named place;

	*out = '\0';
	place_find(&m, address, description, &place);
	for (int i = 0; i < place.n; i++)
		snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i ? " " : "",
		    place.named[i]->code);
	return out;
}

struct said {
	const char *text, *codes;
};

static void addresses(void **state)
{
	static const struct said v[] = {{"永福镇后盂路3号", "Y"}, {"福建省龙岩市漳平市永福镇", "Y"},
	    {"漳平永福镇街上", "Y"}, {"永福鎮", "Y"}, {"永 福 镇集镇", "Y"}, {"永\xE2\x80\x8B福镇", "Y"},
	    {"永福", "Y"}, {"漳平永福", "Y"}, {"福建省漳平市永福", "Y"}, {"永福,圩上", "Y"},
	    {"永福 圩上", "Y"}, {"永福集镇", "Y"}, {"永福后孟村", "Y1"}, {"永福李庄村12号", "Y"},
	    {"永福镇后孟村", "Y1"}, {"后孟村口", "Y1"}, {"官田乡政府", "G"}, {"官田", "G"},
	    {"菁城街道八一路100号", "C"}, {"东坑口社区", "C2"}, {"和平镇和平路", "H"}};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		if (strcmp(named(v[i].text, NULL), v[i].codes) != 0)
			fail_msg("%s names %s", v[i].text, named(v[i].text, NULL));
}

static void streets_named_after_a_town(void **state)
{
	static const char *const v[] = {"永福路8号", "永福街12号", "永福巷", "永福大道与八一路",
	    "和平北路锦绣小区6栋", "和平路", "新桥头", "新桥路村道", "永福大酒店", "永福花园3栋", "永福小区",
	    "新桥下面", "永福村", "八一路永福", "永福加油站对面", "菁东路永福路口", "永福 路8号",
	    "八一路100号", "", "桥"};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		if (*named(v[i], NULL))
			fail_msg("%s names %s", v[i], named(v[i], NULL));
	assert_string_equal(named(NULL, NULL), "");
}

static void descriptions(void **state)
{
	static const struct said v[] = {{"永福镇有人落水", "Y"}, {"在双洋鎮,车翻了", "S"},
	    {"永福有人落水", ""}, {"和平解决", ""}, {"后孟村塌方", "Y1"}, {"永福镇人,在城里打架", ""},
	    {"从永福镇开来的车撞了", ""}, {"前往永福镇的班车不停", ""}, {"新桥镇往官田乡方向翻车", "N"}};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		if (strcmp(named("八一路", v[i].text), v[i].codes) != 0)
			fail_msg("%s names %s", v[i].text, named("八一路", v[i].text));
}

static void two_are_for_the_desk(void **state)
{
	(void)state;
	assert_string_equal(named("永福镇双洋镇交界", NULL), "Y S");
	assert_string_equal(named("永福镇", "双洋镇有人落水"), "Y S");
	assert_string_equal(named("永福镇", "永福镇有人落水"), "Y");
	assert_string_equal(named("永福镇", "后孟村有人落水"), "Y1");
	assert_string_equal(named("菁城街道", "后孟村有人落水"), "C Y1");
}

static void namesakes(void **state)
{
	(void)state;
	assert_string_equal(named("上坑村", NULL), "");
	assert_string_equal(named("永福镇上坑村", NULL), "Y2");
	assert_string_equal(named("双洋镇上坑村", NULL), "S1");
	assert_string_equal(named("上坑村", "在双洋镇"), "S1");
	assert_string_equal(named("大上坑村", NULL), "S2"); /* not 上坑村 inside it */
}

static int set_up(void **state)
{
	(void)state;
	m.arena = arena_new();
	m.places = place_index_new(&m);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(m.arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(streets_named_after_a_town),
	    cmocka_unit_test(descriptions),
	    cmocka_unit_test(two_are_for_the_desk),
	    cmocka_unit_test(namesakes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
