/*
 * notifying.h - asks the notifier something (wire/notice_message.h), without waiting for it.
 *
 * A notifier that is away, busy or hung costs the asker an answer of 503 and nothing else.
 * Place: front; both front ends use it.
 */
#ifndef FRONT_NOTIFYING_H
#define FRONT_NOTIFYING_H
#include "wire/notice_message.h"

struct event_base;
struct notifying;

/* How it went, good during the call. Called once, from the loop. */
typedef void notifying_cb(void *arg, const struct notice_answer *answer);

#define NOTIFYING_MOST 64         /* that wait in this process */
#define NOTIFYING_WITHIN_MS 15000 /* a receipt waits for a commit of the engine */
#define NOTIFYING_HEALTH_MS 1000  /* status.get waits no longer for it */
#define NOTIFYING_RETRY_S 30      /* when to come again where the notifier is away */

/* `path`: child.notifier_path. within_ms: without an answer by then it is `unavailable`; NOTIFYING_WITHIN_MS, or less. NULL
 * where too many of ours wait already: the caller answers `too-many`. */
struct notifying *notifying_ask(struct event_base *base, const char *path, const struct notice_ask *ask,
    int64_t within_ms, notifying_cb *cb, void *arg);
/* cb is not called; the notifier may still do what it was asked. */
void notifying_forget(struct notifying *n);
/* Those that wait in this process. */
size_t notifying_count(void);

#endif
