/*
 * channel_requests.c - the request of each kind, byte by byte where providers sign or count bytes; what is missing is
 * named; texts are cut at a character; nothing secret is shown.
 */
#include "channel/channel.h"

#include "base/base64.h"
#include "channel/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define AT INT64_C(1700000000000) /* 2023-11-15T06:13:20+08:00 */

static struct arena *arena;
static struct channel_request request;
static struct notice_channel channel;
static struct channel_secrets secrets;
static struct channel_message message;
static const char *missing;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	channel = (struct notice_channel){.id = "c"};
	secrets = (struct channel_secrets){0};
	message = (struct channel_message){.id = "0123456789abcdef",
	    .class = NOTICE_INSTRUCTION,
	    .text = "水发公司 1 件待签收",
	    .at = AT,
	    .nonce = 255};
	missing = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void build(enum channel_kind kind, const char *url, const char *key)
{
	channel.kind = kind;
	secrets.url = url;
	secrets.keys[0] = key;
	secrets.n_keys = key != NULL;
	if (!channel_request(&channel, &secrets, &message, arena, &request, &missing))
		fail_msg("missing: %s", missing);
}

static const char *header(const char *name)
{
	for (int i = 0; i < request.n_headers; i++)
		if (strcmp(request.headers[i].name, name) == 0)
			return request.headers[i].text;
	fail_msg("no header %s", name);
	return NULL;
}

static const char *shown(void)
{
	struct buf out = {0};

	request_shown(&request, &out);
	return buf_into(&out, arena).p;
}

static void assert_hidden(const char *secret)
{
	if (strstr(shown(), secret))
		fail_msg("%s is shown in %s", secret, shown());
}

