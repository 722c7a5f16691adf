/*
 * buf.h - bytes that grow, and the reading of packed bytes.
 * Integers are packed little-endian. A struct reader never runs past its end: after the first
 * short read `bad` stays true and every further read gives 0, so a decoder checks once, at its end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include "base/str.h"
#include <stdarg.h>

struct buf {
	char *p;
	size_t n, cap;
};

/* What it held is overwritten, as with every buffer that moves because it grew. */
void buf_free(struct buf *b);
void buf_reset(struct buf *b);
/* The same, and what it held is overwritten. */
void buf_wipe(struct buf *b);
/* Room for so many more bytes than the capacity; only buf_reserve calls it. */
void buf_grow(struct buf *b, size_t more);

/* The small ones are inline: an incident's JSON and messages are some thousands of these calls. */
static inline void buf_reserve(struct buf *b, size_t more)
{
	if (b->cap - b->n < more)
		buf_grow(b, more);
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	buf_reserve(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static inline void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

static inline void buf_text(struct buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}

static inline void buf_char(struct buf *b, char c)
{
	buf_reserve(b, 1);
	b->p[b->n++] = c;
}

/* The number in decimal. */
void buf_int(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first n bytes. */
void buf_drop(struct buf *b, size_t n);
/* The same, and overwrites where they were. */
void buf_drop_wiped(struct buf *b, size_t n);
struct str buf_view(const struct buf *b);
struct arena;
/* What it holds as a NUL-terminated copy in the arena; the buffer is freed. */
struct str buf_into(struct buf *b, struct arena *a);

void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
/* A u32 length and the bytes. buf_opt packs NULL apart from "". */
void buf_bytes(struct buf *b, struct str s);
void buf_opt(struct buf *b, const char *z);

struct reader {
	const unsigned char *p, *end;
	bool bad;
};

struct reader reader_of(struct str s);
uint8_t read_u8(struct reader *r);
/* 0 or 1; anything else is bad. */
bool read_flag(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);
int64_t read_i64(struct reader *r);
/* Borrowed from what is read. */
struct str read_bytes(struct reader *r);
/* NUL-terminated copy in the arena; NULL where buf_opt packed NULL. */
const char *read_opt(struct reader *r, struct arena *a);
bool reader_done(const struct reader *r);

#endif
