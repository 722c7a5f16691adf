/*
 * reply.c - replies by short message; see reply.h. Place: notifier.
 *
 * A reply that asks for an act is written before its provider is answered, and stays until the engine has answered: if a process dies
 * meanwhile, it is carried out by the next one, and once, because the commands' keys come from the notice. One that is not taken is
 * kept and shown, because a person has sent it and believes that it was heard.
 */
#include "notifier/reply.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include "domain/sight.h"
#include "notice/addressee.h"
#include "notifier/codes.h"
#include "notifier/socket.h"
#include "notifier/counts.h"
#include "notifier/pump_parts.h"
#include "wire/render.h"

#include <stdio.h>
#include <stdlib.h>

#define CODES_MOST 20
#define HEARD_MOST 64    /* are with the engine at once; the others wait for the next pulse */
#define WAITING_MOST 500 /* more are no longer told apart: a code is needed */

static const struct {
	enum reply_act act;
	enum command_kind_id kind;
} acts[] = {{REPLY_ACKNOWLEDGE, COMMAND_DISPATCH_ACKNOWLEDGE}, {REPLY_ARRIVE, COMMAND_DISPATCH_ARRIVE},
    {REPLY_RETURN, COMMAND_DISPATCH_RETURN}};

static bool is_theirs(struct notifier *n, const struct outgoing *o, const char *phone)
{
	const struct mechanism *m = front_mechanism(n->front);
	const struct unit *unit = m && o->unit ? mechanism_unit(m, o->unit) : NULL;
	int64_t now = clock_wall().ms;

	unit = unit ? mechanism_heir(m, unit, now) : NULL;
	if (!unit)
		return false;
	for (int i = 0; i < o->n_attempts;
	     i++) /* a person whose shift has ended since may answer what came before */
		if (o->attempts[i].sent_at &&
		    addressee_phone(m, front_around(n->front), unit, phone, o->attempts[i].sent_at))
			return true;
	return addressee_phone(m, front_around(n->front), unit, phone, now);
}

/* The notice with that code whose unit the phone belongs to; the newest. NULL: there is none. */
static const struct outgoing *meant(struct notifier *n, int code, const char *phone, struct arena *a)
{
	struct outbox_row *rows = arena_new_array(a, struct outbox_row, CODES_MOST);
	int64_t since = clock_wall().ms - REPLY_WITHIN_MS;
	int found = codes_given(code) ? outbox_by_code(n->outbox, code, since, CODES_MOST, a, rows) : 0;

	for (int i = 0; i < found; i++)
		if (is_theirs(n, &rows[i].o, phone))
			return &rows[i].o;
	return NULL;
}

/* A number alone is about the one instruction that waits for that phone. NULL with why: there is none, or there are several. */
static const struct outgoing *only(struct notifier *n, const char *phone, struct arena *a,
    enum reply_fault *why)
{
	struct outbox_row *rows = arena_new_array(a, struct outbox_row, WAITING_MOST);
	int64_t since = clock_wall().ms - REPLY_WITHIN_MS;
	int found = outbox_waiting(n->outbox, since, WAITING_MOST, a, rows);
	const struct outgoing *one = NULL;

	for (int i = 0; i < found; i++) {
		const struct outgoing *o = &rows[i].o;

		if (!is_theirs(n, o, phone) ||
		    (one && one->dispatch == o->dispatch && text_eq(one->incident, o->incident)))
			continue;
		*why = REPLY_CODE_NEEDED;
		if (one)
			return NULL;
		one = o;
	}
	if (!one || found == WAITING_MOST)
		*why = one ? REPLY_CODE_NEEDED : REPLY_NOTHING_WAITS;
	return found < WAITING_MOST ? one : NULL;
}

/* -- what is not taken -------------------------------------------------------------------------- */

/* Whose phone it is; NULL: of none of the mechanism's people. */
static const char *unit_of_phone(struct notifier *n, const char *phone)
{
	const struct mechanism *m = front_mechanism(n->front);
	int64_t now = clock_wall().ms;

	for (int i = 0; m && phone && i < m->n_units; i++)
		if (addressee_phone(m, front_around(n->front), &m->units[i], phone, now))
			return m->units[i].id;
	return NULL;
}

static void keep(struct notifier *n, struct outbox_reply *r, struct arena *a)
{
	r->at = clock_wall().ms;
	r->unit = unit_of_phone(n, r->phone);
	if (!r->unit && r->fault != REPLY_NOT_UNDERSTOOD)
		r->fault = REPLY_UNKNOWN_PHONE;
	r->text = r->text ? arena_str(a, utf8_head(str_of(r->text), REPLY_KEPT)) : NULL;
	counts_reply(n->pump->counts, r->fault);
	log_info("reply by short message", "channel=%s taken=0 why=%s unit=%s dispatch=%s", r->channel,
	    reply_fault_names[r->fault], r->unit ? r->unit : "-", r->dispatch ? r->dispatch : "-");
	living_reply(&n->pump->living, r);
}

