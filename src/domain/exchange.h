/*
 * exchange.h - which systems outside matters are handed to and come from (the 12345 centre), and how: exchange.yaml,
 * as the mechanism has it.
 *
 * Types and tables only. src/mechanism reads them; src/exchange does what they say. No secret is here: a
 * partner names the files that hold its secrets, which the process notifier alone reads.
 */
#ifndef DOMAIN_EXCHANGE_H
#define DOMAIN_EXCHANGE_H
#include "domain/command.h"
#include "domain/mechanism.h"

enum exchange_signing {
	SIGNING_WEBHOOK,     /* Standard Webhooks */
	SIGNING_HMAC_SHA256, /* over named parts */
	SIGNING_HMAC_SM3,
	SIGNINGS
};
extern const char *const exchange_signing_names[SIGNINGS]; /* "webhook", "hmac-sha256", "hmac-sm3" */

/* How bodies are written. Answers to what we send are JSON in any case. */
enum exchange_content {
	CONTENT_JSON,
	CONTENT_FORM, /* application/x-www-form-urlencoded, UTF-8 */
	CONTENTS
};
extern const char *const exchange_content_names[CONTENTS]; /* "json", "form" */

/* Where the signature is found and what it is made of. Names are of headers in lower case, else of members of the body. */
struct exchange_sign {
	enum exchange_signing kind;
	const char *secret_file; /* each line is a key, the first one signs */
	const char *signature;   /* "x-sign" */
	const char *timestamp;   /* "x-timestamp" */
	const char *nonce;       /* NULL: there is none */
	const char **over;       /* the parts in order: names, or "{body}" */
	int n_over;
	const char *joined; /* written between two parts; NULL: nothing */
	bool base64;        /* else lower-case hex */
};

/* What a message of theirs means here. */
enum exchange_act {
	EXCHANGE_ACKNOWLEDGE, /* 签收 */
	EXCHANGE_ACCEPT,      /* 交办、受理: progress */
	EXCHANGE_COMPLETE,    /* 办结 */
	EXCHANGE_ARCHIVE,     /* 归档: a note */
	EXCHANGE_RETURN,      /* 退回 */
	EXCHANGE_EXTEND,      /* 申请延期 */
	EXCHANGE_REDO,        /* 重办: progress, or a note once it is completed */
	EXCHANGE_CALLBACK,    /* their own call-back: a note; only the desk's counts */
	EXCHANGE_REPORT,      /* a matter for the police: a new incident */
	EXCHANGE_IGNORE,      /* known, and of no meaning here */
	EXCHANGE_ACTS
};
extern const char *const exchange_act_names[EXCHANGE_ACTS]; /* "acknowledge" … */

/* What our fields are called by them: paths of their body ("data.flowid"); NULL: they have none. */
enum exchange_field {
	EXCHANGE_INCIDENT,
	EXCHANGE_DISPATCH,
	EXCHANGE_TICKET, /* their own number */
	EXCHANGE_STATE,
	EXCHANGE_NODE,
	EXCHANGE_TIME,
	EXCHANGE_TEXT,
	EXCHANGE_PERSON,
	EXCHANGE_PHONE,
	EXCHANGE_REASON,
	EXCHANGE_UNTIL,
	EXCHANGE_GRADE,
	EXCHANGE_CATEGORY,
	EXCHANGE_AREA,
	EXCHANGE_ADDRESS,
	EXCHANGE_REPORTER_NAME,
	EXCHANGE_REPORTER_PHONE,
	EXCHANGE_DESCRIPTION,
	EXCHANGE_FIELDS
};
extern const char *const exchange_field_names[EXCHANGE_FIELDS]; /* "incident" … */

/* What a message of this act cannot do without. */
struct exchange_need {
	enum exchange_act act;
	enum exchange_field field;
};
#define EXCHANGE_NEEDS 4
extern const struct exchange_need exchange_needs[EXCHANGE_NEEDS];

/* The first rule that fits says what a message means. */
struct exchange_rule {
	const char *state, *node; /* as they write them; NULL: any */
	enum exchange_act act;
};

/* A code of theirs and ours. */
struct exchange_code {
	const char *theirs, *ours;
};

struct exchange_codes {
	struct exchange_code *v;
	int n;
};

/* A member of what we send: their name and our template, "{dispatch}". */
struct exchange_member {
	const char *name, *text;
};

struct exchange_receive {
	struct exchange_sign sign;
	enum exchange_content content;
	const char *fields[EXCHANGE_FIELDS];
	struct exchange_rule *rules;
	int n_rules;
	struct exchange_codes reasons, categories, areas; /* of returns; of incidents that they report */
	const char *reply;                                /* JSON that they expect; NULL: {"code":0} */
};

struct exchange_send {
	const char *url;
	struct exchange_sign sign;
	enum exchange_content content;
	struct exchange_member *body;
	int n_body;
	const char *ok_field,
	    *ok_value; /* the member of the answer that says it was taken; NULL: a status of 2xx does */
	const char *ticket_field; /* and the one with their number; NULL: they say none */
	int64_t accepted_ms;      /* not accepted for so long: the desk hands over by phone */
};

/* What is open there, asked for once a day. Signed, written and judged (ok_field) as what is sent. */
struct exchange_compare {
	const char *url; /* NULL: it is not asked for */
	int at;          /* minutes of the day */
	struct exchange_member *body;
	int n_body;
	const char *list; /* path of the list in the answer */
	const char *dispatch,
	    *ticket; /* members of its items: our number, theirs; both NULL: the items are our numbers */
};

struct exchange_partner {
	const char *id;
	const struct unit *unit; /* the member of the mechanism that it is */
	const char *account;     /* of the role integration, in whose name it acts */
	const char *person;      /* who speaks where a message names no person */
	const char *numbers;     /* put before their number of an incident that they report: "12345-" */
	struct exchange_receive receive;
	struct exchange_send send; /* url NULL: nothing is sent */
	struct exchange_compare compare;
	int line; /* in exchange.yaml */
};

struct exchange_partners {
	struct exchange_partner *v;
	int n;
};

/* NULL: there is none of that name, or nothing is configured (x NULL). */
const struct exchange_partner *exchange_partner(const struct exchange_partners *x, const char *id);
/* The partner that is this unit; NULL: it is none. */
const struct exchange_partner *exchange_of_unit(const struct exchange_partners *x, const char *unit);

/* The commands that the partner's messages become, each once: its account must be allowed all of them. */
#define EXCHANGE_COMMANDS 7
int exchange_commands(const struct exchange_partner *p, enum command_kind_id out[EXCHANGE_COMMANDS]);

#endif
