/*
 * replay.c - an incident by its events; see replay.h.
 *
 * What an event says of the state stands in its data as `state`, the instant of a step is the event's
 * own. A clock that fell due unmet has an event dispatch.overdue; only clocks that a unit owes have.
 */
#include "domain/replay.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/digest.h"
#include "base/time.h"
#include "domain/outcome.h"
#include "domain/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNSAID INT64_MIN

struct replayed {
	enum dispatch_state state;
	enum dispatch_role role;
	const char *unit;
	int64_t issued_at, withdrawn_at, at[STEPS];
	unsigned overdue;             /* bits of enum clock_kind */
	int64_t due[DISPATCH_CLOCKS]; /* of the clocks that were rescheduled; 0: has none any more */
	int relieving;
	enum void_reason voided;
	unsigned late[DISPATCH_CLOCKS]; /* as clock_sum says it */
	int64_t measured[BUCKETEDS];    /* UNSAID: no event has said it */
	struct str result;
	struct str data; /* of its issuing: its limits */
	int64_t *seen;   /* the instants of its events */
	size_t n_seen, cap_seen;
	bool corrected;
	unsigned rescheduled; /* which these are, bits of enum clock_kind */
};
struct replayed_request {
	int kind;
	enum request_state state;
	int dispatch;
	int64_t asked_at, due, lapsed_at, decided_at;
};
struct replay {
	const struct incident *inc;
	struct arena *a;
	enum incident_state state;
	int64_t completed_at, closed_at;
	bool held;
	unsigned own_late;   /* the desk's clocks that ran out, by their numbers as incident clocks */
	struct str personal; /* its digest in hex */
	struct str reported; /* the data of its report */
	struct str rule;     /* of its route */
	enum callback_result callback;
	struct str main;  /* number of the incident that it follows */
	struct str terms; /* the data that say what it is: of the report, or of the last amendment */
	struct replayed d[DISPATCHES_MAX + 1];
	int n_dispatches;
	struct replayed_request requests[REQUESTS_MAX + 1];
	int n_requests;
	struct difference *found;
	size_t n_found, cap_found;
};

/* The value of a text member of an event's data, as our own writer puts it; n 0 if there is none. */
static struct str member(struct str data, const char *key)
{
	char wanted[64];
	int len = snprintf(wanted, sizeof wanted, "\"%s\":\"", key);
	const char *at = data.n ? memmem(data.p, data.n, wanted, (size_t)len) : NULL, *end;

	if (!at)
		return STR("");
	at += len;
	end = memchr(at, '"', (size_t)(data.p + data.n - at));
	return end ? (struct str){at, (size_t)(end - at)} : STR("");
}

/* The same of a number; *out stays where there is none. */
static void member_int(struct str data, const char *key, int64_t *out)
{
	char wanted[64];
	int len = snprintf(wanted, sizeof wanted, "\"%s\":", key);
	const char *at = data.n ? memmem(data.p, data.n, wanted, (size_t)len) : NULL;

	if (at)
		*out = strtoll(at + len, NULL, 10);
}

static bool says_true(struct str data, const char *what)
{
	return data.n && memmem(data.p, data.n, what, strlen(what)) != NULL;
}

static int index_of(struct str name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (str_is(name, names[i]))
			return i;
	return -1;
}

static void differs(struct replay *r, int dispatch, const char *field, const char *stored,
    const char *expected)
{
	ARRAY_ROOM(r->a, r->found, r->n_found, r->cap_found);
	r->found[r->n_found++] = (struct difference){dispatch, field, stored, expected};
}

static void differs_text(struct replay *r, int dispatch, const char *field, const char *stored,
    const char *expected)
{
	if (!text_eq(stored, expected))
		differs(r, dispatch, field, stored, expected);
}

static const char *time_words(struct replay *r, int64_t ms)
{
	char out[TIME_TEXT_MAX];

	return ms ? arena_text(r->a, time_rfc3339(ms, out)) : NULL;
}

