/*
 * show.c - problems for people and as JSON; as SARIF: sarif.c. Place: mechanism.
 *
 * A caret stands under its character however wide a terminal shows what is before it: a Chinese character
 * takes two columns, a tab is repeated. A long line is shown from where the problem is in view.
 */
#include "mechanism/show.h"
#include "base/json.h"
#include "base/utf8.h"

#include <stdlib.h>

#define SHOWN_COLUMNS 100 /* of a line */
#define SHOWN_BEFORE 40   /* of them, before the caret where the line is cut */

/* -- for people ------------------------------------------------------------------------------- */

/* The line without its first n characters. */
static struct str skip_characters(struct str s, int n)
{
	for (; n > 0 && s.n > 0; n--)
		utf8_next(&s);
	return s;
}

/* How many characters are left out at the front, so that the one at `column` is in view. */
static int left_out(struct str line, int column)
{
	struct str head = {line.p, line.n - skip_characters(line, column - 1).n};
	int cut = 0;

	if (utf8_width(line) <= SHOWN_COLUMNS)
		return 0;
	while (utf8_width(head) > SHOWN_BEFORE) {
		utf8_next(&head);
		cut++;
	}
	return cut;
}

/* The first characters that take at most so many columns. */
static struct str in_view(struct str s)
{
	struct str rest = s;

	while (rest.n > 0) {
		struct str before = rest;
		utf8_next(&rest);
		if (utf8_width((struct str){s.p, s.n - rest.n}) > SHOWN_COLUMNS)
			return (struct str){s.p, s.n - before.n};
	}
	return s;
}

/* As wide as the text, so that what follows stands under what follows it. */
static void pad_as(struct buf *out, struct str s)
{
	while (s.n > 0) {
		struct str one = s;
		uint32_t c = utf8_next(&s);

		one.n -= s.n;
		for (size_t i = 0; i < utf8_width(one); i++)
			buf_char(out, ' ');
		if (c == '\t')
			buf_char(out, '\t');
	}
}

static void show_line(struct str line, const struct problem *one, struct buf *out)
{
	int cut = left_out(line, one->column);
	struct str shown = in_view(skip_characters(line, cut));
	struct str at = skip_characters(shown, one->column - 1 - cut);
	struct str under = {at.p, at.n - skip_characters(at, one->length).n};
	size_t carets = utf8_width(under);

	buf_printf(out, "%6d | %s%.*s%s\n", one->line, cut ? "…" : "", (int)shown.n, shown.n ? shown.p : "",
	    shown.n < line.n - (size_t)(shown.p - line.p) ? "…" : "");
	buf_printf(out, "       | %s", cut ? " " : "");
	pad_as(out, (struct str){shown.p, shown.n - at.n});
	for (size_t i = 0; i < (carets ? carets : 1); i++)
		buf_char(out, i ? '~' : '^');
	buf_char(out, '\n');
}

static void show_place(struct buf *out, const char *file, int line, int column)
{
	if (file)
		buf_text(out, file);
	if (file && line)
		buf_printf(out, ":%d:%d", line, column);
}

static void show_one(const struct problems *p, const struct problem *one, struct buf *out)
{
	const struct problem_kind *kind = &problem_kinds[one->code];
	struct str line = one->line ? problems_line(p, one->file, one->line) : (struct str){0};
	const char *level = one->warning ? (p->english ? "warning" : "提醒") : p->english ? "error" : "错误";
	size_t at;

	show_place(out, one->file, one->line, one->column);
	buf_printf(out, p->english ? "%s%s: %s [%s]\n" : "%s%s:%s [%s]\n", one->file ? ": " : "", level,
	    one->text, kind->code);
	if (line.p && utf8_valid(line, &at))
		show_line(line, one, out);
	if (one->related.file) {
		buf_text(out, "       > ");
		show_place(out, one->related.file, one->related.line, one->related.column);
		buf_printf(out, ": %s\n", one->related_text);
	}
	buf_printf(out, "       = %s\n", p->english ? kind->todo_en : kind->todo_zh);
}

static int kept_errors(const struct problems *p)
{
	int n = 0;

	for (int i = 0; i < p->n; i++)
		n += !p->v[i].warning;
	return n;
}

void problems_show(const struct problems *p, struct buf *out)
{
	const struct problem **sorted = problems_sorted(p);

	for (int i = 0; i < p->n; i++)
		show_one(p, sorted[i], out);
	if (p->errors > kept_errors(p))
		buf_printf(out, p->english ? "… and %d more errors\n" : "……另有 %d 处错误未列出\n",
		    p->errors - kept_errors(p));
	free(sorted);
}

/* -- as JSON ---------------------------------------------------------------------------------- */

static void json_place(struct json *j, const char *file, int line, int column, int length)
{
	json_text(j, "file", file);
	if (line) {
		json_int(j, "line", line);
		json_int(j, "column", column);
		json_int(j, "length", length);
	}
}

static void json_one(const struct problems *p, const struct problem *one, struct json *j)
{
	const struct problem_kind *kind = &problem_kinds[one->code];

	json_begin(j, NULL);
	json_text(j, "kind", one->warning ? "warning" : "error");
	json_text(j, "code", kind->code);
	json_place(j, one->file, one->line, one->column, one->length);
	json_text(j, "text", one->text);
	json_text(j, "do", p->english ? kind->todo_en : kind->todo_zh);
	if (one->related.file) {
		json_begin(j, "related");
		json_place(j, one->related.file, one->related.line, one->related.column, one->related.length);
		json_text(j, "text", one->related_text);
		json_end(j);
	}
	json_end(j);
}

void problems_json(const struct problems *p, struct json *j)
{
	const struct problem **sorted = problems_sorted(p);

	json_list(j, "problems");
	for (int i = 0; i < p->n; i++)
		json_one(p, sorted[i], j);
	json_close(j);
	free(sorted);
}

void problem_kinds_json(struct json *j)
{
	json_list(j, "problems");
	for (int i = 0; i < PROBLEM_CODES; i++) {
		json_begin(j, NULL);
		json_text(j, "code", problem_kinds[i].code);
		json_text(j, "kind", problem_kinds[i].warning ? "warning" : "error");
		json_text(j, "text", problem_kinds[i].zh);
		json_text(j, "do", problem_kinds[i].todo_zh);
		json_end(j);
	}
	json_close(j);
}
