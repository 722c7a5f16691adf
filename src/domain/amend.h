/*
 * amend.h - incident.amend; private to the lifecycle.
 */
#ifndef DOMAIN_AMEND_H
#define DOMAIN_AMEND_H
#include "domain/act.h"

/* The act of the command; false with why, and nothing changed. */
bool amend_incident(struct act *x);
/* It is graver than was known: the running clocks follow, as after an amendment. */
void amend_priority(struct act *x, enum priority priority);

#endif