static void differs_time(struct replay *r, int dispatch, const char *field, int64_t stored, int64_t expected)
{
	if (stored != expected)
		differs(r, dispatch, field, time_words(r, stored), time_words(r, expected));
}

/* -- what the events say ------------------------------------------------------------------------ */

static const int step_of[EVENT_TYPES] = {
    [EVENT_DISPATCH_DELIVERED] = STEP_DELIVERED + 1,
    [EVENT_DISPATCH_ACKNOWLEDGED] = STEP_ACKNOWLEDGED + 1,
    [EVENT_DISPATCH_DEPARTED] = STEP_DEPARTED + 1,
    [EVENT_DISPATCH_ARRIVED] = STEP_ARRIVED + 1,
    [EVENT_DISPATCH_COMPLETED] = STEP_COMPLETED + 1,
};

static void issued(struct replay *r, struct replayed *d, const struct event *e)
{
	int role = index_of(member(e->data, "role"), dispatch_role_names, DISPATCH_ROLES);

	*d = (struct replayed){.state = DISPATCH_ISSUED,
	    .role = (enum dispatch_role)role,
	    .unit = e->unit,
	    .issued_at = e->at,
	    .data = e->data};
	for (int i = 0; i < BUCKETEDS; i++)
		d->measured[i] = UNSAID;
	if (e->dispatch > r->n_dispatches)
		r->n_dispatches = e->dispatch;
	if (role == AS_LEAD && (r->state == INCIDENT_COMPLETED || r->state == INCIDENT_CALLED_BACK))
		r->state = INCIDENT_OPEN; /* somebody leads it again */
}

/* Late, or why that does not count: what the runs of a clock came to. */
static void judged(struct replayed *d, const struct event *e)
{
	int clock = index_of(member(e->data, "clock"), clock_names, DISPATCH_CLOCKS);
	int excuse = index_of(member(e->data, "excused"), excuse_names, EXCUSES);
	unsigned now = 1u + (excuse > 0 ? (unsigned)excuse : 0);

	if (clock < 0)
		return;
	if (e->type == EVENT_DISPATCH_JUDGED)
		d->late[clock] = says_true(e->data, "\"late\":true") ? now : 0;
	else if (!d->late[clock] || now < d->late[clock])
		d->late[clock] = now;
}

static const char *const measured_names[BUCKETEDS] = {"acknowledge_ms", "arrive_ms", "first_report_ms"};

static void measured(struct replayed *d, const struct event *e)
{
	for (int i = 0; i < BUCKETEDS; i++)
		member_int(e->data, measured_names[i], &d->measured[i]);
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
	struct str name = member(e->data, "request"), due = member(e->data, "due");
	char number[NUMBER_MAX + 1];
	int64_t own;
	int n = 0;

	if (!request_states[e->type] || !name.n ||
	    !request_name_parse(arena_str(r->a, name), number, &n, &own) || !n)
		return;
	struct replayed_request *q = &r->requests[n];
	if (e->type == EVENT_REQUEST_ASKED) {
		*q = (struct replayed_request){.asked_at = e->at, .dispatch = e->dispatch};
		q->kind = index_of(member(e->data, "kind"), request_kind_names, REQUEST_KINDS);
		r->n_requests = n > r->n_requests ? n : r->n_requests;
	}
	time_parse(due, &q->due);
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
	int role = index_of(member(e->data, "role"), dispatch_role_names, DISPATCH_ROLES);
	int clock = index_of(member(e->data, "clock"), clock_names, DISPATCH_CLOCKS);
	struct str next = member(e->data, "relieving");
	char number[NUMBER_MAX + 1];

	if (e->type == EVENT_DISPATCH_VOIDED || e->type == EVENT_DISPATCH_PROMOTED)
		d->role = role >= 0 ? (enum dispatch_role)role : d->role;
	if (e->type == EVENT_DISPATCH_VOIDED) {
		int why = index_of(member(e->data, "reason"), void_reason_names, VOID_REASONS);
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
		if (!time_parse(member(e->data, "due"), &d->due[clock]))
			d->due[clock] = 0;
	}
}

