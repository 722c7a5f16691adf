/*
 * route_test.c - liandongctl route test: the cases of routing-tests.yaml, offline, from the files; and what of the
 * mechanism they do not reach. Place: ctl.
 */
#include "ctl/ctl.h"
#include "ctl/record.h"
#include "base/arena.h"
#include "base/json.h"
#include "domain/routing.h"
#include "mechanism/load.h"
#include <stdio.h>

/* What may be reached by a case. */
enum reach { REACH_RULES, REACH_CATEGORIES, REACH_UNITS, REACHES };

struct testing {
	const struct mechanism *m;
	bool tap, english;
	int n;
	bool *reached[REACHES]; /* by their place in the mechanism */
};

/* -- listening ------------------------------------------------------------------------------ */

static void on_reached(void *arg, const struct rule *rule)
{
	struct testing *t = arg;
	const struct routing *r = &t->m->routing;
	if (rule >= r->rules && rule < r->rules + r->n_rules)
		t->reached[REACH_RULES][rule - r->rules] = true;
}

static void on_case(void *arg, const char *name, bool passed, const struct route *route)
{
	struct testing *t = arg;
	t->n++;
	if (route->category)
		t->reached[REACH_CATEGORIES][route->category - t->m->categories] = true;
	for (int i = 0; i < route->n_units; i++)
		t->reached[REACH_UNITS][route->units[i].unit - t->m->units] = true;
	if (!t->tap)
		return;
	printf("%sok %d - ", passed ? "" : "not ", t->n);
	for (const char *p = name; *p; p++) /* a # would begin a directive */
		putchar(*p == '#' || *p == '\n' ? ' ' : *p);
	putchar('\n');
}

/* -- coverage ------------------------------------------------------------------------------- */

static int count(const struct mechanism *m, enum reach what)
{
	return what == REACH_RULES ? m->routing.n_rules : what == REACH_UNITS ? m->n_units : m->n_categories;
}

/* A retired category is its heir. */
static bool missing(const struct testing *t, enum reach what, int i)
{
	return !t->reached[what][i] && !(what == REACH_CATEGORIES && t->m->categories[i].retired);
}

static int in_use(const struct testing *t, enum reach what)
{
	int n = 0;
	for (int i = 0; i < count(t->m, what); i++)
		n += what != REACH_CATEGORIES || !t->m->categories[i].retired;
	return n;
}

/* What it is called by: a rule's id, a category's code, a unit's id; and its name, or NULL. */
static const char *code_of(const struct mechanism *m, enum reach what, int i, const char **name)
{
	*name = what == REACH_UNITS    ? m->units[i].name
	    : what == REACH_CATEGORIES ? m->categories[i].name
				       : NULL;
	return what == REACH_UNITS     ? m->units[i].id
	    : what == REACH_CATEGORIES ? m->categories[i].code
				       : m->routing.rules[i].id;
}

static const struct {
	struct both one;            /* in English the key of one in JSON, too */
	const char *measure, *list; /* 条; rules */
} words[REACHES] = {
    [REACH_RULES] = {{"规则", "rule"}, "条", "rules"},
    [REACH_CATEGORIES] = {{"类别", "category"}, "个", "categories"},
    [REACH_UNITS] = {{"单位", "unit"}, "个", "units"},
};

static void show_one(const struct testing *t, enum reach what, int i, const char *before)
{
	const char *name, *code = code_of(t->m, what, i, &name);
	printf(t->english ? "%sno case reaches the %s %s" : "%s没有用例用到%s %s", before,
	    both_said(&words[what].one), code);
	if (name)
		printf(t->english ? " (%s)\n" : "(%s)\n", name);
	else
		printf(t->english ? " (routing.yaml, line %d)\n" : "(routing.yaml 第 %d 行)\n",
		    t->m->routing.rules[i].line);
}

/* What no case reaches, each with its name or line, and how many that are of all. */
static void show_coverage(const struct testing *t, const char *before)
{
	int n[REACHES] = {0};
	for (int what = 0; what < REACHES; what++)
		for (int i = 0; i < count(t->m, (enum reach)what); i++)
			if (missing(t, (enum reach)what, i)) {
				show_one(t, (enum reach)what, i, before);
				n[what]++;
			}
	for (int what = 0; what < REACHES; what++) {
		int of = in_use(t, (enum reach)what);
		if (t->english)
			printf("%s%d %s, %d reached by no case\n", before, of, words[what].list, n[what]);
		else
			printf("%s%s %d %s,%d %s没有用例用到\n", before, words[what].one.zh, of,
			    words[what].measure, n[what], words[what].measure);
	}
}

