/*
 * notice_message.h - what is said over the notifier's socket: one ask, then one answer, both bounded.
 *
 * Front ends have neither secrets nor the store of notices. They ask the notifier for what people want to
 * know or change of notices (a command, whose role the front end has checked and the notifier checks
 * again), and hand over as it came what a provider or the 12345 centre sends: whether its secret or its
 * signature is good, the notifier decides. Neither side trusts the other: a body that does not fit is
 * refused whole. The asker's secret and body are not to be logged.
 * Place: wire, beside messages.h.
 */
#ifndef WIRE_NOTICE_MESSAGE_H
#define WIRE_NOTICE_MESSAGE_H
#include "wire/messages.h"

enum notice_way {
	NOTICE_COMMAND,  /* notice.list, notice.retry, …: `command` */
	NOTICE_RECEIPT,  /* POST /v1/receipts/{channel}/{secret} */
	NOTICE_EXCHANGE, /* POST /v1/exchange/{name} */
	NOTICE_COUNTS,   /* what the notifier has counted, for GET /metrics; nothing comes with it */
	NOTICE_HEALTH,   /* what cannot be sent and what waits, for status.get; nothing comes with it */
	NOTICE_WAYS
};

#define NOTICE_HEADERS_MAX 24
#define NOTICE_NAME_MAX 64           /* bytes of `name` */
#define NOTICE_SECRET_MAX 128        /* of `secret` */
#define NOTICE_HEADER_MAX 64         /* of a header's name */
#define NOTICE_HEADER_VALUE_MAX 1024 /* of its value */
#define NOTICE_BODY_MAX ((size_t)64 << 10)
#define NOTICE_ANSWER_MAX ((size_t)1 << 20)

struct notice_header {
	const char *name, *value; /* the name in lower case */
};

struct notice_ask {
	enum notice_way way;
	bool english;           /* sentences for people in English */
	struct command command; /* NOTICE_COMMAND alone */
	const char *name;       /* of the channel, or of the partner; NULL: of a command */
	const char *secret;     /* of a receipt's path; NULL: of others */
	struct notice_header headers[NOTICE_HEADERS_MAX];
	size_t n_headers;
	struct str body; /* of the request, as it came */
};

/* Of a command: code, and then result or field and detail. Of what was handed over: status, type and result
 * are what HTTP answers. */
struct notice_answer {
	enum error_code code;
	const char *field, *detail; /* NULL: none */
	int status;                 /* 200 where code is OK and a command was asked for */
	int retry_s;                /* when to come again; 0: not said */
	const char *type;           /* "application/json" */
	struct str result;          /* JSON of a command */
};

/* May this header of a request (in lower case) be handed over? content-type, authorization, idempotency-key, and what
 * begins with webhook- or x-, but for what proxies say. */
bool notice_header_taken(const char *name);
/* NULL where it is not there. The name in lower case. */
const char *notice_header(const struct notice_ask *k, const char *name);

/* Texts and bodies that are too long are the caller's fault. */
void notice_ask_pack(struct buf *b, const struct notice_ask *k);
/* Everything that was unpacked lies in the arena. */
bool notice_ask_unpack(struct str s, struct arena *a, struct notice_ask *k);
void notice_answer_pack(struct buf *b, const struct notice_answer *r);
bool notice_answer_unpack(struct str s, struct arena *a, struct notice_answer *r);

#endif
