/*
 * reporting.c - one report asked for over the report socket.
 *
 * Place: front. A `struct reporting` lives from the ask to its callback, or to reporting_forget. What goes
 * wrong on the way (no supervisor, a process that was ended because it took too long) is `unavailable`
 * with a sentence: to ask again is always safe, a report changes nothing.
 */
#include "front/reporting.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/peer.h"

#include <event2/event.h>
#include <stdlib.h>

struct reporting {
	struct peer *peer; /* NULL: it could not be reached */
	struct event *timer;
	struct arena *arena;
	struct report_made made;
	bool told, english; /* told: MADE has come */
	struct buf bytes;
	reporting_cb *cb;
	void *arg;
};

static size_t waiting;

size_t reporting_count(void)
{
	return waiting;
}

static void reporting_free(struct reporting *r)
{
	if (r->peer)
		peer_close(r->peer);
	event_free(r->timer);
	arena_free(r->arena);
	buf_free(&r->bytes);
	free(r);
	waiting--;
}

void reporting_forget(struct reporting *r)
{
	reporting_free(r);
}

static void finish(struct reporting *r)
{
	r->cb(r->arg, &r->made, buf_view(&r->bytes));
	reporting_free(r);
}

static void fail(struct reporting *r, const char *zh, const char *en)
{
	r->made = (struct report_made){.code = ERROR_UNAVAILABLE, .detail = r->english ? en : zh};
	buf_reset(&r->bytes);
	finish(r);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct reporting *r = arg;

	(void)fd;
	(void)what;
	if (r->peer)
		fail(r, "报表没有在规定时间内做完,请稍后再试,或用 liandongctl report 在本机制作",
		    "The report was not made in time; try later, or run liandongctl report on the machine.");
	else
		fail(r, "报表进程连接不上,请稍后再试", "The report process cannot be reached; try later.");
}

static bool take_made(struct reporting *r, const struct str *body)
{
	if (r->told || !report_made_unpack(*body, r->arena, &r->made))
		return false;
	r->told = true;
	return true;
}

static bool take_part(struct reporting *r, const struct str *body)
{
	if (!r->told || (int64_t)(r->bytes.n + body->n) > r->made.bytes)
		return false;
	buf_str(&r->bytes, *body);
	return true;
}

static void on_message(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct reporting *r = arg;
	bool good = false;

	(void)p;
	if (!body)
		r->peer = NULL;
	else if (what == MESSAGE_REPORT_MADE)
		good = take_made(r, body);
	else if (what == MESSAGE_REPORT_PART)
		good = take_part(r, body);
	if (!good)
		fail(r, "报表进程没有做完就结束了,请再试一次;若一再如此,请看日志",
		    "The report process ended before it was done; try again, and look into the log.");
	else if (r->told && (int64_t)r->bytes.n == r->made.bytes)
		finish(r);
}

struct reporting *reporting_ask(struct event_base *base, const char *path, const struct report_ask *ask,
    int64_t most_ms, reporting_cb *cb, void *arg)
{
	struct reporting *r;
	struct buf body = {0};
	int fd;

	if (waiting >= REPORTING_MOST)
		return NULL;
	r = xalloc(sizeof *r);
	*r = (struct reporting){.arena = arena_new(), .english = ask->english, .cb = cb, .arg = arg};
	waiting++;
	r->timer = loop_timer(base, on_time, r);
	fd = unix_connect(path);
	loop_after(r->timer, fd < 0 ? 0 : most_ms);
	if (fd < 0)
		return r;
	r->peer = peer_new(base, fd, on_message, r);
	report_ask_pack(&body, ask);
	peer_send(r->peer, MESSAGE_REPORT_ASK, buf_view(&body));
	buf_free(&body);
	return r;
}
