/*
 * deadline.c - the limits of a dispatch's clocks, and what each step does to them (Art. 12).
 * Place: domain; pure. The ladders are in deadline_ladder.c, explanations in deadline_explain.c, the
 * independent check in deadline_check.c.
 *
 * Invariants:
 * - due[k] is 0 where clock k does not run; start[k] is from when it was counted. A dispatch keeps
 *   the due times it was given: nothing here computes one a second time.
 * - start[CLOCK_ACKNOWLEDGE] is 0 only until the clocks have started, which policy can put off to
 *   the delivery; AS_INFORM never starts any.
 * - start[CLOCK_ARRIVE] without a due: an arrival outside the city, never late, measured and
 *   followed up. No start: nobody is expected to go anywhere.
 * - Of the two report clocks at most one has a due.
 */
#include "domain/deadline.h"

#include <assert.h>

#define REPORT_RUNGS (1u << RUNG_REPORT_DUE | 1u << RUNG_REPORT_LEADER | 1u << RUNG_REPORT_OFFICE)

static const char ours[] = "本系统约定";
static const char article_12[] = "第十二条";
static const char outside_city[] = "outside-city";

/* -- limits --------------------------------------------------------------------------------- */

/* What a limit is decided from. */
struct question {
	struct terms terms;
	const struct dispatch *d;
	const struct mechanism *m;
	const struct policy *policy;
	const struct unit *unit;         /* NULL: not in this revision any more */
	const struct category *category; /* NULL: none was found, or not in this revision any more */
	int64_t start;
};

static struct limit no_limit(const char *rule, const char *article)
{
	return (struct limit){.rule = rule, .article = article};
}

static struct limit length(int64_t limit_ms, const char *rule, const char *article)
{
	return (struct limit){.limit_ms = limit_ms, .rule = rule, .article = article, .exists = limit_ms > 0};
}

static struct limit instant(int64_t due_at, const char *rule)
{
	return (struct limit){.due_at = due_at, .rule = rule, .article = ours, .exists = true};
}

static struct limit delivery_limit(const struct question *q)
{
	if (q->policy->delivery_next_office[q->terms.priority])
		return instant(calendar_opening(&q->m->calendar, q->start), "next-office-hour");
	return length(q->policy->delivery_ms[q->terms.priority], "policy", ours);
}

/* Art. 11: outside office hours tier 2 answers by its people, not its desk. Which limit applies is
 * decided at the instant of issue, wherever the clock starts. */
static struct limit acknowledge_limit(const struct question *q)
{
	int64_t off_ms = q->policy->acknowledge_off_ms[q->terms.priority];

	if (q->unit && q->unit->tier == 2 && off_ms > 0 && !calendar_office(&q->m->calendar, q->d->issued_at))
		return length(off_ms, "policy-off-hours", ours);
	return length(q->policy->acknowledge_ms[q->terms.priority], "policy", ours);
}

static bool covers(const struct industry_limit *l, const char *category)
{
	for (int i = 0; i < l->n_categories; i++)
		if (code_matches(l->categories[i], category))
			return true;
	return false;
}

/* An industry that has no limit for this zone leaves it to the city's own rule. */
static struct limit industry_limit(const struct question *q)
{
	for (int i = 0; q->unit && q->category && i < q->unit->n_limits; i++) {
		const struct industry_limit *l = &q->unit->limits[i];
		int64_t limit_ms = q->terms.zone == ZONE_CITY ? l->city_ms : l->outside_ms;

		if (limit_ms > 0 && covers(l, q->category->code))
			return length(limit_ms, "industry", l->document ? l->document : article_12);
	}
	return no_limit("industry", article_12);
}

/* Art. 12, the first that fits. */
static struct limit arrive_limit(const struct question *q)
{
	if (q->category && q->category->arrival == ARRIVAL_NO_VISIT)
		return no_limit("no-visit", ours);
	if (q->category && q->category->arrival == ARRIVAL_SCHEDULED)
		return no_limit("scheduled", ours);
	if (q->unit && !q->unit->visits)
		return no_limit("unit-no-visit", ours);

	struct limit industry = industry_limit(q);
	if (industry.exists)
		return industry;
	if (q->terms.zone == ZONE_CITY)
		return length(q->policy->arrive_city_ms, "city-30min", article_12);
	return no_limit(outside_city, article_12);
}

static struct limit first_report_limit(const struct question *q)
{
	return length(q->policy->first_report_ms[q->terms.priority], "policy", ours);
}

static struct limit next_report_limit(const struct question *q)
{
	const struct policy *p = q->policy;
	bool scheduled = q->category && q->category->arrival == ARRIVAL_SCHEDULED;
	int days = scheduled ? p->scheduled_report_days : p->next_report_days[q->terms.priority];
	int64_t last = p->eta_cap_ms > 0 ? q->start + p->eta_cap_ms : INT64_MAX;

