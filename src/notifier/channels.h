/*
 * channels.h - what is asked of the notifier about channels: a test by a person, a receipt by a provider.
 * Place: notifier; above sender.h, trial.h and socket.h.
 */
#ifndef NOTIFIER_CHANNELS_H
#define NOTIFIER_CHANNELS_H
#include "notifier/notifier.h"
#include "notifier/socket.h"
#include "notifier/trial.h"

/* asked->arg is the struct notifier. Of POST /v1/receipts/CHANNEL/SECRET: a channel that is unknown and a secret that is
 * wrong get the same answer; what the provider is answered is committed before. */
asked_handler receipt_asked;
/* notice.test. */
void notifier_test(struct notifier *n, struct notice_asked *a, const struct command *c);
#endif
