/*
 * http.c - reading requests, strictly. Pure: a state machine over bytes, one function a state.
 *
 * What is decided depends on the bytes alone and never on how they were cut into reads: a line is
 * looked at when it is whole, or when no line end stands where the longest allowed would have it.
 * Texts of a request lie in the arena, its body in `body`; both are emptied by http_next.
 * http_reply.c writes the answers.
 */
#include "wire/http.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

/* Everything that is refused here: status, and why in both languages. */
#define REFUSALS(X)                                                                                          \
	X(FINE, 200, "", "")                                                                                 \
	X(LINE_END, 400, "每行必须以 CRLF 结束，行内不得有控制字符",                                         \
	    "a line must end with CRLF and hold no control characters")                                      \
	X(REQUEST_LINE, 400, "请求行必须是“方法 路径 HTTP/1.1”，各以一个空格分开",                           \
	    "the request line must be METHOD PATH HTTP/1.1 with one space between")                          \
	X(LINE_LONG, 414, "请求行超过 8192 字节", "the request line is longer than 8192 bytes")              \
	X(VERSION, 505, "只支持 HTTP/1.1 和 HTTP/1.0", "only HTTP/1.1 and HTTP/1.0 are spoken")              \
	X(METHOD, 405, "只支持 GET、HEAD、POST、PUT、DELETE",                                                \
	    "only GET, HEAD, POST, PUT and DELETE are served")                                               \
	X(METHOD_UNKNOWN, 501, "未知的方法", "unknown method")                                               \
	X(TARGET, 400, "路径必须以 / 开头，特殊字符须用 %XX 表示",                                           \
	    "the target must be a path that begins with / and encodes other characters as %XX")              \
	X(PATH, 400, "路径中不得有 .、..、//、%2F、%5C、控制字符或非 UTF-8 字节",                            \
	    "the path must not hold ., .., //, %2F, %5C, control characters or bytes that are not "          \
	    "UTF-8")                                                                                         \
	X(QUERY, 400, "查询参数必须是 名=值，以 & 分开，UTF-8 编码，最多 32 个",                             \
	    "the query must be name=value joined by &, in UTF-8, at most 32 of them")                        \
	X(QUERY_TWICE, 400, "查询参数重复", "a query parameter stands twice")                                \
	X(HEADER, 400, "请求头必须是“名称: 值”，不得折行，冒号前不得有空格",                                 \
	    "a header must be Name: value, not folded, without space before the colon")                      \
	X(HEADER_TWICE, 400, "只能出现一次的请求头重复", "a header that may stand once stands twice")        \
	X(HEAD_LARGE, 431, "请求头超过 64 个或 16384 字节", "more than 64 headers or 16384 bytes of them")   \
	X(HOST, 400, "必须有且只有一个正确的 Host 请求头", "exactly one well-formed Host header is needed")  \
	X(LENGTH, 400, "Content-Length 必须是 1 至 10 位数字", "Content-Length must be 1 to 10 digits")      \
	X(CODING, 400, "Transfer-Encoding 只能是 chunked，不得与 Content-Length 或 HTTP/1.0 并用",           \
	    "Transfer-Encoding must be chunked, without Content-Length, and of HTTP/1.1")                    \
	X(BODY_UNEXPECTED, 400, "GET 和 HEAD 请求不得有正文", "GET and HEAD take no body")                   \
	X(BODY_LARGE, 413, "正文太大", "the body is too large")                                              \
	X(CHUNK, 400, "分块格式错误：长度为 1 至 8 位十六进制数，不得有扩展或尾部",                          \
	    "malformed chunk: its size is 1 to 8 hex digits, without extensions and trailers")               \
	X(EXPECT, 417, "Expect 只能是 100-continue", "Expect can only be 100-continue")

enum http_fault {
#define X(name, status, zh, en) name,
	REFUSALS(X)
#undef X
};

static const struct {
	int status;
	const char *zh, *en;
} refusals[] = {
#define X(name, status, zh, en) [name] = {status, zh, en},
    REFUSALS(X)
#undef X
};

