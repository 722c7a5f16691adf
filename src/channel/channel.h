/*
 * channel.h - what each kind of provider wants as a request, and what its answers and receipts mean.
 *
 * Pure: everything is a function of the channel as configured, its secrets, the message and the instant. Nothing here
 * connects (post.h does), waits, retries or chooses a channel (src/notice).
 *
 * An answer of HTTP 200 alone is no success: each provider says in its body how it went. What cannot be understood
 * after the request was written is UNKNOWN, because the message may be on its way: it is not sent again where the
 * provider cannot tell doubles.
 *
 * Secrets lie in requests. What shows one to people or a log shows it by request_shown, never the request itself.
 */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H
#include "base/arena.h"
#include "base/buf.h"
#include "domain/notices.h"

#define CHANNEL_KEYS 4 /* lines of a secret_file that count */

/* Read from the channel's files by the process that sends. */
struct channel_secrets {
	const char *url; /* where it sends: of the channel or its url_file; NULL: the kind's own */
	const char
	    *keys[CHANNEL_KEYS]; /* lines of secret_file; the first one signs, webhooks are signed by each */
	int n_keys;
	const char *token; /* wecom-app: what the last renewal gave; NULL: none */
};

/* One message to one address. Its text has no personal data; its id is the key by which a receiver knows doubles. */
struct channel_message {
	const char *id; /* 16 hex digits */
	enum notice_class class;
	const char *phone, *wecom, *mail; /* the address of the kind; NULL where it needs none */
	const char *text;
	const struct notice_field *facts; /* "number", "due", …: for the places of templates */
	int n_facts;
	struct str data; /* webhook, voice: the JSON object under "data"; n 0: the text alone */
	bool test;       /* liandongctl notice test */
	int64_t at;      /* now, ms */
	uint64_t nonce;  /* for signatures that want one */
};

#define CHANNEL_HEADERS 12
#define CHANNEL_HIDDEN 16
#define CHANNEL_MAILS 8

struct channel_request {
	const char *method; /* "POST"; "MAIL" */
	const char *url;
	struct notice_field headers[CHANNEL_HEADERS];
	int n_headers;
	struct str body;
	const char *from, *to[CHANNEL_MAILS], *user, *password; /* mail alone */
	int n_to;
	const char *hidden[CHANNEL_HIDDEN]; /* texts in it that are secret */
	int n_hidden;
	const char *phone;   /* in it, to be shown as 139****1234; NULL: none */
	const char *address; /* wecom-app: to whom, "a|b" */
};

/* How an exchange over the network ended. */
enum post_end {
	POST_ANSWERED,  /* whole: status, body */
	POST_REFUSED,   /* nothing of the request was written: no name, no connection, TLS */
	POST_FORBIDDEN, /* the URL or the address that its name stands for may not be reached */
	POST_UNKNOWN,   /* something was written, and no whole answer came */
	POST_ENDS
};

struct channel_answer {
	enum post_end end;
	int status;
	int64_t retry_after_ms; /* as the provider asked; 0: it did not */
	struct str body;
	const char *reason; /* what went wrong below HTTP, without secrets; NULL: nothing */
	int64_t took_ms;
};

enum channel_judgement {
	VERDICT_ACCEPTED,
	VERDICT_RETRY,   /* surely not taken; later, or after after_ms */
	VERDICT_HOLD,    /* surely not taken; nothing at all by this channel until after_ms have passed */
	VERDICT_RENEW,   /* surely not taken: the token is no good. Renewed once, then sent again */
	VERDICT_UNKNOWN, /* it may have been taken */
	VERDICT_REFUSED, /* never by this channel to this recipient, or not this message */
	VERDICT_BROKEN,  /* never by this channel for anybody until its configuration is mended: alarm */
	VERDICTS
};
extern const char *const verdict_names[VERDICTS];

struct channel_verdict {
	enum channel_judgement verdict;
	int64_t after_ms;        /* 0: as the sender's own ladder says */
	int tries_most;          /* RETRY: so often in all, then the next channel; 0: until it is too old */
	const char *provider_id; /* its number of the message, which receipts name; NULL: none */
	const char *code;        /* its own code, "errcode 93000", "HTTP 503"; no personal data, no secret */
	bool gone;               /* BROKEN: it wants nothing more, ever */
};

/* Does its JSON template make JSON, whatever it is filled with? NULL: yes, or it has none; else what is wrong and where, for people,
 * in the arena. */
const char *channel_template_fault(const struct notice_channel *c, bool english, struct arena *a);

/* -- kinds ----------------------------------------------------------------------------------------------- */

/* What an address of the kind is. */
enum channel_address { ADDRESS_NONE, ADDRESS_PHONE, ADDRESS_WECOM, ADDRESS_MAIL };

