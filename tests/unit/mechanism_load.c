/*
 * mechanism_load.c - the loader on a small mechanism: what it reads, and what it says of a hundred
 * files that are wrong, each at its line and column.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/time.h"
#include "domain/routing.h"
#include "mechanism/yaml.h"
#include "mechanism_base.h"
#include <stdio.h>
#include <stdlib.h>

/* -- what is read ----------------------------------------------------------------------------- */

static void reads_units(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	const struct unit *water = mechanism_unit(m, "water"), *town = mechanism_unit(m, "town-xinqiao");

	(void)state;
	assert_int_equal(m->n_units, 3);
	assert_string_equal(water->name, "自来水公司");
	assert_string_equal(water->short_name, "水司");
	assert_string_equal(town->short_name, "新桥镇");
	assert_int_equal(water->tier, 1);
	assert_int_equal(water->line, 2);
	assert_true(water->visits);
	assert_false(mechanism_unit(m, "police")->visits);
	assert_string_equal(water->duty.phone, "0597-0000101");
	assert_null(water->duty.name);
	assert_string_equal(water->liaison.name, "李四");
	assert_true(water->liaison.placeholder);
	assert_false(water->leader.placeholder);
	assert_int_equal(water->n_limits, 1);
	assert_int_equal(water->limits[0].city_ms, 45 * MINUTE_MS);
	assert_int_equal(water->limits[0].outside_ms, 90 * MINUTE_MS);
	assert_string_equal(water->limits[0].categories[0], "6013*");
	assert_string_equal(water->limits[0].document, "《办法》");
	assert_string_equal(town->township, "350881100");
	assert_string_equal(m->contacts[0].contact.phone, "0597-0000301");
	assert_string_equal(m->contacts[0].categories[0], "6013*");
	mechanism_release(m);
	problems_free(&p);
}

static void reads_areas(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	const struct area *community = mechanism_area(m, "350881001001"),
			  *market = mechanism_area(m, "350881100001");

	(void)state;
	assert_int_equal(m->n_areas, 4);
	assert_int_equal(community->zone, ZONE_CITY); /* its parent's */
	assert_ptr_equal(community->parent, mechanism_area(m, "350881001"));
	assert_null(community->township);
	assert_int_equal(market->zone, ZONE_CITY); /* its own, other than its parent's */
	assert_int_equal(market->parent->zone, ZONE_OUTSIDE);
	assert_ptr_equal(market->township, mechanism_unit(m, "town-xinqiao"));
	assert_ptr_equal(market->parent->township, mechanism_unit(m, "town-xinqiao"));
	mechanism_release(m);
	problems_free(&p);
}

static void reads_categories(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	const struct category *burst = mechanism_category(m, "601301"),
			      *wrong = mechanism_category(m, "909901");

	(void)state;
	assert_int_equal(burst->priority, P2);
	assert_int_equal(burst->n_keywords, 2);
	assert_string_equal(burst->keywords[1], "水管破裂");
	assert_ptr_equal(burst->lead, mechanism_unit(m, "water"));
	assert_int_equal(burst->n_assist, 1);
	assert_ptr_equal(burst->assist[0], mechanism_unit(m, "police"));
	assert_int_equal(burst->n_inform, 0);
	assert_true(burst->inform_township);
	assert_int_equal(burst->arrival, ARRIVAL_CITY_RULE);
	assert_true(burst->counted);
	assert_null(wrong->lead);
	assert_int_equal(wrong->arrival, ARRIVAL_NO_VISIT);
	assert_true(wrong->confidential);
	assert_false(wrong->counted);
	assert_string_equal(wrong->note, "只登记");
	mechanism_release(m);
	problems_free(&p);
}

static void reads_calendar(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	const struct calendar *c = &m->calendar;

	(void)state;
	assert_int_equal(c->n_seasons, 2);
	assert_int_equal(c->seasons[0].from, 601);
	assert_int_equal(c->seasons[0].to, 930);
	assert_int_equal(c->seasons[0].n_spans, 2);
	assert_int_equal(c->seasons[0].spans[1].from, 15 * 60);
	assert_int_equal(c->seasons[0].spans[1].to, 18 * 60);
	assert_int_equal(c->seasons[1].from, 101);
	assert_int_equal(c->seasons[1].to, 1231);
	assert_int_equal(c->n_years, 2);
	assert_int_equal(c->years[0].year, 2025); /* ascending, whatever the file's order */
	assert_int_equal(c->years[1].year, 2026);
	assert_int_equal(c->years[1].kind[0], DAY_OFF);
	assert_int_equal(c->years[1].kind[1], DAY_OFF);
	assert_int_equal(c->years[1].kind[2], DAY_PLAIN);
	assert_int_equal(c->years[1].kind[3], DAY_WORK);
	mechanism_release(m);
	problems_free(&p);
}

static void reads_policy(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	const struct policy *y = &m->policy;

	(void)state;
	assert_int_equal(y->delivery_ms[P1], 60 * SECOND_MS);
	assert_int_equal(y->delivery_ms[P4], 0);
	assert_true(y->delivery_next_office[P4]);
	assert_false(y->delivery_next_office[P3]);
	assert_int_equal(y->acknowledge_ms[P4], 30 * MINUTE_MS);
	assert_int_equal(y->acknowledge_off_ms[P3], 15 * MINUTE_MS);
	assert_int_equal(y->acknowledge_off_ms[P4], 0);
	assert_int_equal(y->arrive_city_ms, 30 * MINUTE_MS);
	assert_int_equal(y->first_report_ms[P3], 2 * HOUR_MS);
	assert_int_equal(y->first_report_ms[P4], 0);
	assert_int_equal(y->next_report_ms[P3], 24 * HOUR_MS);
	assert_int_equal(y->next_report_ms[P4], 0);
	assert_int_equal(y->next_report_days[P4], 3);
	assert_int_equal(y->next_report_days[P3], 0);
	assert_int_equal(y->scheduled_report_days, 4);
	assert_int_equal(y->eta_cap_ms, 24 * HOUR_MS);
	assert_int_equal(y->return_decision_ms[P2], 3 * MINUTE_MS);
	assert_int_equal(y->callback_ms, 24 * HOUR_MS);
	assert_int_equal(y->callback_hours.from, 9 * 60);
	assert_int_equal(y->callback_hours.to, 21 * 60);
	assert_int_equal(y->time[1][CLOCK_ARRIVE][P3], TIME_ALWAYS);
	assert_int_equal(y->time[2][CLOCK_ARRIVE][P3], TIME_OFFICE);
	assert_int_equal(y->time[2][CLOCK_ACKNOWLEDGE][P3], TIME_ALWAYS);
	assert_int_equal(y->time[2][CLOCK_NEXT_REPORT][P4], TIME_WORKDAYS);
	assert_int_equal(y->time[1][CLOCK_DELIVERY][P4], TIME_OFFICE);
	assert_true(y->start_at_delivery);
	assert_int_equal(y->lateness_grace_ms, MINUTE_MS);
	assert_int_equal(y->late_reported_ms, 5 * MINUTE_MS);
	assert_int_equal(y->future_skew_ms, 10 * MINUTE_MS);
	assert_int_equal(y->acknowledge_remind_percent, 50);
	assert_int_equal(y->arrive_remind_percent, 70);
	assert_int_equal(y->leader_after_ms, 10 * MINUTE_MS);
	assert_int_equal(y->office_after_ms, 30 * MINUTE_MS);
	assert_int_equal(y->repeat_every_ms, HOUR_MS);
	assert_int_equal(y->digest_window_ms, MINUTE_MS);
	assert_int_equal(y->outside_every_ms[P3], 2 * HOUR_MS);
	assert_int_equal(y->outside_every_ms[P4], 0);
	assert_int_equal(y->outside_hours[P1].from, 0);
	assert_int_equal(y->outside_hours[P1].to, 1440);
	assert_int_equal(y->outside_hours[P3].from, 480);
	assert_int_equal(y->outside_hours[P3].to, 1320);
	assert_int_equal(y->similar_window_ms, 2 * HOUR_MS);
	assert_int_equal(y->similar_metres, 300);
	assert_int_equal(y->similar_most, 10);
	assert_int_equal(y->close_after_callback, 1);
	assert_int_equal(y->retention_days, 1095);
	mechanism_release(m);
	problems_free(&p);
}

