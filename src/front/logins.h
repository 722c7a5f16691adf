/*
 * logins.h - tokens and codes that are not good: whose answers wait, when an address is told to come later, when
 * people are told.
 *
 * Place: front; both ways in use it. Only what fails is slowed. A token that is good is answered at once, whichever
 * failed before: a stranger cannot lock a desk out. Codes are short, so before one is looked at there
 * are limits, by address and for all together. Everything is counted in each process and forgotten at a restart.
 */
#ifndef FRONT_LOGINS_H
#define FRONT_LOGINS_H
#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct conn_peer;
struct logins;

#define LOGIN_NETWORK 64
/* Which network a peer is counted by: an IPv4 address, or the /64 of an IPv6 one. "": loopback or a Unix socket,
 * which no address tells apart. */
const char *login_network(const struct conn_peer *peer, char out[LOGIN_NETWORK]);

struct logins *logins_new(void);
void logins_free(struct logins *l);

/* What becomes of the answer to one that failed. */
struct login_delay {
	int64_t hold_ms;  /* it leaves so much later; 0: at once. Not 0: logins_released when it has left */
	int64_t retry_ms; /* not 0: the network failed too often, and is told when to come again */
	bool noted;       /* so many failed in this minute that another line in the log says nothing new */
};
/* One failed. account: whose token it was before it was revoked; NULL: not known. */
struct login_delay logins_failed(struct logins *l, const char *network, const char *account,
    struct mono_ms now);
/* A held answer has left, or the one who waited for it has gone. */
void logins_released(struct logins *l);

/* 0: a code from there may be looked at, and has been counted; else after how many ms. */
int64_t logins_code_wait(struct logins *l, const char *network, struct mono_ms now);

/* Is it time to tell people? Fills how many failed since the last time, and the account (NULL: none in particular;
 * good until the next call). At most once in LOGIN_ALARM_EVERY_MS. */
#define LOGIN_ALARM_EVERY_MS INT64_C(300000)
#define LOGIN_ALARM_AT 20        /* failures in a minute */
#define LOGIN_ALARM_AT_ACCOUNT 5 /* with an account's revoked tokens */
bool logins_alarm(struct logins *l, struct mono_ms now, int64_t *failures, const char **account);

struct login_metrics {
	int64_t failures, held, held_now, codes_refused, alarms;
};
struct login_metrics logins_metrics(const struct logins *l);

#endif
