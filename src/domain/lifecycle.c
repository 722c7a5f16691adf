/*
 * lifecycle.c - what commands do to incidents: the desk's own here, the report in report.c, amendments in
 * amend.c, the way of a dispatch in steps.c. Each command is one act, found by its kind in `acts`.
 *
 * Invariants: a refusal leaves the incident as it was (checks come before the first change); every
 * change has an event; wake_at is computed anew after every decision.
 */
#include "domain/lifecycle.h"
#include "base/arena.h"
#include "domain/amend.h"
#include "domain/extend.h"
#include "domain/finding.h"
#include "domain/graver.h"
#include "domain/late_step.h"
#include "domain/photo.h"
#include "domain/notice_report.h"
#include "domain/taken.h"
#include "domain/callback.h"
#include "domain/correct.h"
#include "domain/erasure.h"
#include "domain/reopen.h"
#include "domain/resolve.h"
#include "domain/rest.h"
#include "domain/return.h"
#include "domain/sight.h"
#include "domain/steps.h"
#include "domain/way.h"
#include <assert.h>

/* -- the desk's other commands -------------------------------------------------------------- */

/* The open dispatch that this unit acts on: its own, or one of a unit that it succeeds. NULL: there is none. */
static struct dispatch *acted_on_by(const struct act *x, const char *unit)
{
	const struct unit *who = mechanism_unit(x->m, unit);

	for (int i = 0; i < x->inc->n_dispatches; i++) {
		struct dispatch *d = &x->inc->dispatches[i];

		if (dispatch_open(d) && mechanism_heir(x->m, mechanism_unit(x->m, d->unit), x->now) == who)
			return d;
	}
	return NULL;
}

static bool can_add(struct act *x, const char *unit, enum dispatch_role role)
{
	char id[DISPATCH_ID_MAX];
	struct dispatch *other = acted_on_by(x, unit);
	if (other && (other->role != AS_INFORM || role == AS_INFORM))
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "unit", "单位 %s 已有联动指令 %s",
		    "unit %s has dispatch %s already", unit, dispatch_id(x->inc, other, id));
	other = role == AS_LEAD ? incident_open_lead(x->inc) : NULL;
	if (other)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "role", "已有主办单位 %s(%s),请先撤回",
		    "unit %s leads already (%s); withdraw that first", other->unit,
		    dispatch_id(x->inc, other, id));
	if (x->inc->n_dispatches >= DISPATCHES_MAX)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "一件警情最多 %d 条联动指令",
		    "an incident has at most %d dispatches", DISPATCHES_MAX);
	return true;
}

static bool dispatch_add(struct act *x)
{
	const struct unit *known =
	    mechanism_heir(x->m, resolve_unit(x->m, str_of(command_text(x->c, FIELD_UNIT))), x->now);
	const char *unit = known ? known->id : command_text(x->c, FIELD_UNIT);
	const char *reason = command_text(x->c, FIELD_REASON);
	enum dispatch_role role = (enum dispatch_role)command_int(x->c, FIELD_ROLE);
	if (!act_known_unit(x->m, unit, "unit", x->a, x->why) ||
	    !way_may(x, role == AS_LEAD ? INCIDENT_LEAD : INCIDENT_CHANGE) || !can_add(x, unit, role))
		return false;
	struct dispatch *informed = acted_on_by(x, unit);
	if (informed)
		step_withdraw(x, informed, NULL);
	x->d = act_issue(x, mechanism_unit(x->m, unit)->id, role, "desk", reason);
	if (role == AS_LEAD) {
		x->inc->state = way_of(x->inc, INCIDENT_LEAD).next;
		x->inc->callback_days = 0;
	}
	act_changed(x, x->d);
	return true;
}

static bool incident_annotate(struct act *x)
{
	act_annotate(x, NULL, command_text(x->c, FIELD_TEXT));
	return true;
}

/* It only names what belongs together; the caller has found the other one. */
static bool incident_link(struct act *x)
{
	const char *text = command_text(x->c, FIELD_TEXT);
	struct data data;
	act_data(&data);
	json_text(&data.json, "other", command_text(x->c, FIELD_OTHER));
	act_digest(&data.json, "text", x->inc, text);
	act_event_data(x, &data, EVENT_INCIDENT_LINKED, x->now, NULL);
	decision_text(x->out, x->a, "text", text);
	act_changed(x, NULL);
	return true;
}