/* A step has another instant, or none. */
static void corrected(struct replay *r, struct replayed *d, const struct event *e)
{
	int step = index_of(member(e->data, "step"), step_names, STEPS);
	int state = index_of(member(e->data, "state"), dispatch_state_names, DISPATCH_STATES);
	int64_t from = 0, to = 0;

	if (step < 0 || state < 0)
		return;
	time_parse(member(e->data, "from"), &from);
	time_parse(member(e->data, "to"), &to);
	d->at[step] = to;
	d->state = (enum dispatch_state)state;
	if (step == STEP_COMPLETED && !to)
		d->result = STR("");
	if (step == STEP_COMPLETED && to && r->completed_at == from)
		r->completed_at = to;
}

static void of_dispatch(struct replay *r, const struct event *e)
{
	struct replayed *d = &r->d[e->dispatch];
	int state = index_of(member(e->data, "state"), dispatch_state_names, DISPATCH_STATES);

	if (e->type == EVENT_DISPATCH_ISSUED) {
		issued(r, d, e);
		return;
	}
	ARRAY_ROOM(r->a, d->seen, d->n_seen, d->cap_seen);
	d->seen[d->n_seen++] = e->at;
	d->corrected |= e->type == EVENT_DISPATCH_CORRECTED;
	if (step_of[e->type])
		d->at[step_of[e->type] - 1] = e->at;
	measured(d, e);
	met_in_time(r, d, member(e->data, "in_time"));
	if (state >= 0 &&
	    (step_of[e->type] || e->type == EVENT_DISPATCH_PROGRESSED || request_states[e->type]))
		d->state = (enum dispatch_state)state;
	of_part(r, e);
	if (e->type == EVENT_DISPATCH_COMPLETED) {
		d->state = DISPATCH_COMPLETED;
		d->result = member(e->data, "result");
	}
	if (e->type == EVENT_DISPATCH_CORRECTED)
		corrected(r, d, e);
	if (e->type == EVENT_DISPATCH_REOPENED) {
		d->state = state >= 0 ? (enum dispatch_state)state : DISPATCH_ISSUED;
		d->at[STEP_COMPLETED] = 0;
		d->result = STR("");
	}
	if (e->type == EVENT_DISPATCH_WITHDRAWN) {
		d->state = DISPATCH_WITHDRAWN;
		d->withdrawn_at = e->at;
	}
	if (e->type == EVENT_DISPATCH_OVERDUE) {
		int clock = index_of(member(e->data, "clock"), clock_names, CLOCK_COUNT);

		d->overdue |= clock >= 0 ? 1u << clock : 0;
	}
	if (e->type == EVENT_DISPATCH_LATE || e->type == EVENT_DISPATCH_JUDGED)
		judged(d, e);
	if (e->type == EVENT_DISPATCH_VOIDED)
		memset(d->late, 0, sizeof d->late);
}

/* The last answer that was given stands. */
static void called(struct replay *r, const struct event *e)
{
	int result = index_of(member(e->data, "result"), callback_result_names, CALLBACK_RESULTS);

	if (result > 0 && (result != CALLBACK_UNREACHED || r->callback == CALLBACK_NONE))
		r->callback = (enum callback_result)result;
}

static void of_incident(struct replay *r, const struct event *e)
{
	struct str personal = member(e->data, "personal");

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
		r->rule = member(e->data, "rule");
		r->terms = e->data;
		r->main = STR("");
	}
	if (e->type == EVENT_INCIDENT_JOINED && member(e->data, "main").n) {
		r->main = member(e->data, "main");
		if (str_is(member(e->data, "state"), "closed")) {
			r->state = INCIDENT_CLOSED;
			r->closed_at = e->at;
		}
	}
	if (e->type == EVENT_CALLBACK_RECORDED)
		called(r, e);
	if (e->type == EVENT_INCIDENT_LATE) {
		int clock = index_of(member(e->data, "clock"), clock_names, CLOCK_COUNT);

		r->own_late |= clock >= DISPATCH_CLOCKS ? 1u << (clock - DISPATCH_CLOCKS) : 0;
	}
	if (personal.n)
		r->personal = personal;
	if (e->type == EVENT_INCIDENT_HELD)
		r->held = says_true(e->data, "\"on\":true");
	if (e->type == EVENT_INCIDENT_REPORTED) {
		r->reported = r->terms = e->data;
		r->rule = member(e->data, "rule");
	}
	if (e->type == EVENT_INCIDENT_AMENDED)
		r->terms = e->data;
}

