/*
 * amend.c - incident.amend: what an incident is, changed by the desk while it is handled.
 * Place: domain, a part of the lifecycle. Invariant: checks come before the first change.
 */
#include "domain/amend.h"
#include "base/arena.h"
#include "domain/graver_mark.h"
#include "domain/outcome.h"
#include "domain/resolve.h"
#include "domain/return.h"
#include "domain/secrecy.h"
#include "domain/sight.h"
#include "domain/steps.h"
#include "domain/way.h"

/* What is amended may name the area that was not given. */
static void place_amended(struct act *x)
{
	struct incident *inc = x->inc;
	const struct area *area;
	if (inc->area || !command_has_any(x->c, FIELD_SET(FIELD_ADDRESS, FIELD_DESCRIPTION)))
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
	if (command_has(c, FIELD_PRIORITY))
		inc->graver = graver_seen(inc->graver, x->a);
	if (command_has(c, FIELD_CONFIDENTIAL))
		inc->given_confidential = command_int(c, FIELD_CONFIDENTIAL);
	if (command_has(c, FIELD_SECRET_REPORTER))
		inc->secret_reporter = command_int(c, FIELD_SECRET_REPORTER);
}

/* -- what it replaces ----------------------------------------------------------------------- */

/* The text that another one, or none, has taken the place of; NULL: there was none, or it stands. */
static const char *replaced(const char *was, const char *now)
{
	return was && *was && !text_eq(was, now) ? was : NULL;
}

static bool moved(const struct incident *was, const struct incident *now)
{
	return was->has_location &&
	    (was->lon_micro != now->lon_micro || was->lat_micro != now->lat_micro ||
		!text_eq(was->datum, now->datum));
}

static void put_former_place(struct json *j, const struct incident *was)
{
	json_begin(j, "location");
	json_micro(j, "lon", was->lon_micro);
	json_micro(j, "lat", was->lat_micro);
	json_text(j, "datum", was->datum);
	json_end(j);
}

static void put_former_reporter(struct json *j, const char *name, const char *phone)
{
	json_begin(j, "reporter");
	json_text(j, "name", name);
	json_text(j, "phone", phone);
	json_end(j);
}

/* What of the report does not stand any more, by the names that an incident has for it; NULL: nothing. */
static const char *former(const struct incident *was, const struct incident *now, struct arena *a)
{
	const char *description = replaced(was->description, now->description),
		   *address = replaced(was->address, now->address),
		   *name = replaced(was->reporter_name, now->reporter_name),
		   *phone = replaced(was->reporter_phone, now->reporter_phone);
	struct buf b = {0};
	struct json j = json_to(&b);

	if (!description && !address && !name && !phone && !moved(was, now))
		return NULL;
	json_begin(&j, NULL);
	json_text(&j, "description", description);
	json_text(&j, "address", address);
	if (moved(was, now))
		put_former_place(&j, was);
	if (name || phone)
		put_former_reporter(&j, name, phone);
	json_end(&j);
	return buf_into(&b, a).p;
}

static void tell_emptied(struct act *x, enum field f, const char *was, const char *now)
{
	if (replaced(was, now) && (!now || !*now))
		warning_add(x->warnings, x->a, WARNING_EMPTIED, f, NULL, NULL);
}

/* It may be meant, and may be a slip that leaves no number to call back. */
static void tell_all_emptied(struct act *x, const struct incident *was)
{
	const struct incident *now = x->inc;

	tell_emptied(x, FIELD_DESCRIPTION, was->description, now->description);
	tell_emptied(x, FIELD_ADDRESS, was->address, now->address);
	tell_emptied(x, FIELD_REPORTER_NAME, was->reporter_name, now->reporter_name);
	tell_emptied(x, FIELD_REPORTER_PHONE, was->reporter_phone, now->reporter_phone);
}

/* Names of the changed parameters, and what the incident is now, but for what is personal. What the caller had said before is
 * kept with the event. */
static void event_amended(struct act *x, const struct incident *before)
{
	const char *was = former(before, x->inc, x->a);
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
	act_digest(j, WAS_FIELD, x->inc, was);
	act_event_data(x, &data, EVENT_INCIDENT_AMENDED, x->now, NULL);
	decision_text(x->out, x->a, WAS_FIELD, was);
}

/* -- what follows from it ------------------------------------------------------------------- */

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
	if (!unit || !priority_urgent(inc->priority) || inc->zone != ZONE_OUTSIDE ||
	    text_eq(inc->rule, "desk") || !incident_has_lead(inc) || took_part(inc, unit->id) ||
	    inc->n_dispatches >= DISPATCHES_MAX)
		return;
	struct dispatch *informed = incident_open_dispatch(inc, unit->id);
	if (informed)
		step_withdraw(x, informed, NULL);
	act_changed(x, act_issue(x, unit->id, AS_ASSIST, "township", NULL));
}

