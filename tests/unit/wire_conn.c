/*
 * wire_conn.c - the connection over socket pairs and loopback: bounds, deadlines, slow consumers,
 * back-pressure, closing from everywhere; and the acceptor, whose addresses and errors are made up
 * by an accept4 that stands in for the system's.
 */
#include "unit.h"
#include "base/clock.h"
#include "pki.h"
#include "wire/conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static struct event_base *base;
static struct event *tick; /* keeps a waiting loop turning */

static void nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static int setup(void **state)
{
	struct timeval tv = {.tv_usec = 2000};

	(void)state;
	base = event_base_new();
	tick = event_new(base, -1, EV_PERSIST, nothing, NULL);
	event_add(tick, &tv);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	event_free(tick);
	event_base_free(base);
	return 0;
}

/* Turns the loop once; fails after the instant `end`. */
static bool turn(int64_t end)
{
	assert_true(clock_mono().ms < end);
	event_base_loop(base, EVLOOP_ONCE);
	return true;
}

/* Turns the loop until the condition holds, ten seconds at most; the statement behind it is done
 * after every turn. */
#define UNTIL(condition) for (int64_t until = clock_mono().ms + 10000; !(condition) && turn(until);)

static void turn_for(int64_t ms)
{
	int64_t end = clock_mono().ms + ms;

	while (clock_mono().ms < end)
		event_base_loop(base, EVLOOP_ONCE);
}

/* An owner that writes down what it is told, and does what a test sets. */
struct owner {
	struct conn *c;
	struct buf got;
	size_t take; /* bytes consumed a call, at most */
	int inputs, eofs, drains, deadlines, closes;
	enum conn_end why;
	void (*then)(struct owner *o); /* called in every callback but on_closed */
};

static void then(struct owner *o)
{
	if (o->then)
		o->then(o);
}

static size_t on_input(void *arg, const char *bytes, size_t n)
{
	struct owner *o = arg;

	o->inputs++;
	n = n < o->take ? n : o->take;
	buf_add(&o->got, bytes, n);
	then(o);
	return n;
}

static void on_eof(void *arg)
{
	((struct owner *)arg)->eofs++;
	then(arg);
}

static void on_drained(void *arg)
{
	((struct owner *)arg)->drains++;
	then(arg);
}

static void on_deadline(void *arg)
{
	((struct owner *)arg)->deadlines++;
	then(arg);
}

static void on_closed(void *arg, enum conn_end why)
{
	struct owner *o = arg;

	o->closes++;
	o->why = why;
}

static const struct conn_handler plain = {.on_input = on_input, .on_closed = on_closed};
static const struct conn_handler full = {on_input, on_eof, on_drained, on_deadline, on_closed};

static void small_buffer(int fd)
{
	int size = 4096;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* A conn over one end of a pair; returns the other end, which does not block. */
static int pair_up(struct owner *o, int type, const struct conn_handler *h, const struct conn_limits *limits)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, type, 0, fds), 0);
	small_buffer(fds[0]);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	*o = (struct owner){.take = SIZE_MAX};
	o->c = conn_new(base, fds[0], h, o, limits);
	return fds[1];
}

static void end_owner(struct owner *o, int fd)
{
	if (!o->closes)
		conn_close(o->c, CONN_DONE);
	UNTIL(o->closes);
	assert_int_equal(o->closes, 1);
	buf_free(&o->got);
	close(fd);
}

/* Reads what is there, up to n bytes. */
static size_t sip(int fd, size_t n)
{
	static char p[65536];
	size_t sum = 0;

	while (sum < n) {
		ssize_t got = read(fd, p, n - sum < sizeof(p) ? n - sum : sizeof(p));

		if (got <= 0)
			break;
		sum += (size_t)got;
	}
	return sum;
}

static void send_zeros(struct conn *c, size_t n)
{
	char *p = calloc(1, n);

	conn_send(c, (struct str){p, n});
	free(p);
}

/* ---- input ---- */

