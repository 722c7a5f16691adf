/*
 * robots.c - what robots of groups want: 企业微信 (WeCom), 钉钉 (DingTalk), 飞书 (Feishu); and WeCom's messages of an
 * application to its members. Pure.
 *
 * Their answers are HTTP 200 whatever happened; the code in the body counts. None of the robots knows doubles; WeCom's
 * application does where it is asked to.
 */
#include "channel/parts.h"

#include "base/json.h"
#include "base/time.h"
#include "channel/sign.h"

#define WECOM_URL "https://qyapi.weixin.qq.com"
#define DUPLICATE_S 14400  /* within which WeCom passes over the same bytes: the most it takes */
#define TOKEN_MARGIN_S 600 /* renewed before it ends */
#define TOKEN_MOST_S 7200
#define BUSY_TRIES 4 /* WeCom: after "busy" three times again at most */

/* Whom a group's robot can name: somebody who has a mobile phone. */
static const char *mobile(const char *phone)
{
	return phone && strlen(phone) == 11 && *phone == '1' ? phone : NULL;
}

/* -- WeCom ----------------------------------------------------------------------------------------------- */

bool wecom_bot_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	struct buf body = {0};
	struct json j = json_to(&body);

	(void)c;
	(void)missing;
	request_to(out, s->url, m->phone, a);
	json_begin(&j, NULL);
	json_text(&j, "msgtype", "text");
	json_begin(&j, "text");
	json_text(&j, "content", m->text);
	if (mobile(m->phone)) {
		json_list(&j, "mentioned_mobile_list");
		json_text(&j, NULL, m->phone);
		json_close(&j);
	}
	json_end(&j);
	json_end(&j);
	request_json(out, &body, a);
	return true;
}

static const char *wecom_base(const struct channel_secrets *s)
{
	return s->url ? s->url : WECOM_URL;
}

bool wecom_app_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	struct buf body = {0}, token = {0};
	struct json j = json_to(&body);

	if (!s->token)
		return is_missing(missing, "token");
	url_escape(&token, str_of(s->token));
	request_hide(out, buf_into(&token, a).p);
	out->url = arena_printf(a, "%s/cgi-bin/message/send?access_token=%s", wecom_base(s), out->hidden[0]);
	out->address = m->wecom;
	json_begin(&j, NULL);
	json_text(&j, "touser", m->wecom);
	json_int(&j, "agentid", c->agent);
	json_text(&j, "msgtype", "text");
	json_begin(&j, "text");
	json_text(&j, "content", m->text);
	json_end(&j);
	json_int(&j, "enable_duplicate_check", 1);
	json_int(&j, "duplicate_check_interval", DUPLICATE_S);
	json_end(&j);
	request_json(out, &body, a);
	return true;
}

bool channel_token_request(const struct notice_channel *c, const struct channel_secrets *s, struct arena *a,
    struct channel_request *out, const char **missing)
{
	struct buf url = {0}, secret = {0};

	*out = (struct channel_request){.method = "GET"};
	if (s->n_keys == 0)
		return is_missing(missing, "secret_file");
	if (!c->corp)
		return is_missing(missing, "corp");
	buf_printf(&url, "%s/cgi-bin/gettoken?corpid=", wecom_base(s));
	url_escape(&url, str_of(c->corp));
	url_escape(&secret, str_of(s->keys[0]));
	buf_text(&url, "&corpsecret=");
	buf_str(&url, buf_view(&secret));
	out->url = buf_into(&url, a).p;
	request_hide(out, buf_into(&secret, a).p);
	return true;
}

