/*
 * live.h - the notices that live, in memory and in the outbox alike, and how far the events were followed.
 *
 * Every change goes through `living_keep`: it is written in the transaction that is open, which `living_settle` commits
 * with how far the events were followed. What cannot be written is not done: the process ends with EXIT_OUTBOX, and
 * another one begins again where this one came to.
 * Place: notifier; between the outbox and the pump.
 */
#ifndef NOTIFIER_LIVE_H
#define NOTIFIER_LIVE_H
#include "base/arena.h"
#include "domain/outgoing.h"

#define EXIT_OUTBOX 74 /* EX_IOERR: the supervisor starts another one */

struct notice_counts;
struct front;
struct outbox;

struct live {
	struct outgoing o;
	struct arena *arena;    /* of its texts */
	int under_way;          /* messages that it is in, and that are not answered yet */
	bool despaired;         /* the engine was told that no channel takes it */
	const char *dropped_by; /* the account that dropped it; NULL */
};

struct living {
	struct front *front;
	struct outbox *outbox;
	struct notice_counts *counts;
	struct live **v; /* in the order of their making */
	size_t n, cap;
	bool open; /* a transaction is */
	int64_t followed, saved_at, forgot_at;
};

/* Reads those of the outbox. False: it cannot be read. All are borrowed. */
bool living_open(struct living *l, struct front *front, struct outbox *outbox, struct notice_counts *counts);
void living_close(struct living *l);

struct live *living_add(struct living *l, const struct outgoing *o);
struct live *living_find(const struct living *l, const char *id);
/* Those that are over leave; the order stays. */
void living_sweep(struct living *l);

/* The mechanism goes: what they have of it (names of channels) becomes theirs. */
void living_own(struct living *l);

void living_keep(struct living *l, struct outgoing *o);
/* The same of one that may have ended now; `was_live`: it had not. */
void living_changed(struct living *l, struct outgoing *o, bool was_live);
void living_settle(struct living *l);

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
