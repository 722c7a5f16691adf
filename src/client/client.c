/*
 * client.c - libliandong: one console session that stays up.
 *
 * Place: the library that desks link; it knows the wire, nothing of the daemon's inside. It uses
 * jansson, OpenSSL and base/unix.c, nothing else of the tree, so that the shared library stays small. How a
 * connection is had and verified is in dial.c and tls.c.
 *
 * A call lives in a list from liandong_call() to its answer, as the line that was sent: after a
 * reconnect the whole list is sent again. Ids are counted, so an answer finds its call; an answer to
 * a call that has timed out finds none and is dropped.
 */
#include "liandong/client.h"
#include "client/as_given.h"
#include "client/dial.h"
#include "client/tls.h"
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CALL_TIMEOUT_MS 60000
#define CONNECT_TIMEOUT_MS 10000
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MOST_MS 5000
#define LINE_MAX_BYTES (8 * 1024 * 1024) /* of the server's lines */

struct client_call {
	struct client_call *next;
	int64_t id;
	int64_t give_up_at;
	char *line; /* with LF */
	size_t len;
	liandong_reply_cb *cb;
	void *arg;
};

struct bytes {
	char *p;
	size_t n, cap;
};

enum client_state { DOWN, DIALLING, SHAKING, OPENING, UP, ENDED };

struct liandong {
	struct liandong_options o;
	char *address, *token, *name;
	enum client_state state;
	struct client_plan plan;
	struct dial *dial;       /* DIALLING */
	struct client_tls *link; /* SHAKING, OPENING, UP */
	int64_t next_at;         /* DOWN: when to try again; DIALLING, SHAKING, OPENING: when to give up */
	int backoff_ms;
	int64_t id, seq;
	bool seen; /* seq is known: the next session goes on from it */
	struct client_call *calls, **last;
	struct bytes in, out;
	size_t scanned; /* bytes of `in` that hold no LF */
	char error[512], fault[32];
	bool inside; /* liandong_process is on the stack */
};

/* -- small things --------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void *must(void *p)
{
	if (!p)
		abort(); /* no memory: a library has nothing better to do that keeps its promises */
	return p;
}

static char *copy(const char *z)
{
	return z ? must(strdup(z)) : NULL;
}

/* Memory that held a secret holds nothing when it is given back. */
static void free_secret(char *z)
{
	if (z)
		explicit_bzero(z, strlen(z));
	free(z);
}

