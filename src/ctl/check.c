/*
 * check.c - liandongctl check: the options and the mechanism, every problem at once, without a
 * daemon. Warnings do not fail (but with --strict); errors, and routing tests that fail, do.
 */
#include "ctl/reach.h"
#include "base/clock.h"
#include "base/json.h"
#include "ctl/fix.h"
#include "ctl/needs.h"
#include "mechanism/show.h"
#include "text/evaluate.h"
#include "wire/tls.h"
#include <stdio.h>

#define CONFUSIONS_SHOWN 5

enum { FORMAT, STRICT, FIX, YES, CHECK_OPTIONS };

int ctl_problems(void)
{
	struct buf out = {0};
	struct json j = json_to(&out);

	json_begin(&j, NULL);
	problem_kinds_json(&j);
	json_end(&j);
	printf("%.*s\n", (int)out.n, out.p);
	buf_free(&out);
	return EXIT_DONE;
}

/* One check: what was found, and of what. */
struct checking {
	struct ctl *ctl;
	struct problems p;
	struct mechanism *m; /* NULL: it could not be read */
	int tests;
	struct text_quality texts; /* held 0: there is no model */
	bool strict;
};

static bool passed(const struct checking *c)
{
	return c->p.errors == 0 && !(c->strict && c->p.n > 0);
}

static void put_json(struct checking *c, struct buf *out)
{
	struct json j = json_to(out);

	json_begin(&j, NULL);
	json_bool(&j, "ok", passed(c));
	json_int(&j, "errors", c->p.errors);
	json_int(&j, "warnings", c->p.warnings);
	json_text(&j, "revision", c->m ? c->m->revision : NULL);
	json_int(&j, "tests", c->tests);
	problems_json(&c->p, &j);
	if (c->m)
		text_quality_json(&c->texts, c->m, &j);
	json_end(&j);
	buf_char(out, '\n');
}

static void put_sum(struct checking *c, struct buf *out)
{
	const struct mechanism *m = c->m;
	bool english = c->ctl->english;
	int warnings = c->p.warnings;

	if (c->p.errors || !m)
		buf_printf(out, english ? "%d errors, %d warnings\n" : "%d 处错误,%d 处提醒\n", c->p.errors,
		    warnings);
	else
		buf_printf(out,
		    english
			? "good: revision %s, %d units, %d areas, %d categories, %d rules, %d routing cases "
			  "passed, %d warnings\n"
			: "配置无误:版本 %s,%d 个单位,%d 个区域,%d 个类别,%d 条规则,%d 个派单用例通过,%d "
			  "处提醒\n",
		    m->revision, m->n_units, m->n_areas, m->n_categories, m->routing.n_rules, c->tests,
		    warnings);
}

/* What is no problem, and good to know: which categories are taken for which. */
static void put_confusions(struct checking *c, struct buf *out)
{
	const struct text_quality *q = &c->texts;
	bool english = c->ctl->english;

	if (!c->m || !q->held)
		return;
	buf_printf(out,
	    english ? "texts: of %d cases held back %d were judged right\n"
		    : "按描述判断:留出 %d 条样例,判对类别 %d 条;",
	    q->held, q->right);
	buf_text(out, english ? "most often confused:\n" : "最常混淆(应为 → 判为):\n");
	for (int i = 0; i < q->n_confusions && i < CONFUSIONS_SHOWN; i++) {
		const struct text_confusion *x = &q->confusions[i];
		const struct category *is = &c->m->categories[x->category],
				      *taken = &c->m->categories[x->taken];
		buf_printf(out, "  %d  %s %s → %s %s\n", x->n, is->code, is->name, taken->code, taken->name);
	}
}

static void put_text(struct checking *c, struct buf *out)
{
	problems_show(&c->p, out);
	put_confusions(c, out);
	put_sum(c, out);
}

static void put_sarif(struct checking *c, struct buf *out)
{
	problems_sarif(&c->p, out);
}

static const struct {
	const char *name;
	void (*put)(struct checking *c, struct buf *out);
} formats[] = {{"text", put_text}, {"json", put_json}, {"sarif", put_sarif}};
#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

static size_t format_of(const struct ctl *ctl, const char *name)
{
	size_t i = 0;

	if (!name)
		name = ctl->json ? "json" : "text";
	while (i < N_FORMATS && strcmp(formats[i].name, name) != 0)
		i++;
	return i;
}

/* The folder; NULL: the one that the options name, and they are checked too. */
static void examine(struct checking *c, const char *folder)
{
	struct options *options = folder ? NULL : options_load(c->ctl->config, &c->p);

	/* trained anew, whatever the daemon has: only so is it known what it confuses */
	struct text_wish wish = {.trains = true};

	if (folder || options)
		c->m = mechanism_examine(folder ? folder : options->mechanism, &wish, clock_wall().ms, &c->p,
		    &c->tests, &c->texts);
	if (options && c->m)
		needs_check(options, c->m, &c->p);
	if (options)
		tls_files_check(options, clock_wall().ms, &c->p);
	options_free(options);
}

static int check(struct ctl *ctl, const char *folder, size_t format, bool strict)
{
	struct checking c = {.ctl = ctl, .strict = strict};
	struct buf out = {0};
	int code;

	problems_init(&c.p, ctl->english);
	examine(&c, folder);
	formats[format].put(&c, &out);
	fwrite(out.p, 1, out.n, stdout);
	code = passed(&c) ? EXIT_DONE : EXIT_REFUSED;
	buf_free(&out);
	mechanism_release(c.m);
	problems_free(&c.p);
	return code;
}

int ctl_check(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {[FORMAT] = {.name = "--format"},
	    [STRICT] = {.name = "--strict", .flag = true},
	    [FIX] = {.name = "--fix", .flag = true},
	    [YES] = {.name = "--yes", .flag = true}};
	const char *folder;
	size_t format;

	argc = ctl_parse(ctl, argc, argv, o, CHECK_OPTIONS);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc > 1)
		return ctl_too_many(ctl, argv[1]);
	format = format_of(ctl, o[FORMAT].value);
	if (format == N_FORMATS)
		return ctl_usage(ctl,
		    say("--format 应为 text、json 或 sarif", "--format takes text, json or sarif"));
	folder = argc ? argv[0] : NULL;
	if (!folder && !reach_works_here(ctl))
		return EXIT_REFUSED;
	if (o[FIX].value && !fix_folder(ctl, folder, o[YES].value != NULL))
		return EXIT_REFUSED;
	return check(ctl, folder, format, o[STRICT].value != NULL);
}
