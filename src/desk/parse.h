/*
 * parse.h - a line that an officer typed, against the open queue: what he wants done, or what is missing, or why it
 * is nothing. Pure.
 *
 * A line is a word, a target and what belongs to it. @2305 and @-10 are when it happened, >2330 and >20m when the unit
 * will be there, digits are a phone, the first other word is a person, the rest is text. Full-width letters, digits and
 * marks are as good as their half-width forms; in texts they stay as they were typed.
 *
 * What is no word is never an incident: it is refused, with the word that was probably meant.
 */
#ifndef DESK_PARSE_H
#define DESK_PARSE_H
#include "desk/act.h"

/* `line` may be any bytes. */
void desk_parse(const struct desk_context *x, const char *line, struct desk_said *out);

#endif
