/*
 * answer.c - the ends of an exchange: what goes back to the client, in which words, and what is
 * counted. Every request gets exactly one answer.
 * Place: api. A sentence that comes from a refusal is in the configured language already.
 */
#include "api/api.h"
#include "api/assets.h"
#include "api/endpoints.h"
#include "api/metrics.h"
#include "base/clock.h"
#include "wire/render.h"
#include <assert.h>
#include <stdio.h>

#define POUR_BYTES ((size_t)32 * 1024)

static struct http_reply begin(struct exchange *x, int status)
{
	struct buf *out = conn_out(x->client->conn);
	struct http_reply r = http_reply(out, x->request, status, clock_wall().ms);
	if (x->api->options->tls_http.certificate)
		http_set(&r, HTTP_F_STRICT_TRANSPORT_SECURITY, "max-age=31536000");
	if (x->cookie && status < 400)
		http_set(&r, HTTP_F_SET_COOKIE, x->cookie);
	if (x->api->draining)
		http_set_close(&r);
	return r;
}

/* A page of ours may load only what this list names. */
#define PAGE_POLICY                                                                                          \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "      \
	"font-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "       \
	"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "                   \
	"trusted-types liandong"
/* A report is a file that stands alone, with its style in it. */
#define DOCUMENT_POLICY                                                                                      \
	"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "               \
	"frame-ancestors 'none'"

/* A page without scripts, whose forms come to us. */
#define FORM_POLICY                                                                                          \
	"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "        \
	"frame-ancestors 'none'"

static void set_policy(struct http_reply *r, const char *type, const char *policy)
{
	if (strncmp(type, "text/html", 9) == 0)
		http_set(r, HTTP_F_CONTENT_SECURITY_POLICY, policy);
}

/* Counts it and lets the client go on. x is gone after this. */
static void end(struct exchange *x, const struct http_reply *r)
{
	int64_t took_us = x->waited ? -1 : clock_mono_us() - x->began_us;
	struct client *c = x->client;
	metrics_answered(x->api->metrics, x->endpoint, r->status, took_us);
	exchange_free(x);
	client_answered(c, r->keep_alive);
}

void answer_text(struct exchange *x, int status, const char *type, struct str body)
{
	struct http_reply r = begin(x, status);
	set_policy(&r, type, PAGE_POLICY);
	http_body(&r, type, body);
	end(x, &r);
}

void answer_form(struct exchange *x, int status, struct str body)
{
	struct http_reply r = begin(x, status);
	http_set(&r, HTTP_F_CONTENT_SECURITY_POLICY, FORM_POLICY);
	http_body(&r, "text/html; charset=utf-8", body);
	end(x, &r);
}

void answer_see_other(struct exchange *x, const char *location)
{
	struct http_reply r = begin(x, 303);
	http_set(&r, HTTP_F_LOCATION, location);
	http_empty(&r);
	end(x, &r);
}

void answer_json(struct exchange *x, int status, struct str body)
{
	answer_text(x, status, "application/json", body);
}

static void set_etag(struct http_reply *r, const char *etag)
{
	char text[48];
	snprintf(text, sizeof text, "\"%s\"", etag);
	http_set(r, HTTP_F_ETAG, text);
}

void answer_entity(struct exchange *x, int status, struct str body, const char *etag, const char *location)
{
	struct http_reply r = begin(x, status);
	if (etag && *etag)
		set_etag(&r, etag);
	if (location)
		http_set(&r, HTTP_F_LOCATION, location);
	http_body(&r, "application/json", body);
	end(x, &r);
}

/* So much at a time that a slow client is never cut off for what waits for it. */
void answer_pour(struct exchange *x)
{
	struct conn *conn = x->client->conn;
	while (x->poured < x->body.n && !conn_congested(conn)) {
		struct str part = {x->body.p + x->poured, x->body.n - x->poured};
		part.n = part.n > POUR_BYTES ? POUR_BYTES : part.n;
		buf_str(conn_out(conn), part);
		x->poured += part.n;
	}
	conn_flush(conn);
	if (x->poured < x->body.n)
		return;
	struct client *c = x->client;
	bool keep_alive = x->keep_alive;
	exchange_free(x);
	client_answered(c, keep_alive);
}

