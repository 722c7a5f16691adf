/*
 * sms.c - short messages: any provider by templates of URL, headers and form or JSON, and two clouds whose requests are
 * signed: 阿里云 (Alibaba Cloud) and 腾讯云 (Tencent Cloud). Pure.
 *
 * No provider knows doubles, so what may have been taken is never sent again. A provider's limit of messages to one
 * number is the end of this channel for that message, not for the others.
 */
#include "channel/parts.h"

#include "base/json.h"
#include "base/time.h"
#include "channel/sign.h"

#define ALIYUN_URL "https://dysmsapi.aliyuncs.com"
#define TENCENT_URL "https://sms.tencentcloudapi.com"

/* -- any provider ---------------------------------------------------------------------------------------- */

static bool fill_headers(struct channel_request *out, const struct fill_from *f, const char **missing)
{
	for (int i = 0; i < f->channel->n_headers && i < CHANNEL_HEADERS - 1; i++) {
		struct buf value = {0};
		bool good = fill(&value, f->channel->headers[i].text, f, FILL_PLAIN, missing);

		request_header(out, f->channel->headers[i].name, buf_into(&value, f->arena).p);
		if (!good || strpbrk(out->headers[out->n_headers - 1].text, "\r\n"))
			return good && is_missing(missing, f->channel->headers[i].name);
	}
	return true;
}

static bool fill_form(struct buf *body, const struct fill_from *f, const char **missing)
{
	for (int i = 0; i < f->channel->n_form; i++) {
		if (i > 0)
			buf_char(body, '&');
		url_escape(body, str_of(f->channel->form[i].name));
		buf_char(body, '=');
		if (!fill(body, f->channel->form[i].text, f, FILL_URL, missing))
			return false;
	}
	return true;
}

bool sms_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	struct fill_from f = {c, s, m, a};
	struct buf url = {0}, body = {0};
	bool good;

	if (!c->ok_field)
		return is_missing(missing, "ok_field");
	good = fill(&url, s->url, &f, FILL_URL, missing) && fill_headers(out, &f, missing) &&
	    (c->json ? fill(&body, c->json, &f, FILL_JSON, missing) : fill_form(&body, &f, missing));
	if (good && c->get && body.n > 0) {
		buf_char(&url, strchr(s->url, '?') ? '&' : '?');
		buf_str(&url, buf_view(&body));
	}
	out->method = c->get ? "GET" : "POST";
	out->url = buf_into(&url, a).p;
	out->body = buf_into(&body, a);
	out->phone = m->phone;
	if (!c->get)
		request_header(out, "Content-Type",
		    c->json ? "application/json; charset=utf-8" : "application/x-www-form-urlencoded");
	if (c->get)
		out->body = STR("");
	if (s->n_keys > 0)
		request_hide(out, s->keys[0]);
	return good;
}

void sms_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	json_t *root = r->end == POST_ANSWERED ? body_json(r->body) : NULL;
	const char *value = json_at(root, c->ok_field, a);

	(void)q;
	judge_http(r, a, out);
	if (out->verdict == VERDICT_ACCEPTED && !value)
		out->verdict = VERDICT_UNKNOWN;
	if (out->verdict == VERDICT_ACCEPTED) {
		const char *word = code_word(a, value);

		out->verdict =
		    text_eq(value, c->ok_value ? c->ok_value : "0") ? VERDICT_ACCEPTED : VERDICT_REFUSED;
		out->code = arena_printf(a, "%s %s", c->ok_field, word ? word : "?");
		out->provider_id = c->id_field ? code_word(a, json_at(root, c->id_field, a)) : NULL;
	}
	json_decref(root);
}

/* -- Alibaba Cloud: SendSms, 2017-05-25 ------------------------------------------------------------------ */

static void put_query(struct buf *out, const char *name, const char *value)
{
	if (out->n > 0)
		buf_char(out, '&');
	buf_printf(out, "%s=", name);
	url_escape(out, str_of(value));
}

/* {"name":"value"}: the places of the template by their names. */
static bool put_params(struct buf *out, const struct fill_from *f, const char **missing)
{
	struct json j = json_to(out);
	const char *name, *value;

	json_begin(&j, NULL);
	for (int i = 0; i < f->channel->n_params; i++) {
		if (!fill_param(f, i, &name, &value, missing))
			return false;
		json_text(&j, name, value);
	}
	json_end(&j);
	return true;
}

