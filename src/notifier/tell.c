/* tell.c - notice.report to the engine; see tell.h. Place: notifier. */
#include "notifier/tell.h"
#include "base/log.h"
#include "domain/incident.h"
#include "front/front.h"
#include "store/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TELLING_MOST 64 /* at once; the others wait for the next turn */
#define KEY_MAX 64
#define RECIPIENTS_MOST 100 /* notices of one dispatch that are looked at */

struct telling_one {
	struct tell *t;
	char id[NOTICE_ID_LEN + 1]; /* "": free */
	enum tell_what what;
	enum outgoing_state state; /* as it was told */
	int64_t ended_at;
	struct engine_ticket *ticket;
};

struct tell {
	struct front *front;
	struct outbox *outbox;
	tell_taken *taken;
	void *arg;
	struct telling_one v[TELLING_MOST];
};

struct tell *tell_new(struct front *front, struct outbox *outbox, tell_taken *taken, void *arg)
{
	struct tell *t = xalloc(sizeof *t);

	*t = (struct tell){.front = front, .outbox = outbox, .taken = taken, .arg = arg};
	return t;
}

void tell_free(struct tell *t)
{
	if (!t)
		return;
	for (int i = 0; i < TELLING_MOST; i++)
		if (t->v[i].id[0])
			front_forget(t->v[i].ticket);
	free(t);
}

static bool reached(const struct outgoing *o)
{
	return o->state == OUTGOING_DELIVERED || o->state == OUTGOING_OPENED || o->state == OUTGOING_ACTED;
}

static bool lost(const struct outgoing *o)
{
	return o->state == OUTGOING_DEAD || o->state == OUTGOING_UNKNOWN || o->state == OUTGOING_STALE;
}

bool tell_wanted(const struct outgoing *o)
{
	if (!o->incident || !o->dispatch || !o->unit)
		return false;
	return o->class == NOTICE_INSTRUCTION && (lost(o) || o->state == OUTGOING_DELIVERED);
}

/* Of an instruction to several people: has none of them been told, and is none still to be? */
static bool all_lost(struct tell *t, const struct outgoing *o)
{
	struct arena *a = arena_new();
	struct outbox_row *rows = arena_new_array(a, struct outbox_row, RECIPIENTS_MOST);
	int n = outbox_of_dispatch(t->outbox, o->incident, o->dispatch, RECIPIENTS_MOST, a, rows);
	bool all = n > 0;

	for (int i = 0; i < n; i++) {
		const struct outgoing *other = &rows[i].o;

		if (other->class == NOTICE_INSTRUCTION && other->event == EVENT_DISPATCH_ISSUED &&
		    strcmp(other->id, o->id) != 0)
			all = all && (lost(other) || (other->ended_at && other->state == OUTGOING_CANCELLED));
	}
	arena_free(a);
	return all;
}

/* The channel by which it was delivered; else the last one. */
static const char *channel_of(const struct outgoing *o)
{
	for (int i = 0; i < o->n_attempts; i++)
		if (o->attempts[i].state == ATTEMPT_DELIVERED)
			return o->attempts[i].channel;
	return o->n_attempts ? o->attempts[o->n_attempts - 1].channel : NULL;
}

static void write_report(struct command *c, const struct outgoing *o, enum outgoing_state state,
    char id[DISPATCH_ID_MAX + 8], char key[KEY_MAX])
{
	*c = (struct command){.kind = COMMAND_NOTICE_REPORT, .who = notifier_principal};
	snprintf(id, DISPATCH_ID_MAX + 8, "%s-%02d", o->incident, o->dispatch);
	snprintf(key, KEY_MAX, "%s-%s-%d", o->id, outgoing_state_names[state], o->n_attempts);
	command_set_text(c, FIELD_DISPATCH, id);
	command_set_text(c, FIELD_NOTICE, o->id);
	command_set_text(c, FIELD_NOTICE_STATE, outgoing_state_names[state]);
	c->v[FIELD_NOTICE_STATE].number = (int64_t)state;
	command_set_text(c, FIELD_CHANNEL, channel_of(o));
	/* what a person wrote is no code, and may be personal */
	command_set_text(c, FIELD_OUTCOME, o->state == OUTGOING_CANCELLED ? "dropped" : o->outcome);
	command_set_text(c, FIELD_TEXT, o->state == OUTGOING_CANCELLED ? o->outcome : NULL);
	command_set_text(c, FIELD_KEY, key);
}

