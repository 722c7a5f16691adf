/*
 * replay_parts.h - what the files of the replay share: an incident as its events tell it, and how a difference is
 * noted. Place: domain; theirs alone.
 */
#ifndef DOMAIN_REPLAY_PARTS_H
#define DOMAIN_REPLAY_PARTS_H
#include "domain/outcome.h"
#include "domain/replay.h"
#include "domain/request.h"

#define UNSAID INT64_MIN

struct replayed {
	enum dispatch_state state;
	enum dispatch_role role;
	const char *unit;
	int64_t issued_at, withdrawn_at, at[STEPS];
	unsigned overdue;             /* bits of enum clock_kind */
	int64_t due[DISPATCH_CLOCKS]; /* of the clocks that were rescheduled; 0: has none any more */
	int relieving;
	enum void_reason voided;
	unsigned late[DISPATCH_CLOCKS];      /* as clock_sum says it */
	int64_t measured[BUCKETEDS];         /* UNSAID: no event has said it */
	struct str result, withdrawn_reason; /* their digests in hex */
	const char *photos;
	struct str ticket; /* the last that was said */
	struct str data;   /* of its issuing: its limits */
	int64_t *seen;     /* the instants of its events */
	size_t n_seen, cap_seen;
	int64_t *beside; /* and those that they name: recorded then, begun anew from then */
	size_t n_beside, cap_beside;
	bool corrected;
	unsigned rescheduled; /* which these are, bits of enum clock_kind */
	unsigned told;        /* bits of enum rung: of what notices went out */
	bool promoted;
	int64_t redo;
	int64_t lost_at, found_at;
	int64_t eta;   /* what the unit said last; UNSAID: not sure, but one of etas */
	int64_t *etas; /* all that it said */
	size_t n_etas, cap_etas;
	int64_t reported_at;                 /* the latest report while it was open */
	int64_t recorded[STEPS];             /* of a step that nothing had implied before; else UNSAID */
	bool implies;                        /* a report or a request came, which imply what comes first */
	const char *stepped_by;              /* of the last step, where that is sure; else NULL */
	const char *steppers;                /* comma-separated: all who took a step */
	bool says_dues;                      /* its steps say the dues of reports that they change */
	int64_t report_due[DISPATCH_CLOCKS]; /* of the reports' clocks, as said since they began; or UNSAID */
};
struct replayed_request {
	int kind;
	enum request_state state;
	int dispatch;
	int64_t asked_at, due, lapsed_at, decided_at;
	struct str terms; /* the data of its last event: what is asked for, and who decides */
	const char *by, *decided_by;
};
struct replay {
	const struct incident *inc;
	struct arena *a;
	enum incident_state state;
	int64_t completed_at, closed_at;
	bool held;
	unsigned told; /* rungs of its own clocks */
	int64_t redo;
	unsigned own_late;   /* the desk's clocks that ran out, by their numbers as incident clocks */
	struct str personal; /* its digest in hex */
	struct str reported; /* the data of its report */
	struct str rule;     /* of its route */
	struct str revision; /* of the mechanism that it was routed by */
	bool unmatched;      /* no rule took it */
	enum callback_result callback;
	int64_t callback_at;
	struct str ticket;  /* the first that was said */
	const char *graver; /* the mark of what was said later (graver.h) */
	struct str main;    /* number of the incident that it follows */
	struct str terms;   /* the data that say what it is: of the report, or of the last amendment */
	struct replayed d[DISPATCHES_MAX + 1];
	int n_dispatches;
	struct replayed_request requests[REQUESTS_MAX + 1];
	int n_requests;
	struct difference *found;
	size_t n_found, cap_found;
};

/* The value of a text member of an event's data, as our own writer puts it; n 0 if there is none. */
struct str said_text(struct str data, const char *key);
/* The same of a number; if there is none, *out keeps its value. */
void said_int(struct str data, const char *key, int64_t *out);
bool said_true(struct str data, const char *what);
/* -1: it is none of them. */
int said_index(struct str name, const char *const *names, int n);

void replay_differs(struct replay *r, int dispatch, const char *field, const char *stored,
    const char *expected);
void replay_differs_text(struct replay *r, int dispatch, const char *field, const char *stored,
    const char *expected);
void replay_differs_time(struct replay *r, int dispatch, const char *field, int64_t stored, int64_t expected);

void replay_differs_number(struct replay *r, int dispatch, const char *field, int64_t stored,
    int64_t expected);
/* Has an event of the dispatch this instant, or names it? */
bool replay_instant_seen(const struct replayed *d, int64_t at);

/* -- steps: replay_steps.c ------------------------------------------------------------------------------ */

/* The step that an event of this type is of; -1: of none. */
int replay_step(enum event_type type);
/* What an event says of steps beside their instants; before those are taken. */
void replay_step_event(struct replay *r, struct replayed *d, const struct event *e);
/* What an event says of when the unit expects to be there; after its step and its clocks are taken. */
void replay_eta_event(struct replay *r, struct replayed *d, const struct event *e);
/* When they were recorded and by whom, which were implied, the last report, and what the unit expects. */
void replay_steps(struct replay *r, const struct dispatch *stored, const struct replayed *d);

/* -- clocks: replay_clocks.c ---------------------------------------------------------------------------- */

/* What an event says of clocks; d: of its dispatch, NULL: of the incident's own. */
void replay_clock_event(struct replay *r, struct replayed *d, const struct event *e);
/* Limits, marks, rungs and reports of a dispatch. */
void replay_clocks(struct replay *r, const struct dispatch *stored, const struct replayed *d);
/* What its clocks came to, and the times that were measured. */
void replay_counts(struct replay *r, const struct dispatch *stored, const struct replayed *d);
/* The incident's own. */
void replay_own_clocks(struct replay *r);
void replay_findings(struct replay *r, const struct event *events, int n);

#endif
