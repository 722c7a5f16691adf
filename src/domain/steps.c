/*
 * steps.c - the way of a dispatch: delivered, acknowledged, departed, arrived, completed, withdrawn.
 *
 * One table says it all, steps[state][act]: does the act happen, change nothing because it has
 * happened already, or not fit the state?
 * Place: domain, a part of the lifecycle. Invariant: checks come before the first change.
 */
#include "domain/steps.h"
#include "domain/instant.h"
#include "domain/judge.h"
#include "domain/way.h"
#include "base/arena.h"
#include "base/time.h"

enum verdict {
	WRONG,  /* not in this state */
	SAME,   /* has happened already: no error; what it brings beside that is kept */
	DONE,   /* happens, and the dispatch is in `next` */
	DERIVED /* happens, and the state follows from the steps that are left (dispatch_state_now) */
};
struct transition {
	enum verdict verdict;
	enum dispatch_state next;
};

#define TO(state)                                                                                            \
	{                                                                                                    \
		DONE, DISPATCH_##state                                                                       \
	}
/* A return that is granted on the scene leaves the dispatch ARRIVED until it is relieved. A grant or a
 * rejection that comes late, after the request has lapsed, meets a dispatch that is no longer returning. */
static const struct transition steps[DISPATCH_STATES][ACTS] = {
    [DISPATCH_ISSUED] = {[ACT_DELIVER] = TO(ISSUED),
	[ACT_ACKNOWLEDGE] = TO(ACKNOWLEDGED),
	[ACT_DEPART] = TO(DEPARTED),
	[ACT_ARRIVE] = TO(ARRIVED),
	[ACT_PROGRESS] = TO(ACKNOWLEDGED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN),
	[ACT_RETURN] = TO(RETURNING),
	[ACT_EXTEND] = TO(ACKNOWLEDGED),
	[ACT_GRANT] = TO(WITHDRAWN),
	[ACT_REJECT] = {SAME},
	[ACT_CORRECT] = {DERIVED}},
    [DISPATCH_ACKNOWLEDGED] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = {SAME},
	[ACT_DEPART] = TO(DEPARTED),
	[ACT_ARRIVE] = TO(ARRIVED),
	[ACT_PROGRESS] = TO(ACKNOWLEDGED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN),
	[ACT_RETURN] = TO(RETURNING),
	[ACT_EXTEND] = TO(ACKNOWLEDGED),
	[ACT_GRANT] = TO(WITHDRAWN),
	[ACT_REJECT] = {SAME},
	[ACT_CORRECT] = {DERIVED}},
    [DISPATCH_DEPARTED] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = {SAME},
	[ACT_DEPART] = {SAME},
	[ACT_ARRIVE] = TO(ARRIVED),
	[ACT_PROGRESS] = TO(DEPARTED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN),
	[ACT_RETURN] = TO(RETURNING),
	[ACT_EXTEND] = TO(DEPARTED),
	[ACT_GRANT] = TO(WITHDRAWN),
	[ACT_REJECT] = {SAME},
	[ACT_CORRECT] = {DERIVED}},
    [DISPATCH_ARRIVED] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = {SAME},
	[ACT_DEPART] = {SAME},
	[ACT_ARRIVE] = {SAME},
	[ACT_PROGRESS] = TO(ARRIVED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN),
	[ACT_RETURN] = TO(RETURNING),
	[ACT_EXTEND] = TO(ARRIVED),
	[ACT_GRANT] = TO(WITHDRAWN),
	[ACT_REJECT] = {SAME},
	[ACT_CORRECT] = {DERIVED}},
    /* what a phone that was offline sends afterwards is no error */
    [DISPATCH_COMPLETED] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = {SAME},
	[ACT_DEPART] = {SAME},
	[ACT_ARRIVE] = {SAME},
	[ACT_PROGRESS] = {SAME},
	[ACT_COMPLETE] = {SAME},
	[ACT_GRANT] = TO(COMPLETED),
	[ACT_REJECT] = {SAME},
	[ACT_REOPEN] = {DERIVED},
	[ACT_CORRECT] = {DERIVED}},
    [DISPATCH_RETURNING] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = TO(RETURNING),
	[ACT_DEPART] = TO(RETURNING),
	[ACT_ARRIVE] = TO(RETURNING),
	[ACT_PROGRESS] = TO(RETURNING),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN),
	[ACT_EXTEND] = TO(RETURNING),
	[ACT_GRANT] = TO(WITHDRAWN),
	[ACT_REJECT] = {DERIVED},
	[ACT_CORRECT] = {DERIVED}},
    [DISPATCH_WITHDRAWN] =
	{[ACT_DELIVER] = {SAME}, [ACT_WITHDRAW] = {SAME}, [ACT_GRANT] = TO(WITHDRAWN), [ACT_REJECT] = {SAME}},
};

struct act_kind {
	enum step step; /* that it takes or implies; STEPS: none */
	enum event_type event;
	const char *zh, *en;
};
static const struct act_kind act_kinds[ACTS] = {
    [ACT_DELIVER] = {STEP_DELIVERED, EVENT_DISPATCH_DELIVERED, "送达", "deliver"},
    [ACT_ACKNOWLEDGE] = {STEP_ACKNOWLEDGED, EVENT_DISPATCH_ACKNOWLEDGED, "签收", "acknowledge"},
    [ACT_DEPART] = {STEP_DEPARTED, EVENT_DISPATCH_DEPARTED, "出发", "depart"},
    [ACT_ARRIVE] = {STEP_ARRIVED, EVENT_DISPATCH_ARRIVED, "到场", "arrive"},
    [ACT_PROGRESS] = {STEP_ACKNOWLEDGED, EVENT_DISPATCH_PROGRESSED, "报告进展", "report progress"},
    [ACT_COMPLETE] = {STEP_COMPLETED, EVENT_DISPATCH_COMPLETED, "处置完毕", "complete"},
    [ACT_WITHDRAW] = {STEPS, EVENT_DISPATCH_WITHDRAWN, "撤回", "withdraw"},
    [ACT_RETURN] = {STEPS, EVENT_REQUEST_ASKED, "申请改派", "ask for its return"},
    [ACT_EXTEND] = {STEPS, EVENT_REQUEST_ASKED, "申请延期", "ask for an extension"},
    [ACT_GRANT] = {STEPS, EVENT_REQUEST_GRANTED, "同意改派", "be returned"},
    [ACT_REJECT] = {STEPS, EVENT_REQUEST_REJECTED, "不予改派", "be kept"},
    [ACT_REOPEN] = {STEPS, EVENT_DISPATCH_REOPENED, "重新办理", "be reopened"},
    [ACT_CORRECT] = {STEPS, EVENT_DISPATCH_CORRECTED, "更正步骤", "be corrected"},
};

/* A step that was taken or implied already is no new one, whatever the state. */
static struct transition transition_of(const struct dispatch *d, enum dispatch_act act)
{
	enum step step = act_kinds[act].step;
	struct transition t = steps[d->state][act];

	if (t.verdict == DONE && act != ACT_PROGRESS && step < STEPS && d->at[step])
		return (struct transition){SAME, d->state};
	return t;
}

bool step_fits(struct act *x, enum dispatch_act act)
{
	char id[DISPATCH_ID_MAX];
	bool informed = x->d->role == AS_INFORM && act >= ACT_RETURN;
	dispatch_id(x->inc, x->d, id);
	if (informed)
		return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
		    arena_printf(x->a, "联动指令 %s 只是知会,无须%s", id, act_kinds[act].zh),
		    arena_printf(x->a, "dispatch %s only informs: it need not %s", id, act_kinds[act].en));
	if (transition_of(x->d, act).verdict != WRONG)
		return true;
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "联动指令 %s %s,不能%s", id, dispatch_state_word(x->d->state, false),
		act_kinds[act].zh),
	    arena_printf(x->a, "dispatch %s is %s: it cannot %s", id, dispatch_state_word(x->d->state, true),
		act_kinds[act].en));
}

