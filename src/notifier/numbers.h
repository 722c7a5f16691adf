/*
 * numbers.h - what each phone number was sent by each channel (notice/number.h), over a restart as well.
 *
 * A notice on the disk has no phone. After a start, each message of the last hour in notices.db counts for the phone of the person
 * who was on duty when it was sent.
 * Place: notifier; under the pump.
 */
#ifndef NOTIFIER_NUMBERS_H
#define NOTIFIER_NUMBERS_H
#include "base/map.h"
#include "domain/circumstances.h"
#include "notice/number.h"

struct outbox;
struct mechanism;

struct numbers {
	struct outbox *outbox; /* borrowed */
	struct map all;        /* by channel and phone: struct number_uses */
	struct map channels;   /* those whose past was read */
	struct arena *names;
};

void numbers_open(struct numbers *n, struct outbox *outbox);
void numbers_close(struct numbers *n);
/* The wall clock was put on by `step`. */
void numbers_shift(struct numbers *n, int64_t step);
/* Other limits, other people: all is read again. */
void numbers_forget(struct numbers *n);
/* NULL where the channel does not count them. Good until another number is asked for. */
struct number_uses *numbers_of(struct numbers *n, const struct notice_channel *c, const char *phone,
    const struct mechanism *m, const struct circumstances *around);

#endif
