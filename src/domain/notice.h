/*
 * notice.h - the events of a reminder: who is told what, once.
 * Place: domain, beneath deadline.h; beside it request.c needs the recipients.
 */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H
#include "base/json.h"
#include "domain/contacts.h"
#include "domain/ladder.h"

struct notice {
	struct clocks_of of; /* as it is before the rungs are marked; its mechanism's contacts are told */
	const struct circumstances *around;
	int64_t now;
	struct decision *out;
	struct arena *arena;
};

/* The people of units whom one event names: their places go into its data, they themselves into its text
 * (contacts.h). */
#define TOLD_MOST (CALL_MOST + 1) /* a leader beside those who are called */
struct people_told {
	struct json *j; /* the data */
	const struct notice *n;
	const struct contact *who[TOLD_MOST];
	int n_who;
	const char *text; /* NULL: it names none */
};
/* recipients[]: who is told, bits of enum recipient; the unit and its leader only where a dispatch names one. */
void notice_recipients(struct people_told *t, unsigned to);
/* The digest of the text, the last member of the data that is about them; then, once the event is written,
 * the text. */
void told_digest(struct people_told *t);
void told_keep(const struct people_told *t);

/* dispatch.overdue: this clock has fallen due unmet. */
void notice_overdue(const struct notice *n, enum clock_kind kind);
/* dispatch.late, of the incident's own clocks incident.late: it counts as late from now on. */
void notice_late(const struct notice *n, enum clock_kind kind);
/* reminder.sent, or escalation.raised where the gravest of these rungs (bits) is one. Several rungs
 * become one event, "overdue since". */
void notice_send(const struct notice *n, unsigned rungs);

#endif
