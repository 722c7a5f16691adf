/*
 * fit.h - text from outside made fit for a terminal, and laid out by columns. Place: desk.
 *
 * What comes from a reporter, a unit or another system never turns, hides or moves anything on the screen: control
 * characters and those that cannot be seen are shown by their code.
 */
#ifndef DESK_FIT_H
#define DESK_FIT_H
#include "base/buf.h"

struct arena;

/* The text as a terminal may have it: line ends and tabs as blanks, what cannot be seen as <U+202E>. NULL is "". In
 * the arena. */
const char *fit_clean(struct arena *a, const char *text);
/* Cut or filled up to exactly so many columns; what is cut ends in …. The text is clean. In the arena. */
const char *fit_columns(struct arena *a, const char *text, size_t columns);
/* The same, cut only. */
const char *fit_most(struct arena *a, const char *text, size_t columns);
/* How much of the text, whole characters, fits into so many columns: bytes. */
size_t fit_bytes(const char *text, size_t columns);
/* 26:57, 1:02:03, 5天; with a minus behind the instant. In the arena. */
const char *fit_left(struct arena *a, int64_t ms);

#endif
