/*
 * grams.c - see grams.h. Place: text; pure.
 */
#include "text/grams.h"
#include "domain/fold.h"

/* The code point at s; *bytes: how many it takes. A byte that belongs to no character is a break. */
static uint32_t character(const unsigned char *s, unsigned *bytes)
{
	unsigned n = s[0] < 0x80 ? 1
	    : s[0] < 0xC2        ? 0
	    : s[0] < 0xE0        ? 2
	    : s[0] < 0xF0        ? 3
	    : s[0] < 0xF5        ? 4
				 : 0;
	uint32_t code = n == 1 ? s[0] : n ? s[0] & (0xFFu >> (n + 1)) : 0;

	*bytes = 1;
	for (unsigned i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3Fu);
	}
	if (n)
		*bytes = n;
	return code;
}

static bool is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xC0 && c < 0x2000);
}

/* Chinese characters are themselves, digits are 0, all else breaks. */
static uint32_t kept(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return '0';
	return (c >= 0x3400 && c < 0xA000) || (c >= 0x20000 && c < 0x40000) ? c : 0;
}

/* FNV-1a over the letters so far, as a code behind the code points. */
#define HASH_BEGIN 2166136261u
#define HASH_TIMES 16777619u
#define WORDS_FROM 0x110000u
#define WORDS_UNTIL (1u << 21)

static uint32_t word_code(uint32_t hash)
{
	return WORDS_FROM + hash % (WORDS_UNTIL - WORDS_FROM);
}

size_t grams_codes(const char *folded, uint32_t *codes, size_t most)
{
	const unsigned char *s = (const unsigned char *)folded;
	uint32_t hash = HASH_BEGIN;
	bool in_word = false;
	size_t n = 0;
	unsigned bytes;

	for (; *s; s += bytes) {
		uint32_t c = character(s, &bytes);
		bool letter = is_letter(c);

		if (c == FOLD_GAP || c == ' ') {
			in_word = false;
			continue;
		}
		if (n == most && !(letter && in_word))
			break;
		if (!(letter && in_word)) {
			hash = HASH_BEGIN;
			n++;
		}
		hash = (hash ^ c) * HASH_TIMES;
		codes[n - 1] = letter ? word_code(hash) : kept(c);
		in_word = letter;
	}
	return n;
}

size_t grams_of(const uint32_t *codes, size_t n, gram *out)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (!codes[i])
			continue;
		out[count++] = (gram)codes[i] << 21;
		if (i + 1 < n && codes[i + 1])
			out[count++] = (gram)codes[i] << 21 | codes[i + 1];
	}
	return count;
}
