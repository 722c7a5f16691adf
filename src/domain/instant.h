/*
 * instant.h - when a step happened: what the client said, what is taken, what counts. Private to the
 * lifecycle (steps.c).
 *
 * Rules: what is recorded now cannot have happened later, nor before the instruction; a client whose
 * clock is off is not refused, its instant is mended and marked. The instants of the steps of a
 * dispatch are always in the order of the steps. A later step implies the earlier ones; an earlier
 * instant that becomes known later takes the place of an implied one.
 *
 * What counts (认定时刻) of the acknowledgement and of the arrival is the instant that was given, unless
 * the unit gave it long after it happened, or after the due with an instant that was in time: then the
 * recording counts until somebody confirms the instant. What the desk enters is confirmed.
 */
#ifndef DOMAIN_INSTANT_H
#define DOMAIN_INSTANT_H
#include "domain/act.h"

struct instant {
	int64_t at;       /* when it happened, as it is taken */
	int64_t recorded; /* when the front end had it */
	int64_t given;    /* what the client said, 0: nothing */
	bool skewed;      /* `given` lies ahead of the recording or before the instruction */
	bool moved;       /* it was moved to keep the steps in order */
	bool confirmed;   /* the desk said it */
};

/* The instant of the command at work, with a warning where the client's clock is off. */
struct instant instant_of(struct act *x);
/* Would this act give its step, which is recorded already, an earlier or a first instant? */
bool instant_fills(const struct dispatch *d, enum step step, const struct instant *i);
/* The dispatch takes the step and those that it implies; with `implied`, the step itself is no more
 * than implied. i->at is moved where the order of the steps asks for it. */
void instant_take(struct dispatch *d, enum step step, bool implied, struct instant *i,
    const struct policy *p);
/* A step that was recorded gets another instant; what it implied goes with it. confirmed: the instant counts. */
void instant_correct(struct dispatch *d, enum step step, int64_t at, bool confirmed, const struct policy *p);
/* It was not taken: nor is what it implied, where no later step or report implies that. */
void instant_remove(struct dispatch *d, enum step step);
/* Recorded so long after it happened that it is called late. */
bool instant_late(const struct instant *i, const struct policy *p);
/* A report counts when it is recorded; what the desk enters, when it was made. */
int64_t instant_of_report(const struct instant *i);

#endif
