/*
 * replay.c - an incident by its events; see replay.h.
 *
 * What an event says of the state stands in its data as `state`, the instant of a step is the event's
 * own. A clock that fell due unmet has an event dispatch.overdue; only clocks that a unit owes have.
 */
#include "domain/replay_parts.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/time.h"
#include "domain/finding.h"
#include "domain/graver_mark.h"
#include "domain/photo.h"

#include <string.h>

/* -- what the events say ------------------------------------------------------------------------ */

static void issued(struct replay *r, struct replayed *d, const struct event *e)
{
	int role = said_index(said_text(e->data, "role"), dispatch_role_names, DISPATCH_ROLES);

	*d = (struct replayed){.state = DISPATCH_ISSUED,
	    .role = (enum dispatch_role)role,
	    .unit = e->unit,
	    .issued_at = e->at,
	    .data = e->data};
	for (int i = 0; i < BUCKETEDS; i++)
		d->measured[i] = UNSAID;
	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		d->report_due[k] = UNSAID;
	if (e->dispatch > r->n_dispatches)
		r->n_dispatches = e->dispatch;
	if (role == AS_LEAD && (r->state == INCIDENT_COMPLETED || r->state == INCIDENT_CALLED_BACK))
		r->state = INCIDENT_OPEN; /* somebody leads it again */
}

/* A step that came in time takes the mark away that the wake of the due instant had set. */
static void met_in_time(struct replay *r, struct replayed *d, struct str list)
{
	const char *clocks = list.n ? arena_str(r->a, list) : NULL;

	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		if (list_has(clocks, clock_names[k]))
			d->overdue &= ~(1u << k);
}

static const int request_states[EVENT_TYPES] = {
    [EVENT_REQUEST_ASKED] = REQUEST_PENDING + 1,
    [EVENT_REQUEST_GRANTED] = REQUEST_GRANTED + 1,
    [EVENT_REQUEST_REJECTED] = REQUEST_REJECTED + 1,
    [EVENT_REQUEST_LAPSED] = REQUEST_LAPSED + 1,
    [EVENT_REQUEST_DROPPED] = REQUEST_DROPPED + 1,
};

static void of_request(struct replay *r, const struct event *e)
{
	struct str name = said_text(e->data, "request"), due = said_text(e->data, "due");
	char number[NUMBER_MAX + 1];
	int64_t own;
	int n = 0;

	if (!request_states[e->type] || !name.n ||
	    !request_name_parse(arena_str(r->a, name), number, &n, &own) || !n)
		return;
	struct replayed_request *q = &r->requests[n];
	if (e->type == EVENT_REQUEST_ASKED) {
		*q = (struct replayed_request){.asked_at = e->at, .dispatch = e->dispatch, .by = e->by};
		q->kind = said_index(said_text(e->data, "kind"), request_kind_names, REQUEST_KINDS);
		r->n_requests = n > r->n_requests ? n : r->n_requests;
	}
	time_parse(due, &q->due);
	q->terms = e->data;
	q->decided_by = e->by;
	q->state = (enum request_state)(request_states[e->type] - 1);
	if (q->state == REQUEST_LAPSED)
		q->lapsed_at = e->at;
	else if (q->state != REQUEST_PENDING)
		q->decided_at = e->at;
}

/* What takes a part from a dispatch, or gives it another one. */
static void of_part(struct replay *r, const struct event *e)
{
	struct replayed *d = &r->d[e->dispatch];
	int role = said_index(said_text(e->data, "role"), dispatch_role_names, DISPATCH_ROLES);
	int clock = said_index(said_text(e->data, "clock"), clock_names, DISPATCH_CLOCKS);
	struct str next = said_text(e->data, "relieving");
	char number[NUMBER_MAX + 1];

	if (e->type == EVENT_DISPATCH_VOIDED || e->type == EVENT_DISPATCH_PROMOTED)
		d->role = role >= 0 ? (enum dispatch_role)role : d->role;
	if (e->type == EVENT_DISPATCH_VOIDED) {
		int why = said_index(said_text(e->data, "reason"), void_reason_names, VOID_REASONS);
		d->voided = why > 0 ? (enum void_reason)why : VOID_NONE;
		if (next.n)
			dispatch_id_parse(arena_str(r->a, next), number, &d->relieving);
	}
	if (e->type == EVENT_DISPATCH_RELIEVED) {
		d->state = DISPATCH_WITHDRAWN;
		d->withdrawn_at = e->at;
		d->relieving = 0;
	}
	if (e->type == EVENT_DISPATCH_RESCHEDULED && clock >= 0) {
		d->rescheduled |= 1u << clock;
		if (!time_parse(said_text(e->data, "due"), &d->due[clock]))
			d->due[clock] = 0;
	}
}

