/*
 * follow.c - what events make of notices: new ones, and what they asked for is done. Place: notifier; a part of the pump.
 */
#include "base/clock.h"
#include "base/loop.h"
#include "front/front.h"
#include "notice/climb.h"
#include "notice/made.h"
#include "notifier/pump_parts.h"
#include "notifier/reply.h"

static struct incident *read_incident(struct pump *p, const char *number)
{
	struct incident **found;

	return number && pump_incidents(p, &number, 1, &found) ? found[0] : NULL;
}

#define CODES 9000 /* 1000 to 9999 */
#define CODES_TRIED 100

/* Who answers with a code means one instruction: none of the last day has the same, as long as there are others. */
static int free_code(struct pump *p, int code)
{
	int64_t since = clock_wall().ms - REPLY_WITHIN_MS;
	struct outbox_row row;

	for (int i = 0;
	     code && i < CODES_TRIED && outbox_by_code(p->outbox, code, since, 1, p->turn, &row) > 0; i++)
		code = 1000 + (code - 1000 + 1) % CODES;
	return code;
}

static void begin_one(struct pump *p, const struct outgoing *made)
{
	struct live *l;
	struct addressee to;

	if (outbox_knows(p->outbox, made->id))
		return;
	l = living_add(&p->living, made);
	l->o.code = free_code(p, made->code);
	counts_made(p->counts, &l->o);
	to = pump_addressee(p, &l->o);
	climb_begin(&l->o, pump_notices(p), &to.channels, clock_wall().ms);
	living_changed(&p->living, &l->o, true);
}

static void make(struct pump *p, const struct seen_event *e)
{
	const struct incident *inc = read_incident(p, e->e.incident);
	struct told_by told;
	struct digest hash;
	struct outgoing *v;
	int n;

	if (!inc || !reads_hash(front_reads(p->front), e->e.seq, &hash))
		return;
	told_by_event(&e->e, p->turn, &told);
	v = made_from(&e->e, &told, inc, &hash, p->mechanism, front_around(p->front), clock_wall().ms,
	    p->turn, &n);
	for (int i = 0; i < n; i++)
		begin_one(p, &v[i]);
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

static void deed_done(struct pump *p, const struct event *e, enum deed deed)
{
	struct outbox_row *rows = arena_new_array(p->turn, struct outbox_row, MERGED_MOST);
	int n = outbox_of_dispatch(p->outbox, e->incident, e->dispatch, MERGED_MOST, p->turn, rows);
	const struct incident *inc = n > 0 ? read_incident(p, e->incident) : NULL;

	for (int i = 0; i < n; i++) {
		struct live *l = living_find(&p->living, rows[i].o.id);
		struct outgoing *o = l ? &l->o : &rows[i].o;
		bool was_live = !o->ended_at;

		if (answers(o, e) && apply_deed(o, deed, inc, clock_wall().ms))
			living_changed(&p->living, o, was_live);
	}
}

void pump_event(struct pump *p, const struct seen_event *e)
{
	const struct notices *rules = pump_notices(p);

	pump_watch_clock(p);
	p->living.followed = e->e.seq;
	if (!rules || rules->n_channels == 0 || !e->e.incident)
		return;
	arena_reset(p->turn);
	if (deed_of(e->e.type) != DEED_NONE && e->e.dispatch)
		deed_done(p, &e->e, deed_of(e->e.type));
	if (made_of(e->e.type))
		make(p, e);
	if (p->living.open)
		loop_soon(p->soon);
}
