/*
 * say.h - a text in the language that the program speaks to its reader. Place: base, for programs that one person
 * reads: liandongctl and its console. A process that serves many hands its language down instead (`english`).
 *
 * The two texts of a pair stand beside each other, where they are said or in a row of a table. scripts/languages.py
 * finds those that have no English.
 */
#ifndef BASE_SAY_H
#define BASE_SAY_H
#include "base/both.h"
#include <stdbool.h>
#include <stddef.h>

/* Once, before anything is said. Without it Chinese is spoken. */
void say_in_english(bool english);
bool say_english(void);
/* The one in Chinese, or the other. Both may be formats, and then take the same arguments. */
const char *say(const char *zh, const char *en) __attribute__((format_arg(1), format_arg(2)));

/* The one of a table's text. */
static inline const char *both_said(const struct both *b)
{
	return say(b->zh, b->en);
}

/* A row of a table: what people read for a code. */
struct coded {
	const char *code;
	struct both said;
};
/* Of the first row with that code; NULL: there is none. */
const char *coded_said(const struct coded *table, size_t n, const char *code);

#endif
