/*
 * reading.h - a line that is being read: what parse.c and parse_amend.c share. Place: desk, under parse.h.
 */
#ifndef DESK_READING_H
#define DESK_READING_H
#include "desk/target.h"
#include "desk/token.h"
#include "base/arena.h"

/* The line as it is read: out, its tokens, and the first of them that is not read yet. */
struct desk_reading {
	const struct desk_context *x;
	struct desk_line line;
	int at;
	struct desk_said *out;
};

#define SAY(r, what, ...)                                                                                    \
	((void)((r)->out->outcome = (what), (r)->out->sentence = arena_printf((r)->x->a, __VA_ARGS__)))
#define REFUSE(r, ...) SAY(r, DESK_REFUSED, __VA_ARGS__)

/* The next token, NULL at the end. */
const char *reading_token(const struct desk_reading *r);
/* All that is left, as it was typed; NULL nothing. */
const char *reading_rest(struct desk_reading *r);
/* Takes the next token, as it was typed, into the text. */
void reading_add(struct desk_reading *r, const char **text);
/* Takes the target. False: it is missing, or none; said. */
bool reading_target(struct desk_reading *r, struct desk_target *t);
/* What the act is about, for a question: 3 供电 */
const char *reading_whom(const struct desk_reading *r);
/* It is to be done, unless something else was said. */
void reading_done(struct desk_reading *r);

/* e 3 地址 …; e 级别 … of the draft. */
void reading_amend(struct desk_reading *r);

#endif
