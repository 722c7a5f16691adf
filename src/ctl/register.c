/*
 * register.c - liandongctl's lists of the register, and the log of a shift (值班日志) that prints.
 *
 * The log is made of what the daemon tells: incidents received in the shift, its handovers, the modes that
 * held. It has no personal data: the incident's number leads to them.
 */
#include "base/arena.h"
#include "base/html.h"
#include "base/time.h"
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>

/* -- lists ----------------------------------------------------------------------------------- */

static const struct {
	const char *command, *method, *list;
} lists[] = {
    {"mode list", "mode.list", "modes"},
    {"shift list", "shift.list", "handovers"},
    {"measure list", "measure.list", "measures"},
    {"meeting list", "meeting.list", "meetings"},
    {"ownership list", "ownership.list", "ownership"},
    {"period list", "period.list", "periods"},
    {"statement list", "statement.list", "statements"},
};

/* What an entry is about, in a cell: its kind's own members. */
static const char *about(struct ctl *ctl, const json_t *e)
{
	static const char *const keys[] = {
	    "measure", "document", "findings", "areas", "to", "text", "object", "mark", "result", "reason"};
	struct buf b = {0};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (*ctl_text(e, keys[i]))
			buf_printf(&b, "%s%s", b.n ? " " : "", ctl_word(ctl_text(e, keys[i])));
	if (json_object_get(e, "edition"))
		buf_printf(&b, say("%s第 %lld 版", "%sedition %lld"), b.n ? " " : "",
		    (long long)json_integer_value(json_object_get(e, "edition")));
	if (json_object_get(e, "confirmed"))
		buf_printf(&b, say("确认 %lld 项", "%lld confirmed"),
		    (long long)json_integer_value(json_object_get(e, "confirmed")));
	const char *text = arena_str(ctl->arena, buf_view(&b));
	buf_free(&b);
	return text;
}

/* A meeting without problems has none to settle. */
static const char *state_of(const json_t *e)
{
	const json_t *items = json_object_get(e, "items");

	return items && json_integer_value(items) == 0 ? "" : ctl_word(ctl_text(e, "state"));
}

static bool put_option(struct ctl *ctl, json_t *params, const struct ctl_option *o)
{
	const char *key = o->name + 2;

	if (!o->value)
		return true;
	if (strcmp(key, "limit") == 0) {
		json_object_set_new(params, key, json_integer(strtoll(o->value, NULL, 10)));
		return true;
	}
	if (strcmp(key, "from") == 0 || strcmp(key, "to") == 0) {
		const char *at = ctl_instant(ctl, o->value, WHEN_PAST, key[0] == 't');
		return at && json_object_set_new(params, key, json_string(at)) == 0;
	}
	json_object_set_new(params, key, json_string(o->value));
	return true;
}

int ctl_register_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"台账", "entry"}, {"名称", "name"}, {"单位", "unit"},
	    {"状态", "state"}, {"时间", "time"}, {"到", "until"}, {"内容", "content"}, {"账号", "account"}};
	struct ctl_option o[] = {{.name = "--unit"}, {.name = "--from"}, {.name = "--to"},
	    {.name = "--limit"}, {.name = "--cursor"}};
	size_t which = 0, i;
	json_t *params = json_object(), *e;
	struct table t;

	while (strcmp(lists[which].command, ctl->command->name) != 0)
		which++;
	if ((argc = ctl_parse(ctl, argc, argv, o, 5)) != 0) {
		json_decref(params);
		return argc < 0 ? EXIT_USAGE : ctl_too_many(ctl, argv[0]);
	}
	for (i = 0; i < 5; i++)
		if (!put_option(ctl, params, &o[i])) {
			json_decref(params);
			return EXIT_USAGE;
		}
	json_t *r = ctl_call(ctl, lists[which].method, params);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 8);
	json_array_foreach(json_object_get(r, lists[which].list), i, e) {
		const char *cells[] = {arena_printf(ctl->arena, "%lld",
					   (long long)json_integer_value(json_object_get(e, "entry"))),
		    ctl_text(e, "name"), ctl_text(e, "unit_name"), state_of(e),
		    ctl_when(ctl, ctl_text(e, "at")), ctl_until(ctl, ctl_text(e, "until")), about(ctl, e),
		    ctl_text(e, "by")};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}

/* -- the log of a shift ------------------------------------------------------------------------- */

/* What happened between two instants. */
struct shift {
	const char *from, *to;
	json_t *incidents; /* received in it, oldest first */
	json_t *handovers, *modes;
};

static bool append(void *all, json_t *row)
{
	return json_array_append(all, row) == 0;
}

/* All pages of a list into one array; NULL with the sentence printed. */
static json_t *all_of(struct ctl *ctl, const char *method, const char *list, const char *from, const char *to)
{
	json_t *all = json_array();

	if (ctl_pages(ctl, method, list, json_pack("{s:s*, s:s*, s:i}", "from", from, "to", to, "limit", 200),
		append, all))
		return all;
	json_decref(all);
	return NULL;
}

static bool notable(const json_t *inc)
{
	const char *priority = ctl_text(inc, "priority");
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(inc, "dispatches"), i, d)
		if (json_array_size(json_object_get(d, "overdue")) > 0)
			return true;
	return strcmp(priority, "P1") == 0 || strcmp(priority, "P2") == 0;
}

static const char *lead_name(const json_t *inc)
{
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(inc, "dispatches"), i, d)
		if (strcmp(ctl_text(d, "role"), "lead") == 0)
			return ctl_text(d, "unit_name");
	return "";
}

#define COUNT_OF(v) ((int)(sizeof(v) / sizeof *(v)))

