/*
 * way.c - the states of an incident: one table says where each act leads.
 * Place: domain, a part of the lifecycle.
 */
#include "domain/way.h"
#include "base/arena.h"
#include "domain/outcome.h"
#include "domain/steps.h"

#define TO(state)                                                                                            \
	{                                                                                                    \
		WAY_GOES, INCIDENT_##state                                                                   \
	}
#define SAME(state)                                                                                          \
	{                                                                                                    \
		WAY_SAME, INCIDENT_##state                                                                   \
	}

/* What is not named is wrong. */
static const struct way ways[INCIDENT_STATES][INCIDENT_ACTS] = {
    [INCIDENT_OPEN] = {[INCIDENT_CHANGE] = TO(OPEN),
	[INCIDENT_PROTECT] = TO(OPEN),
	[INCIDENT_LEAD] = TO(OPEN),
	[INCIDENT_DONE] = TO(COMPLETED),
	[INCIDENT_CLOSE] = TO(CLOSED),
	[INCIDENT_CANCEL] = TO(CANCELLED),
	[INCIDENT_REOPEN] = SAME(OPEN)},
    [INCIDENT_COMPLETED] = {[INCIDENT_CHANGE] = TO(COMPLETED),
	[INCIDENT_PROTECT] = TO(COMPLETED),
	[INCIDENT_LEAD] = TO(OPEN),
	[INCIDENT_DONE] = SAME(COMPLETED),
	[INCIDENT_WELL] = TO(CALLED_BACK),
	[INCIDENT_ILL] = TO(OPEN),
	[INCIDENT_UNREACHED] = TO(CALLED_BACK),
	[INCIDENT_CLOSE] = TO(CLOSED),
	[INCIDENT_CANCEL] = TO(CANCELLED),
	[INCIDENT_REOPEN] = TO(OPEN)},
    [INCIDENT_CALLED_BACK] = {[INCIDENT_CHANGE] = TO(CALLED_BACK),
	[INCIDENT_PROTECT] = TO(CALLED_BACK),
	[INCIDENT_LEAD] = TO(OPEN),
	[INCIDENT_DONE] = SAME(CALLED_BACK),
	[INCIDENT_WELL] = TO(CALLED_BACK),
	[INCIDENT_ILL] = TO(OPEN),
	[INCIDENT_UNREACHED] = SAME(CALLED_BACK),
	[INCIDENT_CLOSE] = TO(CLOSED),
	[INCIDENT_REOPEN] = TO(OPEN)},
    [INCIDENT_CLOSED] = {[INCIDENT_PROTECT] = TO(CLOSED),
	[INCIDENT_WELL] = TO(CLOSED),
	[INCIDENT_ILL] = TO(OPEN),
	[INCIDENT_CLOSE] = SAME(CLOSED),
	[INCIDENT_REOPEN] = TO(OPEN)},
    [INCIDENT_CANCELLED] = {[INCIDENT_PROTECT] = TO(CANCELLED),
	[INCIDENT_CANCEL] = SAME(CANCELLED),
	[INCIDENT_REOPEN] = TO(OPEN)},
};

struct way way_of(const struct incident *inc, enum incident_act act)
{
	return ways[inc->state][act];
}

bool way_may(struct act *x, enum incident_act act)
{
	const struct incident *inc = x->inc;

	if (way_of(inc, act).verdict != WAY_WRONG)
		return true;
	if (inc->same_as_number)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "警情 %s 归入 %s,由那一件办理:请写 %s",
		    "incident %s follows %s, which is dealt with: name %s", inc->number, inc->same_as_number,
		    inc->same_as_number);
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "警情 %s %s", inc->number, incident_state_word(inc, false)),
	    arena_printf(x->a, "incident %s is %s", inc->number, incident_state_names[inc->state]));
}

bool way_again(struct act *x, enum incident_act act, const char *text)
{
	if (way_of(x->inc, act).verdict != WAY_SAME)
		return false;
	if (text)
		act_annotate(x, NULL, text);
	return true;
}