static void reads_routing(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	const struct rule *night = &m->routing.rules[0], *more = &m->routing.rules[1];

	(void)state;
	assert_int_equal(m->routing.n_rules, 2);
	assert_int_equal(night->n_category, 2);
	assert_string_equal(night->category[1], "none");
	assert_string_equal(night->keywords[0], "爆管");
	assert_string_equal(night->unless_keywords[0], "演习");
	assert_string_equal(night->address_keywords[0], "桥");
	assert_true(night->has_zone);
	assert_int_equal(night->zone, ZONE_CITY);
	assert_ptr_equal(night->area[0], mechanism_area(m, "350881001"));
	assert_int_equal(night->priorities, 1u << P1 | 1u << P2);
	assert_int_equal(night->hours, HOURS_OFF);
	assert_int_equal(night->between.from, 22 * 60);
	assert_int_equal(night->between.to, 6 * 60);
	assert_true(night->has_lead);
	assert_ptr_equal(night->lead, mechanism_unit(m, "town-xinqiao"));
	assert_true(night->has_assist);
	assert_int_equal(night->n_assist, 0);
	assert_true(night->inform_township);
	assert_int_equal(night->n_inform, 1);
	assert_ptr_equal(night->set_category, mechanism_category(m, "601301"));
	assert_int_equal(night->set_priority, P2);
	assert_int_equal(night->line, 2);
	assert_true(more->also);
	assert_false(more->has_lead);
	assert_false(more->has_inform);
	assert_int_equal(more->n_category, 1);
	assert_int_equal(m->routing.n_otherwise, 2);
	assert_int_equal(m->routing.otherwise[0].priorities, 1u << P1);
	assert_true(m->routing.otherwise[1].has_lead);
	assert_null(m->routing.otherwise[1].lead);
	assert_non_null(m->routing.index); /* compiled */
	mechanism_release(m);
	problems_free(&p);
}

/* -- the revision ----------------------------------------------------------------------------- */

static void revision_is_of_names_and_bytes(void **state)
{
	/* printf 'a.yaml\0005\000hellob.yaml\0000\000' | sha256sum */
	struct mechanism_file files[] = {{"b.yaml", STR("")}, {"a.yaml", STR("hello")}};
	char revision[REVISION_LEN + 1];

	(void)state;
	mechanism_revision(files, 2, revision);
	assert_string_equal(revision, "be28111b5592");
}

static void order_of_files_means_nothing(void **state)
{
	struct mechanism_file_set set = files_of(base), turned;
	struct problems p;
	struct mechanism *first = load_base(&p), *second;

	(void)state;
	for (int i = 0; i < BASE_FILES; i++)
		turned.v[i] = set.v[BASE_FILES - 1 - i];
	second = mechanism_load_files(turned.v, BASE_FILES, &p);
	assert_non_null(second);
	assert_string_equal(first->revision, second->revision);
	for (int i = 0; i < BASE_FILES; i++) {
		assert_string_equal(second->files[i].name, names[i]);
		assert_string_equal(second->files[i].bytes.p, base[i]);
	}
	mechanism_release(first);
	mechanism_release(second);
	problems_free(&p);
}

/* -- what is wrong ---------------------------------------------------------------------------- */

/* In `file`, the first `old` becomes `new` (old NULL: the whole file is `new`); then exactly one
 * problem stands at line:column and its text has `part`. */
struct wrong {
	int file;
	const char *old, *new;
	int line, column;
	const char *part;
};

