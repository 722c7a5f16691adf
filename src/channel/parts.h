/* parts.h - what the files of the kinds share. Place: channel, for its own files alone. */
#ifndef CHANNEL_PARTS_H
#define CHANNEL_PARTS_H
#include "channel/channel.h"
#include <jansson.h>

#define MINUTE_HOLD_MS 60000

/* -- building ------------------------------------------------------------------------------------------ */

void request_header(struct channel_request *r, const char *name, const char *value);
/* The text is never shown. NULL and "" are passed over. */
void request_hide(struct channel_request *r, const char *text);
/* To this URL, about that person (NULL: none). What the URL has behind its host is never shown: a robot's key is there. */
void request_to(struct channel_request *r, const char *url, const char *phone, struct arena *a);
void request_json(struct channel_request *r, struct buf *body, struct arena *a);
/* Sets *missing, which may be NULL, and returns false. */
bool is_missing(const char **missing, const char *what);
/* At most so many bytes, cut behind a character, with … where it was cut. */
const char *text_within(struct arena *a, const char *text, size_t most);
/* Digits, behind a + where it has one: providers take neither blanks nor hyphens. NULL: there is none. */
const char *phone_digits(struct arena *a, const char *phone);
/* "host" or "host:8443", as the header Host has it. */
const char *host_of_url(struct arena *a, const char *url);
/* The key of a secret_file "ID:SECRET" in two; false: it is none. */
bool key_pair(struct arena *a, const struct channel_secrets *s, const char **id, const char **secret);

/* What a template's places are filled with. */
struct fill_from {
	const struct notice_channel *channel;
	const struct channel_secrets *secrets;
	const struct channel_message *message;
	struct arena *arena;
};
enum fill_as { FILL_PLAIN, FILL_URL, FILL_JSON };

/* Appends the template with its {places} filled. False with *missing: a place that has no value. A brace that begins
 * no {word} stays. */
bool fill(struct buf *out, const char *text, const struct fill_from *f, enum fill_as as,
    const char **missing);
/* The i-th of the channel's params: its name, and its value. False with *missing. */
bool fill_param(const struct fill_from *f, int i, const char **name, const char **value,
    const char **missing);

/* -- judging ------------------------------------------------------------------------------------------- */

/* One of a provider's codes, and what it means. The first row that fits counts; a text that ends in * fits what begins
 * so. The last row, of text NULL, fits all others. */
struct code_meaning {
	const char *code;
	enum channel_judgement verdict;
	int64_t after_ms;
};
void judge_code(struct channel_verdict *v, struct arena *a, const char *name, const char *code,
    const struct code_meaning *meanings);
/* What the end of the exchange and the HTTP status say; ACCEPTED where they say that all is well so far. */
void judge_http(const struct channel_answer *r, struct arena *a, struct channel_verdict *v);
/* The body's JSON, to be given back by json_decref; NULL: it is none. */
json_t *body_json(struct str body);
/* The member at a path "a.b.0.c", a number as its digits; NULL: it is not there or is no text, number or boolean. */
const char *json_at(json_t *root, const char *path, struct arena *a);
/* The member of that name, as json_at has it. */
const char *json_of(json_t *object, const char *key, struct arena *a);
/* A provider's own text as a word for people and logs: printable ASCII without blanks, 48 bytes at most. */
const char *code_word(struct arena *a, const char *text);

/* -- kinds --------------------------------------------------------------------------------------------- */

typedef bool channel_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing);
typedef void channel_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out);

channel_build webhook_build, voice_build, wecom_bot_build, wecom_app_build, dingtalk_build, feishu_build,
    sms_build, mail_build, aliyun_build, tencent_build;
channel_judge webhook_judge, wecom_judge, dingtalk_judge, feishu_judge, sms_judge, mail_judge, aliyun_judge,
    tencent_judge;

#endif