/* A drill is no incident of the shift: it is counted apart. */
static bool drilled(const json_t *inc)
{
	return json_is_true(json_object_get(inc, "drill"));
}

static void put_figures(struct ctl *ctl, struct html *h, const struct shift *s)
{
	static const char *const heads[] = {
	    "接警", "危急", "紧急", "求助", "非紧急", "未办完", "已办完", "已回访", "已办结", "已作废"};
	static const char *const of[] = {
	    NULL, "P1", "P2", "P3", "P4", "open", "completed", "called-back", "closed", "cancelled"};
	const char *cells[COUNT_OF(of)], *classes[COUNT_OF(of)];
	size_t i;
	json_t *inc;

	for (int k = 0; k < COUNT_OF(of); k++) {
		int sum = 0;
		json_array_foreach(s->incidents, i, inc)
			sum += !drilled(inc) &&
			    (!of[k] || strcmp(ctl_text(inc, k < 5 ? "priority" : "state"), of[k]) == 0);
		cells[k] = arena_printf(ctl->arena, "%d", sum);
		classes[k] = "n";
	}
	html_table(h, heads, COUNT_OF(heads));
	html_row(h, cells, classes, COUNT_OF(of));
	html_table_end(h);
	int drills = 0;
	json_array_foreach(s->incidents, i, inc)
		drills += drilled(inc);
	if (drills)
		html_element(h, "p", NULL, arena_printf(ctl->arena, "另有演练 %d 件,不计在内。", drills));
}

static void put_notable(struct ctl *ctl, struct html *h, const struct shift *s)
{
	static const char *const heads[] = {"警情编号", "接警时间", "级别", "类别", "主办单位", "状态"};
	size_t i;
	json_t *inc;

	html_table(h, heads, COUNT_OF(heads));
	json_array_foreach(s->incidents, i, inc) {
		const char *cells[] = {ctl_text(inc, "number"), ctl_when(ctl, ctl_text(inc, "received_at")),
		    ctl_text(inc, "priority"), ctl_text(inc, "category_name"), lead_name(inc),
		    ctl_text(inc, "state_name")};
		if (notable(inc) && !drilled(inc))
			html_row(h, cells, NULL, COUNT_OF(cells));
	}
	html_table_end(h);
}

static bool within(const json_t *e, const struct shift *s)
{
	int64_t at, from, to;

	return time_parse(str_of(ctl_text(e, "at")), &at) && time_parse(str_of(s->from), &from) &&
	    time_parse(str_of(s->to), &to) && from <= at && at < to;
}

static void put_notes(struct ctl *ctl, struct html *h, const struct shift *s)
{
	size_t i;
	json_t *e;

	json_array_foreach(s->handovers, i, e)
		html_element(h, "p", NULL,
		    arena_printf(ctl->arena, "%s 交 %s(%s),移交未结 %lld 件%s%s", ctl_text(e, "by"),
			ctl_text(e, "to"), ctl_word(ctl_text(e, "state")),
			(long long)json_integer_value(json_object_get(e, "open")),
			*ctl_text(e, "text") ? ":" : "", ctl_text(e, "text")));
	json_array_foreach(s->modes, i, e)
		if (within(e, s))
			html_element(h, "p", NULL,
			    arena_printf(ctl->arena, "应急模式 %s(%s),至 %s", ctl_text(e, "name"),
				ctl_text(e, "document"), ctl_until(ctl, ctl_text(e, "until"))));
}

static void print_log(struct ctl *ctl, const struct shift *s)
{
	struct buf out = {0};
	struct html h = ctl_paper(ctl, &out, "值班日志", HTML_PORTRAIT, false);

	html_element(&h, "h1", NULL, "值班日志");
	html_element(&h, "p", NULL,
	    arena_printf(ctl->arena, "%s 至 %s", ctl_when(ctl, s->from), ctl_until(ctl, s->to)));
	html_element(&h, "h2", NULL, "一、情况");
	put_figures(ctl, &h, s);
	html_element(&h, "h2", NULL, "二、重要和超时事项");
	put_notable(ctl, &h, s);
	html_element(&h, "h2", NULL, "三、交接和备注");
	put_notes(ctl, &h, s);
	html_element(&h, "p", NULL, "交班人:____________    接班人:____________");
	html_end(&h);
	fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
}

/* The last twelve hours, where nothing is said. */
int ctl_shift_log(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--from"}, {.name = "--to"}};
	struct shift s = {0};

	if ((argc = ctl_parse(ctl, argc, argv, o, 2)) != 0)
		return argc < 0 ? EXIT_USAGE : ctl_too_many(ctl, argv[0]);
	s.from = ctl_instant(ctl, o[0].value ? o[0].value : "12h", WHEN_PAST, false);
	s.to = ctl_instant(ctl, o[1].value ? o[1].value : say("现在", "now"), WHEN_PAST, true);
	if (!s.from || !s.to)
		return EXIT_USAGE;
	s.incidents = all_of(ctl, "incident.list", "incidents", s.from, s.to);
	s.handovers = s.incidents ? all_of(ctl, "shift.list", "handovers", s.from, s.to) : NULL;
	s.modes = s.handovers ? all_of(ctl, "mode.list", "modes", NULL, NULL) : NULL;
	if (s.modes && ctl->json)
		json_dumpf(json_pack("{s:s, s:s, s:O, s:O, s:O}", "from", s.from, "to", s.to, "incidents",
			       s.incidents, "handovers", s.handovers, "modes", s.modes),
		    stdout, JSON_COMPACT);
	else if (s.modes)
		print_log(ctl, &s);
	int code = s.modes ? EXIT_DONE : EXIT_REFUSED;
	json_decref(s.incidents);
	json_decref(s.handovers);
	json_decref(s.modes);
	return code;
}
