/*
 * make.h - a report from what is stored: the result, and the form that was asked for.
 *
 * All that a report says is read in one snapshot: counters of what has ended, the rows of what is still
 * open, findings, checks, what was recorded. What a counter is for a row is domain/tally.h's.
 * Place: report, above the store.
 */
#ifndef REPORT_MAKE_H
#define REPORT_MAKE_H
#include "report/document.h"
#include "store/read.h"
#include "wire/report_message.h"

/* The mechanism of a stored revision (NULL: the one in force); NULL where it is not kept or cannot be read. The
 * caller releases it. */
struct mechanism *report_mechanism(struct reads *r, struct arena *a, const char *revision);

/* For a person who waits: how far it is, of how much. */
typedef void report_progress(void *arg, int64_t done, int64_t of);

/* Makes what is asked from the store at that path; made->code says how it went, made->detail why not. `progress`
 * may be NULL. */
void report_make(const char *store, const struct report_ask *ask, struct arena *a, struct buf *out,
    struct report_made *made, report_progress *progress, void *arg);

#endif
