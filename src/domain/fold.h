/*
 * fold.h - one way of writing for everything that is matched: keywords and the texts they are looked
 * for in, addresses, phones, names of places. What is stored and shown stays as it was said.
 *
 * Folding makes equal what a reader takes for the same: traditional and simplified characters
 * (有人跳樓), widths and case (ＫＴＶ, ktv), compatibility forms and radicals (⽕, ㊋), decimal digits.
 * The table is made at build time by scripts/fold.py, which says where the classes come from.
 * Characters that are not seen (zero-width, byte order, combining marks) are dropped. A blank, a line
 * end, a tab or a middle dot becomes FOLD_GAP, which a search passes over: 跳 楼, 1 2 0. It stays a
 * blank, or a dot, only between two letters of an alphabet or between a letter and a digit.
 *
 * Texts are UTF-8; a byte that belongs to no character is kept as it is.
 */
#ifndef DOMAIN_FOLD_H
#define DOMAIN_FOLD_H
#include "base/str.h"

struct arena;

/* Where blanks were between characters that need none. It occurs in no text: control characters fold
 * to gaps themselves. */
#define FOLD_GAP '\1'

/* Bytes that suffice for the folded form of a text of n bytes, with its NUL. */
size_t fold_room(size_t n);
/* Folds text (NULL: the empty one) into out, which has fold_room bytes; returns the length. */
size_t fold_text(const char *text, char *out);
/* In a folded text: writes three and more Chinese numerals in a row as digits, as numbers are dictated, 一二〇 and 幺二零 as 120.
 * Gaps between them stay. Returns whether there were any. */
bool fold_numbers(char *folded);
/* The folded form without its gaps: what keywords and names are compared by. NULL stays NULL. */
char *fold_word(struct arena *a, const char *text);
/* What a person looks for: the words of a text, parted by blanks of both widths, folded; those that fold to nothing left out. */
struct fold_words {
	const char **v;
	int n;
};
struct fold_words fold_words(struct arena *a, const char *text);
/* Is the folded word in the text? NULL has none. */
bool fold_has(struct arena *a, const char *text, const char *word);
/* Do both fold to the same, gaps apart? NULL is like nothing. */
bool fold_same(const char *a, const char *b);

#endif