/* What goes beside a step and cannot be is left out, and that is said: the step happened all the same. */
static void leave_out(struct act *x, struct field_set which, enum field told, const char *given)
{
	struct command *c = arena_alloc(x->a, sizeof *c);
	*c = *x->c;
	c->present = fields_but(c->present, which);
	x->c = c;
	warning_add(x->warnings, x->a, WARNING_IGNORED, told, given, NULL);
}

/* An estimate lies ahead of what it estimates from. */
static void settle_eta(struct act *x, int64_t at)
{
	char eta[TIME_TEXT_MAX];
	if (command_has(x->c, FIELD_ETA) && command_int(x->c, FIELD_ETA) <= at)
		leave_out(x, FIELD_SET(FIELD_ETA), FIELD_ETA,
		    time_rfc3339(command_int(x->c, FIELD_ETA), eta));
}

/* Who acts for a unit that answered by phone says who that was (Art. 7: the desk's own evidence); the
 * unit itself is who speaks. */
bool step_speaks(struct act *x)
{
	bool unit = x->c->who.role == ROLE_LIAISON;
	if (unit && command_has(x->c, FIELD_PERSON))
		leave_out(x, FIELD_SET(FIELD_PERSON, FIELD_PHONE), FIELD_PERSON, NULL);
	if (unit || command_has(x->c, FIELD_PERSON))
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "on_behalf",
	    "代单位 %s 记录时须写明对方是谁(on_behalf.person;liandongctl 用 --person),电话可一并写明",
	    "acting for unit %s needs on_behalf.person (liandongctl: --person): who answered there",
	    x->d->unit);
}

/* The seq that the caller has read, or one of a list of them (If-Match). */
bool step_version(struct act *x)
{
	const char *list = command_text(x->c, FIELD_IF_MATCH);
	bool fits =
	    !command_has(x->c, FIELD_IF_MATCH) || (!list && command_int(x->c, FIELD_IF_MATCH) == x->d->seq);
	struct str one;
	uint64_t seq;
	while (!fits && (one = list_next(&list)).n)
		fits = str_uint(one, &seq) && (int64_t)seq == x->d->seq;
	if (fits)
		return true;
	return refuse(x->why, x->a, ERROR_PRECONDITION, NULL, NULL, NULL);
}

/* Where the unit says it is, which is where the matter is: personal, like an address. */
static const char *place_of(const struct act *x)
{
	if (!command_has(x->c, FIELD_STEP_LON))
		return NULL;
	return arena_printf(x->a, "%.6f,%.6f", (double)command_int(x->c, FIELD_STEP_LON) / 1e6,
	    (double)command_int(x->c, FIELD_STEP_LAT) / 1e6);
}

/* What is said of the instant, where there is more to say than the event's own. */
static void instant_data(struct json *j, const struct act *x, const struct instant *i)
{
	if (i->recorded != i->at)
		json_time(j, "recorded_at", i->recorded);
	if (instant_late(i, &x->m->policy))
		json_bool(j, "late_reported", true);
	if (i->skewed || i->moved)
		json_time(j, "given_at", i->given);
	if (i->skewed)
		json_bool(j, "clock_skew", true);
	if (i->moved)
		json_bool(j, "clamped", true);
}

/* The clocks that a wake had marked overdue, and that this act, which the front end had by then, met in
 * time: comma-separated, so that the records can be made from the events. */
const char *step_in_time(const struct act *x, const struct dispatch *before)
{
	const char *list = NULL;

	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		if (before->clocks[k].overdue && !x->d->clocks[k].overdue)
			list = list ? arena_printf(x->a, "%s,%s", list, clock_names[k]) : clock_names[k];
	return list;
}