enum http_at {
	REQUEST_LINE_NEXT,
	HEADER_NEXT,
	BODY_NEXT,
	CHUNK_SIZE_NEXT,
	CHUNK_DATA_NEXT,
	CHUNK_END_NEXT,
	TRAILER_NEXT,
	WHOLE,
	REFUSED,
};

struct http {
	enum http_at state;
	enum http_fault why;
	size_t body_max;  /* of any request */
	size_t body_most; /* of this one */
	http_body_rule *rule;
	void *rule_arg;
	size_t head_bytes; /* of the head, so far, with line ends */
	size_t left;       /* of the body or the chunk */
	bool host, chunked;
	struct buf line; /* the beginning of a line that is not yet whole */
	struct buf body;
	struct arena *arena;
	struct http_request request;
};

/* Classes of characters, one bit each. */
enum { TOKEN = 1, TARGET_CHAR = 2, HOST_CHAR = 4 };

static const unsigned char classes[256] = {
    ['0' ... '9'] = TOKEN | TARGET_CHAR | HOST_CHAR,
    ['A' ... 'Z'] = TOKEN | TARGET_CHAR | HOST_CHAR,
    ['a' ... 'z'] = TOKEN | TARGET_CHAR | HOST_CHAR,
    ['-'] = TOKEN | TARGET_CHAR | HOST_CHAR,
    ['.'] = TOKEN | TARGET_CHAR | HOST_CHAR,
    ['_'] = TOKEN | TARGET_CHAR | HOST_CHAR,
    ['~'] = TOKEN | TARGET_CHAR,
    ['!'] = TOKEN | TARGET_CHAR,
    ['$'] = TOKEN | TARGET_CHAR,
    ['&'] = TOKEN | TARGET_CHAR,
    ['\''] = TOKEN | TARGET_CHAR,
    ['*'] = TOKEN | TARGET_CHAR,
    ['+'] = TOKEN | TARGET_CHAR,
    ['%'] = TOKEN | TARGET_CHAR,
    ['#'] = TOKEN,
    ['^'] = TOKEN,
    ['`'] = TOKEN,
    ['|'] = TOKEN,
    ['('] = TARGET_CHAR,
    [')'] = TARGET_CHAR,
    [','] = TARGET_CHAR,
    [';'] = TARGET_CHAR,
    ['='] = TARGET_CHAR,
    ['@'] = TARGET_CHAR,
    ['/'] = TARGET_CHAR,
    ['?'] = TARGET_CHAR,
    [':'] = TARGET_CHAR | HOST_CHAR,
    ['['] = HOST_CHAR,
    [']'] = HOST_CHAR,
};

static bool all_of(struct str s, unsigned char class)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(classes[(unsigned char)s.p[i]] & class))
			return false;
	return true;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return true;
	return false;
}

