/*
 * relay.c - what is the notifier's: commands about notices, and what comes without an account: receipts of
 * providers, and what the 12345 centre sends.
 *
 * Place: api. This process has no secret that a receipt or a signature could be checked by, so both are handed over
 * as they came, within bounds. An address may hand over so much, and guess hardly ever: what the notifier
 * refuses is counted by address. Paths hold secrets: neither they nor bodies are logged, and metrics and
 * refusals know the endpoint's name alone.
 */
#include "api/api.h"
#include "api/endpoints.h"
#include "base/bucket.h"
#include "base/clock.h"

#define RELAYS_A_SECOND 50
#define RELAYS_BURST 200 /* a provider brings the receipts of a storm together */
#define WRONG_A_MINUTE 6
#define WRONG_BURST 20
#define PLACES 4096

void relay_limits(struct api *api)
{
	api->relays = buckets_new(RELAYS_A_SECOND * BUCKET_TOKEN, RELAYS_BURST, PLACES);
	api->wrong = buckets_new(WRONG_A_MINUTE * BUCKET_TOKEN / 60, WRONG_BURST, PLACES);
}

static int in_seconds(int64_t ms)
{
	return (int)((ms + SECOND_MS - 1) / SECOND_MS);
}

/* -- the answer ----------------------------------------------------------------------------- */

static void refused(struct exchange *x, const struct notice_answer *r)
{
	if (r->retry_s)
		answer_later(x, r->code, r->detail, r->retry_s);
	else
		answer_error(x, r->code, r->field, r->detail);
}

static void on_answer(void *arg, const struct notice_answer *r)
{
	struct exchange *x = arg;

	x->notifying = NULL;
	if (r->code != OK)
		refused(x, r);
	else
		answer_text(x, r->status, r->type, r->result);
}

/* The same of what came without an account: a wrong guess is counted. Loopback is a proxy's, where one address stands
 * for all. */
static void on_relayed(void *arg, const struct notice_answer *r)
{
	struct exchange *x = arg;
	char network[LOGIN_NETWORK];
	bool wrong = r->code == ERROR_UNAUTHENTICATED || r->code == ERROR_FORBIDDEN;

	if (wrong && *login_network(conn_peer(x->client->conn), network))
		buckets_charge(x->api->wrong, network, BUCKET_TOKEN, clock_mono());
	on_answer(x, r);
}

static void ask(struct exchange *x, struct notice_ask *k, notifying_cb *cb)
{
	k->english = x->api->english;
	x->waited = true;
	x->notifying =
	    notifying_ask(x->api->base, x->api->child->notifier_path, k, NOTIFYING_WITHIN_MS, cb, x);
	if (!x->notifying)
		answer_later(x, ERROR_TOO_MANY, NULL, 1);
}

/* -- commands ------------------------------------------------------------------------------- */

void relay_command(struct exchange *x)
{
	struct notice_ask k = {.way = NOTICE_COMMAND, .command = x->command};

	ask(x, &k, on_answer);
}

/* -- what comes without an account ------------------------------------------------------------ */

/* 0, or after how many ms this address may hand over again. */
static int64_t wait_of(struct exchange *x)
{
	char network[LOGIN_NETWORK];
	const char *name = login_network(conn_peer(x->client->conn), network);
	int64_t wait = buckets_wait(x->api->wrong, name, clock_mono());

	return wait ? wait : buckets_take(x->api->relays, name, clock_mono());
}

static bool may_relay(struct exchange *x)
{
	int64_t wait = x->api->ready ? wait_of(x) : 0;

	if (!x->api->ready)
		answer_later(x, ERROR_UNAVAILABLE,
		    x->api->english ? "The daemon is starting." : "系统正在启动", NOTIFYING_RETRY_S);
	else if (wait)
		answer_later(x, ERROR_TOO_MANY, NULL, in_seconds(wait));
	return x->api->ready && !wait;
}

static bool take_headers(struct exchange *x, struct notice_ask *k)
{
	const struct http_request *r = x->request;

	for (size_t i = 0; i < r->n_headers; i++) {
		const struct http_pair *h = &r->headers[i];

		if (!notice_header_taken(h->name))
			continue;
		if (k->n_headers == NOTICE_HEADERS_MAX || strlen(h->name) > NOTICE_HEADER_MAX ||
		    strlen(h->value) > NOTICE_HEADER_VALUE_MAX)
			return false;
		k->headers[k->n_headers++] = (struct notice_header){h->name, h->value};
	}
	return true;
}

static const char *path_text(struct exchange *x, const struct path_fields *f, int i, size_t most)
{
	return f->n > i && f->v[i].text.n <= most ? arena_str(x->arena, f->v[i].text) : NULL;
}

static void relay(struct exchange *x, enum notice_way way)
{
	struct notice_ask k = {.way = way, .body = x->request->body};
	struct path_fields fields;
	unsigned allowed;

	if (!may_relay(x))
		return;
	endpoint_find(HTTP_POST, x->request->path, &fields, &allowed);
	k.name = path_text(x, &fields, 0, NOTICE_NAME_MAX);
	k.secret = way == NOTICE_RECEIPT ? path_text(x, &fields, 1, NOTICE_SECRET_MAX) : NULL;
	if (!k.name || (way == NOTICE_RECEIPT && !k.secret))
		answer_error(x, ERROR_NOT_FOUND, NULL, NULL);
	else if (k.body.n > NOTICE_BODY_MAX)
		answer_status(x, 413, "too-large", "内容超过 64 KiB", "The body is larger than 64 KiB.",
		    NULL);
	else if (!take_headers(x, &k))
		answer_error(x, ERROR_INVALID, NULL,
		    x->api->english ? "The headers are too many or too long." : "请求头太多或太长");
	else
		ask(x, &k, on_relayed);
}

void relay_receipt(struct exchange *x)
{
	relay(x, NOTICE_RECEIPT);
}

void relay_exchange(struct exchange *x)
{
	relay(x, NOTICE_EXCHANGE);
}
