/*
 * redirect.c - the port without TLS that only leads browsers to the one with it.
 *
 * Place: api; exchange.c gives it every request that came in by that port. A page is led on; a command, or
 * a token, is refused: it has crossed the network in clear already, and its sender must learn of it.
 */
#include "api/api.h"
#include "base/log.h"
#include "wire/site.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* The port of the listener with TLS; the system may have chosen it. */
static unsigned port_of(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;

	memset(&sa, 0, sizeof sa);
	getsockname(fd, (struct sockaddr *)&sa, &len);
	return ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port
					      : ((struct sockaddr_in *)&sa)->sin_port);
}

/* A name or an address as it may stand in a URL, without its port; n 0: it is none. */
static struct str host_of(const char *sent)
{
	size_t n = *sent == '[' ? strcspn(sent, "]") + 1 : strcspn(sent, ":");
	const char *rest = n <= strlen(sent) ? sent + n : "?";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
	if (strspn(sent, letters) < n || (*rest && *rest != ':'))
		n = 0;
	return (struct str){sent, n};
}

/* The bytes that stand for themselves in a path or a query; '/' only in the first. */
static void put_escaped(struct buf *b, const char *text, const char *also)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	for (; *text; text++)
		if (strchr(plain, *text) || strchr(also, *text))
			buf_char(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
}

static const char *location(struct exchange *x, struct str host)
{
	const struct http_request *r = x->request;
	unsigned port = port_of(child_listener(x->api->child, "http"));
	struct buf b = {0};
	buf_printf(&b, "https://%.*s", (int)host.n, host.p);
	if (port != 443)
		buf_printf(&b, ":%u", port);
	put_escaped(&b, r->path, "/");
	for (size_t i = 0; i < r->n_query; i++) {
		buf_char(&b, i ? '&' : '?');
		put_escaped(&b, r->query[i].name, "");
		buf_char(&b, '=');
		put_escaped(&b, r->query[i].value, "");
	}
	return buf_into(&b, x->arena).p;
}

/* Known by `http.hosts`, or where that names none, any that is a host: it leads nowhere but back. */
static bool is_ours(const struct exchange *x, struct str host)
{
	const char *hosts = x->api->options->hosts;
	return host.n && (!hosts || site_known(x->request->host, hosts));
}

void exchange_redirect(struct exchange *x)
{
	const struct http_request *r = x->request;
	struct str host = host_of(r->host);
	bool reads = r->method == HTTP_GET || r->method == HTTP_HEAD;
	bool secret = http_header(r, "authorization") || http_header(r, "cookie");
	if (secret || !reads)
		log_warn("refused without TLS", "peer=%s secret=%d", conn_peer(x->client->conn)->text,
		    secret);
	if (secret)
		answer_status(x, 400, "tls-required",
		    "令牌不能在没有 TLS 的端口上使用,它已经在网络上明文传过:请改用 https,并换掉这个令牌",
		    "A token must not be used without TLS, and this one has crossed the network in clear: "
		    "use https, and replace it.",
		    NULL);
	else if (!reads)
		answer_status(x, 400, "tls-required", "这个端口只把浏览器引到 https,请改用 https",
		    "This port only leads browsers to https; use https.", NULL);
	else if (!is_ours(x, host))
		answer_status(x, 421, "misdirected", "Host 不是本系统的域名", "Host is none of ours.", NULL);
	else
		answer_redirect(x, location(x, host));
}
