/*
 * conn.c - one connection: bounded input, bounded output, one deadline, closed in one place.
 *
 * Raw libevent events and our own buffers, because a bufferevent bounds neither side exactly. Bytes go
 * through a transport (transport.h). Each conn has four events: readable, writable, a timer, and
 * `work`, which has no descriptor and is made active by what must happen at the end of this turn: send,
 * offer left input again, close. All callbacks to the owner come from these four, and memory is freed
 * only in work_cb, so the owner may call anything from inside its callbacks.
 *
 * What a conn does at a time is its phase; the table `phases` says what each phase does, and `wanted`
 * alone says which events follow from it.
 *
 * Invariants
 * - CLOSED: there is no transport, no event but `work` is active, and on_closed is still to come.
 * - out.n >= out_sent; bytes before out_sent are the transport's already.
 * - The marks cover the unsent bytes that a write left behind, in order; positions count all bytes
 *   ever queued, so nothing moves when the buffer does.
 */
#include "wire/conn.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/acceptor.h"
#include "wire/transport.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

#define IN_MAX ((size_t)128 * 1024)
#define OUT_SOFT ((size_t)64 * 1024)
#define OUT_HARD ((size_t)256 * 1024)
#define STUCK_MS 30000
#define OVER_MS 5000
#define HANDSHAKE_MS 5000

#define READ_SIZE ((size_t)64 * 1024)
#define KEEP_BYTES ((size_t)8 * 1024) /* an idle conn keeps no larger buffers */
#define LINGER_MS 2000
#define LINGER_BYTES ((size_t)256 * 1024)
#define HURRY_MS 800        /* conn_hurry: for sending what is queued, */
#define HURRY_LINGER_MS 200 /* and for the lingering after it */

/* Unsent bytes are told apart by age in this many steps of stuck_ms. */
#define MARKS 16

enum phase {
	HANDSHAKING, /* the transport and its peer come to terms */
	OPEN,
	FINISHING, /* conn_finish: sends what is queued */
	SHUTTING,  /* all is sent: says so to the peer */
	LINGERING, /* drops what comes until the peer ends, too */
	CLOSED,    /* waits for work_cb to tell the owner and free it */
	PHASES
};

/* The bytes up to position `end` were queued at `since` or later. */
struct mark {
	uint64_t end;
	int64_t since;
};

struct conn {
	struct transport *t; /* NULL: CLOSED */
	enum phase phase;
	enum conn_end why;
	const struct conn_handler *handler;
	void *arg;
	struct conn_limits limits;
	struct conn_peer peer;
	struct acceptor_place place; /* its place in the acceptor it came from */

	struct event *readable, *writable, *timer, *work;
	short watched; /* which of the first two are added */
	/* Where the phase's step, a read and a write wait; DONE: nowhere, it can be called. */
	enum transport_says step_waits, read_waits, write_waits;
	bool paused, eof, offer; /* offer: call on_input with what was left, although nothing came */
	bool drain_due;          /* it was congested; on_drained is owed */
	bool finishing, hurry;   /* conn_finish, conn_hurry were called */

	struct buf in;
	struct buf out;
	size_t out_sent;
	uint64_t sent_total;
	struct mark marks[MARKS];
	unsigned first_mark, n_marks;
	size_t linger_left;

