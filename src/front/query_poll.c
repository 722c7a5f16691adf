/*
 * query_poll.c - a unit's dispatches: the open ones, with `after` those that changed since, by state or time those
 * that were.
 *
 * Place: front, beside query.c. A poll with nothing new touches neither the store nor any list.
 * What changed is gathered from the events after `after`, from the ring or else from the journal,
 * and then shown as it stands now: a dispatch that changes again meanwhile comes again, none is
 * ever missed, because the seq in the answer lies before the first event not looked at.
 */
#include "front/parts.h"

#include <assert.h>

#define JOURNAL_SLICE 500
#define JOURNAL_SLICES 8           /* in one answer, then `more` */
#define BEHIND_MOST INT64_C(50000) /* events; further back is cheaper to start over */
/* About, without the texts of its incident: longest at night, when clocks[] stand and call[] has more people. */
#define DISPATCH_BYTES 2000

/* An incident that events of interest were about. */
struct touched {
	const char *number;
	int64_t first;  /* the first such event */
	uint64_t ns[2]; /* bits: which dispatches */
	bool all;       /* the incident as a whole */
};

struct poll {
	const char *unit;
	enum { POLL_OPEN, POLL_CHANGED, POLL_PAST } what;
	bool reset, open_only;
	int slices;    /* of the journal; 0: from the ring */
	bool gathered; /* the incidents are wanted, or there is none */
	int64_t upto;  /* everything up to here was looked at */
	int64_t next;  /* cursor; 0: the list is at its end */
	int limit, n;
	bool full;
	struct touched v[PAGE_MOST];
};

/* -- what changed ----------------------------------------------------------------------------- */

static struct touched *touched_find(struct poll *p, const char *number)
{
	for (int i = p->n - 1; i >= 0; i--)
		if (strcmp(p->v[i].number, number) == 0)
			return &p->v[i];
	return NULL;
}

/* False: the page is full, and this event is for the next one. */
static bool take_event(struct poll *p, const struct seen_event *e, struct arena *a)
{
	struct touched *t;

	if (!ring_touches(e, p->unit)) {
		p->upto = e->e.seq;
		return true;
	}
	t = touched_find(p, e->e.incident);
	if (!t && p->n == p->limit) {
		p->full = true;
		return false;
	}
	if (!t) {
		t = &p->v[p->n++];
		*t = (struct touched){.number = arena_text(a, e->e.incident), .first = e->e.seq};
	}
	if (e->e.unit && e->e.dispatch > 0 && e->e.dispatch <= DISPATCHES_MAX)
		t->ns[e->e.dispatch / 64] |= UINT64_C(1) << e->e.dispatch % 64;
	else
		t->all = true;
	p->upto = e->e.seq;
	return true;
}

static void take_ring(struct front_read *q, struct poll *p)
{
	while (p->upto < q->upto)
		if (!take_event(p, ring_at(q->f->ring, p->upto + 1), q->a))
			return;
}

static void want_slice(struct front_read *q, struct poll *p)
{
	p->slices++;
	q->heavy = true;
	q->events.filter = (struct event_filter){.after = p->upto, .unit = p->unit, .limit = JOURNAL_SLICE};
	q->wants.events = &q->events;
}

static void take_slice(struct front_read *q, struct poll *p)
{
	const struct want_events *got = &q->events;

	for (int i = 0; i < got->n && got->v[i].e.seq <= q->upto; i++)
		if (!take_event(p, &got->v[i], q->a))
			return;
	if (got->scanned > p->upto)
		p->upto = got->scanned < q->upto ? got->scanned : q->upto;
	if (!got->more)
		p->upto = q->upto;
}

static void want_touched(struct front_read *q, struct poll *p)
{
	const char **numbers = arena_new_array(q->a, const char *, (size_t)p->n);

	for (int i = 0; i < p->n; i++)
		numbers[i] = p->v[i].number;
	p->gathered = true;
	if (p->n)
		query_want_incidents(q, numbers, p->n);
}

static void want_changed(struct front_read *q, struct poll *p)
{
	bool behind = p->upto + 1 < ring_first(q->f->ring);

	if (p->gathered)
		return;
	if (p->slices)
		take_slice(q, p);
	else if (p->upto >= q->upto || front_unit_seq(q->f, p->unit) <= p->upto)
		p->upto = p->upto > q->upto ? p->upto : q->upto;
	else if (!behind)
		take_ring(q, p);
	if (p->upto < q->upto && !p->full && p->slices < JOURNAL_SLICES && (p->slices || behind))
		want_slice(q, p);
	else
		want_touched(q, p);
}

/* -- what is open ------------------------------------------------------------------------------- */

