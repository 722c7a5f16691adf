/*
 * lifecycle.c - what commands do to incidents and dispatches.
 *
 * The way of a dispatch is one table, steps[state][act]: does the act happen, change nothing because
 * it has happened already, or not fit the state? Everything else here is the story of one command
 * each, found by its kind in `deeds`.
 *
 * Invariants: a refusal leaves the incident as it was (checks come before the first change); every
 * change has an event; wake_at is computed anew after every decision.
 */
#include "domain/lifecycle.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include <assert.h>
#include <stdio.h>

/* One command at work. */
struct deed {
	struct incident *inc;
	const struct command *c;
	const struct mechanism *m;
	int64_t now;
	struct decision *out;
	struct arena *a;
	struct refusal *why;
	struct dispatch *d; /* the one that the command names, NULL for incident commands */
};

/* -- event data ----------------------------------------------------------------------------- */

struct data {
	struct buf buf;
	struct json json;
};

static void data_begin(struct data *data)
{
	*data = (struct data){0};
	data->json = json_to(&data->buf);
	json_begin(&data->json, NULL);
}

/* Writes the event and frees the data. */
static struct event *data_event(struct deed *x, struct data *data, enum event_type type, int64_t at,
    const struct dispatch *d)
{
	json_end(&data->json);
	struct event *e = decision_event(x->out, x->a, type, at, d, buf_view(&data->buf));
	buf_free(&data->buf);
	return e;
}

static void plain_event(struct deed *x, enum event_type type, int64_t at, const struct dispatch *d)
{
	struct data data;
	data_begin(&data);
	data_event(x, &data, type, at, d);
}

/* Personal text goes into the chain as a digest salted by its incident, so that erasing the text
 * (and the salt with it) leaves nothing to guess from. */
static void json_digest(struct json *j, const char *key, const struct incident *inc, const char *text)
{
	if (!text)
		return;
	struct str parts[] = {{(const char *)inc->salt, sizeof inc->salt}, str_of(text)};
	struct digest digest = digest_parts(parts, 2);
	char hex[DIGEST_HEX];
	json_text(j, key, digest_hex(&digest, hex));
}

/* -- report --------------------------------------------------------------------------------- */

