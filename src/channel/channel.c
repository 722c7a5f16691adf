/*
 * channel.c - the table of kinds, and what all of them share: what has to be there, how texts are cut, how requests
 * and answers are shown without secrets. Pure.
 */
#include "channel/parts.h"

#include "base/url.h"
#include "base/utf8.h"

const char *const verdict_names[VERDICTS] = {
    [VERDICT_ACCEPTED] = "accepted",
    [VERDICT_RETRY] = "retry",
    [VERDICT_HOLD] = "hold",
    [VERDICT_RENEW] = "renew",
    [VERDICT_UNKNOWN] = "unknown",
    [VERDICT_REFUSED] = "refused",
    [VERDICT_BROKEN] = "broken",
};

/* Limits are a little below the providers' own, because their minute is not ours. */
const struct channel_trait channel_traits[CHANNEL_KINDS] = {
    [CHANNEL_WEBHOOK] =
	{
	    .text_most = 16000,
	    .removes_doubles = true,
	    .keys_needed = true,
	    .url_needed = true,
	    .build = webhook_build,
	    .judge = webhook_judge,
	},
    [CHANNEL_WECOM_BOT] =
	{
	    .per_minute = 18,
	    .text_most = 2048,
	    .url_needed = true,
	    .build = wecom_bot_build,
	    .judge = wecom_judge,
	},
    [CHANNEL_WECOM_APP] =
	{
	    .address = ADDRESS_WECOM,
	    .crowded_half_hours = true,
	    .text_most = 2048,
	    .by_bytes = true,
	    .removes_doubles = true,
	    .keys_needed = true,
	    .build = wecom_app_build,
	    .judge = wecom_judge,
	},
    [CHANNEL_DINGTALK_BOT] =
	{
	    .per_minute = 15,
	    .text_most = 18000,
	    .url_needed = true,
	    .build = dingtalk_build,
	    .judge = dingtalk_judge,
	},
    [CHANNEL_FEISHU_BOT] =
	{
	    .per_minute = 90,
	    .crowded_half_hours = true,
	    .text_most = 16000,
	    .url_needed = true,
	    .build = feishu_build,
	    .judge = feishu_judge,
	},
    [CHANNEL_SMS_HTTP] =
	{
	    .address = ADDRESS_PHONE,
	    .per_number = {.minute = NUMBER_EACH_MINUTE, .hour = NUMBER_EACH_HOUR},
	    .text_most = 1000,
	    .build = sms_build,
	    .judge = sms_judge,
	},
    [CHANNEL_SMTP] =
	{
	    .address = ADDRESS_MAIL,
	    .text_most = 16000,
	    .url_needed = true,
	    .build = mail_build,
	    .judge = mail_judge,
	},
    [CHANNEL_VOICE] =
	{
	    .address = ADDRESS_PHONE,
	    .per_number = {.minute = NUMBER_EACH_MINUTE, .hour = NUMBER_EACH_HOUR},
	    .text_most = 1000,
	    .removes_doubles = true,
	    .keys_needed = true,
	    .url_needed = true,
	    .build = voice_build,
	    .judge = webhook_judge,
	},
};

static const struct {
	channel_build *build;
	channel_judge *judge;
} presets[SMS_PRESETS] = {
    [SMS_OWN] = {sms_build, sms_judge},
    [SMS_ALIYUN] = {aliyun_build, aliyun_judge},
    [SMS_TENCENT] = {tencent_build, tencent_judge},
};

bool channel_removes_doubles(const struct notice_channel *c)
{
	return channel_traits[c->kind].removes_doubles;
}

int channel_per_minute(const struct notice_channel *c)
{
	return c->per_minute > 0 ? c->per_minute : channel_traits[c->kind].per_minute;
}

struct number_limit channel_per_number(const struct notice_channel *c)
{
	struct number_limit limit = channel_traits[c->kind].per_number;

	if (c->per_number.minute != NUMBER_LIMIT_OF_KIND)
		limit.minute = c->per_number.minute;
	if (c->per_number.hour != NUMBER_LIMIT_OF_KIND)
		limit.hour = c->per_number.hour;
	return limit;
}

/* What the kind cannot do without; NULL: it is all there. */
static const char *what_is_missing(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m)
{
	const struct channel_trait *t = &channel_traits[c->kind];
	const char *const addresses[] = {"", m->phone, m->wecom, m->mail};
	static const char *const names[] = {"", "phone", "wecom", "mail"};

	if (!s->url && (t->url_needed || (c->kind == CHANNEL_SMS_HTTP && c->preset == SMS_OWN)))
		return c->url_file ? "url_file" : "url";
	if (s->n_keys == 0 && (t->keys_needed || (c->kind == CHANNEL_SMS_HTTP && c->preset != SMS_OWN)))
		return "secret_file";
	return addresses[t->address] ? NULL : names[t->address];
}

