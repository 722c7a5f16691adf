/*
 * wakes.c - what is due in a turn.
 * Place: engine, above the files that have something due. Incidents with a wake at or before now are loaded with the turn's
 * others; what each owes is wake.c's.
 */
#include "engine/core.h"
#include "engine/duty.h"
#include "engine/propose.h"

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
		turn_wake(t, slots_take(&t->slots, t->a, t->wants.due[i]));
	register_fire(t);
	duty_fire(t);
	propose_fire(t);
}