#define OWNER FIELD_SET(FIELD_OWNER_UNIT, FIELD_OWNER_OBJECT, FIELD_OWNER_MARK)

/* Whose the thing is, as the unit found it: told by its mark on the spot (权属). */
static void owner_data(struct json *j, const struct command *c)
{
	if (!command_has_any(c, OWNER))
		return;
	json_begin(j, "owner");
	json_text(j, "unit", command_text(c, FIELD_OWNER_UNIT));
	json_text(j, "object", command_text(c, FIELD_OWNER_OBJECT));
	json_text(j, "mark", command_text(c, FIELD_OWNER_MARK));
	json_end(j);
}

/* `kept`: the step was taken already, and this is what the act brought beside it. */
static void event_act(struct act *x, enum dispatch_act act, const struct instant *i, bool kept,
    const struct dispatch *before)
{
	const struct command *c = x->c;
	const struct act_kind *k = &act_kinds[act];
	const char *place = place_of(x);
	struct data data;
	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "state", dispatch_state_names[x->d->state]);
	instant_data(j, x, i);
	if (!kept && k->step < STEPS && act != ACT_PROGRESS && x->d->unconfirmed & 1u << k->step)
		json_bool(j, "unconfirmed", true);
	if (kept && act != ACT_PROGRESS)
		json_text(j, "again", command_kinds[x->c->kind].name);
	json_text(j, "in_time", step_in_time(x, before));
	judge_measured(j, before, x->d);
	judge_report_dues(j, before, x->d);
	json_time(j, "eta", command_int(c, FIELD_ETA));
	act_evidence(j, c);
	json_text(j, "ticket", command_text(c, FIELD_TICKET));
	owner_data(j, c);
	act_warnings(j, x->warnings);
	act_digest(j, "location", x->inc, place);
	if (command_has(c, FIELD_PERSON))
		json_bool(j, "on_behalf", true);
	act_digest(j, "person", x->inc, command_text(c, FIELD_PERSON));
	act_digest(j, "phone", x->inc, command_text(c, FIELD_PHONE));
	act_digest(j, "text", x->inc, command_text(c, FIELD_TEXT));
	act_digest(j, "result", x->inc, command_text(c, FIELD_RESULT));
	act_event_data(x, &data, kept ? EVENT_DISPATCH_PROGRESSED : k->event, i->at, x->d);
	decision_text(x->out, x->a, "location", place);
	decision_text(x->out, x->a, "person", command_text(c, FIELD_PERSON));
	decision_text(x->out, x->a, "phone", command_text(c, FIELD_PHONE));
	decision_text(x->out, x->a, "text", command_text(c, FIELD_TEXT));
	decision_text(x->out, x->a, "result", command_text(c, FIELD_RESULT));
}

/* Moved to keep the steps in order: said to who gave the instant. */
static void warn_moved(struct act *x, const struct instant *i)
{
	char given[TIME_TEXT_MAX], taken[TIME_TEXT_MAX];

	if (i->moved)
		warning_add(x->warnings, x->a, WARNING_TIME_ORDER, FIELD_AT, time_rfc3339(i->given, given),
		    time_rfc3339(i->at, taken));
}

/* A report never goes back behind a later one. */
static void heard(struct dispatch *d, int64_t at)
{
	if (at > d->reported_at)
		d->reported_at = at;
}

void step_ticket(struct act *x)
{
	const char *ticket = command_text(x->c, FIELD_TICKET);

	if (!ticket)
		return;
	x->d->ticket = ticket;
	x->inc->ticket = x->inc->ticket ? x->inc->ticket : ticket;
}

