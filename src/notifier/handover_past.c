/*
 * handover_past.c - see handover_past.h. Place: notifier, a part of handover.c.
 *
 * The chain has what a partner took (dispatch.taken), and notes of the program's own what a person dropped or sent after all. So a file
 * that was deleted or damaged costs no second hand-over of what the other side has.
 */
#include "notifier/handover_past.h"
#include "base/json.h"
#include "domain/exchange.h"
#include "front/front.h"
#include "notifier/handed_note.h"

#define EVENTS 500 /* of one incident, a page */

/* The same whenever the event is followed; an event of a restored store happened at another instant. */
void handed_set_id(struct handed *row, const struct event *e)
{
	struct buf b = {0};
	struct digest d;
	char hex[DIGEST_HEX];

	buf_i64(&b, e->seq);
	buf_i64(&b, e->at);
	buf_opt(&b, row->partner);
	buf_opt(&b, row->dispatch);
	d = digest_of(buf_view(&b));
	memcpy(row->id, digest_hex(&d, hex), HANDED_ID_LEN);
	row->id[HANDED_ID_LEN] = '\0';
	buf_free(&b);
}

struct past {
	const struct exchange_partner *p;
	int n; /* of the dispatch */
	struct arena *arena;
	struct handed *row;
	bool issued, told; /* its event was found; another one says how the instruction ended */
};

static void ended(struct past *x, enum handed_state state, int64_t at)
{
	x->told = true;
	x->row->state = state;
	x->row->ended_at = at;
}

static void noted(struct past *x, const struct seen_event *seen)
{
	enum handed_noted what = handed_noted(seen->words.text, x->row->dispatch, x->arena);

	if (what == NOTED_DROPPED)
		ended(x, HANDED_DROPPED, seen->e.at);
	x->told = x->told && what != NOTED_AFTER_ALL;
}

static void taken(struct past *x, const struct event *e)
{
	if (!text_eq(json_member_text(x->arena, e->data, "partner"), x->p->id))
		return;
	ended(x, HANDED_TAKEN, e->at);
	x->row->ticket = json_member_text(x->arena, e->data, "ticket");
}

static void look_at(struct past *x, const struct seen_event *seen)
{
	const struct event *e = &seen->e;

	if (e->type == EVENT_DISPATCH_ISSUED && e->dispatch == x->n) {
		x->issued = true;
		x->row->seq = e->seq;
		handed_set_id(x->row, e);
	} else if (e->type == EVENT_DISPATCH_TAKEN && e->dispatch == x->n) {
		taken(x, e);
	} else if (e->type == EVENT_INCIDENT_ANNOTATED && text_eq(e->by, notifier_principal.account)) {
		noted(x, seen);
	}
}

/* False: the store cannot be read, or has no such dispatch. */
static bool read_events(struct past *x, struct front *front, const char *number)
{
	struct want_events want = {.filter = {.incident = number, .limit = EVENTS}};
	struct reads_wants wants = {.events = &want};

	do {
		if (!front_reads(front) || reads_wait(front_reads(front), x->arena, &wants) != STORE_OK)
			return false;
		for (int i = 0; i < want.n; i++)
			look_at(x, &want.v[i]);
		want.filter.after = want.scanned;
	} while (want.more);
	return x->issued;
}

int handover_past(const struct handed_from *from, const struct incident *inc, int n, struct arena *a,
    struct handed *row)
{
	const struct exchange_partner *p = from->partner;
	const struct dispatch *d = incident_dispatch(inc, n);
	struct past x = {.p = p, .n = n, .arena = a, .row = row};
	char text[DISPATCH_ID_MAX];
	const char *id = arena_text(a, dispatch_id(inc, d, text));
	int found = handed_hand_over(from->file, p->id, id, a, row);

	if (found != 0)
		return found;
	*row = (struct handed){.partner = p->id, .dispatch = id, .kind = HAND_OVER};
	if (!read_events(&x, from->front, inc->number))
		return -1;
	if (!x.told)
		row->state = HANDED_WAITING;
	row->made_at = x.told ? d->issued_at : 0;
	row->why = x.told ? "journal" : NULL;
	return !x.told ? 0 : handed_add(from->file, row) ? 1 : -1;
}
