/*
 * turn.c - the states of a turn, and what follows from what the store says.
 *
 *   IDLE -> LOADING -> (decide) -> SAVING -> IDLE
 *              ^ full, away          | unknown
 *              +---------------------+-> RESOLVING -> IDLE
 *
 * Place: engine, the heart. Commands that come while a turn is under way are the next turn's: group
 * commit without a timer, and nothing is decided on what is not committed. The embedded store always has
 * its answer at once, so a turn goes through in one call; one that says LATER calls when it has it.
 *
 * After a commit of unknown outcome the store is asked what became of it. Where nothing is stored,
 * everything of the turn is thrown away; sending it again is safe, because the number, the key or the
 * command's id finds what was stored.
 */
#include "base/clock.h"
#include "base/log.h"
#include "engine/core.h"
#include "engine/similar.h"
#include "mechanism/load.h"

#include <assert.h>

#define AWAY_AGAIN_MS 20
#define AWAY_MOST_MS (10 * SECOND_MS) /* as long as a front end holds a command */

/* -- beginning ------------------------------------------------------------------------------ */

void turn_begin(struct turn *t, struct engine *e, const struct turn_kind *kind, struct batch *b,
    store_done *call)
{
	assert(t->state == TURN_IDLE && "one turn at a time");
	*t = (struct turn){.e = e,
	    .kind = kind,
	    .state = TURN_LOADING,
	    .batch = b,
	    .a = b->a,
	    .m = mechanism_hold(e->m),
	    .call = call,
	    .began_us = clock_mono_us()};
}

void turn_end(struct turn *t)
{
	mechanism_release(t->m);
	mechanism_release(t->effects.mechanism);
	queue_give_back(&t->e->queue, t->batch);
	t->state = TURN_IDLE;
	t->batch = NULL;
}

/* For the first time, or because it is decided again. */
static void begin_again(struct turn *t)
{
	*t = (struct turn){.e = t->e,
	    .kind = t->kind,
	    .state = t->state,
	    .batch = t->batch,
	    .a = t->a,
	    .m = t->m,
	    .call = t->call,
	    .began_us = t->began_us,
	    .away_since = t->away_since,
	    .no_reports = t->no_reports,
	    .now = clock_wall().ms,
	    .boot = clock_boot().ms,
	    .recent_mark = recent_mark(t->e->recent),
	    .next_seq = store_head(t->e->store).seq + 1,
	    .around = {t->e->downtimes, t->e->n_downtimes, t->e->office.modes, t->e->office.n_modes,
		t->e->office.assignments, t->e->office.n_assignments}};
	register_begin(t);
	slots_init(&t->slots, t->a, (size_t)t->batch->n);
	map_init(&t->by_key, t->a, sizeof(size_t), 0);
	map_init(&t->by_caller, t->a, sizeof(struct calls *), 0);
}

/* -- load ----------------------------------------------------------------------------------- */

static enum store_when load(struct turn *t)
{
	struct store_wants *w = &t->wants;

	begin_again(t);
	if (t->kind->want)
		t->kind->want(t);
	t->n_wanted = t->slots.n;
	w->now = t->now;
	w->n_incidents = t->n_wanted + t->n_ids;
	w->incidents = arena_new_array(t->a, struct store_want, w->n_incidents);
	for (struct slot *s = t->slots.first; s; s = s->next)
		w->incidents[s->want] = (struct store_want){.number = s->number,
		    .followers = s->followers,
		    .leader = s->leader,
		    .matters = s->matters};
	for (size_t i = 0; i < t->n_ids; i++)
		w->incidents[t->n_wanted + i].id = t->ids[i];
	w->answers = t->answers;
	w->n_answers = t->known;
	w->resent = t->resent;
	w->n_resent = t->n_resent;
	return store_load(t->e->store, t->a, w, t->call, t->e);
}

/* -- save ----------------------------------------------------------------------------------- */

static bool follows_new(const struct incident *inc)
{
	return inc->same_as_number && !inc->same_as;
}

static size_t touched(const struct turn *t, struct incident **out)
{
	size_t n = 0;

	for (struct slot *s = t->slots.first; s; s = s->next)
		if (s->touched && !follows_new(s->inc))
			out[n++] = s->inc;
	for (struct slot *s = t->slots.first; s; s = s->next)
		if (s->touched && follows_new(s->inc))
			out[n++] = s->inc; /* behind their main, which gets its id first */
	return n;
}

static enum store_when save(struct turn *t)
{
	struct store_batch *b = &t->save;

	b->incidents = arena_new_array(t->a, struct incident *, t->slots.n);
	b->n_incidents = touched(t, b->incidents);
	b->decisions = t->decisions;
	b->n_decisions = t->n_decisions;
	b->answers = t->answers + t->known;
	b->n_answers = t->n_answers - t->known;
	b->accounts = t->accounts;
	b->n_accounts = t->n_accounts;
	b->sessions = t->sessions;
	b->n_sessions = t->n_sessions;
	b->codes = t->codes;
	b->n_codes = t->n_codes;
	b->grows = t->grows;
	register_save(t, b);
	return store_save(t->e->store, b, t->call, t->e);
}

