/*
 * build.h - the sheets of a report, from its figures.
 *
 * What a sheet holds is a table of columns (build.c); `unit` is the column that a unit's own rows are found by.
 * Place: report; pure.
 */
#ifndef REPORT_BUILD_H
#define REPORT_BUILD_H
#include "report/document.h"
#include "report/figures.h"

/* The months that a trend shows, and what was in each. */
struct month_figures {
	char name[16];                 /* 2026-03 */
	struct tally counted;          /* of standing counted */
	int64_t dispatches, incidents; /* the volume */
};
#define MONTHS_MOST 24

/* What was recorded, as a report lists it. */
struct recorded {
	enum entry_kind kind; /* ENTRY_MEASURE, ENTRY_MEETING */
	int64_t at, until;
	const char *unit, *what, *document;
	bool done;
};

struct report_facts {
	const struct figures *now, *before; /* before: of the period before; NULL: not asked for */
	const struct month_figures *months;
	int n_months;
	const struct recorded *records;
	int n_records;
};

/* Adds the sheets to d. */
void build_sheets(struct report_document *d, const struct report_facts *f);
/* What has changed in a period that was closed: the figures of `live` that `stored` has otherwise, as the sheet
 * `corrections` at the end of d. Rows are found by their first column, and by `scope` and `clock` where there
 * are any. */
void build_corrections(struct report_document *d, const struct report_document *stored,
    const struct report_document *live);

#endif
