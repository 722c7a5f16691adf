/*
 * metrics.c - counters of one worker, written as Prometheus text (version 0.0.4).
 *
 * Place: api. With several workers a scrape reaches one of them: the label `worker` says which. The
 * engine's metrics come as a JSON object in its pulse and are written by their names, so that a new
 * figure of the engine appears here by itself. The notifier's are asked for at each scrape.
 */
#include "api/metrics.h"
#include "domain/calendar.h"
#include "api/metrics_json.h"
#include "api/metrics_notices.h"
#include "api/endpoints.h"
#include "base/log.h"
#include "base/time.h"
#include <stdlib.h>

static const int statuses[] = {200, 201, 304, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 417,
    422, 429, 431, 500, 501, 503, 505};
#define N_STATUSES ((int)(sizeof statuses / sizeof statuses[0]))

static const int64_t bounds_us[] = {500, 1000, 2500, 5000, 10000, 25000, 100000, 500000, 2500000};
#define N_BOUNDS ((int)(sizeof bounds_us / sizeof bounds_us[0]))

struct metrics {
	uint64_t answered[ENDPOINTS_MAX]
			 [N_STATUSES + 1]; /* the last row: no endpoint; the last column: another status */
	uint64_t took[N_BOUNDS + 1], took_us;
};

struct metrics *metrics_new(void)
{
	struct metrics *m = xalloc(sizeof *m);
	memset(m, 0, sizeof *m);
	return m;
}

void metrics_free(struct metrics *m)
{
	free(m);
}

static int status_index(int status)
{
	int i = 0;
	while (i < N_STATUSES && statuses[i] != status)
		i++;
	return i;
}

void metrics_answered(struct metrics *m, const struct endpoint *endpoint, int status, int64_t took_us)
{
	int n;
	m->answered[endpoint ? endpoint - endpoints(&n) : ENDPOINTS_MAX - 1][status_index(status)]++;
	if (took_us < 0)
		return;
	int i = 0;
	while (i < N_BOUNDS && took_us > bounds_us[i])
		i++;
	m->took[i]++;
	m->took_us += (uint64_t)took_us;
}

void metrics_refused(struct metrics *m, int status)
{
	metrics_answered(m, NULL, status, -1);
}

/* -- writing --------------------------------------------------------------------------------- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP liandong_%s %s\n# TYPE liandong_%s %s\n", name, help, name, type);
}

static void write_row(const uint64_t *answered, const char *method, const char *route, struct buf *out)
{
	for (int i = 0; i <= N_STATUSES; i++)
		if (answered[i])
			buf_printf(out,
			    "liandong_http_requests_total{method=\"%s\",route=\"%s\",code=\"%d\"} %llu\n",
			    method, route, i < N_STATUSES ? statuses[i] : 0, (unsigned long long)answered[i]);
}

static void write_requests(const struct metrics *m, struct buf *out)
{
	head(out, "http_requests_total", "counter", "Requests answered, by route and status.");
	int n;
	const struct endpoint *all = endpoints(&n);
	for (int row = 0; row < n; row++)
		write_row(m->answered[row], http_method_name(all[row].method), all[row].path, out);
	write_row(m->answered[ENDPOINTS_MAX - 1], "", "", out);
}

static void write_took(const struct metrics *m, struct buf *out)
{
	uint64_t sum = 0;
	head(out, "http_request_seconds", "histogram", "Time to answer, of requests that did not wait.");
	for (int i = 0; i < N_BOUNDS; i++) {
		sum += m->took[i];
		buf_printf(out, "liandong_http_request_seconds_bucket{le=\"%g\"} %llu\n",
		    (double)bounds_us[i] / 1e6, (unsigned long long)sum);
	}
	sum += m->took[N_BOUNDS];
	buf_printf(out, "liandong_http_request_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)sum);
	buf_printf(out, "liandong_http_request_seconds_sum %.6f\n", (double)m->took_us / 1e6);
	buf_printf(out, "liandong_http_request_seconds_count %llu\n", (unsigned long long)sum);
}

static void one(struct buf *out, const char *name, const char *type, const char *help, int64_t value)
{
	head(out, name, type, help);
	buf_printf(out, "liandong_%s %lld\n", name, (long long)value);
}

/* Of this and the next year: how many have no calendar and go by plain weekdays. */
static int missing_years(const struct mechanism *m, int64_t now)
{
	int year = day_date(local_day(now)).year;
	if (!m)
		return 2;
	return !calendar_covers(&m->calendar, year) + !calendar_covers(&m->calendar, year + 1);
}

