/*
 * read.h - what the front ends read, each over its own read-only connection that never checkpoints
 * and keeps no read transaction longer than one call. Results complete by callback (here before the
 * call returns; across a network later) and lie in the arena given.
 */
#ifndef STORE_READ_H
#define STORE_READ_H
#include "domain/sight.h"
#include "store/store.h"

struct reads;

/* NULL with why. `file` is store_file() as the engine named it, or the configured path, which leads
 * to the generation in use. */
struct reads *reads_open(const char *file, char *why, size_t why_len);
void reads_close(struct reads *r);

/* NULL: there is none. With its dispatches. */
typedef void reads_incident_cb(void *arg, enum store_status status, struct incident *inc);
void reads_incident(struct reads *r, struct arena *a, const char *number, reads_incident_cb *cb, void *arg);

struct incident_filter {
	int state;        /* enum incident_state, -1 any */
	const char *unit; /* has a dispatch to it; NULL any */
	const char *area;
	int64_t from, to; /* received_at, 0 open */
	int64_t before;   /* cursor: ids below this, 0 from the newest */
	int limit;        /* at most 200 */
	bool no_confidential;
};
/* Newest first, by id backwards within a row budget; *next is the cursor to go on, 0 at the end. */
typedef void reads_incidents_cb(void *arg, enum store_status status, struct incident **v, int n,
    int64_t next);
void reads_incidents(struct reads *r, struct arena *a, const struct incident_filter *f,
    reads_incidents_cb *cb, void *arg);

/* Open dispatches of a unit by its partial index, oldest first, ids above the cursor. The incidents
 * come with all their dispatches; ns[i] says which dispatch of v[i] is meant. */
typedef void reads_dispatches_cb(void *arg, enum store_status status, struct incident **v, const int *ns,
    int n, int64_t next);
void reads_dispatches(struct reads *r, struct arena *a, const char *unit, int64_t after_cursor, int limit,
    reads_dispatches_cb *cb, void *arg);

/* Events come with what decides who may see them, as their incidents stand now (domain/sight.h). */
struct event_filter {
	int64_t after;        /* seq > after, ascending; or */
	int64_t before;       /* not 0: seq < before, descending, for one incident */
	const char *incident; /* number; NULL all */
	const char *unit;     /* only of incidents that have it; NULL all */
	int limit;            /* at most 500 */
};
/* *scanned: the last seq looked at, to go on from even where all were filtered out. */
typedef void reads_events_cb(void *arg, enum store_status status, const struct seen_event *v, int n,
    int64_t scanned, bool more);
void reads_events(struct reads *r, struct arena *a, const struct event_filter *f, reads_events_cb *cb,
    void *arg);

/* By token; NULL where unknown or revoked. */
typedef void reads_account_cb(void *arg, enum store_status status, const struct account *who);
void reads_account(struct reads *r, struct arena *a, const struct digest *token, reads_account_cb *cb,
    void *arg);
typedef void reads_accounts_cb(void *arg, enum store_status status, const struct account *v, int n);
void reads_accounts(struct reads *r, struct arena *a, reads_accounts_cb *cb, void *arg);

/* The files of a revision; n 0 where it is not kept. NULL: the revision in force. */
typedef void reads_files_cb(void *arg, enum store_status status, const char *revision,
    const struct mechanism_file *files, int n);
void reads_files(struct reads *r, struct arena *a, const char *revision, reads_files_cb *cb, void *arg);

/* Walks the chain from the first row: recomputes every hash, and that seq has no gap. 0 whole, 1
 * broken, -1 unreadable, with a sentence in why. progress (may be NULL) is told seq and of how many. */
struct audit_result {
	int64_t rows, events, seq;
	struct digest head;
};
int audit_verify(struct reads *r, struct audit_result *out, bool english, char *why, size_t why_len,
    void (*progress)(void *arg, int64_t done, int64_t of), void *arg);
/* The hash after the row that ends at seq; false where no row does. */
bool audit_head_at(struct reads *r, int64_t seq, struct digest *out);

#endif