struct route_query lifecycle_query(const struct command *c, int64_t now)
{
	return (struct route_query){
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
}

struct route_query lifecycle_query_of(const struct incident *inc)
{
	return (struct route_query){
	    .at = inc->received_at,
	    .category = inc->given_category,
	    .priority = inc->given_priority,
	    .area = inc->area,
	    .address = inc->address,
	    .description = inc->description,
	    .units = inc->given_units,
	    .confidential = inc->given_confidential,
	};
}

void lifecycle_content(const struct command *c, unsigned char out[32])
{
	struct buf b = {0};
	for (int f = 0; f < FIELDS; f++) {
		if (!command_has(c, (enum field)f) || f == FIELD_KEY)
			continue;
		buf_u8(&b, (uint8_t)f);
		if (c->v[f].text)
			buf_bytes(&b, str_of(c->v[f].text));
		else
			buf_i64(&b, c->v[f].number);
	}
	struct digest d = digest_of(buf_view(&b));
	memcpy(out, d.b, sizeof d.b);
	buf_free(&b);
}

/* The nearest code that exists, for a sentence; NULL where nothing is near. */
static const char *near_unit(const struct mechanism *m, const char *given)
{
	const char *best = NULL;
	unsigned least = 3;
	for (int i = 0; i < m->n_units; i++) {
		unsigned d = str_distance(str_of(given), str_of(m->units[i].id), least);
		if (d < least) {
			least = d;
			best = m->units[i].id;
		}
	}
	return best;
}

static bool known_unit(const struct mechanism *m, const char *id, const char *field, struct arena *a,
    struct refusal *why)
{
	if (mechanism_unit(m, id))
		return true;
	const char *near = near_unit(m, id);
	return refuse(why, a, ERROR_PARAMS, field, "没有单位 %s%s%s%s", "there is no unit %s%s%s%s", id,
	    near ? " (" : "", near ? near : "", near ? "?)" : "");
}

static bool known_units(const struct mechanism *m, const char *list, struct arena *a, struct refusal *why)
{
	struct str one;
	while ((one = list_next(&list)).n)
		if (!known_unit(m, arena_str(a, one), "units", a, why))
			return false;
	return true;
}

/* What the caller names must exist in the mechanism in force. */
static bool known_codes(const struct command *c, const struct mechanism *m, struct arena *a, struct refusal *why)
{
	const char *category = command_text(c, FIELD_CATEGORY);
	if (category && !mechanism_category(m, category))
		return refuse(why, a, ERROR_PARAMS, "category", "没有警情类别 %s", "there is no category %s", category);
	const char *area = command_text(c, FIELD_AREA);
	if (area && !mechanism_area(m, area))
		return refuse(why, a, ERROR_PARAMS, "area", "没有区域 %s", "there is no area %s", area);
	return known_units(m, command_text(c, FIELD_UNITS), a, why);
}

static bool not_future(const struct mechanism *m, int64_t at, int64_t now, const char *field, struct arena *a,
    struct refusal *why)
{
	if (at <= now + m->policy.future_skew_ms)
		return true;
	char given[TIME_TEXT_MAX], clock[TIME_TEXT_MAX];
	return refuse(why, a, ERROR_PARAMS, field, "%s 的 %s 晚于现在 %s,超过允许的时钟误差",
	    "%s %s lies further in the future than clocks may differ; it is %s", field, time_rfc3339(at, given),
	    time_rfc3339(now, clock));
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
		inc->datum = command_has(c, FIELD_DATUM) ? command_text(c, FIELD_DATUM) : "gcj02";
	inc->given_units = command_text(c, FIELD_UNITS);
	inc->given_confidential = command_int(c, FIELD_CONFIDENTIAL);
	inc->secret_reporter = command_int(c, FIELD_SECRET_REPORTER);
	inc->drill = command_int(c, FIELD_DRILL);
	inc->command = c->id;
}

static void copy_route(struct incident *inc, const struct route *route, const struct mechanism *m)
{
	inc->category = route->category ? route->category->code : NULL;
	inc->priority = route->priority;
	inc->zone = route->zone;
	inc->zone_assumed = route->zone_assumed;
	inc->confidential = route->confidential;
	inc->police = route->police;
	inc->unmatched = route->unmatched;
	inc->rule = route->rule;
	inc->because = route->because;
	inc->revision = m->revision;
}

/* Everything personal of the report as one canonical text, for its digest in the chain. */
static const char *personal_text(const struct incident *inc, struct arena *a)
{
#define TEXT(z) ((z) ? (z) : "")
	return arena_printf(a, "%s\n%s\n%s\n%s\n%lld,%lld", TEXT(inc->address), TEXT(inc->reporter_name),
	    TEXT(inc->reporter_phone), TEXT(inc->description), (long long)inc->lon_micro,
	    (long long)inc->lat_micro);
#undef TEXT
}

static void event_reported(struct deed *x)
{
	struct data data;
	struct incident *inc = x->inc;
	data_begin(&data);
	struct json *j = &data.json;
	json_time(j, "received_at", inc->received_at);
	json_text(j, "category", inc->category);
	json_text(j, "priority", priority_names[inc->priority]);
	json_text(j, "zone", zone_names[inc->zone]);
	json_text(j, "area", inc->area);
	json_text(j, "rule", inc->rule);
	json_text(j, "revision", inc->revision);
	if (inc->confidential)
		json_bool(j, "confidential", true);
	if (inc->unmatched)
		json_bool(j, "unmatched", true);
	if (inc->drill)
		json_bool(j, "drill", true);
	if (inc->clock_skew)
		json_bool(j, "clock_skew", true);
	json_digest(j, "personal", inc, personal_text(inc, x->a));
	data_event(x, &data, EVENT_INCIDENT_REPORTED, inc->received_at, NULL);
}

static void event_issued(struct deed *x, const struct dispatch *d, const char *reason)
{
	struct data data;
	data_begin(&data);
	struct json *j = &data.json;
	json_text(j, "role", part_names[d->part]);
	json_text(j, "rule", d->rule);
	json_text(j, "revision", d->revision);
	json_time(j, "delivery_due", d->due[CLOCK_DELIVERY]);
	json_time(j, "acknowledge_due", d->due[CLOCK_ACKNOWLEDGE]);
	json_time(j, "arrive_due", d->due[CLOCK_ARRIVE]);
	if (x->inc->drill)
		json_bool(j, "drill", true);
	json_digest(j, "reason", x->inc, reason);
	data_event(x, &data, EVENT_DISPATCH_ISSUED, x->now, d);
	decision_text(x->out, x->a, "text", reason);
}

/* The instruction to one unit, its clocks running from this instant (Art. 12). */
static struct dispatch *issue(struct deed *x, const char *unit, enum part part, const char *rule, const char *reason)
{
	struct dispatch *d = incident_add_dispatch(x->inc, x->a);
	if (!d)
		return NULL;
	d->unit = unit;
	d->part = part;
	d->state = DISPATCH_ISSUED;
	d->issued_at = x->now;
	d->rule = rule;
	d->revision = x->m->revision;
	deadline_issue(x->inc, d, x->m);
	event_issued(x, d, reason);
	return d;
}

static void arm(struct incident *inc, const struct mechanism *m, int64_t now)
{
	bool ended = inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
	inc->wake_at = ended ? 0 : deadline_wake(inc, m, now);
}

static void end_incident(struct deed *x, enum incident_state state, enum event_type type, const char *text)
{
	struct data data;
	x->inc->state = state;
	x->inc->closed_at = x->now;
	data_begin(&data);
	json_digest(&data.json, "text", x->inc, text);
	data_event(x, &data, type, x->now, NULL);
	decision_text(x->out, x->a, "text", text);
}

struct incident *lifecycle_report(const struct command *c, const struct mechanism *m, int64_t now,
    struct decision *out, struct arena *a, struct refusal *why)
{
	if (!known_codes(c, m, a, why) ||
	    !not_future(m, command_int(c, FIELD_RECEIVED_AT), now, "received_at", a, why))
		return NULL;
	struct incident *inc = arena_alloc(a, sizeof *inc);
	struct route_query query = lifecycle_query(c, now);
	struct route route;
	routing_decide(m, &query, &route);
	copy_report(inc, c);
	copy_route(inc, &route, m);
	inc->given_priority = query.priority;
	inc->reported_at = now;
	inc->clock_skew = inc->received_at > now;
	inc->is_new = inc->changed = true;
	random_bytes(inc->salt, sizeof inc->salt);
	lifecycle_content(c, inc->content);
	*out = (struct decision){.incident = inc, .at = now, .actor = c->who.account, .command = c->id};

