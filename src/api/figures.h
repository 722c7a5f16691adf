/*
 * figures.h - the engine's figures, a JSON object, as Prometheus text.
 */
#ifndef API_FIGURES_H
#define API_FIGURES_H
#include "base/buf.h"

/* Every number and truth value of the object, named prefix_member; a nested object's name stands
 * before its members'. Nothing where it is no JSON object. */
void figures_write(struct buf *out, const char *prefix, struct str json);

#endif
