/*
 * channel_sign.c - signatures against what providers publish as examples, and against openssl's command for those
 * that publish none:
 *   printf '1700000000000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | openssl base64
 *   printf '' | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(printf '1700000000\nSECabc' | xxd -p -c 99)" …
 */
#include "channel/sign.h"
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct buf out;

static void assert_out(const char *expected)
{
	buf_char(&out, '\0');
	assert_string_equal(out.p, expected);
	buf_free(&out);
}

/* RFC 4648, section 10. */
static void base64_both_ways(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
	    {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		base64_put(&out, str_of(pairs[i][0]));
		assert_out(pairs[i][1]);
		assert_true(base64_get(&out, str_of(pairs[i][1])));
		assert_out(pairs[i][0]);
	}
	assert_true(base64_get(&out, STR("Zm8")));
	assert_out("fo");
	assert_false(base64_get(&out, STR("Zm9vY")));
	assert_false(base64_get(&out, STR("Zm9\n")));
	buf_free(&out);
}

/* The specification's own example. */
static void standard_webhooks(void **state)
{
	(void)state;
	assert_true(webhook_signature(&out, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, STR("{\"test\": 2432232314}")));
	assert_out("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	assert_false(webhook_signature(&out, "whsec_***", "a", 1, STR("")));
	assert_false(webhook_signature(&out, "whsec_", "a", 1, STR("")));
	/* base64 without the beginning, or a password: nothing is signed with it */
	assert_false(webhook_signature(&out, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a", 1, STR("")));
	assert_false(webhook_key_good("Passw0rd"));
	assert_true(webhook_key_good("whsec_Zm9v"));
}

static void robots(void **state)
{
	(void)state;
	dingtalk_signature(&out, "SECabc", 1700000000000);
	assert_out("jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM=");
	feishu_signature(&out, "SECabc", 1700000000);
	assert_out("XprR1de+0SSBnwWyU/4k6x2TL+Q2SJlM5NNEdAv7MWg=");
}

/* "V3 版本请求体&签名机制", 固定参数示例: RunInstances. */
static void alibaba_cloud(void **state)
{
	struct signed_request r = {
	    .host = "ecs.cn-shanghai.aliyuncs.com",
	    .action = "RunInstances",
	    .version = "2014-05-26",
	    .query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
	    .nonce = "3156853299f313e23d1673dc12e1703d",
	    .at_s = 1698315752, /* 2023-10-26T10:22:32Z */
	};

	(void)state;
	aliyun_authorization(&out, "YourAccessKeyId", "YourAccessKeySecret", &r);
	assert_out("ACS3-HMAC-SHA256 "
		   "Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
		   "x-acs-date;x-acs-signature-nonce;x-acs-version,"
		   "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
}

/* "签名方法 v3", the example of DescribeInstances. */
static void tencent_cloud(void **state)
{
	struct signed_request r = {
	    .host = "cvm.tencentcloudapi.com",
	    .service = "cvm",
	    .body = STR("{\"Limit\": 1, \"Filters\": [{\"Values\": [\"\\u672a\\u547d\\u540d\"], \"Name\": "
			"\"instance-name\"}]}"),
	    .at_s = 1551113065,
	};

	(void)state;
	tencent_authorization(&out, "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
	    "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", &r);
	assert_out("TC3-HMAC-SHA256 "
		   "Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
		   "SignedHeaders=content-type;host, "
		   "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");
}

static void escapes(void **state)
{
	(void)state;
	url_escape(&out, STR("a b*c~d/水+"));
	assert_out("a%20b%2Ac~d%2F%E6%B0%B4%2B");
	utc_text(&out, 1698315752);
	assert_out("2023-10-26T10:22:32Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(base64_both_ways),
	    cmocka_unit_test(standard_webhooks),
	    cmocka_unit_test(robots),
	    cmocka_unit_test(alibaba_cloud),
	    cmocka_unit_test(tencent_cloud),
	    cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
