/*
 * summary.h - the digest (汇总) of a unit or the office: when there is one, what it counts, and its id.
 *
 * No event makes it: it is made at a time of day, and says what is so when it is sent. Its id comes from the store, the instant and
 * the recipient, so that there is one of each, whatever is restarted. Pure.
 */
#ifndef NOTICE_SUMMARY_H
#define NOTICE_SUMMARY_H
#include "notice/text.h"

#define OF_NO_EVENT (-1) /* outgoing.event of what no event has made */

/* The first instant after `after` at which a recipient has one; 0: there is none. */
int64_t summary_next(const struct notices *n, int64_t after);
/* Has this recipient one at that instant? A tier 2 unit and the office have none on days off. */
bool summary_due(const struct mechanism *m, const struct notice_recipient *to, int64_t at);
/* The notice, without attempts. */
struct outgoing summary_of(const struct notice_recipient *to, const char *store, int64_t at, int64_t now);

/* Is it the unit's to do? Not where it is only informed, or owes nothing any more; and no drill. */
bool summary_counts(const struct incident *inc, const struct dispatch *d);
/* The earliest that the unit owes of it; 0: nothing has a limit. */
int64_t summary_due_of(const struct dispatch *d);
/* A line about it, in the arena. */
struct said summary_said(const struct outgoing *digest, struct incident *inc, const struct dispatch *d,
    struct arena *a);
/* What is due first comes first. */
void summary_sort(struct said *v, int n);

#endif