/* A step has another instant, or none. */
static void corrected(struct replay *r, struct replayed *d, const struct event *e)
{
	int step = said_index(said_text(e->data, "step"), step_names, STEPS);
	int state = said_index(said_text(e->data, "state"), dispatch_state_names, DISPATCH_STATES);
	int64_t from = 0, to = 0;

	if (step < 0 || state < 0)
		return;
	time_parse(said_text(e->data, "from"), &from);
	time_parse(said_text(e->data, "to"), &to);
	d->at[step] = to;
	d->state = (enum dispatch_state)state;
	if (step == STEP_COMPLETED && !to)
		d->result = STR("");
	if (step == STEP_COMPLETED && to && r->completed_at == from)
		r->completed_at = to;
}

/* An instant that an event names beside its own. */
static void seen_beside(struct replay *r, struct replayed *d, struct str said)
{
	int64_t at;

	if (!time_parse(said, &at))
		return;
	ARRAY_ROOM(r->a, d->beside, d->n_beside, d->cap_beside);
	d->beside[d->n_beside++] = at;
}

static void photographed(struct replay *r, struct replayed *d, const struct event *e)
{
	struct str digest = said_text(e->data, "photo");
	struct photo p = {.at = e->at};
	int step = said_index(said_text(e->data, "step"), photo_step_names, PHOTO_STEPS);
	int type = said_index(said_text(e->data, "type"), picture_type_names, PICTURE_TYPES);

	if (step < 0 || type < 0 || digest.n != sizeof p.digest - 1)
		return;
	p.step = (enum photo_step)step;
	p.type = (enum picture_type)type;
	said_int(e->data, "bytes", &p.bytes);
	memcpy(p.digest, digest.p, digest.n);
	d->photos = photo_append(r->a, d->photos, &p);
}

static void of_dispatch(struct replay *r, const struct event *e)
{
	struct replayed *d = &r->d[e->dispatch];
	int state = said_index(said_text(e->data, "state"), dispatch_state_names, DISPATCH_STATES);
	int step = replay_step(e->type);

	if (e->type == EVENT_DISPATCH_ISSUED) {
		issued(r, d, e);
		return;
	}
	ARRAY_ROOM(r->a, d->seen, d->n_seen, d->cap_seen);
	d->seen[d->n_seen++] = e->at;
	seen_beside(r, d, said_text(e->data, "recorded_at"));
	replay_step_event(r, d, e);
	seen_beside(r, d, said_text(e->data, "start")); /* the end of a mode */
	d->corrected |= e->type == EVENT_DISPATCH_CORRECTED;
	if (step >= 0)
		d->at[step] = e->at;
	replay_clock_event(r, d, e);
	replay_eta_event(r, d, e);
	met_in_time(r, d, said_text(e->data, "in_time"));
	if (state >= 0 && (step >= 0 || e->type == EVENT_DISPATCH_PROGRESSED || request_states[e->type]))
		d->state = (enum dispatch_state)state;
	of_part(r, e);
	if (e->type == EVENT_PHOTO_ADDED)
		photographed(r, d, e);
	if (said_text(e->data, "ticket").n)
		d->ticket = said_text(e->data, "ticket");
	if (e->type == EVENT_DISPATCH_COMPLETED) {
		d->state = DISPATCH_COMPLETED;
		d->result = said_text(e->data, "result");
	}
	if (e->type == EVENT_NOTICE_FAILED && said_true(e->data, "\"lost\":true"))
		d->lost_at = e->at;
	if (e->type == EVENT_NOTICE_DELIVERED && said_true(e->data, "\"found\":true"))
		d->found_at = e->at;
	if (e->type == EVENT_DISPATCH_CORRECTED)
		corrected(r, d, e);
	if (e->type == EVENT_DISPATCH_REOPENED) {
		d->state = state >= 0 ? (enum dispatch_state)state : DISPATCH_ISSUED;
		d->at[STEP_COMPLETED] = 0;
		d->result = STR("");
		said_int(e->data, "redo", &d->redo);
	}
	if (e->type == EVENT_DISPATCH_WITHDRAWN) {
		d->withdrawn_reason = said_text(e->data, "reason");
		d->state = DISPATCH_WITHDRAWN;
		d->withdrawn_at = e->at;
	}
	if (e->type == EVENT_DISPATCH_VOIDED)
		memset(d->late, 0, sizeof d->late);
}