static void on_reply(void *arg, const struct reply *r)
{
	struct telling_one *one = arg;
	struct tell *t = one->t;
	char id[NOTICE_ID_LEN + 1];

	memcpy(id, one->id, sizeof id);
	one->id[0] = '\0';
	if (r->code == ERROR_UNAVAILABLE)
		return; /* the next turn tells it again */
	if (r->code != OK)
		log_warn("notice not taken by the engine", "notice=%s code=%s why=%s", id,
		    error_kinds[r->code].word, r->detail ? r->detail : "-");
	t->taken(t->arg, id, one->what, one->state, one->ended_at);
}

static struct telling_one *place_for(struct tell *t, const char *id)
{
	struct telling_one *free_one = NULL;

	for (int i = 0; i < TELLING_MOST; i++) {
		if (strcmp(t->v[i].id, id) == 0)
			return NULL;
		if (!t->v[i].id[0])
			free_one = &t->v[i];
	}
	return free_one;
}

static void send_report(struct tell *t, struct telling_one *one, struct command *c, const struct outgoing *o,
    enum tell_what what)
{
	*one = (struct telling_one){.t = t, .what = what, .state = o->state, .ended_at = o->ended_at};
	memcpy(one->id, o->id, sizeof one->id);
	one->ticket = front_command(t->front, c, on_reply, one);
}

void tell_end(struct tell *t, const struct outgoing *o)
{
	struct telling_one *one = place_for(t, o->id);
	char id[DISPATCH_ID_MAX + 8], key[KEY_MAX];
	struct command c;

	if (!one || !front_connected(t->front))
		return;
	write_report(&c, o, reached(o) ? OUTGOING_DELIVERED : o->state, id, key);
	if (o->state == OUTGOING_CANCELLED && o->decided_by)
		c.who.account = o->decided_by;
	if (o->class == NOTICE_INSTRUCTION && o->event == EVENT_DISPATCH_ISSUED && !reached(o) &&
	    all_lost(t, o)) {
		command_set_text(&c, FIELD_ALL, "true");
		c.v[FIELD_ALL].number = true;
	}
	send_report(t, one, &c, o, TELL_END);
}

void tell_in_vain(struct tell *t, const struct outgoing *o)
{
	struct telling_one *one = place_for(t, o->id);
	char id[DISPATCH_ID_MAX + 8], key[KEY_MAX];
	struct command c;

	if (!one || !front_connected(t->front) || o->class != NOTICE_INSTRUCTION ||
	    o->event != EVENT_DISPATCH_ISSUED || !all_lost(t, o))
		return;
	write_report(&c, o, OUTGOING_QUEUED, id, key);
	command_set_text(&c, FIELD_OUTCOME, "still-trying");
	command_set_text(&c, FIELD_ALL, "true");
	c.v[FIELD_ALL].number = true;
	send_report(t, one, &c, o, TELL_IN_VAIN);
}

/* Each time that it is sent again it expires later, which makes the key. */
void tell_retried(struct tell *t, const struct outgoing *o)
{
	struct telling_one *one = place_for(t, o->id);
	char id[DISPATCH_ID_MAX + 8], key[KEY_MAX];
	struct command c;

	if (!one || !front_connected(t->front))
		return;
	write_report(&c, o, OUTGOING_QUEUED, id, key);
	snprintf(key, sizeof key, "%s-again-%lld", o->id, (long long)o->expires_at);
	command_set_text(&c, FIELD_KEY, key);
	c.who.account = o->decided_by;
	send_report(t, one, &c, o, TELL_RETRIED);
}
