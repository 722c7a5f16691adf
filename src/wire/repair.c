/*
 * repair.c - the bytes of a request before jansson sees them, and after it refused them. Pure.
 *
 * Two walks over the bytes. Repairing copies them and knows only strings and numbers; locating keeps
 * the names of the objects around a byte. Neither checks the grammar, which is jansson's.
 */
#include "wire/repair.h"
#include "base/arena.h"
#include "base/gbk.h"
#include "base/utf8.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define REPLACED "\\ufffd"
#define LEVELS 20 /* deeper than request.c lets through */
#define PATH_MAX_CHARS 64

/* -- the charset ------------------------------------------------------------------------------ */

bool repair_charset(struct str *text, struct arena *a)
{
	struct buf b = {0};
	if (!gbk_likely(*text))
		return false;
	gbk_to_utf8(*text, &b);
	*text = buf_into(&b, a);
	return true;
}

/* -- repairing ------------------------------------------------------------------------------ */

struct copying {
	struct str rest;
	struct buf *out;
};

static void copy(struct copying *x, size_t n)
{
	buf_add(x->out, x->rest.p, n);
	x->rest.p += n;
	x->rest.n -= n;
}

static void replace(struct copying *x, size_t n, const char *with)
{
	buf_text(x->out, with);
	x->rest.p += n;
	x->rest.n -= n;
}

/* The four digits of \uXXXX at s; -1 where they are not there. */
static int unit_at(struct str s)
{
	int v = 0;
	if (s.n < 6 || s.p[0] != '\\' || s.p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int c = tolower((unsigned char)s.p[i]);
		if (!isxdigit(c))
			return -1;
		v = v * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return v;
}

static void copy_escape(struct copying *x)
{
	int unit = unit_at(x->rest);
	int next = x->rest.n > 6 ? unit_at((struct str){x->rest.p + 6, x->rest.n - 6}) : -1;
	if (unit >= 0xD800 && unit <= 0xDBFF && next >= 0xDC00 && next <= 0xDFFF)
		copy(x, 12);
	else if (unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF))
		replace(x, 6, REPLACED);
	else
		copy(x, x->rest.n < 2 ? x->rest.n : unit >= 0 ? 6 : 2);
}

static void copy_control(struct copying *x)
{
	unsigned char c = (unsigned char)*x->rest.p;
	char escape[8];
	snprintf(escape, sizeof escape, "\\u%04x", c);
	replace(x, 1, c ? escape : REPLACED);
}

static void copy_character(struct copying *x)
{
	struct str s = x->rest;
	bool good = utf8_next(&s) != 0xFFFD || s.p - x->rest.p == 3; /* a U+FFFD that was written */
	size_t n = (size_t)(s.p - x->rest.p);
	if (good)
		copy(x, n);
	else
		replace(x, n, REPLACED);
}

static void copy_string(struct copying *x)
{
	copy(x, 1);
	while (x->rest.n > 0 && *x->rest.p != '"') {
		unsigned char c = (unsigned char)*x->rest.p;
		if (c == '\\')
			copy_escape(x);
		else if (c < 0x20)
			copy_control(x);
		else
			copy_character(x);
	}
	copy(x, x->rest.n > 0);
}

/* Does jansson take it: an integer of 64 bits, or a fraction that a double holds? */
static bool fits(struct str number)
{
	char text[400];
	if (number.n >= sizeof text)
		return false;
	memcpy(text, number.p, number.n);
	text[number.n] = '\0';
	if (strpbrk(text, ".eE"))
		return isfinite(strtod(text, NULL));
	errno = 0;
	(void)strtoll(text, NULL, 10);
	return errno == 0;
}

static void copy_number(struct copying *x)
{
	size_t n = 0;
	while (n < x->rest.n && strchr("+-.0123456789eE", x->rest.p[n]) && x->rest.p[n])
		n++;
	if (fits((struct str){x->rest.p, n})) {
		copy(x, n);
		return;
	}
	buf_char(x->out, '"');
	copy(x, n);
	buf_char(x->out, '"');
}

