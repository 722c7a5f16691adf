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
#include "front/logins.h"
#include "feed/feed.h"
#include "wire/messages.h"
#include "wire/render.h"

struct event_base;
struct front;

/* Called for every committed event, in order, none missing, none twice, across engine restarts. */
typedef void front_event_cb(void *arg, const struct seen_event *p);
typedef link_reply_cb front_reply_cb;
struct front_handlers {
	front_event_cb *event;
	void (*ready)(void *arg); /* first WELCOME: mechanism, reads and seq are there */
	/* Close what it no longer may; "": any account. */
	void (*account_changed)(void *arg, const char *account);
	/* The store went back behind events that were handed out (a restored backup), or is another
	 * one: front_seq is lower now, and a client's position above it means nothing. May be NULL. */
	void (*reset)(void *arg);
	/* Of one that follows from `after` on; see feed.h. May be NULL. */
	int64_t (*whence)(void *arg, const struct welcome *w, int64_t had);
	/* Somebody writes about an incident. May be NULL. */
	void (*presence)(void *arg, const struct presence *p);
	/* A pulse came: the engine committed a heartbeat. May be NULL. */
	void (*pulse)(void *arg);
};

struct front *front_new(const struct child *c, struct event_base *base, const struct front_handlers *h,
    void *arg);
/* The same for one that follows the events from `after` on, which it was done with (FEED_NOW: from now), and hands
 * none on: it keeps few of them. */
struct front *front_new_after(const struct child *c, struct event_base *base, int64_t after,
    const struct front_handlers *h, void *arg);
void front_free(struct front *f);

/* Sends a command that the engine carries out. Copies it; gives it an id and received_at. The answer
 * comes once, later. The ticket cancels the callback (the command still happens). */
struct engine_ticket *front_command(struct front *f, const struct command *c, front_reply_cb *cb, void *arg);
void front_forget(struct engine_ticket *t);
/* Commands not yet answered (for drain and limits). */
size_t front_pending(const struct front *f);
/* The process is about to end: commands that may take minutes (a backup, a reload) are answered
 * `unavailable` at once; the others are waited for. */
void front_drain(struct front *f);
/* So much waits for the engine's answer that nothing more is taken: the caller answers `unavailable`. */
bool front_full(const struct front *f);

/* What a read took: rows looked at, bytes rendered, microseconds spent here (not waited). */
struct read_cost {
	int64_t rows, bytes, us;
};
/* What a read found. Texts are good during the callback. */
struct read_result {
	struct refusal why; /* code OK: `bytes` is the result as JSON, the same on console and HTTP */
	struct str bytes;
	int64_t n;   /* entries, where it is a list */
	bool more;   /* the list goes on */
	int64_t seq; /* of a list: where to go on; else of the snapshot it was read from */
	char etag
	    [40]; /* of what has one: its seq, '-', a digest of all that was rendered but whom to call now */
	struct read_cost cost;
};
typedef void front_read_cb(void *arg, const struct read_result *r);

/* Carries out a command that only reads (command_kinds[].by BY_FRONT, but for session.*): what it wants,
 * one load, one rendering. Of a unit's own dispatches that it shows for the first time it records the
 * delivery (送达) before it renders: being in an answer is what delivers; and it records looks at
 * personal data. Not `show`: nothing is shown to a person (HEAD), so neither happens.
 *
 * `cb` comes once, from inside this call where the result stands at once. Till then *slot is the read,
 * for front_read_cancel; it is NULL when cb is called. Reads that look at many rows take turns: one in a
 * round of the loop, over all connections. Command and view are copied. */
struct front_read;
void front_read(struct front *f, const struct command *c, const struct view *v, bool show,
    struct front_read **slot, front_read_cb *cb, void *arg);
/* cb is not called; what the engine was told still happens. */
void front_read_cancel(struct front_read *q);
/* The result of a list that has nothing to show since c's `after`, without a load: empty, to go on from
 * the events' end. */
void front_read_nothing(struct front *f, const struct command *c, struct buf *out);

/* Who has this token. Cached; a token not in the cache is looked up in the store. */
enum sought front_principal(struct front *f, const char *token, struct arena *a, struct principal *out);
/* Whose certificate a client has shown (conn_names; NULL: none): `known`, or that it was revoked. token: for
 * front_still_good. Beside a token or a session of this account (NULL: without one) it must be the same account's.
 * False with why: they do not go together, its names belong to more than one account, its account was revoked, or the
 * store cannot be read. */
