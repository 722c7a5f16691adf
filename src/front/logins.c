/*
 * logins.c - token buckets over what failed: by network, by account, and for all codes.
 * Place: front. Invariant: held_now is at most HELD_MOST.
 */
#include "front/logins.h"
#include "base/bucket.h"
#include "base/log.h"
#include "base/str.h"
#include "wire/conn.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 4096
#define PATIENT_PER_MILLE 50 /* three a minute are answered at once: people mistype */
#define PATIENT_BURST 3
#define REFUSE_PER_MILLE 167 /* ten a minute; beyond that they are told to come later */
#define REFUSE_BURST 10
#define CODES_PER_MILLE 2000 /* of all networks together: two a second */
#define CODES_BURST 60
#define HOLD_MS 1000
#define HELD_MOST 256
#define WINDOW_MS INT64_C(60000)
#define ACCOUNT_TEXT 65

struct logins {
	struct buckets *patient, *refuse, *codes_of, *codes, *accounts;
	int64_t window_at, in_window; /* failures since then */
	int64_t untold;               /* since the last alarm */
	int64_t alarmed_at;           /* 0: never */
	bool due;
	char account[ACCOUNT_TEXT], told[ACCOUNT_TEXT];
	struct login_metrics n;
};

const char *login_network(const struct conn_peer *peer, char out[LOGIN_NETWORK])
{
	const char *end = strrchr(peer->text, ':');
	unsigned char six[16];

	out[0] = '\0';
	if (peer->loopback || peer->is_unix || !end || end - peer->text >= LOGIN_NETWORK)
		return out;
	if (peer->text[0] != '[') {
		memcpy(mempcpy(out, peer->text, (size_t)(end - peer->text)), "", 1);
		return out;
	}
	memcpy(mempcpy(out, peer->text + 1, (size_t)(end - peer->text) - 2), "", 1);
	if (inet_pton(AF_INET6, out, six) != 1)
		return out;
	memset(six + 8, 0, 8);
	inet_ntop(AF_INET6, six, out, LOGIN_NETWORK);
	return out;
}

struct logins *logins_new(void)
{
	struct logins *l = xalloc(sizeof *l);

	*l = (struct logins){.patient = buckets_new(PATIENT_PER_MILLE, PATIENT_BURST, PLACES),
	    .refuse = buckets_new(REFUSE_PER_MILLE, REFUSE_BURST, PLACES),
	    .codes_of = buckets_new(REFUSE_PER_MILLE, REFUSE_BURST, PLACES),
	    .codes = buckets_new(CODES_PER_MILLE, CODES_BURST, 1),
	    .accounts = buckets_new(LOGIN_ALARM_AT_ACCOUNT * 1000 / 60, LOGIN_ALARM_AT_ACCOUNT - 1, PLACES)};
	return l;
}

void logins_free(struct logins *l)
{
	if (!l)
		return;
	buckets_free(l->patient);
	buckets_free(l->refuse);
	buckets_free(l->codes_of);
	buckets_free(l->codes);
	buckets_free(l->accounts);
	free(l);
}

/* True where the account's revoked tokens are tried too often. */
static bool count(struct logins *l, const char *account, struct mono_ms now)
{
	bool often = account && buckets_take(l->accounts, account, now) > 0;

	l->n.failures++;
	l->untold++;
	if (now.ms - l->window_at >= WINDOW_MS) {
		l->window_at = now.ms;
		l->in_window = 0;
	}
	l->due |= ++l->in_window >= LOGIN_ALARM_AT;
	if (often) {
		l->due = true;
		snprintf(l->account, sizeof l->account, "%s", account);
	}
	return often;
}

struct login_delay logins_failed(struct logins *l, const char *network, const char *account,
    struct mono_ms now)
{
	bool often = count(l, account, now);
	struct login_delay d = {.noted = l->in_window > LOGIN_ALARM_AT};

	if (*network) {
		d.retry_ms = buckets_take(l->refuse, network, now);
		often |= buckets_take(l->patient, network, now) > 0;
	}
	if (often && l->n.held_now < HELD_MOST) {
		d.hold_ms = HOLD_MS;
		l->n.held++;
		l->n.held_now++;
	}
	return d;
}

void logins_released(struct logins *l)
{
	l->n.held_now--;
}

int64_t logins_code_wait(struct logins *l, const char *network, struct mono_ms now)
{
	int64_t wait = *network ? buckets_wait(l->codes_of, network, now) : 0,
		all = buckets_wait(l->codes, "", now);

	if (wait || all) {
		l->n.codes_refused++;
		return wait > all ? wait : all;
	}
	if (*network)
		buckets_take(l->codes_of, network, now);
	buckets_take(l->codes, "", now);
	return 0;
}

bool logins_alarm(struct logins *l, struct mono_ms now, int64_t *failures, const char **account)
{
	if (!l->due || (l->alarmed_at && now.ms - l->alarmed_at < LOGIN_ALARM_EVERY_MS))
		return false;
	memcpy(l->told, l->account, sizeof l->told);
	*failures = l->untold;
	*account = *l->told ? l->told : NULL;
	l->account[0] = '\0';
	l->due = false;
	l->untold = l->in_window = 0;
	l->window_at = l->alarmed_at = now.ms;
	l->n.alarms++;
	return true;
}

struct login_metrics logins_metrics(const struct logins *l)
{
	return l->n;
}