	struct deed x = {.inc = inc, .c = c, .m = m, .now = now, .out = out, .a = a, .why = why};
	event_reported(&x);
	for (int i = 0; i < route.n_parts; i++)
		issue(&x, route.parts[i].unit->id, route.parts[i].part, route.parts[i].rule, NULL);
	if (route.record_only && route.n_parts == 0)
		end_incident(&x, INCIDENT_CLOSED, EVENT_INCIDENT_CLOSED, NULL);
	arm(inc, m, now);
	return inc;
}

/* -- the way of a dispatch ------------------------------------------------------------------ */

enum act { ACT_DELIVER, ACT_ACKNOWLEDGE, ACT_DEPART, ACT_ARRIVE, ACT_PROGRESS, ACT_COMPLETE, ACT_WITHDRAW, ACTS };

enum verdict {
	WRONG, /* not in this state */
	SAME,  /* has happened already: nothing to do, no error */
	DONE   /* happens, and the dispatch is in `next` */
};
struct transition {
	enum verdict verdict;
	enum dispatch_state next;
};

#define TO(state) {DONE, DISPATCH_##state}
static const struct transition steps[DISPATCH_STATES][ACTS] = {
    [DISPATCH_ISSUED] = {[ACT_DELIVER] = TO(ISSUED),
	[ACT_ACKNOWLEDGE] = TO(ACKNOWLEDGED),
	[ACT_DEPART] = TO(DEPARTED),
	[ACT_ARRIVE] = TO(ARRIVED),
	[ACT_PROGRESS] = TO(ACKNOWLEDGED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN)},
    [DISPATCH_ACKNOWLEDGED] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = {SAME},
	[ACT_DEPART] = TO(DEPARTED),
	[ACT_ARRIVE] = TO(ARRIVED),
	[ACT_PROGRESS] = TO(ACKNOWLEDGED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN)},
    [DISPATCH_DEPARTED] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = {SAME},
	[ACT_DEPART] = {SAME},
	[ACT_ARRIVE] = TO(ARRIVED),
	[ACT_PROGRESS] = TO(DEPARTED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN)},
    [DISPATCH_ARRIVED] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = {SAME},
	[ACT_DEPART] = {SAME},
	[ACT_ARRIVE] = {SAME},
	[ACT_PROGRESS] = TO(ARRIVED),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN)},
    [DISPATCH_COMPLETED] = {[ACT_DELIVER] = {SAME}, [ACT_COMPLETE] = {SAME}},
    [DISPATCH_RETURNING] = {[ACT_DELIVER] = {SAME},
	[ACT_ACKNOWLEDGE] = TO(RETURNING),
	[ACT_DEPART] = TO(RETURNING),
	[ACT_ARRIVE] = TO(RETURNING),
	[ACT_PROGRESS] = TO(RETURNING),
	[ACT_COMPLETE] = TO(COMPLETED),
	[ACT_WITHDRAW] = TO(WITHDRAWN)},
    [DISPATCH_WITHDRAWN] = {[ACT_DELIVER] = {SAME}, [ACT_WITHDRAW] = {SAME}},
};

