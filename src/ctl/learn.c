/*
 * learn.c - liandongctl route learn: what the desk has amended of a category that was judged by the words becomes a
 * case of cases.jsonl, once an administrator accepts it. Also how often that happens (--drift).
 *
 * What is proposed is masked (masked.h). The administrator sees it before it is kept, and may put another text or category in its place. What was decided is
 * remembered beside the cases, by the incident's number, so that nothing is proposed twice.
 */
#include "ctl/ctl.h"
#include "ctl/masked.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DECIDED "cases.decided" /* number, accepted or rejected, who, when: a line each */
#define DAYS_LOOKED_AT 90

/* What became of one incident that was judged by its words. */
struct taken_for {
	const char *number, *month;  /* "2026-11" */
	const char *judged, *now;    /* categories */
	const char *now_name, *text; /* text: masked; NULL: erased */
	bool asked;
};
struct learning {
	struct ctl *ctl;
	struct mechanism *m;
	const char *decided; /* the file's text */
	struct taken_for *v;
	size_t n, cap;
};

/* -- gathering ------------------------------------------------------------------------------ */

static bool decided(const struct learning *x, const char *number)
{
	const char *at = x->decided;
	size_t n = strlen(number);

	for (; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : "")
		if (strncmp(at, number, n) == 0 && at[n] == ' ')
			return true;
	return false;
}

static bool look_at(void *arg, json_t *incident)
{
	struct learning *x = arg;
	struct arena *a = x->ctl->arena;
	const json_t *route = json_object_get(incident, "route");
	const json_t *first = json_array_get(json_object_get(route, "alternatives"), 0);
	struct taken_for j = {.number = arena_text(a, ctl_text(incident, "number")),
	    .judged = arena_text(a, ctl_text(first, "category")),
	    .now = arena_text(a, ctl_text(incident, "category")),
	    .now_name = arena_text(a, ctl_text(incident, "category_name")),
	    .asked = json_is_true(json_object_get(route, "asked"))};

	if (!first || !*j.now || json_is_true(json_object_get(incident, "drill")))
		return true;
	j.month = arena_str(a, (struct str){ctl_text(incident, "received_at"), 7});
	if (strcmp(j.judged, j.now) != 0)
		j.text = masked_description(a, x->m, incident);
	ARRAY_ROOM(a, x->v, x->n, x->cap);
	x->v[x->n++] = j;
	return true;
}

/* All pages; false with the sentence printed. */
static bool gather(struct learning *x, const char *from, bool unmask)
{
	return ctl_pages(x->ctl, "incident.list", "incidents",
	    json_pack("{s:i, s:s, s:b}", "limit", 200, "from", from, "unmask", unmask), look_at, x);
}

static bool proposed(const struct learning *x, const struct taken_for *j)
{
	return strcmp(j->judged, j->now) != 0 && j->text && !decided(x, j->number);
}

/* -- showing -------------------------------------------------------------------------------- */

static int list(struct learning *x)
{
	static const char *const heads[] = {"编号", "判为", "改为", "", "描述(已隐去姓名、电话、号码、地址)"};
	json_t *all = json_array();
	struct table t;

	table_init(&t, x->ctl->arena, heads, 5);
	for (size_t i = 0; i < x->n; i++) {
		const struct taken_for *j = &x->v[i];
		const char *cells[] = {j->number, j->judged, j->now, j->now_name, j->text};
		if (!proposed(x, j))
			continue;
		table_row(&t, cells);
		json_array_append_new(all,
		    json_pack("{s:s, s:s, s:s, s:s}", "number", j->number, "judged", j->judged, "category",
			j->now, "text", j->text));
	}
	return ctl_show_list(x->ctl, json_pack("{s:o}", "cases", all), &t);
}

/* How many of one month, or of one category: judged, asked, corrected. */
struct drift {
	const char *key;
	int n, asked, corrected;
};

static struct drift *drift_of(struct drift *v, int *n, const char *key)
{
	for (int i = 0; i < *n; i++)
		if (strcmp(v[i].key, key) == 0)
			return &v[i];
	v[*n] = (struct drift){.key = key};
	return &v[(*n)++];
}

static json_t *print_drift(struct learning *x, const char *head, bool by_month)
{
	const char *heads[] = {head, "按描述判断", "请确认", "更正"};
	struct drift *v = arena_new_array(x->ctl->arena, struct drift, x->n + 1);
	json_t *all = json_array();
	struct table t;
	int n = 0;

	for (size_t i = 0; i < x->n; i++) {
		struct drift *d = drift_of(v, &n, by_month ? x->v[i].month : x->v[i].judged);
		d->n++;
		d->asked += x->v[i].asked;
		d->corrected += strcmp(x->v[i].judged, x->v[i].now) != 0;
	}
	table_init(&t, x->ctl->arena, heads, 4);
	for (int i = 0; i < n; i++) {
		struct arena *a = x->ctl->arena;
		const char *cells[] = {v[i].key, arena_printf(a, "%d", v[i].n),
		    arena_printf(a, "%d(%d%%)", v[i].asked, v[i].asked * 100 / v[i].n),
		    arena_printf(a, "%d(%d%%)", v[i].corrected, v[i].corrected * 100 / v[i].n)};
		table_row(&t, cells);
		json_array_append_new(all,
		    json_pack("{s:s, s:i, s:i, s:i}", by_month ? "month" : "category", v[i].key, "judged",
			v[i].n, "asked", v[i].asked, "corrected", v[i].corrected));
	}
	if (!x->ctl->json)
		table_print(&t);
	return all;
}

