/*
 * return.c - asking for a return, and what its decision does. The rules are in return.h.
 * Place: domain, a part of the lifecycle.
 */
#include "domain/return.h"
#include "domain/finding.h"
#include "base/arena.h"
#include "domain/resolve.h"
#include "domain/steps.h"
#include "domain/way.h"

/* -- asking --------------------------------------------------------------------------------- */

/* 职能不符(not-our-duty)、… */
static const char *known_reasons(struct act *x)
{
	const struct policy *p = &x->m->policy;
	const char *list = "";

	for (int i = 0; i < p->n_return_reasons; i++)
		list = arena_printf(x->a, "%s%s%s(%s)", list, i ? "、" : "", p->return_reasons[i].code,
		    p->return_reasons[i].name);
	return list;
}

static bool reason_known(struct act *x)
{
	const char *code = command_text(x->c, FIELD_REASON_CODE), *list;

	if (policy_return_reason(&x->m->policy, code))
		return true;
	list = known_reasons(x);
	return refuse(x->why, x->a, ERROR_PARAMS, "reason", "没有改派理由 %s,应为:%s",
	    "there is no such reason as %s; expected one of %s", code, list);
}

/* The unit that the command names, or its heir; NULL: none. False: there is no such unit. */
static bool named_unit(struct act *x, const struct unit **out)
{
	const char *said = command_text(x->c, FIELD_UNIT);

	*out = said ? mechanism_heir(x->m, resolve_unit(x->m, str_of(said)), x->now) : NULL;
	return !said || *out || act_known_unit(x->m, said, "unit", x->a, x->why);
}

static bool suggestion_fits(struct act *x, const struct unit *suggested)
{
	if (!suggested || suggested != mechanism_heir(x->m, mechanism_unit(x->m, x->d->unit), x->now))
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "unit", "建议改派的单位不能是本单位 %s,请写应由谁办,或不写",
	    "the suggested unit cannot be %s itself: name who should do it, or none", x->d->unit);
}

static bool another_matter(struct act *x)
{
	if (!text_eq(command_text(x->c, FIELD_SAME_AS), x->inc->number))
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "same_as",
	    "同一事项(same_as)应写另一件警情的编号,%s 是本件",
	    "same_as names another incident; %s is this one", x->inc->number);
}

static bool none_waits(struct act *x)
{
	char id[DISPATCH_ID_MAX], request[REQUEST_ID_MAX];
	const struct request *r = request_open(x->inc, x->d, REQUEST_RETURN, false);

	dispatch_id(x->inc, x->d, id);
	if (r)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
		    "联动指令 %s 已有待决定的改派申请 %s,请继续处置,等待答复",
		    "dispatch %s has request %s already; carry on until it is decided", id,
		    request_name(x->inc, r, request));
	if (x->d->voided)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL,
		    "联动指令 %s 已同意改派,交接前请继续处置",
		    "dispatch %s was returned already; carry on until you are relieved", id);
	return true;
}

/* An incident's second return goes to the office, off hours to the shift leader; so does any of a unit of the
 * police's own house, for the desk is the police's. */
static enum decider decider_of(const struct act *x)
{
	const struct policy *p = &x->m->policy;
	const struct unit *unit = mechanism_unit(x->m, x->d->unit);
	bool second = unit && text_eq(unit->house, HOUSE_POLICE);

	for (int i = 0; i < x->inc->n_requests; i++) {
		const struct request *r = &x->inc->requests[i];
		second |= r->kind == REQUEST_RETURN && r->state != REQUEST_DROPPED;
	}
	if (!second)
		return DECIDER_DESK;
	return calendar_office(&x->m->calendar, x->now) ? p->second_return : p->second_return_off;
}

bool return_ask(struct act *x)
{
	const struct unit *suggested;

	if (!step_speaks(x) || !step_version(x) || !none_waits(x) || !step_fits(x, ACT_RETURN) ||
	    !reason_known(x) || !named_unit(x, &suggested) || !suggestion_fits(x, suggested) ||
	    !another_matter(x))
		return false;
	x->r = request_add(x,
	    &(struct request){.kind = REQUEST_RETURN,
		.decider = decider_of(x),
		.dispatch = x->d->n,
		.unit = x->d->unit,
		.code = command_text(x->c, FIELD_REASON_CODE),
		.suggested = suggested ? suggested->id : NULL,
		.same_as = command_text(x->c, FIELD_SAME_AS),
		.step = STEPS,
		.clock = CLOCK_COUNT});
	if (!x->r)
		return false;
	step_imply(x);
	x->d->state = dispatch_state_now(x->inc, x->d);
	request_event(x, x->r, EVENT_REQUEST_ASKED, x->r->asked_at);
	act_changed(x, x->d);
	return true;
}

