/*
 * tree.c - see tree.h. Place: wire, before jansson.
 * What it takes jansson takes, as the same tree; what it does not take it leaves to jansson, so that there is one word on
 * what is wrong. tests/unit/wire_tree.c holds it to both.
 */
#include "wire/tree.h"
#include "base/json.h"

#include <stdlib.h>

#define DIGITS_MOST 18 /* of each part of a number: an integer of so many fits */

/* What is still to be read. */
struct tree_input {
	const char *p, *end;
};

static json_t *read_value(struct tree_input *r);

static void skip_blanks(struct tree_input *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
		r->p++;
}

static bool take(struct tree_input *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static bool take_word(struct tree_input *r, struct str word)
{
	if (!str_starts((struct str){r->p, (size_t)(r->end - r->p)}, word))
		return false;
	r->p += word.n;
	return true;
}

/* A text without escapes: its bytes between the quotes. */
static bool take_text(struct tree_input *r, struct str *out)
{
	if (!take(r, '"'))
		return false;
	*out = (struct str){r->p, json_plain((struct str){r->p, (size_t)(r->end - r->p)})};
	r->p += out->n;
	return take(r, '"');
}

static size_t take_digits(struct tree_input *r)
{
	const char *from = r->p;

	while (r->p < r->end && is_digit(*r->p))
		r->p++;
	return (size_t)(r->p - from);
}

static json_t *read_fraction(const char *from, const char *to)
{
	char text[2 * DIGITS_MOST + sizeof "-."];
	size_t n = (size_t)(to - from);

	memcpy(text, from, n);
	text[n] = '\0';
	return json_real(strtod(text, NULL));
}

static json_t *read_number(struct tree_input *r)
{
	const char *from = r->p;
	bool minus = take(r, '-');
	const char *digits = r->p;
	size_t n = take_digits(r);
	int64_t v = 0;

	if (n == 0 || n > DIGITS_MOST || (*digits == '0' && n > 1))
		return NULL;
	if (take(r, '.')) {
		n = take_digits(r);
		return n > 0 && n <= DIGITS_MOST ? read_fraction(from, r->p) : NULL;
	}
	for (; digits < r->p; digits++)
		v = v * 10 + (*digits - '0');
	return json_integer(minus ? -v : v);
}

static bool read_item(struct tree_input *r, json_t *list)
{
	json_t *v = read_value(r);

	return v && json_array_append_new(list, v) == 0;
}

static bool read_member(struct tree_input *r, json_t *object)
{
	struct str name;
	json_t *v;

	if (!take_text(r, &name) || json_object_getn(object, name.p, name.n))
		return false;
	skip_blanks(r);
	v = take(r, ':') ? read_value(r) : NULL;
	return v && json_object_setn_new_nocheck(object, name.p, name.n, v) == 0;
}

/* The items or members of what has begun, up to its end. */
static json_t *read_all(struct tree_input *r, json_t *whole, bool (*one)(struct tree_input *r, json_t *whole),
    char end)
{
	skip_blanks(r);
	if (whole && take(r, end))
		return whole;
	while (whole && one(r, whole)) {
		skip_blanks(r);
		if (take(r, end))
			return whole;
		if (!take(r, ','))
			break;
		skip_blanks(r);
	}
	json_decref(whole);
	return NULL;
}

static json_t *read_text(struct tree_input *r)
{
	struct str text;

	return take_text(r, &text) ? json_stringn_nocheck(text.p, text.n) : NULL;
}

static json_t *read_value(struct tree_input *r)
{
	skip_blanks(r);
	if (r->p == r->end)
		return NULL;
	switch (*r->p) {
	case '"':
		return read_text(r);
	case '{':
		r->p++;
		return read_all(r, json_object(), read_member, '}');
	case '[':
		r->p++;
		return read_all(r, json_array(), read_item, ']');
	case 't':
		return take_word(r, STR("true")) ? json_true() : NULL;
	case 'f':
		return take_word(r, STR("false")) ? json_false() : NULL;
	case 'n':
		return take_word(r, STR("null")) ? json_null() : NULL;
	default:
		return read_number(r);
	}
}

json_t *tree_read(struct str s)
{
	struct tree_input r = {s.p, s.p + s.n};
	json_t *tree = read_value(&r);

	skip_blanks(&r);
	if (tree && r.p == r.end) /* a number that goes on, as by an exponent, ends before it */
		return tree;
	json_decref(tree);
	return NULL;
}