static void left_input_is_offered_again(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, NULL);

	(void)state;
	o.take = 2;
	assert_int_equal(write(fd, "abcde", 5), 5);
	UNTIL(o.inputs == 1);
	assert_int_equal(o.got.n, 2);
	turn_for(10);
	assert_int_equal(o.inputs, 1);
	assert_int_equal(write(fd, "f", 1), 1);
	UNTIL(o.inputs == 2);
	assert_true(str_is(buf_view(&o.got), "abcd"));
	conn_resume(o.c);
	assert_int_equal(o.inputs, 2); /* not from inside the call */
	UNTIL(o.inputs == 3);
	assert_true(str_is(buf_view(&o.got), "abcdef"));
	conn_resume(o.c);
	turn_for(10);
	assert_int_equal(o.inputs, 3); /* nothing left, nothing offered */
	end_owner(&o, fd);
}

static void pause_holds_the_peer_back(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, NULL);
	char block[4096] = {0};
	size_t sent = 0;

	(void)state;
	conn_pause(o.c);
	while (write(fd, block, sizeof(block)) > 0)
		sent += sizeof(block);
	turn_for(10);
	assert_int_equal(o.inputs, 0);
	assert_int_equal(write(fd, "x", 1), -1); /* the kernel is full: the peer does not read */
	conn_resume(o.c);
	UNTIL(o.got.n == sent);
	end_owner(&o, fd);
}

static void pause_inside_on_input(struct owner *o)
{
	conn_pause(o->c);
}

static void pause_keeps_what_was_left(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &full, NULL);

	(void)state;
	o.take = 1;
	o.then = pause_inside_on_input;
	assert_int_equal(write(fd, "ab", 2), 2);
	UNTIL(o.inputs == 1);
	close(fd);
	turn_for(10);
	assert_int_equal(o.inputs, 1);
	assert_int_equal(o.eofs, 0); /* what stands before the end comes first */
	o.then = NULL;
	conn_resume(o.c);
	UNTIL(o.eofs == 1);
	assert_true(str_is(buf_view(&o.got), "ab"));
	end_owner(&o, open("/dev/null", O_RDONLY));
}

static void input_that_nobody_takes_is_a_flood(void **state)
{
	struct conn_limits limits = {.in_max = 10000};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, &limits);
	char block[4000] = {0};

	(void)state;
	o.take = 0;
	UNTIL(o.closes)
	(void)!write(fd, block, sizeof(block));
	assert_int_equal(o.why, CONN_FLOOD);
	end_owner(&o, fd);
	/* The bound to the byte: one less is kept. */
	fd = pair_up(&o, SOCK_STREAM, &plain, &limits);
	o.take = 0;
	assert_int_equal(write(fd, block, 4000) + write(fd, block, 4000) + write(fd, block, 1999), 9999);
	turn_for(20);
	assert_int_equal(o.closes, 0);
	assert_int_equal(write(fd, "x", 1), 1);
	UNTIL(o.closes);
	assert_int_equal(o.why, CONN_FLOOD);
	end_owner(&o, fd);
}

/* ---- output ---- */

static void send_three(struct owner *o)
{
	conn_send(o->c, STR("one "));
	buf_text(conn_out(o->c), "two ");
	conn_flush(o->c);
	conn_send(o->c, STR("three"));
}

/* Over SOCK_SEQPACKET every write is a packet of its own. */
static void a_turn_leaves_in_one_write(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_SEQPACKET, &plain, NULL);
	char got[64];

	(void)state;
	o.then = send_three;
	assert_int_equal(write(fd, "go", 2), 2);
	UNTIL(o.inputs);
	assert_int_equal(read(fd, got, sizeof(got)), 13);
	assert_memory_equal(got, "one two three", 13);
	assert_int_equal(read(fd, got, sizeof(got)), -1);
	assert_int_equal(conn_pending(o.c), 0);
	end_owner(&o, fd);
}

static void bytes_arrive_in_order_whatever_the_kernel_takes(void **state)
{
	struct conn_limits limits = {.out_hard = 4 * 1024 * 1024};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, &limits);
	size_t n = 1000003, seen = 0;
	char *bytes = malloc(n), got[977];
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	conn_send(o.c, (struct str){bytes, n / 3});
	event_base_loop(base, EVLOOP_NONBLOCK);
	conn_send(o.c, (struct str){bytes + n / 3, n - n / 3});
	UNTIL(seen == n)
	{
		ssize_t k = read(fd, got, sizeof(got));

		for (ssize_t i = 0; i < k; i++)
			wrong += got[i] != bytes[seen++];
	}
	assert_int_equal(wrong, 0);
	assert_int_equal(conn_pending(o.c), 0);
	free(bytes);
	end_owner(&o, fd);
}

