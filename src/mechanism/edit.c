/*
 * edit.c - replacing bytes of a YAML file at the places of its nodes; see edit.h.
 */
#include "mechanism/edit.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

struct edit {
	size_t at, gone; /* so many bytes are gone from there */
	size_t order;    /* of those at one place the first comes first */
	struct str text;
};

struct edits edits_of(struct arena *a, struct str bytes)
{
	return (struct edits){.a = a, .bytes = bytes};
}

static void add(struct edits *e, size_t at, size_t gone, const char *text)
{
	ARRAY_ROOM(e->a, e->v, e->n, e->cap);
	e->v[e->n] = (struct edit){at, gone, e->n, str_of(arena_text(e->a, text))};
	e->n++;
}

/* Where a line begins, counted from 1; the end where there is none. */
static size_t line_at(struct str s, int line)
{
	size_t at = 0;

	for (; line > 1; line--) {
		const char *end = at < s.n ? memchr(s.p + at, '\n', s.n - at) : NULL;

		if (!end)
			return s.n;
		at = (size_t)(end - s.p) + 1;
	}
	return at;
}

static size_t node_at(struct str s, const struct node *node)
{
	size_t at = line_at(s, node->line);
	struct str rest = {s.p + at, s.n - at};

	for (int i = 1; i < node->column && rest.n > 0; i++)
		utf8_next(&rest);
	return s.n - rest.n;
}

/* How long a text in quotes is, its quotes included; 0: it does not end on this line. */
static size_t quoted_len(struct str s)
{
	for (size_t i = 1; i < s.n && s.p[i] != '\n'; i++) {
		if (s.p[0] == '"' && s.p[i] == '\\')
			i++;
		else if (s.p[0] == '\'' && s.p[i] == '\'' && i + 1 < s.n && s.p[i + 1] == '\'')
			i++;
		else if (s.p[i] == s.p[0])
			return i + 1;
	}
	return 0;
}

/* How long the text in brackets is that begins here, on this line; 0: it does not end. */
static size_t bracket_len(struct str s)
{
	int depth = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '\n'; i++) {
		char c = s.p[i];

		if (c == '"' || c == '\'') {
			size_t n = quoted_len((struct str){s.p + i, s.n - i});
			if (n == 0)
				return 0;
			i += n - 1;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && --depth == 0) {
			return i + 1;
		}
	}
	return 0;
}

bool edit_raw(const struct edits *e, const struct node *at, struct str *raw)
{
	size_t from = node_at(e->bytes, at), n = 0;
	struct str rest = {e->bytes.p + from, e->bytes.n - from};

	if (rest.n == 0)
		return false;
	if (at->kind != NODE_SCALAR)
		n = rest.p[0] == '{' || rest.p[0] == '[' ? bracket_len(rest) : 0;
	else if (!at->plain)
		n = rest.p[0] == '"' || rest.p[0] == '\'' ? quoted_len(rest) : 0;
	else if (str_starts(rest, str_of(at->text)))
		n = strlen(at->text);
	*raw = (struct str){rest.p, n};
	return n > 0;
}

bool edit_value(struct edits *e, const struct node *at, const char *text)
{
	struct str raw;

	if (!edit_raw(e, at, &raw))
		return false;
	add(e, (size_t)(raw.p - e->bytes.p), raw.n, text);
	return true;
}

bool edit_append(struct edits *e, const struct node *at, const char *text)
{
	struct str raw;

	if (at->kind == NODE_SCALAR || !edit_raw(e, at, &raw))
		return false;
	add(e, (size_t)(raw.p - e->bytes.p) + raw.n - 1, 0,
	    at->n > 0 ? arena_printf(e->a, ", %s", text) : text);
	return true;
}

void edit_insert(struct edits *e, int line, const char *text)
{
	size_t at = line_at(e->bytes, line + 1);
	bool ended = at == 0 || e->bytes.p[at - 1] == '\n';

	add(e, at, 0, ended ? text : arena_printf(e->a, "\n%s", text));
}

void edit_drop(struct edits *e, int line)
{
	size_t at = line_at(e->bytes, line);

	add(e, at, line_at(e->bytes, line + 1) - at, "");
}

