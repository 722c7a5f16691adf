/*
 * shape.c - reading mappings by their tables, and the kinds of scalars.
 *
 * A scalar's type is what the key wants, never what it looks like. But people and other tools do
 * guess, so a plain scalar that YAML 1.1 or 1.2 takes for something else than text (no, 0644,
 * 22:30, 1.5) is refused where a text is meant: quoted, it is the same for everyone.
 */
#include "mechanism/shape.h"
#include "base/buf.h"
#include "base/time.h"
#include "base/utf8.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX_CHARS 2000
#define CODE_MAX 64

/* -- what a plain scalar would be taken for --------------------------------------------------- */

enum guess { GUESS_TEXT, GUESS_NULL, GUESS_BOOL, GUESS_INT, GUESS_NUMBER };

static bool among(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

static size_t skip(const char *s, const char *set)
{
	return strspn(s, set);
}

/* 22:30 and 1:20:30: numbers to the base 60 in YAML 1.1. */
static bool sexagesimal(const char *s)
{
	size_t n = skip(s, "0123456789_");
	bool colon = false;

	if (n == 0)
		return false;
	for (s += n; *s == ':'; s += n) {
		n = 1 + skip(s + 1, "0123456789");
		if (n < 2 || n > 3)
			return false;
		colon = true;
	}
	return colon && (*s == '\0' || (*s == '.' && skip(s + 1, "0123456789_") == strlen(s + 1)));
}

static bool decimal(const char *s)
{
	size_t whole = skip(s, "0123456789_"), part = 0;

	s += whole;
	if (*s == '.') {
		part = skip(s + 1, "0123456789_");
		s += 1 + part;
	}
	if (whole + part == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		s += 1 + (s[1] == '+' || s[1] == '-');
		if (!isdigit((unsigned char)*s))
			return false;
		s += skip(s, "0123456789");
	}
	return *s == '\0';
}

static bool based(const char *s)
{
	if (s[0] != '0')
		return false;
	const char *digits = s[1] == 'x' ? "0123456789abcdefABCDEF_"
	    : s[1] == 'o'                ? "01234567_"
	    : s[1] == 'b'                ? "01_"
					 : NULL;
	return digits && s[2] && skip(s + 2, digits) == strlen(s + 2);
}

static enum guess guess_of(const struct node *v)
{
	static const char *const nulls[] = {"", "~", "null", NULL};
	static const char *const bools[] = {"true", "false", "yes", "no", "on", "off", "y", "n", NULL};
	static const char *const odd[] = {".inf", "-.inf", "+.inf", ".nan", NULL};
	const char *s = v->text;
	uint64_t whole;

	if (!v->plain)
		return GUESS_TEXT;
	if (among(s, nulls))
		return GUESS_NULL;
	if (among(s, bools))
		return GUESS_BOOL;
	if (str_uint(str_of(s), &whole))
		return GUESS_INT;
	s += *s == '-' || *s == '+';
	return among(v->text, odd) || sexagesimal(s) || decimal(s) || based(s) ? GUESS_NUMBER : GUESS_TEXT;
}

/* -- saying what was expected ----------------------------------------------------------------- */

static const char *kind_zh(const struct node *v)
{
	return v->kind == NODE_MAP ? "一个映射" : v->kind == NODE_LIST ? "一个列表" : "";
}

static const char *kind_en(const struct node *v)
{
	return v->kind == NODE_MAP ? "a mapping" : v->kind == NODE_LIST ? "a list" : "";
}

/* The value as the file has it, quoted for a sentence. */
static const char *shown(const struct reading *r, const struct node *v)
{
	return arena_quote(r->problems->arena, v->text);
}

/* A scalar where something else should be: a full-width sign in the place of YAML's own is the usual
 * cause. */
static const char *hint(const struct node *v, bool english)
{
	static const char *const brackets[] = {"【", "［", "「", "〔", "『", "〖", "（", "｛"};

	if (v->kind != NODE_SCALAR || !v->plain)
		return "";
	for (size_t i = 0; i < sizeof(brackets) / sizeof(brackets[0]); i++)
		if (str_starts(str_of(v->text), str_of(brackets[i])))
			return english ? " (full-width brackets? use [ and ])"
				       : "(用了全角括号?列表应写成半角的 [甲, 乙])";
	if (strstr(v->text, "\xEF\xBC\x9A"))
		return english ? " (a full-width colon? use \": \")"
			       : "(用了全角冒号?应为半角冒号加空格 “: ”)";
	if (strchr(v->text, ':'))
		return english ? " (a space is missing after the colon?)" : "(冒号后面少了空格?)";
	return "";
}

void shape_wrong(struct reading *r, const struct node *v, const char *zh, const char *en)
{
	if (v->bad)
		return;
	if (v->kind != NODE_SCALAR)
		yaml_error(r->problems, v, "应为%2$s,这里是%1$s", "found %1$s, expected %2$s",
		    r->problems->english ? kind_en(v) : kind_zh(v), r->problems->english ? en : zh);
	else if (v->plain && guess_of(v) == GUESS_NULL)
		yaml_error(r->problems, v, "值是空的,应为%s;用不到就删除这个键",
		    "no value, expected %s; delete the key where it is not needed",
		    r->problems->english ? en : zh);
	else
		yaml_error(r->problems, v, "“%1$s” 不对,应为%2$s%3$s", "\"%1$s\" is not %2$s%3$s",
		    shown(r, v), r->problems->english ? en : zh, hint(v, r->problems->english));
}

const char *shape_nearest(const char *text, const char *const *names, int n)
{
	struct str s = str_of(text);
	unsigned best = (unsigned)(s.n < 4 ? 1 : s.n < 8 ? 2 : 3) + 1;
	const char *nearest = NULL;

	for (int i = 0; i < n; i++) {
		unsigned d = str_distance(s, str_of(names[i]), best);
		if (d < best) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}

static const char *joined(struct reading *r, const char *const *names, int n)
{
	struct buf b = {0};

	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : r->problems->english ? ", " : "、", names[i]);
	const char *text = arena_str(r->problems->arena, buf_view(&b));
	buf_free(&b);
	return text;
}

/* -- scalars ---------------------------------------------------------------------------------- */

static bool is_scalar(struct reading *r, const struct node *v, const char *zh, const char *en)
{
	if (!v->bad && (v->kind != NODE_SCALAR || guess_of(v) == GUESS_NULL))
		shape_wrong(r, v, zh, en);
	return !v->bad && v->kind == NODE_SCALAR && guess_of(v) != GUESS_NULL;
}

static bool unquoted(struct reading *r, const struct node *v)
{
	problems_mend(r->problems,
	    yaml_problem(r->problems, PROBLEM_QUOTE, v,
		"“%1$s” 要加引号写成 \"%1$s\",否则 YAML 会把它当成数字或真假值",
		"write \"%1$s\" in quotes, YAML takes %1$s for a number or a truth value", shown(r, v)),
	    v->length, arena_printf(r->problems->arena, "\"%s\"", v->text));
	return false;
}

bool shape_get_text(struct reading *r, const struct node *v, const char **out)
{
	if (!is_scalar(r, v, "文字", "a text"))
		return false;
	if (guess_of(v) != GUESS_TEXT)
		return unquoted(r, v);
	if (v->text[strspn(v->text, " \t\r\n")] == '\0') {
		yaml_error(r->problems, v, "文字是空的,应写内容;用不到就删除这个键",
		    "an empty text; write something, or delete the key");
		return false;
	}
	if (utf8_count(str_of(v->text)) > TEXT_MAX_CHARS) {
		yaml_error(r->problems, v, "文字太长,最多 %d 个字",
		    "the text is too long, at most %d characters", TEXT_MAX_CHARS);
		return false;
	}
	*out = arena_text(r->arena, v->text);
	return true;
}

/* A name that was written in the place of a code: letters of people's own script. */
static bool is_name(const struct node *v)
{
	struct str rest = str_of(v->text);
	bool han = false;

	while (rest.n > 0) {
		uint32_t c = utf8_next(&rest);
		han = han || (c >= 0x4E00 && c <= 0x9FFF);
		if (c != '-' && !(c < 0x80 && isalnum((int)c)) && !(c >= 0x4E00 && c <= 0x9FFF))
			return false;
	}
	return han;
}

bool shape_get_ref(struct reading *r, const struct node *v, const char **out)
{
	if (v->kind != NODE_SCALAR || v->bad || !is_name(v))
		return shape_get_code(r, v, out);
	*out = arena_text(r->arena, v->text);
	return true;
}

bool shape_get_code(struct reading *r, const struct node *v, const char **out)
{
	if (!is_scalar(r, v, "编码", "a code"))
		return false;
	enum guess guess = guess_of(v);
	if (guess != GUESS_TEXT && guess != GUESS_INT)
		return unquoted(r, v);
	size_t n = strlen(v->text);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)v->text[i];
		if (!isalnum(c) && c != '-' && c != '_' && !(c == '*' && i == n - 1)) {
			shape_wrong(r, v, "由字母、数字、“-” 组成的编码(有全角标点?)",
			    "a code of letters, digits and \"-\" (full-width punctuation?)");
			return false;
		}
	}
	if (n == 0 || n > CODE_MAX) {
		shape_wrong(r, v, "1 至 64 个字符的编码", "a code of 1 to 64 characters");
		return false;
	}
	*out = arena_text(r->arena, v->text);
	return true;
}

