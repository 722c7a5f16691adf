/*
 * taken_back.h - contacts of units that the office confirmed, and that a folder would take back: its units.yaml was written
 * before. A reload of it would send every call to the number that the unit gave up.
 * Place: report; reads the store.
 */
#ifndef REPORT_TAKEN_BACK_H
#define REPORT_TAKEN_BACK_H
#include "domain/mechanism.h"
#include "store/read.h"

struct taken_back {
	const char *unit, *key, *request; /* "water", "duty", "R24" that confirmed what is in force */
};

/* Those of `now` (in force) that in `folder` are what they were before they were confirmed. A contact that is neither was
 * edited, and is the folder's to change. In the arena; returns how many, 0 as well where the store cannot be read. */
int taken_back(struct reads *r, const struct mechanism *now, const struct mechanism *folder, struct arena *a,
    struct taken_back **out);

#endif
