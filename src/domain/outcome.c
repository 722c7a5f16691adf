/*
 * outcome.c - how a dispatch and its clocks count. The rules are in outcome.h.
 * Place: domain; pure.
 */
#include "domain/outcome.h"
#include "base/time.h"

#include <assert.h>

const char *const outcome_names[OUTCOMES] = {
    [OUTCOME_NONE] = "none",
    [OUTCOME_VOID] = "void",
    [OUTCOME_MET] = "met",
    [OUTCOME_EXCUSED] = "excused",
    [OUTCOME_LATE] = "late",
    [OUTCOME_RUNNING] = "running",
};

/* -- clocks --------------------------------------------------------------------------------------- */

/* The dispatch ended with this clock unmet, and before it was late. Of one that is void nothing is late: what
 * its clock had come to is what the mark says. */
static bool ended_before(const struct dispatch *d, const struct clock *c)
{
	return !c->stopped && !dispatch_open(d) && !(d->voided ? c->overdue : clock_late(c));
}

enum outcome outcome_of(const struct dispatch *d, enum clock_kind kind)
{
	const struct clock *c = &d->clocks[kind];

	assert(kind < DISPATCH_CLOCKS && "a clock of a dispatch");
	if (!c->start || !c->due || ended_before(d, c))
		return OUTCOME_NONE;
	if (d->voided)
		return OUTCOME_VOID;
	if (clock_late(c))
		return clock_excuse(c) != EXCUSE_NONE ? OUTCOME_EXCUSED : OUTCOME_LATE;
	return c->stopped ? OUTCOME_MET : OUTCOME_RUNNING;
}

/* -- standing ------------------------------------------------------------------------------------- */

static bool counted_apart(const struct incident *inc, const struct mechanism *m)
{
	const struct category *category = mechanism_category(m, inc->category);

	return category && !category->counted;
}

static enum standing place_of(const struct incident *inc)
{
	return inc->zone == ZONE_OUTSIDE ? STANDING_OUTSIDE : STANDING_COUNTED;
}

enum standing outcome_standing(const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m)
{
	if (inc->drill)
		return STANDING_DRILL;
	if (d->voided)
		return STANDING_VOID;
	if (d->role == AS_INFORM)
		return STANDING_INFORM;
	return counted_apart(inc, m) ? STANDING_APART : place_of(inc);
}

enum standing outcome_incident(const struct incident *inc, const struct mechanism *m)
{
	if (inc->drill)
		return STANDING_DRILL;
	if (inc->state == INCIDENT_CANCELLED || inc->same_as)
		return STANDING_VOID;
	return counted_apart(inc, m) ? STANDING_APART : place_of(inc);
}

void outcome_recount(struct incident *inc, const struct mechanism *m)
{
	enum standing standing = outcome_incident(inc, m);

	inc->changed |= inc->standing != standing;
	inc->standing = standing;
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];

		standing = outcome_standing(inc, d, m);
		if (standing == d->standing)
			continue;
		d->standing = standing;
		d->changed = inc->changed = true;
	}
}

/* -- times ---------------------------------------------------------------------------------------- */

const int64_t outcome_bounds_ms[BUCKETEDS][BUCKETS - 1] = {
    [BUCKETED_ACKNOWLEDGE] = {30 * SECOND_MS, 60 * SECOND_MS, 2 * MINUTE_MS, 3 * MINUTE_MS},
    [BUCKETED_ARRIVE] = {5 * MINUTE_MS, 10 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS},
    [BUCKETED_FIRST_REPORT] = {30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS},
};

int outcome_bucket(enum bucketed what, int64_t ms)
{
	int i = 0;

	assert(ms >= 0 && "a time that was measured");
	while (i < BUCKETS - 1 && ms > outcome_bounds_ms[what][i])
		i++;
	return i;
}

int64_t outcome_measured(const struct dispatch *d, enum bucketed what)
{
	const int64_t measured[BUCKETEDS] = {d->acknowledge_ms, d->arrive_ms, d->first_report_ms};

	return measured[what];
}

bool outcome_done(const struct dispatch *d, enum bucketed what)
{
	static const enum clock_kind kinds[BUCKETEDS] = {CLOCK_ACKNOWLEDGE, CLOCK_ARRIVE, CLOCK_FIRST_REPORT};
	const struct clock *c = &d->clocks[kinds[what]];

	return c->start && c->stopped;
}