static bool incident_urge(struct act *x)
{
	if (!way_may(x, INCIDENT_CHANGE))
		return false;
	const char *text = command_text(x->c, FIELD_TEXT);
	struct data data;
	x->inc->urged++;
	act_data(&data);
	json_int(&data.json, "times", x->inc->urged);
	act_digest(&data.json, "text", x->inc, text);
	act_event_data(x, &data, EVENT_INCIDENT_URGED, x->now, NULL);
	decision_text(x->out, x->a, "text", text);
	act_changed(x, NULL);
	return true;
}

static bool still_open(struct act *x, const struct dispatch *d)
{
	char id[DISPATCH_ID_MAX];
	dispatch_id(x->inc, d, id);
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "联动指令 %s(%s)%s,尚未处置完毕", id, d->unit,
		dispatch_state_word(d->state, false)),
	    arena_printf(x->a, "dispatch %s (%s) is still %s", id, d->unit, dispatch_state_names[d->state]));
}

/* While the lead has no result, what is open is work that somebody waits for. */
static bool handled(struct act *x)
{
	for (int i = 0; i < x->inc->n_dispatches; i++) {
		const struct dispatch *d = &x->inc->dispatches[i];
		if (x->inc->state == INCIDENT_OPEN && dispatch_open(d) && d->role != AS_INFORM)
			return still_open(x, d);
	}
	return true;
}

/* Only what the desk may not reopen once more is left to the office, and then to it alone: the answer that it weighs is a
 * complaint of how the desk's matter was handled. */
static bool closes(struct act *x)
{
	bool left = incident_left_to_office(x->inc);
	if (left && x->c->who.role != ROLE_OFFICE && x->c->who.role != ROLE_LOCAL)
		return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL,
		    "二次回访仍不满意,由联动办决定重办还是办结;补充情况用 incident.annotate",
		    "after a second dissatisfied answer the office reopens or closes it; add what is new "
		    "with incident.annotate");
	if (x->c->who.role != ROLE_OFFICE || left)
		return true;
	return refuse(x->why, x->a, ERROR_FORBIDDEN, NULL,
	    "警情由110报警服务台办结;联动办只办结留给它决定是否重办的",
	    "the desk closes incidents; the office closes what is left to it after a second dissatisfied "
	    "answer");
}

static bool incident_close(struct act *x)
{
	const char *text = command_text(x->c, FIELD_TEXT);
	if (!closes(x))
		return false;
	if (way_again(x, INCIDENT_CLOSE, text))
		return true;
	if (!way_may(x, INCIDENT_CLOSE) || !handled(x))
		return false;
	way_close(x, text);
	return true;
}

static bool incident_cancel(struct act *x)
{
	const char *text = command_text(x->c, FIELD_TEXT);
	if (way_again(x, INCIDENT_CANCEL, text))
		return true;
	if (!way_may(x, INCIDENT_CANCEL) || !way_may_hide(x, NULL))
		return false;
	way_cancel(x, text);
	return true;
}

static bool personal_read(struct act *x)
{
	act_event(x, EVENT_PERSONAL_READ, x->now, x->d);
	act_changed(x, NULL);
	return true;
}

/* -- dispatching ---------------------------------------------------------------------------- */

static bool (*const acts[COMMANDS])(struct act *) = {
    [COMMAND_INCIDENT_AMEND] = amend_incident,
    [COMMAND_INCIDENT_ANNOTATE] = incident_annotate,
    [COMMAND_INCIDENT_URGE] = incident_urge,
    [COMMAND_INCIDENT_CLOSE] = incident_close,
    [COMMAND_INCIDENT_CANCEL] = incident_cancel,
    [COMMAND_INCIDENT_CALLBACK] = callback_record,
    [COMMAND_INCIDENT_LINK] = incident_link,
    [COMMAND_DISPATCH_CORRECT] = correct_step,
    [COMMAND_INCIDENT_REOPEN] = reopen_incident,
    [COMMAND_INCIDENT_HOLD] = erasure_hold,
    [COMMAND_DISPATCH_ADD] = dispatch_add,
    [COMMAND_DISPATCH_WITHDRAW] = step_withdraw_command,
    [COMMAND_DISPATCH_DELIVER] = step_deliver,
    [COMMAND_DISPATCH_ACKNOWLEDGE] = step_acknowledge,
    [COMMAND_DISPATCH_DEPART] = step_depart,
    [COMMAND_DISPATCH_ARRIVE] = step_arrive,
    [COMMAND_DISPATCH_PROGRESS] = step_progress,
    [COMMAND_DISPATCH_COMPLETE] = step_complete,
    [COMMAND_PERSONAL_READ] = personal_read,
    [COMMAND_FINDING_OPEN] = finding_open_command,
    [COMMAND_FINDING_APPEAL] = finding_appeal,
    [COMMAND_FINDING_DECIDE] = finding_decide,
    [COMMAND_DISPATCH_RETURN] = return_ask,
    [COMMAND_DISPATCH_EXTEND] = extend_ask,
    [COMMAND_REQUEST_DECIDE] = request_decide,
    [COMMAND_DISPATCH_DECIDE_RETURN] = request_decide_return,
    [COMMAND_REQUEST_DROP] = request_drop,
    [COMMAND_PHOTO_ADD] = photo_add,
    [COMMAND_NOTICE_REPORT] = notice_report,
    [COMMAND_EXCHANGE_TAKEN] = exchange_taken_by,
};

