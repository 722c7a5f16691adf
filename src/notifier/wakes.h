/*
 * wakes.h - which notice must be looked at when: a heap by their instants. Each notice knows its place in it.
 * Place: notifier. It reads no clock.
 */
#ifndef NOTIFIER_WAKES_H
#define NOTIFIER_WAKES_H
#include <stddef.h>
#include <stdint.h>

struct live;

struct wakes {
	struct live **v; /* borrowed; the earliest first */
	size_t n, cap;
};

/* It is looked at then, instead of at the instant that was set before. 0: never by time. */
void wakes_set(struct wakes *w, struct live *l, int64_t at);
/* The earliest; its instant is its `wake`. NULL: none. */
struct live *wakes_first(const struct wakes *w);
void wakes_free(struct wakes *w);

#endif
