/*
 * links.c - the front ends at the engine's socket.
 *
 * Place: engine, over wire/peer.c; what a command or a greeting means is engine.c's. A front end says
 * HELLO, is told what it talks to, and from then on gets every committed event. One that sends what is
 * no message of a front end is cut off; one that does not read is, too, before it costs memory without
 * bound: it comes back and reads what it missed from the store.
 */
#include "engine/links.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/peer.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_WAKE 16
#define UNREAD_MOST ((size_t)64 * 1024 * 1024)

/* -- one front end --------------------------------------------------------------------------- */

static void link_drop(struct link *l)
{
	struct link **at = &l->all->first;

	log_line(l->all->accept ? LOG_WARN : LOG_INFO, "front end gone", "role=%s", l->role);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->all->h->gone(l->all->arg, l);
	free(l);
}

static void link_cut(struct link *l, const char *reason)
{
	log_alarm("front end cut off", "role=%s reason=%s", l->role, reason);
	peer_close(l->peer);
	link_drop(l);
}

static void welcome(struct link *l)
{
	struct buf b = {0};

	welcome_pack(&b, l->all->h->hello(l->all->arg, l));
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
	}
	arena_free(a);
	return good;
}

static bool on_command(struct link *l, struct str body)
{
	return l->greeted && l->all->h->command(l->all->arg, l, body);
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

struct link *links_take(struct links *all, int fd)
{
	struct link *l = xalloc(sizeof(*l));

	*l = (struct link){.all = all, .next = all->first, .role = "-"};
	all->first = l;
	l->peer = peer_new(all->base, fd, on_message, l);
	if (all->paused)
		peer_pause(l->peer, true);
	return l;
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	for (int i = 0; i < ACCEPTS_A_WAKE; i++) {
		int one = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (one >= 0)
			links_take(arg, one);
		else if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

void links_listen(struct links *all, int fd)
{
	all->accept = loop_event(all->base, fd, EV_READ | EV_PERSIST, on_accept, all);
	event_add(all->accept, NULL);
}

void links_listen_on(struct links *all, int fd)
{
	if (all->accept)
		loop_listen_on(&all->accept, fd);
	else
		close(fd);
}

void links_close_listener(struct links *all)
{
	if (all->accept)
		event_free(all->accept);
	all->accept = NULL;
}

void links_send(struct link *to, const struct reply *r)
{
	static struct buf b; /* one process, one thread: the room is used again */

	if (!to)
		return;
	reply_pack(&b, r);
	peer_send(to->peer, MESSAGE_REPLY, buf_view(&b));
	buf_wipe(&b); /* it may have been a login code */
}

void links_broadcast(struct links *all, enum message what, struct str body)
{
	struct link *next;

	for (struct link *l = all->first; l; l = next) {
		next = l->next;
		if (l->greeted && peer_pending(l->peer) > UNREAD_MOST)
			link_cut(l, "does-not-read");
		else if (l->greeted)
			peer_send(l->peer, what, body);
	}
}

void links_flush(struct links *all)
{
	for (struct link *l = all->first; l; l = l->next)
		peer_flush(l->peer);
}

void links_pause(struct links *all, bool paused)
{
	if (all->paused == paused)
		return;
	all->paused = paused;
	for (struct link *l = all->first; l; l = l->next)
		peer_pause(l->peer, paused);
}

int links_count_of(const struct links *all, const char *role)
{
	int n = 0;

	for (const struct link *l = all->first; l; l = l->next)
		n += l->greeted && strcmp(l->role, role) == 0;
	return n;
}

int links_count(const struct links *all)
{
	int n = 0;

	for (const struct link *l = all->first; l; l = l->next)
		n += l->greeted;
	return n;
}
