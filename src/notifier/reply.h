/*
 * reply.h - a short message from a unit's phone that answers a notice: "1 4711" acknowledges. Place: notifier.
 */
#ifndef NOTIFIER_REPLY_H
#define NOTIFIER_REPLY_H
#include "notifier/notifier.h"

/* Does what it says, in the unit's name, where the code is one of the unit's notices and the phone one of its people's.
 * "1" alone acknowledges the one instruction that waits for that phone. Anything else changes nothing; the log says why. */
void notifier_reply(struct notifier *n, const struct channel_receipt *r);

#endif