struct act_kind {
	enum step step; /* that it takes; STEPS: none */
	enum event_type event;
	const char *zh, *en;
};
static const struct act_kind act_kinds[ACTS] = {
    [ACT_DELIVER] = {STEP_DELIVERED, EVENT_DISPATCH_DELIVERED, "送达", "deliver"},
    [ACT_ACKNOWLEDGE] = {STEP_ACKNOWLEDGED, EVENT_DISPATCH_ACKNOWLEDGED, "签收", "acknowledge"},
    [ACT_DEPART] = {STEP_DEPARTED, EVENT_DISPATCH_DEPARTED, "出发", "depart"},
    [ACT_ARRIVE] = {STEP_ARRIVED, EVENT_DISPATCH_ARRIVED, "到场", "arrive"},
    [ACT_PROGRESS] = {STEPS, EVENT_DISPATCH_PROGRESSED, "报告进展", "report progress"},
    [ACT_COMPLETE] = {STEP_COMPLETED, EVENT_DISPATCH_COMPLETED, "处置完毕", "complete"},
    [ACT_WITHDRAW] = {STEPS, EVENT_DISPATCH_WITHDRAWN, "撤回", "withdraw"},
};
static const char *const state_zh[DISPATCH_STATES] = {
    [DISPATCH_ISSUED] = "已下达",
    [DISPATCH_ACKNOWLEDGED] = "已签收",
    [DISPATCH_DEPARTED] = "已出发",
    [DISPATCH_ARRIVED] = "已到场",
    [DISPATCH_COMPLETED] = "已处置完毕",
    [DISPATCH_RETURNING] = "申请改派中",
    [DISPATCH_WITHDRAWN] = "已撤回",
};

/* Delivered already is no new delivery, whatever the state. */
static struct transition transition_of(const struct dispatch *d, enum act act)
{
	if (act == ACT_DELIVER && d->at[STEP_DELIVERED])
		return (struct transition){SAME, d->state};
	return steps[d->state][act];
}

static bool fits_state(struct deed *x, enum act act)
{
	char id[DISPATCH_ID_MAX];
	if (transition_of(x->d, act).verdict != WRONG)
		return true;
	dispatch_id(x->inc, x->d, id);
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "联动指令 %s %s,不能%s", id, state_zh[x->d->state], act_kinds[act].zh),
	    arena_printf(x->a, "dispatch %s is %s: it cannot %s", id, dispatch_state_names[x->d->state],
		act_kinds[act].en));
}

/* The person who writes "at" may be late, but not ahead of the instruction or of the clock. */
static bool instant_of(struct deed *x, int64_t *at)
{
	char issued[TIME_TEXT_MAX];
	*at = x->now;
	if (!command_has(x->c, FIELD_AT)) {
		/* when the front end had it, so that a restart of the engine makes nobody late */
		if (x->c->received_at && x->c->received_at < x->now)
			*at = x->c->received_at;
		if (*at < x->d->issued_at)
			*at = x->d->issued_at;
		return true;
	}
	*at = command_int(x->c, FIELD_AT);
	if (*at < x->d->issued_at)
		return refuse(x->why, x->a, ERROR_PARAMS, "at", "at 早于指令下达时间 %s",
		    "at lies before the dispatch was issued, %s", time_rfc3339(x->d->issued_at, issued));
	return not_future(x->m, *at, x->now, "at", x->a, x->why);
}

static bool eta_fits(struct deed *x, int64_t at)
{
	if (!command_has(x->c, FIELD_ETA) || command_int(x->c, FIELD_ETA) > at)
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "eta", "eta 应晚于 at", "eta must lie after at");
}

/* Who acts for a unit that answered by phone says who that was (Art. 7: the desk's own evidence). */
static bool speaks_for_unit(struct deed *x)
{
	if (x->c->who.role == ROLE_LIAISON || command_has(x->c, FIELD_PERSON))
		return true;
	return refuse(x->why, x->a, ERROR_PARAMS, "on_behalf",
	    "代单位 %s 记录时须写明 on_behalf.person(对方是谁)和电话",
	    "acting for unit %s needs on_behalf.person: who answered there", x->d->unit);
}

