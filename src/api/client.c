/*
 * client.c - one HTTP connection: bytes to requests, one exchange in flight, the next when it is
 * answered. Pipelined requests are served in order; the bytes behind a request in flight stay in
 * the connection's bounded input.
 *
 * Place: api, above wire/conn and wire/http.
 * Invariants: a client is freed in on_closed and nowhere else; while an exchange is in flight no
 * byte is consumed; a deadline runs whenever the client owes us bytes, and never when we owe it an
 * answer.
 */
#include "api/api.h"
#include "api/endpoints.h"
#include "api/metrics.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/picture.h"
#include <assert.h>
#include <stdlib.h>

#define FILES_BODY_MAX                                                                                       \
	((size_t)8 * 1024 * 1024) /* of files, twice as long where each character is an escape */
#define DRAIN_REQUEST_MS 1000     /* for the rest of a request that has begun when the process ends */

static size_t on_input(void *arg, const char *bytes, size_t n);
static void on_eof(void *arg);
static void on_drained(void *arg);
static void on_deadline(void *arg);
static void on_closed(void *arg, enum conn_end why);

static const struct conn_handler handler = {
    .on_input = on_input,
    .on_eof = on_eof,
    .on_drained = on_drained,
    .on_deadline = on_deadline,
    .on_closed = on_closed,
};

/* How long the client may take in this phase, in ms; 0: it owes nothing. */
static int64_t phase_ms(const struct client *c, enum http_phase phase)
{
	const struct options *o = c->api->options;
	if (c->api->draining && phase != HTTP_WHOLE)
		return DRAIN_REQUEST_MS;
	switch (phase) {
	case HTTP_IDLE:
		return o->idle_ms;
	case HTTP_IN_HEAD:
		return o->header_ms;
	case HTTP_IN_BODY:
		return o->body_ms;
	default:
		return 0;
	}
}

/* Absolute: set when a phase begins, not when a byte comes. */
static void set_deadline(struct client *c)
{
	enum http_phase phase = c->exchange ? HTTP_WHOLE : http_phase(c->http);
	if (phase == c->phase || conn_closing(c->conn))
		return;
	c->phase = phase;
	conn_deadline(c->conn, phase_ms(c, phase));
}

#define IMAGE_BODY_MAX ((size_t)PICTURE_MOST * 4 / 3 + 4096) /* or in JSON, as base64 */

/* Whole files of the mechanism and pictures are longer than other requests; only those who may give the command can send so
 * much. Where that cannot be read, what comes is refused for that and not for its length. */
static size_t body_rule(void *arg, const struct http_request *r)
{
	struct client *c = arg;
	struct api *api = c->api;
	struct path_fields fields;
	unsigned allowed;
	const struct endpoint *e = endpoint_find(r->method, r->path, &fields, &allowed);
	size_t usual = (size_t)api->options->body_max;
	struct principal who;
	enum sought is;
	bool command = e && e->command != COMMANDS;
	size_t most = command && command_takes(e->command, FIELD_FILES) ? FILES_BODY_MAX
	    : command && command_takes(e->command, FIELD_IMAGE)         ? IMAGE_BODY_MAX
									: 0;
	if (usual >= most)
		return usual;
	arena_reset(api->scratch);
	is = identity_of(c, r, api->scratch, &who);
	return is == SOUGHT_UNREADABLE || (is == SOUGHT_FOUND && command_allowed(e->command, &who)) ? most
												    : usual;
}

static void begin(struct api *api, struct conn *conn, bool redirects)
{
	struct client *c = xalloc(sizeof *c);
	*c = (struct client){.api = api, .conn = conn, .phase = HTTP_WHOLE, .redirects = redirects};
	c->http = http_new((size_t)api->options->body_max);
	http_body_ruled(c->http, body_rule, c);
	LIST_INSERT_HEAD(&api->clients, c, all);
	conn_handle(conn, &handler, c);
	set_deadline(c);
}

void client_accept(void *arg, struct conn *conn)
{
	begin(arg, conn, false);
}

void client_accept_redirect(void *arg, struct conn *conn)
{
	begin(arg, conn, true);
}

static void refuse_bytes(struct client *c)
{
	http_refuse(conn_out(c->conn), c->http, clock_wall().ms, c->api->english);
	conn_flush(c->conn);
	conn_finish(c->conn);
	metrics_refused(c->api->metrics, http_refused_status(c->http));
}

static size_t feed(struct client *c, struct str rest)
{
	size_t used = 0;
	switch (http_feed(c->http, rest, &used)) {
	case HTTP_MORE:
		break;
	case HTTP_CONTINUE:
		http_continue(conn_out(c->conn));
		conn_flush(c->conn);
		break;
	case HTTP_REQUEST:
		exchange_begin(c);
		break;
	case HTTP_REFUSED:
		refuse_bytes(c);
		break;
	}
	return used;
}

static size_t on_input(void *arg, const char *bytes, size_t n)
{
	struct client *c = arg;
	size_t used = 0;
	c->feeding = true;
	while (used < n && !c->exchange && !conn_closing(c->conn) && !conn_congested(c->conn))
		used += feed(c, (struct str){bytes + used, n - used});
	c->feeding = false;
	set_deadline(c);
	return used;
}

/* A client that ends its half while it waits for news has gone, and frees its place at once; one
 * that sent a command still gets its answer. */
static void on_eof(void *arg)
{
	struct client *c = arg;
	struct exchange *x = c->exchange;
	if (x && !x->watch && !x->streaming)
		c->eof = true;
	else if (x)
		conn_close(c->conn, CONN_GONE);
	else
		conn_finish(c->conn);
}

static void on_drained(void *arg)
{
	struct client *c = arg;
	if (c->exchange && c->exchange->streaming)
		stream_flow(c->exchange);
	else if (c->exchange && c->exchange->pouring)
		answer_pour(c->exchange);
	else
		conn_resume(c->conn);
}

/* Idle too long: closed without a word. In the middle of a request: told why. */
static void on_deadline(void *arg)
{
	struct client *c = arg;
	if (c->phase == HTTP_IN_HEAD || c->phase == HTTP_IN_BODY) {
		bool english = c->api->english;
		struct http_reply r = http_reply(conn_out(c->conn), NULL, 408, clock_wall().ms);
		http_problem(&r, "timeout", NULL,
		    english ? "The request did not arrive in time." : "请求没有在规定时间内发完", english);
		conn_flush(c->conn);
		metrics_refused(c->api->metrics, 408);
	}
	conn_finish(c->conn);
}

static void on_closed(void *arg, enum conn_end why)
{
	struct client *c = arg;
	struct api *api = c->api;
	if (why == CONN_SLOW || why == CONN_FLOOD)
		log_warn("client cut off", "why=%s peer=%s", conn_end_name(why), conn_peer(c->conn)->text);
	if (c->exchange)
		exchange_abandon(c->exchange);
	LIST_REMOVE(c, all);
	http_free(c->http);
	free(c);
	api_drained(api);
}

void client_answered(struct client *c, bool keep_alive)
{
	assert(c->exchange && "an answer belongs to a request");
	c->exchange = NULL;
	c->phase = HTTP_WHOLE;
	http_next(c->http);
	conn_flush(c->conn);
	if (!keep_alive || c->eof)
		conn_finish(c->conn);
	else if (!c->feeding) {
		set_deadline(c);
		conn_resume(c->conn);
	}
}

void client_drain(struct client *c)
{
	conn_hurry(c->conn);
	if (!c->exchange && http_phase(c->http) == HTTP_IDLE)
		conn_finish(c->conn);
	else
		conn_deadline(c->conn, phase_ms(c, c->phase));
}
