/*
 * erasure.h - personal data go after their time (policy `retention`), or stay because somebody said so.
 *
 * What is erased: who reported, from where, what was said, results and reasons, and every text that belongs to
 * an event, with the salt of their digests: the events and the chain stay as they are, and say nothing any
 * more. What waits: what has not ended; what is held (incident.hold); what somebody has yet to decide, a
 * request or a finding; and the quarter that is not closed, but no longer than a year, lest an office that
 * never closes one keep everything.
 * Place: domain; a part of the lifecycle.
 */
#ifndef DOMAIN_ERASURE_H
#define DOMAIN_ERASURE_H
#include "domain/act.h"

/* The act of incident.hold. */
bool erasure_hold(struct act *x);

enum erasure {
	ERASURE_NOT_YET, /* its time has not come, nor that of any that was reported later */
	ERASURE_WAITS,
	ERASURE_DUE,
	ERASURE_DONE /* there is nothing left to erase */
};
/* `closed`: the quarters that are closed, comma-separated: "2026Q1". */
enum erasure erasure_judge(const struct incident *inc, const struct mechanism *m, int64_t now,
    const char *closed);
/* Its own columns; the texts of its events are the store's to erase. With its event. */
void erasure_erase(struct incident *inc, int64_t now, struct decision *out, struct arena *a);

#endif
