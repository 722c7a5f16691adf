/*
 * deduction.c - what is deducted from a clock. The rules are in deduction.h.
 * Place: domain; pure. deadline_check.c counts it by its own code.
 */
#include "domain/deduction.h"
#include "domain/mode.h"

#include <assert.h>

static const struct clock *clock_in(const struct clocks_of *of, enum clock_kind kind)
{
	return of->d ? &of->d->clocks[kind] : &of->inc->clocks[kind - DISPATCH_CLOCKS];
}

/* The end of the wait for the delivery, at most its limit; the start if there is none. */
static int64_t waited_within_limit(const struct clocks_of *of, enum clock_kind kind, int64_t until)
{
	int64_t start = clock_in(of, kind)->start, end, due;

	if (!of->d || kind == CLOCK_DELIVERY)
		return start;
	due = of->d->clocks[CLOCK_DELIVERY].due;
	end = dispatch_met(of->d, STEP_DELIVERED, NULL);
	if (!end || end > until)
		end = until;
	end = end < due ? end : due;
	return end > start ? end : start;
}

/* The same, without that limit where no notice reached the unit either. INT64_MAX: it waits still. */
static int64_t waited_until(const struct clocks_of *of, enum clock_kind kind, int64_t until)
{
	int64_t within = waited_within_limit(of, kind, until), lost_until;

	if (!of->d || kind == CLOCK_DELIVERY || !dispatch_lost(of->d, &lost_until))
		return within;
	if (lost_until > until)
		lost_until = until;
	return lost_until > within ? lost_until : within;
}

/* How much of from..until, in the clock's own time, the system was away. */
static int64_t away_ms(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind,
    int64_t from, int64_t until)
{
	enum clock_time time = deadline_time(of, kind);
	int64_t sum_ms = 0;

	if (circumstances_away_ms(around, from, until) == 0)
		return 0;
	for (size_t i = 0; i < around->n_downtimes; i++) {
		const struct downtime *away = &around->downtimes[i];

		sum_ms += calendar_between(&of->m->calendar, time, away->from > from ? away->from : from,
		    away->to < until ? away->to : until);
	}
	return sum_ms;
}

/* -- requests that lay undecided -------------------------------------------------------------- */

/* The stretch in which this request of the unit about that clock was not decided; false: there is none. */
static bool undecided(const struct clocks_of *of, enum clock_kind kind, const struct request *r,
    struct downtime *out)
{
	bool about = r->kind == REQUEST_RETURN || (r->kind == REQUEST_EXTEND && r->clock == kind);
	int64_t pending_to = r->state == REQUEST_PENDING ? r->due : 0;

	*out = (struct downtime){r->asked_at, r->lapsed_at ? r->lapsed_at : pending_to};
	return about && r->dispatch == of->d->n && out->to > out->from;
}

/* The first stretch that is deducted and ends after `from`: of downtimes and requests the one that begins
 * first. They may overlap. */
static bool stretch_after(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t from, struct downtime *out)
{
	bool found = false;
	struct downtime one;

	for (size_t i = 0; i < around->n_downtimes && !found; i++)
		if (around->downtimes[i].to > from) {
			*out = around->downtimes[i];
			found = true;
		}
	for (int i = 0; of->d && i < of->inc->n_requests; i++)
		if (undecided(of, kind, &of->inc->requests[i], &one) && one.to > from &&
		    (!found || one.from < out->from)) {
			*out = one;
			found = true;
		}
	return found;
}

/* All that is deducted of from..until, each instant once. */
static int64_t deducted_ms(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t from, int64_t until)
{
	enum clock_time time = deadline_time(of, kind);
	struct downtime one;
	int64_t sum_ms = 0;

	for (; from < until && stretch_after(of, around, kind, from, &one); from = one.to)
		sum_ms += calendar_between(&of->m->calendar, time, one.from > from ? one.from : from,
		    one.to < until ? one.to : until);
	return sum_ms;
}

static int64_t undecided_ms(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t from, int64_t until)
{
	if (!of->d || of->inc->n_requests == 0)
		return 0;
	return deducted_ms(of, around, kind, from, until) - away_ms(of, around, kind, from, until);
}

