/*
 * problems.h - what is wrong with the configuration: errors and warnings, each with its place.
 */
#ifndef MECHANISM_PROBLEMS_H
#define MECHANISM_PROBLEMS_H
#include "base/buf.h"

struct arena;

struct problem {
	bool warning;
	const char *file;
	int line, column;
	const char *text; /* Chinese or English, as asked */
};
struct problems {
	struct arena *arena; /* owns all texts */
	struct problem *v;
	int n, cap;
	int errors; /* how many of them are no warnings */
	bool english;
};

void problems_init(struct problems *p, bool english);
void problems_free(struct problems *p);
/* One a line, file:line:column: text. */
void problems_print(const struct problems *p, struct buf *out);
/* A problem at a place; line 0: of the whole file. Chinese and English take the same arguments. */
void problems_add(struct problems *p, bool warning, const char *file, int line, int column, const char *zh,
    const char *en, ...) __attribute__((format(printf, 6, 8), format(printf, 7, 8)));

#endif
