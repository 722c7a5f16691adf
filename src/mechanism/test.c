/*
 * test.c - routing-tests.yaml: cases that prove a routing table before it goes live.
 *
 * Each case is one report and what should become of it; only what `expect` names is compared, lists
 * as sets. A table whose cases fail does not load, so a case that cannot be read is an error too.
 */
#include "mechanism/load.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "domain/duty.h"
#include "domain/place.h"
#include "domain/routing.h"
#include "mechanism/shape.h"
#include <unistd.h>

struct test_case {
	const char *name;
	struct route_query query;
	const struct node *expect;
};
struct test_file {
	struct test_case *cases;
	int n;
};

/* -- reading ---------------------------------------------------------------------------------- */

/* A working day that is one by its weekday, of the newest year in the calendar: with a time of day alone a case
 * says the same whenever it is run. */
static int64_t ordinary_day(const struct calendar *c)
{
	int year = c->n_years ? c->years[c->n_years - 1].year : 2026;
	int64_t day = date_day((struct date){year, 1, 1});

	while (day_weekday(day) >= 5 || !calendar_workday(c, day, NULL))
		day++;
	return day;
}

int64_t mechanism_case_at(const struct mechanism *m, int minute)
{
	return day_start(ordinary_day(&m->calendar)) + minute * MINUTE_MS;
}

static void read_at(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int64_t *at = SHAPE_AT(int64_t, base, k->offset);
	const char *text;
	int minute;

	if (!shape_get_text(r, v, &text))
		return;
	if (shape_is_minute(text, &minute))
		*at = mechanism_case_at(r->m, minute);
	else if (!time_parse(str_of(text), at))
		shape_wrong(r, v, "时刻,如 \"2026-07-10T05:52:00+08:00\",或工作日的几点几分,如 \"22:30\"",
		    "an instant such as \"2026-07-10T05:52:00+08:00\", or a time of a working day such as "
		    "\"22:30\"");
}

static void read_code_of(struct reading *r, const struct node *v, void *base, const struct key *k,
    bool category)
{
	const char *code;

	if (!shape_get_code(r, v, &code))
		return;
	*SHAPE_AT(const char *, base, k->offset) = code;
	if (category ? !mechanism_category(r->m, code) : !mechanism_area(r->m, code))
		shape_wrong(r, v, category ? "已有的警情类别" : "已有的区域",
		    category ? "a known category" : "a known area");
	else if (category)
		shape_retired(r, v, mechanism_category(r->m, code));
}

static void read_category(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	read_code_of(r, v, base, k, true);
}

static void read_area(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	read_code_of(r, v, base, k, false);
}

/* The desk's own choice, kept as the route takes it: comma-separated. */
static void read_units(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct unit **units = NULL;
	struct buf ids = {0};
	int n = 0;

	shape_units(r, v, &units, &n, NULL);
	for (const struct node *item = v->kind == NODE_LIST ? v->child : NULL; item; item = item->next)
		buf_printf(&ids, "%s%s", ids.n ? "," : "", item->text);
	*SHAPE_AT(const char *, base, k->offset) = arena_str(r->arena, buf_view(&ids));
	buf_free(&ids);
}

static const struct key incident_keys[] = {
    SHAPE_KEY("category", read_category, struct route_query, category),
    SHAPE_KEY("priority", shape_word, struct route_query, priority, SHAPE_NAMES(priority_names, 1),
	.least = 1),
    SHAPE_KEY("area", read_area, struct route_query, area),
    SHAPE_KEY("address", shape_text, struct route_query, address),
    SHAPE_KEY("description", shape_text, struct route_query, description),
    SHAPE_KEY("units", read_units, struct route_query, units),
    SHAPE_KEY("confidential", shape_bool, struct route_query, confidential),
};
static const struct shape incident_shape = {SHAPE_KEYS(incident_keys), .size = sizeof(struct route_query)};

/* What a case may expect is checked here and compared later, from the nodes themselves, so that a
 * failure stands at its own line. base is not used. */
static void read_word(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	(void)base;
	shape_get_word(r, v, k->names, k->n_names, &i);
}

static void read_truth(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct key as = {.name = k->name};
	bool truth;

	(void)base;
	shape_bool(r, v, &truth, &as);
}

static void read_unit(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *id;

	(void)base;
	(void)k;
	if (shape_get_code(r, v, &id) && strcmp(id, "none") != 0 && !mechanism_unit(r->m, id))
		shape_wrong(r, v, "已有的单位,或 none", "a known unit, or none");
}

static void read_unit_list(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct unit **units;
	int n;

	(void)base;
	(void)k;
	shape_units(r, v, &units, &n, NULL);
}

static void read_any_category(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *code;

	(void)base;
	(void)k;
	if (!shape_get_code(r, v, &code) || strcmp(code, "none") == 0)
		return;
	if (!mechanism_category(r->m, code))
		shape_wrong(r, v, "已有的警情类别,或 none", "a known category, or none");
	else
		shape_retired(r, v, mechanism_category(r->m, code));
}

static void read_rule(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *id;

	(void)base;
	(void)k;
	shape_get_code(r, v, &id);
}

