/* token.c - see token.h. */
#include "desk/token.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"
#include "base/utf8.h"
#include "base/when.h"
#include "domain/fold.h"

#define FULL_WIDTH_BLANK 0x3000
#define FULL_STOP 0x3002
#define EXTENSION 0x8F6C /* 转 */
#define PHONE_LEAST 3    /* digits */
#define NAMED_MOST 4     /* that a refusal lists */

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == FULL_WIDTH_BLANK;
}

const char *desk_half_width(struct arena *a, struct str text)
{
	struct buf b = {0};

	while (text.n > 0) {
		const char *from = text.p;
		uint32_t c = utf8_next(&text);

		if (c >= 0xFF01 && c <= 0xFF5E)
			buf_char(&b, (char)(c - 0xFEE0));
		else if (c == FULL_STOP)
			buf_char(&b, '.');
		else
			buf_add(&b, from, (size_t)(text.p - from));
	}
	return buf_into(&b, a).p;
}

struct desk_line desk_tokens(struct arena *a, const char *line)
{
	struct desk_line l = {0};
	struct str s = str_of(line);

	while (s.n > 0) {
		const char *from = s.p, *end = s.p;

		while (s.n > 0 && !is_blank(utf8_next(&s)))
			end = s.p;
		if (end == from)
			continue;
		ARRAY_ROOM(a, l.v, l.n, l.cap);
		struct str whole = {from, (size_t)(end - from)};
		l.v[l.n++] = (struct desk_token){.text = desk_half_width(a, whole), .whole = whole};
	}
	return l;
}

const char *desk_rest(struct arena *a, const struct desk_line *l, int from)
{
	if (from >= l->n)
		return NULL;
	const struct str *first = &l->v[from].whole, *last = &l->v[l->n - 1].whole;
	return arena_str(a, (struct str){first->p, (size_t)(last->p + last->n - first->p)});
}

bool desk_is_phone(const char *text)
{
	int digits = 0;

	for (struct str s = str_of(text); s.n > 0;) {
		uint32_t c = utf8_next(&s);
		bool digit = c >= '0' && c <= '9';

		digits += digit;
		if (!digit && c != '-' && c != '+' && c != '(' && c != ')' && c != '*' && c != EXTENSION)
			return false;
	}
	return digits >= PHONE_LEAST;
}

/* 10 as ten minutes: people say it so. */
static bool minutes(const char *text, int64_t *ms)
{
	uint64_t n;

	if (!str_uint(str_of(text), &n) || n == 0 || n >= 1000 || strlen(text) > 3)
		return false;
	*ms = (int64_t)n * MINUTE_MS;
	return true;
}

bool desk_past(const char *text, int64_t now, int64_t *at)
{
	int64_t ago;

	if (*text != '@')
		return false;
	if (text[1] == '-' && minutes(text + 2, &ago)) {
		*at = now - ago;
		return true;
	}
	return when_parse(str_of(text + 1), now, WHEN_PAST, at, NULL);
}

bool desk_ahead(const char *text, int64_t now, int64_t *at)
{
	int64_t in;

	if (*text != '>')
		return false;
	if (minutes(text + 1, &in)) {
		*at = now + in;
		return true;
	}
	return when_parse(str_of(text + 1), now, WHEN_AHEAD, at, NULL);
}

/* -- names ---------------------------------------------------------------------------------- */

enum name_likeness { LIKE_NOT, LIKE_HAS, LIKE_BEGINS, LIKE_IS };

static enum name_likeness like_text(const char *folded_name, const char *folded)
{
	const char *found = strstr(folded_name, folded);

	if (!found)
		return LIKE_NOT;
	return strcmp(folded_name, folded) == 0 ? LIKE_IS : found == folded_name ? LIKE_BEGINS : LIKE_HAS;
}

static enum name_likeness like(struct arena *a, const struct desk_name *n, const char *folded)
{
	enum name_likeness best = like_text(n->code, folded);
	const char *const forms[] = {n->name, n->brief};

	/* a part of a code says nothing */
	best = best == LIKE_HAS ? LIKE_NOT : best;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		enum name_likeness one = like_text(fold_word(a, forms[i]), folded);

		best = one > best ? one : best;
	}
	return best;
}

const struct desk_name *desk_named(struct arena *a, const struct desk_names *names, const char *text,
    const char **several)
{
	const char *folded = fold_word(a, text), *list = "";
	const struct desk_name *found = NULL;
	enum name_likeness best = LIKE_HAS;
	int n = 0;

	for (int i = 0; i < names->n && *folded; i++) {
		enum name_likeness one = like(a, &names->v[i], folded);

		if (one < best || one == LIKE_NOT)
			continue;
		if (one > best) {
			n = 0;
			list = "";
		}
		best = one;
		found = &names->v[i];
		if (n++ < NAMED_MOST)
			list = arena_printf(a, "%s%s%s", list, *list ? say("、", ", ") : "", found->name);
	}
	*several = n > 1 ? arena_printf(a, n > NAMED_MOST ? "%s…" : "%s", list) : "";
	return n == 1 ? found : NULL;
}
