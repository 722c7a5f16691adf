/*
 * erase.c - the turn that erases personal data after their time, some of it a second, at night.
 *
 * Place: engine, in the idle seconds. Incidents are looked at in the order of their ids, each once: one that
 * must wait goes on a list, and that is looked through every night. Texts and entries of no incident come
 * last. Then the WAL is written back and cut, so that no byte of what was erased stays in it.
 */
#include "base/log.h"
#include "domain/entry.h"
#include "domain/erasure.h"
#include "engine/kinds.h"
#include "store/photos.h"

#define CHUNK 64
#define PERIODS_MOST 400
#define NIGHT_FROM_MS (2 * HOUR_MS)
#define NIGHT_TO_MS (5 * HOUR_MS)

bool erase_may_run(const struct engine *e, int64_t now)
{
	int64_t night = local_day(now), into = now - day_start(night);

	return guard_may_run(e) && into >= NIGHT_FROM_MS && into < NIGHT_TO_MS && e->erase.night != night;
}

/* -- want ---------------------------------------------------------------------------------------- */

static void want_periods(struct turn *t)
{
	struct store_want_entries *periods = arena_alloc(t->a, sizeof *periods);

	*periods = (struct store_want_entries){.kind = ENTRY_PERIOD, .most = PERIODS_MOST};
	t->wants.lists = periods;
	t->wants.n_lists = 1;
}

static void want(struct turn *t)
{
	struct engine *e = t->e;
	int64_t last = store_metrics(e->store).incidents, id = store_erased_to(e->store);

	t->ids = arena_new_array(t->a, int64_t, CHUNK);
	if (e->erase.stage == ERASE_IN_ORDER)
		while (id < last && t->n_ids < CHUNK)
			t->ids[t->n_ids++] = ++id;
	if (e->erase.stage == ERASE_WAITING)
		t->n_ids = store_waiting(e->store, e->erase.waiting, t->ids, CHUNK);
	if (t->n_ids)
		want_periods(t);
}

/* -- decide -------------------------------------------------------------------------------------- */

/* "2026Q1,2026Q2" */
static const char *closed_periods(struct turn *t)
{
	const struct store_want_entries *w = t->wants.lists;
	struct buf list = {0};
	const char *out;

	for (size_t i = 0; w && i < w->n; i++) {
		if (w->found[i]->state != PERIOD_CLOSED || !w->found[i]->name)
			continue;
		if (list.n)
			buf_char(&list, ',');
		buf_text(&list, w->found[i]->name);
	}
	out = arena_str(t->a, buf_view(&list));
	buf_free(&list);
	return out;
}

static void erase(struct turn *t, struct incident *inc)
{
	struct slot *slot = slots_take(&t->slots, t->a, inc);
	struct store_erasure *x = t->save.erasure;
	struct decision d;

	photos_expire(t->e->child->options->store, inc->number);
	erasure_erase(inc, t->now, &d, t->a);
	turn_decided(t, &d, slot);
	x->erased[x->n_erased++] = inc;
}

/* False: neither its time nor that of any later one has come. */
static bool look_at(struct turn *t, struct incident *inc, const char *closed)
{
	struct store_erasure *x = t->save.erasure;
	enum erasure is = erasure_judge(inc, t->m, t->now, closed);

	if (is == ERASURE_NOT_YET && t->e->erase.stage == ERASE_IN_ORDER)
		return false;
	if (is == ERASURE_DUE)
		erase(t, inc);
	else if (is == ERASURE_WAITS && t->e->erase.stage == ERASE_IN_ORDER)
		x->waits[x->n_waits++] = inc->id;
	return true;
}

static void decide(struct turn *t)
{
	struct engine *e = t->e;
	struct store_erasure *x = arena_alloc(t->a, sizeof *x);
	const char *closed = closed_periods(t);
	size_t n = 0;

	x->to = store_erased_to(e->store);
	x->erased = arena_new_array(t->a, struct incident *, CHUNK);
	x->waits = arena_new_array(t->a, int64_t, CHUNK);
	t->save.erasure = x;
	while (n < t->n_ids &&
	    (!t->wants.incidents[n].found || look_at(t, t->wants.incidents[n].found, closed)))
		n++;
	if (e->erase.stage == ERASE_IN_ORDER && n)
		x->to = t->ids[n - 1];
	if (e->erase.stage == ERASE_LOOSE)
		x->before = t->now - t->m->policy.retention_days * DAY_MS;
	e->erase.looked = n;
}

/* -- done ---------------------------------------------------------------------------------------- */

static void tonight_done(struct engine *e, int64_t now)
{
	e->erase.night = local_day(now);
	e->erase.stage = ERASE_IN_ORDER;
	e->erase.waiting = 0;
	if (e->erase.n == 0)
		return;
	log_info("personal data erased", "incidents=%lld", (long long)e->erase.n);
	e->erase.n = 0;
	store_scrub(e->store);
}

static void done(struct turn *t, const struct turn_outcome *o)
{
	struct erase_state *s = &t->e->erase;
	const struct store_erasure *x = t->save.erasure;
	bool all = s->looked == CHUNK;

	if (o->end != TURN_COMMITTED)
		return;
	for (size_t i = 0; i < x->n_erased; i++)
		photos_erase(t->e->child->options->store, x->erased[i]->number);
	s->n += (int64_t)x->n_erased + x->n_texts;
	if (s->stage == ERASE_LOOSE) {
		if (!x->more)
			tonight_done(t->e, t->now);
		return;
	}
	if (s->stage == ERASE_WAITING && t->n_ids)
		s->waiting = t->ids[t->n_ids - 1];
	if (!all)
		s->stage++;
}

const struct turn_kind turn_of_erasure = {"erasure", want, decide, done};
