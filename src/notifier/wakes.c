/* wakes.c - see wakes.h. Place: notifier. */
#include "notifier/wakes.h"
#include "base/array.h"
#include "notifier/live.h"

#include <stdlib.h>

static void put(struct wakes *w, size_t i, struct live *l)
{
	w->v[i] = l;
	l->wake_place = i + 1;
}

/* Up to where the one above it is not later. */
static void rise(struct wakes *w, size_t i, struct live *l)
{
	for (size_t above; i > 0 && w->v[above = (i - 1) / 2]->wake > l->wake; i = above)
		put(w, i, w->v[above]);
	put(w, i, l);
}

/* Down to where those below it are not earlier. */
static void sink(struct wakes *w, size_t i, struct live *l)
{
	for (size_t below; (below = 2 * i + 1) < w->n; i = below) {
		if (below + 1 < w->n && w->v[below + 1]->wake < w->v[below]->wake)
			below++;
		if (w->v[below]->wake >= l->wake)
			break;
		put(w, i, w->v[below]);
	}
	put(w, i, l);
}

static void settle(struct wakes *w, size_t i, struct live *l)
{
	if (i > 0 && w->v[(i - 1) / 2]->wake > l->wake)
		rise(w, i, l);
	else
		sink(w, i, l);
}

static void take_out(struct wakes *w, struct live *l)
{
	size_t i = l->wake_place - 1;
	struct live *last = w->v[--w->n];

	l->wake_place = 0;
	if (last != l)
		settle(w, i, last);
}

void wakes_set(struct wakes *w, struct live *l, int64_t at)
{
	l->wake = at;
	if (!at) {
		if (l->wake_place)
			take_out(w, l);
		return;
	}
	if (l->wake_place) {
		settle(w, l->wake_place - 1, l);
		return;
	}
	ARRAY_ROOM(NULL, w->v, w->n, w->cap);
	rise(w, w->n++, l);
}

struct live *wakes_first(const struct wakes *w)
{
	return w->n ? w->v[0] : NULL;
}

void wakes_free(struct wakes *w)
{
	free(w->v);
}