/* -- texts -------------------------------------------------------------------------------------- */

static bool erased(const struct incident *inc)
{
	static const unsigned char none[sizeof inc->salt];

	return memcmp(inc->salt, none, sizeof none) == 0;
}

static bool digest_fits(const struct incident *inc, const char *text, struct str hex)
{
	struct str parts[] = {{(const char *)inc->salt, sizeof inc->salt}, str_of(text)};
	struct digest found = digest_parts(parts, 2), kept;

	return digest_from_hex(hex, &kept) && digest_eq(&found, &kept);
}

/* A reason is kept as the text of its event. */
static void compare_text(struct replay *r, const struct event *e, const struct replay_text *t)
{
	struct str hex = member(e->data, t->field);

	if (!hex.n && text_eq(t->field, "text"))
		hex = member(e->data, "reason");
	if (!erased(r->inc) && !digest_fits(r->inc, t->text, hex))
		differs(r, e->dispatch, arena_printf(r->a, "%s of event %lld", t->field, (long long)e->seq),
		    t->text, NULL);
}

/* -- comparing ---------------------------------------------------------------------------------- */

static void compare_overdue(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		bool marked = stored->clocks[k].overdue, said = d->overdue >> k & 1;

		if (marked != said && clock_rows[k].debtor == DEBTOR_UNIT)
			differs(r, stored->n, arena_printf(r->a, "overdue %s", clock_names[k]),
			    marked ? "true" : "false", said ? "true" : "false");
	}
}

/* The limits as they were set with the instruction; one that was set later is not in its event. */
static void compare_limits(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int k = CLOCK_DELIVERY; k <= CLOCK_ARRIVE; k++) {
		const char *name = arena_printf(r->a, "%s_due", clock_names[k]);
		int64_t due;

		if (d->rescheduled >> k & 1)
			differs_time(r, stored->n, name, stored->clocks[k].due, d->due[k]);
		else if (time_parse(member(d->data, name), &due))
			differs_time(r, stored->n, name, stored->clocks[k].due, due);
	}
}

/* What a later step implied has no event of its own: its instant is that of an event of its dispatch. */
static void compare_implied(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int s = 0; s < STEPS && !d->corrected; s++) {
		bool seen = d->at[s] || !stored->at[s];

		for (size_t i = 0; i < d->n_seen && !seen; i++)
			seen = d->seen[i] == stored->at[s];
		if (!seen)
			differs_time(r, stored->n, arena_printf(r->a, "%s_at", step_names[s]), stored->at[s],
			    0);
	}
}

static void compare_dispatch(struct replay *r, int n)
{
	const struct dispatch *stored = incident_dispatch(r->inc, n);
	const struct replayed *d = &r->d[n];

	if (!stored) {
		differs(r, n, "row", NULL, d->unit);
		return;
	}
	differs_text(r, n, "unit", stored->unit, d->unit);
	if (d->role != stored->role && (int)d->role >= 0)
		differs(r, n, "role", dispatch_role_names[stored->role], dispatch_role_names[d->role]);
	if (d->state != stored->state)
		differs(r, n, "state", dispatch_state_names[stored->state], dispatch_state_names[d->state]);
	differs_time(r, n, "issued_at", stored->issued_at, d->issued_at);
	differs_time(r, n, "withdrawn_at", stored->withdrawn_at, d->withdrawn_at);
	for (int s = 0; s < STEPS; s++)
		if (d->at[s])
			differs_time(r, n, arena_printf(r->a, "%s_at", step_names[s]), stored->at[s],
			    d->at[s]);
	if (d->voided != stored->voided)
		differs(r, n, "voided", void_reason_names[stored->voided], void_reason_names[d->voided]);
	if (d->relieving != stored->relieving)
		differs(r, n, "relieving", NULL, NULL);
	compare_implied(r, stored, d);
	compare_limits(r, stored, d);
	compare_overdue(r, stored, d);
	if (stored->result && !erased(r->inc) && !digest_fits(r->inc, stored->result, d->result))
		differs(r, n, "result", stored->result, NULL);
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
			differs(r, q->dispatch, name, stored ? request_kind_names[stored->kind] : NULL,
			    q->asked_at ? request_kind_names[q->kind] : NULL);
			continue;
		}
		differs_text(r, q->dispatch, name, request_state_names[stored->state],
		    request_state_names[q->state]);
		differs_time(r, q->dispatch, name, stored->asked_at, q->asked_at);
		differs_time(r, q->dispatch, name, stored->due, q->due);
		differs_time(r, q->dispatch, name, stored->lapsed_at, q->lapsed_at);
		differs_time(r, q->dispatch, name, stored->decided_at, q->decided_at);
	}
}

