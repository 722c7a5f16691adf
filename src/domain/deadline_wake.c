/*
 * deadline_wake.c - the next instant at which something is due of a dispatch, and the firing of what
 * is. Place: domain; pure.
 *
 * Invariants:
 * - A rung fires once: its bit is set in the decision that carries its event.
 * - After deadline_fire at `now` nothing is owed at or before `now`, so that the next wake lies
 *   after it: what is fired leaves the ladder, and what repeats counts from `now`.
 * - Nothing comes in a burst: rungs of one dispatch that fell due at different instants and are owed
 *   together (the system was down) become one notice. That a clock ran out is still told clock by
 *   clock, for that is what happened and not a message.
 */
#include "domain/notice.h"
#include "domain/deduction.h"

static int64_t sooner(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* When a unit's clock, overdue already, becomes late; 0: it is, or nothing makes it so by time. */
static int64_t late_from(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind)
{
	const struct clock *c = ladder_clock(of, kind);
	int64_t last;

	if (!ladder_runs(of, kind) || !c->overdue || c->late || clock_rows[kind].debtor != DEBTOR_UNIT ||
	    of->d->voided)
		return 0;
	last = deduction_last(of, around, kind);
	return last == INT64_MAX ? 0 : last;
}

int64_t deadline_desk_late(const struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, enum clock_kind kind)
{
	const struct clocks_of of = {inc, NULL, m, NULL};

	if (!ladder_runs(&of, kind) || ladder_clock(&of, kind)->late ||
	    (kind == CLOCK_CALLBACK && inc->state != INCIDENT_COMPLETED))
		return 0;
	return deduction_last(&of, around, kind) + 1;
}

/* Of the desk's clocks that have run out: when the first counts as late. */
static int64_t next_desk_late(const struct clocks_of *of, const struct circumstances *around)
{
	int64_t next = 0;

	for (enum clock_kind kind = DISPATCH_CLOCKS; !of->d && kind < CLOCK_COUNT; kind++)
		if (ladder_clock(of, kind)->rungs & 1u << clock_rows[kind].ladder[0].rung)
			next = sooner(next, deadline_desk_late(of->inc, of->m, around, kind));
	return next;
}

/* The first instant at which something is due of an owner's clocks, be it past or future. */
static int64_t next_of(const struct clocks_of *of, const struct circumstances *around)
{
	int64_t next = sooner(ladder_repeat(of), next_desk_late(of, around));

	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		for (int i = 0; ladder_runs(of, kind) && i < clock_rows[kind].n_rungs; i++)
			next = sooner(next, ladder_at(of, kind, &clock_rows[kind].ladder[i]));
	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		next = sooner(next, late_from(of, around, kind));
	return next;
}

static int64_t ahead(int64_t next, int64_t now)
{
	return next && next <= now ? now + 1 : next;
}

int64_t deadline_next(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, int64_t now)
{
	if (!dispatch_open(d) || d->role == AS_INFORM)
		return 0;
	const struct clocks_of of = clocks_of(inc, d, m);
	return ahead(next_of(&of, around), now);
}

/* When the first of its requests lapses; whatever the incident's state: an appeal outlives it. */
static int64_t next_lapse(const struct incident *inc)
{
	int64_t next = 0;

	for (int i = 0; i < inc->n_requests; i++)
		if (inc->requests[i].state == REQUEST_PENDING)
			next = sooner(next, inc->requests[i].due);
	return next;
}

int64_t deadline_wake(const struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, int64_t now)
{
	int64_t wake = ahead(next_lapse(inc), now);

	if (inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED)
		return wake;
	wake = sooner(wake, ahead(next_of(&(struct clocks_of){inc, NULL, m, NULL}, around), now));
	for (int i = 0; i < inc->n_dispatches; i++)
		wake = sooner(wake, deadline_next(inc, &inc->dispatches[i], m, around, now));
	return wake;
}

/* A limit runs whose ladder has not begun. */
static bool waits_for_due(const struct dispatch *d)
{
	for (enum clock_kind kind = 0; kind < DISPATCH_CLOCKS; kind++)
		if (clock_runs(&d->clocks[kind]) && !(d->clocks[kind].rungs & clock_rungs(kind)))
			return dispatch_open(d) && d->role != AS_INFORM;
	return false;
}

bool deadline_must_wake(const struct incident *inc, int64_t *last)
{
	bool ended = inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
	int64_t lapse = next_lapse(inc);
	bool must = lapse != 0;

	for (int i = 0; i < inc->n_dispatches && !ended; i++)
		must |= waits_for_due(&inc->dispatches[i]);
	*last = lapse ? lapse : INT64_MAX;
	return must;
}

/* An open incident without an open lead is the desk's to give one (Art. 7). */
static void arm_lead_missing(struct incident *inc, const struct mechanism *m, int64_t now)
{
	struct clock *c = clock_of(inc, NULL, CLOCK_LEAD_MISSING);
	bool missing = inc->state == INCIDENT_OPEN && !incident_has_lead(inc) && !inc->backfill;

	if (missing == (c->start != 0))
		return;
	*c = (struct clock){.late = c->late};
	inc->reminded_at = 0;
	inc->changed = true;
	if (!missing)
		return;
	struct limit l = deadline_limit(&(struct clocks_of){inc, NULL, m, NULL}, CLOCK_LEAD_MISSING, now);
	c->start = now;
	c->due = l.exists ? calendar_add(&m->calendar, l.time, now, l.limit_ms, NULL, 0, NULL, NULL) : 0;
}

/* Completed or called back, and it is not closed by itself: the reporter is to be asked, the office is to
 * decide, or the desk is to close it. */
static bool waits_for_callback(const struct incident *inc, const struct policy *p)
{
	if (inc->state == INCIDENT_COMPLETED)
		return incident_calls_back(inc) || !p->close_after_callback;
	return inc->state == INCIDENT_CALLED_BACK &&
	    (incident_left_to_office(inc) || !p->close_after_callback);
}

void deadline_call_back(struct incident *inc, const struct mechanism *m, int64_t now)
{
	struct clock *c = clock_of(inc, NULL, CLOCK_CALLBACK);

	*c = (struct clock){.start = now, .late = c->late};
	c->due = deadline_limit(&(struct clocks_of){inc, NULL, m, NULL}, CLOCK_CALLBACK, now).due_at;
	inc->changed = true;
}

static void arm_callback(struct incident *inc, const struct mechanism *m, int64_t now)
{
	struct clock *c = clock_of(inc, NULL, CLOCK_CALLBACK);
	bool waits = waits_for_callback(inc, &m->policy);

	if (waits == (c->start != 0))
		return;
	*c = (struct clock){.late = c->late};
	inc->reminded_at = 0;
	inc->changed = true;
	if (waits)
		deadline_call_back(inc, m, now);
}

void deadline_arm(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now)
{
	arm_lead_missing(inc, m, now);
	if (inc->state != INCIDENT_OPEN || inc->clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS].start)
		arm_callback(inc, m, now);
	inc->wake_at = deadline_wake(inc, m, around, now);
}