/* The names in the order of their letters, as the signature wants them. */
static bool aliyun_query(struct buf *query, const struct fill_from *f, const char **missing)
{
	struct buf params = {0};

	if (!put_params(&params, f, missing)) {
		buf_free(&params);
		return false;
	}
	put_query(query, "OutId", f->message->id);
	put_query(query, "PhoneNumbers", f->message->phone);
	put_query(query, "SignName", f->channel->sign);
	put_query(query, "TemplateCode", f->channel->template);
	put_query(query, "TemplateParam", buf_into(&params, f->arena).p);
	return true;
}

static void aliyun_headers(struct channel_request *out, const struct signed_request *r, struct arena *a)
{
	struct buf date = {0};

	utc_text(&date, r->at_s);
	request_header(out, "x-acs-action", r->action);
	request_header(out, "x-acs-version", r->version);
	request_header(out, "x-acs-date", buf_into(&date, a).p);
	request_header(out, "x-acs-signature-nonce", r->nonce);
	request_header(out, "x-acs-content-sha256", /* of nothing */
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static bool cloud_settings(const struct notice_channel *c, const char **missing)
{
	if (!c->sign)
		return is_missing(missing, "sign");
	if (!c->template)
		return is_missing(missing, "template");
	return (c->preset != SMS_TENCENT || c->app) || is_missing(missing, "app");
}

bool aliyun_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	const char *base = s->url ? s->url : ALIYUN_URL, *id, *secret;
	struct signed_request r = {.action = "SendSms", .version = "2017-05-25", .at_s = m->at / SECOND_MS};
	struct buf query = {0}, header = {0};

	if (!cloud_settings(c, missing))
		return false;
	if (!key_pair(a, s, &id, &secret))
		return is_missing(missing, "secret_file: ID:SECRET");
	if (!aliyun_query(&query, &(struct fill_from){c, s, m, a}, missing)) {
		buf_free(&query);
		return false;
	}
	r.query = buf_into(&query, a).p;
	r.host = host_of_url(a, base);
	r.nonce = arena_printf(a, "%s%016llx", m->id, (unsigned long long)m->nonce);
	aliyun_authorization(&header, id, secret, &r);
	out->method = "POST";
	out->url = arena_printf(a, "%s/?%s", base, r.query);
	out->phone = m->phone;
	aliyun_headers(out, &r, a);
	request_header(out, "Authorization", buf_into(&header, a).p);
	request_hide(out, out->headers[out->n_headers - 1].text);
	return true;
}

/* help.aliyun.com, "API 错误码" of short messages, and the codes that all its interfaces share. */
static const struct code_meaning aliyun_codes[] = {
    {"OK", VERDICT_ACCEPTED, 0},
    {"isv.BUSINESS_LIMIT_CONTROL", VERDICT_REFUSED, 0}, /* too many to this number */
    {"isv.DAY_LIMIT_CONTROL", VERDICT_HOLD, 10 * MINUTE_HOLD_MS}, {"isv.MOBILE_*", VERDICT_REFUSED, 0},
    {"isv.BLACK_KEY_CONTROL_LIMIT", VERDICT_REFUSED, 0}, {"isv.PARAM_LENGTH_LIMIT", VERDICT_REFUSED, 0},
    {"isv.PARAM_NOT_SUPPORT_URL", VERDICT_BROKEN, 0},
    {"isv.*", VERDICT_BROKEN, 0}, /* signature, template, account, balance */
    {"isp.SYSTEM_ERROR", VERDICT_RETRY, 0}, {"Throttling*", VERDICT_RETRY, MINUTE_HOLD_MS},
    {"ServiceUnavailable*", VERDICT_RETRY, 0}, {"InternalError*", VERDICT_UNKNOWN, 0},
    {NULL, VERDICT_BROKEN, 0}, /* SignatureDoesNotMatch, InvalidAccessKeyId.NotFound, Forbidden, isp.RAM_… */
};

void aliyun_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	json_t *root = r->end == POST_ANSWERED ? body_json(r->body) : NULL;
	const char *code = json_of(root, "Code", a);

	(void)c;
	(void)q;
	judge_http(r, a, out);
	if (code)
		judge_code(out, a, "Code", code, aliyun_codes);
	else if (out->verdict == VERDICT_ACCEPTED)
		out->verdict = VERDICT_UNKNOWN;
	if (out->verdict == VERDICT_ACCEPTED)
		out->provider_id = code_word(a, json_of(root, "BizId", a));
	json_decref(root);
}

/* -- Tencent Cloud: SendSms, 2021-01-11 ------------------------------------------------------------------ */

