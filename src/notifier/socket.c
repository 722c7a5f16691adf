/*
 * socket.c - asks in, answers out, over the notifier's socket.
 *
 * Place: notifier, over wire/peer.c. A connection brings one ask and is closed by the one that asked, once it has the
 * answer. Who says nothing, or does not take its answer, is cut off; an ask whose asker has gone is carried out
 * all the same, and its answer is dropped.
 */
#include "notifier/socket.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/peer.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_WAKE 16
#define SILENT_MS 5000 /* from the connection to the ask, and from the answer to the end */
#define SWEEP_S 2

struct connection {
	struct notifier_socket *socket;
	struct peer *peer; /* NULL: gone */
	struct mono_ms since;
	bool asked, answered;
	struct notice_asked a;
	LIST_ENTRY(connection) entry;
};

struct notifier_socket {
	struct event_base *base;
	int fd;
	struct event *accept, *sweep;
	const struct asked_handlers *handlers;
	void *arg;
	size_t n;
	LIST_HEAD(, connection) all;
};

static void connection_free(struct connection *c)
{
	LIST_REMOVE(c, entry);
	c->socket->n--;
	if (c->peer)
		peer_close(c->peer);
	arena_wipe(c->a.arena);
	arena_free(c->a.arena);
	free(c);
}

/* Nothing more is to be done about it. */
static bool over(const struct connection *c)
{
	return !c->asked || c->answered;
}

void asked_answer(struct notice_asked *a, const struct notice_answer *r)
{
	struct connection *c = a->c;
	struct buf b = {0};

	c->answered = true;
	c->since = clock_mono();
	if (!c->peer) {
		connection_free(c);
		return;
	}
	notice_answer_pack(&b, r);
	peer_send(c->peer, MESSAGE_NOTICE_ANSWER, buf_view(&b));
	buf_free(&b);
}

void asked_refuse(struct notice_asked *a, enum error_code code, const char *field, const char *zh,
    const char *en)
{
	asked_answer(a,
	    &(struct notice_answer){.code = code, .field = field, .detail = a->ask.english ? en : zh});
}

static void hand_on(struct connection *c)
{
	asked_handler *h = c->socket->handlers->by_way[c->a.ask.way];

	if (h)
		h(&c->a);
	else
		asked_refuse(&c->a, ERROR_UNAVAILABLE, NULL, NULL, NULL);
}

static void on_message(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct connection *c = arg;

	(void)p;
	if (!body) {
		c->peer = NULL;
		if (over(c))
			connection_free(c);
		return;
	}
	if (c->asked || what != MESSAGE_NOTICE_ASK || !notice_ask_unpack(*body, c->a.arena, &c->a.ask)) {
		log_alarm("front end cut off", "reason=no_ask");
		peer_close(c->peer);
		c->peer = NULL;
		if (over(c))
			connection_free(c);
		return;
	}
	c->asked = true;
	hand_on(c);
}

static void take(struct notifier_socket *s, int fd)
{
	struct connection *c = xalloc(sizeof *c);

	*c = (struct connection){.socket = s, .since = clock_mono()};
	c->a = (struct notice_asked){.arena = arena_new(), .arg = s->arg, .c = c};
	c->peer = peer_new(s->base, fd, on_message, c);
	LIST_INSERT_HEAD(&s->all, c, entry);
	s->n++;
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct notifier_socket *s = arg;

	(void)what;
	for (int i = 0; i < ACCEPTS_A_WAKE; i++) {
		int one = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (one < 0)
			return;
		if (s->n >= ASKED_MOST)
			close(one);
		else
			take(s, one);
	}
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct notifier_socket *s = arg;
	struct connection *c = LIST_FIRST(&s->all), *next;

	(void)fd;
	(void)what;
	for (; c; c = next) {
		next = LIST_NEXT(c, entry);
		if (over(c) && clock_mono().ms - c->since.ms > SILENT_MS)
			connection_free(c);
	}
}

struct notifier_socket *socket_open(struct event_base *base, int fd, const struct asked_handlers *h,
    void *arg)
{
	static const struct timeval every = {.tv_sec = SWEEP_S};
	struct notifier_socket *s = xalloc(sizeof *s);

	*s = (struct notifier_socket){.base = base, .fd = fd, .handlers = h, .arg = arg};
	LIST_INIT(&s->all);
	s->accept = loop_event(base, fd, EV_READ | EV_PERSIST, on_accept, s);
	s->sweep = loop_event(base, -1, EV_PERSIST, on_sweep, s);
	event_add(s->accept, NULL);
	event_add(s->sweep, &every);
	return s;
}

void socket_listen_on(struct notifier_socket *s, int fd)
{
	loop_listen_on(&s->accept, fd);
	s->fd = fd;
}

void socket_close(struct notifier_socket *s)
{
	struct connection *c;

	while ((c = LIST_FIRST(&s->all)))
		connection_free(c);
	event_free(s->accept);
	event_free(s->sweep);
	free(s);
}

void asked_json(struct notice_asked *a, struct buf *result)
{
	asked_answer(a,
	    &(struct notice_answer){
		.code = OK, .status = 200, .type = "application/json", .result = buf_view(result)});
	buf_free(result);
}

#define PAGE 50

struct asked_page asked_page(const struct command *c)
{
	const char *cursor = command_text(c, FIELD_CURSOR);

	return (struct asked_page){
	    .limit = command_has(c, FIELD_LIMIT) ? (int)command_int(c, FIELD_LIMIT) : PAGE,
	    .before = cursor ? strtoll(cursor, NULL, 10) : 0};
}

void asked_next(struct json *j, struct notice_asked *a, int64_t last)
{
	json_text(j, "next", arena_printf(a->arena, "%lld", (long long)last));
}
