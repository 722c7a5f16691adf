/*
 * peer.c - a framed stream between two of our processes, on an event loop.
 *
 * Place: wire; under the engine's links and the front ends' link to it. Input is read in large
 * pieces and its frames are handed out where they lie; what a pause or an incomplete frame leaves
 * behind stays at the front of the buffer. Output is corked: the first send of a turn activates
 * `flush`, which runs after the callbacks that are active already, so that a turn's frames leave in
 * one write.
 *
 * Invariants
 * - The handler hears NULL at most once, from the loop and never from inside a peer_ call, and
 *   nothing after it or after peer_close.
 * - A peer is freed when the last of our frames on the stack that holds it returns (`depth`).
 */
#include "wire/peer.h"
#include "base/log.h"
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADER 8
#define FORMAT 1
#define READ_CHUNK ((size_t)64 * 1024)
#define READS_A_WAKE 4             /* then the others' turn */
#define KEEP_CAPACITY (256 * 1024) /* an empty buffer larger than this is given back */

struct peer {
	int fd;
	peer_handler *handler;
	void *arg;
	struct event *readable, *writable, *flush;
	struct buf in, out;
	size_t written; /* bytes of out that the kernel has taken */
	int depth;      /* frames on the stack that use this peer */
	bool paused, corked, broken, closed;
};

static void peer_free(struct peer *p)
{
	event_free(p->readable);
	event_free(p->writable);
	event_free(p->flush);
	close(p->fd);
	buf_free(&p->in);
	buf_free(&p->out);
	free(p);
}

static void leave(struct peer *p)
{
	if (--p->depth == 0 && p->closed)
		peer_free(p);
}

static void shrink(struct buf *b)
{
	if (b->n == 0 && b->cap > KEEP_CAPACITY)
		buf_free(b);
}

/* The last callback. */
static void gone(struct peer *p)
{
	if (p->closed)
		return;
	p->closed = true;
	p->handler(p->arg, p, MESSAGES, NULL);
}

/* -- input ---------------------------------------------------------------------------------- */

/* Hands out the whole frames of the buffer; false where the bytes are no frames of ours. */
static bool hand_out(struct peer *p)
{
	size_t at = 0;

	while (!p->closed && !p->paused && p->in.n - at >= HEADER) {
		struct reader r = reader_of((struct str){p->in.p + at, HEADER});
		uint32_t len = read_u32(&r);
		unsigned what = read_u16(&r), format = read_u16(&r);
		struct str body = {p->in.p + at + HEADER, len};

		if (len > PEER_BODY_MAX || what >= MESSAGES || format != FORMAT)
			return false;
		if (p->in.n - at - HEADER < len)
			break;
		at += HEADER + len;
		p->handler(p->arg, p, (enum message)what, &body);
	}
	buf_drop_wiped(&p->in, at);
	shrink(&p->in);
	return true;
}

/* Reads once: 1 there may be more, 0 that was all for now, -1 the stream has ended. */
static int take_in(struct peer *p)
{
	ssize_t n;

	buf_reserve(&p->in, READ_CHUNK);
	do
		n = read(p->fd, p->in.p + p->in.n, READ_CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	p->in.n += (size_t)n;
	return n == 0 ? -1 : (size_t)n == READ_CHUNK;
}

/* A stream that cannot be written any more is read to its end all the same: the other side may have
 * answered before it went. */
static bool ended(const struct peer *p, int more)
{
	return !p->paused && (more < 0 || (more == 0 && p->broken));
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;
	bool framed;
	int more = 1;

	(void)fd;
	(void)what;
	p->depth++;
	framed = hand_out(p); /* what a pause left */
	for (int i = 0; i < READS_A_WAKE && more > 0 && framed && !p->closed && !p->paused; i++) {
		more = take_in(p);
		framed = hand_out(p);
	}
	if (!framed && !p->closed)
		log_alarm("peer cut off", "reason=bad-frame");
	if (!framed || ended(p, more))
		gone(p);
	leave(p);
}

void peer_pause(struct peer *p, bool paused)
{
	if (p->paused == paused || p->closed)
		return;
	p->paused = paused;
	if (paused) {
		event_del(p->readable);
		return;
	}
	event_add(p->readable, NULL);
	event_active(p->readable, EV_READ, 0);
}

/* -- output --------------------------------------------------------------------------------- */

static void wrote(struct peer *p, size_t n)
{
	p->written += n;
	if (p->written < p->out.n)
		return;
	buf_wipe(&p->out);
	p->written = 0;
	shrink(&p->out);
}

/* The end is told by the loop: a sender is not called back from inside its call. */
static void write_failed(struct peer *p)
{
	p->broken = true;
	buf_wipe(&p->out);
	p->written = 0;
	event_del(p->writable);
	event_active(p->readable, EV_READ, 0);
}

void peer_flush(struct peer *p)
{
	ssize_t n = 0;

	p->corked = false;
	while (!p->broken && !p->closed && p->written < p->out.n) {
		n = send(p->fd, p->out.p + p->written, p->out.n - p->written, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		wrote(p, (size_t)n);
	}
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		event_add(p->writable, NULL);
	else if (n < 0)
		write_failed(p);
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	peer_flush(arg);
}

/* What lies before `written` is dropped when it is the larger part: a peer that reads slowly must
 * not make every send move all that waits. */
static void compact(struct peer *p)
{
	if (p->written < READ_CHUNK || p->written < p->out.n / 2)
		return;
	buf_drop_wiped(&p->out, p->written);
	p->written = 0;
}

void peer_send(struct peer *p, enum message what, struct str body)
{
	assert(body.n <= PEER_BODY_MAX && "a body fits the frame");
	if (p->closed || p->broken)
		return;
	compact(p);
	buf_reserve(&p->out, HEADER + body.n);
	buf_u32(&p->out, (uint32_t)body.n);
	buf_u16(&p->out, (uint16_t)what);
	buf_u16(&p->out, FORMAT);
	buf_str(&p->out, body);
	if (p->corked)
		return;
	p->corked = true;
	event_active(p->flush, EV_WRITE, 0);
}

size_t peer_pending(const struct peer *p)
{
	return p->out.n - p->written;
}

bool peer_ended(const struct peer *p)
{
	char next;

	return p->broken || recv(p->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* -- life ----------------------------------------------------------------------------------- */

struct peer *peer_new(struct event_base *base, int fd, peer_handler *handler, void *arg)
{
	struct peer *p = xalloc(sizeof(*p));

	*p = (struct peer){.fd = fd, .handler = handler, .arg = arg};
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	p->readable = loop_event(base, fd, EV_READ | EV_PERSIST, on_readable, p);
	p->writable = loop_event(base, fd, EV_WRITE, on_flush, p);
	p->flush = loop_event(base, -1, 0, on_flush, p);
	event_add(p->readable, NULL);
	return p;
}

void peer_close(struct peer *p)
{
	p->closed = true;
	if (p->depth == 0)
		peer_free(p);
}
