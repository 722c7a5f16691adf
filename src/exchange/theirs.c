/*
 * theirs.c - answers in the words of the partner: what we call a field it has never heard of.
 *
 * Place: exchange; pure. A message becomes a command, and what the engine says of the command's fields is said of the
 * message's members, by the names of exchange.yaml.
 */
#include "exchange/exchange.h"

#include <jansson.h>

/* Of which member a field of a command is made, of which act; EXCHANGE_ACTS: of any. Of several the first that the message has. */
static const struct {
	enum field ours;
	enum exchange_field theirs;
	enum exchange_act act;
} names[] = {
    {FIELD_DISPATCH, EXCHANGE_DISPATCH, EXCHANGE_ACTS},
    {FIELD_NUMBER, EXCHANGE_TICKET, EXCHANGE_REPORT},
    {FIELD_NUMBER, EXCHANGE_INCIDENT, EXCHANGE_ACTS},
    {FIELD_TICKET, EXCHANGE_TICKET, EXCHANGE_ACTS},
    {FIELD_AT, EXCHANGE_TIME, EXCHANGE_ACTS},
    {FIELD_RECEIVED_AT, EXCHANGE_TIME, EXCHANGE_ACTS},
    {FIELD_RESULT, EXCHANGE_TEXT, EXCHANGE_ACTS},
    {FIELD_TEXT, EXCHANGE_TEXT, EXCHANGE_ACTS},
    {FIELD_TEXT, EXCHANGE_REASON, EXCHANGE_ACTS},
    {FIELD_REASON_CODE, EXCHANGE_REASON, EXCHANGE_RETURN},
    {FIELD_REASON, EXCHANGE_TEXT, EXCHANGE_EXTEND},
    {FIELD_REASON, EXCHANGE_REASON, EXCHANGE_EXTEND},
    {FIELD_PERSON, EXCHANGE_PERSON, EXCHANGE_ACTS},
    {FIELD_PHONE, EXCHANGE_PHONE, EXCHANGE_ACTS},
    {FIELD_UNTIL, EXCHANGE_UNTIL, EXCHANGE_ACTS},
    {FIELD_CATEGORY, EXCHANGE_CATEGORY, EXCHANGE_ACTS},
    {FIELD_AREA, EXCHANGE_AREA, EXCHANGE_ACTS},
    {FIELD_ADDRESS, EXCHANGE_ADDRESS, EXCHANGE_ACTS},
    {FIELD_REPORTER_NAME, EXCHANGE_REPORTER_NAME, EXCHANGE_ACTS},
    {FIELD_REPORTER_PHONE, EXCHANGE_REPORTER_PHONE, EXCHANGE_ACTS},
    {FIELD_DESCRIPTION, EXCHANGE_DESCRIPTION, EXCHANGE_ACTS},
};
#define NAMES (sizeof names / sizeof *names)

const char *exchange_their_name(const struct exchange_partner *p, const struct exchange_message *m,
    const char *ours)
{
	char path[FIELD_PATH_MAX];
	const char *first = NULL;

	for (size_t i = 0; ours && i < NAMES; i++) {
		enum exchange_field theirs = names[i].theirs;

		if (!text_eq(field_path(names[i].ours, path), ours) ||
		    (names[i].act != EXCHANGE_ACTS && names[i].act != m->act))
			continue;
		if (m->fields[theirs])
			return p->receive.fields[theirs];
		first = first ? first : p->receive.fields[theirs];
	}
	return first;
}

static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

const char *exchange_their_words(const struct exchange_partner *p, const struct exchange_message *m,
    const char *ours, const char *sentence, struct arena *a)
{
	const char *theirs = exchange_their_name(p, m, ours);
	size_t n = theirs ? strlen(ours) : 0;
	struct buf b = {0};

	if (!theirs || !sentence)
		return sentence;
	for (const char *at = sentence; *at;) {
		bool word =
		    strncmp(at, ours, n) == 0 && !in_name(at[n]) && (at == sentence || !in_name(at[-1]));

		if (word)
			buf_text(&b, theirs);
		else
			buf_char(&b, *at);
		at += word ? n : 1;
	}
	return buf_into(&b, a).p;
}

void exchange_their_refusal(const struct exchange_partner *p, const struct exchange_message *m,
    struct refusal *why, struct arena *a)
{
	why->zh = exchange_their_words(p, m, why->field, why->zh, a);
	why->en = exchange_their_words(p, m, why->field, why->en, a);
	why->field = exchange_their_name(p, m, why->field);
}

/* -- warnings ----------------------------------------------------------------------------------- */

static json_t *warning_in_their_words(const struct exchange_partner *p, const struct exchange_message *m,
    const json_t *one, struct arena *a)
{
	const char *ours = json_string_value(json_object_get(one, "field")),
		   *detail = json_string_value(json_object_get(one, "detail"));

	return json_pack("{s:s*, s:s*, s:s*}", "code", json_string_value(json_object_get(one, "code")),
	    "field", exchange_their_name(p, m, ours), "detail", exchange_their_words(p, m, ours, detail, a));
}

static json_t *warnings_in_their_words(const struct exchange_partner *p, const struct exchange_message *m,
    struct str result, struct arena *a)
{
	json_t *root = json_loadb(result.n ? result.p : "", result.n, 0, NULL), *out = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(root, "warnings"), i, one)
		json_array_append_new(out, warning_in_their_words(p, m, one, a));
	json_decref(root);
	return out;
}

struct str exchange_reply(const struct exchange_partner *p, const struct exchange_message *m,
    struct str result, struct arena *a)
{
	const char *plain = p->receive.reply ? p->receive.reply : "{\"code\":0,\"msg\":\"ok\"}";
	json_t *warnings = warnings_in_their_words(p, m, result, a), *root = NULL;
	struct str out = str_of(arena_text(a, plain));

	if (json_array_size(warnings))
		root = json_loads(plain, 0, NULL);
	if (json_is_object(root) && json_object_set(root, "warnings", warnings) == 0) {
		size_t n = json_dumpb(root, NULL, 0, JSON_COMPACT);
		char *text = arena_alloc(a, n + 1);

		json_dumpb(root, text, n, JSON_COMPACT);
		out = (struct str){text, n};
	}
	json_decref(root);
	json_decref(warnings);
	return out;
}
