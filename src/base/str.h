/*
 * str.h - borrowed bytes. A struct str never owns what it points to and need not end in NUL;
 * text that is kept is copied into an arena, where it does (arena_str).
 */
#ifndef BASE_STR_H
#define BASE_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})

/* The str over a C string; NULL gives the empty str. A literal is measured when it is compiled. */
static inline struct str str_of(const char *z)
{
	return z ? (struct str){z, strlen(z)} : STR("");
}

bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *z);
bool str_starts(struct str a, struct str prefix);
/* Is one of the n words in it? */
bool str_holds_one(struct str s, const char *const *words, size_t n);
/* Does the text begin with the word? Most that do not differ in the first byte. */
static inline bool text_starts(const char *z, const char *word)
{
	return *z == *word && strncmp(z, word, strlen(word)) == 0;
}
/* Equal, where NULL equals only NULL. Most that differ do so in the first byte. */
static inline bool text_eq(const char *a, const char *b)
{
	return a == b || (a && b && *a == *b && strcmp(a, b) == 0);
}

/* The line of that number, counted from 1, with its end; n 0 behind the last. */
struct str str_line(struct str s, int line);
/* A decimal number without sign, leading zeros or anything else; false where it is not one or does
 * not fit. */
bool str_uint(struct str s, uint64_t *out);
/* Comma-separated words ("water,power"), as units and commands are kept. list_next takes the next
 * one off the front; an empty str is the end. NULL is the empty list. */
struct str list_next(const char **list);
bool list_has(const char *list, const char *word);
/* Is a word of one a word of the other, too? */
bool lists_meet(const char *a, const char *b);
/* Without the blanks around it. */
struct str str_trimmed(struct str s);
/* The next item of a list as people write it, 甲、乙 or 甲;乙 or 甲,乙 or 甲/乙; n 0 at its end. */
struct str str_item(const char **list);
/* Edit distance (Damerau, in bytes) for "did you mean"; `cap` where it is that or more. */
unsigned str_distance(struct str a, struct str b, unsigned cap);
/* FNV-1a, for hash tables only, never for anything that is stored. */
uint64_t str_hash(struct str s);

/* An ASCII digit; wide ones are folded or mended before they come here. */
static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif
