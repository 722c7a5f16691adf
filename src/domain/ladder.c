/*
 * ladder.c - when each rung of a reminder ladder falls due.
 * Place: domain; pure.
 *
 * Invariants:
 * - Ladders run in the time of their clock. Working days are reminded of in office hours: no person
 *   is rung up at night for what has days.
 * - A rung is placed by the stored start and due of its clock, never by the limit of today's policy.
 * - Once escalated, what repeats is counted from the last reminder of whatever kind, so that no two
 *   are closer than policy says; outside the city follow-ups keep their round from the issue.
 */
#include "domain/ladder.h"

const struct clock *ladder_clock(const struct clocks_of *of, enum clock_kind kind)
{
	if (clock_rows[kind].owner == OWNER_INCIDENT)
		return of->d ? NULL : &of->inc->clocks[kind - DISPATCH_CLOCKS];
	return of->d ? &of->d->clocks[kind] : NULL;
}

bool ladder_runs(const struct clocks_of *of, enum clock_kind kind)
{
	const struct clock *c = ladder_clock(of, kind);

	return c && clock_runs(c) && (!of->d || dispatch_open(of->d));
}

/* The ladder of the delivery is one rung; it repeats only where policy lets the other clocks wait
 * for the delivery, so that no dispatch is ever forgotten. */
static bool escalated(const struct clocks_of *of, enum clock_kind kind)
{
	const struct clock_row *row = &clock_rows[kind];

	if (!ladder_runs(of, kind))
		return false;
	if (!row->repeats && (!of->d || of->d->clocks[CLOCK_ACKNOWLEDGE].start))
		return false;
	return ladder_clock(of, kind)->rungs & 1u << row->ladder[row->n_rungs - 1].rung;
}

enum clock_kind ladder_kind(const struct clocks_of *of, enum rung rung)
{
	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		if (rung == RUNG_REPEAT ? escalated(of, kind)
					: ladder_runs(of, kind) && clock_rung(kind, rung))
			return kind;
	return rung == RUNG_REPEAT && of->d && deadline_followed(of->d) ? CLOCK_ARRIVE : CLOCK_COUNT;
}

/* -- repetitions ---------------------------------------------------------------------------- */

static enum clock_time reminding_time(const struct clocks_of *of, enum clock_kind kind)
{
	enum clock_time time = deadline_time(of, kind);

	return time == TIME_WORKDAYS ? TIME_OFFICE : time;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t sign_of_life(const struct dispatch *d)
{
	int64_t last = later(d->issued_at, d->reported_at);

	for (enum step s = 0; s < STEPS; s++)
		last = later(last, d->at[s]);
	return last;
}

/* What the unit said, cut to what policy lets it say at its last sign of life. */
static int64_t silent_until(const struct dispatch *d, const struct policy *p)
{
	int64_t most = sign_of_life(d) + p->eta_cap_ms;

	return p->eta_cap_ms > 0 && d->eta > most ? most : d->eta;
}

/* The first of the instants start, start + every, start + 2 × every … of that time after `at`. A
 * round that everybody can foretell: another reminder in between does not move it. */
static int64_t round_after(const struct calendar *c, enum clock_time time, int64_t start, int64_t every_ms,
    int64_t at)
{
	int64_t rounds = calendar_between(c, time, start, at) / every_ms + 1;

	return calendar_add(c, time, start, rounds * every_ms, NULL, 0, NULL, NULL);
}

/* The round after the last reminder; after the unit's last sign of life where that came when a
 * follow-up was owed already, for the moment after an answer there is nothing to ask. */
static int64_t follow_up_at(const struct clocks_of *of)
{
	const struct policy *p = &of->m->policy;
	const struct calendar *c = &of->m->calendar;
	enum clock_time time = reminding_time(of, CLOCK_ARRIVE);
	int64_t every_ms = p->outside_every_ms[of->inc->priority];
	int64_t start = of->d->clocks[CLOCK_ARRIVE].start, at, life = sign_of_life(of->d);

	if (every_ms <= 0)
		return 0;
	at = round_after(c, time, start, every_ms, later(of->d->reminded_at, start));
	if (at < life)
		at = round_after(c, time, start, every_ms, life);
	at = later(at, silent_until(of->d, p));
	/* A second round for hours that begin while the office is shut; then it goes as it is. */
	for (int round = 0; round < 2; round++)
		at = calendar_next(c, time, calendar_within(p->outside_hours[of->inc->priority], at));
	return at;
}

/* How long after the last reminder the next one is. */
static int64_t repeat_ms(const struct policy *p, enum clock_kind kind)
{
	size_t own = clock_rows[kind].repeat_after;

	return own ? *(const int64_t *)((const char *)p + own) : p->repeat_every_ms;
}

/* Once escalated, at most one an hour, inside and outside the city. */
int64_t ladder_repeat(const struct clocks_of *of)
{
	int64_t first = 0, last = of->d ? of->d->reminded_at : of->inc->reminded_at;

	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++) {
		int64_t every_ms = repeat_ms(&of->m->policy, kind);

		if (every_ms <= 0 || !escalated(of, kind))
			continue;
		int64_t at = calendar_add(&of->m->calendar, reminding_time(of, kind), last, every_ms, NULL, 0,
		    NULL, NULL);
		if (!first || at < first)
			first = at;
	}
	return first || !of->d || !deadline_followed(of->d) ? first : follow_up_at(of);
}

/* -- rungs ---------------------------------------------------------------------------------- */

/* A part of the limit that was given: measured between the stored instants, in the clock's time. */
static int64_t share_at(const struct clocks_of *of, const struct clock *c, int percent, enum clock_time time)
{
	const struct calendar *calendar = &of->m->calendar;
	int64_t limit_ms = calendar_between(calendar, time, c->start, c->due);

	if (percent <= 0 || percent >= 100 || limit_ms == 0)
		return 0;
	return calendar_add(calendar, time, c->start, limit_ms * percent / 100, NULL, 0, NULL, NULL);
}

#define POLICY_MEMBER(of, type, place) (*(const type *)((const char *)&(of)->m->policy + (place)->after))

int64_t ladder_at(const struct clocks_of *of, enum clock_kind kind, const struct rung_place *place)
{
	const struct clock *c = ladder_clock(of, kind);

	if (!ladder_runs(of, kind) || c->rungs & 1u << place->rung)
		return 0;
	if (place->rung == RUNG_ARRIVE_SOON && of->d->at[STEP_DEPARTED])
		return 0;

	enum clock_time time = reminding_time(of, kind);
	if (place->moment == MOMENT_SHARE)
		return share_at(of, c, POLICY_MEMBER(of, int, place), time);
	if (place->moment == MOMENT_DUE)
		return calendar_add(&of->m->calendar, time, c->due, 0, NULL, 0, NULL, NULL);
	return calendar_add(&of->m->calendar, time, clock_rows[kind].past_start ? c->start : c->due,
	    POLICY_MEMBER(of, int64_t, place), NULL, 0, NULL, NULL);
}
