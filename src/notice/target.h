/*
 * target.h - what one channel may take now: no more in a minute than its provider bears, a third of it for instructions
 * alone; and after several failures nothing for a while, then one to try it. Silence that the provider asked for is no failure.
 *
 * Pure: the instants are passed in.
 */
#ifndef NOTICE_TARGET_H
#define NOTICE_TARGET_H
#include "notice/window.h"

#define TARGET_FAILURES 5
#define TARGET_REFUSALS 4
#define TARGET_OPEN_MS INT64_C(60000)
#define TARGET_BROKEN_MS INT64_C(600000) /* what only a person can mend is tried again so late */

struct target {
	int per_minute;              /* 0: no limit */
	struct sliding_window begun; /* the last per_minute messages */
	int failures;                /* in a row */
	int64_t closed_until;        /* nothing is sent before; 0: open */
	int refusals;                /* in a row, of as many recipients */
	uint32_t refused[TARGET_REFUSALS];
	bool trying; /* one is under way that says whether it is well again */
	bool broken; /* it was closed because its configuration is wrong */
	bool gone;   /* it wants nothing more: closed until a person opens it, whatever else is heard of it */
};

void target_open(struct target *t, int per_minute);
/* Another limit from now on; what was begun is forgotten, and all else stays as it is. */
void target_limit(struct target *t, int per_minute);
void target_free(struct target *t);
/* From when on it may take one of this class; `now`: now. INT64_MAX: not before the one under way is answered, or a person opens it. */
int64_t target_from(const struct target *t, enum notice_class class, int64_t now);
/* One is begun, at `at`. */
void target_takes(struct target *t, int64_t at);
/* The wall clock was put on by `step`. */
void target_shift(struct target *t, int64_t step);
/* Is it closed for what only a person can mend, so that no notice waits for it? */
bool target_shut(const struct target *t, int64_t now);
/* What came of it. */
void target_good(struct target *t);
/* One recipient's; true: so many different ones in a row that it must be the channel, which is closed. An account without money
 * often answers with a code that is told of no other. */
bool target_refused(struct target *t, uint32_t recipient, int64_t now);
void target_bad(struct target *t, int64_t now);
/* The provider asked for silence, or the channel is no good. */
void target_hold(struct target *t, int64_t until, bool broken);

#endif
