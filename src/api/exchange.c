/*
 * exchange.c - one request from its endpoint to its command: who asks, may he, how often, with which
 * parameters; then the function that carries it out.
 *
 * Place: api. The order of the refusals: 421, 404 and 405 by the table, who asks (identity.c), 429, 403, then what
 * is wrong with the request itself. The engine checks the role of every command again.
 */
#include "api/api.h"
#include "api/endpoints.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "wire/request.h"
#include <assert.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define PENDING_MAX 4096 /* commands without an answer; more than the engine does in 10 s is a fault */

/* -- life ----------------------------------------------------------------------------------- */

static struct exchange *exchange_new(struct client *c)
{
	struct api *api = c->api;
	struct exchange *x = SLIST_FIRST(&api->spares);
	struct arena *arena = x ? x->arena : arena_new();
	struct event *timer = x ? x->timer : NULL;
	if (x)
		SLIST_REMOVE_HEAD(&api->spares, spare);
	else
		x = xalloc(sizeof *x);
	arena_reset(arena);
	*x = (struct exchange){.api = api, .front = api->front, .client = c, .arena = arena, .timer = timer};
	x->began_us = clock_mono_us();
	x->request = http_request(c->http);
	return x;
}

void exchange_free(struct exchange *x)
{
	assert(!x->ticket && !x->read && !x->reporting && !x->notifying &&
	    "nothing calls an exchange that is gone");
	wait_end(x);
	if (x->held)
		logins_released(front_logins(x->front));
	x->held = false;
	if (x->streaming)
		LIST_REMOVE(x, streams);
	x->streaming = false;
	buf_free(&x->body);
	command_wipe(&x->command);
	arena_wipe(x->arena);
	SLIST_INSERT_HEAD(&x->api->spares, x, spare);
}

void exchange_abandon(struct exchange *x)
{
	if (x->ticket)
		front_forget(x->ticket);
	x->ticket = NULL;
	if (x->read)
		front_read_cancel(x->read);
	if (x->reporting)
		reporting_forget(x->reporting);
	x->reporting = NULL;
	if (x->notifying)
		notifying_forget(x->notifying);
	x->notifying = NULL;
	exchange_free(x);
}

void exchange_destroy(struct exchange *x)
{
	if (x->timer)
		event_free(x->timer);
	arena_free(x->arena);
	free(x);
}

/* As Retry-After wants it: whole seconds, and no earlier. */
static int in_seconds(int64_t ms)
{
	return (int)((ms + SECOND_MS - 1) / SECOND_MS);
}

bool exchange_within_limits(struct exchange *x)
{
	enum command_kind_id kind = x->endpoint ? x->endpoint->command : COMMANDS;
	int64_t wait_ms =
	    kind == COMMAND_INCIDENT_REPORT ? 0 : quota_wait(x->api->quota, &x->who, clock_mono());
	if (wait_ms)
		answer_later(x, ERROR_TOO_MANY, NULL, in_seconds(wait_ms));
	else
		quota_request(x->api->quota, &x->who, kind, clock_mono());
	return wait_ms == 0;
}

/* -- what is asked -------------------------------------------------------------------------- */

static bool parse_path(struct exchange *x, const struct path_fields *fields, struct refusal *why)
{
	for (int i = 0; i < fields->n; i++) {
		assert(fields->v[i].field < FIELDS && "what a command has in its path is a parameter");
		if (!command_parse_field(&x->command, x->arena, fields->v[i].field, fields->v[i].text, why)) {
			*why = (struct refusal){.code = ERROR_NOT_FOUND};
			return false;
		}
	}
	return true;
}

/* The query parameter of that name of this endpoint; FIELDS where it has none. */
static enum field query_field(const struct endpoint *e, const char *name)
{
	EACH_FIELD(f, e->query)
		if (strcmp(field_kinds[f].name, name) == 0)
			return f;
	return FIELDS;
}

/* The name is the client's: quoted by JSON, never in a header, and no longer than a name. */
static bool unknown_query(struct exchange *x, const char *name, struct refusal *why)
{
	name = arena_str(x->arena, utf8_head(str_of(name), 64));
	return refuse(why, x->arena, ERROR_PARAMS, name, "没有查询参数 %s", "there is no query parameter %s",
	    name);
}

