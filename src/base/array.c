/* array.c - twice the room each time, so that adding costs the same on average however many there are. */
#include "base/array.h"
#include "base/arena.h"
#include "base/log.h"

#include <stdint.h>
#include <string.h>

#define FIRST 8

void *array_grow(struct arena *arena, void *v, size_t n, size_t *cap, size_t size)
{
	void *more;

	if (*cap > SIZE_MAX / 2 / size)
		fatal("an array of %zu items of %zu bytes cannot grow", *cap, size);
	*cap = *cap ? 2 * *cap : FIRST;
	if (!arena)
		return xrealloc(v, *cap * size);
	more = arena_alloc_array(arena, *cap, size);
	if (n)
		memcpy(more, v, n * size);
	return more;
}
