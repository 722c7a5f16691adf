/*
 * way.h - the way of one dispatch: private to the lifecycle. Each function is the deed of the command
 * of its name; false with why, and nothing changed.
 */
#ifndef DOMAIN_WAY_H
#define DOMAIN_WAY_H
#include "domain/deed.h"

extern const char *const way_state_zh[DISPATCH_STATES];

bool way_deliver(struct deed *x);
bool way_acknowledge(struct deed *x);
bool way_depart(struct deed *x);
bool way_arrive(struct deed *x);
bool way_progress(struct deed *x);
bool way_complete(struct deed *x);
bool way_withdraw_command(struct deed *x);
/* Takes the instruction back; the caller has checked that it may. */
void way_withdraw(struct deed *x, struct dispatch *d, const char *reason);

#endif
