/*
 * console_show.c - what an officer looks at: one incident, the queue, the units, a search, the help, all messages, the
 * draft. See console.h.
 */
#include "ctl/console.h"
#include "ctl/console_tty.h"
#include "base/arena.h"
#include "base/time.h"
#include "desk/fit.h"
#include "domain/fold.h"

#include <stdlib.h>

#define PLAIN_COLUMNS 100
#define FIND_PAGES 3
#define FOUND_MOST 50

const char *console_time(struct desk *c, const char *rfc3339)
{
	char text[TIME_TEXT_MAX];
	int64_t ms, now = console_now(c);

	if (!time_parse(str_of(rfc3339), &ms))
		return "";
	return local_day(ms) == local_day(now)
	    ? screen_time(c->line, ms)
	    : arena_text(c->line, say_english() ? time_english(ms, now, text) : time_chinese(ms, now, text));
}

static const char *unit_brief(struct desk *c, const char *code, const char *otherwise)
{
	const struct desk_name *n = console_name(&c->city.units, code);

	return n ? n->brief : otherwise;
}

static bool some(const char *text)
{
	return text && *text;
}

/* " 应到场 23:36:38" where there is one. */
static const char *with(struct desk *c, const char *word, const char *value)
{
	return some(value) ? arena_printf(c->line, "  %s %s", word, value) : "";
}

/* -- one incident --------------------------------------------------------------------------- */

static void show_matter(struct desk *c, const json_t *r)
{
	const json_t *who = json_object_get(r, "reporter"), *route = json_object_get(r, "route");
	const char *priority = ctl_text(r, "priority");
	enum priority p = some(priority) ? (enum priority)(P1 + priority[1] - '1') : PRIORITY_NONE;
	json_int_t callers = json_integer_value(json_object_get(r, "callers"));

	console_panel_line(c, "%s%s %s  %s%s%s%s", desk_mark(p), desk_priority(p), ctl_text(r, "state_name"),
	    some(ctl_text(r, "category_name")) ? ctl_text(r, "category_name")
					       : say("类别未定", "no category"),
	    json_is_true(json_object_get(r, "confidential")) ? say("  保密", "  confidential") : "",
	    json_is_true(json_object_get(r, "drill")) ? say("  演练", "  drill") : "",
	    with(c, say("归入", "one matter with"), ctl_text(r, "same_as")));
	console_panel_line(c, say("地点  %s%s", "place  %s%s"), ctl_text(r, "address"),
	    with(c, say("区域", "area"), ctl_text(r, "area_name")));
	console_panel_line(c, say("报警人  %s %s  接警 %s%s", "caller  %s %s  received %s%s"),
	    ctl_text(who, "name"), ctl_text(who, "phone"), console_time(c, ctl_text(r, "received_at")),
	    callers > 1 ? arena_printf(c->line, say("  %lld 人报", "  %lld callers"), (long long)callers)
			: "");
	console_panel_line(c, say("内容  %s", "words  %s"), ctl_text(r, "description"));
	console_panel_line(c, say("依据  %s(%s)%s%s", "because  %s (%s)%s%s"), ctl_text(route, "because"),
	    ctl_text(route, "rule"),
	    with(c, say("应派主办", "lead due"), console_time(c, ctl_text(r, "lead_missing_due"))),
	    with(c, say("应回访", "call back by"), console_time(c, ctl_text(r, "callback_due"))));
}

static void show_calls(struct desk *c, const json_t *d)
{
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(d, "call"), i, one)
		console_panel_line(c, "      ☎ %s %s%s%s", ctl_text(one, "phone"),
		    some(ctl_text(one, "name")) ? ctl_text(one, "name") : ctl_text(one, "title"),
		    some(ctl_text(one, "why")) ? " " : "", ctl_text(one, "why"));
}

const char *console_dispatch(struct desk *c, const char *id, int local)
{
	size_t n = strlen(id);

	return local && n > 2 ? arena_printf(c->line, "%d.%ld", local, strtol(id + n - 2, NULL, 10)) : id;
}

/* told: the incident's notices; NULL: not known yet. */
static void show_told(struct desk *c, const json_t *told, const char *dispatch)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(told, "notices"), i, one)
		if (strcmp(ctl_text(one, "dispatch"), dispatch) == 0)
			console_panel_line(c, "      %s", console_told_line(c, one));
}

