/*
 * sign.c - the providers' signatures over base/digest.h. Pure.
 * Each is tested against the value that its provider publishes as an example.
 */
#include "channel/sign.h"

#include "base/base64.h"
#include "base/hmac.h"
#include "base/time.h"

static struct str bytes_of(const struct digest *d)
{
	return (struct str){(const char *)d->b, DIGEST_LEN};
}

static void put_hex(struct buf *out, const struct digest *d)
{
	char hex[DIGEST_HEX];

	buf_text(out, digest_hex(d, hex));
}

bool webhook_key_good(const char *key)
{
	struct buf none = {0};
	bool good = webhook_signature(&none, key, "", 0, STR(""));

	buf_wipe(&none);
	buf_free(&none);
	return good;
}

bool webhook_signature(struct buf *out, const char *key, const char *id, int64_t at_s, struct str body)
{
	struct buf secret = {0}, text = {0};
	struct str k = str_of(key);
	struct digest d;
	bool good;

	good = str_starts(k, STR(WEBHOOK_KEY_BEGINS));
	if (good)
		k = (struct str){k.p + strlen(WEBHOOK_KEY_BEGINS), k.n - strlen(WEBHOOK_KEY_BEGINS)};
	good = good && k.n > 0 && base64_get(&secret, k);
	if (good) {
		buf_printf(&text, "%s.%lld.", id, (long long)at_s);
		buf_str(&text, body);
		d = hmac_sha256(buf_view(&secret), buf_view(&text));
		buf_text(out, "v1,");
		base64_put(out, bytes_of(&d));
	}
	buf_free(&secret);
	buf_free(&text);
	return good;
}

void dingtalk_signature(struct buf *out, const char *secret, int64_t at_ms)
{
	struct buf text = {0};
	struct digest d;

	buf_printf(&text, "%lld\n%s", (long long)at_ms, secret);
	d = hmac_sha256(str_of(secret), buf_view(&text));
	base64_put(out, bytes_of(&d));
	buf_free(&text);
}

void feishu_signature(struct buf *out, const char *secret, int64_t at_s)
{
	struct buf key = {0};
	struct digest d;

	buf_printf(&key, "%lld\n%s", (long long)at_s, secret);
	d = hmac_sha256(buf_view(&key), STR(""));
	base64_put(out, bytes_of(&d));
	buf_free(&key);
}

static struct date utc_date(int64_t at_s)
{
	return day_date(at_s / 86400);
}

void utc_text(struct buf *out, int64_t at_s)
{
	struct date d = utc_date(at_s);
	int s = (int)(at_s % 86400);

	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, s / 3600, s / 60 % 60,
	    s % 60);
}

void url_escape(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_digit((char)c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c && strchr("-_.~", c)))
			buf_char(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

#define ALIYUN_SIGNED "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"

void aliyun_authorization(struct buf *out, const char *id, const char *secret, const struct signed_request *r)
{
	struct digest body = digest_of(r->body), d;
	struct buf text = {0};

	buf_printf(&text, "POST\n/\n%s\nhost:%s\nx-acs-action:%s\nx-acs-content-sha256:", r->query, r->host,
	    r->action);
	put_hex(&text, &body);
	buf_text(&text, "\nx-acs-date:");
	utc_text(&text, r->at_s);
	buf_printf(&text, "\nx-acs-signature-nonce:%s\nx-acs-version:%s\n\n" ALIYUN_SIGNED "\n", r->nonce,
	    r->version);
	put_hex(&text, &body);
	d = digest_of(buf_view(&text));
	buf_reset(&text);
	buf_text(&text, "ACS3-HMAC-SHA256\n");
	put_hex(&text, &d);
	d = hmac_sha256(str_of(secret), buf_view(&text));
	buf_printf(out, "ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=" ALIYUN_SIGNED ",Signature=", id);
	put_hex(out, &d);
	buf_free(&text);
}

/* The key of one day and service. */
static struct digest tencent_key(const char *secret, const char *day, const char *service)
{
	struct buf key = {0};
	struct digest d;

	buf_printf(&key, "TC3%s", secret);
	d = hmac_sha256(buf_view(&key), str_of(day));
	d = hmac_sha256(bytes_of(&d), str_of(service));
	d = hmac_sha256(bytes_of(&d), STR("tc3_request"));
	buf_wipe(&key);
	buf_free(&key);
	return d;
}

void tencent_authorization(struct buf *out, const char *id, const char *secret,
    const struct signed_request *r)
{
	struct digest body = digest_of(r->body), d, key;
	struct date date = utc_date(r->at_s);
	struct buf text = {0}, day = {0};

	buf_printf(&day, "%04d-%02d-%02d", date.year, date.month, date.day);
	buf_char(&day, '\0');
	buf_printf(&text,
	    "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:%s\n\ncontent-type;host\n",
	    r->host);
	put_hex(&text, &body);
	d = digest_of(buf_view(&text));
	buf_reset(&text);
	buf_printf(&text, "TC3-HMAC-SHA256\n%lld\n%s/%s/tc3_request\n", (long long)r->at_s, day.p,
	    r->service);
	put_hex(&text, &d);
	key = tencent_key(secret, day.p, r->service);
	d = hmac_sha256(bytes_of(&key), buf_view(&text));
	buf_printf(out,
	    "TC3-HMAC-SHA256 Credential=%s/%s/%s/tc3_request, SignedHeaders=content-type;host, Signature=",
	    id, day.p, r->service);
	put_hex(out, &d);
	buf_free(&text);
	buf_free(&day);
}