/* https://developer.work.weixin.qq.com/document/path/90455, and what robots answer besides. */
static const struct code_meaning wecom_codes[] = {
    {"0", VERDICT_ACCEPTED, 0}, {"-1", VERDICT_RETRY, 0}, /* busy */
    {"6000", VERDICT_RETRY, 0},                           /* somebody else changed the data */
    {"40014", VERDICT_RENEW, 0},                          /* the token is none */
    {"41001", VERDICT_RENEW, 0},                          /* there is none */
    {"42001", VERDICT_RENEW, 0},                          /* it has ended */
    {"45009", VERDICT_HOLD, MINUTE_HOLD_MS},              /* too often */
    {"45033", VERDICT_RETRY, 0},                          /* too many at once */
    {"81013", VERDICT_REFUSED, 0},                        /* none of the recipients is one */
    {"40003", VERDICT_REFUSED, 0},                        /* no such user */
    {"40031", VERDICT_REFUSED, 0},                        /* no such users */
    {"40058", VERDICT_REFUSED, 0},                        /* a parameter, such as too long a text */
    {"45002", VERDICT_REFUSED, 0},                        /* too long */
    {NULL, VERDICT_BROKEN, 0}, /* keys, permissions, addresses: 93000, 40001, 40013, 60020 … */
};

/* Is every one of "a|b" in the other list? */
static bool all_within(const char *users, const char *invalid)
{
	while (*users) {
		size_t n = strcspn(users, "|");
		bool found = false;

		for (const char *i = invalid; *i && !found; i += strcspn(i, "|"), i += *i == '|')
			found = strcspn(i, "|") == n && strncmp(i, users, n) == 0;
		if (!found)
			return false;
		users += n + (users[n] == '|');
	}
	return true;
}

void wecom_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	json_t *root = r->end == POST_ANSWERED ? body_json(r->body) : NULL;
	const char *code = json_of(root, "errcode", a), *invalid = json_of(root, "invaliduser", a);

	(void)c;
	judge_http(r, a, out);
	if (code)
		judge_code(out, a, "errcode", code, wecom_codes);
	else if (out->verdict == VERDICT_ACCEPTED)
		out->verdict = VERDICT_UNKNOWN;
	if (out->verdict == VERDICT_ACCEPTED && q->address && invalid && *invalid) {
		out->verdict = all_within(q->address, invalid) ? VERDICT_REFUSED : VERDICT_ACCEPTED;
		out->code = "invaliduser";
	}
	if (out->verdict == VERDICT_ACCEPTED)
		out->provider_id = code_word(a, json_of(root, "msgid", a));
	if (text_eq(code, "-1"))
		out->tries_most = BUSY_TRIES;
	json_decref(root);
}

const char *channel_token(const struct notice_channel *c, const struct channel_answer *r, struct arena *a,
    int64_t *for_ms, struct channel_verdict *v)
{
	struct channel_request none = {0};
	json_t *root;
	const char *token, *digits;
	uint64_t s;

	*v = (struct channel_verdict){0};
	wecom_judge(c, &none, r, a, v);
	if (v->verdict == VERDICT_RENEW) /* renewing is what failed */
		v->verdict = VERDICT_BROKEN;
	if (v->verdict == VERDICT_UNKNOWN) /* asking twice does no harm */
		v->verdict = VERDICT_RETRY;
	if (v->verdict != VERDICT_ACCEPTED)
		return NULL;
	root = body_json(r->body);
	token = json_of(root, "access_token", a);
	digits = json_of(root, "expires_in", a);
	s = digits && str_uint(str_of(digits), &s) && s < TOKEN_MOST_S ? s : TOKEN_MOST_S;
	*for_ms = (int64_t)(s > 2 * TOKEN_MARGIN_S ? s - TOKEN_MARGIN_S : s / 2) * SECOND_MS;
	json_decref(root);
	if (!token || !*token)
		v->verdict = VERDICT_RETRY;
	return v->verdict == VERDICT_ACCEPTED ? token : NULL;
}

/* -- DingTalk -------------------------------------------------------------------------------------------- */