/* The last answer that was given stands. */
static void called(struct replay *r, const struct event *e)
{
	int result = said_index(said_text(e->data, "result"), callback_result_names, CALLBACK_RESULTS);

	r->callback_at = e->at;
	if (result > 0 && (result != CALLBACK_UNREACHED || r->callback == CALLBACK_NONE))
		r->callback = (enum callback_result)result;
}

/* What was said later, until the desk says how grave it is. */
static void of_graver(struct replay *r, const struct event *e)
{
	const char *mark = e->type == EVENT_ESCALATION_RAISED ? graver_of_event(e->data, r->a) : NULL;

	if (mark)
		r->graver = mark;
	if (e->type == EVENT_INCIDENT_AMENDED && said_true(json_member(e->data, "changed"), "\"priority\""))
		r->graver = graver_seen(r->graver, r->a);
}

static void of_incident(struct replay *r, const struct event *e)
{
	struct str personal = said_text(e->data, "personal"), ticket = said_text(e->data, "ticket");

	if (e->type == EVENT_INCIDENT_COMPLETED) {
		r->state = INCIDENT_COMPLETED;
		r->completed_at = e->at;
	}
	if (e->type == EVENT_INCIDENT_CLOSED || e->type == EVENT_INCIDENT_CANCELLED) {
		r->state = e->type == EVENT_INCIDENT_CLOSED ? INCIDENT_CLOSED : INCIDENT_CANCELLED;
		r->closed_at = e->at;
	}
	if (e->type == EVENT_INCIDENT_CALLED_BACK) {
		r->state = INCIDENT_CALLED_BACK;
		r->closed_at = 0;
	}
	if (e->type == EVENT_INCIDENT_REOPENED) {
		r->state = INCIDENT_OPEN;
		r->completed_at = r->closed_at = 0;
		r->rule = said_text(e->data, "rule");
		r->unmatched = str_is(r->rule, "otherwise"); /* no rule of a mechanism has that name */
		r->revision = said_text(e->data, "revision");
		r->terms = e->data;
		r->main = STR("");
		said_int(e->data, "redo", &r->redo);
	}
	if (e->type == EVENT_INCIDENT_JOINED && said_text(e->data, "main").n) {
		r->main = said_text(e->data, "main");
		if (str_is(said_text(e->data, "state"), "closed")) {
			r->state = INCIDENT_CLOSED;
			r->closed_at = e->at;
		}
	}
	if (e->type == EVENT_CALLBACK_RECORDED)
		called(r, e);
	if (personal.n)
		r->personal = personal;
	if (!r->ticket.n)
		r->ticket = ticket;
	if (e->type == EVENT_INCIDENT_HELD)
		r->held = said_true(e->data, "\"on\":true");
	if (e->type == EVENT_INCIDENT_REPORTED) {
		r->reported = r->terms = e->data;
		r->unmatched = json_member(e->data, "unmatched").n > 0;
		r->rule = said_text(e->data, "rule");
		r->revision = said_text(e->data, "revision");
	}
	if (e->type == EVENT_INCIDENT_AMENDED)
		r->terms = e->data;
	of_graver(r, e);
}

