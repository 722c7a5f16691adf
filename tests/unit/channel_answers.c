/*
 * channel_answers.c - what answers, ends without an answer and receipts mean. Each row is one answer as a provider
 * gives it; the verdict is what the notifier does next.
 */
#include "arena_fixture.h"
#include "channel/channel.h"

#include <stdio.h>

static const struct notice_channel webhook = {.kind = CHANNEL_WEBHOOK}, wecom = {.kind = CHANNEL_WECOM_BOT},
				   app = {.kind = CHANNEL_WECOM_APP},
				   dingtalk = {.kind = CHANNEL_DINGTALK_BOT},
				   feishu = {.kind = CHANNEL_FEISHU_BOT}, mail = {.kind = CHANNEL_SMTP},
				   aliyun = {.kind = CHANNEL_SMS_HTTP, .preset = SMS_ALIYUN},
				   tencent = {.kind = CHANNEL_SMS_HTTP, .preset = SMS_TENCENT},
				   own = {.kind = CHANNEL_SMS_HTTP,
				       .ok_field = "result.0.code",
				       .ok_value = "ok",
				       .id_field = "result.0.no"};

static struct channel_verdict judged(const struct notice_channel *c, int status, const char *body)
{
	struct channel_request q = {.address = c == &app ? "zhang|li" : NULL};
	struct channel_answer r = {.end = POST_ANSWERED, .status = status, .body = str_of(body)};

	return channel_verdict(c, &q, &r, arena);
}