static void congestion_and_its_end_are_told(void **state)
{
	struct conn_limits limits = {.out_soft = 20000, .out_hard = 200000};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &full, &limits);

	(void)state;
	send_zeros(o.c, 15000);
	assert_false(conn_congested(o.c));
	turn_for(5);
	assert_int_equal(o.drains, 0);
	send_zeros(o.c, 100000);
	assert_true(conn_congested(o.c));
	UNTIL(o.drains)
	sip(fd, 1000);
	assert_true(conn_pending(o.c) <= 10000);
	UNTIL(conn_pending(o.c) == 0)
	sip(fd, 1000);
	assert_int_equal(o.drains, 1);
	send_zeros(o.c, 100000);
	UNTIL(o.drains == 2)
	sip(fd, 1000);
	end_owner(&o, fd);
}

static void a_reader_that_never_reads_is_closed(void **state)
{
	struct conn_limits limits = {.out_hard = 100000, .over_ms = 200};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &full, &limits);
	int64_t begin = clock_mono().ms;

	(void)state;
	for (int i = 0; i < 300; i++)
		send_zeros(o.c, 1000);
	assert_false(conn_closing(o.c)); /* it has had no time to read */
	UNTIL(o.closes);
	assert_int_equal(o.why, CONN_SLOW);
	assert_string_equal(conn_end_name(o.why), "slow-consumer");
	assert_true(clock_mono().ms - begin >= 180);
	assert_true(clock_mono().ms - begin < 2000);
	end_owner(&o, fd);
}

/* Answers to what it had asked, all at once: it is not slow before it had time to read them. */
static void much_at_once_is_not_slow(void **state)
{
	struct conn_limits limits = {.out_soft = 1000, .out_hard = 10000, .over_ms = 5000};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &full, &limits);
	size_t seen = 0;

	(void)state;
	for (int i = 0; i < 256; i++)
		send_zeros(o.c, 5000);
	turn_for(50);
	UNTIL(seen == (size_t)256 * 5000)
	seen += sip(fd, 100000);
	assert_false(conn_closing(o.c));
	end_owner(&o, fd);
}

/* Of more than the hard limit the kernel takes so much that no more than that is left: nothing waits there for ever. */
static void what_is_left_of_a_large_answer_grows_old(void **state)
{
	struct conn_limits limits = {.out_hard = 100000, .stuck_ms = 200};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, &limits);

	(void)state;
	send_zeros(o.c, 100001);
	assert_in_range(conn_pending(o.c), 1, 100000);
	UNTIL(o.closes);
	assert_int_equal(o.why, CONN_SLOW);
	end_owner(&o, fd);
}

/* More than the hard limit at once is fine where the kernel takes it. */
static void one_large_answer_is_not_slow(void **state)
{
	struct conn_limits limits = {.out_soft = 1000, .out_hard = 10000};
	struct owner o;
	int fds[2], size = 400000;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	o = (struct owner){.take = SIZE_MAX};
	o.c = conn_new(base, fds[0], &plain, &o, &limits);
	send_zeros(o.c, 100000);
	assert_false(conn_closing(o.c));
	assert_true(conn_pending(o.c) <= 10000);
	end_owner(&o, fds[1]);
}

/* A little every few milliseconds is progress, and yet the oldest unsent byte grows old. */
static void a_dripping_reader_is_closed(void **state)
{
	struct conn_limits limits = {.stuck_ms = 200};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, &limits);
	int64_t begin = clock_mono().ms;
	size_t pending, least = SIZE_MAX;

	(void)state;
	send_zeros(o.c, 250000);
	pending = conn_pending(o.c);
	UNTIL(o.closes)
	{
		sip(fd, 500);
		if (!o.closes && conn_pending(o.c) < least) /* a closed one is gone */
			least = conn_pending(o.c);
	}
	assert_true(least < pending - 5000);
	assert_int_equal(o.why, CONN_SLOW);
	assert_true(clock_mono().ms - begin >= 180);
	assert_true(clock_mono().ms - begin < 2000);
	end_owner(&o, fd);
}

