/* wire_http.c - what is read, what is refused, and that cutting the bytes changes nothing. */
#include "unit.h"
#include "wire/http.h"

#include <stdio.h>
#include <stdlib.h>

#define H "Host: a\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" H "\r\n"
#define WITH(headers) "POST /x HTTP/1.1\r\n" H headers "\r\n"
#define CHUNKED(body) WITH("Transfer-Encoding: chunked\r\n") body

/* What came of feeding bytes in pieces of `step`: 0 more is wanted, 1 a request, else the status.
 * `at` (if not NULL) is how many bytes were consumed then. */
static int fed(struct http *h, struct str in, size_t step, size_t *at)
{
	size_t done = 0;

	while (done < in.n) {
		size_t n = in.n - done < step ? in.n - done : step, used;
		enum http_result r = http_feed(h, (struct str){in.p + done, n}, &used);

		assert_true(used <= n);
		assert_true(r != HTTP_MORE || used == n);
		done += used;
		if (at)
			*at = done;
		if (r == HTTP_REQUEST)
			return 1;
		if (r == HTTP_REFUSED)
			return http_refused_status(h);
	}
	return 0;
}

static int verdict(struct str in, size_t step)
{
	struct http *h = http_new(0);
	int v = fed(h, in, step, NULL);

	http_free(h);
	return v;
}

#define CASE(expected, text)                                                                                 \
	{                                                                                                    \
		expected,                                                                                    \
		{                                                                                            \
			text, sizeof(text) - 1                                                               \
		}                                                                                            \
	}

