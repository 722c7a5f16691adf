/*
 * notice.h - the events of a reminder: who is told what, once.
 * Place: domain, beneath deadline.h; no other file needs it.
 */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H
#include "domain/ladder.h"

struct notice {
	struct clocks_of of; /* as it is before the rungs are marked; its mechanism's contacts are told */
	int64_t now;
	struct decision *out;
	struct arena *arena;
};

/* dispatch.overdue: this clock has fallen due unmet. */
void notice_overdue(const struct notice *n, enum clock_kind kind);
/* dispatch.late: it counts as late from now on. */
void notice_late(const struct notice *n, enum clock_kind kind);
/* reminder.sent, or escalation.raised where the gravest of these rungs (bits) is one. Several rungs
 * become one event, "overdue since". */
void notice_send(const struct notice *n, unsigned rungs);

#endif
