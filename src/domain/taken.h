/*
 * taken.h - a partner's system (exchange.h) has taken an instruction, as the process notifier says it.
 */
#ifndef DOMAIN_TAKEN_H
#define DOMAIN_TAKEN_H
#include "domain/act.h"

/* The act of exchange.taken (lifecycle.c). The instruction is delivered by that, if it was not yet. */
bool exchange_taken_by(struct act *x);

#endif