static int by_place(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void edits_apply(const struct edits *e, struct buf *out)
{
	struct edit *v = arena_new_array(e->a, struct edit, e->n + 1);
	size_t done = 0;

	if (e->n)
		memcpy(v, e->v, e->n * sizeof *v);
	qsort(v, e->n, sizeof *v, by_place);
	for (size_t i = 0; i < e->n; i++) {
		if (v[i].at > done)
			buf_add(out, e->bytes.p + done, v[i].at - done);
		buf_str(out, v[i].text);
		if (v[i].at + v[i].gone > done)
			done = v[i].at + v[i].gone;
	}
	buf_add(out, e->bytes.p + done, e->bytes.n - done);
}

int edit_last_line(const struct node *at)
{
	int last = at->line;

	for (const struct node *one = at->child; one; one = one->next) {
		int line = edit_last_line(one->value ? one->value : one);

		last = line > last ? line : last;
	}
	return last;
}

/* Nothing but blanks, or a comment. */
static bool says_nothing(struct str line)
{
	size_t i = 0;

	while (i < line.n && strchr(" \t\r\n", line.p[i]))
		i++;
	return i == line.n || line.p[i] == '#';
}

/* The last line of an item: the comments behind it belong to what follows, but those on deeper columns. */
static int end_of_item(const struct edits *e, const struct node *item, int dash)
{
	int line = edit_last_line(item);

	for (int next = line + 1;; next++) {
		struct str one = str_line(e->bytes, next);
		size_t blanks = 0;
		while (blanks < one.n && one.p[blanks] == ' ')
			blanks++;
		if (one.n == 0 || (!says_nothing(one) && (int)blanks + 1 <= dash))
			return line;
		if (!says_nothing(one) || (blanks < one.n && one.p[blanks] == '#' && (int)blanks + 1 > dash))
			line = next;
	}
}

static bool blank(const struct edits *e, int line)
{
	struct str one = str_line(e->bytes, line);

	return one.n > 0 && says_nothing(one) && !memchr(one.p, '#', one.n);
}

bool edit_add_item(struct edits *e, const struct node *list, const struct node *after, const char *text,
    int *line)
{
	int dash = list->column;
	struct buf b = {0};
	int gaps = 0;

	if (list->kind != NODE_LIST || list->flow || !list->child)
		return false;
	*line = after ? end_of_item(e, after, dash) : list->child->line - 1;
	for (const struct node *one = list->child; one->next; one = one->next)
		gaps += blank(e, end_of_item(e, one, dash) + 1) ? 1 : -1;
	bool parted = gaps > 0;
	if (parted && after)
		buf_char(&b, '\n');
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		buf_printf(&b, "%*s%s%.*s\n", dash - 1, "", at == text ? "- " : "  ", (int)strcspn(at, "\n"),
		    at);
	if (parted && !after)
		buf_char(&b, '\n');
	edit_insert(e, *line, buf_into(&b, e->a).p);
	return true;
}

const char *edit_code(struct arena *a, const char *text)
{
	static const char *const taken[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
	bool plain = isalpha((unsigned char)text[0]) && (unsigned char)text[0] < 0x80;

	for (const char *c = text; *c && plain; c++)
		plain = (isalnum((unsigned char)*c) && (unsigned char)*c < 0x80) || *c == '-' || *c == '_';
	for (size_t i = 0; i < sizeof taken / sizeof *taken && plain; i++)
		plain = strcasecmp(text, taken[i]) != 0;
	return plain ? arena_text(a, text) : edit_quoted(a, text);
}

const char *edit_quoted(struct arena *a, const char *text)
{
	struct buf b = {0};

	buf_char(&b, '"');
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_char(&b, '\\');
		buf_char(&b, *c);
	}
	buf_char(&b, '"');
	const char *quoted = arena_str(a, buf_view(&b));
	buf_free(&b);
	return quoted;
}

/* Characters of no script but ASCII mean something to YAML. */
const char *edit_scalar(struct arena *a, const char *text)
{
	bool plain = *text != '\0';

	for (const char *c = text; *c && plain; c++)
		plain = (unsigned char)*c >= 0x80;
	return plain ? arena_text(a, text) : edit_quoted(a, text);
}
