/*
 * request.c - JSON of strangers to commands.
 *
 * The scan bounds what jansson may build (some inputs grow 79-fold); after it the tree is read by
 * the parameters' table, so that a command has no parsing of its own. A parameter that stands in an
 * object ("reporter": {"phone": …}) is found by the pair of names.
 */
#include "wire/request.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/utf8.h"
#include "domain/contact_change.h"
#include "domain/warning.h"
#include "wire/repair.h"
#include "wire/tree.h"
#include <assert.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX 16
#define TOKENS_MAX 2000
#define ID_MAX 128

/* -- memory of trees ------------------------------------------------------------------------ */

/* A stranger's tree lies in one room, which is overwritten and used again when the tree is read: some seventy small pieces are not
 * asked for, wiped and given back one by one. What does not fit comes from the heap. */
#define ROOM 32768

static _Thread_local struct {
	char bytes[ROOM] __attribute__((aligned(16)));
	size_t used;
	bool open;
} room;

static void *tree_malloc(size_t n)
{
	void *p = room.bytes + room.used;

	if (!room.open || n > ROOM - room.used)
		return malloc(n);
	room.used += (n + 15) & ~(size_t)15; /* ROOM is a multiple of 16, too */
	return p;
}

static void tree_free(void *p)
{
	const char *at = p;

	if (!p || (at >= room.bytes && at < room.bytes + ROOM))
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void tree_begin(void)
{
	room.open = true;
}

/* Nothing of the tree is looked at any more. */
static void tree_end(json_t *tree)
{
	json_decref(tree);
	explicit_bzero(room.bytes, room.used);
	room.used = 0;
	room.open = false;
}

void request_wipes_memory(void)
{
	json_set_alloc_funcs(tree_malloc, tree_free);
}

/* What jansson writes of v, in the arena: the only text of jansson's own memory here, since free() knows nothing of the room. */
static bool as_written(const json_t *v, struct arena *a, struct str *out)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));

	if (!text)
		return false;
	*out = (struct str){arena_text(a, text), strlen(text)};
	tree_free(text);
	return true;
}

/* -- scan ----------------------------------------------------------------------------------- */

struct scan {
	int depth, deepest, tokens, digits;
	bool in_text, escaped;
	bool odd; /* something that jansson would not take, but that can be repaired */
};

/* A half character, or none. */
static bool odd_escape(struct str rest)
{
	return rest.n >= 5 && rest.p[0] == 'u' &&
	    (memcmp(rest.p + 1, "0000", 4) == 0 || rest.p[1] == 'd' || rest.p[1] == 'D');
}

static void scan_text(struct scan *s, struct str rest)
{
	char c = *rest.p;
	if (s->escaped) {
		s->escaped = false;
		s->odd = s->odd || odd_escape(rest);
	} else if (c == '\\') {
		s->escaped = true;
	} else if (c == '"') {
		s->in_text = false;
	} else {
		s->odd = s->odd || (unsigned char)c < 0x20;
	}
}

/* From 19 digits on an integer may not fit, and with an exponent a fraction may not. */
static void scan_number(struct scan *s, char c)
{
	bool digit = c >= '0' && c <= '9';
	s->odd = s->odd || s->digits >= 18 || (s->digits > 0 && (c == 'e' || c == 'E')) || c == '\0';
	s->digits = digit ? s->digits + 1 : 0;
}

static void scan_char(struct scan *s, struct str rest)
{
	if (s->in_text) {
		scan_text(s, rest);
		return;
	}
	scan_number(s, *rest.p);
	switch (*rest.p) {
	case '"':
		s->in_text = true;
		break;
	case '{':
	case '[':
		s->tokens++;
		if (++s->depth > s->deepest)
			s->deepest = s->depth;
		break;
	case '}':
	case ']':
		s->depth--;
		break;
	case ',':
	case ':':
		s->tokens++;
		break;
	}
}

