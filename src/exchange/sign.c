/*
 * sign.c - is a message the partner's? And signatures of what is sent to it.
 *
 * Place: exchange; pure. A signature is over the parts that exchange.yaml names, in that order. Each key of the partner's
 * file is tried, so that keys can be exchanged without a gap. Signatures are compared in constant time.
 */
#include "base/base64.h"
#include "base/hmac.h"
#include "base/time.h"
#include "channel/sign.h"
#include "exchange/exchange.h"

#include <stdlib.h>

const char *const exchange_trust_names[TRUSTS] = {"good", "unsigned", "wrong", "partly", "old"};

/* -- parts -------------------------------------------------------------------------------------- */

/* A part of what came: its whole body, a header, or a member of the body. */
static struct str part_of(const struct notice_ask *k, const struct exchange_body *b, const char *name)
{
	const char *text;

	if (text_eq(name, "{body}"))
		return k->body;
	text = notice_header(k, name);
	return str_of(text ? text : exchange_body_text(b, name));
}

/* Seconds or milliseconds since 1970, 14 digits of the city's time, RFC 3339. */
static bool instant_of(struct str text, int64_t *ms)
{
	return time_parse(text, ms) || time_guess(text, ms);
}

static enum hash hash_of(const struct exchange_sign *s)
{
	return s->kind == SIGNING_HMAC_SM3 ? HASH_SM3 : HASH_SHA256;
}

/* HMAC of the text by the key as it is written: hex or base64. */
static bool put_hmac(const struct exchange_sign *s, const char *key, struct str text, struct buf *out)
{
	struct digest d;
	char hex[DIGEST_HEX];

	if (!hmac_of(hash_of(s), str_of(key), text, &d))
		return false;
	if (s->base64)
		base64_put(out, (struct str){(const char *)d.b, DIGEST_LEN});
	else
		buf_text(out, digest_hex(&d, hex));
	return true;
}

/* Both are hashed first, so that neither length nor content shows in the time. */
static bool same(struct str a, struct str b)
{
	struct digest x = digest_of(a), y = digest_of(b);

	return digest_eq(&x, &y);
}

/* -- what came ---------------------------------------------------------------------------------- */

static struct str signed_text(const struct exchange_sign *s, const struct notice_ask *k,
    const struct exchange_body *b, struct arena *a)
{
	struct buf text = {0};

	for (int i = 0; i < s->n_over; i++) {
		if (i && s->joined)
			buf_text(&text, s->joined);
		buf_str(&text, part_of(k, b, s->over[i]));
	}
	return buf_into(&text, a);
}

/* Hex in capitals is the same signature. */
static struct str lower(struct str s, struct arena *a)
{
	char *text = arena_str(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (text[i] >= 'A' && text[i] <= 'F')
			text[i] = (char)(text[i] + ('a' - 'A'));
	return (struct str){text, s.n};
}

static bool hmac_good(const struct exchange_sign *s, const struct exchange_keys *keys, struct str text,
    struct str given, struct arena *a)
{
	bool good = false;

	given = s->base64 ? given : lower(given, a);
	for (int i = 0; i < keys->n; i++) {
		struct buf b = {0};

		good |= put_hmac(s, keys->v[i], text, &b) && same(buf_view(&b), given);
		buf_free(&b);
	}
	return good;
}

/* Is one of the signatures, "v1,… v1,…", the one by this key? */
static bool listed(struct str list, struct str one)
{
	bool good = false;

	while (list.n) {
		const char *end = memchr(list.p, ' ', list.n);
		size_t n = end ? (size_t)(end - list.p) : list.n;

		good |= same((struct str){list.p, n}, one);
		list = end ? (struct str){end + 1, list.n - n - 1} : STR("");
	}
	return good;
}

static bool webhook_good(const struct exchange_keys *keys, const char *id, int64_t at_s, struct str body,
    struct str given)
{
	bool good = false;

