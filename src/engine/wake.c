/*
 * wake.c - what one incident owes by now, decided by domain/ once a turn. Place: engine, beneath the handlers.
 */
#include "engine/core.h"

static void count_reminders(struct engine *e, const struct decision *d)
{
	for (int i = 0; i < d->n_events; i++)
		e->metrics.reminders +=
		    d->events[i].type == EVENT_REMINDER_SENT || d->events[i].type == EVENT_ESCALATION_RAISED;
}

void turn_wake(struct turn *t, struct slot *slot)
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
		turn_wake(t, slot);
}
