/*
 * queued.h - the notices that wait for one channel, in no order. Each knows its places, so that it leaves at once.
 * Place: notifier.
 */
#ifndef NOTIFIER_QUEUED_H
#define NOTIFIER_QUEUED_H
#include <stdbool.h>
#include <stddef.h>

struct live;

struct queued_one {
	struct live *l; /* borrowed */
	int i;          /* by its ith attempt */
};
struct queued_list {
	struct queued_one *v;
	size_t n, cap;
};

/* Its ith attempt waits for the channel of this list, or does not. */
void queued_set(struct queued_list *w, struct live *l, int i, bool waits);
void queued_free(struct queued_list *w);

#endif
