/*
 * replay_clocks.c - of an incident's clocks and findings what its events tell, compared with what is stored.
 *
 * An event of a clock says its due; the rungs that were told are named by their notices. What no event says is
 * not compared: the due of a report's clock is known where a step said it, where it was reminded of, moved or began with
 * a reopening, and its start must be an instant that some event has.
 * Place: domain, a part of the replay; pure.
 */
#include "domain/replay_finding.h"
#include "domain/replay_parts.h"
#include "domain/judge.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/json.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

/* Late, or why that does not count: what the runs of a clock came to. */
static void judged(struct replayed *d, const struct event *e)
{
	int clock = said_index(said_text(e->data, "clock"), clock_names, DISPATCH_CLOCKS);
	int excuse = said_index(said_text(e->data, "excused"), excuse_names, EXCUSES);
	unsigned now = 1u + (excuse > 0 ? (unsigned)excuse : 0);

	if (clock < 0)
		return;
	if (e->type == EVENT_DISPATCH_JUDGED)
		d->late[clock] = said_true(e->data, "\"late\":true") ? now : 0;
	else if (!d->late[clock] || now < d->late[clock])
		d->late[clock] = now;
}

static const char *const measured_names[BUCKETEDS] = {"acknowledge_ms", "arrive_ms", "first_report_ms"};

static void measured(struct replayed *d, const struct event *e)
{
	for (int i = 0; i < BUCKETEDS; i++)
		said_int(e->data, measured_names[i], &d->measured[i]);
}

/* The rungs that a notice is of. */
static unsigned rungs_said(struct str data)
{
	char name[40];
	unsigned rungs = 0;

	for (int i = 0; i < RUNGS; i++) {
		snprintf(name, sizeof name, "\"%s\"", rung_names[i]);
		rungs |= said_true(data, name) ? 1u << i : 0;
	}
	return rungs;
}

/* Of a promotion, a request: a report may be owed from another instant, by another due, and it does not say so. */
static bool begins_reports(enum event_type type)
{
	return type == EVENT_DISPATCH_PROMOTED ||
	    (type >= EVENT_REQUEST_ASKED && type <= EVENT_REQUEST_DROPPED);
}

/* Of a step, a report, a correction: the same, and it says the dues that it changed. An older version's did not. */
static bool says_dues(enum event_type type)
{
	return (type >= EVENT_DISPATCH_DELIVERED && type <= EVENT_DISPATCH_COMPLETED) ||
	    type == EVENT_DISPATCH_CORRECTED;
}

static void dues_said(struct replayed *d, const struct event *e)
{
	for (enum clock_kind k = CLOCK_FIRST_REPORT; k <= CLOCK_NEXT_REPORT; k++)
		if (json_member(e->data, judge_due_keys[k]).n) {
			d->report_due[k] = json_member_time(e->data, judge_due_keys[k]);
			d->says_dues = true;
		} else if (!d->says_dues) {
			d->report_due[k] = UNSAID;
		}
}

static void of_reports(struct replayed *d, const struct event *e, bool told)
{
	int clock = said_index(said_text(e->data, "clock"), clock_names, DISPATCH_CLOCKS);
	int64_t due = 0;

	if (begins_reports(e->type))
		d->report_due[CLOCK_FIRST_REPORT] = d->report_due[CLOCK_NEXT_REPORT] = UNSAID;
	if (says_dues(e->type))
		dues_said(d, e);
	if (e->type == EVENT_DISPATCH_REOPENED &&
	    time_parse(said_text(e->data, "report_due"), &d->report_due[CLOCK_NEXT_REPORT]))
		return;
	if ((told || e->type == EVENT_DISPATCH_RESCHEDULED) && clock >= 0 && clock_rows[clock].report)
		d->report_due[clock] = time_parse(said_text(e->data, "due"), &due) ? due : 0;
}

