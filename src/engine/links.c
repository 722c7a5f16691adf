/*
 * links.c - the front ends at the engine's socket, and the queue of what they ask.
 *
 * Place: engine, between wire/peer.c and turn.c. A front end says HELLO, is told what it talks to,
 * and from then on gets every committed event. One that sends what is no message of a front end is
 * cut off; one that does not read is, too, before it costs memory without bound: it comes back and
 * reads what it missed from the store.
 */
#include "base/log.h"
#include "base/loop.h"
#include "base/clock.h"
#include "engine/core.h"
#include "wire/peer.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define ACCEPTS_A_WAKE 16
#define UNREAD_MOST ((size_t)64 * 1024 * 1024)
#define QUEUE_MOST (4 * TURN_COMMANDS) /* above, nothing more is read */

/* -- the queue ------------------------------------------------------------------------------ */

static struct batch *batch_new(struct engine *e)
{
	struct batch *b = e->spare;

	e->spare = NULL;
	if (!b) {
		b = xalloc(sizeof(*b));
		b->a = arena_new();
	}
	b->n = 0;
	b->next = NULL;
	return b;
}

/* The batch that takes one more. */
static struct batch *batch_open(struct engine *e)
{
	if (e->last && e->last->n < TURN_COMMANDS)
		return e->last;
	if (e->last)
		e->last = e->last->next = batch_new(e);
	else
		e->first = e->last = batch_new(e);
	return e->last;
}

static struct job *job_new(struct engine *e, struct batch *b, struct link *from)
{
	struct job *j = &b->jobs[b->n++];

	*j = (struct job){.from = from, .c = arena_alloc(b->a, sizeof(*j->c))};
	e->metrics.queued++;
	if (e->metrics.queued > QUEUE_MOST)
		links_pause(e, true);
	turn_wanted(e);
	return j;
}

void queue_add(struct engine *e, struct link *from, struct str body, bool *good)
{
	struct batch *b = batch_open(e);
	struct command c;

	*good = command_unpack(body, b->a, &c);
	if (*good)
		*job_new(e, b, from)->c = c;
}

void queue_own(struct engine *e, enum command_kind_id kind)
{
	struct job *j = job_new(e, batch_open(e), NULL);

	j->c->kind = kind;
	j->c->received_at = clock_wall().ms;
	j->c->who = (struct principal){.account = "local", .role = ROLE_LOCAL};
}

struct batch *queue_blank(struct engine *e)
{
	return batch_new(e);
}

struct batch *queue_take(struct engine *e)
{
	struct batch *b = e->first;

	if (!b)
		return batch_new(e);
	e->first = b->next;
	if (!e->first)
		e->last = NULL;
	e->metrics.queued -= b->n;
	if (e->metrics.queued < QUEUE_MOST / 2)
		links_pause(e, false);
	return b;
}

void queue_give_back(struct engine *e, struct batch *b)
{
	arena_reset(b->a);
	if (e->spare) {
		arena_free(b->a);
		free(b);
		return;
	}
	e->spare = b;
}

void queue_forget(struct engine *e, const struct link *l)
{
	for (struct batch *b = e->first; b; b = b->next)
		for (int i = 0; i < b->n; i++)
			if (b->jobs[i].from == l)
				b->jobs[i].from = NULL;
	if (e->advance.from == l)
		e->advance.from = NULL;
	if (e->backup.from == l)
		e->backup.from = NULL;
}

/* -- one front end --------------------------------------------------------------------------- */

static void link_drop(struct link *l)
{
	struct engine *e = l->engine;
	struct link **at = &e->links;

	log_line(e->draining ? LOG_INFO : LOG_WARN, "front end gone", "role=%s", l->role);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	queue_forget(e, l);
	free(l);
	e->beat_wanted = true; /* the others hear at once that it is missing */
	turn_wanted(e);
}

