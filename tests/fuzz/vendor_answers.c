/*
 * vendor_answers.c - any bytes as what a provider of notices answers, as its receipts and replies, and as what a partner (the 12345
 * centre) sends: no crash, no read past an end, nothing beyond its bounds. The first byte of an input says which channel, the
 * second which status.
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -std=c11 -D_GNU_SOURCE -DLIANDONG_VERSION='"0"'
 *     -Isrc -Iinclude -Ibuild/release/gen -o build/fuzz_vendor_answers tests/fuzz/vendor_answers.c src/base/[a-z]*.c
 *     src/domain/[a-z]*.c src/wire/[a-z]*.c src/mechanism/problems.c src/channel/[a-z]*.c src/exchange/[a-z]*.c
 *     -levent_core -levent_extra -ljansson -lssl -lcrypto -lcurl -lm
 * build/fuzz_vendor_answers -max_len=4096 -timeout=5 -max_total_time=600
 */
#include "channel/channel.h"
#include "exchange/exchange.h"

#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct notice_channel channels[] = {
    {.id = "webhook", .kind = CHANNEL_WEBHOOK, .url = "https://a.test/hook"},
    {.id = "wecom-bot", .kind = CHANNEL_WECOM_BOT},
    {.id = "wecom-app", .kind = CHANNEL_WECOM_APP, .corp = "ww", .agent = 1},
    {.id = "dingtalk-bot", .kind = CHANNEL_DINGTALK_BOT},
    {.id = "feishu-bot", .kind = CHANNEL_FEISHU_BOT},
    {.id = "aliyun", .kind = CHANNEL_SMS_HTTP, .preset = SMS_ALIYUN, .sign = "s", .template = "1"},
    {.id = "tencent",
	.kind = CHANNEL_SMS_HTTP,
	.preset = SMS_TENCENT,
	.sign = "s",
	.template = "1",
	.app = "2"},
    {.id = "own",
	.kind = CHANNEL_SMS_HTTP,
	.url = "https://a.test/sms",
	.ok_field = "a.0.code",
	.ok_value = "0",
	.id_field = "a.b.0.c",
	.receipt_id = "list.0.no",
	.receipt_ok_field = "state",
	.receipt_ok_value = "0"},
    {.id = "smtp", .kind = CHANNEL_SMTP, .from = "a@b.test", .user = "a"},
    {.id = "voice", .kind = CHANNEL_VOICE, .url = "https://a.test/call", .receipts = true},
};

static const struct channel_secrets secrets = {.url = "https://a.test/key",
    .keys = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    .n_keys = 1,
    .token = "token"};

static void as_answer(const struct notice_channel *c, int status, struct str body, struct arena *a)
{
	const struct channel_message m = {.id = "0123456789abcdef",
	    .phone = "13900001234",
	    .wecom = "w",
	    .mail = "m@b.test",
	    .text = "text"};
	struct channel_answer r = {
	    .end = (enum post_end)(status % POST_ENDS), .status = status * 10, .body = body};
	struct channel_request q;
	struct channel_verdict v;
	const char *missing = NULL;
	struct buf shown = {0};
	int64_t for_ms = 0;

	if (!channel_request(c, &secrets, &m, a, &q, &missing))
		return;
	v = channel_verdict(c, &q, &r, a);
	if ((unsigned)v.verdict >= VERDICTS || v.after_ms < 0)
		abort();
	answer_shown(&q, &r, &shown);
	if (shown.n > 512)
		abort();
	buf_free(&shown);
	(void)channel_token(c, &r, a, &for_ms, &v);
}

static void as_receipts(const struct notice_channel *c, struct str body, struct arena *a)
{
	struct channel_receipts got = channel_receipts(c, body, a);

	if (got.n > RECEIPTS_MOST || (got.status != 200 && got.status != 400) || !got.body)
		abort();
	for (int i = 0; i < got.n; i++)
		if ((unsigned)got.v[i].kind >= RECEIPT_KINDS)
			abort();
}

static void as_partner(struct str body, struct arena *a)
{
	struct exchange_body read;

	for (int content = 0; content < CONTENTS; content++)
		if (exchange_body_read((enum exchange_content)content, body, a, &read) &&
		    (read.n < 0 || read.n > EXCHANGE_MEMBERS))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();

	if (size >= 2) {
		const struct notice_channel *c = &channels[data[0] % COUNT(channels)];
		struct str body = {arena_str(a, (struct str){(const char *)data + 2, size - 2}), size - 2};

		as_answer(c, data[1], body, a);
		as_receipts(c, body, a);
		as_partner(body, a);
		(void)reply_parse(body.p);
	}
	arena_free(a);
	return 0;
}
