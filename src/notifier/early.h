/*
 * early.h - receipts that came before the answer which says the provider's number of their message. Place: notifier.
 *
 * Some providers name a message by their own number alone, which is in their answer; a quick one's receipt overtakes it. The
 * newest are kept for a short while, in memory: after a restart the numbers of their messages are unknown.
 */
#ifndef NOTIFIER_EARLY_H
#define NOTIFIER_EARLY_H
#include "channel/channel.h"

#define EARLY_MOST 128
#define EARLY_TEXT 128 /* bytes; a longer number is not kept */

struct early_receipt {
	int64_t at; /* 0: none */
	enum receipt_kind kind;
	char channel[EARLY_TEXT], provider[EARLY_TEXT], code[EARLY_TEXT];
};

struct early {
	struct early_receipt v[EARLY_MOST]; /* round and round */
	int next;
};

void early_keep(struct early *e, const struct notice_channel *c, const struct channel_receipt *r,
    int64_t now);
/* The oldest of them with that number, once; its texts are good until another is kept. False: there is none. */
bool early_take(struct early *e, const struct notice_channel *c, const char *provider, int64_t now,
    struct channel_receipt *out);

#endif