static bool want_open(struct front_read *q, struct poll *p)
{
	int64_t cursor;

	if (!query_cursor(q, 'd', &cursor))
		return false;
	p->what = POLL_OPEN;
	q->open = (struct want_open){.unit = p->unit, .after = p->reset ? 0 : cursor, .limit = p->limit};
	q->wants.open = &q->open;
	return true;
}

/* -- what was, newest first ------------------------------------------------------------------------- */

#define PAST FIELD_SET(FIELD_DISPATCH_STATE, FIELD_FROM, FIELD_TO)

/* By the reports of its incidents. A page may be empty and go on. */
static bool want_past(struct front_read *q, struct poll *p)
{
	p->what = POLL_PAST;
	p->upto = q->upto;
	q->heavy = true;
	q->page.filter = (struct incident_filter){.state = -1,
	    .unit = strchr(p->unit, ',') ? NULL : p->unit, /* of several, choose_past takes its own */
	    .from = command_int(q->c, FIELD_FROM),
	    .to = command_int(q->c, FIELD_TO),
	    .limit = p->limit};
	q->wants.page = &q->page;
	if (command_has(q->c, FIELD_AFTER) || command_has(q->c, FIELD_OPEN))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "state",
		    "state、from、to 不能与 after、open 一起用",
		    "state, from and to go without after and open");
	return query_cursor(q, 'p', &q->page.filter.before);
}

/* -- whose -------------------------------------------------------------------------------------- */

/* A liaison's own unit; anyone else says which. NULL refused. */
static const char *unit_of(struct front_read *q)
{
	const char *asked = command_text(q->c, FIELD_UNIT), *own = sight_unit(&q->view);
	struct refusal *why = &q->result.why;

	if (own) {
		if (!asked)
			return own;
		if (list_has(own, asked))
			return asked;
		query_not_found(q, "联动指令,单位", "dispatch of unit", asked);
		return NULL;
	}
	if (!asked)
		refuse(why, q->a, ERROR_PARAMS, "unit", "缺少参数 unit(成员单位代码)",
		    "parameter unit is missing");
	else if (!mechanism_unit(q->m, asked))
		refuse(why, q->a, ERROR_PARAMS, "unit", "没有成员单位 %s", "there is no unit %s", asked);
	else
		return asked;
	return NULL;
}

static bool begin(struct front_read *q)
{
	int64_t after = command_int(q->c, FIELD_AFTER);
	bool changed = command_has(q->c, FIELD_AFTER), open = command_int(q->c, FIELD_OPEN);
	struct poll *p = q->own = arena_alloc(q->a, sizeof *p);

	p->unit = unit_of(q);
	p->limit = query_limit(q, PAGE_MOST, PAGE_MOST);
	p->upto = changed ? after : q->upto;
	p->open_only = open;
	if (!p->unit)
		return false;
	if (command_has_any(q->c, PAST))
		return want_past(q, p);
	if (!changed && command_has(q->c, FIELD_OPEN) && !open)
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "open",
		    "不带 after 时只列未结的:open 应为 true,或不写",
		    "without after only what is open is listed: open is true, or left out");
	p->reset = changed && (front_knows(q->f, after) != SOUGHT_FOUND || q->upto - after > BEHIND_MOST);
	if (!changed || p->reset)
		return want_open(q, p);
	p->what = POLL_CHANGED;
	want_changed(q, p);
	return true;
}

static bool poll_want(struct front_read *q)
{
	struct poll *p = q->own;

	if (!p)
		return begin(q);
	if (p->what == POLL_CHANGED)
		want_changed(q, p);
	return true;
}

/* -- what the page holds ------------------------------------------------------------------------ */

static size_t length(const char *z)
{
	return z ? strlen(z) : 0;
}

/* About what it takes, before anything is delivered and rendered. */
static size_t bytes_of(const struct front_read *q, const struct incident *inc, const struct dispatch *d)
{
	if (!sight_in_full(&q->view, inc))
		return DISPATCH_BYTES;
	return DISPATCH_BYTES + length(inc->description) + length(inc->address) + length(d->result);
}

/* What was entered from paper afterwards (补录) is no instruction: it goes to no unit. */
static bool unsaid(const struct front_read *q, const struct incident *inc)
{
	return inc->backfill && sight_unit(&q->view);
}

static void choose_open(struct front_read *q, struct poll *p)
{
	size_t bytes = 0;

	p->upto = q->upto;
	p->next = q->open.more && q->open.n ? q->open.v[q->open.n - 1].cursor : 0;
	for (int i = 0; i < q->open.n; i++) {
		struct open_dispatch *o = &q->open.v[i];
		struct dispatch *d = incident_dispatch(o->inc, o->n);

		if (!d || !sight_sees(&q->view, o->inc) || unsaid(q, o->inc))
			continue;
		bytes += bytes_of(q, o->inc, d);
		if (bytes > PAGE_BYTES && q->n_shown) {
			p->next = q->open.v[i - 1].cursor;
			return;
		}
		query_show(q, o->inc, d);
	}
}