static void bytes_add(struct bytes *b, const char *p, size_t n)
{
	if (b->n + n > b->cap) {
		b->cap = 2 * (b->n + n);
		b->p = must(realloc(b->p, b->cap));
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void bytes_drop(struct bytes *b, size_t n)
{
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

/* -- calls ---------------------------------------------------------------------------------- */

static void call_free(struct client_call *call)
{
	free(call->line);
	free(call);
}

static void unlink_call(struct liandong *c, struct client_call **at)
{
	struct client_call *call = *at;
	*at = call->next;
	if (c->last == &call->next)
		c->last = at;
}

static void answer(struct liandong *c, struct client_call **at, const struct liandong_reply *reply)
{
	struct client_call *call = *at;
	unlink_call(c, at);
	if (call->cb)
		call->cb(call->arg, reply);
	call_free(call);
}

static void refuse_all(struct liandong *c, const char *code, const char *message)
{
	while (c->calls)
		answer(c, &c->calls, &(struct liandong_reply){.code = code, .message = message});
}

static void give_up_late(struct liandong *c)
{
	int64_t now = now_ms();
	while (c->calls && c->calls->give_up_at <= now)
		answer(c, &c->calls,
		    &(struct liandong_reply){.code = "timeout", .message = "超时:未收到答复"});
}

/* -- connection ----------------------------------------------------------------------------- */

/* The sentence as far as it fits, no character cut. */
static void keep_error(struct liandong *c, const char *why)
{
	size_t n = strnlen(why, sizeof c->error - 1);
	while (n > 0 && ((unsigned char)why[n] & 0xC0) == 0x80)
		n--;
	snprintf(c->error, sizeof c->error, "%.*s", (int)n, why);
}

static void told(struct liandong *c, bool up, const char *detail)
{
	if (c->o.on_state)
		c->o.on_state(c->o.arg, up, detail);
}

static void hang_up(struct liandong *c)
{
	dial_free(c->dial);
	client_tls_free(c->link);
	c->dial = NULL;
	c->link = NULL;
}

static void end(struct liandong *c, const char *fault, const char *why)
{
	keep_error(c, why);
	snprintf(c->fault, sizeof c->fault, "%s", fault);
	hang_up(c);
	c->state = ENDED;
	told(c, false, c->error);
	refuse_all(c, "closed", c->error);
}

/* Lost, or never had: try again later, longer each time. */
static void lost(struct liandong *c, const char *fault, const char *why)
{
	if (c->o.once) {
		end(c, fault, why);
		return;
	}
	keep_error(c, why);
	snprintf(c->fault, sizeof c->fault, "%s", fault);
	hang_up(c);
	c->state = DOWN;
	c->in.n = c->out.n = c->scanned = 0;
	c->next_at = now_ms() + c->backoff_ms;
	c->backoff_ms = c->backoff_ms * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : c->backoff_ms * 2;
	told(c, false, c->error);
}

static void lost_by(struct liandong *c, const struct client_fault *f)
{
	lost(c, f->word, f->text);
}

static void start(struct liandong *c)
{
	c->dial = dial_start(c->address, now_ms());
	c->state = DIALLING;
	c->next_at = now_ms() + CONNECT_TIMEOUT_MS;
}

static void queue_line(struct liandong *c, json_t *message)
{
	char *line = must(json_dumps(message, JSON_COMPACT));
	bytes_add(&c->out, line, strlen(line));
	bytes_add(&c->out, "\n", 1);
	free(line);
	json_decref(message);
}

static void open_session(struct liandong *c)
{
	json_t *params = json_object();
	if (c->token)
		json_object_set_new(params, "token", json_string(c->token));
	if (c->name)
		json_object_set_new(params, "client", json_string(c->name));
	json_object_set_new(params, "events", json_boolean(c->o.events));
	if (c->o.events && c->seen)
		json_object_set_new(params, "after", json_integer(c->seq));
	queue_line(c,
	    json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", 0, "method", "session.open", "params",
		params));
	c->state = OPENING;
}

static void go_on_dialling(struct liandong *c)
{
	struct client_fault fault = {.word = "unreachable"};
	enum dial_says says = dial_go(c->dial, now_ms());
	if (says == DIAL_WAIT)
		return;
	if (says == DIAL_FAILED) {
		fault_set(&fault, "unreachable", "无法连接 %s:%s", c->address, dial_error(c->dial));
		lost_by(c, &fault);
		return;
	}
	c->link = client_tls_new(&c->plan, dial_take(c->dial), &fault);
	if (!c->link) {
		lost_by(c, &fault);
		return;
	}
	dial_free(c->dial);
	c->dial = NULL;
	c->state = SHAKING;
}

static void go_on_shaking(struct liandong *c)
{
	struct client_fault fault;
	switch (client_tls_shake(c->link, &fault)) {
	case CLIENT_DONE:
		open_session(c);
		break;
	case CLIENT_WAIT:
		break;
	default:
		lost_by(c, &fault);
	}
}

/* -- what comes in -------------------------------------------------------------------------- */

static struct liandong_reply reply_of(json_t *message, char **result)
{
	json_t *error = json_object_get(message, "error");
	struct liandong_reply r = {.ok = error == NULL};
	if (error) {
		json_t *data = json_object_get(error, "data");
		r.code = json_string_value(json_object_get(data, "code"));
		r.field = json_string_value(json_object_get(data, "field"));
		r.message = json_string_value(json_object_get(error, "message"));
		if (!r.code)
			r.code = "error";
	} else {
		*result = json_dumps(json_object_get(message, "result"), JSON_COMPACT | JSON_ENCODE_ANY);
		r.result = *result ? *result : "null";
	}
	return r;
}

static void session_opened(struct liandong *c, json_t *message)
{
	char *result = NULL;
	struct liandong_reply r = reply_of(message, &result);
	if (!r.ok) {
		char why[256];
		snprintf(why, sizeof why, "%s", r.message ? r.message : r.code);
		if (strcmp(r.code, "unavailable") == 0 || strcmp(r.code, "too-many") == 0)
			lost(c, r.code, why);
		else
			end(c, r.code, why);
		return;
	}
	if (!c->seen) {
		c->seq = json_integer_value(json_object_get(json_object_get(message, "result"), "seq"));
		c->seen = true;
	}
	c->state = UP;
	c->error[0] = c->fault[0] = '\0';
	c->backoff_ms = BACKOFF_FIRST_MS;
	for (struct client_call *call = c->calls; call; call = call->next)
		bytes_add(&c->out, call->line, call->len);
	told(c, true, r.result);
	free(result);
}

static void answered(struct liandong *c, json_t *message, int64_t id)
{
	struct client_call **at = &c->calls;
	while (*at && (*at)->id != id)
		at = &(*at)->next;
	if (!*at)
		return;
	char *result = NULL;
	struct liandong_reply r = reply_of(message, &result);
	answer(c, at, &r);
	free(result);
}

static void event_came(struct liandong *c, json_t *params)
{
	struct liandong_event e = {
	    .seq = json_integer_value(json_object_get(params, "seq")),
	    .type = json_string_value(json_object_get(params, "type")),
	    .incident = json_string_value(json_object_get(params, "incident")),
	    .dispatch = json_string_value(json_object_get(params, "dispatch")),
	    .unit = json_string_value(json_object_get(params, "unit")),
	};
	if (e.seq <= c->seq && c->seen)
		return; /* seen before the connection was lost */
	c->seq = e.seq;
	char *json = must(json_dumps(params, JSON_COMPACT));
	e.json = json;
	if (c->o.on_event && e.type)
		c->o.on_event(c->o.arg, &e);
	free(json);
}

static void line_came(struct liandong *c, const char *line, size_t n)
{
	json_error_t error;
	json_t *message = json_loadb(line, n, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(message)) {
		json_decref(message);
		if (n > 5 && memcmp(line, "HTTP/", 5) == 0)
			lost(c, "not-console",
			    "对方是网页(HTTP)的端口,不是接警台的:请用 listen.console 的端口");
		else
			lost(c, "protocol", "对方的答复不是 JSON:也许不是 liandongd 的接警台端口");
		return;
	}
	json_t *id = json_object_get(message, "id");
	if (json_object_get(message, "method"))
		event_came(c, json_object_get(message, "params"));
	else if (c->state == OPENING)
		session_opened(c, message);
	else if (json_is_integer(id))
		answered(c, message, json_integer_value(id));
	json_decref(message);
}

static void lines_came(struct liandong *c)
{
	while (c->state == OPENING || c->state == UP) {
		char *lf = memchr(c->in.p + c->scanned, '\n', c->in.n - c->scanned);
		if (!lf) {
			c->scanned = c->in.n;
			break;
		}
		size_t n = (size_t)(lf - c->in.p);
		char *line = must(malloc(n + 1)); /* a callback may close or lose the connection */
		memcpy(line, c->in.p, n);
		bytes_drop(&c->in, n + 1);
		c->scanned = 0;
		line_came(c, line, n);
		free(line);
	}
	if (c->in.n > LINE_MAX_BYTES)
		lost(c, "protocol", "对方的一行过长");
}

/* A server that speaks TLS answers plain bytes with an alert: its record begins so. */
static bool is_alert(const struct liandong *c)
{
	return c->state == OPENING && !c->plan.on && c->in.n >= 2 && memcmp(c->in.p, "\x15\x03", 2) == 0;
}

/* The server has closed, or (`why`) broken the connection. One that did so unasked may want TLS. */
static void closed(struct liandong *c, const struct client_fault *why)
{
	if (c->state == OPENING && !c->plan.on && !strchr(c->address, '/'))
		lost(c, "lost", "对方没有答复就关闭了连接:它也许要求 TLS 加密连接");
	else if (why)
		lost(c, why->word, why->text);
	else
		lost(c, "lost", "对方关闭了连接");
}

static void receive(struct liandong *c)
{
	char chunk[16384];
	size_t n;
	struct client_fault fault;
	for (int round = 0; round < 64 && (c->state == OPENING || c->state == UP); round++) {
		switch (client_tls_read(c->link, chunk, sizeof chunk, &n, &fault)) {
		case CLIENT_DONE:
			bytes_add(&c->in, chunk, n);
			if (is_alert(c))
				lost(c, "needs-tls",
				    "服务器要求 TLS 加密连接。请指定 CA 证书文件,以 TLS 连接");
			else
				lines_came(c);
			break;
		case CLIENT_WAIT:
			return;
		case CLIENT_ENDED:
			closed(c, NULL);
			return;
		case CLIENT_FAULT:
			closed(c, &fault);
			return;
		}
	}
}

static void send_out(struct liandong *c)
{
	size_t done = 0, n;
	struct client_fault fault;
	enum client_says says = CLIENT_DONE;
	while (done < c->out.n && says == CLIENT_DONE) {
		says = client_tls_write(c->link, c->out.p + done, c->out.n - done, &n, &fault);
		if (says == CLIENT_DONE)
			done += n;
	}
	if (says == CLIENT_FAULT)
		lost_by(c, &fault);
	else if (says == CLIENT_ENDED)
		closed(c, NULL);
	else
		bytes_drop(&c->out, done);
}

/* -- the public side ------------------------------------------------------------------------ */

/* What the caller's struct has, of a version that may be older or newer than this one. */
static bool known_members(const struct liandong_tls *given, struct liandong_tls *out)
{
	*out = (struct liandong_tls){0};
	if (given->size < offsetof(struct liandong_tls, ca_file) + sizeof out->ca_file)
		return false;
	memcpy(out, given, given->size < sizeof *out ? given->size : sizeof *out);
	return true;
}

static void make_plan(struct liandong *c, const struct liandong_tls *tls, const struct dial_place *place)
{
	struct dial_place named = {0};
	const char *name = tls->server_name ? tls->server_name : place->host;
	char address[HOST_MAX + 8];
	snprintf(address, sizeof address, "[%.*s]:0", HOST_MAX, name);
	dial_parse(address, &named);
	c->plan = (struct client_plan){
	    .on = true,
	    .ca = copy(tls->ca_file),
	    .crl = copy(tls->crl_file),
	    .cert = copy(tls->cert_file),
	    .key = copy(tls->key_file),
	    .name = copy(name),
	    .name_numeric = named.numeric,
	};
}

static struct liandong *made(const struct liandong_options *options)
{
	struct liandong *c = must(calloc(1, sizeof *c));
	c->o = *options;
	c->address = copy(options->address);
	c->token = copy(options->token);
	c->name = copy(options->client);
	c->backoff_ms = BACKOFF_FIRST_MS;
	c->last = &c->calls;
	c->seen = options->resume;
	c->seq = options->after;
	if (c->o.call_timeout_ms <= 0)
		c->o.call_timeout_ms = CALL_TIMEOUT_MS;
	return c;
}

static void say(char *why, size_t why_len, const char *text)
{
	if (why && why_len)
		snprintf(why, why_len, "%s", text);
}

struct liandong *liandong_open_tls(const struct liandong_options *options, const struct liandong_tls *tls,
    char *why, size_t why_len)
{
	struct dial_place place;
	struct liandong_tls how = {0};
	struct client_fault fault;
	const char *address = options->address ? options->address : "";
	const struct dial_complaint *wrong = dial_complaint(address);
	if (wrong || !dial_parse(address, &place)) {
		fault_set(&fault, "address", "地址 %s 不对:%s", *address ? address : "(空)",
		    wrong ? wrong->zh : "应为 主机:端口 或套接字路径");
		say(why, why_len, fault.text);
		return NULL;
	}
	if (tls && !known_members(tls, &how)) {
		say(why, why_len, "struct liandong_tls 的 size 没有填写");
		return NULL;
	}
	struct liandong *c = made(options);
	if (!how.insecure_plain && !place.path && (tls || !place.loopback))
		make_plan(c, &how, &place);
	c->plan.peer = c->address;
	if (client_plan_check(&c->plan, &fault))
		return c;
	say(why, why_len, fault.text);
	liandong_close(c);
	return NULL;
}

struct liandong *liandong_open(const struct liandong_options *options, char *why, size_t why_len)
{
	return liandong_open_tls(options, NULL, why, why_len);
}

void liandong_close(struct liandong *c)
{
	if (!c)
		return;
	hang_up(c);
	while (c->calls) {
		struct client_call *call = c->calls;
		unlink_call(c, &c->calls);
		call_free(call);
	}
	free(c->in.p);
	free(c->out.p);
	free(c->address);
	free_secret(c->token);
	free(c->name);
	client_plan_free(&c->plan);
	free(c);
}

int liandong_fd(const struct liandong *c)
{
	return c->dial ? dial_fd(c->dial) : c->link ? client_tls_fd(c->link) : -1;
}

short liandong_wants(const struct liandong *c)
{
	if (c->dial)
		return dial_wants(c->dial);
	bool writing = c->link && (client_tls_wants_write(c->link) || c->out.n);
	return (short)(POLLIN | (writing ? POLLOUT : 0));
}

int liandong_timeout(const struct liandong *c)
{
	int64_t at = c->state == UP ? INT64_MAX : c->next_at;
	if (c->state == ENDED)
		return -1;
	if (c->link && client_tls_pending(c->link))
		return 0;
	if (c->dial && dial_at(c->dial) < at)
		at = dial_at(c->dial);
	if (c->calls && c->calls->give_up_at < at)
		at = c->calls->give_up_at;
	if (at == INT64_MAX)
		return -1;
	int64_t left = at - now_ms();
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void connect_on(struct liandong *c)
{
	if (c->state == DOWN && now_ms() >= c->next_at)
		start(c);
	if (c->state == DIALLING)
		go_on_dialling(c);
	if (c->state == SHAKING)
		go_on_shaking(c);
	bool late = c->state == DIALLING || c->state == SHAKING || c->state == OPENING;
	if (late && now_ms() >= c->next_at)
		lost(c, "timeout", c->state == SHAKING ? "连接超时:对方没有完成 TLS 握手" : "连接超时");
}

bool liandong_process(struct liandong *c)
{
	if (c->inside)
		return c->state != ENDED; /* called from a callback: the outer call goes on */
	c->inside = true;
	connect_on(c);
	if (c->state == OPENING || c->state == UP)
		send_out(c);
	if (c->state == OPENING || c->state == UP)
		receive(c);
	if (c->state == OPENING || c->state == UP)
		send_out(c); /* what the callbacks asked for */
	give_up_late(c);
	c->inside = false;
	return c->state != ENDED;
}

const char *liandong_error(const struct liandong *c)
{
	return c->error;
}

const char *liandong_fault(const struct liandong *c)
{
	return c->fault;
}

bool liandong_wait(struct liandong *c, int timeout_ms)
{
	int64_t until = timeout_ms < 0 ? INT64_MAX : now_ms() + timeout_ms;
	while (liandong_process(c)) {
		int64_t left = until == INT64_MAX ? 60000 : until - now_ms();
		if (!c->calls && c->state == UP)
			return true;
		if (left <= 0)
			return false;
		int ms = liandong_timeout(c);
		struct pollfd p = {.fd = liandong_fd(c), .events = liandong_wants(c)};
		poll(&p, p.fd >= 0, ms < 0 || ms > left ? (int)left : ms);
	}
	return false;
}

static void send_line(struct liandong *c, struct client_call *call, char *line)
{
	call->len = strlen(line) + 1;
	call->line = must(realloc(line, call->len + 1));
	memcpy(call->line + call->len - 1, "\n", 2);
	*c->last = call;
	c->last = &call->next;
	if (c->state == UP)
		bytes_add(&c->out, call->line, call->len);
}

static struct client_call *new_call(struct liandong *c, liandong_reply_cb *cb, void *arg)
{
	struct client_call *call = must(calloc(1, sizeof *call));
	call->id = ++c->id;
	call->give_up_at = now_ms() + c->o.call_timeout_ms;
	call->cb = cb;
	call->arg = arg;
	return call;
}

/* A report gets none: who gives it again, from a file or after a restart, must give the number or key that he gave before. */
static void add_key(const char *method, json_t *params)
{
	char key[CLIENT_KEY_MAX];
	if (!client_keyed(method) || json_object_get(params, "key"))
		return;
	client_key(key);
	json_object_set_new(params, "key", json_string(key));
}

static void call_json(struct liandong *c, const char *method, json_t *params, liandong_reply_cb *cb,
    void *arg)
{
	struct client_call *call = new_call(c, cb, arg);
	add_key(method, params);
	json_t *message = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", (json_int_t)call->id,
	    "method", method, "params", params);
	char *line = must(json_dumps(message, JSON_COMPACT));
	json_decref(message);
	send_line(c, call, line);
}

/* False: it does not even look like an object. */
static bool call_as_given(struct liandong *c, const char *method, const char *params, liandong_reply_cb *cb,
    void *arg)
{
	char *line = client_as_given(method, c->id + 1, params);
	if (line)
		send_line(c, new_call(c, cb, arg), line);
	return line;
}

void liandong_call(struct liandong *c, const char *method, const char *params, liandong_reply_cb *cb,
    void *arg)
{
	json_error_t error = {0};
	char message[96];
	json_t *tree = params ? json_loads(params, JSON_REJECT_DUPLICATES, &error) : json_object();
	if (json_is_object(tree) && c->state != ENDED) {
		call_json(c, method, tree, cb, arg);
		return;
	}
	if (!tree && c->state != ENDED && call_as_given(c, method, params, cb, arg))
		return;
	snprintf(message, sizeof message,
	    tree ? "参数应为一个 JSON 对象" : "参数应为一个 JSON 对象,第 %d 字节附近不是", error.position);
	struct liandong_reply r = {.code = c->state == ENDED ? "closed" : "invalid-params",
	    .message = c->state == ENDED ? c->error : message};
	json_decref(tree);
	if (cb)
		cb(arg, &r);
}

void liandong_report(struct liandong *c, const char *incident, liandong_reply_cb *cb, void *arg)
{
	liandong_call(c, "incident.report", incident, cb, arg);
}

void liandong_act(struct liandong *c, const char *act, const char *dispatch, const char *text,
    const char *person, const char *phone, liandong_reply_cb *cb, void *arg)
{
	char method[64];
	json_t *params = json_pack("{s:s}", "dispatch", dispatch);
	snprintf(method, sizeof method, "dispatch.%s", act);
	if (text)
		json_object_set_new(params, strcmp(act, "complete") == 0 ? "result" : "text",
		    json_string(text));
	if (person) {
		json_t *who = json_pack("{s:s}", "person", person);
		if (phone)
			json_object_set_new(who, "phone", json_string(phone));
		json_object_set_new(params, "on_behalf", who);
	}
	char *json = must(json_dumps(params, JSON_COMPACT));
	json_decref(params);
	liandong_call(c, method, json, cb, arg);
	free(json);
}

size_t liandong_pending(const struct liandong *c)
{
	size_t n = 0;
	for (const struct client_call *call = c->calls; call; call = call->next)
		n++;
	return n;
}

int64_t liandong_seq(const struct liandong *c)
{
	return c->seq;
}