/* Be it marked already or not: its wake may not have come round. */
static bool overdue(const struct dispatch *d, int64_t now)
{
	int64_t until = d->withdrawn_at ? d->withdrawn_at : now;

	for (int k = 0; k < DISPATCH_CLOCKS && !d->voided; k++)
		if (d->clocks[k].overdue || (clock_runs(&d->clocks[k]) && d->clocks[k].due < until))
			return true;
	return false;
}

bool way_may_hide(struct act *x, const struct dispatch *only)
{
	const struct incident *inc = x->inc;
	enum account_role role = x->c->who.role;
	bool urgent = priority_urgent(inc->priority), found = false;

	for (int i = 0; i < inc->n_dispatches && urgent; i++)
		found |= (!only || only == &inc->dispatches[i]) && overdue(&inc->dispatches[i], x->now);
	if (!found || role == ROLE_SHIFT_LEADER || role == ROLE_LOCAL)
		return true;
	return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL,
	    "警情 %s 是%s警情,已有时限超时:作废、误派、降级须由值班长办",
	    "incident %s is %s and has an overdue clock: to cancel, void or lower it takes the shift leader",
	    inc->number, priority_names[inc->priority]);
}

/* What assists leave open does not hold it. */
void way_done(struct act *x, int64_t at)
{
	struct way way = way_of(x->inc, INCIDENT_DONE);

	if (incident_has_lead(x->inc) || way.verdict != WAY_GOES)
		return;
	x->inc->state = way.next;
	x->inc->completed_at = at;
	act_event(x, EVENT_INCIDENT_COMPLETED, at, NULL);
}

/* -- closing -------------------------------------------------------------------------------- */

/* Who was only told has nothing to finish. What an assist left open is withdrawn: it does not hold the
 * incident, and what of it was late stays late. */
static void end_dispatch(struct act *x, struct dispatch *d, const char *text)
{
	if (d->role != AS_INFORM) {
		step_withdraw(x, d, text);
		return;
	}
	d->state = DISPATCH_COMPLETED;
	d->at[STEP_COMPLETED] = d->recorded[STEP_COMPLETED] = x->now;
	act_event(x, EVENT_DISPATCH_COMPLETED, x->now, d);
	act_changed(x, d);
}

void way_close(struct act *x, const char *text)
{
	struct incident *inc = x->inc;

	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_open(&inc->dispatches[i]))
			end_dispatch(x, &inc->dispatches[i], text);
	act_end(x, way_of(inc, INCIDENT_CLOSE).next, EVENT_INCIDENT_CLOSED, text);
	act_changed(x, NULL);
}

/* Who set out for what proves to be nothing keeps that it did; of the others nothing counts. */
static void void_unmoved(struct act *x)
{
	for (int i = 0; i < x->inc->n_dispatches; i++) {
		struct dispatch *d = &x->inc->dispatches[i];

		if (!d->at[STEP_DEPARTED] && !d->at[STEP_ARRIVED])
			act_void(x, d, VOID_CANCELLED, NULL);
	}
	x->inc->standing = outcome_incident(x->inc, x->m);
}

void way_cancel(struct act *x, const char *text)
{
	struct incident *inc = x->inc;

	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_open(&inc->dispatches[i]))
			step_withdraw(x, &inc->dispatches[i], text);
	act_end(x, way_of(inc, INCIDENT_CANCEL).next, EVENT_INCIDENT_CANCELLED, text);
	void_unmoved(x);
	act_changed(x, NULL);
}

/* A unit is at work that the incident waits for. */
static bool held(const struct incident *inc)
{
	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];

		if (dispatch_open(d) && d->role != AS_INFORM && !dispatch_owes_nothing(d))
			return true;
	}
	return false;
}

void way_settle(struct act *x)
{
	const struct incident *inc = x->inc;
	bool ended = inc->state == INCIDENT_COMPLETED
	    ? !incident_calls_back(inc)
	    : inc->state == INCIDENT_CALLED_BACK && !incident_left_to_office(inc);

	if (ended && x->m->policy.close_after_callback && !held(inc))
		way_close(x, NULL);
}
