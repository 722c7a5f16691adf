/*
 * wait.c - exchanges that wait for an event: by the unit whose polls the event changes, or for any.
 *
 * Place: api. An event only marks the watches it concerns; they are called once at the end of the
 * turn, so that a batch of events gives one answer and nothing is answered from inside the ring.
 * Who waits has compared the seq in the same turn, so nothing can come between and be missed.
 * Invariant: x->watch is set exactly while x stands in a watch's list.
 */
#include "api/api.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "front/ring.h"
#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

struct watch {
	char *unit; /* NULL: any event */
	bool dirty;
	struct exchanges waiting;
	LIST_ENTRY(watch) all;
};

struct waiting {
	LIST_HEAD(watches, watch) watches; /* those that somebody ever waited on: at most one a unit */
	size_t count;
	bool dirty;
};

struct waiting *waiting_new(void)
{
	struct waiting *p = xalloc(sizeof *p);
	*p = (struct waiting){0};
	LIST_INIT(&p->watches);
	return p;
}

void waiting_free(struct waiting *p)
{
	struct watch *w;
	while ((w = LIST_FIRST(&p->watches))) {
		assert(TAILQ_EMPTY(&w->waiting) && "clients end before what they wait in");
		LIST_REMOVE(w, all);
		free(w->unit);
		free(w);
	}
	free(p);
}

static struct watch *watch_of(struct waiting *p, const char *unit)
{
	struct watch *w;
	LIST_FOREACH(w, &p->watches, all)
		if (text_eq(w->unit, unit))
			return w;
	w = xalloc(sizeof *w);
	*w = (struct watch){.unit = NULL};
	if (unit) {
		size_t n = strlen(unit) + 1;
		w->unit = memcpy(xalloc(n), unit, n);
	}
	TAILQ_INIT(&w->waiting);
	LIST_INSERT_HEAD(&p->watches, w, all);
	return w;
}

bool waiting_event(struct waiting *p, const struct seen_event *e)
{
	struct watch *w;
	LIST_FOREACH(w, &p->watches, all)
		if (!w->dirty && !TAILQ_EMPTY(&w->waiting) && (!w->unit || ring_touches(e, w->unit)))
			p->dirty = w->dirty = true;
	return p->dirty;
}

void waiting_all(struct waiting *p)
{
	struct watch *w;
	LIST_FOREACH(w, &p->watches, all)
		p->dirty = w->dirty = true;
}

static void again(struct exchange *x, bool timed_out)
{
	wait_again *fn = x->again;
	wait_end(x);
	fn(x, timed_out);
}

/* Those who wait now; who waits again meanwhile waits for the next event. */
static void wake(struct watch *w)
{
	struct exchange *x, *mark = TAILQ_LAST(&w->waiting, exchanges);
	w->dirty = false;
	while ((x = TAILQ_FIRST(&w->waiting))) {
		bool last = x == mark;
		again(x, false);
		if (last)
			return;
	}
}

void waiting_wake(struct waiting *p)
{
	struct watch *w;
	p->dirty = false;
	LIST_FOREACH(w, &p->watches, all)
		if (w->dirty)
			wake(w);
}

static void timed_out(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	again(arg, true);
}

void wait_for_event(struct exchange *x, const char *unit, int64_t ms, wait_again *fn)
{
	assert(!x->watch && "an exchange waits for one thing");
	x->again = fn;
	x->watch = watch_of(x->api->waiting, unit);
	x->waited = true;
	TAILQ_INSERT_TAIL(&x->watch->waiting, x, waits);
	x->api->waiting->count++;
	if (!x->timer)
		x->timer = loop_timer(x->api->base, timed_out, x);
	loop_after(x->timer, ms);
}

void wait_for_time(struct exchange *x, int64_t ms, wait_again *fn)
{
	assert(!x->watch && !x->timed && "an exchange waits for one thing");
	x->again = fn;
	x->timed = x->waited = true;
	if (!x->timer)
		x->timer = loop_timer(x->api->base, timed_out, x);
	loop_after(x->timer, ms);
}

void wait_end(struct exchange *x)
{
	if (x->timed)
		evtimer_del(x->timer);
	x->timed = false;
	if (!x->watch)
		return;
	TAILQ_REMOVE(&x->watch->waiting, x, waits);
	x->watch = NULL;
	x->api->waiting->count--;
	evtimer_del(x->timer);
}

size_t waiting_count(const struct waiting *p)
{
	return p->count;
}

void waiting_each(struct waiting *p, void (*fn)(struct exchange *x, void *arg), void *arg)
{
	struct watch *w;
	LIST_FOREACH(w, &p->watches, all) {
		struct exchange *x, *next;
		for (x = TAILQ_FIRST(&w->waiting); x; x = next) {
			next = TAILQ_NEXT(x, waits);
			fn(x, arg);
		}
	}
}
