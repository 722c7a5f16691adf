/*
 * guard.c - where a request comes from: by which name it was asked for, over which connection, from which page.
 *
 * Place: api. A browser sends a session's cookie with any request to us, whichever page made it, so a session's request must show
 * that a page of ours made it. A client's certificate it shows likewise. A token is sent by who knows it, and needs none of this but
 * the name: a stranger's page that has led its own name to our address (DNS rebinding) is refused before anything else is looked at.
 */
#include "api/api.h"
#include "api/endpoints.h"
#include "base/clock.h"
#include "wire/site.h"

/* Of HTTP/1.0, which browsers do not speak, there may be no Host at all. */
bool guard_host(struct exchange *x)
{
	const char *host = x->request->host;
	if (!*host || site_known(host, x->api->options->hosts))
		return true;
	answer_status(x, 421, "wrong-host",
	    "请求的主机名不是本系统的:请用 liandong.yaml 里 http.hosts 所列的主机名或地址访问,或把它加进去",
	    "The Host is none of ours: use a name or address that http.hosts of liandong.yaml lists, or add "
	    "it there.",
	    NULL);
	return false;
}

bool guard_private(struct exchange *x)
{
	if (x->api->options->tls_http.certificate || conn_peer(x->client->conn)->loopback)
		return true;
	answer_status(x, 403, "not-encrypted", "网页登录只能用 https:请用 https 打开,或请管理员配置 tls_http",
	    "Sessions need https: open it by https, or have tls_http configured.", NULL);
	return false;
}

static bool is_safe(const struct exchange *x)
{
	return x->request->method == HTTP_GET || x->request->method == HTTP_HEAD;
}

static bool from_a_browser(const struct exchange *x)
{
	return http_header(x->request, "sec-fetch-site") || http_header(x->request, "origin");
}

/* A page that was opened by hand, and not by a link, says `none`. */
static bool from_our_page(const struct exchange *x)
{
	const char *site = http_header(x->request, "sec-fetch-site");
	const char *origin = http_header(x->request, "origin");
	if (site)
		return text_eq(site, "same-origin") || (is_safe(x) && text_eq(site, "none"));
	if (!origin)
		return is_safe(x);
	return site_own_origin(origin, x->request->host, site_loopback(x->request->host));
}

/* A text browser says of a form only which page it was on. */
static bool by_referer(const struct exchange *x)
{
	const char *page = http_header(x->request, "referer"), *host = page ? strstr(page, "://") : NULL;
	if (!host || from_a_browser(x))
		return false;
	size_t n = (size_t)(host - page) + 3;
	n += strcspn(page + n, "/?#");
	return site_own_origin(arena_str(x->arena, (struct str){page, n}), x->request->host,
	    site_loopback(x->request->host));
}

bool guard_site(struct exchange *x)
{
	if (from_our_page(x) || by_referer(x))
		return true;
	answer_status(x, 403, "cross-site", "这个请求不是本系统的网页发出的,没有执行",
	    "This request does not come from a page of ours; nothing was done.", NULL);
	return false;
}

bool guard_page(struct exchange *x)
{
	const struct http_request *r = x->request;
	const char *page = http_header(r, "liandong-page");
	if (!is_safe(x) && !from_a_browser(x))
		answer_status(x, 403, "cross-site",
		    "网页登录的请求须由浏览器发出(带请求头 Sec-Fetch-Site 或 "
		    "Origin),没有执行:程序不必登录,每次带上 "
		    "Authorization: Bearer 令牌;要模仿浏览器的,带 Sec-Fetch-Site: same-origin 和 "
		    "Liandong-Page: 1",
		    "A session's request comes from a browser, with Sec-Fetch-Site or Origin; nothing was "
		    "done. A program "
		    "needs no session: send Authorization: Bearer TOKEN. To do as a browser does: "
		    "Sec-Fetch-Site: "
		    "same-origin and Liandong-Page: 1.",
		    NULL);
	else if (!from_our_page(x))
		answer_status(x, 403, "cross-site", "这个请求不是本系统的网页发出的,没有执行",
		    "This request does not come from a page of ours; nothing was done.", NULL);
	else if (is_safe(x))
		return true;
	else if (!text_eq(page, "1"))
		answer_status(x, 403, "cross-site", "网页登录的请求须带请求头 Liandong-Page: 1",
		    "A session's request needs the header Liandong-Page: 1.", NULL);
	else if (!exchange_is_json(http_header(r, "content-type")))
		answer_status(x, 403, "cross-site", "网页登录的请求须带 Content-Type: application/json",
		    "A session's request needs Content-Type: application/json.", NULL);
	else
		return true;
	return false;
}

bool guard_certified(struct exchange *x)
{
	return !from_a_browser(x) || guard_page(x);
}

/* A browser shows a certificate by itself, so one alone does not say who sits there. A program that holds
 * the certificate's key is as one that holds a token. */
bool guard_fresh(struct exchange *x)
{
	bool asked = command_kinds[x->endpoint->command].fresh & 1u << x->who.role,
	     shown = x->by_session ? front_now(x->front) < x->session.fresh_until
				   : !x->by_certificate || !from_a_browser(x);
	if (!asked || shown)
		return true;
	answer_error(x, ERROR_TOKEN_AGAIN, NULL,
	    !x->by_certificate ? NULL
		: x->api->english
		? "A certificate alone does not do for this in a browser: log in with the token "
		  "(POST /v1/session)."
		: "在浏览器里只凭客户端证书不能做这件事:请先用令牌登录(POST /v1/session)");
	return false;
}
