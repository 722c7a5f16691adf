/*
 * token.h - the words of a line that an officer typed, and the forms that they are known by. Place: desk, under parse.c.
 */
#ifndef DESK_TOKEN_H
#define DESK_TOKEN_H
#include "desk/desk.h"

struct desk_token {
	const char *text; /* half-width */
	struct str whole; /* as it was typed */
};
struct desk_line {
	struct desk_token *v;
	int n, cap;
};

/* In the arena; the line is borrowed and must be UTF-8. */
struct desk_line desk_tokens(struct arena *a, const char *line);
/* Full-width letters, digits and marks as half-width ones. In the arena. */
const char *desk_half_width(struct arena *a, struct str text);
/* The tokens from `from` on as they were typed, with what was between them; NULL none. In the arena. */
const char *desk_rest(struct arena *a, const struct desk_line *l, int from);

/* A phone is known by its form: at least three digits, and nothing but what is written between them. */
bool desk_is_phone(const char *text);
/* @2305, @-10: when it happened. */
bool desk_past(const char *text, int64_t now, int64_t *at);
/* >2330, >20m, >20: when it is expected. */
bool desk_ahead(const char *text, int64_t now, int64_t *at);

/* The one of the names that this is: its code, its name, or the only one that begins so, or has it. NULL: none, or
 * more than one, which *several then names. */
const struct desk_name *desk_named(struct arena *a, const struct desk_names *names, const char *text,
    const char **several);

#endif
