/*
 * feed.h - every committed event, once and in order, from any seq on: what happened meanwhile comes from
 * the store, what happens comes from the engine, and what was committed while the link was down is read
 * from the store in between. The front ends begin at the present; one that must not miss what happened
 * while it was not running begins at the last seq that it was done with.
 */
#ifndef FEED_FEED_H
#define FEED_FEED_H
#include "feed/link.h"
#include "store/read.h"

struct feed;

#define FEED_NOW INT64_C(-1)
/* From the daemon's last start on, where that is a minute ago at most; else from now on. For one that begins for the first
 * time and may be ready after the others. */
#define FEED_STARTED INT64_C(-2)

/* From the last half hour on: for one that has lost what it did. What it does again has the same key. */
#define FEED_RECENT INT64_C(-3)

struct feed_handlers {
	/* The store is open anew; the one before (NULL: none) is closed when this returns. */
	void (*reads)(void *arg, struct reads *now, struct reads *before);
	/* An engine was found, its store is open. False: it cannot be used now; tried again. */
	bool (*found)(void *arg, const struct welcome *w);
	/* The first event will be seq + 1. `back`: the store is another one, or stands behind what was
	 * handed out (a restored backup), so positions above seq mean nothing. */
	void (*begins)(void *arg, int64_t seq, bool back);
	void (*event)(void *arg, const struct seen_event *e);
	/* Everything is handed out that the engine had when it was found. */
	void (*caught_up)(void *arg);
	void (*pulse)(void *arg, const struct pulse *p);
	void (*presence)(void *arg, const struct presence *p);
	/* May be NULL. It was done with all up to `had` (FEED_NOW …: nothing): where does what it did agree with this store, which
	 * is open now? That is where it begins, in place of `had`; lower: the store went back. */
	int64_t (*whence)(void *arg, const struct welcome *w, int64_t had);
};

/* `after`: the last seq that was dealt with, or FEED_NOW, FEED_STARTED, FEED_RECENT. `link` is borrowed. */
struct feed *feed_new(struct event_base *base, const struct link_options *link, int64_t after,
    const struct feed_handlers *h, void *arg);
void feed_free(struct feed *f);
/* For commands: the engine is at its other end. */
struct engine_link *feed_link(const struct feed *f);
/* The last welcome; epoch 0: none yet. */
const struct welcome *feed_welcome(const struct feed *f);
/* The last event that was handed out. */
int64_t feed_seq(const struct feed *f);

#endif
