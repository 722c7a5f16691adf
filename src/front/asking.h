/*
 * asking.h - one question to another of our processes over its socket, and its answer in one frame or several,
 * without waiting for it.
 *
 * A process that is away, busy or hung costs the asker one sentence and nothing else. What is asked and what an
 * answer holds is the kind's: notifying.h, reporting.h.
 * Place: front.
 */
#ifndef FRONT_ASKING_H
#define FRONT_ASKING_H
#include "base/both.h"
#include "wire/messages.h"

struct arena;
struct asking;
struct event_base;

enum asked { ASKED_WRONG /* such a frame does not belong there */, ASKED_MORE, ASKED_WHOLE };

struct asking_kind {
	enum message asks;
	struct both away;  /* it could not be reached */
	struct both late;  /* no whole answer in time */
	struct both ended; /* it has gone, or answered wrongly */
	size_t most;       /* that wait in this process */
	size_t waiting;
	/* One frame of the answer; what is kept of it lies in the arena. */
	enum asked (*take)(void *arg, struct arena *a, enum message what, struct str body);
	/* Called once, from the loop, when the answer is whole (wrong NULL) or will not be. Calls asking_free. */
	void (*over)(void *arg, const char *wrong);
};

/* path NULL: it is away. NULL where `most` of the kind wait already. */
struct asking *asking_new(struct event_base *base, const char *path, struct asking_kind *kind,
    struct str question, int64_t within_ms, bool english, void *arg);
/* Also before it is over: `over` is not called then. */
void asking_free(struct asking *a);

#endif
