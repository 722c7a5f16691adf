/*
 * handover_open.c - dispatches that were issued before an exchange began are handed over when an administrator says so.
 *
 * Place: notifier, a part of handover.c. The id of a row comes from its event: a dispatch that was handed over already, or that is
 * asked for twice, has one row. A dropped one stays dropped.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "domain/exchange.h"
#include "notifier/handover.h"
#include "notifier/handover_past.h"
#include "notifier/notifier.h"
#include "store/handed.h"

#define PAGE 200
#define SHOWN_MOST 500

struct opening {
	struct handover *h;
	const struct exchange_partner *p;
	struct handed_from from;
	bool go;
	struct arena *arena;
	void (*fn)(void *arg, const char *dispatch);
	void *arg;
	struct handover_open *out;
	int64_t at; /* when the next one goes */
};

/* One a second. */
static bool write_down(struct opening *o, struct handed *row)
{
	row->made_at = o->at;
	o->at += SECOND_MS;
	return handed_add(handover_file(o->h), row);
}

/* False: the store, or the file, cannot be read or written. */
static bool look_at(struct opening *o, const struct incident *inc, const struct dispatch *d)
{
	struct handed row;
	int handed;

	if (d->role == AS_INFORM)
		return true;
	handed =
	    handover_is_theirs(o->p, inc->number) ? 1 : handover_past(&o->from, inc, d->n, o->arena, &row);
	if (handed < 0)
		return false;
	if (handed) {
		o->out->already++;
		return true;
	}
	if (o->out->count++ < SHOWN_MOST)
		o->fn(o->arg, row.dispatch);
	return !o->go || write_down(o, &row);
}

static bool look_at_all(struct opening *o)
{
	struct front *front = handover_notifier(o->h)->front;
	struct want_open want = {.unit = o->p->unit->id, .limit = PAGE};
	struct reads_wants wants = {.open = &want};

	do {
		if (!front_reads(front) || reads_wait(front_reads(front), o->arena, &wants) != STORE_OK)
			return false;
		for (int i = 0; i < want.n; i++) {
			const struct dispatch *d = incident_dispatch(want.v[i].inc, want.v[i].n);

			want.after = want.v[i].cursor;
			if (d && !look_at(o, want.v[i].inc, d))
				return false;
		}
	} while (want.more && want.n);
	return true;
}

bool handover_open(struct handover *h, const struct exchange_partner *p, bool go, struct arena *a,
    void (*fn)(void *arg, const char *dispatch), void *arg, struct handover_open *out)
{
	struct opening o = {.h = h,
	    .p = p,
	    .from = {handover_file(h), handover_notifier(h)->front, p},
	    .go = go,
	    .arena = a,
	    .fn = fn,
	    .arg = arg,
	    .out = out,
	    .at = front_now(handover_notifier(h)->front)};
	bool good;

	*out = (struct handover_open){0};
	if (go && !handed_begin(handover_file(h))) /* one sync for all: there may be thousands */
		return false;
	good = look_at_all(&o);
	if (go)
		good = handed_end(handover_file(h), good);
	if (!good)
		return false;
	if (go && out->count)
		log_info("handed over what was open", "partner=%s dispatches=%d", p->id, out->count);
	handover_soon(h);
	return true;
}
