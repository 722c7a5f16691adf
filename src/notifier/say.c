/* say.c - see say.h. Place: notifier, over the link to the engine. */
#include "notifier/say.h"
#include "base/clock.h"
#include "base/log.h"
#include "notifier/handed_note.h"
#include "notifier/handover.h"
#include "notifier/inward.h"
#include "notifier/notifier.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE 16 /* told at the same time, and rows looked at in a turn */

enum what { NOT_TAKEN, TAKEN };

struct handed_word {
	struct handed_words *s;
	char id[HANDED_ID_LEN + 1]; /* "": free */
	enum what what;
	struct engine_ticket *ticket;
};

struct handed_words {
	struct notifier *n;
	struct handed_file *file;
	struct handed_word v[AT_ONCE];
};

/* What the engine will not take is not told again. */
static void on_reply(void *arg, const struct reply *r)
{
	struct handed_word *one = arg;
	char id[HANDED_ID_LEN + 1];

	memcpy(id, one->id, sizeof id);
	one->id[0] = '\0';
	one->ticket = NULL;
	if (r->code == ERROR_UNAVAILABLE)
		return;
	if (r->code != OK)
		log_alarm("hand-over not told to the engine", "message=%s what=%s code=%s why=%s", id,
		    one->what == TAKEN ? "taken" : "not-taken", error_kinds[r->code].word,
		    r->detail ? r->detail : "-");
	if (!(one->what == TAKEN ? handed_reported : handed_told)(one->s->file, id))
		exit(EXIT_HANDED);
}

/* NULL: it is being told, or no more is told at once. */
static struct handed_word *place_for(struct handed_words *s, const char *id, enum what what)
{
	struct handed_word *place = NULL;

	for (int i = 0; i < AT_ONCE; i++) {
		if (text_eq(s->v[i].id, id) && s->v[i].what == what)
			return NULL;
		if (!s->v[i].id[0])
			place = &s->v[i];
	}
	return place;
}

static void send(struct handed_words *s, struct handed_word *place, const struct handed *row, enum what what,
    const struct command *c)
{
	place->s = s;
	place->what = what;
	memcpy(place->id, row->id, sizeof place->id);
	place->ticket = front_command(s->n->front, c, on_reply, place);
}

/* What was withdrawn is not to be handed over by phone; that the partner may have it is to be said. */
static bool is_withdrawn(const struct handed_words *s, const struct handed *row, struct arena *a)
{
	char number[NUMBER_MAX + 1];
	int n;
	const struct incident *inc =
	    dispatch_id_parse(row->dispatch, number, &n) ? exchange_incident(s->n, number, a) : NULL;
	const struct dispatch *d = inc ? incident_dispatch(inc, n) : NULL;

	return d && d->state == DISPATCH_WITHDRAWN;
}

static const char *words_of(const struct handed_words *s, const struct exchange_partner *p,
    const struct handed *row, struct arena *a)
{
	if (handover_is_theirs(p, row->dispatch))
		return arena_printf(a,
		    s->n->english
			? "%s reported this matter and would get it back as dispatch %s: it was not handed "
			  "over; find who is to act"
			: "这件警情是%s报来的,按规则又派给了它(%s),没有送回;请接警台另派或电话商定",
		    p->person, row->dispatch);
	if (is_withdrawn(s, row, a))
		return arena_printf(a,
		    s->n->english
			? "%s has not taken dispatch %s, which was withdrawn, and may have it all the "
			  "same: tell it that there is nothing to do"
			: "%s没有答复收下联动指令 %s,指令已经撤回;对方可能已经收到,请告知不用办",
		    p->person, row->dispatch);
	return arena_printf(a,
	    s->n->english ? "%s has not taken dispatch %s: hand it over by phone; its clocks run all the same"
			  : "%s还没有收下联动指令 %s,请电话转接(三方通话);时限照常计算",
	    p->person, row->dispatch);
}

/* A note of the program's on the incident of the row's dispatch; key and text are in the arena. False: its number is none. */
static bool note_of(const struct handed *row, const char *key, const char *text, struct arena *a,
    struct command *c)
{
	char number[NUMBER_MAX + 1];
	int n;

	if (!dispatch_id_parse(row->dispatch, number, &n))
		return false;
	*c = (struct command){.kind = COMMAND_INCIDENT_ANNOTATE, .who = notifier_principal};
	command_set_text(c, FIELD_NUMBER, arena_text(a, number));
	command_set_text(c, FIELD_KEY, key);
	command_set_text(c, FIELD_TEXT, text);
	return true;
}

