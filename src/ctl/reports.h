/* reports.h - what other commands of liandongctl need of a report. Place: ctl. */
#ifndef CTL_REPORTS_H
#define CTL_REPORTS_H
#include "ctl/ctl.h"
#include "report/document.h"

/* The report of a period (its kind shows in its form) for one unit, by code or name; unit NULL: of all. False
 * with the sentence printed. */
bool reports_document(struct ctl *ctl, const char *period, const char *unit, const char *store,
    struct report_document *d);

#endif
