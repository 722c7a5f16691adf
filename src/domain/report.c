/*
 * report.c - a new incident from the desk's record: routed, dispatched, its clocks running.
 * Place: domain, a part of lifecycle.h.
 */
#include "domain/lifecycle.h"
#include "base/arena.h"
#include "base/digest.h"
#include "domain/act.h"
#include "domain/assign.h"
#include "domain/choice.h"
#include "domain/content.h"
#include "domain/graver.h"
#include "domain/outcome.h"
#include "domain/join.h"
#include "domain/resolve.h"
#include "domain/rest.h"
#include "domain/secrecy.h"

static const char default_datum[] = "gcj02";

struct route_query lifecycle_query(const struct command *c, int64_t now)
{
	struct route_query q = {
	    .at = command_has(c, FIELD_RECEIVED_AT) ? command_int(c, FIELD_RECEIVED_AT) : now,
	    .category = command_text(c, FIELD_CATEGORY),
	    .priority = (enum priority)(command_has(c, FIELD_PRIORITY) ? command_int(c, FIELD_PRIORITY) + P1
								       : PRIORITY_NONE),
	    .area = command_text(c, FIELD_AREA),
	    .address = command_text(c, FIELD_ADDRESS),
	    .description = command_text(c, FIELD_DESCRIPTION),
	    .units = command_text(c, FIELD_UNITS),
	    .confidential = command_int(c, FIELD_CONFIDENTIAL),
	};

	proposal_read(c->proposal, &q.proposal);
	return q;
}

struct route_query lifecycle_query_of(const struct incident *inc)
{
	struct route_query q = {
	    .at = inc->received_at,
	    .category = inc->given_category,
	    .priority = inc->given_priority,
	    .area = inc->area,
	    .address = inc->address,
	    .description = inc->description,
	    .units = inc->given_units,
	    .confidential = inc->given_confidential,
	};

	proposal_read(inc->proposal, &q.proposal);
	return q;
}

static void copy_report(struct incident *inc, const struct command *c)
{
	inc->number = command_text(c, FIELD_NUMBER);
	inc->received_at = command_int(c, FIELD_RECEIVED_AT);
	inc->given_category = command_text(c, FIELD_CATEGORY);
	inc->area = command_text(c, FIELD_AREA);
	inc->address = command_text(c, FIELD_ADDRESS);
	inc->reporter_name = command_text(c, FIELD_REPORTER_NAME);
	inc->reporter_phone = command_text(c, FIELD_REPORTER_PHONE);
	inc->description = command_text(c, FIELD_DESCRIPTION);
	inc->has_location = command_has(c, FIELD_LON);
	inc->lon_micro = command_int(c, FIELD_LON);
	inc->lat_micro = command_int(c, FIELD_LAT);
	if (inc->has_location)
		inc->datum = command_has(c, FIELD_DATUM) ? command_text(c, FIELD_DATUM) : default_datum;
	inc->given_units = command_text(c, FIELD_UNITS);
	inc->given_confidential = command_int(c, FIELD_CONFIDENTIAL);
	inc->secret_reporter = command_int(c, FIELD_SECRET_REPORTER);
	inc->drill = command_int(c, FIELD_DRILL);
	inc->backfill = command_int(c, FIELD_BACKFILL);
	inc->ticket = command_text(c, FIELD_TICKET);
	inc->command = c->id;
	inc->proposal = c->proposal;
}

static void event_reported(struct act *x)
{
	struct data data;
	struct incident *inc = x->inc;
	act_data(&data);
	struct json *j = &data.json;
	json_time(j, "received_at", inc->received_at);
	act_terms(j, inc);
	json_text(j, "given_category", inc->given_category);
	json_text(j, "rule", inc->rule);
	json_text(j, "revision", inc->revision);
	json_text(j, "proposal", inc->proposal);
	if (inc->choice)
		json_raw(j, "choice", str_of(inc->choice));
	json_text(j, "ticket", inc->ticket);
	if (inc->unmatched)
		json_bool(j, "unmatched", true);
	if (inc->drill)
		json_bool(j, "drill", true);
	if (inc->backfill)
		json_bool(j, "backfill", true);
	if (inc->clock_skew)
		json_bool(j, "clock_skew", true);
	act_warnings(j, x->warnings);
	act_digest(j, "personal", inc, act_personal(inc, x->a));
	act_event_data(x, &data, EVENT_INCIDENT_REPORTED, inc->received_at, NULL);
}

