/*
 * asking.c - one question to another of our processes; see asking.h.
 */
#include "front/asking.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/peer.h"

#include <event2/event.h>
#include <stdlib.h>

struct asking {
	struct peer *peer; /* NULL: it could not be reached, or has gone */
	struct event *timer;
	struct arena *arena;
	struct asking_kind *kind;
	bool english;
	void *arg;
};

void asking_free(struct asking *a)
{
	if (a->peer)
		peer_close(a->peer);
	event_free(a->timer);
	arena_free(a->arena);
	a->kind->waiting--;
	free(a);
}

static void fail(struct asking *a, const struct both *why)
{
	a->kind->over(a->arg, a->english ? why->en : why->zh);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct asking *a = arg;

	(void)fd;
	(void)what;
	fail(a, a->peer ? &a->kind->late : &a->kind->away);
}

static void on_message(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct asking *a = arg;
	enum asked asked = body ? a->kind->take(a->arg, a->arena, what, *body) : ASKED_WRONG;

	(void)p;
	if (!body)
		a->peer = NULL; /* it frees itself */
	if (asked == ASKED_WRONG)
		fail(a, &a->kind->ended);
	else if (asked == ASKED_WHOLE)
		a->kind->over(a->arg, NULL);
}

struct asking *asking_new(struct event_base *base, const char *path, struct asking_kind *kind,
    struct str question, int64_t within_ms, bool english, void *arg)
{
	struct asking *a;
	int fd;

	if (kind->waiting >= kind->most)
		return NULL;
	a = xalloc(sizeof *a);
	*a = (struct asking){.arena = arena_new(), .kind = kind, .english = english, .arg = arg};
	kind->waiting++;
	a->timer = loop_timer(base, on_time, a);
	fd = path ? unix_connect(path) : -1;
	loop_after(a->timer, fd < 0 ? 0 : within_ms);
	if (fd < 0)
		return a;
	a->peer = peer_new(base, fd, on_message, a);
	peer_send(a->peer, kind->asks, question);
	return a;
}
