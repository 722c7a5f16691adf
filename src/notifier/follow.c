/*
 * follow.c - events make new notices, and end those whose instruction was acted upon. Place: notifier; a part of the pump.
 *
 * An event is dealt with once in order, with all others that came in the same moment: one read of the store for all of them. What is
 * urgent may be dealt with before others, and again with them, which changes nothing: a notice's id comes from its event.
 */
#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "front/front.h"
#include "notice/climb.h"
#include "notice/made.h"
#include "notifier/pump_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE 500       /* as many as one read of the journal gives */
#define WAITING_MOST 2000 /* urgent ones; more wait in the journal */
#define LIVING_MOST 20000 /* notices; while there are more, only what is urgent makes others */
#define UNREAD_MOST 1000  /* events that cannot be read; more wait in the journal */
#define UNREAD_MS (5 * MINUTE_MS)
#define RETRY_MS SECOND_MS /* where the store cannot be read, or too many live */

void pump_begin(struct pump *p, struct outgoing *made)
{
	struct addressee to = pump_addressee(p, made);

	made->code = codes_free(&p->codes, made->code, clock_wall().ms);
	climb_begin(made, pump_notices(p), &to.channels, clock_wall().ms);
	if (living_begin(&p->living, made))
		codes_take(&p->codes, made->code, made->made_at);
}

/* False: its row could not be read now. */
static bool make(struct pump *p, const struct event *e, const struct incident *inc)
{
	struct told_by told;
	struct digest hash;
	struct outgoing *v;
	int n;

	if (!inc)
		return true;
	if (!reads_hash(front_reads(p->front), e->seq, &hash))
		return false;
	if (made_told(e->type))
		told_by_event(e, p->one, &told);
	v = made_from(e, made_told(e->type) ? &told : NULL, inc, &hash, p->mechanism, front_around(p->front),
	    clock_wall().ms, p->one, &n);
	for (int i = 0; i < n; i++)
		pump_begin(p, &v[i]);
	return true;
}

enum deed { DEED_NONE, DEED_OPENED, DEED_ACTED, DEED_ENDED };

static enum deed deed_of(enum event_type type)
{
	switch (type) {
	case EVENT_DISPATCH_DELIVERED:
		return DEED_OPENED;
	case EVENT_DISPATCH_ACKNOWLEDGED:
	case EVENT_DISPATCH_DEPARTED:
	case EVENT_DISPATCH_ARRIVED:
	case EVENT_DISPATCH_PROGRESSED:
	case EVENT_DISPATCH_COMPLETED:
		return DEED_ACTED;
	case EVENT_DISPATCH_WITHDRAWN:
		return DEED_ENDED;
	default:
		return DEED_NONE;
	}
}

/* Is it a notice that this event answers: to the unit that has acted, from before it did? */
static bool answers(const struct outgoing *o, const struct event *e)
{
	return o->dispatch == e->dispatch && text_eq(o->incident, e->incident) && o->unit &&
	    o->seq < e->seq && (o->class == NOTICE_INSTRUCTION || o->class == NOTICE_REMINDER);
}

static bool apply_deed(struct outgoing *o, enum deed deed, const struct incident *inc, int64_t now)
{
	switch (deed) {
	case DEED_OPENED:
		return o->class == NOTICE_INSTRUCTION && climb_opened(o, now);
	case DEED_ACTED:
		return made_still(o, inc) == STILL_ACTED && climb_acted(o, now);
	case DEED_ENDED:
		return climb_cancelled(o, "withdrawn", now);
	default:
		return false;
	}
}

static void deed_done(struct pump *p, const struct event *e, enum deed deed, const struct incident *inc)
{
	struct outbox_row *rows = arena_new_array(p->one, struct outbox_row, MERGED_MOST);
	int n = outbox_of_dispatch(p->outbox, e->incident, e->dispatch, MERGED_MOST, p->one, rows);

	for (int i = 0; i < n; i++) {
		struct live *l = living_find(&p->living, rows[i].o.id);
		struct outgoing *o = l ? &l->o : &rows[i].o;
		bool was_live = !o->ended_at;

		if (answers(o, e) && apply_deed(o, deed, inc, clock_wall().ms))
			living_changed(&p->living, o, was_live);
	}
}

static bool concerns(const struct event *e)
{
	return e->incident && (made_of(e->type) || (e->dispatch && deed_of(e->type) != DEED_NONE));
}

/* Any number of times. False: it could not be read now. */
static bool deal_with(struct pump *p, const struct event *e, const struct incident *inc)
{
	arena_reset(p->one);
	if (deed_of(e->type) != DEED_NONE && e->dispatch)
		deed_done(p, e, deed_of(e->type), inc);
	return !made_of(e->type) || make(p, e, inc);
}

/* -- what cannot be read when it comes ---------------------------------------------------------------- */

