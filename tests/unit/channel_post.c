/*
 * channel_post.c - what comes of one exchange over loopback, by what the other side does. The server is a thread that
 * takes one connection at a time and behaves as it was told.
 */
#include "channel/post.h"

#include "base/loop.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum behaviour { GOOD, DROP, STALL, CUT, HUGE_BODY, HUGE_HEAD, GARBAGE, REDIRECT, LATER, LATER_AT, LATER_SO };

static _Atomic enum behaviour behaviour;
static atomic_int served;
static int listener, port;
static char seen[8192];

static const char *const replies[] = {
    [GOOD] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    [CUT] = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok",
    [HUGE_BODY] = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    [HUGE_HEAD] = "HTTP/1.1 200 OK\r\n",
    [GARBAGE] = "\x16\x03\x01 this is no HTTP\r\n\r\n",
    [REDIRECT] = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    [LATER] = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
    [LATER_SO] = "HTTP/1.1 200 OK\r\nX-Ogw-RateLimit-Reset:  9 \r\nContent-Length: 0\r\n\r\n",
};

static void say(int fd, const char *text)
{
	send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* By an instant instead of seconds: RFC 9110, 10.2.3. */
static void say_later_at(int fd)
{
	char head[160];
	time_t at = time(NULL) + 600;
	struct tm utc;

	gmtime_r(&at, &utc);
	strftime(head, sizeof head,
	    "HTTP/1.1 429 Slow\r\nRetry-After: %a, %d %b %Y %H:%M:%S GMT\r\nContent-Length: 0\r\n\r\n", &utc);
	say(fd, head);
}

static void answer(int fd, enum behaviour how)
{
	char one;

	if (replies[how])
		say(fd, replies[how]);
	if (how == LATER_AT)
		say_later_at(fd);
	for (int i = 0; how == HUGE_BODY && i < 10000; i++)
		say(fd, "aaaaaaaaaaaaaaaaaaaa");
	for (int i = 0; how == HUGE_HEAD && i < 5000; i++)
		say(fd, "X-Much: much\r\n");
	if (how == STALL) /* until the other side has had enough */
		while (recv(fd, &one, 1, 0) > 0)
			continue;
}

static void *serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		enum behaviour how = behaviour;

		ssize_t n = recv(fd, seen, sizeof seen - 1, 0);

		seen[n > 0 ? n : 0] = '\0';
		served++;
		answer(fd, how);
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	return NULL;
}

static pthread_t thread;
static struct event_base *base;
static struct channel_answer got;
static char body[64], reason[64];
static int n_got;

static int setup(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;

	(void)state;
	listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &n), 0);
	port = ntohs(a.sin_port);
	base = loop_new();
	return pthread_create(&thread, NULL, serve, NULL);
}

