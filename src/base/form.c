/* form.c - forms as browsers and old platforms send them; see form.h. */
#include "base/form.h"
#include "base/arena.h"
#include "base/utf8.h"

static int hex_digit(char c)
{
	const char *at = c ? strchr("0123456789abcdef", c | 0x20) : NULL;

	return at ? (int)(at - "0123456789abcdef") : -1;
}

/* The byte that begins at i, which moves to its end. */
static char decoded(struct str s, size_t *i, enum form_fault *bad)
{
	bool whole = *i + 2 < s.n && hex_digit(s.p[*i + 1]) >= 0 && hex_digit(s.p[*i + 2]) >= 0;
	char c = s.p[*i];

	if (c == '+')
		return ' ';
	if (c != '%')
		return c;
	if (!whole) {
		*bad = FORM_ESCAPE;
		return c;
	}
	c = (char)(hex_digit(s.p[*i + 1]) * 16 + hex_digit(s.p[*i + 2]));
	*i += 2;
	return c;
}

static const char *text_of(struct str s, struct arena *a, enum form_fault *bad)
{
	char *text = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		text[n++] = decoded(s, &i, bad);
	text[n] = '\0';
	if (strlen(text) != n)
		*bad = FORM_ESCAPE;
	else if (*bad == FORM_GOOD && !utf8_valid((struct str){text, n}, NULL))
		*bad = FORM_CHARSET;
	return text;
}

bool form_next(struct str *rest, struct arena *a, struct form_pair *out)
{
	const char *end = rest->n ? memchr(rest->p, '&', rest->n) : NULL;
	size_t n = end ? (size_t)(end - rest->p) : rest->n;
	const char *equals = n ? memchr(rest->p, '=', n) : NULL;
	struct str name = {rest->p, equals ? (size_t)(equals - rest->p) : n};
	struct str value = equals ? (struct str){equals + 1, n - name.n - 1} : STR("");

	if (!rest->n)
		return false;
	*rest = end ? (struct str){end + 1, rest->n - n - 1} : STR("");
	*out = (struct form_pair){.bad = FORM_GOOD};
	out->name = text_of(name, a, &out->bad);
	out->value = text_of(value, a, &out->bad);
	return true;
}
