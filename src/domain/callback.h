/*
 * callback.h - the reporter is asked how it went (回访, Art. 7), and what follows from the answer. Private
 * to the lifecycle.
 */
#ifndef DOMAIN_CALLBACK_H
#define DOMAIN_CALLBACK_H
#include "domain/act.h"

/* The act of incident.callback; false with why, and nothing changed. */
bool callback_record(struct act *x);

#endif
