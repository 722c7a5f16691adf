/*
 * gbk.c - GB 18030 by a table that is made at build time (scripts/gbk.py). Pure.
 */
#include "base/gbk.h"
#include "base/utf8.h"
#include "gbk_table.h"

#define REPLACED 0xFFFD
#define LAST_NUMBER 39420    /* the number behind the last code point of four bytes below U+10000 */
#define BEYOND_NUMBER 189000 /* of U+10000 */
#define CHINESE 0x2E80       /* the first code point of Chinese writing */

static bool is_trail(unsigned char c)
{
	return c >= 0x40 && c != 0x7F && c != 0xFF;
}

static uint32_t of_pair(const unsigned char *p)
{
	return pairs[p[0] - 0x81][p[1] - 0x40 - (p[1] > 0x7F)];
}

static uint32_t of_number(uint32_t number)
{
	size_t i = sizeof runs / sizeof *runs;

	if (number >= BEYOND_NUMBER)
		return number - BEYOND_NUMBER <= 0x10FFFF - 0x10000 ? 0x10000 + number - BEYOND_NUMBER : 0;
	if (number >= LAST_NUMBER)
		return 0;
	while (i > 0 && runs[i - 1].number > number)
		i--;
	return i ? runs[i - 1].code + number - runs[i - 1].number : 0;
}

static uint32_t of_four(const unsigned char *p)
{
	return of_number(((p[0] - 0x81u) * 10 + p[1] - '0') * 1260 + (p[2] - 0x81u) * 10 + p[3] - '0');
}

/* The character at s, and its bytes; 0 and one byte where it is none. */
static uint32_t read_one(struct str s, size_t *n)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t c = 0;

	*n = 1;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] == 0x80 || p[0] == 0xFF || s.n < 2)
		return 0;
	if (is_trail(p[1])) {
		*n = 2;
		c = of_pair(p);
	} else if (s.n >= 4 && is_digit((char)p[1]) && p[2] >= 0x81 && p[2] < 0xFF && is_digit((char)p[3])) {
		*n = 4;
		c = of_four(p);
	}
	*n = c ? *n : 1;
	return c;
}

struct gbk_read gbk_to_utf8(struct str in, struct buf *out)
{
	struct gbk_read r = {0};
	char text[4];
	size_t n;

	for (struct str s = in; s.n > 0; s = (struct str){s.p + n, s.n - n}) {
		n = 1;
		uint32_t c = *s.p ? read_one(s, &n) : 0;
		bool bad = !c && *s.p;

		if (bad && r.bad++ == 0)
			r.first_bad = in.n - s.n;
		r.characters += n > 1;
		buf_add(out, text, utf8_put(text, bad ? REPLACED : c));
	}
	return r;
}

/* How many bytes make no sense as UTF-8, less twice the Chinese characters that do. */
static long damage(struct str s)
{
	long damaged = 0;

	while (s.n > 0) {
		size_t before = s.n;
		uint32_t c = utf8_next(&s);
		if (c == REPLACED && before - s.n == 1)
			damaged++;
		else if (c >= CHINESE)
			damaged -= 2;
	}
	return damaged;
}

static bool is_everyday(const unsigned char *p)
{
	return p[0] >= 0xA1 && p[0] <= 0xF7 && p[1] >= 0xA1 && p[1] < 0xFF;
}

bool gbk_likely(struct str s)
{
	size_t pairs_all = 0, everyday = 0, bad = 0, n;

	if (damage(s) < 4) /* two characters at the least */
		return false;
	for (; s.n > 0; s = (struct str){s.p + n, s.n - n}) {
		n = 1;
		uint32_t c = *s.p ? read_one(s, &n) : 0;

		bad += !c && *s.p;
		pairs_all += n > 1;
		everyday += n == 2 && is_everyday((const unsigned char *)s.p);
	}
	return bad * 10 <= pairs_all && everyday * 10 >= pairs_all * 8;
}
