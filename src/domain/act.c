/*
 * act.c - what the stories of the commands share: events and their data, what must exist, issuing
 * an instruction, ending an incident.
 * Place: domain, beneath report.c, steps.c and lifecycle.c.
 */
#include "domain/act.h"
#include "base/arena.h"
#include "base/digest.h"
#include "domain/outcome.h"
#include <stdio.h>

/* -- event data ----------------------------------------------------------------------------- */

/* Nearly every event's data fits, so that its buffer grows once. */
#define DATA_USUAL 400

void act_data(struct data *data)
{
	*data = (struct data){0};
	buf_reserve(&data->buf, DATA_USUAL);
	data->json = json_to(&data->buf);
	json_begin(&data->json, NULL);
}

/* Writes the event and frees the data. */
struct event *act_event_data(struct act *x, struct data *data, enum event_type type, int64_t at,
    const struct dispatch *d)
{
	json_end(&data->json);
	struct event *e = decision_event(x->out, x->a, type, at, d, buf_view(&data->buf));
	buf_free(&data->buf);
	return e;
}

void act_event(struct act *x, enum event_type type, int64_t at, const struct dispatch *d)
{
	struct data data;
	act_data(&data);
	act_event_data(x, &data, type, at, d);
}

/* Personal text goes into the chain as a digest salted by its incident, so that erasing the text
 * (and the salt with it) leaves nothing to guess from. */
void act_digest(struct json *j, const char *key, const struct incident *inc, const char *text)
{
	if (!text)
		return;
	struct str parts[] = {{(const char *)inc->salt, sizeof inc->salt}, str_of(text)};
	struct digest digest = digest_parts(parts, 2);
	char hex[DIGEST_HEX];
	json_text(j, key, digest_hex(&digest, hex));
}

/* What the incident is; the audit compares it with the row. */
void act_terms(struct json *j, const struct incident *inc)
{
	json_text(j, "category", inc->category);
	json_text(j, "priority", priority_names[inc->priority]);
	json_text(j, "zone", zone_names[inc->zone]);
	json_text(j, "area", inc->area);
	json_text(j, "standing", standing_names[inc->standing]);
	if (inc->confidential)
		json_bool(j, "confidential", true);
}

void act_warnings(struct json *j, const struct warnings *w)
{
	bool any = false;

	for (int i = 0; i < w->n; i++) {
		const struct warning_kind *k = &warning_kinds[w->v[i].code];

		if (k->of_reporter)
			continue;
		if (!any)
			json_list(j, "warnings");
		any = true;
		json_text(j, NULL, k->word);
	}
	if (any)
		json_close(j);
}

void act_evidence(struct json *j, const struct command *c)
{
	const char *list = command_text(c, FIELD_EVIDENCE);
	struct str one;

	if (!list)
		return;
	json_list(j, "evidence");
	while ((one = list_next(&list)).n)
		json_str(j, NULL, one);
	json_close(j);
}

/* -- what must exist ------------------------------------------------------------------------ */

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

bool act_known_unit(const struct mechanism *m, const char *id, const char *field, struct arena *a,
    struct refusal *why)
{
	if (mechanism_unit(m, id))
		return true;
	const char *near = near_unit(m, id);
	return refuse(why, a, ERROR_PARAMS, field, "没有单位 %s%s%s%s", "there is no unit %s%s%s%s", id,
	    near ? " (" : "", near ? near : "", near ? "?)" : "");
}

/* -- instructions and ends ------------------------------------------------------------------ */

/* Everything personal of the report as one canonical text, for its digest in the chain. */
const char *act_personal(const struct incident *inc, struct arena *a)
{
	const char *const texts[] = {inc->address, inc->reporter_name, inc->reporter_phone, inc->description};
	struct buf b = {0};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		buf_str(&b, str_of(texts[i]));
		buf_char(&b, '\n');
	}
	buf_int(&b, inc->lon_micro);
	buf_char(&b, ',');
	buf_int(&b, inc->lat_micro);
	return buf_into(&b, a).p;
}