static bool version_fits(struct deed *x)
{
	if (!command_has(x->c, FIELD_IF_MATCH) || command_int(x->c, FIELD_IF_MATCH) == x->d->seq)
		return true;
	return refuse(x->why, x->a, ERROR_PRECONDITION, NULL, NULL, NULL);
}

/* A later step implies the earlier ones: they happened no later than it (departing apart, which not
 * every unit does). */
static void take_step(struct deed *x, enum step step, int64_t at)
{
	struct dispatch *d = x->d;
	for (int s = STEP_DELIVERED; s <= (int)step; s++) {
		bool implied = s != (int)step;
		if (d->at[s] || (implied && s == STEP_DEPARTED))
			continue;
		if (implied && s == STEP_ARRIVED && d->part == PART_INFORM)
			continue;
		d->at[s] = at;
		d->recorded[s] = x->now;
		if (x->now - at > x->m->policy.late_reported_ms)
			d->late_reported |= 1u << s;
	}
}

static void event_act(struct deed *x, enum act act, int64_t at)
{
	const struct command *c = x->c;
	const struct act_kind *k = &act_kinds[act];
	struct data data;
	data_begin(&data);
	struct json *j = &data.json;
	json_text(j, "state", dispatch_state_names[x->d->state]);
	if (at != x->now)
		json_time(j, "recorded_at", x->now);
	if (x->now - at > x->m->policy.late_reported_ms)
		json_bool(j, "late_reported", true);
	if (at > x->now)
		json_bool(j, "clock_skew", true);
	json_time(j, "eta", command_int(c, FIELD_ETA));
	if (command_has(c, FIELD_STEP_LON)) {
		json_begin(j, "location");
		json_micro(j, "lon", command_int(c, FIELD_STEP_LON));
		json_micro(j, "lat", command_int(c, FIELD_STEP_LAT));
		json_end(j);
	}
	if (command_has(c, FIELD_PERSON))
		json_bool(j, "on_behalf", true);
	json_digest(j, "person", x->inc, command_text(c, FIELD_PERSON));
	json_digest(j, "text", x->inc, command_text(c, FIELD_TEXT));
	json_digest(j, "result", x->inc, command_text(c, FIELD_RESULT));
	data_event(x, &data, k->event, at, x->d);
	decision_text(x->out, x->a, "person", command_text(c, FIELD_PERSON));
	decision_text(x->out, x->a, "phone", command_text(c, FIELD_PHONE));
	decision_text(x->out, x->a, "text", command_text(c, FIELD_TEXT));
	decision_text(x->out, x->a, "result", command_text(c, FIELD_RESULT));
}

/* A clock that this step shows to have run out, before its wake came round to saying so. */
static void event_newly_overdue(struct deed *x, unsigned before)
{
	for (int k = 0; k < CLOCK_COUNT; k++) {
		if (!((x->d->overdue & ~before) >> k & 1) || k == CLOCK_DELIVERY)
			continue; /* an undelivered instruction is the system's to chase, not the unit's failing */
		struct data data;
		data_begin(&data);
		json_text(&data.json, "clock", clock_names[k]);
		data_event(x, &data, EVENT_DISPATCH_OVERDUE, x->now, x->d);
	}
}

static void mark_changed(struct deed *x, struct dispatch *d)
{
	x->inc->changed = true;
	if (d)
		d->changed = true;
}

/* The lead's result ends the handling (Art. 7); what assists leave open does not hold it. */
static void complete_incident(struct deed *x, int64_t at)
{
	for (int i = 0; i < x->inc->n_dispatches; i++)
		if (x->inc->dispatches[i].part == PART_LEAD && dispatch_open(&x->inc->dispatches[i]))
			return;
	if (x->inc->state != INCIDENT_OPEN)
		return;
	x->inc->state = INCIDENT_COMPLETED;
	x->inc->completed_at = at;
	plain_event(x, EVENT_INCIDENT_COMPLETED, at, NULL);
}

