/*
 * pages.c - the addresses that need no token: health, readiness, metrics, the description, and a
 * word for whoever opens the address in a browser.
 * Place: api. None of them shows anything of an incident.
 */
#include "api/api.h"
#include "api/metrics_json.h"
#include "base/clock.h"
#include "openapi.h"

void page_healthz(struct exchange *x)
{
	answer_json(x, 200, STR("{\"status\":\"ok\"}"));
}

/* Has the engine committed a heartbeat lately? To have been welcomed counts as one. A manual clock
 * stands still, and so does its beat. On a full disk, and where the store is only read, it beats all
 * the same and says that it does not commit. */
static bool engine_fresh(const struct api *api)
{
	const struct pulse *p = front_pulse(api->front);
	int64_t at = p && p->at > api->ready_at ? p->at : api->ready_at;
	return front_connected(api->front) && !(p && !metrics_json_true(p->metrics, "committing")) &&
	    (clock_is_manual() || front_now(api->front) - at < PULSE_FRESH_MS);
}

/* Are all front ends that the configuration asks for connected to the engine? As of its last pulse. */
static bool roles_up(const struct api *api)
{
	const struct pulse *p = front_pulse(api->front);
	int64_t wanted = api->options->workers_intake + api->options->workers_api;
	return !p || metrics_json_number(p->metrics, "front_ends", wanted) >= wanted;
}

void page_readyz(struct exchange *x)
{
	const struct api *api = x->api;
	bool fresh = engine_fresh(api), up = roles_up(api);
	bool ready = api->ready && fresh && up && !api->draining;
	struct buf *page = &x->api->page;
	buf_reset(page);
	struct json j = json_to(page);
	json_begin(&j, NULL);
	json_bool(&j, "ready", ready);
	json_bool(&j, "engine_connected", front_connected(api->front));
	json_bool(&j, "engine_committing", fresh);
	json_bool(&j, "roles_up", up);
	json_bool(&j, "draining", api->draining);
	json_int(&j, "seq", front_seq(api->front));
	json_end(&j);
	answer_json(x, ready ? 200 : 503, buf_view(page));
}

void page_metrics(struct exchange *x)
{
	struct api *api = x->api;
	const struct pulse *p = front_pulse(api->front);
	struct gauges g = {
	    .worker = api->child->index,
	    .connections = acceptor_count(api->acceptor),
	    .refused_connections = acceptor_refused(api->acceptor),
	    .parked = waiting_count(api->waiting),
	    .streams = streams_count(api, NULL),
	    .pending = front_pending(api->front),
	    .engine_connected = front_connected(api->front),
	    .manual = clock_is_manual(),
	    .seq = front_seq(api->front),
	    .mechanism = front_mechanism(api->front),
	    .now = front_now(api->front),
	    .front = front_metrics(api->front),
	    .metrics = p ? p->metrics : (struct str){0},
	};
	buf_reset(&api->page);
	metrics_write(api->metrics, &g, &api->page);
	answer_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", buf_view(&api->page));
}

void page_openapi(struct exchange *x)
{
	answer_text(x, 200, "application/yaml; charset=utf-8",
	    (struct str){(const char *)openapi_yaml, sizeof openapi_yaml});
}

void page_root(struct exchange *x)
{
	answer_text(x, 200, "text/plain; charset=utf-8",
	    STR("联动(liandong):110 社会联动派单系统的 HTTP 接口。\n"
		"接口说明:/openapi.yaml   运行状况:/healthz /readyz /metrics\n"
		"业务接口在 /v1/ 下,须带令牌:Authorization: Bearer 令牌\n"));
}
