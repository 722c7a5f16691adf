/*
 * tally.c - what a dispatch, and an incident, adds to the sums. The rules are in tally.h.
 * Place: domain; pure.
 */
#include "domain/tally.h"
#include "base/time.h"

#include <assert.h>
#include <string.h>

#define TALLY_MEMBER(id, column, zh) {column, zh},
const struct tally_name tally_names[TALLY_COUNTERS] = {TALLY_LIST(TALLY_MEMBER)};
const struct tally_name tally_incident_names[TALLY_INCIDENT_COUNTERS] = {TALLY_INCIDENT_LIST(TALLY_MEMBER)};
#undef TALLY_MEMBER

_Static_assert(TALLY_OF_CLOCK(CLOCK_NEXT_REPORT, OUTCOME_RUNNING) == TALLY_NEXT_REPORT_RUNNING,
    "the counters of the clocks stand in the order of clocks and outcomes");
_Static_assert(TALLY_OF_TIME(BUCKETED_FIRST_REPORT, BUCKETS + 1) == TALLY_FIRST_REPORT_TIME_MS,
    "the counters of the times stand in the order of what is sorted into buckets");
_Static_assert(TALLY_OF_REQUEST(REQUEST_LATE_STEP, REQUEST_DROPPED) == TALLY_LATE_STEP_DROPPED,
    "the counters of the requests stand in the order of kinds and states");

/* -- a dispatch ----------------------------------------------------------------------------------- */

bool tally_holds(const struct dispatch *d)
{
	return !dispatch_open(d);
}

static void add_clocks(const struct dispatch *d, struct tally *t)
{
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++) {
		enum outcome outcome = outcome_of(d, kind);

		if (outcome != OUTCOME_NONE)
			t->n[TALLY_OF_CLOCK(kind, outcome)]++;
	}
}

static void add_times(const struct dispatch *d, struct tally *t)
{
	for (enum bucketed what = 0; what < BUCKETEDS; what++) {
		int64_t ms = outcome_measured(d, what);

		if (!outcome_done(d, what))
			continue;
		t->n[TALLY_OF_TIME(what, ms < 0 ? BUCKETS : outcome_bucket(what, ms))]++;
		t->n[TALLY_OF_TIME(what, BUCKETS + 1)] += ms < 0 ? 0 : ms;
	}
}

static void add_requests(const struct incident *inc, const struct dispatch *d, struct tally *t)
{
	for (int i = 0; i < inc->n_requests; i++) {
		const struct request *r = &inc->requests[i];

		if (r->dispatch != d->n)
			continue;
		t->n[TALLY_APPEAL_UNDECIDED] += r->kind == REQUEST_APPEAL && r->lapsed_at != 0;
		if (r->kind > REQUEST_LATE_STEP)
			continue;
		t->n[TALLY_OF_REQUEST(r->kind, r->state)]++;
		t->n[TALLY_OF_REQUEST(r->kind, REQUEST_STATES)] += r->lapsed_at != 0;
	}
}

static void add_void(const struct dispatch *d, struct tally *t)
{
	static const enum tally_counter of[VOID_REASONS] = {
	    [VOID_RETURNED] = TALLY_VOID_RETURNED,
	    [VOID_ERROR] = TALLY_VOID_ERROR,
	    [VOID_CANCELLED] = TALLY_VOID_CANCELLED,
	    [VOID_SAME_MATTER] = TALLY_VOID_SAME_MATTER,
	};

	if (d->voided == VOID_NONE)
		return;
	t->n[of[d->voided]]++;
	t->n[TALLY_VOID_OVERDUE] += (dispatch_overdue(d) & ~(1u << CLOCK_DELIVERY)) != 0;
}

void tally_dispatch(const struct incident *inc, const struct dispatch *d, struct tally_key *key,
    struct tally *out)
{
	*key = (struct tally_key){.day = day_start(local_day(d->issued_at)),
	    .unit = d->unit,
	    .part = d->role,
	    .priority = inc->priority,
	    .standing = d->standing};
	*out = (struct tally){.n = {[TALLY_DISPATCHES] = 1,
				  [TALLY_COMPLETED] = d->state == DISPATCH_COMPLETED,
				  [TALLY_WITHDRAWN] = d->state == DISPATCH_WITHDRAWN,
				  [TALLY_LATE_REPORTED] = d->late_reported != 0,
				  [TALLY_REDO] = d->redo}};
	add_clocks(d, out);
	add_times(d, out);
	add_requests(inc, d, out);
	add_void(d, out);
}