/* Keeps a reader a little behind for so long. Returns the longest time in which it read nothing: on a busy
 * machine this process itself may have stood still. Ends where the conn does, which is gone then. */
static int64_t keep_behind(struct owner *o, int fd, int64_t ms, bool *ever_empty)
{
	int64_t now = clock_mono().ms, end = now + ms, longest = 0, before = now;

	while (now < end && !o->closes) {
		if (conn_pending(o->c) < 30000)
			send_zeros(o->c, 3000);
		event_base_loop(base, EVLOOP_ONCE);
		*ever_empty |= !o->closes && conn_pending(o->c) == 0;
		sip(fd, 3000);
		now = clock_mono().ms;
		longest = now - before > longest ? now - before : longest;
		before = now;
	}
	return longest;
}

/* Always behind, never by more than a little: stays. */
static void a_reader_that_keeps_up_stays(void **state)
{
	struct conn_limits limits = {.stuck_ms = 300};
	struct owner o;
	int64_t longest;

	(void)state;
	for (int tries = 0; tries < 20; tries++) {
		int fd = pair_up(&o, SOCK_STREAM, &plain, &limits), closes;
		bool ever_empty = false;

		send_zeros(o.c, 30000);
		event_base_loop(base, EVLOOP_NONBLOCK);
		longest = keep_behind(&o, fd, 900, &ever_empty);
		closes = o.closes;
		end_owner(&o, fd);
		if (longest > limits.stuck_ms / 2) /* this process stood still: try once more */
			continue;
		assert_false(ever_empty);
		assert_int_equal(closes, 0);
		return;
	}
	fail_msg("the machine never let this process run for 900 ms");
}

/* It was behind and has caught up: what was waited for is forgotten, however long it then says nothing. */
static void a_reader_that_caught_up_stays(void **state)
{
	struct conn_limits limits = {.stuck_ms = 200};
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, &limits);

	(void)state;
	send_zeros(o.c, 30000);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_true(conn_pending(o.c) > 0);
	UNTIL(conn_pending(o.c) == 0 || o.closes)
	sip(fd, 30000);
	turn_for(2 * limits.stuck_ms);
	assert_int_equal(o.closes, 0);
	end_owner(&o, fd);
}

/* ---- time ---- */

static void a_deadline_is_absolute(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, NULL);
	int64_t begin = clock_mono().ms;

	(void)state;
	conn_deadline(o.c, 100);
	UNTIL(o.closes)
	assert_int_equal(write(fd, "x", 1) == 1 || errno == EPIPE, 1);
	assert_int_equal(o.why, CONN_DEADLINE);
	assert_true(o.inputs > 5);
	assert_true(clock_mono().ms - begin >= 99 && clock_mono().ms - begin < 1000);
	end_owner(&o, fd);
}

static void a_deadline_is_replaced_and_told_once(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &full, NULL);
	int64_t begin = clock_mono().ms;

	(void)state;
	conn_deadline(o.c, 20);
	conn_deadline(o.c, 60);
	UNTIL(o.deadlines);
	assert_true(clock_mono().ms - begin >= 59);
	turn_for(50);
	assert_int_equal(o.deadlines, 1);
	conn_deadline(o.c, 10);
	conn_deadline(o.c, 0);
	turn_for(30);
	assert_int_equal(o.deadlines, 1);
	conn_deadline(o.c, 60000);
	conn_deadline(o.c, 10);
	UNTIL(o.deadlines == 2);
	end_owner(&o, fd);
}

/* ---- ends ---- */

static void the_peers_end_closes(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &plain, NULL);

	(void)state;
	assert_int_equal(write(fd, "abc", 3), 3);
	close(fd);
	UNTIL(o.closes);
	assert_int_equal(o.why, CONN_GONE);
	assert_true(str_is(buf_view(&o.got), "abc"));
	end_owner(&o, open("/dev/null", O_RDONLY));
}

static void answer_at_eof(struct owner *o)
{
	if (!o->eofs)
		return;
	conn_send(o->c, STR("answer"));
	conn_finish(o->c);
	conn_send(o->c, STR(" and what comes too late"));
	buf_text(conn_out(o->c), "likewise");
	conn_flush(o->c);
}