static bool act(struct deed *x, enum act act)
{
	struct dispatch *d = x->d;
	const struct act_kind *k = &act_kinds[act];
	int64_t at;
	bool by_person = act != ACT_DELIVER;
	if ((by_person && !speaks_for_unit(x)) || !version_fits(x) || !fits_state(x, act) || !instant_of(x, &at) ||
	    !eta_fits(x, at))
		return false;
	struct transition t = transition_of(d, act);
	if (t.verdict == SAME)
		return true;

	unsigned overdue = d->overdue;
	take_step(x, act == ACT_PROGRESS ? STEP_ACKNOWLEDGED : k->step, at);
	d->state = t.next;
	if (command_has(x->c, FIELD_ETA))
		d->eta = command_int(x->c, FIELD_ETA);
	else if (act == ACT_ARRIVE)
		d->eta = 0; /* what was said of the way there says nothing of the next report */
	if (act == ACT_PROGRESS)
		d->reported_at = at;
	if (act == ACT_COMPLETE)
		d->result = command_text(x->c, FIELD_RESULT);
	deadline_step(x->inc, d, x->m, act == ACT_PROGRESS ? STEP_ACKNOWLEDGED : k->step, act == ACT_PROGRESS, at);
	event_act(x, act, at);
	event_newly_overdue(x, overdue);
	mark_changed(x, d);
	if (act == ACT_COMPLETE && d->part == PART_LEAD)
		complete_incident(x, at);
	return true;
}

static bool dispatch_deliver(struct deed *x)
{
	return act(x, ACT_DELIVER);
}

static bool dispatch_acknowledge(struct deed *x)
{
	return act(x, ACT_ACKNOWLEDGE);
}

static bool dispatch_depart(struct deed *x)
{
	return act(x, ACT_DEPART);
}

static bool dispatch_arrive(struct deed *x)
{
	return act(x, ACT_ARRIVE);
}

static bool dispatch_progress(struct deed *x)
{
	return act(x, ACT_PROGRESS);
}

static bool dispatch_complete(struct deed *x)
{
	return act(x, ACT_COMPLETE);
}

static void withdraw(struct deed *x, struct dispatch *d, const char *reason)
{
	struct data data;
	d->state = DISPATCH_WITHDRAWN;
	d->withdrawn_at = x->now;
	d->withdrawn_reason = reason;
	data_begin(&data);
	json_digest(&data.json, "reason", x->inc, reason);
	data_event(x, &data, EVENT_DISPATCH_WITHDRAWN, x->now, d);
	decision_text(x->out, x->a, "text", reason);
	mark_changed(x, d);
}

static bool dispatch_withdraw(struct deed *x)
{
	if (!version_fits(x) || !fits_state(x, ACT_WITHDRAW))
		return false;
	if (transition_of(x->d, ACT_WITHDRAW).verdict == DONE)
		withdraw(x, x->d, command_text(x->c, FIELD_REASON));
	return true;
}

/* -- the desk's other commands -------------------------------------------------------------- */

static bool incident_goes_on(struct deed *x)
{
	if (x->inc->state != INCIDENT_CLOSED && x->inc->state != INCIDENT_CANCELLED)
		return true;
	bool closed = x->inc->state == INCIDENT_CLOSED;
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "警情 %s 已%s", x->inc->number, closed ? "办结" : "撤销"),
	    arena_printf(x->a, "incident %s is %s", x->inc->number, closed ? "closed" : "cancelled"));
}

/* An open dispatch of that unit, or any open lead. */
static struct dispatch *open_dispatch(const struct incident *inc, const char *unit, bool lead)
{
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];
		if (dispatch_open(d) && (lead ? d->part == PART_LEAD : text_eq(d->unit, unit)))
			return d;
	}
	return NULL;
}

static bool can_add(struct deed *x, const char *unit, enum part part)
{
	char id[DISPATCH_ID_MAX];
	struct dispatch *other = open_dispatch(x->inc, unit, false);
	if (other && (other->part != PART_INFORM || part == PART_INFORM))
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "unit", "单位 %s 已有联动指令 %s",
		    "unit %s has dispatch %s already", unit, dispatch_id(x->inc, other, id));
	other = part == PART_LEAD ? open_dispatch(x->inc, NULL, true) : NULL;
	if (other)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, "role", "已有主办单位 %s(%s),请先撤回",
		    "unit %s leads already (%s); withdraw that first", other->unit, dispatch_id(x->inc, other, id));
	if (x->inc->n_dispatches >= DISPATCHES_MAX)
		return refuse(x->why, x->a, ERROR_WRONG_STATE, NULL, "一件警情最多 %d 条联动指令",
		    "an incident has at most %d dispatches", DISPATCHES_MAX);
	return true;
}

