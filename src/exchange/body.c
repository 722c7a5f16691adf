/*
 * body.c - bodies of other systems: read as paths and texts, and written from a table of members.
 *
 * Place: exchange; pure. A stranger's JSON is read within bounds of size, depth and number; what does not fit is no body.
 */
#include "base/form.h"
#include "base/json.h"
#include "base/utf8.h"
#include "channel/sign.h"
#include "exchange/exchange.h"
#include "wire/repair.h"
#include "wire/request.h"

#include <jansson.h>

static bool flatten(const json_t *node, const char *path, int depth, struct arena *a,
    struct exchange_body *out);

static bool fails(struct exchange_body *out, enum exchange_body_fault fault)
{
	out->fault = fault;
	return false;
}

static bool add(const char *path, const char *text, struct exchange_body *out)
{
	if (out->n == EXCHANGE_MEMBERS)
		return fails(out, BODY_LARGE);
	out->is_list[out->n] = false;
	out->v[out->n++] = (struct exchange_member){path, text};
	return true;
}

/* What a list says is its lines. */
static bool add_list(const char *path, const json_t *list, struct arena *a, struct exchange_body *out)
{
	if (!add(path, request_words(list, "\n", a).p, out))
		return false;
	out->is_list[out->n - 1] = true;
	return true;
}

static bool members(const json_t *object, const char *path, int depth, struct arena *a,
    struct exchange_body *out)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		const char *at = *path ? arena_printf(a, "%s.%s", path, name) : arena_text(a, name);

		if (!flatten(value, at, depth + 1, a, out))
			return false;
	}
	return true;
}

static bool flatten(const json_t *node, const char *path, int depth, struct arena *a,
    struct exchange_body *out)
{
	if (depth > EXCHANGE_DEPTH)
		return fails(out, BODY_LARGE);
	if (json_is_object(node))
		return members(node, path, depth, a, out);
	if (json_array_size(node) > 0)
		return add_list(path, node, a, out);
	if (json_is_string(node))
		return add(path, arena_text(a, json_string_value(node)), out);
	if (json_is_boolean(node))
		return add(path, json_is_true(node) ? "true" : "false", out);
	return add(path, "", out);
}

static size_t digits_at(struct str s, size_t at)
{
	size_t n = at;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n - at;
}

/* How long the number is that stands there, -1.5e3; 0: there is none that JSON knows. */
static size_t number_length(struct str s)
{
	size_t n = s.n && *s.p == '-', digits = digits_at(s, n);

	if (!digits || (digits > 1 && s.p[n] == '0'))
		return 0;
	n += digits;
	if (n < s.n && s.p[n] == '.') {
		digits = digits_at(s, n + 1);
		if (!digits)
			return 0;
		n += digits + 1;
	}
	if (n < s.n && (s.p[n] | 0x20) == 'e') {
		size_t sign = n + 1 < s.n && (s.p[n + 1] == '+' || s.p[n + 1] == '-');

		digits = digits_at(s, n + 1 + sign);
		n = digits ? n + 1 + sign + digits : 0;
	}
	return n;
}

static size_t text_length(struct str s)
{
	size_t n = 1;

	while (n < s.n && s.p[n] != '"')
		n += s.p[n] == '\\' ? 2 : 1;
	return n < s.n ? n + 1 : s.n;
}

/* With each number as a text: serial numbers have more digits than the library's integers. */
static struct str with_numbers_as_texts(struct str json, struct arena *a)
{
	struct buf b = {0};

	while (json.n) {
		bool text = *json.p == '"';
		size_t number = text ? 0 : number_length(json),
		       n = text ? text_length(json)
		    : number    ? number
				: 1;

		if (number)
			buf_char(&b, '"');
		buf_str(&b, (struct str){json.p, n});
		if (number)
			buf_char(&b, '"');
		json = (struct str){json.p + n, json.n - n};
	}
	return buf_into(&b, a);
}

static json_t *root_of(struct str json, struct arena *a, json_error_t *fault)
{
	json = with_numbers_as_texts(json, a);
	return json_loadb(json.n ? json.p : "", json.n, JSON_REJECT_DUPLICATES, fault);
}

