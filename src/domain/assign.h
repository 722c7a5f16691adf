/*
 * assign.h - an incident and the units that its route names; private to the lifecycle.
 */
#ifndef DOMAIN_ASSIGN_H
#define DOMAIN_ASSIGN_H
#include "domain/act.h"
#include "domain/routing.h"

/* The incident takes what the route says of it. */
void assign_take(struct incident *inc, const struct route *route, const struct mechanism *m);
/* Routes one that is stored already, by the mechanism in force and the present instant, and takes that. In the
 * arena. */
struct route *assign_route(struct act *x);
/* An instruction to each unit of the route, its clocks running from now. */
void assign_issue(struct act *x, const struct route *route);

#endif
