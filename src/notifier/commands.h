/*
 * commands.h - what people ask of notices: notice.list, .retry, .drop, .replies, .test, handed over by a front end. Place: notifier.
 */
#ifndef NOTIFIER_COMMANDS_H
#define NOTIFIER_COMMANDS_H
#include "notifier/socket.h"

/* An asked_handler; arg of the socket is the struct notifier. Roles and own units are looked at once more. */
void notifier_command(struct notice_asked *a);

#endif
