/*
 * conn.c - one connection: bounded input, bounded output, one deadline, closed in one place.
 *
 * Raw libevent events and our own buffers, because a bufferevent bounds neither side exactly. Each
 * conn has four events: readable, writable, a timer, and `work`, which has no descriptor and is
 * made active by whatever must happen at the end of this turn: send, offer left input again, close.
 * All callbacks to the owner come from these four, and memory is freed only in work_cb, so the
 * owner may call anything from inside its callbacks.
 *
 * Invariants
 * - OPEN: fd >= 0. CLOSED: fd == -1, no event but `work` is active, on_closed still to come.
 * - out.n >= out_sent; bytes before out_sent are the kernel's already.
 * - The marks cover the unsent bytes that a write left behind, in order; positions count all bytes
 *   ever queued, so nothing moves when the buffer does.
 */
#include "wire/conn.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/acceptor.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_MAX ((size_t)128 * 1024)
#define OUT_SOFT ((size_t)64 * 1024)
#define OUT_HARD ((size_t)256 * 1024)
#define STUCK_MS 30000

#define READ_SIZE ((size_t)64 * 1024)
#define KEEP_BYTES ((size_t)8 * 1024) /* an idle conn keeps no larger buffers */
#define LINGER_MS 2000
#define LINGER_BYTES ((size_t)256 * 1024)

/* Unsent bytes are told apart by age in this many steps of stuck_ms. */
#define MARKS 16

enum phase {
	OPEN,
	FINISHING, /* conn_finish: sends what is queued, drops what comes */
	LINGERING, /* everything is sent and said to be the end; drops what comes until the peer
		      ends */
	CLOSED,    /* waits for work_cb to tell the owner and free it */
};

/* How bytes reach the socket; TLS will be another one of these. As read(2) and send(2): -1 with
 * EAGAIN where it would block. */
struct transport {
	ssize_t (*read)(struct conn *c, void *p, size_t n);
	ssize_t (*write)(struct conn *c, const void *p, size_t n);
};

/* The bytes up to position `end` were queued at `since` or later. */
struct mark {
	uint64_t end;
	int64_t since;
};

struct conn {
	int fd;
	enum phase phase;
	enum conn_end why;
	const struct transport *transport;
	const struct conn_handler *handler;
	void *arg;
	struct conn_limits limits;
	struct conn_peer peer;
	struct acceptor_place place; /* its place in the acceptor it came from */

	struct event *readable, *writable, *timer, *work;
	bool paused, eof, offer; /* offer: call on_input with what was left, although nothing came */
	bool drain_due;          /* it was congested; on_drained is owed */

	struct buf in;
	struct buf out;
	size_t out_sent;
	uint64_t sent_total;
	struct mark marks[MARKS];
	unsigned first_mark, n_marks;
	size_t linger_left;

	int64_t deadline;     /* monotonic ms, 0 none */
	int64_t linger_until; /* likewise, in LINGERING */
	int64_t armed;        /* when the timer will fire, 0 not armed */
};

const char *conn_end_name(enum conn_end why)
{
	static const char *const names[] = {
#define X(name, word) [name] = word,
	    CONN_ENDS(X)
#undef X
	};

	return names[why];
}

static ssize_t plain_read(struct conn *c, void *p, size_t n)
{
	return recv(c->fd, p, n, 0);
}

