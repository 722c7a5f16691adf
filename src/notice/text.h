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
/* The same of a unit's digest, whose lines stand in their order; `more`: there are more than these. */
void text_of_summary(const struct said *v, int n, bool more, const struct addressee *to,
    const struct notice_channel *c, const struct mechanism *m, int64_t now, struct arena *a,
    struct words *out);

/* A message's text with the time of day at its end: a later one has other bytes. */
const char *text_with_time(const char *text, int64_t at, struct arena *a);

/* What of one unit is overdue, for the office. */
struct overdue_unit {
	const struct unit *unit;
	int n;
	struct said first; /* due first */
};
void text_of_overdue(const struct overdue_unit *v, int n, const struct addressee *to,
    const struct notice_channel *c, const struct mechanism *m, int64_t now, struct arena *a,
    struct words *out);

#endif
