/*
 * wakes.c - what is due in a turn.
 * Place: engine. Incidents with a wake at or before now are loaded with the turn's others; what they owe
 * is decided by domain/, each incident once a turn.
 */
#include "engine/core.h"
#include "engine/duty.h"
#include "engine/propose.h"

static void count_reminders(struct engine *e, const struct decision *d)
{
	for (int i = 0; i < d->n_events; i++)
		e->metrics.reminders +=
		    d->events[i].type == EVENT_REMINDER_SENT || d->events[i].type == EVENT_ESCALATION_RAISED;
}

static void fire(struct turn *t, struct slot *slot)
{
	struct engine *e = t->e;
	struct decision d = {0};

	/* a command of this turn may have moved it */
	if (slot->inc->wake_at == 0 || slot->inc->wake_at > t->now)
		return;
	lifecycle_wake(slot->inc, t->m, &t->around, t->now, &d, t->a);
	slot->inc->changed = true;
	e->metrics.wakes++;
	t->n_fired++;
	count_reminders(e, &d);
	turn_decided(t, &d, slot);
}

void turn_catch_up(struct turn *t, struct slot *slot)
{
	if (t->e->catching_up || t->save.downtime.to)
		fire(t, slot);
}

void turn_want_due(struct turn *t, size_t most)
{
	t->wants.due_most = most;
	t->wants.due = arena_new_array(t->a, struct incident *, most);
	duty_want_due(t);
	propose_want(t);
}

void turn_fire(struct turn *t)
{
	for (size_t i = 0; i < t->wants.n_due; i++)
		fire(t, slots_take(&t->slots, t->a, t->wants.due[i]));
	register_fire(t);
	duty_fire(t);
	propose_fire(t);
}
