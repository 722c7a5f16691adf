/*
 * body.c - bodies of other systems: read as paths and texts, and written from a table of members.
 *
 * Place: exchange; pure. A stranger's JSON is read within bounds of size, depth and number; what does not fit is no body.
 */
#include "base/json.h"
#include "exchange/exchange.h"

#include <jansson.h>

static bool flatten(const json_t *node, const char *path, int depth, struct arena *a,
    struct exchange_body *out);

static bool add(const char *path, const char *text, struct exchange_body *out)
{
	if (!*text)
		return true;
	if (out->n == EXCHANGE_MEMBERS)
		return false;
	out->v[out->n++] = (struct exchange_member){path, text};
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
		return false;
	if (json_is_object(node))
		return members(node, path, depth, a, out);
	if (json_is_string(node))
		return add(path, arena_text(a, json_string_value(node)), out);
	if (json_is_integer(node))
		return add(path, arena_printf(a, "%lld", (long long)json_integer_value(node)), out);
	if (json_is_boolean(node))
		return add(path, json_is_true(node) ? "true" : "false", out);
	return true;
}

bool exchange_body_read(struct str json, struct arena *a, struct exchange_body *out)
{
	json_t *root = json_loadb(json.n ? json.p : "", json.n, JSON_REJECT_DUPLICATES, NULL);
	bool good = json_is_object(root);

	out->n = 0;
	good = good && flatten(root, "", 0, a, out);
	json_decref(root);
	return good;
}

const char *exchange_body_text(const struct exchange_body *b, const char *path)
{
	for (int i = 0; path && i < b->n; i++)
		if (text_eq(b->v[i].name, path))
			return b->v[i].text;
	return NULL;
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

void exchange_compose(const struct exchange_partner *p, const struct exchange_member *facts, int n_facts,
    struct buf *out)
{
	struct json j = json_to(out);
	struct buf text = {0};

	json_begin(&j, NULL);
	for (int i = 0; i < p->send.n_body; i++) {
		buf_reset(&text);
		fill(p->send.body[i].text, facts, n_facts, &text);
		json_str(&j, p->send.body[i].name, buf_view(&text));
	}
	json_end(&j);
	buf_free(&text);
}

bool exchange_taken(const struct exchange_partner *p, int status, struct str body, struct arena *a,
    const char **ticket)
{
	struct exchange_body *b = arena_alloc(a, sizeof *b);
	bool good = status >= 200 && status <= 299;

	*ticket = NULL;
	if (!exchange_body_read(body, a, b))
		return good && !p->send.ok_field;
	*ticket = exchange_body_text(b, p->send.ticket_field);
	return good &&
	    (!p->send.ok_field || text_eq(exchange_body_text(b, p->send.ok_field), p->send.ok_value));
}
