/*
 * notice_message.c - the bodies of what is said over the notifier's socket.
 *
 * Place: wire. Every length has its most, both ways: a side that sends more is cut off, so that neither a front
 * end that faces strangers nor a notifier that reads their answers can make the other hold much.
 */
#include "wire/notice_message.h"
#include "base/arena.h"

#include <assert.h>

bool notice_header_taken(const char *name)
{
	static const char *const taken[] = {"content-type", "authorization", "idempotency-key"};
	static const char *const proxies[] = {"x-forwarded-", "x-real-"};
	struct str s = str_of(name);

	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (str_is(s, taken[i]))
			return true;
	for (size_t i = 0; i < sizeof(proxies) / sizeof(*proxies); i++)
		if (str_starts(s, str_of(proxies[i])))
			return false;
	return str_starts(s, STR("webhook-")) || str_starts(s, STR("x-"));
}

const char *notice_header(const struct notice_ask *k, const char *name)
{
	for (size_t i = 0; i < k->n_headers; i++)
		if (text_eq(k->headers[i].name, name))
			return k->headers[i].value;
	return NULL;
}

/* A text of at most so many bytes. */
static const char *read_text(struct reader *r, struct arena *a, size_t most)
{
	const char *text = read_opt(r, a);

	r->bad |= text && strlen(text) > most;
	return text;
}

static struct str read_body(struct reader *r, struct arena *a, size_t most)
{
	struct str s = read_bytes(r);

	r->bad |= s.n > most;
	return r->bad ? STR("") : (struct str){arena_str(a, s), s.n};
}

/* -- the ask -------------------------------------------------------------------------------- */

static void command_put(struct buf *b, const struct notice_ask *k)
{
	struct buf command = {0};

	if (k->way == NOTICE_COMMAND)
		command_pack(&command, &k->command);
	buf_bytes(b, buf_view(&command));
	buf_free(&command);
}

void notice_ask_pack(struct buf *b, const struct notice_ask *k)
{
	assert(k->n_headers <= NOTICE_HEADERS_MAX && k->body.n <= NOTICE_BODY_MAX && "an ask is bounded");
	buf_u16(b, (uint16_t)k->way);
	buf_u8(b, k->english);
	command_put(b, k);
	buf_opt(b, k->name);
	buf_opt(b, k->secret);
	buf_u16(b, (uint16_t)k->n_headers);
	for (size_t i = 0; i < k->n_headers; i++) {
		buf_opt(b, k->headers[i].name);
		buf_opt(b, k->headers[i].value);
	}
	buf_bytes(b, k->body);
}

static void read_headers(struct reader *r, struct arena *a, struct notice_ask *k)
{
	size_t n = read_u16(r);

	r->bad |= n > NOTICE_HEADERS_MAX;
	for (size_t i = 0; i < n && !r->bad; i++) {
		struct notice_header *h = &k->headers[k->n_headers++];

		h->name = read_text(r, a, NOTICE_HEADER_MAX);
		h->value = read_text(r, a, NOTICE_HEADER_VALUE_MAX);
		r->bad |= !h->name || !h->value || !notice_header_taken(h->name);
	}
}

/* Does each way bring what it needs, and nothing else? */
static bool whole(const struct notice_ask *k, struct str command)
{
	if (k->way == NOTICE_COMMAND)
		return command.n && !k->name && !k->secret && !k->n_headers && !k->body.n;
	if (k->way == NOTICE_COUNTS || k->way == NOTICE_HEALTH)
		return !command.n && !k->name && !k->secret && !k->n_headers && !k->body.n;
	return !command.n && k->name && (k->way == NOTICE_RECEIPT) == (k->secret != NULL);
}

bool notice_ask_unpack(struct str s, struct arena *a, struct notice_ask *k)
{
	struct reader r = reader_of(s);
	struct str command;
	unsigned way;

	*k = (struct notice_ask){0};
	way = read_u16(&r);
	k->way = (enum notice_way)way;
	k->english = read_flag(&r);
	command = read_bytes(&r);
	k->name = read_text(&r, a, NOTICE_NAME_MAX);
	k->secret = read_text(&r, a, NOTICE_SECRET_MAX);
	read_headers(&r, a, k);
	k->body = read_body(&r, a, NOTICE_BODY_MAX);
	return way < NOTICE_WAYS && reader_done(&r) && whole(k, command) &&
	    (k->way != NOTICE_COMMAND || command_unpack(command, a, &k->command));
}

/* -- the answer ----------------------------------------------------------------------------- */

void notice_answer_pack(struct buf *b, const struct notice_answer *r)
{
	assert(r->result.n <= NOTICE_ANSWER_MAX && "an answer is bounded");
	buf_u16(b, (uint16_t)r->code);
	buf_opt(b, r->field);
	buf_opt(b, r->detail);
	buf_u16(b, (uint16_t)r->status);
	buf_u32(b, (uint32_t)r->retry_s);
	buf_opt(b, r->type);
	buf_bytes(b, r->result);
}

/* Is it a media type that may stand in a header? */
static bool is_type(const char *type)
{
	for (const char *p = type; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return *type && strlen(type) <= NOTICE_HEADER_MAX;
}

bool notice_answer_unpack(struct str s, struct arena *a, struct notice_answer *out)
{
	struct reader r = reader_of(s);
	unsigned code = read_u16(&r);
	uint32_t retry;

	*out = (struct notice_answer){.code = (enum error_code)code};
	out->field = read_text(&r, a, NOTICE_NAME_MAX);
	out->detail = read_text(&r, a, NOTICE_HEADER_VALUE_MAX);
	out->status = read_u16(&r);
	retry = read_u32(&r);
	out->retry_s = (int)(retry <= 86400 ? retry : 86400);
	out->type = read_text(&r, a, NOTICE_HEADER_MAX);
	out->result = read_body(&r, a, NOTICE_ANSWER_MAX);
	return reader_done(&r) && code < ERROR_CODES && retry <= 86400 &&
	    (out->code != OK ||
		(out->status >= 200 && out->status <= 599 && out->type && is_type(out->type)));
}
