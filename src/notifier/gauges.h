/* gauges.h - the answer to GET /metrics: what was counted (counts.h), and what waits now. Place: notifier. */
#ifndef NOTIFIER_GAUGES_H
#define NOTIFIER_GAUGES_H
#include "notifier/socket.h"

/* asked->arg is the struct notifier. */
asked_handler counts_asked;

#endif