bool shape_get_word(struct reading *r, const struct node *v, const char *const *names, int n, int *out)
{
	const char *list = joined(r, names, n), *zh, *en, *nearest;

	zh = arena_printf(r->problems->arena, "其中之一:%s", list);
	en = arena_printf(r->problems->arena, "one of: %s", list);
	if (!is_scalar(r, v, zh, en))
		return false;
	int i = name_index(names, n, v->text);
	if (i >= 0) {
		*out = i;
		return true;
	}
	nearest = shape_nearest(v->text, names, n);
	if (nearest)
		yaml_error(r->problems, v, "“%1$s” 不对,是不是 “%2$s”?应为%3$s",
		    "\"%1$s\" is not %3$s; did you mean \"%2$s\"?", shown(r, v), nearest,
		    r->problems->english ? en : zh);
	else
		shape_wrong(r, v, zh, en);
	return false;
}

void shape_text(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_get_text(r, v, SHAPE_AT(const char *, base, k->offset));
}

void shape_code(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *code;

	if (!shape_get_code(r, v, &code))
		return;
	if (strchr(code, '*'))
		shape_wrong(r, v, "完整的编码(不能有 *)", "a whole code (without *)");
	else
		*SHAPE_AT(const char *, base, k->offset) = code;
}

void shape_id(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	/* words that stand for something in lead, inform, or in what a route gives as its reason */
	static const char *const reserved[] = {
	    "none", "township", "category", "desk", "otherwise", "system", "non-urgent"};
	const char *id;

	if (!shape_get_code(r, v, &id))
		return;
	if (!islower((unsigned char)id[0]) || id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		shape_wrong(r, v, "小写字母开头、由小写字母、数字、“-” 组成的标识",
		    "a name of a-z, 0-9 and \"-\" that begins with a letter");
	else if (name_index(reserved, (int)(sizeof(reserved) / sizeof(reserved[0])), id) >= 0)
		yaml_error(r->problems, v, "“%s” 是保留字,请换一个标识",
		    "\"%s\" is reserved, choose another name", id);
	else
		*SHAPE_AT(const char *, base, k->offset) = id;
}

void shape_bool(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (v->kind == NODE_SCALAR && v->plain && strcmp(v->text, "true") == 0)
		*SHAPE_AT(bool, base, k->offset) = true;
	else if (v->kind == NODE_SCALAR && v->plain && strcmp(v->text, "false") == 0)
		*SHAPE_AT(bool, base, k->offset) = false;
	else
		shape_wrong(r, v, " true 或 false(不加引号)", "true or false (without quotes)");
}

void shape_bool_not(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	bool *kept = SHAPE_AT(bool, base, k->offset);

	*kept = !*kept;
	shape_bool(r, v, base, k);
	*kept = !*kept;
}

static void out_of_bounds(struct reading *r, const struct node *v, const char *least, const char *most)
{
	if (*most)
		yaml_problem(r->problems, PROBLEM_RANGE, v, "“%s” 超出范围,应在 %s 与 %s 之间",
		    "\"%s\" is out of range, expected %s to %s", v->text, least, most);
	else
		yaml_problem(r->problems, PROBLEM_RANGE, v, "“%s” 超出范围,应不小于 %s",
		    "\"%s\" is out of range, expected at least %s", v->text, least);
}

void shape_int64(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	char least[32], most[32] = "";
	uint64_t n;

	if (!is_scalar(r, v, "整数", "a whole number"))
		return;
	if (!v->plain || !str_uint(str_of(v->text), &n) || n > INT64_MAX) {
		shape_wrong(r, v, "十进制整数(不加引号,没有多余的 0)",
		    "a whole decimal number (no quotes, no leading zeros)");
		return;
	}
	if ((int64_t)n >= k->least && (k->most == 0 || (int64_t)n <= k->most)) {
		*SHAPE_AT(int64_t, base, k->offset) = (int64_t)n;
		return;
	}
	snprintf(least, sizeof(least), "%lld", (long long)k->least);
	if (k->most)
		snprintf(most, sizeof(most), "%lld", (long long)k->most);
	out_of_bounds(r, v, least, most);
}

void shape_int(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int64_t n = -1;
	struct key as = *k;

	as.offset = 0;
	as.most = k->most ? k->most : INT32_MAX;
	shape_int64(r, v, &n, &as);
	if (n >= 0)
		*SHAPE_AT(int, base, k->offset) = (int)n;
}

void shape_duration(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int64_t ms, least = k->least ? k->least : SECOND_MS;
	char least_text[TIME_TEXT_MAX], most_text[TIME_TEXT_MAX] = "";

	if (!is_scalar(r, v, "时长,如 30s、5m、1h30m、3d", "a duration such as 30s, 5m, 1h30m, 3d"))
		return;
	if (!duration_parse(str_of(v->text), &ms)) {
		shape_wrong(r, v, "时长(数字加单位 s、m、h、d),如 30s、5m、1h30m、3d",
		    "a duration (numbers with s, m, h, d) such as 30s, 5m, 1h30m, 3d");
	} else if (ms < least || (k->most && ms > k->most)) {
		duration_text(least, least_text);
		if (k->most)
			duration_text(k->most, most_text);
		out_of_bounds(r, v, least_text, most_text);
	} else {
		*SHAPE_AT(int64_t, base, k->offset) = ms;
	}
}

static bool size_parse(const char *text, int64_t *out)
{
	static const char *const units[] = {"", "KiB", "MiB", "GiB"};
	size_t digits = strspn(text, "0123456789");
	uint64_t n;
	int unit = name_index(units, 4, text + digits);

	if (unit < 0 || !str_uint((struct str){text, digits}, &n) || n > (uint64_t)INT64_MAX >> (10 * unit))
		return false;
	*out = (int64_t)(n << (10 * unit));
	return true;
}

static void size_text(int64_t bytes, char *out, size_t n)
{
	static const char *const units[] = {"", "KiB", "MiB", "GiB"};
	int unit = 0;

	while (unit < 3 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(out, n, "%lld%s", (long long)bytes, units[unit]);
}

void shape_size(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int64_t bytes;
	char least[32], most[32] = "";

	if (!is_scalar(r, v, "大小,如 64KiB、512MiB", "a size such as 64KiB, 512MiB"))
		return;
	if (!size_parse(v->text, &bytes)) {
		shape_wrong(r, v, "大小(整数加单位 KiB、MiB、GiB),如 64KiB、512MiB",
		    "a size (a number with KiB, MiB, GiB) such as 64KiB, 512MiB");
	} else if (bytes < k->least || (k->most && bytes > k->most)) {
		size_text(k->least, least, sizeof(least));
		if (k->most)
			size_text(k->most, most, sizeof(most));
		out_of_bounds(r, v, least, most);
	} else {
		*SHAPE_AT(int64_t, base, k->offset) = bytes;
	}
}

void shape_word(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	/* names may leave out a first word that stands for "none": the enum keeps its place */
	if (shape_get_word(r, v, k->names, k->n_names, &i))
		*SHAPE_AT(int, base, k->offset) = i + (int)k->least;
}

/* "HH:MM", 24:00 where it ends a span. */
static bool minute_parse(const char *s, bool end, int *out)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : !isdigit((unsigned char)s[i]))
			return false;
	int hour = (s[0] - '0') * 10 + s[1] - '0', minute = (s[3] - '0') * 10 + s[4] - '0';
	*out = hour * 60 + minute;
	return minute < 60 && (hour < 24 || (end && *out == 1440));
}