bool repair_json(struct str in, struct buf *out, size_t *at)
{
	struct copying x = {in, out};
	while (x.rest.n > 0) {
		unsigned char c = (unsigned char)*x.rest.p;
		if (c == '"') {
			copy_string(&x);
		} else if (c == '-' || isdigit(c)) {
			copy_number(&x);
		} else if (c == 0 || c >= 0x80) {
			*at = in.n - x.rest.n;
			return false;
		} else {
			copy(&x, 1);
		}
	}
	return true;
}

/* -- locating ------------------------------------------------------------------------------- */

struct level {
	bool object, key_next; /* a string now would be a name */
	struct str name;       /* of the member that is being read */
};
struct repair_walk {
	struct str s;
	size_t i;
	int depth; /* levels that are open */
	struct level levels[LEVELS];
};

/* The string that begins here, with its quotes; to the end where it is not closed. */
static struct str string_at(const struct repair_walk *w)
{
	size_t end = w->i + 1;
	while (end < w->s.n && w->s.p[end] != '"')
		end += w->s.p[end] == '\\' ? 2 : 1;
	end = end < w->s.n ? end + 1 : w->s.n;
	return (struct str){w->s.p + w->i, end - w->i};
}

static struct level *top(struct repair_walk *w)
{
	return w->depth > 0 && w->depth <= LEVELS ? &w->levels[w->depth - 1] : NULL;
}

static void open_level(struct repair_walk *w, bool object)
{
	if (w->depth++ < LEVELS)
		w->levels[w->depth - 1] = (struct level){.object = object, .key_next = object};
}

/* One token further. */
static void step(struct repair_walk *w)
{
	struct level *t = top(w);
	char c = w->s.p[w->i];
	if (c == '"') {
		struct str string = string_at(w);
		if (t && t->key_next)
			t->name = (struct str){string.p + 1, string.n > 1 ? string.n - 2 : 0};
		if (t)
			t->key_next = false;
		w->i += string.n;
		return;
	}
	if (c == '{' || c == '[')
		open_level(w, c == '{');
	else if ((c == '}' || c == ']') && w->depth > 0)
		w->depth--;
	else if (c == ',' && t && t->object)
		t->key_next = true;
	w->i++;
}

/* The value that begins here, where it is a string or a whole number. */
static struct str id_at(const struct repair_walk *w)
{
	size_t n = w->i;
	if (w->s.p[n] == '"') {
		struct str string = string_at(w);
		return string.n > 1 && string.p[string.n - 1] == '"' ? string : (struct str){0};
	}
	n += w->s.p[n] == '-';
	while (n < w->s.n && isdigit((unsigned char)w->s.p[n]))
		n++;
	bool whole = n > w->i && isdigit((unsigned char)w->s.p[n - 1]) &&
	    (n == w->s.n || strchr(",} \t\r\n", w->s.p[n]));
	return whole ? (struct str){w->s.p + w->i, n - w->i} : (struct str){0};
}

static bool at_value_of_id(struct repair_walk *w)
{
	struct level *t = top(w);
	char c = w->s.p[w->i];
	return w->depth == 1 && t->object && !t->key_next && str_is(t->name, "id") && !strchr(": \t\r\n", c);
}

struct str repair_id(struct str in)
{
	struct repair_walk w = {.s = in};
	struct str found = {0};
	while (w.i < w.s.n) {
		if (!at_value_of_id(&w)) {
			step(&w);
			continue;
		}
		struct str one = id_at(&w);
		if (one.n == 0 || found.n > 0)
			return (struct str){0};
		found = one;
		w.levels[0].name = (struct str){0};
		w.i += one.n;
	}
	return found;
}

static void add_name(struct buf *out, struct str name)
{
	if (name.n == 0)
		return;
	if (out->n)
		buf_char(out, '.');
	buf_str(out, name);
}

const char *repair_path(struct str in, size_t at, struct arena *a)
{
	struct repair_walk w = {.s = in};
	struct buf path = {0};
	const char *text = NULL;
	while (w.i < w.s.n && w.i < at)
		step(&w);
	for (int i = 0; i < w.depth && i < LEVELS; i++)
		if (i > 0 || w.depth == 1 || !str_is(w.levels[i].name, "params"))
			add_name(&path, w.levels[i].name);
	if (path.n && utf8_valid(buf_view(&path), NULL))
		text = arena_str(a, utf8_head(buf_view(&path), PATH_MAX_CHARS));
	buf_free(&path);
	return text;
}