/* -- clocks that run ------------------------------------------------------------------------ */

static bool same_terms(const struct incident *a, const struct incident *b)
{
	return a->zone == b->zone && a->priority == b->priority && text_eq(a->category, b->category);
}

static void event_rescheduled(struct act *x, const struct dispatch *d, enum clock_kind kind,
    const struct clock *before)
{
	const struct clock *c = &d->clocks[kind];
	struct data data;

	act_data(&data);
	json_text(&data.json, "clock", clock_names[kind]);
	json_time(&data.json, "from", before->due);
	json_time(&data.json, "due", c->due);
	json_text(&data.json, "why", "amended");
	act_event_data(x, &data, EVENT_DISPATCH_RESCHEDULED, x->now, d);
}

static void reschedule(struct act *x, struct dispatch *d)
{
	const struct dispatch before = *d;

	deadline_amend(x->inc, d, x->m, x->now, x->a);
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++)
		if (d->clocks[kind].due != before.clocks[kind].due)
			event_rescheduled(x, d, kind, &before.clocks[kind]);
}

static void reschedule_all(struct act *x, const struct incident *before)
{
	for (int i = 0; i < x->inc->n_dispatches && !same_terms(before, x->inc); i++)
		if (dispatch_open(&x->inc->dispatches[i]))
			reschedule(x, &x->inc->dispatches[i]);
	outcome_recount(x->inc, x->m);
}

void amend_priority(struct act *x, enum priority priority)
{
	const struct incident before = *x->inc;
	struct data data;

	x->inc->priority = x->inc->given_priority = priority;
	x->inc->police = priority == P1;
	x->inc->graver = graver_seen(x->inc->graver, x->a);
	act_data(&data);
	json_list(&data.json, "changed");
	json_text(&data.json, NULL, "priority");
	json_close(&data.json);
	act_terms(&data.json, x->inc);
	act_digest(&data.json, "personal", x->inc, act_personal(x->inc, x->a));
	act_event_data(x, &data, EVENT_INCIDENT_AMENDED, x->now, NULL);
	tell_township(x);
	reschedule_all(x, &before);
}

/* Would it be less urgent than it is? */
static bool lowers(const struct incident *inc, const struct command *c, const struct mechanism *m)
{
	const struct category *category = mechanism_category(m, command_text(c, FIELD_CATEGORY));
	enum priority next = inc->priority;

	if (command_has(c, FIELD_PRIORITY))
		next = (enum priority)(command_int(c, FIELD_PRIORITY) + P1);
	else if (category && inc->given_priority == PRIORITY_NONE)
		next = category->priority;
	return next > inc->priority;
}

/* Does it only hide what could be seen? A follower is closed from its first second, and its caller may be afraid in
 * the next one. */
static bool only_protects(const struct command *c)
{
	return !fields_any(fields_but(c->present,
		   FIELD_SET(FIELD_NUMBER, FIELD_KEY, FIELD_CONFIDENTIAL, FIELD_SECRET_REPORTER))) &&
	    (!command_has(c, FIELD_CONFIDENTIAL) || command_int(c, FIELD_CONFIDENTIAL)) &&
	    (!command_has(c, FIELD_SECRET_REPORTER) || command_int(c, FIELD_SECRET_REPORTER));
}

bool amend_incident(struct act *x)
{
	if (!fields_any(fields_but(x->c->present, FIELD_SET(FIELD_NUMBER, FIELD_KEY))))
		return refuse(x->why, x->a, ERROR_PARAMS, NULL, "没有给出要更正的内容",
		    "nothing to amend was given");
	const struct command *c = resolve_amendment(x->c, x->m, x->warnings, x->a, x->why);
	if (!c || !way_may(x, only_protects(c) ? INCIDENT_PROTECT : INCIDENT_CHANGE) ||
	    (lowers(x->inc, c, x->m) && !way_may_hide(x, NULL)))
		return false;
	const struct incident before = *x->inc;
	x->c = c;
	amend_fields(x);
	place_amended(x);
	follow_amended(x);
	outcome_recount(x->inc, x->m);
	if (command_has(c, FIELD_DESCRIPTION) && !x->inc->secret_reporter &&
	    sight_row(THING_SECRET_REPORTER, c->who.role) != SIGHT_NONE)
		secrecy_propose(c, secrecy_word(x->m, x->inc->description), x->warnings, x->a);
	tell_all_emptied(x, &before);
	if (sight_row(THING_SECRET_REPORTER, c->who.role) != SIGHT_NONE)
		secrecy_tell_named(x->inc, x->warnings, x->a);
	event_amended(x, &before);
	return_answered(x);
	if (before.zone != x->inc->zone || before.priority != x->inc->priority ||
	    !text_eq(before.area, x->inc->area))
		tell_township(x);
	reschedule_all(x, &before);
	act_changed(x, NULL);
	return true;
}
