/*
 * keywords.h - which of many keywords occur in a text, found in one pass over it.
 * Keywords are folded here, texts by the caller (fold.h): what a reader takes for the same matches.
 * Both are UTF-8, so a match never starts inside a character.
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
/* Characters of a keyword, folded. */
uint32_t keywords_length(const struct keywords *k, uint32_t id);
/* Sets bits for the keywords that occur in the folded text, whose gaps are passed over, and marks between two
 * Chinese characters, 跳*楼 跳-楼 跳…楼, though not such as join or divide words: in said for
 * every one, in meant (NULL: not asked) for every one that is not denied wherever it occurs (denial.h).
 * A keyword that begins or ends with a letter is no part of a longer word: gun is not in begun.
 * Both hold keywords_count bits, and may hold what earlier scans with the same keywords found. */
void keywords_scan(const struct keywords *k, const char *folded, uint64_t *said, uint64_t *meant);
/* Where the folded text has the folded word, neither with gaps, as a keyword is found; NULL where it has not. */
const char *keywords_in(const char *text, const char *word);

#endif
