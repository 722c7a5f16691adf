/*
 * choice.h - what routing decided by what the model of texts proposed (struct route_choice), as it is stored and
 * shown.
 */
#ifndef DOMAIN_CHOICE_H
#define DOMAIN_CHOICE_H
#include "domain/mechanism.h"
#include "domain/proposal.h"

struct arena;
struct json;

/* As events, incidents and answers have it: the members confidence, asked, danger,
 * alternatives. In the arena; NULL where neither a model nor a danger had a say. */
const char *choice_text(const struct route_choice *c, struct arena *a);
/* Writes these members of a stored choice into an open object, with the names of categories and of their
 * leads; m NULL: without. */
void choice_render(struct json *j, const char *choice, const struct mechanism *m, struct arena *a);
/* The category that was chosen by the words, in the arena; NULL: none. */
const char *choice_category(const char *choice, struct arena *a);
/* Was the desk asked? */
bool choice_asked(const char *choice);

#endif
