/*
 * problems.c - what is wrong with the files, all of it, each with its place.
 *
 * Kept in the order of discovery and printed in the order of place, so that a list reads like its
 * file. At most PROBLEMS_MAX texts are kept: a file of noise must not become a longer one.
 */
#include "mechanism/problems.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/log.h"
#include "base/utf8.h"
#include <stdio.h>
#include <stdlib.h>

#define PROBLEMS_MAX 500

#define ERROR false
#define WARNING true
#define PROBLEM(name, code, level, zh, en, todo_zh, todo_en)                                                 \
	[PROBLEM_##name] = {code, level, zh, en, todo_zh, todo_en},
const struct problem_kind problem_kinds[PROBLEM_CODES] = {
#include "mechanism/problems.def"
};
#undef PROBLEM
#undef WARNING
#undef ERROR

void problems_init(struct problems *p, bool english)
{
	*p = (struct problems){.arena = arena_new(), .english = english};
}

void problems_free(struct problems *p)
{
	if (p->arena)
		arena_free(p->arena);
	free(p->v);
	free(p->sources);
	*p = (struct problems){0};
}

static __attribute__((format(printf, 2, 0))) char *problem_text(struct problems *p, const char *format,
    va_list args)
{
	char text[2048];
	size_t whole;
	int n = vsnprintf(text, sizeof(text), format, args);

	if (n >= (int)sizeof(text) && !utf8_valid(str_of(text), &whole))
		text[whole] = '\0'; /* not cut inside a character */
	return arena_text(p->arena, text);
}

struct problem *problems_add(struct problems *p, enum problem_code code, const char *file, int line,
    int column, const char *zh, const char *en, ...)
{
	bool warning = problem_kinds[code].warning;
	va_list args;

	p->errors += !warning;
	p->warnings += warning;
	if (p->n == PROBLEMS_MAX)
		return NULL;
	ARRAY_ROOM(NULL, p->v, p->n, p->cap);
	va_start(args, en);
	p->v[p->n] = (struct problem){.code = code,
	    .warning = warning,
	    .file = arena_text(p->arena, file),
	    .line = line,
	    .column = column,
	    .length = 1,
	    .text = problem_text(p, p->english ? en : zh, args)};
	va_end(args);
	return &p->v[p->n++];
}

void problems_forget(struct problems *p, enum problem_code code)
{
	int kept = 0;

	for (int i = 0; i < p->n; i++)
		if (p->v[i].code != code)
			p->v[kept++] = p->v[i];
		else if (p->v[i].warning)
			p->warnings--;
		else
			p->errors--;
	p->n = kept;
}

struct problem *problems_mend(struct problems *p, struct problem *one, int length, const char *text)
{
	if (one && text) {
		one->length = length;
		one->mend = arena_text(p->arena, text);
	}
	return one;
}

void problems_related(struct problems *p, struct problem *one, struct spot at, const char *zh, const char *en)
{
	if (!one)
		return;
	one->related = at;
	one->related.file = arena_text(p->arena, at.file);
	one->related_text = p->english ? en : zh;
}

/* -- the files they are in -------------------------------------------------------------------- */

static const struct problem_source *source_of(const struct problems *p, const char *file)
{
	for (int i = 0; file && i < p->n_sources; i++)
		if (strcmp(p->sources[i].file, file) == 0)
			return &p->sources[i];
	return NULL;
}

void problems_source(struct problems *p, const char *file, struct str bytes)
{
	if (source_of(p, file))
		return;
	ARRAY_ROOM(NULL, p->sources, p->n_sources, p->cap_sources);
	p->sources[p->n_sources++] =
	    (struct problem_source){arena_text(p->arena, file), {arena_str(p->arena, bytes), bytes.n}};
}

bool problems_bytes(const struct problems *p, const char *file, struct str *out)
{
	const struct problem_source *source = source_of(p, file);

	if (source)
		*out = source->bytes;
	return source != NULL;
}

struct str problems_line(const struct problems *p, const char *file, int line)
{
	const struct problem_source *source = source_of(p, file);
	struct str one = source ? str_line(source->bytes, line) : (struct str){0};

	while (one.n > 0 && (one.p[one.n - 1] == '\n' || one.p[one.n - 1] == '\r'))
		one.n--;
	return one;
}

/* -- in the order of their places ------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct problem *x = *(const struct problem *const *)a, *y = *(const struct problem *const *)b;
	int files = strcmp(x->file ? x->file : "", y->file ? y->file : "");

	if (files)
		return files;
	if (x->line != y->line)
		return x->line - y->line;
	if (x->column != y->column)
		return x->column - y->column;
	return x < y ? -1 : 1; /* of one place: in the order of discovery */
}

static void print_one(const struct problems *p, const struct problem *one, struct buf *out)
{
	const char *word = !one->warning ? "" : p->english ? "warning: " : "警告:";

	if (one->file)
		buf_text(out, one->file);
	if (one->file && one->line)
		buf_printf(out, ":%d:%d", one->line, one->column);
	buf_printf(out, "%s%s%s\n", one->file ? ": " : "", word, one->text);
}

const struct problem **problems_sorted(const struct problems *p)
{
	const struct problem **sorted = xalloc(((size_t)p->n + 1) * sizeof(struct problem *));

	for (int i = 0; i < p->n; i++)
		sorted[i] = &p->v[i];
	qsort(sorted, (size_t)p->n, sizeof(struct problem *), by_place);
	return sorted;
}

void problems_print(const struct problems *p, struct buf *out)
{
	const struct problem **sorted = problems_sorted(p);
	int kept = 0;

	for (int i = 0; i < p->n; i++) {
		print_one(p, sorted[i], out);
		kept += !sorted[i]->warning;
	}
	if (p->errors > kept)
		buf_printf(out, p->english ? "… and %d more errors\n" : "……另有 %d 处错误未列出\n",
		    p->errors - kept);
	free(sorted);
}
