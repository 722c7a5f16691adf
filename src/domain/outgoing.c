/* outgoing.c - the names of a notice's states. Place: domain; pure. */
#include "domain/outgoing.h"

const char *const outgoing_state_names[OUTGOING_STATES] = {
    [OUTGOING_QUEUED] = "queued",
    [OUTGOING_ACCEPTED] = "accepted",
    [OUTGOING_DELIVERED] = "delivered",
    [OUTGOING_OPENED] = "opened",
    [OUTGOING_ACTED] = "acted",
    [OUTGOING_UNKNOWN] = "unknown",
    [OUTGOING_STALE] = "stale",
    [OUTGOING_DEAD] = "dead",
    [OUTGOING_CANCELLED] = "cancelled",
};
const char *const attempt_state_names[ATTEMPT_STATES] = {
    [ATTEMPT_WAITING] = "waiting",
    [ATTEMPT_SENDING] = "sending",
    [ATTEMPT_ACCEPTED] = "accepted",
    [ATTEMPT_DELIVERED] = "delivered",
    [ATTEMPT_UNKNOWN] = "unknown",
    [ATTEMPT_FAILED] = "failed",
    [ATTEMPT_ENDED] = "ended",
};