/* -- firing --------------------------------------------------------------------------------- */

/* The rungs of one dispatch that are due. */
struct owed {
	unsigned rungs;
	bool together; /* all due at one instant: the ladder meant them so */
};

static void owe(struct owed *owed, enum rung rung, int64_t at, int64_t now, int64_t *first)
{
	if (!at || at > now)
		return;
	owed->rungs |= 1u << rung;
	owed->together &= !*first || at == *first;
	*first = *first ? *first : at;
}

static struct owed owed_by(const struct clocks_of *of, int64_t now)
{
	struct owed owed = {.together = true};
	int64_t first = 0;

	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		for (int i = 0; ladder_runs(of, kind) && i < clock_rows[kind].n_rungs; i++) {
			const struct rung_place *place = &clock_rows[kind].ladder[i];
			owe(&owed, place->rung, ladder_at(of, kind, place), now, &first);
		}
	if (!owed.rungs) /* who hears of a rung now needs no repetition */
		owe(&owed, RUNG_REPEAT, ladder_repeat(of), now, &first);
	return owed;
}

/* The kinds of running clocks of which one of these rungs is the due. */
static unsigned kinds_due(const struct clocks_of *of, unsigned rungs)
{
	unsigned kinds = 0;

	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		for (int i = 0; ladder_runs(of, kind) && i < clock_rows[kind].n_rungs; i++) {
			const struct rung_place *place = &clock_rows[kind].ladder[i];
			if (place->moment == MOMENT_DUE && rungs & 1u << place->rung)
				kinds |= 1u << kind;
		}
	return kinds;
}

/* Marks the clocks of these kinds overdue, and all that are overdue late where their time is over.
 * Returns the kinds that have become late. */
