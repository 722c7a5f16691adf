/*
 * show.h - the problems of a check as people and programs read them: with the line and a caret under it,
 * as JSON, as SARIF 2.1.0. Place: mechanism. All are in the order of their places.
 */
#ifndef MECHANISM_SHOW_H
#define MECHANISM_SHOW_H
#include "mechanism/problems.h"

struct json;

/* Each with its line, a caret under the place (by the width that a terminal gives characters), and what to do. */
void problems_show(const struct problems *p, struct buf *out);
/* "problems": a list of {kind, code, file, line, column, length, text, do, related}. */
void problems_json(const struct problems *p, struct json *j);
/* A whole SARIF log; a relative file is a relative URI. */
void problems_sarif(const struct problems *p, struct buf *out);
/* The kinds as JSON, for the table in the documents. */
void problem_kinds_json(struct json *j);

#endif
