/*
 * stream.c - server-sent events: every event the caller may see, from Last-Event-ID (or ?after=, or
 * now) on, none missing and none twice.
 *
 * Place: api. A stream pulls by its cursor from the front's ring, or from the store where it is far
 * behind; it has no queue of its own. A client that does not read is congested, gets no more until
 * it does, and is cut off by the connection's hard limit. Streams end after about 15 minutes, so
 * that a reconnect spreads them over the workers and a proxy's patience is never tried.
 *
 * For browsers: `plain` (EventSource hears only events whose names it knows), `pulse` (a script does not see
 * comments, so a dead line would look alive), `embed` (the rows that the events have changed, read as a poll reads
 * them). With `embed` the id that a reconnect begins at moves only behind what was embedded: an event may then come
 * twice, a change is never missed.
 */
#include "api/api.h"
#include "base/build.h"
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

static bool embeds(const struct exchange *x)
{
	return x->embed != COMMANDS;
}

/* A message of ours, which is no event of the journal. id: 0 none. */
static void write_message(struct exchange *x, int64_t id)
{
	http_sse(conn_out(x->client->conn), x->chunked, id, NULL, buf_view(&x->api->page));
	x->told = id ? id : x->told;
}

static void write_event(struct exchange *x, const struct seen_event *e)
{
	struct buf *data = &x->api->page;
	struct json j = json_to(data);
	int64_t id = embeds(x) ? 0 : e->e.seq;
	buf_reset(data);
	render_event(&j, NULL, e, sight_words(&x->view), &x->view);
	http_sse(conn_out(x->client->conn), x->chunked, id, x->plain ? NULL : event_names[e->e.type],
	    buf_view(data));
	x->told = id ? id : x->told;
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

/* -- what the events have changed -------------------------------------------------------------- */

/* Where a reconnect may begin. */
static int64_t safe_id(const struct exchange *x)
{
	return !embeds(x) || x->cursor < x->embedded ? x->cursor : x->embedded;
}

static void on_embedded(void *arg, const struct read_result *r)
{
	struct exchange *x = arg;
	struct json j = json_to(&x->api->page);
	quota_read(x->api->quota, &x->who, r->cost, clock_mono());
	if (r->why.code != OK) {
		log_warn("stream not served", "account=%s embed=%s", x->who.account,
		    command_kinds[x->embed].name);
		x->end_ms = 1; /* at the next beat: this may be inside of a flow */
		return;
	}
	x->embedded = r->seq;
	loop_soon(x->api->wake); /* what has come meanwhile */
	if (r->n == 0 && !r->more)
		return;
	buf_reset(&x->api->page);
	json_begin(&j, NULL);
	json_text(&j, "type", x->embed == COMMAND_BOARD_GET ? "board" : "dispatches");
	json_members(&j, r->bytes);
	json_end(&j);
	write_message(x, safe_id(x));
	conn_flush(x->client->conn);
}

/* Has anything come that the caller's rows may show? */
static bool embed_quiet(struct exchange *x)
{
	int64_t seq = front_seq(x->front);
	if (x->embed == COMMAND_DISPATCH_LIST && front_unit_seq(x->front, x->view.unit) <= x->embedded &&
	    seq > x->embedded)
		x->embedded = seq;
	return x->embedded >= seq;
}

/* Behind the events: an event is told, and then what it has changed. */
static void embed_flow(struct exchange *x)
{
	struct command c = {.kind = x->embed, .who = x->who};
	if (!embeds(x) || x->read || x->end_ms == 1 || conn_congested(x->client->conn) || embed_quiet(x))
		return;
	command_set_int(&c, FIELD_AFTER, x->embedded);
	front_read(x->front, &c, &x->view, true, &x->read, on_embedded, x);
}

void stream_flow(struct exchange *x)
{
	struct conn *c = x->client->conn;
	bool rest = x->cursor < front_seq(x->front);
	for (int i = 0; rest && i < SLICES; i++) {
		if (conn_congested(c))
			return;
		if (!flow_slice(x))
			break;
	}
	if (x->streaming) {
		embed_flow(x);
		if (x->cursor < front_seq(x->front))
			loop_soon(x->api->wake); /* the rest after the others */
	}
}

void streams_flow(struct api *api)
{
	struct exchange *x, *next;
	for (x = LIST_FIRST(&api->streams); x; x = next) {
		next = LIST_NEXT(x, streams);
		stream_flow(x);
	}
}

/* The time, and what a page must know to trust what it shows. */
static void write_pulse(struct exchange *x)
{
	const struct mechanism *m = front_mechanism(x->front);
	int64_t now = front_now(x->front);
	struct json j = json_to(&x->api->page);
	buf_reset(&x->api->page);
	json_begin(&j, NULL);
	json_text(&j, "type", "pulse");
	json_time(&j, "time", now);
	json_int(&j, "time_ms", now);
	json_int(&j, "seq", front_seq(x->front));
	json_text(&j, "build", build_id());
	if (m) {
		json_text(&j, "revision", m->revision);
		render_office(&j, &m->calendar, now);
	}
	json_end(&j);
	write_message(x, safe_id(x) > x->told ? safe_id(x) : 0);
	conn_flush(x->client->conn);
}

/* A comment that keeps proxies awake; and, where events passed by that the caller does not see, the
 * id to go on from, so that a reconnect need not walk through them again. */
static void beat(struct exchange *x)
{
	struct buf *out = conn_out(x->client->conn);
	char line[48];
	int64_t id = safe_id(x);
	int n = id > x->told ? snprintf(line, sizeof line, ": hb\nid: %lld\n\n", (long long)id)
			     : snprintf(line, sizeof line, ": hb\n\n");
	x->told = id > x->told ? id : x->told;
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
		else if (conn_congested(x->client->conn))
			continue;
		else if (x->pulse)
			write_pulse(x);
		else
			beat(x);
	}
}