/* The value of a hex digit, -1 if it is none. */
static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static struct str str_from(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

static enum http_result refuse(struct http *h, enum http_fault why)
{
	h->state = REFUSED;
	h->why = why;
	return HTTP_REFUSED;
}

struct http *http_new(size_t body_max)
{
	struct http *h = xalloc(sizeof(*h));

	*h = (struct http){.body_max = body_max ? body_max : HTTP_BODY_MAX};
	return h;
}

void http_body_ruled(struct http *h, http_body_rule *rule, void *arg)
{
	h->rule = rule;
	h->rule_arg = arg;
}

/* Tokens and personal data are in what was read. */
static void wipe(struct http *h)
{
	buf_wipe(&h->line);
	buf_wipe(&h->body);
	if (h->arena)
		arena_wipe(h->arena);
}

void http_free(struct http *h)
{
	if (!h)
		return;
	wipe(h);
	buf_free(&h->line);
	buf_free(&h->body);
	arena_free(h->arena);
	free(h);
}

/* What an idle connection keeps is small: a large request gives its memory back. */
#define KEEP_BYTES ((size_t)8 * 1024)

void http_next(struct http *h)
{
	assert(h->state == WHOLE && "only a whole request is followed by a next one");
	wipe(h);
	if (h->body.cap > KEEP_BYTES)
		buf_free(&h->body);
	if (h->line.cap > KEEP_BYTES)
		buf_free(&h->line);
	if (arena_size(h->arena) > KEEP_BYTES) {
		arena_free(h->arena);
		h->arena = NULL;
	}
	h->state = REQUEST_LINE_NEXT;
	h->head_bytes = h->left = 0;
	h->host = h->chunked = false;
}

const struct http_request *http_request(const struct http *h)
{
	assert(h->state == WHOLE && "a request is read when it is whole");
	return &h->request;
}

enum http_phase http_phase(const struct http *h)
{
	if (h->state == REQUEST_LINE_NEXT && h->line.n == 0)
		return HTTP_IDLE;
	if (h->state <= HEADER_NEXT)
		return HTTP_IN_HEAD;
	return h->state < WHOLE ? HTTP_IN_BODY : HTTP_WHOLE;
}

int http_refused_status(const struct http *h)
{
	assert(h->state == REFUSED && "a reason is asked for after a refusal");
	return refusals[h->why].status;
}

const char *http_refused_why(const struct http *h, bool english)
{
	assert(h->state == REFUSED && "a reason is asked for after a refusal");
	return english ? refusals[h->why].en : refusals[h->why].zh;
}

const char *http_header(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (strcmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return NULL;
}

const char *http_query(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->n_query; i++)
		if (strcmp(r->query[i].name, name) == 0)
			return r->query[i].value;
	return NULL;
}

/* ---- lines ---- */

enum line_result { LINE_MORE, LINE_WHOLE, LINE_OVER, LINE_BAD };

/* Takes the next line, of at most `max` bytes without its CRLF, from the front of *rest. The line
 * lies in *rest or in h->line and holds until the next call. */
static enum line_result take_line(struct http *h, struct str *rest, size_t max, struct str *line)
{
	size_t room = max + 2 - h->line.n;
	size_t n = rest->n < room ? rest->n : room;
	const char *end = memchr(rest->p, '\n', n);

	if (end)
		n = (size_t)(end - rest->p) + 1;
	if (end && h->line.n == 0) {
		*line = (struct str){rest->p, n};
	} else {
		buf_add(&h->line, rest->p, n);
		*line = buf_view(&h->line);
	}
	*rest = str_from(*rest, n);
	if (!end)
		return h->line.n == max + 2 ? LINE_OVER : LINE_MORE;
	buf_reset(&h->line);
	if (line->n < 2 || line->p[line->n - 2] != '\r')
		return LINE_BAD;
	line->n -= 2;
	return LINE_WHOLE;
}

/* ---- the request line ---- */

/* %XX to bytes, once. False where it is malformed, or gives a control character, bytes that are not
 * UTF-8, or one of `never`. */
static bool decode(struct arena *a, struct str raw, const char *never, const char **out)
{
	char *z = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		int high, low, c;

		if (raw.p[i] != '%') {
			z[n++] = raw.p[i];
			continue;
		}
		if (raw.n - i < 3)
			return false;
		high = hex_value(raw.p[i + 1]);
		low = hex_value(raw.p[i + 2]);
		c = high * 16 + low;
		if (high < 0 || low < 0 || c == 0 || strchr(never, c))
			return false;
		z[n++] = (char)c;
		i += 2;
	}
	*out = z;
	return !has_control((struct str){z, n}) && utf8_valid((struct str){z, n}, NULL);
}

