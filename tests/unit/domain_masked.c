/*
 * domain_masked.c - what is left of a description when it goes into a file: no names, phones, numbers, addresses; and
 * everything else as it was said.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/masked.h"

static struct area areas[] = {
    {.code = "350881001", .name = "菁城街道"}, {.code = "350881100", .name = "永福镇"}};
static const struct mechanism m = {.areas = areas, .n_areas = 2};

static void descriptions_are_masked(void **state)
{
	static const struct {
		const char *said, *kept;
	} cases[] = {
	    {"水管爆了,冒得很高", "水管爆了,冒得很高"},
	    {"我是林小明,楼上漏水", "我是某人,楼上漏水"},
	    {"打 13900001111 找我", "打 某号 找我"},
	    {"车牌后面是１２３４,一三九零零零零", "车牌后面是某号,某号"},
	    {"12 楼漏水", "12 楼漏水"},
	    {"永福镇后孟村着火", "某地后孟村着火"},
	    {"解放路12号三楼漏水", "某地三楼漏水"},
	    {"在解放路上", "在某地上"},
	    {"路上有个坑", "路上有个坑"},
	    {"刘先生说楼道有煤气味", "某先生说楼道有煤气味"},
	    {"这位女士晕倒了", "这位女士晕倒了"},
	    {",先生晕倒了", ",先生晕倒了"},
	    {"我叫王大锤,门口路灯不亮", "我叫某人,门口路灯不亮"},
	    {"", NULL},
	};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct said_by said = {cases[i].said, "林小明", "13900001111", "菁城街道解放路12号"};
		const char *kept = masked_description(a, &m, &said);

		if (!kept || !cases[i].kept ? kept != cases[i].kept : strcmp(kept, cases[i].kept) != 0)
			fail_msg("%s should be %s, is %s", cases[i].said, cases[i].kept, kept);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(descriptions_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
