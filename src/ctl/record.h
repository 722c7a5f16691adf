/*
 * record.h - route test --record: a case of routing-tests.yaml from a stored incident. Place: ctl.
 */
#ifndef CTL_RECORD_H
#define CTL_RECORD_H
#include "ctl/ctl.h"

/* Shows the case that this incident is, without personal data, runs it, asks, and appends it. name NULL: made from
 * its category and words. The exit code. */
int record_case(struct ctl *ctl, const char *number, const char *name, bool yes);
/* As much of a description as names a case. */
const char *record_beginning(struct arena *a, const char *text);
/* A list of codes in brackets, as files write it; each one is a text of the array. In the arena. */
const char *record_codes(struct arena *a, const char *const *codes, int n);

#endif