static const struct {
	const struct notice_channel *channel;
	int status;
	const char *body;
	enum channel_judgement verdict;
	int64_t after_s;
	const char *code;
} answers[] = {
    {&webhook, 200, "", VERDICT_ACCEPTED, 0, "HTTP 200"},
    {&webhook, 204, "", VERDICT_ACCEPTED, 0, "HTTP 204"},
    {&webhook, 302, "", VERDICT_BROKEN, 0, "HTTP 302"},
    {&webhook, 400, "", VERDICT_REFUSED, 0, "HTTP 400"},
    {&webhook, 401, "", VERDICT_BROKEN, 0, "HTTP 401"},
    {&webhook, 404, "", VERDICT_BROKEN, 0, "HTTP 404"},
    {&webhook, 410, "", VERDICT_BROKEN, 0, "HTTP 410"},
    {&webhook, 429, "", VERDICT_RETRY, 0, "HTTP 429"},
    {&webhook, 500, "", VERDICT_RETRY, 0, "HTTP 500"},
    {&webhook, 503, "", VERDICT_RETRY, 0, "HTTP 503"},
    {&webhook, 504, "", VERDICT_UNKNOWN, 0, "HTTP 504"},
    {&wecom, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", VERDICT_ACCEPTED, 0, "errcode 0"},
    {&wecom, 200, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", VERDICT_HOLD, 60,
	"errcode 45009"},
    {&wecom, 200, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", VERDICT_BROKEN, 0,
	"errcode 93000"},
    {&wecom, 403, "{\"errcode\":93000}", VERDICT_BROKEN, 0, "errcode 93000"},
    {&wecom, 500, "{\"errcode\":0}", VERDICT_RETRY, 0, "HTTP 500"}, /* a gateway between, whatever it says */
    {&wecom, 401, "{\"errcode\":0}", VERDICT_BROKEN, 0, "HTTP 401"},
    {&wecom, 200, "{\"errcode\":-1}", VERDICT_RETRY, 0, "errcode -1"},
    {&wecom, 200, "{\"errcode\":45033}", VERDICT_RETRY, 0, "errcode 45033"},
    {&wecom, 200, "{\"errcode\":40058}", VERDICT_REFUSED, 0, "errcode 40058"},
    {&wecom, 200, "<html>", VERDICT_UNKNOWN, 0, "HTTP 200"},
    {&wecom, 200, "{}", VERDICT_UNKNOWN, 0, "HTTP 200"},
    {&wecom, 200, "{\"errcode\":0,\"errcode\":1}", VERDICT_UNKNOWN, 0, "HTTP 200"},
    {&wecom, 502, "<html>", VERDICT_RETRY, 0, "HTTP 502"},
    {&app, 200, "{\"errcode\":0,\"msgid\":\"M1\"}", VERDICT_ACCEPTED, 0, "errcode 0"},
    {&app, 200, "{\"errcode\":42001}", VERDICT_RENEW, 0, "errcode 42001"},
    {&app, 200, "{\"errcode\":40014}", VERDICT_RENEW, 0, "errcode 40014"},
    {&app, 200, "{\"errcode\":81013}", VERDICT_REFUSED, 0, "errcode 81013"},
    {&app, 200, "{\"errcode\":0,\"invaliduser\":\"\"}", VERDICT_ACCEPTED, 0, "errcode 0"},
    {&app, 200, "{\"errcode\":0,\"invaliduser\":\"li\"}", VERDICT_ACCEPTED, 0, "invaliduser"},
    {&app, 200, "{\"errcode\":0,\"invaliduser\":\"li|zhang\"}", VERDICT_REFUSED, 0, "invaliduser"},
    {&app, 200, "{\"errcode\":0,\"invaliduser\":\"lin|zhang\"}", VERDICT_ACCEPTED, 0, "invaliduser"},
    {&dingtalk, 200, "{\"errcode\":0}", VERDICT_ACCEPTED, 0, "errcode 0"},
    {&dingtalk, 200, "{\"errcode\":410100}", VERDICT_HOLD, 600, "errcode 410100"},
    {&dingtalk, 302, "", VERDICT_BROKEN, 0, "HTTP 302"},
    {&dingtalk, 200, "{\"errcode\":130101}", VERDICT_HOLD, 600, "errcode 130101"},
    {&dingtalk, 200, "{\"status\":1111,\"wait\":5,\"punish\":\"deny\",\"errcode\":130101}", VERDICT_HOLD, 600,
	"errcode 130101"},
    {&dingtalk, 200, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}", VERDICT_BROKEN, 0,
	"errcode 310000"},
    {&dingtalk, 200, "{\"errcode\":460101}", VERDICT_REFUSED, 0, "errcode 460101"},
    {&feishu, 200, "{\"code\":0,\"msg\":\"success\",\"StatusCode\":0}", VERDICT_ACCEPTED, 0, "code 0"},
    {&feishu, 200, "{\"code\":19021,\"msg\":\"sign match fail\"}", VERDICT_BROKEN, 0, "code 19021"},
    {&feishu, 200, "{\"code\":11232}", VERDICT_HOLD, 60, "code 11232"},
    {&feishu, 200, "{\"code\":99991400}", VERDICT_HOLD, 60, "code 99991400"},
    {&feishu, 400, "{\"code\":9499,\"msg\":\"Bad Request\"}", VERDICT_REFUSED, 0, "code 9499"},
    {&aliyun, 200, "{\"Code\":\"OK\",\"BizId\":\"9006^0\"}", VERDICT_ACCEPTED, 0, "Code OK"},
    {&aliyun, 200, "{\"Code\":\"isv.DAY_LIMIT_CONTROL\"}", VERDICT_HOLD, 600, "Code isv.DAY_LIMIT_CONTROL"},
    {&tencent, 200, "{\"Response\":{\"SendStatusSet\":[{\"Code\":\"LimitExceeded.AppDailyLimit\"}]}}",
	VERDICT_HOLD, 600, "Code LimitExceeded.AppDailyLimit"},
    {&aliyun, 200, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\"}", VERDICT_REFUSED, 0,
	"Code isv.BUSINESS_LIMIT_CONTROL"},
    {&aliyun, 200, "{\"Code\":\"isv.MOBILE_NUMBER_ILLEGAL\"}", VERDICT_REFUSED, 0,
	"Code isv.MOBILE_NUMBER_ILLEGAL"},
    {&aliyun, 200, "{\"Code\":\"isv.AMOUNT_NOT_ENOUGH\"}", VERDICT_BROKEN, 0, "Code isv.AMOUNT_NOT_ENOUGH"},
    {&aliyun, 400, "{\"Code\":\"SignatureDoesNotMatch\"}", VERDICT_BROKEN, 0, "Code SignatureDoesNotMatch"},
    {&aliyun, 503, "{\"Code\":\"Throttling.User\"}", VERDICT_RETRY, 60, "Code Throttling.User"},
    {&tencent, 200, "{\"Response\":{\"SendStatusSet\":[{\"SerialNo\":\"5000:1\",\"Code\":\"Ok\"}]}}",
	VERDICT_ACCEPTED, 0, "Code Ok"},
    {&tencent, 200,
	"{\"Response\":{\"SendStatusSet\":[{\"SerialNo\":\"\",\"Code\":\"LimitExceeded."
	"PhoneNumberDailyLimit\"}]}}",
	VERDICT_REFUSED, 0, "Code LimitExceeded.PhoneNumberDailyLimit"},
    {&tencent, 200, "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.SignatureFailure\"}}}", VERDICT_BROKEN,
	0, "Code AuthFailure.SignatureFailure"},
    {&tencent, 200, "{\"Response\":{\"Error\":{\"Code\":\"InternalError.SendAndRecvFail\"}}}",
	VERDICT_UNKNOWN, 0, "Code InternalError.SendAndRecvFail"},
    {&tencent, 200, "{\"Response\":{}}", VERDICT_UNKNOWN, 0, "HTTP 200"},
    {&own, 200, "{\"result\":[{\"code\":\"ok\",\"no\":77}]}", VERDICT_ACCEPTED, 0, "result.0.code ok"},
    {&own, 200, "{\"result\":[{\"code\":\"no credit\",\"no\":77}]}", VERDICT_REFUSED, 0,
	"result.0.code nocredit"},
    {&own, 200, "{\"result\":[]}", VERDICT_UNKNOWN, 0, "HTTP 200"},
    {&own, 500, "{\"result\":[{\"code\":\"ok\"}]}", VERDICT_RETRY, 0, "HTTP 500"},
    {&mail, 250, "", VERDICT_ACCEPTED, 0, "SMTP 250"},
    {&mail, 451, "", VERDICT_RETRY, 0, "SMTP 451"},
    {&mail, 550, "", VERDICT_REFUSED, 0, "SMTP 550"},
    {&mail, 535, "", VERDICT_BROKEN, 0, "SMTP 535"},
};

