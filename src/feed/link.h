/*
 * link.h - the link of a front end to the engine: it finds the engine again when it is gone, and
 * holds every command until it is answered or hold_ms have passed.
 *
 * A command keeps its 64-bit id for life. After a reconnect all that are unanswered go again, in
 * their first order, marked resent, so that the engine answers from the store what it had done.
 */
#ifndef FEED_LINK_H
#define FEED_LINK_H
#include "wire/messages.h"

struct event_base;
struct engine_link;
struct engine_ticket;

/* Called when the engine answered (or hold_ms passed: code ERROR_UNAVAILABLE). The reply is borrowed. */
typedef void link_reply_cb(void *arg, const struct reply *r);

struct link_metrics {
	int64_t commands, resent, unavailable, connects; /* sent; again; given up; WELCOMEs */
};

struct link_handlers {
	/* After a WELCOME, before anything is resent. false: it cannot be used now; tried again. */
	bool (*welcome)(void *arg, const struct welcome *w);
	/* false: they cannot be used (a gap that could not be read): the link starts over. */
	bool (*events)(void *arg, const struct seen_event *v, size_t n);
	void (*pulse)(void *arg, const struct pulse *p);
	void (*presence)(void *arg, const struct presence *p);
};

struct link_options {
	const char *path, *role; /* of the engine's socket; ours */
	int64_t hold_ms;
};

/* Connects in the next turn of the loop. Everything in `o` is borrowed. */
struct engine_link *link_new(struct event_base *base, const struct link_options *o,
    const struct link_handlers *h, void *arg);
/* No callback any more, not even for commands unanswered. */
void link_free(struct engine_link *l);
/* Packs it with a new id; cb (may be NULL) is called once, never from inside this call. */
struct engine_ticket *link_send(struct engine_link *l, const struct command *c, link_reply_cb *cb, void *arg);
void link_forget(struct engine_ticket *t);
/* Commands not yet answered, and their bytes. */
size_t link_pending(const struct engine_link *l);
size_t link_bytes(const struct engine_link *l);
/* Between a WELCOME that was accepted and the loss of the engine. */
bool link_up(const struct engine_link *l);
/* No command that was resent is still unanswered, but for those that may take long. */
bool link_settled(const struct engine_link *l);
/* We are about to end: what may take long (a backup) is not waited for any more. */
void link_drain(struct engine_link *l);
/* Counts commands, resent, unavailable, connects. */
void link_metrics(const struct engine_link *l, struct link_metrics *out);

#endif
