/*
 * metrics.h - what this worker counts about itself, as Prometheus text, and the engine's metrics
 * as its pulse brought them.
 */
#ifndef API_METRICS_H
#define API_METRICS_H
#include "base/buf.h"
#include "domain/command.h"
#include "domain/mechanism.h"
#include "front/front.h"

struct endpoint;
struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);
/* A request was answered; endpoint NULL: nothing has that path. took_us < 0: it was waiting on purpose. */
void metrics_answered(struct metrics *m, const struct endpoint *endpoint, int status, int64_t took_us);
/* Bytes that were no request. */
void metrics_refused(struct metrics *m, int status);

struct gauges {
	int worker;
	size_t connections, waiting, streams, pending;
	uint64_t refused_connections;
	bool engine_connected, manual;
	int64_t seq;
	const struct mechanism *mechanism; /* NULL */
	int64_t now;
	struct front_metrics front;
	struct str metrics; /* JSON of the engine's pulse; empty: none */
	struct str notices; /* JSON of the notifier; empty: it did not answer */
};
void metrics_write(const struct metrics *m, const struct gauges *g, struct buf *out);

#endif