/* What the text is, with the parts that jansson would not take repaired. */
static bool repaired(struct str s, struct arena *a, struct str *out, struct refusal *why)
{
	struct buf b = {0};
	size_t at;
	bool good = repair_json(s, &b, &at);
	*out = buf_into(&b, a);
	return good ||
	    refuse(why, a, ERROR_PARSE, repair_path(s, at, a), "第 %zu 字节处不是 JSON 文本(UTF-8)",
		"no JSON text (UTF-8) at byte %zu", at + 1);
}

/* What was sent, without a byte order mark. */
struct sent {
	struct str text;
	bool valid; /* UTF-8 */
	bool gbk;   /* it was GBK, and is UTF-8 now */
};

static struct sent as_sent(struct str s, struct arena *a)
{
	if (str_starts(s, STR("\xEF\xBB\xBF")))
		s = (struct str){s.p + 3, s.n - 3};
	struct sent sent = {.text = s, .valid = utf8_valid(s, NULL)};
	if (!sent.valid)
		sent.gbk = sent.valid = repair_charset(&sent.text, a);
	return sent;
}

static bool scan_sent(const struct sent *sent, struct arena *a, struct str *out, struct refusal *why)
{
	struct scan scan = {0};
	struct str s = sent->text;
	for (size_t i = 0; i < s.n; i++) {
		if (scan.in_text && !scan.escaped)
			i += json_plain((struct str){s.p + i, s.n - i});
		if (i < s.n)
			scan_char(&scan, (struct str){s.p + i, s.n - i});
	}
	*out = s;
	if (scan.deepest > DEPTH_MAX)
		return refuse(why, a, ERROR_PARSE, NULL, "嵌套超过 %d 层", "nested deeper than %d",
		    DEPTH_MAX);
	if (scan.tokens > TOKENS_MAX)
		return refuse(why, a, ERROR_PARSE, NULL, "成员过多(超过 %d 个)", "more than %d members",
		    TOKENS_MAX);
	return !(scan.odd || !sent->valid) || repaired(s, a, out, why);
}

bool request_scan(struct str s, struct arena *a, struct str *out, struct refusal *why)
{
	struct sent sent = as_sent(s, a);
	return scan_sent(&sent, a, out, why);
}

static json_t *parse(const struct sent *sent, struct arena *a, struct refusal *why)
{
	json_error_t error;
	struct str text;
	if (!scan_sent(sent, a, &text, why))
		return NULL;
	json_t *tree = tree_read(text);
	if (!tree)
		tree = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	char *near = tree ? NULL : strstr(error.text, " near ");
	if (near)
		*near = '\0'; /* there it quotes what was sent, which may be personal */
	if (!tree)
		refuse(why, a, ERROR_PARSE, repair_path(text, (size_t)error.position, a),
		    "第 %d 字节附近不是有效的 JSON:%s", "not JSON near byte %d: %s", error.position,
		    error.text);
	return tree;
}

/* -- parameters ----------------------------------------------------------------------------- */

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

struct filling {
	struct command *c;
	struct arena *a;
	struct refusal *why;
	struct field_set allowed;
};

/* The parameter of that name inside that object (NULL: none) which this command takes. */
static enum field find_field(const struct filling *x, const char *object, const char *name)
{
	EACH_FIELD(f, x->allowed)
		if (text_eq(field_kinds[f].object, object) && text_eq(field_kinds[f].name, name))
			return f;
	return FIELDS;
}

/* The first parameter inside that object; FIELDS: the command takes no such object. */
static enum field first_inside(const struct filling *x, const char *object)
{
	EACH_FIELD(f, x->allowed)
		if (text_eq(field_kinds[f].object, object))
			return f;
	return FIELDS;
}

static bool takes_object(const struct filling *x, const char *name)
{
	return first_inside(x, name) != FIELDS;
}

/* Those that it takes, those of an object where one is meant: number、received_at … */
static const char *taken(const struct filling *x, const char *object, const char *between)
{
	const char *list = "";
	EACH_FIELD(f, x->allowed) {
		const char *name = field_full_name(x->a, (enum field)f);
		if (!object || text_eq(field_kinds[f].object, object))
			list = arena_printf(x->a, "%s%s%s", list, *list ? between : "", name);
	}
	return list;
}

