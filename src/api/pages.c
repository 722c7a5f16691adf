/*
 * pages.c - the addresses that need no token: health, readiness, metrics, the description.
 * Place: api. None of them shows anything of an incident.
 */
#include "api/api.h"
#include "api/metrics.h"
#include "api/metrics_json.h"
#include "base/clock.h"
#include "openapi.h"

#define COUNTS_WITHIN_MS 1000 /* a scrape does not wait longer for the notifier */

void page_healthz(struct exchange *x)
{
	answer_json(x, 200, STR("{\"status\":\"ok\"}"));
}

/* On a full disk, and where the store is only read, the engine beats all the same and says that it
 * does not commit. */
static bool engine_committing(const struct api *api)
{
	const struct pulse *p = front_pulse(api->front);
	return front_connected(api->front) && !front_engine_silent(api->front) &&
	    !(p && !metrics_json_true(p->metrics, "committing"));
}

static bool has(const struct trouble *v, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].code, code))
			return true;
	return false;
}

static void put_wrong(struct json *j, const char *code, const char *detail)
{
	json_begin(j, NULL);
	json_text(j, "code", code);
	json_text(j, "detail", detail);
	json_end(j);
}

/* What keeps it from being ready; true where nothing does. */
static bool put_all_wrong(struct json *j, const struct api *api, const struct trouble *v, size_t n)
{
	bool ready = api->ready && !api->draining;
	json_list(j, "wrong");
	if (!api->ready)
		put_wrong(j, "starting", api->english ? "it is being started" : "正在启动");
	if (api->draining)
		put_wrong(j, "stopping", api->english ? "it is being stopped" : "正在停止");
	for (size_t i = 0; i < n; i++) {
		if (!v[i].unready)
			continue;
		put_wrong(j, v[i].code, v[i].detail);
		ready = false;
	}
	json_close(j);
	return ready;
}

void page_readyz(struct exchange *x)
{
	const struct api *api = x->api;
	struct buf *page = &x->api->page;
	size_t n;
	const struct trouble *v = front_troubles(api->front, x->arena, &n);
	buf_reset(page);
	struct json j = json_to(page);
	json_begin(&j, NULL);
	bool ready = put_all_wrong(&j, api, v, n);
	json_bool(&j, "ready", ready);
	json_bool(&j, "engine_connected", front_connected(api->front));
	json_bool(&j, "engine_committing", engine_committing(api));
	json_bool(&j, "roles_up", !has(v, n, "intake-missing") && !has(v, n, "api-missing"));
	json_bool(&j, "draining", api->draining);
	json_int(&j, "seq", front_seq(api->front));
	json_end(&j);
	answer_json(x, ready ? 200 : 503, buf_view(page));
}

static void write_metrics(struct api *api, struct str notices)
{
	const struct pulse *p = front_pulse(api->front);
	struct gauges g = {
	    .worker = api->child->index,
	    .connections = acceptor_count(api->acceptor),
	    .refused_connections = acceptor_refused(api->acceptor),
	    .waiting = waiting_count(api->waiting),
	    .streams = streams_count(api, NULL),
	    .pending = front_pending(api->front),
	    .engine_connected = front_connected(api->front),
	    .manual = clock_is_manual(),
	    .seq = front_seq(api->front),
	    .mechanism = front_mechanism(api->front),
	    .now = front_now(api->front),
	    .front = front_metrics(api->front),
	    .metrics = p ? p->metrics : (struct str){0},
	    .notices = notices,
	};

	buf_reset(&api->page);
	metrics_write(api->metrics, &g, &api->page);
}

static void answer_metrics(struct exchange *x, struct str notices)
{
	write_metrics(x->api, notices);
	answer_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", buf_view(&x->api->page));
}

static void on_counts(void *arg, const struct notice_answer *r)
{
	struct exchange *x = arg;

	x->notifying = NULL;
	answer_metrics(x, r->code == OK ? r->result : (struct str){0});
}

/* A notifier that is away or hung costs its own figures, and a second. */
void page_metrics(struct exchange *x)
{
	static const struct notice_ask counts = {.way = NOTICE_COUNTS};
	const struct api *api = x->api;

	x->waited = true;
	x->notifying =
	    notifying_ask(api->base, api->child->notifier_path, &counts, COUNTS_WITHIN_MS, on_counts, x);
	if (!x->notifying)
		answer_metrics(x, (struct str){0});
}

void page_openapi(struct exchange *x)
{
	answer_text(x, 200, "application/yaml; charset=utf-8",
	    (struct str){openapi_yaml, sizeof openapi_yaml - 1});
}
