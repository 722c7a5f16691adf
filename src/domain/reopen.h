/*
 * reopen.h - an incident is handled again (重新办理): because its reporter is not satisfied, because the
 * desk or the office says so, or because it was cancelled in error. Private to the lifecycle.
 */
#ifndef DOMAIN_REOPEN_H
#define DOMAIN_REOPEN_H
#include "domain/act.h"

enum reopen_why { REOPEN_ASKED, REOPEN_DISSATISFIED, REOPEN_MAIN_CANCELLED, REOPEN_CORRECTED };

/* The act of incident.reopen; false with why, and nothing changed. */
bool reopen_incident(struct act *x);
/* Reopens it; the caller has checked that its state bears it and that its redo is not spent. What was
 * cancelled is routed anew; else the dispatch of its last lead goes on. */
void reopen(struct act *x, enum reopen_why why, const char *reason);

/* Its lead has no result after all: it is handled still, and that is no redo. */
void reopen_uncompleted(struct act *x);

#endif