void return_answered(struct act *x)
{
	for (int i = 0; i < x->inc->n_requests; i++) {
		struct request *r = &x->inc->requests[i];
		if (r->kind == REQUEST_RETURN && text_eq(r->code, REASON_INSUFFICIENT) && !r->answered_at &&
		    (r->state == REQUEST_PENDING || r->state == REQUEST_LAPSED)) {
			r->answered_at = x->now;
			r->changed = true;
		}
	}
}

/* -- who takes over ------------------------------------------------------------------------- */

/* An open part of that unit (NULL: of any) in the incident, as the lead or not, beside the dispatch at work. */
static struct dispatch *beside(const struct act *x, const char *unit, bool lead)
{
	for (int i = 0; i < x->inc->n_dispatches; i++) {
		struct dispatch *d = &x->inc->dispatches[i];
		if (d != x->d && dispatch_open(d) && !d->relieving && (!unit || text_eq(d->unit, unit)) &&
		    (d->role == AS_LEAD) == lead)
			return d;
	}
	return NULL;
}

/* What a grant leads to. */
struct takeover {
	const struct unit *unit;     /* named, else suggested; NULL: none */
	struct dispatch *has;        /* its open part in the incident already */
	struct dispatch *other_lead; /* beside the dispatch at work */
	bool ended;                  /* the dispatch has ended meanwhile: it is void, and no more */
};

static struct takeover takeover_of(const struct act *x, const struct unit *named)
{
	struct takeover t = {.unit = named ? named : mechanism_unit(x->m, x->r->suggested),
	    .other_lead = beside(x, NULL, true),
	    .ended = !dispatch_open(x->d)};

	if (t.unit)
		t.has = beside(x, t.unit->id, true);
	if (t.unit && !t.has)
		t.has = beside(x, t.unit->id, false);
	return t;
}

static bool unit_given(struct act *x, const struct takeover *t)
{
	char id[DISPATCH_ID_MAX];

	if (t->unit || x->d->role != AS_LEAD || t->other_lead)
		return true;
	if (text_eq(x->r->code, REASON_DUPLICATE))
		return refuse(x->why, x->a, ERROR_PARAMS, "same_as",
		    "联动指令 %s 以重复派单申请改派:请写明与哪件警情是同一事项(same_as),本件即归入它;"
		    "不是重复的,请指定由哪个单位接办(unit)",
		    "dispatch %s is said to be a duplicate: name the incident that is the same matter "
		    "(same_as), which this one then follows; if it is none, name the unit that takes over "
		    "(unit)",
		    dispatch_id(x->inc, x->d, id));
	return refuse(x->why, x->a, ERROR_PARAMS, "unit",
	    "联动指令 %s 是主办,同意改派须指定由哪个单位接办(unit)",
	    "dispatch %s leads: granting its return names the unit that takes over (unit)",
	    dispatch_id(x->inc, x->d, id));
}

static bool unit_fits(struct act *x, const struct unit *named, const struct takeover *t)
{
	char id[DISPATCH_ID_MAX];

	dispatch_id(x->inc, x->d, id);
	if (t->ended && named)
		return refuse(x->why, x->a, ERROR_PARAMS, "unit",
		    "联动指令 %s 已结束,同意改派只是不计考评,不另派单位;要另派请用 dispatch.add",
		    "dispatch %s has ended: granting its return only voids it; to send another unit use "
		    "dispatch.add",
		    id);
	if (t->unit && text_eq(t->unit->id, x->d->unit))
		return refuse(x->why, x->a, ERROR_PARAMS, "unit", "不能改派给原单位 %s,请指定另一个单位",
		    "it cannot be returned to %s itself: name another unit", x->d->unit);
	if (!t->ended && t->unit && !t->has && x->inc->n_dispatches >= DISPATCHES_MAX)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "一件警情最多 %d 条联动指令",
		    "an incident has at most %d dispatches", DISPATCHES_MAX);
	return true;
}

/* -- the same matter ------------------------------------------------------------------------ */

static bool leads_alone(const struct incident *inc, const struct dispatch *lead)
{
	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];
		if (d != lead && d->role == AS_LEAD && dispatch_open(d))
			return false;
	}
	return lead->role == AS_LEAD && dispatch_open(lead);
}

const char *return_joins(const struct incident *inc, const struct request *r, const struct command *c)
{
	const struct dispatch *d;

	if (!r || r->kind != REQUEST_RETURN || !command_int(c, FIELD_GRANT))
		return NULL;
	if (command_has(c, FIELD_SAME_AS) || command_has(c, FIELD_UNIT))
		return command_text(c, FIELD_SAME_AS);
	d = incident_dispatch(inc, r->dispatch);
	return d && leads_alone(inc, d) && text_eq(r->code, REASON_DUPLICATE) ? r->same_as : NULL;
}