static void a_half_closed_peer_gets_its_answer(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &full, NULL);
	char got[64];

	(void)state;
	o.then = answer_at_eof;
	assert_int_equal(write(fd, "ask", 3), 3);
	shutdown(fd, SHUT_WR);
	UNTIL(o.closes);
	assert_int_equal(o.why, CONN_DONE);
	assert_int_equal(o.eofs, 1);
	assert_int_equal(read(fd, got, sizeof(got)), 6);
	assert_memory_equal(got, "answer", 6);
	assert_int_equal(read(fd, got, sizeof(got)), 0);
	end_owner(&o, fd);
}

static void close_it(struct owner *o)
{
	conn_close(o->c, CONN_DONE);
	conn_close(o->c, CONN_SLOW);
	conn_send(o->c, STR("x"));
	buf_text(conn_out(o->c), "x");
	conn_flush(o->c);
	conn_pause(o->c);
	conn_resume(o->c);
	conn_deadline(o->c, 1);
	conn_finish(o->c);
	assert_true(conn_closing(o->c));
}

static void closing_inside_any_callback_is_safe(void **state)
{
	struct conn_limits limits = {.out_soft = 10, .out_hard = 100000};
	struct owner o;

	(void)state;
	for (int which = 0; which < 4; which++) {
		int fd = pair_up(&o, SOCK_STREAM, &full, &limits);

		o.then = close_it;
		if (which == 0)
			assert_int_equal(write(fd, "abc", 3), 3);
		if (which == 1)
			shutdown(fd, SHUT_WR);
		if (which == 2)
			conn_send(o.c, STR("more than the soft limit"));
		if (which == 3)
			conn_deadline(o.c, 1);
		UNTIL(o.closes);
		turn_for(5);
		assert_int_equal(o.inputs + o.eofs + o.drains + o.deadlines, 1);
		assert_int_equal(o.why, CONN_DONE);
		end_owner(&o, fd);
	}
}

/* ---- TCP ---- */

static int listening(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof(*at)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
	return fd;
}

static int connected(const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)at, sizeof(*at)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

#define OWNERS 32

/* What an acceptor's callback fills. */
struct hall {
	struct owner owners[OWNERS];
	int n;
	void (*then)(struct owner *o);
};

static void arrived(void *arg, struct conn *c)
{
	struct hall *h = arg;
	struct owner *o = &h->owners[h->n++];

	*o = (struct owner){.c = c, .take = SIZE_MAX, .then = h->then};
	conn_handle(c, &full, o);
}

static void leave_all(struct hall *h)
{
	for (int i = 0; i < h->n; i++) {
		if (!h->owners[i].closes)
			conn_close(h->owners[i].c, CONN_DONE);
		UNTIL(h->owners[i].closes);
		assert_int_equal(h->owners[i].closes, 1);
		buf_free(&h->owners[i].got);
	}
	*h = (struct hall){.n = 0};
}

/* Stand-in for the system's accept4: addresses and errors as a test wants them. */
static struct sockaddr_storage pretended;
static int accept_error;
static int accepts;

int accept4(int fd, struct sockaddr *from, socklen_t *len, int flags)
{
	int got;

	accepts++;
	if (accept_error) {
		errno = accept_error;
		accept_error = 0;
		return -1;
	}
	got = (int)syscall(SYS_accept4, fd, from, len, flags);
	if (got >= 0 && from && pretended.ss_family)
		memcpy(from, &pretended, sizeof(pretended));
	return got;
}

static void pretend(int family, const char *address)
{
	pretended = (struct sockaddr_storage){.ss_family = (sa_family_t)family};
	if (family == AF_INET)
		inet_pton(family, address, &((struct sockaddr_in *)&pretended)->sin_addr);
	if (family == AF_INET6)
		inet_pton(family, address, &((struct sockaddr_in6 *)&pretended)->sin6_addr);
}

static void finish_at_once(struct owner *o)
{
	conn_send(o->c, STR("413"));
	conn_finish(o->c);
}

