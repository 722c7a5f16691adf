/*
 * pump_parts.h - what the files of the pump share: follow.c (what events make and change), turn.c (what goes), pump.c (its
 * life, and what people and providers say).
 */
#ifndef NOTIFIER_PUMP_PARTS_H
#define NOTIFIER_PUMP_PARTS_H
#include "base/clock.h"
#include "notice/addressee.h"
#include "notifier/budgets.h"
#include "notifier/counts.h"
#include "notifier/early.h"
#include "notifier/live.h"
#include "notifier/pump.h"

#define MERGED_MOST 200 /* notices in one message */

struct tell;

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
	struct arena *turn;          /* of what is read in one turn */
	struct mechanism *mechanism; /* held: messages under way borrow from it */
	char store[64];              /* the one that is followed */
	struct event *soon, *later;
	struct clock_watch watch;
};

/* Has the wall clock jumped? Before anything is decided by the time. */
void pump_watch_clock(struct pump *p);
/* NULL: nothing goes out. */
const struct notices *pump_notices(const struct pump *p);
struct addressee pump_addressee(const struct pump *p, const struct outgoing *o);
/* Of one that came before, too. */
void pump_take_receipt(struct pump *p, const struct notice_channel *c, const struct channel_receipt *r);
/* As they are now, one for each; NULL: there is none. False: they could not be read now. */
bool pump_incidents(struct pump *p, const char *const *numbers, int n, struct incident ***found);

#endif
