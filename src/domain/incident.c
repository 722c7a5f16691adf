/*
 * incident.c - names of states, steps, rungs and events, and the small questions about an incident.
 * Place: domain; no I/O, no clock. Names are those of docs/PROTOCOL.md and never change meaning: the
 * journal keeps them.
 */
#include "domain/incident.h"
#include "domain/contacts.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/json.h"
#include "domain/phone.h"
#include "domain/terms.h"
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

const char *const photo_step_names[PHOTO_STEPS] = {
    [PHOTO_DEPARTED] = "departed",
    [PHOTO_ARRIVED] = "arrived",
    [PHOTO_PROGRESSED] = "progressed",
    [PHOTO_COMPLETED] = "completed",
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
    [EVENT_DISPATCH_LATE] = "dispatch.late",
    [EVENT_REQUEST_ASKED] = "request.asked",
    [EVENT_REQUEST_GRANTED] = "request.granted",
    [EVENT_REQUEST_REJECTED] = "request.rejected",
    [EVENT_REQUEST_LAPSED] = "request.lapsed",
    [EVENT_REQUEST_DROPPED] = "request.dropped",
    [EVENT_DISPATCH_RELIEVED] = "dispatch.relieved",
    [EVENT_DISPATCH_RESCHEDULED] = "dispatch.rescheduled",
    [EVENT_DISPATCH_REOPENED] = "dispatch.reopened",
    [EVENT_DISPATCH_CORRECTED] = "dispatch.corrected",
    [EVENT_DISPATCH_PROMOTED] = "dispatch.promoted",
    [EVENT_DISPATCH_VOIDED] = "dispatch.voided",
    [EVENT_INCIDENT_JOINED] = "incident.joined",
    [EVENT_INCIDENT_REOPENED] = "incident.reopened",
    [EVENT_INCIDENT_LINKED] = "incident.linked",
    [EVENT_INCIDENT_HELD] = "incident.held",
    [EVENT_INCIDENT_CALLED_BACK] = "incident.called-back",
    [EVENT_CALLBACK_RECORDED] = "callback.recorded",
    [EVENT_FINDING_OPENED] = "finding.opened",
    [EVENT_FINDING_CONFIRMED] = "finding.confirmed",
    [EVENT_FINDING_UPHELD] = "finding.upheld",
    [EVENT_FINDING_VOIDED] = "finding.voided",
    [EVENT_MODE_DECLARED] = "mode.declared",
    [EVENT_MODE_ENDED] = "mode.ended",
    [EVENT_SHIFT_HANDED_OVER] = "shift.handed-over",
    [EVENT_DUTY_ASSIGNED] = "duty.assigned",
    [EVENT_DUTY_PLANNED] = "duty.planned",
    [EVENT_DUTY_CHECKED] = "duty.checked",
    [EVENT_MEASURE_RECORDED] = "measure.recorded",
    [EVENT_MEETING_RECORDED] = "meeting.recorded",
    [EVENT_MEETING_SETTLED] = "meeting.settled",
    [EVENT_OWNERSHIP_RECORDED] = "ownership.recorded",
    [EVENT_PERIOD_CLOSED] = "period.closed",
    [EVENT_PERIOD_REOPENED] = "period.reopened",
    [EVENT_PERSONAL_ERASED] = "personal.erased",
    [EVENT_STATEMENT_CONFIRMED] = "statement.confirmed",
    [EVENT_DISPATCH_JUDGED] = "dispatch.judged",
    [EVENT_FINDING_GRADED] = "finding.graded",
    [EVENT_MEASURE_PROPOSED] = "measure.proposed",
    [EVENT_MEASURE_DISMISSED] = "measure.dismissed",
    [EVENT_MEASURE_SETTLED] = "measure.settled",
    [EVENT_CONFIG_PROPOSED] = "config.proposed",
    [EVENT_CONFIG_APPROVED] = "config.approved",
    [EVENT_CONFIG_LAPSED] = "config.lapsed",
    [EVENT_INCIDENT_LATE] = "incident.late",
    [EVENT_SESSION_OPENED] = "session.opened",
    [EVENT_SESSION_ENDED] = "session.ended",
    [EVENT_CODE_MADE] = "code.made",
    [EVENT_LOGIN_ALARM] = "login.alarm",
    [EVENT_BACKUP_FAILED] = "backup.failed",
    [EVENT_STORE_ARCHIVED] = "store.archived",
    [EVENT_PHOTO_ADDED] = "photo.added",
    [EVENT_NOTICE_DELIVERED] = "notice.delivered",
    [EVENT_NOTICE_FAILED] = "notice.failed",
    [EVENT_NOTICE_RETRIED] = "notice.retried",
    [EVENT_DISPATCH_TAKEN] = "dispatch.taken",
    [EVENT_EXCHANGE_COMPARED] = "exchange.compared",
    [EVENT_CONTACTS_PROPOSED] = "contacts.proposed",
    [EVENT_CONTACTS_DECIDED] = "contacts.decided",
};