bool shape_is_minute(const char *text, int *out)
{
	return strlen(text) == 5 && minute_parse(text, false, out);
}

bool shape_get_minute(struct reading *r, const struct node *v, int *out)
{
	if (v->kind == NODE_SCALAR && shape_is_minute(v->text, out))
		return true;
	shape_wrong(r, v, "一天里的时刻,如 \"02:30\"", "a time of day such as \"02:30\"");
	return false;
}

bool shape_get_span(struct reading *r, const struct node *v, bool wraps, struct span *out)
{
	static const char zh[] = "时段 \"HH:MM-HH:MM\",如 \"08:00-12:00\"";
	static const char en[] = "a span \"HH:MM-HH:MM\" such as \"08:00-12:00\"";
	struct span span;

	if (!is_scalar(r, v, zh, en))
		return false;
	if (strlen(v->text) != 11 || v->text[5] != '-' || !minute_parse(v->text, false, &span.from) ||
	    !minute_parse(v->text + 6, true, &span.to)) {
		shape_wrong(r, v, zh, en);
		return false;
	}
	if (span.from == span.to || (!wraps && span.from > span.to)) {
		yaml_error(r->problems, v, "时段 “%s” 的结束应晚于开始",
		    "the span \"%s\" should end after it begins", v->text);
		return false;
	}
	*out = span;
	return true;
}

