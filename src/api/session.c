/*
 * session.c - /v1/session: a browser shows a token or a code once, and from then on a cookie that only it has.
 *
 * Place: api. The cookie is 32 random bytes; the engine is told their SHA-256 and stores it before the browser gets
 * them. Who logs in where a session is open leaves that one: no cookie outlives a new log-in.
 */
#include "api/api.h"
#include "base/clock.h"
#include "base/time.h"
#include "domain/session.h"
#include "wire/request.h"
#include "wire/site.h"
#include <string.h>

static const char *cookie_for(struct exchange *x, const char *text, int64_t until)
{
	return arena_printf(x->arena, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%lld",
	    SESSION_COOKIE, text, (long long)((until - front_now(x->front)) / SECOND_MS));
}

static const char *no_cookie(struct exchange *x)
{
	return arena_printf(x->arena, "%s=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
	    SESSION_COOKIE);
}

/* -- reading -------------------------------------------------------------------------------- */

static void answer_read(struct exchange *x, const struct read_result *r)
{
	answer_json(x, 200, r->bytes);
}

/* One that slides lives on in the browser, too. */
static void slide(struct exchange *x)
{
	struct str cookie;
	if (session_slides(x->who.role) && http_cookie(x->request, SESSION_COOKIE, &cookie) == COOKIE_ONE)
		x->cookie = cookie_for(x, arena_str(x->arena, cookie), x->session.until);
}

void session_get(struct exchange *x)
{
	if (x->by_session) {
		command_set_text(&x->command, FIELD_SESSION, x->session.id);
		slide(x);
	}
	exchange_read(x, answer_read);
}

/* -- ending --------------------------------------------------------------------------------- */

static void on_closed(void *arg, const struct reply *r)
{
	struct exchange *x = arg;
	x->ticket = NULL;
	if (r->code == OK || r->code == ERROR_NOT_FOUND)
		x->cookie = no_cookie(x);
	if (r->code == OK)
		answer_json(x, 200, r->result);
	else
		answer_error(x, r->code, r->field, r->detail);
}

void session_close(struct exchange *x)
{
	if (!x->by_session) {
		answer_error(x, ERROR_WRONG_STATE, NULL,
		    x->api->english ? "This request has no session; end one by DELETE /v1/sessions/ID."
				    : "这个请求没有网页登录;结束别的登录用 DELETE /v1/sessions/编号");
		return;
	}
	command_set_text(&x->command, FIELD_SESSION, x->session.id);
	exchange_command(x, &x->command, on_closed);
}

/* -- opening -------------------------------------------------------------------------------- */

static void on_opened(void *arg, const struct reply *r)
{
	struct exchange *x = arg;
	x->ticket = NULL;
	if (r->code != OK || x->by_form) {
		if (r->code == OK)
			answer_see_other(x, "/plain");
		else
			answer_error(x, r->code, r->field, r->detail);
		return;
	}
	x->view = (struct view){.role = x->who.role, .unit = x->who.unit, .english = x->api->english};
	x->command = (struct command){.kind = COMMAND_SESSION_GET, .who = x->who};
	command_set_text(&x->command, FIELD_SESSION, x->session.id);
	exchange_read(x, answer_read);
}

static void on_left(void *arg, const struct reply *r)
{
	(void)arg;
	(void)r;
}

/* The session that the browser has had until now ends: of the same account as the new one begins; of another
 * account at once. False: it cannot be read whether there is one, which was answered. */
static bool leave(struct exchange *x, struct command *begin)
{
	struct principal who;
	struct front_session before;
	struct digest secret;
	struct str cookie;
	if (http_cookie(x->request, SESSION_COOKIE, &cookie) != COOKIE_ONE || !session_text_valid(cookie))
		return true;
	secret = digest_of(cookie);
	enum sought is = front_session(x->front, &secret, x->arena, &who, &before);
	if (is == SOUGHT_UNREADABLE)
		answer_error(x, ERROR_UNAVAILABLE, NULL, NULL);
	if (is != SOUGHT_FOUND)
		return is == SOUGHT_NONE;
	if (text_eq(who.account, x->who.account)) {
		command_set_text(begin, FIELD_SESSION, arena_text(x->arena, before.id));
		return true;
	}
	struct command end = {.kind = COMMAND_SESSION_END, .who = who};
	command_set_text(&end, FIELD_SESSION, before.id);
	front_command(x->front, &end, on_left, NULL);
	return true;
}

