/*
 * sender.h - sends one message by one channel and says how it went: secrets, tokens, the exchange, the verdict.
 *
 * A token that is missing or no longer good is fetched first, once for all that wait for it, and the message sent again
 * once; so a caller never sees VERDICT_RENEW. What is missing (a secret, a phone) is VERDICT_BROKEN or VERDICT_REFUSED
 * without anything being sent. Nothing is tried twice here, and nothing is stored: src/notice decides, the outbox keeps.
 * Place: notifier; above channel.
 */
#ifndef NOTIFIER_SENDER_H
#define NOTIFIER_SENDER_H
#include "notifier/secrets.h"

struct event_base;
struct options;
struct sender;
struct sending_one;

struct sent_one {
	struct channel_verdict verdict; /* the code is "missing phone" and the like where nothing was sent */
	int status;                     /* of HTTP or SMTP; 0: no answer */
	int64_t took_ms;
	struct str
	    request; /* as people may see it; of what was accepted, where it was asked for. n 0: there is none */
	struct str answer; /* likewise, at most 512 bytes */
};

/* Once, from the loop. Texts are good during the call. */
typedef void sent_cb(void *arg, const struct sent_one *sent);

struct sender *sender_new(struct event_base *base, const struct options *o);
void sender_free(struct sender *s);
/* Another mechanism, or the same where the files of secrets have changed; it is held. What has not been written yet is told
 * as VERDICT_RETRY. */
void sender_take(struct sender *s, struct mechanism *m);
/* Is it this mechanism that it has? */
bool sender_knows(const struct sender *s, const struct mechanism *m);
struct secrets *sender_secrets(struct sender *s);

/* So many are under way that no more is taken. */
bool sender_full(const struct sender *s);
/* The channel is of the notices in force; the message is copied. The callback is not called before this returns.
 * shown: the request is wanted as people may see it. */
struct sending_one *sender_send(struct sender *s, const struct notice_channel *c,
    const struct channel_message *m, bool shown, sent_cb *cb, void *arg);
/* The callback is not called; what was written stays written. */
void sender_cancel(struct sending_one *one);

#endif
