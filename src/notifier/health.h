/* health.h - what cannot be sent and what waits: the notifier's part of status.get. Place: notifier; above the pump. */
#ifndef NOTIFIER_HEALTH_H
#define NOTIFIER_HEALTH_H
#include "notifier/socket.h"

/* asked->arg is the struct notifier. Its answer has `notices` and `warnings`, as status.get has them. */
asked_handler health_asked;

#endif