struct front_certified {
	bool known, revoked, unreadable;
	struct principal who;
	struct digest token;
};
bool front_certificate_fits(struct front *f, const char *names, const char *account, struct arena *a,
    struct front_certified *out, struct refusal *why);
/* Is the account's token (its digest) still good? While the store cannot be read it is, and account_changed comes again. */
bool front_still_good(struct front *f, const struct digest *token);
/* Whose session shows this in its browser (its digest); none where it has run out. A sliding one that is in use is
 * extended, some minutes apart. */
struct front_session {
	char id[DIGEST_ID];
	int64_t opened_at, until, fresh_until; /* fresh_until 0: it was opened by a code */
};
enum sought front_session(struct front *f, const struct digest *secret, struct arena *a,
    struct principal *out, struct front_session *session);
/* Whose code this is. Ask logins_code_wait before. */
enum sought front_code(struct front *f, const char *code, struct arena *a, struct principal *out);
/* A token or a code was not good. token NULL: a code. Tells the engine where there are many. */
struct login_delay front_login_failed(struct front *f, const struct conn_peer *peer,
    const struct digest *token);
struct logins *front_logins(struct front *f);

/* Whom an account acts for is worked out anew at each request. What lasts longer (a console, a stream, a poll that
 * waits) asks for this number, which changes whenever the answer may have changed, */
unsigned front_acting(struct front *f);
/* and then for the answer: the first of these units with those that it succeeds by now. Good as long as the front is. */
const char *front_acts_for(struct front *f, const char *units);

/* The mechanism in force, NULL before ready. Changes at config.activated; keep no pointer over turns. */
const struct mechanism *front_mechanism(const struct front *f);
/* The same, held: the caller releases it. */
struct mechanism *front_hold_mechanism(const struct front *f);
/* Swaps of duty; with the same life. */
const struct circumstances *front_around(const struct front *f);
/* Its own connection to the store, for what no command reads; NULL before ready. Another one after each WELCOME. */
struct reads *front_reads(const struct front *f);
const struct welcome *front_engine(const struct front *f); /* last welcome */
const struct pulse *front_pulse(const struct front *f);    /* last pulse, NULL */
bool front_connected(const struct front *f);
/* All that is wrong, ours and what the engine's last pulse says, in the arena. */
const struct trouble *front_troubles(const struct front *f, struct arena *a, size_t *n);
/* An engine that committed no heartbeat for this long is silent. */
#define PULSE_FRESH_MS INT64_C(15000)
bool front_engine_silent(const struct front *f);
/* False after a reconnect until every command that went again is answered: what such a command did
 * may be in the events already, and its reply goes before them. */
bool front_settled(const struct front *f);
int64_t front_seq(const struct front *f); /* last event that came in */
int64_t front_now(const struct front *f); /* wall clock or the manual instant, ms */

/* Events after `after` for this view, first from the ring, else from the store: at most `limit`, and
 * none beyond front_seq, so that what is pulled and what is pushed fit together without a gap.
 * *scanned: go on from there, even where all were filtered out. Texts are borrowed until the next
 * event comes in. false: the store could not be read. */
bool front_events(struct front *f, const struct view *v, int64_t after, int limit, struct arena *a,
    struct seen_event **out, int *n, int64_t *scanned, bool *more);
/* Seq of the last event that this unit's poll would show (not: that it was delivered or looked at).
 * No SQL. Where it is not above `after`, there is nothing new. */
int64_t front_unit_seq(const struct front *f, const char *unit);
/* Is a position that a client names one of this store's? It may be above front_seq, when another
 * front end was faster; then the store is asked. */
enum sought front_knows(struct front *f, int64_t after);

/* Counters since this process started, for status.get and metrics. */
struct front_metrics {
	int64_t commands, resent, unavailable;                /* sent to the engine; again; given up */
	int64_t reads, events, connects;                      /* reads answered; events in; WELCOMEs */
	int64_t read_rows, read_bytes, read_us, reads_queued; /* what the reads cost; that wait their turn */
	int64_t ring_events, ring_bytes, accounts;
	struct login_metrics logins;
};
struct front_metrics front_metrics(const struct front *f);

#endif
