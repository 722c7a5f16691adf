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

void problems_init(struct problems *p, bool english)
{
	*p = (struct problems){.arena = arena_new(), .english = english};
}

void problems_free(struct problems *p)
{
	if (p->arena)
		arena_free(p->arena);
	free(p->v);
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

void problems_add(struct problems *p, bool warning, const char *file, int line, int column, const char *zh,
    const char *en, ...)
{
	va_list args;

	if (!warning)
		p->errors++;
	if (p->n == PROBLEMS_MAX)
		return;
	ARRAY_ROOM(NULL, p->v, p->n, p->cap);
	va_start(args, en);
	p->v[p->n++] = (struct problem){.warning = warning,
	    .file = arena_text(p->arena, file),
	    .line = line,
	    .column = column,
	    .text = problem_text(p, p->english ? en : zh, args)};
	va_end(args);
}

/* A problem and when it was discovered, which decides among those of one place. */
struct found_problem {
	const struct problem *problem;
	int at;
};

static int by_place(const void *a, const void *b)
{
	const struct found_problem *f = a, *g = b;
	const struct problem *x = f->problem, *y = g->problem;
	int files = strcmp(x->file ? x->file : "", y->file ? y->file : "");

	if (files)
		return files;
	if (x->line != y->line)
		return x->line - y->line;
	if (x->column != y->column)
		return x->column - y->column;
	return f->at - g->at;
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

void problems_print(const struct problems *p, struct buf *out)
{
	struct found_problem *sorted = xalloc(((unsigned long)p->n + 1) * sizeof(*sorted));
	int kept = 0;

	for (int i = 0; i < p->n; i++) {
		sorted[i] = (struct found_problem){&p->v[i], i};
		kept += !p->v[i].warning;
	}
	qsort(sorted, (size_t)p->n, sizeof(*sorted), by_place);
	for (int i = 0; i < p->n; i++)
		print_one(p, sorted[i].problem, out);
	if (p->errors > kept)
		buf_printf(out, p->english ? "… and %d more errors\n" : "……另有 %d 处错误未列出\n",
		    p->errors - kept);
	free(sorted);
}