/* The client goes on sending; closing under it would reset the connection and take the answer. */
static void an_answer_survives_unread_input(void **state)
{
	struct hall h = {.then = finish_at_once};
	struct sockaddr_in at;
	int listener = listening(&at), fd;
	struct acceptor *a = acceptor_new(base, listener, &(struct acceptor_options){0}, arrived, &h);
	char block[50000] = {0}, got[16];
	ssize_t n = -1;

	(void)state;
	fd = connected(&at);
	assert_true(write(fd, block, sizeof(block)) > 0);
	UNTIL(h.n && h.owners[0].inputs);
	assert_true(write(fd, block, sizeof(block)) > 0);
	UNTIL(n >= 0)
	n = read(fd, got, sizeof(got));
	assert_int_equal(n, 3);
	n = -1;
	UNTIL(n >= 0)
	{
		n = read(fd, got, sizeof(got));
		assert_true(n >= 0 || errno == EAGAIN);
	}
	assert_int_equal(n, 0);
	close(fd);
	UNTIL(h.owners[0].closes);
	assert_int_equal(h.owners[0].why, CONN_DONE);
	assert_int_equal(h.owners[0].inputs, 1);
	leave_all(&h);
	acceptor_free(a);
	close(listener);
}

static void a_finished_conn_waits_two_seconds_at_most(void **state)
{
	struct owner o;
	int fd = pair_up(&o, SOCK_STREAM, &full, NULL);
	int64_t begin = clock_mono().ms;

	(void)state;
	conn_send(o.c, STR("bye"));
	conn_finish(o.c);
	UNTIL(o.closes);
	assert_int_equal(o.why, CONN_DONE);
	assert_true(clock_mono().ms - begin >= 1990 && clock_mono().ms - begin < 4000);
	end_owner(&o, fd);
}

static void a_reset_is_told_apart(void **state)
{
	struct linger reset = {.l_onoff = 1};
	struct hall h = {.n = 0};
	struct sockaddr_in at;
	int listener = listening(&at), fd;
	struct acceptor *a = acceptor_new(base, listener, &(struct acceptor_options){0}, arrived, &h);

	(void)state;
	fd = connected(&at);
	UNTIL(h.n);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	UNTIL(h.owners[0].closes);
	assert_int_equal(h.owners[0].why, CONN_RESET);
	assert_int_equal(acceptor_count(a), 0);
	leave_all(&h);
	acceptor_free(a);
	close(listener);
}

/* ---- the acceptor ---- */

static void the_total_is_bounded(void **state)
{
	struct acceptor_options options = {.max = 2, .busy = "busy\n"};
	struct hall h = {.n = 0};
	struct sockaddr_in at;
	int listener = listening(&at), fds[3];
	struct acceptor *a = acceptor_new(base, listener, &options, arrived, &h);
	char got[16];
	ssize_t n = -1;

	(void)state;
	for (int i = 0; i < 3; i++)
		fds[i] = connected(&at);
	UNTIL(h.n == 2 && acceptor_refused(a) == 1);
	UNTIL(n >= 0)
	n = read(fds[2], got, sizeof(got));
	assert_int_equal(n, 5);
	assert_int_equal(read(fds[2], got, sizeof(got)), 0);
	assert_int_equal(acceptor_count(a), 2);
	assert_true(conn_peer(h.owners[0].c)->loopback);
	assert_true(strncmp(conn_peer(h.owners[0].c)->text, "127.0.0.1:", 10) == 0);
	close(fds[0]);
	UNTIL(h.owners[0].eofs);
	conn_close(h.owners[0].c, CONN_DONE);
	UNTIL(h.owners[0].closes);
	assert_int_equal(acceptor_count(a), 1);
	fds[0] = connected(&at);
	UNTIL(h.n == 3);
	leave_all(&h);
	acceptor_free(a);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	close(listener);
}

