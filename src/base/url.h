/*
 * url.h - a URL of a server, taken apart as strictly as those need who ask before they connect. Place: base; pure.
 */
#ifndef BASE_URL_H
#define BASE_URL_H
#include "base/both.h"
#include "base/str.h"

enum url_fault {
	URL_GOOD,
	URL_LONG,     /* more than URL_MOST bytes */
	URL_LETTERS,  /* a blank, a control character, a byte that is no ASCII, a backslash */
	URL_SCHEME,   /* no https, http, smtps, smtp before :// */
	URL_USER,     /* a name or a password before the host: @ */
	URL_HOST,     /* no host, or one that is neither a name of letters, digits, - and . nor an address */
	URL_PORT,     /* no number from 1 to 65535 */
	URL_FRAGMENT, /* # */
	URL_FAULTS
};
/* What is expected, for people: a sentence's end in Chinese and in English. */
extern const struct both url_faults[URL_FAULTS];

#define URL_MOST 1024

struct url {
	struct str scheme, host,
	    path;     /* "https"; a v6 address without its brackets; from the / or ? on, may be empty */
	int port;     /* the scheme's own where none is given */
	bool literal; /* the host is an address, not a name */
	bool secure;  /* https, smtps; smtp, too, which begins TLS by itself */
	bool mail;    /* smtps, smtp */
};

/* The parts are borrowed from the text. */
enum url_fault url_parse(struct str text, struct url *out);

#endif
