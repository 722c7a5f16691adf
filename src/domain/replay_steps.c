/*
 * replay_steps.c - of a dispatch's steps what its events tell beside their instants, compared with what is stored.
 *
 * When a step was recorded and by whom is sure of one that was taken in its order. What a later step, a report or a
 * request implied was recorded with that, and a step that is told afterwards keeps the recording that counted; of
 * those only that some event has the instant, and that some step is the account's. What the unit said of its way is
 * likewise sure of a step in its order.
 * Place: domain, a part of the replay; pure.
 */
#include "domain/replay_parts.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"

static const int steps_of[EVENT_TYPES] = {
    [EVENT_DISPATCH_DELIVERED] = STEP_DELIVERED + 1,
    [EVENT_DISPATCH_ACKNOWLEDGED] = STEP_ACKNOWLEDGED + 1,
    [EVENT_DISPATCH_DEPARTED] = STEP_DEPARTED + 1,
    [EVENT_DISPATCH_ARRIVED] = STEP_ARRIVED + 1,
    [EVENT_DISPATCH_COMPLETED] = STEP_COMPLETED + 1,
};

int replay_step(enum event_type type)
{
	return steps_of[type] - 1;
}

/* A step that nothing had implied before it and that no later one came before. */
static bool in_order(const struct replayed *d, int step)
{
	for (int s = step; s < STEPS; s++)
		if (d->at[s])
			return false;
	return step > STEP_ACKNOWLEDGED || !d->implies;
}

static void taken(struct replay *r, struct replayed *d, const struct event *e, int step)
{
	bool sure = in_order(d, step);
	int64_t recorded = e->at;

	time_parse(said_text(e->data, "recorded_at"), &recorded);
	d->recorded[step] = sure ? recorded : UNSAID;
	if (step == STEP_DELIVERED || !said_text(e->data, "state").n)
		return; /* a program fetched it, or the close ended what was only told */
	d->stepped_by = sure ? e->by : NULL;
	if (!list_has(d->steppers, e->by))
		d->steppers = d->steppers ? arena_printf(r->a, "%s,%s", d->steppers, e->by) : e->by;
}

void replay_step_event(struct replay *r, struct replayed *d, const struct event *e)
{
	int step = replay_step(e->type);
	int state = said_index(said_text(e->data, "state"), dispatch_state_names, DISPATCH_STATES);
	bool ended = state == DISPATCH_COMPLETED || state == DISPATCH_WITHDRAWN;

	if (step >= 0)
		taken(r, d, e, step);
	d->implies |= e->type == EVENT_DISPATCH_PROGRESSED || e->type == EVENT_REQUEST_ASKED;
	if (e->type == EVENT_DISPATCH_PROGRESSED && !ended && e->at > d->reported_at)
		d->reported_at = e->at;
}

/* What was kept beside a step that was taken already: said of the way there, or with the arrival itself. */
static void eta_kept(struct replayed *d, const struct event *e, int64_t said)
{
	bool arrive = str_is(said_text(e->data, "again"), "dispatch.arrive");

	if (said && (!d->at[STEP_ARRIVED] || arrive))
		d->eta = said;
}

void replay_eta_event(struct replay *r, struct replayed *d, const struct event *e)
{
	int64_t said = json_member_time(e->data, "eta");
	int step = replay_step(e->type);
	bool kept = said_text(e->data, "again").n > 0, arrived = step == STEP_ARRIVED;
	bool sure = d->says_dues && (step < 0 || d->recorded[step] != UNSAID);

	if (e->type == EVENT_DISPATCH_REOPENED)
		d->eta = 0;
	if (step < 0 && e->type != EVENT_DISPATCH_PROGRESSED)
		return;
	if (said) {
		ARRAY_ROOM(r->a, d->etas, d->n_etas, d->cap_etas);
		d->etas[d->n_etas++] = said;
	}
	if (e->type == EVENT_DISPATCH_PROGRESSED && d->state == DISPATCH_COMPLETED)
		return;
	if (!sure && (said || arrived))
		d->eta = UNSAID;
	else if (kept)
		eta_kept(d, e, said);
	else if (said || arrived)
		d->eta = said;
}

/* -- comparing ------------------------------------------------------------------------------------------ */

static void compare_recorded(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	for (int s = 0; s < STEPS; s++) {
		const char *name = arena_printf(r->a, "%s_recorded", step_names[s]);
		bool sure = d->at[s] && d->recorded[s] != UNSAID && !d->corrected;

		if (sure)
			replay_differs_time(r, stored->n, name, stored->recorded[s], d->recorded[s]);
		else if (stored->recorded[s] && !replay_instant_seen(d, stored->recorded[s]))
			replay_differs_time(r, stored->n, name, stored->recorded[s], 0);
	}
}

static const char *bits_words(struct replay *r, unsigned bits)
{
	const char *list = NULL;

	for (int s = 0; s < STEPS; s++)
		if (bits >> s & 1)
			list = list ? arena_printf(r->a, "%s,%s", list, step_names[s]) : step_names[s];
	return list;
}

/* A step that was taken, and has no event of its own, is implied. */
static void compare_implied_bits(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	unsigned implied = 0;

	for (int s = 0; s < STEPS; s++)
		implied |= stored->at[s] && !d->at[s] ? 1u << s : 0;
	if (stored->implied != implied)
		replay_differs(r, stored->n, "implied", bits_words(r, stored->implied),
		    bits_words(r, implied));
}

static void compare_stepper(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	if (d->stepped_by && !d->corrected)
		replay_differs_text(r, stored->n, "stepped_by", stored->stepped_by, d->stepped_by);
	else if (stored->stepped_by && !list_has(d->steppers, stored->stepped_by))
		replay_differs(r, stored->n, "stepped_by", stored->stepped_by, d->steppers);
}

/* Where it is not sure which was the last that counts, it must be one that was said. */
static void compare_eta(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	bool fits = d->eta == UNSAID ? !stored->eta : d->eta == stored->eta;

	for (size_t i = 0; i < d->n_etas && !fits && d->eta == UNSAID; i++)
		fits = d->etas[i] == stored->eta;
	if (!fits)
		replay_differs_time(r, stored->n, "eta", stored->eta, d->eta == UNSAID ? 0 : d->eta);
}

/* An older version, whose reports do not say how an incident counts, kept neither what was implied nor by whom. */
void replay_steps(struct replay *r, const struct dispatch *stored, const struct replayed *d)
{
	compare_recorded(r, stored, d);
	replay_differs_time(r, stored->n, "reported_at", stored->reported_at, d->reported_at);
	compare_eta(r, stored, d);
	if (!said_text(r->reported, "standing").n)
		return;
	compare_implied_bits(r, stored, d);
	compare_stepper(r, stored, d);
}