char *dispatch_id_at(const struct incident *inc, int d, char out[DISPATCH_ID_MAX])
{
	size_t n = strlen(inc->number);

	assert(n <= NUMBER_MAX && d > 0 && d <= DISPATCHES_MAX && "numbers and dispatches are bounded");
	memcpy(out, inc->number, n);
	out[n] = '-';
	out[n + 1] = (char)('0' + d / 10);
	out[n + 2] = (char)('0' + d % 10);
	out[n + 3] = '\0';
	return out;
}

char *dispatch_id(const struct incident *inc, const struct dispatch *d, char out[DISPATCH_ID_MAX])
{
	return dispatch_id_at(inc, d->n, out);
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
	*d = (struct dispatch){.n = inc->n_dispatches + 1,
	    .acknowledge_ms = -1,
	    .arrive_ms = -1,
	    .first_report_ms = -1,
	    .changed = true};
	inc->n_dispatches++;
	return d;
}

enum dispatch_state dispatch_highest(const struct dispatch *d)
{
	if (d->at[STEP_ARRIVED])
		return DISPATCH_ARRIVED;
	if (d->at[STEP_DEPARTED])
		return DISPATCH_DEPARTED;
	return d->at[STEP_ACKNOWLEDGED] ? DISPATCH_ACKNOWLEDGED : DISPATCH_ISSUED;
}

enum dispatch_state dispatch_state_now(const struct incident *inc, const struct dispatch *d)
{
	if (d->withdrawn_at)
		return DISPATCH_WITHDRAWN;
	if (d->at[STEP_COMPLETED])
		return DISPATCH_COMPLETED;
	for (int i = 0; i < inc->n_requests; i++) {
		const struct request *r = &inc->requests[i];
		if (r->kind == REQUEST_RETURN && r->state == REQUEST_PENDING && r->dispatch == d->n)
			return DISPATCH_RETURNING;
	}
	return dispatch_highest(d);
}

bool dispatch_open(const struct dispatch *d)
{
	return d->state != DISPATCH_COMPLETED && d->state != DISPATCH_WITHDRAWN;
}

bool dispatch_owes_nothing(const struct dispatch *d)
{
	bool runs = d->clocks[CLOCK_ARRIVE].start && !d->clocks[CLOCK_ARRIVE].stopped;

	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		runs |= clock_runs(&d->clocks[k]);
	return dispatch_open(d) && d->role == AS_ASSIST && !runs;
}

int64_t dispatch_counted(const struct dispatch *d, enum step step)
{
	return d->unconfirmed & 1u << step ? d->recorded[step] : d->at[step];
}

int64_t dispatch_met(const struct dispatch *d, enum step first, int64_t *recorded)
{
	int s = first;

	while (s < STEPS && !d->at[s])
		s++;
	if (s == STEPS)
		return 0;
	if (recorded)
		*recorded = d->recorded[s];
	return dispatch_counted(d, (enum step)s);
}

bool dispatch_lost(const struct dispatch *d, int64_t *until)
{
	int64_t met = dispatch_met(d, STEP_DELIVERED, NULL);

	*until = d->found_at ? d->found_at : INT64_MAX;
	if (met && met < *until)
		*until = met;
	return d->lost_at != 0;
}

int64_t dispatch_to_phone(const struct dispatch *d)
{
	const struct clock *delivery = &d->clocks[CLOCK_DELIVERY];

	if (!dispatch_open(d) || d->role == AS_INFORM || dispatch_met(d, STEP_DELIVERED, NULL))
		return 0;
	if (d->lost_at && !d->found_at && (!delivery->overdue || d->lost_at < delivery->due))
		return d->lost_at;
	return delivery->overdue ? delivery->due : 0;
}

#define BITS_OF_CLOCKS(d, holds)                                                                             \
	do {                                                                                                 \
		unsigned bits = 0;                                                                           \
		for (int k = 0; k < DISPATCH_CLOCKS; k++) {                                                  \
			const struct clock *c = &(d)->clocks[k];                                             \
			bits |= (unsigned)(holds) << k;                                                      \
		}                                                                                            \
		return bits;                                                                                 \
	} while (0)

