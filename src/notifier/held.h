/*
 * held.h - what keeps a notice from going now by a channel whose turn it is, and until when.
 *
 * The same answer decides what goes (turn.c) and is shown to people (commands.c). Codes are those of docs/PROTOCOL.md.
 * Place: notifier; a part of the pump.
 */
#ifndef NOTIFIER_HELD_H
#define NOTIFIER_HELD_H
#include "domain/outgoing.h"

struct addressee;
struct json;
struct pump;

enum held_by {
	HELD_NOT,
	HELD_RETRY,     /* its own next try */
	HELD_QUIET,     /* the end of the quiet hours */
	HELD_FAILURES,  /* the channel has failed too often */
	HELD_PAUSE,     /* its provider asked for silence */
	HELD_BROKEN,    /* its configuration is wrong */
	HELD_GONE,      /* its receiver wants nothing more, until a person opens it */
	HELD_TRIAL,     /* one is under way that says whether it is well again */
	HELD_BUDGET,    /* its minute is full */
	HELD_NUMBER,    /* the number's minute or hour is full */
	HELD_HALF_HOUR, /* a digest leaves :00 and :30 to others */
	HELD_TURN,      /* it goes next */
	HELDS
};
extern const char *const held_names[HELDS]; /* "retry" … */

struct held {
	enum held_by by;
	int64_t until; /* 0: not known */
};

/* From when on this channel may take it for this addressee, whatever its own budget; `now`: now. */
int64_t held_until(struct pump *p, const struct outgoing *o, const struct addressee *to,
    const struct notice_channel *c, int64_t now);
/* A message of that class was begun to this phone (NULL: the channel needs none); the one begun at that instant does not count. */
void held_sent(struct pump *p, const struct notice_channel *c, const char *phone, enum notice_class class,
    int64_t at);
void held_not_sent(struct pump *p, const struct notice_channel *c, const char *phone, enum notice_class class,
    int64_t at);
/* The members held_by and held_until of the object that is open; nothing where nothing is waited for. */
void held_json(struct json *j, struct held h);

#endif