static ssize_t plain_write(struct conn *c, const void *p, size_t n)
{
	return send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static const struct transport plain = {.read = plain_read, .write = plain_write};

static bool would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* ---- closing: the one place ---- */

static void end(struct conn *c, enum conn_end why)
{
	if (c->phase == CLOSED)
		return;
	c->phase = CLOSED;
	c->why = why;
	event_del(c->readable);
	event_del(c->writable);
	event_del(c->timer);
	close(c->fd);
	c->fd = -1;
	acceptor_leave(&c->place);
	loop_soon(c->work);
}

static void free_conn(struct conn *c)
{
	event_free(c->readable);
	event_free(c->writable);
	event_free(c->timer);
	event_free(c->work);
	buf_free(&c->in);
	buf_free(&c->out);
	free(c);
}

void conn_close(struct conn *c, enum conn_end why)
{
	end(c, why);
}

bool conn_closing(const struct conn *c)
{
	return c->phase != OPEN;
}

/* ---- time: deadline, stuck output, lingering, on one timer ---- */

static int64_t sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

static int64_t next_due(const struct conn *c)
{
	int64_t due = c->phase == OPEN ? c->deadline : 0;

	if (c->n_marks > 0)
		due = sooner(due, c->marks[c->first_mark].since + c->limits.stuck_ms);
	return sooner(due, c->phase == LINGERING ? c->linger_until : 0);
}

/* The timer is moved only when something is due earlier than it fires; one that fires too early
 * looks again. So a deadline that moves with every request costs no heap operation. */
static void arm(struct conn *c)
{
	int64_t due = next_due(c), wait;

	if (c->phase == CLOSED || due == 0 || (c->armed != 0 && c->armed <= due))
		return;
	wait = due - clock_mono().ms;
	c->armed = due;
	loop_after(c->timer, wait < 0 ? 0 : wait);
}

static void timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	int64_t now = clock_mono().ms;

	(void)fd;
	(void)what;
	c->armed = 0;
	if (c->n_marks > 0 && now - c->marks[c->first_mark].since >= c->limits.stuck_ms) {
		end(c, CONN_SLOW);
		return;
	}
	if (c->phase == LINGERING && now >= c->linger_until) {
		end(c, CONN_DONE);
		return;
	}
	if (c->phase == OPEN && c->deadline != 0 && now >= c->deadline) {
		c->deadline = 0;
		if (c->handler->on_deadline)
			c->handler->on_deadline(c->arg);
		else
			end(c, CONN_DEADLINE);
	}
	arm(c);
}

void conn_deadline(struct conn *c, int64_t ms)
{
	c->deadline = ms > 0 ? clock_mono().ms + ms : 0;
	arm(c);
}

/* ---- output ---- */

size_t conn_pending(const struct conn *c)
{
	return c->out.n - c->out_sent;
}

bool conn_congested(const struct conn *c)
{
	return conn_pending(c) > c->limits.out_soft;
}

/* Remembers since when what could not be written now has been waiting. */
static void mark_unsent(struct conn *c)
{
	uint64_t queued = c->sent_total + conn_pending(c);
	int64_t now = clock_mono().ms, step = c->limits.stuck_ms / (MARKS - 2) + 1;
	struct mark *last = &c->marks[(c->first_mark + c->n_marks + MARKS - 1) % MARKS];

	if (c->n_marks > 0 && last->end == queued)
		return;
	if (c->n_marks > 0 && (now - last->since < step || c->n_marks == MARKS))
		last->end = queued;
	else
		c->marks[(c->first_mark + c->n_marks++) % MARKS] = (struct mark){queued, now};
}

static void forget_sent(struct conn *c)
{
	while (c->n_marks > 0 && c->marks[c->first_mark].end <= c->sent_total) {
		c->first_mark = (c->first_mark + 1) % MARKS;
		c->n_marks--;
	}
}

static void shrink_out(struct conn *c)
{
	if (conn_pending(c) == 0 && c->out.cap > KEEP_BYTES)
		buf_free(&c->out);
	else if (conn_pending(c) == 0)
		buf_reset(&c->out);
	else if (c->out_sent > c->out.n / 2)
		buf_drop(&c->out, c->out_sent);
	else
		return;
	c->out_sent = 0;
}

static void begin_linger(struct conn *c)
{
	if (c->eof) {
		end(c, CONN_DONE);
		return;
	}
	shutdown(c->fd, SHUT_WR);
	c->phase = LINGERING;
	c->linger_left = LINGER_BYTES;
	c->linger_until = clock_mono().ms + LINGER_MS;
	event_add(c->readable, NULL);
}

/* Sends as much as the kernel takes. The only caller of transport->write. */
static void write_out(struct conn *c)
{
	while (conn_pending(c) > 0) {
		ssize_t n = c->transport->write(c, c->out.p + c->out_sent, conn_pending(c));

		if (n < 0 && !would_block()) {
			end(c, CONN_RESET);
			return;
		}
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0) {
			c->out_sent += (size_t)n;
			c->sent_total += (uint64_t)n;
		}
	}
	forget_sent(c);
	shrink_out(c);
}

