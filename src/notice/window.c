/* window.c - see window.h. Place: notice; pure. */
#include "notice/window.h"
#include "base/log.h"

#include <stdlib.h>

void window_open(struct sliding_window *w, int most)
{
	*w = (struct sliding_window){.most = most};
	if (most > 0)
		w->at = xalloc((size_t)most * sizeof *w->at);
}

void window_free(struct sliding_window *w)
{
	free(w->at);
	w->at = NULL;
}

/* Where the kth newest is, from 1. */
static int place(const struct sliding_window *w, int k)
{
	return (w->next - k + w->most) % w->most;
}

void window_add(struct sliding_window *w, int64_t at)
{
	if (w->most <= 0)
		return;
	w->at[w->next] = at;
	w->next = (w->next + 1) % w->most;
	w->n += w->n < w->most;
}

void window_remove(struct sliding_window *w, int64_t at)
{
	int k = 1;

	while (k <= w->n && w->at[place(w, k)] != at)
		k++;
	if (k > w->n)
		return;
	for (; k > 1; k--)
		w->at[place(w, k)] = w->at[place(w, k - 1)];
	w->next = place(w, 1);
	w->n--;
}

void window_shift(struct sliding_window *w, int64_t step)
{
	for (int i = 0; i < w->n; i++)
		w->at[place(w, i + 1)] += step;
}

int64_t window_from(const struct sliding_window *w, int limit, int64_t span_ms, int64_t now)
{
	int64_t at;

	if (limit <= 0 || limit > w->n)
		return now;
	at = w->at[place(w, limit)] + span_ms;
	return at > now ? at : now;
}

int window_share(int limit, enum notice_class class)
{
	int all = limit - limit / 3;

	return class == NOTICE_INSTRUCTION || all < 1 ? limit : all;
}