/* The incident as it was reported (`said`) and is to be carried out (`c`). */
static struct incident *incident_new(const struct command *said, const struct command *c,
    const struct mechanism *m, int64_t now, const unsigned char salt[SALT_LEN], struct route *route,
    struct arena *a)
{
	struct incident *inc = arena_alloc(a, sizeof *inc);
	struct route_query query = lifecycle_query(c, now);
	routing_decide(m, &query, route);
	copy_report(inc, rest_cut(c, a)); /* routed by the whole, kept as far as it fits */
	assign_take(inc, route, m);
	inc->choice = choice_text(&route->choice, a);
	inc->standing = outcome_incident(inc, m);
	inc->given_priority = query.priority;
	inc->reported_at = now;
	inc->clock_skew = command_int(said, FIELD_RECEIVED_AT) > now;
	inc->is_new = inc->changed = true;
	memcpy(inc->salt, salt, SALT_LEN);
	struct digest content = content_of_report(said);
	memcpy(inc->content, content.b, sizeof inc->content);
	return inc;
}

/* It follows another one: stored closed, and no unit is sent for it. */
static void follow(struct act *x, const struct incident *main)
{
	struct incident *inc = x->inc;
	struct data data;

	inc->same_as = main->id;
	inc->same_as_number = main->number;
	inc->standing = inc->drill ? STANDING_DRILL : STANDING_VOID;
	inc->state = INCIDENT_CLOSED;
	inc->closed_at = x->now;
	act_data(&data);
	json_text(&data.json, "main", main->number);
	json_text(&data.json, "state", incident_state_names[inc->state]);
	act_event_data(x, &data, EVENT_INCIDENT_JOINED, x->now, NULL);
}

/* main: the one that it follows; NULL none. */
static struct incident *report(const struct command *said, const struct incident *main,
    const struct mechanism *m, int64_t now, const unsigned char salt[SALT_LEN], struct decision *out,
    struct arena *a)
{
	struct warnings *warnings = warnings_of(said, a);
	struct command *c = resolve_report(said, m, now, warnings, a);
	struct route route;
	struct incident *inc = incident_new(said, c, m, now, salt, &route, a);
	inc->clock_skew = inc->clock_skew || warnings_have(warnings, WARNING_CLOCK_DOUBTED);
	inc->zone_assumed = inc->zone_assumed || warnings_have(warnings, WARNING_AREA_ASSUMED) ||
	    warnings_have(warnings, WARNING_AREA_FROM_TEXT);
	secrecy_propose(said, route.secrecy, warnings, a);
	secrecy_tell_named(inc, warnings, a);
	if (main)
		graver_warn(main, inc, m, now, warnings, a);
	inc->warnings = warnings_text(warnings, a);
	*out = (struct decision){
	    .incident = inc, .at = now, .actor = c->who.account, .command = c->id, .warnings = warnings};

	struct act x = {.inc = inc, .c = c, .m = m, .now = now, .out = out, .a = a, .warnings = warnings};
	event_reported(&x);
	if (main)
		follow(&x, main);
	else
		assign_issue(&x, &route);
	rest_note(&x, c);
	if (!main && route.record_only && route.n_units == 0)
		act_end(&x, INCIDENT_CLOSED, EVENT_INCIDENT_CLOSED, NULL);
	deadline_arm(inc, m, &(struct circumstances){0}, now);
	return inc;
}

struct incident *lifecycle_report(const struct command *said, const struct mechanism *m, int64_t now,
    const unsigned char salt[SALT_LEN], struct decision *out, struct arena *a)
{
	return report(said, NULL, m, now, salt, out, a);
}

struct incident *join_report(const struct command *said, const struct incident *main,
    const struct mechanism *m, int64_t now, const unsigned char salt[SALT_LEN], struct decision *out,
    struct arena *a)
{
	return report(said, main, m, now, salt, out, a);
}
