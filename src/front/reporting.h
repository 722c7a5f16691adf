/*
 * reporting.h - asks the process that makes reports for one, without waiting for it.
 *
 * A report takes up to seconds of work over many rows, so no loop that serves clients makes one: the
 * supervisor starts a process for each connection to the report socket, which makes one report and ends.
 * Place: front; both front ends use it, and the engine where a period is closed.
 */
#ifndef FRONT_REPORTING_H
#define FRONT_REPORTING_H
#include "wire/report_message.h"

struct event_base;
struct reporting;

/* How it went, and the bytes (code OK). Both are good during the call. Called once, from the loop. */
typedef void reporting_cb(void *arg, const struct report_made *made, struct str bytes);

/* `path`: child.report_path. At most so long is waited for the whole of it, in ms, with those that were
 * asked for before. NULL where too many of ours wait already: the caller answers `too-many`. */
struct reporting *reporting_ask(struct event_base *base, const char *path, const struct report_ask *ask,
    int64_t most_ms, reporting_cb *cb, void *arg);
/* cb is not called; the report may still be made, and is thrown away. */
void reporting_forget(struct reporting *r);
/* Those that wait in this process. */
size_t reporting_count(void);
#define REPORTING_MOST 8
/* What a report costs its account (quota.h): another process works for it, about so long. */
#define REPORTING_COST_US 200000

/* What report.get asks for, as this caller may have it; false where it is refused. */
bool reporting_about(const struct command *c, const struct view *v, struct arena *a, struct report_ask *ask,
    struct refusal *why);

#endif
