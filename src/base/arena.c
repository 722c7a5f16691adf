/*
 * arena.c - memory that is freed together, in blocks that grow.
 * The first block is small and each next one twice the last, up to BLOCK_MAX; what does not fit a
 * quarter of that gets a block of its own, so that no block is abandoned half empty for one text.
 * Invariant: `head` is the block that allocation continues in; blocks of their own stand behind it.
 */
#include "base/arena.h"
#include "base/log.h"
#include "base/utf8.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define BLOCK_MIN ((size_t)4096)
#define BLOCK_MAX ((size_t)256 * 1024)
#define ALIGN _Alignof(max_align_t)

/* Under the address sanitizer the rest of a block is poisoned and every allocation is followed by
 * a gap, so that a write past an end is seen here as it would be with malloc. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define GAP ((size_t)16)
#define poison(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define GAP ((size_t)0)
#define poison(p, n) ((void)(p), (void)(n))
#define unpoison(p, n) ((void)(p), (void)(n))
#endif

struct block {
	struct block *next;
	size_t used, cap;
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *head;
	size_t next_cap;
	size_t size;
};

static struct block *block_new(struct arena *a, size_t cap)
{
	struct block *b = xalloc(sizeof(*b) + cap);

	b->next = NULL;
	b->used = 0;
	b->cap = cap;
	a->size += sizeof(*b) + cap;
	poison(b->bytes, cap);
	return b;
}

static void block_free(struct block *b)
{
	unpoison(b->bytes, b->cap);
	free(b);
}

struct arena *arena_new(void)
{
	struct arena *a = xalloc(sizeof(*a));

	*a = (struct arena){.next_cap = BLOCK_MIN};
	return a;
}

/* Keeps the head, which is the largest of the growing blocks. */
void arena_reset(struct arena *a)
{
	struct block *keep = a->head, *next;

	if (!keep)
		return;
	for (struct block *b = keep->next; b; b = next) {
		next = b->next;
		block_free(b);
	}
	keep->next = NULL;
	keep->used = 0;
	poison(keep->bytes, keep->cap);
	a->size = sizeof(*keep) + keep->cap;
}

void arena_wipe(struct arena *a)
{
	for (struct block *b = a->head; b; b = b->next) {
		unpoison(b->bytes, b->cap);
		explicit_bzero(b->bytes, b->used);
	}
	arena_reset(a);
}

void arena_free(struct arena *a)
{
	struct block *next;

	if (!a)
		return;
	for (struct block *b = a->head; b; b = next) {
		next = b->next;
		block_free(b);
	}
	free(a);
}

void arena_give_back(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static struct block *grow(struct arena *a)
{
	struct block *b = block_new(a, a->next_cap);

	if (a->next_cap < BLOCK_MAX)
		a->next_cap *= 2;
	b->next = a->head;
	return a->head = b;
}

/* The block that takes the next `need` bytes. */
static struct block *block_for(struct arena *a, size_t need)
{
	struct block *head = a->head ? a->head : grow(a);

	if (head->cap - head->used >= need)
		return head;
	if (need > BLOCK_MAX / 4) {
		struct block *own = block_new(a, need);

		own->next = head->next;
		return head->next = own;
	}
	while (a->next_cap < need)
		a->next_cap *= 2;
	return grow(a);
}

/* Bytes as they are. */
static char *take(struct arena *a, size_t size)
{
	size_t need = size ? size : 1;
	struct block *b;
	char *p;

	if (need > PTRDIFF_MAX / 2)
		fatal("arena: %zu bytes asked for at once", size);
	need = (need + GAP + ALIGN - 1) & ~(ALIGN - 1);
	b = block_for(a, need);
	p = b->bytes + b->used;
	b->used += need;
	unpoison(p, size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		fatal("arena: %zu elements of %zu bytes asked for at once", n, size);
	return arena_alloc(a, bytes);
}

char *arena_str(struct arena *a, struct str s)
{
	char *z = take(a, s.n + 1);

	if (s.n)
		memcpy(z, s.p, s.n);
	z[s.n] = 0;
	return z;
}

char *arena_text(struct arena *a, const char *z)
{
	return z ? arena_str(a, str_of(z)) : NULL;
}

/* Most texts fit the stack's buffer, and are then formatted once. */
char *arena_printf(struct arena *a, const char *format, ...)
{
	char text[1024], *z;
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(text, sizeof text, format, args);
	if (n < 0)
		fatal("arena: a format that printf refuses: %s", format);
	z = take(a, (size_t)n + 1);
	if ((size_t)n < sizeof text)
		memcpy(z, text, (size_t)n + 1);
	else
		vsnprintf(z, (size_t)n + 1, format, again);
	va_end(again);
	va_end(args);
	return z;
}

char *arena_quote(struct arena *a, const char *text)
{
	struct str all = text ? str_of(text) : (struct str){0}, head = utf8_head(all, QUOTE_CHARS);

	if (!text || head.n == all.n)
		return arena_text(a, text);
	head = utf8_head(all, QUOTE_CHARS - 1);
	return arena_printf(a, "%.*s…", (int)head.n, head.p);
}

size_t arena_size(const struct arena *a)
{
	return a->size;
}