static bool parse_query(struct exchange *x, struct refusal *why)
{
	for (size_t i = 0; i < x->request->n_query; i++) {
		const struct http_pair *q = &x->request->query[i];
		enum field f = query_field(x->endpoint, q->name);
		if (f == FIELDS)
			return unknown_query(x, q->name, why);
		if (!command_parse_field(&x->command, x->arena, f, str_of(q->value), why))
			return false;
	}
	return true;
}

/* The next entity tag of a list, without its quotes; false if there is none, or it is no tag. */
static bool next_tag(const char **list, struct str *tag, bool *weak)
{
	const char *p = *list + strspn(*list, ", \t"), *end;
	*weak = strncmp(p, "W/", 2) == 0;
	p += *weak ? 2 : 0;
	end = *p == '"' ? strchr(p + 1, '"') : NULL;
	if (!end)
		return false;
	*tag = (struct str){p + 1, (size_t)(end - p - 1)};
	*list = end + 1 + strspn(end + 1, " \t");
	if (**list && **list != ',')
		return false;
	*list += strspn(*list, ", \t");
	return true;
}

/* The seq that a tag of ours begins with; what follows a '-' says how it was shown. */
static bool tag_seq(struct str tag, uint64_t *seq)
{
	const char *dash = memchr(tag.p, '-', tag.n);
	return str_uint((struct str){tag.p, dash ? (size_t)(dash - tag.p) : tag.n}, seq) && *seq <= INT64_MAX;
}

/* If-Match: tags, of which one must be the dispatch's. A weak one never matches (RFC 9110, 13.1.1), nor
 * does one that is none of ours. `*` asks for nothing that the command does not ask for itself. */
static bool parse_if_match(struct exchange *x, const char *value, struct refusal *why)
{
	const struct command_kind *k = &command_kinds[x->endpoint->command];
	const char *list = "";
	struct str tag;
	uint64_t seq;
	bool weak;
	if (strcmp(value, "*") == 0)
		return true;
	if (field_in(k->required, FIELD_REVISION) && next_tag(&value, &tag, &weak) && !weak)
		return command_parse_field(&x->command, x->arena, FIELD_REVISION, tag, why);
	if (!field_in(k->optional, FIELD_IF_MATCH))
		return refuse(why, x->arena, ERROR_PARAMS, "If-Match", "%s 不支持 If-Match",
		    "%s takes no If-Match", k->name);
	do {
		if (!next_tag(&value, &tag, &weak))
			return refuse(why, x->arena, ERROR_PARAMS, "If-Match",
			    "If-Match 应为 *,或用逗号分开的 ETag,如 \"42\"",
			    "If-Match: * or ETags such as \"42\", with commas between them, were expected");
		if (!weak && tag_seq(tag, &seq))
			list = arena_printf(x->arena, "%s%s%llu", list, *list ? "," : "",
			    (unsigned long long)seq);
	} while (*value);
	command_set_text(&x->command, FIELD_IF_MATCH, list);
	return true;
}

/* Reads take neither a key nor a precondition: the headers are without meaning there. */
static bool parse_headers(struct exchange *x, struct refusal *why)
{
	const struct command_kind *k = &command_kinds[x->endpoint->command];
	const char *key = http_header(x->request, "idempotency-key");
	const char *match = http_header(x->request, "if-match");
	if (!command_changes(x->endpoint->command))
		return true;
	if (key && field_in(k->optional, FIELD_KEY) &&
	    !command_parse_field(&x->command, x->arena, FIELD_KEY, str_of(key), why))
		return false;
	return !match || parse_if_match(x, match, why);
}

/* What clients call UTF-8; ASCII is a part of it. */
static bool means_utf8(struct str name)
{
	static const char *const names[] = {"utf-8", "utf8", "us-ascii"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (name.n == strlen(names[i]) && strncasecmp(name.p, names[i], name.n) == 0)
			return true;
	return false;
}

/* One parameter of a media type, `; name=value`: is it a charset other than UTF-8? Moves past it. */
static bool foreign_charset(const char **p)
{
	static const char charset[] = "charset=";
	const char *at = *p + strspn(*p, "; \t");
	size_t n = strcspn(at, ";");
	*p = at + n;
	while (n && (at[n - 1] == ' ' || at[n - 1] == '\t'))
		n--;
	if (n < sizeof charset - 1 || strncasecmp(at, charset, sizeof charset - 1) != 0)
		return false;
	at += sizeof charset - 1;
	n -= sizeof charset - 1;
	if (n >= 2 && at[0] == '"' && at[n - 1] == '"') {
		at++;
		n -= 2;
	}
	return !means_utf8((struct str){at, n});
}

bool exchange_is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t n = type ? strcspn(type, "; \t") : 0;
	if (n != sizeof json - 1 || strncasecmp(type, json, n) != 0)
		return false;
	for (type += n; *type;)
		if (foreign_charset(&type))
			return false;
	return true;
}

