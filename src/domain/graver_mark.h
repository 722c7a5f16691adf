/*
 * graver_mark.h - the mark of an incident of which something graver was said later (graver.h): how grave, which units are
 * called for, and whether the desk has decided. It is inc->graver, shown on the board, and made again from the events.
 * Place: domain; pure.
 */
#ifndef DOMAIN_GRAVER_MARK_H
#define DOMAIN_GRAVER_MARK_H
#include "domain/incident.h"

struct arena;

struct graver_mark {
	enum priority priority;
	const char *units; /* comma-separated; NULL: none */
	bool open;         /* the desk has not decided */
	char words[17];    /* the beginning of the digest of what was said; "" none */
};
/* Has this unit a part in one of them? One that it has completed counts if `completed`. */
bool graver_has(const struct dispatch *v, int n, const char *unit, bool completed);

/* "P1 fire,ems-120 open 0123456789abcdef" */
const char *graver_text(const struct graver_mark *mark, struct arena *a);
/* False: there is none. */
bool graver_read(const char *text, struct arena *a, struct graver_mark *mark);
/* What event escalation.raised of that data makes of it; NULL: it says nothing of it. */
const char *graver_of_event(struct str data, struct arena *a);
/* The desk has said how grave it is. */
const char *graver_seen(const char *text, struct arena *a);
/* Its units that were never sent, comma-separated; NULL: none. */
const char *graver_left(const struct incident *inc, const struct graver_mark *mark, struct arena *a);
/* Is it open, and are its units still not there, or is the incident less urgent? */
bool graver_stands(const struct incident *inc, const struct graver_mark *mark, struct arena *a);
/* Has the incident one that stands? */
bool graver_shown(const struct incident *inc, struct arena *a);

#endif
