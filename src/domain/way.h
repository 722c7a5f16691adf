/*
 * way.h - the states of an incident: open, completed, called back, closed, cancelled, and what leads from
 * one to the next. Private to the lifecycle.
 *
 * Nothing that is not closed or cancelled is without a wake: while it is open its lead has a clock, or it
 * has one that asks for a lead; once it is completed it has the clock of the call-back. What needs no call
 * is closed as soon as no unit that assists is at work.
 */
#ifndef DOMAIN_WAY_H
#define DOMAIN_WAY_H
#include "domain/act.h"

enum incident_act {
	INCIDENT_CHANGE,    /* amend, urge, another unit beside the lead */
	INCIDENT_PROTECT,   /* hide it, or who reported it: that never comes too late */
	INCIDENT_LEAD,      /* a unit to lead */
	INCIDENT_DONE,      /* the lead's result */
	INCIDENT_WELL,      /* called back: satisfied, or basically */
	INCIDENT_ILL,       /* called back: dissatisfied */
	INCIDENT_UNREACHED, /* called on as many days as policy asks for, and not reached */
	INCIDENT_CLOSE,
	INCIDENT_CANCEL,
	INCIDENT_REOPEN,
	INCIDENT_ACTS
};

enum incident_verdict {
	WAY_WRONG, /* not in this state */
	WAY_SAME,  /* is so already: what it brings is kept */
	WAY_GOES   /* happens, and the incident is in `next` */
};
struct way {
	enum incident_verdict verdict;
	enum incident_state next;
};

struct way way_of(const struct incident *inc, enum incident_act act);
/* False with why where the state does not bear it. */
bool way_may(struct act *x, enum incident_act act);
/* Is it so already? Then what is said of it now is kept. */
bool way_again(struct act *x, enum incident_act act, const char *text);
/* An overdue clock of a P1 or P2 stays to be seen: only the shift leader (值班长) cancels, voids or lowers what it
 * belongs to. `only`: a clock of that dispatch; NULL: of any. False with why. */
bool way_may_hide(struct act *x, const struct dispatch *only);
/* A lead has its result: where no other leads, that ends the handling (Art. 7). */
void way_done(struct act *x, int64_t at);
/* Ends it in the state that closing leads to: who was informed has nothing to finish, and what an assist
 * left open is withdrawn. */
void way_close(struct act *x, const char *text);
/* Takes back what is open and ends it as cancelled; who had set out keeps that it did. */
void way_cancel(struct act *x, const char *text);
/* After every act: what waits for nothing any more is closed. */
void way_settle(struct act *x);

#endif
