/*
 * target.h - which incident and which instruction a target names: 3, 3.2, 3水, or a full number. Place: desk, under
 * parse.c.
 */
#ifndef DESK_TARGET_H
#define DESK_TARGET_H
#include "desk/act.h"

struct desk_target {
	const struct desk_row *row;   /* NULL: a full number that is not in the queue */
	const struct desk_part *part; /* NULL: the target names none */
	const char *number;
	const char *dispatch; /* NULL: it names none */
};

/* False with a sentence: it is no target, or there is none such. */
bool desk_target(const struct desk_context *x, const char *token, struct desk_target *out, const char **why);
/* Could it be one by its form? A text is none. */
bool desk_target_like(const char *token);
/* The instruction that a step of this word is meant for, where the target names only its incident: the lead's, or, if
 * that has taken the step, none with a sentence that names the others. */
const struct desk_part *desk_step_part(const struct desk_context *x, enum desk_word_id word,
    const struct desk_row *row, const char **why);
/* "NUMBER-02" */
const char *desk_dispatch_id(struct arena *a, const char *number, int n);

#endif
