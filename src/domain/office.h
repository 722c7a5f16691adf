/*
 * office.h - what a decision does to the entry that its request is about: a handover is signed or not, a proposed measure
 * taken or dismissed, an ownership confirmed or disputed, a unit's contacts changed or not. Private to request_kinds.c.
 */
#ifndef DOMAIN_OFFICE_H
#define DOMAIN_OFFICE_H
#include "domain/act.h"

void handover_granted(struct act *x);
void handover_rejected(struct act *x);
void handover_lapsed(struct act *x);
bool measure_ready(struct act *x, bool grant);
void measure_granted(struct act *x);
void measure_rejected(struct act *x);
void ownership_granted(struct act *x);
void ownership_rejected(struct act *x);
void contacts_confirmed(struct act *x);
void contacts_rejected(struct act *x);
void contacts_withdrawn(struct act *x);

#endif