/* No segment is empty but the last, none is "." or "..". */
static bool plain_segments(const char *path)
{
	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		if (n == 0 && *path)
			return false;
		if ((n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += n;
	}
	return true;
}

static enum http_fault read_pair(struct http *h, struct str raw)
{
	struct http_request *r = &h->request;
	const char *equals = memchr(raw.p, '=', raw.n);
	size_t n = equals ? (size_t)(equals - raw.p) : raw.n;
	struct str value = equals ? str_from(raw, n + 1) : STR("");
	struct http_pair pair;

	if (n == 0 || r->n_query == HTTP_QUERY_MAX)
		return QUERY;
	if (!decode(h->arena, (struct str){raw.p, n}, "", &pair.name) ||
	    !decode(h->arena, value, "", &pair.value))
		return QUERY;
	if (http_query(r, pair.name))
		return QUERY_TWICE;
	r->query[r->n_query++] = pair;
	return FINE;
}

static enum http_fault read_query(struct http *h, struct str raw)
{
	while (raw.n > 0) {
		const char *amp = memchr(raw.p, '&', raw.n);
		size_t n = amp ? (size_t)(amp - raw.p) : raw.n;
		enum http_fault why = read_pair(h, (struct str){raw.p, n});

		if (why != FINE)
			return why;
		if (amp && n + 1 == raw.n)
			return QUERY;
		raw = str_from(raw, amp ? n + 1 : n);
	}
	return FINE;
}

static enum http_fault read_target(struct http *h, struct str raw)
{
	const char *mark = memchr(raw.p, '?', raw.n);
	struct str path = {raw.p, mark ? (size_t)(mark - raw.p) : raw.n};

	if (raw.n == 0 || raw.p[0] != '/' || !all_of(raw, TARGET_CHAR))
		return TARGET;
	if (!decode(h->arena, path, "/\\", &h->request.path) || !plain_segments(h->request.path))
		return PATH;
	return mark ? read_query(h, str_from(raw, path.n + 1)) : FINE;
}

static const char *const methods[] = {
    [HTTP_GET] = "GET",
    [HTTP_HEAD] = "HEAD",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_DELETE] = "DELETE",
};

const char *http_method_name(enum http_method m)
{
	return methods[m];
}

static enum http_fault read_method(struct http *h, struct str s)
{
	static const char *const known[] = {"OPTIONS", "PATCH", "TRACE", "CONNECT"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (str_is(s, methods[i])) {
			h->request.method = (enum http_method)i;
			return FINE;
		}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_is(s, known[i]))
			return METHOD;
	return METHOD_UNKNOWN;
}

static enum http_fault read_version(struct http *h, struct str s)
{
	if (s.n != 8 || !str_starts(s, STR("HTTP/")) || !is_digit(s.p[5]) || s.p[6] != '.' ||
	    !is_digit(s.p[7]))
		return REQUEST_LINE;
	if (s.p[5] != '1' || s.p[7] > '1')
		return VERSION;
	h->request.minor = s.p[7] - '0';
	return FINE;
}

/* METHOD SP TARGET SP VERSION. The version is looked at first: the rest of another version's line
 * means what that version says. */
static enum http_fault read_request_line(struct http *h, struct str line)
{
	const char *first = memchr(line.p, ' ', line.n), *last = memrchr(line.p, ' ', line.n);
	struct str method, target, version;
	enum http_fault why;

	if (has_control(line))
		return LINE_END;
	if (!first || first == last)
		return REQUEST_LINE;
	method = (struct str){line.p, (size_t)(first - line.p)};
	target = (struct str){first + 1, (size_t)(last - first - 1)};
	version = str_from(line, (size_t)(last - line.p) + 1);
	if (method.n == 0 || !all_of(method, TOKEN) || memchr(target.p, ' ', target.n))
		return REQUEST_LINE;
	if ((why = read_version(h, version)) != FINE)
		return why;
	if ((why = read_method(h, method)) != FINE)
		return why;
	return read_target(h, target);
}

static enum http_result request_line(struct http *h, struct str *rest)
{
	struct str line;
	enum http_fault why;

	/* A TLS hello, an empty line, a stray byte: no line end need be waited for. */
	if (h->line.n == 0 && !(classes[(unsigned char)rest->p[0]] & TOKEN))
		return refuse(h, REQUEST_LINE);
	switch (take_line(h, rest, HTTP_LINE_MAX, &line)) {
	case LINE_MORE:
		return HTTP_MORE;
	case LINE_OVER:
		return refuse(h, LINE_LONG);
	case LINE_BAD:
		return refuse(h, LINE_END);
	case LINE_WHOLE:
		break;
	}
	h->head_bytes = line.n + 2;
	if (!h->arena)
		h->arena = arena_new();
	h->request.n_headers = h->request.n_query = 0;
	h->request.body = STR("");
	h->request.host = "";
	if ((why = read_request_line(h, line)) != FINE)
		return refuse(h, why);
	h->state = HEADER_NEXT;
	return HTTP_MORE;
}