static const struct {
	int expected;
	struct str in;
} cases[] = {
    /* read */
    CASE(1, GET("/")),
    CASE(1, GET("/v1/dispatches?after=1&wait=60")),
    CASE(1, GET("/a?")),
    CASE(1, GET("/a%20b")),
    CASE(1, GET("/%e6%bc%b3")),
    CASE(1, GET("/a%25b")),
    CASE(1, GET("/...")),
    CASE(1, GET("/a?b=%2F..%2f")),
    CASE(1, GET("/a?b")),
    CASE(1, GET("/a?b=c=d")),
    CASE(1, "HEAD / HTTP/1.1\r\n" H "\r\n"),
    CASE(1, "PUT / HTTP/1.1\r\n" H "\r\n"),
    CASE(1, "DELETE / HTTP/1.1\r\n" H "\r\n"),
    CASE(1, "GET / HTTP/1.0\r\n\r\n"),
    CASE(1, "GET / HTTP/1.1\r\nhOsT:\t[::1]:8110 \t\r\n\r\n"),
    CASE(1, "GET / HTTP/1.1\r\n" H "X-Empty:\r\nX-Empty: \r\n\r\n"),
    CASE(1, "GET / HTTP/1.1\r\n" H "X: a\tb\r\n\r\n"),
    CASE(1, "GET / HTTP/1.1\r\n" H "X: 漳平\r\n\r\n"),
    CASE(1, "GET / HTTP/1.1\r\n" H "Accept: a\r\nAccept: b\r\n\r\n"),
    CASE(1, "GET / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"),
    CASE(1, WITH("")),
    CASE(1, WITH("Content-Length: 3\r\n") "abc"),
    CASE(1, WITH("Content-Length: 0000000003\r\n") "abc"),
    CASE(1, CHUNKED("3\r\nabc\r\n0\r\n\r\n")),
    CASE(1, CHUNKED("00000003\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n")),
    CASE(1, CHUNKED("0\r\n\r\n")),
    CASE(1, WITH("Expect: 100-Continue\r\nContent-Length: 1\r\n") "a"),
    CASE(1, WITH("Expect: 100-continue\r\n")),
    /* not yet */
    CASE(0, ""),
    CASE(0, "GET / HTTP/1.1\r\n" H),
    CASE(0, WITH("Content-Length: 3\r\n") "ab"),
    CASE(0, CHUNKED("3\r\nabc\r\n0\r\n")),
    /* the request line */
    CASE(400, "\r\nGET / HTTP/1.1\r\n" H "\r\n"),
    CASE(400, " GET / HTTP/1.1\r\n" H "\r\n"),
    CASE(400, "GET  / HTTP/1.1\r\n" H "\r\n"),
    CASE(400, "GET /  HTTP/1.1\r\n" H "\r\n"),
    CASE(400, "GET / HTTP/1.1 \r\n" H "\r\n"),
    CASE(400, "GET\t/\tHTTP/1.1\r\n" H "\r\n"),
    CASE(400, "GET /\r\n\r\n"),
    CASE(400, "GET\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\n" H "\r\n"),
    CASE(400, "GET / HTTP/1.1\r\r\n" H "\r\n"),
    CASE(400, "GET /\0 HTTP/1.1\r\n" H "\r\n"),
    CASE(400, "GET /a b HTTP/1.1\r\n" H "\r\n"),
    CASE(400, "GET / http/1.1\r\n" H "\r\n"),
    CASE(400, "GET / HTTP/1\r\n" H "\r\n"),
    CASE(400, "GET / HTTP/11\r\n" H "\r\n"),
    CASE(400, "GET / HTTP/1.10\r\n" H "\r\n"),
    CASE(400, "GET / HTTP/ 1.1\r\n" H "\r\n"),
    CASE(505, "GET / HTTP/1.2\r\n" H "\r\n"),
    CASE(505, "GET / HTTP/9.9\r\n" H "\r\n"),
    CASE(505, "GET / HTTP/0.9\r\n" H "\r\n"),
    CASE(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    CASE(405, "OPTIONS * HTTP/1.1\r\n" H "\r\n"),
    CASE(405, "TRACE / HTTP/1.1\r\n" H "\r\n"),
    CASE(405, "PATCH / HTTP/1.1\r\n" H "\r\n"),
    CASE(405, "CONNECT a:80 HTTP/1.1\r\n" H "\r\n"),
    CASE(501, "get / HTTP/1.1\r\n" H "\r\n"),
    CASE(501, "BREW / HTTP/1.1\r\n" H "\r\n"),
    CASE(400, "G(T / HTTP/1.1\r\n" H "\r\n"),
    CASE(400, "\x16\x03\x01\x02"),
    CASE(400, "{\"jsonrpc\""),
    /* the target */
    CASE(400, GET("http://a/")),
    CASE(400, GET("*")),
    CASE(400, GET("a")),
    CASE(400, GET("//")),
    CASE(400, GET("/a//b")),
    CASE(400, GET("/..")),
    CASE(400, GET("/a/../b")),
    CASE(400, GET("/./a")),
    CASE(400, GET("/%2e%2e/a")),
    CASE(400, GET("/..%2fa")),
    CASE(400, GET("/a%2Fb")),
    CASE(400, GET("/a%5cb")),
    CASE(400, GET("/a\\b")),
    CASE(400, GET("/%00")),
    CASE(400, GET("/%0d%0aX:y")),
    CASE(400, GET("/%7f")),
    CASE(400, GET("/%")),
    CASE(400, GET("/%4")),
    CASE(400, GET("/%zz")),
    CASE(400, GET("/%c0%af")),
    CASE(400, GET("/%ed%a0%80")),
    CASE(400, GET("/%ff")),
    CASE(400, GET("/漳")),
    CASE(400, GET("/a#b")),
    CASE(400, GET("/\x7f")),
    CASE(400, GET("/?a=%00")),
    CASE(400, GET("/?a=%c0%af")),
    CASE(400, GET("/?a=%4")),
    CASE(400, GET("/?a=1&a=2")),
    CASE(400, GET("/?a=1&%61=2")),
    CASE(400, GET("/?=1")),
    CASE(400, GET("/?a&&b")),
    CASE(400, GET("/?a&")),
    CASE(400, GET("/?&a")),
    /* headers */
    CASE(400, "GET / HTTP/1.1\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H H "\r\n"),
    CASE(400, "GET / HTTP/1.0\r\n" H H "\r\n"),
    CASE(400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: a\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: a\x01\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: a\x7f\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: \xff\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X : a\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H ": a\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X(: a\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X\0: a\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n X: a\r\n" H "\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "Authorization: a\r\nauthorization: a\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "If-Match: a\r\nIf-Match: b\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n"),
    CASE(417, WITH("Expect: 200-ok\r\nContent-Length: 1\r\n")),
    CASE(417, WITH("Expect: 100-continue, x\r\nContent-Length: 1\r\n")),
    /* framing */
    CASE(400, WITH("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")),
    CASE(400, WITH("Content-Length: 3\r\nContent-Length: 3\r\n")),
    CASE(400, WITH("Content-Length: 3\r\nContent-Length: 30\r\n")),
    CASE(400, WITH("Content-Length: 3, 3\r\n")),
    CASE(400, WITH("Content-Length : 3\r\n")),
    CASE(400, WITH("Content-Length: +3\r\n")),
    CASE(400, WITH("Content-Length: -1\r\n")),
    CASE(400, WITH("Content-Length: 0x3\r\n")),
    CASE(400, WITH("Content-Length:\r\n")),
    CASE(400, WITH("Content-Length: 3 3\r\n")),
    CASE(400, WITH("Content-Length: 18446744073709551616\r\n")),
    CASE(400, WITH("Content-Length: 00000000003\r\n")),
    CASE(413, WITH("Content-Length: 9999999999\r\n")),
    CASE(413, WITH("Content-Length: 65537\r\n")),
    CASE(0, WITH("Content-Length: 65536\r\n")),
    CASE(400, WITH("Transfer-Encoding: gzip\r\n")),
    CASE(400, WITH("Transfer-Encoding: xchunked\r\n")),
    CASE(400, WITH("Transfer-Encoding: chunked, chunked\r\n")),
    CASE(400, WITH("Transfer-Encoding: gzip, chunked\r\n")),
    CASE(400, WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
    CASE(400, WITH("Transfer-Encoding: Chunked\r\n")),
    CASE(400, WITH("Transfer-Encoding: \"chunked\"\r\n")),
    CASE(400, WITH("Transfer-Encoding:\r\n")),
    CASE(400,
	WITH("Transfer-Encoding:\x0b"
	     "chunked\r\n")),
    CASE(400, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n"),
    CASE(400, "GET / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\n"),
    CASE(400, "HEAD / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"),
    /* chunks */
    CASE(400, CHUNKED("0x3\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("+3\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("-3\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED(" 3\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("3 \r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("3;a=b\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("g\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("3\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("3\r\nabc0\r\n\r\n")),
    CASE(400, CHUNKED("3\r\nabcd\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("3\r\nabc\n0\r\n\r\n")),
    CASE(400, CHUNKED("000000003\r\nabc\r\n0\r\n\r\n")),
    CASE(400, CHUNKED("0\r\nX: y\r\n\r\n")),
    CASE(400, CHUNKED("0\r\nContent-Length: 3\r\n\r\n")),
    CASE(400, CHUNKED("0\r\n\n")),
    CASE(413, CHUNKED("10001\r\n")),
    CASE(413, CHUNKED("FFFFFFFF\r\n")),
    CASE(413, CHUNKED("1\r\na\r\n10000\r\n")),
};

static void every_case_cut_in_every_size(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t step = 1; step <= cases[i].in.n + 1; step++) {
			int got = verdict(cases[i].in, step);

			if (got == cases[i].expected)
				continue;
			print_error("step %zu: got %d, expected %d:\n%.*s\n", step, got, cases[i].expected,
			    (int)cases[i].in.n, cases[i].in.p);
			wrong++;
			break;
		}
	assert_int_equal(wrong, 0);
}

/* A case of two pieces: the cut anywhere gives the same. */
static void every_case_cut_in_two(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t cut = 1; cut < cases[i].in.n; cut++) {
			struct http *h = http_new(0);
			struct str in = cases[i].in;
			int got = fed(h, (struct str){in.p, cut}, SIZE_MAX, NULL);

			if (got == 0)
				got = fed(h, (struct str){in.p + cut, in.n - cut}, SIZE_MAX, NULL);
			assert_int_equal(got, cases[i].expected);
			http_free(h);
		}
}

static int fed_text(const char *head, size_t fill, const char *tail, size_t step)
{
	size_t n = strlen(head) + fill + strlen(tail);
	char *in = malloc(n + 1);
	int v;

	strcpy(in, head);
	memset(in + strlen(head), 'x', fill);
	strcpy(in + strlen(head) + fill, tail);
	v = verdict((struct str){in, n}, step);
	free(in);
	return v;
}

/* "GET /" and " HTTP/1.1" are 14 bytes of the 8192. */
static void sizes_are_exact(void **state)
{
	static const size_t steps[] = {1, 7, 4096, SIZE_MAX};
	const char *line = " HTTP/1.1\r\n" H "\r\n";
	const char *head = "GET / HTTP/1.1\r\n" H "A: ";

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		assert_int_equal(fed_text("GET /", 8192 - 14, line, steps[i]), 1);
		assert_int_equal(fed_text("GET /", 8192 - 13, line, steps[i]), 414);
		assert_int_equal(fed_text("GET /", 100000, "", steps[i]), 414);
		/* 16 + 9 + 3 bytes before the value, 2 + 2 behind it */
		assert_int_equal(fed_text(head, 16384 - 32, "\r\n\r\n", steps[i]), 1);
		assert_int_equal(fed_text(head, 16384 - 31, "\r\n\r\n", steps[i]), 431);
		assert_int_equal(fed_text(head, 100000, "", steps[i]), 431);
		assert_int_equal(fed_text(WITH("Content-Length: 65536\r\n"), 65536, "", steps[i]), 1);
		assert_int_equal(fed_text(CHUNKED("10000\r\n"), 65536, "\r\n0\r\n\r\n", steps[i]), 1);
		assert_int_equal(fed_text(CHUNKED(""), 100000, "", steps[i]), 400);
	}
}

static void headers_are_counted(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int n = 63; n <= 64; n++) {
		buf_reset(&b);
		buf_text(&b, "GET / HTTP/1.1\r\n" H);
		for (int i = 0; i < n; i++)
			buf_printf(&b, "X-%d: y\r\n", i);
		buf_text(&b, "\r\n");
		assert_int_equal(verdict(buf_view(&b), 5), n == 63 ? 1 : 431);
	}
	for (int n = 32; n <= 33; n++) {
		buf_reset(&b);
		buf_text(&b, "GET /?");
		for (int i = 0; i < n; i++)
			buf_printf(&b, "%sx%d=1", i ? "&" : "", i);
		buf_text(&b, " HTTP/1.1\r\n" H "\r\n");
		assert_int_equal(verdict(buf_view(&b), 5), n == 32 ? 1 : 400);
	}
	buf_free(&b);
}

static void says_what_was_read(void **state)
{
	struct str in =
	    STR("POST /v1/%e6%bc%b3%20a/x?after=12&at=2026-03-02T08:00:00+08:00&q=%E5%B9%B3%2B&flag "
		"HTTP/1.1\r\n"
		"Host: liandong.example:8110\r\nIF-Match:  \"a b\" \r\nCookie: a\r\nCookie: b\r\n"
		"Content-Length: 4\r\n\r\n{\0}\nGET");

	(void)state;
	for (size_t step = 1; step < in.n; step++) {
		struct http *h = http_new(0);
		const struct http_request *r;
		size_t at;

		assert_int_equal(fed(h, in, step, &at), 1);
		assert_int_equal(at, in.n - 3);
		r = http_request(h);
		assert_int_equal(r->method, HTTP_POST);
		assert_string_equal(http_method_name(r->method), "POST");
		assert_int_equal(r->minor, 1);
		assert_true(r->keep_alive);
		assert_string_equal(r->path, "/v1/漳 a/x");
		assert_string_equal(r->host, "liandong.example:8110");
		assert_int_equal(r->n_query, 4);
		assert_string_equal(http_query(r, "after"), "12");
		assert_string_equal(http_query(r, "at"), "2026-03-02T08:00:00+08:00");
		assert_string_equal(http_query(r, "q"), "平+");
		assert_string_equal(http_query(r, "flag"), "");
		assert_null(http_query(r, "wait"));
		assert_string_equal(http_header(r, "if-match"), "\"a b\"");
		assert_string_equal(http_header(r, "cookie"), "a");
		assert_null(http_header(r, "accept"));
		assert_int_equal(r->body.n, 4);
		assert_memory_equal(r->body.p, "{\0}\n", 4);
		http_free(h);
	}
}

static void one_after_the_other(void **state)
{
	struct str in = STR("GET /1 HTTP/1.1\r\n" H "\r\n"
			    "POST /2?x=1 HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
			    "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
			    "POST /3 HTTP/1.1\r\n" H "Content-Length: 1\r\nConnection: x, Close\r\n\r\nz");

	(void)state;
	for (size_t step = 1; step <= in.n; step++) {
		struct http *h = http_new(0);
		struct str rest = in;
		char seen[200] = "";
		size_t at;

		for (int i = 0; i < 3; i++) {
			const struct http_request *r;

			assert_int_equal(http_phase(h), HTTP_IDLE);
			assert_int_equal(fed(h, rest, step, &at), 1);
			assert_int_equal(http_phase(h), HTTP_WHOLE);
			r = http_request(h);
			sprintf(seen + strlen(seen), "%s?%zu:%.*s:%d ", r->path, r->n_query, (int)r->body.n,
			    r->body.p, r->keep_alive);
			rest = (struct str){rest.p + at, rest.n - at};
			http_next(h);
		}
		assert_int_equal(rest.n, 0);
		assert_string_equal(seen, "/1?0::1 /2?1:abc:1 /3?0:z:0 ");
		http_free(h);
	}
}

static void leave_to_send_is_asked_once(void **state)
{
	struct str in = STR(WITH("Expect: 100-continue\r\nContent-Length: 2\r\n") "ab");
	struct http *h = http_new(0);
	size_t used;

	(void)state;
	assert_int_equal(http_feed(h, in, &used), HTTP_CONTINUE);
	assert_int_equal(used, in.n - 2);
	assert_int_equal(http_phase(h), HTTP_IN_BODY);
	assert_int_equal(http_feed(h, STR("a"), &used), HTTP_MORE);
	assert_int_equal(http_feed(h, STR("b"), &used), HTTP_REQUEST);
	http_free(h);
	/* HTTP/1.0 knows no interim answers. */
	h = http_new(0);
	in = STR("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
	assert_int_equal(http_feed(h, in, &used), HTTP_MORE);
	assert_int_equal(http_feed(h, STR("b"), &used), HTTP_REQUEST);
	assert_false(http_request(h)->keep_alive);
	assert_string_equal(http_request(h)->host, "");
	http_free(h);
}

static void a_refusal_is_for_ever(void **state)
{
	struct http *h = http_new(0);
	size_t used;

	(void)state;
	assert_int_equal(http_feed(h, STR("BREW / HTTP/1.1\r\n"), &used), HTTP_REFUSED);
	assert_int_equal(http_feed(h, STR(GET("/")), &used), HTTP_REFUSED);
	assert_int_equal(used, sizeof(GET("/")) - 1);
	assert_int_equal(http_refused_status(h), 501);
	assert_string_equal(http_refused_why(h, true), "unknown method");
	assert_string_equal(http_refused_why(h, false), "未知的方法");
	http_free(h);
	h = http_new(10);
	assert_int_equal(http_feed(h, STR(WITH("Content-Length: 11\r\n")), &used), HTTP_REFUSED);
	assert_int_equal(http_refused_status(h), 413);
	http_free(h);
}

/* ---- replies ---- */

#define AT INT64_C(1772409600000) /* Mon, 02 Mar 2026 00:00:00 GMT */
#define COMMON                                                                                               \
	"Date: Mon, 02 Mar 2026 00:00:00 GMT\r\nX-Content-Type-Options: "                                    \
	"nosniff\r\nReferrer-Policy: "                                                                       \
	"no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n"                                         \
	"Cross-Origin-Resource-Policy: same-origin\r\n"                                                      \
	"Permissions-Policy: geolocation=(self), camera=()\r\n"

static void writes_replies(void **state)
{
	struct buf out = {0};
	struct http_request get = {.method = HTTP_GET, .minor = 1, .keep_alive = true};
	struct http_request head = {.method = HTTP_HEAD, .minor = 1, .keep_alive = true};
	struct http_reply r = http_reply(&out, &get, 200, AT);

	(void)state;
	assert_true(http_set(&r, HTTP_F_ETAG, "\"1\""));
	http_body(&r, "application/json", STR("{}"));
	assert_true(r.keep_alive);
	assert_true(str_is(buf_view(&out),
	    "HTTP/1.1 200 OK\r\n" COMMON "ETag: \"1\"\r\nContent-Type: application/json\r\n"
	    "Content-Length: 2\r\nCache-Control: no-store\r\n\r\n{}"));
	buf_reset(&out);
	r = http_reply(&out, &head, 200, AT);
	http_set(&r, HTTP_F_CACHE_CONTROL, "max-age=60");
	http_body(&r, "text/plain", STR("abc"));
	assert_true(str_is(buf_view(&out),
	    "HTTP/1.1 200 OK\r\n" COMMON "Cache-Control: max-age=60\r\n"
	    "Content-Type: text/plain\r\nContent-Length: 3\r\n\r\n"));
	buf_reset(&out);
	r = http_reply(&out, &get, 304, AT);
	http_set_close(&r);
	http_empty(&r);
	assert_true(str_is(buf_view(&out),
	    "HTTP/1.1 304 Not Modified\r\n" COMMON "Cache-Control: no-store\r\nConnection: close\r\n\r\n"));
	buf_reset(&out);
	r = http_reply(&out, &get, 404, AT);
	http_problem(&r, "not-found", NULL, "没有\n", false);
	assert_true(str_is(buf_view(&out),
	    "HTTP/1.1 404 Not Found\r\n" COMMON "Content-Type: application/problem+json\r\n"
	    "Content-Length: 103\r\nCache-Control: no-store\r\n\r\n"
	    "{\"type\":\"about:blank\",\"title\":\"没有这个地址\",\"status\":404,\"code\":\"not-found\","
	    "\"detail\":\"没有\\n\"}"));
	buf_free(&out);
}

static void values_cannot_split_a_reply(void **state)
{
	static const char *const bad[] = {"a\r\nX: y", "a\n", "\r", "a\tb", "\x7f", "漳", "\x01"};
	struct buf out = {0};
	struct http_reply r = http_reply(&out, NULL, 200, AT);
	size_t n = out.n;

	(void)state;
	assert_false(r.keep_alive);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(http_set(&r, HTTP_F_LOCATION, bad[i]));
	assert_int_equal(out.n, n);
	buf_free(&out);
}

static void writes_streams(void **state)
{
	struct buf out = {0};
	struct http_request get = {.method = HTTP_GET, .minor = 1, .keep_alive = true};
	struct http_request old = {.method = HTTP_GET, .minor = 0};
	struct http_reply r;

	(void)state;
	r = http_reply(&out, &get, 200, AT);
	http_set(&r, HTTP_F_X_ACCEL_BUFFERING, "no");
	http_stream(&r, "text/event-stream");
	http_sse(&out, r.chunked, 17, "event", STR("{}"));
	http_sse(&out, r.chunked, 0, NULL, STR("{\"a\":1}"));
	http_chunk(&out, r.chunked, STR(": beat\n\n"));
	http_chunk(&out, r.chunked, STR(""));
	http_chunk_end(&out, r.chunked);
	assert_true(str_is(buf_view(&out),
	    "HTTP/1.1 200 OK\r\n" COMMON "X-Accel-Buffering: no\r\n"
	    "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
	    "Cache-Control: no-store\r\n\r\n"
	    "1e\r\nid: 17\nevent: event\ndata: {}\n\n\r\n"
	    "f\r\ndata: {\"a\":1}\n\n\r\n"
	    "8\r\n: beat\n\n\r\n"
	    "0\r\n\r\n"));
	buf_reset(&out); /* HTTP/1.0: to the end of the connection */
	r = http_reply(&out, &old, 200, AT);
	http_set_close(&r);
	http_stream(&r, "text/event-stream");
	http_sse(&out, r.chunked, 17, "event", STR("{}"));
	http_chunk(&out, r.chunked, STR(": beat\n\n"));
	http_chunk_end(&out, r.chunked);
	assert_true(str_is(buf_view(&out),
	    "HTTP/1.1 200 OK\r\n" COMMON
	    "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
	    "id: 17\nevent: event\ndata: {}\n\n: beat\n\n"));
	buf_free(&out);
}

static void refuses_with_a_problem(void **state)
{
	struct http *h = http_new(0);
	struct buf out = {0};
	size_t used;

	(void)state;
	http_feed(h, STR("TRACE / HTTP/1.1\r\n"), &used);
	http_refuse(&out, h, AT, true);
	assert_true(str_starts(buf_view(&out),
	    STR("HTTP/1.1 405 Method Not Allowed\r\n" COMMON "Allow: GET, HEAD, POST, PUT, DELETE\r\n")));
	buf_char(&out, 0);
	assert_non_null(strstr(out.p, "\r\nConnection: close\r\n\r\n{\"type\":\"about:blank\""));
	http_free(h);
	buf_free(&out);
}

/* Every status that reading can end with has a reason phrase. */
static void every_refusal_can_be_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (cases[i].expected > 1)
			assert_string_not_equal(http_reason(cases[i].expected), "Unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_case_cut_in_every_size),
	    cmocka_unit_test(every_case_cut_in_two),
	    cmocka_unit_test(sizes_are_exact),
	    cmocka_unit_test(headers_are_counted),
	    cmocka_unit_test(says_what_was_read),
	    cmocka_unit_test(one_after_the_other),
	    cmocka_unit_test(leave_to_send_is_asked_once),
	    cmocka_unit_test(a_refusal_is_for_ever),
	    cmocka_unit_test(writes_replies),
	    cmocka_unit_test(values_cannot_split_a_reply),
	    cmocka_unit_test(writes_streams),
	    cmocka_unit_test(refuses_with_a_problem),
	    cmocka_unit_test(every_refusal_can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
