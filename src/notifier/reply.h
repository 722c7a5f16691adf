/*
 * reply.h - a short message from a unit's phone that answers a notice: "1 4711" acknowledges. Place: notifier.
 */
#ifndef NOTIFIER_REPLY_H
#define NOTIFIER_REPLY_H
#include "notifier/notifier.h"

struct command;
struct notice_asked;

/* Does what it says, in the unit's name, where the code is one of the unit's notices and the phone one of its people's; words
 * behind the code become progress, or the reason of a return. "1" alone acknowledges the one instruction that waits for that phone.
 * Anything else changes nothing and is kept for people, with why. */
void notifier_reply(struct notifier *n, const struct notice_channel *c, const struct channel_receipt *r);

/* Those that the engine has not answered, after a restart or while it was away; from each pulse. */
void replies_turn(struct notifier *n);
/* The outbox is empty: those that are with the engine are written again. */
void replies_write(struct notifier *n);
/* Forgets those that the engine has not answered yet. */
void replies_end(struct notifier *n);

/* notice.replies: those that were not taken. A role that may see a reporter's phone sees phone and words; the others see them masked. */
void replies_list(struct notifier *n, struct notice_asked *a, const struct command *c);

#endif
