/*
 * learn.c - liandongctl route learn: what the desk has amended of a category that was judged by the words becomes a
 * case of cases.jsonl, once an administrator accepts it. Also how often that happens (--drift).
 *
 * The daemon lists what may be learned, masked (routing.cases). The administrator sees it before it is kept, and may
 * put another text or category in its place. What was decided stands in the folder's cases.jsonl, with the incident's
 * number, so that nothing is proposed twice; what is decided by routing.learn stands in the revision in force.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct learning {
	struct ctl *ctl;
	struct mechanism *m; /* the folder's */
	json_t *answer;      /* of routing.cases */
};

/* By the folder's files: the daemon may not have them yet. */
static bool decided(const struct learning *x, const json_t *one)
{
	for (int i = 0; i < x->m->n_learned_from; i++)
		if (strcmp(x->m->learned_from[i], ctl_text(one, "number")) == 0)
			return true;
	return false;
}

static void drop_decided(struct learning *x)
{
	json_t *cases = json_object_get(x->answer, "cases");

	for (size_t i = json_array_size(cases); i-- > 0;)
		if (decided(x, json_array_get(cases, i)))
			json_array_remove(cases, i);
}

/* -- showing -------------------------------------------------------------------------------- */

static int list(struct learning *x)
{
	static const struct both heads[] = {{"编号", "number"}, {"判为", "judged"}, {"改为", "now"}, {"", ""},
	    {"描述(已隐去姓名、电话、号码、地址)", "description (masked)"}};
	struct table t;
	json_t *one;
	size_t i;

	table_init(&t, x->ctl->arena, heads, 5);
	json_array_foreach(json_object_get(x->answer, "cases"), i, one) {
		const char *cells[] = {ctl_text(one, "number"), ctl_text(one, "judged"),
		    ctl_text(one, "category"), ctl_text(one, "category_name"), ctl_text(one, "text")};
		table_row(&t, cells);
	}
	return ctl_show_list(x->ctl, json_incref(x->answer), &t);
}

static const char *with_share(struct learning *x, const json_t *one, const char *key)
{
	long long n = json_integer_value(json_object_get(one, key)),
		  of = json_integer_value(json_object_get(one, "judged"));

	return arena_printf(x->ctl->arena, "%lld(%lld%%)", n, of ? n * 100 / of : 0);
}

static void print_drift(struct learning *x, const struct both *head, const char *list, const char *member)
{
	const struct both heads[] = {
	    *head, {"按描述判断", "judged by words"}, {"请确认", "asked"}, {"更正", "corrected"}};
	struct table t;
	json_t *one;
	size_t i;

	table_init(&t, x->ctl->arena, heads, 4);
	json_array_foreach(json_object_get(x->answer, list), i, one) {
		const char *cells[] = {ctl_text(one, member),
		    arena_printf(x->ctl->arena, "%lld",
			(long long)json_integer_value(json_object_get(one, "judged"))),
		    with_share(x, one, "asked"), with_share(x, one, "corrected")};
		table_row(&t, cells);
	}
	table_print(&t);
}

static int drift(struct learning *x)
{
	if (x->ctl->json) {
		ctl_print_json(x->answer);
		return EXIT_DONE;
	}
	print_drift(x, &(struct both){"月份", "month"}, "months", "month");
	print_drift(x, &(struct both){"判为", "judged"}, "categories", "category");
	return EXIT_DONE;
}

/* -- deciding ------------------------------------------------------------------------------- */

/* Whole lines at the end of the folder's cases.jsonl, or nothing. */
static bool append(struct learning *x, struct str line)
{
	const char *path = arena_printf(x->ctl->arena, "%s/cases.jsonl", ctl_options(x->ctl)->mechanism);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write(fd, line.p, line.n) == (ssize_t)line.n && fsync(fd) == 0;

	if (!good)
		ctl_fail("%s:%s", path, system_reason(errno, x->ctl->english));
	if (fd >= 0)
		close(fd);
	return good;
}

