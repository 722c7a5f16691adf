/*
 * console_send.c - what was sent from the console and has no answer yet, and what is told of the answers. See console.h.
 *
 * Each act that changes something has a key, a report its number. What is not answered, or answered with `unavailable`,
 * is sent again with the same key until there is an answer: it is done once, however often it was sent.
 */
#include "ctl/console.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "desk/fit.h"

#include <stdlib.h>

#define AGAIN_MS 1000 /* doubled up to AGAIN_MOST_MS */
#define AGAIN_MOST_MS 30000
#define PATIENCE_MS 2000 /* without an answer, until the officer is told */
#define KEY_LETTERS 14

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

void console_send_tick(struct desk *c)
{
	int64_t now = clock_mono().ms;

	for (struct sending *s = c->sendings; s; s = s->next)
		if (!s->in_flight && c->online && now >= s->again_mono)
			send_now(s);
		else if (s->in_flight && now - s->sent_mono > PATIENCE_MS)
			tell_unanswered(s);
}

void console_send_end(struct desk *c)
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

void console_send_act(struct desk *c, enum desk_word_id word, const char *method, json_t *params,
    const char *said)
{
	char key[KEY_LETTERS + 1];

	console_letters(key, KEY_LETTERS);
	console_set(params, "key", key);
	send_now(sending(c, word, method, params, said));
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
