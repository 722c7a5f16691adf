/* reports.h - what other commands of liandongctl need of a report. Place: ctl. */
#ifndef CTL_REPORTS_H
#define CTL_REPORTS_H
#include "ctl/ctl.h"
#include "report/document.h"

/* The report of a period (its kind shows in its form) for one unit, by code or name; unit NULL: of all. False
 * with the sentence printed. */
bool reports_document(struct ctl *ctl, const char *period, const char *unit, const char *store,
    struct report_document *d);

/* A person who waits: told on a terminal where it takes longer than a second. */
struct waiter {
	int64_t since_ms;
	bool said;
};
void reports_progress(void *waiter, int64_t done, int64_t of);
void reports_progress_end(struct waiter *w);

#endif