	for (int i = 0; i < keys->n; i++) {
		struct buf b = {0};

		good |= webhook_signature(&b, keys->v[i], id, at_s, body) && listed(given, buf_view(&b));
		buf_free(&b);
	}
	return good;
}

/* The part that the signature is said to be over and that did not come; NULL: all came, if only empty. */
static const char *part_missing(const struct exchange_sign *s, const struct notice_ask *k,
    const struct exchange_body *b)
{
	for (int i = 0; i < s->n_over; i++)
		if (!text_eq(s->over[i], "{body}") && !notice_header(k, s->over[i]) &&
		    !exchange_body_has(b, s->over[i]))
			return s->over[i];
	return NULL;
}

static enum exchange_trust judge(bool good, int64_t at, int64_t now)
{
	if (!good)
		return TRUST_WRONG;
	return llabs(at - now) > EXCHANGE_SKEW_MS ? TRUST_OLD : TRUST_GOOD;
}

static enum exchange_trust verify_webhook(const struct exchange_keys *keys, const struct notice_ask *k,
    int64_t now, const char **nonce)
{
	const char *id = notice_header(k, "webhook-id"), *at = notice_header(k, "webhook-timestamp"),
		   *given = notice_header(k, "webhook-signature");
	uint64_t seconds;

	if (!id || !*id || !at || !given || !str_uint(str_of(at), &seconds) || seconds > INT64_C(9999999999))
		return TRUST_UNSIGNED;
	*nonce = id;
	return judge(webhook_good(keys, id, (int64_t)seconds, k->body, str_of(given)),
	    (int64_t)seconds * SECOND_MS, now);
}

enum exchange_trust exchange_verify(const struct exchange_sign *s, const struct exchange_keys *keys,
    const struct notice_ask *k, const struct exchange_body *body, int64_t now, struct arena *a,
    const char **nonce)
{
	struct str given, at, once;
	enum exchange_trust trust;
	const char *missing;
	int64_t at_ms;

	*nonce = NULL;
	if (s->kind == SIGNING_WEBHOOK)
		return verify_webhook(keys, k, now, nonce);
	given = part_of(k, body, s->signature);
	at = part_of(k, body, s->timestamp);
	once = s->nonce ? part_of(k, body, s->nonce) : STR("");
	if (!given.n || !instant_of(at, &at_ms) || (s->nonce && !once.n))
		return TRUST_UNSIGNED;
	*nonce = s->nonce ? arena_str(a, once) : NULL;
	trust = judge(hmac_good(s, keys, signed_text(s, k, body, a), given, a), at_ms, now);
	missing = trust == TRUST_GOOD ? part_missing(s, k, body) : NULL;
	*nonce = missing ? missing : *nonce;
	return missing ? TRUST_PARTLY : trust;
}

/* -- what is sent ------------------------------------------------------------------------------- */

static void header(struct exchange_headers *out, const char *name, const char *value)
{
	if (name)
		out->v[out->n++] = (struct notice_header){name, value};
}

/* The parts of what is sent that have the names of its headers, as a request of theirs would have them. */
static bool sign_hmac(const struct exchange_sign *s, const char *key, const char *id,
    enum exchange_content content, struct str body, int64_t now, struct arena *a,
    struct exchange_headers *out)
{
	struct notice_ask k = {.body = body};
	struct exchange_body *none = arena_alloc(a, sizeof *none);
	struct buf b = {0};
	bool good;

	none->n = 0;
	header(out, s->timestamp, arena_printf(a, "%lld", (long long)(now / SECOND_MS)));
	header(out, s->nonce, id);
	for (int i = 0; i < out->n; i++)
		k.headers[k.n_headers++] = out->v[i];
	if (body.n && !exchange_body_read(content, body, a, none))
		return false;
	good = put_hmac(s, key, signed_text(s, &k, none, a), &b);
	header(out, s->signature, buf_into(&b, a).p);
	return good;
}

bool exchange_sign_sent(const struct exchange_send *send, const struct exchange_keys *keys, const char *id,
    struct str body, int64_t now, struct arena *a, struct exchange_headers *out)
{
	const struct exchange_sign *s = &send->sign;
	struct buf b = {0};
	bool good;

	out->n = 0;
	if (!keys->n)
		return false;
	if (s->kind != SIGNING_WEBHOOK)
		return sign_hmac(s, keys->v[0], id, send->content, body, now, a, out);
	good = webhook_signature(&b, keys->v[0], id, now / SECOND_MS, body);
	header(out, "webhook-id", id);
	header(out, "webhook-timestamp", arena_printf(a, "%lld", (long long)(now / SECOND_MS)));
	header(out, "webhook-signature", buf_into(&b, a).p);
	return good;
}
