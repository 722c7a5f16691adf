/*
 * learn.h - what the desk has amended of what was judged by its words: corrections that may become cases
 * (cases.jsonl), how often each month and category needed one, and the cases with those that were decided upon.
 * Place: report; the report process makes it.
 */
#ifndef REPORT_LEARN_H
#define REPORT_LEARN_H
#include "store/report.h"
#include "wire/report_message.h"

/* JSON: the corrections that are not decided upon, masked, and how many were asked and corrected. ask->from 0: of
 * the last 90 days. */
bool learn_list(struct reads *r, const struct mechanism *m, const struct report_ask *ask, struct arena *a,
    struct buf *out, struct report_made *made);
/* cases.jsonl as it is with the decisions of ask->learn, an object: accept and reject (numbers, comma-separated),
 * text and category (of the one that is accepted, in place of its own), by, at. In the arena. False, *made says why:
 * one of them is no such correction. */
bool learn_cases(struct reads *r, const struct mechanism *m, const struct report_ask *ask, struct arena *a,
    struct str *cases, struct report_made *made);

#endif
