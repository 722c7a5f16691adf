/*
 * url.c - a URL taken apart. Pure.
 * What libraries read in two ways is refused: names in the host's place, backslashes, digits alone, %-escapes in a host.
 */
#include "base/url.h"

#include <arpa/inet.h>

const struct both url_faults[URL_FAULTS] = {
    [URL_GOOD] = {"", ""},
    [URL_LONG] = {"最多 1024 个字节", "at most 1024 bytes"},
    [URL_LETTERS] = {"只能有 ASCII 字符,不能有空格、控制字符和反斜杠",
	"only ASCII, without blanks, control characters and backslashes"},
    [URL_SCHEME] = {"要以 https:// 开头(邮件以 smtps:// 或 smtp:// 开头)",
	"it begins with https:// (mail: smtps:// or smtp://)"},
    [URL_USER] = {"不能在地址里写用户名和密码", "no name and no password in it"},
    [URL_HOST] = {"主机名只能有字母、数字、连字符和点", "a host of letters, digits, hyphens and dots"},
    [URL_PORT] = {"端口要在 1 至 65535 之间", "a port from 1 to 65535"},
    [URL_FRAGMENT] = {"不能有 #", "no #"},
};

static const struct url_scheme {
	const char *name;
	int port;
	bool secure, mail;
} schemes[] = {
    {"https", 443, true, false},
    {"http", 80, false, false},
    {"smtps", 465, true, true},
    {"smtp", 587, true, true},
};

static bool letters_good(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 127 || strchr("\\\"<>^`|", s.p[i]))
			return false;
	return true;
}

static const struct url_scheme *scheme_of(struct str *text)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t n = strlen(schemes[i].name);

		if (text->n > n + 3 && memcmp(text->p, schemes[i].name, n) == 0 &&
		    memcmp(text->p + n, "://", 3) == 0) {
			*text = (struct str){text->p + n + 3, text->n - n - 3};
			return &schemes[i];
		}
	}
	return NULL;
}

static bool is_address(int family, struct str host)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (host.n >= sizeof text)
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return inet_pton(family, text, bytes) == 1;
}

/* A name: labels of letters, digits and hyphens, the last of which is no number, as "127.1" would be. */
static bool is_name(struct str host)
{
	size_t label = 0;
	bool digits = true;

	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && !is_digit(c) && c != '-' && c != '.')
			return false;
		if (c == '.' && label == 0)
			return false;
		digits = c == '.' ? true : digits && is_digit(c);
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0 && !digits && host.n <= 253;
}

/* Takes "name:8443" apart. Without a port the caller's default is kept. */
static enum url_fault authority(struct str text, struct url *u)
{
	const char *end = text.p + text.n, *colon;
	uint64_t port;

	if (text.n > 0 && *text.p == '[') {
		const char *bracket = memchr(text.p, ']', text.n);

		if (!bracket)
			return URL_HOST;
		u->host = (struct str){text.p + 1, (size_t)(bracket - text.p - 1)};
		u->literal = true;
		colon = bracket + 1;
	} else {
		colon = memchr(text.p, ':', text.n);
		colon = colon ? colon : end;
		u->host = (struct str){text.p, (size_t)(colon - text.p)};
		u->literal = is_address(AF_INET, u->host);
	}
	if (u->literal ? !is_address(*text.p == '[' ? AF_INET6 : AF_INET, u->host) : !is_name(u->host))
		return URL_HOST;
	if (colon == end)
		return URL_GOOD;
	if (*colon != ':' || !str_uint((struct str){colon + 1, (size_t)(end - colon - 1)}, &port) ||
	    port < 1 || port > 65535)
		return URL_PORT;
	u->port = (int)port;
	return URL_GOOD;
}

enum url_fault url_parse(struct str text, struct url *out)
{
	const char *whole = text.p;
	const struct url_scheme *scheme;
	size_t n = 0;

	*out = (struct url){0};
	if (text.n > URL_MOST)
		return URL_LONG;
	if (!letters_good(text))
		return URL_LETTERS;
	scheme = scheme_of(&text);
	if (!scheme)
		return URL_SCHEME;
	if (memchr(text.p, '#', text.n))
		return URL_FRAGMENT;
	while (n < text.n && text.p[n] != '/' && text.p[n] != '?')
		n++;
	if (memchr(text.p, '@', n))
		return URL_USER;
	out->scheme = (struct str){whole, strlen(scheme->name)};
	out->port = scheme->port;
	out->secure = scheme->secure;
	out->mail = scheme->mail;
	out->path = (struct str){text.p + n, text.n - n};
	return authority((struct str){text.p, n}, out);
}
