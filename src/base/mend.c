/*
 * mend.c - text to text, one character after the other. Pure. What is already good comes out as it
 * went in, with no bit set, so that a caller may keep what he has.
 */
#include "base/mend.h"
#include "base/utf8.h"

#define REPLACEMENT 0xFFFD

static void put(struct buf *out, uint32_t c)
{
	char p[4];
	size_t n = utf8_put(p, c);

	buf_add(out, p, n);
}

/* Directions that can make a text read as another one (the embeddings, overrides and isolates). */
static bool turns(uint32_t c)
{
	return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Takes no room, and has no meaning in a phone or code: what a copy from another program brings. */
static bool unseen(uint32_t c)
{
	return turns(c) || c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
	    (c >= 0x2060 && c <= 0x2064) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
	    (c >= 0xE0000 && c <= 0xE007F);
}

/* Of words for people: what cannot be seen and joins, hides or marks what can. */
static bool hides(uint32_t c)
{
	return turns(c) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || c == 0xFEFF ||
	    (c >= 0xE0000 && c <= 0xE007F);
}

static bool control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

static bool blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x1680 ||
	    (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
	    c == 0x3000;
}

/* The plain form of a full-width character or of a dash. */
static uint32_t plain(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		return c - 0xFEE0;
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63)
		return '-';
	return c;
}

unsigned mend_text(struct str s, struct buf *out)
{
	unsigned found = 0;

	while (s.n > 0) {
		const char *at = s.p;
		uint32_t c = utf8_next(&s);

		if (c == '\r' || c == 0x0B || c == 0x0C || c == 0x85) {
			found |= MENDED_LINE_ENDS;
			if (c == '\r' && s.n > 0 && *s.p == '\n')
				continue;
			buf_char(out, '\n');
		} else if (c == REPLACEMENT || (control(c) && c != '\n' && c != '\t')) {
			found |= MENDED_DAMAGED;
			put(out, REPLACEMENT);
		} else if (c == 0x2028 || c == 0x2029) {
			found |= MENDED_REMOVED;
			buf_char(out, '\n');
		} else if (hides(c)) {
			found |= MENDED_REMOVED;
		} else {
			buf_add(out, at, (size_t)(s.p - at));
		}
	}
	return found;
}

/* Both of a phone and of a code: `between` stands for the blanks inside. A damaged character is no part
 * of a phone; of a code it may be all that tells it from another, so it stays and the code is not one. */
static unsigned mend_word(struct str s, struct buf *out, const char *between, bool phone)
{
	size_t begun = out->n;
	unsigned found = 0;
	bool gap = false;

	while (s.n > 0) {
		uint32_t c = utf8_next(&s), p = plain(c);

		if (blank(c)) {
			found |= c == ' ' && *between && out->n > begun && !gap ? 0 : MENDED_FORM;
			gap = true;
			continue;
		}
		bool damaged = c == REPLACEMENT || control(c);

		if (unseen(c) || (damaged && phone)) {
			found |= MENDED_REMOVED;
			continue;
		}
		if (gap && out->n > begun)
			buf_text(out, between);
		gap = false;
		found |= p != c ? MENDED_FORM : 0;
		put(out, damaged ? REPLACEMENT : p);
	}
	return found | (gap ? MENDED_FORM : 0);
}

unsigned mend_phone(struct str s, struct buf *out)
{
	return mend_word(s, out, " ", true);
}

unsigned mend_code(struct str s, struct buf *out)
{
	return mend_word(s, out, "", false);
}