/* -- texts -------------------------------------------------------------------------------------- */

static bool digest_fits(const struct incident *inc, const char *text, struct str hex)
{
	struct str parts[] = {{(const char *)inc->salt, sizeof inc->salt}, str_of(text)};
	struct digest found = digest_parts(parts, 2), kept;

	return digest_from_hex(hex, &kept) && digest_eq(&found, &kept);
}

/* A reason is kept as the text of its event. */
static void compare_text(struct replay *r, const struct event *e, const struct replay_text *t)
{
	struct str hex = said_text(e->data, t->field);

	if (!hex.n && text_eq(t->field, "text"))
		hex = said_text(e->data, "reason");
	if (!incident_erased(r->inc) && !digest_fits(r->inc, t->text, hex))
		replay_differs(r, e->dispatch,
		    arena_printf(r->a, "%s of event %lld", t->field, (long long)e->seq), t->text, NULL);
}

static bool kept(const struct replay_text *texts, int n_texts, int event, const char *field)
{
	for (int i = 0; i < n_texts; i++)
		if (texts[i].event == event && text_eq(texts[i].field, field))
			return true;
	return false;
}

/* What an event has the digest of is kept until it is erased with all others. */
static void compare_kept(struct replay *r, const struct event *events, int at,
    const struct replay_text *texts, int n_texts)
{
	static const char *const fields[] = {"text", "person", "phone", "location", WAS_FIELD};
	struct digest said;

	for (size_t i = 0; i < sizeof fields / sizeof *fields && !incident_erased(r->inc); i++)
		if (digest_from_hex(said_text(events[at].data, fields[i]), &said) &&
		    !kept(texts, n_texts, at, fields[i]))
			replay_differs(r, events[at].dispatch,
			    arena_printf(r->a, "%s of event %lld", fields[i], (long long)events[at].seq),
			    NULL, NULL);
}

/* -- comparing ---------------------------------------------------------------------------------- */

/* What a later step implied has no event of its own: its instant is that of an event of its dispatch. */
static void compare_implied(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int s = 0; s < STEPS && !d->corrected; s++) {
		bool seen = d->at[s] || !stored->at[s];

		for (size_t i = 0; i < d->n_seen && !seen; i++)
			seen = d->seen[i] == stored->at[s];
		if (!seen)
			replay_differs_time(r, stored->n, arena_printf(r->a, "%s_at", step_names[s]),
			    stored->at[s], 0);
	}
}

/* What named its unit, and the rules it was issued under. */
static void compare_issue(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	struct str rule = said_text(d->data, "rule"), revision = said_text(d->data, "revision");

	if (rule.n)
		replay_differs_text(r, stored->n, "rule", stored->rule, arena_str(r->a, rule));
	if (revision.n)
		replay_differs_text(r, stored->n, "revision", stored->revision, arena_str(r->a, revision));
}

