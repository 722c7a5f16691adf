/*
 * guard.c - the independent check: other code than the scheduler's keeps asking whether each open
 * incident has exactly the wake armed that its state asks for.
 *
 * Place: engine, in the idle seconds. It goes round all incidents by id, a sample a second. A breach
 * is an alarm, is repaired, and stands in the journal.
 */
#include "base/clock.h"
#include "base/log.h"
#include "engine/core.h"

#define SAMPLE 64

static void repair(struct turn *t, struct slot *slot, const char *wrong)
{
	struct incident *inc = slot->inc;
	struct decision d = {.incident = inc, .at = t->now, .actor = "system"};
	struct buf b = {0};
	struct json j = json_to(&b);

	log_alarm("deadline not armed as it must be", "incident=%s wake_at=%lld wrong=%s", inc->number,
	    (long long)inc->wake_at, wrong);
	json_begin(&j, NULL);
	json_time(&j, "armed", inc->wake_at);
	inc->wake_at = deadline_wake(inc, t->e->m, t->now);
	inc->changed = true;
	json_time(&j, "repaired", inc->wake_at);
	json_text(&j, "wrong", wrong);
	json_end(&j);
	decision_event(&d, t->a, EVENT_INVARIANT_REPAIRED, t->now, NULL, buf_view(&b));
	buf_free(&b);
	turn_decided(t, &d, slot);
	t->e->figures.repaired++;
}

static void check(struct turn *t, struct incident *inc)
{
	bool ended = inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
	const char *wrong;

	/* what is due at this very moment is about to be fired */
	if (ended || (inc->wake_at && inc->wake_at <= t->now))
		return;
	t->e->figures.checked++;
	wrong = deadline_check(inc, t->e->m, t->now);
	if (wrong) {
		struct slot *slot = slots_want(&t->slots, t->a, inc->number);

		slots_found(&t->slots, slot, inc);
		repair(t, slot, wrong);
	}
}

static enum store_status load_sample(struct engine *e, struct turn *t, struct store_want *wants)
{
	int64_t most = store_figures(e->store).incidents;

	for (int i = 0; i < SAMPLE; i++) {
		e->guard_at = e->guard_at >= most ? 1 : e->guard_at + 1;
		wants[i] = (struct store_want){.id = e->guard_at};
		if (i >= most)
			wants[i].id = 0;
	}
	return store_load(e->store, t->a, wants, most < SAMPLE ? (size_t)most : SAMPLE);
}

void guard_run(struct engine *e)
{
	struct store_want wants[SAMPLE];
	struct batch *b;
	struct turn t;

	if (e->first || e->walk.on || e->catching_up || store_figures(e->store).read_only ||
	    store_figures(e->store).incidents == 0)
		return;
	b = queue_blank(e);
	turn_begin(&t, e, b);
	if (load_sample(e, &t, wants) == STORE_OK)
		for (int i = 0; i < SAMPLE && i < store_figures(e->store).incidents; i++)
			if (wants[i].found)
				check(&t, wants[i].found);
	if (t.n_decisions && turn_commit(&t) == STORE_OK) {
		turn_release(&t);
		engine_arm(e);
	}
	queue_give_back(e, b);
}
