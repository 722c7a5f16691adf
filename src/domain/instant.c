/*
 * instant.c - when a step happened. The rules are in instant.h.
 * Place: domain; pure, a part of the lifecycle.
 */
#include "domain/instant.h"
#include "base/time.h"

#include <assert.h>

static void warn(struct act *x, enum warning_code code, int64_t given, int64_t taken)
{
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];

	warning_add(x->warnings, x->a, code, FIELD_AT, time_rfc3339(given, from), time_rfc3339(taken, to));
}

/* Ahead of its own recording: it was recorded at once. */
static void mend_ahead(struct act *x, struct instant *i)
{
	if (i->given <= i->recorded)
		return;
	i->skewed = true;
	i->at = i->recorded;
	warn(x, WARNING_TIME_IN_FUTURE, i->given, i->at);
}

/* Before the instruction: by as much as clocks may differ it is the instruction's instant; by more
 * nothing is known but the recording. Whole seconds mean the second in which it was issued. */
static void mend_behind(struct act *x, struct instant *i)
{
	int64_t issued = x->d->issued_at;

	if (i->given >= issued)
		return;
	i->at = i->given >= issued - x->m->policy.future_skew_ms ? issued : i->recorded;
	if (i->given == issued / SECOND_MS * SECOND_MS)
		return;
	i->skewed = true;
	warn(x, WARNING_TIME_BEFORE_ISSUE, i->given, i->at);
}

struct instant instant_of(struct act *x)
{
	const struct command *c = x->c;
	struct instant i = {.recorded = x->now, .confirmed = command_by_desk(c)};

	/* when the front end had it, so that a restart of the engine makes no unit late */
	if (c->received_at && c->received_at < x->now)
		i.recorded = c->received_at;
	if (i.recorded < x->d->issued_at)
		i.recorded = x->d->issued_at;
	i.at = i.recorded;
	if (!command_has(c, FIELD_AT))
		return i;
	i.at = i.given = command_int(c, FIELD_AT);
	mend_ahead(x, &i);
	mend_behind(x, &i);
	return i;
}

bool instant_late(const struct instant *i, const struct policy *p)
{
	return i->recorded - i->at > p->late_reported_ms;
}

int64_t instant_of_report(const struct instant *i)
{
	return i->confirmed ? i->at : i->recorded;
}

/* Not before a step that is known to have come before, and not after one that came after; of an implied
 * step the instant can only become earlier. */
static int64_t in_order(const struct dispatch *d, enum step step, int64_t at)
{
	for (int s = 0; s < (int)step; s++)
		if (d->at[s] > at && !(d->implied & 1u << s))
			at = d->at[s];
	for (int s = step; s < STEPS; s++)
		if (d->at[s] && d->at[s] < at)
			at = d->at[s];
	return at;
}

bool instant_fills(const struct dispatch *d, enum step step, const struct instant *i)
{
	if (!i->given || step >= STEPS)
		return false;
	if (!d->at[step])
		return true; /* departed: never implied, and not said until now */
	return d->implied & 1u << step && in_order(d, step, i->at) < d->at[step];
}

/* Only the unit's own word is doubted, and only where a limit hangs on it. */
static bool doubtful(const struct dispatch *d, enum step step, int64_t at, const struct instant *i,
    const struct policy *p)
{
	enum clock_kind kind = step == STEP_ARRIVED ? CLOCK_ARRIVE : CLOCK_ACKNOWLEDGE;
	int64_t due = d->clocks[kind].due;

	if (!i->given || i->confirmed || (step != STEP_ACKNOWLEDGED && step != STEP_ARRIVED))
		return false;
	return i->recorded - at > p->late_reported_ms || (due && i->recorded > due && at <= due);
}

static void set(struct dispatch *d, enum step step, bool implied, const struct instant *i,
    const struct policy *p)
{
	unsigned bit = 1u << step;
	int64_t counted = dispatch_counted(d, step); /* until now; 0: nothing */

	d->at[step] = i->at;
	d->recorded[step] = counted && counted < i->recorded ? counted : i->recorded;
	d->implied = implied ? d->implied | bit : d->implied & ~bit;
	if (instant_late(i, p))
		d->late_reported |= bit;
	d->unconfirmed &= ~bit;
	if (doubtful(d, step, i->at, i, p))
		d->unconfirmed |= bit;
}

void instant_take(struct dispatch *d, enum step step, bool implied, struct instant *i, const struct policy *p)
{
	int64_t at = i->at;

	assert(step < STEPS && "a step is one of the table");
	if (!implied)
		i->at = in_order(d, step, at);
	i->moved = i->given && i->at != at;
	for (int s = STEP_DELIVERED; s < (int)step + implied; s++) {
		if (d->at[s] && (!(d->implied & 1u << s) || d->at[s] <= i->at))
			continue;
		if (s == STEP_DEPARTED || (s == STEP_ARRIVED && d->role == AS_INFORM))
			continue;
		set(d, (enum step)s, true, i, p);
	}
	if (!implied)
		set(d, step, false, i, p);
}

/* -- corrections ---------------------------------------------------------------------------- */

static void put(struct dispatch *d, enum step step, const struct instant *i, const struct policy *p)
{
	unsigned bit = 1u << step;

	d->at[step] = i->at;
	d->late_reported &= ~bit;
	d->unconfirmed &= ~bit;
	if (instant_late(i, p))
		d->late_reported |= bit;
	if (doubtful(d, step, i->at, i, p))
		d->unconfirmed |= bit;
}

void instant_correct(struct dispatch *d, enum step step, int64_t at, bool confirmed, const struct policy *p)
{
	int64_t was = d->at[step];

	for (int s = STEP_DELIVERED; s <= (int)step; s++) {
		bool goes = s == (int)step || (d->implied >> s & 1 && d->at[s] == was);
		const struct instant i = {
		    .at = at, .recorded = d->recorded[s], .given = at, .confirmed = confirmed};

		if (goes)
			put(d, (enum step)s, &i, p);
	}
}

static void clear(struct dispatch *d, int step)
{
	unsigned bit = 1u << step;

	d->at[step] = d->recorded[step] = 0;
	d->implied &= ~bit;
	d->unconfirmed &= ~bit;
	d->late_reported &= ~bit;
}

/* The step itself, and what it implied, may be implied by what came after it. */
static void imply_again(struct dispatch *d, enum step step)
{
	int later = (int)step + 1;

	while (later < STEPS && (!d->at[later] || d->implied >> later & 1))
		later++;
	for (int s = STEP_DELIVERED; s <= (int)step; s++) {
		bool implied = later < STEPS
		    ? s != STEP_DEPARTED && !(s == STEP_ARRIVED && d->role == AS_INFORM)
		    : s <= STEP_ACKNOWLEDGED && d->reported_at;

		if (d->at[s] || !implied)
			continue;
		d->at[s] = later < STEPS ? d->at[later] : d->reported_at;
		d->recorded[s] = later < STEPS ? d->recorded[later] : d->reported_at;
		d->implied |= 1u << s;
		if (later < STEPS)
			d->unconfirmed |= (d->unconfirmed >> later & 1) << s;
	}
}

void instant_remove(struct dispatch *d, enum step step)
{
	int64_t was = d->at[step];

	for (int s = STEP_DELIVERED; s < (int)step; s++)
		if (d->implied >> s & 1 && d->at[s] == was)
			clear(d, s);
	clear(d, (int)step);
	imply_again(d, step);
}