static void keep_unread(struct inflow *in, const struct event *e)
{
	struct unread u = {.seq = e->seq, .since = clock_wall().ms, .type = e->type, .dispatch = e->dispatch};

	log_warn("event not read", "seq=%lld", (long long)e->seq);
	snprintf(u.number, sizeof u.number, "%s", e->incident);
	unread_add(&in->unread, &u);
}

/* The event as it stands in the store; NULL with true: it is there no more. False: it could not be read now. */
static bool read_event(struct pump *p, int64_t seq, const struct event **out)
{
	struct want_events w = {.filter = {.after = seq - 1, .limit = 1}};
	struct reads_wants wants = {.events = &w};

	if (!front_reads(p->front) || reads_wait(front_reads(p->front), p->turn, &wants) != STORE_OK)
		return false;
	*out = w.n > 0 && w.v[0].e.seq == seq ? &w.v[0].e : NULL;
	return true;
}

static bool deal_with_one(struct pump *p, const struct event *e)
{
	struct incident **found;

	return pump_incidents(p, &e->incident, 1, &found) && deal_with(p, e, found[0]);
}

/* The desk hears of an instruction that no notice tells of. */
static void give_up(struct pump *p, const struct unread *u)
{
	struct command c = {.kind = COMMAND_INCIDENT_ANNOTATE, .who = notifier_principal};
	char key[64], text[256];

	log_alarm("event given up", "seq=%lld event=%s", (long long)u->seq, event_names[u->type]);
	if (u->type != EVENT_DISPATCH_ISSUED && u->type != EVENT_DISPATCH_REOPENED)
		return;
	snprintf(key, sizeof key, "unread-%lld", (long long)u->seq);
	snprintf(text, sizeof text,
	    p->english
		? "no notice of dispatch %s-%02d went out: its record could not be read; phone the unit"
		: "联动指令 %s-%02d 的通知没有发出(记录读不出来),请打电话",
	    u->number, u->dispatch);
	command_set_text(&c, FIELD_NUMBER, u->number);
	command_set_text(&c, FIELD_KEY, key);
	command_set_text(&c, FIELD_TEXT, text);
	front_command(p->front, &c, NULL, NULL);
}

static void go_on(struct pump *p, int64_t after_ms)
{
	if (!p->inflow.ticking)
		loop_after(p->tick, after_ms);
	p->inflow.ticking = true;
}

/* A turn that got one of them done is followed by another at once; else the next pulse tries again. */
static void read_unread(struct pump *p)
{
	struct unread tried[UNREAD_EACH];
	int n = unread_take(&p->inflow.unread, tried), kept = 0;

	for (int i = 0; i < n; i++) {
		const struct event *e = NULL;

		if (read_event(p, tried[i].seq, &e) && (!e || deal_with_one(p, e)))
			continue;
		if (clock_wall().ms - tried[i].since >= UNREAD_MS) {
			give_up(p, &tried[i]);
		} else {
			unread_add(&p->inflow.unread, &tried[i]);
			kept++;
		}
	}
	if (p->inflow.unread.n > 0 && kept < n)
		go_on(p, 0);
}

/* Nothing at all can be read: what comes stays in the journal. A person has to know when that lasts. */
static void watch_journal(struct inflow *in, bool good)
{
	int64_t now = clock_wall().ms;

	in->alarmed = in->alarmed && !good;
	in->blind_since = good ? 0 : in->blind_since ? in->blind_since : now;
	if (good || in->alarmed || now - in->blind_since < UNREAD_MS)
		return;
	in->alarmed = true;
	log_alarm("events not read", "after=%lld minutes=%d", (long long)in->left_after,
	    (int)(UNREAD_MS / MINUTE_MS));
}

/* -- many at once ---------------------------------------------------------------------------------------- */

/* Those of them that concern notices. One that cannot be read keeps no other back. False: too many are. */
static bool deal(struct pump *p, const struct event *v, int n)
{
	const char **numbers = arena_new_array(p->turn, const char *, (size_t)n);
	int *which = arena_new_array(p->turn, int, (size_t)n), k = 0;
	struct incident **found;

	for (int i = 0; i < n; i++) {
		if (k == 0 || !text_eq(numbers[k - 1], v[i].incident))
			numbers[k++] = v[i].incident;
		which[i] = k - 1;
	}
	if (p->inflow.unread.n + n > UNREAD_MOST)
		return false;
	if (n > 0 && !pump_incidents(p, numbers, k, &found))
		found = NULL;
	for (int i = 0; i < n; i++)
		if (!(found ? deal_with(p, &v[i], found[which[i]]) : deal_with_one(p, &v[i])))
			keep_unread(&p->inflow, &v[i]);
	return true;
}

/* -- what comes ------------------------------------------------------------------------------------- */

static void keep_copy(struct inflow *in, const struct event *e)
{
	struct event *copy;

	ARRAY_ROOM(NULL, in->v, in->n, in->cap);
	copy = &in->v[in->n++];
	*copy = *e;
	copy->incident = arena_text(in->arena, e->incident);
	copy->unit = arena_text(in->arena, e->unit);
	copy->by = arena_text(in->arena, e->by);
	copy->data = (struct str){arena_str(in->arena, e->data), e->data.n};
}