static const struct wrong wrongs[] = {
    /* bytes */
    {AREAS, NULL,
	"\xEF\xBB\xBF"
	"areas: []\n",
	1, 1, "BOM"},
    {AREAS, NULL,
	"\xFF\xFE"
	"a\n",
	1, 1, "UTF-16"},
    {AREAS, "菁城街道", "\xD0\xC2\xC7\xC5", 2, 31, "GBK"},
    {AREAS, "菁城街道", "\xFF\xFF\xFF", 2, 31, "0xFF"},
    {AREAS, "菁城街道", "\xED\xA0\x80", 2, 31, "UTF-8"},
    {UNITS_FILE, "    name: 自", "\tname: 自", 3, 1, "Tab"},
    {UNITS_FILE, "    short", "\u3000   short", 4, 1, "U+3000"},
    {UNITS_FILE, "    short", "  \u00A0 short", 4, 3, "U+00A0"},
    {CATEGORIES, "爆管, 水", "爆\u200B管, 水", 5, 17, "U+200B"},
    {UNITS_FILE, "自来水公司", "自\x01来", 3, 12, "U+0001"},
    {UNITS_FILE, "自来水公司", "自\u202E来", 3, 12, "U+202E"},
    {UNITS_FILE, "自来水公司", "\"a\\0b\"", 3, 11, "控制字符"},
    {UNITS_FILE, "自来水公司", "\"a\\u200Bb\"", 3, 11, "控制字符"},
    /* syntax */
    {UNITS_FILE, "name: 自来水公司", "name\uFF1A自来水公司", 3, 9, "全角冒号"},
    {CONTACTS, NULL, "contacts\uFF1A\n  - {id: gas}\n", 1, 9, "全角冒号"},
    {CONTACTS, NULL, "contacts:\n  - id\uFF1Agas\n", 2, 5, "全角冒号"},
    {CONTACTS, NULL, "contacts:\n  - id:gas\n", 2, 5, "少了空格"},
    {CONTACTS, NULL, "contacts: \"abc\n", 2, 1, "引号没有配对"},
    {CONTACTS, NULL, "contacts: [1, 2\n", 2, 1, "方括号"},
    {CONTACTS, NULL, "contacts:\n  - {id: gas\n", 3, 1, "花括号"},
    {CONTACTS, NULL, "contacts: a: b\n", 1, 12, "不能再出现"},
    {CONTACTS, NULL, "contacts:\n  - id: gas\n phone: 1\n", 3, 2, "缩进"},
    {CONTACTS, NULL, "contacts:\n- a\nb\n", 4, 1, "半角冒号"},
    {CONTACTS, NULL, "contacts: @x\n", 1, 11, "不能以这个字符开头"},
    {CONTACTS, NULL, "contacts: [*]\n", 1, 13, "以 * 或 & 开头"},
    {CONTACTS, NULL, "contacts: \"\\q\"\n", 1, 12, "转义"},
    {CONTACTS, NULL, "contacts: - a\n", 1, 11, "另起一行"},
    {CONTACTS, NULL, "contacts: []\n]\n", 2, 1, "应当是一个键"},
    {UNITS_FILE, "id: water", "id: &x water", 2, 9, "锚点"},
    {UNITS_FILE, "short: 水司", "short: *x", 4, 12, "别名"},
    {UNITS_FILE, "tier: 1", "tier: !!int 1", 5, 11, "标签"},
    {UNITS_FILE, "short: 水司", "short: !x 水司", 4, 12, "标签"},
    {UNITS_FILE, "    duty: {phone", "    duty: &d {phone", 7, 11, "锚点"},
    {UNITS_FILE, "    short: 水司", "    <<: {}", 4, 5, "合并键"},
    {UNITS_FILE, "    short: 水司", "    [a]: b", 4, 5, "键应当是文字"},
    {CONTACTS, NULL, "contacts: []\n---\na: 1\n", 2, 1, "一个文件里"},
    {CONTACTS, NULL, "%YAML 1.1\n---\ncontacts: []\n", 1, 1, "% 开头"},
    {CONTACTS, NULL, "contacts: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", 1, 26, "16 层"},
    {CONTACTS, NULL, "- a\n", 1, 1, "映射"},
    {CONTACTS, NULL, "hello\n", 1, 1, "映射"},
    {CONTACTS, NULL, "contacts: {}\n", 1, 11, "列表"},
    {CONTACTS, NULL, "contacts:\n", 1, 10, "空的"},
    {ROUTING, NULL, "", 1, 1, "缺少必需的键 “otherwise”"},
    {ROUTING, NULL, "# nothing\n", 1, 1, "缺少必需的键 “otherwise”"},
    /* keys */
    {UNITS_FILE, "    short: 水司", "    short: 水司\n    short: 水", 5, 5, "重复,第 4 行已有"},
    {UNITS_FILE, "    short:", "    shrot:", 4, 5, "是不是 “short”"},
    {UNITS_FILE, "    short:", "    zzzzzz:", 4, 5, "可用的键:id、name、short、tier"},
    {UNITS_FILE, "    short:", "    Short:", 4, 5, "是不是 “short”"},
    {UNITS_FILE, "    name: 自来水公司\n", "", 2, 5, "缺少必需的键 “name”"},
    {UNITS_FILE, "    short: 水司\n", "    short: 水司\n    since: \"2026-03-16\"\n", 2, 5, "一起写"},
    {UNITS_FILE, "    short: 水司\n", "    short: 水司\n    until: \"2026-13-16\"\n", 5, 12, "日期"},
    {UNITS_FILE, "    short: 水司\n", "    short: 水司\n    succeeds: [police]\n    since: \"2026-03-16\"\n",
	2, 5, "写 until"},
    {UNITS_FILE, "    short: 水司\n", "    short: 水司\n    succeeds: [nosuch]\n    since: \"2026-03-16\"\n",
	5, 16, "nosuch"},
    {UNITS_FILE, "    short: 水司\n",
	"    short: 水司\n    succeeds: [water]\n    since: \"2026-03-16\"\n    until: \"2026-03-16\"\n", 2,
	5, "又回到自己"},
    {CONTACTS, "id: gas", "id: Gas", 2, 10, "小写字母"},
    {CONTACTS, "id: gas", "id: desk", 2, 10, "保留字"},
    {CONTACTS, "id: gas", "id: 7gas", 2, 10, "小写字母"},
    {CONTACTS, "contacts:\n", "contacts:\n  - {id: gas, name: 二, phone: \"0597-0000302\"}\n", 3, 10,
	"重复,第 2 行已有"},
    /* scalars */
    {UNITS_FILE, "tier: 1", "tier: 3", 5, 11, "1 与 2 之间"},
    {UNITS_FILE, "tier: 1", "tier: one", 5, 11, "整数"},
    {UNITS_FILE, "tier: 1", "tier: \"1\"", 5, 11, "不加引号"},
    {UNITS_FILE, "tier: 1", "tier: 01", 5, 11, "整数"},
    {UNITS_FILE, "tier: 1", "tier: 99999999999999999999", 5, 11, "整数"},
    {UNITS_FILE, "visits: false", "visits: no", 16, 13, "true 或 false"},
    {UNITS_FILE, "visits: false", "visits: False", 16, 13, "true 或 false"},
    {UNITS_FILE, "visits: false", "visits: \"false\"", 16, 13, "true 或 false"},
    {UNITS_FILE, "name: 自来水公司", "name: no", 3, 11, "加引号写成 \"no\""},
    {UNITS_FILE, "name: 自来水公司", "name: Off", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 22:30", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 22:30:00", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 0644", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 1_000", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 1.5", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 1e3", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 0x1F", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: -12", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: .inf", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: 120", 3, 11, "加引号"},
    {UNITS_FILE, "name: 自来水公司", "name: ~", 3, 11, "空的"},
    {UNITS_FILE, "name: 自来水公司", "name: null", 3, 11, "空的"},
    {UNITS_FILE, "name: 自来水公司", "name:", 3, 10, "空的"},
    {UNITS_FILE, "name: 自来水公司", "name: \"  \"", 3, 11, "文字是空的"},
    {UNITS_FILE, "name: 自来水公司", "name: [a]", 3, 11, "列表"},
    {UNITS_FILE, "name: 自来水公司", "name: {a: 1}", 3, 11, "映射"},
    {CONTACTS, "\"0597-0000301\"", "\"call me\"", 2, 32, "电话号码"},
    {CONTACTS, "\"0597-0000301\"", "[]", 2, 32, "1 至 8 个电话号码"},
    {CONTACTS, "\"0597-0000301\"", "[\"0597-0000301\", \"12\"]", 2, 49, "电话号码"},
    {CONTACTS, "\"0597-0000301\"", "[\"0597-0000301\", \"0597-0000301\"]", 2, 49, "重复"},
    {CONTACTS, "\"0597-0000301\"", "\"0597-0000301转\"", 2, 32, "转801"},
    {CONTACTS, "\"0597-0000301\"", "\"0597-0000301转8a\"", 2, 32, "转801"},
    {CONTACTS, "\"0597-0000301\"", "\"转801\"", 2, 32, "转801"},
    {CONTACTS, "\"0597-0000301\"", "05970000301", 2, 32, "加引号"},
    {CONTACTS, "\"0597-0000301\"", "\"12\"", 2, 32, "电话号码"},
    /* units */
    {UNITS_FILE, "duty: {phone: \"0597-0000101\"}", "duty: {name: 王}", 7, 11, "缺少必需的键 “phone”"},
    {UNITS_FILE, "duty: {phone: \"0597-0000101\"}", "duty: \"0597-0000101\"", 7, 11, "映射"},
    {UNITS_FILE, "city: 45m, outside: 90m, ", "", 12, 9, "city 或 outside"},
    {UNITS_FILE, "city: 45m", "city: 45", 12, 37, "时长"},
    {UNITS_FILE, "city: 45m", "city: 1.5h", 12, 37, "时长"},
    {UNITS_FILE, "[\"6013*\"]", "[\"7777*\"]", 12, 21, "没有一个警情类别符合 “7777*”"},
    {UNITS_FILE, "[\"6013*\"]", "[\"6*13\"]", 12, 21, "编码"},
    {UNITS_FILE, "\"350881100\"", "\"999\"", 24, 15, "没有区域 “999”"},
    {UNITS_FILE, "\"350881100\"", "\"3508*\"", 24, 15, "不能有 *"},
    {UNITS_FILE, "visits: false", "township: \"350881100\"", 24, 15, "已归单位 “police”"},
    /* areas */
    {AREAS, "zone: city}", "zone: town}", 2, 43, "city、outside"},
    {AREAS, "zone: outside", "zone: outsid", 4, 42, "是不是 “outside”"},
    {AREAS, ", zone: outside", "", 4, 5, "没有上级的区域"},
    {AREAS, "parent: \"350881001\"", "parent: \"9\"", 3, 46, "没有区域 “9”"},
    {AREAS, "parent: \"350881001\"", "parent: \"350881001001\"", 3, 46, "圈"},
    {AREAS, "\"350881001001\"", "\"350881001\"", 3, 12, "重复,第 2 行已有"},
    /* calendar */
    {CALENDAR, "\"06-01\"", "\"13-01\"", 2, 12, "月-日"},
    {CALENDAR, "\"06-01\"", "\"6-1\"", 2, 12, "月-日"},
    {CALENDAR, ", to: \"09-30\"", "", 2, 5, "from 与 to"},
    {CALENDAR, "\"06-01\"", "\"10-01\"", 2, 5, "from 晚于 to"},
    {CALENDAR, "\"08:00-12:00\"", "\"8:00-12:00\"", 2, 41, "时段"},
    {CALENDAR, "\"08:00-12:00\"", "\"08:60-12:00\"", 2, 41, "时段"},
    {CALENDAR, "\"15:00-18:00\"", "\"18:00-15:00\"", 2, 56, "晚于开始"},
    {CALENDAR, "\"15:00-18:00\"", "\"11:00-18:00\"", 2, 56, "重叠"},
    {CALENDAR, "{open:", "{from: \"01-01\", to: \"05-31\", open:", 3, 5, "最后一个时段"},
    {CALENDAR, "from: \"06-01\", to: \"09-30\", ", "", 2, 5, "只能放在最后"},
    {CALENDAR, "  2026:", "  26:", 5, 3, "2000 至 2100"},
    {CALENDAR, "\"2026-01-02\"", "\"2025-01-02\"", 6, 34, "不在 2026 年"},
    {CALENDAR, "\"2026-01-02\"", "\"2026-02-30\"", 6, 34, "日期"},
    {CALENDAR, "\"2026-01-02\"", "\"2026-01-01\"", 6, 34, "重复"},
    {CALENDAR, "\"2026-01-02\"", "\"2026-01-04\"", 7, 20, "既放假又上班"},
    {CALENDAR, OFF_2025, "make_up_days: {}", 9, 5, "缺少必需的键 “holidays”"},
    {CALENDAR, "    make_up_days: ", "    off: {\"2026-01-05\": 元旦}\n    make_up_days: ", 7, 5,
	"“holidays” 的旧写法"},
    {CALENDAR, OFF_2025, "holidays: [\"2025-01-01\"]", 9, 15, "映射"},
    /* policy */
    {POLICY, "delivery: {P1: 60s, ", "delivery: {", 1, 11, "缺少必需的键 “P1”"},
    {POLICY, "next-office-hour", "next-office-hours", 1, 41, "时长"},
    {POLICY, "city: 30m", "city: 30min", 4, 16, "时长"},
    {POLICY, "scheduled: 4 working-days", "scheduled: 4h", 6, 71, "工作日"},
    {POLICY, "P4: 3 working-days", "P4: 0 working-days", 6, 44, "1 至 60"},
    {POLICY, "\"09:00-21:00\"", "\"21:00-09:00\"", 9, 31, "晚于开始"},
    {POLICY, "P4: office", "P4: ofice", 12, 50, "是不是 “office”"},
    {POLICY, "    arrive: {P1: 7x24, P2: 7x24, P3: 7x24, P4: 7x24}\n", "", 12, 5, "缺少必需的键 “arrive”"},
    {POLICY, "clocks_start: delivery", "clocks_start: arrival", 23, 15, "issue、delivery"},
    {POLICY, "acknowledge_percent: 50", "acknowledge_percent: 100", 28, 24, "1 与 99 之间"},
    {POLICY, "office_after: 30m", "office_after: 10m", 31, 17, "应大于 leader_after"},
    {POLICY, "{P1: 15m", "{P5: 15m", 34, 18, "是不是 “P1”"},
    {POLICY, "metres: 300", "metres: -1", 36, 31, "整数"},
    {POLICY, "close_after_callback: true", "close_after_callback: yes", 37, 23, "true 或 false"},
    {POLICY, "1095d", "36h", 38, 12, "整天数"},
    {POLICY, "eta_cap: 24h\n", "", 1, 1, "缺少必需的键 “eta_cap”"},
    {POLICY, "retention: 1095d\n", "retention: 1095d\nmodes: [typhoon]\n", 39, 8, "映射"},
    {POLICY, "retention: 1095d\n", "retention: 1095d\nmodes: {typhoon: {silent: [P4]}}\n", 39, 18,
	"缺少必需的键 “name”"},
    {POLICY, "retention: 1095d\n", "retention: 1095d\nmodes: {Typhoon: {name: 台风}}\n", 39, 9, "小写字母"},
    {POLICY, "retention: 1095d\n", "retention: 1095d\nmodes: {typhoon: {name: 台风, silent: [P1]}}\n", 39, 37,
	"P1 危急不能静默"},
    {POLICY, "retention: 1095d\n",
	"retention: 1095d\nmodes: {typhoon: {name: 台风, silent: P3, batch: {P3: 30m}}}\n", 39, 18,
	"既写了 silent 又写了 batch"},
    {POLICY, "retention: 1095d\n",
	"retention: 1095d\nmodes: {typhoon: {name: 台风, silent: P4, batch: {P4: 30m}}}\n", 39, 18,
	"P4 既写了 silent 又写了 batch"},
    {POLICY, "retention: 1095d\n", "retention: 1095d\nmodes: {typhoon: {name: 台风, excuse: [P9]}}\n", 39, 38,
	"是不是 “P1”"},
    {POLICY, "retention: 1095d\n", "retention: 1095d\nmode_most: 31d\n", 39, 12, "30d"},
    /* categories */
    {CATEGORIES, "priority: P2", "priority: P5", 4, 15, "P1、P2、P3、P4"},
    {CATEGORIES, "lead: water", "lead: watter", 6, 11, "是不是 “water”"},
    /* a name in the place of a code, in another script, with a character amiss; what is far is not guessed */
    {CATEGORIES, "lead: water", "lead: 自来水公司", 6, 11,
	"没有单位 “自来水公司”,是不是 “water”(自来水公司)?"},
    {CATEGORIES, "lead: water", "lead: 自來水公司", 6, 11, "是不是 “water”(自来水公司)?"},
    {CATEGORIES, "lead: water", "lead: 自来水厂司", 6, 11, "是不是 “water”(自来水公司)?"},
    {CATEGORIES, "lead: water", "lead: 天文台", 6, 11, "没有单位 “天文台”"},
    {CATEGORIES, "lead: water", "lead: 自来水，公司", 6, 11, "编码"},
    {ROUTING, "category: \"601301\"", "category: 供水爆管", 16, 21, "是不是 “601301”(供水爆管)?"},
    {CATEGORIES, "lead: water\n    assist: [police]\n    inform: [township]", "lead: township", 6, 11,
	"没有单位"},
    {CATEGORIES, "[police]", "[police, police]", 7, 22, "重复"},
    {CATEGORIES, "[police]", "[water]", 7, 14, "已在 lead 里"},
    {CATEGORIES, "[police]\n    inform: [township]", "[township]", 7, 14, "没有单位"},
    {CATEGORIES, "[police]", "police", 7, 13, "列表"},
    {CATEGORIES, "[police]", "[police\uFF0Ctown-xinqiao]", 7, 14, "全角标点"},
    {CATEGORIES, "[township]", "[police]", 8, 14, "已在 assist 里"},
    {CATEGORIES, "arrival: city-rule", "arrival: city", 9, 14, "city-rule、industry、scheduled、no-visit"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, \"\"]", 5, 20, "文字是空的"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, 12345]", 5, 20, "加引号"},
    {CATEGORIES, "[爆管, 水管破裂]", "[爆管, 爆管]", 5, 20, "重复"},
    {CATEGORIES, "[爆管, 水管破裂]", "爆管", 5, 15, "列表"},
    /* routing */
    {ROUTING, "    because: 夜间\n", "", 2, 5, "缺少必需的键 “because”"},
    {ROUTING, "id: more", "id: night", 18, 9, "重复,第 2 行已有"},
    {ROUTING, "id: more", "id: category", 18, 9, "保留字"},
    {ROUTING, "    also: true\n", "    also: true\n    lead: water\n", 21, 11, "also 规则"},
    {ROUTING, "      zone: city", "      zon: city", 8, 7, "是不是 “zone”"},
    {ROUTING, "\"22:00-06:00\"", "22:00", 12, 16, "时段"},
    {ROUTING, "\"22:00-06:00\"", "\"22:00-22:00\"", 12, 16, "晚于开始"},
    {ROUTING, "hours: closed", "hours: night", 11, 14, "office、closed"},
    {ROUTING, "keywords: [爆管]", "keywords: []", 5, 17, "列表是空的"},
    {ROUTING, "area: [350881001]", "area: [1]", 9, 14, "没有区域 “1”"},
    {ROUTING, "area: [350881001]", "area: [菁城街道]", 9, 14, "是不是 “350881001”(菁城街道)?"},
    {ROUTING, "[P1, P2]", "[P1, p2]", 10, 22, "是不是 “P2”"},
    {ROUTING, "set: {category: \"601301\"", "set: {category: \"601302\"", 16, 21, "没有警情类别 “601302”"},
    /* retired categories */
    {CATEGORIES, "    note: 只登记", "    retired: true", 17, 14, "用 heir 写明由哪个类别承接"},
    {CATEGORIES, "    note: 只登记", "    heir: \"601301\"", 17, 11, "只有停用的类别"},
    {CATEGORIES, "    note: 只登记", "    retired: true\n    heir: \"601302\"", 18, 11,
	"没有警情类别 “601302”"},
    {CATEGORIES, "    note: 只登记", "    retired: true\n    heir: \"909901\"", 18, 11,
	"909901 自己也已停用"},
    {CATEGORIES, "    note: 只登记", "    covers: \"\"", 17, 13, "文字是空的"},
    /* what is not urgent */
    {POLICY, "clocks_start: delivery", "clocks_start: delivery\nnon_urgent: hotline", 24, 13,
	"没有单位 “hotline”"},
    {ROUTING, "[\"6013*\", none]", "[\"6013\", none]", 4, 18, "没有警情类别 “6013”"},
    {ROUTING, "[township, police]", "[town-xinqiao, police]", 15, 14, "已在 lead 里"},
    {ROUTING, NULL, "otherwise: []\n", 1, 12, "至少要有一项"},
    {ROUTING, "{when: {priority: P1}, lead: police", "{lead: police", 24, 5, "只能放在最后"},
    {ROUTING, "{lead: none, because: 登记}", "{because: 登记}", 25, 5, "缺少必需的键 “lead”"},
};