/* -- carrying out ------------------------------------------------------------------------------- */

/* One that is with the engine. */
struct replying {
	struct notifier *n;
	struct replying *next;
	struct engine_ticket *ticket;
	struct arena *arena;
	struct outbox_heard said;
};

static void replying_end(struct replying *one)
{
	struct replying **at = &one->n->replying;

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	arena_wipe(one->arena);
	arena_free(one->arena);
}

void replies_end(struct notifier *n)
{
	while (n->replying) {
		front_forget(n->replying->ticket);
		replying_end(n->replying);
	}
}

/* The key is the notice's and the act's, and of words their own: what the engine hears twice is done once. */
static const char *key_of(const struct replying *one, enum command_kind_id kind, const char *words)
{
	const char *notice = one->said.notice;

	return *words ? arena_printf(one->arena, "sms-%s-%d-%016llx", notice, (int)kind,
			    (unsigned long long)str_hash(str_of(words)))
		      : arena_printf(one->arena, "sms-%s-%d", notice, (int)kind);
}

static struct command command_of(const struct replying *one, enum command_kind_id kind, const char *words)
{
	struct command c = {
	    .kind = kind, .who = {.account = "sms", .role = ROLE_LIAISON, .unit = one->said.unit}};

	command_set_text(&c, FIELD_DISPATCH, one->said.dispatch);
	command_set_text(&c, FIELD_KEY, key_of(one, kind, words));
	if (*words)
		command_set_text(&c, FIELD_TEXT, words);
	return c;
}

static bool has_progress(const struct replying *one)
{
	return one->said.act != REPLY_RETURN && *one->said.words;
}

/* What is refused is kept for people in the commit that takes it from those that are to be carried out. */
static void carried_out(struct replying *one, const struct reply *r)
{
	struct outbox_reply as = {.channel = one->said.channel,
	    .phone = one->said.phone,
	    .text = one->said.text,
	    .dispatch = one->said.dispatch,
	    .fault = REPLY_REFUSED,
	    .code = error_kinds[r->code].word};

	living_heard_done(&one->n->pump->living, one->said.n, false);
	if (r->code != OK)
		keep(one->n, &as, one->arena);
	replying_end(one);
}

/* The acknowledgement stands. A person reads the words among the replies that were not taken. */
static void on_progress(void *arg, const struct reply *r)
{
	struct replying *one = arg;

	if (r->code == ERROR_UNAVAILABLE)
		replying_end(one); /* told again when the engine is back */
	else
		carried_out(one, r);
}

static void send_progress(struct replying *one)
{
	struct command c = command_of(one, COMMAND_DISPATCH_PROGRESS, one->said.words);

	one->ticket = front_command(one->n->front, &c, on_progress, one);
}

static void on_done(void *arg, const struct reply *r)
{
	struct replying *one = arg;

	if (r->code == ERROR_UNAVAILABLE) {
		replying_end(one);
		return;
	}
	if (r->code == OK) {
		counts_reply(one->n->pump->counts, REPLY_FAULTS);
		log_info("reply by short message", "channel=%s taken=1 dispatch=%s", one->said.channel,
		    one->said.dispatch);
	}
	if (r->code != OK || !has_progress(one)) {
		carried_out(one, r);
		return;
	}
	living_heard_done(&one->n->pump->living, one->said.n, true);
	send_progress(one);
}

static void send_act(struct replying *one)
{
	bool returns = one->said.act == REPLY_RETURN;
	enum command_kind_id kind = COMMANDS;

	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if ((int)acts[i].act == one->said.act)
			kind = acts[i].kind;
	struct command c = command_of(one, kind, returns ? one->said.words : "");
	if (returns)
		command_set_text(&c, FIELD_REASON_CODE, "not-our-duty");
	one->ticket = front_command(one->n->front, &c, on_done, one);
}

static void carry_out(struct notifier *n, const struct outbox_heard *said)
{
	struct arena *a = arena_new();
	struct replying *one = arena_alloc(a, sizeof *one);

	*one = (struct replying){.n = n, .next = n->replying, .arena = a, .said = *said};
	one->said.channel = arena_text(a, said->channel);
	one->said.phone = arena_text(a, said->phone);
	one->said.text = arena_text(a, said->text);
	one->said.notice = arena_text(a, said->notice);
	one->said.unit = arena_text(a, said->unit);
	one->said.dispatch = arena_text(a, said->dispatch);
	one->said.words = arena_text(a, said->words);
	n->replying = one;
	if (said->done)
		send_progress(one);
	else
		send_act(one);
}

