/*
 * steps.h - the way of one dispatch: private to the lifecycle. Each function is the act of the command
 * of its name; false with why, and nothing changed.
 */
#ifndef DOMAIN_STEPS_H
#define DOMAIN_STEPS_H
#include "domain/act.h"

bool step_deliver(struct act *x);
bool step_acknowledge(struct act *x);
bool step_depart(struct act *x);
bool step_arrive(struct act *x);
bool step_progress(struct act *x);
bool step_complete(struct act *x);
bool step_withdraw_command(struct act *x);
/* Takes the instruction back; the caller has checked that it may. */
void step_withdraw(struct act *x, struct dispatch *d, const char *reason);

#endif
