/*
 * report.h - an incident that is stored already, routed once more; private to the lifecycle.
 */
#ifndef DOMAIN_REPORT_H
#define DOMAIN_REPORT_H
#include "domain/act.h"
#include "domain/routing.h"

/* By the mechanism in force and the present instant. The incident takes what the route says of it; its
 * units are told by report_issue. In the arena. */
struct route *report_route(struct act *x);
/* An instruction to each unit of the route, its clocks running from now. */
void report_issue(struct act *x, const struct route *route);

#endif