/* Keys of the lead's people in rosters.yaml; whether it has them the comparing says. */
static void read_people(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct node *one;
	const char *id;
	int n;

	(void)base;
	(void)k;
	if (!shape_get_list(r, v, false, &one, &n))
		return;
	for (; one; one = one->next)
		shape_get_code(r, one, &id);
	shape_check_repeats(r, v);
}

static const struct key expect_keys[] = {
    {.name = "category", .read = read_any_category},
    {.name = "priority", .read = read_word, SHAPE_NAMES(priority_names, 1)},
    {.name = "zone", .read = read_word, SHAPE_NAMES(zone_names, 0)},
    {.name = "lead", .read = read_unit},
    {.name = "assist", .read = read_unit_list},
    {.name = "inform", .read = read_unit_list},
    {.name = "rule", .read = read_rule},
    {.name = "unmatched", .read = read_truth},
    {.name = "police", .read = read_truth},
    {.name = "confidential", .read = read_truth},
    {.name = "hours", .read = read_word, SHAPE_NAMES(shape_hours, 0)},
    {.name = "on_duty", .read = read_people},
};
static const struct shape expect_shape = {SHAPE_KEYS(expect_keys), .size = 1};

static void read_expect(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	char nothing;

	if (shape_read(r, v, k->shape, &nothing)) {
		((struct test_case *)base)->expect = v;
		if (v->n == 0)
			yaml_error(r->problems, v, "expect 是空的:写上应有的结果",
			    "expect is empty: write what should come out");
	}
}

static const struct key case_keys[] = {
    SHAPE_KEY("name", shape_text, struct test_case, name, .required = true),
    SHAPE_KEY("at", read_at, struct test_case, query.at, .required = true),
    SHAPE_KEY("incident", shape_map, struct test_case, query, .required = true, .shape = &incident_shape),
    {.name = "expect", .read = read_expect, .required = true, .shape = &expect_shape},
};
static const struct shape case_shape = {SHAPE_KEYS(case_keys), .size = sizeof(struct test_case)};

static const struct key tests_keys[] = {
    SHAPE_KEY("tests", shape_maps, struct test_file, cases, .count = offsetof(struct test_file, n),
	.required = true, .shape = &case_shape, .unique = "name"),
};
const struct shape tests_shape = {SHAPE_KEYS(tests_keys), .size = sizeof(struct test_file)};

/* -- comparing -------------------------------------------------------------------------------- */

struct comparing {
	const struct mechanism *m;
	struct problems *p;
	const struct test_case *one;
	const struct route *route;
};

static void differs(const struct comparing *c, const struct node *at, const char *what, const char *wanted,
    const char *got)
{
	yaml_problem(c->p, PROBLEM_TEST_FAILED, at, "用例 “%s” 不通过:%s 应为 %s,实际为 %s(规则 %s)",
	    "case \"%s\" failed: %s should be %s, is %s (rule %s)", c->one->name, what, wanted, got,
	    c->route->rule ? c->route->rule : "-");
}

static void compare(const struct comparing *c, const char *key, const char *got)
{
	const struct node *wanted = yaml_get(c->one->expect, key);

	if (wanted && strcmp(wanted->text, got ? got : "none") != 0)
		differs(c, wanted, key, wanted->text, got ? got : "none");
}

static const char *unit_of(const struct route *route, enum dispatch_role role, int i)
{
	for (int j = 0; j < route->n_units; j++)
		if (route->units[j].role == role && i-- == 0)
			return route->units[j].unit->id;
	return NULL;
}

static bool in_list(const struct node *list, const char *id)
{
	for (const struct node *item = list->child; item; item = item->next)
		if (strcmp(item->text, id) == 0)
			return true;
	return false;
}

/* ids: n of them. */
static void compare_ids(const struct comparing *c, const char *key, const char *const *ids, int n)
{
	const struct node *wanted = yaml_get(c->one->expect, key);
	struct buf got = {0}, list = {0};
	bool same = true;

	for (int i = 0; i < n; i++) {
		same = same && in_list(wanted, ids[i]);
		buf_printf(&got, "%s%s", i ? ", " : "", ids[i]);
	}
	for (const struct node *item = wanted->child; item; item = item->next)
		buf_printf(&list, "%s%s", list.n ? ", " : "", item->text);
	if (!same || n != wanted->n)
		differs(c, wanted, key,
		    arena_printf(c->p->arena, "[%.*s]", (int)list.n, list.n ? list.p : ""),
		    arena_printf(c->p->arena, "[%.*s]", (int)got.n, got.n ? got.p : ""));
	buf_free(&got);
	buf_free(&list);
}

static void compare_units(const struct comparing *c, const char *key, enum dispatch_role role)
{
	const char *ids[ROUTE_UNITS_MAX];
	int n = 0;

	while (n < ROUTE_UNITS_MAX && (ids[n] = unit_of(c->route, role, n)))
		n++;
	if (yaml_get(c->one->expect, key))
		compare_ids(c, key, ids, n);
}

