/* reply.c - replies by short message; see reply.h. Place: notifier. */
#include "notifier/reply.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "notice/addressee.h"
#include "notifier/codes.h"

#include <stdio.h>
#include <stdlib.h>

#define CODES_MOST 20
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
	for (int i = 0; i < o->n_attempts; i++) /* whose shift has ended since may answer what came before */
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
	int found = outbox_by_code(n->outbox, code, since, CODES_MOST, a, rows);

	for (int i = 0; i < found; i++)
		if (is_theirs(n, &rows[i].o, phone))
			return &rows[i].o;
	return NULL;
}

/* A number alone is about the one instruction that waits for that phone. NULL with why: there is none, or there are several. */
static const struct outgoing *only(struct notifier *n, const char *phone, struct arena *a, const char **why)
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
		*why = "several wait: a code is needed";
		if (one)
			return NULL;
		one = o;
	}
	if (!one || found == WAITING_MOST)
		*why = one ? "several wait: a code is needed" : "nothing waits for this phone";
	return found < WAITING_MOST ? one : NULL;
}

static void on_done(void *arg, const struct reply *r)
{
	(void)arg;
	if (r->code != OK)
		log_warn("reply by short message refused", "code=%s why=%s", error_kinds[r->code].word,
		    r->detail ? r->detail : "-");
}

static void carry_out(struct notifier *n, enum command_kind_id kind, const struct outgoing *o)
{
	struct command c = {.kind = kind, .who = {.account = "sms", .role = ROLE_LIAISON, .unit = o->unit}};
	char id[DISPATCH_ID_MAX + 8], key[64];

	snprintf(id, sizeof id, "%s-%02d", o->incident, o->dispatch);
	snprintf(key, sizeof key, "sms-%s-%d", o->id, (int)kind);
	command_set_text(&c, FIELD_DISPATCH, id);
	command_set_text(&c, FIELD_KEY, key);
	if (kind == COMMAND_DISPATCH_RETURN)
		command_set_text(&c, FIELD_REASON_CODE, "not-our-duty");
	front_command(n->front, &c, on_done, NULL);
}

void notifier_reply(struct notifier *n, const struct channel_receipt *r)
{
	struct sms_reply said = reply_parse(r->text ? r->text : "");
	struct arena *a = arena_new();
	const char *why = "none of 1, 2, 9 with a code";
	const struct outgoing *o = NULL;

	if (said.act != REPLY_NONE && said.code[0] && r->phone) {
		why = "no instruction of the last 24 hours to this phone has the code";
		o = meant(n, (int)strtol(said.code, NULL, 10), r->phone, a);
	} else if (said.act == REPLY_ACKNOWLEDGE && r->phone) {
		o = only(n, r->phone, a, &why);
	}

	for (size_t i = 0; o && i < sizeof acts / sizeof *acts; i++)
		if (acts[i].act == said.act)
			carry_out(n, acts[i].kind, o);
	log_info("reply by short message", "act=%d taken=%d why=%s", (int)said.act, o != NULL, o ? "-" : why);
	arena_free(a);
}
