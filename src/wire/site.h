/*
 * site.h - what a browser says of where a request comes from: Host, Origin, Cookie. Pure.
 */
#ifndef WIRE_SITE_H
#define WIRE_SITE_H
#include "wire/http.h"

/* The name or address of a Host header without its port: "a.cn" of "a.cn:8110", "[::1]" of "[::1]:8110". */
struct str site_host(const char *header);
/* Is it a name by which only this machine reaches itself, or one of these (lower case, comma-separated; NULL: none)?
 * Letters' case does not matter, nor does a dot at the end. */
bool site_known(const char *header, const char *hosts);
bool site_loopback(const char *header);
/* Is this Origin of the same host and port as the Host header, by https, or by http where `plain`? */
bool site_own_origin(const char *origin, const char *host, bool plain);

enum cookie_found { COOKIE_NONE, COOKIE_ONE, COOKIE_TWICE };
/* The cookie of that name, in whichever Cookie headers it stands. Two of them could be read as either: TWICE, also
 * where they are equal. Its value is as it was sent, with quotes where there are some. */
enum cookie_found http_cookie(const struct http_request *r, const char *name, struct str *value);

#endif
