/*
 * deadline_limit.c - the limit of each kind of clock, and whose time it runs in (Art. 11, 12).
 * Place: domain; pure. One function a kind, found by the kind.
 */
#include "domain/deadline.h"

#include <assert.h>

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

static const char ours[] = "本系统约定";
static const char article_12[] = "第十二条";

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
	return (struct limit){.rule = "outside-city", .article = article_12, .measured = true};
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

/* No incident may be forgotten: the desk chooses another unit, whatever the priority. */
static struct limit lead_missing_limit(const struct question *q)
{
	return length(q->policy->lead_missing_ms, "policy", ours);
}

/* Art. 7: within a day of the completion, when people may be rung up. */
static struct limit callback_limit(const struct question *q)
{
	return instant(calendar_within(q->policy->callback_hours, q->start + q->policy->callback_ms),
	    "callback");
}

/* Art. 2, 6: outside the city the township organises. Where it assists for that alone it acknowledges, and
 * nothing else is asked of it. */
static bool township_assists(const struct dispatch *d)
{
	return d->role == AS_ASSIST && text_eq(d->rule, "township");
}

/* What the part of a dispatch rules out, before its kind is asked. NULL: nothing. */
static const char *exempt(const struct dispatch *d, enum clock_kind kind)
{
	if (d && d->role == AS_INFORM)
		return "inform";
	return d && kind >= CLOCK_ARRIVE && township_assists(d) ? "township-assists" : NULL;
}

static struct limit (*const limits[CLOCK_COUNT])(const struct question *) = {
    [CLOCK_DELIVERY] = delivery_limit,
    [CLOCK_ACKNOWLEDGE] = acknowledge_limit,
    [CLOCK_ARRIVE] = arrive_limit,
    [CLOCK_FIRST_REPORT] = first_report_limit,
    [CLOCK_NEXT_REPORT] = next_report_limit,
    [CLOCK_LEAD_MISSING] = lead_missing_limit,
    [CLOCK_CALLBACK] = callback_limit,
};

/* A clock keeps to what it was set by, whatever the desk amends afterwards. */
static struct terms terms_of(const struct clocks_of *of, enum clock_kind kind)
{
	const struct incident *inc = of->inc;

	if (!of->d || of->d->clocks[kind].terms.priority == PRIORITY_NONE)
		return (struct terms){inc->priority, inc->zone, inc->category};
	return of->d->clocks[kind].terms;
}

struct clocks_of clocks_of(const struct incident *inc, const struct dispatch *d, const struct mechanism *m)
{
	return (struct clocks_of){inc, d, m, d ? mechanism_unit(m, d->unit) : NULL};
}

struct limit deadline_limit(const struct clocks_of *of, enum clock_kind kind, int64_t start)
{
	assert(kind < CLOCK_COUNT && "a clock is one of the table");
	struct terms terms = terms_of(of, kind);
	struct question q = {
	    .terms = terms,
	    .d = of->d,
	    .m = of->m,
	    .policy = &of->m->policy,
	    .unit = of->unit,
	    .category = mechanism_category(of->m, terms.category),
	    .start = start,
	};
	const char *none = exempt(of->d, kind);
	struct limit l = none ? no_limit(none, ours) : limits[kind](&q);

	l.time = deadline_time(of, kind);
	return l;
}

/* The desk is there at all times. A unit that left the mechanism goes on by the wall clock: the
 * earliest reminder is the safe one. */
enum clock_time deadline_time(const struct clocks_of *of, enum clock_kind kind)
{
	if (!of->unit)
		return TIME_ALWAYS;
	return of->m->policy.time[of->unit->tier][kind][terms_of(of, kind).priority];
}
