/*
 * metrics_notices.h - what the notifier has counted (notifier/counts.h), as Prometheus text.
 */
#ifndef API_METRICS_NOTICES_H
#define API_METRICS_NOTICES_H
#include "base/buf.h"

/* json: its answer; empty: it did not answer in time, which is a figure of its own. */
void metrics_notices_write(struct buf *out, struct str json);

#endif