static void show_dispatch(struct desk *c, const json_t *d, int local, const json_t *told)
{
	console_panel_line(c, "%s %s %s %s%s%s%s%s%s%s%s%s%s",
	    console_dispatch(c, ctl_text(d, "dispatch"), local), ctl_word(ctl_text(d, "role")),
	    ctl_text(d, "unit_name"), ctl_text(d, "state_name"),
	    with(c, say("下达", "issued"), console_time(c, ctl_text(d, "issued_at"))),
	    with(c, say("签收", "acknowledged"), console_time(c, ctl_text(d, "acknowledged_at"))),
	    with(c, say("出发", "departed"), console_time(c, ctl_text(d, "departed_at"))),
	    with(c, say("到场", "arrived"), console_time(c, ctl_text(d, "arrived_at"))),
	    with(c, say("办完", "completed"), console_time(c, ctl_text(d, "completed_at"))),
	    some(ctl_text(d, "acknowledged_at"))
		? ""
		: with(c, say("应签收", "acknowledge by"), console_time(c, ctl_text(d, "acknowledge_due"))),
	    some(ctl_text(d, "arrived_at"))
		? ""
		: with(c, say("应到场", "arrive by"), console_time(c, ctl_text(d, "arrive_due"))),
	    with(c, say("预计", "expected"), console_time(c, ctl_text(d, "eta"))),
	    json_array_size(json_object_get(d, "overdue")) ? say("  超时", "  late") : "");
	if (some(ctl_text(d, "result")))
		console_panel_line(c, say("      结果 %s", "      result %s"), ctl_text(d, "result"));
	show_calls(c, d);
	show_told(c, told, ctl_text(d, "dispatch"));
}

static void show_event(struct desk *c, const json_t *e)
{
	const char *who = ctl_text(e, "person"),
		   *unit = unit_brief(c, ctl_text(e, "unit"), ctl_text(e, "unit"));

	console_panel_line(c, "%s %s%s%s%s%s %s%s", console_time(c, ctl_text(e, "at")),
	    ctl_word(ctl_text(e, "type")), *unit ? " " : "", unit, *who ? " " : "", who,
	    ctl_event_about(c->line, e), with(c, say("由", "by"), ctl_text(e, "by")));
}

/* What a panel was waiting for; NULL: it was refused, which the officer is told. */
static json_t *result_to_show(struct desk *c, const struct liandong_reply *reply)
{
	json_t *r = console_result(reply);

	c->busy--;
	if (!r)
		console_say(c, true, "%s", console_why(reply));
	return r;
}

static void lay_incident(struct desk *c, const json_t *r, const json_t *told)
{
	const struct desk_row *row = desk_full(&c->queue, ctl_text(r, "number"));
	int local = row ? row->local : 0;
	json_t *one;
	size_t i;

	arena_reset(c->line);
	console_panel(c,
	    arena_printf(c->line, "%s%s", local ? arena_printf(c->line, say("%d 号 ", "no. %d "), local) : "",
		ctl_text(r, "number")));
	show_matter(c, r);
	show_told(c, told, "");
	json_array_foreach(json_object_get(r, "dispatches"), i, one)
		show_dispatch(c, one, local, told);
	json_array_foreach(json_object_get(json_object_get(r, "history"), "calls"), i, one)
		console_panel_line(c, say("先前来电  %s %s %s %s", "called before  %s %s %s %s"),
		    console_time(c, ctl_text(one, "received_at")), ctl_text(one, "category_name"),
		    ctl_text(one, "state_name"), ctl_text(one, "number"));
	json_array_foreach(json_object_get(r, "events"), i, one)
		show_event(c, one);
}

/* An incident that is shown, and of which it is asked who was told. */
struct shown_incident {
	struct desk *c;
	json_t *incident;
	int turn; /* of its panel */
};

/* Where lines scroll, what is known of notices follows what was printed. */
static void print_told(struct shown_incident *s, const json_t *told)
{
	struct desk *c = s->c;
	json_t *one;
	size_t i;

	arena_reset(c->line);
	console_panel(c, say("通知", "notices"));
	json_array_foreach(json_object_get(told, "notices"), i, one)
		console_panel_line(c, "%s %s",
		    ctl_text(one, *ctl_text(one, "dispatch") ? "dispatch" : "incident"),
		    console_told_line(c, one));
	console_panel_show(c);
}

