/*
 * register_due.c - what is due of the register: requests lapse, entries of each kind do at their wakes what the table says.
 * Place: engine, above register.c and the files that do it.
 */
#include "domain/request.h"
#include "engine/adopt.h"
#include "engine/duty.h"
#include "engine/modes.h"
#include "engine/register.h"

/* It sets wake_at anew, to 0 or ahead of now. */
typedef void register_wake_fn(struct turn *t, struct entry *e);

/* NULL: nothing. */
static register_wake_fn *const register_wakes[ENTRY_KINDS] = {
    [ENTRY_MODE] = mode_wake,
    [ENTRY_DUTY_PLAN] = duty_plan_wake,
    [ENTRY_REVISION] = adopt_wake,
};

/* The copy that this turn works on: a command of it may have changed it already. */
static void lapse(struct turn *t, const struct store_want_request *due)
{
	struct request *r = register_request(t, due->found->id);
	struct decision d = {.at = t->now, .actor = "system"};
	struct act x = {.m = t->m, .around = &t->around, .now = t->now, .out = &d, .a = t->a};

	x.r = r ? r : due->found;
	if (x.r->wake_at == 0 || x.r->wake_at > t->now)
		return;
	x.entry = due->entry ? register_entry(t, due->entry->id) : NULL;
	x.f = due->finding ? register_finding(t, due->finding->id) : NULL;
	x.r->wake_at = 0;
	if (request_pending(x.r))
		request_lapse(&x);
	for (int i = 0; i < d.n_events; i++)
		d.events[i].unit = x.r->unit;
	register_touch_request(t, x.r);
	if (x.entry && x.entry->changed)
		register_touch(t, x.entry);
	if (x.f && x.f->changed)
		register_touch_finding(t, x.f);
	turn_decided(t, &d, NULL);
	t->n_fired++;
	t->e->metrics.wakes++;
}

static void fire(struct turn *t, struct entry *due)
{
	struct entry *e = register_entry(t, due->id);

	e = e ? e : due;
	if (e->wake_at == 0 || e->wake_at > t->now)
		return;
	if (!register_wakes[e->kind]) {
		e->wake_at = 0;
		register_touch(t, e);
		return;
	}
	register_wakes[e->kind](t, e);
	register_touch(t, e);
	t->n_fired++;
	t->e->metrics.wakes++;
}

void register_fire(struct turn *t)
{
	for (size_t i = 0; i < t->wants.n_due_requests; i++)
		if (t->wants.due_requests[i].found)
			lapse(t, &t->wants.due_requests[i]);
	for (size_t i = 0; i < t->wants.n_due_entries; i++)
		if (t->wants.due_entries[i])
			fire(t, t->wants.due_entries[i]);
}