	if (q->d->eta > q->start)
		return instant(q->d->eta < last ? q->d->eta : last, "eta");
	if (!scheduled && p->next_report_ms[q->terms.priority] > 0)
		return length(p->next_report_ms[q->terms.priority], "policy", ours);
	if (days > 0)
		return instant(calendar_end_of_workday(&q->m->calendar, q->start, days), "third-working-day");
	return no_limit("policy", ours);
}

static struct limit (*const limits[CLOCK_COUNT])(const struct question *) = {
    [CLOCK_DELIVERY] = delivery_limit,
    [CLOCK_ACKNOWLEDGE] = acknowledge_limit,
    [CLOCK_ARRIVE] = arrive_limit,
    [CLOCK_FIRST_REPORT] = first_report_limit,
    [CLOCK_NEXT_REPORT] = next_report_limit,
};

static struct terms terms_now(const struct incident *inc)
{
	return (struct terms){inc->priority, inc->zone, inc->category};
}

/* A clock keeps to what it was set by, whatever the desk amends afterwards. */
static struct terms terms_of(const struct incident *inc, const struct dispatch *d, enum clock_kind kind)
{
	struct terms terms = kind <= CLOCK_ARRIVE ? d->issued : d->reporting;

	return terms.priority != PRIORITY_NONE ? terms : terms_now(inc);
}

struct limit deadline_limit(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    enum clock_kind kind, int64_t start)
{
	struct terms terms = terms_of(inc, d, kind);
	struct question q = {
	    .terms = terms,
	    .d = d,
	    .m = m,
	    .policy = &m->policy,
	    .unit = mechanism_unit(m, d->unit),
	    .category = mechanism_category(m, terms.category),
	    .start = start,
	};

	assert(kind < CLOCK_COUNT && "a clock is one of the table");
	struct limit l = d->role == AS_INFORM ? no_limit("inform", ours) : limits[kind](&q);
	l.time = deadline_time(inc, d, m, kind);
	return l;
}

/* A unit that left the mechanism goes on by the wall clock: the earliest reminder is the safe one. */
enum clock_time deadline_time(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    enum clock_kind kind)
{
	const struct unit *unit = mechanism_unit(m, d->unit);

	return unit ? m->policy.time[unit->tier][kind][terms_of(inc, d, kind).priority] : TIME_ALWAYS;
}

/* -- clocks --------------------------------------------------------------------------------- */

/* The instant of the first of these steps that happened, in the order of the steps: a later one
 * implies the earlier. */
static int64_t stopped_by(const int64_t at[STEPS], enum step first)
{
	for (int s = first; s < STEPS; s++)
		if (at[s])
			return at[s];
	return 0;
}

static const enum step stops[CLOCK_COUNT] = {
    [CLOCK_DELIVERY] = STEP_DELIVERED,
    [CLOCK_ACKNOWLEDGE] = STEP_ACKNOWLEDGED,
    [CLOCK_ARRIVE] = STEP_ARRIVED,
    [CLOCK_FIRST_REPORT] = STEP_COMPLETED,
    [CLOCK_NEXT_REPORT] = STEP_COMPLETED,
};

int64_t deadline_stopped(const struct dispatch *d, enum clock_kind kind)
{
	return stopped_by(d->at, stops[kind]);
}

bool deadline_followed(const struct dispatch *d)
{
	return dispatch_open(d) && d->start[CLOCK_ARRIVE] && !d->due[CLOCK_ARRIVE] &&
	    !deadline_stopped(d, CLOCK_ARRIVE);
}

static struct limit start_clock(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    enum clock_kind kind, int64_t start)
{
	struct limit l = deadline_limit(inc, d, m, kind, start);

	d->start[kind] = start;
	d->due[kind] = 0;
	if (l.exists)
		d->due[kind] = l.due_at
		    ? l.due_at
		    : calendar_add(&m->calendar, l.time, start, l.limit_ms, NULL, 0, NULL, NULL);
	return l;
}

static void start_report_clock(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    enum clock_kind kind, int64_t start)
{
	d->due[CLOCK_FIRST_REPORT] = d->due[CLOCK_NEXT_REPORT] = 0;
	d->rungs &= ~REPORT_RUNGS;
	d->reporting = terms_now(inc);
	start_clock(inc, d, m, kind, start);
	d->clock_revision = text_eq(d->revision, m->revision) ? NULL : m->revision;
}

/* Whoever has no arrival to report from, and whoever has days for it, reports counted from the
 * issue: no visit, scheduled, P4. */
static void start_steps(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    int64_t start)
{
	start_clock(inc, d, m, CLOCK_ACKNOWLEDGE, start);
	struct limit arrive = start_clock(inc, d, m, CLOCK_ARRIVE, start);
	bool visit = arrive.exists || arrive.rule == outside_city;

	if (!visit)
		d->start[CLOCK_ARRIVE] = 0;
	if (!visit || m->policy.next_report_days[terms_of(inc, d, CLOCK_ARRIVE).priority] > 0)
		start_report_clock(inc, d, m, CLOCK_NEXT_REPORT, d->issued_at);
}

