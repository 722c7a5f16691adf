/*
 * notices.h - notices.yaml as the mechanism has it: the channels, and the channels of each recipient.
 *
 * Types and tables only. src/mechanism reads them; src/channel knows what a channel's provider wants, src/notice
 * when which of them is taken. No secret is here: a channel names the files that hold its secrets, which the
 * process notifier alone reads.
 */
#ifndef DOMAIN_NOTICES_H
#define DOMAIN_NOTICES_H
#include "domain/mechanism.h"

/* In the order in which they go where not all can. */
enum notice_class {
	NOTICE_INSTRUCTION, /* 联动指令 */
	NOTICE_ESCALATION,  /* told to a leader, the shift leader, the office */
	NOTICE_DECISION,    /* of a request, and that it lapsed */
	NOTICE_REMINDER,
	NOTICE_DIGEST,
	NOTICE_CLASSES
};
extern const char *const notice_class_names[NOTICE_CLASSES]; /* "instruction" … */

enum channel_kind {
	CHANNEL_WEBHOOK,      /* Standard Webhooks */
	CHANNEL_WECOM_BOT,    /* 企业微信群机器人 */
	CHANNEL_WECOM_APP,    /* 企业微信应用消息 */
	CHANNEL_DINGTALK_BOT, /* 钉钉群机器人 */
	CHANNEL_FEISHU_BOT,   /* 飞书群机器人 */
	CHANNEL_SMS_HTTP,     /* short messages by a provider's HTTP interface, as a template says */
	CHANNEL_SMTP,         /* mail */
	CHANNEL_VOICE,        /* a webhook that rings a phone, whose receipt says "answered" */
	CHANNEL_KINDS
};
extern const char *const channel_kind_names[CHANNEL_KINDS]; /* "webhook", "wecom-bot" … */

enum sms_preset { SMS_OWN, SMS_ALIYUN, SMS_TENCENT, SMS_PRESETS };
extern const char *const sms_preset_names[SMS_PRESETS]; /* "own", "aliyun", "tencent" */

/* What a message says in parts: the places {number}, {due} … of a template, members of a webhook's data. */
enum notice_fact {
	FACT_NUMBER, /* of the incident, as people are told it */
	FACT_CATEGORY,
	FACT_TOWNSHIP,
	FACT_DUE,
	FACT_WHAT, /* is to be done */
	FACT_UNIT,
	FACT_LINK,
	FACT_CODE,  /* that a reply by short message begins with */
	FACT_COUNT, /* how many matters are in it */
	FACT_CLASS,
	NOTICE_FACTS
};
extern const char *const notice_fact_names[NOTICE_FACTS]; /* "number", "category" … */

/* The other places of a template: of the message, and of its channel. */
enum notice_place {
	PLACE_PHONE,
	PLACE_TEXT,
	PLACE_ID,
	PLACE_SIGN,
	PLACE_TEMPLATE,
	PLACE_APP,
	PLACE_SECRET,
	PLACE_PARAMS, /* all params as a JSON list */
	NOTICE_PLACES
};
extern const char *const notice_place_names[NOTICE_PLACES]; /* "phone", "text" … */

/* A header or a member of a form: name and template. */
struct notice_field {
	const char *name, *text;
};

/* How many messages one phone number takes; 0: no limit. */
struct number_limit {
	int minute, hour;
};
#define NUMBER_LIMIT_OF_KIND (-1) /* as the kind of the channel has it */
#define NUMBER_EACH_MINUTE 1      /* what kinds that go to a phone number have */
#define NUMBER_EACH_HOUR 20

