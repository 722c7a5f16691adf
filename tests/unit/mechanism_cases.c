/*
 * mechanism_cases.c - routing-tests.yaml: cases that pass, cases that fail at their own line, and
 * files that cannot be read.
 */
#include "mechanism_base.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct text_decider rules_alone;

static char folder[] = "/tmp/liandong-cases-XXXXXX";
static char file[96];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(file, sizeof(file), "%s/routing-tests.yaml", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(folder);
}

/* What comes of these cases, as it would be printed; *run is how many were run. */
static char *outcome(const char *text, int *run, bool *passed)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	struct buf said = {0};
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	*passed = mechanism_test(m, &rules_alone, folder, &p, run);
	problems_print(&p, &said);
	buf_char(&said, '\0');
	mechanism_release(m);
	problems_free(&p);
	return said.p;
}

/* One case in the city by day: category 601301's own units. */
#define HEAD "tests:\n  - name: 爆管\n    at: \"2026-07-10T10:00:00+08:00\"\n"
#define INCIDENT "    incident: {category: \"601301\", area: \"350881001\", description: 路面积水}\n"

static void a_case_passes(void **state)
{
	int run;
	bool passed;
	char *said =
	    outcome(HEAD INCIDENT "    expect: {category: \"601301\", priority: P2, zone: city, lead: water, "
				  "assist: [town-xinqiao, police],\n"
				  "      inform: [], unmatched: false, police: false, confidential: false}\n"
				  "  - name: 误拨\n"
				  "    at: \"2026-07-10T10:00:00+08:00\"\n"
				  "    incident: {category: \"909901\"}\n"
				  "    expect: {lead: none, assist: []}\n",
		&run, &passed);

	(void)state;
	assert_string_equal(said, "");
	assert_true(passed);
	assert_int_equal(run, 2);
	free(said);
}

/* Every difference of a case at its own place, and the case by its name. */
static void a_failing_case_says_what_differs(void **state)
{
	int run;
	bool passed;
	char *said = outcome(HEAD INCIDENT "    expect:\n"
					   "      priority: P1\n"
					   "      zone: outside\n"
					   "      lead: police\n"
					   "      assist: [police]\n"
					   "      unmatched: true\n",
	    &run, &passed);
	static const char *const lines[] = {":6:17: 用例 “爆管” 不通过:priority 应为 P1,实际为 P2",
	    ":7:13: 用例 “爆管” 不通过:zone 应为 outside,实际为 city",
	    ":8:13: 用例 “爆管” 不通过:lead 应为 police,实际为 water",
	    ":9:15: 用例 “爆管” 不通过:assist 应为 [police],实际为 [",
	    ":10:18: 用例 “爆管” 不通过:unmatched 应为 true,实际为 false"};

	(void)state;
	assert_false(passed);
	assert_int_equal(run, 1);
	for (size_t i = 0; i < COUNT(lines); i++)
		if (!strstr(said, lines[i]))
			fail_msg("no \"%s\" in:\n%s", lines[i], said);
	free(said);
}

/* At night in the city the rule `night` leads; a unit too many or too few is a difference. */
static void sets_are_compared_whole(void **state)
{
	static const struct {
		const char *inform;
		bool same;
	} cases[] = {{"[police]", true}, {"[]", false}, {"[police, water]", false}, {"[water]", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[1024];
		int run;
		bool passed;

		snprintf(text, sizeof(text),
		    "tests:\n  - name: 夜间\n    at: \"2026-07-10T23:00:00+08:00\"\n"
		    "    incident: {area: \"350881001001\", address: 大桥头, description: 水管爆管了, "
		    "priority: P1}\n"
		    "    expect: {rule: night, lead: town-xinqiao, category: \"601301\", inform: %s}\n",
		    cases[i].inform);
		char *said = outcome(text, &run, &passed);
		if (passed != cases[i].same)
			fail_msg("inform %s should be %d: %s", cases[i].inform, cases[i].same, said);
		free(said);
	}
}

/* Office hours of the base are 08:00-12:00 and 14:30-17:30 outside summer. A time of day alone is one of an ordinary
 * working day: 2026-01-01 and 02 are holidays, 03 a Saturday, 04 a Sunday that is made up, 05 the Monday. */
static void a_time_of_day_alone_is_of_a_working_day(void **state)
{
	static const struct {
		const char *at, *hours;
	} good[] = {{"09:00", "office"}, {"08:00", "office"}, {"12:00", "closed"}, {"13:30", "closed"},
	    {"17:29", "office"}, {"00:00", "closed"}, {"23:59", "closed"},
	    {"2026-01-04T09:00:00+08:00", "office"}, {"2026-01-03T09:00:00+08:00", "closed"},
	    {"2026-07-10T14:45:00+08:00", "closed"}};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(good); i++) {
		char text[1024];
		int run;
		bool passed, said_true = i < COUNT(good);
		const char *hours = good[i % COUNT(good)].hours;

		if (!said_true)
			hours = strcmp(hours, "office") == 0 ? "closed" : "office";
		snprintf(text, sizeof(text),
		    "tests:\n  - name: 时间\n    at: \"%s\"\n    incident: {category: \"601301\"}\n"
		    "    expect: {hours: %s}\n",
		    good[i % COUNT(good)].at, hours);
		char *said = outcome(text, &run, &passed);
		if (passed != said_true || run != 1)
			fail_msg("%s should %sbe %s: %s", good[i % COUNT(good)].at, said_true ? "" : "not ",
			    hours, said);
		free(said);
	}
}

