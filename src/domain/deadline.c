/*
 * deadline.c - the clocks of a dispatch: what starts them, and what each step does to them (Art. 12).
 * Place: domain; pure. What kinds there are is in clock.c, their limits in deadline_limit.c, the ladders
 * in ladder.c, what is due and when in deadline_wake.c, explanations in deadline_explain.c, the
 * independent check in deadline_check.c.
 *
 * Invariants:
 * - A dispatch keeps the due times it was given: nothing here computes one a second time.
 * - The acknowledge clock has no start only until the clocks have started, which policy can put off to
 *   the delivery; AS_INFORM never starts any.
 * - The arrive clock with a start and without a due: an arrival outside the city, never late, measured
 *   and followed up. No start: the unit is not expected to go anywhere.
 * - Of the two report clocks at most one runs. A first report that was made keeps its due and instant;
 *   the next report's clock is the last one.
 */
#include "domain/deadline.h"
#include "domain/deduction.h"
#include "domain/duty.h"

#include <assert.h>

/* -- clocks --------------------------------------------------------------------------------- */

bool deadline_followed(const struct dispatch *d)
{
	const struct clock *arrive = &d->clocks[CLOCK_ARRIVE];

	return dispatch_open(d) && arrive->start && !arrive->due && !arrive->stopped;
}

/* Sets a clock going from `start`, by the terms that it has. */
static struct limit start_clock(const struct clocks_of *of, struct dispatch *d, enum clock_kind kind,
    int64_t start)
{
	struct limit l = deadline_limit(of, kind, start);
	struct clock *c = &d->clocks[kind];

	c->start = start;
	c->due = c->first_due = c->stopped = 0;
	c->rungs = 0;
	c->earlier = clock_sum(c);
	c->late = false;
	c->excused = EXCUSE_NONE;
	if (l.exists)
		c->due = l.due_at
		    ? l.due_at
		    : calendar_add(&of->m->calendar, l.time, start, l.limit_ms, NULL, 0, NULL, NULL);
	return l;
}

static struct terms terms_now(const struct incident *inc)
{
	return (struct terms){inc->priority, inc->zone, inc->category};
}

static void start_report_clock(const struct clocks_of *of, struct dispatch *d, enum clock_kind kind,
    int64_t start)
{
	struct clock *c = &d->clocks[kind];

	c->terms = terms_now(of->inc);
	c->revision = text_eq(d->revision, of->m->revision) ? NULL : of->m->revision;
	start_clock(of, d, kind, start);
}

/* A unit without an arrival to report from, or with days for its report, has the report counted from
 * the issue: no visit, scheduled, P4. */
static void start_steps(const struct clocks_of *of, struct dispatch *d, int64_t start)
{
	start_clock(of, d, CLOCK_ACKNOWLEDGE, start);
	struct limit arrive = start_clock(of, d, CLOCK_ARRIVE, start);
	bool visit = arrive.exists || arrive.measured;

	if (!visit)
		d->clocks[CLOCK_ARRIVE].start = 0;
	if ((!visit || of->m->policy.next_report_days[d->clocks[CLOCK_ARRIVE].terms.priority] > 0) &&
	    deadline_limit(of, CLOCK_NEXT_REPORT, d->issued_at).exists)
		start_report_clock(of, d, CLOCK_NEXT_REPORT, d->issued_at);
}

void deadline_issue(const struct incident *inc, struct dispatch *d, const struct mechanism *m)
{
	assert(d->issued_at > 0 && "a dispatch is issued before its clocks start");
	if (d->role == AS_INFORM || inc->backfill)
		return;
	const struct clocks_of of = clocks_of(inc, d, m);
	for (int kind = 0; kind < DISPATCH_CLOCKS; kind++)
		if (!clock_rows[kind].report)
			d->clocks[kind].terms = terms_now(inc);
	start_clock(&of, d, CLOCK_DELIVERY, d->issued_at);
	if (!m->policy.start_at_delivery)
		start_steps(&of, d, d->issued_at);
	d->changed = true;
}

/* -- steps ---------------------------------------------------------------------------------- */

/* `at <= due` is in time. The wake of the due instant may have run before a step that the front end had
 * by then: nothing was late, so nothing stays marked. */
