/*
 * wire_transport.c - a connection over a transport that is not plain: one with a handshake, with bytes
 * that it holds back although the socket has none, whose reads wait for writing and whose writes wait
 * for reading, as those of TLS may.
 */
#include "unit.h"
#include "base/clock.h"
#include "base/log.h"
#include "wire/conn.h"
#include "wire/transport.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* It takes what the socket has in one piece, and gives it out three bytes at a time. */
struct riddle {
	struct transport t;
	bool hello_said, hello_heard;
	bool read_needs_write; /* once: the next read waits until the socket can be written */
	bool write_needs_read; /* until a 'k' comes */
	bool shutdown_needs_write;
	size_t n;
	int shutdowns;
	char held[4096];
};

static struct riddle *riddle;

static enum transport_says fill(struct riddle *r)
{
	ssize_t n = recv(r->t.fd, r->held + r->n, sizeof r->held - r->n, MSG_DONTWAIT);

	if (n > 0)
		r->n += (size_t)n;
	if (n > 0)
		return TRANSPORT_DONE;
	return n == 0 ? TRANSPORT_END : errno == EAGAIN ? TRANSPORT_WANT_READ : TRANSPORT_ERROR;
}

static void drop(struct riddle *r, size_t n)
{
	r->n -= n;
	memmove(r->held, r->held + n, r->n);
}

/* Says '?', hears '!'. */
static enum transport_says handshake(struct transport *t)
{
	struct riddle *r = (struct riddle *)t;
	enum transport_says says;

	if (!r->hello_said) {
		r->hello_said = true;
		assert_int_equal(send(t->fd, "?", 1, 0), 1);
	}
	says = r->n ? TRANSPORT_DONE : fill(r);
	if (says != TRANSPORT_DONE)
		return says == TRANSPORT_END ? TRANSPORT_ERROR : says;
	if (r->held[0] != '!')
		return TRANSPORT_ERROR;
	drop(r, 1);
	r->hello_heard = true;
	return TRANSPORT_DONE;
}

static enum transport_says read_some(struct transport *t, void *bytes, size_t n, size_t *did)
{
	struct riddle *r = (struct riddle *)t;
	enum transport_says says = r->n ? TRANSPORT_DONE : TRANSPORT_WANT_READ;

	assert_true(r->hello_heard);
	if (r->read_needs_write) {
		r->read_needs_write = false;
		return TRANSPORT_WANT_WRITE;
	}
	if (!r->n)
		says = fill(r);
	if (says != TRANSPORT_DONE)
		return says;
	*did = r->n < 3 ? r->n : 3;
	*did = *did < n ? *did : n;
	memcpy(bytes, r->held, *did);
	drop(r, *did);
	return TRANSPORT_DONE;
}

static enum transport_says write_some(struct transport *t, const void *bytes, size_t n, size_t *did)
{
	struct riddle *r = (struct riddle *)t;
	ssize_t put;

	assert_true(r->hello_heard);
	if (r->write_needs_read && r->n == 0)
		fill(r);
	if (r->write_needs_read && (r->n == 0 || r->held[0] != 'k'))
		return TRANSPORT_WANT_READ;
	if (r->write_needs_read)
		drop(r, 1);
	r->write_needs_read = false;
	put = send(t->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (put < 0)
		return errno == EAGAIN ? TRANSPORT_WANT_WRITE : TRANSPORT_ERROR;
	*did = (size_t)put;
	return TRANSPORT_DONE;
}

static size_t held(const struct transport *t)
{
	return ((const struct riddle *)t)->n;
}

static enum transport_says say_bye(struct transport *t)
{
	struct riddle *r = (struct riddle *)t;

