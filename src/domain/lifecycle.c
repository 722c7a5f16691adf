/*
 * lifecycle.c - what commands do to incidents: the desk's own here, the report in report.c, the way
 * of a dispatch in steps.c. Each command is one act, found by its kind in `acts`.
 *
 * Invariants: a refusal leaves the incident as it was (checks come before the first change); every
 * change has an event; wake_at is computed anew after every decision.
 */
#include "domain/lifecycle.h"
#include "base/arena.h"
#include "domain/resolve.h"
#include "domain/rest.h"
#include "domain/sight.h"
#include "domain/steps.h"
#include <assert.h>

/* -- the states of an incident -------------------------------------------------------------- */

enum incident_act {
	INCIDENT_CHANGE, /* amend, urge, another unit beside the lead */
	INCIDENT_LEAD,   /* a unit to lead */
	INCIDENT_CLOSE,
	INCIDENT_CANCEL,
	INCIDENT_ACTS
};
enum incident_verdict { REFUSED, AGAIN /* is so already: what it brings is kept */, GOES };

/* Where each act leads; an unnamed one is refused. (That the lead's result completes an open incident
 * is in steps.c.) */
static const struct {
	enum incident_verdict verdict;
	enum incident_state next;
} incident_steps[INCIDENT_STATES][INCIDENT_ACTS] = {
    [INCIDENT_OPEN] = {[INCIDENT_CHANGE] = {GOES, INCIDENT_OPEN},
	[INCIDENT_LEAD] = {GOES, INCIDENT_OPEN},
	[INCIDENT_CLOSE] = {GOES, INCIDENT_CLOSED},
	[INCIDENT_CANCEL] = {GOES, INCIDENT_CANCELLED}},
    [INCIDENT_COMPLETED] = {[INCIDENT_CHANGE] = {GOES, INCIDENT_COMPLETED},
	[INCIDENT_LEAD] = {GOES, INCIDENT_OPEN},
	[INCIDENT_CLOSE] = {GOES, INCIDENT_CLOSED},
	[INCIDENT_CANCEL] = {GOES, INCIDENT_CANCELLED}},
    [INCIDENT_CALLED_BACK] = {[INCIDENT_CHANGE] = {GOES, INCIDENT_CALLED_BACK},
	[INCIDENT_LEAD] = {GOES, INCIDENT_OPEN},
	[INCIDENT_CLOSE] = {GOES, INCIDENT_CLOSED}},
    [INCIDENT_CLOSED] = {[INCIDENT_CLOSE] = {AGAIN, INCIDENT_CLOSED}},
    [INCIDENT_CANCELLED] = {[INCIDENT_CANCEL] = {AGAIN, INCIDENT_CANCELLED}},
};

static bool may(struct act *x, enum incident_act act)
{
	const struct incident *inc = x->inc;

	if (incident_steps[inc->state][act].verdict != REFUSED)
		return true;
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "警情 %s %s", inc->number, incident_state_word(inc, false)),
	    arena_printf(x->a, "incident %s is %s", inc->number, incident_state_names[inc->state]));
}

/* Closed or cancelled already: no error, and what is said of it now is kept. */
static bool is_so_already(struct act *x, enum incident_act act)
{
	const char *text = command_text(x->c, FIELD_TEXT);

	if (incident_steps[x->inc->state][act].verdict != AGAIN)
		return false;
	if (text)
		act_annotate(x, NULL, text);
	return true;
}

/* -- the desk's other commands -------------------------------------------------------------- */

/* An open dispatch of that unit, or any open lead. */
static struct dispatch *open_dispatch(const struct incident *inc, const char *unit, bool lead)
{
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];
		if (dispatch_open(d) && (lead ? d->role == AS_LEAD : text_eq(d->unit, unit)))
			return d;
	}
	return NULL;
}

static bool can_add(struct act *x, const char *unit, enum dispatch_role role)
{
	char id[DISPATCH_ID_MAX];
	struct dispatch *other = open_dispatch(x->inc, unit, false);
	if (other && (other->role != AS_INFORM || role == AS_INFORM))
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "unit", "单位 %s 已有联动指令 %s",
		    "unit %s has dispatch %s already", unit, dispatch_id(x->inc, other, id));
	other = role == AS_LEAD ? open_dispatch(x->inc, NULL, true) : NULL;
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
	const struct unit *known = resolve_unit(x->m, str_of(command_text(x->c, FIELD_UNIT)));
	const char *unit = known ? known->id : command_text(x->c, FIELD_UNIT);
	const char *reason = command_text(x->c, FIELD_REASON);
	enum dispatch_role role = (enum dispatch_role)command_int(x->c, FIELD_ROLE);
	if (!act_known_unit(x->m, unit, "unit", x->a, x->why) ||
	    !may(x, role == AS_LEAD ? INCIDENT_LEAD : INCIDENT_CHANGE) || !can_add(x, unit, role))
		return false;
	struct dispatch *informed = open_dispatch(x->inc, unit, false);
	if (informed)
		step_withdraw(x, informed, NULL);
	x->d = act_issue(x, mechanism_unit(x->m, unit)->id, role, "desk", reason);
	if (role == AS_LEAD)
		x->inc->state = incident_steps[x->inc->state][INCIDENT_LEAD].next;
	act_changed(x, x->d);
	return true;
}

