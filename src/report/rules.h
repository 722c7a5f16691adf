/*
 * rules.h - another mechanism, made and judged: what its files have wrong, whether its cases pass, what would go
 * elsewhere by it, whether a second administrator has to agree. Nothing comes into force here.
 *
 * Place: report; the report process makes it for front ends and engine, liandongctl for itself. All is read over
 * a connection that can only read.
 */
#ifndef REPORT_RULES_H
#define REPORT_RULES_H
#include "report/compare.h"
#include "report/make.h"

#define RULES_KIND "routing"
/* Of the format "adopt": the JSON and, behind it, the files, in one body. */
struct rules_adopted {
	struct str json;
	struct mechanism_file files[MECHANISM_FILES];
	int n_files;
};

/* Makes what `ask` of kind "routing" says: of format "diff" the JSON alone. made->code tells how it went;
 * ERROR_PARAMS with the problems in the sentence where the mechanism has errors, or its cases fail. */
void rules_make(const char *store, const struct report_ask *ask, struct arena *a, struct buf *out,
    struct report_made *made, report_progress *progress, void *arg);
/* What a body of the format "adopt" holds; false: it does not fit. Texts are borrowed, names in the arena. */
bool rules_unpack(struct str body, struct arena *a, struct rules_adopted *out);

#endif
