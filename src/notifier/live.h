/*
 * live.h - the notices that live, in memory and in the outbox alike, and how far the events were followed.
 *
 * A turn looks at those only that have changed or whose time has come, so that one in which nothing happens costs the same
 * with ten notices as with ten thousand.
 *
 * Every change goes through `living_begin` or `living_keep`: it is written in the transaction that is open, which `living_settle`
 * commits with how far the events were followed. A transaction of new notices alone is not synced: if it is lost, the events are
 * followed again. If a write fails, the process ends with EXIT_OUTBOX, and another one goes on from the last commit.
 * Place: notifier; between the outbox and the pump.
 */
#ifndef NOTIFIER_LIVE_H
#define NOTIFIER_LIVE_H
#include "base/arena.h"
#include "base/map.h"
#include "notice/addressee.h"
#include "notifier/wakes.h"

#define EXIT_OUTBOX 74 /* EX_IOERR: the supervisor starts another one */

struct notice_counts;
struct front;
struct outbox;

struct live {
	struct outgoing o;
	struct arena *arena; /* of its texts */
	struct addressee to; /* who it is for, when it was looked at last */
	int under_way;       /* messages that it is in, and that are not answered yet */
	bool despaired;      /* the engine was told that no channel takes it */
	uint64_t serial;     /* in the order of their making */
	size_t place;        /* among all */
	int64_t wake;        /* it is looked at then; 0: not by time */
	size_t wake_place;   /* in the heap, from 1; 0: not in it */
	size_t waits
	    [CHANNELS_EACH]; /* of each attempt: its place among those that wait for its channel, from 1; 0: it does not */
	bool touched, ending; /* it is in those lists */
};

struct live_list {
	struct live **v;
	size_t n, cap;
};

struct living {
	struct front *front;
	struct outbox *outbox;
	struct notice_counts *counts;
	struct live **v; /* in no order */
	size_t n, cap;
	uint64_t made;  /* the serial of the last */
	struct map ids; /* of pointers to them */
	struct wakes wakes;
	struct live_list touched;   /* to be looked at by the next turn */
	struct live_list looked_at; /* by this one */
	struct live_list ending;    /* ended: to be told, then over */
	bool open;                  /* a transaction is */
	bool owed;                  /* it has what the journal does not know: it must reach the disk */
	int64_t followed, saved_at, forgot_at;
};

/* Looks at the outbox's file between two transactions. One that is empty gets what is in memory: all that live and how far the events
 * were followed. What has ended is forgotten with the old file, and is not made again. True: it is empty. */
bool living_look(struct living *l, bool english);

/* Reads those of the outbox. False: it cannot be read. All are borrowed. */
bool living_open(struct living *l, struct front *front, struct outbox *outbox, struct notice_counts *counts);
void living_close(struct living *l);

/* One that is in the outbox. */
struct live *living_add(struct living *l, const struct outgoing *o);
struct live *living_find(const struct living *l, const char *id);
/* The next turn looks at it; at all. */
void living_touch(struct living *l, struct live *one);
void living_touch_all(struct living *l);
/* A turn begins: those that were touched until now are looked at in it. */
void living_turn(struct living *l);
/* One of them, or one whose time has come; NULL: no more. The caller sets its wake. */
struct live *living_next(struct living *l, int64_t now);
/* It has ended: it stays until the engine knows. */
void living_ends(struct living *l, struct live *one);
/* Those that are over leave. They wait for no channel. */
void living_sweep(struct living *l);

/* The mechanism goes: what they have of it (names of channels) becomes theirs. */
void living_own(struct living *l);

/* A new one. NULL: it was made before. */
struct live *living_begin(struct living *l, struct outgoing *o);
void living_keep(struct living *l, struct outgoing *o);
/* It goes its way anew. */
void living_again(struct living *l, struct outgoing *o);
/* The same of one that may have ended now; `was_live`: it had not. */
void living_changed(struct living *l, struct outgoing *o, bool was_live);
void living_settle(struct living *l);
struct outbox_reply;
/* A reply that was not taken is kept: committed when it returns. */
void living_reply(struct living *l, const struct outbox_reply *r);
struct outbox_heard;
/* One that is to be carried out: on the disk when it returns its number; 0: it is there already. */
int64_t living_heard(struct living *l, const struct outbox_heard *h);
/* What it asks for is done, and its words are to be told; or all of it is: written with what comes next. */
void living_heard_done(struct living *l, int64_t n, bool words);
/* The channel is closed until a person opens it; `target` NULL: it is open. On the disk when it returns. */
void living_gone(struct living *l, const char *channel, const char *target);

/* The text of a message that may have to go again; NULL: it need not. */
void living_message(struct living *l, const char *channel, const char *carrier, const char *text);
/* Digests were made up to that instant. */
void living_digested(struct living *l, int64_t at);

/* All up to there is dealt with, which is written at the latest with the next pulse after some seconds. */
void living_followed(struct living *l, int64_t seq);
/* Up to where is what was followed in this store, which stands at `upto`? Less than `had` where a backup was restored; FEED_STARTED
 * where nothing is known of it. */
int64_t living_common(const struct living *l, int64_t upto, int64_t had);
/* The store is that one, and ends at seq. */
void living_went_back(struct living *l, const char *store, int64_t seq);
/* Now and then what ended long ago goes. */
void living_forget(struct living *l);

#endif