static void compare_member(struct replay *r, const char *field, const char *stored, struct str data)
{
	struct str said = member(data, field);

	differs_text(r, 0, field, stored, said.n ? arena_str(r->a, said) : NULL);
}

/* How it counts, and its dispatches; what an older version stored does not say. */
static enum standing standing_said(const struct replay *r)
{
	return (enum standing)index_of(member(r->terms, "standing"), standing_names, STANDINGS);
}

static const char *late_words(struct replay *r, unsigned sum)
{
	return sum > 1 ? arena_printf(r->a, "true (%s)", excuse_names[sum - 1]) : sum ? "true" : "false";
}

static void differs_standing(struct replay *r, int dispatch, enum standing stored, enum standing expected)
{
	if (stored != expected)
		differs(r, dispatch, "standing", standing_names[stored], standing_names[expected]);
}

/* What its clocks came to, and the times that were measured. */
static void compare_counts(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		unsigned sum = clock_sum(&stored->clocks[k]);

		if (sum != d->late[k] && clock_rows[k].debtor == DEBTOR_UNIT)
			differs(r, stored->n, arena_printf(r->a, "late %s", clock_names[k]),
			    late_words(r, sum), late_words(r, d->late[k]));
	}
	for (int i = 0; i < BUCKETEDS; i++) {
		int64_t ms = outcome_measured(stored, (enum bucketed)i);

		if (d->measured[i] != UNSAID && d->measured[i] != ms)
			differs(r, stored->n, measured_names[i], arena_printf(r->a, "%lld", (long long)ms),
			    arena_printf(r->a, "%lld", (long long)d->measured[i]));
	}
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
			compare_counts(r, d, &r->d[n]);
		enum standing own = d && d->voided ? STANDING_VOID
		    : r->d[n].role == AS_INFORM    ? STANDING_INFORM
						   : said;

		if (d)
			differs_standing(r, n, d->standing, said == STANDING_DRILL ? said : own);
	}
}

/* What it is: as it was reported, and as it was amended last. An amendment that an older version wrote
 * says only what it changed, which its zone gives away. */
static void compare_terms(struct replay *r)
{
	const struct incident *inc = r->inc;
	int64_t received;

	if (time_parse(member(r->reported, "received_at"), &received))
		differs_time(r, 0, "received_at", inc->received_at, received);
	if (r->reported.n)
		differs_text(r, 0, "rule", inc->rule, r->rule.n ? arena_str(r->a, r->rule) : NULL);
	if (!member(r->terms, "zone").n)
		return;
	compare_member(r, "category", inc->category, r->terms);
	compare_member(r, "priority", priority_names[inc->priority], r->terms);
	compare_member(r, "zone", zone_names[inc->zone], r->terms);
	compare_member(r, "area", inc->area, r->terms);
	compare_standing(r);
	if (inc->confidential != says_true(r->terms, "\"confidential\":true"))
		differs(r, 0, "confidential", inc->confidential ? "true" : "false",
		    inc->confidential ? "false" : "true");
}