/* A page alone is told: others know only events. */
static void tell(struct exchange *x, const struct presence *p)
{
	struct json j = json_to(&x->api->page);
	bool together = sight_row(THING_CALLBACK, x->view.role) != SIGHT_NONE;
	if (!x->plain || !together || text_eq(p->account, x->who.account) || conn_congested(x->client->conn))
		return;
	buf_reset(&x->api->page);
	json_begin(&j, NULL);
	json_text(&j, "type", "presence");
	json_text(&j, "incident", p->incident);
	json_text(&j, "account", p->account);
	json_time(&j, "until", p->until);
	json_end(&j);
	write_message(x, 0);
	conn_flush(x->client->conn);
}

void streams_tell(struct api *api, const struct presence *p)
{
	struct exchange *x, *next;
	for (x = LIST_FIRST(&api->streams); x; x = next) {
		next = LIST_NEXT(x, streams);
		tell(x, p);
	}
}

void stream_end(struct exchange *x)
{
	struct client *c = x->client;
	if (x->read)
		front_read_cancel(x->read);
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
	enum sought is = front_knows(x->front, x->cursor);
	if (is == SOUGHT_FOUND)
		return true;
	if (is == SOUGHT_UNREADABLE)
		answer_error(x, ERROR_UNAVAILABLE, NULL, NULL);
	else
		answer_error(x, ERROR_PARAMS, "after",
		    x->api->english
			? "There is no event with this number: was a backup restored? Read everything again."
			: "没有这个序号的事件(可能恢复过备份),请重新读取全部数据");
	return false;
}

/* A unit's own dispatches; everybody else's board. */
static bool may_embed(struct exchange *x)
{
	bool own = x->embed == COMMAND_DISPATCH_LIST;
	if (!embeds(x))
		return true;
	if (!command_allowed(x->embed, &x->who))
		answer_error(x, ERROR_FORBIDDEN, "embed", NULL);
	else if (own && !sight_unit(&x->view))
		answer_error(x, ERROR_PARAMS, "embed",
		    x->api->english ? "embed=dispatch is for a unit's account; use embed=board"
				    : "embed=dispatch 只给单位的账号,请用 embed=board");
	else
		return true;
	return false;
}

void stream_request(struct exchange *x)
{
	char line[64];
	if (!begin_at(x) || !may_embed(x))
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
	x->told = x->embedded = x->cursor;
	x->end_ms =
	    clock_mono().ms + STREAM_MS + (int64_t)(random_u64() % (2 * STREAM_JITTER_MS)) - STREAM_JITTER_MS;
	LIST_INSERT_HEAD(&x->api->streams, x, streams);
	if (x->pulse)
		write_pulse(x);
	stream_flow(x);
}