/* The body is the picture itself, whatever its type says: what it is its content tells. */
static bool is_picture(const struct exchange *x)
{
	return field_in(command_kinds[x->endpoint->command].required, FIELD_IMAGE) && x->request->body.n &&
	    !exchange_is_json(http_header(x->request, "content-type"));
}

static bool parse_body(struct exchange *x, struct refusal *why)
{
	struct buf text = {0};
	if (!is_picture(x))
		return request_body(x->request->body, x->arena, &x->command, why);
	base64_put(&text, x->request->body);
	return command_parse_field(&x->command, x->arena, FIELD_IMAGE, buf_into(&text, x->arena), why);
}

/* False where it was answered. */
static bool body_fits(struct exchange *x)
{
	const struct http_request *r = x->request;
	if (r->body.n == 0)
		return true;
	if (x->endpoint->method == HTTP_GET) {
		answer_error(x, ERROR_INVALID, NULL,
		    x->api->english ? "A GET takes no body." : "GET 请求不能带内容");
		return false;
	}
	if ((exchange_is_json(http_header(r, "content-type")) || is_picture(x)) &&
	    !http_header(r, "content-encoding"))
		return true;
	answer_status(x, 415, "unsupported-media-type", "请求内容应为 UTF-8 的 application/json",
	    "The body must be application/json in UTF-8.", NULL);
	return false;
}

static bool parse(struct exchange *x, const struct path_fields *fields, struct refusal *why)
{
	x->command.kind = x->endpoint->command;
	x->command.who = x->who;
	return parse_path(x, fields, why) && parse_query(x, why) && parse_headers(x, why) &&
	    (x->endpoint->method == HTTP_GET || parse_body(x, why));
}

/* How an answer travels, not what is asked. */
#define TRAVEL FIELD_SET(FIELD_WAIT, FIELD_PLAIN, FIELD_PULSE, FIELD_EMBED)

static void take_travel(struct exchange *x)
{
	static const enum command_kind_id embeds[] = {COMMAND_BOARD_GET, COMMAND_DISPATCH_LIST};
	x->wait_ms = command_int(&x->command, FIELD_WAIT) * 1000;
	x->plain = command_int(&x->command, FIELD_PLAIN);
	x->pulse = command_int(&x->command, FIELD_PULSE);
	x->embed =
	    command_has(&x->command, FIELD_EMBED) ? embeds[command_int(&x->command, FIELD_EMBED)] : COMMANDS;
	x->command.present = fields_but(x->command.present, TRAVEL);
}

/* Without `after` there would be something to
 * answer at once, each time: a client that asks again at once would never rest. */
static bool complete(struct exchange *x, struct refusal *why)
{
	take_travel(x);
	if (x->wait_ms && !command_has(&x->command, FIELD_AFTER))
		return refuse(why, x->arena, ERROR_PARAMS, "after",
		    "wait 须与 after 一起用:先不带 wait 读一次,再以答复的 seq 作 after",
		    "wait needs after: read once without wait, then give the answer's seq as after");
	return command_complete(&x->command, x->arena, why);
}

/* -- from one to the other ------------------------------------------------------------------ */

static void no_endpoint(struct exchange *x, unsigned allowed)
{
	char allow[40];
	if (!allowed)
		answer_status(x, 404, error_kinds[ERROR_NOT_FOUND].word,
		    "没有这个地址,可用的地址见 /openapi.yaml", "There is no such path; see /openapi.yaml.",
		    NULL);
	else
		answer_status(x, 405, "method-not-allowed", "该地址不支持这个方法",
		    "This path does not take that method.", endpoint_allow(allowed, allow));
}