static void every_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct channel_verdict v = judged(answers[i].channel, answers[i].status, answers[i].body);

		if (v.verdict != answers[i].verdict || v.after_ms != answers[i].after_s * 1000)
			fail_msg("%s: %s after %lld ms", answers[i].body, verdict_names[v.verdict],
			    (long long)v.after_ms);
		assert_string_equal(v.code, answers[i].code);
	}
}

/* Whatever the kind: nothing written is tried again, what may have been taken is not. */
static void ends_without_an_answer(void **state)
{
	static const struct notice_channel *const kinds[] = {
	    &webhook, &wecom, &app, &dingtalk, &feishu, &mail, &aliyun, &tencent, &own};
	static const enum channel_judgement verdicts[] = {[POST_REFUSED] = VERDICT_RETRY,
	    [POST_FORBIDDEN] = VERDICT_BROKEN,
	    [POST_UNKNOWN] = VERDICT_UNKNOWN};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (int end = POST_REFUSED; end < POST_ENDS; end++) {
			struct channel_answer r = {
			    .end = (enum post_end)end, .reason = "too-slow", .status = 200};
			struct channel_verdict v =
			    channel_verdict(kinds[i], &(struct channel_request){0}, &r, arena);

			assert_int_equal(v.verdict, verdicts[end]);
			assert_string_equal(v.code, "too-slow");
		}
}

