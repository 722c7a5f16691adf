/*
 * ability.h - can a channel send now, and if not, why and until when: for status and metrics. Place: notifier; above the pump.
 */
#ifndef NOTIFIER_ABILITY_H
#define NOTIFIER_ABILITY_H
#include "domain/notices.h"

struct arena;
struct pump;

enum channel_ability {
	CHANNEL_SENDS,
	CHANNEL_DEAF,   /* it sends; what its provider says of it cannot be read */
	CHANNEL_HELD,   /* paused: it failed, or its provider asked for it */
	CHANNEL_BROKEN, /* wrong as it is configured, says the provider; tried again by itself after a while */
	CHANNEL_MISSING, /* a file that it needs cannot be used */
	CHANNEL_ABILITIES
};
extern const char *const channel_ability_names[CHANNEL_ABILITIES]; /* "sends", "deaf" … */

struct ability {
	enum channel_ability can;
	int64_t until;   /* nothing is sent before; 0: not known, or it goes on with the next message */
	const char *why; /* a code, or a sentence of MISSING and DEAF; "" */
};

/* In the arena. */
struct ability channel_ability_of(struct pump *p, const struct notice_channel *c, bool english, int64_t now,
    struct arena *a);

#endif
