/*
 * incident.c - names of states, steps, rungs and events, and the small questions about an incident.
 * Place: domain; no I/O, no clock. Names are those of docs/PROTOCOL.md and never change meaning: the
 * journal keeps them.
 */
#include "domain/incident.h"
#include "base/arena.h"
#include "base/array.h"
#include <assert.h>
#include <assert.h>

const char *const incident_state_names[INCIDENT_STATES] = {
    [INCIDENT_OPEN] = "open",
    [INCIDENT_COMPLETED] = "completed",
    [INCIDENT_CALLED_BACK] = "called-back",
    [INCIDENT_CLOSED] = "closed",
    [INCIDENT_CANCELLED] = "cancelled",
};

const char *const dispatch_state_names[DISPATCH_STATES] = {
    [DISPATCH_ISSUED] = "issued",
    [DISPATCH_ACKNOWLEDGED] = "acknowledged",
    [DISPATCH_DEPARTED] = "departed",
    [DISPATCH_ARRIVED] = "arrived",
    [DISPATCH_COMPLETED] = "completed",
    [DISPATCH_RETURNING] = "returning",
    [DISPATCH_WITHDRAWN] = "withdrawn",
};

const char *const step_names[STEPS] = {
    [STEP_DELIVERED] = "delivered",
    [STEP_ACKNOWLEDGED] = "acknowledged",
    [STEP_DEPARTED] = "departed",
    [STEP_ARRIVED] = "arrived",
    [STEP_COMPLETED] = "completed",
};

const char *const rung_names[RUNGS] = {
    [RUNG_DELIVERY_DUE] = "delivery-due",
    [RUNG_ACKNOWLEDGE_HALF] = "acknowledge-half",
    [RUNG_ACKNOWLEDGE_DUE] = "acknowledge-due",
    [RUNG_ACKNOWLEDGE_LEADER] = "acknowledge-leader",
    [RUNG_ACKNOWLEDGE_OFFICE] = "acknowledge-office",
    [RUNG_ARRIVE_SOON] = "arrive-soon",
    [RUNG_ARRIVE_DUE] = "arrive-due",
    [RUNG_ARRIVE_LEADER] = "arrive-leader",
    [RUNG_ARRIVE_OFFICE] = "arrive-office",
    [RUNG_REPORT_DUE] = "report-due",
    [RUNG_REPORT_LEADER] = "report-leader",
    [RUNG_REPORT_OFFICE] = "report-office",
    [RUNG_REPEAT] = "repeat",
};

const char *const event_names[EVENT_TYPES] = {
    [EVENT_INCIDENT_REPORTED] = "incident.reported",
    [EVENT_INCIDENT_AMENDED] = "incident.amended",
    [EVENT_INCIDENT_ANNOTATED] = "incident.annotated",
    [EVENT_INCIDENT_URGED] = "incident.urged",
    [EVENT_INCIDENT_COMPLETED] = "incident.completed",
    [EVENT_INCIDENT_CLOSED] = "incident.closed",
    [EVENT_INCIDENT_CANCELLED] = "incident.cancelled",
    [EVENT_DISPATCH_ISSUED] = "dispatch.issued",
    [EVENT_DISPATCH_DELIVERED] = "dispatch.delivered",
    [EVENT_DISPATCH_ACKNOWLEDGED] = "dispatch.acknowledged",
    [EVENT_DISPATCH_DEPARTED] = "dispatch.departed",
    [EVENT_DISPATCH_ARRIVED] = "dispatch.arrived",
    [EVENT_DISPATCH_PROGRESSED] = "dispatch.progressed",
    [EVENT_DISPATCH_COMPLETED] = "dispatch.completed",
    [EVENT_DISPATCH_WITHDRAWN] = "dispatch.withdrawn",
    [EVENT_DISPATCH_OVERDUE] = "dispatch.overdue",
    [EVENT_REMINDER_SENT] = "reminder.sent",
    [EVENT_ESCALATION_RAISED] = "escalation.raised",
    [EVENT_CONFIG_ACTIVATED] = "config.activated",
    [EVENT_ACCOUNT_ADDED] = "account.added",
    [EVENT_ACCOUNT_REVOKED] = "account.revoked",
    [EVENT_SYSTEM_STARTED] = "system.started",
    [EVENT_SYSTEM_RESUMED] = "system.resumed",
    [EVENT_CLOCK_STEPPED] = "clock.stepped",
    [EVENT_PERSONAL_READ] = "personal.read",
    [EVENT_INVARIANT_REPAIRED] = "invariant.repaired",
};

