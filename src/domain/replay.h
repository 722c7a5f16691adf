/*
 * replay.h - what an incident must look like by its events alone, compared with the row that is stored.
 *
 * The events lie in a hash chain and cannot be changed unnoticed; the rows of incidents, dispatches and
 * texts can, with any editor of databases. Pure; for the audit.
 */
#ifndef DOMAIN_REPLAY_H
#define DOMAIN_REPLAY_H
#include "domain/incident.h"

struct replay_text { /* a text that is kept apart from its event */
	int event;   /* index of the event */
	const char *field, *text;
};
struct difference {
	int dispatch;                  /* n, 0: the incident's own */
	const char *field;             /* "state", "acknowledged_at", "overdue", "description" … */
	const char *stored, *expected; /* as people read them; NULL: nothing */
};
/* All of the incident's events in order, and their texts (n_texts -1: they are not at hand). A text that is gone is a difference
 * unless the incident is erased. *out in the arena; returns how many. */
int replay_compare(const struct incident *stored, const struct event *events, int n,
    const struct replay_text *texts, int n_texts, struct arena *a, struct difference **out);

#endif