/* What an act says that is no step: the expected instant, the report, the result. */
static void take_words(struct act *x, enum dispatch_act act, const struct instant *i)
{
	struct dispatch *d = x->d;

	if (command_has(x->c, FIELD_ETA))
		d->eta = command_int(x->c, FIELD_ETA);
	else if (act == ACT_ARRIVE)
		d->eta = 0; /* what was said of the way there says nothing of the next report */
	if (act == ACT_PROGRESS)
		heard(d, i->at);
	if (act == ACT_COMPLETE)
		d->result = command_text(x->c, FIELD_RESULT);
	step_ticket(x);
}

/* From when the clocks count what this act stops or starts: a report from its recording; of an arrival
 * that was recorded late the report is counted from its recording, too. */
static int64_t counts_from(const struct act *x, enum dispatch_act act, const struct instant *i)
{
	if (act == ACT_PROGRESS || act == ACT_COMPLETE)
		return instant_of_report(i);
	return act == ACT_ARRIVE && instant_late(i, &x->m->policy) ? i->recorded : i->at;
}

#define BROUGHT                                                                                              \
	FIELD_SET(FIELD_TEXT, FIELD_ETA, FIELD_STEP_LON, FIELD_PERSON, FIELD_EVIDENCE, FIELD_TICKET,         \
	    FIELD_OWNER_UNIT)

/* Does an act whose step was taken already bring anything to keep? */
static bool brings(const struct act *x, enum dispatch_act act, const struct instant *i)
{
	const struct command *c = x->c;
	enum step step = act_kinds[act].step;

	if (command_has_any(c, BROUGHT))
		return true;
	if (command_has(c, FIELD_RESULT) && !text_eq(command_text(c, FIELD_RESULT), x->d->result))
		return true;
	return act == ACT_PROGRESS ? i->given : i->given && !i->skewed && i->at != x->d->at[step];
}

/* Kept as a progress: a word of the unit's, which counts as one while the dispatch is open. What was
 * said of the way there is no word about the next report. */
static void keep(struct act *x, enum dispatch_act act, struct instant *i, const struct dispatch *before)
{
	struct dispatch *d = x->d;
	bool on_the_way = !d->at[STEP_ARRIVED];

	if (dispatch_open(d)) {
		if (command_has(x->c, FIELD_ETA) && (on_the_way || act == ACT_ARRIVE))
			d->eta = command_int(x->c, FIELD_ETA);
		heard(d, i->at);
		deadline_step(x->inc, d, x->m, x->around, STEPS, true, instant_of_report(i));
	}
	step_ticket(x);
	event_act(x, act, i, true, before);
}

/* The step was taken already: its true instant takes the place of an implied one, whatever the state,
 * and what the act brings beside that is kept. */
static bool again(struct act *x, enum dispatch_act act, struct instant *i)
{
	struct dispatch *d = x->d;
	const struct dispatch before = *d;
	enum step step = act_kinds[act].step;

	if (d->state == DISPATCH_WITHDRAWN || act == ACT_DELIVER)
		return true;
	if (act != ACT_PROGRESS && instant_fills(d, step, i)) {
		instant_take(d, step, false, i, &x->m->policy);
		warn_moved(x, i);
		deadline_restep(x->inc, d, x->m, x->around);
		step_ticket(x);
		event_act(x, act, i, false, &before);
	} else if (brings(x, act, i)) {
		keep(x, act, i, &before);
	} else {
		return true;
	}
	act_changed(x, d);
	return true;
}

/* The unit that takes a matter over is there: who kept it on the scene may leave. The unit that leads takes over
 * from all that wait. */
static void relieve(struct act *x, const struct dispatch *before)
{
	struct dispatch *d = x->d;

	for (int i = 0; i < x->inc->n_dispatches && !before->at[STEP_ARRIVED] && d->at[STEP_ARRIVED]; i++) {
		struct dispatch *old = &x->inc->dispatches[i];
		if (old->relieving && dispatch_open(old) && old != d &&
		    (old->relieving == d->n || d->role == AS_LEAD))
			step_relieve(x, old);
	}
}