char *dispatch_id(const struct incident *inc, const struct dispatch *d, char out[DISPATCH_ID_MAX])
{
	size_t n = strlen(inc->number);

	assert(n <= NUMBER_MAX && d->n > 0 && d->n <= DISPATCHES_MAX && "numbers and dispatches are bounded");
	memcpy(out, inc->number, n);
	out[n] = '-';
	out[n + 1] = (char)('0' + d->n / 10);
	out[n + 2] = (char)('0' + d->n % 10);
	out[n + 3] = '\0';
	return out;
}

bool dispatch_id_parse(const char *id, char number[NUMBER_MAX + 1], int *n)
{
	size_t len = id ? strlen(id) : 0;
	if (len < 4 || len - 3 > NUMBER_MAX)
		return false;
	const char *tail = id + len - 3;
	if (tail[0] != '-' || tail[1] < '0' || tail[1] > '9' || tail[2] < '0' || tail[2] > '9')
		return false;
	memcpy(number, id, len - 3);
	number[len - 3] = '\0';
	*n = (tail[1] - '0') * 10 + (tail[2] - '0');
	return *n > 0;
}

struct dispatch *incident_dispatch(const struct incident *inc, int n)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].n == n)
			return &inc->dispatches[i];
	return NULL;
}

struct dispatch *incident_add_dispatch(struct incident *inc, struct arena *a)
{
	if (inc->n_dispatches >= DISPATCHES_MAX)
		return NULL;
	ARRAY_ROOM(a, inc->dispatches, inc->n_dispatches, inc->cap_dispatches);
	struct dispatch *d = &inc->dispatches[inc->n_dispatches];
	*d = (struct dispatch){.n = inc->n_dispatches + 1, .changed = true};
	inc->n_dispatches++;
	return d;
}

bool dispatch_open(const struct dispatch *d)
{
	return d->state != DISPATCH_COMPLETED && d->state != DISPATCH_WITHDRAWN;
}

bool incident_has_unit(const struct incident *inc, const char *unit)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (text_eq(inc->dispatches[i].unit, unit))
			return true;
	return false;
}

struct event *decision_event(struct decision *d, struct arena *a, enum event_type type, int64_t at,
    const struct dispatch *dispatch, struct str data)
{
	assert(type < EVENT_TYPES && "an event has a type of the table");
	ARRAY_ROOM(a, d->events, d->n_events, d->cap_events);
	struct event *e = &d->events[d->n_events++];
	*e = (struct event){
	    .at = at,
	    .type = type,
	    .incident = d->incident ? d->incident->number : NULL,
	    .dispatch = dispatch ? dispatch->n : 0,
	    .unit = dispatch ? dispatch->unit : NULL,
	    .by = d->actor,
	    .data = {arena_str(a, data), data.n},
	};
	return e;
}

void event_words_take(struct event_words *w, const char *field, const char *text)
{
	if (text_eq(field, "text") || (text_eq(field, "result") && !w->text))
		w->text = text;
	else if (text_eq(field, "person"))
		w->person = text;
	else if (text_eq(field, "phone"))
		w->phone = text;
	else if (text_eq(field, "location"))
		w->location = text;
}

void decision_text(struct decision *d, struct arena *a, const char *field, const char *text)
{
	assert(d->n_events > 0 && "a text belongs to an event");
	if (!text)
		return;
	ARRAY_ROOM(a, d->texts, d->n_texts, d->cap_texts);
	d->texts[d->n_texts++] = (struct event_text){d->n_events - 1, field, text};
}
