/* unreached.c - see unreached.h. Place: notifier. */
#include "notifier/unreached.h"
#include "base/arena.h"
#include "domain/exchange.h"
#include "front/front.h"
#include "mechanism/load.h"
#include "notice/made.h"
#include "notifier/inward.h"
#include "notifier/notifier.h"
#include "notifier/pump_parts.h"

#include <stdlib.h>
#include <string.h>

/* In the list those that are still tried come before those that ended, whose place is their row; theirs is this and their serial. */
#define TRIED_PLACE (INT64_C(1) << 62)
#define SLICE 100
#define LOOKED_AT_MOST 500 /* rows that failed; nearly all of a week were acknowledged by phone since */
#define OF_ONE_MOST 100    /* notices of one dispatch */
#define OPEN_MOST 2000     /* open dispatches of units without a channel that are looked at */

static bool got_through(const struct outgoing *o)
{
	return o->state == OUTGOING_ACCEPTED || o->state == OUTGOING_DELIVERED ||
	    o->state == OUTGOING_OPENED || o->state == OUTGOING_ACTED;
}

/* Several people of a unit may be on duty: one who was told is enough. */
static bool another_told(struct notifier *n, const struct outgoing *o, struct arena *a)
{
	struct outbox_row *rows = arena_new_array(a, struct outbox_row, OF_ONE_MOST);
	int found = outbox_of_dispatch(n->outbox, o->incident, o->dispatch, OF_ONE_MOST, a, rows);

	for (int i = 0; i < found; i++)
		if (rows[i].o.class == NOTICE_INSTRUCTION && rows[i].o.event == o->event &&
		    got_through(&rows[i].o))
			return true;
	return false;
}

/* Is it still to be done, and was no person of its unit told? */
static bool still_unreached(struct notifier *n, const struct outgoing *o, struct arena *a)
{
	const struct incident *inc = o->incident ? exchange_incident(n, o->incident, a) : NULL;

	return inc && made_still(o, inc) == STILL_OPEN && !another_told(n, o, a);
}

static bool fits(const struct outgoing *o, const struct outbox_filter *f)
{
	return (!f->unit || list_has(f->unit, o->unit)) &&
	    (!f->incident || text_eq(o->incident, f->incident)) &&
	    (f->dispatch < 0 || o->dispatch == f->dispatch);
}

static int64_t place_of(const struct live *l)
{
	return TRIED_PLACE + (int64_t)l->serial;
}

static int newest_first(const void *a, const void *b)
{
	const struct live *x = *(struct live *const *)a, *y = *(struct live *const *)b;

	return x->serial > y->serial ? -1 : 1;
}

static int tried_in_vain(struct notifier *n, const struct outbox_filter *f, int most, struct arena *a,
    struct outbox_row *out)
{
	const struct living *l = &n->pump->living;
	struct live **v = arena_new_array(a, struct live *, l->n);
	size_t in_vain = 0;
	int64_t before = f->before ? f->before : INT64_MAX;
	int found = 0;

	for (size_t i = 0; i < l->n; i++)
		if (place_of(l->v[i]) < before && l->v[i]->despaired && !l->v[i]->o.ended_at &&
		    l->v[i]->o.class == NOTICE_INSTRUCTION && fits(&l->v[i]->o, f))
			v[in_vain++] = l->v[i];
	qsort(v, in_vain, sizeof *v, newest_first);
	for (size_t i = 0; i < in_vain && found < most; i++)
		if (still_unreached(n, &v[i]->o, a))
			out[found++] = (struct outbox_row){.o = v[i]->o, .n = place_of(v[i])};
	return found;
}

int unreached_list(struct notifier *n, const struct outbox_filter *f, int most, struct arena *a,
    struct outbox_row *out)
{
	struct outbox_row *rows = arena_new_array(a, struct outbox_row, SLICE);
	struct outbox_filter at = *f;
	int found = tried_in_vain(n, f, most, a, out), got = SLICE;

	for (int seen = 0; got == SLICE && seen < LOOKED_AT_MOST && found < most; seen += got) {
		got = outbox_failed(n->outbox, &at, SLICE, a, rows);
		if (got < 0)
			return -1;
		for (int i = 0; i < got && found < most; i++)
			if (still_unreached(n, &rows[i].o, a))
				out[found++] = rows[i];
		at.before = got ? rows[got - 1].n : 0;
	}
	return found;
}

/* -- units that no notice reaches ------------------------------------------------------------------- */

/* Comma-separated; "": all have a channel. A partner gets its instructions from system to system. */
static const char *unheard_units(struct notifier *n, const struct outbox_filter *f, struct arena *a)
{
	const struct mechanism *m = n->pump->mechanism;
	const char *all = "";

	for (int i = 0; i < m->n_units; i++) {
		const char *id = m->units[i].id;

		if ((!f->unit || list_has(f->unit, id)) && !exchange_of_unit(m->exchange, id) &&
		    made_none_for(id, m, front_around(n->front), front_now(n->front)))
			all = arena_printf(a, "%s%s%s", all, *all ? "," : "", id);
	}
	return all;
}

static bool is_unheard(const struct open_dispatch *one, const struct outbox_filter *f)
{
	const struct dispatch *d = incident_dispatch(one->inc, one->n);
	struct outgoing o = {.class = NOTICE_INSTRUCTION, .incident = one->inc->number, .dispatch = one->n};

	if (!d || d->role == AS_INFORM || dispatch_met(d, STEP_DELIVERED, NULL) || one->inc->backfill)
		return false;
	o.unit = d->unit;
	return fits(&o, f) && made_still(&o, one->inc) == STILL_OPEN;
}

/* Before those that were found: they come oldest first. */
static int put_unheard(struct unheard *out, int found, int most, const struct open_dispatch *one)
{
	if (found == most)
		found--;
	memmove(out + 1, out, (size_t)found * sizeof *out);
	out[0] = (struct unheard){one->inc, incident_dispatch(one->inc, one->n)};
	return found + 1;
}

int unheard_list(struct notifier *n, const struct outbox_filter *f, int most, struct arena *a,
    struct unheard *out)
{
	struct want_open w = {.unit = pump_notices(n->pump) ? unheard_units(n, f, a) : ""};
	struct reads_wants wants = {.open = &w};
	int found = 0;

	if (!*w.unit)
		return 0;
	for (int seen = 0; seen == 0 || (w.more && seen < OPEN_MOST); seen += w.n) {
		if (!front_reads(n->front) || reads_wait(front_reads(n->front), a, &wants) != STORE_OK)
			return -1;
		for (int i = 0; i < w.n; i++)
			if (is_unheard(&w.v[i], f))
				found = put_unheard(out, found, most, &w.v[i]);
		if (w.n == 0)
			break;
		w.after = w.v[w.n - 1].cursor;
	}
	return found;
}