static void compare_dispatch(struct replay *r, int n)
{
	const struct dispatch *stored = incident_dispatch(r->inc, n);
	const struct replayed *d = &r->d[n];

	if (!stored) {
		replay_differs(r, n, "row", NULL, d->unit);
		return;
	}
	replay_differs_text(r, n, "unit", stored->unit, d->unit);
	if (d->role != stored->role && (int)d->role >= 0)
		replay_differs(r, n, "role", dispatch_role_names[stored->role], dispatch_role_names[d->role]);
	if (d->state != stored->state)
		replay_differs(r, n, "state", dispatch_state_names[stored->state],
		    dispatch_state_names[d->state]);
	replay_differs_time(r, n, "issued_at", stored->issued_at, d->issued_at);
	replay_differs_time(r, n, "withdrawn_at", stored->withdrawn_at, d->withdrawn_at);
	for (int s = 0; s < STEPS; s++)
		if (d->at[s])
			replay_differs_time(r, n, arena_printf(r->a, "%s_at", step_names[s]), stored->at[s],
			    d->at[s]);
	if (d->voided != stored->voided)
		replay_differs(r, n, "voided", void_reason_names[stored->voided],
		    void_reason_names[d->voided]);
	if (d->relieving != stored->relieving)
		replay_differs(r, n, "relieving", NULL, NULL);
	compare_implied(r, stored, d);
	replay_steps(r, stored, d);
	compare_issue(r, stored, d);
	replay_differs_number(r, n, "redo", stored->redo, d->redo);
	replay_differs_time(r, n, "lost_at", stored->lost_at, d->lost_at);
	replay_differs_time(r, n, "found_at", stored->found_at, d->found_at);
	replay_clocks(r, stored, d);
	if (stored->result && !incident_erased(r->inc) && !digest_fits(r->inc, stored->result, d->result))
		replay_differs(r, n, "result", stored->result, NULL);
	if (stored->withdrawn_reason && !incident_erased(r->inc) &&
	    !digest_fits(r->inc, stored->withdrawn_reason, d->withdrawn_reason))
		replay_differs(r, n, "withdrawn_reason", stored->withdrawn_reason, NULL);
	if (!incident_erased(r->inc))
		replay_differs_text(r, n, "photos", stored->photos, d->photos);
}

/* What an event does not say an older version may have left out. */
static void compare_term(struct replay *r, const struct replayed_request *q, const char *name,
    const char *field, const char *stored)
{
	struct str said = said_text(q->terms, field);

	if (said.n)
		replay_differs_text(r, q->dispatch, arena_printf(r->a, "%s %s", name, field), stored,
		    arena_str(r->a, said));
}

/* Only appeals are about one. A number that is none of the incident's findings is shown as it is. */
static void compare_request_finding(struct replay *r, const struct request *stored,
    const struct replayed_request *q, const char *name)
{
	const struct finding *f = incident_finding(r->inc, stored->finding);
	struct str said = said_text(q->terms, "finding");
	char id[FINDING_ID_MAX];
	const char *there = f ? arena_text(r->a, finding_name(r->inc, f, id))
	    : stored->finding ? arena_printf(r->a, "%d", stored->finding)
			      : NULL;

	if (said.n || q->kind != REQUEST_APPEAL)
		replay_differs_text(r, q->dispatch, arena_printf(r->a, "%s finding", name), there,
		    said.n ? arena_str(r->a, said) : NULL);
}

static void compare_request_terms(struct replay *r, const struct request *stored,
    const struct replayed_request *q, const char *name)
{
	bool decided = stored->state == REQUEST_GRANTED || stored->state == REQUEST_REJECTED;
	bool system = q->kind >= 0 && request_rows[q->kind].asker == ASKED_BY_SYSTEM;
	int64_t until;

	compare_term(r, q, name, "decider", decider_names[stored->decider]);
	compare_term(r, q, name, "code", stored->code);
	compare_term(r, q, name, "suggested", stored->suggested);
	compare_term(r, q, name, "step", stored->step < STEPS ? step_names[stored->step] : NULL);
	compare_term(r, q, name, "clock", stored->clock < CLOCK_COUNT ? clock_names[stored->clock] : NULL);
	compare_term(r, q, name, "account", stored->account);
	compare_term(r, q, name, "same_as", stored->same_as);
	if (time_parse(said_text(q->terms, "until"), &until))
		replay_differs_time(r, q->dispatch, arena_printf(r->a, "%s until", name), stored->until,
		    until);
	compare_request_finding(r, stored, q, name);
	replay_differs_text(r, q->dispatch, arena_printf(r->a, "%s by", name), stored->by,
	    system ? "system" : q->by);
	if (stored->decided_by) /* what was not decided has no decider */
		replay_differs_text(r, q->dispatch, arena_printf(r->a, "%s decided_by", name),
		    stored->decided_by, decided ? q->decided_by : NULL);
}