static bool tencent_body(struct buf *body, const struct fill_from *f, const char **missing)
{
	const char *phone = f->message->phone, *name, *value;
	struct json j = json_to(body);

	json_begin(&j, NULL);
	json_list(&j, "PhoneNumberSet");
	json_text(&j, NULL, *phone == '+' ? phone : arena_printf(f->arena, "+86%s", phone));
	json_close(&j);
	json_text(&j, "SmsSdkAppId", f->channel->app);
	json_text(&j, "SignName", f->channel->sign);
	json_text(&j, "TemplateId", f->channel->template);
	json_list(&j, "TemplateParamSet");
	for (int i = 0; i < f->channel->n_params; i++) {
		if (!fill_param(f, i, &name, &value, missing))
			return false;
		json_text(&j, NULL, value);
	}
	json_close(&j);
	json_text(&j, "SessionContext", f->message->id);
	json_end(&j);
	return true;
}

static void tencent_headers(struct channel_request *out, const struct signed_request *r, const char *region,
    struct arena *a)
{
	request_header(out, "X-TC-Action", r->action);
	request_header(out, "X-TC-Version", r->version);
	request_header(out, "X-TC-Timestamp", arena_printf(a, "%lld", (long long)r->at_s));
	request_header(out, "X-TC-Region", region ? region : "ap-guangzhou");
}

bool tencent_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	const char *base = s->url ? s->url : TENCENT_URL, *id, *secret;
	struct signed_request r = {
	    .action = "SendSms", .version = "2021-01-11", .service = "sms", .at_s = m->at / SECOND_MS};
	struct buf body = {0}, header = {0};

	if (!cloud_settings(c, missing))
		return false;
	if (!key_pair(a, s, &id, &secret))
		return is_missing(missing, "secret_file: ID:SECRET");
	if (!tencent_body(&body, &(struct fill_from){c, s, m, a}, missing)) {
		buf_free(&body);
		return false;
	}
	out->url = arena_printf(a, "%s/", base);
	out->phone = m->phone;
	request_json(out, &body, a);
	r.body = out->body;
	r.host = host_of_url(a, base);
	tencent_authorization(&header, id, secret, &r);
	tencent_headers(out, &r, c->region, a);
	request_header(out, "Authorization", buf_into(&header, a).p);
	request_hide(out, out->headers[out->n_headers - 1].text);
	return true;
}

static const struct code_meaning tencent_codes[] = {
    {"Ok", VERDICT_ACCEPTED, 0}, {"LimitExceeded.DeliveryFrequencyLimit", VERDICT_HOLD, MINUTE_HOLD_MS},
    {"LimitExceeded.AppDailyLimit", VERDICT_HOLD, 10 * MINUTE_HOLD_MS},
    {"LimitExceeded.*", VERDICT_REFUSED, 0}, /* of this number, this minute, hour or day */
    {"RequestLimitExceeded*", VERDICT_RETRY, MINUTE_HOLD_MS},
    {"InternalError.RequestTimeException", VERDICT_BROKEN, 0}, /* our clock */
    {"InternalError.Timeout", VERDICT_UNKNOWN, 0}, {"InternalError.SendAndRecvFail", VERDICT_UNKNOWN, 0},
    {"InternalError*", VERDICT_RETRY, 0}, {"FailedOperation.PhoneNumberInBlacklist", VERDICT_REFUSED, 0},
    {"FailedOperation.ContainSensitiveWord", VERDICT_REFUSED, 0},
    {"InvalidParameterValue.IncorrectPhoneNumber", VERDICT_REFUSED, 0},
    {"InvalidParameterValue.ContentLengthLimit", VERDICT_REFUSED, 0},
    {"UnsupportedOperation.*", VERDICT_REFUSED, 0}, /* numbers of other countries among these */
    {NULL, VERDICT_BROKEN, 0}, /* AuthFailure…, signature, template, balance, permission */
};

void tencent_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	json_t *root = r->end == POST_ANSWERED ? body_json(r->body) : NULL;
	const char *code = json_at(root, "Response.SendStatusSet.0.Code", a);

	(void)c;
	(void)q;
	judge_http(r, a, out);
	code = code ? code : json_at(root, "Response.Error.Code", a);
	if (code)
		judge_code(out, a, "Code", code, tencent_codes);
	else if (out->verdict == VERDICT_ACCEPTED)
		out->verdict = VERDICT_UNKNOWN;
	if (out->verdict == VERDICT_ACCEPTED)
		out->provider_id = code_word(a, json_at(root, "Response.SendStatusSet.0.SerialNo", a));
	json_decref(root);
}