void replay_clock_event(struct replay *r, struct replayed *d, const struct event *e)
{
	bool told = e->type == EVENT_REMINDER_SENT || e->type == EVENT_ESCALATION_RAISED;
	int clock = said_index(said_text(e->data, "clock"), clock_names, CLOCK_COUNT);

	if (told)
		*(d ? &d->told : &r->told) |= rungs_said(e->data);
	if (!d && e->type == EVENT_INCIDENT_LATE && clock >= DISPATCH_CLOCKS)
		r->own_late |= 1u << (clock - DISPATCH_CLOCKS);
	if (!d)
		return;
	measured(d, e);
	of_reports(d, e, told);
	d->promoted |= e->type == EVENT_DISPATCH_PROMOTED;
	if (e->type == EVENT_DISPATCH_OVERDUE)
		d->overdue |= clock >= 0 ? 1u << clock : 0;
	if (e->type == EVENT_DISPATCH_LATE || e->type == EVENT_DISPATCH_JUDGED)
		judged(d, e);
}

/* -- comparing ------------------------------------------------------------------------------------------ */
static void compare_overdue(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		bool marked = stored->clocks[k].overdue, said = d->overdue >> k & 1;

		if (marked != said && clock_rows[k].debtor == DEBTOR_UNIT)
			replay_differs(r, stored->n, arena_printf(r->a, "overdue %s", clock_names[k]),
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
			replay_differs_time(r, stored->n, name, stored->clocks[k].due, d->due[k]);
		else if (time_parse(said_text(d->data, name), &due))
			replay_differs_time(r, stored->n, name, stored->clocks[k].due, due);
	}
}

static const char *late_words(struct replay *r, unsigned sum)
{
	return sum > 1 ? arena_printf(r->a, "true (%s)", excuse_names[sum - 1]) : sum ? "true" : "false";
}

void replay_counts(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int k = 0; k < DISPATCH_CLOCKS; k++) {
		unsigned sum = clock_sum(&stored->clocks[k]);

		if (sum != d->late[k] && clock_rows[k].debtor == DEBTOR_UNIT)
			replay_differs(r, stored->n, arena_printf(r->a, "late %s", clock_names[k]),
			    late_words(r, sum), late_words(r, d->late[k]));
	}
	for (int i = 0; i < BUCKETEDS; i++) {
		int64_t ms = outcome_measured(stored, (enum bucketed)i);

		if (d->measured[i] != UNSAID && d->measured[i] != ms)
			replay_differs(r, stored->n, measured_names[i],
			    arena_printf(r->a, "%lld", (long long)ms),
			    arena_printf(r->a, "%lld", (long long)d->measured[i]));
	}
}

/* A rung of which the desk or the office hears has a notice; in an emergency mode those of units alone have none. */
static bool has_notice(const struct rung_place *place)
{
	return (place->to & ~(unsigned)(TO_UNIT | TO_LEADER)) != 0;
}

/* The rungs of this clock that are stored as fired and were not told; `all`: those that were told and are not stored. */
static void compare_rungs(struct replay *r, int dispatch, enum clock_kind kind, const struct clock *c,
    unsigned told, bool all)
{
	for (int i = 0; i < clock_rows[kind].n_rungs; i++) {
		const struct rung_place *place = &clock_rows[kind].ladder[i];
		bool stored = c->rungs >> place->rung & 1, said = told >> place->rung & 1;

		if (has_notice(place) && stored != said && (stored || all))
			replay_differs(r, dispatch, arena_printf(r->a, "rung %s", rung_names[place->rung]),
			    stored ? "true" : "false", said ? "true" : "false");
	}
}

bool replay_instant_seen(const struct replayed *d, int64_t at)
{
	for (size_t i = 0; i < d->n_seen; i++)
		if (d->seen[i] == at)
			return true;
	for (size_t i = 0; i < d->n_beside; i++)
		if (d->beside[i] == at)
			return true;
	return at == d->issued_at;
}

