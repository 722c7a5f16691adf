/*
 * arena.h - memory that is freed together. A turn of the engine, one request, one configuration
 * each live in an arena: nothing inside is freed alone, nothing outlives it.
 * Out of memory ends the process (fatal), so nothing here returns NULL.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "base/str.h"
#include <stdarg.h>

struct arena;

struct arena *arena_new(void);
/* Forgets all that was allocated, keeps one block for the next round. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
/* The same as arena_reset, and what it held is overwritten: for what strangers send, where secrets are. */
void arena_wipe(struct arena *a);
/* Gives what was freed back to the system, which the allocator keeps otherwise; takes milliseconds. For after what
 * is rare and large. */
void arena_give_back(void);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
#define arena_new_array(a, type, n) ((type *)arena_alloc_array((a), (n), sizeof(type)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size);
/* A NUL-terminated copy. */
char *arena_str(struct arena *a, struct str s);
/* A copy of a C string; NULL stays NULL. */
char *arena_text(struct arena *a, const char *z);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What a stranger wrote, for a sentence: at most QUOTE_CHARS characters, the last of them … where there
 * were more. In the arena; NULL stays NULL. */
#define QUOTE_CHARS 64
char *arena_quote(struct arena *a, const char *text);
/* Bytes held from the system. */
size_t arena_size(const struct arena *a);

#endif