static enum store_when resolve(struct turn *t)
{
	return store_resolve(t->e->store, &t->save, t->call, t->e);
}

/* -- what follows --------------------------------------------------------------------------- */

/* The turn under way, and how it ends. */
struct going {
	struct turn *t;
	struct turn_outcome o;
	bool pause; /* before the store is asked again */
};
typedef enum turn_state turn_move(struct going *g);

/* What was decided did not happen. */
static void take_back(struct turn *t)
{
	recent_rewind(t->e->recent, t->recent_mark);
	mechanism_release(t->effects.mechanism);
	t->effects = (struct effects){0};
}

static enum turn_state decide(struct going *g)
{
	struct turn *t = g->t;

	t->now = t->wants.now;
	for (struct slot *s = t->slots.first; s; s = s->next) {
		slots_found(&t->slots, s, t->wants.incidents[s->want].found);
		s->archive = t->wants.incidents[s->want].archive;
	}
	turn_remember_answers(t);
	t->kind->decide(t);
	return TURN_SAVING;
}

static void look_at_wakes(struct turn *t, struct turn_outcome *o)
{
	int64_t next = t->wants.next_wake;

	for (struct slot *s = t->slots.first; s; s = s->next)
		if (s->touched && s->inc->wake_at && (next == 0 || s->inc->wake_at < next))
			next = s->inc->wake_at;
	o->next_wake = register_wake(t, next);
	o->looked = t->wants.due_most > 0;
	o->more = o->looked &&
	    (t->wants.n_due == t->wants.due_most || t->wants.n_due_requests == t->wants.due_most ||
		t->wants.n_due_entries == t->wants.due_most);
}

static enum turn_state committed(struct going *g)
{
	struct turn *t = g->t;

	assert(store_head(t->e->store).seq == t->next_seq - 1 &&
	    "the head is the last event that was decided");
	for (struct slot *s = t->slots.first; s; s = s->next)
		if (s->touched)
			recent_changed(t->e->recent, t->m, s->inc);
	g->o.end = TURN_COMMITTED;
	look_at_wakes(t, &g->o);
	return TURN_IDLE;
}

static enum turn_state unavailable(struct going *g)
{
	take_back(g->t);
	g->o.end = TURN_UNAVAILABLE;
	return TURN_IDLE;
}

static enum turn_state broken(struct going *g)
{
	g->o.end = TURN_BROKEN;
	return TURN_IDLE;
}

/* Everything but new reports can go on. */
static enum turn_state without_reports(struct going *g)
{
	assert(!g->t->no_reports && "a turn without reports does not grow");
	take_back(g->t);
	g->t->no_reports = true;
	return TURN_LOADING;
}

/* Decided again from the load on: what it stood on may have changed. */
static enum turn_state when_back(struct going *g)
{
	struct turn *t = g->t;

	if (t->away_since && clock_mono().ms - t->away_since >= AWAY_MOST_MS)
		return unavailable(g);
	if (!t->away_since)
		t->away_since = clock_mono().ms;
	take_back(t);
	g->pause = true;
	return TURN_LOADING;
}

static enum turn_state ask_what_happened(struct going *g)
{
	(void)g;
	return TURN_RESOLVING;
}

static enum turn_state ask_again(struct going *g)
{
	g->pause = true;
	return TURN_RESOLVING;
}

static enum store_when (*const asks[TURN_STATES])(struct turn *t) = {
    [TURN_LOADING] = load,
    [TURN_SAVING] = save,
    [TURN_RESOLVING] = resolve,
};

static turn_move *const moves[TURN_STATES][STORE_STATUSES] = {
    [TURN_LOADING] = {[STORE_OK] = decide,
	[STORE_UNKNOWN] = unavailable,
	[STORE_FULL] = unavailable,
	[STORE_FAILED] = broken,
	[STORE_AWAY] = when_back},
    [TURN_SAVING] = {[STORE_OK] = committed,
	[STORE_UNKNOWN] = ask_what_happened,
	[STORE_FULL] = without_reports,
	[STORE_FAILED] = broken,
	[STORE_AWAY] = when_back},
    [TURN_RESOLVING] = {[STORE_OK] = committed,
	[STORE_UNKNOWN] = unavailable,
	[STORE_FULL] = unavailable,
	[STORE_FAILED] = broken,
	[STORE_AWAY] = ask_again},
};

struct turn_outcome turn_go(struct turn *t)
{
	struct going g = {.t = t, .o = {.end = TURN_WAITS, .again_ms = -1}};

	while (t->state != TURN_IDLE && !g.pause) {
		enum store_when when = t->asked ? STORE_NOW : asks[t->state](t);
		enum store_status status;

		t->asked = when == STORE_LATER;
		if (t->asked)
			return g.o;
		status = t->state == TURN_LOADING ? t->wants.status : t->save.status;
		t->state = moves[t->state][status](&g);
	}
	if (g.pause)
		g.o.again_ms = AWAY_AGAIN_MS;
	return g.o;
}