/* The signature is of this instant: each attempt has its own. */
bool dingtalk_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	struct buf body = {0}, sign = {0}, escaped = {0};
	struct json j = json_to(&body);

	(void)c;
	(void)missing;
	request_to(out, s->url, m->phone, a);
	if (s->n_keys > 0) {
		dingtalk_signature(&sign, s->keys[0], m->at);
		url_escape(&escaped, buf_view(&sign));
		buf_free(&sign);
		request_hide(out, buf_into(&escaped, a).p);
		out->url = arena_printf(a, "%s%ctimestamp=%lld&sign=%s", s->url,
		    strchr(s->url, '?') ? '&' : '?', (long long)m->at, out->hidden[out->n_hidden - 1]);
	}
	json_begin(&j, NULL);
	json_text(&j, "msgtype", "text");
	json_begin(&j, "text");
	json_text(&j, "content", m->text);
	json_end(&j);
	json_begin(&j, "at");
	json_list(&j, "atMobiles");
	json_text(&j, NULL, mobile(m->phone));
	json_close(&j);
	json_bool(&j, "isAtAll", false);
	json_end(&j);
	json_end(&j);
	request_json(out, &body, a);
	return true;
}

static const struct code_meaning dingtalk_codes[] = {
    {"0", VERDICT_ACCEPTED, 0}, {"-1", VERDICT_RETRY, 0},
    {"130101", VERDICT_HOLD, 10 * MINUTE_HOLD_MS}, /* over 20 a minute: silent for ten */
    {"410100", VERDICT_HOLD, 10 * MINUTE_HOLD_MS}, {"460101", VERDICT_REFUSED, 0}, /* too long */
    {NULL, VERDICT_BROKEN, 0}, /* 310000: signature, time, keyword; 300001, 300005: the robot */
};

/* A body with one code at `name`, by these meanings. */
static void judge_coded(const char *name, const struct code_meaning *meanings, const struct channel_answer *r,
    struct arena *a, struct channel_verdict *out)
{
	json_t *root = r->end == POST_ANSWERED ? body_json(r->body) : NULL;
	const char *code = json_of(root, name, a);

	judge_http(r, a, out);
	if (code)
		judge_code(out, a, name, code, meanings);
	else if (out->verdict == VERDICT_ACCEPTED)
		out->verdict = VERDICT_UNKNOWN;
	json_decref(root);
}

void dingtalk_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	(void)c;
	(void)q;
	judge_coded("errcode", dingtalk_codes, r, a, out);
}

/* -- Feishu ---------------------------------------------------------------------------------------------- */

bool feishu_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	struct buf body = {0}, sign = {0};
	struct json j = json_to(&body);

	(void)c;
	(void)missing;
	request_to(out, s->url, m->phone, a);
	json_begin(&j, NULL);
	if (s->n_keys > 0) {
		feishu_signature(&sign, s->keys[0], m->at / SECOND_MS);
		request_hide(out, buf_into(&sign, a).p);
		json_text(&j, "timestamp", arena_printf(a, "%lld", (long long)(m->at / SECOND_MS)));
		json_text(&j, "sign", out->hidden[out->n_hidden - 1]);
	}
	json_text(&j, "msg_type", "text");
	json_begin(&j, "content");
	json_text(&j, "text", m->text);
	json_end(&j);
	json_end(&j);
	request_json(out, &body, a);
	return true;
}

static const struct code_meaning feishu_codes[] = {
    {"0", VERDICT_ACCEPTED, 0}, {"11232", VERDICT_HOLD, MINUTE_HOLD_MS}, /* too often */
    {"99991400", VERDICT_HOLD, MINUTE_HOLD_MS},
    {"9499", VERDICT_REFUSED, 0}, /* the request's form or length */
    {NULL, VERDICT_BROKEN,
	0}, /* 19021: signature or clock; 19022: address; 19024: keyword; 19001: the robot */
};

void feishu_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	(void)c;
	(void)q;
	judge_coded("code", feishu_codes, r, a, out);
}
