/*
 * notices.c - the names in notices.yaml, and its members by them. Place: domain; pure.
 */
#include "domain/notices.h"

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

const struct notice_person *notices_person(const struct notices *n, const char *phone)
{
	for (int i = 0; i < n->n_people; i++)
		if (text_eq(n->people[i].phone, phone))
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
