/* queued.c - see queued.h. Place: notifier. */
#include "notifier/queued.h"
#include "base/array.h"
#include "notifier/live.h"

#include <stdlib.h>

static void put(struct queued_list *w, size_t at, struct queued_one one)
{
	w->v[at] = one;
	one.l->waits[one.i] = at + 1;
}

void queued_set(struct queued_list *w, struct live *l, int i, bool waits)
{
	size_t place = l->waits[i];

	if (waits == (place > 0))
		return;
	if (waits) {
		ARRAY_ROOM(NULL, w->v, w->n, w->cap);
		put(w, w->n++, (struct queued_one){l, i});
		return;
	}
	put(w, place - 1, w->v[--w->n]);
	l->waits[i] = 0;
}

void queued_free(struct queued_list *w)
{
	free(w->v);
}
