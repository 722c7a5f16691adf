/*
 * series.h - figures week by week or month by month, by unit or by category, for a curve.
 * Place: report; the report process makes it for front ends.
 */
#ifndef REPORT_SERIES_H
#define REPORT_SERIES_H
#include "report/make.h"

#define SERIES_KIND "series"
#define SERIES_STEPS_MOST 120

/* Makes what `ask` of kind "series" says: its period is a span, its format "unit.week", "unit.month",
 * "category.week" or "category.month", its unit (NULL: all) of whom. The JSON is the command's answer. */
void series_make(const char *store, const struct report_ask *ask, struct arena *a, struct buf *out,
    struct report_made *made, report_progress *progress, void *arg);

#endif