struct channel_trait {
	enum channel_address address;   /* without one nothing can be sent */
	int per_minute;                 /* ours, a little below the provider's; 0: no limit */
	struct number_limit per_number; /* ours, to one phone number */
	bool crowded_half_hours; /* at :00 and :30 its provider is short of room: a digest waits a minute */
	size_t text_most;        /* bytes; longer texts are cut at a character, with … */
	bool
	    by_bytes; /* doubles are known by their bytes: what goes again is the same, what is new differs */
	bool removes_doubles; /* the same message may be sent again after UNKNOWN */
	bool keys_needed;     /* a secret_file must be there */
	bool url_needed;      /* url or url_file must be there */
	bool (*build)(const struct notice_channel *c, const struct channel_secrets *s,
	    const struct channel_message *m, struct arena *a, struct channel_request *out,
	    const char **missing);
	void (*judge)(const struct notice_channel *c, const struct channel_request *q,
	    const struct channel_answer *r, struct arena *a, struct channel_verdict *out);
};
extern const struct channel_trait channel_traits[CHANNEL_KINDS];

/* The same bytes may be sent again after UNKNOWN. */
bool channel_removes_doubles(const struct notice_channel *c);
/* Its limit, or its kind's; 0: none. */
int channel_per_minute(const struct notice_channel *c);
/* How many messages it takes for one phone number. */
struct number_limit channel_per_number(const struct notice_channel *c);

/* -- requests and answers -------------------------------------------------------------------------------- */

/* False with *missing ("secret_file", "phone", "param due"): what is not there without which there is no request. All
 * lies in the arena, or is borrowed from the arguments. */
bool channel_request(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing);
/* What an answer, or that there is none, means for the message. */
struct channel_verdict channel_verdict(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a);

/* wecom-app: the request for a token. False: a secret is missing. */
bool channel_token_request(const struct notice_channel *c, const struct channel_secrets *s, struct arena *a,
    struct channel_request *out, const char **missing);
/* The token of the answer and for how long it is to be used; NULL: *v says why there is none. */
const char *channel_token(const struct notice_channel *c, const struct channel_answer *r, struct arena *a,
    int64_t *for_ms, struct channel_verdict *v);

/* For people: method, URL, headers and body, a line each, secrets as ****, the phone as 139****1234. */
void request_shown(const struct channel_request *r, struct buf *out);
/* The same, of at most so many bytes. */
void request_shown_within(const struct channel_request *r, size_t most, struct buf *out);
/* Recipients' addresses are hidden as well: a request and an answer that are kept have none. */
void request_hide_addresses(struct channel_request *r);
/* The same of what a provider answered: nothing that was secret in the request, no phone, 512 bytes at most. */
void answer_shown(const struct channel_request *r, const struct channel_answer *answer, struct buf *out);

/* -- receipts -------------------------------------------------------------------------------------------- */

enum receipt_kind {
	RECEIPT_DELIVERED,
	RECEIPT_FAILED,
	RECEIPT_OPENED,
	RECEIPT_ANSWERED, /* voice: somebody took the call */
	RECEIPT_REPLY,    /* a short message from a recipient's phone */
	RECEIPT_KINDS
};
extern const char *const receipt_names[RECEIPT_KINDS]; /* "delivered" … as a webhook's receipt says it */

struct channel_receipt {
	enum receipt_kind kind;
	const char *id;          /* ours; NULL: the provider's alone is known */
	const char *provider_id; /* NULL: ours alone */
	const char *phone;       /* of a short message; NULL */
	const char *code;        /* the provider's word for a failure; NULL */
	const char *text;        /* of a reply */
};

#define RECEIPTS_MOST 512

struct channel_receipts {
	struct channel_receipt *v;
	int n;
	int status;       /* what HTTP answers: 200; 400 where the body is none of this kind */
	const char *body; /* in JSON, as the provider wants it */
};

/* What a provider sent. Numbers that are not ours are the caller's to pass over, with 200 all the same. */
struct channel_receipts channel_receipts(const struct notice_channel *c, struct str body, struct arena *a);

/* -- replies by short message ------------------------------------------------------------------------------ */

enum reply_act {
	REPLY_NONE,
	REPLY_ACKNOWLEDGE,
	REPLY_ARRIVE,
	REPLY_RETURN,
	REPLY_UNSURE /* an arrival with words behind it: they may say that it is not so */
};

#define REPLY_WORDS 200 /* characters that are kept */
#define REPLY_CODE 4    /* digits of a code */

struct sms_reply {
	enum reply_act act;
	char code[REPLY_CODE + 1];       /* its digits; "": the reply has no code */
	char words[REPLY_WORDS * 4 + 1]; /* the words behind the code: "马上到"; "" */
};

/* "1 4711", "1,4711", "1+4711", "14711", full-width digits, "签收4711", "2" alone; "1 4711 马上到". REPLY_NONE: it is none of these. */
struct sms_reply reply_parse(const char *text);

#endif
