/*
 * texts.h - the model of texts of a stored revision, trained and put beside the store.
 * Place: report; the report process makes it for the engine.
 */
#ifndef REPORT_TEXTS_H
#define REPORT_TEXTS_H
#include "report/make.h"

#define TEXTS_KIND "texts"

/* Trains the model of the revision that `ask` names. made->code tells how it went. */
void texts_make(const char *store, const struct report_ask *ask, struct arena *a, struct report_made *made,
    report_progress *progress, void *arg);

#endif
