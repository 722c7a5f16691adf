/*
 * grams.h - what a description is to the model: its characters and its pairs of neighbours.
 *
 * The text is folded first (domain/fold.h). Gaps and blanks are passed over; whatever is neither a letter, a digit nor a
 * Chinese character breaks a pair; every digit is 0. A word of an alphabet is one character: what its letters say
 * one by one is chance (drowning is no gas).
 */
#ifndef TEXT_GRAMS_H
#define TEXT_GRAMS_H
#include "base/str.h"

/* Characters of a text that are looked at; a report has no more. */
#define TEXT_CHARACTERS 4000

/* A character, or two of them: codes, the first << 21 | the second, 0 if there is none. Never 0. */
typedef uint64_t gram;

/* The codes of a folded text, at most `most`; returns how many. A code is a code point, 0 for a break, or the hash of
 * a word of an alphabet, above all code points. */
size_t grams_codes(const char *folded, uint32_t *codes, size_t most);

/* Is the byte a letter of ASCII? Those beside each other are one word. */
static inline bool grams_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The grams of these, each character and each pair, from front to back; the same may come again. `out` has room
 * for twice as many. Returns how many. */
size_t grams_of(const uint32_t *codes, size_t n, gram *out);

#endif