static bool incident_annotate(struct act *x)
{
	act_annotate(x, NULL, command_text(x->c, FIELD_TEXT));
	return true;
}

static bool incident_urge(struct act *x)
{
	if (!may(x, INCIDENT_CHANGE))
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

static bool incident_close(struct act *x)
{
	struct incident *inc = x->inc;
	const char *text = command_text(x->c, FIELD_TEXT);
	if (is_so_already(x, INCIDENT_CLOSE))
		return true;
	if (!may(x, INCIDENT_CLOSE) || !handled(x))
		return false;
	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_open(&inc->dispatches[i]))
			end_dispatch(x, &inc->dispatches[i], text);
	act_end(x, incident_steps[inc->state][INCIDENT_CLOSE].next, EVENT_INCIDENT_CLOSED, text);
	act_changed(x, NULL);
	return true;
}

static bool incident_cancel(struct act *x)
{
	struct incident *inc = x->inc;
	const char *text = command_text(x->c, FIELD_TEXT);
	if (is_so_already(x, INCIDENT_CANCEL))
		return true;
	if (!may(x, INCIDENT_CANCEL))
		return false;
	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_open(&inc->dispatches[i]))
			step_withdraw(x, &inc->dispatches[i], text);
	act_end(x, incident_steps[inc->state][INCIDENT_CANCEL].next, EVENT_INCIDENT_CANCELLED, text);
	act_changed(x, NULL);
	return true;
}

/* -- amend ---------------------------------------------------------------------------------- */

/* What is amended may name the area that was not given. */
static void place_amended(struct act *x)
{
	struct incident *inc = x->inc;
	const struct area *area;
	if (inc->area || !(x->c->present & (FIELD(ADDRESS) | FIELD(DESCRIPTION))))
		return;
	area = resolve_place(x->m, inc->address, inc->description, x->warnings, x->a);
	if (area) {
		inc->area = area->code;
		inc->zone = area->zone;
		inc->zone_assumed = true;
	}
}

/* Zone, priority and confidentiality follow what they come from. */
static void follow_amended(struct act *x)
{
	struct incident *inc = x->inc;
	const struct area *area = mechanism_area(x->m, inc->area);
	const struct category *category = mechanism_category(x->m, inc->category);
	if (command_has(x->c, FIELD_AREA) && area) {
		inc->zone = area->zone;
		inc->zone_assumed = warnings_have(x->warnings, WARNING_AREA_ASSUMED);
	}
	if (command_has(x->c, FIELD_CATEGORY) && category && inc->given_priority == PRIORITY_NONE)
		inc->priority = category->priority;
	if (command_has(x->c, FIELD_CONFIDENTIAL))
		inc->confidential = inc->given_confidential; /* false releases it, whatever its category */
	else if (command_has(x->c, FIELD_CATEGORY))
		inc->confidential = inc->given_confidential || (category && category->confidential);
	inc->police = inc->priority == P1;
}

static void amend_fields(struct act *x)
{
	struct incident *inc = x->inc;
	const struct command *c = x->c;
	const struct {
		enum field field;
		const char **place;
	} texts[] = {{FIELD_ADDRESS, &inc->address}, {FIELD_REPORTER_NAME, &inc->reporter_name},
	    {FIELD_REPORTER_PHONE, &inc->reporter_phone}, {FIELD_DESCRIPTION, &inc->description},
	    {FIELD_AREA, &inc->area}, {FIELD_CATEGORY, &inc->category}};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (command_has(c, texts[i].field))
			*texts[i].place = command_text(c, texts[i].field);
	if (command_has(c, FIELD_LON)) {
		inc->has_location = true;
		inc->lon_micro = command_int(c, FIELD_LON);
		inc->lat_micro = command_int(c, FIELD_LAT);
		inc->datum = command_has(c, FIELD_DATUM) ? command_text(c, FIELD_DATUM) : "gcj02";
	}
	if (command_has(c, FIELD_PRIORITY))
		inc->priority = inc->given_priority = (enum priority)(command_int(c, FIELD_PRIORITY) + P1);
	if (command_has(c, FIELD_CONFIDENTIAL))
		inc->given_confidential = command_int(c, FIELD_CONFIDENTIAL);
	if (command_has(c, FIELD_SECRET_REPORTER))
		inc->secret_reporter = command_int(c, FIELD_SECRET_REPORTER);
}