static void on_told(void *arg, const struct liandong_reply *reply)
{
	struct shown_incident *s = arg;
	struct desk *c = s->c;
	json_t *told = console_result(reply);
	int from = c->panel_from;

	c->busy--;
	if (json_array_size(json_object_get(told, "notices")) > 0 && c->plain)
		print_told(s, told);
	else if (json_array_size(json_object_get(told, "notices")) > 0 && c->panel_title &&
	    c->panel_turn == s->turn) {
		lay_incident(c, s->incident, told);
		c->panel_from = from;
		console_panel_show(c);
	}
	json_decref(told);
	json_decref(s->incident);
	free(s);
}

static void on_incident(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = result_to_show(c, reply);
	struct shown_incident *s;

	if (!r)
		return;
	lay_incident(c, r, NULL);
	console_panel_show(c);
	s = calloc(1, sizeof *s);
	*s = (struct shown_incident){.c = c, .incident = r, .turn = c->panel_turn};
	c->busy++;
	console_ask(c, "notice.list", json_pack("{s:s, s:i}", "number", ctl_text(r, "number"), "limit", 200),
	    on_told, s);
}

/* -- the queue ------------------------------------------------------------------------------ */

static bool has(struct arena *a, const char *text, const char *folded)
{
	return text && strstr(fold_word(a, text), folded);
}

static bool row_has(struct arena *a, const struct desk_row *r, const char *folded)
{
	bool yes = has(a, r->number, folded) || has(a, r->place, folded) || has(a, r->words, folded) ||
	    has(a, r->category, folded) || has(a, desk_priority(r->priority), folded);

	for (int i = 0; i < r->n; i++)
		yes = yes || has(a, r->parts[i].unit_brief, folded);
	return yes;
}

static int columns_of(const struct desk *c)
{
	int columns = PLAIN_COLUMNS, rows;

	if (c->tty)
		tty_size(c->tty, &columns, &rows);
	return columns;
}

/* The rows that have the text (NULL: all) as lines; how many. */
static int put_rows(struct desk *c, const char *text)
{
	const char *folded = text ? fold_word(c->line, text) : "";
	int n = 0;

	for (int i = 0; i < c->queue.n; i++) {
		struct screen_line l;

		if (!row_has(c->line, &c->queue.rows[i], folded))
			continue;
		screen_row(c->line, &c->queue.rows[i], console_now(c), columns_of(c), &l);
		console_panel_line(c, "%s", screen_plain(c->line, &l));
		n++;
	}
	return n;
}

static void show_queue(struct desk *c, const char *text)
{
	struct screen_line l;
	struct desk_status st = {.city = c->city.name,
	    .who = c->account ? c->account : "",
	    .online = c->online,
	    .masked = c->local,
	    .training = c->training,
	    .nudges = c->nudged,
	    .unanswered = c->n_unanswered};

	screen_status(c->line, &st, &c->queue, console_now(c), PLAIN_COLUMNS, &l);
	console_panel(c, c->plain ? screen_plain(c->line, &l) : say("在办队列", "Open queue"));
	if (!put_rows(c, text))
		console_panel_line(c,
		    text ? say("没有一件有“%s”", "none has “%s”")
			 : say("没有在办的警情%s", "no open incidents%s"),
		    text ? text : "");
	console_panel_show(c);
}

/* -- units ---------------------------------------------------------------------------------- */

struct unit_load {
	int open, waiting, over;
};

static struct unit_load load_of(const struct desk *c, const char *unit)
{
	struct unit_load l = {0};
	int64_t now = console_now(c);

	for (int i = 0; i < c->queue.n; i++)
		for (int k = 0; k < c->queue.rows[i].n; k++) {
			const struct desk_part *p = &c->queue.rows[i].parts[k];

			if (strcmp(p->unit, unit) != 0 || p->state == DISPATCH_COMPLETED)
				continue;
			l.open++;
			l.waiting += p->state == DISPATCH_ISSUED;
			l.over += desk_part_over(p, now);
		}
	return l;
}