static void link_cut(struct link *l, const char *reason)
{
	log_alarm("front end cut off", "role=%s reason=%s", l->role, reason);
	peer_close(l->peer);
	link_drop(l);
}

static void welcome(struct link *l)
{
	const struct engine *e = l->engine;
	struct buf b = {0};

	welcome_pack(&b,
	    &(struct welcome){.epoch = store_epoch(e->store),
		.store = store_id(e->store),
		.file = store_file(e->store),
		.revision = e->m->revision,
		.version = LIANDONG_VERSION,
		.language = e->english ? "en" : "zh",
		.seq = store_head(e->store).seq,
		.manual_at = store_manual(e->store)});
	peer_send(l->peer, MESSAGE_WELCOME, buf_view(&b));
	buf_free(&b);
}

static bool on_hello(struct link *l, struct str body)
{
	struct arena *a = arena_new();
	struct hello h;
	bool good = !l->greeted && hello_unpack(body, a, &h);

	if (good) {
		snprintf(l->role, sizeof(l->role), "%s", h.role ? h.role : "-");
		log_info("front end came", "role=%s pid=%lld version=%s", l->role, (long long)h.pid,
		    h.version ? h.version : "-");
		l->greeted = true;
		welcome(l);
		l->engine->beat_wanted = true; /* it has no metrics yet */
		turn_wanted(l->engine);
	}
	arena_free(a);
	return good;
}

static bool on_command(struct link *l, struct str body)
{
	bool good = l->greeted;

	if (good)
		queue_add(l->engine, l, body, &good);
	return good;
}

static bool (*const receivers[MESSAGES])(struct link *l, struct str body) = {
    [MESSAGE_HELLO] = on_hello,
    [MESSAGE_COMMAND] = on_command,
};

static void on_message(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct link *l = arg;

	(void)p;
	if (!body)
		link_drop(l);
	else if (!receivers[what])
		link_cut(l, "not-a-front-ends-message");
	else if (!receivers[what](l, *body))
		link_cut(l, "bad-body");
}

/* -- all of them ---------------------------------------------------------------------------- */

static void link_new(struct engine *e, int fd)
{
	struct link *l = xalloc(sizeof(*l));

	*l = (struct link){.engine = e, .next = e->links, .role = "-"};
	e->links = l;
	l->peer = peer_new(e->base, fd, on_message, l);
	if (e->paused)
		peer_pause(l->peer, true);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	for (int i = 0; i < ACCEPTS_A_WAKE; i++) {
		int one = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (one >= 0)
			link_new(arg, one);
		else if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

void links_listen(struct engine *e, int fd)
{
	e->listener = fd;
	e->accept_event = loop_event(e->base, fd, EV_READ | EV_PERSIST, on_accept, e);
	event_add(e->accept_event, NULL);
}

void links_close_listener(struct engine *e)
{
	if (e->accept_event)
		event_free(e->accept_event);
	e->accept_event = NULL;
}

void links_send(struct engine *e, struct link *to, const struct reply *r)
{
	static struct buf b; /* one process, one thread: the room is used again */

	(void)e;
	if (!to)
		return;
	buf_reset(&b);
	reply_pack(&b, r);
	peer_send(to->peer, MESSAGE_REPLY, buf_view(&b));
}

void links_broadcast(struct engine *e, enum message what, struct str body)
{
	struct link *next;

	for (struct link *l = e->links; l; l = next) {
		next = l->next;
		if (l->greeted && peer_pending(l->peer) > UNREAD_MOST)
			link_cut(l, "does-not-read");
		else if (l->greeted)
			peer_send(l->peer, what, body);
	}
}

void links_flush(struct engine *e)
{
	for (struct link *l = e->links; l; l = l->next)
		peer_flush(l->peer);
}

void links_pause(struct engine *e, bool paused)
{
	if (e->paused == paused)
		return;
	e->paused = paused;
	for (struct link *l = e->links; l; l = l->next)
		peer_pause(l->peer, paused);
}