unsigned dispatch_overdue(const struct dispatch *d)
{
	BITS_OF_CLOCKS(d, c->overdue);
}

unsigned dispatch_late(const struct dispatch *d)
{
	BITS_OF_CLOCKS(d, clock_late(c));
}

unsigned dispatch_system_late(const struct dispatch *d)
{
	BITS_OF_CLOCKS(d, c->excused == EXCUSE_SYSTEM);
}

struct clock *clock_of(struct incident *inc, struct dispatch *d, enum clock_kind kind)
{
	if (clock_rows[kind].owner == OWNER_INCIDENT)
		return &inc->clocks[kind - DISPATCH_CLOCKS];
	return &d->clocks[kind];
}

/* Of the report clocks the one that runs has the fired rungs of both. Rows of before these were kept
 * apart have the terms of either in those of the next report. */
static void restore_reports(struct dispatch *d, unsigned rungs)
{
	struct clock *first = &d->clocks[CLOCK_FIRST_REPORT], *next = &d->clocks[CLOCK_NEXT_REPORT];

	if (first->start && first->terms.priority == PRIORITY_NONE) {
		first->terms = next->terms;
		first->revision = next->revision;
	}
	if (clock_runs(first))
		first->rungs = rungs & clock_rungs(CLOCK_FIRST_REPORT);
	else
		next->rungs = rungs & clock_rungs(CLOCK_NEXT_REPORT);
}

static void restore_stopped(struct dispatch *d)
{
	for (int kind = 0; kind < DISPATCH_CLOCKS; kind++) {
		struct clock *c = &d->clocks[kind];

		if (!clock_rows[kind].report)
			c->stopped = c->start ? dispatch_met(d, clock_rows[kind].ends, NULL) : 0;
		else if (clock_runs(c))
			c->stopped = d->at[clock_rows[kind].ends];
	}
}

void dispatch_restore(struct dispatch *d, struct arena *a)
{
	unsigned rungs = d->clocks[0].rungs;

	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		d->clocks[k].rungs = clock_rows[k].report ? 0 : rungs & clock_rungs((enum clock_kind)k);
	for (int k = CLOCK_ACKNOWLEDGE; k < DISPATCH_CLOCKS; k++)
		if (!clock_rows[k].report)
			d->clocks[k].terms = d->clocks[CLOCK_DELIVERY].terms;
	if (d->rescheduled)
		terms_restore(d, a);
	restore_reports(d, rungs);
	restore_stopped(d);
}

void incident_restore(struct incident *inc)
{
	unsigned rungs = inc->clocks[0].rungs; /* of all its clocks together */

	for (int k = 0; k < INCIDENT_CLOCKS; k++)
		inc->clocks[k].rungs = rungs & clock_rungs((enum clock_kind)(DISPATCH_CLOCKS + k));
}

struct dispatch *incident_open_lead(const struct incident *inc)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].role == AS_LEAD && dispatch_open(&inc->dispatches[i]))
			return &inc->dispatches[i];
	return NULL;
}

bool incident_has_lead(const struct incident *inc)
{
	return incident_open_lead(inc) != NULL;
}

bool incident_erased(const struct incident *inc)
{
	static const unsigned char none[SALT_LEN];

	return memcmp(inc->salt, none, SALT_LEN) == 0;
}

bool incident_calls_back(const struct incident *inc)
{
	struct phone phones[PHONES_MOST];

	return !inc->drill && !inc->backfill && !inc->confidential &&
	    phone_find(inc->reporter_phone, phones) > 0;
}

/* Where it was not reached later, the answer from before stands, and was acted on. */
bool incident_left_to_office(const struct incident *inc)
{
	return inc->state == INCIDENT_CALLED_BACK && inc->callback_result == CALLBACK_DISSATISFIED &&
	    inc->callback_days == 0;
}

struct dispatch *incident_open_dispatch(const struct incident *inc, const char *unit)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (dispatch_open(&inc->dispatches[i]) && text_eq(inc->dispatches[i].unit, unit))
			return &inc->dispatches[i];
	return NULL;
}

/* Is its unit on the matter, or has it done its part? One whose return was granted, or that was withdrawn, is not. */
static bool is_on_it(const struct dispatch *d)
{
	return dispatch_open(d) || (d->state == DISPATCH_COMPLETED && d->voided == VOID_NONE);
}

