/*
 * figures.h - the engine's figures, a JSON object, as Prometheus text.
 */
#ifndef API_FIGURES_H
#define API_FIGURES_H
#include "base/buf.h"

/* Every number and truth value of the object, named prefix_member, durations in seconds (turn_us_total
 * becomes turn_seconds_total); a nested object's name stands before its members'. Nothing where it is
 * no JSON object. */
void figures_write(struct buf *out, const char *prefix, struct str json);
/* One whole number of the object; `otherwise` where it has none of that name. */
int64_t figures_number(struct str json, const char *name, int64_t otherwise);
/* Is that member there, and true? */
bool figures_true(struct str json, const char *name);

#endif
