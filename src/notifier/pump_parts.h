/*
 * pump_parts.h - what the files of the pump share: follow.c (what events make and change), turn.c (what goes), held.c (what
 * keeps it from going), summaries.c (digests), pump.c (its life, and what people and providers say).
 */
#ifndef NOTIFIER_PUMP_PARTS_H
#define NOTIFIER_PUMP_PARTS_H
#include "base/clock.h"
#include "notice/addressee.h"
#include "notice/pace.h"
#include "notice/summary.h"
#include "notifier/budgets.h"
#include "notifier/codes.h"
#include "notifier/counts.h"
#include "notifier/early.h"
#include "notifier/live.h"
#include "notifier/numbers.h"
#include "notifier/pump.h"
#include "notifier/unread.h"

#define MERGED_MOST 200 /* notices in one message */

struct tell;

/* Events that came and are not dealt with yet. Those of the last moment lie here. While more come than notices may take the
 * time for (notice/pace.h), only what is urgent does, and the rest is read from the journal later. */
struct inflow {
	struct arena *arena; /* of the copies */
	struct event *v;
	int n, cap;
	int64_t seen; /* the last that came */
	bool left;    /* those behind left_after are still to be read */
	int64_t left_after;
	char urgent[NUMBER_MAX + 1]; /* the incident that was reported last, where it is P1; else "" */
	struct pace pace;
	bool ticking; /* the turn that goes on with them is to come */
	struct unread_list unread;
	int64_t blind_since; /* the journal cannot be read; 0: it can */
	bool alarmed;
};

struct pump {
	struct front *front;
	struct outbox *outbox;
	struct sender *sender;
	struct tell *tell;
	struct notice_counts *counts;
	bool training, english;
	struct living living;
	struct budgets budgets;
	struct numbers numbers;
	struct early early;
	struct codes codes;
	struct inflow inflow;
	struct arena *turn;          /* of what is read in one turn */
	struct arena *one;           /* of what one event makes */
	struct mechanism *mechanism; /* held: messages under way borrow from it */
	char store[64];              /* the one that is followed */
	int64_t all_at;              /* on the monotonic clock: all were looked at */
	struct event *soon, *later, *tick;
	struct clock_watch watch;
};

/* Has the wall clock jumped? Before anything is decided by the time. */
void pump_watch_clock(struct pump *p);
/* NULL: nothing goes out. */
const struct notices *pump_notices(const struct pump *p);
struct addressee pump_addressee(const struct pump *p, const struct outgoing *o);
/* Deals with events that wait, as many as may be now, and sees to a turn for the others. */
void follow_turn(struct pump *p);
/* Nothing waits. */
bool follow_done(const struct pump *p);
/* What waits is of no store that is there. */
void follow_forget(struct pump *p);
void follow_free(struct pump *p);
/* It is among those that wait for the channels that it waits for, and for no other. Before its attempts are made anew, too: the
 * lists know it by their number. */
void pump_wait_in_line(struct pump *p, struct live *l);
/* A new one begins its way, unless it is known already. */
void pump_begin(struct pump *p, struct outgoing *made);
/* What the channel sends to wants nothing more: it is closed until a person opens it, over a restart as well. */
void pump_close(struct pump *p, const struct notice_channel *c);
/* Of one that came before, too. */
void pump_take_receipt(struct pump *p, const struct notice_channel *c, const struct channel_receipt *r);
/* As they are now, one for each; NULL: there is none. False: they could not be read now. */
bool pump_incidents(struct pump *p, const char *const *numbers, int n, struct incident ***found);

/*
 * Digests (notice/summary.h). Up to which instant they were made is written with them, in one transaction: so there is one of each
 * recipient and time over any restart. One that is older than an hour is let go.
 */
/* Makes what is due. Returns when the next one is; 0: never, or it could not be read now. */
int64_t summaries_turn(struct pump *p, int64_t now);
/* Other times are in force: those that have passed are none of theirs. */
void summaries_rules(struct pump *p, int64_t now);

/* What one says now; n 0: nothing is open, and it need not go. */
struct summary_now {
	int n;
	struct said *open; /* of a unit */
	bool more;
	struct overdue_unit *overdue; /* of the office; NULL: it is a unit's */
};
/* In the arena of the turn. False: it could not be read now. */
bool summaries_read(struct pump *p, const struct outgoing *o, int64_t now, struct summary_now *out);
void summaries_text(struct pump *p, const struct summary_now *d, const struct addressee *to,
    const struct notice_channel *c, int64_t now, struct words *out);

#endif