/* Writes, and sees to what follows from how far it went. */
static void send_out(struct conn *c)
{
	write_out(c);
	if (c->phase == CLOSED)
		return;
	if (conn_pending(c) > c->limits.out_hard) {
		end(c, CONN_SLOW);
		return;
	}
	if (conn_pending(c) > 0) {
		mark_unsent(c);
		event_add(c->writable, NULL);
	} else if (c->phase == FINISHING) {
		begin_linger(c);
	}
	c->drain_due |= conn_congested(c);
	if (c->phase == OPEN && c->drain_due && conn_pending(c) <= c->limits.out_soft / 2) {
		c->drain_due = false;
		if (c->handler->on_drained)
			c->handler->on_drained(c->arg);
	}
	arm(c);
}

static void writable_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_out(arg);
}

/* Where output goes that nobody will get, because its conn is closing. */
static struct buf nowhere;

struct buf *conn_out(struct conn *c)
{
	if (c->phase == OPEN)
		return &c->out;
	if (nowhere.cap > KEEP_BYTES)
		buf_free(&nowhere);
	buf_reset(&nowhere);
	return &nowhere;
}

/* Over the hard limit it is asked at once how much the kernel takes, so that the bound holds inside
 * a turn, too. A conn that waits to become writable is not asked again before. */
void conn_flush(struct conn *c)
{
	if (c->phase != OPEN)
		return;
	if (conn_pending(c) > c->limits.out_hard) {
		write_out(c);
		if (c->phase == OPEN && conn_pending(c) > c->limits.out_hard)
			end(c, CONN_SLOW);
	}
	c->drain_due |= conn_congested(c);
	if (c->phase == OPEN)
		loop_soon(c->work);
}

void conn_send(struct conn *c, struct str bytes)
{
	if (c->phase != OPEN)
		return;
	buf_str(&c->out, bytes);
	conn_flush(c);
}

void conn_finish(struct conn *c)
{
	if (c->phase != OPEN)
		return;
	c->phase = FINISHING;
	event_del(c->readable);
	loop_soon(c->work);
}

/* ---- input ---- */

/* One buffer for all conns of the process: only what an owner leaves is kept by its conn. */
static char scratch[READ_SIZE];

/* Offers bytes and keeps what is left of them. */
static void offer(struct conn *c, struct str bytes)
{
	size_t used = c->handler->on_input(c->arg, bytes.p, bytes.n);

	assert(used <= bytes.n && "no more is consumed than was offered");
	if (c->phase != OPEN)
		return;
	if (bytes.p == c->in.p)
		buf_drop(&c->in, used);
	else
		buf_add(&c->in, bytes.p + used, bytes.n - used);
	if (c->in.n == 0 && c->in.cap > KEEP_BYTES)
		buf_free(&c->in);
	if (c->in.n >= c->limits.in_max && !c->paused && !c->offer)
		end(c, CONN_FLOOD);
}

static void end_of_input(struct conn *c)
{
	c->eof = true;
	event_del(c->readable);
	if (!c->handler->on_eof)
		end(c, CONN_GONE);
	else
		c->handler->on_eof(c->arg);
}

/* What comes after conn_finish is read only to keep the kernel from answering it with a reset. */
static void discard(struct conn *c)
{
	ssize_t n = c->transport->read(c, scratch, sizeof(scratch));

	if (n < 0 && would_block())
		return;
	if (n <= 0 || (size_t)n >= c->linger_left)
		end(c, CONN_DONE);
	else
		c->linger_left -= (size_t)n;
}

/* One read a wake-up, so that a peer that sends without end does not keep the others waiting. */
static void readable_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	size_t room = c->limits.in_max > c->in.n ? c->limits.in_max - c->in.n : 0;
	ssize_t n;

	(void)fd;
	(void)what;
	if (c->phase == LINGERING) {
		discard(c);
		return;
	}
	room = room < READ_SIZE ? room : READ_SIZE;
	if (room == 0) { /* paused with a full buffer and resumed: offered first, in work_cb */
		loop_soon(c->work);
		return;
	}
	n = c->transport->read(c, scratch, room);
	if (n < 0 && would_block())
		return;
	if (n < 0)
		end(c, CONN_RESET);
	else if (n == 0)
		end_of_input(c);
	else if (c->in.n == 0)
		offer(c, (struct str){scratch, (size_t)n});
	else {
		buf_add(&c->in, scratch, (size_t)n);
		offer(c, buf_view(&c->in));
	}
}

