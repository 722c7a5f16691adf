/* certificates.c - see certificates.h. Place: engine, under troubles.c and heartbeat.c. */
#include "engine/certificates.h"
#include "base/log.h"
#include "base/time.h"

#include <stdio.h>

void certificates_forget(struct certificates_known *k)
{
	while (k->n > 0)
		tls_credentials_free(&k->v[--k->n]);
}

void certificates_take(struct certificates_known *k, int fd)
{
	if (fd < 0)
		return;
	certificates_forget(k);
	if (!tls_credentials_take(fd, k->v, &k->n))
		log_alarm("certificates' dates not understood", "n=%zu", k->n);
}

static bool expires_soon(const struct tls_credentials *c, int64_t now)
{
	return c->expires - now < TLS_SOON_MS;
}

void certificates_look(struct certificates_known *k, int64_t now)
{
	int64_t day = now / DAY_MS;

	if (day == k->alarmed_day)
		return;
	for (size_t i = 0; i < k->n; i++) {
		if (!expires_soon(&k->v[i], now))
			continue;
		k->alarmed_day = day;
		log_alarm("certificate expires", "listener=%s in_days=%lld", k->v[i].listener,
		    (long long)((k->v[i].expires - now) / DAY_MS));
	}
}

void certificates_metrics(const struct certificates_known *k, struct json *j)
{
	char name[64];

	for (size_t i = 0; i < k->n; i++) {
		snprintf(name, sizeof(name), "certificate_%s_expires_ms", k->v[i].listener);
		json_int(j, name, k->v[i].expires);
	}
}

/* One more to a list of sentences. */
static const char *and_then(struct arena *a, const char *before, const char *one, bool english)
{
	return before ? arena_printf(a, "%s%s%s", before, english ? "; " : "；", one) : one;
}

static const char *one_expires(const struct tls_credentials *c, int64_t now, bool english, struct arena *a)
{
	long long days = (long long)((c->expires - now) / DAY_MS);
	char at[TIME_TEXT_MAX];

	time_rfc3339(c->expires, at);
	if (c->expires <= now)
		return arena_printf(a,
		    english ? "tls_%s.certificate expired at %s: clients refuse it; put the new one in its "
			      "place and reload"
			    : "tls_%s.certificate 的证书已于 %s 到期，客户端会拒绝连接：换上新的并重新读取",
		    c->listener, at);
	return arena_printf(a,
	    english ? "tls_%s.certificate expires in %lld days (%s): put the new one in its place and reload"
		    : "tls_%s.certificate 的证书再过 %lld 天到期（%s）：换上新的并重新读取",
	    c->listener, days, at);
}

const char *certificates_expiring(const struct certificates_known *k, int64_t now, bool english,
    struct arena *a)
{
	const char *all = NULL;

	for (size_t i = 0; i < k->n; i++)
		if (expires_soon(&k->v[i], now))
			all = and_then(a, all, one_expires(&k->v[i], now, english, a), english);
	return all;
}

const char *certificates_refused(const struct certificates_known *k, bool english, struct arena *a)
{
	const char *all = NULL;

	for (size_t i = 0; i < k->n; i++)
		if (*k->v[i].refused)
			all = and_then(a, all, arena_text(a, k->v[i].refused), english);
	return all
	    ? arena_printf(a,
		  english ? "%s; the certificate before stays in force" : "%s；没有采用，仍用原来的证书", all)
	    : NULL;
}

const char *certificates_crl_old(const struct certificates_known *k, int64_t now, bool english,
    struct arena *a)
{
	const char *all = NULL;

	for (size_t i = 0; i < k->n; i++) {
		const struct tls_credentials *c = &k->v[i];
		char at[TIME_TEXT_MAX];

		if (!c->crl_expires || c->crl_expires > now)
			continue;
		time_rfc3339(c->crl_expires, at);
		all = and_then(a, all,
		    arena_printf(a,
			english ? "tls_%s.client_crl was due to be replaced at %s; it still counts"
				: "tls_%s.client_crl 本应在 %s 前换新，仍照它办",
			c->listener, at),
		    english);
	}
	return all;
}
