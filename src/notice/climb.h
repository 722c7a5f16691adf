/*
 * climb.h - a notice's way: which channel is taken when, when it is tried again, when it is given up.
 *
 * Pure: what a notice becomes is a function of the notice, the channels that its recipient has now, the rules of
 * notices.yaml and the instant. The states are those of domain/outgoing.h. A notice begins at the first of its
 * recipient's channels (P1 at the first two), goes on to the next where that has not taken it in time, and ends when it is
 * delivered, acted upon, too old, or when no channel is left.
 */
#ifndef NOTICE_CLIMB_H
#define NOTICE_CLIMB_H
#include "channel/channel.h"
#include "domain/outgoing.h"

/* Of a new one, or of one that a person sends again: the first channels wait to send, not before send_at and not in quiet
 * hours. expires_at counts from then. */
void climb_begin(struct outgoing *o, const struct notices *rules, const struct channel_list *by, int64_t now);
/* A person does not want to wait for its next try, or for the end of the quiet hours. False: nothing of it waits. */
bool climb_try_now(struct outgoing *o, int64_t now);
/* What the time that has passed makes of it: the next channel, or its end. True where it has changed. */
bool climb_on(struct outgoing *o, const struct notices *rules, const struct channel_list *by, int64_t now);
/* When climb_on may change it, or a channel of it may send: the earliest after now; 0: never by time. What waits for an answer or
 * for a channel's budget does not wait for the time. */
int64_t climb_wake(const struct outgoing *o, const struct notices *rules, const struct channel_list *by,
    int64_t now);

/* Every channel was tried and waited for, and none has taken it, or it could not even be tried for as long as a delivery may
 * take (a channel that is held, a budget that is spent): it is tried on, and the desk is to be told. */
bool climb_in_vain(const struct outgoing *o, const struct notices *rules, const struct channel_list *by,
    int64_t now);

/* The channel of its ith attempt, as it is configured now; NULL: there is none of that name any more. */
const struct notice_channel *climb_channel(const struct outgoing *o, int i, const struct notices *rules);

/* It goes: written before the first byte leaves, so that one that dies then knows that it knows nothing. */
void climb_sends(struct outgoing *o, int i, const char *carrier, int64_t now);
/* The wall clock was put on by `step` (< 0: back), and stood at `before`: what waits waits as long as was meant. What was to begin
 * later than that (a morning after quiet hours) still begins at that hour. False: nothing changed. */
bool climb_shift(struct outgoing *o, int64_t step, int64_t before);
/* Of one that was found at a start: by how much the clock was put back meanwhile, <= 0. It was sent, or happened, after now. */
int64_t climb_ahead(const struct outgoing *o, int64_t now);
/* Of one that was found SENDING at a start. */
void climb_interrupted(struct outgoing *o, const struct notices *rules, int64_t now);
/* What the provider's answer makes of its ith attempt. */
void climb_answered(struct outgoing *o, int i, const struct notice_channel *c,
    const struct channel_verdict *v, int64_t now);
/* Of a receipt: forward only. False: it changes nothing. */
bool climb_receipt(struct outgoing *o, int i, enum receipt_kind kind, const char *code, int64_t now);
/* Its unit has looked at it, or has acted; or what it is about has ended. False: it had ended so already. */
bool climb_opened(struct outgoing *o, int64_t now);
bool climb_acted(struct outgoing *o, int64_t now);
bool climb_cancelled(struct outgoing *o, const char *why, int64_t now);

/* After so many tries the next one waits so long: 1, 5, 30 s, then 5 min, each 20 % more or less by the notice's id. */
int64_t retry_delay_ms(int tries, const char *id);

/* The end of the quiet hours of its class in which `at` lies; `at` where it lies in none. */
int64_t quiet_until(const struct notices *rules, enum notice_class class, int64_t at);

#endif
