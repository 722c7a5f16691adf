/* utf8.h - is it UTF-8, how many characters, how wide on a terminal. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include "base/str.h"

/* Well-formed (no overlong, no surrogates, nothing above U+10FFFF). On failure *at is the offset. */
bool utf8_valid(struct str s, size_t *at);
/* Does it begin with a byte order mark of UTF-16? */
static inline bool utf16_marked(struct str s)
{
	return str_starts(s, STR("\xFF\xFE")) || str_starts(s, STR("\xFE\xFF"));
}
size_t utf8_count(struct str s);
/* Columns on a terminal: East Asian wide and fullwidth 2, combining 0, others 1. */
size_t utf8_width(struct str s);
/* The first `most` characters of valid UTF-8, never cut inside one. */
struct str utf8_head(struct str s, size_t most);
/* A code point as UTF-8; returns how many bytes. */
size_t utf8_put(char out[4], uint32_t c);
/* The next code point of valid UTF-8; advances s. */
uint32_t utf8_next(struct str *s);

/* The character at s, which is not '\0', and its bytes. What is none is one byte and U+0000. s ends with '\0'. */
static inline unsigned utf8_read(const unsigned char *s, uint32_t *code)
{
	if (s[0] >= 0xE0 && s[0] < 0xF0 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80) {
		*code = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
		return 3;
	}
	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if (s[0] >= 0xC2 && s[0] < 0xE0 && (s[1] & 0xC0) == 0x80) {
		*code = (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
		return 2;
	}
	if (s[0] >= 0xF0 && s[0] < 0xF5 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80 &&
	    (s[3] & 0xC0) == 0x80) {
		*code = (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
		if (*code < 0x110000)
			return 4;
	}
	*code = 0;
	return 1;
}

#endif
