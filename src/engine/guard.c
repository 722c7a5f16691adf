/*
 * guard.c - the independent check: other code than the scheduler's keeps asking whether each open
 * incident has exactly the wake armed that its state asks for.
 *
 * Place: engine, in the idle seconds. It goes round all incidents by id, a sample a second. A breach
 * is an alarm, is repaired, and stands in the journal.
 *
 * When another mechanism comes into force, its ladders may ask for other wakes than those that are
 * armed. That is no breach: the first round after it arms them anew, quietly and in larger steps. An
 * engine that died in that round does not know how far it came: after a start the first round is quiet
 * about what was issued under another revision.
 */
#include "base/clock.h"
#include "base/log.h"
#include "engine/core.h"

#define SAMPLE 64
#define SAMPLE_REARM 1024

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
	inc->wake_at = deadline_wake(inc, t->m, t->now);
	inc->changed = true;
	json_time(&j, "repaired", inc->wake_at);
	json_text(&j, "wrong", wrong);
	json_end(&j);
	decision_event(&d, t->a, EVENT_INVARIANT_REPAIRED, t->now, NULL, buf_view(&b));
	buf_free(&b);
	turn_decided(t, &d, slot);
	t->e->metrics.repaired++;
}

static void rearm(struct turn *t, struct slot *slot)
{
	slot->inc->wake_at = deadline_wake(slot->inc, t->m, t->now);
	slot->inc->changed = true;
	turn_touch(t, slot);
}

/* May its wake have been armed by another mechanism's ladders, and nobody have looked since? */
static bool armed_elsewhere(const struct engine *e, const struct incident *inc)
{
	if (e->guard_rearm > 0)
		return true;
	for (int i = 0; e->guard_first > 0 && i < inc->n_dispatches; i++)
		if (!text_eq(inc->dispatches[i].revision, e->m->revision))
			return true;
	return false;
}

static void check(struct turn *t, struct incident *inc)
{
	bool ended = inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
	const char *wrong;
	struct slot *slot;

	/* what is due at this very moment is about to be fired */
	if (ended || (inc->wake_at && inc->wake_at <= t->now))
		return;
	t->e->metrics.checked++;
	wrong = deadline_check(inc, t->m, t->now);
	if (!wrong)
		return;
	slot = slots_want(&t->slots, t->a, inc->number);
	slots_found(&t->slots, slot, inc);
	if (armed_elsewhere(t->e, inc))
		rearm(t, slot);
	else
		repair(t, slot, wrong);
}

/* The next ids round all there are; ids count from 1 without a gap. */
static size_t sample(struct engine *e, struct store_want *wants, size_t most)
{
	int64_t last = store_metrics(e->store).incidents;
	size_t n = last < (int64_t)most ? (size_t)last : most;

	for (size_t i = 0; i < n; i++) {
		e->guard_at = e->guard_at >= last ? 1 : e->guard_at + 1;
		wants[i] = (struct store_want){.id = e->guard_at};
	}
	return n;
}

static void check_sample(struct engine *e, struct turn *t, size_t most)
{
	struct store_want *wants = arena_new_array(t->a, struct store_want, most);
	size_t n = sample(e, wants, most);

	if (n == 0 || store_load(e->store, t->a, wants, n) != STORE_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (wants[i].found)
			check(t, wants[i].found);
	if (turn_commit(t) != STORE_OK)
		return;
	turn_release(t);
	engine_arm(e);
	if (e->guard_rearm > 0)
		e->guard_rearm -= (int64_t)n;
	if (e->guard_first > 0)
		e->guard_first -= (int64_t)n;
}

void guard_rearm(struct engine *e)
{
	e->guard_rearm = store_metrics(e->store).incidents;
}

void guard_run(struct engine *e)
{
	struct batch *b;
	struct turn t;

	if (e->first || e->advance.on || e->catching_up || store_metrics(e->store).read_only)
		return;
	b = queue_blank(e);
	turn_begin(&t, e, b);
	check_sample(e, &t, e->guard_rearm > 0 ? SAMPLE_REARM : SAMPLE);
	turn_end(&t);
}
