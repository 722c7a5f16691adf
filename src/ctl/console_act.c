/*
 * console_act.c - what goes from the console to the daemon: the acts, the draft, what has no answer yet, and what takes
 * the last act back. See console.h.
 *
 * Each act that changes something has a key, a report its number. What is not answered, or answered with `unavailable`,
 * is sent again with the same key until there is an answer: it is done once, however often it was sent.
 */
#include "ctl/console.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/time.h"
#include "desk/fit.h"

#include <stdlib.h>

#define AGAIN_MS 1000 /* doubled up to AGAIN_MOST_MS */
#define AGAIN_MOST_MS 30000
#define PATIENCE_MS 2000 /* without an answer, until the officer is told */
#define PREVIEW_MS 3000  /* without the daemon's view of a draft, until it may be sent unseen */
#define UNDO_MS 30000
#define KEY_LETTERS 6

/* One act that was sent. */
struct sending {
	struct sending *next;
	struct desk *c;
	enum desk_word_id word;
	const char *method;
	json_t *params;
	char *said;           /* what it is about: 3.1 供电 */
	bool in_flight, told; /* told: the officer knows that it has no answer yet */
	int64_t sent_mono, again_mono;
	int64_t wait_ms;
	/* of a report, as a row of the queue */
	char *place;
	enum priority priority;
	int64_t received_at;
};

/* Letters that are not taken for each other when they are read out. */
static void random_letters(char *out, int n)
{
	static const char letters[] = "ACDEFGHJKMNPQRTUWXY34679";
	unsigned char bytes[16];

	random_bytes(bytes, sizeof bytes);
	for (int i = 0; i < n; i++)
		out[i] = letters[bytes[i] % (sizeof letters - 1)];
	out[n] = '\0';
}

/* -- answers -------------------------------------------------------------------------------- */

static const char *warnings(struct desk *c, const json_t *r)
{
	const char *text = "";
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(r, "warnings"), i, one)
		text = arena_printf(c->line, "%s;注意:%s", text, ctl_text(one, "detail"));
	return text;
}

/* 主办 供电 0597-0000181;协办 消防、120 */
static const char *units_of(struct desk *c, const json_t *r)
{
	const char *lead = "没有主办", *others = "";
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(r, "dispatches"), i, d) {
		const struct desk_name *n = console_name(&c->city.units, ctl_text(d, "unit"));
		const char *name = n ? n->brief : ctl_text(d, "unit_name");
		const char *phone = ctl_text(json_array_get(json_object_get(d, "call"), 0), "phone");

		if (strcmp(ctl_text(d, "role"), "lead") == 0)
			lead = arena_printf(c->line, "主办 %s%s%s", name, *phone ? " " : "", phone);
		else
			others = arena_printf(c->line, "%s%s%s", others, *others ? "、" : "", name);
	}
	return arena_printf(c->line, "%s%s%s", lead, *others ? ";协办 " : "", others);
}

static const char *history_of(struct desk *c, const json_t *r)
{
	json_int_t n = json_integer_value(json_object_get(json_object_get(r, "history"), "count"));

	return n ? arena_printf(c->line, ";同一电话先前来电 %lld 次", (long long)n) : "";
}

static const char *ownership_of(struct desk *c, const json_t *r)
{
	const json_t *one = json_array_get(json_object_get(r, "ownership"), 0);

	return one
	    ? arena_printf(c->line, ";此处登记过 %s %s", ctl_text(one, "unit_name"), ctl_text(one, "object"))
	    : "";
}

static const char *local_of(struct desk *c, const char *number)
{
	const struct desk_row *row = desk_full(&c->queue, number);

	return row && row->local ? arena_printf(c->line, "%d 号 ", row->local) : "";
}

static void say_reported(struct desk *c, const json_t *r)
{
	const char *number = ctl_text(r, "incident");
	const json_t *main = json_object_get(r, "main");
	bool unmatched = json_is_true(json_object_get(r, "unmatched"));

	if (main) {
		console_say(c, false, "%s 归入 %s%s:%s%s", number, local_of(c, ctl_text(main, "number")),
		    ctl_text(main, "number"), ctl_text(main, "sentence"), warnings(c, r));
		return;
	}
	console_say(c, false, "已报 %s%s:%s%s%s%s%s", local_of(c, number), number, units_of(c, r),
	    unmatched ? ";没有规则认得这件事,请核对派给谁" : "", history_of(c, r), ownership_of(c, r),
	    warnings(c, r));
}

