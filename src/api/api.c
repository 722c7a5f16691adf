/*
 * api.c - the HTTP process: its life on one page. It accepts, answers, waits for events on behalf of
 * clients, and ends when the supervisor says so.
 *
 * Place: api, the process `liandongd: api`. It writes nothing: what changes something goes to the
 * engine, what is read comes from the front's own read-only connection.
 */
#include "api/api.h"
#include "api/metrics.h"
#include "base/bucket.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/time.h"
#include "front/secure.h"
#include "wire/tls.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define BEAT_S 10
#define ANSWER_MOST INT64_C(4194304) /* the largest answers: a routing table of 10,000 rules explained */
#define ALIVE_S 5

#define BUSY_BODY                                                                                            \
	"{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"code\":\"busy\"}\n"
_Static_assert(sizeof BUSY_BODY - 1 == 80, "its Content-Length");
static const char busy[] =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n" HTTP_SECURITY_HEADERS
    "Cache-Control: no-store\r\n"
    "Content-Type: application/problem+json\r\nContent-Length: 80\r\n\r\n" BUSY_BODY;

/* -- what the engine tells ------------------------------------------------------------------- */

static void streams_each(struct api *api, void (*fn)(struct exchange *x, void *arg), void *arg)
{
	struct exchange *x, *next;
	for (x = LIST_FIRST(&api->streams); x; x = next) {
		next = LIST_NEXT(x, streams);
		fn(x, arg);
	}
}

static void act_for(struct exchange *x, void *arg)
{
	(void)arg;
	if (x->who.unit)
		x->view.unit = x->who.unit = x->command.who.unit = front_acts_for(x->front, x->who.unit);
}

/* Whom units act for may have changed: streams and polls that wait learn it, and the polls look again. */
static void act(struct api *api)
{
	unsigned age = front_acting(api->front);
	if (age == api->acting)
		return;
	api->acting = age;
	streams_each(api, act_for, NULL);
	waiting_each(api->waiting, act_for, NULL);
	poll_cache_clear(api->cache);
	waiting_all(api->waiting);
	loop_soon(api->wake);
}

static void on_event(void *arg, const struct seen_event *p)
{
	struct api *api = arg;
	act(api); /* it may be about a unit that is acted for from now on */
	bool wake = waiting_event(api->waiting, p);
	if (p->e.type == EVENT_CONFIG_ACTIVATED)
		poll_cache_clear(api->cache);
	if (wake || !LIST_EMPTY(&api->streams))
		loop_soon(api->wake);
}

/* The end of a turn in which events came: everybody once. */
static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct api *api = arg;
	(void)fd;
	(void)what;
	waiting_wake(api->waiting);
	streams_flow(api);
}

static void on_ready(void *arg)
{
	struct api *api = arg;
	api->ready = true;
	child_ready(api->control);
	log_info("ready", "seq=%lld", (long long)front_seq(api->front));
}

/* Answers 401 to an exchange that waits with a revoked token, and closes it. */
static void check_token(struct exchange *x, void *account)
{
	if ((*(const char *)account && !text_eq(x->who.account, account)) ||
	    front_still_good(x->front, &x->token))
		return;
	struct conn *c = x->client->conn;
	if (x->streaming) {
		stream_end(x);
		return;
	}
	answer_error(x, ERROR_UNAUTHENTICATED, NULL, NULL);
	conn_finish(c);
}

static void on_account(void *arg, const char *account)
{
	struct api *api = arg;
	char *name = strdup(account);
	if (!name)
		fatal("no memory");
	waiting_each(api->waiting, check_token, name);
	streams_each(api, check_token, name);
	free(name);
}

static void on_presence(void *arg, const struct presence *p)
{
	streams_tell(arg, p);
}

static void end_stream(struct exchange *x, void *arg)
{
	(void)arg;
	stream_end(x);
}

/* Positions that clients hold mean nothing now: polls find out by asking again, streams by their
 * reconnect. */
static void on_reset(void *arg)
{
	struct api *api = arg;
	poll_cache_clear(api->cache);
	waiting_all(api->waiting);
	loop_soon(api->wake);
	streams_each(api, end_stream, NULL);
}

static const struct front_handlers front_handlers = {.event = on_event,
    .ready = on_ready,
    .account_changed = on_account,
    .reset = on_reset,
    .presence = on_presence};

/* -- every second ---------------------------------------------------------------------------- */

/* A new pulse: the way from here through the engine's commit and back is whole. Under a manual clock
 * all pulses look alike. */
static void watch_pulse(struct api *api)
{
	const struct pulse *p = front_connected(api->front) ? front_pulse(api->front) : NULL;
	if (!p || (p->at == api->pulse_at && !(p->manual_at && api->ticks % ALIVE_S == 0)))
		return;
	api->pulse_at = p->at;
	child_beat(api->control);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct api *api = arg;
	(void)fd;
	(void)what;
	api->ticks++;
	act(api);
	watch_pulse(api);
	if (api->ticks % BEAT_S == 0)
		streams_beat(api);
}

/* -- the end --------------------------------------------------------------------------------- */

static void end_poll(struct exchange *x, void *arg)
{
	(void)arg;
	poll_nothing(x);
}

static void on_drain_over(evutil_socket_t fd, short what, void *arg)
{
	struct api *api = arg;
	(void)fd;
	(void)what;
	log_warn("drain cut short", "connections=%zu", acceptor_count(api->acceptor));
	event_base_loopbreak(api->base);
}

void api_drained(struct api *api)
{
	if (api->draining && LIST_EMPTY(&api->clients))
		event_base_loopbreak(api->base);
}

/* Nothing new comes in; who waits is answered with what there is; who asked the engine is answered
 * when it answers. */
