/* domain_address.c - one place however its address is written, and what is no place. */
#include "unit.h"
#include "base/arena.h"
#include "domain/address.h"
#include "domain/place.h"

static struct area areas[] = {
    {.code = "C", .name = "菁城街道"}, {.code = "Y", .name = "永福镇"}, {.code = "S", .name = "双洋镇"}};
static const char *within[] = {"福建省", "龙岩市", "漳平市"};
static struct mechanism m = {
    .areas = areas, .n_areas = COUNT(areas), .within = within, .n_within = COUNT(within)};

static bool same(const char *a, const char *b)
{
	return address_same(address_key(&m, a), address_key(&m, b));
}

static void all_same(const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!same(v[0], v[i]))
			fail_msg("%s is not %s", v[i], v[0]);
}

static void one_number(void **state)
{
	static const char *const v[] = {"菁城街道八一路100号", "菁城街道八一路１００号",
	    "菁城街道 八一路100号", "漳平市菁城街道八一路100号", "菁城街道八一路100号 ",
	    "菁城街道八一路100號", "福建省龙岩市漳平市菁城街道八一路100号", "漳平菁城街道八一路100#",
	    "八一路100号", "八一路一百号", "八一路 100 号", "八一路100", "八一路100号附近", "八一路100号门口",
	    "八一路100号旁边", "八一路100＃", "八一路,100号", "八一路No.100", "81路100号",
	    "漳平市区八一路100号", "八一路100号。", "八一\xE2\x80\x8B路100号"};

	(void)state;
	all_same(v, COUNT(v));
}

static void parts_of_numbers(void **state)
{
	static const char *const v[] = {
	    "八一路108号3栋", "八一路一百零八号三栋", "八一路108#3栋", "八一路108号 3栋"};

	(void)state;
	all_same(v, COUNT(v));
	assert_true(same("锦绣小区3-2-501", "锦绣小区3—2—501") ||
	    same("锦绣小区3-2-501", "锦绣小区3－2－501"));
	assert_true(same("锦绣小区十二栋", "锦绣小区12栋"));
	assert_true(same("锦绣小区廿栋", "锦绣小区20栋"));
	assert_true(same("锦绣小区廿三栋", "锦绣小区23栋"));
	assert_true(same("锦绣小区卅一栋", "锦绣小区31栋"));
	assert_true(same("锦绣小区贰拾栋", "锦绣小区20栋"));
	assert_true(same("錦繡小區貳拾伍棟", "锦绣小区25栋"));
	assert_true(same("八一路壹佰零捌号", "八一路108号"));
	assert_false(same("锦绣小区廿栋", "锦绣小区12栋"));
	assert_true(same("二〇一室锦绣小区", "201室锦绣小区"));
	assert_false(same("锦绣小区3-2-501", "锦绣小区32501"));
	assert_false(same("八一路100号2栋", "八一路1002栋"));
}

static void crossings(void **state)
{
	static const char *const v[] = {"八一路与和平路交叉口", "八一路和和平路交叉口", "八一路和平路路口",
	    "八一路和平路口", "和平路与八一路交叉口", "八一路与和平路路口", "八一路/和平路",
	    "八一路、和平路交汇处", "八一路和平路十字路口", "漳平市菁城街道八一路与和平路交叉口东侧",
	    "八一路與和平路交叉口", "八一路与和平路"};

	(void)state;
	all_same(v, COUNT(v));
	assert_false(same("八一路与和平路交叉口", "八一路与江滨路交叉口"));
	assert_false(same("八一路与和平路交叉口", "八一路"));
	assert_true(same("和平北路12号", "和平北路12#"));
	assert_true(same("八一路路口", "八一路口"));
}

static void other_places(void **state)
{
	static const char *const v[][2] = {{"八一路100号", "八一路101号"}, {"八一路100号", "江滨路100号"},
	    {"永福镇中心街1号", "双洋镇中心街1号"}, {"八一路10号", "八一路100号"},
	    {"八一路1号", "八一路11号"}, {"八一路二十号", "八一路12号"}};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		if (same(v[i][0], v[i][1]))
			fail_msg("%s is %s", v[i][0], v[i][1]);
	assert_true(same("永福镇中心街1号", "中心街1号"));
}

static void no_place(void **state)
{
	static const char *const v[] = {"", "无", "無", "不详", "不 详", "未知", "0", "0/0", "110", "-",
	    "漳平", "漳平市", "福建省漳平市", "福建漳平", "市区", "永福镇", "漳平市菁城街道", "N/A", "None",
	    "地址不详", "x", "无。", "１１０", "路口", "十字路口", "附近"};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		if (address_key(&m, v[i]).place)
			fail_msg("%s is a place", v[i]);
	assert_int_equal(address_key(&m, NULL).place, 0);
	assert_false(same("无", "无"));
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
	    cmocka_unit_test(one_number),
	    cmocka_unit_test(parts_of_numbers),
	    cmocka_unit_test(crossings),
	    cmocka_unit_test(other_places),
	    cmocka_unit_test(no_place),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