/* Names of the changed parameters, and what the incident is now, but for what is personal. */
static void event_amended(struct act *x)
{
	struct data data;
	act_data(&data);
	struct json *j = &data.json;
	json_list(j, "changed");
	for (int f = 0; f < FIELDS; f++)
		if (command_has(x->c, (enum field)f) && f != FIELD_NUMBER && f != FIELD_KEY)
			json_text(j, NULL,
			    field_kinds[f].object ? field_kinds[f].object : field_kinds[f].name);
	json_close(j);
	act_terms(j, x->inc);
	act_digest(j, "personal", x->inc, act_personal(x->inc, x->a));
	act_event_data(x, &data, EVENT_INCIDENT_AMENDED, x->now, NULL);
}

/* One that leads or assists, or did: what the desk withdrew is not issued anew. */
static bool took_part(const struct incident *inc, const char *unit)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].role != AS_INFORM && text_eq(inc->dispatches[i].unit, unit))
			return true;
	return false;
}

/* Art. 2, 6: outside the city the township organises what is urgent. What proves to be that when it is
 * amended is told to it as a report would have been, but for units that the desk chose itself. */
static void tell_township(struct act *x)
{
	const struct incident *inc = x->inc;
	const struct area *area = mechanism_area(x->m, inc->area);
	const struct unit *unit = area ? area->township : NULL;
	bool urgent = inc->priority == P1 || inc->priority == P2;
	if (!unit || !urgent || inc->zone != ZONE_OUTSIDE || text_eq(inc->rule, "desk") ||
	    !open_dispatch(inc, NULL, true) || took_part(inc, unit->id) ||
	    inc->n_dispatches >= DISPATCHES_MAX)
		return;
	struct dispatch *informed = open_dispatch(inc, unit->id, false);
	if (informed)
		step_withdraw(x, informed, NULL);
	act_changed(x, act_issue(x, unit->id, AS_ASSIST, "township", NULL));
}

static bool incident_amend(struct act *x)
{
	field_set nothing = FIELD(NUMBER) | FIELD(KEY);
	if (!(x->c->present & ~nothing))
		return refuse(x->why, x->a, ERROR_PARAMS, NULL, "没有给出要更正的内容",
		    "nothing to amend was given");
	const struct command *c = resolve_amendment(x->c, x->m, x->warnings, x->a, x->why);
	if (!c || !may(x, INCIDENT_CHANGE))
		return false;
	const struct incident before = *x->inc;
	x->c = c;
	amend_fields(x);
	place_amended(x);
	follow_amended(x);
	event_amended(x);
	if (before.zone != x->inc->zone || before.priority != x->inc->priority ||
	    !text_eq(before.area, x->inc->area))
		tell_township(x);
	act_changed(x, NULL);
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
    [COMMAND_INCIDENT_AMEND] = incident_amend,
    [COMMAND_INCIDENT_ANNOTATE] = incident_annotate,
    [COMMAND_INCIDENT_URGE] = incident_urge,
    [COMMAND_INCIDENT_CLOSE] = incident_close,
    [COMMAND_INCIDENT_CANCEL] = incident_cancel,
    [COMMAND_DISPATCH_ADD] = dispatch_add,
    [COMMAND_DISPATCH_WITHDRAW] = step_withdraw_command,
    [COMMAND_DISPATCH_DELIVER] = step_deliver,
    [COMMAND_DISPATCH_ACKNOWLEDGE] = step_acknowledge,
    [COMMAND_DISPATCH_DEPART] = step_depart,
    [COMMAND_DISPATCH_ARRIVE] = step_arrive,
    [COMMAND_DISPATCH_PROGRESS] = step_progress,
    [COMMAND_DISPATCH_COMPLETE] = step_complete,
    [COMMAND_PERSONAL_READ] = personal_read,
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
	if (!find_dispatch(&x) || !acts[c->kind](&x))
		return false;
	rest_note(&x, c);
	*touched = x.d;
	if (out->n_events > 0)
		deadline_arm(inc, m, around, now);
	return true;
}

void lifecycle_wake(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a)
{
	*out = (struct decision){.incident = inc, .at = now, .actor = "system"};
	deadline_fire(inc, m, around, now, out, a);
	deadline_arm(inc, m, around, now);
	inc->changed = true;
}
