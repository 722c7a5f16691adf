/*
 * notifying.c - one thing asked over the notifier's socket.
 *
 * Place: front. A `struct notifying` lives from the ask to its callback, or to notifying_forget. What goes
 * wrong on the way is `unavailable` with a sentence and the time to come again: senders of receipts and the 12345
 * centre send again, and what they send twice changes nothing.
 */
#include "front/notifying.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/peer.h"

#include <event2/event.h>
#include <stdlib.h>

struct notifying {
	struct peer *peer; /* NULL: it could not be reached, or has gone */
	struct event *timer;
	struct arena *arena;
	struct notice_answer answer;
	bool english;
	notifying_cb *cb;
	void *arg;
};

static size_t waiting;

size_t notifying_count(void)
{
	return waiting;
}

static void notifying_free(struct notifying *n)
{
	if (n->peer)
		peer_close(n->peer);
	event_free(n->timer);
	arena_free(n->arena);
	free(n);
	waiting--;
}

void notifying_forget(struct notifying *n)
{
	notifying_free(n);
}

static void finish(struct notifying *n)
{
	n->cb(n->arg, &n->answer);
	notifying_free(n);
}

static void fail(struct notifying *n, const char *zh, const char *en)
{
	n->answer = (struct notice_answer){
	    .code = ERROR_UNAVAILABLE, .detail = n->english ? en : zh, .retry_s = NOTIFYING_RETRY_S};
	finish(n);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct notifying *n = arg;

	(void)fd;
	(void)what;
	if (n->peer)
		fail(n, "通知进程没有及时答复,请稍后再试", "The notifier did not answer in time; try later.");
	else
		fail(n, "通知进程没有在运行,请稍后再试", "The notifier does not run; try later.");
}

static void on_message(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct notifying *n = arg;

	(void)p;
	if (!body)
		n->peer = NULL;
	if (body && what == MESSAGE_NOTICE_ANSWER && notice_answer_unpack(*body, n->arena, &n->answer))
		finish(n);
	else
		fail(n, "通知进程没有答复就结束了,请稍后再试",
		    "The notifier ended before it answered; try later.");
}

struct notifying *notifying_ask(struct event_base *base, const char *path, const struct notice_ask *ask,
    int64_t within_ms, notifying_cb *cb, void *arg)
{
	struct notifying *n;
	struct buf body = {0};
	int fd;

	if (waiting >= NOTIFYING_MOST)
		return NULL;
	n = xalloc(sizeof *n);
	*n = (struct notifying){.arena = arena_new(), .english = ask->english, .cb = cb, .arg = arg};
	waiting++;
	n->timer = loop_timer(base, on_time, n);
	fd = path ? unix_connect(path) : -1;
	loop_after(n->timer, fd < 0 ? 0 : within_ms);
	if (fd < 0)
		return n;
	n->peer = peer_new(base, fd, on_message, n);
	notice_ask_pack(&body, ask);
	peer_send(n->peer, MESSAGE_NOTICE_ASK, buf_view(&body));
	buf_wipe(&body);
	buf_free(&body);
	return n;
}