static char *changed(const char *text, const char *old, const char *new)
{
	const char *at = old ? strstr(text, old) : NULL;
	struct buf b = {0};

	if (old) {
		if (!at)
			fail_msg("the base has no \"%s\"", old);
		buf_add(&b, text, (size_t)(at - text));
		buf_text(&b, new);
		buf_text(&b, at + strlen(old));
	} else {
		buf_text(&b, new);
	}
	buf_char(&b, '\0');
	return b.p;
}

static void load_wrong(const struct wrong *w, struct problems *p, bool english)
{
	struct mechanism_file_set set = files_of(base);
	char *text = changed(base[w->file], w->old, w->new);

	set.v[w->file].bytes = str_of(text);
	problems_init(p, english);
	struct mechanism *m = mechanism_load_files(set.v, BASE_FILES, p);
	if (m)
		print_error("loaded: %s: %s\n", names[w->file], w->new);
	assert_null(m);
	free(text);
}

static bool as_expected(const struct wrong *w, const struct problems *p)
{
	const struct problem *one = &p->v[0];

	return p->n == 1 && p->errors == 1 && !one->warning && strcmp(one->file, names[w->file]) == 0 &&
	    one->line == w->line && one->column == w->column && strstr(one->text, w->part);
}

static void each_wrong_has_its_place(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(wrongs); i++) {
		struct problems p;
		struct buf said = {0};

		load_wrong(&wrongs[i], &p, false);
		if (!as_expected(&wrongs[i], &p)) {
			problems_print(&p, &said);
			print_error("expected %s:%d:%d \"%s\" for \"%s\", got:\n%.*s\n",
			    names[wrongs[i].file], wrongs[i].line, wrongs[i].column, wrongs[i].part,
			    wrongs[i].new, (int)said.n, said.p);
			failed++;
		}
		buf_free(&said);
		problems_free(&p);
	}
	assert_int_equal(failed, 0);
}