static void numbers_of_the_provider(void **state)
{
	struct channel_answer later = {.end = POST_ANSWERED, .status = 429, .retry_after_ms = 7000};

	(void)state;
	assert_string_equal(judged(&app, 200, "{\"errcode\":0,\"msgid\":\"M1\"}").provider_id, "M1");
	assert_string_equal(judged(&aliyun, 200, "{\"Code\":\"OK\",\"BizId\":\"9006^0\"}").provider_id,
	    "9006^0");
	assert_string_equal(judged(&tencent, 200,
				"{\"Response\":{\"SendStatusSet\":[{\"SerialNo\":\"5000:1\",\"Code\":\"Ok\"}]"
				"}}")
				.provider_id,
	    "5000:1");
	assert_string_equal(judged(&own, 200, "{\"result\":[{\"code\":\"ok\",\"no\":77}]}").provider_id,
	    "77");
	assert_null(judged(&wecom, 200, "{\"errcode\":0}").provider_id);
	assert_int_equal(channel_verdict(&webhook, &(struct channel_request){0}, &later, arena).after_ms,
	    7000);
	/* The longer of what the provider asks for and what its code is known for. */
	later.body = STR("{\"code\":11232}");
	later.retry_after_ms = 90000;
	assert_int_equal(channel_verdict(&feishu, &(struct channel_request){0}, &later, arena).after_ms,
	    90000);
	later.retry_after_ms = 1000;
	assert_int_equal(channel_verdict(&feishu, &(struct channel_request){0}, &later, arena).after_ms,
	    60000);
	assert_int_equal(judged(&wecom, 200, "{\"errcode\":-1}").tries_most, 4); /* three times again */
	assert_int_equal(judged(&wecom, 200, "{\"errcode\":6000}").tries_most, 0);
}

static const char *token(const char *body, int64_t *for_ms, enum channel_judgement *verdict)
{
	struct channel_answer r = {.end = POST_ANSWERED, .status = 200, .body = str_of(body)};
	struct channel_verdict v;
	const char *t = channel_token(&app, &r, arena, for_ms, &v);

	*verdict = v.verdict;
	return t;
}

static void tokens(void **state)
{
	enum channel_judgement v;
	int64_t for_ms;

	(void)state;
	assert_string_equal(token("{\"errcode\":0,\"access_token\":\"T\",\"expires_in\":7200}", &for_ms, &v),
	    "T");
	assert_int_equal(for_ms, 6600000);
	assert_string_equal(token("{\"errcode\":0,\"access_token\":\"T\",\"expires_in\":999999}", &for_ms,
				&v),
	    "T");
	assert_int_equal(for_ms, 6600000);
	assert_string_equal(token("{\"errcode\":0,\"access_token\":\"T\",\"expires_in\":60}", &for_ms, &v),
	    "T");
	assert_int_equal(for_ms, 30000);
	assert_null(token("{\"errcode\":40001}", &for_ms, &v));
	assert_int_equal(v, VERDICT_BROKEN);
	assert_null(token("{\"errcode\":42001}", &for_ms, &v));
	assert_int_equal(v, VERDICT_BROKEN);
	assert_null(token("garbage", &for_ms, &v));
	assert_int_equal(v, VERDICT_RETRY);
	assert_null(token("{\"errcode\":0}", &for_ms, &v));
	assert_int_equal(v, VERDICT_RETRY);
}

/* -- receipts -------------------------------------------------------------------------------------------- */

static struct channel_receipts got;

static void receive(const struct notice_channel *c, const char *body)
{
	got = channel_receipts(c, str_of(body), arena);
}

