/*
 * trial.h - one notice that is marked as a test, sent at once by one channel, for the person who sets channels up.
 *
 * It goes past ladder, budgets and outbox: it is no notice of anything. The answer says what was asked of the provider
 * (secrets masked), what it answered, what that means, and its receipt where one comes in time.
 * Place: notifier; above sender.h.
 */
#ifndef NOTIFIER_TRIAL_H
#define NOTIFIER_TRIAL_H
#include "domain/circumstances.h"
#include "notifier/held.h"
#include "notifier/sender.h"
#include "wire/notice_message.h"

#define TRIALS_AT_ONCE 32
#define TRIAL_RECEIPT_MS 8000 /* so long a receipt is waited for, at most; no longer than an answer is */

struct trials;

struct trial_ask {
	struct mechanism *mechanism;
	const struct circumstances *around; /* who is on duty */
	/* Of notices.yaml. recipient: one of its names, else a phone, a mail address or a WeCom user as it is. */
	const char *channel, *recipient;
	bool english, training; /* training: nothing goes out */
	int64_t now;
};

/* Once, from the loop or from inside trials_ask. Good during the call. */
typedef void trial_cb(void *arg, const struct notice_answer *answer);

/* patience_ms: how long an answer is waited for. */
struct trials *trials_new(struct event_base *base, struct sender *sender, int64_t patience_ms);
/* good: called for the channel of each test that its provider accepted. held: what keeps the channel's notices from going, which
 * the answer says. */
typedef void trial_good(void *arg, const struct notice_channel *c);
typedef struct held trial_held(void *arg, const struct notice_channel *c);
void trials_listen(struct trials *t, trial_good *good, trial_held *held, void *arg);
/* No callback is called. */
void trials_free(struct trials *t);
void trials_ask(struct trials *t, const struct trial_ask *ask, trial_cb *cb, void *arg);
/* The asker has gone: its callback is not called. */
void trials_forget(struct trials *t, const void *arg);
/* Was it the receipt of a test? Then it is told there. */
bool trials_receipt(struct trials *t, const struct notice_channel *c, const struct channel_receipt *r);

#endif
