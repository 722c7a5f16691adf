/*
 * push.c - events to the consoles that want them.
 *
 * Place: intake; between the front's events and the connections. One turn serves each subscriber at
 * most one slice and renders at most SLICES of them, then other work has its turn; who was served
 * something of his own goes to the end of the queue.
 */
#include "intake/push.h"
#include "base/log.h"
#include "base/loop.h"

#include <event2/event.h>
#include <stdlib.h>

#define SLICES 64
#define SLICE_EVENTS 256
#define SLICE_BYTES ((size_t)48 * 1024)
#define KEEP_BYTES ((size_t)256 * 1024)
#define RETRY_MS 100
#define SETTLE_MS 2

/* What all subscribers of a view at a position are to get. */
struct push_slice {
	struct front *front;
	struct view view; /* unit borrowed from a session: valid for the turn */
	int64_t from, to;
	struct buf lines;
};

struct push {
	struct front *front;
	struct event *turn;
	struct arena *arena;
	struct buf params;
	TAILQ_HEAD(, subscriber) all;
	size_t n_all;
	struct push_slice slices[SLICES];
	int n_slices;
};

static void schedule(struct push *p, int ms)
{
	if (!evtimer_pending(p->turn, NULL))
		loop_after(p->turn, ms);
}

void push_wake(struct push *p)
{
	if (p->n_all)
		loop_soon(p->turn); /* after what is active in this turn */
}

/* -- slices --------------------------------------------------------------------------------- */

static bool same_view(const struct view *a, const struct view *b)
{
	return a->role == b->role && a->unmask == b->unmask && text_eq(a->unit, b->unit);
}

static struct push_slice *slice_find(struct push *p, const struct subscriber *s)
{
	for (int i = 0; i < p->n_slices; i++)
		if (p->slices[i].front == s->front && p->slices[i].from == s->position &&
		    same_view(&p->slices[i].view, s->view))
			return &p->slices[i];
	return NULL;
}

static void put_event(struct push *p, struct buf *out, const struct seen_event *e, const struct view *v)
{
	struct json j;

	buf_reset(&p->params);
	j = json_to(&p->params);
	render_event(&j, NULL, e, sight_words(v), v);
	render_rpc_event(out, buf_view(&p->params));
	buf_char(out, '\n');
}

/* NULL: the events cannot be read just now. */
static struct push_slice *slice_new(struct push *p, const struct subscriber *s)
{
	struct push_slice *new = &p->slices[p->n_slices];
	int64_t behind = front_seq(s->front) - s->position;
	struct seen_event *v;
	int n;
	bool more;

	*new = (struct push_slice){
	    .front = s->front, .view = *s->view, .from = s->position, .lines = new->lines};
	buf_reset(&new->lines);
	if (!front_events(s->front, s->view, s->position, behind < SLICE_EVENTS ? (int)behind : SLICE_EVENTS,
		p->arena, &v, &n, &new->to, &more) ||
	    new->to <= new->from)
		return NULL;
	for (int i = 0; i < n; i++) {
		if (new->lines.n > SLICE_BYTES) {
			new->to = v[i - 1].e.seq;
			break;
		}
		put_event(p, &new->lines, &v[i], s->view);
	}
	p->n_slices++;
	return new;
}

static void slices_drop(struct push *p)
{
	for (int i = 0; i < p->n_slices; i++)
		if (p->slices[i].lines.cap > KEEP_BYTES || i > 0)
			buf_free(&p->slices[i].lines);
	p->n_slices = 0;
	arena_reset(p->arena);
}

/* -- one turn ------------------------------------------------------------------------------- */

static bool behind(const struct subscriber *s)
{
	return s->position < front_seq(s->front) && !conn_closing(s->conn) && !conn_congested(s->conn);
}

static void give(struct subscriber *s, const struct push_slice *slice)
{
	s->position = slice->to;
	if (!slice->lines.n)
		return;
	buf_str(conn_out(s->conn), buf_view(&slice->lines));
	conn_flush(s->conn);
}

/* What a turn could not finish: 0 nothing, else in how many ms to go on. */
enum rest { REST_NONE = -1, REST_MORE = 0, REST_UNREADABLE = RETRY_MS };

static enum rest serve(struct push *p, struct subscriber *s)
{
	struct push_slice *slice = slice_find(p, s);

	if (!slice) {
		if (p->n_slices == SLICES)
			return REST_MORE;
		slice = slice_new(p, s);
		if (!slice)
			return REST_UNREADABLE;
	}
	give(s, slice);
	if (!behind(s))
		return REST_NONE;
	TAILQ_REMOVE(&p->all, s, entry); /* the others first, next time */
	TAILQ_INSERT_TAIL(&p->all, s, entry);
	return REST_MORE;
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct push *p = arg;
	struct subscriber *s = TAILQ_FIRST(&p->all), *next;
	int wait = REST_NONE;

	(void)fd;
	(void)what;
	if (!front_settled(p->front)) { /* replies go before the events they caused */
		schedule(p, SETTLE_MS);
		return;
	}
	for (size_t n = p->n_all; n && s; n--, s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!behind(s))
			continue;
		enum rest rest = serve(p, s);

		wait = rest > wait ? (int)rest : wait;
		if (rest == REST_UNREADABLE)
			break;
	}
	slices_drop(p);
	if (wait != REST_NONE)
		schedule(p, wait);
}

struct push *push_new(struct event_base *base, struct front *f)
{
	struct push *p = calloc(1, sizeof(*p));

	if (!p)
		fatal("push: no memory");
	p->front = f;
	p->arena = arena_new();
	TAILQ_INIT(&p->all);
	p->turn = loop_timer(base, on_turn, p);
	return p;
}

void push_free(struct push *p)
{
	if (!p)
		return;
	slices_drop(p);
	for (int i = 0; i < SLICES; i++)
		buf_free(&p->slices[i].lines);
	buf_free(&p->params);
	arena_free(p->arena);
	event_free(p->turn);
	free(p);
}

void push_add(struct push *p, struct subscriber *s)
{
	s->on = true;
	TAILQ_INSERT_TAIL(&p->all, s, entry);
	p->n_all++;
	push_drained(p, s);
}

void push_remove(struct push *p, struct subscriber *s)
{
	if (!s->on)
		return;
	s->on = false;
	TAILQ_REMOVE(&p->all, s, entry);
	p->n_all--;
}

void push_drained(struct push *p, struct subscriber *s)
{
	if (s->on && behind(s))
		schedule(p, 0);
}
