/* acting.c - see acting.h. Place: front; memory only. */
#include "front/acting.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/map.h"

#include <stdlib.h>

struct acting {
	unsigned age;
	int64_t next; /* the next day of a succession; INT64_MAX: none is known */
	bool looked;  /* since the mechanism has changed */
	struct map
	    lists; /* const char *: each list once, for others hold them; there are as many as reforms */
	struct arena *arena, *scratch;
};

struct acting *acting_new(void)
{
	struct acting *a = xalloc(sizeof(*a));

	*a = (struct acting){.arena = arena_new(), .scratch = arena_new()};
	map_init(&a->lists, a->arena, sizeof(const char *), 0);
	return a;
}

void acting_free(struct acting *a)
{
	if (!a)
		return;
	arena_free(a->arena);
	arena_free(a->scratch);
	free(a);
}

void acting_changed(struct acting *a)
{
	a->looked = false;
}

static int64_t next_day(const struct mechanism *m, int64_t now)
{
	int64_t next = INT64_MAX;

	for (int i = 0; m->reformed && i < m->n_units; i++)
		if (m->units[i].n_succeeds && m->units[i].since > now && m->units[i].since < next)
			next = m->units[i].since;
	return next;
}

unsigned acting_age(struct acting *a, const struct mechanism *m, int64_t now)
{
	if (!m || (a->looked && now < a->next))
		return a->age;
	a->looked = true;
	a->next = next_day(m, now);
	return ++a->age;
}

const char *acting_units(struct acting *a, const struct mechanism *m, const char *units, int64_t now)
{
	struct str first = list_next(&units);
	const char *list, **kept;
	bool added;

	arena_reset(a->scratch);
	list = mechanism_acts_for(m, arena_str(a->scratch, first), now, a->scratch);
	kept = map_find(&a->lists, str_of(list));
	if (kept)
		return *kept;
	list = arena_text(a->arena, list);
	kept = map_add(&a->lists, str_of(list), &added);
	*kept = list;
	return list;
}