/* Nothing of the Chinese texts is left in the English ones. */
static void each_wrong_speaks_english(void **state)
{
	static const char *const chinese[] = {
	    "应", "请", "缺少", "支持", "重复", "没有", "只能", "是不是", "、", "“"};

	(void)state;
	for (size_t i = 0; i < COUNT(wrongs); i++) {
		struct problems p;

		load_wrong(&wrongs[i], &p, true);
		assert_int_equal(p.n, 1);
		for (size_t j = 0; j < COUNT(chinese); j++)
			if (strstr(p.v[0].text, chinese[j]))
				fail_msg("Chinese in an English text: %s", p.v[0].text);
		problems_free(&p);
	}
}

/* -- all at once ------------------------------------------------------------------------------ */

static void all_errors_of_all_files_at_once(void **state)
{
	const char *texts[BASE_FILES];
	struct mechanism_file_set set;
	struct problems p;
	struct buf said = {0};

	(void)state;
	memcpy(texts, base, sizeof(texts));
	texts[CONTACTS] = "contacts:\n  - {id: gas, nmae: 燃气, phone: \"12\", category: [\"7*\"]}\n";
	texts[ROUTING] =
	    "rules:\n  - {id: a, lead: watr, because: 一}\n  - {id: a, lead: water, because: 二}\n"
	    "otherwise:\n  - {lead: police, because: 三, when: {priority: P9}}\n";
	set = files_of(texts);
	problems_init(&p, false);
	assert_null(mechanism_load_files(set.v, BASE_FILES, &p));
	problems_print(&p, &said);
	buf_char(&said, '\0');
	assert_string_equal(said.p,
	    "contacts.yaml:2:5: 缺少必需的键 “name”\n"
	    "contacts.yaml:2:15: 不认识的键 “nmae”,是不是 "
	    "“name”?可用的键:id、name、about、phone、contact_name、title、"
	    "placeholder、category\n"
	    "contacts.yaml:2:32: “12” 不对,应为电话号码(3 至 20 位数字,可用 “-” 分隔,分机写成 “转801”)\n"
	    "contacts.yaml:2:49: 没有一个警情类别符合 “7*”\n"
	    "routing.yaml:2:19: 没有单位 “watr”,是不是 “water”(自来水公司)?\n"
	    "routing.yaml:3:10: id “a” 重复,第 2 行已有\n"
	    "routing.yaml:5:38: otherwise 的最后一条不能有 when:它接收其余全部警情\n"
	    "routing.yaml:5:49: “P9” 不对,是不是 “P1”?应为其中之一:P1、P2、P3、P4\n");
	assert_int_equal(p.errors, 8);
	buf_free(&said);
	problems_free(&p);
}