static void write_front(const struct front_metrics *f, struct buf *out)
{
	one(out, "front_commands_total", "counter", "Commands given to the engine.", f->commands);
	one(out, "front_resent_total", "counter", "Commands given to the engine again.", f->resent);
	one(out, "front_unavailable_total", "counter", "Commands given up without an answer.",
	    f->unavailable);
	one(out, "front_reads_total", "counter", "Reads answered.", f->reads);
	one(out, "front_read_rows_total", "counter", "Rows of the store that reads looked at.", f->read_rows);
	one(out, "front_read_bytes_total", "counter", "Bytes that reads rendered.", f->read_bytes);
	head(out, "front_read_seconds_total", "counter", "Time that reads took, without waiting.");
	buf_printf(out, "liandong_front_read_seconds_total %.6f\n", (double)f->read_us / 1e6);
	one(out, "front_reads_queued", "gauge", "Reads that wait for their turn.", f->reads_queued);
	one(out, "front_events_total", "counter", "Events that came in.", f->events);
	one(out, "front_connects_total", "counter", "Connections to the engine.", f->connects);
	one(out, "front_ring_events", "gauge", "Recent events kept.", f->ring_events);
	one(out, "front_ring_bytes", "gauge", "Bytes of recent events kept.", f->ring_bytes);
	one(out, "front_accounts", "gauge", "Accounts and sessions in the cache.", f->accounts);
	one(out, "login_failures_total", "counter", "Tokens, sessions and codes that were not good.",
	    f->logins.failures);
	one(out, "login_held", "gauge", "Refusals that are held back just now.", f->logins.held_now);
	one(out, "login_held_total", "counter", "Refusals that were held back.", f->logins.held);
	one(out, "login_codes_refused_total", "counter", "Codes that were not looked at, over a limit.",
	    f->logins.codes_refused);
	one(out, "login_alarms_total", "counter", "Alarms over failed log-ins.", f->logins.alarms);
}

static void write_gauges(const struct gauges *g, struct buf *out)
{
	one(out, "http_connections", "gauge", "Open connections.", (int64_t)g->connections);
	one(out, "http_connections_refused_total", "counter", "Connections over a limit.",
	    (int64_t)g->refused_connections);
	one(out, "http_parked", "gauge", "Long polls that wait.", (int64_t)g->waiting);
	one(out, "http_streams", "gauge", "Event streams.", (int64_t)g->streams);
	one(out, "http_pending", "gauge", "Commands without an answer yet.", (int64_t)g->pending);
	one(out, "engine_connected", "gauge", "Whether the engine is connected.", g->engine_connected);
	one(out, "event_seq", "gauge", "The last event that came in.", g->seq);
	one(out, "calendar_missing_years", "gauge", "This and the next year: how many have no calendar.",
	    missing_years(g->mechanism, g->now));
	one(out, "manual_clock", "gauge", "Whether the clock is manual and stands still until moved.",
	    g->manual);
}

void metrics_write(const struct metrics *m, const struct gauges *g, struct buf *out)
{
	head(out, "build_info", "gauge", "Which program, and which of its workers answers.");
	buf_printf(out, "liandong_build_info{version=\"" LIANDONG_VERSION "\",worker=\"%d\"} 1\n", g->worker);
	write_requests(m, out);
	write_took(m, out);
	write_gauges(g, out);
	write_front(&g->front, out);
	metrics_json_write(out, "liandong_engine", g->metrics);
	metrics_notices_write(out, g->notices);
}
