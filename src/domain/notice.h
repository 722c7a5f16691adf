/*
 * notice.h - the events of a reminder: who is told what, once.
 * Place: domain, beneath deadline.h; beside it request.c needs the recipients.
 */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H
#include "base/json.h"
#include "domain/ladder.h"

struct notice {
	struct clocks_of of; /* as it is before the rungs are marked; its mechanism's contacts are told */
	int64_t now;
	struct decision *out;
	struct arena *arena;
};

/* recipients[]: who is told, bits of enum recipient; the unit and its leader only where a dispatch names one. */
void notice_recipients(struct json *j, const struct notice *n, unsigned to);
/* dispatch.overdue: this clock has fallen due unmet. */
void notice_overdue(const struct notice *n, enum clock_kind kind);
/* dispatch.late: it counts as late from now on. */
void notice_late(const struct notice *n, enum clock_kind kind);
/* reminder.sent, or escalation.raised where the gravest of these rungs (bits) is one. Several rungs
 * become one event, "overdue since". */
void notice_send(const struct notice *n, unsigned rungs);

#endif