/* Somebody who has to act, and still is on it, took it. */
static bool acknowledged(const struct incident *inc)
{
	for (int i = 0; i < inc->n_dispatches; i++) {
		const struct dispatch *d = &inc->dispatches[i];

		if (d->role != AS_INFORM && d->at[STEP_ACKNOWLEDGED] && is_on_it(d))
			return true;
	}
	return false;
}

struct state_word {
	const char *zh, *en;
};

static const char *said(struct state_word w, bool english)
{
	return english ? w.en : w.zh;
}

const char *incident_state_said(enum incident_state state, bool english)
{
	static const struct state_word words[INCIDENT_STATES] = {
	    [INCIDENT_OPEN] = {"处置中", "being handled"},
	    [INCIDENT_COMPLETED] = {"处置完毕", "completed"},
	    [INCIDENT_CALLED_BACK] = {"已回访", "called back"},
	    [INCIDENT_CLOSED] = {"已办结", "closed"},
	    [INCIDENT_CANCELLED] = {"已作废", "cancelled"},
	};

	return said(words[state], english);
}

const char *incident_state_word(const struct incident *inc, bool english)
{
	if (inc->state == INCIDENT_OPEN && !incident_has_lead(inc))
		return said((struct state_word){"待派主办", "needs a lead"}, english);
	if (inc->state == INCIDENT_OPEN && !acknowledged(inc))
		return said((struct state_word){"待签收", "to be acknowledged"}, english);
	return incident_state_said(inc->state, english);
}

const char *dispatch_state_word(enum dispatch_state state, bool english)
{
	static const struct state_word words[DISPATCH_STATES] = {
	    [DISPATCH_ISSUED] = {"待签收", "to be acknowledged"},
	    [DISPATCH_ACKNOWLEDGED] = {"已签收", "acknowledged"},
	    [DISPATCH_DEPARTED] = {"已出发", "departed"},
	    [DISPATCH_ARRIVED] = {"已到场", "arrived"},
	    [DISPATCH_COMPLETED] = {"已处置完毕", "completed"},
	    [DISPATCH_RETURNING] = {"申请改派中", "asked to be returned"},
	    [DISPATCH_WITHDRAWN] = {"已撤回", "withdrawn"},
	};

	return said(words[state], english);
}

bool incident_has_unit(const struct incident *inc, const char *unit)
{
	for (int i = 0; i < inc->n_dispatches; i++)
		if (list_has(unit, inc->dispatches[i].unit))
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

bool event_quiet(enum event_type type)
{
	return type == EVENT_DISPATCH_DELIVERED || type == EVENT_PERSONAL_READ ||
	    type == EVENT_INVARIANT_REPAIRED || type == EVENT_INCIDENT_LATE ||
	    type == EVENT_NOTICE_DELIVERED || type == EVENT_NOTICE_RETRIED || type == EVENT_DISPATCH_TAKEN;
}

static void remember(struct incident *inc, const struct event *e)
{
	for (int i = 0; inc && i < inc->n_dispatches && !event_quiet(e->type); i++) {
		struct dispatch *d = &inc->dispatches[i];
		if (e->dispatch && e->dispatch != d->n)
			continue;
		d->seq = e->seq;
		d->changed = true;
	}
}

/* What a finding was opened with proves it. */
static void prove(struct incident *inc, const struct event *e)
{
	for (int i = 0; inc && e->type == EVENT_FINDING_OPENED && i < inc->n_findings; i++) {
		struct finding *f = &inc->findings[i];
		if (f->changed && !f->seq && f->dispatch == e->dispatch && f->opened_at == e->at) {
			f->seq = e->seq;
			return;
		}
	}
}

int64_t decision_number(struct decision *d, int64_t first)
{
	for (int i = 0; i < d->n_events; i++) {
		d->events[i].seq = first++;
		remember(d->incident, &d->events[i]);
		prove(d->incident, &d->events[i]);
	}
	return first;
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
	else if (text_eq(field, WAS_FIELD))
		w->was = text;
	else if (text_eq(field, CONTACTS_FIELD))
		w->contacts = text;
}

bool event_of_program(const struct event *e)
{
	return e->type == EVENT_INCIDENT_ANNOTATED && str_is(json_member(e->data, "program"), "true");
}

void decision_text(struct decision *d, struct arena *a, const char *field, const char *text)
{
	assert(d->n_events > 0 && "a text belongs to an event");
	if (!text)
		return;
	ARRAY_ROOM(a, d->texts, d->n_texts, d->cap_texts);
	d->texts[d->n_texts++] = (struct event_text){d->n_events - 1, field, text};
}