/* ---- headers ---- */

/* Headers with one value: two of them could be read as either. */
static const char *const singles[] = {
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "origin",
    "range",
    "referer",
    "sec-fetch-site",
    "transfer-encoding",
    "user-agent",
};

static bool is_single(const char *name)
{
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
		if (strcmp(name, singles[i]) == 0)
			return true;
	return false;
}

static struct str trimmed(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Any character but controls, of which the tab is allowed. */
static bool value_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7F)
			return false;
	return utf8_valid(s, NULL);
}

static enum http_fault read_header(struct http *h, struct str line)
{
	struct http_request *r = &h->request;
	const char *colon = memchr(line.p, ':', line.n);
	size_t n = colon ? (size_t)(colon - line.p) : 0;
	struct str value = trimmed(str_from(line, colon ? n + 1 : line.n));
	char *name;

	if (n == 0 || !all_of((struct str){line.p, n}, TOKEN))
		return HEADER;
	if (!value_valid(value))
		return HEADER;
	if (r->n_headers == HTTP_HEADERS_MAX)
		return HEAD_LARGE;
	name = arena_str(h->arena, (struct str){line.p, n});
	for (size_t i = 0; i < n; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] | 0x20);
	if (is_single(name) && http_header(r, name))
		return HEADER_TWICE;
	r->headers[r->n_headers++] = (struct http_pair){name, arena_str(h->arena, value)};
	return FINE;
}

static enum http_fault read_host(struct http *h)
{
	const char *host = http_header(&h->request, "host");

	if (!host)
		return h->request.minor == 0 ? FINE : HOST;
	if (!*host || !all_of(str_of(host), HOST_CHAR))
		return HOST;
	h->request.host = host;
	return FINE;
}

static enum http_fault read_length(struct http *h, const char *text)
{
	struct str s = str_of(text);
	size_t v = 0;

	if (s.n < 1 || s.n > 10)
		return LENGTH;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return LENGTH;
		v = v * 10 + (size_t)(s.p[i] - '0');
	}
	h->left = v;
	return v > h->body_most ? BODY_LARGE : FINE;
}

/* Where the body ends: RFC 9112 6, with everything doubtful refused. */
static enum http_fault read_framing(struct http *h)
{
	const struct http_request *r = &h->request;
	const char *coding = http_header(r, "transfer-encoding");
	const char *length = http_header(r, "content-length");
	enum http_fault why;

	h->body_most = h->rule ? h->rule(h->rule_arg, r) : h->body_max;
	h->chunked = coding != NULL;
	if (coding && (length || r->minor == 0 || strcmp(coding, "chunked") != 0))
		return CODING;
	if (length && (why = read_length(h, length)) != FINE)
		return why;
	if ((h->chunked || h->left > 0) && (r->method == HTTP_GET || r->method == HTTP_HEAD))
		return BODY_UNEXPECTED;
	return FINE;
}

/* Is the word one of the comma-separated ones of any Connection header? */
static bool connection_says(const struct http_request *r, const char *word)
{
	for (size_t i = 0; i < r->n_headers; i++) {
		const char *p = r->headers[i].value;

		if (strcmp(r->headers[i].name, "connection") != 0)
			continue;
		while (*p) {
			size_t n = strcspn(p, ",");
			struct str one = trimmed((struct str){p, n});

			if (one.n == strlen(word) && strncasecmp(one.p, word, one.n) == 0)
				return true;
			p += n + (p[n] == ',');
		}
	}
	return false;
}

static enum http_result whole(struct http *h)
{
	h->request.body = buf_view(&h->body);
	h->state = WHOLE;
	return HTTP_REQUEST;
}

static enum http_result head_done(struct http *h)
{
	const char *expect = http_header(&h->request, "expect");
	enum http_fault why;

	if ((why = read_host(h)) != FINE || (why = read_framing(h)) != FINE)
		return refuse(h, why);
	if (expect && strcasecmp(expect, "100-continue") != 0)
		return refuse(h, EXPECT);
	h->request.keep_alive = h->request.minor == 1 && !connection_says(&h->request, "close");
	if (!h->chunked && h->left == 0)
		return whole(h);
	h->state = h->chunked ? CHUNK_SIZE_NEXT : BODY_NEXT;
	return expect && h->request.minor == 1 ? HTTP_CONTINUE : HTTP_MORE;
}

