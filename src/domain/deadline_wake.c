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

static int64_t sooner(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

int64_t deadline_next(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    int64_t now)
{
	int64_t next = 0;

	if (!dispatch_open(d) || d->role == AS_INFORM)
		return 0;
	for (enum rung r = 0; r < RUNGS; r++)
		next = sooner(next, ladder_at(inc, d, m, r));
	return next && next <= now ? now + 1 : next;
}

int64_t deadline_wake(const struct incident *inc, const struct mechanism *m, int64_t now)
{
	int64_t wake = 0;

	if (inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED)
		return 0;
	for (int i = 0; i < inc->n_dispatches; i++)
		wake = sooner(wake, deadline_next(inc, &inc->dispatches[i], m, now));
	return wake;
}

/* -- firing --------------------------------------------------------------------------------- */

/* The rungs of one dispatch that are due. */
struct owed {
	unsigned rungs;
	bool together; /* all due at one instant: the ladder meant them so */
};

static struct owed owed_by(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    int64_t now)
{
	struct owed owed = {.together = true};
	int64_t first = 0;

	for (enum rung r = 0; r < RUNGS; r++) {
		int64_t at = ladder_at(inc, d, m, r);

		if (!at || at > now || (r == RUNG_REPEAT && owed.rungs))
			continue; /* whoever hears of a rung now needs no repetition */
		owed.rungs |= 1u << r;
		owed.together &= !first || at == first;
		first = first ? first : at;
	}
	return owed;
}

/* Marks the clocks whose due is among the rungs. */
static void mark_overdue(struct dispatch *d, unsigned rungs, const struct circumstances *around)
{
	for (enum rung r = 0; r < RUNGS; r++) {
		if (!(rungs & 1u << r) || ladder_rungs[r].moment != MOMENT_DUE)
			continue;
		enum clock_kind kind = ladder_clock(d, r);
		d->overdue |= 1u << kind;
		if (circumstances_away(around, d->due[kind]))
			d->system_late |= 1u << kind;
	}
}

/* The desk is told to phone when an instruction was not fetched; only what the unit itself owes is
 * announced as overdue. */
static void announce_overdue(const struct notice *n, unsigned rungs)
{
	for (enum rung r = 0; r < RUNGS; r++)
		if (rungs & 1u << r && ladder_rungs[r].moment == MOMENT_DUE && r != RUNG_DELIVERY_DUE)
			notice_overdue(n, ladder_clock(n->d, r));
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

void deadline_fire(struct incident *inc, const struct mechanism *m, const struct circumstances *around,
    int64_t now, struct decision *out, struct arena *a)
{
	if (inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED)
		return;
	for (int i = 0; i < inc->n_dispatches; i++) {
		struct dispatch *d = &inc->dispatches[i];
		if (!dispatch_open(d) || d->role == AS_INFORM)
			continue;
		struct owed owed = owed_by(inc, d, m, now);
		if (!owed.rungs)
			continue;
		mark_overdue(d, owed.rungs, around);
		announce(&(struct notice){inc, d, m, now, out, a}, owed);
		d->rungs |= owed.rungs;
		d->reminded_at = now;
		d->changed = inc->changed = true;
	}
}
