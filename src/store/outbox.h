/*
 * outbox.h - what the process notifier remembers: how far it has followed the events, and what goes out.
 *
 * A file of its own, beside the store and in no way part of it: it may be deleted, and then the notifier begins half an
 * hour ago. One that is damaged is set aside. The cursor and the rows that its events made are written in one transaction, so that
 * after a crash none is missing and none is made twice. If a function fails, its caller gives up the transaction and ends, and is
 * started again.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H
#include "base/digest.h"
#include "base/time.h"
#include "domain/outgoing.h"

#define OUTBOX_FOLDER "notices" /* beside the store */
#define OUTBOX_MARK_MS INT64_C(600000)

struct arena;
struct outbox;

/* NULL with why. Makes folder and file where they are not there yet. */
struct outbox *outbox_open(const char *store, bool english, char *why, size_t why_len);
void outbox_close(struct outbox *o);

/*
 * Looks whether the file is there and as we left it, between two transactions, and does what can be done (ALARM in the log).
 * SAVED: it was deleted or replaced, and a new one holds all. ANEW: it was cut or overwritten, and the new one is empty:
 * what the caller knows is to be written. AWAY: there is no place for one.
 */
enum outbox_state { OUTBOX_SOUND, OUTBOX_SAVED, OUTBOX_ANEW, OUTBOX_AWAY };
enum outbox_state outbox_look(struct outbox *o, bool english);

/* The last event that was dealt with, and of which store; -1: none yet, it is a new file. */
int64_t outbox_cursor(const struct outbox *o);
const char *outbox_store(const struct outbox *o);

/* Up to which instant digests were made; -1: never yet. */
int64_t outbox_digested(const struct outbox *o);

/* -- writing: all between begin and commit is one transaction; false: it was not written ---------------- */

bool outbox_begin(struct outbox *o);
/* What is committed outlives the process, and once it is synced the machine. A file that lost the last transactions is
 * whole: it says of itself how far it came. */
bool outbox_commit(struct outbox *o);
bool outbox_sync(struct outbox *o);
bool outbox_follow(struct outbox *o, const char *store, int64_t seq);
bool outbox_digest(struct outbox *o, int64_t at);
/* The row of the journal that the cursor is in has that hash. One of each OUTBOX_MARK_MS is kept. */
bool outbox_mark(struct outbox *o, int64_t now, const struct digest *hash);
/* Those behind this seq, and those from before that instant, mean nothing any more. */
bool outbox_unmark(struct outbox *o, int64_t after, int64_t before);
/* A new one with its attempts. *added false: it is there already, and stays as it is. */
bool outbox_add(struct outbox *o, const struct outgoing *one, bool *added);
/* What has changed of one, and its attempts. */
bool outbox_save(struct outbox *o, const struct outgoing *one);
/* It goes its way anew: its attempts are forgotten. */
bool outbox_again(struct outbox *o, const char *id);
/* The text of a message that may have to go again with the same bytes; NULL: it has to no more. */
bool outbox_message_save(struct outbox *o, const char *channel, const char *carrier, int64_t at,
    const char *text);
/* Forgets some of what ended before then and was told. */
bool outbox_forget(struct outbox *o, int64_t before);

/* -- reading: everything lies in the arena ---------------------------------------------------------------- */

struct outbox_mark {
	int64_t seq;
	struct digest hash;
};
/* Those up to that seq, the newest first; -1 where they could not be read. */
int outbox_marks(struct outbox *o, int64_t upto, int most, struct outbox_mark *out);

struct outbox_row {
	struct outgoing o;
	int64_t n; /* the order of their making: a cursor */
};
/* Those that live, or whose end the engine does not know, after the nth; -1 where it could not be read. */
int outbox_live(struct outbox *o, int64_t after, int most, struct arena *a, struct outbox_row *out);
bool outbox_find(struct outbox *o, const char *id, struct arena *a, struct outgoing *out);
/* The notices of a dispatch, in the order of their making. */
int outbox_of_dispatch(struct outbox *o, const char *incident, int dispatch, int most, struct arena *a,
    struct outbox_row *out);
/* Those made since then that a reply with this code may mean, the newest first. */
int outbox_by_code(struct outbox *o, int code, int64_t since, int most, struct arena *a,
    struct outbox_row *out);
/* When each of the n codes from `first` on was given last, if it was since then. */
bool outbox_codes(struct outbox *o, int64_t since, int first, int n, int64_t *made_at);
/* Those made since then whose instruction waits for an answer. */
int outbox_waiting(struct outbox *o, int64_t since, int most, struct arena *a, struct outbox_row *out);
struct outbox_filter {
	int state;            /* -1: any */
	const char *unit;     /* or several, comma-separated; NULL: any */
	const char *incident; /* NULL: any */
	int dispatch;         /* -1: any */
	int64_t before;       /* cursor; 0: from the newest */
};
int outbox_list(struct outbox *o, const struct outbox_filter *f, int most, struct arena *a,
    struct outbox_row *out);