void deadline_issue(const struct incident *inc, struct dispatch *d, const struct mechanism *m)
{
	assert(d->issued_at > 0 && "a dispatch is issued before its clocks start");
	if (d->role == AS_INFORM)
		return;
	d->issued = terms_now(inc);
	start_clock(inc, d, m, CLOCK_DELIVERY, d->issued_at);
	if (!m->policy.start_at_delivery)
		start_steps(inc, d, m, d->issued_at);
	d->changed = true;
}

/* -- steps ---------------------------------------------------------------------------------- */

static void mark_late(struct dispatch *d, enum clock_kind kind, int64_t stopped)
{
	if (d->due[kind] && stopped > d->due[kind])
		d->overdue |= 1u << kind;
}

/* The wake of the due instant may have run before a step of that very instant, which is in time
 * (at <= due): nothing was late, so nothing stays marked. */
static void unmark_same_instant(struct dispatch *d, enum clock_kind kind)
{
	int64_t stopped = deadline_stopped(d, kind);

	if (stopped && stopped <= d->due[kind] && stopped_by(d->recorded, stops[kind]) == d->due[kind])
		d->overdue &= ~(1u << kind);
}

static void mark_steps(struct dispatch *d)
{
	for (enum clock_kind kind = CLOCK_DELIVERY; kind <= CLOCK_ARRIVE; kind++) {
		mark_late(d, kind, deadline_stopped(d, kind));
		unmark_same_instant(d, kind);
	}
}

static void mark_reports(struct dispatch *d, int64_t at)
{
	mark_late(d, CLOCK_FIRST_REPORT, at);
	mark_late(d, CLOCK_NEXT_REPORT, at);
}

/* A report counts from when it was made. One that was recorded after a later one, or after the
 * clock had started anew, moves nothing back, and what was reminded of already is not again. */
static void report(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t at)
{
	bool first = d->due[CLOCK_FIRST_REPORT] != 0;
	int64_t due = d->due[CLOCK_NEXT_REPORT];
	int64_t start = d->start[first ? CLOCK_FIRST_REPORT : CLOCK_NEXT_REPORT];
	unsigned fired = d->rungs & REPORT_RUNGS;

	if (!first && !due && !d->at[STEP_ARRIVED])
		return; /* on the way: the clock of the arrival speaks for it */
	mark_reports(d, at);
	start_report_clock(inc, d, m, CLOCK_NEXT_REPORT, at > start ? at : start);
	if (!first && d->due[CLOCK_NEXT_REPORT] == due)
		d->rungs |= fired;
}

static void arrive(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t at)
{
	if (d->due[CLOCK_NEXT_REPORT])
		return; /* counted from the issue */
	start_report_clock(inc, d, m, CLOCK_FIRST_REPORT, at);
	if (d->reported_at >= at)
		report(inc, d, m, d->reported_at); /* the arrival was recorded after it */
	else if (!d->due[CLOCK_FIRST_REPORT])
		start_report_clock(inc, d, m, CLOCK_NEXT_REPORT, at);
}

static void complete(struct dispatch *d, int64_t at)
{
	mark_reports(d, at);
	d->due[CLOCK_FIRST_REPORT] = d->due[CLOCK_NEXT_REPORT] = 0;
}

void deadline_step(const struct incident *inc, struct dispatch *d, const struct mechanism *m, enum step step,
    bool progress, int64_t at)
{
	assert((progress || step < STEPS) && "a step is one of the table");
	if (d->role == AS_INFORM)
		return;
	if (!progress && !d->at[step])
		d->at[step] = at;
	if (!d->start[CLOCK_ACKNOWLEDGE]) {
		int64_t delivered = deadline_stopped(d, CLOCK_DELIVERY);
		start_steps(inc, d, m, delivered ? delivered : at);
	}
	mark_steps(d);
	if (progress)
		report(inc, d, m, at);
	else if (step == STEP_ARRIVED)
		arrive(inc, d, m, at);
	else if (step == STEP_COMPLETED)
		complete(d, at);
	d->changed = true;
}

/* -- whom to call --------------------------------------------------------------------------- */

static void call_add(struct call *c, const struct contact *who)
{
	if (who->phone || who->name)
		c->who[c->n++] = who;
}

struct call deadline_call(const struct mechanism *m, const char *unit_id, int64_t now)
{
	const struct unit *unit = mechanism_unit(m, unit_id);
	struct call c = {.why = "单位已不在成员名单中"};

	if (!unit)
		return c;
	if (unit->tier == 2 && !calendar_office(&m->calendar, now)) {
		call_add(&c, &unit->liaison);
		call_add(&c, &unit->person_in_charge);
		c.why = "非工作时间,联系联络员、负责人";
	}
	if (c.n == 0) {
		call_add(&c, &unit->duty);
		c.why = unit->tier == 1 ? "24小时值班电话" : "工作时间值班电话";
	}
	return c;
}
