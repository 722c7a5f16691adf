/*
 * number.h - how many messages one phone number takes by one channel: so many a minute and an hour, as providers of short
 * messages count them. Pure.
 *
 * An instruction is held by earlier instructions alone, so that a reminder never takes the place of what begins a limit. All else is
 * held by everything that went before. So in any minute, and in any hour, no more instructions begin than the limit (those of P1
 * aside), and of all else no more than what the limit leaves over after what came before it.
 */
#ifndef NOTICE_NUMBER_H
#define NOTICE_NUMBER_H
#include "channel/channel.h"
#include "domain/outgoing.h"
#include "notice/window.h"

/* What went to one number by one channel. */
struct number_uses {
	struct sliding_window instructions, all;
};

/* Room for what the channel's limits count. */
void number_open(struct number_uses *u, const struct notice_channel *c);
void number_free(struct number_uses *u);
/* A message of that class was begun; it did not count after all; the wall clock was put on by `step`. */
void number_add(struct number_uses *u, enum notice_class class, int64_t at);
void number_remove(struct number_uses *u, enum notice_class class, int64_t at);
void number_shift(struct number_uses *u, int64_t step);
/* From when on this notice may go to the number; `now`: now. A third of the hour is left to instructions. A P1 instruction does
 * not wait; it counts. */
int64_t number_from(const struct number_uses *u, const struct notice_channel *c, const struct outgoing *o,
    int64_t now);
/* Does a message with that verdict count? Not one that the provider surely has not taken, nor one that goes again as the same. */
bool number_counts(const struct notice_channel *c, enum channel_judgement verdict);

#endif