static void receipts_of_clouds(void **state)
{
	(void)state;
	receive(&tencent,
	    "[{\"user_receive_time\":\"2015-10-17 "
	    "08:03:04\",\"nationcode\":\"86\",\"mobile\":\"13900001234\","
	    "\"report_status\":\"SUCCESS\",\"errmsg\":\"DELIVRD\",\"description\":\"x\",\"sid\":\"5000:1\"},"
	    "{\"mobile\":\"13900001235\",\"report_status\":\"FAIL\",\"errmsg\":\"UNDELIV\",\"sid\":\"5000:"
	    "2\"}]");
	assert_int_equal(got.n, 2);
	assert_int_equal(got.v[0].kind, RECEIPT_DELIVERED);
	assert_string_equal(got.v[0].provider_id, "5000:1");
	assert_string_equal(got.v[0].phone, "13900001234");
	assert_int_equal(got.v[1].kind, RECEIPT_FAILED);
	assert_string_equal(got.v[1].code, "UNDELIV");
	assert_string_equal(got.body, "{\"result\":0,\"errmsg\":\"OK\"}");
	receive(&aliyun,
	    "[{\"phone_number\":\"13900001234\",\"success\":true,\"err_code\":\"DELIVERED\",\"sms_size\":"
	    "\"1\","
	    "\"biz_id\":\"9006^0\",\"out_id\":\"0123456789abcdef\"},{\"phone_number\":\"1\",\"success\":"
	    "false,"
	    "\"err_code\":\"MK:0001\",\"biz_id\":\"9007^0\",\"out_id\":\"not ours\"}]");
	assert_int_equal(got.n, 2);
	assert_string_equal(got.v[0].id, "0123456789abcdef");
	assert_int_equal(got.v[1].kind, RECEIPT_FAILED);
	assert_null(got.v[1].id);
	assert_string_equal(got.body, "{\"code\":0,\"msg\":\"接收成功\"}");
}

static void replies_of_clouds(void **state)
{
	(void)state;
	receive(&tencent,
	    "{\"extend\":\"\",\"mobile\":\"13900001234\",\"nationcode\":\"86\",\"sign\":\"s\",\"text\":\"1 "
	    "4711\",\"time\":1457336869}");
	assert_int_equal(got.n, 1);
	assert_int_equal(got.v[0].kind, RECEIPT_REPLY);
	assert_string_equal(got.v[0].text, "1 4711");
	assert_string_equal(got.v[0].phone, "13900001234");
	receive(&aliyun,
	    "[{\"phone_number\":\"+86 13900001234\",\"content\":\"2\",\"send_time\":\"2017-09-01 00:00:00\","
	    "\"dest_code\":\"1234\",\"sequence_id\":1234567890}]");
	assert_int_equal(got.n, 1);
	assert_string_equal(got.v[0].phone, "13900001234");
	assert_string_equal(got.v[0].text, "2");
}

static void receipts_of_others(void **state)
{
	struct notice_channel own_receipts = own;

	(void)state;
	receive(&webhook, "{\"id\":\"0123456789abcdef\",\"status\":\"opened\"}");
	assert_int_equal(got.n, 1);
	assert_int_equal(got.v[0].kind, RECEIPT_OPENED);
	receive(&webhook, "{\"id\":\"0123456789abcdef\",\"status\":\"eaten\"}");
	assert_int_equal(got.n, 0);
	assert_int_equal(got.status, 200);
	receive(&webhook, "{\"id\":\"0123456789ABCDEF\",\"status\":\"opened\"}");
	assert_int_equal(got.n, 0);
	receive(&(struct notice_channel){.kind = CHANNEL_VOICE},
	    "[{\"id\":\"0123456789abcdef\",\"status\":\"answered\"}]");
	assert_int_equal(got.v[0].kind, RECEIPT_ANSWERED);
	own_receipts.receipt_id = "m.no";
	own_receipts.receipt_ok_field = "m.state";
	own_receipts.receipt_ok_value = "0";
	receive(&own_receipts, "{\"m\":{\"no\":77,\"state\":0}}");
	assert_int_equal(got.n, 1);
	assert_int_equal(got.v[0].kind, RECEIPT_DELIVERED);
	assert_string_equal(got.v[0].provider_id, "77");
	receive(&own_receipts, "{\"m\":{\"no\":78,\"state\":5}}");
	assert_int_equal(got.v[0].kind, RECEIPT_FAILED);
	receive(&own_receipts, "{\"phone\":\"13900001234\",\"text\":\"1\"}");
	assert_int_equal(got.v[0].kind, RECEIPT_REPLY);
}

