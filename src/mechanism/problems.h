/*
 * problems.h - what is wrong with the configuration: errors and warnings, each with its place.
 *
 * Each problem is of a kind (problems.def): a stable code, whether it is an error, what to do. What exactly
 * is wrong is said by who found it. Place: mechanism; every way of showing them starts from struct problem:
 * problems_print for a log or a reply, render.h for people, JSON and SARIF.
 */
#ifndef MECHANISM_PROBLEMS_H
#define MECHANISM_PROBLEMS_H
#include "base/buf.h"

struct arena;

#define PROBLEM(name, code, level, zh, en, todo_zh, todo_en) PROBLEM_##name,
enum problem_code {
#include "mechanism/problems.def"
	PROBLEM_CODES
};
#undef PROBLEM

extern const struct problem_kind {
	const char *code;
	bool warning;
	const char *zh, *en, *todo_zh, *todo_en;
} problem_kinds[PROBLEM_CODES];

/* Lines and columns count from 1, columns in characters. Line 0: the whole file; file NULL: none. */
struct spot {
	const char *file;
	int line, column, length;
};

struct problem {
	enum problem_code code;
	bool warning;
	const char *file;
	int line, column, length; /* length: characters, 1 where it is not known */
	const char *text;         /* Chinese or English, as asked */
	struct spot related;      /* what it has to do with; file NULL: nothing */
	const char *related_text;
	const char *mend; /* what to write in place of its characters, where there is one right way; NULL */
};

/* A file's bytes, kept so that its lines can be shown. */
struct problem_source {
	const char *file;
	struct str bytes;
};

struct problems {
	struct arena *arena; /* owns all texts */
	struct problem *v;
	int n, cap;
	int errors, warnings; /* how many there were, kept or not */
	bool english;
	struct problem_source *sources;
	int n_sources, cap_sources;
};

void problems_init(struct problems *p, bool english);
void problems_free(struct problems *p);
/* Keeps a copy of the file's bytes, for the lines that are shown. Of two with one name the first counts. */
void problems_source(struct problems *p, const char *file, struct str bytes);
/* The line as it stands, without its end; n 0 and p NULL: it is not known. */
struct str problems_line(const struct problems *p, const char *file, int line);
/* The file's bytes; false: they are not known. */
bool problems_bytes(const struct problems *p, const char *file, struct str *out);
/* Their order by place: n of them, to be freed by the caller. */
const struct problem **problems_sorted(const struct problems *p);
/* One a line, file:line:column: text. */
void problems_print(const struct problems *p, struct buf *out);
/* A problem at a place; line 0: of the whole file. Chinese and English take the same arguments. Returns it,
 * good until the next is added; NULL where there are too many to keep. */
struct problem *problems_add(struct problems *p, enum problem_code code, const char *file, int line,
    int column, const char *zh, const char *en, ...)
    __attribute__((format(printf, 6, 8), format(printf, 7, 8)));
/* Those of this kind were found without what is known now: they go. */
void problems_forget(struct problems *p, enum problem_code code);
/* There is one right way to mend it: this text in place of the problem's characters. `one` may be NULL; returns
 * it. */
struct problem *problems_mend(struct problems *p, struct problem *one, int length, const char *text);
/* A second place, which says what the problem has to do with. `one` may be NULL. */
void problems_related(struct problems *p, struct problem *one, struct spot at, const char *zh,
    const char *en);

#endif
