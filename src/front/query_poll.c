/*
 * query_poll.c - a unit's dispatches: the open ones, or with `after` those that changed since.
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

/* An incident that events of interest were about. */
struct touched {
	const char *number;
	int64_t first;  /* the first such event */
	uint64_t ns[2]; /* bits: which dispatches */
	bool all;       /* the incident as a whole */
};

struct poll_gather {
	const char *unit;
	int64_t upto; /* everything up to here was looked at */
	int limit, n;
	bool full;
	struct touched v[PAGE_MOST];
};

static struct touched *touched_find(struct poll_gather *g, const char *number)
{
	for (int i = g->n - 1; i >= 0; i--)
		if (strcmp(g->v[i].number, number) == 0)
			return &g->v[i];
	return NULL;
}

/* False: the page is full, and this event is for the next one. */
static bool gather_event(struct poll_gather *g, const struct seen_event *p, struct arena *a)
{
	struct touched *t;

	if (!ring_touches(p, g->unit)) {
		g->upto = p->e.seq;
		return true;
	}
	t = touched_find(g, p->e.incident);
	if (!t && g->n == g->limit) {
		g->full = true;
		return false;
	}
	if (!t) {
		t = &g->v[g->n++];
		*t = (struct touched){.number = arena_text(a, p->e.incident), .first = p->e.seq};
	}
	if (p->e.unit && p->e.dispatch > 0 && p->e.dispatch <= DISPATCHES_MAX)
		t->ns[p->e.dispatch / 64] |= UINT64_C(1) << p->e.dispatch % 64;
	else
		t->all = true;
	g->upto = p->e.seq;
	return true;
}

static void gather_ring(struct query *q, struct poll_gather *g, int64_t seq)
{
	while (g->upto < seq)
		if (!gather_event(g, ring_at(q->f->ring, g->upto + 1), q->a))
			return;
}

struct journal {
	enum store_status status;
	const struct seen_event *v;
	int n;
	int64_t scanned;
	bool more;
};

static void on_journal(void *arg, enum store_status status, const struct seen_event *v, int n,
    int64_t scanned, bool more)
{
	*(struct journal *)arg = (struct journal){status, v, n, scanned, more};
}

static bool gather_slice(struct query *q, struct poll_gather *g, int64_t seq)
{
	struct event_filter filter = {.after = g->upto, .unit = g->unit, .limit = JOURNAL_SLICE};
	struct journal got = {.status = STORE_FAILED};

	reads_events(q->f->reads, q->a, &filter, on_journal, &got);
	if (got.status != STORE_OK)
		return query_unavailable(q);
	for (int i = 0; i < got.n && got.v[i].e.seq <= seq; i++) {
		if (!gather_event(g, &got.v[i], q->a))
			return true;
	}
	if (got.scanned > g->upto)
		g->upto = got.scanned < seq ? got.scanned : seq;
	if (!got.more)
		g->upto = seq;
	return true;
}

static bool gather_journal(struct query *q, struct poll_gather *g, int64_t seq)
{
	for (int i = 0; i < JOURNAL_SLICES && g->upto < seq && !g->full; i++)
		if (!gather_slice(q, g, seq))
			return false;
	return true;
}

/* -- writing -------------------------------------------------------------------------------- */

/* On a second look, what the first one showed is delivered: this one came later, and is for the next
 * poll, since the answer's seq lies before it. */
static bool too_late(const struct query *q, const struct dispatch *d)
{
	return q->view.upto && query_delivers(q, d);
}

static bool wanted(const struct touched *t, const struct dispatch *d, const char *unit)
{
	return text_eq(d->unit, unit) && (t->all || t->ns[d->n / 64] >> d->n % 64 & 1);
}

static bool put_touched(struct query *q, const struct touched *t, const char *unit)
{
	struct incident *inc = query_incident(q, t->number);

	if (!inc)
		return q->why->code != ERROR_UNAVAILABLE; /* not for these eyes: not there */
	for (int i = 0; i < inc->n_dispatches; i++)
		if (wanted(t, &inc->dispatches[i], unit) && !too_late(q, &inc->dispatches[i]))
			query_put_dispatch(q, inc, &inc->dispatches[i]);
	return true;
}

static void put_end(struct query *q, int64_t seq, bool more)
{
	json_close(&q->j);
	json_int(&q->j, "seq", seq);
	json_bool(&q->j, "more", more);
}

static void put_begin(struct query *q)
{
	json_begin(&q->j, NULL);
	json_list(&q->j, "dispatches");
}

