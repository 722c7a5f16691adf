/*
 * say.h - what the engine is told of messages to partners, until it knows: that an instruction was not taken in time,
 * for the desk, and that one was taken, with the partner's number.
 *
 * Each is a command with a key of its own, so that one which is told twice is one. The row remembers only what the engine has
 * answered: while the engine is away, the next turn tells it again.
 */
#ifndef NOTIFIER_SAY_H
#define NOTIFIER_SAY_H
#include "domain/exchange.h"
#include "store/handed.h"

struct notifier;
struct handed_words;

struct handed_words *handed_words_new(struct notifier *n, struct handed_file *file);
void handed_words_free(struct handed_words *s);
/* For the incident's record: `by` has dropped the message, and why; why NULL: sends after all what was dropped. */
void handed_decided(struct handed_words *s, const struct exchange_partner *p, const struct handed *row,
    const char *by, const char *why);
/* What has not been told yet; from each turn. */
void handed_words_turn(struct handed_words *s, const struct exchange_partners *x);

#endif