void replies_write(struct notifier *n)
{
	for (struct replying *one = n->replying; one; one = one->next)
		one->said.n = living_heard(&n->pump->living, &one->said);
}

static bool is_with_the_engine(const struct notifier *n, int64_t heard)
{
	for (const struct replying *one = n->replying; one; one = one->next)
		if (one->said.n == heard)
			return true;
	return false;
}

void replies_turn(struct notifier *n)
{
	struct arena *a = arena_new();
	struct outbox_heard *v = arena_new_array(a, struct outbox_heard, HEARD_MOST);
	int found = front_connected(n->front) ? outbox_heard(n->outbox, 0, HEARD_MOST, a, v) : 0;

	for (int i = 0; i < found; i++)
		if (!is_with_the_engine(n, v[i].n))
			carry_out(n, &v[i]);
	arena_wipe(a);
	arena_free(a);
}

/* On the disk before its provider is told that it came, for the provider says it no more then. */
static void hear(struct notifier *n, const struct outgoing *o, const struct sms_reply *said,
    const struct notice_channel *by, const struct channel_receipt *r, struct arena *a)
{
	struct outbox_heard one = {.at = clock_wall().ms,
	    .channel = by->id,
	    .phone = r->phone,
	    .text = arena_str(a, utf8_head(str_of(r->text), REPLY_KEPT)),
	    .notice = o->id,
	    .unit = o->unit,
	    .dispatch = arena_printf(a, "%s-%02d", o->incident, o->dispatch),
	    .act = (int)said->act,
	    .words = said->words};

	one.n = living_heard(&n->pump->living, &one);
	if (one.n)
		carry_out(n, &one);
}

void notifier_reply(struct notifier *n, const struct notice_channel *by, const struct channel_receipt *r)
{
	struct sms_reply said = reply_parse(r->text ? r->text : "");
	struct outbox_reply as = {
	    .channel = by->id, .phone = r->phone, .text = r->text, .fault = REPLY_NOT_UNDERSTOOD};
	struct arena *a = arena_new();
	const struct outgoing *o = NULL;

	if (said.act != REPLY_NONE && said.code[0] && r->phone) {
		as.fault = REPLY_WRONG_CODE;
		o = meant(n, (int)strtol(said.code, NULL, 10), r->phone, a);
	} else if (said.act == REPLY_ACKNOWLEDGE && r->phone) {
		o = only(n, r->phone, a, &as.fault);
	}
	if (o && said.act == REPLY_UNSURE) {
		as.fault = REPLY_ARRIVED_OR_NOT;
		as.dispatch = arena_printf(a, "%s-%02d", o->incident, o->dispatch);
		o = NULL;
	}
	if (o)
		hear(n, o, &said, by, r, a);
	else
		keep(n, &as, a);
	arena_wipe(a);
	arena_free(a);
}

/* -- notice.replies ------------------------------------------------------------------------------- */

static void reply_json(struct json *j, const struct outbox_reply *r, bool full, struct arena *a)
{
	json_begin(j, NULL);
	json_time(j, "at", r->at);
	json_text(j, "channel", r->channel);
	json_text(j, "reason", reply_fault_names[r->fault]);
	json_text(j, "code", r->code);
	json_text(j, "unit", r->unit);
	json_text(j, "dispatch", r->dispatch);
	json_text(j, "phone", full ? r->phone : mask_phone(a, r->phone));
	json_text(j, "text", full ? r->text : mask_text(a, r->text));
	json_end(j);
}

void replies_list(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	struct asked_page page = asked_page(c);
	struct outbox_reply *rows = arena_new_array(a->arena, struct outbox_reply, (size_t)page.limit + 1);
	int found = outbox_replies(n->outbox, page.before, page.limit + 1, a->arena, rows);
	bool full = sight_row(THING_PEOPLE, c->who.role) == SIGHT_ALL;
	struct buf b = {0};
	struct json j = json_to(&b);

	if (found < 0) {
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, NULL, NULL);
		return;
	}
	json_begin(&j, NULL);
	json_list(&j, "replies");
	for (int i = 0; i < found && i < page.limit; i++)
		reply_json(&j, &rows[i], full, a->arena);
	json_close(&j);
	if (found > page.limit)
		asked_next(&j, a, rows[page.limit - 1].n);
	json_end(&j);
	asked_json(a, &b);
}