static bool dispatch_add(struct deed *x)
{
	const char *unit = command_text(x->c, FIELD_UNIT);
	const char *reason = command_text(x->c, FIELD_REASON);
	enum part part = (enum part)command_int(x->c, FIELD_ROLE);
	if (!known_unit(x->m, unit, "unit", x->a, x->why) || !incident_goes_on(x) || !can_add(x, unit, part))
		return false;
	struct dispatch *informed = open_dispatch(x->inc, unit, false);
	if (informed)
		withdraw(x, informed, NULL);
	x->d = issue(x, mechanism_unit(x->m, unit)->id, part, "desk", reason);
	if (part == PART_LEAD)
		x->inc->state = INCIDENT_OPEN;
	mark_changed(x, x->d);
	return true;
}

static bool incident_annotate(struct deed *x)
{
	const char *text = command_text(x->c, FIELD_TEXT);
	struct data data;
	data_begin(&data);
	json_digest(&data.json, "text", x->inc, text);
	data_event(x, &data, EVENT_INCIDENT_ANNOTATED, x->now, NULL);
	decision_text(x->out, x->a, "text", text);
	mark_changed(x, NULL);
	return true;
}

static bool incident_urge(struct deed *x)
{
	if (!incident_goes_on(x))
		return false;
	const char *text = command_text(x->c, FIELD_TEXT);
	struct data data;
	x->inc->urged++;
	data_begin(&data);
	json_int(&data.json, "times", x->inc->urged);
	json_digest(&data.json, "text", x->inc, text);
	data_event(x, &data, EVENT_INCIDENT_URGED, x->now, NULL);
	decision_text(x->out, x->a, "text", text);
	mark_changed(x, NULL);
	return true;
}

static bool still_open(struct deed *x, const struct dispatch *d)
{
	char id[DISPATCH_ID_MAX];
	dispatch_id(x->inc, d, id);
	return refuse_as(x->why, ERROR_WRONG_STATE, NULL,
	    arena_printf(x->a, "联动指令 %s(%s)%s,尚未处置完毕", id, d->unit, state_zh[d->state]),
	    arena_printf(x->a, "dispatch %s (%s) is still %s", id, d->unit, dispatch_state_names[d->state]));
}

static bool incident_close(struct deed *x)
{
	struct incident *inc = x->inc;
	if (inc->state == INCIDENT_CLOSED)
		return true;
	if (!incident_goes_on(x))
		return false;
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];
		if (dispatch_open(d) && d->part != PART_INFORM)
			return still_open(x, d);
	}
	for (int i = 0; i < inc->n_dispatches; i++) {
		/* who was only told has nothing to finish */
		struct dispatch *d = &inc->dispatches[i];
		if (!dispatch_open(d))
			continue;
		d->state = DISPATCH_COMPLETED;
		d->at[STEP_COMPLETED] = d->recorded[STEP_COMPLETED] = x->now;
		plain_event(x, EVENT_DISPATCH_COMPLETED, x->now, d);
		mark_changed(x, d);
	}
	end_incident(x, INCIDENT_CLOSED, EVENT_INCIDENT_CLOSED, command_text(x->c, FIELD_TEXT));
	mark_changed(x, NULL);
	return true;
}

static bool incident_cancel(struct deed *x)
{
	struct incident *inc = x->inc;
	const char *text = command_text(x->c, FIELD_TEXT);
	if (inc->state == INCIDENT_CANCELLED)
		return true;
	if (!incident_goes_on(x))
		return false;
	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_open(&inc->dispatches[i]))
			withdraw(x, &inc->dispatches[i], text);
	end_incident(x, INCIDENT_CANCELLED, EVENT_INCIDENT_CANCELLED, text);
	mark_changed(x, NULL);
	return true;
}

/* -- amend ---------------------------------------------------------------------------------- */

/* Zone, priority and confidentiality follow what they come from. */
static void follow_amended(struct deed *x)
{
	struct incident *inc = x->inc;
	const struct area *area = mechanism_area(x->m, inc->area);
	const struct category *category = mechanism_category(x->m, inc->category);
	if (command_has(x->c, FIELD_AREA) && area) {
		inc->zone = area->zone;
		inc->zone_assumed = false;
	}
	if (command_has(x->c, FIELD_CATEGORY) && category && inc->given_priority == PRIORITY_NONE)
		inc->priority = category->priority;
	inc->confidential = inc->given_confidential || (category && category->confidential);
	inc->police = inc->priority == P1;
}

static void amend_fields(struct deed *x)
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

