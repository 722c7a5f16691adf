/*
 * request.h - requests (申请): what somebody must decide within a limit. One table of kinds, one way to
 * ask, to decide, to take back and to lapse.
 *
 *   pending → granted | rejected | lapsed | dropped; lapsed → granted | rejected
 *
 * Silence never costs the asker, and never lifts the duty: at its limit a request lapses, the asker is told
 * to carry on (请继续处置), and others hear of it. It can still be decided then: a late grant works as a
 * grant, a late rejection takes nothing back. An asker does not decide his own request; one that was entered on
 * behalf of a unit is the unit's.
 *
 * Place: domain, over act.h. What a decision of each kind does is in the files that request_kinds.c names.
 */
#ifndef DOMAIN_REQUEST_H
#define DOMAIN_REQUEST_H
#include "domain/act.h"

enum asker { ASKED_BY_UNIT, ASKED_BY_ACCOUNT, ASKED_BY_SYSTEM };

struct request_row {
	const char *word, *word_en; /* 申请改派 */
	enum asker asker;
	enum decider decider; /* where nothing about the request names another one */
	/* Its limit, as the offset of a member of the policy: int64_t[PRIORITY_COUNT], day and night, by the
	 * incident's priority; or an int, to the end of so many working days after the day it was asked on. */
	size_t limit, workdays;
	unsigned told; /* who hears that it lapsed, bits of enum recipient; TO_UNIT: the unit that asked */
	bool outlives; /* the end of its dispatch does not drop it */
	bool hidden;   /* from the unit that it is about, which neither asks nor decides */
	/* What a decision of this kind does. NULL: nothing beside the request's own state. x->r is the
	 * request, x->d its dispatch (NULL: none); of a request of no incident x->inc is NULL. */
	bool (*ready)(struct act *x, bool grant); /* may it be so decided? False with why, nothing changed */
	void (*granted)(struct act *x);
	void (*rejected)(struct act *x);
	void (*lapsed)(struct act *x);
	void (*dropped)(struct act *x);
};
extern const struct request_row request_rows[REQUEST_KINDS]; /* request_kinds.c */

/* NUMBER.r1; R12 of one that belongs to no incident (inc NULL). */
char *request_name(const struct incident *inc, const struct request *r, char out[REQUEST_ID_MAX]);
/* Splits NUMBER.r1 into its number and n; or R12 into *id, and the number is "" then. False if it is none. */
bool request_name_parse(const char *text, char number[NUMBER_MAX + 1], int *n, int64_t *id);
struct request *incident_request(const struct incident *inc, int n);
/* Of this dispatch and kind the newest that waits for its decision; with `lapsed` one that lapsed, too. */
struct request *request_open(const struct incident *inc, const struct dispatch *d, enum request_kind kind,
    bool lapsed);
/* Of this dispatch and kind the newest, whatever became of it; NULL: there is none. */
struct request *request_newest(const struct incident *inc, const struct dispatch *d, enum request_kind kind);
/* Pending: it lapses at its due. */
bool request_pending(const struct request *r);
/* Pending or lapsed: it can be decided. */
bool request_undecided(const struct request *r);
const char *request_state_word(enum request_state state, bool english);
const char *decider_word(enum decider decider, bool english);

/* Appends a copy of `what` to the incident: numbered, pending, asked by who gave the command (or "system"),
 * its limit running. NULL with why where the incident has REQUESTS_MAX. Its event is request_event's. */
struct request *request_add(struct act *x, const struct request *what);
/* When one of this kind that is asked at that instant lapses; 0: never. */
int64_t request_due(const struct mechanism *m, enum request_kind kind, enum priority priority,
    int64_t asked_at);
/* request.asked and its like, with what the command said. The dispatch has its new state. */
void request_event(struct act *x, struct request *r, enum event_type type, int64_t at);

/* What is asked for, as members of its event and of what is shown of it. */
void request_terms(struct json *j, const struct request *r);

/* request.decide of x->r. */
bool request_decide(struct act *x);
/* Would it be refused to this caller, now? Nothing changes. */
bool request_can_decide(struct act *x);
/* dispatch.decide-return: the same, by dispatch. */
bool request_decide_return(struct act *x);
/* request.drop of x->r. */
bool request_drop(struct act *x);
/* What it is about has gone: it is dropped by the system, and its asker is told. */
void request_moot(struct act *x, struct request *r);
/* What waits about a dispatch that has ended is dropped, but for what outlives it. */
void request_drop_ended(struct act *x);
/* Those that were due by `now` lapse. */
void request_lapse_due(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a);
/* The same of one that belongs to no incident. */
void request_lapse(struct act *x);

/* May this caller name it? A unit what it asked, and what it is asked; everybody else every one of the
 * incidents that he sees. */
bool request_seen(const struct principal *who, const struct request *r);

#endif
