/*
 * late_step.c - see late_step.h.
 * Place: domain, a part of the lifecycle.
 */
#include "domain/late_step.h"
#include "domain/request.h"

static bool in_doubt(const struct dispatch *d, enum step step)
{
	int64_t due = d->clocks[step == STEP_ARRIVED ? CLOCK_ARRIVE : CLOCK_ACKNOWLEDGE].due;

	return d->unconfirmed >> step & 1 && due && d->recorded[step] > due && d->at[step] <= due;
}

static bool waits(const struct incident *inc, const struct dispatch *d, enum step step)
{
	for (int i = 0; i < inc->n_requests; i++) {
		const struct request *r = &inc->requests[i];

		if (r->kind == REQUEST_LATE_STEP && r->dispatch == d->n && r->step == step &&
		    r->state == REQUEST_PENDING)
			return true;
	}
	return false;
}

/* What a later step implies is confirmed with it. */
static bool implied_by(const struct dispatch *d, enum step earlier, enum step later)
{
	return d->implied >> earlier & 1 && d->at[earlier] == d->at[later];
}

static void ask(struct act *x, enum step step)
{
	struct request *r = request_add(x,
	    &(struct request){.kind = REQUEST_LATE_STEP,
		.dispatch = x->d->n,
		.unit = x->d->unit,
		.step = step,
		.clock = CLOCK_COUNT});

	if (r)
		request_event(x, r, EVENT_REQUEST_ASKED, r->asked_at);
	else
		*x->why = (struct refusal){0}; /* the step is taken all the same; its recording counts */
}

void late_step_ask(struct act *x, const struct dispatch *before)
{
	const struct dispatch *d = x->d;
	unsigned fresh = d->unconfirmed & ~before->unconfirmed;
	bool arrived = fresh >> STEP_ARRIVED & 1 && in_doubt(d, STEP_ARRIVED);
	bool acknowledged = fresh >> STEP_ACKNOWLEDGED & 1 && in_doubt(d, STEP_ACKNOWLEDGED);

	if (arrived && !waits(x->inc, d, STEP_ARRIVED))
		ask(x, STEP_ARRIVED);
	if (acknowledged && !waits(x->inc, d, STEP_ACKNOWLEDGED) &&
	    !(arrived && implied_by(d, STEP_ACKNOWLEDGED, STEP_ARRIVED)))
		ask(x, STEP_ACKNOWLEDGED);
}

void late_step_confirmed(struct act *x)
{
	struct dispatch *d = x->d;

	for (int s = STEP_DELIVERED; s <= (int)x->r->step; s++)
		if (s == (int)x->r->step || implied_by(d, (enum step)s, x->r->step))
			d->unconfirmed &= ~(1u << s);
	deadline_restep(x->inc, d, x->m, x->around);
	act_changed(x, d);
}