static void mark_overdue(struct clock *c, int64_t stopped, int64_t recorded)
{
	if (!c->due)
		return;
	if (stopped > c->due)
		c->overdue = true;
	else if (recorded <= c->due)
		c->overdue = false;
}

/* How long it took to the instant that counts, in the clock's own time: kept as it is now, so that a later
 * calendar changes nothing. Nothing is deducted. */
static int64_t measured(const struct clocks_of *of, enum clock_kind kind, int64_t from, int64_t until)
{
	return until ? calendar_between(&of->m->calendar, deadline_time(of, kind), from, until) : -1;
}

static void measure_step(const struct clocks_of *of, struct dispatch *d, enum clock_kind kind)
{
	int64_t until = d->clocks[kind].stopped;

	if (kind == CLOCK_ACKNOWLEDGE)
		d->acknowledge_ms = measured(of, kind, d->issued_at, until);
	else if (kind == CLOCK_ARRIVE)
		d->arrive_ms = measured(of, kind, d->issued_at, until);
}

static void mark_steps(const struct clocks_of *of, const struct circumstances *around, struct dispatch *d)
{
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++) {
		struct clock *c = &d->clocks[kind];
		int64_t recorded = 0, was = c->stopped;

		if (clock_rows[kind].report || !c->start)
			continue;
		c->stopped = dispatch_met(d, clock_rows[kind].ends, &recorded);
		if (c->stopped == was)
			continue;
		measure_step(of, d, kind);
		if (!c->stopped)
			continue;
		mark_overdue(c, c->stopped, recorded);
		if (c->due)
			deduction_judge(of, around, kind, c->stopped, true, c);
	}
}

static void mark_report(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind,
    struct clock *c, int64_t at)
{
	if (!c->due)
		return;
	c->overdue |= at > c->due;
	deduction_judge(of, around, kind, at, true, c);
}

/* A report was made: the clock that waited for it stops. */
static void stop_report(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind,
    struct dispatch *d, int64_t at)
{
	struct clock *c = &d->clocks[kind];

	mark_report(of, around, kind, c, at);
	c->stopped = at;
	c->rungs = 0;
	if (kind == CLOCK_FIRST_REPORT)
		d->first_report_ms = measured(of, kind, c->start, at);
}

/* A report counts from when it was made. One that was recorded after a later one, or after the
 * clock had started anew, moves nothing back, and what was reminded of already is not again. */
static void report(const struct clocks_of *of, const struct circumstances *around, struct dispatch *d,
    int64_t at)
{
	struct clock *first = &d->clocks[CLOCK_FIRST_REPORT], *next = &d->clocks[CLOCK_NEXT_REPORT];
	const struct clock before = *next;
	bool is_first = clock_runs(first);
	int64_t start = is_first ? first->start : next->start;

	if (is_first && at < start)
		return; /* made on the way: the scene has not been reported from */
	if (!is_first && !clock_runs(next) && !d->at[STEP_ARRIVED])
		return; /* on the way: the clock of the arrival speaks for it */
	if (first->start && !first->stopped && at >= first->start)
		stop_report(of, around, CLOCK_FIRST_REPORT, d, at);
	if (clock_runs(next))
		mark_report(of, around, CLOCK_NEXT_REPORT, next, at);
	start_report_clock(of, d, CLOCK_NEXT_REPORT, at > start ? at : start);
	if (!is_first && next->due == before.due)
		next->rungs = before.rungs;
}

static void arrive(const struct clocks_of *of, const struct circumstances *around, struct dispatch *d,
    int64_t at)
{
	if (clock_runs(&d->clocks[CLOCK_NEXT_REPORT]))
		return; /* counted from the issue */
	start_report_clock(of, d, CLOCK_FIRST_REPORT, at);
	bool asked = d->clocks[CLOCK_FIRST_REPORT].due != 0;
	if (!asked)
		d->clocks[CLOCK_FIRST_REPORT] = (struct clock){0};
	if (d->reported_at >= at)
		report(of, around, d, d->reported_at); /* the arrival was recorded after it */
	else if (!asked)
		start_report_clock(of, d, CLOCK_NEXT_REPORT, at);
}

static void complete(const struct clocks_of *of, const struct circumstances *around, struct dispatch *d,
    int64_t at)
{
	struct clock *first = &d->clocks[CLOCK_FIRST_REPORT], *next = &d->clocks[CLOCK_NEXT_REPORT];

	if (first->start && !first->stopped)
		stop_report(of, around, CLOCK_FIRST_REPORT, d, at);
	if (clock_runs(next))
		stop_report(of, around, CLOCK_NEXT_REPORT, d, at);
}

