/*
 * way.c - the states of an incident: one table says where each act leads.
 * Place: domain, a part of the lifecycle.
 */
#include "domain/way.h"
#include "base/arena.h"

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
	[INCIDENT_LEAD] = TO(OPEN),
	[INCIDENT_DONE] = TO(COMPLETED),
	[INCIDENT_CLOSE] = TO(CLOSED),
	[INCIDENT_CANCEL] = TO(CANCELLED),
	[INCIDENT_REOPEN] = SAME(OPEN)},
    [INCIDENT_COMPLETED] = {[INCIDENT_CHANGE] = TO(COMPLETED),
	[INCIDENT_LEAD] = TO(OPEN),
	[INCIDENT_DONE] = SAME(COMPLETED),
	[INCIDENT_WELL] = TO(CALLED_BACK),
	[INCIDENT_ILL] = TO(OPEN),
	[INCIDENT_UNREACHED] = TO(CALLED_BACK),
	[INCIDENT_CLOSE] = TO(CLOSED),
	[INCIDENT_CANCEL] = TO(CANCELLED),
	[INCIDENT_REOPEN] = TO(OPEN)},
    [INCIDENT_CALLED_BACK] = {[INCIDENT_CHANGE] = TO(CALLED_BACK),
	[INCIDENT_LEAD] = TO(OPEN),
	[INCIDENT_DONE] = SAME(CALLED_BACK),
	[INCIDENT_WELL] = TO(CALLED_BACK),
	[INCIDENT_ILL] = TO(OPEN),
	[INCIDENT_UNREACHED] = SAME(CALLED_BACK),
	[INCIDENT_CLOSE] = TO(CLOSED),
	[INCIDENT_REOPEN] = TO(OPEN)},
    [INCIDENT_CLOSED] = {[INCIDENT_WELL] = TO(CLOSED),
	[INCIDENT_ILL] = TO(OPEN),
	[INCIDENT_CLOSE] = SAME(CLOSED),
	[INCIDENT_REOPEN] = TO(OPEN)},
    [INCIDENT_CANCELLED] = {[INCIDENT_CANCEL] = SAME(CANCELLED), [INCIDENT_REOPEN] = TO(OPEN)},
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
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "警情 %s %s", inc->number, incident_state_word(inc, false)),
	    arena_printf(x->a, "incident %s is %s", inc->number, incident_state_names[inc->state]));
}

bool way_again(struct act *x, enum incident_act act)
{
	const char *text = command_text(x->c, FIELD_TEXT);

	if (way_of(x->inc, act).verdict != WAY_SAME)
		return false;
	if (text)
		act_annotate(x, NULL, text);
	return true;
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
