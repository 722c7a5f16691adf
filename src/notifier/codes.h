/*
 * codes.h - the codes by which replies name instructions (1 4711): which are free. Place: notifier.
 *
 * Who answers with a code means one instruction: none of the last day has the same, as long as there are others.
 */
#ifndef NOTIFIER_CODES_H
#define NOTIFIER_CODES_H
#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

#define REPLY_WITHIN_MS (24 * HOUR_MS) /* so long a code is good */
#define CODE_FIRST 1000
#define CODES 9000 /* to 9999 */

struct outbox;

struct codes {
	int64_t given_at[CODES]; /* the last time; 0: not in the last day */
};

/* False: the outbox could not be read. */
bool codes_open(struct codes *c, struct outbox *outbox, int64_t now);
/* False: no instruction is ever given such a code. 0 is what notices have that no reply can name. */
bool codes_given(int code);
/* The code, or the next free one behind it. 0 stays 0: none is wanted. */
int codes_free(const struct codes *c, int code, int64_t now);
void codes_take(struct codes *c, int code, int64_t now);

#endif
