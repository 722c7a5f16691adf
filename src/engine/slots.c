/*
 * slots.c - the incidents of one turn, found by number and each there once.
 * Place: engine. Two commands on one incident in one turn must see the same copy; a wake of an
 * incident that a command has loaded already must not load a second one.
 */
#include "engine/slots.h"

void slots_init(struct slots *s, struct arena *a, size_t expected)
{
	*s = (struct slots){.n = 0};
	map_init(&s->by_number, a, sizeof(struct slot *), expected);
	map_init(&s->by_id, a, sizeof(struct slot *), expected);
	s->last = &s->first;
}

struct slot *slots_want(struct slots *s, struct arena *a, const char *number)
{
	bool added;
	struct slot **there = map_add(&s->by_number, str_of(number), &added), *slot;

	if (!added)
		return *there;
	slot = *there = arena_alloc(a, sizeof(*slot));
	slot->number = number;
	slot->want = s->n;
	*s->last = slot;
	s->last = &slot->next;
	s->n++;
	return slot;
}

void slots_found(struct slots *s, struct slot *slot, struct incident *inc)
{
	if (slot->inc || !inc)
		return;
	slot->inc = inc;
	slot->id = inc->id;
	if (slot->id != 0)
		*(struct slot **)map_add(&s->by_id, MAP_KEY_OF(slot->id), NULL) = slot;
}

struct slot *slots_find(const struct slots *s, const char *number)
{
	struct slot *const *there = map_find(&s->by_number, str_of(number));

	return there ? *there : NULL;
}

struct slot *slots_find_id(const struct slots *s, int64_t id)
{
	struct slot *const *there = map_find(&s->by_id, MAP_KEY_OF(id));

	return there ? *there : NULL;
}

struct slot *slots_take(struct slots *s, struct arena *a, struct incident *inc)
{
	struct slot *slot = slots_find_id(s, inc->id);

	if (slot)
		return slot;
	slot = slots_want(s, a, inc->number);
	slots_found(s, slot, inc);
	return slot;
}

int64_t slot_seq(const struct slot *slot)
{
	return slot->seq ? slot->seq : slot->inc->last_seq;
}