static int teardown(void **state)
{
	(void)state;
	shutdown(listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(listener);
	event_base_free(base);
	return 0;
}

static void on_done(void *arg, const struct channel_answer *a)
{
	(void)arg;
	got = *a;
	n_got++;
	snprintf(body, sizeof body, "%.*s", (int)(a->body.n < 60 ? a->body.n : 60),
	    a->body.p ? a->body.p : "");
	snprintf(reason, sizeof reason, "%s", a->reason ? a->reason : "");
	event_base_loopbreak(base);
}

static const struct post_rules here = {.allow = "127.0.0.1,::1", .plain = true, .total_ms = 700};

static void ask(const struct post_rules *rules, const char *url, enum behaviour how)
{
	struct poster *p = poster_new(base, rules);
	struct channel_request r = {.method = "POST",
	    .url = url,
	    .headers = {{"Content-Type", "application/json"}},
	    .n_headers = 1,
	    .body = STR("{\"a\":1}")};

	behaviour = how;
	n_got = 0;
	post_send(p, &r, on_done, NULL);
	assert_int_equal(n_got, 0);
	assert_int_equal(poster_under_way(p), 1);
	event_base_dispatch(base);
	assert_int_equal(n_got, 1);
	assert_int_equal(poster_under_way(p), 0);
	poster_free(p);
}

static const char *here_url(void)
{
	static char url[64];

	snprintf(url, sizeof url, "http://127.0.0.1:%d/hook?k=1", port);
	return url;
}

static void assert_end(enum behaviour how, enum post_end end, const char *why)
{
	ask(&here, here_url(), how);
	assert_int_equal(got.end, end);
	assert_string_equal(reason, why);
}

static void a_whole_answer(void **state)
{
	(void)state;
	assert_end(GOOD, POST_ANSWERED, "");
	assert_int_equal(got.status, 200);
	assert_string_equal(body, "ok");
	assert_non_null(strstr(seen, "POST /hook?k=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(seen, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(seen, "\r\n\r\n{\"a\":1}"));
	assert_null(strstr(seen, "Expect"));
	assert_end(LATER, POST_ANSWERED, "");
	assert_int_equal(got.status, 503);
	assert_int_equal(got.retry_after_ms, 7000);
	assert_end(LATER_AT, POST_ANSWERED, "");
	assert_in_range(got.retry_after_ms, 500000, 600000);
	assert_end(LATER_SO, POST_ANSWERED, "");
	assert_int_equal(got.retry_after_ms, 9000);
}

/* The request was written each time: it may have been taken. It is written once. */
static void no_whole_answer(void **state)
{
	int before = served;

	(void)state;
	assert_end(DROP, POST_UNKNOWN, "no-answer");
	assert_end(STALL, POST_UNKNOWN, "too-slow");
	assert_end(CUT, POST_UNKNOWN, "answer-cut");
	assert_end(HUGE_BODY, POST_UNKNOWN, "answer-too-large");
	assert_end(HUGE_HEAD, POST_UNKNOWN, "answer-too-large");
	assert_end(GARBAGE, POST_UNKNOWN, "not-http");
	assert_int_equal(served - before, 6);
}

static void a_redirect_is_not_followed(void **state)
{
	(void)state;
	assert_end(REDIRECT, POST_ANSWERED, "");
	assert_int_equal(got.status, 302);
}

/* Nothing listens there; no such name. */
static void nothing_was_written(void **state)
{
	static const struct post_rules four = {.allow = "127.0.0.0/8", .plain = true, .total_ms = 700};
	char url[64];
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound, and nothing listens */

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(a.sin_port));
	ask(&here, url, GOOD);
	assert_int_equal(got.end, POST_REFUSED);
	assert_string_equal(reason, "no-connection");
	/* The name may have ::1 as well, which is not allowed: the allowed one was tried, and is what is down. */
	snprintf(url, sizeof url, "http://localhost:%d/", ntohs(a.sin_port));
	ask(&four, url, GOOD);
	assert_int_equal(got.end, POST_REFUSED);
	assert_string_equal(reason, "no-connection");
	close(fd);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", port); /* the server speaks no TLS */
	ask(&here, url, GARBAGE);
	assert_int_equal(got.end, POST_REFUSED);
}

/* By the URL, or by what its name stands for; the server sees nothing of it. */
static void forbidden_places(void **state)
{
	static const struct post_rules elsewhere = {.allow = "10.0.0.0/8", .plain = true, .total_ms = 700},
				       strict = {0};
	char url[64];
	int before = served;

	(void)state;
	ask(&elsewhere, here_url(), GOOD);
	assert_int_equal(got.end, POST_FORBIDDEN);
	snprintf(url, sizeof url, "http://localhost:%d/", port);
	ask(&elsewhere, url, GOOD);
	assert_int_equal(got.end, POST_FORBIDDEN);
	assert_string_equal(reason, "address-forbidden");
	ask(&strict, "https://localhost/", GOOD);
	assert_int_equal(got.end, POST_FORBIDDEN);
	/* A number is a name until the library makes an address of it. */
	ask(&strict, "https://0x7f000001/", GOOD);
	assert_int_equal(got.end, POST_FORBIDDEN);
	ask(&strict, "https://2130706433/", GOOD);
	assert_int_equal(got.end, POST_FORBIDDEN);
	ask(&strict, here_url(), GOOD);
	assert_int_equal(got.end, POST_FORBIDDEN);
	ask(&here, "file:///etc/passwd", GOOD);
	assert_int_equal(got.end, POST_FORBIDDEN);
	assert_int_equal(served, before);
	ask(&here, url, GOOD); /* the same name where its address is allowed */
	assert_int_equal(got.end, POST_ANSWERED);
}

static void a_cancelled_one_is_not_told(void **state)
{
	struct poster *p = poster_new(base, &here);
	struct channel_request r = {.method = "GET", .url = here_url()};
	struct post *one;

	(void)state;
	behaviour = GOOD;
	n_got = 0;
	one = post_send(p, &r, on_done, NULL);
	post_send(p, &r, on_done, NULL);
	post_cancel(one);
	event_base_dispatch(base);
	assert_int_equal(n_got, 1);
	assert_non_null(strstr(seen, "GET /hook?k=1 HTTP/1.1\r\n"));
	assert_int_equal(poster_under_way(p), 0);
	post_send(p, &r, on_done, NULL); /* given up with the poster */
	poster_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_whole_answer),
	    cmocka_unit_test(no_whole_answer),
	    cmocka_unit_test(a_redirect_is_not_followed),
	    cmocka_unit_test(nothing_was_written),
	    cmocka_unit_test(forbidden_places),
	    cmocka_unit_test(a_cancelled_one_is_not_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