	r->shutdowns++;
	if (r->shutdown_needs_write) {
		r->shutdown_needs_write = false;
		return TRANSPORT_WANT_WRITE;
	}
	shutdown(t->fd, SHUT_WR);
	return TRANSPORT_DONE;
}

static void end_riddle(struct transport *t)
{
	close(t->fd);
	free(t);
	riddle = NULL;
}

static const struct transport_kind kind = {.handshake = handshake,
    .read = read_some,
    .write = write_some,
    .pending = held,
    .shutdown = say_bye,
    .free = end_riddle};

/* ---- the stage ---- */

static struct event_base *base;
static struct conn *c;
static int peer;
static struct buf got;
static int inputs, eofs, closes, deadlines;
static enum conn_end why;
static bool pause_after_input;

static size_t on_input(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	inputs++;
	buf_add(&got, bytes, n);
	if (pause_after_input)
		conn_pause(c);
	return n;
}

static void on_eof(void *arg)
{
	(void)arg;
	eofs++;
}

static void on_deadline(void *arg)
{
	(void)arg;
	deadlines++;
	conn_close(c, CONN_DEADLINE);
}

static void on_closed(void *arg, enum conn_end end)
{
	(void)arg;
	closes++;
	why = end;
	c = NULL;
}

static const struct conn_handler handler = {
    .on_input = on_input, .on_eof = on_eof, .on_deadline = on_deadline, .on_closed = on_closed};

static void nothing(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static struct event *tick;

static int setup(void **state)
{
	struct timeval tv = {.tv_usec = 2000};
	int fds[2];

	(void)state;
	base = event_base_new();
	tick = event_new(base, -1, EV_PERSIST, nothing, NULL);
	event_add(tick, &tv);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (int i = 0; i < 2; i++)
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	riddle = xalloc(sizeof *riddle);
	*riddle = (struct riddle){.t = {.kind = &kind, .fd = fds[0]}};
	peer = fds[1];
	inputs = eofs = closes = deadlines = 0;
	pause_after_input = false;
	c = conn_over(base, &riddle->t, &handler, NULL, NULL);
	return 0;
}

static void turn_for(int64_t ms)
{
	int64_t end = clock_mono().ms + ms;

	while (clock_mono().ms < end)
		event_base_loop(base, EVLOOP_ONCE);
}

#define UNTIL(condition)                                                                                     \
	for (int64_t until = clock_mono().ms + 10000; !(condition);) {                                       \
		assert_true(clock_mono().ms < until);                                                        \
		event_base_loop(base, EVLOOP_ONCE);                                                          \
	}

static int teardown(void **state)
{
	(void)state;
	if (c)
		conn_close(c, CONN_DONE);
	UNTIL(closes);
	assert_int_equal(closes, 1);
	assert_null(riddle); /* the transport went with it */
	close(peer);
	buf_free(&got);
	event_free(tick);
	event_base_free(base);
	return 0;
}

static void tell(const char *z)
{
	assert_int_equal(write(peer, z, strlen(z)), (ssize_t)strlen(z));
}

/* What the conn sent until now. */
static const char *heard(void)
{
	static char text[256];
	ssize_t n = read(peer, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* ---- the handshake ---- */

static void nothing_passes_before_the_handshake(void **state)
{
	(void)state;
	conn_send(c, STR("early"));
	turn_for(10);
	assert_string_equal(heard(), "?");
	assert_int_equal(inputs, 0);
	tell("!");
	UNTIL(riddle->hello_heard);
	turn_for(10);
	assert_string_equal(heard(), "early");
	tell("x");
	UNTIL(inputs);
	assert_true(str_is(buf_view(&got), "x"));
}

/* What came in one piece with the end of the handshake: no event tells of it. */
static void bytes_behind_the_handshake_are_offered(void **state)
{
	(void)state;
	tell("!abcdefgh");
	UNTIL(got.n == 8);
	assert_true(str_is(buf_view(&got), "abcdefgh"));
}

static void a_peer_that_speaks_otherwise_is_closed(void **state)
{
	(void)state;
	tell("GET / HTTP/1.1\r\n");
	UNTIL(closes);
	assert_int_equal(why, CONN_HANDSHAKE);
	assert_string_equal(conn_end_name(why), "handshake");
	assert_int_equal(inputs, 0);
}

static void the_deadline_runs_in_the_handshake(void **state)
{
	(void)state;
	conn_deadline(c, 30);
	UNTIL(closes);
	assert_int_equal(deadlines, 1);
	assert_int_equal(why, CONN_DEADLINE);
}

static void finished_in_the_handshake_it_still_answers(void **state)
{
	(void)state;
	conn_send(c, STR("busy"));
	conn_finish(c);
	assert_true(conn_closing(c));
	turn_for(10);
	assert_string_equal(heard(), "?");
	tell("!");
	UNTIL(riddle->shutdowns);
	assert_string_equal(heard(), "busy");
	shutdown(peer, SHUT_WR);
	UNTIL(closes);
	assert_int_equal(why, CONN_DONE);
}

static void finished_in_a_handshake_that_never_ends(void **state)
{
	int64_t begin = clock_mono().ms;

	(void)state;
	conn_finish(c);
	UNTIL(closes);
	assert_in_range(clock_mono().ms - begin, 1990, 4000);
}

/* ---- reading and writing ---- */

static void a_read_takes_all_that_the_transport_holds(void **state)
{
	int before;

	(void)state;
	tell("!");
	UNTIL(riddle->hello_heard);
	tell("0123456789");
	before = inputs;
	event_base_loop(base, EVLOOP_ONCE);
	UNTIL(inputs > before);
	assert_true(str_is(buf_view(&got), "0123456789")); /* in one wake-up, three bytes a read */
	assert_int_equal(inputs, 4);
}

static void a_pause_stops_it_and_a_resume_goes_on(void **state)
{
	(void)state;
	pause_after_input = true;
	tell("!0123456789");
	UNTIL(inputs);
	turn_for(20);
	assert_true(str_is(buf_view(&got), "012"));
	for (size_t n = 6; n <= 10; n += n == 9 ? 1 : 3) {
		conn_resume(c);
		UNTIL(got.n >= n);
		turn_for(10);
		assert_int_equal(got.n, n);
	}
	shutdown(peer, SHUT_WR);
	turn_for(10);
	assert_int_equal(eofs, 0); /* paused: not noticed */
	conn_resume(c);
	UNTIL(eofs);
}

static void a_read_may_wait_for_writing(void **state)
{
	(void)state;
	tell("!");
	UNTIL(riddle->hello_heard);
	riddle->read_needs_write = true;
	tell("abc");
	UNTIL(got.n == 3);
	tell("def");
	UNTIL(got.n == 6);
}

static void a_write_may_wait_for_reading(void **state)
{
	(void)state;
	tell("!");
	UNTIL(riddle->hello_heard);
	heard();
	conn_pause(c); /* its own reading is not what brings the write on */
	riddle->write_needs_read = true;
	conn_send(c, STR("answer"));
	turn_for(20);
	assert_string_equal(heard(), "");
	assert_int_equal(conn_pending(c), 6);
	tell("k");
	UNTIL(conn_pending(c) == 0);
	assert_string_equal(heard(), "answer");
}

static void the_end_may_wait_for_writing(void **state)
{
	(void)state;
	tell("!");
	UNTIL(riddle->hello_heard);
	riddle->shutdown_needs_write = true;
	conn_send(c, STR("bye"));
	conn_finish(c);
	UNTIL(riddle->shutdowns == 2);
	assert_string_equal(heard(), "?bye");
	tell("late");
	shutdown(peer, SHUT_WR);
	UNTIL(closes);
	assert_int_equal(why, CONN_DONE);
	assert_int_equal(inputs, 0);
}

/* ---- a process that ends ---- */

/* The peer reads nothing: what is queued gets 0.8 s, and not the half minute of a slow one. */
static void in_a_hurry_a_silent_reader_costs_a_second(void **state)
{
	static char block[4 * 1024 * 1024];
	int64_t begin;
	int size = 4096;

	(void)state;
	tell("!");
	UNTIL(riddle->hello_heard);
	setsockopt(riddle->t.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	conn_send(c, (struct str){block, 100000});
	turn_for(10);
	assert_true(conn_pending(c) > 0);
	begin = clock_mono().ms;
	conn_hurry(c);
	turn_for(50);
	assert_int_equal(closes, 0); /* in a hurry, but not asked to end */
	conn_finish(c);
	UNTIL(closes);
	assert_in_range(clock_mono().ms - begin, 840, 1900);
	assert_int_equal(why, CONN_DONE);
}

/* Hurried after it was finished: the same. */
static void in_a_hurry_lingering_is_short(void **state)
{
	int64_t begin;

	(void)state;
	tell("!");
	UNTIL(riddle->hello_heard);
	conn_send(c, STR("bye"));
	conn_finish(c);
	UNTIL(riddle->shutdowns);
	begin = clock_mono().ms;
	conn_hurry(c);
	UNTIL(closes);
	assert_in_range(clock_mono().ms - begin, 190, 1000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_passes_before_the_handshake),
	    TEST(bytes_behind_the_handshake_are_offered),
	    TEST(a_peer_that_speaks_otherwise_is_closed),
	    TEST(the_deadline_runs_in_the_handshake),
	    TEST(finished_in_the_handshake_it_still_answers),
	    TEST(finished_in_a_handshake_that_never_ends),
	    TEST(a_read_takes_all_that_the_transport_holds),
	    TEST(a_pause_stops_it_and_a_resume_goes_on),
	    TEST(a_read_may_wait_for_writing),
	    TEST(a_write_may_wait_for_reading),
	    TEST(the_end_may_wait_for_writing),
	    TEST(in_a_hurry_a_silent_reader_costs_a_second),
	    TEST(in_a_hurry_lingering_is_short),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
