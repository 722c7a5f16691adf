/*
 * late_step.h - a step that was recorded after its due, with an instant that was in time (补录确认): what
 * counts is the recording, until somebody confirms the instant. Private to the lifecycle.
 */
#ifndef DOMAIN_LATE_STEP_H
#define DOMAIN_LATE_STEP_H
#include "domain/act.h"

/* After a step of x->d was taken: the system asks the desk to confirm what hangs on its instant. */
void late_step_ask(struct act *x, const struct dispatch *before);
/* Granted, or not decided in time: the instant counts. (Rejected: the recording does, as until then.) */
void late_step_confirmed(struct act *x);

#endif