static int drift(struct learning *x)
{
	json_t *months = print_drift(x, "月份", true), *categories = print_drift(x, "判为", false);
	json_t *tree = json_pack("{s:o, s:o}", "months", months, "categories", categories);

	if (x->ctl->json)
		ctl_print_json(tree);
	json_decref(tree);
	return EXIT_DONE;
}

/* -- deciding ------------------------------------------------------------------------------- */

static const char *path_of(struct learning *x, const char *name)
{
	return arena_printf(x->ctl->arena, "%s/%s", ctl_options(x->ctl)->mechanism, name);
}

/* Whole lines at the end of the file, or nothing. */
static bool append(struct learning *x, const char *name, struct str line)
{
	const char *path = path_of(x, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write(fd, line.p, line.n) == (ssize_t)line.n && fsync(fd) == 0;

	if (!good)
		ctl_fail("%s:%s", path, strerror(errno));
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

static bool keep_case(struct learning *x, const struct taken_for *j, const char *text, const char *category)
{
	char at[TIME_TEXT_MAX];
	struct buf b = {0};
	struct json json = json_to(&b);
	bool good;

	json_begin(&json, NULL);
	json_text(&json, "text", text ? text : j->text);
	json_text(&json, "category", category ? category : j->now);
	json_text(&json, "writer", "desk");
	json_text(&json, "by", administrator());
	json_text(&json, "at", time_rfc3339(clock_wall().ms, at));
	json_end(&json);
	buf_char(&b, '\n');
	good = append(x, "cases.jsonl", buf_view(&b));
	buf_free(&b);
	return good;
}

static bool remember(struct learning *x, const char *number, const char *verdict)
{
	char at[TIME_TEXT_MAX];

	return append(x, DECIDED,
	    str_of(arena_printf(x->ctl->arena, "%s %s %s %s\n", number, verdict, administrator(),
		time_rfc3339(clock_wall().ms, at))));
}

static const struct taken_for *find(struct learning *x, const char *number)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->v[i].number, number) == 0 && proposed(x, &x->v[i]))
			return &x->v[i];
	ctl_fail("没有待采纳的样例 %s:先看 liandongctl route learn", number);
	return NULL;
}

static int decide(struct learning *x, const char *number, bool accept, const char *text, const char *category)
{
	const struct taken_for *j = find(x, number);

	if (!j)
		return EXIT_REFUSED;
	if (category && !mechanism_category(x->m, category))
		return ctl_fail("没有警情类别 %s", category);
	if ((accept && !keep_case(x, j, text, category)) ||
	    !remember(x, number, accept ? "accepted" : "rejected"))
		return EXIT_REFUSED;
	puts(accept ? "已写入 cases.jsonl;liandongctl reload 之后生效" : "已记下,不再提出");
	return EXIT_DONE;
}

/* -- the command ---------------------------------------------------------------------------- */

static const char *decided_text(struct learning *x)
{
	FILE *f = fopen(path_of(x, DECIDED), "r");
	struct buf b = {0};
	char part[4096];
	size_t n;

	while (f && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&b, part, n);
	if (f)
		fclose(f);
	return buf_into(&b, x->ctl->arena).p;
}

static const char *ninety_days_ago(struct ctl *ctl)
{
	char text[TIME_TEXT_MAX];

	return arena_text(ctl->arena, time_rfc3339(clock_wall().ms - DAYS_LOOKED_AT * DAY_MS, text));
}

int ctl_route_learn(struct ctl *ctl, int argc, char **argv)
{
	enum { SINCE, ACCEPT, REJECT, TEXT, CATEGORY, DRIFT, OPTIONS_OF_LEARN };
	struct ctl_option o[OPTIONS_OF_LEARN] = {{.name = "--since"}, {.name = "--accept"},
	    {.name = "--reject"}, {.name = "--text"}, {.name = "--category"},
	    {.name = "--drift", .flag = true}};
	struct learning x = {.ctl = ctl};
	const char *from;
	int code = EXIT_REFUSED;

	argc = ctl_parse(ctl, argc, argv, o, OPTIONS_OF_LEARN);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc > 0 || (o[ACCEPT].value && o[REJECT].value) ||
	    ((o[TEXT].value || o[CATEGORY].value) && !o[ACCEPT].value))
		return ctl_usage(ctl, "一次采纳或不采纳一件;--text、--category 只和 --accept 一起用");
	from = o[SINCE].value ? ctl_instant(ctl, o[SINCE].value, WHEN_PAST, false) : ninety_days_ago(ctl);
	x.m = from ? ctl_mechanism(ctl) : NULL;
	if (!x.m)
		return EXIT_REFUSED;
	x.decided = decided_text(&x);
	if (!gather(&x, from, !o[DRIFT].value))
		;
	else if (o[DRIFT].value)
		code = drift(&x);
	else if (o[ACCEPT].value || o[REJECT].value)
		code = decide(&x, o[ACCEPT].value ? o[ACCEPT].value : o[REJECT].value, o[ACCEPT].value,
		    o[TEXT].value, o[CATEGORY].value);
	else
		code = list(&x);
	mechanism_release(x.m);
	return code;
}