static void missing_files_are_named(void **state)
{
	struct mechanism_file_set set = files_of(base);
	struct problems p;

	(void)state;
	problems_init(&p, false);
	assert_null(mechanism_load_files(set.v, 5, &p));
	assert_int_equal(p.n, 2);
	assert_string_equal(p.v[0].file, "routing.yaml");
	assert_string_equal(p.v[1].file, "units.yaml");
	problems_free(&p);
	problems_init(&p, true);
	assert_null(mechanism_load("/nonexistent", &p));
	assert_int_equal(p.n, 1); /* the folder, and not each of its files */
	assert_string_equal(p.v[0].file, "/nonexistent");
	assert_non_null(strstr(p.v[0].text, "No such file"));
	problems_free(&p);
	problems_init(&p, true);
	assert_null(mechanism_load("/", &p));
	assert_int_equal(p.n, 7);
	assert_string_equal(p.v[6].file, "//units.yaml");
	problems_free(&p);
}

/* A file of noise gives a bounded list. */
static void problems_are_bounded(void **state)
{
	struct problems p;
	struct buf text = {0}, said = {0};
	struct mechanism_file_set set = files_of(base);

	(void)state;
	buf_text(&text, "areas:\n");
	for (int i = 0; i < 3000; i++)
		buf_text(&text, "  - x\n");
	set.v[AREAS].bytes = buf_view(&text);
	problems_init(&p, false);
	assert_null(mechanism_load_files(set.v, BASE_FILES, &p));
	assert_true(p.errors >= 3000);
	assert_true(p.n <= 500);
	problems_print(&p, &said);
	buf_char(&said, '\0');
	assert_non_null(strstr(said.p, "处错误未列出"));
	buf_free(&text);
	buf_free(&said);
	problems_free(&p);
}

/* -- hostile bytes ---------------------------------------------------------------------------- */

static void fill(struct buf *b, const char *unit, size_t bytes)
{
	while (b->n + strlen(unit) <= bytes)
		buf_text(b, unit);
}

/* Each up to the size limit; what matters is that it ends at once, in an error, without a crash. */
static void hostile_files_end_in_one_error(void **state)
{
	static const char *const units[] = {"[", "{", "[{", "- ", "? ", "a: [", "\"", "'a", "&a ", "*a ",
	    "!!binary ", "a: |\n", "a:\n ", "%TAG ! x\n", "---\n", "<<: *a\n", "{a: ", "- [\n", "[[\n",
	    "{{\n", "a: {\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct buf b = {0};
		struct problems p;
		struct arena *a = arena_new();

		fill(&b, units[i], YAML_FILE_MAX);
		problems_init(&p, false);
		yaml_parse(a, "x.yaml", buf_view(&b), YAML_FILE_MAX, &p);
		if (p.errors == 0)
			fail_msg("no error for a file of \"%s\"", units[i]);
		problems_free(&p);
		arena_free(a);
		buf_free(&b);
	}
}

static void depth_is_sixteen(void **state)
{
	struct problems p;
	struct arena *a = arena_new();

	(void)state;
	problems_init(&p, false);
	assert_non_null(yaml_parse(a, "x", STR("a: [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]"), 100, &p));
	assert_int_equal(p.n, 0);
	assert_null(yaml_parse(a, "x", STR("a: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"), 100, &p));
	assert_int_equal(p.n, 1);
	assert_int_equal(p.v[0].column, 19);
	assert_non_null(strstr(p.v[0].text, "16"));
	problems_free(&p);
	arena_free(a);
}

