/*
 * console_act.c - what goes from the console to the daemon: the acts, what has no answer yet, and what takes
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

void console_letters(char *out, int n)
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
		text =
		    arena_printf(c->line, say("%s;注意:%s", "%s; note: %s"), text, ctl_text(one, "detail"));
	return text;
}

/* 主办 供电 0597-0000181;协办 消防、120 */
static const char *units_of(struct desk *c, const json_t *r)
{
	const char *lead = say("没有主办", "no lead"), *others = "";
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(r, "dispatches"), i, d) {
		const struct desk_name *n = console_name(&c->city.units, ctl_text(d, "unit"));
		const char *name = n ? n->brief : ctl_text(d, "unit_name");
		const char *phone = ctl_text(json_array_get(json_object_get(d, "call"), 0), "phone");

		if (strcmp(ctl_text(d, "role"), "lead") == 0)
			lead = arena_printf(c->line, say("主办 %s%s%s", "lead %s%s%s"), name,
			    *phone ? " " : "", phone);
		else
			others =
			    arena_printf(c->line, "%s%s%s", others, *others ? say("、", ", ") : "", name);
	}
	return arena_printf(c->line, "%s%s%s", lead, *others ? say(";协办 ", "; assist ") : "", others);
}

static const char *history_of(struct desk *c, const json_t *r)
{
	json_int_t n = json_integer_value(json_object_get(json_object_get(r, "history"), "count"));

	return n
	    ? arena_printf(c->line,
		  say(";同一电话先前来电 %lld 次", "; calls before from the same phone: %lld"), (long long)n)
	    : "";
}

static const char *ownership_of(struct desk *c, const json_t *r)
{
	const json_t *one = json_array_get(json_object_get(r, "ownership"), 0);

	return one ? arena_printf(c->line, say(";此处登记过 %s %s", "; registered here: %s %s"),
			 ctl_text(one, "unit_name"), ctl_text(one, "object"))
		   : "";
}

static const char *local_of(struct desk *c, const char *number)
{
	const struct desk_row *row = desk_full(&c->queue, number);

	return row && row->local ? arena_printf(c->line, say("%d 号 ", "no. %d "), row->local) : "";
}

static void say_reported(struct desk *c, const json_t *r)
{
	const char *number = ctl_text(r, "incident");
	const json_t *main = json_object_get(r, "main");
	bool unmatched = json_is_true(json_object_get(r, "unmatched"));

	if (main) {
		console_say(c, false, say("%s 归入 %s%s:%s%s", "%s is one matter with %s%s: %s%s"), number,
		    local_of(c, ctl_text(main, "number")), ctl_text(main, "number"),
		    ctl_text(main, "sentence"), warnings(c, r));
		return;
	}
	console_say(c, false, say("已报 %s%s:%s%s%s%s%s", "Reported %s%s: %s%s%s%s%s"), local_of(c, number),
	    number, units_of(c, r),
	    unmatched
		? say(";没有规则认得这件事,请核对派给谁", "; no rule knows this matter, see to whom it goes")
		: "",
	    history_of(c, r), ownership_of(c, r), warnings(c, r));
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
	const char *back = c->undo ? say("(z 撤销)", " (z takes it back)") : "";

	if (s->word == WORD_NEW) {
		console_tell_reported(c); /* of one before it, whose board has not come yet */
		c->reported = json_incref((json_t *)r);
	} else if (entry)
		console_say(c, false, say("%s:已记入台账 %lld%s", "%s: entry %lld of the register%s"),
		    s->said, (long long)json_integer_value(json_object_get(entry, "entry")),
		    *ctl_text(r, "request") ? say(",待对方签字", ", to be signed by the other") : "");
	else if (*state)
		console_say(c, false, say("%s:%s%s%s", "%s: %s%s%s"), s->said, state, back, warnings(c, r));
	else
		console_say(c, false, say("%s:已记录%s%s", "%s: recorded%s%s"), s->said, back,
		    warnings(c, r));
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
	console_say(s->c, false,
	    say("%s:待确认,自动重发,不会重复",
		"%s: not confirmed yet; it is sent again by itself, never done twice"),
	    s->said);
	console_queue(s->c);
}

/* What was told to have no answer has one: a line that stays, for by now something else may be typed. */
static void tell_late(struct sending *s, const struct liandong_reply *reply)
{
	struct desk *c = s->c;

	console_message(c,
	    fit_clean(c->line,
		arena_printf(c->line, say("%s %s:%s", "%s %s: %s"), screen_time(c->line, console_now(c)),
		    s->said,
		    reply->ok ? say("已确认", "confirmed")
			      : arena_printf(c->line, say("没有记录:%s", "not recorded: %s"),
				    console_why(reply)))));
}

static void on_answer(void *arg, const struct liandong_reply *reply)
{
	struct sending *s = arg;
	struct desk *c = s->c;
	json_t *r = console_result(reply);

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
		console_say(c, true, say("%s%s:%s", "%s%s: %s"), s->said,
		    s->word == WORD_NEW
			? say(" 没有报出去(按 ↑ 找回原文)", " was not reported (↑ brings the words back)")
			: say(" 没有记录", " was not recorded"),
		    console_why(reply));
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

void console_act_tick(struct desk *c)
{
	int64_t now = clock_mono().ms;

	for (struct sending *s = c->sendings; s; s = s->next)
		if (!s->in_flight && c->online && now >= s->again_mono)
			send_now(s);
		else if (s->in_flight && now - s->sent_mono > PATIENCE_MS)
			tell_unanswered(s);
}

void console_act_end(struct desk *c)
{
	for (struct sending *s = c->sendings, *next; s; s = next) {
		next = s->next;
		if (s->word == WORD_NEW)
			fprintf(stderr, say("没有得到答复:%s %s\n", "not answered: %s %s\n"), s->said,
			    s->place);
		drop(s);
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
			console_set_field(p, act->changes[i].field, act->changes[i].value);
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
		return arena_printf(c->line, say("%d 号%s%s", "no. %d%s%s"), r->local, unit ? " " : "",
		    unit ? unit->brief : "");
	return act->dispatch ? act->dispatch : act->number ? act->number : act->name ? act->name : "";
}

static void send_act(struct desk *c, const struct desk_act *act)
{
	char key[KEY_LETTERS + 16];
	json_t *p = parameters(act);
	const char *method = act->request ? "request.decide" : desk_words[act->word].method;

	console_letters(key, KEY_LETTERS + 8);
	set(p, "key", key);
	send_now(sending(c, act->word, method, p,
	    arena_printf(c->line, "%s %s", desk_word_about(act->word), about(c, act))));
}

void console_send_report(struct desk *c, json_t *params, const struct desk_row *as)
{
	struct sending *s =
	    sending(c, WORD_NEW, desk_words[WORD_NEW].method, params, ctl_text(params, "number"));

	s->place = strdup(as->place);
	s->received_at = as->received_at;
	s->priority = as->priority;
	send_now(s);
	if (c->online)
		console_say(c, false, say("%s:已发出", "%s: sent"), s->said);
}

/* -- taking back ---------------------------------------------------------------------------- */

static void take_back(struct desk *c)
{
	char key[KEY_LETTERS + 16];
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
			console_letters(key, KEY_LETTERS + 8);
			set(p, "key", key);
			send_now(sending(c, WORD_UNDO, command_kinds[i].name, p,
			    arena_printf(c->line, say("撤销 %s", "take back: %s"), c->undo_said)));
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
