/*
 * collect.h - reads a period's figures from the store: sums of what has ended, then what is still open, then
 * findings, checks and what was recorded; all in the snapshot that its caller has begun.
 * Place: report, over store/report.h.
 */
#ifndef REPORT_COLLECT_H
#define REPORT_COLLECT_H
#include "report/build.h"
#include "store/report.h"

struct collected {
	struct figures now, before;
	struct month_figures months[MONTHS_MOST];
	int n_months;
	struct recorded *records;
	int n_records, cap_records;
};

/* How far it is, for a person who waits; may be NULL. */
typedef void collect_progress(void *arg, int64_t done, int64_t of);
struct collecting {
	struct reads *r;
	struct arena *a;
	const struct mechanism *m;
	struct period period;
	bool drill;
	collect_progress *progress;
	void *arg;
};

enum store_status collect(const struct collecting *c, struct collected *out);

#endif