static const char *administrator(void)
{
	const char *name = getenv("SUDO_USER");

	name = name && *name ? name : getenv("USER");
	return name && *name ? name : "local";
}

static bool keep(struct learning *x, const json_t *one, bool accept, const char *text, const char *category)
{
	char at[TIME_TEXT_MAX];
	struct buf b = {0};
	struct json json = json_to(&b);
	bool good;

	json_begin(&json, NULL);
	if (accept) {
		json_text(&json, "text", text ? text : ctl_text(one, "text"));
		json_text(&json, "category", category ? category : ctl_text(one, "category"));
		json_text(&json, "writer", "desk");
	}
	json_text(&json, "number", ctl_text(one, "number"));
	if (!accept)
		json_bool(&json, "rejected", true);
	json_text(&json, "by", administrator());
	json_text(&json, "at", time_rfc3339(clock_wall().ms, at));
	json_end(&json);
	buf_char(&b, '\n');
	good = append(x, buf_view(&b));
	buf_free(&b);
	return good;
}

static const json_t *find(struct learning *x, const char *number)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(x->answer, "cases"), i, one)
		if (strcmp(ctl_text(one, "number"), number) == 0)
			return one;
	ctl_fail(say("没有待采纳的样例 %s:先看 liandongctl route learn",
		     "no example %s waits to be adopted: see liandongctl route learn"),
	    number);
	return NULL;
}

static int decide(struct learning *x, const char *number, bool accept, const char *text, const char *category)
{
	const json_t *one = find(x, number);

	if (!one)
		return EXIT_REFUSED;
	if (category && !mechanism_category(x->m, category))
		return ctl_fail(say("没有警情类别 %s", "there is no category %s"), category);
	if (!keep(x, one, accept, text, category))
		return EXIT_REFUSED;
	puts(accept ? say("已写入 cases.jsonl;liandongctl reload 之后生效",
			  "written into cases.jsonl; liandongctl reload puts it in force")
		    : say("已记下,不再提出", "noted, it is not proposed again"));
	return EXIT_DONE;
}

/* -- the command ---------------------------------------------------------------------------- */

int ctl_route_learn(struct ctl *ctl, int argc, char **argv)
{
	enum { SINCE, ACCEPT, REJECT, TEXT, CATEGORY, DRIFT, OPTIONS_OF_LEARN };
	struct ctl_option o[OPTIONS_OF_LEARN] = {{.name = "--since"}, {.name = "--accept"},
	    {.name = "--reject"}, {.name = "--text"}, {.name = "--category"},
	    {.name = "--drift", .flag = true}};
	struct learning x = {.ctl = ctl};
	const char *from = NULL;
	int code = EXIT_REFUSED;

	argc = ctl_parse(ctl, argc, argv, o, OPTIONS_OF_LEARN);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc > 0 || (o[ACCEPT].value && o[REJECT].value) ||
	    ((o[TEXT].value || o[CATEGORY].value) && !o[ACCEPT].value))
		return ctl_usage(ctl,
		    say("一次采纳或不采纳一件;--text、--category 只和 --accept 一起用",
			"one at a time is adopted or not; --text and --category go with --accept only"));
	if (o[SINCE].value && !(from = ctl_instant(ctl, o[SINCE].value, WHEN_PAST, false)))
		return EXIT_REFUSED;
	x.m = ctl_mechanism(ctl);
	x.answer = x.m ? ctl_call(ctl, "routing.cases", json_pack("{s:s*}", "from", from)) : NULL;
	if (!x.answer) {
		mechanism_release(x.m);
		return EXIT_REFUSED;
	}
	drop_decided(&x);
	if (o[DRIFT].value)
		code = drift(&x);
	else if (o[ACCEPT].value || o[REJECT].value)
		code = decide(&x, o[ACCEPT].value ? o[ACCEPT].value : o[REJECT].value, o[ACCEPT].value,
		    o[TEXT].value, o[CATEGORY].value);
	else
		code = list(&x);
	json_decref(x.answer);
	mechanism_release(x.m);
	return code;
}
