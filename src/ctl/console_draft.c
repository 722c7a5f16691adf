/*
 * console_draft.c - the draft of a new incident between the officer and the daemon: what it would do with it is asked
 * after each change, and only what was seen is sent. See console.h and desk/draft.h.
 */
#include "ctl/console.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"

#include <stdlib.h>

#define PREVIEW_MS 3000 /* without the daemon's view of a draft, until it may be sent unseen */
#define TAIL_LETTERS 6  /* of a number */

static const char *number_of(struct desk *c, int64_t ms)
{
	char letters[TAIL_LETTERS + 1], time[TIME_TEXT_MAX];
	const char *t = time_rfc3339(ms, time);

	console_letters(letters, TAIL_LETTERS);
	return arena_printf(c->line, "C%.4s%.2s%.2s%.2s%.2s%.2s-%s", t, t + 5, t + 8, t + 11, t + 14, t + 17,
	    letters);
}

void console_set_field(json_t *o, enum desk_field f, const char *value)
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
		console_set(in, names[f], value);
}

static json_t *draft_params(const struct desk_draft *d)
{
	char received[TIME_TEXT_MAX];
	json_t *p = json_pack("{s:s}", "description", d->text);

	console_set(p, "received_at", time_rfc3339(d->received_at, received));
	json_object_set_new(p, "address", json_string(d->place ? d->place : ""));
	for (int f = 0; f < DESK_FIELDS; f++)
		console_set_field(p, (enum desk_field)f, d->fields[f].value);
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
		list = arena_printf(c->draft.a, "%s%s%s", list, *list ? say("、", ", ") : "",
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
		list = arena_printf(c->draft.a, say("%s%s%s(%s)", "%s%s%s (%s)"), list,
		    *list ? say("、", ", ") : "", ctl_text(one, "category_name"),
		    brief_of(c, ctl_text(one, "lead")));
	}
	return list;
}

static const char *assumed(struct desk *c, const json_t *list)
{
	static const struct coded words[] = {{"zone", {"城区与否", "zone"}}, {"area", {"区域", "area"}},
	    {"category", {"类别", "category"}}, {"priority", {"级别", "priority"}},
	    {"place", {"地点", "place"}}, {"phone", {"电话", "phone"}}};
	const char *text = "";
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) {
		const char *said = coded_said(words, sizeof words / sizeof *words, json_string_value(one));

		if (said)
			text = arena_printf(c->draft.a, "%s%s%s", text, *text ? say("、", ", ") : "", said);
	}
	return text;
}

static void take_similar(struct desk *c, const json_t *list)
{
	static const struct coded whys[] = {{"phone", {"同电话", "same phone"}},
	    {"address", {"同地址", "same address"}}, {"place", {"地点相近", "near by"}}};
	struct desk_understood *u = &c->draft.u;
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) {
		const struct desk_row *row = desk_full(&c->queue, ctl_text(one, "number"));
		const char *why = ctl_text(one, "why");
		const char *said = coded_said(whys, sizeof whys / sizeof *whys, why);

		if (u->n_similar == DRAFT_SIMILAR)
			break;
		u->similar[u->n_similar++] = (struct desk_similar){row ? row->local : 0,
		    arena_text(c->draft.a, ctl_text(one, "number")),
		    arena_text(c->draft.a, row ? row->place : ""), arena_text(c->draft.a, said ? said : why)};
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
	    .warnings = arena_printf(c->draft.a,
		say("看不到派给谁(%s):回车照样报出,按规则派",
		    "where it goes is not known (%s): Enter reports it all the same, and it goes by the "
		    "rules"),
		why)};
}

static void on_draft(void *arg, const struct liandong_reply *reply)
{
	struct draft_question *q = arg;
	struct desk *c = q->c;
	json_t *r = console_result(reply);

	c->busy--;
	if (c->draft.open && q->turn == c->draft_turn) {
		if (r)
			understand(c, r);
		else
			not_understood(c, console_why(reply));
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

void console_draft_begin(struct desk *c, const struct desk_act *act)
{
	int64_t now = console_now(c);

	draft_begin(&c->draft, c->draft.a, number_of(c, now), act->text, act->at ? act->at : now);
	ask_draft(c);
}

void console_draft_correct(struct desk *c, const struct desk_act *act)
{
	draft_correct(&c->draft, act);
	ask_draft(c);
}

void console_draft_drop(struct desk *c)
{
	console_say(c, false,
	    say("放弃了草稿,没有报出去:%s", "the draft was dropped, nothing was reported: %s"),
	    c->draft.text);
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
	const char *level = d->fields[DESK_LEVEL].value;
	json_t *p = draft_params(d);
	struct desk_row as = {.place = arena_text(c->line, row_place(d)),
	    .received_at = d->received_at,
	    .priority = level ? (enum priority)(P1 + level[1] - '1') : d->u.priority};

	console_set(p, "number", d->number);
	console_set(p, "same_as", same_as ? same_as->number : NULL);
	if (!d->fields[DESK_PHONE].value)
		console_set_field(p, DESK_PHONE, draft_phone(d->a, d->text));
	draft_drop(d);
	console_panel_close(c);
	console_send_report(c, p, &as);
}

void console_draft_tick(struct desk *c)
{
	if (!c->draft.open || c->draft.shown || clock_mono().ms - c->draft_mono < PREVIEW_MS)
		return;
	not_understood(c, say("还没有答复", "no answer yet"));
	c->draft.shown = true;
	console_show_draft(c);
}
