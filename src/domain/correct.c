/*
 * correct.c - a step was recorded in error: the account that recorded it takes it back at once (undo), the
 * desk corrects it with a reason until the close, the office always. What hangs on the step follows: its
 * state, what is late, the clocks that it stopped or started.
 * Place: domain, a part of the lifecycle. Invariant: checks come before the first change.
 */
#include "domain/correct.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/instant.h"
#include "domain/judge.h"
#include "domain/reopen.h"
#include "domain/steps.h"

/* -- may it? -------------------------------------------------------------------------------- */

/* The account that recorded it, at once. */
static bool undoes(const struct act *x, enum step step)
{
	return text_eq(x->c->who.account, x->d->stepped_by) &&
	    x->now - x->d->recorded[step] <= x->m->policy.undo_ms;
}

static bool allowed(struct act *x, enum step step)
{
	enum account_role role = x->c->who.role;
	bool ended = x->inc->state == INCIDENT_CLOSED || x->inc->state == INCIDENT_CANCELLED;

	if (undoes(x, step))
		return true;
	if (role == ROLE_LIAISON)
		return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL,
		    "记录已超过 %lld 秒,或不是本账号记录的:请打电话请110报警服务台更正",
		    "recorded more than %lld seconds ago, or by another account: ask the desk to correct it",
		    (long long)(x->m->policy.undo_ms / SECOND_MS));
	if (!command_has(x->c, FIELD_REASON))
		return refuse(x->why, x->a, ERROR_PARAMS, "reason", "更正步骤须写明理由",
		    "a correction needs a reason");
	if (!ended || role == ROLE_OFFICE || role == ROLE_LOCAL)
		return true;
	return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL, "警情 %s 已办结,由联动办更正",
	    "incident %s has ended: the linkage office corrects it", x->inc->number);
}

static bool was_recorded(struct act *x, enum step step)
{
	const struct dispatch *d = x->d;

	if (step != STEP_DELIVERED && d->at[step] && !(d->implied >> step & 1))
		return true;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, "step",
	    "没有记录过 %s,没有可更正的;由后一步推定的,用 dispatch 的该步命令写明 at",
	    "%s was not recorded; what a later step implied is told by the step's own command with `at`",
	    step_names[step]);
}

/* Between the step before and the one after, and not ahead. */
static bool in_order(struct act *x, enum step step)
{
	const struct dispatch *d = x->d;
	int64_t at = command_int(x->c, FIELD_AT), from = d->issued_at, to = x->now;
	char begin[TIME_TEXT_MAX], end[TIME_TEXT_MAX];

	if (!command_has(x->c, FIELD_AT))
		return true;
	for (int s = 0; s < STEPS; s++) {
		if (s < (int)step && !(d->implied >> s & 1) && d->at[s] > from)
			from = d->at[s];
		if (s > (int)step && d->at[s] && d->at[s] < to)
			to = d->at[s];
	}
	if (at >= from && at <= to)
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "at", "应在 %s 与 %s 之间", "it lies between %s and %s",
	    time_rfc3339(from, begin), time_rfc3339(to, end));
}

/* What has ended is not opened by a correction, but for the lead's undo of what closed it by itself. */
static bool leaves_it_ended(struct act *x, enum step step)
{
	const struct incident *inc = x->inc;
	bool lead = x->d->role == AS_LEAD && inc->state == INCIDENT_CLOSED;

	if (step != STEP_COMPLETED || command_has(x->c, FIELD_AT) || lead ||
	    (inc->state != INCIDENT_CLOSED && inc->state != INCIDENT_CANCELLED))
		return true;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "警情 %s 已办结:先重新办理(incident.reopen)",
	    "incident %s has ended: reopen it first (incident.reopen)", inc->number);
}

/* -- what happens --------------------------------------------------------------------------- */

static void event_corrected(struct act *x, enum step step, const struct dispatch *before)
{
	struct data data;

	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "step", step_names[step]);
	json_time(j, "from", before->at[step]);
	json_time(j, "to", command_int(x->c, FIELD_AT));
	json_text(j, "state", dispatch_state_names[x->d->state]);
	json_text(j, "in_time", step_in_time(x, before));
	judge_measured(j, before, x->d);
	judge_report_dues(j, before, x->d);
	act_digest(j, "reason", x->inc, command_text(x->c, FIELD_REASON));
	act_event_data(x, &data, EVENT_DISPATCH_CORRECTED, x->now, x->d);
	decision_text(x->out, x->a, "text", command_text(x->c, FIELD_REASON));
}

static void take_back(struct act *x, enum step step, const struct dispatch *before)
{
	struct dispatch *d = x->d;

	instant_remove(d, step);
	if (step == STEP_COMPLETED)
		d->result = NULL;
	d->state = dispatch_state_now(x->inc, d);
	deadline_restep(x->inc, d, x->m, x->around);
	if (step == STEP_COMPLETED)
		deadline_uncomplete(x->inc, d, x->m, before->at[step], before->recorded[step]);
	else if (step == STEP_ARRIVED && !d->at[STEP_ARRIVED])
		deadline_unarrive(d, before->at[step]);
}

static void move(struct act *x, enum step step, const struct dispatch *before)
{
	instant_correct(x->d, step, command_int(x->c, FIELD_AT), x->c->who.role != ROLE_LIAISON,
	    &x->m->policy);
	deadline_restep(x->inc, x->d, x->m, x->around);
	if (step == STEP_COMPLETED && x->inc->completed_at == before->at[step])
		x->inc->completed_at = x->d->at[step];
}

bool correct_step(struct act *x)
{
	enum step step = (enum step)command_int(x->c, FIELD_STEP);

	if (!step_version(x) || !step_fits(x, ACT_CORRECT) || !was_recorded(x, step) || !allowed(x, step) ||
	    !in_order(x, step) || !leaves_it_ended(x, step))
		return false;
	const struct dispatch before = *x->d;
	if (command_has(x->c, FIELD_AT))
		move(x, step, &before);
	else
		take_back(x, step, &before);
	event_corrected(x, step, &before);
	if (step == STEP_COMPLETED && !command_has(x->c, FIELD_AT) && x->d->role == AS_LEAD)
		reopen_uncompleted(x);
	act_changed(x, x->d);
	return true;
}