static void compare_desk(struct replay *r)
{
	for (int k = 0; k < INCIDENT_CLOCKS; k++) {
		bool stored = r->inc->clocks[k].late, said = r->own_late >> k & 1;

		if (stored != said)
			differs(r, 0, arena_printf(r->a, "late %s", clock_names[DISPATCH_CLOCKS + k]),
			    stored ? "true" : "false", said ? "true" : "false");
	}
}

static void compare_incident(struct replay *r)
{
	const struct incident *inc = r->inc;

	if (inc->state != r->state)
		differs(r, 0, "state", incident_state_names[inc->state], incident_state_names[r->state]);
	differs_time(r, 0, "closed_at", inc->closed_at, r->closed_at);
	differs_time(r, 0, "completed_at", inc->completed_at, r->completed_at);
	differs_text(r, 0, "same_as", inc->same_as_number, r->main.n ? arena_str(r->a, r->main) : NULL);
	if (inc->callback_result != r->callback)
		differs(r, 0, "callback", callback_result_names[inc->callback_result],
		    callback_result_names[r->callback]);
	if (inc->held != r->held)
		differs(r, 0, "held", inc->held ? "true" : "false", r->held ? "true" : "false");
	compare_desk(r);
	compare_terms(r);
	if (!erased(inc) && r->personal.n && !digest_fits(inc, act_personal(inc, r->a), r->personal))
		differs(r, 0, "address, reporter, location or description", NULL, NULL);
	for (int i = 0; i < inc->n_dispatches; i++)
		if (inc->dispatches[i].n > r->n_dispatches)
			differs(r, inc->dispatches[i].n, "row", inc->dispatches[i].unit, NULL);
	for (int n = 1; n <= r->n_dispatches; n++)
		compare_dispatch(r, n);
	if (r->n_requests || inc->n_requests)
		compare_requests(r);
}

/* The state that the last event about this finding said; -1: none has. That it was appealed against is said by
 * its request. */
static int finding_said(const struct finding *f, const struct event *events, int n)
{
	int state = -1;

	for (int i = 0; i < n; i++) {
		const struct event *e = &events[i];
		bool about = e->type == EVENT_FINDING_OPENED || e->type == EVENT_FINDING_CONFIRMED ||
		    e->type == EVENT_FINDING_UPHELD || e->type == EVENT_FINDING_VOIDED;
		int class = index_of(member(e->data, "class"), finding_class_names, FINDING_CLASSES);

		if (about && e->dispatch == f->dispatch && class == (int)f->class)
			state = index_of(member(e->data, "state"), finding_state_names, FINDING_STATES);
	}
	return state;
}

static void compare_findings(struct replay *r, const struct event *events, int n)
{
	for (int i = 0; i < r->inc->n_findings; i++) {
		const struct finding *f = &r->inc->findings[i];
		int said = finding_said(f, events, n);

		if (said != (int)f->state && !(f->state == FINDING_APPEALED && said == FINDING_OPEN))
			differs(r, f->dispatch,
			    arena_printf(r->a, "finding %s", finding_class_names[f->class]),
			    finding_state_names[f->state], said < 0 ? NULL : finding_state_names[said]);
	}
}

int replay_compare(const struct incident *stored, const struct event *events, int n,
    const struct replay_text *texts, int n_texts, struct arena *a, struct difference **out)
{
	struct replay *r = arena_alloc(a, sizeof *r);

	*r = (struct replay){.inc = stored, .a = a, .state = INCIDENT_OPEN};
	for (int i = 0; i < n; i++) {
		of_incident(r, &events[i]);
		of_request(r, &events[i]);
		if (events[i].dispatch > 0 && events[i].dispatch <= DISPATCHES_MAX)
			of_dispatch(r, &events[i]);
	}
	if (n > 0)
		differs_text(r, 0, "number", stored->number, events[0].incident);
	for (int i = 0; i < n_texts; i++)
		compare_text(r, &events[texts[i].event], &texts[i]);
	compare_incident(r);
	compare_findings(r, events, n);
	*out = r->found;
	return (int)r->n_found;
}