static void each_address_is_bounded(void **state)
{
	static const struct {
		int family;
		const char *address;
		bool taken; /* with at most two an address */
	} arrivals[] = {
	    {AF_INET, "10.1.2.3", true},
	    {AF_INET, "10.1.2.3", true},
	    {AF_INET, "10.1.2.3", false},
	    {AF_INET6, "::ffff:10.1.2.3", false}, /* the same machine */
	    {AF_INET, "10.1.2.4", true},
	    {AF_INET6, "2001:db8::1", true},
	    {AF_INET6, "2001:db8::2", true},
	    {AF_INET6, "2001:db8::ffff:3", false}, /* the same /64 */
	    {AF_INET6, "2001:db8:0:1::1", true},
	    {AF_INET, "127.0.0.1", true},
	    {AF_INET, "127.0.0.1", true},
	    {AF_INET, "127.9.9.9", true},
	    {AF_INET, "127.0.0.1", true},
	    {AF_INET6, "::1", true},
	    {AF_INET6, "::1", true},
	    {AF_INET6, "::1", true},
	    {AF_INET6, "::ffff:127.0.0.1", true},
	};
	struct acceptor_options options = {.max_per_address = 2};
	struct hall h = {.n = 0};
	struct sockaddr_in at;
	int listener = listening(&at), fds[COUNT(arrivals)];
	struct acceptor *a = acceptor_new(base, listener, &options, arrived, &h);

	(void)state;
	for (size_t i = 0; i < COUNT(arrivals); i++) {
		int taken = h.n;
		uint64_t refused = acceptor_refused(a);

		pretend(arrivals[i].family, arrivals[i].address);
		fds[i] = connected(&at);
		UNTIL(h.n > taken || acceptor_refused(a) > refused);
		assert_int_equal(h.n > taken, arrivals[i].taken);
	}
	/* A place that is given back is free again. */
	conn_close(h.owners[0].c, CONN_DONE);
	UNTIL(h.owners[0].closes);
	pretend(AF_INET, "10.1.2.3");
	close(fds[0]);
	fds[0] = connected(&at);
	UNTIL(h.n == 15);
	leave_all(&h);
	pretend(AF_UNSPEC, NULL);
	assert_int_equal(acceptor_count(a), 0);
	acceptor_free(a);
	for (size_t i = 0; i < COUNT(arrivals); i++)
		close(fds[i]);
	close(listener);
}

/* A handshake that comes too soon after others takes no place: two a second, and three places an address. */
static void a_refused_handshake_takes_no_place(void **state)
{
	struct holder self = issue(NULL, "server", (struct wish){.san = "DNS:localhost"});
	struct tls_credentials papers = {.listener = "console",
	    .pem = {[TLS_CERTIFICATE] = cert_pem(&self), [TLS_KEY] = key_pem(&self, NULL)}};
	struct tls_server *server = tls_server_new("console", false, "");
	struct acceptor_options options = {.tls = server, .max_per_address = 3, .shakes_per_address = 2};
	struct hall h = {.n = 0};
	struct sockaddr_in at;
	int listener = listening(&at), fds[12], n = 0;
	struct acceptor *a;
	struct tls_fault fault;

	(void)state;
	assert_true(tls_server_use(server, &papers, &fault));
	a = acceptor_new(base, listener, &options, arrived, &h);
	pretend(AF_INET, "10.1.2.3");
	for (; n < (int)COUNT(fds); n++)
		fds[n] = connected(&at);
	UNTIL(h.n + (int)acceptor_refused(a) == n);
	assert_in_range(acceptor_refused(a), 9, 10);
	for (int i = 0; i < n; i++)
		close(fds[i]);
	UNTIL(acceptor_count(a) == 0);
	leave_all(&h);
	for (int64_t end = clock_mono().ms + 10000; h.n == 0;) { /* until another may shake hands */
		uint64_t refused = acceptor_refused(a);
		int fd = connected(&at);

		while (h.n == 0 && acceptor_refused(a) == refused)
			turn(end);
		close(fd);
	}
	UNTIL(acceptor_count(a) == 0);
	leave_all(&h);
	pretend(AF_UNSPEC, NULL);
	acceptor_free(a);
	tls_server_free(server);
	tls_credentials_free(&papers);
	drop_holder(&self);
	close(listener);
}

static void sixteen_a_wake_up(void **state)
{
	struct hall h = {.n = 0};
	struct sockaddr_in at;
	int listener = listening(&at), fds[20];
	struct acceptor *a;

	(void)state;
	for (int i = 0; i < 20; i++)
		fds[i] = connected(&at);
	a = acceptor_new(base, listener, &(struct acceptor_options){0}, arrived, &h);
	event_del(tick);
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(h.n, 16);
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(h.n, 20);
	event_add(tick, &(struct timeval){.tv_usec = 2000});
	leave_all(&h);
	acceptor_free(a);
	for (int i = 0; i < 20; i++)
		close(fds[i]);
	close(listener);
}

