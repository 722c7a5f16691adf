/*
 * sarif.c - problems as a SARIF 2.1.0 log, with the fixes that check --fix would make. Place: mechanism.
 *
 * A result has a fix where its problem has one right mend: words by their place on the line; an indentation by what
 * reads the same whichever way its tabs are taken; an encoding by the whole file's bytes, for its text cannot be
 * read.
 */
#include "base/arena.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/utf8.h"
#include "mechanism/fix.h"
#include "mechanism/show.h"

#include <ctype.h>
#include <stdlib.h>

/* A path as a URI reference: what a URI may not hold is written by its bytes. */
static void put_uri(struct json *j, const char *path)
{
	struct buf uri = {0};

	if (path[0] == '/')
		buf_text(&uri, "file://");
	for (const unsigned char *c = (const unsigned char *)path; *c; c++)
		if (isalnum(*c) || strchr("-._~/", *c))
			buf_char(&uri, (char)*c);
		else
			buf_printf(&uri, "%%%02X", *c);
	json_str(j, "uri", buf_view(&uri));
	buf_free(&uri);
}

static void sarif_location(struct json *j, const char *file, int line, int column, int length)
{
	json_begin(j, "physicalLocation");
	json_begin(j, "artifactLocation");
	put_uri(j, file);
	json_end(j);
	if (line) {
		json_begin(j, "region");
		json_int(j, "startLine", line);
		json_int(j, "startColumn", column);
		json_int(j, "endColumn", column + length);
		json_end(j);
	}
	json_end(j);
}

static void sarif_message(struct json *j, const char *key, const char *text)
{
	json_begin(j, key);
	json_text(j, "text", text);
	json_end(j);
}

static void sarif_rules(const struct problems *p, struct json *j)
{
	json_list(j, "rules");
	for (int i = 0; i < PROBLEM_CODES; i++) {
		const struct problem_kind *kind = &problem_kinds[i];
		json_begin(j, NULL);
		json_text(j, "id", kind->code);
		sarif_message(j, "shortDescription", p->english ? kind->en : kind->zh);
		sarif_message(j, "help", p->english ? kind->todo_en : kind->todo_zh);
		json_begin(j, "defaultConfiguration");
		json_text(j, "level", kind->warning ? "warning" : "error");
		json_end(j);
		json_end(j);
	}
	json_close(j);
}

/* -- fixes ----------------------------------------------------------------------------------- */

static void put_base64(struct json *j, const char *key, struct str s)
{
	struct buf out = {0};

	base64_put(&out, s);
	json_str(j, key, buf_view(&out));
	buf_free(&out);
}

/* One file with one replacement of it, which is written between begin_fix and end_fix. */
static void begin_fix(struct json *j, const struct problems *p, const struct problem *one)
{
	const struct problem_kind *kind = &problem_kinds[one->code];

	json_list(j, "fixes");
	json_begin(j, NULL);
	sarif_message(j, "description", p->english ? kind->todo_en : kind->todo_zh);
	json_list(j, "artifactChanges");
	json_begin(j, NULL);
	json_begin(j, "artifactLocation");
	put_uri(j, one->file);
	json_end(j);
	json_list(j, "replacements");
	json_begin(j, NULL);
}

static void end_fix(struct json *j)
{
	json_end(j);
	json_close(j);
	json_end(j);
	json_close(j);
	json_end(j);
	json_close(j);
}

/* Characters of a line; an empty text deletes them. */
static void put_words(struct json *j, const struct problems *p, const struct problem *one, int column,
    int length, struct str text)
{
	begin_fix(j, p, one);
	json_begin(j, "deletedRegion");
	json_int(j, "startLine", one->line);
	json_int(j, "startColumn", column);
	json_int(j, "endColumn", column + length);
	json_end(j);
	if (text.n > 0) {
		json_begin(j, "insertedContent");
		json_str(j, "text", text);
		json_end(j);
	}
	end_fix(j);
}

/* So many bytes from the file's first on. */
static void put_bytes(struct json *j, const struct problems *p, const struct problem *one, size_t length,
    struct str bytes)
{
	begin_fix(j, p, one);
	json_begin(j, "deletedRegion");
	json_int(j, "byteOffset", 0);
	json_int(j, "byteLength", (int64_t)length);
	json_end(j);
	if (bytes.n > 0) {
		json_begin(j, "insertedContent");
		put_base64(j, "binary", bytes);
		json_end(j);
	}
	end_fix(j);
}