static void strange_bodies(void **state)
{
	static const char *const bodies[] = {"", "null", "7", "\"x\"", "{", "[", "a=b", "\xFF\xFE"};

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		receive(&tencent, bodies[i]);
		assert_int_equal(got.n, 0);
		assert_int_equal(got.status, 400);
	}
	receive(&tencent, "[null,7,[],{},{\"sid\":\"x\"},{\"report_status\":\"SUCCESS\"},{\"text\":\"1\"}]");
	assert_int_equal(got.n, 0);
	assert_int_equal(got.status, 200);
}

/* -- replies --------------------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum reply_act act;
	const char *code, *words;
} replies[] = {
    {"1 4711", REPLY_ACKNOWLEDGE, "4711", ""},
    {" 1,4711 ", REPLY_ACKNOWLEDGE, "4711", ""},
    {"1,4711", REPLY_ACKNOWLEDGE, "4711", ""},
    {"1+4711", REPLY_ACKNOWLEDGE, "4711", ""},
    {"14711", REPLY_ACKNOWLEDGE, "4711", ""},
    {"1 4711", REPLY_ACKNOWLEDGE, "4711", ""},
    {"1 4711。", REPLY_ACKNOWLEDGE, "4711", ""},
    {"1", REPLY_ACKNOWLEDGE, "", ""},
    {"签收4711", REPLY_ACKNOWLEDGE, "4711", ""},
    {"收到", REPLY_ACKNOWLEDGE, "", ""},
    {"2 4711", REPLY_ARRIVE, "4711", ""},
    {"到场 4711", REPLY_ARRIVE, "4711", ""},
    {"9 4711", REPLY_RETURN, "4711", ""},
    {"申请改派4711", REPLY_RETURN, "4711", ""},
    {"3 4711", REPLY_NONE, "", ""},
    {"", REPLY_NONE, "", ""},
    {"TD", REPLY_NONE, "", ""},
    {"1号楼有人吗", REPLY_NONE, "", ""},
    {"1 4711 马上到", REPLY_ACKNOWLEDGE, "4711", "马上到"},
    {"1 4711,还没去。", REPLY_ACKNOWLEDGE, "4711", "还没去。"},
    {"签收4711十分钟到", REPLY_ACKNOWLEDGE, "4711", "十分钟到"},
    {"9 4711 不是我们的管道", REPLY_RETURN, "4711", "不是我们的管道"},
    {"2 4711 还没到", REPLY_UNSURE, "4711", "还没到"},
    {"1 马上到", REPLY_NONE, "", ""},
    {"好的 1 4711", REPLY_NONE, "", ""},
    {"1 4711 4712", REPLY_NONE, "", ""},
    {"1 123456789", REPLY_NONE, "", ""},
    {"收到,我不去", REPLY_NONE, "", ""},
    {"1  4711", REPLY_ACKNOWLEDGE, "4711", ""},
    {"１　４７１１", REPLY_ACKNOWLEDGE, "4711", ""},
    {"签收0000", REPLY_ACKNOWLEDGE, "0000", ""},
    {"10000", REPLY_ACKNOWLEDGE, "0000", ""},
    {"20", REPLY_NONE, "", ""},
    {"90", REPLY_NONE, "", ""},
    {"10分钟到", REPLY_NONE, "", ""},
    {"20:30到", REPLY_NONE, "", ""},
    {"9000元", REPLY_NONE, "", ""},
};

/* Behind each word and mark, any number of digits: four are a code, none is the word alone, and others are no reply. */
static void a_code_has_four_digits(void **state)
{
	static const char *const acts[] = {"1", "2", "9", "签收", "收到", "到场", "改派"};
	static const char *const marks[] = {"", " ", "  ", ",", ",", "+", ":", "#", " ", "("};
	static const char digits[] = "0470119283";

	(void)state;
	for (size_t i = 0; i < sizeof acts / sizeof *acts * (sizeof marks / sizeof *marks) * sizeof digits;
	     i++) {
		int n = (int)(i % sizeof digits);
		const char *mark = marks[i / sizeof digits % (sizeof marks / sizeof *marks)];
		const char *act = acts[i / sizeof digits / (sizeof marks / sizeof *marks)];
		char text[64];

		snprintf(text, sizeof text, "%s%s%.*s", act, mark, n, digits);
		struct sms_reply r = reply_parse(text);
		if ((r.act != REPLY_NONE) != (n == 0 || n == 4) || strcmp(r.code, n == 4 ? "0470" : "") != 0)
			fail_msg("%s: act %d, code %s", text, r.act, r.code);
	}
}