static bool read_json(struct str json, struct arena *a, struct exchange_body *out)
{
	json_error_t fault = {.line = 0};
	json_t *root = root_of(json, a, &fault);
	bool good = json_is_object(root)
	    ? flatten(root, "", 0, a, out)
	    : fails(out,
		  !root && json_error_code(&fault) == json_error_duplicate_key ? BODY_TWICE : BODY_SYNTAX);

	json_decref(root);
	return good;
}

/* Old platforms escape the bytes of GBK. */
static bool mend_pair(struct form_pair *pair, struct arena *a, struct exchange_body *out)
{
	struct str value = str_of(pair->value);

	if (pair->bad != FORM_CHARSET || !utf8_valid(str_of(pair->name), NULL) || !repair_charset(&value, a))
		return pair->bad == FORM_GOOD ||
		    fails(out, pair->bad == FORM_CHARSET ? BODY_CHARSET : BODY_SYNTAX);
	pair->value = arena_str(a, value);
	out->gbk = true;
	return true;
}

static bool read_form(struct str form, struct arena *a, struct exchange_body *out)
{
	struct form_pair pair;

	if (!form.n)
		return fails(out, BODY_SYNTAX);
	while (form_next(&form, a, &pair)) {
		if (!mend_pair(&pair, a, out))
			return false;
		if (!*pair.name)
			return fails(out, BODY_SYNTAX);
		if (exchange_body_has(out, pair.name))
			return fails(out, BODY_TWICE);
		if (!add(pair.name, pair.value, out))
			return false;
	}
	return true;
}

bool exchange_body_read(enum exchange_content content, struct str body, struct arena *a,
    struct exchange_body *out)
{
	out->n = 0;
	out->fault = BODY_GOOD;
	out->gbk = !utf8_valid(body, NULL) && repair_charset(&body, a);
	if (!out->gbk && !utf8_valid(body, NULL))
		return fails(out, BODY_CHARSET);
	return content == CONTENT_FORM ? read_form(body, a, out) : read_json(body, a, out);
}

static const struct exchange_member *member_of(const struct exchange_body *b, const char *path)
{
	for (int i = 0; path && i < b->n; i++)
		if (text_eq(b->v[i].name, path))
			return &b->v[i];
	return NULL;
}

const char *exchange_body_text(const struct exchange_body *b, const char *path)
{
	const struct exchange_member *m = member_of(b, path);

	return m && *m->text && !b->is_list[m - b->v] ? m->text : NULL;
}

const char *exchange_body_words(const struct exchange_body *b, const char *path, struct arena *a,
    bool *reshaped)
{
	const struct exchange_member *m = member_of(b, path);
	const char *inside = path ? arena_printf(a, "%s.", path) : NULL, *words = NULL;

	*reshaped = m && b->is_list[m - b->v];
	if (m || !path)
		return m && *m->text ? m->text : NULL;
	for (int i = 0; i < b->n; i++)
		if (str_starts(str_of(b->v[i].name), str_of(inside)) && *b->v[i].text)
			words = words ? arena_printf(a, "%s\n%s", words, b->v[i].text) : b->v[i].text;
	*reshaped = words != NULL;
	return words;
}

bool exchange_body_has(const struct exchange_body *b, const char *path)
{
	return member_of(b, path) != NULL;
}

/* -- what is sent ------------------------------------------------------------------------------- */

static const char *fact(const struct exchange_member *facts, int n, struct str name)
{
	for (int i = 0; i < n; i++)
		if (str_is(name, facts[i].name))
			return facts[i].text ? facts[i].text : "";
	return "";
}

/* The template with its places filled: {dispatch}. A brace that opens no place stands as it is. */
static void fill(const char *template, const struct exchange_member *facts, int n, struct buf *out)
{
	for (const char *at = template; *at;) {
		size_t len = *at == '{' ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;

		if (len && at[len + 1] == '}') {
			buf_text(out, fact(facts, n, (struct str){at + 1, len}));
			at += len + 2;
		} else {
			buf_char(out, *at++);
		}
	}
}

const char *const exchange_content_types[CONTENTS] = {
    "application/json; charset=utf-8", "application/x-www-form-urlencoded; charset=utf-8"};

static void compose_json(const struct exchange_member *body, int n, const struct exchange_member *facts,
    int n_facts, struct buf *out)
{
	struct json j = json_to(out);
	struct buf text = {0};

	json_begin(&j, NULL);
	for (int i = 0; i < n; i++) {
		buf_reset(&text);
		fill(body[i].text, facts, n_facts, &text);
		json_str(&j, body[i].name, buf_view(&text));
	}
	json_end(&j);
	buf_wipe(&text);
	buf_free(&text);
}