static bool unknown(const struct filling *x, const char *object, const char *name)
{
	const char *near = NULL;
	unsigned least = 3;
	EACH_FIELD(f, x->allowed) {
		const char *other = object  ? field_kinds[f].name
		    : field_kinds[f].object ? field_kinds[f].object
					    : field_kinds[f].name;
		if (object && !text_eq(field_kinds[f].object, object))
			continue;
		unsigned d = str_distance(str_of(name), str_of(other), least);
		if (d < least) {
			least = d;
			near = other;
		}
	}
	const char *full = arena_quote(x->a, object ? arena_printf(x->a, "%s.%s", object, name) : name);
	if (near)
		return refuse(x->why, x->a, ERROR_PARAMS, full, "没有参数 %s,是否指 %s?",
		    "there is no parameter %s; did you mean %s?", full, near);
	const char *kind = command_kinds[x->c->kind].name;
	if (!*taken(x, object, ""))
		return refuse(x->why, x->a, ERROR_PARAMS, full, "命令 %s 没有参数 %s",
		    "%s takes no parameter %s", kind, full);
	refuse(x->why, x->a, ERROR_PARAMS, full, "命令 %s 没有参数 %s。它的参数:%s",
	    "%s takes no parameter %s, but %s", kind, full, taken(x, object, "、"));
	x->why->en =
	    arena_printf(x->a, "%s takes no parameter %s, but %s", kind, full, taken(x, object, ", "));
	return false;
}

static bool wrong_type(const struct filling *x, enum field f, const char *zh, const char *en)
{
	const char *name = field_full_name(x->a, f);
	return refuse_as(x->why, ERROR_PARAMS, name, arena_printf(x->a, "参数 %s 应为%s", name, zh),
	    arena_printf(x->a, "parameter %s must be %s", name, en));
}

/* A number or truth value as a text: what it says is clear, though its JSON type is another. False
 * if it is none. */
static bool scalar_text(const struct filling *x, const json_t *v, struct str *out)
{
	if (json_is_integer(v))
		*out = str_of(arena_printf(x->a, "%lld", (long long)json_integer_value(v)));
	else if (json_is_real(v))
		*out = str_of(arena_printf(x->a, "%.9f", json_real_value(v)));
	else if (json_is_boolean(v))
		*out = json_is_true(v) ? STR("true") : STR("false");
	else if (json_is_string(v))
		*out = (struct str){json_string_value(v), json_string_length(v)};
	else
		return false;
	return true;
}

static bool mends(const struct filling *x)
{
	return command_mends(x->c->kind);
}

static void add_words(const json_t *v, const char *between, struct arena *a, struct buf *out)
{
	struct str one = {0};
	const json_t *item;
	size_t i;

	if (json_is_string(v))
		one = (struct str){json_string_value(v), json_string_length(v)};
	else if (!json_is_array(v) && !json_is_null(v))
		as_written(v, a, &one);
	if (out->n && one.n)
		buf_text(out, between);
	buf_str(out, one);
	json_array_foreach((json_t *)(uintptr_t)v, i, item)
		add_words(item, between, a, out);
}

struct str request_words(const json_t *v, const char *between, struct arena *a)
{
	struct buf b = {0};

	add_words(v, between, a, &b);
	return buf_into(&b, a);
}

static bool is_empty(const json_t *v)
{
	return (json_is_array(v) && json_array_size(v) == 0) ||
	    (json_is_object(v) && json_object_size(v) == 0);
}

/* What people say is a text, whatever they have put it into: the lines of a list, an object as it is written. */
static void text_of_words(const struct filling *x, enum field f, const json_t *v, struct str *out)
{
	*out = request_words(v, field_kinds[f].phone ? "、" : "\n", x->a);
	command_warn(x->c, x->a, json_is_array(v) || json_is_object(v) ? WARNING_TYPE : WARNING_FORM, f, NULL,
	    NULL);
}

