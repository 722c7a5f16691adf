/*
 * report.h - what a report reads: one snapshot for as long as it takes, told row by row, so that its memory
 * does not grow with the span. For the process that makes one report and ends; nothing here has a budget.
 *
 * Days are midnights of local days, as instants; a span is half-open. What a callback is given lives until it
 * returns.
 */
#ifndef STORE_REPORT_H
#define STORE_REPORT_H
#include "domain/tally.h"
#include "store/read.h"

/* The instant at which everything is read. */
struct report_snapshot {
	char store[17];
	bool training;
	int64_t seq;
	struct digest head;
	int64_t last_beat;
};
/* All that follows is read between these two. */
enum store_status report_begin(struct reads *r, struct report_snapshot *out);
void report_end(struct reads *r);

/* The sums of what has ended, one for each unit, part, priority and standing; key->day is `from`. Those of
 * units that the mechanism has no more are among them. */
typedef void report_tally(void *arg, const struct tally_key *key, const struct tally *sum);
enum store_status report_tallies(struct reads *r, int64_t from, int64_t to, report_tally *each, void *arg);
/* Likewise of incidents: one for each lead, category, township and standing. */
typedef void report_tally_incident(void *arg, const struct tally_incident_key *key,
    const struct tally_incident *sum);
enum store_status report_tally_incidents(struct reads *r, int64_t from, int64_t to,
    report_tally_incident *each, void *arg);
/* What the sums do not hold yet: incidents, with all that is theirs, that have an open dispatch issued in the
 * span, or were reported in it and have not ended. In the order of their ids. */
typedef void report_incident(void *arg, const struct incident *inc);
enum store_status report_open(struct reads *r, int64_t from, int64_t to, report_incident *each, void *arg);

/* A report as it was made: what its route was decided by. */
struct stored_report {
	int64_t id;
	const char *number;
	int64_t received_at;
	const char *category; /* the desk's; NULL none */
	enum priority priority;
	const char *area, *address, *description, *units; /* NULL none, or erased */
	bool given_confidential, confidential;
};
/* Those that were reported at or after `from`, oldest first, but drills and those that follow another. *of: how
 * many there may be, before the first is told. Texts are borrowed from the row. */
typedef void report_stored(void *arg, const struct stored_report *one, int64_t of);
enum store_status report_reports(struct reads *r, int64_t from, report_stored *each, void *arg);

/* Incidents that were judged by their words since `from`, oldest first; none of drills, nor of what is confidential.
 * Texts are borrowed from the row, and NULL where they are erased. */
struct stored_judgement {
	const char *number;
	int64_t received_at;
	const char *category; /* as it is now */
	const char *choice;   /* domain/choice.h */
	const char *description, *address, *name, *phone;
};
typedef void report_judgement(void *arg, const struct stored_judgement *one);
enum store_status report_judged(struct reads *r, int64_t from, report_judgement *each, void *arg);

/* Findings of these days, in the order of their ids. */
struct report_finding {
	const struct finding *f;
	const char *number; /* of its incident; NULL: of none */
	/* Of its dispatch: */
	enum dispatch_role part;
	bool arrived, open;
};
typedef void report_finding_told(void *arg, const struct report_finding *f);
enum store_status report_findings(struct reads *r, int64_t from, int64_t to, report_finding_told *each,
    void *arg);
/* Requests that were asked in the span: of incidents, then of none. number: of its incident; NULL: of none. */
typedef void report_request(void *arg, const struct request *q, const char *number);
enum store_status report_requests(struct reads *r, int64_t from, int64_t to, report_request *each, void *arg);
/* Entries of the kind whose `at` lies in the span, oldest first. */
typedef void report_entry(void *arg, const struct entry *e);
enum store_status report_entries(struct reads *r, enum entry_kind kind, int64_t from, int64_t to,
    report_entry *each, void *arg);
/* The revision in force at that instant, in the arena; before the first one: the first. NULL: there is none. */
enum store_status report_revision(struct reads *r, struct arena *a, int64_t at, const char **out);

/* -- the proof -------------------------------------------------------------------------------------- */

struct report_difference {
	const char *key;     /* "2026-03-02 water lead P2 counted", of incidents "incidents 2026-03-02 …" */
	const char *counter; /* its column's name */
	int64_t kept, summed;
};
typedef void report_differs(void *arg, const struct report_difference *d);
/* Sums the rows themselves anew, by SQL, and compares with what is kept; 0: not a figure differs. How many do,
 * or -1 with why. Between report_begin and report_end. */
int64_t report_verify(struct reads *r, int64_t from, int64_t to, bool english, char *why, size_t why_len,
    report_differs *differs, void (*progress)(void *arg, int64_t done, int64_t of), void *arg);

#endif