struct notice_channel {
	const char *id;
	enum channel_kind kind;
	const char *url;      /* NULL: in url_file, or the preset's own */
	const char *url_file; /* the whole URL is a secret: it has the robot's key */
	const char
	    *secret_file; /* a secret a line, the first in use; more while one is exchanged for another */
	const char *
	    receipts_file; /* the secret in the URL that receipts and replies come to; NULL: there are none */
	bool receipts;     /* it says whether a message was delivered: accepted is not delivered */
	int per_minute;    /* messages of this channel; 0: the kind's own */
	struct number_limit per_number; /* sms-http, voice */
	/* wecom-app */
	const char *corp;
	int64_t agent;
	/* sms-http */
	enum sms_preset preset;
	const char *sign, *template, *app, *region; /* 签名、模板编号、应用编号、地域 */
	const char **params;                        /* what the template's places are filled with, in order */
	int n_params;
	bool get; /* by GET; else POST */
	struct notice_field *headers, *form;
	int n_headers, n_form;
	const char *json; /* a template of a body; NULL: the form */
	const char *ok_field,
	    *ok_value;        /* the member of the answer that says how it went, a.b.0.c; and well */
	const char *id_field; /* the member with the provider's number of the message */
	const char *receipt_id, *receipt_ok_field, *receipt_ok_value; /* the same of a receipt */
	/* smtp */
	const char *from, *user;
};

#define CHANNELS_EACH 6 /* of one recipient, at most */
struct channel_list {
	const struct notice_channel *v[CHANNELS_EACH];
	int n;
};

/* When a digest (汇总) is made: minutes of the day, ascending. */
#define DIGESTS_EACH 6
struct digest_times {
	int v[DIGESTS_EACH];
	int n;
	bool given; /* else those of all */
};

/* Whom of a unit; of desk, shift leader and office all are the same. */
enum notice_role { TOLD_DUTY, TOLD_LIAISON, TOLD_PERSON_IN_CHARGE, TOLD_LEADER, NOTICE_ROLES };
extern const char *const notice_role_names[NOTICE_ROLES]; /* "duty", "liaison" … as events have them */

/* A unit, or "desk", "shift-leader", "office". */
struct notice_recipient {
	const char *id;
	const struct unit *unit; /* NULL: of the desk, the shift leader, the office */
	struct channel_list by_role[NOTICE_ROLES];
	const char *wecom, *mail;   /* whom to write to by wecom-app ("a|b") and smtp; NULL: not given */
	struct digest_times digest; /* of units and the office */
};

/* What goes for one person wherever the person is named, by phone. */
struct notice_person {
	const char *phone;            /* as units.yaml or rosters.yaml has it */
	struct channel_list channels; /* instead of the recipient's; n 0: the recipient's */
	const char *wecom, *mail;
};

struct notices {
	struct notice_channel *channels;
	int n_channels;
	struct notice_recipient *recipients;
	int n_recipients;
	struct notice_person *people;
	int n_people;
	struct digest_times digest;         /* of units and the office that have none of their own */
	const char *link;                   /* of the page, put before a dispatch's id; NULL: no link */
	struct span quiet[NOTICE_CLASSES];  /* kept back in these hours; from == to: never */
	int64_t expires_ms[NOTICE_CLASSES]; /* not sent when it is older */
	int64_t accepted_ms; /* the next channel is taken where a provider has not accepted it by then */
	int64_t delivered_ms[PRIORITY_COUNT]; /* and where it was not delivered by then */
};

/* NULL: there is none of that name. */
const struct notice_channel *notices_channel(const struct notices *n, const char *id);
const struct notice_recipient *notices_recipient(const struct notices *n, const char *id);
/* When this recipient gets one; n 0: never, as the desk and the shift leader do. */
const struct digest_times *notices_digest(const struct notices *n, const struct notice_recipient *to);
/* Does a channel of this kind go to a phone number? */
bool notices_by_phone(enum channel_kind kind);
/* Is its secret a key of Standard Webhooks? */
bool notices_by_webhook(enum channel_kind kind);
const struct notice_person *notices_person(const struct notices *n, const char *phone);
/* Is it this one's phone, however both are written? */
bool notices_means(const struct notice_person *p, const char *phone);
/* The contact's number that a provider can use: the first mobile, for a short message and for the member of a group; for a
 * voice call the first without an extension, which no provider dials. NULL: there is none. */
const char *notices_number(const struct contact *who, const struct notice_channel *c);
/* Has one of its templates this place, in URL, headers, form or body? */
bool notices_has_place(const struct notice_channel *c, enum notice_place place);
/* Would a message of a drill by this channel say that it is one? A template of short messages may have no place where it stands:
 * neither {text} nor {what} nor {category}. */
bool notices_says_drill(const struct notice_channel *c);

#endif
