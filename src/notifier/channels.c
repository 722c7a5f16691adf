/* channels.c - see channels.h. Place: notifier. */
#include "notifier/channels.h"

#include "base/clock.h"
#include "base/log.h"
#include "mechanism/load.h"
#include "notifier/reply.h"

static void on_trial(void *arg, const struct notice_answer *answer)
{
	asked_answer(arg, answer);
}

void notifier_test(struct notifier *n, struct notice_asked *a, const struct command *c)
{
	struct trial_ask ask = {
	    .around = front_around(n->front),
	    .channel = command_text(c, FIELD_CHANNEL),
	    .recipient = command_text(c, FIELD_RECIPIENT),
	    .training = n->child->options->training,
	    .english = a->ask.english,
	    .now = clock_wall().ms,
	};

	if (!front_mechanism(n->front) || !sender_knows(n->sender, front_mechanism(n->front))) {
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, "通知进程正在启动", "The notifier is starting.");
		return;
	}
	ask.mechanism = front_hold_mechanism(n->front);
	trials_ask(n->trials, &ask, on_trial, a);
	mechanism_release(ask.mechanism);
}

static void take_receipt(struct notifier *n, const struct notice_channel *c, const struct channel_receipt *r)
{
	if (r->kind == RECEIPT_REPLY)
		notifier_reply(n, c, r);
	else if (!trials_receipt(n->trials, c, r))
		pump_receipt(n->pump, c, r);
}

void receipt_asked(struct notice_asked *a)
{
	struct notifier *n = a->arg;
	const struct mechanism *m = front_mechanism(n->front);
	const struct notice_channel *c = m && m->notices ? notices_channel(m->notices, a->ask.name) : NULL;
	struct channel_receipts got;

	if (!m) {
		asked_refuse(a, ERROR_UNAVAILABLE, NULL, "通知进程正在启动", "The notifier is starting.");
		return;
	}
	if (!c || !secrets_receipt_good(sender_secrets(n->sender), c, a->ask.secret)) {
		asked_refuse(a, ERROR_UNAUTHENTICATED, NULL, "通道或凭据不对",
		    "no such channel, or a wrong secret");
		return;
	}
	got = channel_receipts(c, a->ask.body, a->arena);
	log_info("receipts", "channel=%s n=%d status=%d", c->id, got.n, got.status);
	for (int i = 0; i < got.n; i++)
		take_receipt(n, c, &got.v[i]);
	asked_answer(a,
	    &(struct notice_answer){
		.code = OK, .status = got.status, .type = "application/json", .result = str_of(got.body)});
}