void answer_file(struct exchange *x, const char *type, const char *name, struct str bytes)
{
	struct http_reply r = begin(x, 200);
	char disposition[96];
	snprintf(disposition, sizeof disposition, "inline; filename=\"%.60s\"", name);
	http_set(&r, HTTP_F_CONTENT_DISPOSITION, disposition);
	set_policy(&r, type, DOCUMENT_POLICY);
	if (strncmp(type, "image/", 6) == 0)
		http_set(&r, HTTP_F_CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
	http_head(&r, type, bytes.n);
	metrics_answered(x->api->metrics, x->endpoint, 200, -1);
	if (!r.head_only)
		buf_str(&x->body, bytes);
	x->keep_alive = r.keep_alive;
	x->pouring = true;
	answer_pour(x);
}

void answer_redirect(struct exchange *x, const char *location)
{
	struct http_reply r = begin(x, 308);
	http_set(&r, HTTP_F_LOCATION, location);
	http_set_close(&r);
	http_empty(&r);
	end(x, &r);
}

void answer_not_modified(struct exchange *x, const char *etag)
{
	struct http_reply r = begin(x, 304);
	set_etag(&r, etag);
	http_empty(&r);
	end(x, &r);
}

/* A page's worker is held to the same list as the page: what it loads is governed by the policy that came with it. */
static void set_asset(struct http_reply *r, const struct asset *a, const char *etag, bool packed)
{
	set_etag(r, etag);
	http_set(r, HTTP_F_CACHE_CONTROL,
	    asset_lasts(a) ? "public, max-age=31536000, immutable" : "no-cache");
	http_set(r, HTTP_F_VARY, "Accept-Encoding");
	if (!asset_lasts(a))
		http_set(r, HTTP_F_CONTENT_SECURITY_POLICY, PAGE_POLICY);
	if (packed)
		http_set(r, HTTP_F_CONTENT_ENCODING, "gzip");
}

void answer_asset(struct exchange *x, const struct asset *a, bool packed)
{
	char etag[40];
	snprintf(etag, sizeof etag, "%s%s", a->etag, packed ? "-gz" : "");
	bool has = exchange_has(x, etag);
	struct http_reply r = begin(x, has ? 304 : 200);
	set_asset(&r, a, etag, packed && !has);
	if (has)
		http_empty(&r);
	else
		http_body(&r, a->type, packed ? a->packed : a->plain);
	end(x, &r);
}

static void problem(struct exchange *x, enum error_code code, const char *field, const char *detail,
    int retry_after)
{
	char seconds[12];
	if (x->by_form) {
		const char *usual = x->api->english ? error_kinds[code].en : error_kinds[code].zh;
		plain_refuse(x, error_kinds[code].http, detail ? detail : usual);
		return;
	}
	struct http_reply r = begin(x, error_kinds[code].http);
	struct buf body = {0};
	snprintf(seconds, sizeof seconds, "%d", retry_after);
	if (code == ERROR_UNAUTHENTICATED)
		http_set(&r, HTTP_F_WWW_AUTHENTICATE, "Bearer realm=\"liandong\"");
	if (retry_after)
		http_set(&r, HTTP_F_RETRY_AFTER, seconds);
	render_problem(&body, code, field, detail, x->api->english);
	http_body(&r, "application/problem+json", buf_view(&body));
	buf_free(&body);
	end(x, &r);
}

void answer_error(struct exchange *x, enum error_code code, const char *field, const char *detail)
{
	problem(x, code, field, detail, code == ERROR_UNAVAILABLE || code == ERROR_TOO_MANY ? 1 : 0);
}

void answer_later(struct exchange *x, enum error_code code, const char *detail, int seconds)
{
	problem(x, code, NULL, detail, seconds);
}

void answer_refusal(struct exchange *x, const struct refusal *why)
{
	answer_error(x, why->code, why->field, x->api->english ? why->en : why->zh);
}

void answer_status(struct exchange *x, int status, const char *code, const char *zh, const char *en,
    const char *allow)
{
	if (x->by_form) {
		plain_refuse(x, status, x->api->english ? en : zh);
		return;
	}
	struct http_reply r = begin(x, status);
	if (allow)
		http_set(&r, HTTP_F_ALLOW, allow);
	http_problem(&r, code, NULL, x->api->english ? en : zh, x->api->english);
	end(x, &r);
}

bool answer_stream(struct exchange *x)
{
	if (x->request->method == HTTP_HEAD) {
		answer_text(x, 200, "text/event-stream", (struct str){0});
		return false;
	}
	struct http_reply r = begin(x, 200);
	http_set(&r, HTTP_F_X_ACCEL_BUFFERING, "no");
	http_set_close(&r); /* it ends with the connection */
	http_stream(&r, "text/event-stream");
	x->chunked = r.chunked;
	metrics_answered(x->api->metrics, x->endpoint, 200, -1);
	conn_flush(x->client->conn);
	return true;
}