/* Finds the dispatch that the command names; another unit's is not found, not forbidden. */
static bool find_dispatch(struct act *x)
{
	char number[NUMBER_MAX + 1];
	int n;
	const char *id = command_text(x->c, FIELD_DISPATCH);
	if (!id)
		return true;
	if (dispatch_id_parse(id, number, &n) && text_eq(number, x->inc->number))
		x->d = incident_dispatch(x->inc, n);
	struct view v = {.role = x->c->who.role, .unit = x->c->who.unit};
	if (x->d && sight_own(&v, x->d))
		return true;
	return refuse(x->why, x->a, ERROR_NOT_FOUND, "dispatch", "没有联动指令 %s", "there is no dispatch %s",
	    id);
}

/* And the request. */
static bool find_request(struct act *x)
{
	char number[NUMBER_MAX + 1];
	const char *id = command_text(x->c, FIELD_REQUEST);
	int64_t own;
	int n = 0;
	if (!id)
		return true;
	if (request_name_parse(id, number, &n, &own) && text_eq(number, x->inc->number))
		x->r = incident_request(x->inc, n);
	if (x->r && request_seen(&x->c->who, x->r)) {
		x->d = x->r->dispatch ? incident_dispatch(x->inc, x->r->dispatch) : NULL;
		return true;
	}
	return refuse(x->why, x->a, ERROR_NOT_FOUND, "request", "没有申请 %s", "there is no request %s", id);
}

bool lifecycle_decide(struct incident *inc, const struct command *c, const struct mechanism *m,
    const struct circumstances *around, int64_t now, struct decision *out, struct dispatch **touched,
    struct arena *a, struct refusal *why)
{
	assert(acts[c->kind] && "a command that changes an incident has its act");
	struct act x = {.inc = inc,
	    .c = rest_cut(c, a),
	    .m = m,
	    .around = around,
	    .now = now,
	    .out = out,
	    .a = a,
	    .why = why};
	*out = (struct decision){.incident = inc, .at = now, .actor = c->who.account, .command = c->id};
	out->warnings = x.warnings = warnings_of(c, a);
	*why = (struct refusal){0};
	*touched = NULL;
	const struct judged before = judge_before(inc, a);
	const struct hearing heard = graver_before(&x, c);
	if (!find_dispatch(&x) || !find_request(&x) || !acts[c->kind](&x))
		return false;
	if (x.d && x.d->n <= before.n)
		late_step_ask(&x, &before.v[x.d->n - 1]);
	rest_note(&x, c);
	if (out->n_events > 0)
		graver_listen(&x, &heard, &before);
	request_drop_ended(&x);
	*touched = x.d;
	out->request = x.r;
	if (out->n_events > 0)
		way_settle(&x);
	judge_tell(&x, &before);
	finding_follow(&x, &before);
	if (out->n_events > 0)
		deadline_arm(inc, m, around, now);
	return true;
}

void lifecycle_wake(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a)
{
	*out = (struct decision){.incident = inc, .at = now, .actor = "system"};
	const struct judged before = judge_before(inc, a);
	struct act x = {.inc = inc, .m = m, .around = around, .now = now, .out = out, .a = a};
	request_lapse_due(inc, m, around, now, out, a);
	judge_tell(&x, &before);
	deadline_fire(inc, m, around, now, out, a);
	finding_follow(&x, &before);
	deadline_arm(inc, m, around, now);
	inc->changed = true;
}