static void serve(struct exchange *x, const struct path_fields *fields)
{
	struct refusal why = {0};
	if (!x->api->ready)
		answer_error(x, ERROR_UNAVAILABLE, NULL,
		    x->api->english ? "The daemon is starting." : "系统正在启动");
	else if (!identity_find(x) || !exchange_within_limits(x))
		return;
	else if (!command_allowed(x->endpoint->command, &x->who))
		answer_error(x, ERROR_FORBIDDEN, NULL, NULL);
	else if (!guard_fresh(x) || !body_fits(x))
		return;
	else if (!parse(x, fields, &why) || !complete(x, &why))
		answer_refusal(x, &why);
	else
		x->endpoint->handler(x);
}

void exchange_begin(struct client *c)
{
	struct exchange *x = exchange_new(c);
	struct path_fields fields;
	unsigned allowed;
	c->exchange = x;
	x->endpoint = endpoint_find(x->request->method, x->request->path, &fields, &allowed);
	if (c->redirects) {
		exchange_redirect(x);
		return;
	}
	if (!guard_host(x))
		return;
	if (!x->endpoint)
		no_endpoint(x, allowed);
	else if (x->endpoint->command == COMMANDS)
		x->endpoint->handler(x);
	else
		serve(x, &fields);
}

/* -- what changes something ------------------------------------------------------------------ */

void exchange_command(struct exchange *x, const struct command *c, front_reply_cb *cb)
{
	assert(!x->ticket && "an exchange asks the engine one thing at a time");
	struct refusal why;
	if (front_pending(x->front) >= PENDING_MAX)
		answer_error(x, ERROR_UNAVAILABLE, NULL, NULL);
	else if (!quota_store(x->api->quota, c, x->arena, clock_mono(), &why))
		answer_refusal(x, &why);
	else
		x->ticket = front_command(x->front, c, cb, x);
}

/* A new incident is 201 with its place; the same report again is 200. */
static void answer_done(struct exchange *x, const struct reply *r)
{
	const char *place = x->command.kind == COMMAND_INCIDENT_REPORT
	    ? arena_printf(x->arena, "/v1/incidents/%s", json_member_text(x->arena, r->result, "incident"))
	    : NULL;
	answer_entity(x, r->made ? 201 : 200, r->result, NULL, place);
}

static void on_reply(void *arg, const struct reply *r)
{
	struct exchange *x = arg;
	x->ticket = NULL;
	poll_cache_clear(x->api->cache); /* who has this answer reads what it changed, not what was kept */
	if (r->code == OK)
		answer_done(x, r);
	else
		answer_error(x, r->code, r->field, r->detail);
}

/* -- what only reads ------------------------------------------------------------------------- */

/* What ends up here was not answered at once; how long it took says nothing about us. */
static void on_read(void *arg, const struct read_result *r)
{
	struct exchange *x = arg;
	quota_read(x->api->quota, &x->who, r->cost, clock_mono());
	if (r->why.code == OK)
		x->on_page(x, r);
	else
		answer_refusal(x, &r->why);
}

void exchange_read(struct exchange *x, exchange_page *on_page)
{
	x->on_page = on_page;
	front_read(x->front, &x->command, &x->view, x->request->method != HTTP_HEAD, &x->read, on_read, x);
}

static void answer_page(struct exchange *x, const struct read_result *r)
{
	answer_json(x, 200, r->bytes);
}

void exchange_carry_out(struct exchange *x)
{
	if (command_of_notifier(x->command.kind))
		relay_command(x);
	else if (command_changes(x->command.kind))
		exchange_command(x, &x->command, on_reply);
	else
		exchange_read(x, answer_page);
}

/* -- a dispatch or a revision, with its ETag ------------------------------------------------------------ */

/* `*` has anything; a weak tag of ours is as good (RFC 9110,
 * 13.1.2). */
bool exchange_has(const struct exchange *x, const char *etag)
{
	const char *have = http_header(x->request, "if-none-match");
	struct str tag;
	bool weak;
	if (have && strcmp(have, "*") == 0)
		return true;
	while (have && *have && next_tag(&have, &tag, &weak))
		if (str_is(tag, etag))
			return true;
	return false;
}

static void answer_with_tag(struct exchange *x, const struct read_result *r)
{
	if (exchange_has(x, r->etag))
		answer_not_modified(x, r->etag);
	else
		answer_entity(x, 200, r->bytes, r->etag, NULL);
}

void exchange_entity(struct exchange *x)
{
	exchange_read(x, answer_with_tag);
}