void console_tell_reported(struct desk *c)
{
	json_t *r = c->reported;

	c->reported = NULL;
	if (r)
		say_reported(c, r);
	json_decref(r);
}

static void say_done(struct sending *s, const json_t *r)
{
	struct desk *c = s->c;
	const json_t *d = json_object_get(r, "dispatch"), *entry = json_object_get(r, "entry");
	const char *state = json_is_object(d) ? ctl_text(d, "state_name") : ctl_text(r, "state_name");
	const char *back = c->undo ? "(z 撤销)" : "";

	if (s->word == WORD_NEW) {
		console_tell_reported(c); /* of one before it, whose board has not come yet */
		c->reported = json_incref((json_t *)r);
	} else if (entry)
		console_say(c, false, "%s:已记入台账 %lld%s", s->said,
		    (long long)json_integer_value(json_object_get(entry, "entry")),
		    *ctl_text(r, "request") ? ",待对方签字" : "");
	else if (*state)
		console_say(c, false, "%s:%s%s%s", s->said, state, back, warnings(c, r));
	else
		console_say(c, false, "%s:已记录%s%s", s->said, back, warnings(c, r));
}

/* What takes this act back, as long as it may be. */
static void keep_undo(struct sending *s, const json_t *r)
{
	struct desk *c = s->c;

	json_decref(c->undo);
	free(c->undo_said);
	c->undo = json_incref(json_object_get(r, "undo"));
	c->undo_said = strdup(s->said);
	c->undo_mono = clock_mono().ms;
}

/* -- sending -------------------------------------------------------------------------------- */

static void drop(struct sending *s)
{
	struct sending **at = &s->c->sendings;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	s->c->n_unanswered -= s->told;
	json_decref(s->params);
	free(s->said);
	free(s->place);
	free(s);
}

