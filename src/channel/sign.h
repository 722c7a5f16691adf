/*
 * sign.h - the signatures that providers want, each by its own rule. Pure: keys, texts and instants are arguments.
 * Place: channel. What is appended is ASCII.
 */
#ifndef CHANNEL_SIGN_H
#define CHANNEL_SIGN_H
#include "base/buf.h"

#define WEBHOOK_KEY_BEGINS "whsec_"
/* Is it a key of Standard Webhooks: whsec_ and base64? */
bool webhook_key_good(const char *key);
/* Standard Webhooks: "v1,BASE64" of HMAC-SHA256 over id.timestamp.body by the key after whsec_. False: it is no such key; with
 * another text, such as a password, nothing is signed. */
bool webhook_signature(struct buf *out, const char *key, const char *id, int64_t at_s, struct str body);
/* DingTalk: base64 of HMAC-SHA256 over "ms\nsecret" by the secret. */
void dingtalk_signature(struct buf *out, const char *secret, int64_t at_ms);
/* Feishu: base64 of HMAC-SHA256 over nothing by "s\nsecret": the other way round. */
void feishu_signature(struct buf *out, const char *secret, int64_t at_s);

/* What both clouds sign of a request. */
struct signed_request {
	const char *host;    /* as the header Host has it */
	const char *action;  /* "SendSms" */
	const char *version; /* "2017-05-25" */
	const char *query;   /* canonical: sorted, escaped by url_escape */
	const char *service; /* tencent: "sms" */
	struct str body;
	const char *nonce; /* aliyun */
	int64_t at_s;
};

/* Alibaba Cloud's ACS3-HMAC-SHA256, the header Authorization. */
void aliyun_authorization(struct buf *out, const char *id, const char *secret,
    const struct signed_request *r);
/* Tencent Cloud's TC3-HMAC-SHA256 over content-type and host, likewise. */
void tencent_authorization(struct buf *out, const char *id, const char *secret,
    const struct signed_request *r);

/* 2026-03-02T08:00:00Z */
void utc_text(struct buf *out, int64_t at_s);
/* RFC 3986: letters, digits, - _ . ~ stay, all else as %XX. */
void url_escape(struct buf *out, struct str s);

#endif