static void put_unit(struct desk *c, const json_t *u)
{
	const json_t *call = json_array_get(json_object_get(u, "call"), 0);
	struct unit_load l = load_of(c, ctl_text(u, "unit"));

	console_panel_line(c,
	    say("%s 在办%-2d 未签%-2d 超时%-2d ☎ %s %s %s", "%s open %-2d new %-2d late %-2d ☎ %s %s %s"),
	    fit_columns(c->line,
		fit_clean(c->line, ctl_text(u, *ctl_text(u, "short_name") ? "short_name" : "name")), 14),
	    l.open, l.waiting, l.over, ctl_text(call, "phone"), ctl_text(call, "name"),
	    ctl_text(call, "why"));
}

static void on_units(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = result_to_show(c, reply), *one;
	size_t i;

	if (!r)
		return;
	arena_reset(c->line);
	console_panel(c, say("单位", "Units"));
	for (int busy = 1; busy >= 0; busy--)
		json_array_foreach(json_object_get(r, "units"), i, one)
			if ((load_of(c, ctl_text(one, "unit")).open > 0) == busy)
				put_unit(c, one);
	console_panel_show(c);
	json_decref(r);
}

static void put_contact(struct desk *c, const json_t *u, const char *key, const char *word)
{
	const json_t *who = json_object_get(u, key);

	if (who)
		console_panel_line(c, "%s  %s %s", word, ctl_text(who, "name"), ctl_text(who, "phone"));
}

static void on_unit(void *arg, const struct liandong_reply *reply)
{
	struct desk *c = arg;
	json_t *r = result_to_show(c, reply);

	if (!r)
		return;
	arena_reset(c->line);
	console_panel(c, ctl_text(r, "name"));
	put_unit(c, r);
	show_calls(c, r);
	put_contact(c, r, "duty", say("值班室", "duty room"));
	put_contact(c, r, "liaison", say("联络员", "liaison"));
	put_contact(c, r, "person_in_charge", say("负责人", "in charge"));
	put_contact(c, r, "leader", say("分管领导", "leader"));
	put_rows(c, unit_brief(c, ctl_text(r, "unit"), ctl_text(r, "name")));
	console_panel_show(c);
	json_decref(r);
}

/* -- a search ------------------------------------------------------------------------------- */

struct desk_search {
	struct desk *c;
	char *text;
	json_t *found;
	int pages;
	bool more; /* and older ones were not looked at */
};

static void end_search(struct desk_search *s)
{
	struct desk *c = s->c;
	size_t i;
	json_t *one;

	console_panel(c,
	    arena_printf(c->line,
		s->more ? say("查 %s:%zu 件,更早的没有查", "%s: %zu found, older ones were not looked at")
			: say("查 %s:%zu 件", "%s: %zu found"),
		s->text, json_array_size(s->found)));
	json_array_foreach(s->found, i, one) {
		const struct desk_row *row = desk_full(&c->queue, ctl_text(one, "number"));
		const char *local =
		    row && row->local ? arena_printf(c->line, say("%d 号 ", "no. %d "), row->local) : "";

		console_panel_line(c, "%s%s %s %s %s  %s  %s", local, ctl_text(one, "number"),
		    console_time(c, ctl_text(one, "received_at")), ctl_text(one, "state_name"),
		    ctl_text(one, "category_name"), ctl_text(one, "address"), ctl_text(one, "description"));
	}
	console_panel_show(c);
	c->busy--;
	json_decref(s->found);
	free(s->text);
	free(s);
}

static void search_page(struct desk_search *s, const char *cursor);

static void on_page(void *arg, const struct liandong_reply *reply)
{
	struct desk_search *s = arg;
	struct desk *c = s->c;
	json_t *r = console_result(reply), *one;
	size_t i;

	arena_reset(c->line);
	s->pages++;
	if (!r)
		console_say(c, true, "%s", console_why(reply));
	json_array_foreach(json_object_get(r, "incidents"), i, one)
		if (json_array_size(s->found) < FOUND_MOST)
			json_array_append(s->found, one);
	const char *next = arena_text(c->line, ctl_text(r, "next"));
	json_decref(r);
	s->more = *next;
	if (*next && s->pages < FIND_PAGES && json_array_size(s->found) < FOUND_MOST)
		search_page(s, next);
	else
		end_search(s);
}

static void search_page(struct desk_search *s, const char *cursor)
{
	console_ask(s->c, "incident.list",
	    json_pack("{s:s, s:i, s:s*}", "find", s->text, "limit", FOUND_MOST, "cursor",
		*cursor ? cursor : NULL),
	    on_page, s);
}

