/*
 * site.c - Host, Origin and Cookie, read strictly: what could be read in two ways is none of ours.
 */
#include "wire/site.h"

#include <strings.h>

struct str site_host(const char *header)
{
	const char *end = header[0] == '[' ? strchr(header, ']') : strchrnul(header, ':');
	size_t n = end ? (size_t)(end - header) + (header[0] == '[') : strlen(header);

	if (n > 1 && header[n - 1] == '.')
		n--;
	return (struct str){header, n};
}

static bool same_name(struct str a, struct str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

bool site_loopback(const char *header)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
	struct str host = site_host(header);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (same_name(host, str_of(names[i])))
			return true;
	return false;
}

bool site_known(const char *header, const char *hosts)
{
	struct str host = site_host(header), one;

	if (host.n == 0)
		return false;
	if (site_loopback(header))
		return true;
	while ((one = list_next(&hosts)).n)
		if (same_name(host, one))
			return true;
	return false;
}

bool site_own_origin(const char *origin, const char *host, bool plain)
{
	static const char secure[] = "https://", open[] = "http://";

	if (strncmp(origin, secure, sizeof secure - 1) == 0)
		origin += sizeof secure - 1;
	else if (plain && strncmp(origin, open, sizeof open - 1) == 0)
		origin += sizeof open - 1;
	else
		return false;
	return *host && strcasecmp(origin, host) == 0;
}

static struct str trim(struct str s)
{
	for (; s.n && (s.p[0] == ' ' || s.p[0] == '\t'); s.n--)
		s.p++;
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* One header's pairs, with semicolons between. */
static int find_in(const char *header, const char *name, struct str *value)
{
	int found = 0;

	while (*header) {
		const char *end = strchrnul(header, ';');
		const char *equals = memchr(header, '=', (size_t)(end - header));
		struct str key = trim((struct str){header, (size_t)((equals ? equals : end) - header)});

		if (equals && str_is(key, name)) {
			*value = trim((struct str){equals + 1, (size_t)(end - equals - 1)});
			found++;
		}
		header = *end ? end + 1 : end;
	}
	return found;
}

enum cookie_found http_cookie(const struct http_request *r, const char *name, struct str *value)
{
	int found = 0;

	for (size_t i = 0; i < r->n_headers; i++)
		if (strcmp(r->headers[i].name, "cookie") == 0)
			found += find_in(r->headers[i].value, name, value);
	return found == 0 ? COOKIE_NONE : found == 1 ? COOKIE_ONE : COOKIE_TWICE;
}