/* One item that is no code takes the others with it only where the list may not be left out. */
static bool add_code(const struct filling *x, enum field f, const json_t *item, struct buf *out)
{
	struct str one = {0};
	bool good = mends(x)
	    ? json_is_null(item) || scalar_text(x, item, &one)
	    : json_is_string(item) && !strchr(json_string_value(item), ',') && scalar_text(x, item, &one);

	if (good && one.n)
		buf_printf(out, "%s%.*s", out->n ? "," : "", (int)one.n, one.p);
	return good || command_leave_out(x->c, x->a, f, NULL, x->why);
}

static bool text_of_codes(const struct filling *x, enum field f, const json_t *v, struct str *out)
{
	struct buf b = {0};
	bool good = json_is_array(v);
	if (mends(x) && scalar_text(x, v, out))
		return true;
	for (size_t i = 0; good && i < json_array_size(v); i++)
		good = add_code(x, f, json_array_get(v, i), &b);
	*out = buf_into(&b, x->a);
	return good || wrong_type(x, f, "由代码组成的数组", "an array of codes");
}

/* An object of texts, as it will be read again by its members. */
static bool text_of_files(const struct filling *x, enum field f, const json_t *v, struct str *out)
{
	const char *name;
	json_t *text;
	json_object_foreach((json_t *)v, name, text)
		if (!json_is_string(text))
			return wrong_type(x, f, "由文件名和内容(字符串)组成的对象",
			    "an object of file names and texts");
	return (json_is_object(v) && as_written(v, x->a, out)) ||
	    wrong_type(x, f, "由文件名和内容(字符串)组成的对象", "an object of file names and texts");
}

/* A contact has no other members than these, and all of them are texts. */
static bool is_contact(const json_t *v)
{
	const char *name;
	json_t *text;
	if (!json_is_object(v))
		return false;
	json_object_foreach((json_t *)v, name, text)
		if (name_index(contact_member_names, CONTACT_MEMBERS, name) < 0 || !json_is_string(text))
			return false;
	return true;
}

static void put_contact(struct json *j, const char *key, const json_t *v)
{
	json_begin(j, key);
	for (int k = 0; k < CONTACT_MEMBERS; k++)
		json_text(j, contact_member_names[k],
		    json_string_value(json_object_get(v, contact_member_names[k])));
	json_end(j);
}

/* In the order that contact_change.h tells. */
static bool text_of_contacts(const struct filling *x, enum field f, const json_t *v, struct str *out)
{
	struct buf b = {0};
	struct json j = json_to(&b);
	size_t n = 0;
	bool good = json_is_object(v);
	json_begin(&j, NULL);
	for (int i = 0; good && i < UNIT_CONTACTS; i++) {
		const json_t *one = json_object_get(v, unit_contacts[i].key);
		if (one && (good = is_contact(one)))
			put_contact(&j, unit_contacts[i].key, one);
		n += one != NULL;
	}
	json_end(&j);
	*out = buf_into(&b, x->a);
	good = good && n > 0 && n == json_object_size(v);
	return good ||
	    wrong_type(x, f,
		"由 duty、liaison、person_in_charge、leader 组成的对象,各有 phone、name、title "
		"中要改的(字符串)",
		"an object of duty, liaison, person_in_charge, leader, each with what is to be changed of "
		"phone, name, title (texts)");
}

static bool has_type(enum field f, const json_t *v)
{
	switch (field_kinds[f].type) {
	case TYPE_BOOL:
		return json_is_boolean(v);
	case TYPE_INT:
		return json_is_integer(v);
	case TYPE_DEGREES:
		return json_is_number(v);
	default:
		return json_is_string(v);
	}
}

static bool wrong_scalar(const struct filling *x, enum field f)
{
	switch (field_kinds[f].type) {
	case TYPE_BOOL:
		return wrong_type(x, f, " true 或 false", "true or false");
	case TYPE_INT:
		return wrong_type(x, f, "整数", "a whole number");
	case TYPE_DEGREES:
		return wrong_type(x, f, "数字", "a number");
	default:
		return wrong_type(x, f, "字符串", "a string");
	}
}

