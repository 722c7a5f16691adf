/*
 * deduction.c - what is deducted from a clock. The rules are in deduction.h.
 * Place: domain; pure. deadline_check.c counts it by its own code.
 */
#include "domain/deduction.h"

#include <assert.h>

static const struct clock *clock_in(const struct clocks_of *of, enum clock_kind kind)
{
	return of->d ? &of->d->clocks[kind] : &of->inc->clocks[kind - DISPATCH_CLOCKS];
}

/* The end of the wait for the delivery; the start if there is none. */
static int64_t waited_until(const struct clocks_of *of, enum clock_kind kind, int64_t until)
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

struct deduction deduction_of(const struct clocks_of *of, const struct circumstances *around,
    enum clock_kind kind, int64_t until)
{
	int64_t start = clock_in(of, kind)->start, waited = waited_until(of, kind, until);

	return (struct deduction){
	    .waited_ms = calendar_between(&of->m->calendar, deadline_time(of, kind), start, waited),
	    .away_ms = away_ms(of, around, kind, waited, until)};
}

/* Takes the limit out of the time that counts: from the end of the wait, past each downtime. A due that
 * lies outside the clock's own time (an instant that the unit named) is never made earlier. */
int64_t deduction_last(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind)
{
	const struct calendar *calendar = &of->m->calendar;
	const struct clock *c = clock_in(of, kind);
	enum clock_time time = deadline_time(of, kind);
	int64_t left_ms = calendar_between(calendar, time, c->start, c->due);
	int64_t from = waited_until(of, kind, INT64_MAX);

	assert(c->due && "only a clock with a limit is late");
	if (left_ms == 0)
		return c->due;
	for (size_t i = 0; i < around->n_downtimes; i++) {
		const struct downtime *away = &around->downtimes[i];
		int64_t counted_ms = calendar_between(calendar, time, from, away->from);

		if (away->to <= from)
			continue;
		if (counted_ms >= left_ms)
			break;
		left_ms -= counted_ms;
		from = away->to;
	}
	int64_t last = calendar_add(calendar, time, from, left_ms, NULL, 0, NULL, NULL);
	return last > c->due ? last : c->due;
}

void deduction_judge(const struct clocks_of *of, const struct circumstances *around, enum clock_kind kind,
    int64_t until, bool met, struct clock *c)
{
	int64_t last = deduction_last(of, around, kind);
	/* from its start: a downtime inside the wait for the delivery is deducted with that wait, and is
	 * the system's all the same */
	bool excused = away_ms(of, around, kind, clock_in(of, kind)->start, until) > 0;

	c->late = met ? until > last : until >= last;
	c->excused = c->overdue && !c->late && excused ? EXCUSE_SYSTEM : EXCUSE_NONE;
}
