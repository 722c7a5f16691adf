/*
 * json_member.c - members of objects that json.c wrote: compact, without blanks, keys without escapes.
 * Place: base. Nothing here trusts that the text is whole: what is cut off has no members.
 */
#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"

#include <stdlib.h>

/* How long the string is that s begins with, its quotes included; 0: it is none. */
static size_t string_length(struct str s)
{
	for (size_t i = 1; s.n > 0 && s.p[0] == '"' && i < s.n; i++) {
		if (s.p[i] == '"')
			return i + 1;
		i += s.p[i] == '\\';
	}
	return 0;
}

/* The same of any value; 0: it is not whole. */
static size_t value_length(struct str s)
{
	int depth = 0;

	if (s.n > 0 && s.p[0] == '"')
		return string_length(s);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '"') {
			size_t n = string_length((struct str){s.p + i, s.n - i});
			if (n == 0)
				return 0;
			i += n - 1;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (depth > 0 && (c == '}' || c == ']')) {
			if (--depth == 0)
				return i + 1;
		} else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
			return i;
		}
	}
	return depth == 0 ? s.n : 0;
}

static struct str behind(struct str s, size_t n)
{
	return n < s.n ? (struct str){s.p + n, s.n - n} : (struct str){s.p + s.n, 0};
}

struct str json_member(struct str object, const char *key)
{
	struct str s = behind(object, 1); /* the brace */

	while (s.n > 0 && s.p[0] == '"') {
		size_t name = string_length(s), value;
		struct str at = behind(s, name + 1); /* and the colon */
		if (name == 0 || (value = value_length(at)) == 0)
			break;
		if (str_is((struct str){s.p + 1, name - 2}, key))
			return (struct str){at.p, value};
		s = behind(at, value + 1); /* and the comma */
	}
	return (struct str){0};
}

static uint32_t hex4(const char *p)
{
	char text[5] = {p[0], p[1], p[2], p[3], '\0'};

	return (uint32_t)strtoul(text, NULL, 16);
}

/* The character that a backslash and what follows mean; *i stands on the backslash, and then on the last. */
static void unescape(struct buf *out, struct str s, size_t *i)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char c = s.p[++*i];
	const char *at = strchr(from, c);

	if (c == 'u' && *i + 4 < s.n) {
		char utf8[4];
		buf_add(out, utf8, utf8_put(utf8, hex4(s.p + *i + 1)));
		*i += 4;
	} else {
		buf_char(out, at && c ? to[at - from] : c);
	}
}

const char *json_member_text(struct arena *a, struct str object, const char *key)
{
	struct str v = json_member(object, key);
	struct buf b = {0};
	const char *text;

	if (v.n < 2 || v.p[0] != '"')
		return NULL;
	v = (struct str){v.p + 1, v.n - 2};
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '\\' && i + 1 < v.n)
			unescape(&b, v, &i);
		else
			buf_char(&b, v.p[i]);
	text = arena_str(a, buf_view(&b));
	buf_free(&b);
	return text;
}

int64_t json_member_int(struct str object, const char *key)
{
	struct str v = json_member(object, key);
	bool minus = v.n > 0 && v.p[0] == '-';
	uint64_t n = 0;

	if (!str_uint(minus ? behind(v, 1) : v, &n) || n > INT64_MAX)
		return 0;
	return minus ? -(int64_t)n : (int64_t)n;
}

int64_t json_member_time(struct str object, const char *key)
{
	struct str v = json_member(object, key);
	int64_t ms;

	return v.n > 2 && time_parse((struct str){v.p + 1, v.n - 2}, &ms) ? ms : 0;
}

struct str json_item(struct str *list)
{
	struct str s = list->n > 0 && list->p[0] == '[' ? behind(*list, 1) : *list;
	size_t n = s.n > 0 && s.p[0] != ']' ? value_length(s) : 0;

	*list = behind(s, n + 1); /* and the comma or bracket */
	return (struct str){s.p, n};
}
