/*
 * reopen.c - an incident is handled again.
 *
 * The lead's dispatch goes on where it stood before its result: a report is owed from now on, and that it
 * acknowledged and arrived is not judged a second time. The desk may do that as often as policy says, and
 * so long after the close; what goes beyond is the office's to decide.
 * Place: domain, a part of the lifecycle. Invariant: checks come before the first change.
 */
#include "domain/reopen.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/assign.h"
#include "domain/outcome.h"
#include "domain/way.h"

static const char *const why_words[] = {[REOPEN_ASKED] = "asked",
    [REOPEN_DISSATISFIED] = "dissatisfied",
    [REOPEN_MAIN_CANCELLED] = "main-cancelled",
    [REOPEN_CORRECTED] = "corrected"};

/* -- may it? -------------------------------------------------------------------------------- */

static bool office(const struct act *x)
{
	return x->c->who.role == ROLE_OFFICE || x->c->who.role == ROLE_LOCAL;
}

static bool in_time(struct act *x)
{
	const struct incident *inc = x->inc;
	int64_t within_ms = x->m->policy.reopen_within_ms;

	if (inc->state != INCIDENT_CLOSED || inc->same_as_number || x->now - inc->closed_at <= within_ms)
		return true;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
	    "警情 %s 办结已超过 %lld 天,不能重新办理;请作为新的警情报告,再用 incident.link 关联",
	    "incident %s was closed more than %lld days ago; report a new one and link it (incident.link)",
	    inc->number, (long long)(within_ms / DAY_MS));
}

static bool not_spent(struct act *x)
{
	const struct incident *inc = x->inc;

	if (inc->state == INCIDENT_CANCELLED || inc->same_as_number || office(x) ||
	    inc->redo < x->m->policy.reopen_most)
		return true;
	return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL, "警情 %s 已重新办理 %d 次,再要重办由联动办决定",
	    "incident %s was reopened %d times; now the linkage office decides", inc->number, inc->redo);
}

/* -- what happens --------------------------------------------------------------------------- */

/* The last lead that had a result. */
static struct dispatch *last_lead(const struct incident *inc)
{
	for (int i = inc->n_dispatches; i > 0; i--) {
		struct dispatch *d = &inc->dispatches[i - 1];

		if (d->role == AS_LEAD && d->state == DISPATCH_COMPLETED)
			return d;
	}
	return NULL;
}

static void dispatch_again(struct act *x, struct dispatch *d, enum reopen_why why)
{
	unsigned completed = 1u << STEP_COMPLETED;
	struct data data;

	d->at[STEP_COMPLETED] = d->recorded[STEP_COMPLETED] = 0;
	d->late_reported &= ~completed;
	d->implied &= ~completed;
	d->state = dispatch_state_now(x->inc, d);
	d->result = NULL;
	d->eta = 0;
	d->redo++;
	deadline_reopen(x->inc, d, x->m, x->now);
	act_data(&data);
	json_text(&data.json, "state", dispatch_state_names[d->state]);
	json_text(&data.json, "why", why_words[why]);
	json_int(&data.json, "redo", d->redo);
	json_time(&data.json, "report_due", d->clocks[CLOCK_NEXT_REPORT].due);
	act_event_data(x, &data, EVENT_DISPATCH_REOPENED, x->now, d);
	act_changed(x, d);
}

static void event_reopened(struct act *x, enum reopen_why why, const char *reason)
{
	struct data data;

	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "why", why_words[why]);
	json_int(j, "redo", x->inc->redo);
	act_terms(j, x->inc);
	json_text(j, "rule", x->inc->rule);
	json_text(j, "revision", x->inc->revision);
	act_digest(j, "reason", x->inc, reason);
	act_event_data(x, &data, EVENT_INCIDENT_REOPENED, x->now, NULL);
	decision_text(x->out, x->a, "text", reason);
}

void reopen(struct act *x, enum reopen_why why, const char *reason)
{
	struct incident *inc = x->inc;
	bool anew = inc->state == INCIDENT_CANCELLED || inc->same_as_number;
	struct route *route = anew ? assign_route(x) : NULL;

	inc->state = way_of(inc, INCIDENT_REOPEN).next;
	inc->completed_at = inc->closed_at = 0;
	inc->same_as = 0;
	inc->same_as_number = NULL;
	inc->callback_days = 0;
	inc->redo += !anew;
	inc->standing = outcome_incident(inc, x->m);
	event_reopened(x, why, reason);
	if (anew)
		assign_issue(x, route);
	else if (last_lead(inc) && !incident_has_lead(inc))
		dispatch_again(x, last_lead(inc), why);
	act_changed(x, NULL);
}

void reopen_uncompleted(struct act *x)
{
	struct incident *inc = x->inc;

	if (inc->state == INCIDENT_OPEN)
		return;
	inc->state = INCIDENT_OPEN;
	inc->completed_at = inc->closed_at = 0;
	inc->callback_days = 0;
	event_reopened(x, REOPEN_CORRECTED, NULL);
	act_changed(x, NULL);
}

bool reopen_incident(struct act *x)
{
	const char *reason = command_text(x->c, FIELD_REASON);

	if (way_again(x, INCIDENT_REOPEN, reason))
		return true;
	if (!way_may(x, INCIDENT_REOPEN) || !in_time(x) || !not_spent(x))
		return false;
	reopen(x, REOPEN_ASKED, reason);
	return true;
}