static void on_drain(void *arg)
{
	struct api *api = arg;
	struct client *c, *next;
	if (api->draining)
		return;
	api->draining = true;
	acceptor_stop(api->acceptor);
	if (api->redirect)
		acceptor_stop(api->redirect);
	loop_after(api->drain_timer, child_drain_ms(api->child));
	front_drain(api->front);
	waiting_each(api->waiting, end_poll, NULL);
	streams_each(api, end_stream, NULL);
	for (c = LIST_FIRST(&api->clients); c; c = next) {
		next = LIST_NEXT(c, all);
		client_drain(c);
	}
	log_info("draining", "connections=%zu", acceptor_count(api->acceptor));
	api_drained(api);
}

/* Connections go on as they are, but for those whose certificate would be refused now. */
static void on_certificates(void *arg, int fd)
{
	struct api *api = arg;
	struct client *c;
	if (!secure_renew(api->tls, "http", fd))
		return;
	LIST_FOREACH(c, &api->clients, all)
		if (conn_distrusted(c->conn)) {
			log_warn("certificate is not good any more", "peer=%s", conn_peer(c->conn)->text);
			conn_close(c->conn, CONN_DONE);
		}
}

static const struct child_handlers child_handlers = {.drain = on_drain, .certificates = on_certificates};

/* -- life ------------------------------------------------------------------------------------ */

static void start_timers(struct api *api)
{
	struct timeval second = {.tv_sec = 1};
	api->tick = loop_event(api->base, -1, EV_PERSIST, on_tick, api);
	api->wake = loop_timer(api->base, on_wake, api);
	api->drain_timer = loop_timer(api->base, on_drain_over, api);
	event_add(api->tick, &second);
}

#define NO_TLS_ZH                                                                                            \
	"{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"code\":\"tls-required\","      \
	"\"detail\":\"这个端口用 TLS,请改用 https://\"}\n"
#define NO_TLS_EN                                                                                            \
	"{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"code\":\"tls-required\","      \
	"\"detail\":\"This port speaks TLS; use https://\"}\n"

/* To a client that speaks without TLS where it is wanted. */
static const char *no_tls(bool english)
{
	static char reply[768];
	const char *body = english ? NO_TLS_EN : NO_TLS_ZH;
	snprintf(reply, sizeof reply,
	    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n" HTTP_SECURITY_HEADERS
	    "Cache-Control: no-store\r\nContent-Type: application/problem+json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    strlen(body), body);
	return reply;
}

static void start(struct api *api)
{
	const struct options *o = api->options;
	api->waiting = waiting_new();
	api->quota = quota_new(o);
	relay_limits(api);
	api->metrics = metrics_new();
	api->cache = poll_cache_new();
	api->scratch = arena_new();
	start_timers(api);
	api->tls = secure_listener(api->child, "http", true, no_tls(api->english));
	api->control = child_start(api->child, api->base, &child_handlers, api);
	api->front = front_new(api->child, api->base, &front_handlers, api);
}

static struct acceptor *listen_at(struct api *api, int fd, struct tls_server *tls, acceptor_cb *cb)
{
	const struct options *o = api->options;
	struct acceptor_options a = {
	    .max = child_connections_most(api->child),
	    .max_per_address = (size_t)o->connections_per_address,
	    .busy = busy,
	    .limits = {.in_max = (size_t)o->body_max + 32 * 1024,
		.out_soft = (size_t)o->output_soft,
		.out_hard = o->output_hard > ANSWER_MOST ? (size_t)o->output_hard : (size_t)ANSWER_MOST,
		.handshake_ms = (int)o->handshake_ms},
	    .tls = tls,
	    .shaking_max = (size_t)o->handshakes,
	    .shakes_per_address = o->handshakes_per_address,
	};
	return fd < 0 ? NULL : acceptor_new(api->base, fd, &a, cb, api);
}

/* Clients that are still there after a drain cut short. on_closed comes from the loop, and gives their
 * exchanges up. */
static void close_all(struct api *api)
{
	struct client *c;
	LIST_FOREACH(c, &api->clients, all)
		conn_close(c->conn, CONN_DONE);
	while (!LIST_EMPTY(&api->clients))
		event_base_loop(api->base, EVLOOP_ONCE);
}

static void end(struct api *api)
{
	struct exchange *x;
	close_all(api);
	while ((x = SLIST_FIRST(&api->spares))) {
		SLIST_REMOVE_HEAD(&api->spares, spare);
		exchange_destroy(x);
	}
	front_free(api->front);
	waiting_free(api->waiting);
	quota_free(api->quota);
	buckets_free(api->relays);
	buckets_free(api->wrong);
	metrics_free(api->metrics);
	poll_cache_free(api->cache);
	arena_free(api->scratch);
	buf_free(&api->page);
	acceptor_free(api->acceptor);
	acceptor_free(api->redirect);
	tls_server_free(api->tls);
	event_free(api->tick);
	event_free(api->wake);
	event_free(api->drain_timer);
	event_base_free(api->base);
}

int api_main(const struct child *child)
{
	int fd = child_listener(child, "http");
	if (fd < 0) {
		log_alarm("no listener", "name=http");
		return EX_CONFIG;
	}
	struct api api = {.child = child, .options = child->options, .base = loop_new()};
	api.english = strcmp(child->options->language, "en") == 0;
	LIST_INIT(&api.clients);
	LIST_INIT(&api.streams);
	SLIST_INIT(&api.spares);
	start(&api);
	api.acceptor = listen_at(&api, fd, api.tls, client_accept);
	api.redirect = listen_at(&api, child_listener(child, "redirect"), NULL, client_accept_redirect);
	event_base_dispatch(api.base);
	log_info("drained", "connections=%zu", acceptor_count(api.acceptor));
	end(&api);
	return 0;
}
