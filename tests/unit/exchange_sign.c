/*
 * exchange_sign.c - signatures of partners. HMAC-SHA256 and HMAC-SM3 of "The quick brown fox…" by "key" are those of
 * `openssl mac -digest SM3 -macopt key:key HMAC`; the others were made by Python's hmac and hashlib.
 */
#include "arena_fixture.h"

#include "base/hmac.h"
#include "exchange/exchange.h"

static void hmac_by_both_hashes(void **state)
{
	const struct str fox = STR("The quick brown fox jumps over the lazy dog");
	struct digest d;
	char hex[DIGEST_HEX];

	(void)state;
	assert_true(hmac_of(HASH_SHA256, STR("key"), fox, &d));
	assert_string_equal(digest_hex(&d, hex),
	    "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
	assert_true(hmac_of(HASH_SM3, STR("key"), fox, &d));
	assert_string_equal(digest_hex(&d, hex),
	    "bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398");
}

#define BODY                                                                                                 \
	"{\"JJDBH\":\"ZP-1\",\"PJDBH\":\"ZP-1-01\",\"flowid\":\"F7\",\"state\":1,\"CLSJ\":"                  \
	"\"20260302100500\"}"
#define SIGNED "4564d6e4330e163993eaa3861dbe489dab12b07ee7969334fbf11734256bd26c" /* by k2 */
#define AT (INT64_C(1772417100) * 1000)

static const char *over[] = {"x-timestamp", "x-nonce", "{body}"};
static const struct exchange_sign sm3 = {.kind = SIGNING_HMAC_SM3,
    .signature = "x-sign",
    .timestamp = "x-timestamp",
    .nonce = "x-nonce",
    .over = over,
    .n_over = 3,
    .joined = "&"};

static struct notice_ask sent(const char *signature)
{
	return (struct notice_ask){.way = NOTICE_EXCHANGE,
	    .name = "hotline",
	    .headers = {{"x-timestamp", "1772417100"}, {"x-nonce", "n1"}, {"x-sign", signature}},
	    .n_headers = 3,
	    .body = STR(BODY)};
}

static enum exchange_trust trust(const struct exchange_sign *s, const struct notice_ask *k, int64_t now)
{
	const struct exchange_keys keys = {{"k1", "k2"}, 2};
	struct exchange_body *b = arena_alloc(arena, sizeof *b);
	const char *nonce;

	exchange_body_read(CONTENT_JSON, k->body, arena, b);
	return exchange_verify(s, &keys, k, b, now, arena, &nonce);
}

static void a_signature_over_headers_and_body(void **state)
{
	struct notice_ask k = sent(SIGNED);

	(void)state;
	assert_int_equal(trust(&sm3, &k, AT), TRUST_GOOD);
	assert_int_equal(trust(&sm3, &k, AT + 300000), TRUST_GOOD);
	assert_int_equal(trust(&sm3, &k, AT + 300001), TRUST_OLD);
	assert_int_equal(trust(&sm3, &k, AT - 300001), TRUST_OLD);
	k.body.n--;
	assert_int_equal(trust(&sm3, &k, AT), TRUST_WRONG);
	k = sent(SIGNED);
	k.headers[1].value = "n2";
	assert_int_equal(trust(&sm3, &k, AT), TRUST_WRONG);
	k = sent("4564D6E4330E163993EAA3861DBE489DAB12B07EE7969334FBF11734256BD26C");
	assert_int_equal(trust(&sm3, &k, AT), TRUST_GOOD);
	k = sent("");
	assert_int_equal(trust(&sm3, &k, AT), TRUST_UNSIGNED);
	k = sent(SIGNED);
	k.headers[0].value = "yesterday";
	assert_int_equal(trust(&sm3, &k, AT), TRUST_UNSIGNED);
	k = sent(SIGNED);
	k.n_headers = 0;
	assert_int_equal(trust(&sm3, &k, AT), TRUST_UNSIGNED);
}

static void no_keys_no_trust(void **state)
{
	const struct exchange_keys none = {.n = 0};
	struct notice_ask k = sent(SIGNED);
	struct exchange_body *b = arena_alloc(arena, sizeof *b);
	const char *nonce;

	(void)state;
	exchange_body_read(CONTENT_JSON, k.body, arena, b);
	assert_int_equal(exchange_verify(&sm3, &none, &k, b, AT, arena, &nonce), TRUST_WRONG);
}

/* What we sign, we would trust: by each kind. */
static void what_is_sent_is_signed_likewise(void **state)
{
	const struct exchange_keys keys = {{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, 1};

	(void)state;
	for (int kind = 0; kind < SIGNINGS; kind++) {
		struct exchange_sign s = sm3;
		struct exchange_headers out;
		struct notice_ask k = {.body = STR(BODY)};
		struct exchange_body *b = arena_alloc(arena, sizeof *b);
		const char *nonce;

		s.kind = (enum exchange_signing)kind;
		assert_true(exchange_sign_sent(&(struct exchange_send){.sign = s}, &keys, "0123456789abcdef",
		    k.body, AT, arena, &out));
		for (int i = 0; i < out.n; i++)
			k.headers[k.n_headers++] = out.v[i];
		exchange_body_read(CONTENT_JSON, k.body, arena, b);
		assert_int_equal(exchange_verify(&s, &keys, &k, b, AT, arena, &nonce), TRUST_GOOD);
		assert_string_equal(nonce, "0123456789abcdef");
		assert_int_equal(exchange_verify(&s, &keys, &k, b, AT + 300001, arena, &nonce), TRUST_OLD);
		k.body = STR("{}");
		assert_int_equal(exchange_verify(&s, &keys, &k, b, AT, arena, &nonce), TRUST_WRONG);
	}
}

/* A name of a member instead of a header; base64 instead of hex. */
static void parts_may_stand_in_the_body(void **state)
{
	static const char *parts[] = {"flowid", "CLSJ"};
	const struct exchange_sign s = {.kind = SIGNING_HMAC_SHA256,
	    .signature = "x-sign",
	    .timestamp = "CLSJ",
	    .over = parts,
	    .n_over = 2,
	    .base64 = true};
	struct notice_ask k = sent("blXe4tRP5bM5F8G8PGr6IurExhbvVPpyaH7Y/N09DCY=");

	(void)state;
	assert_int_equal(trust(&s, &k, (INT64_C(20514) * 86400 + 7500) * 1000), TRUST_GOOD);
	assert_int_equal(trust(&s, &k, (INT64_C(20514) * 86400 + 7500 + 301) * 1000), TRUST_OLD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hmac_by_both_hashes),
	    cmocka_unit_test(a_signature_over_headers_and_body),
	    cmocka_unit_test(no_keys_no_trust),
	    cmocka_unit_test(what_is_sent_is_signed_likewise),
	    cmocka_unit_test(parts_may_stand_in_the_body),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
