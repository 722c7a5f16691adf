/* document_html.h - what the files that write a report as HTML share. Place: report; theirs alone. */
#ifndef REPORT_DOCUMENT_HTML_H
#define REPORT_DOCUMENT_HTML_H
#include "base/html.h"
#include "report/document.h"

/* The buckets of one clock ("arrive"), a bar for each unit that has any. */
void document_draw_times(struct html *h, const struct report_document *d, const char *clock,
    const char *title);
/* What a unit's director reads, on one page; the tables follow on the next. */
void document_unit_page(struct html *h, const struct report_document *d);

#endif