/* The value as the text that command_parse_field reads. Its JSON type must be the field's, or, in a
 * command that mends, be clear: 601301 for "601301". */
static bool text_of(const struct filling *x, enum field f, const json_t *v, struct str *out)
{
	if (field_kinds[f].type == TYPE_CODES)
		return text_of_codes(x, f, v, out);
	if (field_kinds[f].type == TYPE_FILES)
		return text_of_files(x, f, v, out);
	if (field_kinds[f].type == TYPE_CONTACTS)
		return text_of_contacts(x, f, v, out);
	if (!has_type(f, v) && !mends(x))
		return wrong_scalar(x, f);
	if (!has_type(f, v) && field_kinds[f].type == TYPE_TEXT && f != FIELD_KEY && !is_empty(v)) {
		text_of_words(x, f, v, out);
		return true;
	}
	if (!scalar_text(x, v, out))
		return wrong_scalar(x, f);
	if (!has_type(f, v) && field_kinds[f].type != TYPE_BOOL)
		command_warn(x->c, x->a, WARNING_FORM, f, NULL, NULL);
	return true;
}

static bool fill_field(const struct filling *x, enum field f, const json_t *v)
{
	struct str text;
	if (command_has(x->c, f)) {
		const char *name = field_full_name(x->a, f);
		return refuse(x->why, x->a, ERROR_PARAMS, name, "参数 %s 已在路径或请求头中给出",
		    "parameter %s was given already by the path or a header", name);
	}
	if (!text_of(x, f, v, &text))
		return command_leave_out(x->c, x->a, f, NULL, x->why);
	return command_parse_field(x->c, x->a, f, text, x->why);
}

/* Two letters of a long name may be wrong (receivedAt), one of a short one, and any be capitals. */
static bool meant_by(const char *name, const char *other)
{
	size_t n = strlen(other);
	unsigned most = n >= 8 ? 2 : n >= 4 ? 1 : 0;

	return strcasecmp(name, other) == 0 ||
	    (most && str_distance(str_of(name), str_of(other), most + 1) <= most);
}

/* The parameter that is meant, where it is given by no other name; FIELDS: none is. */
static enum field meant_field(const struct filling *x, const char *object, const char *name,
    const json_t *tree)
{
	EACH_FIELD(f, fields_but(x->allowed, x->c->present))
		if (text_eq(field_kinds[f].object, object) && meant_by(name, field_kinds[f].name) &&
		    !json_object_get(tree, field_kinds[f].name))
			return f;
	return FIELDS;
}

#define UNKNOWN_TOLD 5 /* unknown names; more of them are left out, too, but not told */

/* A name with other characters than a parameter's is not repeated: it may hold anything, a phone too. */
static void warn_of_name(const struct filling *x, enum field f, const char *full)
{
	const struct warnings *w = x->c->warnings;
	bool plain = strspn(full, NAME_CHARACTERS) == strlen(full);
	int told = 0;

	for (int i = 0; w && i < w->n; i++)
		told += w->v[i].code == WARNING_PARAMETER_UNKNOWN;
	if (f != FIELDS || told < UNKNOWN_TOLD)
		command_warn(x->c, x->a, f == FIELDS ? WARNING_PARAMETER_UNKNOWN : WARNING_PARAMETER_MENDED,
		    f, plain ? full : "…", NULL);
}

/* A report is not refused because its sender has one member more, or a letter wrong in a name. */
static bool fill_unknown(const struct filling *x, const char *object, const char *name, const json_t *v,
    const json_t *tree)
{
	enum field f = meant_field(x, object, name, tree);
	const char *full = object ? arena_printf(x->a, "%s.%s", object, name) : name;

	warn_of_name(x, f, full);
	return f == FIELDS || json_is_null(v) || fill_field(x, f, v);
}