static void json_reach(const struct testing *t, enum reach what, struct json *j)
{
	const char *name;
	json_begin(j, words[what].list);
	json_int(j, "of", in_use(t, what));
	json_list(j, "missing");
	for (int i = 0; i < count(t->m, what); i++) {
		if (!missing(t, what, i))
			continue;
		json_begin(j, NULL);
		json_text(j, words[what].one.en, code_of(t->m, what, i, &name));
		json_text(j, "name", name);
		if (what == REACH_RULES)
			json_int(j, "line", t->m->routing.rules[i].line);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

/* -- showing -------------------------------------------------------------------------------- */

static void show_tap(const struct testing *t, const struct problems *p)
{
	printf("1..%d\n", t->n);
	for (int i = 0; i < p->n; i++)
		printf("# %s:%d: %s\n", p->v[i].file ? p->v[i].file : "-", p->v[i].line, p->v[i].text);
	show_coverage(t, "# ");
}

static void show_json(const struct testing *t, const struct problems *p)
{
	struct buf out = {0};
	struct json j = json_to(&out);
	json_begin(&j, NULL);
	json_int(&j, "tests", t->n);
	json_int(&j, "failed", p->errors);
	json_text(&j, "revision", t->m->revision);
	json_begin(&j, "coverage");
	for (int what = 0; what < REACHES; what++)
		json_reach(t, (enum reach)what, &j);
	json_end(&j);
	json_end(&j);
	printf("%.*s\n", (int)out.n, out.p);
	buf_free(&out);
}

static void show_text(const struct testing *t, const struct problems *p, bool coverage)
{
	struct buf text = {0};
	problems_print(p, &text);
	printf("%.*s", (int)text.n, text.n ? text.p : "");
	printf(t->english ? "%d routing cases, %d failed\n" : "派单用例 %d 个,%d 个不符\n", t->n, p->errors);
	if (coverage)
		show_coverage(t, "");
	buf_free(&text);
}

/* -- the command ---------------------------------------------------------------------------- */

static int run_cases(struct ctl *ctl, bool tap, bool coverage)
{
	struct testing t = {.m = ctl_mechanism(ctl), .tap = tap, .english = ctl->english};
	struct problems p;
	int tests = 0;
	if (!t.m)
		return EXIT_REFUSED;
	for (int what = 0; what < REACHES; what++) {
		size_t n = (size_t)count(t.m, (enum reach)what) + 1;
		t.reached[what] = arena_new_array(ctl->arena, bool, n);
		memset(t.reached[what], 0, n * sizeof(bool));
	}
	problems_init(&p, ctl->english);
	if (tap)
		puts("TAP version 14");
	struct text_decider texts = ctl_texts(ctl, t.m, &p);
	mechanism_test_told(t.m, &texts, ctl_options(ctl)->mechanism, &p, &tests,
	    &(struct case_listener){on_case, on_reached, &t});
	text_decider_free(&texts);
	if (tap)
		show_tap(&t, &p);
	else if (ctl->json)
		show_json(&t, &p);
	else
		show_text(&t, &p, coverage);
	int code = p.errors ? EXIT_REFUSED : EXIT_DONE;
	problems_free(&p);
	mechanism_release((struct mechanism *)t.m);
	return code;
}

int ctl_route_test(struct ctl *ctl, int argc, char **argv)
{
	enum { TAP, COVERAGE, RECORD, NAME, YES, OPTIONS_OF_TEST };
	struct ctl_option o[OPTIONS_OF_TEST] = {{.name = "--tap", .flag = true},
	    {.name = "--coverage", .flag = true}, {.name = "--record"}, {.name = "--name"},
	    {.name = "--yes", .flag = true}};
	if (!ctl_parse_options(ctl, argc, argv, o, OPTIONS_OF_TEST))
		return EXIT_USAGE;
	if ((o[NAME].value || o[YES].value) && !o[RECORD].value)
		return ctl_usage(ctl,
		    say("--name、--yes 只和 --record 一起用", "--name and --yes go with --record only"));
	if (o[RECORD].value)
		return record_case(ctl, o[RECORD].value, o[NAME].value, o[YES].value != NULL);
	return run_cases(ctl, o[TAP].value != NULL, o[COVERAGE].value != NULL);
}
