/*
 * fill.c - templates of short messages: {phone} {text} {id} {sign} {template} {secret} {params} and the message's own
 * facts. Pure. What is filled in is escaped for the place: in a URL or a form by RFC 3986, in JSON as JSON wants it.
 */
#include "channel/parts.h"

#include "base/json.h"
#include "channel/sign.h"

#include <ctype.h>

/* The word of "{word}" at the text; n 0: it is none. */
static struct str place_at(const char *text)
{
	size_t n = 1;

	if (*text != '{')
		return STR("");
	while (islower((unsigned char)text[n]) || text[n] == '_')
		n++;
	return text[n] == '}' ? (struct str){text + 1, n - 1} : STR("");
}

/* "number", "{number}" or "code={number}": a fact, a template, a template and what the provider calls its place. */
bool fill_param(const struct fill_from *f, int i, const char **name, const char **value, const char **missing)
{
	const char *param = f->channel->params[i], *equals = strchr(param, '='), *brace = strchr(param, '{');
	struct buf out = {0};
	bool good;

	if (equals && (!brace || equals < brace)) {
		*name = arena_str(f->arena, (struct str){param, (size_t)(equals - param)});
		param = equals + 1;
	} else if (brace) {
		*name = arena_str(f->arena, place_at(brace));
	} else {
		*name = param;
		param = arena_printf(f->arena, "{%s}", param);
	}
	good = fill(&out, param, f, FILL_PLAIN, missing);
	if (good && out.n == 0)
		buf_char(&out,
		    '-'); /* providers refuse an empty one, by a code that means a wrong template: of all, then */
	*value = buf_into(&out, f->arena).p;
	return good;
}

/* All params as a JSON list. */
static const char *params_list(const struct fill_from *f, const char **missing)
{
	struct buf out = {0};
	struct json j = json_to(&out);
	const char *name, *value;
	bool good = true;

	json_list(&j, NULL);
	for (int i = 0; good && i < f->channel->n_params; i++) {
		good = fill_param(f, i, &name, &value, missing);
		json_text(&j, NULL, value);
	}
	json_close(&j);
	value = buf_into(&out, f->arena).p;
	return good ? value : NULL;
}

static const char *place_value(const struct fill_from *f, struct str name, const char **missing)
{
	const struct channel_message *m = f->message;
	const char *const own[PLACE_PARAMS] = {
	    [PLACE_PHONE] = m->phone,
	    [PLACE_TEXT] = m->text,
	    [PLACE_ID] = m->id,
	    [PLACE_SIGN] = f->channel->sign,
	    [PLACE_TEMPLATE] = f->channel->template,
	    [PLACE_APP] = f->channel->app,
	    [PLACE_SECRET] = f->secrets->n_keys > 0 ? f->secrets->keys[0] : NULL,
	};

	for (int i = 0; i < PLACE_PARAMS; i++)
		if (str_is(name, notice_place_names[i]))
			return own[i];
	for (int i = 0; i < m->n_facts; i++)
		if (str_is(name, m->facts[i].name))
			return m->facts[i].text;
	return str_is(name, notice_place_names[PLACE_PARAMS]) ? params_list(f, missing) : NULL;
}

/* The inside of a JSON text. */
static void put_json(struct buf *out, const char *value)
{
	struct buf quoted = {0};
	struct json j = json_to(&quoted);

	json_text(&j, NULL, value);
	buf_add(out, quoted.p + 1, quoted.n - 2);
	buf_free(&quoted);
}

static void put_value(struct buf *out, const char *value, struct str name, enum fill_as as)
{
	if (as == FILL_URL)
		url_escape(out, str_of(value));
	else if (as == FILL_JSON && !str_is(name, "params")) /* which is JSON already */
		put_json(out, value);
	else
		buf_text(out, value);
}

/* A template's own bytes stay as they are, but for those that no URL has. */
static void put_literal(struct buf *out, char c, enum fill_as as)
{
	if (as == FILL_URL && ((unsigned char)c <= 32 || (unsigned char)c >= 127))
		url_escape(out, (struct str){&c, 1});
	else
		buf_char(out, c);
}

bool fill(struct buf *out, const char *text, const struct fill_from *f, enum fill_as as, const char **missing)
{
	while (*text) {
		struct str name = place_at(text);
		const char *value;

		if (name.n == 0) {
			put_literal(out, *text++, as);
			continue;
		}
		value = place_value(f, name, missing);
		if (!value)
			return is_missing(missing, arena_printf(f->arena, "{%.*s}", (int)name.n, name.p));
		put_value(out, value, name, as);
		text += name.n + 2;
	}
	return true;
}