static unsigned mark(struct incident *inc, struct dispatch *d, const struct notice *n, unsigned due,
    const struct circumstances *around)
{
	unsigned late = 0;

	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++) {
		if (!ladder_runs(&n->of, kind))
			continue;
		struct clock *c = clock_of(inc, d, kind);
		c->overdue |= due >> kind & 1;
		if (!c->overdue || c->late || c->due > n->now)
			continue;
		deduction_judge(&n->of, around, kind, n->now, false, c);
		late |= (unsigned)c->late << kind;
	}
	return late;
}

static void announce_late(const struct notice *n, unsigned late)
{
	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		if (late >> kind & 1 && clock_rows[kind].debtor == DEBTOR_UNIT)
			notice_late(n, kind);
}

/* The desk is told to phone when an instruction was not fetched; only what the unit itself owes is
 * announced as overdue. */
static void announce_overdue(const struct notice *n, unsigned rungs)
{
	unsigned kinds = kinds_due(&n->of, rungs);

	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		if (kinds & 1u << kind && clock_rows[kind].debtor == DEBTOR_UNIT)
			notice_overdue(n, kind);
}

static void announce(const struct notice *n, struct owed owed)
{
	if (!owed.together) {
		announce_overdue(n, owed.rungs);
		notice_send(n, owed.rungs);
		return;
	}
	for (enum rung r = 0; r < RUNGS; r++) {
		announce_overdue(n, owed.rungs & 1u << r);
		if (owed.rungs & 1u << r)
			notice_send(n, 1u << r);
	}
}

/* The rungs of one owner that are owed are told and marked. */
static void climb(struct incident *inc, struct dispatch *d, const struct notice *n, struct owed owed)
{
	announce(n, owed);
	for (enum clock_kind kind = 0; kind < CLOCK_COUNT; kind++)
		if (ladder_runs(&n->of, kind))
			clock_of(inc, d, kind)->rungs |= owed.rungs & clock_rungs(kind);
	if (d)
		d->reminded_at = n->now;
	else
		inc->reminded_at = n->now;
}

/* What one owner owes at `now`; d NULL: the incident itself. */
static void fire(struct incident *inc, struct dispatch *d, const struct notice *n,
    const struct circumstances *around)
{
	struct owed owed = owed_by(&n->of, n->now);
	unsigned late = d ? mark(inc, d, n, kinds_due(&n->of, owed.rungs), around) : 0;

	if (!owed.rungs && !late)
		return;
	if (owed.rungs)
		climb(inc, d, n, owed);
	announce_late(n, late);
	if (d)
		d->changed = true;
	inc->changed = true;
}

void deadline_mark_desk(struct incident *inc, const struct incident *as, const struct mechanism *m,
    const struct circumstances *around, enum clock_kind kind, int64_t now, struct decision *out,
    struct arena *a)
{
	int64_t late = deadline_desk_late(as, m, around, kind);

	if (!late || now < late)
		return;
	clock_of(inc, NULL, kind)->late = inc->changed = true;
	notice_late(&(struct notice){{as, NULL, m, NULL}, around, now, out, a}, kind);
}

void deadline_fire(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a)
{
	if (inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED)
		return;
	fire(inc, NULL, &(struct notice){{inc, NULL, m, NULL}, around, now, out, a}, around);
	for (enum clock_kind kind = DISPATCH_CLOCKS; kind < CLOCK_COUNT; kind++)
		deadline_mark_desk(inc, inc, m, around, kind, now, out, a);
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];
		if (dispatch_open(d) && d->role != AS_INFORM)
			fire(inc, d, &(struct notice){clocks_of(inc, d, m), around, now, out, a}, around);
	}
}

void deadline_leave_to_office(struct incident *inc, const struct mechanism *m,
    const struct circumstances *around, int64_t now, struct decision *out, struct arena *a)
{
	struct clock *c = clock_of(inc, NULL, CLOCK_CALLBACK);

	*c = (struct clock){.start = now, .due = now, .rungs = 1u << RUNG_CALLBACK_DUE, .late = c->late};
	notice_send(&(struct notice){{inc, NULL, m, NULL}, around, now, out, a}, 1u << RUNG_CALLBACK_OFFICE);
	c->rungs |= 1u << RUNG_CALLBACK_OFFICE;
	inc->reminded_at = now;
	inc->changed = true;
}
