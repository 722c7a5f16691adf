/*
 * http.h - strict HTTP/1.1: bytes to requests, and replies to bytes. Pure: no loop, no clock, no
 * socket; the same bytes give the same requests however they were cut into reads.
 *
 * Strict means that what two programs could read in two ways is refused, never repaired: lines end
 * with CRLF; one Host; a body has one Content-Length of 1-10 digits or Transfer-Encoding: chunked,
 * not both; no folding, no extensions of chunks, no trailers; origin-form targets that are decoded
 * once and hold no ".", "..", "//", %2f, %5c, control characters or bad UTF-8; a header that may
 * stand once stands once. After a refusal the connection is of no use: answer (http_refuse), close.
 *
 * How it is used, in on_input of a connection:
 *
 *	while (used < n && !waiting)
 *		switch (http_feed(h, rest, &step)) {      // used += step
 *		case HTTP_MORE:     break;                // consumed all of it
 *		case HTTP_CONTINUE: http_continue(out);   // the client waits for leave to send its body
 *		case HTTP_REQUEST:  answer http_request(h), now or later; then http_next(h)
 *		case HTTP_REFUSED:  http_refuse(out, h, now, lang); conn_finish(c)
 *		}
 *
 * One request is in flight at a time: while it is, pipelined bytes stay unconsumed; after http_next
 * call conn_resume to have them offered again.
 */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H
#include "base/buf.h"

#define HTTP_LINE_MAX ((size_t)8 * 1024)  /* the request line */
#define HTTP_HEAD_MAX ((size_t)16 * 1024) /* request line and headers together */
#define HTTP_HEADERS_MAX 64
#define HTTP_QUERY_MAX 32
#define HTTP_BODY_MAX ((size_t)64 * 1024) /* default */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE };
const char *http_method_name(enum http_method m);

struct http_pair {
	const char *name, *value;
};

/* All texts are NUL-terminated and hold no other NUL; they live until http_next or http_free. */
struct http_request {
	enum http_method method;
	int minor;        /* HTTP/1.0 or 1.1 */
	bool keep_alive;  /* the client would go on after this one; never of 1.0 */
	const char *path; /* decoded once; begins with '/'; valid UTF-8 without control characters */
	const char *host; /* as sent; is it one of ours? the caller asks. "" only of 1.0 */
	struct http_pair headers[HTTP_HEADERS_MAX]; /* names in lower case, values trimmed, UTF-8 */
	size_t n_headers;
	struct http_pair query[HTTP_QUERY_MAX]; /* decoded, each name once; '+' is a plus, not a space */
	size_t n_query;
	struct str body; /* whole, de-chunked */
};

/* NULL where it is not there. The name in lower case. Headers that may be repeated (accept, cookie,
 * via, x-...) give the first; authorization, content-type, if-match, idempotency-key and the others
 * that may stand only once are refused before. */
const char *http_header(const struct http_request *r, const char *name);
const char *http_query(const struct http_request *r, const char *name);

struct http;

enum http_result { HTTP_MORE, HTTP_CONTINUE, HTTP_REQUEST, HTTP_REFUSED };

/* For the deadlines: waiting for a first byte, inside the head, inside the body, a request is whole. */
enum http_phase { HTTP_IDLE, HTTP_IN_HEAD, HTTP_IN_BODY, HTTP_WHOLE };

/* body_max 0: the default. */
struct http *http_new(size_t body_max);
/* Some requests may bring more: asked once the head is there, gives how much, never less than body_max. */
typedef size_t http_body_rule(void *arg, const struct http_request *r);
void http_body_ruled(struct http *h, http_body_rule *rule, void *arg);
void http_free(struct http *h);
/* Reads on. *used: how many of the bytes are consumed; with HTTP_MORE and HTTP_REFUSED all of them,
 * with HTTP_REQUEST those up to its end. After HTTP_REQUEST, http_next must come before the next
 * feed; after HTTP_REFUSED every feed says so again. */
enum http_result http_feed(struct http *h, struct str bytes, size_t *used);
const struct http_request *http_request(const struct http *h);
void http_next(struct http *h);
enum http_phase http_phase(const struct http *h);
/* After HTTP_REFUSED: 400, 405, 411 ..., and what was wrong in a sentence. */
int http_refused_status(const struct http *h);
const char *http_refused_why(const struct http *h, bool english);

