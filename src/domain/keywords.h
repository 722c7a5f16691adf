/*
 * keywords.h - which of many keywords occur in a text, found in one pass over it.
 * Letters match whatever their case, and full-width ASCII (１２０, ＫＴＶ) like half-width: desks
 * type both. Keywords and texts are UTF-8, so a match never starts inside a character.
 */
#ifndef DOMAIN_KEYWORDS_H
#define DOMAIN_KEYWORDS_H
#include "base/str.h"

struct arena;
struct keywords;

/* Builds from n words (borrowed for the call); the result lives in the arena. ids[i] becomes the id
 * of words[i], from 0; words that match alike share one. An empty word is never found. */
struct keywords *keywords_new(struct arena *a, const char *const *words, size_t n, uint32_t *ids);
/* How many ids there are. */
uint32_t keywords_count(const struct keywords *k);
/* Characters of a keyword. */
uint32_t keywords_length(const struct keywords *k, uint32_t id);
/* Sets the bit of every keyword that occurs in the text (NULL: none does). found holds
 * keywords_count bits, and may hold what earlier scans with the same keywords found. */
void keywords_scan(const struct keywords *k, const char *text, uint64_t *found);

#endif