static void compare_requests(struct replay *r)
{
	const struct incident *inc = r->inc;

	for (int n = 1; n <= r->n_requests || n <= inc->n_requests; n++) {
		const struct request *stored = incident_request(inc, n);
		const struct replayed_request *q = &r->requests[n];
		const char *name = arena_printf(r->a, "request r%d", n);

		if (!stored || !q->asked_at || (int)stored->kind != q->kind ||
		    stored->dispatch != q->dispatch) {
			replay_differs(r, q->dispatch, name, stored ? request_kind_names[stored->kind] : NULL,
			    q->asked_at ? request_kind_names[q->kind] : NULL);
			continue;
		}
		replay_differs_text(r, q->dispatch, name, request_state_names[stored->state],
		    request_state_names[q->state]);
		replay_differs_time(r, q->dispatch, name, stored->asked_at, q->asked_at);
		replay_differs_time(r, q->dispatch, name, stored->due, q->due);
		replay_differs_time(r, q->dispatch, name, stored->lapsed_at, q->lapsed_at);
		replay_differs_time(r, q->dispatch, name, stored->decided_at, q->decided_at);
		compare_request_terms(r, stored, q, name);
	}
}

static void compare_member(struct replay *r, const char *field, const char *stored, struct str data)
{
	struct str said = said_text(data, field);

	replay_differs_text(r, 0, field, stored, said.n ? arena_str(r->a, said) : NULL);
}

static void compare_flag(struct replay *r, const char *field, bool stored, bool said)
{
	if (stored != said)
		replay_differs(r, 0, field, stored ? "true" : "false", said ? "true" : "false");
}

/* What the report marked it as, and whether a rule took it. */
static void compare_marks(struct replay *r)
{
	const struct incident *inc = r->inc;

	compare_flag(r, "drill", inc->drill, json_member(r->reported, "drill").n > 0);
	compare_flag(r, "backfill", inc->backfill, json_member(r->reported, "backfill").n > 0);
	compare_flag(r, "clock_skew", inc->clock_skew, json_member(r->reported, "clock_skew").n > 0);
	compare_flag(r, "unmatched", inc->unmatched, r->unmatched);
}

static void compare_ticket(struct replay *r, int dispatch, const char *stored, struct str said)
{
	replay_differs_text(r, dispatch, "ticket", stored, said.n ? arena_str(r->a, said) : NULL);
}

/* How it counts, and its dispatches; what an older version stored does not say. */
static enum standing standing_said(const struct replay *r)
{
	return (enum standing)said_index(said_text(r->terms, "standing"), standing_names, STANDINGS);
}

static void differs_standing(struct replay *r, int dispatch, enum standing stored, enum standing expected)
{
	if (stored != expected)
		replay_differs(r, dispatch, "standing", standing_names[stored], standing_names[expected]);
}

static void compare_standing(struct replay *r)
{
	enum standing said = standing_said(r);
	bool none = r->state == INCIDENT_CANCELLED || r->inc->same_as;

	if ((int)said < 0 || said == STANDING_VOID) /* one that was joined says only that */
		return;
	differs_standing(r, 0, r->inc->standing, said != STANDING_DRILL && none ? STANDING_VOID : said);
	for (int n = 1; n <= r->n_dispatches; n++) {
		const struct dispatch *d = incident_dispatch(r->inc, n);
		if (d)
			replay_counts(r, d, &r->d[n]);
		enum standing own = d && d->voided ? STANDING_VOID
		    : r->d[n].role == AS_INFORM    ? STANDING_INFORM
						   : said;

		if (d)
			differs_standing(r, n, d->standing, said == STANDING_DRILL ? said : own);
	}
}

/* What the model of texts proposed when it was reported, and what was decided by that. */
static void compare_choice(struct replay *r)
{
	struct str choice = json_member(r->reported, "choice");

	compare_member(r, "proposal", r->inc->proposal, r->reported);
	replay_differs_text(r, 0, "choice", r->inc->choice, choice.n ? arena_str(r->a, choice) : NULL);
}

/* What it is: as it was reported, and as it was amended last. An amendment that an older version wrote
 * says only what it changed, which its zone gives away. */
