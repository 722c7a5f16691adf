/*
 * slots.c - the incidents of one turn, found by number and each there once.
 * Place: engine. Two commands on one incident in one turn must see the same copy; a wake of an
 * incident that a command has loaded already must not load a second one.
 */
#include "engine/core.h"

void slots_init(struct slots *s, struct arena *a, size_t expected)
{
	*s = (struct slots){.n_buckets = 64};
	while (s->n_buckets < 2 * expected)
		s->n_buckets *= 2;
	s->buckets = arena_new_array(a, struct slot *, s->n_buckets);
	s->id_buckets = arena_new_array(a, struct slot *, s->n_buckets);
	s->last = &s->first;
}

struct slot *slots_want(struct slots *s, struct arena *a, const char *number)
{
	struct slot **bucket = &s->buckets[str_hash(str_of(number)) & (s->n_buckets - 1)], *slot;

	for (slot = *bucket; slot; slot = slot->chain)
		if (strcmp(slot->number, number) == 0)
			return slot;
	slot = arena_alloc(a, sizeof(*slot));
	slot->number = number;
	slot->chain = *bucket;
	*bucket = slot;
	*s->last = slot;
	s->last = &slot->next;
	s->n++;
	return slot;
}

static struct slot **id_bucket(const struct slots *s, int64_t id)
{
	return &s->id_buckets[(uint64_t)id & (s->n_buckets - 1)];
}

void slots_found(struct slots *s, struct slot *slot, struct incident *inc)
{
	if (slot->inc || !inc)
		return;
	slot->inc = inc;
	slot->id = inc->id;
	if (slot->id == 0)
		return;
	slot->id_chain = *id_bucket(s, slot->id);
	*id_bucket(s, slot->id) = slot;
}

struct slot *slots_find_id(const struct slots *s, int64_t id)
{
	struct slot *slot = *id_bucket(s, id);

	while (slot && slot->id != id)
		slot = slot->id_chain;
	return slot;
}

int64_t slot_seq(const struct slot *slot)
{
	return slot->seq ? slot->seq : slot->inc->last_seq;
}