/* -- check ------------------------------------------------------------------------------------ */

static void check_with(int file, const char *old, const char *new, const char *now, struct problems *p,
    struct buf *said)
{
	struct mechanism_file_set set = files_of(base);
	char *text = changed(base[file], old, new);
	int64_t at;

	set.v[file].bytes = str_of(text);
	problems_init(p, false);
	struct mechanism *m = mechanism_load_files(set.v, BASE_FILES, p);
	assert_non_null(m);
	assert_true(time_parse(str_of(now), &at));
	mechanism_check(m, NULL, at, p);
	buf_reset(said);
	problems_print(p, said);
	buf_char(said, '\0');
	mechanism_release(m);
	free(text);
	problems_free(p);
}

static void check_warns(void **state)
{
	struct problems p;
	struct buf said = {0};

	(void)state;
	check_with(AREAS, "areas", "areas", "2025-03-01T08:00:00+08:00", &p, &said);
	assert_string_equal(said.p,
	    "areas.yaml:2:12: 警告:区域 350881001(菁城街道)没有管辖单位:units.yaml 里没有 township 指向它\n"
	    "areas.yaml:3:12: 警告:区域 350881001001(社区)没有管辖单位:units.yaml 里没有 township 指向它\n"
	    "categories.yaml:10:11: 警告:类别 909901(误拨)没有关键词,也没有规则提到:只有 110 "
	    "台直接选它才会用到\n"
	    "rosters.yaml: 警告:2 个一级联动单位没有值班表(“water” 等):只能打 units.yaml 里的固定值班电话\n"
	    "units.yaml: 警告:3 个单位、0 个外部联系人、0 个值班人员的电话是占位号码:上线前换成真号码并删除 "
	    "placeholder\n");
	check_with(AREAS, "areas", "areas", "2026-12-31T23:00:00+08:00", &p, &said);
	assert_non_null(strstr(said.p, "calendar.yaml: 警告:没有 2027 年的日历"));
	assert_null(strstr(said.p, "没有 2026 年的日历"));
	check_with(AREAS, "areas", "areas", "2027-01-01T00:00:00+08:00", &p, &said);
	assert_non_null(strstr(said.p, "没有 2027 年的日历:节假日和调休正按普通周末推算"));
	assert_non_null(strstr(said.p, "没有 2028 年的日历"));
	buf_free(&said);
}

static void check_finds_shadowed_rules(void **state)
{
	static const struct {
		const char *early, *late;
		bool shadowed;
	} cases[] = {
	    {"when: {category: [\"6013*\"]}, lead: water",
		"when: {category: \"601301\", zone: city}, lead: police", true},
	    {"when: {category: \"601301\"}, lead: water", "when: {category: [\"6013*\"]}, lead: police",
		false},
	    {"when: {category: [\"6013*\"], zone: city}, lead: water",
		"when: {category: \"601301\"}, lead: police", false},
	    {"lead: water", "when: {category: \"601301\"}, lead: police", true},
	    {"when: {keywords: [水管]}, lead: water", "when: {keywords: [水管破裂, 断水管]}, lead: police",
		true},
	    {"when: {keywords: [水管破裂]}, lead: water", "when: {keywords: [水管]}, lead: police", false},
	    {"when: {keywords: [水], unless_keywords: [演习]}, lead: water",
		"when: {keywords: [水]}, lead: police", false},
	    {"when: {keywords: [水], unless_keywords: [演习]}, lead: water",
		"when: {keywords: [水], unless_keywords: [演]}, lead: police", true},
	    {"when: {priority: [P1, P2]}, lead: water", "when: {priority: P2}, lead: police", true},
	    {"when: {priority: P2}, lead: water", "when: {priority: [P1, P2]}, lead: police", false},
	    {"when: {area: 350881001}, lead: water", "when: {area: 350881001001}, lead: police", true},
	    {"when: {area: 350881001001}, lead: water", "when: {area: 350881001}, lead: police", false},
	    {"when: {hours: office}, lead: water", "when: {hours: closed}, lead: police", false},
	    {"when: {between: \"22:00-06:00\"}, lead: water",
		"when: {between: \"22:00-06:00\", zone: city}, lead: police", true},
	    {"when: {category: \"601301\"}, also: true, assist: [water]",
		"when: {category: \"601301\"}, lead: police", false},
	    {"when: {keywords: [水]}, set: {category: \"601301\"}", "when: {keywords: [水]}, lead: police",
		false},
	    {"when: {category: \"*\"}, lead: water", "when: {category: none}, lead: police", false},
	    /* the walk for the category sees only rules that give one */
	    {"when: {keywords: [水]}, set: {category: \"601301\"}",
		"when: {keywords: [水管]}, set: {category: \"909901\"}", true},
	    {"when: {keywords: [水]}, lead: water", "when: {keywords: [水管]}, set: {category: \"909901\"}",
		false},
	    /* without a lead of its own the category's leads, where there is a category */
	    {"when: {category: \"601301\"}", "when: {category: \"601301\", zone: city}, lead: police", true},
	    {"when: {keywords: [水]}", "when: {keywords: [水]}, lead: police", false},
	    {"when: {category: [none, \"601301\"]}", "when: {category: \"601301\"}, lead: police", false},
	    {"lead: township", "when: {zone: city}, lead: police", false},
	    {"when: {priority: P1}, lead: water, because: 一}\n  - {id: c, also: true, set: {priority: P1}",
		"when: {priority: P1}, lead: police", false},
	};
	struct problems p;
	struct buf said = {0}, text = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&text);
		buf_printf(&text, "rules:\n  - {id: a, %s, because: 一}\n  - {id: b, %s, because: 二}\n",
		    cases[i].early, cases[i].late);
		buf_text(&text, "otherwise: [{lead: police, because: 三}]\n");
		buf_char(&text, '\0');
		check_with(ROUTING, NULL, text.p, "2025-03-01T08:00:00+08:00", &p, &said);
		if ((strstr(said.p, "routing.yaml:3:10: 警告:规则 “b” 永远轮不到:第 2 行的 “a”") != NULL) !=
		    cases[i].shadowed)
			fail_msg("shadowed should be %d: %s", cases[i].shadowed, text.p);
	}
	buf_free(&said);
	buf_free(&text);
}