/* Those that no channel took, or of which nothing is known, the newest first, below the cursor (0: from the newest). */
int outbox_lost(struct outbox *o, int64_t before, int most, struct arena *a, struct outbox_row *out);
/* Of these the instructions that did not get through as far as is known, or that were given up; f->state is not looked at. */
int outbox_failed(struct outbox *o, const struct outbox_filter *f, int most, struct arena *a,
    struct outbox_row *out);
/* -- replies by short message that were not taken ---------------------------------------------------------- */

/* Stored as numbers: new ones go to the end. */
enum reply_fault {
	REPLY_NOT_UNDERSTOOD, /* no act and code */
	REPLY_UNKNOWN_PHONE,  /* of no unit's people */
	REPLY_WRONG_CODE,     /* no instruction of that unit in the last 24 hours has it */
	REPLY_CODE_NEEDED,    /* several wait */
	REPLY_NOTHING_WAITS,
	REPLY_REFUSED,        /* by the engine: withdrawn, completed … */
	REPLY_ARRIVED_OR_NOT, /* an arrival with words: they may say that it is not so */
	REPLY_FAULTS
};
extern const char *const reply_fault_names[REPLY_FAULTS]; /* "not-understood" … */

/* One that is to be carried out. */
struct outbox_heard {
	int64_t n;
	int64_t at;
	const char *channel, *phone, *text; /* phone and text are personal */
	const char *notice, *unit, *dispatch;
	int act;           /* enum reply_act */
	const char *words; /* behind the code; "" */
	bool done;         /* the act is, and its words are still to be told */
};
/* *n: its number; 0: it is there already. */
bool outbox_heard_add(struct outbox *o, const struct outbox_heard *h, int64_t *n);
bool outbox_heard_done(struct outbox *o, int64_t n);
bool outbox_heard_drop(struct outbox *o, int64_t n);
/* Those after the nth, the oldest first. -1: unreadable. */
int outbox_heard(struct outbox *o, int64_t after, int most, struct arena *a, struct outbox_heard *out);

#define REPLIES_KEPT 500 /* the newest; what strangers send is bounded */
#define REPLIES_KEPT_MS (7 * DAY_MS)
#define REPLY_KEPT 70 /* characters of its text: a short message has no more */

struct outbox_reply {
	int64_t n; /* a cursor */
	int64_t at;
	const char *channel;
	const char *phone, *text; /* personal; NULL: there was none */
	enum reply_fault fault;
	const char *unit, *dispatch, *code; /* NULL: none */
};
/* Forgets the old ones with it. */
bool outbox_reply_add(struct outbox *o, const struct outbox_reply *r);
/* Those from before then, and all but the newest: also while no other one comes. */
bool outbox_replies_forget(struct outbox *o, int64_t before);
/* The newest first, below the cursor (0: from the newest). -1: unreadable. */
int outbox_replies(struct outbox *o, int64_t before, int most, struct arena *a, struct outbox_reply *out);

/* -- channels that are closed until a person opens them ----------------------------------------------------- */

/* `target`: the digest of what it sends to. */
bool outbox_gone_add(struct outbox *o, const char *channel, const char *target, int64_t at);
bool outbox_gone_drop(struct outbox *o, const char *channel);
/* What it sent to when it was closed; NULL: it is open. */
const char *outbox_gone(struct outbox *o, const char *channel, struct arena *a);

/* The ids of those that went in the message with the provider's number, or that was carried by that notice. */
int outbox_by_provider(struct outbox *o, const char *channel, const char *provider, int most, struct arena *a,
    const char **ids);
int outbox_by_carrier(struct outbox *o, const char *channel, const char *carrier, int most, struct arena *a,
    const char **ids);
/* NULL: none was kept. */
const char *outbox_message(struct outbox *o, const char *channel, const char *carrier, struct arena *a);
/* A message that was begun: when, by whose class, and for whom. */
struct outbox_use {
	int64_t at;
	enum notice_class class;
	const char *unit, *role; /* good until the call returns */
	int which;
};
typedef void outbox_use_cb(void *arg, const struct outbox_use *use);
/* All messages of this channel that were begun since then, the oldest first; at is all that is said of them. */
bool outbox_begun(struct outbox *o, const char *channel, int64_t since, outbox_use_cb *cb, void *arg);
/* The same of those that may have arrived, and all that is known of them. */
bool outbox_used(struct outbox *o, const char *channel, int64_t since, outbox_use_cb *cb, void *arg);

#endif