/* Nothing is known of it: it stays, and is sent again. */
static bool unknown(const char *code)
{
	static const char *const codes[] = {"unavailable", "timeout", "too-many", "internal"};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

static void tell_unanswered(struct sending *s)
{
	if (s->told)
		return;
	s->told = true;
	s->c->n_unanswered++;
	console_say(s->c, false, "%s:待确认,自动重发,不会重复", s->said);
	console_queue(s->c);
}

/* What was told to have no answer has one: a line that stays, for by now something else may be typed. */
static void tell_late(struct sending *s, const struct liandong_reply *reply)
{
	struct desk *c = s->c;

	console_message(c,
	    fit_clean(c->line,
		arena_printf(c->line, "%s %s:%s", screen_time(c->line, console_now(c)), s->said,
		    reply->ok            ? "已确认"
			: reply->message ? reply->message
					 : reply->code)));
}

static void on_answer(void *arg, const struct liandong_reply *reply)
{
	struct sending *s = arg;
	struct desk *c = s->c;
	json_t *r = reply->ok ? json_loads(reply->result, 0, NULL) : NULL;

	s->in_flight = false;
	if (!reply->ok && unknown(reply->code)) {
		s->wait_ms = s->wait_ms ? s->wait_ms * 2 : AGAIN_MS;
		s->wait_ms = s->wait_ms < AGAIN_MOST_MS ? s->wait_ms : AGAIN_MOST_MS;
		s->again_mono = clock_mono().ms + s->wait_ms;
		tell_unanswered(s);
		return;
	}
	arena_reset(c->line);
	if (r) {
		keep_undo(s, r);
		say_done(s, r);
		console_board_changed(c);
	} else
		console_say(c, true, "%s%s:%s", s->said,
		    s->word == WORD_NEW ? " 没有报出去(按 ↑ 找回原文)" : "",
		    reply->message ? reply->message : reply->code);
	if (s->told)
		tell_late(s, reply);
	json_decref(r);
	drop(s);
	c->busy--;
	console_queue(c);
}

static void send_now(struct sending *s)
{
	s->in_flight = true;
	s->sent_mono = clock_mono().ms;
	console_ask(s->c, s->method, json_incref(s->params), on_answer, s);
	if (!s->c->online)
		tell_unanswered(s);
}

static struct sending *sending(struct desk *c, enum desk_word_id word, const char *method, json_t *params,
    const char *said)
{
	struct sending *s = calloc(1, sizeof *s), **at = &c->sendings;

	while (*at)
		at = &(*at)->next;
	*at = s;
	*s = (struct sending){.c = c, .word = word, .method = method, .params = params, .said = strdup(said)};
	c->busy++;
	return s;
}

static void not_understood(struct desk *c, const char *why);

void console_act_tick(struct desk *c)
{
	int64_t now = clock_mono().ms;

	if (c->draft.open && !c->draft.shown && now - c->draft_mono > PREVIEW_MS) {
		not_understood(c, "还没有答复");
		c->draft.shown = true;
		console_show_draft(c);
	}
	for (struct sending *s = c->sendings; s; s = s->next)
		if (!s->in_flight && c->online && now >= s->again_mono)
			send_now(s);
		else if (s->in_flight && now - s->sent_mono > PATIENCE_MS)
			tell_unanswered(s);
}

void console_act_end(struct desk *c)
{
	while (c->sendings) {
		if (c->sendings->word == WORD_NEW)
			fprintf(stderr, "没有得到答复:%s %s\n", c->sendings->said, c->sendings->place);
		drop(c->sendings);
	}
}

int console_unanswered(const struct desk *c, struct arena *a, struct desk_row *rows, int most)
{
	int n = 0;

	for (const struct sending *s = c->sendings; s && n < most; s = s->next)
		if (s->told && s->word == WORD_NEW && !json_object_get(c->board, s->said))
			rows[n++] = (struct desk_row){.number = arena_text(a, s->said),
			    .priority = s->priority,
			    .category = "",
			    .place = arena_text(a, s->place),
			    .words = "",
			    .received_at = s->received_at,
			    .unanswered = true};
	return n;
}

/* -- parameters ----------------------------------------------------------------------------- */

static void set(json_t *o, const char *key, const char *value)
{
	if (value && *value)
		json_object_set_new(o, key, json_string(value));
}

static void set_time(json_t *o, const char *key, int64_t ms)
{
	char text[TIME_TEXT_MAX];

	if (ms)
		set(o, key, time_rfc3339(ms, text));
}

/* A corrected field; the reporter's are an object of their own. */
static void set_field(json_t *o, enum desk_field f, const char *value)
{
	static const char *const names[DESK_FIELDS] = {[DESK_ADDRESS] = "address",
	    [DESK_PHONE] = "phone",
	    [DESK_NAME] = "name",
	    [DESK_CATEGORY] = "category",
	    [DESK_LEVEL] = "priority",
	    [DESK_AREA] = "area",
	    [DESK_DESCRIPTION] = "description",
	    [DESK_UNITS] = "units"};
	bool reporter = f == DESK_PHONE || f == DESK_NAME;
	json_t *in = reporter ? json_object_get(o, "reporter") : o;

	if (!value || !*value)
		return;
	if (!in)
		json_object_set_new(o, "reporter", in = json_object());
	if (f == DESK_UNITS)
		json_object_set_new(in, names[f], ctl_codes(value));
	else
		set(in, names[f], value);
}

static void set_behalf(json_t *p, const struct desk_act *act)
{
	json_t *who = json_object();

	set(p, "dispatch", act->dispatch);
	set(who, "person", act->person);
	set(who, "phone", act->phone);
	json_object_set_new(p, "on_behalf", who);
	set_time(p, "at", act->at);
	set_time(p, "eta", act->eta);
	set(p, act->word == WORD_COMPLETE ? "result" : "text", act->text);
}

static void set_decision(json_t *p, const struct desk_act *act)
{
	set(p, "request", act->request);
	set(p, "dispatch", act->request ? NULL : act->dispatch);
	json_object_set_new(p, "grant", json_boolean(act->grant));
	set(p, "unit", act->unit);
	set(p, "reason", act->text);
}

static json_t *parameters(const struct desk_act *act)
{
	json_t *p = json_object();

	switch (act->word) {
	case WORD_ACKNOWLEDGE:
	case WORD_DEPART:
	case WORD_ARRIVE:
	case WORD_PROGRESS:
	case WORD_COMPLETE:
		set_behalf(p, act);
		break;
	case WORD_ADD:
		set(p, "number", act->number);
		set(p, "unit", act->unit);
		set(p, "role", act->role);
		set(p, "reason", act->text);
		break;
	case WORD_WITHDRAW:
		set(p, "dispatch", act->dispatch);
		set(p, "reason", act->text);
		if (act->misdirected)
			json_object_set_new(p, "void", json_true());
		break;
	case WORD_AMEND:
		set(p, "number", act->number);
		for (int i = 0; i < act->n_changes; i++)
			set_field(p, act->changes[i].field, act->changes[i].value);
		break;
	case WORD_RETURN:
		set_decision(p, act);
		break;
	case WORD_CALLBACK:
		set(p, "number", act->number);
		set(p, "result", act->result);
		set(p, "to", act->phone);
		set(p, "text", act->text);
		break;
	case WORD_HANDOVER:
		set(p, "account", act->name);
		set(p, "text", act->text);
		break;
	case WORD_MODE:
		set(p, "mode", act->name);
		set_time(p, "until", act->until);
		set(p, "document", act->text);
		break;
	case WORD_MODE_END:
		set(p, "mode", act->name);
		set(p, "reason", act->text);
		break;
	default:
		set(p, "number", act->number);
		set(p, "text", act->text);
	}
	return p;
}

/* 3.1 供电, 3 号, 模式 typhoon */
static const char *about(struct desk *c, const struct desk_act *act)
{
	const struct desk_row *r = act->row;
	const struct desk_name *unit = act->unit ? console_name(&c->city.units, act->unit) : NULL;

	if (act->request)
		return act->request;
	if (r && act->part)
		return arena_printf(c->line, "%d.%d %s", r->local, act->part->n, act->part->unit_brief);
	if (r && r->local)
		return arena_printf(c->line, "%d 号%s%s", r->local, unit ? " " : "", unit ? unit->brief : "");
	return act->dispatch ? act->dispatch : act->number ? act->number : act->name ? act->name : "";
}

static void send_act(struct desk *c, const struct desk_act *act)
{
	char key[KEY_LETTERS + 16];
	json_t *p = parameters(act);
	const char *method = act->request ? "request.decide" : desk_words[act->word].method;

	random_letters(key, KEY_LETTERS + 8);
	set(p, "key", key);
	send_now(sending(c, act->word, method, p,
	    arena_printf(c->line, "%s %s", desk_words[act->word].about, about(c, act))));
}

/* -- taking back ---------------------------------------------------------------------------- */

static void take_back(struct desk *c)
{
	char key[KEY_LETTERS + 16];
	const json_t *undo = c->undo;

	if (!undo || clock_mono().ms - c->undo_mono > UNDO_MS) {
		console_say(c, true, undo ? "过了 30 秒,不能再撤销:用相反的命令" : "没有可以撤销的");
		return;
	}
	json_t *p = json_deep_copy(json_object_get(undo, "params"));
	const char *method = arena_text(c->line, ctl_text(undo, "command"));
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(command_kinds[i].name, method) == 0) {
			random_letters(key, KEY_LETTERS + 8);
			set(p, "key", key);
			send_now(sending(c, WORD_UNDO, command_kinds[i].name, p,
			    arena_printf(c->line, "撤销 %s", c->undo_said)));
			json_decref(c->undo);
			c->undo = NULL;
			return;
		}
	json_decref(p);
	console_say(c, true, "不会撤销 %s", method);
}

