/*
 * map.c - open addressing with linear probing, at most half full, so that a search ends soon at an
 * empty slot. Removing moves those back that stand behind the gap: there are no tombstones.
 *
 * Invariants: n_slots is 0 or a power of two; 2 * n <= n_slots; from the slot that a key's hash
 * names up to the slot that holds the key no slot is empty.
 */
#include "base/map.h"
#include "base/arena.h"
#include "base/log.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>

#define SLOTS_MIN ((size_t)16)
#define VALUE_ALIGN _Alignof(uint64_t)

struct map_slot {
	struct str key; /* p NULL: empty */
	uint64_t hash;
	_Alignas(VALUE_ALIGN) char value[];
};

static size_t slot_size(const struct map *m)
{
	return sizeof(struct map_slot) + (m->value_size + VALUE_ALIGN - 1) / VALUE_ALIGN * VALUE_ALIGN;
}

static struct map_slot *slot_at(const struct map *m, size_t i)
{
	return (struct map_slot *)(void *)((char *)m->slots + i * slot_size(m));
}

static void *slots_new(struct map *m)
{
	size_t bytes = m->n_slots * slot_size(m);
	void *slots;

	if (m->arena)
		return arena_alloc(m->arena, bytes);
	slots = xalloc(bytes);
	memset(slots, 0, bytes);
	return slots;
}

static void slots_free(const struct map *m, void *slots)
{
	if (!m->arena)
		free(slots);
}

static uint64_t mixed(uint64_t h)
{
	h *= UINT64_C(0x9E3779B97F4A7C15);
	return h ^ h >> 32;
}

/* Eight bytes at a time, in the same order on every machine. A seed that is only added would leave neighbours neighbours. */
static uint64_t hash_of(const struct map *m, struct str key)
{
	uint64_t h = mixed(m->seed ^ key.n), word;

	for (; key.n >= sizeof word; key.p += sizeof word, key.n -= sizeof word) {
		memcpy(&word, key.p, sizeof word);
		h = mixed(h ^ le64toh(word));
	}
	word = 0;
	for (size_t i = 0; i < key.n; i++)
		word = word << 8 | (unsigned char)key.p[i];
	return mixed(h ^ word);
}

/* The slot of the key, or the empty one where it belongs. */
static size_t place_of(const struct map *m, struct str key, uint64_t hash)
{
	size_t i = hash & (m->n_slots - 1);
	const struct map_slot *s;

	while ((s = slot_at(m, i))->key.p && (s->hash != hash || !str_eq(s->key, key)))
		i = (i + 1) & (m->n_slots - 1);
	return i;
}

void map_init(struct map *m, struct arena *arena, size_t value_size, size_t expected)
{
	*m = (struct map){.arena = arena, .value_size = value_size};
	if (!expected)
		return;
	m->n_slots = SLOTS_MIN;
	while (m->n_slots < 2 * expected)
		m->n_slots *= 2;
	m->slots = slots_new(m);
}

void map_init_seeded(struct map *m, size_t value_size, uint64_t seed)
{
	map_init(m, NULL, value_size, 0);
	m->seed = seed;
}

void map_free(struct map *m)
{
	slots_free(m, m->slots);
	m->slots = NULL;
	m->n = m->n_slots = 0;
}

void map_clear(struct map *m)
{
	if (m->n)
		memset(m->slots, 0, m->n_slots * slot_size(m));
	m->n = 0;
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->n_slots = old.n_slots ? 2 * old.n_slots : SLOTS_MIN;
	m->slots = slots_new(m);
	for (size_t i = 0; i < old.n_slots; i++) {
		const struct map_slot *s = slot_at(&old, i);

		if (s->key.p)
			memcpy(slot_at(m, place_of(m, s->key, s->hash)), s, slot_size(m));
	}
	slots_free(m, old.slots);
}

void *map_find(const struct map *m, struct str key)
{
	struct map_slot *s;

	if (m->n == 0)
		return NULL;
	s = slot_at(m, place_of(m, key, hash_of(m, key)));
	return s->key.p ? s->value : NULL;
}

void *map_add(struct map *m, struct str key, bool *added)
{
	uint64_t hash = hash_of(m, key);
	struct map_slot *s;
	bool fresh;

	assert(key.p && "a key has bytes, if only an empty text");
	if (2 * (m->n + 1) > m->n_slots)
		grow(m);
	s = slot_at(m, place_of(m, key, hash));
	fresh = !s->key.p;
	if (fresh) {
		s->key = key;
		s->hash = hash;
		m->n++;
	}
	if (added)
		*added = fresh;
	return s->value;
}

/* Does the key of slot i stay findable when `gap` before it becomes empty? Only if its search begins
 * behind the gap. */
static bool may_stay(const struct map *m, size_t gap, size_t i)
{
	size_t mask = m->n_slots - 1, home = slot_at(m, i)->hash & mask;

	return ((i - home) & mask) < ((i - gap) & mask);
}

bool map_remove(struct map *m, struct str key)
{
	size_t mask = m->n_slots - 1, gap;

	if (!map_find(m, key))
		return false;
	gap = place_of(m, key, hash_of(m, key));
	for (size_t i = (gap + 1) & mask; slot_at(m, i)->key.p; i = (i + 1) & mask)
		if (!may_stay(m, gap, i)) {
			memcpy(slot_at(m, gap), slot_at(m, i), slot_size(m));
			gap = i;
		}
	memset(slot_at(m, gap), 0, slot_size(m));
	m->n--;
	return true;
}

size_t map_count(const struct map *m)
{
	return m->n;
}

void *map_next(const struct map *m, size_t *at, struct str *key)
{
	while (*at < m->n_slots) {
		struct map_slot *s = slot_at(m, (*at)++);

		if (!s->key.p)
			continue;
		if (key)
			*key = s->key;
		return s->value;
	}
	return NULL;
}
