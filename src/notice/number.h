/*
 * number.h - how many messages one phone number takes by one channel: so many a minute and an hour, as providers of short
 * messages count them. Pure.
 */
#ifndef NOTICE_NUMBER_H
#define NOTICE_NUMBER_H
#include "channel/channel.h"
#include "domain/outgoing.h"
#include "notice/window.h"

/* Room for what the channel's limits count. */
void number_open(struct sliding_window *w, const struct notice_channel *c);
/* From when on this notice may go to the number; `now`: now. A third of the hour is for instructions. A P1 instruction does
 * not wait; it counts. */
int64_t number_from(const struct sliding_window *w, const struct notice_channel *c, const struct outgoing *o,
    int64_t now);
/* Does a message with that verdict count? Not one that the provider surely has not taken, nor one that goes again as the same. */
bool number_counts(const struct notice_channel *c, enum channel_judgement verdict);

#endif