/* -- the draft ------------------------------------------------------------------------------ */

static const char *number_of(struct desk *c, int64_t ms)
{
	char letters[KEY_LETTERS + 1], time[TIME_TEXT_MAX];
	const char *t = time_rfc3339(ms, time);

	random_letters(letters, KEY_LETTERS);
	return arena_printf(c->line, "C%.4s%.2s%.2s%.2s%.2s%.2s-%s", t, t + 5, t + 8, t + 11, t + 14, t + 17,
	    letters);
}

static json_t *draft_params(const struct desk_draft *d)
{
	json_t *p = json_pack("{s:s}", "description", d->text);

	set_time(p, "received_at", d->received_at);
	json_object_set_new(p, "address", json_string(d->place ? d->place : ""));
	for (int f = 0; f < DESK_FIELDS; f++)
		set_field(p, (enum desk_field)f, d->fields[f].value);
	return p;
}

static const char *brief_of(struct desk *c, const char *code)
{
	const struct desk_name *n = console_name(&c->city.units, code);

	return n ? n->brief : code;
}

static const char *brief_list(struct desk *c, const json_t *codes)
{
	const char *list = "";
	size_t i;
	json_t *one;

	json_array_foreach(codes, i, one)
		list = arena_printf(c->draft.a, "%s%s%s", list, *list ? "、" : "",
		    brief_of(c, json_string_value(one)));
	return list;
}

