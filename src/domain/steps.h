/*
 * steps.h - the way of one dispatch: private to the lifecycle. Each function is the act of the command
 * of its name; false with why, and nothing changed.
 */
#ifndef DOMAIN_STEPS_H
#define DOMAIN_STEPS_H
#include "domain/act.h"

/* What can be done to a dispatch; where each leads is one table, steps[state][act]. */
enum dispatch_act {
	ACT_DELIVER,
	ACT_ACKNOWLEDGE,
	ACT_DEPART,
	ACT_ARRIVE,
	ACT_PROGRESS,
	ACT_COMPLETE,
	ACT_WITHDRAW,
	ACT_RETURN,  /* the unit asks to be relieved of it (申请改派) */
	ACT_EXTEND,  /* the unit asks for more time (申请延期) */
	ACT_GRANT,   /* a return is granted, in time or late */
	ACT_REJECT,  /* a return is rejected, or lapses */
	ACT_REOPEN,  /* 重新办理 */
	ACT_CORRECT, /* a step gets another instant, or none */
	ACTS
};

bool step_deliver(struct act *x);
bool step_acknowledge(struct act *x);
bool step_depart(struct act *x);
bool step_arrive(struct act *x);
bool step_progress(struct act *x);
bool step_complete(struct act *x);
bool step_withdraw_command(struct act *x);
/* Takes the instruction back; the caller has checked that it may. */
void step_withdraw(struct act *x, struct dispatch *d, const char *reason);

/* The clocks that a wake had marked overdue and that are in time now, comma-separated; NULL: none. */
const char *step_in_time(const struct act *x, const struct dispatch *before);

/* -- for what is asked and decided about a dispatch (x->d) ---------------------------------------- */

/* May this be done to it in its state? Who is only informed is asked for nothing. */
bool step_fits(struct act *x, enum dispatch_act act);
/* Who acts for a unit says who answered there (on_behalf); the unit itself is who speaks. */
bool step_speaks(struct act *x);
/* If-Match: the seq that the caller has read. */
bool step_version(struct act *x);
/* The unit's own number of the matter, if the command says one. */
void step_ticket(struct act *x);
/* What is asked shows that it was taken: it is acknowledged from now on, if it was not. */
void step_imply(struct act *x);
/* Something that its clocks are judged by has changed: what is late now, and was not, is said. */
void step_judge_anew(struct act *x);
/* It keeps the matter no longer: the one that takes it over has arrived. */
void step_relieve(struct act *x, struct dispatch *d);

#endif
