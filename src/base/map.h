/*
 * map.h - the one hash table: from keys of bytes to values of one size.
 *
 * Place: base. The table holds the values and borrows the keys: what a key points to must live as
 * long as its value is in the map, and may lie in what the value points to. A value moves when
 * another one is added or removed, so a pointer to it is good until then.
 * Values are aligned for pointers and 64-bit numbers.
 * With an arena the memory is the arena's and is not freed; without one it is the map's.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H
#include "base/str.h"

struct arena;

/* Its members are map.c's. */
struct map {
	struct arena *arena;
	uint64_t seed;
	size_t value_size, n, n_slots;
	void *slots;
};

/* An empty map with room for `expected` values before it grows. arena NULL: the heap. */
void map_init(struct map *m, struct arena *arena, size_t value_size, size_t expected);
/* The same, for keys that strangers choose: they cannot know which keys fall together. */
void map_init_seeded(struct map *m, size_t value_size, uint64_t seed);
void map_free(struct map *m);
/* Takes all values out and keeps the room. */
void map_clear(struct map *m);
/* The value of the key, NULL where the key is not there. */
void *map_find(const struct map *m, struct str key);
/* The value of the key; a key that is not there is added with a value of zero bytes. *added (may be
 * NULL) says which. */
void *map_add(struct map *m, struct str key, bool *added);
/* False where the key was not there. */
bool map_remove(struct map *m, struct str key);
size_t map_count(const struct map *m);
/* Every value in no order: start with *at = 0; NULL at the end. Nothing may be added or removed
 * meanwhile. */
void *map_next(const struct map *m, size_t *at, struct str *key);
/* The bytes of a number as a key. */
#define MAP_KEY_OF(lvalue) ((struct str){(const char *)&(lvalue), sizeof(lvalue)})

#endif