void shape_span(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_get_span(r, v, false, SHAPE_AT(struct span, base, k->offset));
}

void shape_night(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_get_span(r, v, true, SHAPE_AT(struct span, base, k->offset));
}

/* -- mappings --------------------------------------------------------------------------------- */

static const struct key *find_key(const struct shape *shape, const char *name)
{
	for (int i = 0; i < shape->n_keys; i++)
		if (strcmp(shape->keys[i].name, name) == 0)
			return &shape->keys[i];
	return NULL;
}

static void unknown_key(struct reading *r, const struct node *k, const struct shape *shape)
{
	const char **names = arena_new_array(r->problems->arena, const char *, (size_t)shape->n_keys + 1);

	int n = 0;

	for (int i = 0; i < shape->n_keys; i++)
		if (!shape->keys[i].now)
			names[n++] = shape->keys[i].name;
	const char *nearest = shape_nearest(k->text, names, n);
	const char *list = joined(r, names, n);
	if (nearest)
		yaml_problem(r->problems, PROBLEM_KEY_UNKNOWN, k, "不认识的键 “%s”,是不是 “%s”?可用的键:%s",
		    "unknown key \"%s\", did you mean \"%s\"? known keys: %s", shown(r, k), nearest, list);
	else
		yaml_problem(r->problems, PROBLEM_KEY_UNKNOWN, k, "不认识的键 “%s”%s;可用的键:%s",
		    "unknown key \"%s\"%s; known keys: %s", shown(r, k), hint(k, r->problems->english), list);
}

