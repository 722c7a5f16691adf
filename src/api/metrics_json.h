/*
 * metrics_json.h - the engine's metrics, a JSON object, as Prometheus text.
 */
#ifndef API_METRICS_JSON_H
#define API_METRICS_JSON_H
#include "base/buf.h"

/* Every number and truth value of the object, named prefix_member, durations in seconds (turn_us_total
 * becomes turn_seconds_total); a nested object's name stands before its members'. Nothing where it is
 * no JSON object. */
void metrics_json_write(struct buf *out, const char *prefix, struct str json);
/* One whole number of the object; `otherwise` where it has none of that name. */
int64_t metrics_json_number(struct str json, const char *name, int64_t otherwise);
/* Is that member there, and true? */
bool metrics_json_true(struct str json, const char *name);

#endif
