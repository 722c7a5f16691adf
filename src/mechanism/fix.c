/*
 * fix.c - what has one right mend. Place: mechanism; pure: bytes in, bytes out.
 *
 * First the bytes: encoding, invisible characters, indentation. Then the words, by what a check says of them
 * (struct problem's mend): one syntax error hides what is behind it, so it is asked again until it knows no
 * more. The number of lines never changes.
 */
#include "mechanism/fix.h"
#include "base/arena.h"
#include "base/gbk.h"
#include "base/utf8.h"
#include "mechanism/load.h"
#include "mechanism/yaml.h"

#include <iconv.h>
#include <stdlib.h>

const struct both fix_words[FIX_KINDS] = {
    [FIX_UTF16] = {"UTF-16 改为 UTF-8", "UTF-16 made UTF-8"},
    [FIX_BOM] = {"删去 BOM", "BOM deleted"},
    [FIX_GBK] = {"GBK 改为 UTF-8", "GBK made UTF-8"},
    [FIX_CHARACTER] = {"删去看不见的字符", "invisible characters deleted"},
    [FIX_INDENT] = {"缩进改为半角空格", "indentation made of blanks"},
    [FIX_WORDS] = {"改正标点、引号、旧写法", "punctuation, quotes and old words corrected"},
};

/* -- encodings -------------------------------------------------------------------------------- */

/* False where the bytes are not of that encoding. */
static bool converted(struct arena *a, const char *from, struct str in, struct str *out)
{
	iconv_t cd = iconv_open("UTF-8", from);
	size_t in_left = in.n, out_left = 3 * in.n + 4;
	char *source = (char *)(uintptr_t)in.p, *text = arena_alloc(a, out_left), *at = text;

	if (cd == (iconv_t)-1)
		return false;
	bool whole = iconv(cd, &source, &in_left, &at, &out_left) != (size_t)-1 && in_left == 0;
	iconv_close(cd);
	*out = (struct str){text, (size_t)(at - text)};
	return whole && utf8_valid(*out, NULL);
}

static struct str first_line(struct str *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct str line = {rest->p, end ? (size_t)(end + 1 - rest->p) : rest->n};

	*rest = (struct str){line.p + line.n, rest->n - line.n};
	return line;
}

/* Chinese in UTF-8: then the file is a mixture, and only the lines that are none are GBK. */
static bool has_chinese(struct str line)
{
	size_t at;

	if (!utf8_valid(line, &at))
		return false;
	while (line.n > 0)
		if (utf8_next(&line) >= 0x2E80)
			return true;
	return false;
}

static bool is_mixture(struct str s)
{
	while (s.n > 0)
		if (has_chinese(first_line(&s)))
			return true;
	return false;
}

/* False where some of it is no GBK. */
static bool converted_gbk(struct arena *a, struct str in, struct str *out)
{
	struct buf b = {0};
	bool whole = gbk_to_utf8(in, &b).bad == 0;

	*out = buf_into(&b, a);
	return whole;
}

/* False where some line is neither. */
static bool from_gbk(struct arena *a, struct str s, struct str *out)
{
	struct buf all = {0};
	bool whole = true;

	if (!is_mixture(s))
		return converted_gbk(a, s, out);
	while (s.n > 0 && whole) {
		struct str line = first_line(&s), text = line;
		whole = utf8_valid(line, NULL) || converted_gbk(a, line, &text);
		buf_str(&all, text);
	}
	*out = (struct str){arena_str(a, buf_view(&all)), all.n};
	buf_free(&all);
	return whole;
}

