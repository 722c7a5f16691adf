/*
 * notices.c - the names in notices.yaml, and its members by them. Place: domain; pure.
 */
#include "domain/notices.h"
#include "domain/phone.h"

const char *const notice_class_names[NOTICE_CLASSES] = {
    [NOTICE_INSTRUCTION] = "instruction",
    [NOTICE_ESCALATION] = "escalation",
    [NOTICE_DECISION] = "decision",
    [NOTICE_REMINDER] = "reminder",
    [NOTICE_DIGEST] = "digest",
};
const char *const channel_kind_names[CHANNEL_KINDS] = {
    [CHANNEL_WEBHOOK] = "webhook",
    [CHANNEL_WECOM_BOT] = "wecom-bot",
    [CHANNEL_WECOM_APP] = "wecom-app",
    [CHANNEL_DINGTALK_BOT] = "dingtalk-bot",
    [CHANNEL_FEISHU_BOT] = "feishu-bot",
    [CHANNEL_SMS_HTTP] = "sms-http",
    [CHANNEL_SMTP] = "smtp",
    [CHANNEL_VOICE] = "voice",
};
const char *const sms_preset_names[SMS_PRESETS] = {"own", "aliyun", "tencent"};
const char *const notice_role_names[NOTICE_ROLES] = {"duty", "liaison", "person-in-charge", "leader"};

const char *const notice_fact_names[NOTICE_FACTS] = {
    [FACT_NUMBER] = "number",
    [FACT_CATEGORY] = "category",
    [FACT_TOWNSHIP] = "township",
    [FACT_DUE] = "due",
    [FACT_WHAT] = "what",
    [FACT_UNIT] = "unit",
    [FACT_LINK] = "link",
    [FACT_CODE] = "code",
    [FACT_COUNT] = "count",
    [FACT_CLASS] = "class",
};
const char *const notice_place_names[NOTICE_PLACES] = {
    [PLACE_PHONE] = "phone",
    [PLACE_TEXT] = "text",
    [PLACE_ID] = "id",
    [PLACE_SIGN] = "sign",
    [PLACE_TEMPLATE] = "template",
    [PLACE_APP] = "app",
    [PLACE_SECRET] = "secret",
    [PLACE_PARAMS] = "params",
};

const struct notice_channel *notices_channel(const struct notices *n, const char *id)
{
	for (int i = 0; i < n->n_channels; i++)
		if (text_eq(n->channels[i].id, id))
			return &n->channels[i];
	return NULL;
}

const struct notice_recipient *notices_recipient(const struct notices *n, const char *id)
{
	for (int i = 0; i < n->n_recipients; i++)
		if (text_eq(n->recipients[i].id, id))
			return &n->recipients[i];
	return NULL;
}

const struct digest_times *notices_digest(const struct notices *n, const struct notice_recipient *to)
{
	static const struct digest_times none;

	if (!to->unit && !text_eq(to->id, "office"))
		return &none;
	return to->digest.given ? &to->digest : &n->digest;
}

bool notices_by_phone(enum channel_kind kind)
{
	return kind == CHANNEL_SMS_HTTP || kind == CHANNEL_VOICE;
}

bool notices_by_webhook(enum channel_kind kind)
{
	return kind == CHANNEL_WEBHOOK || kind == CHANNEL_VOICE;
}

bool notices_means(const struct notice_person *p, const char *phone)
{
	struct phone a[PHONES_MOST], b[PHONES_MOST];
	int n = phone_find(p->phone, a), m = phone_find(phone, b);

	for (int i = 0; i < n; i++)
		for (int k = 0; k < m; k++)
			if (phone_same(&a[i], &b[k]))
				return true;
	return text_eq(p->phone, phone);
}

/* The text itself goes first: one line may have several people by its extensions. */
const struct notice_person *notices_person(const struct notices *n, const char *phone)
{
	for (int i = 0; i < n->n_people; i++)
		if (text_eq(n->people[i].phone, phone))
			return &n->people[i];
	for (int i = 0; i < n->n_people; i++)
		if (notices_means(&n->people[i], phone))
			return &n->people[i];
	return NULL;
}

const char *notices_number(const struct contact *who, const struct notice_channel *c)
{
	bool called = c->kind == CHANNEL_VOICE;

	for (int i = 0; who && i < who->n_phones; i++)
		if (called ? !who->phones[i].extension : who->phones[i].mobile)
			return who->phones[i].number;
	return NULL;
}

static bool has_place(const char *text, const char *name, bool bare)
{
	size_t n = strlen(name);

	if (bare && text_eq(text, name))
		return true;
	for (const char *at = text; at && (at = strchr(at, '{')); at++)
		if (strncmp(at + 1, name, n) == 0 && at[n + 1] == '}')
			return true;
	return false;
}

static bool has_place_in(const struct notice_field *fields, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (has_place(fields[i].text, name, false))
			return true;
	return false;
}

static bool in_templates(const struct notice_channel *c, const char *name)
{
	return has_place(c->url, name, false) || has_place(c->json, name, false) ||
	    has_place_in(c->form, c->n_form, name) || has_place_in(c->headers, c->n_headers, name);
}

bool notices_has_place(const struct notice_channel *c, enum notice_place place)
{
	return in_templates(c, notice_place_names[place]);
}

static bool in_params(const struct notice_channel *c, const char *name)
{
	for (int i = 0; i < c->n_params; i++)
		if (has_place(c->params[i], name, true))
			return true;
	return false;
}

bool notices_says_drill(const struct notice_channel *c)
{
	const char *const marked[] = {
	    notice_place_names[PLACE_TEXT], notice_fact_names[FACT_WHAT], notice_fact_names[FACT_CATEGORY]};
	bool params = c->preset != SMS_OWN || notices_has_place(c, PLACE_PARAMS);

	if (c->kind != CHANNEL_SMS_HTTP)
		return true;
	for (size_t i = 0; i < sizeof marked / sizeof *marked; i++)
		if ((params && in_params(c, marked[i])) ||
		    (c->preset == SMS_OWN && in_templates(c, marked[i])))
			return true;
	return false;
}