static bool put_gathered(struct query *q, struct poll_gather *g, int64_t seq)
{
	size_t before = q->out->n;

	put_begin(q);
	for (int i = 0; i < g->n; i++) {
		if (i && q->out->n - before > PAGE_BYTES) {
			g->upto = g->v[i].first - 1;
			break;
		}
		if (!put_touched(q, &g->v[i], g->unit))
			return false;
	}
	*q->why = (struct refusal){.code = OK};
	put_end(q, g->upto, g->upto < seq);
	json_end(&q->j);
	return true;
}

/* -- the two kinds of list ------------------------------------------------------------------ */

struct open_page {
	enum store_status status;
	struct incident **v;
	const int *ns;
	int n;
	int64_t next;
};

static void on_open(void *arg, enum store_status status, struct incident **v, const int *ns, int n,
    int64_t next)
{
	*(struct open_page *)arg = (struct open_page){status, v, ns, n, next};
}

static int limit_of(const struct query *q)
{
	int64_t n = command_int(q->c, FIELD_LIMIT);

	return n <= 0 || n > PAGE_MOST ? PAGE_MOST : (int)n;
}

/* Reads again with fewer where the page came out too large, so that the store's own cursor fits. */
static bool put_open(struct query *q, const char *unit, int64_t cursor, int64_t *next)
{
	size_t before = q->out->n;
	struct json j = q->j;

	for (int limit = limit_of(q);; limit = (limit + 1) / 2) {
		struct open_page got = {.status = STORE_FAILED};

		reads_dispatches(q->f->reads, q->a, unit, cursor, limit, on_open, &got);
		if (got.status != STORE_OK)
			return query_unavailable(q);
		*next = got.next;
		for (int i = 0; i < got.n; i++) {
			const struct dispatch *d = incident_dispatch(got.v[i], got.ns[i]);

			if (d && sight_sees(&q->view, got.v[i]) && !too_late(q, d))
				query_put_dispatch(q, got.v[i], d);
		}
		if (limit == 1 || q->out->n - before <= PAGE_BYTES)
			return true;
		q->out->n = before;
		q->j = j;
		q->f->shown = NULL;
	}
}

/* How far this answer reaches. */
static int64_t seq_of(const struct query *q)
{
	int64_t seq = front_seq(q->f);

	return q->view.upto && q->view.upto < seq ? q->view.upto : seq;
}

static bool list_open(struct query *q, const char *unit, bool reset)
{
	int64_t cursor, next = 0, seq = seq_of(q); /* before the read: never too new */

	if (!query_cursor(q, 'd', &cursor))
		return false;
	put_begin(q);
	if (!put_open(q, unit, reset ? 0 : cursor, &next))
		return false;
	put_end(q, seq, next != 0);
	if (next)
		query_put_cursor(&q->j, "next", 'd', next);
	if (reset)
		json_bool(&q->j, "reset", true);
	json_end(&q->j);
	return true;
}

static bool list_changed(struct query *q, const char *unit, int64_t after)
{
	int64_t seq = seq_of(q);
	struct poll_gather g = {.unit = unit, .upto = after, .limit = limit_of(q)};

	if (!front_knows(q->f, after) || seq - after > BEHIND_MOST)
		return list_open(q, unit, true);
	if (after >= seq || front_unit_seq(q->f, unit) <= after)
		g.upto = after > seq ? after : seq;
	else if (after + 1 >= ring_first(q->f->ring))
		gather_ring(q, &g, seq);
	else if (!gather_journal(q, &g, seq))
		return false;
	return put_gathered(q, &g, seq);
}

/* A liaison's own unit; anyone else says which. NULL refused. */
static const char *unit_of(struct query *q)
{
	const char *asked = command_text(q->c, FIELD_UNIT), *own = sight_unit(&q->view);

	if (own) {
		if (!asked || text_eq(asked, own))
			return own;
		query_not_found(q, "联动指令,单位", "dispatch of unit", asked);
		return NULL;
	}
	if (!asked)
		refuse(q->why, q->a, ERROR_PARAMS, "unit", "缺少参数 unit(成员单位代码)",
		    "parameter unit is missing");
	else if (!mechanism_unit(q->m, asked))
		refuse(q->why, q->a, ERROR_PARAMS, "unit", "没有成员单位 %s", "there is no unit %s", asked);
	else
		return asked;
	return NULL;
}

bool query_dispatch_list(struct query *q)
{
	const char *unit = unit_of(q);

	if (!unit)
		return false;
	if (command_has(q->c, FIELD_AFTER))
		return list_changed(q, unit, command_int(q->c, FIELD_AFTER));
	return list_open(q, unit, false);
}
