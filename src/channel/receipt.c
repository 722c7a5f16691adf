/*
 * receipt.c - what providers send of their own accord: whether a message was delivered, and what its recipient
 * answered. Pure. The body is a stranger's until its secret was checked, and is read as one afterwards, too.
 *
 * A list or a single object. Each object is a receipt or a reply; what is neither is passed over.
 */
#include "channel/parts.h"

#define OURS 16         /* hex digits of a notice's id */
#define REPLY_BYTES 200 /* of a reply's text: a code has no more */

const char *const receipt_names[RECEIPT_KINDS] = {
    [RECEIPT_DELIVERED] = "delivered",
    [RECEIPT_FAILED] = "failed",
    [RECEIPT_OPENED] = "opened",
    [RECEIPT_ANSWERED] = "answered",
    [RECEIPT_REPLY] = "reply",
};

/* The names of the members in what one kind of provider sends, and what it wants to be answered. */
struct receipt_form {
	const char *id, *provider_id, *phone, *status, *good, *code; /* of a receipt */
	const char *reply;                                           /* the text of a reply */
	const char *answer, *sorry;
};

static const struct receipt_form webhook_form = {
    .id = "id",
    .phone = "phone",
    .status = "status",
    .code = "code",
    .reply = "text",
    .answer = "{\"received\":true}",
    .sorry = "{\"received\":false}",
};
static const struct receipt_form aliyun_form = {
    .id = "out_id",
    .provider_id = "biz_id",
    .phone = "phone_number",
    .status = "success",
    .good = "true",
    .code = "err_code",
    .reply = "content",
    .answer = "{\"code\":0,\"msg\":\"接收成功\"}",
    .sorry = "{\"code\":1,\"msg\":\"格式不对\"}",
};
static const struct receipt_form tencent_form = {
    .provider_id = "sid",
    .phone = "mobile",
    .status = "report_status",
    .good = "SUCCESS",
    .code = "errmsg",
    .reply = "text",
    .answer = "{\"result\":0,\"errmsg\":\"OK\"}",
    .sorry = "{\"result\":1,\"errmsg\":\"bad request\"}",
};

static struct receipt_form form_of(const struct notice_channel *c)
{
	struct receipt_form own = webhook_form;

	if (c->kind != CHANNEL_SMS_HTTP)
		return webhook_form;
	if (c->preset != SMS_OWN)
		return c->preset == SMS_ALIYUN ? aliyun_form : tencent_form;
	own.id = "";
	own.provider_id = c->receipt_id;
	own.status = c->receipt_ok_field ? c->receipt_ok_field : "status";
	own.good = c->receipt_ok_value;
	return own;
}

/* A notice's own id; NULL: it is none. */
static const char *ours(const char *id)
{
	return id && strlen(id) == OURS && strspn(id, "0123456789abcdef") == OURS ? id : NULL;
}

/* Without the country's number. */
static const char *plain_phone(const char *given, struct arena *a)
{
	const char *phone = phone_digits(a, given);

	if (phone && *phone == '+')
		phone++;
	return phone && strlen(phone) == 13 && strncmp(phone, "86", 2) == 0 ? phone + 2 : phone;
}

static bool read_kind(const struct receipt_form *f, const char *status, enum receipt_kind *kind)
{
	if (f->good) {
		*kind = text_eq(status, f->good) ? RECEIPT_DELIVERED : RECEIPT_FAILED;
		return true;
	}
	for (int k = 0; k < RECEIPT_REPLY; k++)
		if (text_eq(status, receipt_names[k])) {
			*kind = (enum receipt_kind)k;
			return true;
		}
	return false;
}

static bool read_one(const struct receipt_form *f, json_t *item, struct arena *a, struct channel_receipt *out)
{
	const char *status = json_at(item, f->status, a), *reply = json_of(item, f->reply, a);

	*out = (struct channel_receipt){0};
	out->phone = plain_phone(f->phone ? json_of(item, f->phone, a) : NULL, a);
	if (status) {
		out->id = f->id && *f->id ? ours(json_of(item, f->id, a)) : NULL;
		out->provider_id = f->provider_id ? code_word(a, json_at(item, f->provider_id, a)) : NULL;
		out->code = f->code ? code_word(a, json_of(item, f->code, a)) : NULL;
		return (out->id || out->provider_id) && read_kind(f, status, &out->kind);
	}
	out->kind = RECEIPT_REPLY;
	out->text = reply ? text_within(a, reply, REPLY_BYTES) : NULL;
	return out->text && out->phone;
}

struct channel_receipts channel_receipts(const struct notice_channel *c, struct str body, struct arena *a)
{
	struct receipt_form form = form_of(c);
	json_t *root = body_json(body);
	size_t n = json_is_array(root) ? json_array_size(root) : 1;
	struct channel_receipts out = {.status = 200, .body = form.answer};

	if (!json_is_array(root) && !json_is_object(root)) {
		json_decref(root);
		return (struct channel_receipts){.status = 400, .body = form.sorry};
	}
	n = n > RECEIPTS_MOST ? RECEIPTS_MOST : n;
	out.v = arena_new_array(a, struct channel_receipt, n + 1);
	for (size_t i = 0; i < n; i++) {
		json_t *item = json_is_array(root) ? json_array_get(root, i) : root;

		out.n += json_is_object(item) && read_one(&form, item, a, &out.v[out.n]);
	}
	json_decref(root);
	return out;
}