static void every_reply(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		struct sms_reply r = reply_parse(replies[i].text);

		if (r.act != replies[i].act || strcmp(r.code, replies[i].code) != 0 ||
		    strcmp(r.words, replies[i].words) != 0)
			fail_msg("%s: act %d, code %s, words %s", replies[i].text, r.act, r.code, r.words);
	}
}

/* Whole characters, and no more than are kept. */
static void long_words_are_cut(void **state)
{
	struct buf text = {0};
	struct sms_reply r;

	(void)state;
	buf_text(&text, "1 4711 ");
	for (int i = 0; i < REPLY_WORDS + 7; i++)
		buf_text(&text, "到");
	buf_char(&text, '\0');
	r = reply_parse(text.p);
	buf_free(&text);
	assert_int_equal(r.act, REPLY_ACKNOWLEDGE);
	assert_int_equal(strlen(r.words), REPLY_WORDS * strlen("到"));
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* As docs/NOTICES.md lists them: a little below what the providers bear. */
static void limits_of_the_kinds(void **state)
{
	static const struct {
		enum channel_kind kind;
		int per_minute;
		size_t text_most;
		bool removes_doubles;
	} kinds[] = {{CHANNEL_WEBHOOK, 0, 16000, true}, {CHANNEL_WECOM_BOT, 18, 2048, false},
	    {CHANNEL_WECOM_APP, 0, 2048, true}, {CHANNEL_DINGTALK_BOT, 15, 18000, false},
	    {CHANNEL_FEISHU_BOT, 90, 16000, false}, {CHANNEL_SMS_HTTP, 0, 1000, false},
	    {CHANNEL_SMTP, 0, 16000, false}, {CHANNEL_VOICE, 0, 1000, true}};

	(void)state;
	assert_int_equal(sizeof kinds / sizeof *kinds, CHANNEL_KINDS);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct channel_trait *t = &channel_traits[kinds[i].kind];

		assert_int_equal(t->per_minute, kinds[i].per_minute);
		assert_int_equal(t->text_most, kinds[i].text_most);
		assert_int_equal(t->removes_doubles, kinds[i].removes_doubles);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(every_answer),
	    test(ends_without_an_answer),
	    test(numbers_of_the_provider),
	    test(limits_of_the_kinds),
	    test(tokens),
	    test(receipts_of_clouds),
	    test(replies_of_clouds),
	    test(receipts_of_others),
	    test(strange_bodies),
	    test(every_reply),
	    test(a_code_has_four_digits),
	    test(long_words_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
