/*
 * rest.h - texts that are longer than their field: the field keeps the first part, the rest becomes
 * notes of the same decision, so that nothing is lost of what was said and every text stays bounded.
 */
#ifndef DOMAIN_REST_H
#define DOMAIN_REST_H
#include "domain/act.h"

/* The command with its texts cut to their fields; c itself where none is too long. */
const struct command *rest_cut(const struct command *c, struct arena *a);
/* Notes of what `whole` says beyond them, one event for each 4,000 characters. */
void rest_note(struct act *x, const struct command *whole);

#endif