static enum http_result header(struct http *h, struct str *rest)
{
	size_t left = HTTP_HEAD_MAX - h->head_bytes;
	struct str line;
	enum http_fault why;

	if (left < 2)
		return refuse(h, HEAD_LARGE);
	switch (take_line(h, rest, left - 2, &line)) {
	case LINE_MORE:
		return HTTP_MORE;
	case LINE_OVER:
		return refuse(h, HEAD_LARGE);
	case LINE_BAD:
		return refuse(h, LINE_END);
	case LINE_WHOLE:
		break;
	}
	h->head_bytes += line.n + 2;
	if (line.n == 0)
		return head_done(h);
	if ((why = read_header(h, line)) != FINE)
		return refuse(h, why);
	return HTTP_MORE;
}

/* ---- bodies ---- */

/* Takes up to h->left bytes; true when they are all there. */
static bool take_body(struct http *h, struct str *rest)
{
	size_t n = rest->n < h->left ? rest->n : h->left;

	buf_add(&h->body, rest->p, n);
	*rest = str_from(*rest, n);
	h->left -= n;
	return h->left == 0;
}

static enum http_result body(struct http *h, struct str *rest)
{
	return take_body(h, rest) ? whole(h) : HTTP_MORE;
}

/* The eight digits that are the longest size allowed. */
#define CHUNK_LINE_MAX 8

static enum http_result chunk_size(struct http *h, struct str *rest)
{
	struct str line;
	enum line_result got = take_line(h, rest, CHUNK_LINE_MAX, &line);
	size_t size = 0;

	if (got == LINE_MORE)
		return HTTP_MORE;
	if (got != LINE_WHOLE || line.n == 0)
		return refuse(h, CHUNK);
	for (size_t i = 0; i < line.n; i++) {
		int digit = hex_value(line.p[i]);

		if (digit < 0)
			return refuse(h, CHUNK);
		size = size * 16 + (size_t)digit;
	}
	if (size > h->body_most - h->body.n)
		return refuse(h, BODY_LARGE);
	h->left = size;
	h->state = size ? CHUNK_DATA_NEXT : TRAILER_NEXT;
	return HTTP_MORE;
}

static enum http_result chunk_data(struct http *h, struct str *rest)
{
	if (take_body(h, rest))
		h->state = CHUNK_END_NEXT;
	return HTTP_MORE;
}

/* The CRLF behind a chunk, or behind the last one: with a trailer something else stands there. */
static enum http_result chunk_end(struct http *h, struct str *rest)
{
	struct str line;
	enum line_result got = take_line(h, rest, 0, &line);

	if (got == LINE_MORE)
		return HTTP_MORE;
	if (got != LINE_WHOLE)
		return refuse(h, CHUNK);
	if (h->state == TRAILER_NEXT)
		return whole(h);
	h->state = CHUNK_SIZE_NEXT;
	return HTTP_MORE;
}

static enum http_result (*const steps[])(struct http *h, struct str *rest) = {
    [REQUEST_LINE_NEXT] = request_line,
    [HEADER_NEXT] = header,
    [BODY_NEXT] = body,
    [CHUNK_SIZE_NEXT] = chunk_size,
    [CHUNK_DATA_NEXT] = chunk_data,
    [CHUNK_END_NEXT] = chunk_end,
    [TRAILER_NEXT] = chunk_end,
};

enum http_result http_feed(struct http *h, struct str bytes, size_t *used)
{
	enum http_result result = HTTP_MORE;
	struct str rest = bytes;

	assert(h->state != WHOLE && "http_next stands between two requests");
	if (h->state == REFUSED)
		result = HTTP_REFUSED;
	while (result == HTTP_MORE && rest.n > 0)
		result = steps[h->state](h, &rest);
	*used = result == HTTP_REFUSED ? bytes.n : bytes.n - rest.n;
	return result;
}
