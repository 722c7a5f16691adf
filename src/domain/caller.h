/*
 * caller.h - earlier calls of the same caller, whom a keyed digest of the phone stands for.
 *
 * The desk sees them beside a new report; nothing is routed by them. The digest needs the store's secret, so
 * that a stolen copy of the rows names no phone. Of a phone that is written in any way the digits count
 * (phone.h); 无, 0 and 110 are no caller. A drill's calls are a history of their own.
 * Place: domain; pure.
 */
#ifndef DOMAIN_CALLER_H
#define DOMAIN_CALLER_H
#include "domain/incident.h"

#define HISTORY_SHOWN 5
#define HISTORY_COUNTED 100

struct earlier_call {
	const char *number;
	int64_t received_at;
	enum incident_state state;
	const char *category;
	enum callback_result callback; /* unreached: he was not reached, or not asked yet */
};
/* Newest first. */
struct call_history {
	int64_t count; /* HISTORY_COUNTED: as many, or more */
	struct earlier_call last[HISTORY_SHOWN];
	size_t n;
};

/* incident.caller; 0 where the text (NULL: none) names no number. Of a line the area code is left out: the desk
 * writes it or not. */
uint64_t caller_of(struct str secret, const char *phone, bool drill);
/* One more call, newer than all that are in it. */
void call_history_add(struct call_history *h, const struct incident *inc);

#endif
