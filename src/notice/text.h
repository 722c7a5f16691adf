/*
 * text.h - what a notice says: what is to be done when, and where to look it up.
 *
 * Never: who reported, the exact address, what was said; of a confidential matter not even its category. A provider, a
 * group and a lock screen read it all. Pure.
 */
#ifndef NOTICE_TEXT_H
#define NOTICE_TEXT_H
#include "domain/incident.h"
#include "notice/addressee.h"

#define TEXT_LINES 20 /* of one message; then how many more there are */

/* One of those that go in one message, with its incident as it is now (NULL: it is of none, or was not found). */
struct said {
	const struct outgoing *o;
	const struct incident *inc;
};

/* The whole message by that channel, and the same in parts for templates: every fact. In the arena. `n` at least 1. How
 * to reply is said where a reply can come. */
struct words {
	const char *text;
	struct notice_field facts[NOTICE_FACTS];
	struct str data; /* a JSON object of the same */
};
void text_of(const struct said *v, int n, const struct addressee *to, const struct notice_channel *c,
    const struct mechanism *m, int64_t now, struct arena *a, struct words *out);

#endif
