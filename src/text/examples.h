/*
 * examples.h - what a model learns from: of a mechanism, the keywords of its categories and of the rules that find
 * one, the categories' names, and its cases.
 */
#ifndef TEXT_EXAMPLES_H
#define TEXT_EXAMPLES_H
#include "domain/mechanism.h"
#include "text/train.h"

/* In the arena, with copies of all texts: the mechanism may go. Cases of the writer `without` are left out
 * (NULL: none are), for measuring on words that the model has not seen. */
struct text_examples *text_examples_of(const struct mechanism *m, const char *without, struct arena *a);
/* The digest alone, by which a model is known: two mechanisms that say the same learn the same. All zero where the
 * mechanism has no model: too few cases, or policy says `off`. */
void text_source_of(const struct mechanism *m, unsigned char source[32]);
/* Has it one, by its m->texts? Else rules and keywords decide alone. */
bool text_has_source(const struct mechanism *m);

#endif