static void cases_are_read_strictly(void **state)
{
	static const struct {
		const char *text, *part;
	} wrongs[] = {
	    {"", ":1:1: 缺少必需的键 “tests”"},
	    {"tests: []\n", ":1:8: 列表是空的"},
	    {"tests:\n  - name: x\n    at: \"24:00\"\n" INCIDENT "    expect: {lead: water}\n",
		":3:9: “24:00” 不对,应为时刻"},
	    {"tests:\n  - name: x\n    at: \"9:00\"\n" INCIDENT "    expect: {lead: water}\n",
		":3:9: “9:00” 不对,应为时刻"},
	    {HEAD INCIDENT "    expect: {hours: off}\n", ":5:21: “off” 不对,应为其中之一:office、closed"},
	    {HEAD INCIDENT "    expect: {on_duty: chen}\n", ":5:23: “chen” 不对,应为一个列表"},
	    {HEAD INCIDENT, ":2:5: 缺少必需的键 “expect”"},
	    {HEAD INCIDENT "    expect: {}\n", ":5:13: expect 是空的"},
	    {HEAD INCIDENT "    expect: {led: water}\n", ":5:14: 不认识的键 “led”,是不是 “lead”"},
	    {HEAD INCIDENT "    expect: {lead: watr}\n", ":5:20: “watr” 不对,应为已有的单位"},
	    {HEAD INCIDENT "    expect: {assist: [watr]}\n", ":5:23: 没有单位 “watr”,是不是 “water”"},
	    {HEAD INCIDENT "    expect: {assist: water}\n", ":5:22: “water” 不对,应为一个列表"},
	    {HEAD INCIDENT "    expect: {category: \"1\"}\n", ":5:24: “1” 不对,应为已有的警情类别"},
	    {HEAD INCIDENT "    expect: {zone: town}\n", ":5:20: “town” 不对"},
	    {HEAD INCIDENT "    expect: {unmatched: no}\n", ":5:25: “no” 不对,应为 true 或 false"},
	    {HEAD "    incident: {category: \"1\"}\n    expect: {lead: water}\n",
		":4:26: “1” 不对,应为已有的警情类别"},
	    {HEAD "    incident: {area: \"1\"}\n    expect: {lead: water}\n",
		":4:22: “1” 不对,应为已有的区域"},
	    {HEAD "    incident: {units: [watr]}\n    expect: {lead: water}\n", ":4:24: 没有单位 “watr”"},
	    {HEAD "    incident: {priority: P0}\n    expect: {lead: water}\n", ":4:26: “P0” 不对"},
	    {"tests:\n  - {name: a, at: \"2026-07-10\", incident: {}, expect: {lead: none}}\n",
		":2:19: “2026-07-10” 不对,应为时刻"},
	    {"tests:\n  - {name: a, at: \"2026-02-30T00:00:00Z\", incident: {}, expect: {lead: none}}\n",
		"应为时刻"},
	    {HEAD INCIDENT
		"    expect: {lead: water}\n  - name: 爆管\n    at: \"2026-07-10T10:00:00+08:00\"\n" INCIDENT
		"    expect: {lead: water}\n",
		":6:11: name “爆管” 重复,第 2 行已有"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrongs); i++) {
		int run;
		bool passed;
		char *said = outcome(wrongs[i].text, &run, &passed);

		if (passed || run != 0 || !strstr(said, wrongs[i].part))
			fail_msg("expected \"%s\" for:\n%s\ngot %d run:\n%s", wrongs[i].part, wrongs[i].text,
			    run, said);
		free(said);
	}
}

static void a_missing_file_is_a_warning(void **state)
{
	struct problems p;
	struct mechanism *m = load_base(&p);
	int run = 7;

	(void)state;
	assert_true(mechanism_test(m, &rules_alone, "/nonexistent", &p, &run));
	assert_int_equal(run, 0);
	assert_int_equal(p.n, 1);
	assert_true(p.v[0].warning);
	mechanism_release(m);
	problems_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_case_passes),
	    cmocka_unit_test(a_failing_case_says_what_differs),
	    cmocka_unit_test(sets_are_compared_whole),
	    cmocka_unit_test(a_time_of_day_alone_is_of_a_working_day),
	    cmocka_unit_test(cases_are_read_strictly),
	    cmocka_unit_test(a_missing_file_is_a_warning),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
