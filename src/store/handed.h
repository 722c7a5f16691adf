/*
 * handed.h - what is to be said to partners, and what was; and what their open matters differ in from ours: the notifier's
 * second file, beside outbox.h's.
 *
 * A row is written before the outbox says that its event was dealt with, and has a key that comes from the event: an
 * event that is followed again makes no second row, and none is lost.
 */
#ifndef STORE_HANDED_H
#define STORE_HANDED_H
#include "base/str.h"

struct arena;
struct handed_file;

/* Stored as numbers: new ones go to the end. */
enum handed_kind { HAND_OVER, HAND_AMENDED, HAND_URGED, HAND_DECIDED, HAND_WITHDRAWN, HANDED_KINDS };
enum handed_state {
	HANDED_WAITING,
	HANDED_TAKEN,
	HANDED_DROPPED, /* what it tells of has ended, or a person has dropped it */
	HANDED_STATES
};

#define HANDED_ID_LEN 16

struct handed {
	int64_t n; /* in the order of their making; 0: not stored */
	char id[HANDED_ID_LEN + 1];
	const char *partner, *dispatch;
	int64_t seq;
	enum handed_kind kind;
	enum handed_state state;
	int64_t made_at, next_at, ended_at;
	int tries;
	bool told;                /* the desk knows that it was not taken in time */
	const char *ticket, *why; /* NULL: none */
};

/* In the outbox's folder, which is there. NULL: it cannot be opened, and why, a sentence. */
struct handed_file *handed_open(const char *store, bool english, char *why, size_t why_len);
void handed_close(struct handed_file *f);
/* Looks whether the file is there and as we left it; one that was deleted or replaced is there again when it returns (ALARM in
 * the log). False: what was in it is not known any more, and the caller begins anew. */
bool handed_look(struct handed_file *f, bool english);
/* It was not there when it was opened, or was damaged: what was to be said is not known. */
bool handed_anew(const struct handed_file *f);
/* Rows that are added between these two are committed together, or none of them is where `good` is false. False: none was written. */
bool handed_begin(struct handed_file *f);
bool handed_end(struct handed_file *f, bool good);
/* Committed when they return; false: not written, which the log says. A row that is there is not made again. One that ended before the
 * file was made is added with its end, which the engine knows. */
bool handed_add(struct handed_file *f, const struct handed *one);
/* Its state, next_at, ended_at, tries, ticket and why. */
bool handed_save(struct handed_file *f, const struct handed *one);
bool handed_told(struct handed_file *f, const char *id);
/* The engine knows that it was taken. */
bool handed_reported(struct handed_file *f, const char *id);
/* All that waits is due now; how many they are, -1: not written. */
int64_t handed_hurry(struct handed_file *f, int64_t now);
/* All that waits of the dispatch is dropped. */
bool handed_drop_of(struct handed_file *f, const char *dispatch, int64_t now, const char *why);
/* Forgets what is done and was made before then. */
bool handed_forget(struct handed_file *f, int64_t before);

/* Texts lie in the arena. -1: unreadable, which the log says. */
/* Of the partner's dispatches the first message that waits, where it is due; in the order of their events. */
int handed_due(struct handed_file *f, const char *partner, int64_t now, int most, struct arena *a,
    struct handed *out);
/* Instructions that wait, were made at that instant or before, and of which the desk does not know. */
int handed_late(struct handed_file *f, const char *partner, int64_t made_before, int most, struct arena *a,
    struct handed *out);
/* Instructions that were taken, of which the engine does not know. */
int handed_unreported(struct handed_file *f, int most, struct arena *a, struct handed *out);
/* 0: there is none of this id. */
int handed_get(struct handed_file *f, const char *id, struct arena *a, struct handed *out);
/* The instruction itself, of a dispatch; 0: there is none. */
int handed_hand_over(struct handed_file *f, const char *partner, const char *dispatch, struct arena *a,
    struct handed *out);
/* Another dispatch that has this number of theirs; NULL: none that is known. */
const char *handed_holder(struct handed_file *f, const char *partner, const char *ticket,
    const char *dispatch, struct arena *a);
/* Their number of the instruction, if none is known. */
bool handed_numbered(struct handed_file *f, const char *partner, const char *dispatch, const char *ticket);

struct handed_filter {
	const char *partner, *dispatch, *number; /* NULL: any */
	bool open;                               /* those that wait alone */
	int64_t before;                          /* cursor: n below this; 0 from the newest */
};
/* The newest first. */
int handed_list(struct handed_file *f, const struct handed_filter *filter, int most, struct arena *a,
    struct handed *out);
/* How many wait; -1: unreadable. */
int64_t handed_count(struct handed_file *f, const char *partner);
/* When the oldest instruction that waits was made; 0: none waits, or it is unreadable. */
int64_t handed_since(struct handed_file *f, const char *partner);

/* -- open matters of both sides ------------------------------------------------------------------- */

struct handed_comparison {
	const char *partner;
	int64_t since; /* since when it is compared; 0: not yet */
	int64_t at;    /* the last comparison that ended well; 0: none */
	int ours, theirs;
	int64_t failed_at; /* the last one failed then; 0: it did not */
	const char *why;
};

/* Open on one side alone. */
struct handed_difference {
	int side;                      /* enum exchange_difference */
	const char *dispatch, *ticket; /* NULL: not known */
	const char *state;             /* of ours; NULL: there is none of that number that was theirs */
};

/* False: unreadable. */
bool handed_compared(struct handed_file *f, const char *partner, struct arena *a,
    struct handed_comparison *out);
/* With what differs; v NULL: that stays as it is. One commit. */
bool handed_compare(struct handed_file *f, const struct handed_comparison *c,
    const struct handed_difference *v, int n);
int handed_differences(struct handed_file *f, const char *partner, int most, struct arena *a,
    struct handed_difference *out);

#endif