static bool act(struct act *x, enum dispatch_act act)
{
	struct dispatch *d = x->d;
	const struct act_kind *k = &act_kinds[act];
	bool by_person = act != ACT_DELIVER;
	if ((by_person && !step_speaks(x)) || !step_version(x) || !step_fits(x, act))
		return false;
	struct instant i = instant_of(x);
	settle_eta(x, i.at);
	struct transition t = transition_of(d, act);
	if (t.verdict == SAME)
		return again(x, act, &i);

	const struct dispatch before = *d;
	instant_take(d, k->step, act == ACT_PROGRESS, &i, &x->m->policy);
	warn_moved(x, &i);
	d->state = t.next;
	if (by_person && act != ACT_PROGRESS)
		d->stepped_by = x->c->who.account;
	take_words(x, act, &i);
	deadline_step(x->inc, d, x->m, x->around, k->step, act == ACT_PROGRESS, counts_from(x, act, &i));
	event_act(x, act, &i, false, &before);
	relieve(x, &before);
	act_changed(x, d);
	if (act == ACT_COMPLETE && d->role == AS_LEAD)
		way_done(x, i.at);
	return true;
}

bool step_deliver(struct act *x)
{
	return act(x, ACT_DELIVER);
}

bool step_acknowledge(struct act *x)
{
	return act(x, ACT_ACKNOWLEDGE);
}

bool step_depart(struct act *x)
{
	return act(x, ACT_DEPART);
}

bool step_arrive(struct act *x)
{
	return act(x, ACT_ARRIVE);
}

bool step_progress(struct act *x)
{
	return act(x, ACT_PROGRESS);
}

bool step_complete(struct act *x)
{
	return act(x, ACT_COMPLETE);
}

void step_withdraw(struct act *x, struct dispatch *d, const char *reason)
{
	struct data data;
	d->state = DISPATCH_WITHDRAWN;
	d->withdrawn_at = x->now;
	d->withdrawn_reason = reason;
	act_data(&data);
	act_digest(&data.json, "reason", x->inc, reason);
	act_event_data(x, &data, EVENT_DISPATCH_WITHDRAWN, x->now, d);
	decision_text(x->out, x->a, "text", reason);
	act_changed(x, d);
}

bool step_withdraw_command(struct act *x)
{
	bool in_error = command_int(x->c, FIELD_VOID); /* 误派 */
	if (!step_version(x) || !step_fits(x, ACT_WITHDRAW) || (in_error && !way_may_hide(x, x->d)))
		return false;
	const char *reason = command_text(x->c, FIELD_REASON);
	if (transition_of(x->d, ACT_WITHDRAW).verdict == DONE)
		step_withdraw(x, x->d, reason);
	else if (!text_eq(reason, x->d->withdrawn_reason))
		act_annotate(x, x->d, reason);
	if (in_error)
		act_void(x, x->d, VOID_ERROR, NULL);
	return true;
}

/* -- for what is asked and decided ------------------------------------------------------------ */

void step_imply(struct act *x)
{
	struct dispatch *d = x->d;
	const struct dispatch before = *d;
	struct instant i = instant_of(x);

	if (d->at[STEP_ACKNOWLEDGED])
		return;
	instant_take(d, STEP_ACKNOWLEDGED, true, &i, &x->m->policy);
	d->state = dispatch_state_now(x->inc, d);
	deadline_step(x->inc, d, x->m, x->around, STEP_ACKNOWLEDGED, false, i.at);
	x->in_time = step_in_time(x, &before);
}

void step_judge_anew(struct act *x)
{
	deadline_judge(x->inc, x->d, x->m, x->around, x->now);
	act_changed(x, x->d);
}

void step_relieve(struct act *x, struct dispatch *d)
{
	d->state = DISPATCH_WITHDRAWN;
	d->withdrawn_at = x->now;
	d->relieving = 0;
	act_event(x, EVENT_DISPATCH_RELIEVED, x->now, d);
	act_changed(x, d);
}
