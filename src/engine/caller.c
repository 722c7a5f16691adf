/*
 * caller.c - what the caller of a report has reported before, for the desk.
 *
 * It is loaded with what the turn looks at: one look at an index for each report that has a phone, and the rows
 * of what is shown. What the same turn has decided is not stored yet; it is found by the caller.
 * Place: engine, beside report.c.
 */
#include "engine/caller.h"
#include "base/array.h"
#include "domain/caller.h"
#include "domain/sight.h"

struct calls {
	struct store_history loaded;
	const struct incident *made; /* the incident, if it is new */
	struct calls *before;        /* those of the same caller that made one earlier in this turn */
};

void caller_want(struct turn *t, struct job *j)
{
	struct view v = job_view(t->e, j);
	enum sight sight = sight_history(&v, NULL);
	uint64_t caller = store_caller(t->e->store, command_text(j->c, FIELD_REPORTER_PHONE),
	    command_int(j->c, FIELD_DRILL));

	if (!caller)
		return;
	j->calls = arena_alloc(t->a, sizeof(*j->calls));
	j->calls->loaded.caller = caller;
	if (sight == SIGHT_NONE)
		return;
	j->calls->loaded.of = j->slot->want + 1;
	j->calls->loaded.open_only = sight != SIGHT_ALL;
	ARRAY_ROOM(t->a, t->wants.histories, t->wants.n_histories, t->cap_histories);
	t->wants.histories[t->wants.n_histories++] = &j->calls->loaded;
}

static struct calls *last_of(const struct turn *t, uint64_t caller)
{
	struct calls *const *last = map_find(&t->by_caller, MAP_KEY_OF(caller));

	return last ? *last : NULL;
}

void caller_reported(struct turn *t, struct job *j, struct incident *inc)
{
	struct calls *c = j->calls;

	if (!c)
		return;
	inc->caller = c->loaded.caller;
	c->made = inc;
	c->before = last_of(t, inc->caller);
	*(struct calls **)map_add(&t->by_caller, MAP_KEY_OF(c->loaded.caller), NULL) = c;
}

void caller_amended(struct turn *t, const struct job *j, struct incident *inc)
{
	if (j->c->kind == COMMAND_INCIDENT_AMEND && command_has(j->c, FIELD_REPORTER_PHONE))
		inc->caller = store_caller(t->e->store, inc->reporter_phone, inc->drill);
}

/* What this turn has made, from the newest on, stands before what was loaded. */
static void add_of_turn(struct store_history *h, const struct calls *newest)
{
	const struct incident *v[HISTORY_SHOWN];
	size_t n = 0;

	for (const struct calls *c = newest; c; c = c->before) {
		if (h->open_only && (c->made->confidential || c->made->secret_reporter))
			continue;
		if (n < HISTORY_SHOWN)
			v[n++] = c->made;
		else
			h->found.count += h->found.count < HISTORY_COUNTED;
	}
	while (n > 0)
		call_history_add(&h->found, v[--n]);
}

const struct call_history *caller_history(struct turn *t, const struct job *j, const struct incident *inc)
{
	struct view v = job_view(t->e, j);
	const struct calls *c;

	if (!j->calls || !j->calls->loaded.of || j->calls->loaded.caller != inc->caller ||
	    sight_history(&v, inc) == SIGHT_NONE)
		return NULL;
	for (c = last_of(t, inc->caller); c && c->made != inc;)
		c = c->before;
	if (c)
		add_of_turn(&j->calls->loaded, c->before);
	return &j->calls->loaded.found;
}