	int64_t deadline; /* monotonic ms, 0 none */
	int64_t shake_by; /* likewise, while HANDSHAKING: given up then */
	int64_t end_by;   /* likewise: it ends then, however far it has come */
	int64_t armed;    /* when the timer will fire, 0 not armed */
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

/* ---- phases ---- */

static enum transport_says say_hello(struct conn *c);
static enum transport_says say_end(struct conn *c);
static void opened(struct conn *c);
static void begin_linger(struct conn *c);

static const struct phase_row {
	enum transport_says (*step)(struct conn *c); /* called until it is DONE, then */
	void (*done)(struct conn *c);
	enum conn_end broken; /* where the step says ERROR */
	bool offers;          /* what comes goes to the owner */
	bool discards;        /* what comes is dropped */
	bool sends;           /* what is queued is sent */
	bool deadline;        /* the owner's deadline runs */
} phases[PHASES] = {
    [HANDSHAKING] = {.deadline = true, .step = say_hello, .done = opened, .broken = CONN_HANDSHAKE},
    [OPEN] = {.offers = true, .sends = true, .deadline = true},
    [FINISHING] = {.sends = true},
    [SHUTTING] = {.step = say_end, .done = begin_linger, .broken = CONN_DONE},
    [LINGERING] = {.discards = true},
    [CLOSED] = {.offers = false},
};

static const struct phase_row *row(const struct conn *c)
{
	return &phases[c->phase];
}

static bool reads(const struct conn *c)
{
	return (row(c)->offers && !c->paused && !c->eof) || row(c)->discards;
}

static short event_of(enum transport_says waits)
{
	return waits == TRANSPORT_WANT_READ ? EV_READ : waits == TRANSPORT_WANT_WRITE ? EV_WRITE : 0;
}

/* The events that this phase asks for: the one place that decides it. */
static short wanted(const struct conn *c)
{
	short what = 0;

	if (row(c)->step)
		what |= event_of(c->step_waits);
	if (reads(c))
		what |= event_of(c->read_waits);
	if (row(c)->sends && conn_pending(c) > 0)
		what |= event_of(c->write_waits);
	return what;
}

static void watch_one(struct event *e, bool on)
{
	if (on)
		event_add(e, NULL);
	else
		event_del(e);
}

/* Follows what the phase asks for; at the end of every call that may have changed it. */
static void watch(struct conn *c)
{
	short want = wanted(c), change = want ^ c->watched;

	if (change & EV_READ)
		watch_one(c->readable, want & EV_READ);
	if (change & EV_WRITE)
		watch_one(c->writable, want & EV_WRITE);
	c->watched = want;
}

/* ---- closing: the one place ---- */

static void end(struct conn *c, enum conn_end why)
{
	if (c->phase == CLOSED)
		return;
	c->phase = CLOSED;
	c->why = why;
	watch(c);
	event_del(c->timer);
	c->t->kind->free(c->t);
	c->t = NULL;
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
	return c->finishing || c->phase == CLOSED;
}

/* ---- time: deadline, stuck output, the end of finishing, on one timer ---- */

static int64_t sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* What an owner has queued within its own bounds may be more than the transport takes at once, although the peer reads. A
 * peer is slow by the time that it takes, and over the hard limit it has less of that. */
static int64_t stuck_at(const struct conn *c)
{
	int64_t patience = conn_pending(c) > c->limits.out_hard ? c->limits.over_ms : c->limits.stuck_ms;

	return row(c)->sends && c->n_marks > 0 ? c->marks[c->first_mark].since + patience : 0;
}

static int64_t shake_due(const struct conn *c)
{
	return c->phase == HANDSHAKING ? c->shake_by : 0;
}

static int64_t next_due(const struct conn *c)
{
	return sooner(sooner(sooner(row(c)->deadline ? c->deadline : 0, stuck_at(c)), c->end_by),
	    shake_due(c));
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

static bool has_come(int64_t due, int64_t now)
{
	return due != 0 && now >= due;
}

static void timer_cb(int fd, short what, void *arg)
{
	struct conn *c = arg;
	int64_t now = clock_mono().ms;

	(void)fd;
	(void)what;
	c->armed = 0;
	if (has_come(stuck_at(c), now)) {
		end(c, CONN_SLOW);
	} else if (has_come(shake_due(c), now)) {
		end(c, CONN_HANDSHAKE);
	} else if (has_come(c->end_by, now)) {
		end(c, CONN_DONE);
	} else if (row(c)->deadline && has_come(c->deadline, now)) {
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

static void end_within(struct conn *c, int64_t ms)
{
	c->end_by = sooner(c->end_by, clock_mono().ms + ms);
	arm(c);
}

/* ---- steps: what a phase does by itself ---- */

static enum transport_says say_hello(struct conn *c)
{
	return c->t->kind->handshake(c->t);
}

static enum transport_says say_end(struct conn *c)
{
	return c->t->kind->shutdown(c->t);
}

static void begin_shutting(struct conn *c);

/* The peer was told that it speaks otherwise than we do: it is given the time to read that. */
static void refused(struct conn *c)
{
	acceptor_shaken(&c->place);
	c->finishing = true;
	begin_shutting(c);
}

static void step(struct conn *c)
{
	const struct phase_row *p = row(c);

	c->step_waits = p->step(c);
	if (c->step_waits == TRANSPORT_DONE)
		p->done(c);
	else if (c->step_waits == TRANSPORT_REFUSED)
		refused(c);
	else if (!event_of(c->step_waits))
		end(c, p->broken);
}

/* The transport may hold bytes already, of which no event tells. */
static void opened(struct conn *c)
{
	c->phase = c->finishing ? FINISHING : OPEN;
	acceptor_shaken(&c->place);
	loop_soon(c->work);
}

static void begin_linger(struct conn *c)
{
	if (c->eof) {
		end(c, CONN_DONE);
		return;
	}
	c->phase = LINGERING;
	c->linger_left = LINGER_BYTES;
	end_within(c, c->hurry ? HURRY_LINGER_MS : LINGER_MS);
}

static void begin_shutting(struct conn *c)
{
	c->phase = SHUTTING;
	end_within(c, LINGER_MS);
	step(c);
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
		buf_wipe(&c->out);
	else if (c->out_sent > c->out.n / 2)
		buf_drop_wiped(&c->out, c->out_sent);
	else
		return;
	c->out_sent = 0;
}

/* Sends as much as the transport takes. The only caller of its write. */
static void write_out(struct conn *c)
{
	c->write_waits = TRANSPORT_DONE;
	while (conn_pending(c) > 0 && c->write_waits == TRANSPORT_DONE) {
		size_t n = 0;

		c->write_waits = c->t->kind->write(c->t, c->out.p + c->out_sent, conn_pending(c), &n);
		c->out_sent += n;
		c->sent_total += (uint64_t)n;
	}
	if (c->write_waits != TRANSPORT_DONE && !event_of(c->write_waits)) {
		end(c, CONN_RESET);
		return;
	}
	forget_sent(c);
	shrink_out(c);
	if (conn_pending(c) > 0)
		mark_unsent(c);
}

/* Writes, and sees to what follows from how far it went. */
static void send_out(struct conn *c)
{
	write_out(c);
	if (c->phase == CLOSED)
		return;
	if (conn_pending(c) == 0 && c->phase == FINISHING)
		begin_shutting(c);
	c->drain_due |= conn_congested(c);
	if (c->phase == OPEN && c->drain_due && conn_pending(c) <= c->limits.out_soft / 2) {
		c->drain_due = false;
		if (c->handler->on_drained)
			c->handler->on_drained(c->arg);
	}
	arm(c);
}

/* Where output goes that has no reader any more, because its conn is closing. */
static struct buf nowhere;

struct buf *conn_out(struct conn *c)
{
	if (!conn_closing(c))
		return &c->out;
	if (nowhere.cap > KEEP_BYTES)
		buf_free(&nowhere);
	buf_reset(&nowhere);
	return &nowhere;
}

/* Over the hard limit the transport is asked at once how much it takes, so that no more is kept than it does not. */
void conn_flush(struct conn *c)
{
	if (conn_closing(c))
		return;
	if (conn_pending(c) > c->limits.out_hard && row(c)->sends) {
		write_out(c);
		arm(c);
	}
	c->drain_due |= conn_congested(c);
	if (c->phase != CLOSED)
		loop_soon(c->work);
}

void conn_send(struct conn *c, struct str bytes)
{
	if (conn_closing(c))
		return;
	buf_str(&c->out, bytes);
	conn_flush(c);
}

void conn_finish(struct conn *c)
{
	if (conn_closing(c))
		return;
	c->finishing = true;
	if (c->phase == OPEN)
		c->phase = FINISHING;
	else
		end_within(c, LINGER_MS); /* its peer has not even said how it speaks */
	if (c->hurry)
		end_within(c, HURRY_MS);
	watch(c);
	loop_soon(c->work);
}

void conn_hurry(struct conn *c)
{
	c->hurry = true;
	if (c->finishing && c->phase != CLOSED)
		end_within(c, c->phase == LINGERING ? HURRY_LINGER_MS : HURRY_MS);
}

/* ---- input ---- */

/* One buffer for all conns of the process: only what an owner leaves is kept by its conn. */
static char scratch[READ_SIZE];

/* Offers bytes and keeps what is left of them; what was used (a token may be in it) is overwritten. */
static void offer(struct conn *c, struct str bytes)
{
	bool fresh = bytes.p != c->in.p;
	size_t used = c->handler->on_input(c->arg, bytes.p, bytes.n);

	assert(used <= bytes.n && "no more is consumed than was offered");
	if (c->phase == OPEN && fresh)
		buf_add(&c->in, bytes.p + used, bytes.n - used);
	else if (c->phase == OPEN)
		buf_drop_wiped(&c->in, used);
	if (fresh)
		explicit_bzero((char *)(uintptr_t)bytes.p, bytes.n);
	if (c->phase != OPEN)
		return;
	if (c->in.n == 0 && c->in.cap > KEEP_BYTES)
		buf_free(&c->in);
	if (c->in.n >= c->limits.in_max && !c->paused && !c->offer)
		end(c, CONN_FLOOD);
}

static void end_of_input(struct conn *c)
{
	c->eof = true;
	if (!c->handler->on_eof)
		end(c, CONN_GONE);
	else
		c->handler->on_eof(c->arg);
}

static void took(struct conn *c, size_t n)
{
	if (row(c)->discards) {
		if (n >= c->linger_left)
			end(c, CONN_DONE);
		else
			c->linger_left -= n;
	} else if (c->in.n == 0) {
		offer(c, (struct str){scratch, n});
	} else {
		buf_add(&c->in, scratch, n);
		offer(c, buf_view(&c->in));
	}
}

static size_t room(const struct conn *c)
{
	size_t left = c->limits.in_max > c->in.n ? c->limits.in_max - c->in.n : 0;

	return row(c)->discards || left > READ_SIZE ? READ_SIZE : left;
}

static void read_once(struct conn *c)
{
	enum transport_says says;
	size_t n = 0;

	says = c->t->kind->read(c->t, scratch, room(c), &n);
	c->read_waits = says == TRANSPORT_WANT_WRITE ? says : TRANSPORT_WANT_READ;
	if (says == TRANSPORT_DONE)
		took(c, n);
	else if (says == TRANSPORT_ERROR || (says == TRANSPORT_END && row(c)->discards))
		end(c, row(c)->discards ? CONN_DONE : CONN_RESET);
	else if (says == TRANSPORT_END)
		end_of_input(c);
}

/* One read of the socket, so that a peer that sends without end does not keep the others waiting; and
 * then all that the transport holds besides, for no event tells of it. */
static void read_in(struct conn *c)
{
	if (room(c) == 0) { /* paused with a full buffer and resumed: offered first, in work_cb */
		loop_soon(c->work);
		return;
	}
	do
		read_once(c);
	while (reads(c) && room(c) > 0 && c->t->kind->pending(c->t) > 0);
}

void conn_pause(struct conn *c)
{
	c->paused = true;
	watch(c);
}

void conn_resume(struct conn *c)
{
	if (conn_closing(c))
		return;
	c->paused = false;
	c->offer = true;
	watch(c);
	loop_soon(c->work);
}

/* ---- events ---- */

static void io_cb(int fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	if (row(c)->step && (event_of(c->step_waits) & what))
		step(c);
	if (reads(c) && (event_of(c->read_waits) & what))
		read_in(c);
	if (row(c)->sends && (event_of(c->write_waits) & what))
		send_out(c);
	watch(c);
}

/* The end of a turn. */
static void work_cb(int fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	if (c->phase == OPEN && c->offer && !c->paused) {
		c->offer = false;
		if (c->in.n > 0)
			offer(c, buf_view(&c->in));
	}
	if (reads(c) && c->t->kind->pending(c->t) > 0)
		read_in(c);
	if (row(c)->sends && c->write_waits == TRANSPORT_DONE)
		send_out(c);
	watch(c);
	if (c->phase == CLOSED) {
		if (c->handler)
			c->handler->on_closed(c->arg, c->why);
		free_conn(c);
	}
}

/* ---- making ---- */

static size_t or_default(size_t v, size_t fallback)
{
	return v ? v : fallback;
}

static void set_limits(struct conn *c, const struct conn_limits *limits)
{
	if (limits)
		c->limits = *limits;
	c->limits.in_max = or_default(c->limits.in_max, IN_MAX);
	c->limits.out_soft = or_default(c->limits.out_soft, OUT_SOFT);
	c->limits.out_hard = or_default(c->limits.out_hard, OUT_HARD);
	c->limits.stuck_ms = c->limits.stuck_ms > 0 ? c->limits.stuck_ms : STUCK_MS;
	c->limits.over_ms = c->limits.over_ms > 0 ? c->limits.over_ms : OVER_MS;
	c->limits.handshake_ms = c->limits.handshake_ms > 0 ? c->limits.handshake_ms : HANDSHAKE_MS;
}

struct conn *conn_over(struct event_base *base, struct transport *t, const struct conn_handler *h, void *arg,
    const struct conn_limits *limits)
{
	struct conn *c = xalloc(sizeof(*c));

	*c = (struct conn){.t = t, .handler = h, .arg = arg, .read_waits = TRANSPORT_WANT_READ};
	set_limits(c, limits);
	c->readable = loop_event(base, t->fd, EV_READ | EV_PERSIST, io_cb, c);
	c->writable = loop_event(base, t->fd, EV_WRITE | EV_PERSIST, io_cb, c);
	c->timer = loop_timer(base, timer_cb, c);
	c->work = loop_timer(base, work_cb, c);
	conn_find_peer(t->fd, &c->peer);
	c->shake_by = clock_mono().ms + c->limits.handshake_ms;
	step(c);
	arm(c);
	watch(c);
	return c;
}

struct conn *conn_new(struct event_base *base, int fd, const struct conn_handler *h, void *arg,
    const struct conn_limits *limits)
{
	assert(fd >= 0 && "a conn has a connected socket");
	evutil_make_socket_nonblocking(fd);
	return conn_over(base, transport_plain(fd), h, arg, limits);
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

bool conn_shaking(const struct conn *c)
{
	return c->phase == HANDSHAKING;
}

bool conn_ended(const struct conn *c)
{
	return c->phase == CLOSED;
}

const char *conn_names(const struct conn *c)
{
	return c->t && c->t->kind->names ? c->t->kind->names(c->t) : NULL;
}

bool conn_distrusted(const struct conn *c)
{
	return c->t && c->t->kind->distrusts && c->t->kind->distrusts(c->t);
}

size_t conn_unread(const struct conn *c)
{
	return c->in.n;
}