/* Two numbers where a place belongs, as maps write it: [117.42, 25.29]. Which is which is looked at with the others (settle_place). */
static bool is_pair(const struct filling *x, enum field first, const json_t *v)
{
	return mends(x) && field_kinds[first].type == TYPE_DEGREES && json_array_size(v) == 2 &&
	    json_is_number(json_array_get(v, 0)) && json_is_number(json_array_get(v, 1));
}

static bool fill_pair(const struct filling *x, enum field first, const json_t *v)
{
	enum field second = field_from(fields_but(x->allowed, x->c->present), first + 1);

	command_warn(x->c, x->a, WARNING_FORM, first, NULL, NULL);
	return fill_field(x, first, json_array_get(v, 0)) && fill_field(x, second, json_array_get(v, 1));
}

/* Something else where an object belongs: what it says is the first text that the object may hold, as in "reporter": "张三"; a number
 * is the phone. What the object has no text for is left out or refused by the name of the object. */
static bool fill_instead(const struct filling *x, const char *object, const json_t *v)
{
	enum field first = first_inside(x, object), phone = find_field(x, object, "phone");
	assert(first < FIELDS && "an object that the command takes has a field");
	if (is_pair(x, first, v))
		return fill_pair(x, first, v);
	if (mends(x) && field_kinds[first].type == TYPE_TEXT && !is_empty(v)) {
		enum field said = json_is_number(v) && phone < FIELDS ? phone : first;

		command_warn(x->c, x->a, WARNING_FORM, said, NULL, NULL);
		return fill_field(x, said, v);
	}
	refuse(x->why, x->a, ERROR_PARAMS, arena_text(x->a, object), "参数 %s 应为对象",
	    "parameter %s must be an object", object);
	return command_leave_out(x->c, x->a, first, NULL, x->why);
}

static bool fill(const struct filling *x, const char *object, json_t *tree)
{
	const char *name;
	json_t *v;
	json_object_foreach(tree, name, v) {
		enum field f = find_field(x, object, name);
		if (f == FIELDS && !object && takes_object(x, name)) {
			if (json_is_null(v))
				continue;
			if (!(json_is_object(v) ? fill(x, name, v) : fill_instead(x, name, v)))
				return false;
			continue;
		}
		if (f == FIELDS) {
			if (x->c->kind != COMMAND_INCIDENT_REPORT)
				return unknown(x, object, name);
			if (!fill_unknown(x, object, name, v, tree))
				return false;
			continue;
		}
		if (!json_is_null(v) && !fill_field(x, f, v))
			return false;
	}
	return true;
}

/* The tree is freed next, and its strings as they are. */
static void wipe_secrets(const struct command *c, const json_t *params)
{
	struct field_set there = fields_common(c->present, SECRET_FIELDS);

	EACH_FIELD(f, there) {
		const json_t *v = json_object_get(params, field_kinds[f].name);

		if (json_is_string(v))
			explicit_bzero((char *)(uintptr_t)json_string_value(v), json_string_length(v));
	}
}

static bool fill_command(json_t *params, struct arena *a, struct command *c, struct refusal *why)
{
	struct filling x = {.c = c, .a = a, .why = why, .allowed = command_fields(c->kind)};
	bool good = (!params || fill(&x, NULL, params)) && command_complete(c, a, why);
	wipe_secrets(c, params);
	return good;
}

static void say_charset(struct command *c, struct arena *a, const struct sent *sent)
{
	if (sent->gbk && command_mends(c->kind))
		command_warn(c, a, WARNING_CHARSET, FIELDS, NULL, NULL);
}

bool request_body(struct str body, struct arena *a, struct command *c, struct refusal *why)
{
	if (body.n == 0)
		return fill_command(NULL, a, c, why);
	struct sent sent = as_sent(body, a);
	tree_begin();
	json_t *tree = parse(&sent, a, why);
	if (!tree) {
		tree_end(NULL);
		return false;
	}
	say_charset(c, a, &sent);
	bool good = json_is_object(tree) ? fill_command(tree, a, c, why)
					 : refuse(why, a, ERROR_INVALID, NULL, "请求体应为一个 JSON 对象",
					       "the body must be one JSON object");
	tree_end(tree);
	return good;
}