static void without_descriptors_it_rests(void **state)
{
	struct hall h = {.n = 0};
	struct sockaddr_in at;
	int listener = listening(&at), fd = connected(&at), other;
	struct acceptor *a = acceptor_new(base, listener, &(struct acceptor_options){0}, arrived, &h);
	int64_t begin = clock_mono().ms;
	char c;

	(void)state;
	accepts = 0;
	accept_error = EMFILE;
	UNTIL(acceptor_refused(a) == 1);
	assert_int_equal(accepts, 2); /* the one that failed, and the one into the reserve */
	assert_int_equal(read(fd, &c, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	other = connected(&at);
	turn_for(50);
	assert_int_equal(accepts, 2); /* it does not spin */
	UNTIL(h.n == 1);
	assert_true(clock_mono().ms - begin >= 95);
	leave_all(&h);
	acceptor_free(a);
	close(fd);
	close(other);
	close(listener);
}

static void freed_with_its_last_connection(void **state)
{
	struct hall h = {.n = 0};
	struct sockaddr_in at;
	int listener = listening(&at), fd = connected(&at);
	struct acceptor *a = acceptor_new(base, listener, &(struct acceptor_options){0}, arrived, &h);

	(void)state;
	UNTIL(h.n);
	acceptor_stop(a);
	acceptor_free(a);
	assert_int_equal(write(fd, "abc", 3), 3);
	UNTIL(h.owners[0].inputs);
	leave_all(&h);
	close(fd);
	close(listener);
}

static void a_unix_peer_shows_its_credentials(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(sa_family_t);
	struct hall h = {.n = 0};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct acceptor_options options = {.max_per_address = 1};
	struct acceptor *a;

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&at, len),
	    0); /* an abstract name of the kernel's */
	len = sizeof(at);
	getsockname(listener, (struct sockaddr *)&at, &len);
	listen(listener, 5);
	a = acceptor_new(base, listener, &options, arrived, &h);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, len), 0);
	UNTIL(h.n);
	assert_true(conn_peer(h.owners[0].c)->is_unix);
	assert_string_equal(conn_peer(h.owners[0].c)->text, "unix");
	assert_int_equal(conn_peer(h.owners[0].c)->pid, getpid());
	assert_int_equal(conn_peer(h.owners[0].c)->uid, getuid());
	leave_all(&h);
	acceptor_free(a);
	close(fd);
	close(listener);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(left_input_is_offered_again),
	    TEST(pause_holds_the_peer_back),
	    TEST(pause_keeps_what_was_left),
	    TEST(input_that_nobody_takes_is_a_flood),
	    TEST(a_turn_leaves_in_one_write),
	    TEST(bytes_arrive_in_order_whatever_the_kernel_takes),
	    TEST(congestion_and_its_end_are_told),
	    TEST(a_reader_that_never_reads_is_closed),
	    TEST(much_at_once_is_not_slow),
	    TEST(what_is_left_of_a_large_answer_grows_old),
	    TEST(one_large_answer_is_not_slow),
	    TEST(a_dripping_reader_is_closed),
	    TEST(a_reader_that_keeps_up_stays),
	    TEST(a_reader_that_caught_up_stays),
	    TEST(a_deadline_is_absolute),
	    TEST(a_deadline_is_replaced_and_told_once),
	    TEST(the_peers_end_closes),
	    TEST(a_half_closed_peer_gets_its_answer),
	    TEST(closing_inside_any_callback_is_safe),
	    TEST(an_answer_survives_unread_input),
	    TEST(a_finished_conn_waits_two_seconds_at_most),
	    TEST(a_reset_is_told_apart),
	    TEST(the_total_is_bounded),
	    TEST(each_address_is_bounded),
	    TEST(a_refused_handshake_takes_no_place),
	    TEST(sixteen_a_wake_up),
	    TEST(without_descriptors_it_rests),
	    TEST(freed_with_its_last_connection),
	    TEST(a_unix_peer_shows_its_credentials),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
