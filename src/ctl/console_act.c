/*
 * console_act.c - what a line of the console does: the parameters of its act, and what takes the last act back. See
 * console.h; how an act is sent is in console_send.c.
 */
#include "ctl/console.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/time.h"

#define UNDO_MS 30000

/* -- parameters ----------------------------------------------------------------------------- */

static void set_time(json_t *o, const char *key, int64_t ms)
{
	char text[TIME_TEXT_MAX];

	if (ms)
		console_set(o, key, time_rfc3339(ms, text));
}

static void set_behalf(json_t *p, const struct desk_act *act)
{
	json_t *who = json_object();

	console_set(p, "dispatch", act->dispatch);
	console_set(who, "person", act->person);
	console_set(who, "phone", act->phone);
	json_object_set_new(p, "on_behalf", who);
	set_time(p, "at", act->at);
	set_time(p, "eta", act->eta);
	console_set(p, act->word == WORD_COMPLETE ? "result" : "text", act->text);
}

static void set_decision(json_t *p, const struct desk_act *act)
{
	console_set(p, "request", act->request);
	console_set(p, "dispatch", act->request ? NULL : act->dispatch);
	json_object_set_new(p, "grant", json_boolean(act->grant));
	console_set(p, "unit", act->unit);
	console_set(p, "reason", act->text);
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
		console_set(p, "number", act->number);
		console_set(p, "unit", act->unit);
		console_set(p, "role", act->role);
		console_set(p, "reason", act->text);
		break;
	case WORD_WITHDRAW:
		console_set(p, "dispatch", act->dispatch);
		console_set(p, "reason", act->text);
		if (act->misdirected)
			json_object_set_new(p, "void", json_true());
		break;
	case WORD_AMEND:
		console_set(p, "number", act->number);
		for (int i = 0; i < act->n_changes; i++)
			console_set_field(p, act->changes[i].field, act->changes[i].value);
		break;
	case WORD_RETURN:
		set_decision(p, act);
		break;
	case WORD_CALLBACK:
		console_set(p, "number", act->number);
		console_set(p, "result", act->result);
		console_set(p, "to", act->phone);
		console_set(p, "text", act->text);
		break;
	case WORD_HANDOVER:
		console_set(p, "account", act->name);
		console_set(p, "text", act->text);
		break;
	case WORD_MODE:
		console_set(p, "mode", act->name);
		set_time(p, "until", act->until);
		console_set(p, "document", act->text);
		break;
	case WORD_MODE_END:
		console_set(p, "mode", act->name);
		console_set(p, "reason", act->text);
		break;
	default:
		console_set(p, "number", act->number);
		console_set(p, "text", act->text);
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
		return arena_printf(c->line, say("%d 号%s%s", "no. %d%s%s"), r->local, unit ? " " : "",
		    unit ? unit->brief : "");
	return act->dispatch ? act->dispatch : act->number ? act->number : act->name ? act->name : "";
}

static void send_act(struct desk *c, const struct desk_act *act)
{
	json_t *p = parameters(act);
	const char *method = act->request ? "request.decide" : desk_words[act->word].method;

	console_send_act(c, act->word, method, p,
	    arena_printf(c->line, "%s %s", desk_word_about(act->word), about(c, act)));
}

/* -- taking back ---------------------------------------------------------------------------- */

static void take_back(struct desk *c)
{
	const json_t *undo = c->undo;

	if (!undo || clock_mono().ms - c->undo_mono > UNDO_MS) {
		console_say(c, true,
		    undo ? say("过了 30 秒,不能再撤销:用相反的命令",
			       "30 s have passed, it is not taken back any more: use the opposite command")
			 : say("没有可以撤销的", "there is nothing to take back"));
		return;
	}
	json_t *p = json_deep_copy(json_object_get(undo, "params"));
	const char *method = arena_text(c->line, ctl_text(undo, "command"));
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(command_kinds[i].name, method) == 0) {
			console_send_act(c, WORD_UNDO, command_kinds[i].name, p,
			    arena_printf(c->line, say("撤销 %s", "take back: %s"), c->undo_said));
			json_decref(c->undo);
			c->undo = NULL;
			return;
		}
	json_decref(p);
	console_say(c, true, say("不会撤销 %s", "%s cannot be taken back"), method);
}

/* -- the words ------------------------------------------------------------------------------ */

void console_act(struct desk *c, const struct desk_act *act)
{
	switch (act->word) {
	case WORD_NEW:
		console_draft_begin(c, act);
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
			console_say(c, true,
			    say("草稿还没有看过,没有归入",
				"the draft was not shown yet, nothing was joined"));
		break;
	case WORD_SHOW:
	case WORD_LIST:
	case WORD_UNITS:
	case WORD_FIND:
	case WORD_HELP:
	case WORD_MESSAGES:
	case WORD_NOTICES:
		console_show(c, act);
		break;
	default:
		if (act->of_draft)
			console_draft_correct(c, act);
		else
			send_act(c, act);
	}
}