static void search(struct desk *c, const char *text)
{
	struct desk_search *s = calloc(1, sizeof *s);

	*s = (struct desk_search){.c = c, .text = strdup(text), .found = json_array()};
	c->busy++;
	search_page(s, "");
}

/* -- help, messages ------------------------------------------------------------------------- */

static void put_word(struct desk *c, enum desk_word_id id)
{
	const char *forms = desk_word_forms(c->line, id), *arguments = desk_word_arguments(id);

	console_panel_line(c, "%s %s%s%s", fit_columns(c->line, forms, 30), desk_word_about(id),
	    *arguments ? say(":", ": ") : "", arguments);
}

static void help(struct desk *c, const char *name)
{
	enum desk_word_id one = name ? desk_word_of(c->line, name) : WORDS;

	console_panel(c, say("命令", "Commands"));
	for (int i = 0; i < WORDS; i++)
		if ((one == WORDS || i == (int)one) && i != WORD_MESSAGES)
			put_word(c, (enum desk_word_id)i);
	if (one == WORDS) {
		console_panel_line(c,
		    say("编号  3 是 3 号,3.2 是它的第二条指令,3水 "
			"是它派给自来水的那一条;也可写完整编号或它的末尾",
			"numbers  3 is no. 3, 3.2 its second dispatch, 3water the one to the unit water; "
			"also the whole number or its end"));
		console_panel_line(c,
		    say("      只写 3,步骤算主办的。@2305 @-10 是何时,>2330 >20m 是预计何时到,数字是电话",
			"         3 alone: steps are the lead's. @2305 @-10 is when, >2330 >20m when it is "
			"expected, digits are a phone"));
		console_panel_line(c,
		    say("草稿  n 之后先看派给谁:回车发出,e 更正,=7 归入 7 号,Esc 放弃",
			"draft    n shows first where it goes: Enter sends, e amends, =7 joins it to no. 7, "
			"Esc drops it"));
		console_panel_line(c,
		    say("按键  Tab 补全,↑↓ 先前的,PgUp PgDn 翻页,Esc 关闭,Ctrl-C 丢开一行,Ctrl-D 离开",
			"keys     Tab completes, ↑↓ earlier lines, PgUp PgDn turn pages, Esc closes, Ctrl-C "
			"drops the line, Ctrl-D leaves"));
	}
	console_panel_show(c);
}

static void show_messages(struct desk *c)
{
	console_panel(c, say("消息", "Messages"));
	for (int i = 0; i < c->n_messages; i++)
		console_panel_line(c, "%s", c->messages[i]);
	console_panel_line(c, say("—— 发给单位的催办 %d 条 ——", "—— reminders sent to units: %d ——"),
	    c->n_nudges);
	for (int i = 0; i < c->n_nudges; i++)
		console_panel_line(c, "%s", c->nudges[i]);
	c->nudged = 0;
	console_panel_show(c);
}

/* -- the draft ------------------------------------------------------------------------------ */

void console_show_draft(struct desk *c)
{
	struct arena *a = arena_new();
	const char **lines;
	int n = draft_lines(&c->draft, a, &lines);

	console_panel(c,
	    arena_printf(a,
		say("草稿 %s  回车发出 e 更正 =7 归入%s", "Draft %s  Enter sends, e amends, =7 joins%s"),
		c->draft.number, c->plain ? say(" 放弃", ", drop drops") : ""));
	for (int i = 0; i < n; i++)
		console_panel_line(c, "%s", lines[i]);
	console_panel_show(c);
	arena_free(a);
}

void console_show(struct desk *c, const struct desk_act *act)
{
	if (act->word == WORD_LIST)
		show_queue(c, act->text);
	else if (act->word == WORD_FIND)
		search(c, act->text);
	else if (act->word == WORD_HELP)
		help(c, act->name);
	else if (act->word == WORD_MESSAGES)
		show_messages(c);
	else if (act->word == WORD_NOTICES)
		console_lost(c);
	else {
		c->busy++;
		if (act->word == WORD_SHOW)
			console_ask(c, "incident.get", json_pack("{s:s}", "number", act->number), on_incident,
			    c);
		else if (act->unit)
			console_ask(c, "unit.get", json_pack("{s:s}", "unit", act->unit), on_unit, c);
		else
			console_ask(c, "unit.list", NULL, on_units, c);
	}
}