static void compose_form(const struct exchange_member *body, int n, const struct exchange_member *facts,
    int n_facts, struct buf *out)
{
	struct buf text = {0};

	for (int i = 0; i < n; i++) {
		buf_reset(&text);
		fill(body[i].text, facts, n_facts, &text);
		if (i)
			buf_char(out, '&');
		url_escape(out, str_of(body[i].name));
		buf_char(out, '=');
		url_escape(out, buf_view(&text));
	}
	buf_wipe(&text);
	buf_free(&text);
}

void exchange_compose(enum exchange_content content, const struct exchange_member *body, int n,
    const struct exchange_member *facts, int n_facts, struct buf *out)
{
	if (content == CONTENT_FORM)
		compose_form(body, n, facts, n_facts, out);
	else
		compose_json(body, n, facts, n_facts, out);
}

bool exchange_taken(const struct exchange_partner *p, int status, struct str body, struct arena *a,
    const char **ticket)
{
	struct exchange_body *b = arena_alloc(a, sizeof *b);
	bool good = status >= 200 && status <= 299;

	*ticket = NULL;
	if (!exchange_body_read(CONTENT_JSON, body, a, b))
		return good && !p->send.ok_field;
	*ticket = exchange_body_text(b, p->send.ticket_field);
	return good &&
	    (!p->send.ok_field || text_eq(exchange_body_text(b, p->send.ok_field), p->send.ok_value));
}

#define SAID_MOST 40 /* of a stranger's text: enough for a code */

const char *exchange_said(const struct exchange_partner *p, const char *known, struct str body,
    struct arena *a)
{
	struct exchange_body *b = arena_alloc(a, sizeof *b);
	const char *said = p->send.ok_field && exchange_body_read(CONTENT_JSON, body, a, b)
	    ? exchange_body_text(b, p->send.ok_field)
	    : NULL;

	return said ? arena_printf(a, "%s %s=%s", known, p->send.ok_field,
			  arena_str(a, utf8_head(str_of(said), SAID_MOST)))
		    : known;
}

/* -- what is open there --------------------------------------------------------------------------- */

/* The list at data.rows. */
static const json_t *list_at(const json_t *root, const char *path)
{
	while (root && *path) {
		size_t n = strcspn(path, ".");

		root = json_object_getn(root, path, n);
		path += n + (path[n] == '.');
	}
	return json_is_array(root) ? root : NULL;
}

/* b: for the work. */
static bool read_open(const struct exchange_compare *c, const json_t *item, struct arena *a,
    struct exchange_body *b, struct exchange_open *out)
{
	b->n = 0;
	if (!flatten(item, json_is_object(item) ? "" : "it", 0, a, b))
		return false;
	*out = json_is_object(item)
	    ? (struct exchange_open){exchange_body_text(b, c->dispatch), exchange_body_text(b, c->ticket)}
	    : (struct exchange_open){c->ticket ? NULL : exchange_body_text(b, "it"),
		  c->ticket ? exchange_body_text(b, "it") : NULL};
	return out->dispatch || out->ticket;
}

static bool read_list(const struct exchange_compare *c, const json_t *list, struct arena *a,
    struct exchange_open *out)
{
	struct exchange_body *b = arena_alloc(a, sizeof *b);
	size_t i;
	json_t *item;

	json_array_foreach((json_t *)(uintptr_t)list, i, item)
		if (!read_open(c, item, a, b, &out[i]))
			return false;
	return true;
}

bool exchange_open_read(const struct exchange_partner *p, int status, struct str body, struct arena *a,
    struct exchange_open **out, int *n)
{
	const char *ticket;
	json_t *root = exchange_taken(p, status, body, a, &ticket) ? root_of(body, a, NULL) : NULL;
	const json_t *list = root ? list_at(root, p->compare.list) : NULL;
	bool good = list && json_array_size(list) <= EXCHANGE_OPEN_MOST;

	*n = good ? (int)json_array_size(list) : 0;
	*out = arena_new_array(a, struct exchange_open, (size_t)*n + 1);
	good = good && read_list(&p->compare, list, a, *out);
	json_decref(root);
	return good;
}