static void fix_encoding_of(struct json *j, const struct problems *p, const struct problem *one,
    const struct fixed_file *f)
{
	if (f->done[FIX_GBK] || f->done[FIX_UTF16])
		put_bytes(j, p, one, f->before.n, f->readable);
	else if (f->done[FIX_BOM])
		put_bytes(j, p, one, f->before.n - f->readable.n, (struct str){0});
}

/* The blanks that a line begins with, and their characters. */
static struct str indentation(struct str line, int *characters)
{
	struct str rest = line, before = line;

	for (*characters = 0; rest.n > 0; before = rest, ++*characters) {
		uint32_t c = utf8_next(&rest);
		if (c != ' ' && c != '\t' && c != 0x3000 && c != 0xA0)
			break;
	}
	return (struct str){line.p, (size_t)(before.p - line.p)};
}

static void fix_indentation_of(struct json *j, const struct problems *p, const struct problem *one,
    const struct fixed_file *f)
{
	int old, new;
	struct str was = indentation(str_line(f->before, one->line), &old);
	struct str is = indentation(str_line(f->after, one->line), &new);

	if (f->done[FIX_INDENT] && !str_eq(was, is))
		put_words(j, p, one, 1, old, is);
}

/* The file's bytes as they would be mended, made once for a file; NULL: they are not at hand. */
struct fix_cache {
	struct arena *a;
	struct fixed_file file;
};

static const struct fixed_file *mended_file(struct fix_cache *m, const struct problems *p, const char *name)
{
	struct str bytes;

	if (m->file.name && strcmp(m->file.name, name) == 0)
		return &m->file;
	if (!problems_bytes(p, name, &bytes))
		return NULL;
	m->file = (struct fixed_file){.name = name, .before = bytes};
	fix_bytes(m->a, &m->file);
	return &m->file;
}

static void sarif_fix(struct json *j, const struct problems *p, const struct problem *one,
    struct fix_cache *m)
{
	const struct fixed_file *f;

	if (!one->file || !one->line)
		return;
	if (one->mend)
		put_words(j, p, one, one->column, one->length, str_of(one->mend));
	else if ((one->code == PROBLEM_ENCODING || one->code == PROBLEM_CHARACTER) &&
	    (f = mended_file(m, p, one->file)))
		(one->code == PROBLEM_ENCODING ? fix_encoding_of : fix_indentation_of)(j, p, one, f);
}

/* -- the log ---------------------------------------------------------------------------------- */

static void sarif_result(const struct problems *p, const struct problem *one, struct fix_cache *m,
    struct json *j)
{
	json_begin(j, NULL);
	json_text(j, "ruleId", problem_kinds[one->code].code);
	json_int(j, "ruleIndex", one->code);
	json_text(j, "level", one->warning ? "warning" : "error");
	sarif_message(j, "message", one->text);
	json_list(j, "locations");
	if (one->file) {
		json_begin(j, NULL);
		sarif_location(j, one->file, one->line, one->column, one->length);
		json_end(j);
	}
	json_close(j);
	if (one->related.file) {
		json_list(j, "relatedLocations");
		json_begin(j, NULL);
		sarif_location(j, one->related.file, one->related.line, one->related.column,
		    one->related.length);
		sarif_message(j, "message", one->related_text);
		json_end(j);
		json_close(j);
	}
	sarif_fix(j, p, one, m);
	json_end(j);
}

void problems_sarif(const struct problems *p, struct buf *out)
{
	const struct problem **sorted = problems_sorted(p);
	struct json j = json_to(out);
	struct fix_cache m = {.a = arena_new()};

	json_begin(&j, NULL);
	json_text(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_text(&j, "version", "2.1.0");
	json_list(&j, "runs");
	json_begin(&j, NULL);
	json_begin(&j, "tool");
	json_begin(&j, "driver");
	json_text(&j, "name", "liandongctl");
	json_text(&j, "version", LIANDONG_VERSION);
	sarif_rules(p, &j);
	json_end(&j);
	json_end(&j);
	json_text(&j, "columnKind", "unicodeCodePoints");
	json_text(&j, "language", p->english ? "en" : "zh-CN");
	json_list(&j, "results");
	for (int i = 0; i < p->n; i++)
		sarif_result(p, sorted[i], &m, &j);
	json_close(&j);
	json_end(&j);
	json_close(&j);
	json_end(&j);
	buf_char(out, '\n');
	arena_free(m.a);
	free(sorted);
}