void deadline_restep(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around)
{
	const struct clocks_of of = clocks_of(inc, d, m);

	mark_steps(&of, around, d);
	d->changed = true;
}

void deadline_step(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, enum step step, bool progress, int64_t at)
{
	assert((progress || step < STEPS) && "a step is one of the table");
	if (d->role == AS_INFORM || inc->backfill)
		return;
	const struct clocks_of of = clocks_of(inc, d, m);
	if (!progress && !d->at[step])
		d->at[step] = at;
	if (!d->clocks[CLOCK_ACKNOWLEDGE].start) {
		int64_t delivered = dispatch_met(d, STEP_DELIVERED, NULL);
		start_steps(&of, d, delivered ? delivered : at);
	}
	mark_steps(&of, around, d);
	if (progress)
		report(&of, around, d, at);
	else if (step == STEP_ARRIVED)
		arrive(&of, around, d, at);
	else if (step == STEP_COMPLETED)
		complete(&of, around, d, at);
	d->changed = true;
}

void deadline_judge(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, int64_t now)
{
	const struct clocks_of of = clocks_of(inc, d, m);

	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++) {
		struct clock *c = &d->clocks[kind];
		int64_t until = c->stopped ? c->stopped : dispatch_open(d) ? now : d->withdrawn_at;

		if (!c->due || !c->overdue)
			continue;
		deduction_judge(&of, around, kind, until, c->stopped != 0, c);
		if (!c->stopped &&
		    until < c->due) /* the mark is of before: of an earlier run, or extension */
			c->excused = EXCUSE_NONE;
	}
	d->changed = true;
}

void deadline_promote(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t now)
{
	const struct clocks_of of = clocks_of(inc, d, m);

	if (!d->clocks[CLOCK_ARRIVE].start && !d->at[STEP_ARRIVED] && d->clocks[CLOCK_ACKNOWLEDGE].start) {
		struct limit arrive = start_clock(&of, d, CLOCK_ARRIVE, now);
		if (!arrive.exists && !arrive.measured)
			d->clocks[CLOCK_ARRIVE].start = 0;
	}
	d->changed = true;
}

void deadline_reopen(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t at)
{
	const struct clocks_of of = clocks_of(inc, d, m);

	start_report_clock(&of, d, CLOCK_NEXT_REPORT, at);
	d->changed = true;
}

/* -- whom to call --------------------------------------------------------------------------- */

/* A number that stands in the list already is not rung twice. */
static void call_add(struct call *c, const struct contact *who)
{
	bool known = !who->phone && !who->name;

	for (int i = 0; i < c->n && who->phone; i++)
		known = known || text_eq(c->who[i]->phone, who->phone);
	if (!known && c->n < CALL_MOST)
		c->who[c->n++] = who;
}

static void call_on_duty(struct call *c, const struct duty *d)
{
	for (int i = 0; i < d->people.n; i++)
		call_add(c, &d->people.who[i]->contact);
	c->n_duty = c->n;
	c->until = c->n ? d->to : 0;
	c->on_why = d->source == DUTY_ASSIGNED ? "正在值班(换班)" : "正在值班";
}

struct call deadline_call(const struct mechanism *m, const struct circumstances *around,
    const struct unit *unit, int64_t now)
{
	struct call c = {.why = "单位已不在成员名单中"};

	if (!unit)
		return c;
	if (m->reformed)
		unit = mechanism_heir(m, unit, now);
	if (unit->roster) {
		struct duty d = duty_at(m, around, unit, now);
		call_on_duty(&c, &d);
	}
	if (unit->tier == 2 && !calendar_office(&m->calendar, now)) {
		call_add(&c, &unit->liaison);
		call_add(&c, &unit->person_in_charge);
		c.why = "非工作时间,联系联络员、负责人";
	}
	if (c.n == c.n_duty) {
		call_add(&c, &unit->duty);
		c.why = unit->tier == 1 ? "24小时值班电话" : "工作时间值班电话";
	}
	return c;
}

const char *call_why(const struct call *c, int i)
{
	return i < c->n_duty ? c->on_why : c->why;
}
