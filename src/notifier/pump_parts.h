/*
 * pump_parts.h - what the files of the pump share: follow.c (what events make and change), turn.c (what goes), pump.c (its
 * life, and what people and providers say).
 */
#ifndef NOTIFIER_PUMP_PARTS_H
#define NOTIFIER_PUMP_PARTS_H
#include "base/clock.h"
#include "notice/addressee.h"
#include "notice/pace.h"
#include "notifier/budgets.h"
#include "notifier/codes.h"
#include "notifier/counts.h"
#include "notifier/early.h"
#include "notifier/live.h"
#include "notifier/pump.h"

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
};

struct pump {
	struct front *front;
	struct outbox *outbox;
	struct sender *sender;
	struct tell *tell;
	struct notice_counts *counts;
	bool training;
	struct living living;
	struct budgets budgets;
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
/* Of one that came before, too. */
void pump_take_receipt(struct pump *p, const struct notice_channel *c, const struct channel_receipt *r);
/* As they are now, one for each; NULL: there is none. False: they could not be read now. */
bool pump_incidents(struct pump *p, const char *const *numbers, int n, struct incident ***found);

#endif