static void compare_terms(struct replay *r)
{
	const struct incident *inc = r->inc;
	int64_t received;

	if (time_parse(said_text(r->reported, "received_at"), &received))
		replay_differs_time(r, 0, "received_at", inc->received_at, received);
	if (r->reported.n)
		replay_differs_text(r, 0, "rule", inc->rule, r->rule.n ? arena_str(r->a, r->rule) : NULL);
	if (said_text(r->reported, "given_category").n)
		compare_member(r, "given_category", inc->given_category, r->reported);
	if (r->revision.n)
		replay_differs_text(r, 0, "revision", inc->revision, arena_str(r->a, r->revision));
	if (r->reported.n) {
		compare_marks(r);
		compare_choice(r);
	}
	if (!said_text(r->terms, "zone").n)
		return;
	compare_member(r, "category", inc->category, r->terms);
	compare_member(r, "priority", priority_names[inc->priority], r->terms);
	compare_member(r, "zone", zone_names[inc->zone], r->terms);
	compare_member(r, "area", inc->area, r->terms);
	compare_standing(r);
	compare_flag(r, "confidential", inc->confidential, said_true(r->terms, "\"confidential\":true"));
}

static void compare_incident(struct replay *r)
{
	const struct incident *inc = r->inc;

	if (inc->state != r->state)
		replay_differs(r, 0, "state", incident_state_names[inc->state],
		    incident_state_names[r->state]);
	replay_differs_time(r, 0, "closed_at", inc->closed_at, r->closed_at);
	replay_differs_time(r, 0, "completed_at", inc->completed_at, r->completed_at);
	replay_differs_text(r, 0, "same_as", inc->same_as_number,
	    r->main.n ? arena_str(r->a, r->main) : NULL);
	if (inc->callback_result != r->callback)
		replay_differs(r, 0, "callback", callback_result_names[inc->callback_result],
		    callback_result_names[r->callback]);
	replay_differs_time(r, 0, "callback_at", inc->callback_at, r->callback_at);
	replay_differs_number(r, 0, "redo", inc->redo, r->redo);
	compare_flag(r, "held", inc->held, r->held);
	replay_own_clocks(r);
	compare_ticket(r, 0, inc->ticket, r->ticket);
	replay_differs_text(r, 0, "graver", inc->graver, r->graver);
	compare_terms(r);
	if (!incident_erased(inc) && r->personal.n && !digest_fits(inc, act_personal(inc, r->a), r->personal))
		replay_differs(r, 0, "address, reporter, location or description", NULL, NULL);
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].n > r->n_dispatches)
			replay_differs(r, inc->dispatches[i].n, "row", inc->dispatches[i].unit, NULL);
	for (int n = 1; n <= r->n_dispatches; n++)
		compare_dispatch(r, n);
	for (int i = 0; i < inc->n_dispatches; i++)
		compare_ticket(r, inc->dispatches[i].n, inc->dispatches[i].ticket,
		    r->d[inc->dispatches[i].n].ticket);
	if (r->n_requests || inc->n_requests)
		compare_requests(r);
}

int replay_compare(const struct incident *stored, const struct event *events, int n,
    const struct replay_text *texts, int n_texts, struct arena *a, struct difference **out)
{
	struct replay *r = arena_alloc(a, sizeof *r);

	*r = (struct replay){.inc = stored, .a = a, .state = INCIDENT_OPEN};
	for (int i = 0; i < n; i++) {
		of_incident(r, &events[i]);
		of_request(r, &events[i]);
		if (events[i].dispatch == 0)
			replay_clock_event(r, NULL, &events[i]);
		if (events[i].dispatch > 0 && events[i].dispatch <= DISPATCHES_MAX)
			of_dispatch(r, &events[i]);
	}
	if (n > 0)
		replay_differs_text(r, 0, "number", stored->number, events[0].incident);
	for (int i = 0; i < n_texts; i++)
		compare_text(r, &events[texts[i].event], &texts[i]);
	for (int i = 0; i < n && n_texts >= 0; i++)
		compare_kept(r, events, i, texts, n_texts);
	compare_incident(r);
	replay_findings(r, events, n);
	*out = r->found;
	return (int)r->n_found;
}
