/*
 * addressee.h - who a notice is for at this instant: a place (the duty of a unit) becomes a person with an address.
 *
 * Who is on duty now gets it, and not who was when it was made. Pure.
 */
#ifndef NOTICE_ADDRESSEE_H
#define NOTICE_ADDRESSEE_H
#include "channel/channel.h"
#include "domain/deadline.h"
#include "domain/outgoing.h"

struct addressee {
	const struct unit *unit; /* that acts now for the one it was for; NULL: desk, shift leader, office */
	const struct contact *who;    /* NULL: none is known, or none is needed */
	const char *wecom, *mail;     /* NULL: none */
	struct channel_list channels; /* in the order in which they are taken; n 0: it is told nothing */
	int listed;                   /* channels that it has, those that cannot reach it as well */
};

/* Whom this is for, by the mechanism in force. */
struct addressee addressee_of(const struct outgoing *o, const struct mechanism *m,
    const struct circumstances *around, int64_t now);
/* Can this channel reach them? One that wants a phone needs one of its sort. */
bool addressee_by(const struct addressee *to, const struct notice_channel *c);
/* Do both get one message by this channel? The same person, and what may stand in one message. */
bool addressee_same(const struct outgoing *a, const struct outgoing *b, const struct notice_channel *c);
/* The unit's contact with that phone: an instruction may be acknowledged from it. NULL: it is none of theirs. */
const struct contact *addressee_phone(const struct mechanism *m, const struct circumstances *around,
    const struct unit *unit, const char *phone, int64_t now);

#endif