static void a_webhook(void **state)
{
	struct buf sign = {0};

	(void)state;
	message.data = STR("{\"dispatch\":\"D1\"}");
	build(CHANNEL_WEBHOOK, "https://a.cn/hook/KEYKEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
	assert_string_equal(request.method, "POST");
	assert_string_equal(request.url, "https://a.cn/hook/KEYKEY");
	assert_string_equal(request.body.p,
	    "{\"type\":\"notice.instruction\",\"timestamp\":\"2023-11-15T06:13:20+08:00\",\"data\":{\"id\":"
	    "\"0123456789abcdef\",\"text\":\"水发公司 1 件待签收\",\"dispatch\":\"D1\"}}");
	assert_string_equal(header("webhook-id"), "0123456789abcdef");
	assert_string_equal(header("webhook-timestamp"), "1700000000");
	webhook_signature(&sign, secrets.keys[0], message.id, 1700000000, request.body);
	assert_string_equal(header("webhook-signature"), buf_into(&sign, arena).p);
	assert_hidden("v1,");
}

/* While a secret is exchanged for another, both sign. */
static void two_keys(void **state)
{
	(void)state;
	secrets.keys[1] = "whsec_Zm9v";
	channel.kind = CHANNEL_WEBHOOK;
	secrets.url = "https://a.cn/";
	secrets.keys[0] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	secrets.n_keys = 2;
	assert_true(channel_request(&channel, &secrets, &message, arena, &request, NULL));
	assert_int_equal(strlen(header("webhook-signature")), 2 * 47 + 1);
	assert_ptr_equal(strchr(header("webhook-signature"), ' '), header("webhook-signature") + 47);
}

static void a_wecom_robot(void **state)
{
	(void)state;
	message.phone = "13900001234";
	build(CHANNEL_WECOM_BOT, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEYKEY", NULL);
	assert_string_equal(request.body.p,
	    "{\"msgtype\":\"text\",\"text\":{\"content\":\"水发公司 1 件待签收\",\"mentioned_mobile_list\":"
	    "[\"13900001234\"]}}");
	assert_hidden("KEY");
	assert_hidden("13900001234");
	assert_non_null(strstr(shown(), "139****1234"));
}

static void a_wecom_application(void **state)
{
	(void)state;
	channel.agent = 1000002;
	message.wecom = "zhang|li";
	secrets.token = "TOKEN/+";
	build(CHANNEL_WECOM_APP, NULL, "SECRET");
	assert_string_equal(request.url,
	    "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=TOKEN%2F%2B");
	assert_string_equal(request.body.p,
	    "{\"touser\":\"zhang|li\",\"agentid\":1000002,\"msgtype\":\"text\",\"text\":{\"content\":"
	    "\"水发公司 1 件待签收\"},\"enable_duplicate_check\":1,\"duplicate_check_interval\":14400}");
	assert_hidden("TOKEN");
	channel.corp = "ww1";
	assert_true(channel_token_request(&channel, &secrets, arena, &request, &missing));
	assert_string_equal(request.url,
	    "https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1&corpsecret=SECRET");
	assert_hidden("SECRET");
}

/* printf '1700000000000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | openssl base64 */
static void a_dingtalk_robot(void **state)
{
	(void)state;
	build(CHANNEL_DINGTALK_BOT, "https://oapi.dingtalk.com/robot/send?access_token=KEYKEY", "SECabc");
	assert_string_equal(request.url,
	    "https://oapi.dingtalk.com/robot/send?access_token=KEYKEY&timestamp=1700000000000"
	    "&sign=jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM%3D");
	assert_string_equal(request.body.p,
	    "{\"msgtype\":\"text\",\"text\":{\"content\":\"水发公司 1 件待签收\"},\"at\":{\"atMobiles\":[],"
	    "\"isAtAll\":false}}");
	assert_hidden("KEY");
	assert_hidden("jcUp");
	build(CHANNEL_DINGTALK_BOT, "https://oapi.dingtalk.com/robot/send?access_token=KEYKEY", NULL);
	assert_string_equal(request.url, "https://oapi.dingtalk.com/robot/send?access_token=KEYKEY");
}

static void a_feishu_robot(void **state)
{
	(void)state;
	build(CHANNEL_FEISHU_BOT, "https://open.feishu.cn/open-apis/bot/v2/hook/KEYKEY", "SECabc");
	assert_string_equal(request.body.p,
	    "{\"timestamp\":\"1700000000\",\"sign\":\"XprR1de+0SSBnwWyU/"
	    "4k6x2TL+Q2SJlM5NNEdAv7MWg=\",\"msg_type\":"
	    "\"text\",\"content\":{\"text\":\"水发公司 1 件待签收\"}}");
	assert_hidden("XprR1de");
	assert_hidden("KEY");
}

static const struct notice_field facts[] = {{"number", "000123"}, {"due", "10:33"}, {"quote", "a\"b\\c"}};

/* The names in the order of their letters; the signature covers them. */
static void alibaba_cloud(void **state)
{
	static const char *params[] = {"number", "time={due}前"};

	(void)state;
	channel.preset = SMS_ALIYUN;
	channel.sign = "漳平联动";
	channel.template = "SMS_1";
	channel.params = params;
	channel.n_params = 2;
	message.phone = "13900001234";
	message.facts = facts;
	message.n_facts = 2;
	build(CHANNEL_SMS_HTTP, NULL, "ID:SECRET");
	assert_string_equal(request.url,
	    "https://dysmsapi.aliyuncs.com/?OutId=0123456789abcdef&PhoneNumbers=13900001234&SignName="
	    "%E6%BC%B3%E5%B9%B3%E8%81%94%E5%8A%A8&TemplateCode=SMS_1&TemplateParam=%7B%22number%22%3A%"
	    "22000123%22%2C"
	    "%22time%22%3A%2210%3A33%E5%89%8D%22%7D");
	assert_string_equal(header("x-acs-date"), "2023-11-14T22:13:20Z");
	assert_string_equal(header("x-acs-action"), "SendSms");
	assert_string_equal(header("x-acs-version"), "2017-05-25");
	assert_string_equal(header("x-acs-signature-nonce"), "0123456789abcdef00000000000000ff");
	assert_non_null(strstr(header("Authorization"), "Credential=ID,"));
	assert_hidden("SECRET");
	assert_hidden("13900001234");
	assert_hidden(header("Authorization"));
}

/* A decision has no due time: the template has its place all the same, and a provider takes no empty value. */
static void an_empty_place_is_filled(void **state)
{
	static const char *params[] = {"number", "due", "{due}{due}", "due={due}前"};
	static const struct notice_field some[] = {{"number", "000123"}, {"due", ""}};

	(void)state;
	channel.preset = SMS_TENCENT;
	channel.sign = "s";
	channel.template = "110";
	channel.app = "1400000000";
	channel.params = params;
	channel.n_params = 4;
	message.phone = "13900001234";
	message.facts = some;
	message.n_facts = 2;
	build(CHANNEL_SMS_HTTP, NULL, "ID:SECRET");
	assert_non_null(strstr(request.body.p, "\"TemplateParamSet\":[\"000123\",\"-\",\"-\",\"前\"]"));
}

static void tencent_cloud(void **state)
{
	static const char *params[] = {"number", "due"};

	(void)state;
	channel.preset = SMS_TENCENT;
	channel.sign = "漳平联动";
	channel.template = "110";
	channel.app = "1400000000";
	channel.params = params;
	channel.n_params = 2;
	message.phone = "13900001234";
	message.facts = facts;
	message.n_facts = 2;
	build(CHANNEL_SMS_HTTP, "http://127.0.0.1:8080", "ID:SECRET");
	assert_string_equal(request.url, "http://127.0.0.1:8080/");
	assert_string_equal(request.body.p,
	    "{\"PhoneNumberSet\":[\"+8613900001234\"],\"SmsSdkAppId\":\"1400000000\",\"SignName\":"
	    "\"漳平联动\","
	    "\"TemplateId\":\"110\",\"TemplateParamSet\":[\"000123\",\"10:33\"],\"SessionContext\":"
	    "\"0123456789abcdef\"}");
	assert_string_equal(header("X-TC-Region"), "ap-guangzhou");
	assert_string_equal(header("X-TC-Timestamp"), "1700000000");
	assert_non_null(strstr(header("Authorization"), "Credential=ID/2023-11-14/sms/tc3_request"));
	assert_hidden("SECRET");
	assert_hidden("13900001234");
}

/* All that a check of notices.yaml lets through is filled in. */
static void every_place(void **state)
{
	static struct notice_field all[NOTICE_FACTS], form[NOTICE_FACTS + NOTICE_PLACES];
	static const char *params[] = {"number"};
	int n = 0;

	(void)state;
	for (int i = 0; i < NOTICE_FACTS; i++)
		all[i] = (struct notice_field){notice_fact_names[i], "事实"};
	for (int i = 0; i < NOTICE_FACTS; i++)
		form[n++] = (struct notice_field){
		    notice_fact_names[i], arena_printf(arena, "{%s}", notice_fact_names[i])};
	for (int i = 0; i < NOTICE_PLACES; i++)
		form[n++] = (struct notice_field){
		    notice_place_names[i], arena_printf(arena, "{%s}", notice_place_names[i])};
	channel = (struct notice_channel){.id = "c",
	    .preset = SMS_OWN,
	    .sign = "漳平联动",
	    .template = "110",
	    .app = "14",
	    .params = params,
	    .n_params = 1,
	    .form = form,
	    .n_form = n,
	    .ok_field = "code",
	    .ok_value = "0"};
	message.phone = "13900001234";
	message.facts = all;
	message.n_facts = NOTICE_FACTS;
	build(CHANNEL_SMS_HTTP, "https://sms.example/send", "SECRET");
	assert_null(strchr(request.body.p, '{'));
	assert_null(strstr(request.body.p, "%7B"));
}

static void any_provider(void **state)
{
	static struct notice_field form[] = {
	    {"mobile", "{phone}"}, {"msg", "【{sign}】{text}"}, {"uid", "{id}"}};
	static struct notice_field headers[] = {{"X-Key", "{secret}"}};

	(void)state;
	channel.ok_field = "code";
	channel.sign = "联动";
	channel.form = form;
	channel.n_form = 3;
	channel.headers = headers;
	channel.n_headers = 1;
	message.phone = "139-0000 1234";
	message.text = "a&b";
	build(CHANNEL_SMS_HTTP, "https://sms.a.cn/send", "SECRET");
	assert_string_equal(request.body.p,
	    "mobile=13900001234&msg=%E3%80%90%E8%81%94%E5%8A%A8%E3%80%91a%26b&uid=0123456789abcdef");
	assert_string_equal(header("X-Key"), "SECRET");
	assert_hidden("SECRET");
	channel.get = true;
	build(CHANNEL_SMS_HTTP, "https://sms.a.cn/send?v=1", "SECRET");
	assert_string_equal(request.method, "GET");
	assert_non_null(strstr(request.url, "?v=1&mobile=13900001234&msg="));
	assert_int_equal(request.body.n, 0);
}

static void a_json_template(void **state)
{
	static const char *params[] = {"quote", "{due}/{number}"};

	(void)state;
	channel.ok_field = "code";
	channel.json = "{\"to\":\"{phone}\",\"q\":\"{quote}\",\"p\":{params},\"o\":{\"a\":1}}";
	channel.params = params;
	channel.n_params = 2;
	message.phone = "1";
	message.facts = facts;
	message.n_facts = 3;
	build(CHANNEL_SMS_HTTP, "https://sms.a.cn/", NULL);
	assert_string_equal(request.body.p,
	    "{\"to\":\"1\",\"q\":\"a\\\"b\\\\c\",\"p\":[\"a\\\"b\\\\c\",\"10:33/000123\"],\"o\":{\"a\":1}}");
}

static void a_mail(void **state)
{
	(void)state;
	channel.from = "110@a.cn";
	channel.user = "110";
	message.mail = "x@b.cn|y@b.cn";
	message.text = "水\n二";
	build(CHANNEL_SMTP, "smtps://mail.a.cn", "SECRET");
	assert_int_equal(request.n_to, 2);
	assert_string_equal(request.to[1], "y@b.cn");
	assert_string_equal(request.body.p,
	    "From: <110@a.cn>\r\nTo: <x@b.cn>, <y@b.cn>\r\nSubject: =?UTF-8?B?5rC0?=\r\n"
	    "Date: Wed, 15 Nov 2023 06:13:20 +0800\r\nMessage-ID: <0123456789abcdef@liandong>\r\n"
	    "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
	    "base64\r\n\r\n5rC0CuS6jA==\r\n");
	assert_hidden("SECRET");
}

static void assert_missing(enum channel_kind kind, const char *what)
{
	channel.kind = kind;
	missing = "nothing";
	assert_false(channel_request(&channel, &secrets, &message, arena, &request, &missing));
	assert_string_equal(missing, what);
}

static void what_is_missing_is_named(void **state)
{
	static const char *params[] = {"due"};

	(void)state;
	assert_missing(CHANNEL_WEBHOOK, "url");
	channel.url_file = "secrets/hall";
	assert_missing(CHANNEL_WECOM_BOT, "url_file");
	secrets.url = "https://a.cn/";
	assert_missing(CHANNEL_WEBHOOK, "secret_file");
	secrets.keys[0] = "no base64!";
	secrets.n_keys = 1;
	assert_missing(CHANNEL_WEBHOOK, "secret_file: whsec_…");
	assert_missing(CHANNEL_WECOM_APP, "wecom");
	assert_missing(CHANNEL_VOICE, "phone");
	message.mail = "x@b.cn";
	assert_missing(CHANNEL_SMTP, "from");
	channel.from = "a@b.cn";
	message.mail = "x";
	assert_missing(CHANNEL_SMTP, "mail");
	message.mail = "x@b.cn\r\nBcc: y@b.cn";
	assert_missing(CHANNEL_SMTP, "mail");
	message.phone = "1";
	assert_missing(CHANNEL_SMS_HTTP, "ok_field");
	channel.preset = SMS_TENCENT;
	assert_missing(CHANNEL_SMS_HTTP, "sign");
	channel.sign = "s";
	assert_missing(CHANNEL_SMS_HTTP, "template");
	channel.template = "t";
	assert_missing(CHANNEL_SMS_HTTP, "app");
	channel.app = "a";
	assert_missing(CHANNEL_SMS_HTTP, "secret_file: ID:SECRET");
	secrets.keys[0] = "id:secret";
	channel.params = params;
	channel.n_params = 1;
	assert_missing(CHANNEL_SMS_HTTP, "{due}");
	channel.preset = SMS_ALIYUN;
	assert_missing(CHANNEL_SMS_HTTP, "{due}");
}

/* 2048 bytes: 681 characters of three bytes and the mark of three. */
static void texts_are_cut_at_a_character(void **state)
{
	char text[3001];

	(void)state;
	for (int i = 0; i < 3000; i += 3)
		memcpy(text + i, "水", 3);
	text[3000] = '\0';
	message.text = text;
	build(CHANNEL_WECOM_BOT, "https://a.cn/k", NULL);
	assert_int_equal(request.body.n,
	    strlen("{\"msgtype\":\"text\",\"text\":{\"content\":\"\"}}") + 681 * 3 + 3);
	assert_non_null(strstr(request.body.p, "水…\"}}"));
}

/* What a provider throws back of the request is no more shown than the request's own. */
static void answers_are_shown_without_secrets(void **state)
{
	struct channel_answer answer = {.end = POST_ANSWERED,
	    .status = 200,
	    .body = STR("you sent key=KEYKEY for 13900001234\n\x01 \xFF and more")};
	struct buf out = {0};

	(void)state;
	message.phone = "13900001234";
	build(CHANNEL_WECOM_BOT, "https://a.cn/s?key=KEYKEY", NULL);
	answer_shown(&request, &answer, &out);
	assert_string_equal(buf_into(&out, arena).p, "you sent key=**** for 139****1234   ");
}

/* A short secret is hidden as the whole value that it is, wherever it stands; a word that has it as its part is left as it is. A
 * long one is hidden in any case. */
static void masks_are_of_whole_values(void **state)
{
	struct channel_request r = {.method = "POST",
	    .url = "https://a.cn/key1/send?key=key1&text=key1d&next=%20key1",
	    .headers = {{"Authorization", "Basic key1"}, {"X-Keyword", "monkey1"}},
	    .n_headers = 2,
	    .hidden = {"key1", "KEYKEYKEYKEYKEYK"},
	    .n_hidden = 2,
	    .body = STR("{\"key1\":\"x\",\"text\":\"key1 keyword key12\\nkey1 "
			"\\u6c34key1\",\"z\":\"xKEYKEYKEYKEYKEYKx\"}")};
	struct buf out = {0};

	(void)state;
	request_shown(&r, &out);
	assert_string_equal(buf_into(&out, arena).p,
	    "POST https://a.cn/****/send?key=****&text=key1d&next=%20****\n"
	    "Authorization: Basic ****\nX-Keyword: monkey1\n\n"
	    "{\"****\":\"x\",\"text\":\"**** keyword key12\\n**** \\u6c34****\",\"z\":\"x****x\"}\n");
}

/* Words of a robot's URL are no keys: the message stays readable. */
static void words_of_a_url_are_not_hidden(void **state)
{
	struct buf out = {0};

	(void)state;
	message.text = "渠道 send 的 text,webhook";
	build(CHANNEL_WECOM_BOT, "https://a.cn/cgi-bin/webhook/send/x?text=1&key=KEYKEY7", NULL);
	request_shown(&request, &out);
	buf_char(&out, '\0');
	assert_non_null(strstr(out.p, "渠道 send 的 text,webhook"));
	assert_non_null(strstr(out.p, "\"msgtype\":\"text\""));
	assert_true(str_starts(str_of(out.p), STR("POST https://a.cn/****\n"))); /* of its URL nothing */
	assert_null(strstr(out.p, "KEYKEY7"));
	buf_free(&out);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(a_webhook),
	    test(two_keys),
	    test(a_wecom_robot),
	    test(a_wecom_application),
	    test(a_dingtalk_robot),
	    test(a_feishu_robot),
	    test(alibaba_cloud),
	    test(tencent_cloud),
	    test(an_empty_place_is_filled),
	    test(every_place),
	    test(any_provider),
	    test(a_json_template),
	    test(a_mail),
	    test(what_is_missing_is_named),
	    test(texts_are_cut_at_a_character),
	    test(answers_are_shown_without_secrets),
	    test(masks_are_of_whole_values),
	    test(words_of_a_url_are_not_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