/* Names of the changed parameters; the values too, but for personal ones. */
static void event_amended(struct deed *x)
{
	struct data data;
	data_begin(&data);
	struct json *j = &data.json;
	json_list(j, "changed");
	for (int f = 0; f < FIELDS; f++)
		if (command_has(x->c, (enum field)f) && f != FIELD_NUMBER && f != FIELD_KEY)
			json_text(j, NULL, field_kinds[f].object ? field_kinds[f].object : field_kinds[f].name);
	json_close(j);
	json_text(j, "category", command_text(x->c, FIELD_CATEGORY));
	json_text(j, "priority", command_text(x->c, FIELD_PRIORITY));
	json_text(j, "area", command_text(x->c, FIELD_AREA));
	json_digest(j, "personal", x->inc, personal_text(x->inc, x->a));
	data_event(x, &data, EVENT_INCIDENT_AMENDED, x->now, NULL);
}

static bool incident_amend(struct deed *x)
{
	field_set nothing = FIELD(NUMBER) | FIELD(KEY);
	if (!(x->c->present & ~nothing))
		return refuse(x->why, x->a, ERROR_PARAMS, NULL, "没有给出要更正的内容", "nothing to amend was given");
	if (!incident_goes_on(x) || !known_codes(x->c, x->m, x->a, x->why))
		return false;
	amend_fields(x);
	follow_amended(x);
	event_amended(x);
	mark_changed(x, NULL);
	return true;
}

static bool personal_read(struct deed *x)
{
	plain_event(x, EVENT_PERSONAL_READ, x->now, x->d);
	mark_changed(x, NULL);
	return true;
}

/* -- dispatching ---------------------------------------------------------------------------- */

static bool (*const deeds[COMMANDS])(struct deed *) = {
    [COMMAND_INCIDENT_AMEND] = incident_amend,
    [COMMAND_INCIDENT_ANNOTATE] = incident_annotate,
    [COMMAND_INCIDENT_URGE] = incident_urge,
    [COMMAND_INCIDENT_CLOSE] = incident_close,
    [COMMAND_INCIDENT_CANCEL] = incident_cancel,
    [COMMAND_DISPATCH_ADD] = dispatch_add,
    [COMMAND_DISPATCH_WITHDRAW] = dispatch_withdraw,
    [COMMAND_DISPATCH_DELIVER] = dispatch_deliver,
    [COMMAND_DISPATCH_ACKNOWLEDGE] = dispatch_acknowledge,
    [COMMAND_DISPATCH_DEPART] = dispatch_depart,
    [COMMAND_DISPATCH_ARRIVE] = dispatch_arrive,
    [COMMAND_DISPATCH_PROGRESS] = dispatch_progress,
    [COMMAND_DISPATCH_COMPLETE] = dispatch_complete,
    [COMMAND_PERSONAL_READ] = personal_read,
};

/* Finds the dispatch that the command names; another unit's is not found, not forbidden. */
static bool find_dispatch(struct deed *x)
{
	char number[NUMBER_MAX + 1];
	int n;
	const char *id = command_text(x->c, FIELD_DISPATCH);
	if (!id)
		return true;
	if (dispatch_id_parse(id, number, &n) && text_eq(number, x->inc->number))
		x->d = incident_dispatch(x->inc, n);
	bool foreign = x->d && x->c->who.role == ROLE_LIAISON && !text_eq(x->d->unit, x->c->who.unit);
	if (x->d && !foreign)
		return true;
	return refuse(x->why, x->a, ERROR_NOT_FOUND, "dispatch", "没有联动指令 %s", "there is no dispatch %s", id);
}

bool lifecycle_decide(struct incident *inc, const struct command *c, const struct mechanism *m, int64_t now,
    struct decision *out, struct dispatch **touched, struct arena *a, struct refusal *why)
{
	assert(deeds[c->kind] && "a command that changes an incident has its deed");
	struct deed x = {.inc = inc, .c = c, .m = m, .now = now, .out = out, .a = a, .why = why};
	*out = (struct decision){.incident = inc, .at = now, .actor = c->who.account, .command = c->id};
	*why = (struct refusal){0};
	*touched = NULL;
	if (!find_dispatch(&x) || !deeds[c->kind](&x))
		return false;
	*touched = x.d;
	if (out->n_events > 0)
		arm(inc, m, now);
	return true;
}

void lifecycle_wake(struct incident *inc, const struct mechanism *m, int64_t now, int64_t down_from, int64_t down_to,
    struct decision *out, struct arena *a)
{
	*out = (struct decision){.incident = inc, .at = now, .actor = "system"};
	deadline_fire(inc, m, now, down_from, down_to, out, a);
	arm(inc, m, now);
	inc->changed = true;
}