/*
 * Replies. A reply is written into a buffer (conn_out) in the order: http_reply, http_set ..., one of
 * http_body, http_problem, http_empty, http_stream. Every reply carries Date,
 * HTTP_SECURITY_HEADERS, and Cache-Control: no-store unless it is set.
 */
#define HTTP_FIELDS(X)                                                                                       \
	X(HTTP_F_ALLOW, "Allow")                                                                             \
	X(HTTP_F_CACHE_CONTROL, "Cache-Control")                                                             \
	X(HTTP_F_CONTENT_DISPOSITION, "Content-Disposition")                                                 \
	X(HTTP_F_CONTENT_ENCODING, "Content-Encoding")                                                       \
	X(HTTP_F_CONTENT_LANGUAGE, "Content-Language")                                                       \
	X(HTTP_F_CONTENT_SECURITY_POLICY, "Content-Security-Policy")                                         \
	X(HTTP_F_ETAG, "ETag")                                                                               \
	X(HTTP_F_LINK, "Link")                                                                               \
	X(HTTP_F_LOCATION, "Location")                                                                       \
	X(HTTP_F_RETRY_AFTER, "Retry-After")                                                                 \
	X(HTTP_F_SET_COOKIE, "Set-Cookie")                                                                   \
	X(HTTP_F_STRICT_TRANSPORT_SECURITY, "Strict-Transport-Security")                                     \
	X(HTTP_F_VARY, "Vary")                                                                               \
	X(HTTP_F_WWW_AUTHENTICATE, "WWW-Authenticate")                                                       \
	X(HTTP_F_X_ACCEL_BUFFERING, "X-Accel-Buffering")

enum http_field {
#define X(name, text) name,
	HTTP_FIELDS(X)
#undef X
};

/* What every reply says to browsers. */
#define HTTP_SECURITY_HEADERS                                                                                \
	"X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"                                \
	"Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n"           \
	"Permissions-Policy: geolocation=(self), camera=()\r\n"

struct http_reply {
	struct buf *out;
	int status;
	bool head_only;  /* HEAD: the headers of the body, and no body */
	bool keep_alive; /* after the reply; false: conn_finish */
	bool cache_set;
	bool chunked; /* a body of unknown length comes in chunks; to HTTP/1.0 it ends with the connection */
};

/* The status line and the headers every reply has. `request` NULL: none could be read, so the
 * connection closes after it. now_ms: the instant for Date. */
struct http_reply http_reply(struct buf *out, const struct http_request *request, int status, int64_t now_ms);
/* The connection closes after this reply. */
void http_set_close(struct http_reply *r);
/* False, and nothing is written, where the value holds anything but printable ASCII and spaces. */
bool http_set(struct http_reply *r, enum http_field field, const char *value);
/* Content-Type, Content-Length, the end of the head, the body. type is one of ours: a literal. */
void http_body(struct http_reply *r, const char *type, struct str body);
/* The same without the body, of so many bytes, which follow by hand; none to HEAD. */
void http_head(struct http_reply *r, const char *type, size_t length);
/* No body: 204 and 304 without, everything else with Content-Length: 0. */
void http_empty(struct http_reply *r);
/* Starts a body of unknown length, which HEAD has not; http_chunk ... and http_chunk_end go on, told
 * r->chunked. Without chunks the connection has to close after it (http_set_close). */
void http_stream(struct http_reply *r, const char *type);
void http_chunk(struct buf *out, bool chunked, struct str bytes);
void http_chunk_end(struct buf *out, bool chunked);
/* A server-sent event as one chunk: id (0: none), event (NULL: "message"), one line of data. */
void http_sse(struct buf *out, bool chunked, int64_t id, const char *event, struct str data);

/* An application/problem+json body (RFC 9457): type, title, status, code, field, detail. field and
 * detail may be NULL. */
void http_problem(struct http_reply *r, const char *code, const char *field, const char *detail,
    bool english);
/* The interim 100. */
void http_continue(struct buf *out);
/* The reply to what was refused. */
void http_refuse(struct buf *out, const struct http *h, int64_t now_ms, bool english);
/* "Not Found" */
const char *http_reason(int status);
/* The same in Chinese, for people; in English where it has none. */
const char *http_title(int status, bool english);

#endif
