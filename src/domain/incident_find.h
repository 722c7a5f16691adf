/*
 * incident_find.h - the incident that a person looks for by what was said: words in its number, address, description, reporter, the names of
 * its category and area, however they are written.
 */
#ifndef DOMAIN_INCIDENT_FIND_H
#define DOMAIN_INCIDENT_FIND_H
#include "domain/fold.h"
#include "domain/sight.h"

/* Is each of the words in a text of the incident that this caller sees in full? What is masked finds nothing: a search would say what is
 * behind the mask. */
bool incident_says(const struct incident *inc, const struct fold_words *words, const struct mechanism *m,
    const struct view *v, struct arena *a);

#endif
