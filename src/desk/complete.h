/*
 * complete.h - what Tab makes of a line: its word, an open number, a unit, a field, a category, an area. Pure. Place:
 * desk, above parse.h.
 */
#ifndef DESK_COMPLETE_H
#define DESK_COMPLETE_H
#include "desk/act.h"

struct completion {
	int n;            /* how many it may be */
	size_t back;      /* bytes before the cursor that are replaced */
	const char *text; /* by this: the only one with a blank, else as much as all have */
	const char *list; /* what it may be, for a person */
};

/* `text` is the line up to the cursor. All is in the context's arena. */
void desk_complete(const struct desk_context *x, const char *text, struct completion *out);

#endif
