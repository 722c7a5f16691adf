/*
 * advance.c - the walk of the manual clock.
 *
 * Place: engine. An advance walks through every instant at which something is due, each a turn of its
 * own at exactly that instant, and is answered after the last commit. A jump (clock.set) has moved
 * already: what a machine that was down sees. The instant lies in the store and moves only with a commit.
 *
 * A step of an advance is a heartbeat: under this clock the engine is not away while it is walked. After a
 * jump the beat waits until all is caught up with, as after a true downtime.
 */
#include "base/clock.h"
#include "engine/kinds.h"
#include "engine/modes.h"
#include "engine/publish.h"

void advance_begin(struct engine *e, const struct effects *x)
{
	e->advance = (struct work){.on = true, .from = x->advance->from, .id = x->advance->c->id};
	e->advance_until = x->advance_until;
	e->advance_fired = 0;
}

/* The next instant at which something is due; the end where nothing is. */
static int64_t next_instant(const struct engine *e, int64_t now)
{
	if (!e->next_wake_known || (e->next_wake && e->next_wake <= now))
		return now;
	return e->next_wake && e->next_wake < e->advance_until ? e->next_wake : e->advance_until;
}

static void want(struct turn *t)
{
	int64_t at = next_instant(t->e, t->now);

	if (at > t->now)
		t->now = t->save.manual_at = at;
	turn_want_due(t, WAKES_MAX);
	mode_want(t);
}

static bool is_last(const struct turn *t)
{
	return t->now >= t->e->advance_until && t->wants.n_due == 0 && t->wants.n_due_requests == 0 &&
	    t->wants.n_due_entries == 0;
}

static void decide(struct turn *t)
{
	turn_fire(t);
	t->effects.announce = is_last(t);
	if (is_last(t) || !t->e->catching_up)
		t->save.beat = t->now;
}

static void answer(struct engine *e)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_time(&json, "time", clock_wall().ms);
	json_bool(&json, "manual", true);
	json_int(&json, "fired", e->advance_fired);
	json_int(&json, "seq", store_head(e->store).seq);
	json_end(&json);
	work_answer(&e->advance, NULL, buf_view(&b));
	buf_free(&b);
}

static void done(struct turn *t, const struct turn_outcome *o)
{
	struct engine *e = t->e;

	if (o->end != TURN_COMMITTED) {
		work_answer(&e->advance, &(struct refusal){.code = ERROR_UNAVAILABLE}, STR(""));
		return;
	}
	e->advance_fired += t->n_fired;
	if (!is_last(t))
		return;
	e->catching_up = false;
	answer(e);
}

const struct turn_kind turn_of_advance = {"advance", want, decide, done};
