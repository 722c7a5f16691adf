/*
 * http_reply.c - writing replies. A header's name comes from the list in http.h and its value is
 * checked, so nothing that a client sent can end a line or start a header.
 */
#include "wire/http.h"
#include "base/json.h"
#include "base/time.h"

#include <assert.h>
#include <stdio.h>

static const struct {
	int status;
	const char *reason, *zh; /* zh: of an error, for people */
} reasons[] = {
    {200, "OK", NULL},
    {201, "Created", NULL},
    {202, "Accepted", NULL},
    {204, "No Content", NULL},
    {303, "See Other", NULL},
    {304, "Not Modified", NULL},
    {307, "Temporary Redirect", NULL},
    {308, "Permanent Redirect", NULL},
    {400, "Bad Request", "请求有误"},
    {401, "Unauthorized", "没有登录"},
    {403, "Forbidden", "没有权限"},
    {404, "Not Found", "没有这个地址"},
    {405, "Method Not Allowed", "这个地址不接受这种方法"},
    {406, "Not Acceptable", "没有这种格式"},
    {408, "Request Timeout", "请求超时"},
    {409, "Conflict", "与现状冲突"},
    {410, "Gone", "已经没有了"},
    {411, "Length Required", "没有写明长度"},
    {412, "Precondition Failed", "前提已变"},
    {413, "Content Too Large", "内容太大"},
    {414, "URI Too Long", "地址太长"},
    {415, "Unsupported Media Type", "不接受这种格式"},
    {417, "Expectation Failed", "不能照办"},
    {421, "Misdirected Request", "找错了服务器"},
    {422, "Unprocessable Content", "内容有误"},
    {426, "Upgrade Required", "要换协议"},
    {428, "Precondition Required", "要写明前提"},
    {429, "Too Many Requests", "请求太多"},
    {431, "Request Header Fields Too Large", "请求头太大"},
    {500, "Internal Server Error", "内部错误"},
    {501, "Not Implemented", "没有实现"},
    {503, "Service Unavailable", "暂时不能服务"},
    {504, "Gateway Timeout", "没有等到答复"},
    {505, "HTTP Version Not Supported", "不支持这个 HTTP 版本"},
};

const char *http_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	assert(!"a status that http_reply.c does not list");
	return "Unknown";
}

const char *http_title(int status, bool english)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status && reasons[i].zh && !english)
			return reasons[i].zh;
	return http_reason(status);
}

/* Mon, 02 Mar 2026 00:00:00 GMT */
static void write_date(struct buf *out, int64_t now_ms)
{
	static const char days[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char months[12][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t utc = now_ms - CITY_OFFSET_MS; /* local_day of this is the day in Greenwich */
	int64_t day = local_day(utc);
	int second = (int)((utc - day_start(day)) / SECOND_MS);
	struct date d = day_date(day);

	buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[day_weekday(day)], d.day,
	    months[d.month - 1], d.year, second / 3600, second / 60 % 60, second % 60);
}

struct http_reply http_reply(struct buf *out, const struct http_request *request, int status, int64_t now_ms)
{
	struct http_reply r = {
	    .out = out,
	    .status = status,
	    .head_only = request && request->method == HTTP_HEAD,
	    .keep_alive = request && request->keep_alive,
	    .chunked = request && request->minor == 1,
	};

	buf_printf(out, "HTTP/1.1 %d %s\r\n", status, http_reason(status));
	write_date(out, now_ms);
	buf_text(out, HTTP_SECURITY_HEADERS);
	return r;
}

void http_set_close(struct http_reply *r)
{
	r->keep_alive = false;
}

static void header(struct http_reply *r, const char *name, const char *value)
{
	buf_text(r->out, name);
	buf_text(r->out, ": ");
	buf_text(r->out, value);
	buf_text(r->out, "\r\n");
}

bool http_set(struct http_reply *r, enum http_field field, const char *value)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	    HTTP_FIELDS(X)
#undef X
	};

	for (const char *p = value; *p; p++)
		if (*p < 0x20 || *p > 0x7E)
			return false;
	header(r, names[field], value);
	r->cache_set |= field == HTTP_F_CACHE_CONTROL;
	return true;
}

static void end_head(struct http_reply *r)
{
	if (!r->cache_set)
		header(r, "Cache-Control", "no-store");
	if (!r->keep_alive)
		header(r, "Connection", "close");
	buf_text(r->out, "\r\n");
}

void http_head(struct http_reply *r, const char *type, size_t length)
{
	header(r, "Content-Type", type);
	buf_printf(r->out, "Content-Length: %zu\r\n", length);
	end_head(r);
}

void http_body(struct http_reply *r, const char *type, struct str body)
{
	http_head(r, type, body.n);
	if (!r->head_only)
		buf_str(r->out, body);
}

void http_empty(struct http_reply *r)
{
	if (r->status != 204 && r->status != 304)
		header(r, "Content-Length", "0");
	end_head(r);
}

void http_stream(struct http_reply *r, const char *type)
{
	assert(!r->head_only && "HEAD has no body");
	assert((r->chunked || !r->keep_alive) && "what has no length and no chunks ends with the connection");
	header(r, "Content-Type", type);
	if (r->chunked)
		header(r, "Transfer-Encoding", "chunked");
	end_head(r);
}

void http_chunk(struct buf *out, bool chunked, struct str bytes)
{
	if (bytes.n == 0) /* would end the body */
		return;
	if (chunked)
		buf_printf(out, "%zx\r\n", bytes.n);
	buf_str(out, bytes);
	if (chunked)
		buf_text(out, "\r\n");
}

void http_chunk_end(struct buf *out, bool chunked)
{
	if (chunked)
		buf_text(out, "0\r\n\r\n");
}

void http_sse(struct buf *out, bool chunked, int64_t id, const char *event, struct str data)
{
	char head[128];
	int n = 0;

	assert(!memchr(data.p, '\n', data.n) && "the data of an event is one line");
	if (id)
		n += snprintf(head, sizeof(head), "id: %lld\n", (long long)id);
	if (event)
		n += snprintf(head + n, sizeof(head) - (size_t)n, "event: %s\n", event);
	assert((size_t)n < sizeof(head) && "the name of an event is one of ours and short");
	n += snprintf(head + n, sizeof(head) - (size_t)n, "data: ");
	if (chunked)
		buf_printf(out, "%zx\r\n", (size_t)n + data.n + 2);
	buf_add(out, head, (size_t)n);
	buf_str(out, data);
	buf_text(out, chunked ? "\n\n\r\n" : "\n\n");
}

void http_problem(struct http_reply *r, const char *code, const char *field, const char *detail, bool english)
{
	struct buf body = {0};
	struct json j = json_to(&body);

	json_begin(&j, NULL);
	json_text(&j, "type", "about:blank");
	json_text(&j, "title", http_title(r->status, english));
	json_int(&j, "status", r->status);
	json_text(&j, "code", code);
	json_text(&j, "field", field);
	json_text(&j, "detail", detail);
	json_end(&j);
	http_body(r, "application/problem+json", buf_view(&body));
	buf_free(&body);
}

void http_continue(struct buf *out)
{
	buf_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
}

void http_refuse(struct buf *out, const struct http *h, int64_t now_ms, bool english)
{
	int status = http_refused_status(h);
	struct http_reply r = http_reply(out, NULL, status, now_ms);

	if (status == 405)
		http_set(&r, HTTP_F_ALLOW, "GET, HEAD, POST, PUT, DELETE");
	http_problem(&r, status == 405 || status == 501 ? "unknown-method" : "invalid-request", NULL,
	    http_refused_why(h, english), english);
}