/* The account is known by this token or code: `shown` is its digest. */
static void begin(struct exchange *x, enum field how, const struct digest *shown)
{
	struct command c = {.kind = COMMAND_SESSION_BEGIN, .who = x->who};
	unsigned char random[DIGEST_LEN];
	char text[SESSION_TEXT + 1], hex[DIGEST_HEX], session[DIGEST_HEX];
	if (!identity_certified(x) || !exchange_within_limits(x))
		return;
	if (!session_allowed(x->who.role)) {
		answer_error(x, ERROR_FORBIDDEN, NULL,
		    x->api->english ? "An account of a system has no sessions; use its token."
				    : "接入账号没有网页登录,请直接用令牌");
		return;
	}
	random_bytes(random, sizeof random);
	session_text(random, text);
	x->token = digest_of(str_of(text));
	digest_id(&x->token, x->session.id);
	x->cookie = cookie_for(x, text, session_until(x->who.role, front_now(x->front)));
	explicit_bzero(random, sizeof random);
	explicit_bzero(text, sizeof text);
	command_set_text(&c, FIELD_SESSION_HASH, digest_hex(&x->token, session));
	command_set_text(&c, how, digest_hex(shown, hex));
	if (leave(x, &c))
		exchange_command(x, &c, on_opened);
}

/* What was shown is in the exchange's memory, which the answer gives back: it is wiped before. */
static void forget(const char *secret)
{
	explicit_bzero((char *)(uintptr_t)secret, strlen(secret));
}

static void by_token(struct exchange *x, const char *token)
{
	struct digest d = digest_of(str_of(token));
	enum sought is = front_principal(x->front, token, x->arena, &x->who);
	forget(token);
	if (is == SOUGHT_FOUND)
		begin(x, FIELD_TOKEN_HASH, &d);
	else if (is == SOUGHT_UNREADABLE)
		answer_error(x, ERROR_UNAVAILABLE, NULL, NULL);
	else
		identity_refuse(x, &d,
		    x->api->english ? "The token is not good, or was revoked." : "令牌无效或已停用");
}

static void by_code(struct exchange *x, const char *typed)
{
	bool english = x->api->english;
	char network[LOGIN_NETWORK], code[CODE_LEN + 1];
	int64_t wait_ms = logins_code_wait(front_logins(x->front),
	    login_network(conn_peer(x->client->conn), network), clock_mono());
	if (wait_ms) {
		forget(typed);
		answer_later(x, ERROR_TOO_MANY,
		    english ? "Too many codes are being tried; try later, or use a token."
			    : "试登录码的次数过多,请稍后再试,或用令牌登录",
		    (int)((wait_ms + SECOND_MS - 1) / SECOND_MS));
		return;
	}
	bool is_code = code_read(typed, code);
	forget(typed);
	enum sought is = is_code ? front_code(x->front, code, x->arena, &x->who) : SOUGHT_NONE;
	if (is == SOUGHT_FOUND) {
		struct digest d = code_digest(code);
		begin(x, FIELD_CODE_HASH, &d);
	} else if (is == SOUGHT_UNREADABLE) {
		answer_error(x, ERROR_UNAVAILABLE, NULL, NULL);
	} else {
		identity_refuse(x, NULL,
		    english ? "The code is not good: it was mistyped, used, or is older than ten minutes."
			    : "登录码无效:可能输错、已用过,或已超过十分钟,请重新索取");
	}
	explicit_bzero(code, sizeof code);
}

void session_by(struct exchange *x, const char *secret)
{
	if (strlen(secret) <= (size_t)field_kinds[FIELD_CODE].max)
		by_code(x, secret);
	else
		by_token(x, secret);
}

static bool read_body(struct exchange *x, struct command *c, struct refusal *why)
{
	c->kind = COMMAND_SESSION_OPEN;
	if (!request_body(x->request->body, x->arena, c, why))
		return false;
	if (!command_has(c, FIELD_TOKEN) == !command_has(c, FIELD_CODE))
		return refuse(why, x->arena, ERROR_PARAMS, "token", "请给出令牌(token)或登录码(code)之一",
		    "one of token and code was expected");
	if (fields_any(fields_but(c->present, FIELD_SET(FIELD_TOKEN, FIELD_CODE, FIELD_CLIENT))))
		return refuse(why, x->arena, ERROR_PARAMS, "after", "网页登录只有 token、code、client",
		    "a session in a browser takes token, code and client alone");
	return true;
}

void session_open(struct exchange *x)
{
	struct command c = {0};
	struct refusal why = {0};
	if (!x->api->ready) {
		answer_error(x, ERROR_UNAVAILABLE, NULL,
		    x->api->english ? "The daemon is starting." : "系统正在启动");
		return;
	}
	if (http_header(x->request, "authorization")) {
		answer_error(x, ERROR_INVALID, NULL,
		    x->api->english ? "The token stands in the body here, not in Authorization."
				    : "登录的令牌写在正文里,不带 Authorization");
		return;
	}
	if (!guard_private(x) || !guard_page(x))
		return;
	if (!read_body(x, &c, &why)) {
		command_wipe(&c); /* before the answer, which gives its memory back */
		answer_refusal(x, &why);
	} else if (command_has(&c, FIELD_TOKEN)) {
		by_token(x, command_text(&c, FIELD_TOKEN));
	} else {
		by_code(x, command_text(&c, FIELD_CODE));
	}
}
