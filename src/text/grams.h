/*
 * grams.h - what a description is to the model: its characters and its pairs of neighbours.
 *
 * The text is folded first (domain/fold.h). Gaps are passed over; whatever is neither a letter, a digit nor a
 * Chinese character breaks a pair; every digit is 0.
 */
#ifndef TEXT_GRAMS_H
#define TEXT_GRAMS_H
#include "base/str.h"

/* Characters of a text that are looked at; a report has no more. */
#define TEXT_CHARACTERS 4000

/* A character, or two of them: code points, the first << 21 | the second, 0 if there is none. Never 0. */
typedef uint64_t gram;

/* The code points of a folded text, 0 for a break, at most `most`; returns how many. */
size_t grams_codes(const char *folded, uint32_t *codes, size_t most);

/* The grams of these, each character and each pair, from front to back; the same may come again. `out` has room
 * for twice as many. Returns how many. */
size_t grams_of(const uint32_t *codes, size_t n, gram *out);

#endif