bool channel_request(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	const struct channel_trait *t = &channel_traits[c->kind];
	const char *lacks = what_is_missing(c, s, m);
	struct channel_message cut = *m;

	*out = (struct channel_request){0};
	if (lacks)
		return is_missing(missing, lacks);
	cut.text = text_within(a, m->text, t->text_most);
	cut.phone = phone_digits(a, m->phone);
	if (c->kind == CHANNEL_SMS_HTTP)
		return presets[c->preset].build(c, s, &cut, a, out, missing);
	return t->build(c, s, &cut, a, out, missing);
}

struct channel_verdict channel_verdict(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a)
{
	channel_judge *judge =
	    c->kind == CHANNEL_SMS_HTTP ? presets[c->preset].judge : channel_traits[c->kind].judge;
	struct channel_verdict v = {0};

	judge(c, q, r, a, &v);
	return v;
}

/* -- shown to people ------------------------------------------------------------------------------------- */

#define WORD_MOST 16 /* a longer secret is hidden wherever it stands; a shorter one may be a part of a word */

static bool in_word(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Does a word begin at `at`: behind no letter and no digit but those of an escape, %20 or \n? */
static bool begins_word(struct str all, size_t at)
{
	const char *p = all.p + at;

	return at == 0 || !in_word(p[-1]) || (at > 1 && p[-2] == '\\') || (at > 2 && p[-3] == '%') ||
	    (at > 5 && p[-6] == '\\' && p[-5] == 'u');
}

/* A short secret is hidden as a whole word: "key" leaves "keyword" as it is. */
static bool stands(struct str all, size_t at, struct str secret)
{
	size_t end = at + secret.n;

	if (!str_starts((struct str){all.p + at, all.n - at}, secret))
		return false;
	return secret.n >= WORD_MOST || ((end == all.n || !in_word(all.p[end])) && begins_word(all, at));
}

/* How many bytes there are a secret of the request, or its phone. */
static size_t secret_at(const struct channel_request *r, struct str all, size_t at, bool *phone)
{
	struct str text = {all.p + at, all.n - at};

	for (int i = 0; i < r->n_hidden; i++)
		if (stands(all, at, str_of(r->hidden[i])))
			return strlen(r->hidden[i]);
	*phone = r->phone && *r->phone && str_starts(text, str_of(r->phone));
	return *phone ? strlen(r->phone) : 0;
}

static void put_hidden(struct buf *out, const struct channel_request *r, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		bool phone = false;
		size_t n = secret_at(r, text, at, &phone);
		const char *p = text.p + at;

		if (n == 0)
			buf_char(out, *p);
		else if (phone && n > 7)
			buf_printf(out, "%.3s****%.4s", p, p + n - 4);
		else
			buf_text(out, "****");
		at += n ? n : 1;
	}
}

void request_shown(const struct channel_request *r, struct buf *out)
{
	buf_printf(out, "%s ", r->method);
	put_hidden(out, r, str_of(r->url));
	buf_char(out, '\n');
	for (int i = 0; i < r->n_headers; i++) {
		buf_printf(out, "%s: ", r->headers[i].name);
		put_hidden(out, r, str_of(r->headers[i].text));
		buf_char(out, '\n');
	}
	buf_char(out, '\n');
	put_hidden(out, r, r->body);
	buf_char(out, '\n');
}

/* Up to the first byte that belongs to no whole character. */
static struct str whole(struct str s, size_t most)
{
	s.n = s.n > most ? most : s.n;
	while (s.n > 0 && !utf8_valid(s, &s.n))
		continue;
	return s;
}

static void hide_more(struct channel_request *r, const char *text)
{
	if (text && *text && r->n_hidden < CHANNEL_HIDDEN)
		r->hidden[r->n_hidden++] = text;
}

void request_hide_addresses(struct channel_request *r)
{
	hide_more(r, r->address);
	for (int i = 0; i < r->n_to; i++)
		hide_more(r, r->to[i]);
}

void request_shown_within(const struct channel_request *r, size_t most, struct buf *out)
{
	struct buf shown = {0};

	request_shown(r, &shown);
	buf_str(out, whole(buf_view(&shown), most));
	buf_wipe(&shown);
	buf_free(&shown);
}

#define SHOWN_BYTES 512

void answer_shown(const struct channel_request *r, const struct channel_answer *answer, struct buf *out)
{
	struct buf hidden = {0};
	struct str s;

	if (answer->end != POST_ANSWERED) {
		buf_text(out, answer->reason ? answer->reason : "");
		return;
	}
	put_hidden(&hidden, r, answer->body);
	s = whole(buf_view(&hidden), SHOWN_BYTES);
	for (size_t i = 0; i < s.n; i++)
		buf_char(out, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
	buf_free(&hidden);
}