/* -- JSON-RPC ------------------------------------------------------------------------------- */

/* The id as JSON, for the reply; false where it is missing, null or not a string or whole number. A
 * number that was too large came through as a text, and goes back as it was written in the line. */
static bool read_id(const json_t *id, struct str line, struct arena *a, struct str *out)
{
	struct str raw = json_is_string(id) ? repair_id(line) : (struct str){0};
	if (json_is_string(id) && (raw.n == 0 || raw.n > ID_MAX))
		return false;
	if (raw.n > 0 && *raw.p != '"') {
		*out = (struct str){arena_str(a, raw), raw.n};
		return true;
	}
	return (json_is_integer(id) || json_string_length(id) > 0) && as_written(id, a, out);
}

/* Of a line that is no JSON: its id, where that much can be read. */
bool request_id(struct str line, struct arena *a, struct str *out)
{
	struct str raw = repair_id(line), text;
	struct refusal why;
	if (raw.n == 0 || !request_scan(raw, a, &text, &why))
		return false;
	json_t *id = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
	bool good = read_id(id, line, a, out);
	json_decref(id);
	return good;
}

static bool known_members(json_t *tree, struct arena *a, struct refusal *why)
{
	static const char *const members[] = {"jsonrpc", "id", "method", "params"};
	const char *name;
	json_t *v;
	json_object_foreach(tree, name, v) {
		if (name_index(members, 4, name) < 0)
			return refuse(why, a, ERROR_INVALID, arena_quote(a, name), "请求没有成员 %s",
			    "a request has no member %s", arena_quote(a, name));
	}
	return true;
}

static bool read_request(json_t *tree, const struct sent *sent, struct arena *a, struct rpc_request *out)
{
	struct refusal *why = &out->why;
	if (json_is_array(tree))
		return refuse(why, a, ERROR_INVALID, NULL, "不接受批量请求", "batches are not taken");
	if (!json_is_object(tree))
		return refuse(why, a, ERROR_INVALID, NULL, "请求应为一个 JSON 对象",
		    "a request must be one JSON object");
	out->answer = read_id(json_object_get(tree, "id"), sent->text, a, &out->id);
	if (!out->answer)
		return refuse(why, a, ERROR_INVALID, "id", "id 应为非空字符串或整数",
		    "id must be a string that is not empty, or a whole number");
	const char *version = json_string_value(json_object_get(tree, "jsonrpc"));
	if (!text_eq(version, "2.0"))
		return refuse(why, a, ERROR_INVALID, "jsonrpc", "jsonrpc 应为 \"2.0\"",
		    "jsonrpc must be \"2.0\"");
	const json_t *method = json_object_get(tree, "method");
	if (!json_is_string(method))
		return refuse(why, a, ERROR_INVALID, "method", "method 应为命令名",
		    "method must name a command");
	if (!known_members(tree, a, why))
		return false;
	out->command.kind = command_find(str_of(json_string_value(method)));
	if (out->command.kind == COMMANDS || command_kinds[out->command.kind].internal) {
		out->command.kind = COMMANDS;
		return refuse(why, a, ERROR_METHOD, "method", "没有命令 %s", "there is no command %s",
		    arena_quote(a, json_string_value(method)));
	}
	json_t *params = json_object_get(tree, "params");
	if (params && !json_is_object(params) && !json_is_null(params))
		return refuse(why, a, ERROR_PARAMS, "params", "params 应为对象", "params must be an object");
	say_charset(&out->command, a, sent);
	return fill_command(json_is_null(params) ? NULL : params, a, &out->command, why);
}

void request_parse(struct str line, struct arena *a, struct rpc_request *out)
{
	struct sent sent = as_sent(line, a);
	*out = (struct rpc_request){.command.kind = COMMANDS};
	tree_begin();
	json_t *tree = parse(&sent, a, &out->why);
	if (tree)
		read_request(tree, &sent, a, out);
	else
		out->answer = request_id(sent.text, a, &out->id);
	tree_end(tree);
}