void shape_old_word(struct reading *r, const struct node *at, const char *now)
{
	problems_mend(r->problems,
	    yaml_problem(r->problems, PROBLEM_OLD_WORD, at, "“%1$s” 是旧写法,请改为 “%2$s”",
		"\"%1$s\" is an old word, write \"%2$s\"", shown(r, at), now),
	    at->length, at->plain ? now : NULL);
}

const struct node *shape_value(const struct node *map, const struct shape *shape, const char *name)
{
	const struct node *value = yaml_get(map, name);

	for (int i = 0; i < shape->n_keys && !value; i++)
		if (text_eq(shape->keys[i].now, name))
			value = yaml_get(map, shape->keys[i].name);
	return value;
}

/* An old word and the new one side by side would be two truths. */
static void read_key(struct reading *r, const struct node *map, const struct node *k, const struct key *key,
    void *base)
{
	if (key->now && yaml_get(map, key->now)) {
		yaml_problem(r->problems, PROBLEM_KEY_TWICE, k, "“%s” 是 “%s” 的旧写法,两个只能写一个",
		    "\"%s\" is the old word for \"%s\": only one of them can stand here", k->text, key->now);
		return;
	}
	if (key->now)
		shape_old_word(r, k, key->now);
	key->read(r, k->value, base, key);
}

