/*
 * mechanism_rosters.c - rosters.yaml: what it reads, what it refuses and where, holes and overlaps; and
 * that a mechanism without it is the one that it was.
 */
#include "mechanism_base.h"
#include "base/time.h"
#include "domain/duty.h"

#define HEAD "rosters:\n  - unit: water\n    people:\n"                               /* 1-3 */
#define CHEN "      chen: {name: 陈某, phone: \"0597-0000401\"}\n"                    /* 4 */
#define LI "      li: {name: 李某, phone: [\"0597-0000402\", \"0597-0000403转8\"]}\n" /* 5 */
#define SHIFTS "    shifts:\n"                                                        /* 6 */
#define DAILY "      - {from: \"08:00\", to: \"08:00\", start: \"2026-01-05\", order: [[chen], li]}\n" /* 7 */

static struct mechanism *loaded(const char *rosters, struct problems *p)
{
	struct mechanism_file files[BASE_FILES + 1];
	struct mechanism_file_set set = files_of(base);

	memcpy(files, set.v, sizeof set.v);
	files[BASE_FILES] = (struct mechanism_file){"rosters.yaml", str_of(rosters)};
	problems_init(p, false);
	return mechanism_load_files(files, BASE_FILES + 1, p);
}

static void finds(const char *rosters, int line, int column, const char *says)
{
	struct problems p;
	struct mechanism *m = loaded(rosters, &p);

	assert_null(m);
	for (int i = 0; i < p.n; i++)
		if (p.v[i].line == line && p.v[i].column == column && strstr(p.v[i].text, says)) {
			problems_free(&p);
			return;
		}
	for (int i = 0; i < p.n; i++)
		print_error("%s:%d:%d: %s\n", p.v[i].file, p.v[i].line, p.v[i].column, p.v[i].text);
	fail_msg("nothing at %d:%d says %s", line, column, says);
}

static void it_reads_a_roster(void **state)
{
	struct problems p;
	struct mechanism *m = loaded(HEAD CHEN LI SHIFTS DAILY
	    "      - {name: 夜, from: \"20:00\", to: \"06:30\", start: \"2026-01-05\", every: 7, days: "
	    "holidays, "
	    "order: [[li, chen]]}\n"
	    "    overrides:\n"
	    "      - {from: \"2026-02-16T08:00\", to: \"2026-02-18T08:00\", people: [li], because: 春节}\n",
	    &p);

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->n_files, 8);
	assert_string_equal(m->files[5].name, "rosters.yaml");
	const struct roster *r = mechanism_unit(m, "water")->roster;
	assert_ptr_equal(r, &m->rosters[0]);
	assert_null(mechanism_unit(m, "police")->roster);
	assert_int_equal(r->n_people, 2);
	assert_string_equal(r->people[1].contact.phones[1].extension, "8");
	assert_int_equal(r->n_shifts, 2);
	assert_string_equal(r->shifts[0].name, "值班");
	assert_int_equal(r->shifts[0].every, 1);
	assert_int_equal(r->shifts[0].from, 480);
	assert_int_equal(r->shifts[0].n_order, 2);
	assert_ptr_equal(r->shifts[0].order[1].who[0], &r->people[1]);
	assert_int_equal(r->shifts[1].to, 390);
	assert_int_equal(r->shifts[1].days, ROSTER_HOLIDAYS);
	assert_int_equal(r->shifts[1].order[0].n, 2);
	assert_int_equal(r->n_overrides, 1);
	int64_t at;
	assert_true(time_parse(STR("2026-02-16T08:00:00+08:00"), &at));
	assert_int_equal(r->overrides[0].from, at);
	struct circumstances none = {0};
	assert_string_equal(duty_at(m, &none, mechanism_unit(m, "water"), at).people.who[0]->id, "li");
	mechanism_release(m);
	problems_free(&p);
}

/* The digest of seven files is that of seven files, whatever this version knows beside them. */
static void without_it_the_revision_is_as_before(void **state)
{
	struct problems p, q;
	struct mechanism *without = load_base(&p), *with = loaded("rosters: []\n", &q);
	char revision[REVISION_LEN + 1];

	(void)state;
	assert_non_null(with);
	assert_int_equal(without->n_files, 7);
	mechanism_revision(files_of(base).v, 7, revision);
	assert_string_equal(without->revision, revision);
	assert_string_not_equal(with->revision, revision);
	mechanism_release(without);
	mechanism_release(with);
	problems_free(&p);
	problems_free(&q);
}