/* An instruction of an incident that was reported as P1 in this moment. The event of the report is the one before. */
static bool urgent(struct inflow *in, const struct event *e)
{
	if (e->type == EVENT_INCIDENT_REPORTED)
		snprintf(in->urgent, sizeof in->urgent, "%s",
		    str_is(json_member(e->data, "priority"), "\"P1\"") ? e->incident : "");
	return e->type == EVENT_DISPATCH_ISSUED && text_eq(e->incident, in->urgent);
}

/* The cursor is before all that waits. */
static void come_to(struct pump *p)
{
	const struct inflow *in = &p->inflow;
	int64_t upto = in->left ? in->left_after : in->seen, unread = unread_first(&in->unread);

	if (in->n > 0 && in->v[0].seq - 1 < upto)
		upto = in->v[0].seq - 1;
	if (unread <= upto)
		upto = unread - 1;
	if (upto > p->living.followed)
		p->living.followed = upto;
}

static bool none_waits(const struct inflow *in)
{
	return in->n == 0 && !in->left;
}

bool follow_done(const struct pump *p)
{
	return none_waits(&p->inflow) && p->inflow.unread.n == 0;
}

void pump_event(struct pump *p, const struct seen_event *e)
{
	struct inflow *in = &p->inflow;
	int64_t now = clock_mono().ms;
	bool hurry = urgent(in, &e->e), many;

	pace_came(&in->pace, now);
	many = pace_busy(&in->pace, now);
	in->seen = e->e.seq;
	if (pump_notices(p) && pump_notices(p)->n_channels > 0 && concerns(&e->e)) {
		if (!in->left && (many || in->n >= WAITING_MOST)) {
			in->left = true;
			in->left_after = e->e.seq - 1;
		}
		if (!in->left || (hurry && in->n < WAITING_MOST))
			keep_copy(in, &e->e);
		go_on(p, many ? PACE_TICK_MS : 0);
	}
	if (follow_done(p))
		come_to(p);
}

/* -- a turn ----------------------------------------------------------------------------------------- */

/* All that wait are read from the journal later. */
static void leave_all(struct inflow *in)
{
	if (in->n > 0 && (!in->left || in->v[0].seq - 1 < in->left_after))
		in->left_after = in->v[0].seq - 1;
	in->left = in->left || in->n > 0;
	in->n = 0;
	arena_reset(in->arena);
}

static bool deal_with_copies(struct pump *p, int n)
{
	struct inflow *in = &p->inflow;

	if (n == 0)
		return true;
	if (!deal(p, in->v, n))
		return false;
	in->n -= n;
	memmove(in->v, in->v + n, (size_t)in->n * sizeof *in->v);
	if (in->n == 0)
		arena_reset(in->arena);
	return true;
}

/* The next of those that were left, from the journal. */
static bool catch_up(struct pump *p, int n)
{
	struct inflow *in = &p->inflow;
	struct want_events s = {.filter = {.after = in->left_after, .limit = n}};
	struct reads_wants w = {.events = &s};
	struct event *v = arena_new_array(p->turn, struct event, (size_t)n);
	int kept = 0;

	if (!front_reads(p->front) || reads_wait(front_reads(p->front), p->turn, &w) != STORE_OK)
		return false;
	for (int i = 0; i < s.n && i < n; i++)
		if (concerns(&s.v[i].e))
			v[kept++] = s.v[i].e;
	if (!deal(p, v, kept))
		return false;
	in->left_after = s.n > 0 ? s.v[s.n - 1].e.seq : in->seen;
	in->left = in->left_after < in->seen;
	return true;
}

void follow_turn(struct pump *p)
{
	struct inflow *in = &p->inflow;
	int64_t now = clock_mono().ms;
	bool full = p->living.n >= LIVING_MOST, good;
	int n;

	if (follow_done(p))
		return;
	if (!pump_notices(p)) {
		follow_forget(p);
		return;
	}
	if (none_waits(in)) {
		read_unread(p);
		come_to(p);
		return;
	}
	n = pace_take(&in->pace, in->n < AT_ONCE ? in->n : AT_ONCE, now);
	good = deal_with_copies(p, n);
	if (good && in->left && !full && (n = pace_take(&in->pace, AT_ONCE - n, now)) > 0)
		good = catch_up(p, n);
	watch_journal(in, good);
	if (!good)
		leave_all(in);
	read_unread(p);
	come_to(p);
	if (!none_waits(in))
		go_on(p,
		    !good || (full && in->n == 0)   ? RETRY_MS
			: pace_busy(&in->pace, now) ? PACE_TICK_MS
						    : 0);
}

void follow_forget(struct pump *p)
{
	p->inflow.n = p->inflow.unread.n = 0;
	p->inflow.left = false;
	arena_reset(p->inflow.arena);
}

void follow_free(struct pump *p)
{
	arena_free(p->inflow.arena);
	free(p->inflow.v);
	unread_free(&p->inflow.unread);
}