bool shape_read(struct reading *r, const struct node *map, const struct shape *shape, void *base)
{
	if (map->kind != NODE_MAP) {
		shape_wrong(r, map, "一个映射(键: 值)", "a mapping (key: value)");
		return false;
	}
	if (shape->initial)
		memcpy(base, shape->initial, shape->size);
	for (const struct node *k = map->child; k; k = k->next) {
		const struct key *key = k->bad ? NULL : find_key(shape, k->text);
		if (key)
			read_key(r, map, k, key, base);
		else if (!k->bad)
			unknown_key(r, k, shape);
	}
	for (int i = 0; i < shape->n_keys; i++)
		if (shape->keys[i].required && !shape_value(map, shape, shape->keys[i].name))
			yaml_problem(r->problems, PROBLEM_KEY_MISSING, map, "缺少必需的键 “%s”",
			    "the key \"%s\" is missing", shape->keys[i].name);
	if (shape->done)
		shape->done(r, map, base);
	return true;
}

void shape_map(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_read(r, v, k->shape, (char *)base + k->offset);
}

/* 【甲，乙】 in the place of a list. False where it is something else. */
static bool wide_brackets(struct reading *r, const struct node *v)
{
	struct arena *a = r->problems->arena;
	const char *mended =
	    v->kind == NODE_SCALAR && v->plain && !v->bad ? words_in_brackets(a, v->text) : NULL;

	if (!mended)
		return false;
	problems_mend(r->problems,
	    yaml_problem(r->problems, PROBLEM_PUNCTUATION, v, "列表用了全角括号,应写成 %s",
		"a list in full-width brackets: write %s", arena_quote(a, mended)),
	    v->length, mended);
	return true;
}

bool shape_get_list(struct reading *r, const struct node *v, bool single, const struct node **first, int *n)
{
	if (v->kind == NODE_LIST) {
		*first = v->child;
		*n = v->n;
		return true;
	}
	if (single && v->kind == NODE_SCALAR && !v->bad && guess_of(v) != GUESS_NULL) {
		*first = v;
		*n = 1;
		return true;
	}
	if (!wide_brackets(r, v))
		shape_wrong(r, v, "一个列表([甲, 乙] 或每行一个 “- ”)",
		    "a list ([a, b] or one \"- \" a line)");
	return false;
}

/* The codes of a list's members, to find those that occur twice. */
struct named {
	const char **name;
	const struct node *node;
	int at;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int d = strcmp(*x->name, *y->name);

	return d ? d : x->at - y->at;
}

/* A name that occurs twice is reported, and a member without a name is given an impossible one, so that
 * reading can go on and find the other errors. */
static void check_unique(struct reading *r, const struct node *list, char *array, const struct key *k)
{
	size_t offset = find_key(k->shape, k->unique)->offset;
	struct named *all = arena_new_array(r->problems->arena, struct named, (size_t)list->n + 1);
	const struct node *item = list->child;

	for (int i = 0; i < list->n; i++, item = item->next) {
		const struct node *name = yaml_get(item, k->unique);
		all[i] = (struct named){SHAPE_AT(const char *, array + (size_t)i * k->shape->size, offset),
		    name ? name : item, i};
		if (!*all[i].name)
			*all[i].name = arena_printf(r->arena, "?%d", i);
	}
	qsort(all, (size_t)list->n, sizeof(*all), by_name);
	for (int i = 1, first = 0; i < list->n; i++) {
		if (strcmp(*all[i].name, *all[first].name) != 0) {
			first = i;
			continue;
		}
		problems_related(r->problems,
		    yaml_problem(r->problems, PROBLEM_TWICE, all[i].node, "%s “%s” 重复,第 %d 行已有",
			"%s \"%s\" occurs twice, first in line %d", k->unique, *all[i].name,
			all[first].node->line),
		    yaml_place(all[first].node), "先写的在这里", "the first one");
		*all[i].name = arena_printf(r->arena, "?%d", all[i].at);
	}
}

void shape_maps(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct node *item;
	int n;

	if (!shape_get_list(r, v, false, &item, &n))
		return;
	char *array = arena_alloc_array(r->arena, (size_t)n + 1, k->shape->size);
	for (int i = 0; i < n; i++, item = item->next)
		shape_read(r, item, k->shape, array + (size_t)i * k->shape->size);
	if (k->unique)
		check_unique(r, v, array, k);
	*SHAPE_AT(void *, base, k->offset) = array;
	*SHAPE_AT(int, base, k->count) = n;
	if (k->required && n == 0)
		yaml_error(r->problems, v, "列表是空的,至少要有一项",
		    "the list is empty, expected at least one item");
}

