/*
 * buf.c - bytes that grow, and packed integers little-endian in and out.
 * The capacity doubles; out of memory ends the process, so nothing here fails. Memory that is given back is overwritten
 * first: what was written may have been a token, a cookie, a code.
 */
#include "base/buf.h"
#include "base/arena.h"
#include "base/log.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

/* From this size on a buffer is moved by the C library, which moves pages where it can: to copy it here would need
 * twice the memory. No secret is answered in so much. */
#define MOVED_BY_LIBRARY (256 * 1024)
/* The length that stands for NULL in buf_opt and read_opt. */
#define OPT_NULL UINT32_MAX

static void buf_wipe_bytes(char *p, size_t n)
{
	if (n)
		explicit_bzero(p, n);
}

void buf_free(struct buf *b)
{
	buf_wipe(b);
	free(b->p);
	*b = (struct buf){0};
}

struct str buf_into(struct buf *b, struct arena *a)
{
	struct str kept = {arena_str(a, buf_view(b)), b->n};

	buf_free(b);
	return kept;
}

void buf_reset(struct buf *b)
{
	b->n = 0;
}

void buf_wipe(struct buf *b)
{
	buf_wipe_bytes(b->p, b->n);
	b->n = 0;
}

void buf_grow(struct buf *b, size_t more)
{
	size_t need, cap = b->cap ? b->cap : 64;

	if (__builtin_add_overflow(b->n, more, &need) || need > PTRDIFF_MAX / 2)
		fatal("buffer: %zu more bytes asked for", more);
	while (cap < need)
		cap *= 2;
	if (b->cap < MOVED_BY_LIBRARY) {
		char *p = xalloc(cap);

		if (b->n)
			memcpy(p, b->p, b->n);
		buf_wipe_bytes(b->p, b->n);
		free(b->p);
		b->p = p;
	} else {
		b->p = xrealloc(b->p, cap);
	}
	b->cap = cap;
}

void buf_int(struct buf *b, int64_t v)
{
	char text[24], *end = text + sizeof text, *p = end;
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	if (v < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(end - p));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(b->p ? b->p + b->n : NULL, b->cap - b->n, format, args);
	if (n < 0)
		fatal("buffer: a format that printf refuses: %s", format);
	if ((size_t)n >= b->cap - b->n) {
		buf_reserve(b, (size_t)n + 1);
		vsnprintf(b->p + b->n, b->cap - b->n, format, again);
	}
	b->n += (size_t)n;
	va_end(again);
	va_end(args);
}

void buf_drop(struct buf *b, size_t n)
{
	assert(n <= b->n && "no more is dropped than is there");
	b->n -= n;
	if (b->n && n)
		memmove(b->p, b->p + n, b->n);
}

void buf_drop_wiped(struct buf *b, size_t n)
{
	buf_drop(b, n);
	if (n)
		explicit_bzero(b->p + b->n, n);
}

struct str buf_view(const struct buf *b)
{
	return b->n ? (struct str){b->p, b->n} : STR("");
}

static inline void put(struct buf *b, uint64_t v, unsigned bytes)
{
	uint64_t packed = htole64(v);

	buf_add(b, &packed, bytes);
}

void buf_u8(struct buf *b, uint8_t v)
{
	put(b, v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
	put(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
	put(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
	put(b, v, 8);
}

void buf_i64(struct buf *b, int64_t v)
{
	put(b, (uint64_t)v, 8);
}

void buf_bytes(struct buf *b, struct str s)
{
	assert(s.n < OPT_NULL && "packed bytes are far below 4 GiB");
	buf_u32(b, (uint32_t)s.n);
	buf_str(b, s);
}

void buf_opt(struct buf *b, const char *z)
{
	if (z)
		buf_bytes(b, str_of(z));
	else
		buf_u32(b, OPT_NULL);
}

struct reader reader_of(struct str s)
{
	const unsigned char *p = (const unsigned char *)(s.n ? s.p : "");

	return (struct reader){.p = p, .end = p + s.n};
}

/* The next n bytes, or NULL, and then for ever. */
static inline const unsigned char *take(struct reader *r, size_t n)
{
	const unsigned char *p = r->p;

	if (r->bad || (size_t)(r->end - r->p) < n) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return p;
}

static inline uint64_t get(struct reader *r, unsigned bytes)
{
	const unsigned char *p = take(r, bytes);
	uint64_t packed = 0;

	if (p)
		memcpy(&packed, p, bytes);
	return le64toh(packed);
}

uint8_t read_u8(struct reader *r)
{
	return (uint8_t)get(r, 1);
}

bool read_flag(struct reader *r)
{
	uint8_t v = read_u8(r);

	r->bad |= v > 1;
	return v == 1;
}

uint16_t read_u16(struct reader *r)
{
	return (uint16_t)get(r, 2);
}

uint32_t read_u32(struct reader *r)
{
	return (uint32_t)get(r, 4);
}

uint64_t read_u64(struct reader *r)
{
	return get(r, 8);
}

int64_t read_i64(struct reader *r)
{
	return (int64_t)get(r, 8);
}

struct str read_bytes(struct reader *r)
{
	uint32_t n = read_u32(r);
	const unsigned char *p = take(r, n);

	return p ? (struct str){(const char *)p, n} : STR("");
}

/* A NUL inside cannot have been packed by buf_opt, and would cut the text unseen. */
const char *read_opt(struct reader *r, struct arena *a)
{
	uint32_t n = read_u32(r);
	const unsigned char *p;

	if (r->bad || n == OPT_NULL)
		return NULL;
	p = take(r, n);
	if (p && memchr(p, 0, n))
		r->bad = true;
	return p && !r->bad ? arena_str(a, (struct str){(const char *)p, n}) : NULL;
}

bool reader_done(const struct reader *r)
{
	return !r->bad && r->p == r->end;
}
