/*
 * array.h - the one growing array: a pointer, how many there are, how many there is room for.
 * Place: base. With an arena the old room stays in the arena until that ends; without one (NULL) the
 * memory is the heap's and the owner frees it.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H
#include <stddef.h>

struct arena;

/* Makes room for one more behind the `n` of `v`. `v`, `n` and `cap` are lvalues; `n` and `cap` of any
 * integer type. What is added is not zeroed. */
#define ARRAY_ROOM(arena, v, n, cap)                                                                         \
	do {                                                                                                 \
		if ((n) == (cap)) {                                                                          \
			size_t cap_ = (size_t)(cap);                                                         \
			(v) = array_grow((arena), (v), (size_t)(n), &cap_, sizeof *(v));                     \
			(cap) = (__typeof__(cap))cap_;                                                       \
		}                                                                                            \
	} while (0)

/* The n items at v in a room of twice the *cap. */
void *array_grow(struct arena *arena, void *v, size_t n, size_t *cap, size_t size);

#endif
