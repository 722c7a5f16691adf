/*
 * callback.c - one call to the reporter: reached and satisfied, basically, or not; or not reached.
 *
 * Several attempts on one day count as one. The call-back ends as unreached after the number of days that
 * the policy names. If the reporter is dissatisfied, the incident is handled again; if the desk has done that
 * as often as it may, the office decides. An answer that was given stays when a later call does not reach the reporter.
 * Place: domain, a part of the lifecycle. Invariant: checks come before the first change.
 */
#include "domain/callback.h"
#include "base/time.h"
#include "domain/reopen.h"
#include "domain/way.h"

static enum incident_act act_of(enum callback_result result)
{
	if (result == CALLBACK_DISSATISFIED)
		return INCIDENT_ILL;
	return result == CALLBACK_UNREACHED ? INCIDENT_UNREACHED : INCIDENT_WELL;
}

/* A call can endanger, and a drill has no reporter to ask. */
static bool may_be_rung(struct act *x)
{
	const struct incident *inc = x->inc;

	if (incident_left_to_office(inc))
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
		    "警情 %s 二次回访仍不满意,已留给联动办决定是否重办,结果不再改;报警人又说了什么,用 "
		    "incident.annotate 记下",
		    "incident %s is left to the office after a second dissatisfied answer, which stays; "
		    "note what the reporter says now with incident.annotate",
		    inc->number);
	if (inc->confidential)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
		    "警情 %s 保密,不回访:打过去可能危及报警人;确需回访的先解除保密(incident.amend)",
		    "incident %s is confidential and is not called back: a call can endanger; "
		    "release it first (incident.amend)",
		    inc->number);
	if (inc->drill)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "警情 %s 是演练,不回访",
		    "incident %s is a drill and is not called back", inc->number);
	if (incident_calls_back(inc) || command_has(x->c, FIELD_CALLED))
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "to", "警情 %s 没有报警人电话,请写明拨打的电话",
	    "incident %s has no phone of its reporter; say which number was called", inc->number);
}

/* Another day on which the reporter was not reached. */
static bool new_day(const struct act *x)
{
	const struct incident *inc = x->inc;

	return inc->callback_days == 0 || local_day(inc->callback_at) != local_day(x->now);
}

static void event_recorded(struct act *x, enum callback_result result)
{
	const struct clock *c = clock_of(x->inc, NULL, CLOCK_CALLBACK);
	struct data data;

	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "result", callback_result_names[result]);
	if (result == CALLBACK_UNREACHED)
		json_int(j, "days", x->inc->callback_days);
	if (c->due && x->now > c->due)
		json_bool(j, "late", true);
	act_evidence(j, x->c);
	act_digest(j, "to", x->inc, command_text(x->c, FIELD_CALLED));
	act_digest(j, "text", x->inc, command_text(x->c, FIELD_TEXT));
	act_event_data(x, &data, EVENT_CALLBACK_RECORDED, x->now, NULL);
	decision_text(x->out, x->a, "to", command_text(x->c, FIELD_CALLED));
	decision_text(x->out, x->a, "text", command_text(x->c, FIELD_TEXT));
}

/* The answer, or that there was none. */
static void take(struct act *x, enum callback_result result)
{
	struct incident *inc = x->inc;
	bool reached = result != CALLBACK_UNREACHED;

	if (reached)
		inc->callback_days = 0;
	else if (new_day(x))
		inc->callback_days++;
	if (reached || inc->callback_result == CALLBACK_NONE)
		inc->callback_result = result;
	event_recorded(x, result);
	inc->callback_at = x->now;
}

static void called_back(struct act *x, enum incident_state next)
{
	struct data data;

	if (x->inc->state == next)
		return;
	x->inc->state = next;
	act_data(&data);
	json_text(&data.json, "result", callback_result_names[x->inc->callback_result]);
	act_event_data(x, &data, EVENT_INCIDENT_CALLED_BACK, x->now, NULL);
}

static void not_reached(struct act *x)
{
	struct way way = way_of(x->inc, INCIDENT_UNREACHED);

	if (way.verdict != WAY_GOES)
		return;
	if (x->inc->callback_days >= x->m->policy.callback_attempts)
		called_back(x, way.next);
	else
		deadline_call_back(x->inc, x->m, x->now);
}

/* Handled again; or it is the office's to say whether. */
static void not_satisfied(struct act *x)
{
	if (x->inc->redo < x->m->policy.reopen_most) {
		reopen(x, REOPEN_DISSATISFIED, NULL);
		return;
	}
	x->inc->closed_at = 0;
	called_back(x, INCIDENT_CALLED_BACK);
	deadline_leave_to_office(x->inc, x->m, x->around, x->now, x->out, x->a);
}

bool callback_record(struct act *x)
{
	enum callback_result result =
	    (enum callback_result)(command_int(x->c, FIELD_CALLBACK_RESULT) + CALLBACK_SATISFIED);
	enum incident_act act = act_of(result);

	if (!way_may(x, act) || !may_be_rung(x))
		return false;
	take(x, result);
	if (act == INCIDENT_UNREACHED)
		not_reached(x);
	else if (act == INCIDENT_ILL)
		not_satisfied(x);
	else
		called_back(x, way_of(x->inc, act).next);
	act_changed(x, NULL);
	return true;
}
