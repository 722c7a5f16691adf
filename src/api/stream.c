/*
 * stream.c - server-sent events: every event the caller may see, from Last-Event-ID (or ?after=, or
 * now) on, none missing and none twice.
 *
 * Place: api. A stream pulls by its cursor from the front's ring, or from the store where it is far
 * behind; it has no queue of its own. A client that does not read is congested, gets no more until
 * it does, and is cut off by the connection's hard limit. Streams end after about 15 minutes, so
 * that a reconnect spreads them over the workers and a proxy's patience is never tried.
 */
#include "api/api.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include <stdio.h>

#define STREAMS_OF_ACCOUNT 4
#define STREAM_MS (15 * MINUTE_MS)
#define STREAM_JITTER_MS MINUTE_MS
#define SLICE 100 /* events read at once */
#define SLICES 4  /* for one stream in one turn, so that one far behind does not hold up the rest */

size_t streams_count(const struct api *api, const char *account)
{
	size_t n = 0;
	const struct exchange *x;
	LIST_FOREACH(x, &api->streams, streams)
		n += !account || text_eq(x->who.account, account);
	return n;
}

static void write_event(struct exchange *x, const struct seen_event *e)
{
	struct buf *data = &x->api->page;
	struct json j = json_to(data);
	buf_reset(data);
	render_event(&j, NULL, e, sight_words(&x->view), &x->view);
	http_sse(conn_out(x->client->conn), x->chunked, e->e.seq, event_names[e->e.type], buf_view(data));
	x->told = e->e.seq;
}

/* One slice; false where there is nothing more to do now. */
static bool flow_slice(struct exchange *x)
{
	struct api *api = x->api;
	struct seen_event *v;
	int n;
	bool more;
	int64_t before = x->cursor;
	arena_reset(api->scratch);
	if (!front_events(x->front, &x->view, x->cursor, SLICE, api->scratch, &v, &n, &x->cursor, &more)) {
		log_warn("stream not served", "account=%s after=%lld", x->who.account, (long long)before);
		stream_end(x);
		return false;
	}
	for (int i = 0; i < n; i++)
		write_event(x, &v[i]);
	if (n)
		conn_flush(x->client->conn);
	return x->cursor > before && x->cursor < front_seq(x->front);
}

void stream_flow(struct exchange *x)
{
	struct conn *c = x->client->conn;
	if (x->cursor >= front_seq(x->front))
		return;
	for (int i = 0; i < SLICES; i++)
		if (conn_congested(c) || !flow_slice(x))
			return;
	loop_soon(x->api->wake); /* the rest after the others */
}

void streams_flow(struct api *api)
{
	struct exchange *x, *next;
	for (x = LIST_FIRST(&api->streams); x; x = next) {
		next = LIST_NEXT(x, streams);
		stream_flow(x);
	}
}

/* A comment that keeps proxies awake; and, where events passed by that the caller does not see, the
 * id to go on from, so that a reconnect need not walk through them again. */
static void beat(struct exchange *x)
{
	struct buf *out = conn_out(x->client->conn);
	char line[48];
	int n = x->cursor > x->told ? snprintf(line, sizeof line, ": hb\nid: %lld\n\n", (long long)x->cursor)
				    : snprintf(line, sizeof line, ": hb\n\n");
	x->told = x->cursor;
	http_chunk(out, x->chunked, (struct str){line, (size_t)n});
	conn_flush(x->client->conn);
}

void streams_beat(struct api *api)
{
	struct exchange *x, *next;
	int64_t now = clock_mono().ms;
	for (x = LIST_FIRST(&api->streams); x; x = next) {
		next = LIST_NEXT(x, streams);
		if (now >= x->end_ms)
			stream_end(x);
		else if (!conn_congested(x->client->conn))
			beat(x);
	}
}

void stream_end(struct exchange *x)
{
	struct client *c = x->client;
	http_chunk_end(conn_out(c->conn), x->chunked);
	exchange_free(x);
	client_answered(c, false);
}

/* Where to begin; false where it was answered. */
static bool begin_at(struct exchange *x)
{
	struct refusal why = {0};
	const char *last = http_header(x->request, "last-event-id");
	if (last && !command_parse_field(&x->command, x->arena, FIELD_AFTER, str_of(last), &why)) {
		answer_error(x, why.code, "Last-Event-ID", x->api->english ? why.en : why.zh);
		return false;
	}
	x->cursor = front_seq(x->front);
	if (command_has(&x->command, FIELD_AFTER))
		x->cursor = command_int(&x->command, FIELD_AFTER);
	if (front_knows(x->front, x->cursor))
		return true;
	answer_error(x, ERROR_PARAMS, "after",
	    x->api->english
		? "There is no event with this number: was a backup restored? Read everything again."
		: "没有这个序号的事件(可能恢复过备份),请重新读取全部数据");
	return false;
}

void stream_request(struct exchange *x)
{
	char line[64];
	if (!begin_at(x))
		return;
	if (streams_count(x->api, x->who.account) >= STREAMS_OF_ACCOUNT) {
		answer_later(x, ERROR_TOO_MANY,
		    x->api->english ? "Too many streams of this account." : "该账号的事件流已达上限", 5);
		return;
	}
	if (!answer_stream(x))
		return;
	int n = snprintf(line, sizeof line, "retry: 2000\nid: %lld\n\n", (long long)x->cursor);
	http_chunk(conn_out(x->client->conn), x->chunked, (struct str){line, (size_t)n});
	conn_flush(x->client->conn);
	x->streaming = x->waited = true;
	x->told = x->cursor;
	x->end_ms =
	    clock_mono().ms + STREAM_MS + (int64_t)(random_u64() % (2 * STREAM_JITTER_MS)) - STREAM_JITTER_MS;
	LIST_INSERT_HEAD(&x->api->streams, x, streams);
	stream_flow(x);
}
