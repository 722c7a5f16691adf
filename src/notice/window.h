/*
 * window.h - the instants of the last messages, and from when on one more fits: of any span of time no more are begun than
 * the limit, which a bucket that fills again could pass twice over.
 *
 * Pure: the instants are passed in.
 */
#ifndef NOTICE_WINDOW_H
#define NOTICE_WINDOW_H
#include "domain/notices.h"

struct sliding_window {
	int64_t *at; /* the last `most` of them, round and round */
	int most, n, next;
};

/* most 0: none is remembered. */
void window_open(struct sliding_window *w, int most);
void window_free(struct sliding_window *w);
void window_add(struct sliding_window *w, int64_t at);
/* One of that instant did not count after all. */
void window_remove(struct sliding_window *w, int64_t at);
/* The wall clock was put on by `step`. */
void window_shift(struct sliding_window *w, int64_t step);
/* From when on one more fits, where at most `limit` may be begun in a span; `now`: now. limit 0: there is none. */
int64_t window_from(const struct sliding_window *w, int limit, int64_t span_ms, int64_t now);
/* So many of a limit are for this class: a third is for instructions alone. */
int window_share(int limit, enum notice_class class);

#endif