/* 触电(供电)、… of those that it may be beside the first */
static const char *alternatives(struct desk *c, const json_t *r)
{
	const json_t *all = json_object_get(r, "alternatives");
	const char *list = "";

	for (size_t i = 1; json_is_true(json_object_get(r, "asked")) && i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		list = arena_printf(c->draft.a, "%s%s%s(%s)", list, *list ? "、" : "",
		    ctl_text(one, "category_name"), brief_of(c, ctl_text(one, "lead")));
	}
	return list;
}

static const char *assumed(struct desk *c, const json_t *list)
{
	static const char *const words[][2] = {{"zone", "城区与否"}, {"area", "区域"}, {"category", "类别"},
	    {"priority", "级别"}, {"place", "地点"}, {"phone", "电话"}};
	const char *text = "";
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			if (strcmp(words[k][0], json_string_value(one)) == 0)
				text =
				    arena_printf(c->draft.a, "%s%s%s", text, *text ? "、" : "", words[k][1]);
	return text;
}

static void take_similar(struct desk *c, const json_t *list)
{
	static const char *const whys[][2] = {
	    {"phone", "同电话"}, {"address", "同地址"}, {"place", "地点相近"}};
	struct desk_understood *u = &c->draft.u;
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) {
		const struct desk_row *row = desk_full(&c->queue, ctl_text(one, "number"));
		const char *why = ctl_text(one, "why");

		for (size_t k = 0; k < sizeof whys / sizeof *whys; k++)
			why = strcmp(why, whys[k][0]) == 0 ? whys[k][1] : why;
		if (u->n_similar == DRAFT_SIMILAR)
			break;
		u->similar[u->n_similar++] = (struct desk_similar){row ? row->local : 0,
		    arena_text(c->draft.a, ctl_text(one, "number")),
		    arena_text(c->draft.a, row ? row->place : ""), arena_text(c->draft.a, why)};
	}
}

static const char *draft_warnings(struct desk *c, const json_t *r)
{
	const char *text = "";
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(r, "warnings"), i, one)
		text = arena_printf(c->draft.a, "%s%s%s", text, *text ? ";" : "", ctl_text(one, "detail"));
	return text;
}

static void understand(struct desk *c, const json_t *r)
{
	struct arena *a = c->draft.a;
	const char *priority = ctl_text(r, "priority");
	json_t *sure = json_object_get(r, "confidence");

	c->draft.u = (struct desk_understood){.category = arena_text(a, ctl_text(r, "category_name")),
	    .area = arena_text(a, ctl_text(r, "area_name")),
	    .zone = ctl_word(ctl_text(r, "zone")),
	    .phone = arena_text(a, ctl_text(r, "phone")),
	    .priority = *priority ? (enum priority)(P1 + priority[1] - '1') : PRIORITY_NONE,
	    .because = arena_text(a, ctl_text(r, "because")),
	    .lead = arena_text(a, *ctl_text(r, "lead") ? brief_of(c, ctl_text(r, "lead")) : ""),
	    .assist = brief_list(c, json_object_get(r, "assist")),
	    .inform = brief_list(c, json_object_get(r, "inform")),
	    .assumed = assumed(c, json_object_get(r, "assumed")),
	    .alternatives = alternatives(c, r),
	    .warnings = draft_warnings(c, r),
	    .confidence = json_is_number(sure) ? (int)(json_number_value(sure) * 100 + 0.5) : -1,
	    .police = json_is_true(json_object_get(r, "police")),
	    .confidential = json_is_true(json_object_get(r, "confidential")),
	    .unmatched = json_is_true(json_object_get(r, "unmatched")),
	    .danger = json_is_true(json_object_get(r, "danger"))};
	take_similar(c, json_object_get(r, "similar"));
}