static bool in_state(const struct front_read *q, const struct dispatch *d)
{
	return !command_has(q->c, FIELD_DISPATCH_STATE) ||
	    (int64_t)d->state == command_int(q->c, FIELD_DISPATCH_STATE);
}

static void choose_past(struct front_read *q, struct poll *p)
{
	size_t bytes = 0;

	p->next = q->page.next;
	for (int i = 0; i < q->page.n; i++) {
		struct incident *inc = q->page.v[i];

		if (bytes > PAGE_BYTES) {
			p->next = q->page.v[i - 1]->id;
			return;
		}
		for (int k = 0; k < inc->n_dispatches && sight_sees(&q->view, inc) && !unsaid(q, inc); k++) {
			struct dispatch *d = &inc->dispatches[k];

			if (!list_has(p->unit, d->unit) || !in_state(q, d))
				continue;
			query_show(q, inc, d);
			bytes += bytes_of(q, inc, d);
		}
	}
}

static bool wanted(const struct poll *p, const struct touched *t, const struct dispatch *d)
{
	return list_has(p->unit, d->unit) && (t->all || t->ns[d->n / 64] >> d->n % 64 & 1) &&
	    (!p->open_only || dispatch_open(d));
}

static size_t choose_touched(struct front_read *q, const struct poll *p, const struct touched *t,
    struct incident *inc)
{
	size_t bytes = 0;

	if (!inc || !sight_sees(&q->view, inc) || unsaid(q, inc))
		return 0;
	for (int i = 0; i < inc->n_dispatches; i++) {
		if (!wanted(p, t, &inc->dispatches[i]))
			continue;
		query_show(q, inc, &inc->dispatches[i]);
		bytes += bytes_of(q, inc, &inc->dispatches[i]);
	}
	return bytes;
}

static void choose_changed(struct front_read *q, struct poll *p)
{
	size_t bytes = 0;

	for (int i = 0; i < p->n; i++) {
		if (bytes > PAGE_BYTES) {
			p->upto = p->v[i].first - 1;
			return;
		}
		bytes += choose_touched(q, p, &p->v[i], q->incidents.found[i]);
	}
}

static bool poll_choose(struct front_read *q)
{
	struct poll *p = q->own;

	if (p->what == POLL_PAST)
		choose_past(q, p);
	else if (p->what == POLL_OPEN)
		choose_open(q, p);
	else
		choose_changed(q, p);
	return true;
}

/* -- writing ------------------------------------------------------------------------------------ */

static void put_end(struct front_read *q, int64_t seq, bool more)
{
	json_close(&q->j);
	json_int(&q->j, "seq", seq);
	json_bool(&q->j, "more", more);
}

static void poll_render(struct front_read *q)
{
	const struct poll *p = q->own;

	q->result.n = (int64_t)q->n_shown;
	q->result.seq = p->upto;
	q->result.more = p->what == POLL_CHANGED ? p->upto < q->upto : p->next != 0;
	json_begin(&q->j, NULL);
	json_list(&q->j, "dispatches");
	for (size_t i = 0; i < q->n_shown; i++)
		query_put_dispatch(q, &q->shown[i]);
	put_end(q, q->result.seq, q->result.more);
	if (p->next)
		query_put_cursor(&q->j, "next", p->what == POLL_PAST ? 'p' : 'd', p->next);
	if (p->reset)
		json_bool(&q->j, "reset", true);
	json_end(&q->j);
}

const struct query query_dispatch_list = {.want = poll_want, .choose = poll_choose, .render = poll_render};

/* What the same list says when it has nothing to say. */
void front_read_nothing(struct front *f, const struct command *c, struct buf *out)
{
	int64_t after = command_int(c, FIELD_AFTER), seq = front_seq(f);
	struct json j = json_to(out);

	json_begin(&j, NULL);
	json_list(&j,
	    c->kind == COMMAND_EVENT_LIST      ? "events"
		: c->kind == COMMAND_BOARD_GET ? "incidents"
					       : "dispatches");
	json_close(&j);
	if (c->kind == COMMAND_BOARD_GET) {
		json_list(&j, "gone");
		json_close(&j);
	}
	json_int(&j, "seq", seq > after ? seq : after);
	if (c->kind != COMMAND_BOARD_GET)
		json_bool(&j, "more", false);
	json_end(&j);
}
