/*
 * exchange_commands.h - what people ask of partners: what was handed over, what differs, compare now.
 */
#ifndef NOTIFIER_EXCHANGE_COMMANDS_H
#define NOTIFIER_EXCHANGE_COMMANDS_H
#include "domain/command.h"

struct notice_asked;
struct notifier;

/* Each answers, at once or later. */
void exchange_list(struct notifier *n, struct notice_asked *a, const struct command *c);
void exchange_differences(struct notifier *n, struct notice_asked *a, const struct command *c);
void exchange_compare_now(struct notifier *n, struct notice_asked *a, const struct command *c);
void exchange_hand_over(struct notifier *n, struct notice_asked *a, const struct command *c);

#endif