void conn_pause(struct conn *c)
{
	if (c->phase != OPEN || c->paused)
		return;
	c->paused = true;
	event_del(c->readable);
}

void conn_resume(struct conn *c)
{
	if (c->phase != OPEN)
		return;
	if (c->paused && !c->eof)
		event_add(c->readable, NULL);
	c->paused = false;
	c->offer = true;
	loop_soon(c->work);
}

/* ---- the end of a turn ---- */

static void work_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	if (c->phase == OPEN && c->offer && !c->paused) {
		c->offer = false;
		if (c->in.n > 0)
			offer(c, buf_view(&c->in));
	}
	if (c->phase == OPEN || c->phase == FINISHING)
		if (!event_pending(c->writable, EV_WRITE, NULL))
			send_out(c);
	if (c->phase == CLOSED) {
		if (c->handler)
			c->handler->on_closed(c->arg, c->why);
		free_conn(c);
	}
}

/* ---- making ---- */

static void find_tcp_peer(const struct sockaddr_storage *from, struct conn_peer *p)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;
	struct in_addr mapped = v4->sin_addr;
	bool is_v4 = from->ss_family == AF_INET;
	unsigned port = ntohs(is_v4 ? v4->sin_port : v6->sin6_port);
	char address[INET6_ADDRSTRLEN] = "?";

	if (!is_v4 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		is_v4 = true;
		memcpy(&mapped, &v6->sin6_addr.s6_addr[12], sizeof(mapped));
	}
	if (is_v4) {
		inet_ntop(AF_INET, &mapped, address, sizeof(address));
		snprintf(p->text, sizeof(p->text), "%s:%u", address, port);
		p->loopback = ntohl(mapped.s_addr) >> 24 == 127;
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, address, sizeof(address));
		snprintf(p->text, sizeof(p->text), "[%s]:%u", address, port);
		p->loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	}
}

static void find_peer(int fd, struct conn_peer *p)
{
	struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(from);
	struct ucred who;

	*p = (struct conn_peer){.text = "gone", .pid = -1, .uid = (uid_t)-1, .gid = (gid_t)-1};
	if (getpeername(fd, (struct sockaddr *)&from, &len) != 0)
		return;
	if (from.ss_family == AF_INET || from.ss_family == AF_INET6)
		find_tcp_peer(&from, p);
	if (from.ss_family != AF_UNIX)
		return;
	p->is_unix = true;
	snprintf(p->text, sizeof(p->text), "unix");
	len = sizeof(who);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0) {
		p->pid = who.pid;
		p->uid = who.uid;
		p->gid = who.gid;
	}
}

static size_t or_default(size_t v, size_t fallback)
{
	return v ? v : fallback;
}

struct conn *conn_new(struct event_base *base, int fd, const struct conn_handler *h, void *arg,
    const struct conn_limits *limits)
{
	struct conn *c = xalloc(sizeof(*c));

	assert(fd >= 0 && "a conn has a connected socket");
	evutil_make_socket_nonblocking(fd);
	*c = (struct conn){.fd = fd, .transport = &plain, .handler = h, .arg = arg};
	if (limits)
		c->limits = *limits;
	c->limits.in_max = or_default(c->limits.in_max, IN_MAX);
	c->limits.out_soft = or_default(c->limits.out_soft, OUT_SOFT);
	c->limits.out_hard = or_default(c->limits.out_hard, OUT_HARD);
	c->limits.stuck_ms = c->limits.stuck_ms > 0 ? c->limits.stuck_ms : STUCK_MS;
	c->readable = loop_event(base, fd, EV_READ | EV_PERSIST, readable_cb, c);
	c->writable = loop_event(base, fd, EV_WRITE, writable_cb, c);
	c->timer = loop_event(base, -1, 0, timer_cb, c);
	c->work = loop_event(base, -1, 0, work_cb, c);
	find_peer(fd, &c->peer);
	event_add(c->readable, NULL);
	return c;
}

void conn_handle(struct conn *c, const struct conn_handler *h, void *arg)
{
	c->handler = h;
	c->arg = arg;
}

const struct conn_peer *conn_peer(const struct conn *c)
{
	return &c->peer;
}

struct acceptor_place *conn_place(struct conn *c)
{
	return &c->place;
}