/* A report is owed from something that happened. */
static void compare_reports(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (enum clock_kind k = CLOCK_FIRST_REPORT; k <= CLOCK_NEXT_REPORT; k++) {
		const struct clock *c = &stored->clocks[k];
		const char *name = arena_printf(r->a, "%s_due", clock_names[k]);

		if (d->report_due[k] != UNSAID)
			replay_differs_time(r, stored->n, name, c->due, d->report_due[k]);
		else if (c->due && c->start && c->due <= c->start)
			replay_differs_time(r, stored->n, name, c->due, 0);
		if (c->start && !replay_instant_seen(d, c->start))
			replay_differs_time(r, stored->n, arena_printf(r->a, "%s_start", clock_names[k]),
			    c->start, 0);
	}
	if (stored->clocks[CLOCK_FIRST_REPORT].stopped &&
	    !replay_instant_seen(d, stored->clocks[CLOCK_FIRST_REPORT].stopped))
		replay_differs_time(r, stored->n, "first_report_at",
		    stored->clocks[CLOCK_FIRST_REPORT].stopped, 0);
}

void replay_clocks(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	compare_limits(r, stored, d);
	compare_overdue(r, stored, d);
	compare_reports(r, stored, d);
	for (enum clock_kind k = 0; k < DISPATCH_CLOCKS; k++) {
		bool anew =
		    clock_rows[k].report || d->rescheduled >> k & 1 || (k == CLOCK_ARRIVE && d->promoted);

		compare_rungs(r, stored->n, k, &stored->clocks[k], d->told, !anew);
	}
}

/* That the office is to decide says the same as that the desk was told. */
void replay_own_clocks(struct replay *r)
{
	unsigned told = r->told | (r->told >> RUNG_CALLBACK_OFFICE & 1 ? 1u << RUNG_CALLBACK_DUE : 0);

	for (int k = 0; k < INCIDENT_CLOCKS; k++) {
		enum clock_kind kind = (enum clock_kind)(DISPATCH_CLOCKS + k);

		compare_rungs(r, 0, kind, &r->inc->clocks[k], told, false);
		bool stored = r->inc->clocks[k].late, said = r->own_late >> k & 1;

		if (stored != said)
			replay_differs(r, 0, arena_printf(r->a, "late %s", clock_names[DISPATCH_CLOCKS + k]),
			    stored ? "true" : "false", said ? "true" : "false");
	}
}

/* That was opened by an event, and has no row. */
static void compare_opened(struct replay *r, const struct event *e)
{
	const char *name = json_member_text(r->a, e->data, "finding");
	const char *class = json_member_text(r->a, e->data, "class");

	if (name && !finding_named(r->inc, name))
		replay_differs(r, e->dispatch, arena_printf(r->a, "finding %s", class ? class : ""), NULL,
		    "row");
}

void replay_findings(struct replay *r, const struct event *events, int n)
{
	for (int k = 0; k < n; k++)
		if (events[k].type == EVENT_FINDING_OPENED)
			compare_opened(r, &events[k]);
	for (int i = 0; i < r->inc->n_findings; i++) {
		const struct finding *f = &r->inc->findings[i];
		struct difference found[FINDING_DIFFERENCES];
		struct said_finding said = {0};
		char name[FINDING_ID_MAX];

		finding_name(r->inc, f, name);
		if (finding_named(r->inc, name) != f) /* a second row of one finding */
			replay_differs(r, f->dispatch, arena_printf(r->a, "finding %s", name), "row", NULL);
		for (int k = 0; k < n; k++)
			replay_finding(&said, name, &events[k], r->a);
		const struct dispatch *d = incident_dispatch(r->inc, f->dispatch);
		said.issued_at = d ? r->d[d->n].issued_at : said.opened_at;
		int n_found = replay_finding_compare(f, &said, r->a, found);
		for (int k = 0; k < n_found; k++)
			replay_differs(r, found[k].dispatch, found[k].field, found[k].stored,
			    found[k].expected);
	}
}
