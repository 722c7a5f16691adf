/*
 * extend.h - an extension (申请延期), and beyond the cap a suspension (挂起). Private to the lifecycle.
 *
 * Asked before the due. It names its clock; none: the arrival's, else the report's that runs. The cap counts
 * from the first due. What goes beyond it needs evidence, and is the office's to decide.
 */
#ifndef DOMAIN_EXTEND_H
#define DOMAIN_EXTEND_H
#include "domain/request.h"

/* dispatch.extend */
bool extend_ask(struct act *x);
/* The row of its kind. */
bool extend_ready(struct act *x, bool grant);
void extend_granted(struct act *x);
void extend_rejected(struct act *x);

#endif