struct deduction deduction_of(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until)
{
	int64_t start = clock_in(of, kind)->start, waited = waited_until(of, kind, until);

	return (struct deduction){
	    .waited_ms = calendar_between(&of->m->calendar, deadline_time(of, kind), start, waited),
	    .away_ms = away_ms(of, around, kind, waited, until),
	    .undecided_ms = undecided_ms(of, around, kind, waited, until)};
}

/* Takes the limit out of the time that counts: from the end of the wait, past each stretch that is deducted. A
 * due that lies outside the clock's own time (an instant that the unit named) is never made earlier. */
int64_t deduction_last(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind)
{
	const struct calendar *calendar = &of->m->calendar;
	const struct clock *c = clock_in(of, kind);
	enum clock_time time = deadline_time(of, kind);
	int64_t left_ms = calendar_between(calendar, time, c->start, c->due);
	int64_t from = waited_until(of, kind, INT64_MAX);
	struct downtime one;

	assert(c->due && "only a clock with a limit is late");
	if (left_ms == 0)
		return c->due;
	if (from == INT64_MAX)
		return from;
	while (stretch_after(of, around, kind, from, &one)) {
		int64_t counted_ms = calendar_between(calendar, time, from, one.from);

		if (counted_ms >= left_ms)
			break;
		left_ms -= counted_ms;
		from = one.to;
	}
	int64_t last = calendar_add(calendar, time, from, left_ms, NULL, 0, NULL, NULL);
	return last > c->due ? last : c->due;
}

/* What of the wait is deducted because no notice reached the unit. */
static int64_t lost_ms(const struct clocks_of *of, enum clock_kind kind, int64_t until)
{
	return calendar_between(&of->m->calendar, deadline_time(of, kind),
	    waited_within_limit(of, kind, until), waited_until(of, kind, until));
}

/* From its start: a downtime inside the wait for the delivery is deducted with that wait, and is the
 * system's all the same. */
static enum excuse excuse_of(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until)
{
	int64_t start = clock_in(of, kind)->start;

	if (away_ms(of, around, kind, start, until) > 0 || lost_ms(of, kind, until) > 0)
		return EXCUSE_SYSTEM;
	return undecided_ms(of, around, kind, start, until) > 0 ? EXCUSE_DESK : EXCUSE_NONE;
}

/* -- why what is late does not count --------------------------------------------------------------- */

/* A mode excuses what runs while it lasts, to its actual end. Never backwards: what was late already when it
 * was declared stays late. */
static bool mode_excuses(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind,
    const struct mode *mode, int64_t until)
{
	const struct clock *c = clock_in(of, kind);
	const struct mode_rule *rule = mode_rule_of(mode, of->m);
	int64_t last = deduction_last(of, around, kind), from = mode->from > c->start ? mode->from : c->start;

	enum priority priority = c->terms.priority ? c->terms.priority : of->inc->priority;

	if (!rule || !(rule->excuse & 1u << priority) || !mode_concerns(mode, of->m, of->inc->area))
		return false;
	if (until > last)
		until = last;
	if (until > mode_end(mode))
		until = mode_end(mode);
	return calendar_between(&of->m->calendar, deadline_time(of, kind), from, until) > 0;
}

const struct mode *deduction_mode(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until)
{
	for (size_t i = 0; i < around->n_modes; i++)
		if (mode_excuses(of, around, kind, &around->modes[i], until))
			return &around->modes[i];
	return NULL;
}

/* An appeal's excuse stays, whatever is learnt later. */
static enum excuse late_excuse(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until, enum excuse before)
{
	if (before == EXCUSE_APPEAL)
		return before;
	return deduction_mode(of, around, kind, until) ? EXCUSE_MODE : EXCUSE_NONE;
}

void deduction_judge(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind,
    int64_t until, bool met, struct clock *c)
{
	int64_t last = deduction_last(of, around, kind);
	bool nothing = of->d && of->d->voided;

	c->late = !nothing && (met ? until > last : until >= last);
	if (c->late)
		c->excused = late_excuse(of, around, kind, until, c->excused);
	else
		c->excused = c->overdue && !nothing ? excuse_of(of, around, kind, until) : EXCUSE_NONE;
}
