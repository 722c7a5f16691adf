/*
 * front.h - what both front ends share: the link to the engine with resend and resume, the ring of
 * recent events, accounts, the mechanism in force, and the commands that only read.
 *
 * A front end keeps its clients when the engine is away: commands are held up to options.hold_ms and
 * sent again with their ids; what is still unanswered then gets `unavailable`.
 */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H
#include "base/arena.h"
#include "front/child.h"
#include "store/read.h"
#include "wire/messages.h"
#include "wire/render.h"

struct event_base;
struct front;

/* Called for every committed event, in order, none missing, none twice, across engine restarts. */
typedef void front_event_cb(void *arg, const struct published *p);
/* Called when the engine answered (or hold_ms passed: code ERROR_UNAVAILABLE). The reply is borrowed. */
typedef void front_reply_cb(void *arg, const struct reply *r);
struct front_handlers {
	front_event_cb *event;
	void (*ready)(void *arg);          /* first WELCOME: mechanism, reads and seq are there */
	void (*account_changed)(void *arg, const char *account); /* close what it no longer may */
};

struct front *front_new(const struct child *c, struct event_base *base, const struct front_handlers *h,
    void *arg);
void front_free(struct front *f);

/* Sends a command that the engine carries out. Copies it; gives it an id and received_at. The answer
 * comes once, later. The ticket cancels the callback (the command still happens). */
struct front_ticket;
struct front_ticket *front_command(struct front *f, const struct command *c, front_reply_cb *cb, void *arg);
void front_forget(struct front_ticket *t);
/* Commands not yet answered (for drain and limits). */
size_t front_pending(const struct front *f);

/* Carries out a command that only reads (command_kinds[].by BY_FRONT, but for session.*). Fills
 * `result` with JSON, or why. Same results on console and HTTP. */
bool front_read(struct front *f, const struct command *c, const struct view *v, struct arena *a,
    struct buf *result, struct refusal *why);

/* Who has this token; false where nobody. Cached; a token not in the cache is looked up in the store. */
bool front_principal(struct front *f, const char *token, struct arena *a, struct principal *out);
/* Is the account's token (its digest) still good? */
bool front_still_good(struct front *f, const struct digest *token);

/* The mechanism in force, NULL before ready. Changes at config.activated; keep no pointer over turns. */
const struct mechanism *front_mechanism(const struct front *f);
const struct welcome *front_engine(const struct front *f); /* last welcome */
const struct pulse *front_pulse(const struct front *f);    /* last pulse, NULL */
bool front_connected(const struct front *f);
int64_t front_seq(const struct front *f); /* last event that came in */
int64_t front_now(const struct front *f); /* wall clock or the manual instant, ms */
struct reads *front_reads(struct front *f);

/* Events after `after` for this view, first from the ring, else from the store: at most `limit`.
 * *scanned: go on from there. false: the store could not be read. */
bool front_events(struct front *f, const struct view *v, int64_t after, int limit, struct arena *a,
    struct seen_event **out, int *n, int64_t *scanned, bool *more);
/* Has anything this unit may see come after `after`? No SQL. */
int64_t front_unit_seq(const struct front *f, const char *unit);

#endif