static void fix_encoding(struct arena *a, struct fixed_file *f)
{
	struct str s = f->after, text;

	if (utf16_marked(s)) {
		if (converted(a, s.p[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE", (struct str){s.p + 2, s.n - 2},
			&text)) {
			f->after = text;
			f->done[FIX_UTF16] = 1;
		}
		return;
	}
	if (s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0) {
		f->after = (struct str){s.p + 3, s.n - 3};
		f->done[FIX_BOM] = 1;
	}
	if (!utf8_valid(f->after, NULL) && from_gbk(a, f->after, &text)) {
		f->after = text;
		f->done[FIX_GBK] = 1;
	}
}

/* -- characters --------------------------------------------------------------------------------- */

static void drop_invisible(struct arena *a, struct fixed_file *f)
{
	struct buf out = {0};

	for (struct str rest = f->after; rest.n > 0;) {
		struct str before = rest;
		if (yaml_invisible(utf8_next(&rest)))
			f->done[FIX_CHARACTER]++;
		else
			buf_add(&out, before.p, before.n - rest.n);
	}
	if (f->done[FIX_CHARACTER])
		f->after = (struct str){arena_str(a, buf_view(&out)), out.n};
	buf_free(&out);
}

/* -- words -------------------------------------------------------------------------------------- */

#define ROUNDS_MAX 50 /* each finds what the one before it had hidden */

static int from_the_end(const void *x, const void *y)
{
	const struct problem *a = *(const struct problem *const *)x, *b = *(const struct problem *const *)y;

	return a->line != b->line ? b->line - a->line : b->column - a->column;
}

/* Where the character of a line and column begins. */
static size_t offset_of(struct str s, int line, int column)
{
	struct str rest = s;

	while (line > 1 && rest.n > 0) {
		first_line(&rest);
		line--;
	}
	for (; column > 1 && rest.n > 0; column--)
		utf8_next(&rest);
	return s.n - rest.n;
}

static void replace(struct arena *a, struct fixed_file *f, const struct problem *one)
{
	size_t from = offset_of(f->after, one->line, one->column);
	size_t to = offset_of(f->after, one->line, one->column + one->length);
	struct buf out = {0};

	buf_add(&out, f->after.p, from);
	buf_text(&out, one->mend);
	buf_add(&out, f->after.p + to, f->after.n - to);
	f->after = (struct str){arena_str(a, buf_view(&out)), out.n};
	f->done[FIX_WORDS]++;
	buf_free(&out);
}

/* The mends of this file, from its end on, so that the places before stay what they are. Returns how many. */
static int mend_words(struct arena *a, struct fixed_file *f, const struct problems *p)
{
	const struct problem **v = arena_new_array(a, const struct problem *, (size_t)p->n + 1);
	int n = 0;

	for (int i = 0; i < p->n; i++)
		if (p->v[i].mend && p->v[i].line && strcmp(p->v[i].file, f->name) == 0)
			v[n++] = &p->v[i];
	qsort(v, (size_t)n, sizeof(struct problem *), from_the_end);
	for (int i = 0; i < n; i++) /* one of a place is enough */
		if (i == 0 || v[i]->line != v[i - 1]->line || v[i]->column + v[i]->length <= v[i - 1]->column)
			replace(a, f, v[i]);
	return n;
}

/* -- indentation -------------------------------------------------------------------------------- */

/* The file with every tab of an indentation taken up to the next column that `width` divides, and wide blanks
 * as two. Returns how many there were. */
static int indented(struct str s, size_t width, struct buf *out)
{
	int n = 0;

	while (s.n > 0) {
		struct str line = first_line(&s), before = line;
		size_t column = 0;
		for (; line.n > 0; before = line) {
			uint32_t c = utf8_next(&line);
			size_t more = c == '\t' ? width - column % width
			    : c == 0x3000       ? 2
						: c == ' ' || c == 0xA0;
			if (!more)
				break;
			n += c != ' ';
			column += more;
			for (; more > 0; more--)
				buf_char(out, ' ');
		}
		buf_str(out, before);
	}
	return n;
}

/* Reads the file and mends what hides the rest, until it is read or there is no mend. */
static bool settles(struct arena *a, struct fixed_file *f)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		struct problems p;
		problems_init(&p, false);
		bool well = yaml_parse(a, f->name, f->after, YAML_LONG_FILE_MAX, &p) && p.errors == 0;
		int mended = well ? 0 : mend_words(a, f, &p);
		problems_free(&p);
		if (well || !mended)
			return well;
	}
	return false;
}

/* A tab may have stood for 2, 4 or 8 columns. What is read must be the same by all of these that can be read;
 * where it differs a person must say. */
static bool same_reading(struct str x, struct str y)
{
	struct problems p;
	struct arena *a = arena_new();

	problems_init(&p, false);
	const struct node *m = yaml_parse(a, "", x, YAML_LONG_FILE_MAX, &p);
	const struct node *n = yaml_parse(a, "", y, YAML_LONG_FILE_MAX, &p);
	bool same = yaml_same(m, n);
	problems_free(&p);
	arena_free(a);
	return same;
}

static void fix_indentation(struct arena *a, struct fixed_file *f)
{
	static const size_t widths[] = {2, 4, 8};
	struct fixed_file chosen = {0};

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct fixed_file tried = *f;
		struct buf out = {0};
		tried.done[FIX_INDENT] = indented(f->after, widths[i], &out);
		tried.after = (struct str){arena_str(a, buf_view(&out)), out.n};
		buf_free(&out);
		if (tried.done[FIX_INDENT] == 0)
			return;
		if (!settles(a, &tried))
			continue;
		if (chosen.name && !same_reading(chosen.after, tried.after))
			return;
		if (!chosen.name)
			chosen = tried;
	}
	if (chosen.name)
		*f = chosen;
}

void fix_bytes(struct arena *a, struct fixed_file *f)
{
	f->after = f->before;
	fix_encoding(a, f);
	f->readable = f->after;
	if (!utf8_valid(f->after, NULL))
		return;
	drop_invisible(a, f);
	fix_indentation(a, f);
}

/* -- all of them ------------------------------------------------------------------------------- */

static int mend_all(struct arena *a, struct fixed_file *files, int n)
{
	struct mechanism_file *given = arena_new_array(a, struct mechanism_file, (size_t)n + 1);
	struct problems p;
	int mended = 0;

	for (int i = 0; i < n; i++)
		given[i] = (struct mechanism_file){files[i].name, files[i].after};
	problems_init(&p, false);
	mechanism_release(mechanism_load_files(given, n, &p));
	/* what is not of the mechanism (its cases) is looked at as YAML */
	for (int i = 0; i < n; i++)
		if (!mechanism_has_file(files[i].name))
			yaml_parse(a, files[i].name, files[i].after, YAML_LONG_FILE_MAX, &p);
	for (int i = 0; i < n; i++)
		mended += mend_words(a, &files[i], &p);
	problems_free(&p);
	return mended;
}

void fix_files(struct arena *a, struct fixed_file *files, int n)
{
	for (int i = 0; i < n; i++)
		fix_bytes(a, &files[i]);
	for (int round = 0; round < ROUNDS_MAX && mend_all(a, files, n) > 0; round++)
		;
}
