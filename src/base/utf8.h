/* utf8.h - is it UTF-8, how many characters, how wide on a terminal. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include "base/str.h"

/* Well-formed (no overlong, no surrogates, nothing above U+10FFFF). On failure *at is the offset. */
bool utf8_valid(struct str s, size_t *at);
size_t utf8_count(struct str s);
/* Columns on a terminal: East Asian wide and fullwidth 2, combining 0, others 1. */
size_t utf8_width(struct str s);
/* The first `most` characters of valid UTF-8, never cut inside one. */
struct str utf8_head(struct str s, size_t most);
/* A code point as UTF-8; returns how many bytes. */
size_t utf8_put(char out[4], uint32_t c);
/* The next code point of valid UTF-8; advances s. */
uint32_t utf8_next(struct str *s);

#endif