static void event_issued(struct act *x, const struct dispatch *d, const char *reason)
{
	struct data data;
	act_data(&data);
	struct json *j = &data.json;
	json_text(j, "role", dispatch_role_names[d->role]);
	json_text(j, "rule", d->rule);
	json_text(j, "revision", d->revision);
	json_time(j, "delivery_due", d->clocks[CLOCK_DELIVERY].due);
	json_time(j, "acknowledge_due", d->clocks[CLOCK_ACKNOWLEDGE].due);
	json_time(j, "arrive_due", d->clocks[CLOCK_ARRIVE].due);
	if (x->inc->drill)
		json_bool(j, "drill", true);
	if (x->inc->backfill)
		json_bool(j, "backfill", true);
	act_digest(j, "reason", x->inc, reason);
	act_event_data(x, &data, EVENT_DISPATCH_ISSUED, d->issued_at, d);
	decision_text(x->out, x->a, "text", reason);
}

/* What is meant for a unit that is gone goes to its heir. */
static const char *heir_of(const struct act *x, const char *unit)
{
	const struct unit *heir = mechanism_heir(x->m, mechanism_unit(x->m, unit), x->now);
	return heir ? heir->id : unit;
}

/* The instruction to one unit, its clocks running from this instant (Art. 12). */
struct dispatch *act_issue(struct act *x, const char *unit, enum dispatch_role role, const char *rule,
    const char *reason)
{
	struct dispatch *d = incident_add_dispatch(x->inc, x->a);
	if (!d)
		return NULL;
	d->unit = x->m->reformed ? heir_of(x, unit) : unit;
	d->role = role;
	d->state = DISPATCH_ISSUED;
	d->issued_at = x->inc->backfill && x->inc->received_at < x->now ? x->inc->received_at : x->now;
	d->rule = rule;
	d->revision = x->m->revision;
	d->standing = outcome_standing(x->inc, d, x->m);
	deadline_issue(x->inc, d, x->m);
	event_issued(x, d, reason);
	return d;
}

void act_void(struct act *x, struct dispatch *d, enum void_reason why, struct data *data)
{
	struct data own;

	if (d->voided) {
		if (data)
			buf_free(&data->buf);
		return;
	}
	if (!data)
		act_data(data = &own);
	d->voided = why;
	d->standing = outcome_standing(x->inc, d, x->m);
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		d->clocks[k].late = false;
		d->clocks[k].earlier = 0;
	}
	json_text(&data->json, "reason", void_reason_names[why]);
	act_event_data(x, data, EVENT_DISPATCH_VOIDED, x->now, d);
	act_changed(x, d);
}

void act_end(struct act *x, enum incident_state state, enum event_type type, const char *text)
{
	struct data data;
	x->inc->state = state;
	x->inc->closed_at = x->now;
	if (state == INCIDENT_CANCELLED)
		x->inc->standing = outcome_incident(x->inc, x->m);
	act_data(&data);
	act_digest(&data.json, "text", x->inc, text);
	act_event_data(x, &data, type, x->now, NULL);
	decision_text(x->out, x->a, "text", text);
}

void act_annotate(struct act *x, struct dispatch *d, const char *text)
{
	struct data data;
	act_data(&data);
	act_digest(&data.json, "text", x->inc, text);
	if (principal_is_notifier(&x->c->who))
		json_bool(&data.json, "program", true);
	act_warnings(&data.json, x->warnings);
	act_event_data(x, &data, EVENT_INCIDENT_ANNOTATED, x->now, d);
	decision_text(x->out, x->a, "text", text);
	act_changed(x, d);
}

void act_changed(struct act *x, struct dispatch *d)
{
	x->inc->changed = true;
	if (d)
		d->changed = true;
}