/* Not taken in time: 三方通话. Said once. */
static void tell_desk(struct handed_words *s, const struct exchange_partner *p, const struct handed *row,
    struct arena *a)
{
	struct handed_word *place = place_for(s, row->id, NOT_TAKEN);
	struct command c;

	if (!place)
		return;
	log_alarm("hand-over not taken", "partner=%s dispatch=%s why=%s", p->id, row->dispatch,
	    row->why ? row->why : "-");
	if (note_of(row, arena_printf(a, "handed-%s", row->id), words_of(s, p, row, a), a, &c))
		send(s, place, row, NOT_TAKEN, &c);
}

static const char *decision(const struct handed_words *s, const char *partner, const struct handed *row,
    const char *by, const char *why, struct arena *a)
{
	const char *part = row->kind == HAND_OVER ? "" : s->n->english ? " (a message of it)" : "的一条消息";

	const char *begin = handed_note_begins(s->n->english, why != NULL, row->dispatch, part, a);

	if (!why)
		return arena_printf(a, s->n->english ? "%s%s, by %s" : "%s%s,由 %s 决定", begin, partner, by);
	return arena_printf(a, s->n->english ? "%s%s, by %s: %s" : "%s%s,由 %s 决定:%s", begin, partner, by,
	    why);
}

static void on_decided(void *arg, const struct reply *r)
{
	(void)arg;
	if (r->code != OK)
		log_alarm("decision on a hand-over not told to the engine", "code=%s why=%s",
		    error_kinds[r->code].word, r->detail ? r->detail : "-");
}

void handed_decided(struct handed_words *s, const struct exchange_partner *p, const struct handed *row,
    const char *by, const char *why)
{
	struct arena *a = arena_new();
	const char *partner = p ? p->person : row->partner;
	const char *key =
	    arena_printf(a, "%s-%s-%lld", why ? "dropped" : "after-all", row->id, (long long)clock_wall().ms);
	struct command c;

	if (note_of(row, key, decision(s, partner, row, by, why, a), a, &c))
		front_command(s->n->front, &c, on_decided, NULL);
	arena_free(a);
}

static void tell_taken(struct handed_words *s, const struct handed *row, struct arena *a)
{
	struct handed_word *place = place_for(s, row->id, TAKEN);
	struct command c = {.kind = COMMAND_EXCHANGE_TAKEN, .who = notifier_principal};
	struct refusal why;

	if (!place)
		return;
	command_set_text(&c, FIELD_DISPATCH, row->dispatch);
	command_set_text(&c, FIELD_PARTNER, row->partner);
	command_set_text(&c, FIELD_NOTICE, row->id);
	command_set_text(&c, FIELD_KEY, arena_printf(a, "taken-%s", row->id));
	if (row->ticket && !command_parse_field(&c, a, FIELD_TICKET, str_of(row->ticket), &why)) {
		log_warn("ticket not kept", "partner=%s dispatch=%s why=it is no code", row->partner,
		    row->dispatch);
		command_drop(&c, FIELD_TICKET);
	}
	send(s, place, row, TAKEN, &c);
}

void handed_words_turn(struct handed_words *s, const struct exchange_partners *x)
{
	struct arena *a = arena_new();
	struct handed *v = arena_new_array(a, struct handed, AT_ONCE);
	int64_t now = front_now(s->n->front);
	int n = front_connected(s->n->front) ? handed_unreported(s->file, AT_ONCE, a, v) : 0;

	for (int i = 0; i < n; i++)
		tell_taken(s, &v[i], a);
	for (int k = 0; k < x->n && front_connected(s->n->front); k++) {
		const struct exchange_partner *p = &x->v[k];

		n = handed_late(s->file, p->id, now, AT_ONCE, a, v);
		for (int i = 0; i < n; i++)
			if (handover_is_theirs(p, v[i].dispatch) || v[i].made_at <= now - p->send.accepted_ms)
				tell_desk(s, p, &v[i], a);
	}
	arena_free(a);
}

struct handed_words *handed_words_new(struct notifier *n, struct handed_file *file)
{
	struct handed_words *s = xalloc(sizeof *s);

	*s = (struct handed_words){.n = n, .file = file};
	return s;
}

void handed_words_free(struct handed_words *s)
{
	for (int i = 0; i < AT_ONCE; i++)
		if (s->v[i].ticket)
			front_forget(s->v[i].ticket);
	free(s);
}