/* Cancelling hides what is overdue: that is the shift leader's, but where the office decides. */
static bool join_ready(struct act *x, const struct unit *named)
{
	char id[DISPATCH_ID_MAX];

	if (named)
		return refuse(x->why, x->a, ERROR_PARAMS, "same_as",
		    "归入别件(same_as)和由别的单位接办(unit)只能写一个",
		    "either the incident that this one follows (same_as) or the unit that takes over (unit)");
	if (!dispatch_open(x->d))
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "same_as",
		    "联动指令 %s 已结束,同意改派只是不计考评;归入别件请用 incident.cancel",
		    "dispatch %s has ended: granting its return only voids it; to join incidents use "
		    "incident.cancel",
		    dispatch_id(x->inc, x->d, id));
	return way_may(x, INCIDENT_CANCEL) && (x->c->who.role == ROLE_OFFICE || way_may_hide(x, NULL));
}

bool return_ready(struct act *x, bool grant)
{
	const struct unit *named = NULL;

	if (!grant)
		return step_fits(x, ACT_REJECT);
	if (!step_fits(x, ACT_GRANT) || !named_unit(x, &named))
		return false;
	if (return_joins(x->inc, x->r, x->c))
		return join_ready(x, named);
	struct takeover t = takeover_of(x, named);
	return (t.ended || unit_given(x, &t)) && unit_fits(x, named, &t);
}

/* -- a grant -------------------------------------------------------------------------------- */

/* Who assists already leads from now on; its steps stay. */
static void promote(struct act *x, struct dispatch *d)
{
	struct data data;

	d->role = AS_LEAD;
	deadline_promote(x->inc, d, x->m, x->now);
	act_data(&data);
	json_text(&data.json, "role", dispatch_role_names[AS_LEAD]);
	act_event_data(x, &data, EVENT_DISPATCH_PROMOTED, x->now, d);
	act_changed(x, d);
}

/* The dispatch of who takes over; NULL: none does. It may move the incident's dispatches in memory. */
static struct dispatch *take_over(struct act *x, const struct takeover *t, enum dispatch_role role)
{
	if (!t->unit)
		return t->other_lead;
	if (t->has && t->has->role != AS_INFORM) {
		if (role == AS_LEAD && t->has->role == AS_ASSIST && !t->other_lead)
			promote(x, t->has);
		return t->has;
	}
	if (t->has)
		step_withdraw(x, t->has, NULL);
	if (role == AS_LEAD && t->other_lead)
		role = AS_ASSIST;
	return act_issue(x, t->unit->id, role, "desk", NULL);
}

/* On the scene it keeps the matter, as an assist, until the other one has arrived. */
static bool keeps_the_scene(const struct dispatch *d, const struct dispatch *next)
{
	return d->at[STEP_ARRIVED] && next && !next->at[STEP_ARRIVED];
}

static void let_go(struct act *x, struct dispatch *d, const struct dispatch *next)
{
	char id[DISPATCH_ID_MAX];
	struct data data;

	if (!dispatch_open(d) || !keeps_the_scene(d, next)) {
		act_void(x, d, VOID_RETURNED, NULL);
		if (dispatch_open(d))
			step_withdraw(x, d, NULL);
		return;
	}
	act_data(&data);
	d->role = AS_ASSIST;
	d->relieving = next->n;
	json_text(&data.json, "role", dispatch_role_names[AS_ASSIST]);
	json_text(&data.json, "relieving", dispatch_id(x->inc, next, id));
	act_void(x, d, VOID_RETURNED, &data);
}

void return_granted(struct act *x)
{
	const struct unit *named = NULL;
	int n = x->d->n;
	struct dispatch *next = NULL;

	if (return_joins(x->inc, x->r, x->c)) {
		act_void(x, x->d, VOID_RETURNED, NULL);
		way_cancel(x, NULL);
		return;
	}
	named_unit(x, &named);
	struct takeover t = takeover_of(x, named);
	if (!t.ended)
		next = take_over(x, &t, x->d->role);
	x->d = incident_dispatch(x->inc, n);
	let_go(x, x->d, next);
}

/* -- a rejection ------------------------------------------------------------------------------ */

/* Only a person's rejection can become a finding: not a late one, which takes nothing back, and not where the
 * desk has told since what the unit asked for. */
void return_rejected(struct act *x)
{
	if (!x->r->lapsed_at && !x->r->answered_at)
		finding_open(x, x->d, FINDING_RETURN);
	if (!x->r->lapsed_at && dispatch_open(x->d))
		step_judge_anew(x);
}