/* Keywords and codes may stand once in a list; a second time is a slip of the hand. */
void shape_check_repeats(struct reading *r, const struct node *list)
{
	if (list->kind != NODE_LIST || list->n > 200)
		return;
	for (const struct node *a = list->child; a; a = a->next)
		for (const struct node *b = list->child; b != a; b = b->next)
			if (a->kind == NODE_SCALAR && b->kind == NODE_SCALAR && !a->bad && !b->bad &&
			    strcmp(a->text, b->text) == 0) {
				yaml_problem(r->problems, PROBLEM_TWICE, a, "“%s” 在列表里重复",
				    "\"%s\" occurs twice in the list", shown(r, a));
				break;
			}
}

/* -- references ------------------------------------------------------------------------------- */

struct pending_reference {
	struct pending_reference *next;
	const struct node *value;
	void *at;
	shape_resolve *resolve;
};

void shape_later(struct reading *r, const struct node *value, void *at, shape_resolve *resolve)
{
	struct pending_reference *one = arena_alloc(r->problems->arena, sizeof(*one));

	*one = (struct pending_reference){.value = value, .at = at, .resolve = resolve};
	if (!r->last)
		r->last = &r->first;
	*r->last = one;
	r->last = &one->next;
}

void shape_resolve_all(struct reading *r)
{
	for (struct pending_reference *one = r->first; one; one = one->next)
		one->resolve(r, one->value, one->at);
}

void shape_patterns(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct node *item;
	int n;

	if (!shape_get_list(r, v, true, &item, &n))
		return;
	const char **codes = arena_new_array(r->arena, const char *, (size_t)n + 1);
	for (int i = 0; i < n; i++, item = item->next)
		if (shape_get_ref(r, item, &codes[i]) && name_index(k->names, k->n_names, codes[i]) < 0)
			shape_later(r, item, NULL, shape_find_pattern);
	shape_check_repeats(r, v);
	*SHAPE_AT(const char **, base, k->offset) = codes;
	*SHAPE_AT(int, base, k->count) = n;
}

void shape_unit_ref(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *id;

	if (shape_get_ref(r, v, &id))
		shape_later(r, v, SHAPE_AT(const struct unit *, base, k->offset), shape_find_unit);
}

void shape_units(struct reading *r, const struct node *v, const struct unit ***out, int *n, bool *township)
{
	const struct node *item;
	const char *id;
	int most;

	if (!shape_get_list(r, v, false, &item, &most))
		return;
	*out = arena_new_array(r->arena, const struct unit *, (size_t)most + 1);
	*n = 0;
	shape_check_repeats(r, v);
	for (; item; item = item->next) {
		if (!shape_get_ref(r, item, &id))
			continue;
		if (township && strcmp(id, "township") == 0)
			*township = true;
		else
			shape_later(r, item, &(*out)[(*n)++], shape_find_unit);
	}
}

static bool names_unit(const struct node *v, const struct node *unit)
{
	const struct node *item = v && v->kind == NODE_LIST ? v->child : v;

	for (; item; item = item->next) {
		if (item->kind == NODE_SCALAR && !item->bad && strcmp(item->text, unit->text) == 0)
			return true;
		if (v->kind != NODE_LIST)
			break;
	}
	return false;
}

void shape_parts_once(struct reading *r, const struct node *map, void *base)
{
	static const char *const parts[] = {"lead", "assist", "inform"};

	(void)base;
	for (int later = 1; later < 3; later++) {
		const struct node *list = yaml_get(map, parts[later]);
		const struct node *item = list && list->kind == NODE_LIST ? list->child : NULL;
		for (; item; item = item->next)
			for (int i = 0; i < later; i++)
				if (item->kind == NODE_SCALAR && !item->bad &&
				    names_unit(yaml_get(map, parts[i]), item))
					yaml_problem(r->problems, PROBLEM_TWICE, item, "“%s” 已在 %s 里",
					    "\"%s\" stands in %s already", item->text, parts[i]);
	}
}
