/* parts.c - what the files of the kinds share: pieces of requests, judging by status and codes, JSON. Pure. */
#include "channel/parts.h"

#include "base/url.h"
#include "base/utf8.h"

#include <assert.h>

void request_header(struct channel_request *r, const char *name, const char *value)
{
	assert(r->n_headers < CHANNEL_HEADERS && "a request has few headers");
	r->headers[r->n_headers++] = (struct notice_field){name, value};
}

void request_hide(struct channel_request *r, const char *text)
{
	if (!text || !*text)
		return;
	assert(r->n_hidden < CHANNEL_HIDDEN && "a request has few secrets");
	r->hidden[r->n_hidden++] = text;
}

#define PIECES_HIDDEN 8
#define PIECE_BYTES 6 /* a shorter one is no key, and "send" would be hidden wherever it stands */
#define WORD_BYTES 16 /* a longer one is no word */

/* A word such as "webhook" is none, and would be hidden wherever it stands. */
static bool looks_like_key(struct str s)
{
	bool odd = false;

	for (size_t i = 0; i < s.n; i++)
		odd = odd || (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z');
	return s.n >= WORD_BYTES || (s.n >= PIECE_BYTES && odd);
}

/* The whole, and each piece of it that may be a key, because a provider may throw back a piece. */
static void hide_path(struct channel_request *r, const char *url, struct arena *a)
{
	struct url u;
	struct str rest;

	if (url_parse(str_of(url), &u) != URL_GOOD || u.path.n < 2)
		return;
	assert(u.path.p && "a path of two bytes is somewhere");
	rest = (struct str){u.path.p + 1, u.path.n - 1};
	if (looks_like_key(rest))
		request_hide(r, rest.p);
	for (int i = 0; i < PIECES_HIDDEN && rest.n > 0; i++) {
		size_t n = strcspn(rest.p, "/?&=");

		if (looks_like_key((struct str){rest.p, n}))
			request_hide(r, arena_str(a, (struct str){rest.p, n}));
		n += n < rest.n;
		rest = (struct str){rest.p + n, rest.n - n};
	}
}

void request_to(struct channel_request *r, const char *url, const char *phone, struct arena *a)
{
	r->url = url;
	r->phone = phone;
	hide_path(r, url, a);
}

void request_json(struct channel_request *r, struct buf *body, struct arena *a)
{
	r->method = "POST";
	r->body = buf_into(body, a);
	request_header(r, "Content-Type", "application/json; charset=utf-8");
}

bool is_missing(const char **missing, const char *what)
{
	if (missing)
		*missing = what;
	return false;
}

#define CUT_MARK "…"

const char *text_within(struct arena *a, const char *text, size_t most)
{
	struct str s = str_of(text), rest;
	size_t n = 0;

	if (s.n <= most)
		return text;
	for (rest = s; rest.n > 0; n = s.n - rest.n) {
		utf8_next(&rest);
		if (s.n - rest.n > most - strlen(CUT_MARK))
			break;
	}
	return arena_printf(a, "%.*s" CUT_MARK, (int)n, text);
}

const char *phone_digits(struct arena *a, const char *phone)
{
	char digits[24];
	size_t n = 0;

	for (; phone && *phone && n < sizeof digits - 1; phone++)
		if (is_digit(*phone) || (*phone == '+' && n == 0))
			digits[n++] = *phone;
	digits[n] = '\0';
	return n > 0 ? arena_text(a, digits) : NULL;
}

const char *host_of_url(struct arena *a, const char *url)
{
	struct url u;

	if (url_parse(str_of(url), &u) != URL_GOOD)
		return "";
	return (u.port == 443 && str_is(u.scheme, "https")) || (u.port == 80 && str_is(u.scheme, "http"))
	    ? arena_str(a, u.host)
	    : arena_printf(a, "%.*s:%d", (int)u.host.n, u.host.p, u.port);
}

bool key_pair(struct arena *a, const struct channel_secrets *s, const char **id, const char **secret)
{
	const char *colon = s->n_keys > 0 ? strchr(s->keys[0], ':') : NULL;

	if (!colon || colon == s->keys[0] || !colon[1])
		return false;
	*id = arena_str(a, (struct str){s->keys[0], (size_t)(colon - s->keys[0])});
	*secret = colon + 1;
	return true;
}

/* -- judging ------------------------------------------------------------------------------------------- */

const char *code_word(struct arena *a, const char *text)
{
	char word[49];
	size_t n = 0;

	for (; text && *text && n < sizeof word - 1; text++)
		if (*text > ' ' && *text < 127)
			word[n++] = *text;
	word[n] = '\0';
	return n > 0 ? arena_text(a, word) : NULL;
}

static bool code_fits(const char *pattern, const char *code)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, code, n - 1) == 0;
	return strcmp(pattern, code) == 0;
}

void judge_code(struct channel_verdict *v, struct arena *a, const char *name, const char *code,
    const struct code_meaning *meanings)
{
	const char *word = code_word(a, code);

	while (meanings->code && !code_fits(meanings->code, code))
		meanings++;
	if (meanings->verdict == VERDICT_ACCEPTED && v->verdict != VERDICT_ACCEPTED)
		return; /* a gateway between that answers 401 or 500 did not take it, whatever stands in the body */
	v->verdict = meanings->verdict;
	if (meanings->after_ms > v->after_ms) /* what the provider asked for may be longer */
		v->after_ms = meanings->after_ms;
	v->code = arena_printf(a, "%s %s", name, word ? word : "?");
}

/* What a status means where the body says nothing. A gateway that timed out may have handed the request on. */
static enum channel_judgement status_verdict(int status)
{
	if (status >= 200 && status < 300)
		return VERDICT_ACCEPTED;
	if (status == 504)
		return VERDICT_UNKNOWN;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return VERDICT_RETRY;
	if (status == 400 || status == 413 || status == 422)
		return VERDICT_REFUSED;
	return VERDICT_BROKEN; /* a redirect, no such page, no such key, gone */
}

void judge_http(const struct channel_answer *r, struct arena *a, struct channel_verdict *v)
{
	static const enum channel_judgement ends[POST_ENDS] = {
	    [POST_REFUSED] = VERDICT_RETRY,
	    [POST_FORBIDDEN] = VERDICT_BROKEN,
	    [POST_UNKNOWN] = VERDICT_UNKNOWN,
	};

	v->verdict = r->end == POST_ANSWERED ? status_verdict(r->status) : ends[r->end];
	v->after_ms = r->end == POST_ANSWERED ? r->retry_after_ms : 0;
	if (r->end != POST_ANSWERED)
		v->code = code_word(a, r->reason);
	else
		v->code = arena_printf(a, "HTTP %d", r->status);
}

json_t *body_json(struct str body)
{
	json_error_t error;

	return json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &error);
}

static const char *json_word(json_t *v, struct arena *a)
{
	if (json_is_string(v))
		return arena_text(a, json_string_value(v));
	if (json_is_integer(v))
		return arena_printf(a, "%lld", (long long)json_integer_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	return NULL;
}

const char *json_of(json_t *object, const char *key, struct arena *a)
{
	return json_word(json_object_get(object, key), a);
}

const char *json_at(json_t *root, const char *path, struct arena *a)
{
	while (root && path && *path) {
		size_t n = strcspn(path, ".");
		struct str part = {path, n};
		uint64_t i;

		if (json_is_array(root))
			root = str_uint(part, &i) ? json_array_get(root, (size_t)i) : NULL;
		else
			root = json_object_get(root, arena_str(a, part));
		path += n + (path[n] == '.');
	}
	return json_word(root, a);
}
