/*
 * guard.c - the independent check: other code than the scheduler's keeps asking whether each open
 * incident has exactly the wake armed that its state asks for.
 *
 * Place: engine, in the idle seconds. It goes round all incidents by id, a sample a second. A breach
 * is an alarm, is repaired, and stands in the journal.
 *
 * When another mechanism comes into force, its ladders may ask for other wakes than those that are
 * armed. That is no breach: the incidents that have a wake, which are the open ones, are armed anew at
 * once, quietly, some a turn. The first round by id after it, and after a start (an engine that died
 * meanwhile does not know how far it came), is quiet about what was issued under another revision.
 */
#include "base/log.h"
#include "engine/kinds.h"

#define SAMPLE ((size_t)64)
#define SAMPLE_REARM ((size_t)256)

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
	deadline_arm(inc, t->m, &t->around, t->now);
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
	deadline_arm(slot->inc, t->m, &t->around, t->now);
	slot->inc->changed = true;
	turn_touch(t, slot);
}

/* May its wake have been armed by another mechanism's ladders, and not been looked at since? */
static bool armed_elsewhere(const struct turn *t, const struct incident *inc)
{
	if (t->wants.armed_most)
		return true;
	for (int i = 0; t->e->guard.first > 0 && i < inc->n_dispatches; i++)
		if (!text_eq(inc->dispatches[i].revision, t->m->revision))
			return true;
	return false;
}

static void check(struct turn *t, struct incident *inc)
{
	bool ended = inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;
	const char *wrong;

	/* what is due at this very moment is about to be fired */
	if (ended || (inc->wake_at && inc->wake_at <= t->now))
		return;
	t->e->metrics.checked++;
	wrong = deadline_check(inc, t->m, &t->around, t->now);
	if (!wrong)
		return;
	if (armed_elsewhere(t, inc))
		rearm(t, slots_take(&t->slots, t->a, inc));
	else
		repair(t, slots_take(&t->slots, t->a, inc), wrong);
}

/* The next ids round all there are; ids count from 1 without a gap. */
static void want_sample(struct turn *t)
{
	int64_t last = store_metrics(t->e->store).incidents, at = t->e->guard.at;

	t->n_ids = last < (int64_t)SAMPLE ? (size_t)last : SAMPLE;
	t->ids = arena_new_array(t->a, int64_t, t->n_ids);
	for (size_t i = 0; i < t->n_ids; i++)
		t->ids[i] = at = at >= last ? 1 : at + 1;
}

static void want(struct turn *t)
{
	const struct guard_state *g = &t->e->guard;

	if (!g->rearming) {
		want_sample(t);
		return;
	}
	t->wants.armed_wake = g->wake;
	t->wants.armed_id = g->id;
	t->wants.armed_most = SAMPLE_REARM;
	t->wants.armed = arena_new_array(t->a, struct incident *, SAMPLE_REARM);
}

static void decide(struct turn *t)
{
	struct guard_state *g = &t->e->guard;
	size_t n = t->wants.n_armed;

	if (n) { /* before their wakes change */
		g->then_wake = t->wants.armed[n - 1]->wake_at;
		g->then_id = t->wants.armed[n - 1]->id;
	}
	for (size_t i = 0; i < n; i++)
		check(t, t->wants.armed[i]);
	for (size_t i = 0; i < t->n_ids; i++)
		if (t->wants.incidents[i].found)
			check(t, t->wants.incidents[i].found);
}

static void done(struct turn *t, const struct turn_outcome *o)
{
	struct guard_state *g = &t->e->guard;

	if (o->end != TURN_COMMITTED)
		return;
	if (t->wants.armed_most) {
		g->rearming = t->wants.n_armed == t->wants.armed_most;
		g->wake = g->then_wake;
		g->id = g->then_id;
		return;
	}
	if (t->n_ids)
		g->at = t->ids[t->n_ids - 1];
	g->first -= g->first > 0 ? (int64_t)t->n_ids : 0;
}

const struct turn_kind turn_of_guard = {"guard", want, decide, done};

void guard_rearm(struct engine *e)
{
	e->guard.rearming = true;
	e->guard.wake = e->guard.id = 0;
	e->guard.first = store_metrics(e->store).incidents;
}

bool guard_may_run(const struct engine *e)
{
	return !e->queue.first && !e->advance.on && !e->catching_up && e->trust != CLOCK_AHEAD &&
	    !store_metrics(e->store).read_only;
}
