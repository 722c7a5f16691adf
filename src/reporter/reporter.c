/*
 * reporter.c - the process that makes one report and ends.
 *
 * The supervisor starts it when a connection waits at the report socket. It takes that one, reads what is
 * asked, makes the report over a connection to the store that can only read, answers, and ends. While it works
 * it serves nothing else; it ends when the one who asked has gone, and the supervisor ends it when it takes too
 * long: what it knows is gone with it, and nothing is lost.
 * Place: a process of its own; only the supervisor starts it.
 */
#include "base/arena.h"
#include "base/log.h"
#include "base/loop.h"
#include "front/child.h"
#include "report/make.h"
#include "report/rules.h"
#include "report/series.h"
#include "report/texts.h"
#include "wire/peer.h"

#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#define ASK_MS 2000 /* for the ask to come */
#define LOOK_MS 20  /* is it all sent? */

struct reporter {
	const struct child *child;
	struct event_base *base;
	struct child_control *control;
	struct arena *arena;
	struct peer *peer;
	struct event *timer;
	bool asked;
};

static void end(struct reporter *p)
{
	event_base_loopbreak(p->base);
}

static void answer(struct reporter *p, const struct report_made *made, struct str bytes)
{
	struct buf head = {0};

	report_made_pack(&head, made);
	peer_send(p->peer, MESSAGE_REPORT_MADE, buf_view(&head));
	buf_free(&head);
	for (size_t at = 0; at < bytes.n; at += REPORT_PART) {
		struct str part = {bytes.p + at, bytes.n - at};

		part.n = part.n > REPORT_PART ? REPORT_PART : part.n;
		peer_send(p->peer, MESSAGE_REPORT_PART, part);
	}
	loop_after(p->timer, 0);
}

/* While it works, nothing of the loop runs. Where the one who asked has gone (the daemon stops, another mechanism
 * has come into force), nothing waits for it any more. */
static void on_progress(void *arg, int64_t done, int64_t of)
{
	const struct reporter *p = arg;

	if (!peer_ended(p->peer))
		return;
	log_info("report given up", "done=%lld of=%lld", (long long)done, (long long)of);
	_exit(0);
}

static void make(struct reporter *p, const struct report_ask *ask)
{
	struct buf out = {0};
	struct report_made made = {.code = OK};

	const char *store = p->child->options->store;

	if (text_eq(ask->kind, RULES_KIND))
		rules_make(store, ask, p->arena, &out, &made, on_progress, p);
	else if (text_eq(ask->kind, SERIES_KIND))
		series_make(store, ask, p->arena, &out, &made, on_progress, p);
	else if (text_eq(ask->kind, TEXTS_KIND))
		texts_make(store, ask, p->arena, &made, on_progress, p);
	else
		report_make(store, ask, p->arena, &out, &made, on_progress, p);
	made.bytes = made.code == OK ? (int64_t)out.n : 0;
	log_info("report made", "kind=%s period=%s format=%s code=%s seq=%lld bytes=%lld", ask->kind,
	    ask->period, ask->format, made.code == OK ? "ok" : error_kinds[made.code].word,
	    (long long)made.seq, (long long)made.bytes);
	answer(p, &made, (struct str){out.p, (size_t)made.bytes});
	buf_free(&out);
}

static void on_message(void *arg, struct peer *peer, enum message what, const struct str *body)
{
	struct reporter *p = arg;
	struct report_ask ask;

	(void)peer;
	if (!body)
		p->peer = NULL;
	if (!body || p->asked || what != MESSAGE_REPORT_ASK || !report_ask_unpack(*body, p->arena, &ask)) {
		end(p);
		return;
	}
	p->asked = true;
	make(p, &ask);
}

/* The ask did not come, or what was answered may have been sent. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct reporter *p = arg;

	(void)fd;
	(void)what;
	if (!p->asked || !p->peer || peer_pending(p->peer) == 0)
		end(p);
	else
		loop_after(p->timer, LOOK_MS);
}

static void on_drain(void *arg)
{
	end(arg);
}

static const struct child_handlers handlers = {.drain = on_drain};

int reporter_main(const struct child *c)
{
	struct reporter p = {.child = c};
	int fd = accept4(child_listener(c, "report"), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) /* another one has taken it */
		return errno == EAGAIN || errno == ECONNABORTED ? 0 : 71;
	p.base = loop_new();
	p.arena = arena_new();
	p.timer = loop_timer(p.base, on_timer, &p);
	p.control = child_start(c, p.base, &handlers, &p);
	p.peer = peer_new(p.base, fd, on_message, &p);
	child_ready(p.control);
	loop_after(p.timer, ASK_MS);
	event_base_dispatch(p.base);
	event_free(p.timer);
	arena_free(p.arena);
	return 0;
}