/* Who of the lead is on duty then, by its roster alone: swaps are of the day, not of the table. */
static void compare_duty(const struct comparing *c)
{
	static const struct circumstances none = {0};
	const char *lead = unit_of(c->route, AS_LEAD, 0), *ids[DUTY_TOGETHER];
	struct duty duty = {0};

	if (!yaml_get(c->one->expect, "on_duty"))
		return;
	if (lead)
		duty = duty_at(c->m, &none, mechanism_unit(c->m, lead), c->one->query.at);
	for (int i = 0; i < duty.people.n; i++)
		ids[i] = duty.people.who[i]->id;
	compare_ids(c, "on_duty", ids, duty.people.n);
}

/* As a report would be: the texts may name the area that is not given. */
static struct route_query placed(const struct mechanism *m, const struct route_query *given)
{
	struct route_query q = *given;
	struct place_named place;

	if (!q.area) {
		place_find(m, q.address, q.description, &place);
		q.area = place.n == 1 ? place.named[0]->code : NULL;
	}
	return q;
}

static void on_rule(void *arg, const struct rule *rule, bool matched, const char *condition)
{
	const struct case_listener *l = arg;

	(void)condition;
	if (matched)
		l->reached(l->arg, rule);
}

/* What would decide it is not at hand. */
static bool undecided(const struct text_decider *texts, const struct route_query *q)
{
	return texts->missing && q->description && !q->category;
}

static void run_case(const struct mechanism *m, const struct text_decider *texts, const struct test_case *one,
    struct problems *p, const struct case_listener *l)
{
	int errors = p->errors;
	struct route route;
	struct comparing c = {m, p, one, &route};
	struct route_query query = placed(m, &one->query);
	const struct node *rule = yaml_get(one->expect, "rule");

	text_decider_ask(texts, &query);
	/* Cases prove the table, whichever way policy sends what is not urgent; but for those that say so. */
	query.direct = !rule || !text_eq(rule->text, "non-urgent");
	routing_explain(m, &query, &route, l ? on_rule : NULL, (void *)l);
	compare(&c, "category", route.category ? route.category->code : NULL);
	compare(&c, "priority", priority_names[route.priority]);
	compare(&c, "zone", zone_names[route.zone]);
	compare(&c, "lead", unit_of(&route, AS_LEAD, 0));
	compare_units(&c, "assist", AS_ASSIST);
	compare_units(&c, "inform", AS_INFORM);
	compare(&c, "rule", route.rule);
	compare(&c, "unmatched", route.unmatched ? "true" : "false");
	compare(&c, "police", route.police ? "true" : "false");
	compare(&c, "confidential", route.confidential ? "true" : "false");
	compare(&c, "hours", shape_hours[!calendar_office(&m->calendar, query.at)]);
	compare_duty(&c);
	if (l)
		l->told(l->arg, one->name, p->errors == errors, &route);
}

/* Reads the cases from the bytes and runs them; the arena holds what is read. */
static void test_bytes(const struct mechanism *m, const struct text_decider *texts, struct arena *a,
    const char *path, struct str bytes, struct problems *p, int *run, const struct case_listener *l)
{
	/* the mechanism is only looked at: reading cases changes nothing in it */
	struct reading r = {.arena = a, .problems = p, .m = (struct mechanism *)m};
	struct test_file file = {0};
	int errors = p->errors;
	struct node *root = yaml_parse(a, path, bytes, YAML_LONG_FILE_MAX, p);

	if (!root)
		return;
	shape_read(&r, root, &tests_shape, &file);
	shape_resolve_all(&r);
	for (int i = 0, n = p->errors == errors ? file.n : 0; i < n; i++)
		if (!undecided(texts, &file.cases[i].query)) {
			run_case(m, texts, &file.cases[i], p, l);
			++*run;
		}
}

bool mechanism_test_file(const struct mechanism *m, const struct text_decider *texts, const char *file,
    struct str bytes, struct problems *p, int *run)
{
	struct arena *a = arena_new();
	int errors = p->errors;

	*run = 0;
	test_bytes(m, texts, a, arena_text(p->arena, file), bytes, p, run, NULL);
	arena_free(a);
	return p->errors == errors;
}

bool mechanism_test(const struct mechanism *m, const struct text_decider *texts, const char *folder,
    struct problems *p, int *run)
{
	return mechanism_test_told(m, texts, folder, p, run, NULL);
}

bool mechanism_test_told(const struct mechanism *m, const struct text_decider *texts, const char *folder,
    struct problems *p, int *run, const struct case_listener *l)
{
	struct arena *a = arena_new();
	const char *path = arena_printf(a, "%s/routing-tests.yaml", folder);
	struct str bytes;
	int errors = p->errors;

	*run = 0;
	if (access(path, F_OK) < 0) {
		problems_add(p, PROBLEM_TESTS_MISSING, path, 0, 0, "没有这个文件:派单规则没有用例验证",
		    "this file is missing: no cases prove the routing table");
	} else if (yaml_slurp(a, path, YAML_LONG_FILE_MAX, &bytes, p)) {
		test_bytes(m, texts, a, path, bytes, p, run, l);
	}
	arena_free(a);
	return p->errors == errors;
}
