/*
 * counts.h - what this notifier has counted since it started, and what waits now: for /metrics.
 *
 * By class, and by channel of notices.yaml; those beyond COUNTED_CHANNELS are counted as one. No notice, no unit and
 * no person is named.
 * Place: notifier; under the pump.
 */
#ifndef NOTIFIER_COUNTS_H
#define NOTIFIER_COUNTS_H
#include "channel/channel.h"
#include "domain/outgoing.h"
#include "store/outbox.h"

#define COUNTED_CHANNELS 64

struct notice_counts;
struct json;

struct notice_counts *counts_new(void);
void counts_free(struct notice_counts *c);

void counts_made(struct notice_counts *c, const struct outgoing *o);
void counts_ended(struct notice_counts *c, const struct outgoing *o);
/* A message of this class was answered by the channel's provider, or could not be sent. */
void counts_sent(struct notice_counts *c, const struct notice_channel *by, enum notice_class class,
    enum channel_judgement verdict);
/* The first provider has it, so long after its event. */
void counts_accepted(struct notice_counts *c, const struct outgoing *o, int64_t now);
void counts_receipt(struct notice_counts *c, const struct notice_channel *by, enum receipt_kind kind);
/* A reply by short message; enum reply_fault, REPLY_FAULTS: it was taken. */
void counts_reply(struct notice_counts *c, enum reply_fault fault);
/* Members of the object that is open: a list a family (api/metrics_notices.c). */
void counts_json(const struct notice_counts *c, struct json *j);

#endif
