/*
 * deadline_amend.c - what becomes of running clocks when the desk amends what their limits hang on: the
 * priority, the zone, the category; and of report clocks when a step is corrected to none.
 * Place: domain; pure.
 *
 * No unit becomes late backwards. L is the due that the new terms give from the clock's start, by the
 * mechanism in force. Where L is later, it is the due. Else the due is the earlier of what it was and of a
 * new limit that begins now; a clock whose due moved so begins now. What is overdue stays as it is.
 */
#include "domain/ladder.h"
#include "domain/terms.h"

/* 0: the terms set no limit. */
static int64_t due_from(const struct clocks_of *of, enum clock_kind kind, int64_t start)
{
	struct limit l = deadline_limit(of, kind, start);

	if (!l.exists)
		return 0;
	return l.due_at ? l.due_at
			: calendar_add(&of->m->calendar, l.time, start, l.limit_ms, NULL, 0, NULL, NULL);
}

/* Not met, and not overdue. Without a limit only an arrival is waited for: outside the city. */
static bool amendable(const struct clock *c, enum clock_kind kind, int64_t now)
{
	if (!c->start || c->stopped || c->overdue || (c->due && c->due < now))
		return false;
	return c->due || kind == CLOCK_ARRIVE;
}

/* The new due of a clock that has its new terms already; *moved: it is to begin now. */
static int64_t new_due(const struct clocks_of *of, enum clock_kind kind, const struct clock *before,
    int64_t now, bool *moved)
{
	int64_t due = due_from(of, kind, before->start), anew;

	*moved = false;
	if (!due || (before->due && due >= before->due))
		return due;
	anew = due_from(of, kind, now);
	*moved = !before->due || anew < before->due;
	return *moved ? anew : before->due;
}

/* Is the unit to come? Outside the city it is, without a limit. */
static bool expected(const struct clocks_of *of, enum clock_kind kind, int64_t due, int64_t start)
{
	return kind != CLOCK_ARRIVE || due || deadline_limit(of, kind, start).measured;
}

static void amend_clock(const struct clocks_of *of, struct dispatch *d, enum clock_kind kind, int64_t now)
{
	struct clock *c = &d->clocks[kind];
	const struct clock before = *c;
	bool moved;

	if (!amendable(c, kind, now))
		return;
	c->terms = (struct terms){of->inc->priority, of->inc->zone, of->inc->category};
	c->revision = text_eq(d->revision, of->m->revision) ? NULL : of->m->revision;
	c->due = new_due(of, kind, &before, now, &moved);
	if (c->due == before.due && !moved) {
		bool goes = expected(of, kind, c->due, before.start);

		*c = before;
		c->start = goes ? before.start : 0;
		return;
	}
	c->start = moved ? now : before.start;
	if (!expected(of, kind, c->due, before.start))
		c->start = 0;
	c->first_due = 0;
	c->rungs = 0;
}

/* Outside the city the less urgent are not followed up: they have days for a report, which an instruction of that
 * priority owes from its issue. One that comes to it later owes it from then on, else nothing would wake it. */
static bool owes_days(const struct clocks_of *of, int64_t now)
{
	const struct clock *arrive = &of->d->clocks[CLOCK_ARRIVE];

	return arrive->start && !arrive->due && !arrive->stopped &&
	    of->m->policy.next_report_days[of->inc->priority] > 0 &&
	    !clock_runs(&of->d->clocks[CLOCK_NEXT_REPORT]) &&
	    deadline_limit(of, CLOCK_NEXT_REPORT, now).exists;
}

void deadline_amend(const struct incident *inc, struct dispatch *d, const struct mechanism *m, int64_t now,
    struct arena *a)
{
	const struct clocks_of of = clocks_of(inc, d, m);
	bool went = d->clocks[CLOCK_ARRIVE].start != 0;

	if (!dispatch_open(d) || d->role == AS_INFORM || !d->clocks[CLOCK_DELIVERY].start)
		return;
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++)
		amend_clock(&of, d, kind, now);
	if (!d->clocks[CLOCK_ARRIVE].start && !went) {
		d->clocks[CLOCK_ARRIVE].terms = (struct terms){inc->priority, inc->zone, inc->category};
		deadline_promote(inc, d, m, now);
	}
	if (went && !d->clocks[CLOCK_ARRIVE].start && !clock_runs(&d->clocks[CLOCK_NEXT_REPORT]))
		deadline_reopen(inc, d, m, now); /* who need not come reports from now on */
	if (owes_days(&of, now))
		deadline_reopen(inc, d, m, now);
	d->rescheduled = terms_text(d, a);
	d->changed = true;
}

/* -- corrections ---------------------------------------------------------------------------- */

static void keep_rungs(const struct clocks_of *of, struct clock *c, enum clock_kind kind, int64_t until)
{
	for (int i = 0; i < clock_rows[kind].n_rungs; i++) {
		int64_t at = ladder_at(of, kind, &clock_rows[kind].ladder[i]);

		if (at && at <= until)
			c->rungs |= 1u << clock_rows[kind].ladder[i].rung;
	}
}

void deadline_uncomplete(const struct incident *inc, struct dispatch *d, const struct mechanism *m,
    int64_t was, int64_t recorded)
{
	struct clock *first = &d->clocks[CLOCK_FIRST_REPORT], *next = &d->clocks[CLOCK_NEXT_REPORT];
	const struct clocks_of of = clocks_of(inc, d, m);
	bool by_it = first->start && (first->stopped == was || first->stopped == recorded);

	if (by_it && !next->due) {
		first->stopped = 0;
		d->first_report_ms = -1;
		keep_rungs(&of, first, CLOCK_FIRST_REPORT, recorded);
	} else {
		next->stopped = 0;
		keep_rungs(&of, next, CLOCK_NEXT_REPORT, recorded);
	}
	d->changed = true;
}

void deadline_unarrive(struct dispatch *d, int64_t was)
{
	struct clock *next = &d->clocks[CLOCK_NEXT_REPORT];

	d->clocks[CLOCK_FIRST_REPORT] = (struct clock){0};
	d->first_report_ms = -1;
	if (next->start >= was)
		*next = (struct clock){0};
	d->changed = true;
}