/* Retired: 909901, whose heir is 601301. Each place that still names it, at its line. */
static void retired_categories_are_pointed_out(void **state)
{
	static const struct {
		int file;
		const char *old, *new;
		const char *said; /* NULL: nothing */
	} cases[] = {
	    {CONTACTS, "[\"6013*\"]", "[\"9099*\", \"6013*\"]",
		"contacts.yaml:2:59: 警告:类别 909901(误拨)已停用,由 "
		"601301(供水爆管)承接:请改写\n"},
	    {CONTACTS, "[\"6013*\"]", "[\"*\"]", NULL}, /* it matches others, too */
	    {ROUTING, "when: {category: \"601301\"}", "when: {category: \"909901\"}",
		"routing.yaml:19:22: 警告:类别 909901(误拨)已停用"},
	    {ROUTING, "set: {category: \"601301\"", "set: {category: \"909901\"",
		"routing.yaml:16:21: 警告:类别 909901(误拨)已停用"},
	    {UNITS_FILE, "category: [\"6013*\"]", "category: [\"909901\"]",
		"units.yaml:12:21: 警告:类别 909901(误拨)已停用"},
	};
	struct problems p;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mechanism_file_set set = files_of(base);
		struct buf said = {0};
		char *retired =
		    changed(base[CATEGORIES], "    note: 只登记", "    retired: true\n    heir: \"601301\"");
		char *text = changed(base[cases[i].file], cases[i].old, cases[i].new);

		set.v[CATEGORIES].bytes = str_of(retired);
		set.v[cases[i].file].bytes = str_of(text);
		problems_init(&p, false);
		struct mechanism *m = mechanism_load_files(set.v, BASE_FILES, &p);
		problems_print(&p, &said);
		buf_char(&said, '\0');
		assert_non_null(m);
		assert_ptr_equal(mechanism_category(m, "909901")->heir, mechanism_category(m, "601301"));
		if (cases[i].said ? !strstr(said.p, cases[i].said) : *said.p)
			fail_msg("%s: %s", cases[i].new, said.p);
		mechanism_release(m);
		problems_free(&p);
		buf_free(&said);
		free(retired);
		free(text);
	}
}

static void check_finds_what_nothing_reaches(void **state)
{
	struct problems p;
	struct buf said = {0};

	(void)state;
	check_with(CATEGORIES, "lead: water", "lead: none", "2025-03-01T08:00:00+08:00", &p, &said);
	assert_non_null(strstr(said.p,
	    "units.yaml:2:9: 警告:没有一条规则、一个类别用到单位 “water”(自来水公司)"));
	check_with(CATEGORIES, "arrival: city-rule", "arrival: industry", "2025-03-01T08:00:00+08:00", &p,
	    &said);
	assert_null(strstr(said.p, "industry_limits"));
	check_with(CATEGORIES,
	    "lead: water\n    assist: [police]\n    inform: [township]\n    arrival: city-rule",
	    "lead: police\n    arrival: industry", "2025-03-01T08:00:00+08:00", &p, &said);
	assert_non_null(strstr(said.p,
	    "类别 601301(供水爆管)按行业时限到场,但单位 “police” 没有这一类的 industry_limits"));
	check_with(UNITS_FILE, "[\"6013*\"]", "\"909901\"", "2025-03-01T08:00:00+08:00", &p, &said);
	assert_null(strstr(said.p, "industry_limits")); /* its arrival is no industry's */
	buf_free(&said);
}

/* Numbers as people write them: the order stays, the extension is apart, a mobile is known as one. */
static void phones_keep_their_order(void **state)
{
	static const struct {
		const char *number, *extension;
		bool mobile;
	} expected[] = {{"0597-7530000", "801", false}, {"13900001234", NULL, true},
	    {"+86 139-0000-1234", NULL, true}, {"(0597)7530000", "9", false}, {"0597 7530000", "12", false},
	    {"05977530000", NULL, false}, {"12345", NULL, false}, {"1234567890123", NULL, false}};
	struct mechanism_file_set set = files_of(base);
	struct problems p;
	char *text = changed(base[CONTACTS], "\"0597-0000301\"",
	    "[\"0597-7530000转801\", \"１３９００００１２３４\", \"+86 139-0000-1234\", \"（0597）7530000 "
	    "分机 9\", "
	    "\"0597 7530000#12\", \"05977530000\", \"12345\", \"1234567890123\"]");

	(void)state;
	set.v[CONTACTS].bytes = str_of(text);
	problems_init(&p, false);
	struct mechanism *m = mechanism_load_files(set.v, BASE_FILES, &p);
	assert_non_null(m);
	const struct contact *c = &m->contacts[0].contact;
	assert_string_equal(c->phone, "0597-7530000转801");
	assert_int_equal(c->n_phones, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_string_equal(c->phones[i].number, expected[i].number);
		assert_true(text_eq(c->phones[i].extension, expected[i].extension));
		assert_int_equal(c->phones[i].mobile, expected[i].mobile);
	}
	assert_int_equal(m->units[0].duty.n_phones, 1);
	assert_string_equal(m->units[0].duty.phones[0].number, "0597-0000101");
	mechanism_release(m);
	problems_free(&p);
	free(text);
}

/* A digit of a mobile is easily left out or written twice, and nothing but a call in earnest would tell. */
static void a_mobile_that_lacks_a_digit(void **state)
{
	static const struct {
		const char *number;
		bool odd;
	} cases[] = {{"1390000123", true}, {"139000012345", true}, {"139-0000-123", true},
	    {"139 0000 123", true}, {"13900001234", false}, {"+86 13900001234", false}, {"12345", false},
	    {"1010000000", false}, {"0597-1390000", false}, {"1390000", false}, {"400-800-1234", false},
	    {"0100000000", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mechanism_file_set set = files_of(base);
		struct problems p;
		char quoted[40], *text;

		snprintf(quoted, sizeof quoted, "\"%s\"", cases[i].number);
		text = changed(base[CONTACTS], "\"0597-0000301\"", quoted);
		set.v[CONTACTS].bytes = str_of(text);
		problems_init(&p, false);
		struct mechanism *m = mechanism_load_files(set.v, BASE_FILES, &p);
		assert_non_null(m);
		if (p.warnings != cases[i].odd)
			fail_msg("%s", cases[i].number);
		mechanism_release(m);
		problems_free(&p);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(phones_keep_their_order),
	    cmocka_unit_test(a_mobile_that_lacks_a_digit),
	    cmocka_unit_test(reads_units),
	    cmocka_unit_test(reads_areas),
	    cmocka_unit_test(reads_categories),
	    cmocka_unit_test(reads_calendar),
	    cmocka_unit_test(reads_policy),
	    cmocka_unit_test(reads_routing),
	    cmocka_unit_test(revision_is_of_names_and_bytes),
	    cmocka_unit_test(order_of_files_means_nothing),
	    cmocka_unit_test(each_wrong_has_its_place),
	    cmocka_unit_test(each_wrong_speaks_english),
	    cmocka_unit_test(all_errors_of_all_files_at_once),
	    cmocka_unit_test(missing_files_are_named),
	    cmocka_unit_test(problems_are_bounded),
	    cmocka_unit_test(hostile_files_end_in_one_error),
	    cmocka_unit_test(depth_is_sixteen),
	    cmocka_unit_test(check_warns),
	    cmocka_unit_test(check_finds_shadowed_rules),
	    cmocka_unit_test(retired_categories_are_pointed_out),
	    cmocka_unit_test(check_finds_what_nothing_reaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
