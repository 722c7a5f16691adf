/*
 * webhook.c - Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature over id.timestamp.body), and calls by
 * a gateway that is asked the same way and says in its receipt whether somebody answered. Pure.
 * The id is the notice's at every attempt: the receiver passes over what it has.
 */
#include "channel/parts.h"

#include "base/json.h"
#include "base/time.h"
#include "channel/sign.h"

static void put_body(struct buf *body, const struct channel_message *m, const char *phone)
{
	struct json j = json_to(body);

	json_begin(&j, NULL);
	json_text(&j, "type", m->test ? "notice.test" : NULL);
	if (!m->test) {
		char type[48] = "notice.";

		strncat(type, notice_class_names[m->class], sizeof type - strlen(type) - 1);
		json_text(&j, "type", type);
	}
	json_time(&j, "timestamp", m->at);
	json_begin(&j, "data");
	json_text(&j, "id", m->id);
	json_text(&j, "text", m->text);
	json_text(&j, "phone", phone);
	if (m->data.n > 2)
		json_members(&j, m->data);
	json_end(&j);
	json_end(&j);
}

/* Signed by each key, so that the receiver may change to the next one at its own hour. */
static bool put_signatures(struct buf *out, const struct channel_secrets *s, const char *id, int64_t at_s,
    struct str body)
{
	for (int i = 0; i < s->n_keys; i++) {
		if (i > 0)
			buf_char(out, ' ');
		if (!webhook_signature(out, s->keys[i], id, at_s, body))
			return false;
	}
	return s->n_keys > 0;
}

static bool build(const struct channel_secrets *s, const struct channel_message *m, const char *phone,
    struct arena *a, struct channel_request *out, const char **missing)
{
	struct buf body = {0}, signs = {0};
	bool good;

	put_body(&body, m, phone);
	request_to(out, s->url, phone, a);
	request_json(out, &body, a);
	request_header(out, "webhook-id", m->id);
	request_header(out, "webhook-timestamp", arena_printf(a, "%lld", (long long)(m->at / SECOND_MS)));
	good = put_signatures(&signs, s, m->id, m->at / SECOND_MS, out->body);
	request_header(out, "webhook-signature", buf_into(&signs, a).p);
	request_hide(out, out->headers[out->n_headers - 1].text);
	return good || is_missing(missing, "secret_file: whsec_…");
}

bool webhook_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	(void)c;
	return build(s, m, NULL, a, out, missing);
}

bool voice_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	(void)c;
	return build(s, m, m->phone, a, out, missing);
}

void webhook_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	(void)c;
	(void)q;
	judge_http(r, a, out);
	out->gone = r->end == POST_ANSWERED && r->status == 410; /* Standard Webhooks: disable the endpoint */
}