void tally_add(struct tally *sum, const struct tally *more, int by)
{
	for (int i = 0; i < TALLY_COUNTERS; i++)
		sum->n[i] += by * more->n[i];
}

int64_t tally_none(const struct tally *t, enum clock_kind kind)
{
	int64_t n = t->n[TALLY_DISPATCHES];

	for (enum outcome outcome = OUTCOME_VOID; outcome < OUTCOMES; outcome++)
		n -= t->n[TALLY_OF_CLOCK(kind, outcome)];
	return n;
}

/* -- an incident ---------------------------------------------------------------------------------- */

bool tally_holds_incident(const struct incident *inc)
{
	return inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
}

/* The last that leads and was not sent in error; else the last that was to lead. */
static const char *last_lead(const struct incident *inc)
{
	const char *any = NULL;

	for (int i = inc->n_dispatches; i > 0; i--) {
		const struct dispatch *d = &inc->dispatches[i - 1];

		if (d->role != AS_LEAD)
			continue;
		if (!d->voided && d->state != DISPATCH_WITHDRAWN)
			return d->unit;
		any = any ? any : d->unit;
	}
	return any;
}

#define TOWNSHIP_DIGITS 9

static void township_of(const char *area, char out[16])
{
	size_t n = area ? strlen(area) : 0;

	if (n > TOWNSHIP_DIGITS && strspn(area, "0123456789") == n)
		n = TOWNSHIP_DIGITS;
	n = n < 15 ? n : 15;
	memcpy(out, area ? area : "", n);
	out[n] = '\0';
}

/* What became of its calling back. */
static enum tally_incident_counter callback_of(const struct incident *inc)
{
	static const enum tally_incident_counter reached[CALLBACK_RESULTS] = {
	    [CALLBACK_SATISFIED] = TALLY_INCIDENT_SATISFIED,
	    [CALLBACK_BASICALLY] = TALLY_INCIDENT_BASICALLY,
	    [CALLBACK_DISSATISFIED] = TALLY_INCIDENT_DISSATISFIED,
	};
	bool over = inc->state != INCIDENT_COMPLETED;

	if (inc->callback_result == CALLBACK_NONE)
		return over ? TALLY_INCIDENT_NOT_CALLED : TALLY_INCIDENT_WAITING;
	if (inc->callback_result == CALLBACK_UNREACHED)
		return over ? TALLY_INCIDENT_UNREACHED : TALLY_INCIDENT_WAITING;
	return reached[inc->callback_result];
}

static bool handled(const struct incident *inc)
{
	return inc->completed_at && inc->state != INCIDENT_OPEN && inc->state != INCIDENT_CANCELLED;
}

static bool desk_late(const struct incident *inc, enum clock_kind kind)
{
	return inc->clocks[kind - DISPATCH_CLOCKS].late;
}

void tally_incident(const struct incident *inc, struct tally_incident_key *key, struct tally_incident *out)
{
	*key = (struct tally_incident_key){.day = day_start(local_day(inc->reported_at)),
	    .lead = last_lead(inc),
	    .category = inc->category,
	    .standing = inc->standing};
	township_of(inc->area, key->township);
	*out = (struct tally_incident){.n = {[TALLY_INCIDENT_INCIDENTS] = inc->same_as == 0,
					   [TALLY_INCIDENT_FOLLOWERS] = inc->same_as != 0,
					   [TALLY_INCIDENT_JOINED] = inc->callers,
					   [TALLY_INCIDENT_CANCELLED] = inc->state == INCIDENT_CANCELLED,
					   [TALLY_INCIDENT_UNMATCHED] = inc->unmatched,
					   [TALLY_INCIDENT_COMPLETED] = handled(inc),
					   [TALLY_INCIDENT_REDO] = inc->redo,
					   [TALLY_INCIDENT_BACKFILL] = inc->backfill,
					   [TALLY_INCIDENT_CALLBACK_LATE] = desk_late(inc, CLOCK_CALLBACK),
					   [TALLY_INCIDENT_LEAD_LATE] = desk_late(inc, CLOCK_LEAD_MISSING)}};
	if (handled(inc))
		out->n[callback_of(inc)]++;
}

void tally_incident_add(struct tally_incident *sum, const struct tally_incident *more, int by)
{
	for (int i = 0; i < TALLY_INCIDENT_COUNTERS; i++)
		sum->n[i] += by * more->n[i];
}
