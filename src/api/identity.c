/*
 * identity.c - who asks: a token in Authorization, or a session's cookie; never both. Or, without either, the
 * client's certificate, which beside one of them must be the same account's.
 *
 * Place: api. What is not good is refused, and the refusal may be held back by a timer: what is good is answered at
 * once, whatever failed before. Tokens and cookies are compared by their digests and stand in no log.
 */
#include "api/api.h"
#include "base/clock.h"
#include "base/time.h"
#include "domain/session.h"
#include "wire/site.h"
#include <strings.h>

/* The token of `Authorization: Bearer TOKEN`; NULL if there is none. */
static const char *bearer_of(const struct http_request *r)
{
	const char *h = http_header(r, "authorization");
	if (!h || strncasecmp(h, "Bearer ", 7) != 0)
		return NULL;
	h += 7;
	while (*h == ' ')
		h++;
	return *h && strlen(h) <= (size_t)field_kinds[FIELD_TOKEN].max ? h : NULL;
}

/* By a token or a cookie. *shown: there was one. */
static enum sought by_header(struct front *f, const struct http_request *r, struct arena *a,
    struct principal *out, bool *shown)
{
	const char *token = bearer_of(r);
	struct front_session session;
	struct digest secret;
	struct str cookie;
	enum cookie_found found = http_cookie(r, SESSION_COOKIE, &cookie);
	*shown = http_header(r, "authorization") || found != COOKIE_NONE;
	if (token)
		return front_principal(f, token, a, out);
	if (found != COOKIE_ONE || !session_text_valid(cookie))
		return SOUGHT_NONE;
	secret = digest_of(cookie);
	return front_session(f, &secret, a, out, &session);
}

enum sought identity_of(struct client *c, const struct http_request *r, struct arena *a,
    struct principal *out)
{
	struct front *f = c->api->front;
	struct front_certified by;
	struct refusal why;
	bool shown;
	enum sought is = by_header(f, r, a, out, &shown);
	if (shown)
		return is;
	if (!front_certificate_fits(f, conn_names(c->conn), NULL, a, &by, &why))
		return why.code == ERROR_UNAVAILABLE ? SOUGHT_UNREADABLE : SOUGHT_NONE;
	*out = by.who;
	return by.known ? SOUGHT_FOUND : SOUGHT_NONE;
}

/* -- what is not good ----------------------------------------------------------------------- */

static void say_no(struct exchange *x)
{
	bool english = x->api->english;
	if (x->retry_ms)
		answer_later(x, ERROR_TOO_MANY,
		    english ? "Too many log-ins that are not good."
			    : "该地址用无效的令牌或登录码登录的次数过多",
		    (int)((x->retry_ms + SECOND_MS - 1) / SECOND_MS));
	else
		answer_error(x, ERROR_UNAUTHENTICATED, NULL, x->detail);
}

static void held_long_enough(struct exchange *x, bool timed_out)
{
	(void)timed_out;
	say_no(x);
}

void identity_refuse(struct exchange *x, const struct digest *token, const char *detail)
{
	struct login_delay d = front_login_failed(x->front, conn_peer(x->client->conn), token);
	x->retry_ms = d.retry_ms;
	x->detail = detail;
	x->held = d.hold_ms > 0;
	if (x->held)
		wait_for_time(x, d.hold_ms, held_long_enough);
	else
		say_no(x);
}

/* -- who it is ------------------------------------------------------------------------------ */

static bool known(struct exchange *x)
{
	x->view = (struct view){.role = x->who.role, .unit = x->who.unit, .english = x->api->english};
	return true;
}

/* account NULL: nothing else says who it is. */
static bool fits(struct exchange *x, const char *account, struct front_certified *by)
{
	struct refusal why;
	if (front_certificate_fits(x->front, conn_names(x->client->conn), account, x->arena, by, &why))
		return true;
	answer_refusal(x, &why);
	return false;
}

bool identity_certified(struct exchange *x)
{
	struct front_certified by;
	return fits(x, x->who.account, &by);
}

/* Who it is cannot be read now: that says nothing against what was shown. */
static bool unavailable(struct exchange *x)
{
	answer_error(x, ERROR_UNAVAILABLE, NULL, NULL);
	return false;
}

static bool nobody(struct exchange *x)
{
	answer_error(x, ERROR_UNAUTHENTICATED, NULL,
	    x->api->english ? "Authorization: Bearer TOKEN was expected, or a session."
			    : "请在请求头 Authorization 中以 Bearer 方式给出令牌,或在网页登录");
	return false;
}

static bool by_certificate(struct exchange *x)
{
	struct front_certified by;
	if (!fits(x, NULL, &by))
		return false;
	if (!by.known)
		return nobody(x);
	if (!guard_certified(x))
		return false;
	x->who = by.who;
	x->token = by.token;
	x->by_certificate = true;
	return known(x);
}

static bool by_token(struct exchange *x, const char *token)
{
	if (!token)
		return nobody(x);
	x->token = digest_of(str_of(token));
	switch (front_principal(x->front, token, x->arena, &x->who)) {
	case SOUGHT_FOUND:
		return identity_certified(x) && known(x);
	case SOUGHT_UNREADABLE:
		return unavailable(x);
	case SOUGHT_NONE:
		identity_refuse(x, &x->token, NULL);
	}
	return false;
}

enum sought identity_session(struct exchange *x)
{
	struct str cookie;
	enum sought is = SOUGHT_NONE;
	if (http_cookie(x->request, SESSION_COOKIE, &cookie) != COOKIE_ONE)
		return is;
	x->by_session = true;
	x->token = digest_of(cookie);
	if (session_text_valid(cookie))
		is = front_session(x->front, &x->token, x->arena, &x->who, &x->session);
	if (is == SOUGHT_FOUND)
		known(x);
	return is;
}

static bool by_session(struct exchange *x)
{
	if (!guard_private(x) || !guard_page(x))
		return false;
	enum sought is = identity_session(x);
	if (is == SOUGHT_FOUND)
		return identity_certified(x);
	if (is == SOUGHT_UNREADABLE)
		return unavailable(x);
	answer_error(x, ERROR_UNAUTHENTICATED, NULL,
	    x->api->english ? "This session has ended; log in again." : "登录已结束或到期,请重新登录");
	return false;
}

bool identity_find(struct exchange *x)
{
	struct str cookie;
	bool authorization = http_header(x->request, "authorization");
	enum cookie_found found = http_cookie(x->request, SESSION_COOKIE, &cookie);
	if (found == COOKIE_NONE && !authorization)
		return by_certificate(x);
	if (found == COOKIE_NONE)
		return by_token(x, bearer_of(x->request));
	if (found == COOKIE_ONE && !authorization)
		return by_session(x);
	answer_error(x, ERROR_INVALID, NULL,
	    found == COOKIE_TWICE ? (x->api->english ? "The cookie " SESSION_COOKIE " stands twice."
						     : "Cookie " SESSION_COOKIE " 重复")
				  : (x->api->english ? "Either a session's cookie or Authorization, not both."
						     : "网页登录的 Cookie 和 Authorization 只能带一个"));
	return false;
}