static void each_mistake_is_named_at_its_place(void **state)
{
	(void)state;
	finds("rosters:\n  - unit: watre\n    people:\n" CHEN LI SHIFTS DAILY, 2, 11, "是不是 “water”");
	finds(HEAD "      chen: {name: 陈某}\n" LI SHIFTS DAILY, 4, 13, "缺少必需的键 “phone”");
	finds(HEAD "      chen: {phone: \"0597-0000401\"}\n" LI SHIFTS DAILY, 4, 13, "缺少必需的键 “name”");
	finds(HEAD "      chen: {name: 陈某, phone: \"12\"}\n" LI SHIFTS DAILY, 4, 31, "电话号码");
	finds(HEAD CHEN LI SHIFTS
	    "      - {from: \"08:00\", to: \"08:00\", start: \"2026-01-05\", order: [[chne]]}\n",
	    7, 68, "people 里没有 “chne”,是不是 “chen”?");
	finds(HEAD CHEN LI SHIFTS
	    "      - {from: \"08:00\", to: \"8:00\", start: \"2026-01-05\", order: [[chen]]}\n",
	    7, 29, "HH:MM");
	finds(HEAD CHEN LI SHIFTS
	    "      - {from: \"08:00\", to: \"08:00\", start: \"2026-02-30\", order: [[chen]]}\n",
	    7, 45, "日期");
	finds(HEAD CHEN LI SHIFTS
	    "      - {from: \"08:00\", to: \"08:00\", start: \"2026-01-05\", every: 0, order: [[chen]]}\n",
	    7, 66, "应在 1 与 366 之间");
	finds(HEAD CHEN LI SHIFTS "      - {from: \"08:00\", to: \"08:00\", start: \"2026-01-05\", days: "
				  "weekend, order: [[chen]]}\n",
	    7, 65, "其中之一:all、workdays、holidays");
	finds(HEAD CHEN LI SHIFTS
	    "      - {from: \"08:00\", to: \"08:00\", start: \"2026-01-05\", order: []}\n",
	    7, 66, "至少一班人");
	finds(HEAD CHEN LI "    shifts: []\n", 6, 13, "列表是空的");
	finds(HEAD CHEN LI SHIFTS DAILY
	    "    overrides:\n"
	    "      - {from: \"2026-02-18T08:00\", to: \"2026-02-18T08:00\", people: [li]}\n",
	    9, 9, "to 应晚于 from");
	finds(HEAD CHEN LI SHIFTS DAILY
	    "    overrides:\n"
	    "      - {from: \"2026-02-16T08:00\", to: \"2026-02-18T08:00\", people: [li]}\n"
	    "      - {from: \"2026-02-18T07:59\", to: \"2026-02-19T08:00\", people: [li]}\n",
	    10, 9, "与第 9 行的 overrides 时间重叠");
	finds(HEAD CHEN LI SHIFTS DAILY "  - unit: water\n    people:\n      chen: {name: 陈某, phone: "
					"\"0597-0000401\"}\n    shifts:\n" DAILY,
	    8, 11, "“water” 重复");
}

static void two_overrides_may_touch(void **state)
{
	struct problems p;
	struct mechanism *m = loaded(HEAD CHEN LI SHIFTS DAILY
	    "    overrides:\n"
	    "      - {from: \"2026-02-16T08:00\", to: \"2026-02-18T08:00\", people: [li]}\n"
	    "      - {from: \"2026-02-18T08:00\", to: \"2026-02-19T08:00\", people: [li]}\n",
	    &p);

	(void)state;
	assert_non_null(m);
	mechanism_release(m);
	problems_free(&p);
}

/* What rosters_check finds of this roster of a tier 1 unit on 2 March 2026, 08:00. */
static void checks(const char *rosters, int errors, int line, const char *says)
{
	struct problems p;
	struct mechanism *m = loaded(rosters, &p);
	int64_t now;
	bool said = false;

	assert_non_null(m);
	assert_true(time_parse(STR("2026-03-02T08:00:00+08:00"), &now));
	mechanism_check(m, NULL, now, &p);
	assert_int_equal(p.errors, errors);
	for (int i = 0; i < p.n; i++)
		said = said || (p.v[i].line == line && strstr(p.v[i].text, says));
	for (int i = 0; i < p.n && !said; i++)
		print_error("%s:%d: %s\n", p.v[i].file, p.v[i].line, p.v[i].text);
	assert_true(said);
	mechanism_release(m);
	problems_free(&p);
}

static void holes_and_overlaps_are_errors(void **state)
{
	(void)state;
	checks(HEAD CHEN LI SHIFTS DAILY, 0, 0, "1 个一级联动单位没有值班表(“police” 等)");
	/* 18:00 to 08:00 of each day, and the last is cut by the 400 days */
	checks(HEAD CHEN LI SHIFTS
	    "      - {from: \"08:00\", to: \"18:00\", start: \"2026-01-05\", order: [[chen]]}\n",
	    1, 2, "2026-03-02 18:00 至 2026-03-03 08:00 无人值班(第十一条:7×24 小时),今后 400 天共 400 处");
	checks(HEAD CHEN LI SHIFTS
	    "      - {from: \"08:00\", to: \"08:00\", start: \"2026-03-10\", order: [[chen]]}\n",
	    1, 2, "2026-03-02 08:00 至 2026-03-10 08:00 无人值班");
	checks(HEAD CHEN LI SHIFTS DAILY
	    "      - {name: 多, from: \"20:00\", to: \"22:00\", start: \"2026-01-05\", order: [[chen]]}\n",
	    1, 8, "班次 “多” 与第 7 行的班次 “值班” 在 2026-03-02 20:00 重叠");
}

/* A tier 2 unit need not be manned by night. */
static void holes_of_tier_2_are_none(void **state)
{
	(void)state;
	checks("rosters:\n  - unit: town-xinqiao\n    people:\n" CHEN LI SHIFTS
	       "      - {from: \"08:00\", to: \"18:00\", start: \"2026-01-05\", order: [[chen]]}\n",
	    0, 0, "2 个一级联动单位没有值班表");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_reads_a_roster),
	    cmocka_unit_test(without_it_the_revision_is_as_before),
	    cmocka_unit_test(each_mistake_is_named_at_its_place),
	    cmocka_unit_test(two_overrides_may_touch),
	    cmocka_unit_test(holes_and_overlaps_are_errors),
	    cmocka_unit_test(holes_of_tier_2_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