/* An answer, and to which form of the draft. */
struct draft_question {
	struct desk *c;
	int turn;
};

/* It can be sent all the same: an emergency does not wait for a preview. */
static void not_understood(struct desk *c, const char *why)
{
	c->draft.u = (struct desk_understood){.confidence = -1,
	    .warnings = arena_printf(c->draft.a, "看不到派给谁(%s):回车照样报出,按规则派", why)};
}

static void on_draft(void *arg, const struct liandong_reply *reply)
{
	struct draft_question *q = arg;
	struct desk *c = q->c;
	json_t *r = reply->ok ? json_loads(reply->result, 0, NULL) : NULL;

	c->busy--;
	if (c->draft.open && q->turn == c->draft_turn) {
		if (r)
			understand(c, r);
		else
			not_understood(c, reply->message ? reply->message : reply->code);
		c->draft.shown = true;
		console_show_draft(c);
	}
	json_decref(r);
	free(q);
}

static void ask_draft(struct desk *c)
{
	struct draft_question *q = calloc(1, sizeof *q);

	*q = (struct draft_question){c, ++c->draft_turn};
	c->draft.shown = false;
	c->draft_mono = clock_mono().ms;
	if (!c->plain)
		console_show_draft(c);
	c->busy++;
	json_t *p = draft_params(&c->draft);
	console_ask(c, "incident.draft", p, on_draft, q);
}

static void begin_draft(struct desk *c, const struct desk_act *act)
{
	int64_t now = console_now(c);

	draft_begin(&c->draft, c->draft.a, number_of(c, now), act->text, act->at ? act->at : now);
	ask_draft(c);
}

void console_draft_drop(struct desk *c)
{
	console_say(c, false, "放弃了草稿,没有报出去:%s", c->draft.text);
	draft_drop(&c->draft);
	console_panel_close(c);
}

/* The place of the row until there is an answer. */
static const char *row_place(const struct desk_draft *d)
{
	return d->fields[DESK_ADDRESS].value ? d->fields[DESK_ADDRESS].value : d->place ? d->place : d->text;
}

void console_draft_send(struct desk *c, const struct desk_row *same_as)
{
	struct desk_draft *d = &c->draft;
	json_t *p = draft_params(d);
	set(p, "number", d->number);
	const char *level = d->fields[DESK_LEVEL].value;

	if (!d->fields[DESK_PHONE].value)
		set_field(p, DESK_PHONE, draft_phone(d->a, d->text));
	set(p, "same_as", same_as ? same_as->number : NULL);
	struct sending *s = sending(c, WORD_NEW, desk_words[WORD_NEW].method, p, d->number);
	s->place = strdup(row_place(d));
	s->received_at = d->received_at;
	s->priority = level ? (enum priority)(P1 + level[1] - '1') : d->u.priority;
	draft_drop(d);
	console_panel_close(c);
	send_now(s);
	if (c->online)
		console_say(c, false, "%s:已发出", s->said);
}

/* -- the words ------------------------------------------------------------------------------ */

void console_act(struct desk *c, const struct desk_act *act)
{
	switch (act->word) {
	case WORD_NEW:
		begin_draft(c, act);
		break;
	case WORD_UNDO:
		take_back(c);
		break;
	case WORD_DROP:
		console_draft_drop(c);
		break;
	case WORD_JOIN:
		if (c->draft.shown || !c->online)
			console_draft_send(c, act->row);
		else
			console_say(c, true, "草稿还没有看过,没有归入");
		break;
	case WORD_SHOW:
	case WORD_LIST:
	case WORD_UNITS:
	case WORD_FIND:
	case WORD_HELP:
	case WORD_MESSAGES:
		console_show(c, act);
		break;
	default:
		if (act->of_draft) {
			draft_correct(&c->draft, act);
			ask_draft(c);
		} else
			send_act(c, act);
	}
}
