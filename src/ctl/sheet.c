/*
 * sheet.c - CSV as spreadsheet programs write it; see sheet.h. Place: ctl.
 *
 * Nothing is guessed where it could harm: a number that such a program has spoiled is refused with its
 * place, never mended.
 */
#include "ctl/sheet.h"
#include "base/arena.h"
#include "base/both.h"
#include "base/array.h"
#include "base/gbk.h"
#include "base/mend.h"
#include "base/time.h"
#include "base/utf8.h"
#include "mechanism/yaml.h"

#include <ctype.h>
#include <errno.h>

#define FILE_MAX_BYTES ((size_t)4 << 20)
#define COLUMNS_MAX 64
#define ROWS_MAX 20000

static void wrong(const struct sheet *s, int line, int column, struct problems *p, const char *zh,
    const char *en)
{
	problems_add(p, PROBLEM_VALUE, s->file, line, column, "%s", "%s", p->english ? en : zh);
}

/* -- encodings -------------------------------------------------------------------------------- */

static int lines_before(struct str s, size_t at)
{
	int line = 1;

	for (size_t i = 0; i < at && i < s.n; i++)
		line += s.p[i] == '\n';
	return line;
}

static bool from_gbk(struct sheet *s, struct str bytes, struct str *out, struct problems *p)
{
	struct buf b = {0};
	struct gbk_read r = gbk_to_utf8(bytes, &b);

	*out = buf_into(&b, s->a);
	if (r.bad)
		wrong(s, lines_before(bytes, r.first_bad), 1, p,
		    "既不是 UTF-8 也不是 GBK,请在 Excel 里另存为 “CSV UTF-8(逗号分隔)”",
		    "neither UTF-8 nor GBK; save it as \"CSV UTF-8\" in the spreadsheet program");
	s->gbk = !r.bad;
	return s->gbk;
}

static bool decode(struct sheet *s, struct str bytes, struct str *out, struct problems *p)
{
	if (bytes.n >= 4 &&
	    (memcmp(bytes.p, "PK\x03\x04", 4) == 0 || memcmp(bytes.p, "\xD0\xCF\x11\xE0", 4) == 0)) {
		wrong(s, 0, 0, p, "这是 Excel 工作簿,请另存为 “CSV UTF-8(逗号分隔)”",
		    "this is a workbook; save it as \"CSV UTF-8\"");
		return false;
	}
	if (utf16_marked(bytes)) {
		wrong(s, 1, 1, p, "文件是 UTF-16 编码(“Unicode 文本”),请另存为 “CSV UTF-8(逗号分隔)”",
		    "the file is UTF-16; save it as \"CSV UTF-8\"");
		return false;
	}
	if (bytes.n >= 3 && memcmp(bytes.p, "\xEF\xBB\xBF", 3) == 0)
		bytes = (struct str){bytes.p + 3, bytes.n - 3};
	*out = bytes;
	return utf8_valid(bytes, NULL) || from_gbk(s, bytes, out, p);
}

/* -- cells ------------------------------------------------------------------------------------ */

struct cells {
	struct str rest;
	char separator;
	int line;
};

/* ="0597" is how a text is kept from becoming a number; '+86 is what guards against formulas. */
static struct str unguarded(struct str s)
{
	if (s.n >= 3 && s.p[0] == '=' && s.p[1] == '"' && s.p[s.n - 1] == '"')
		return (struct str){s.p + 2, s.n - 3};
	if (s.n >= 2 && s.p[0] == '\'' && strchr("=+-@", s.p[1]))
		return (struct str){s.p + 1, s.n - 1};
	return s;
}

/* In quotes; "" is one of them. False: they do not end. */
static bool quoted(struct cells *c, struct buf *out)
{
	for (size_t i = 1; i < c->rest.n; i++) {
		char x = c->rest.p[i];

		if (x == '"' && i + 1 < c->rest.n && c->rest.p[i + 1] == '"') {
			i++;
		} else if (x == '"') {
			c->rest = (struct str){c->rest.p + i + 1, c->rest.n - i - 1};
			return true;
		}
		buf_char(out, x == '\n' || x == '\r' ? ' ' : x);
		c->line += x == '\n';
	}
	return false;
}

/* The next cell of a row; *last: the row ends with it. NULL: its quotes do not end. */
static const char *next_cell(struct arena *a, struct cells *c, bool *last)
{
	struct buf b = {0};
	bool whole = true;
	size_t n = 0;

	if (c->rest.n > 0 && c->rest.p[0] == '"')
		whole = quoted(c, &b);
	while (n < c->rest.n && c->rest.p[n] != c->separator && c->rest.p[n] != '\n')
		n++;
	buf_add(&b, c->rest.p, n > 0 && c->rest.p[n - 1] == '\r' ? n - 1 : n);
	*last = n == c->rest.n || c->rest.p[n] == '\n';
	if (n < c->rest.n)
		n++;
	c->rest = (struct str){c->rest.p + n, c->rest.n - n};
	const char *cell = whole ? arena_str(a, unguarded(str_trimmed(buf_view(&b)))) : NULL;
	buf_free(&b);
	return cell;
}

/* The cells of one row, and how many; -1 with a problem. */
static int next_row(struct sheet *s, struct cells *c, const char **out, struct problems *p)
{
	bool last = false;
	int n = 0, line = c->line;

	while (!last) {
		const char *cell = next_cell(s->a, c, &last);

		if (!cell || n == COLUMNS_MAX) {
			const struct both why = cell
			    ? (struct both){"一行的单元格太多", "too many cells in a row"}
			    : (struct both){"引号没有配对", "a quote is not closed"};
			wrong(s, line, n + 1, p, why.zh, why.en);
			return -1;
		}
		out[n++] = cell;
	}
	c->line++;
	return n;
}

static bool is_empty(const char *const *cells, int n)
{
	for (int i = 0; i < n; i++)
		if (*cells[i])
			return false;
	return true;
}

/* The one that occurs most in the first line. */
static char separator_of(struct str s)
{
	static const char all[] = {',', '\t', ';'};
	size_t most = 0;
	char found = ',';

	for (size_t k = 0; k < sizeof all; k++) {
		size_t n = 0;

		for (size_t i = 0; i < s.n && s.p[i] != '\n'; i++)
			n += s.p[i] == all[k];
		if (n > most) {
			most = n;
			found = all[k];
		}
	}
	return found;
}

/* -- the table -------------------------------------------------------------------------------- */

static void take_heads(struct sheet *s, const char *const *cells, int n, struct problems *p)
{
	while (n > 0 && !*cells[n - 1])
		n--;
	s->columns = n;
	s->heads = arena_new_array(s->a, const char *, (size_t)n + 1);
	for (int i = 0; i < n; i++) {
		s->heads[i] = cells[i];
		for (int j = 0; j < i; j++)
			if (*cells[i] && strcmp(cells[i], cells[j]) == 0)
				problems_add(p, PROBLEM_VALUE, s->file, 1, i + 1, "表头 “%s” 出现两次",
				    "the head \"%s\" occurs twice", cells[i]);
	}
	if (n == 0)
		wrong(s, 1, 1, p, "第一行应当是表头", "the first line should have the heads");
}

static void take_row(struct sheet *s, int line, const char *const *cells, int n, int *cap, struct problems *p)
{
	struct sheet_row *row;

	for (int i = s->columns; i < n; i++)
		if (*cells[i])
			problems_add(p, PROBLEM_VALUE, s->file, line, i + 1,
			    "“%s” 不在任何表头之下:多了一个逗号?",
			    "\"%s\" stands under no head: a comma too many?", cells[i]);
	if (s->n == ROWS_MAX) {
		wrong(s, line, 1, p, "行太多(最多 20000 行)", "too many rows (at most 20000)");
		return;
	}
	ARRAY_ROOM(s->a, s->rows, s->n, *cap);
	row = &s->rows[s->n++];
	*row = (struct sheet_row){line, arena_new_array(s->a, const char *, (size_t)s->columns + 1)};
	for (int i = 0; i < s->columns; i++)
		row->cells[i] = i < n ? cells[i] : "";
}

/* A blank line between others may be a row that was lost; those at the end are what Excel leaves there. */
static void blank_between(const struct sheet *s, int blank, struct problems *p)
{
	if (blank)
		wrong(s, blank, 1, p, "中间有空行:删除它,或补上漏掉的内容",
		    "a blank line between others: delete it, or add what is missing");
}

bool sheet_parse(struct arena *a, const char *file, struct str bytes, struct sheet *out, struct problems *p)
{
	const char *cells[COLUMNS_MAX];
	struct cells c = {.line = 1};
	int errors = p->errors, cap = 0, blank = 0;

	*out = (struct sheet){.a = a, .file = file};
	if (!decode(out, bytes, &c.rest, p))
		return false;
	c.separator = separator_of(c.rest);
	while (c.rest.n > 0) {
		int line = c.line, n = next_row(out, &c, cells, p);

		if (n < 0 || out->n == ROWS_MAX)
			return false;
		if (line == 1) {
			take_heads(out, cells, n, p);
		} else if (is_empty(cells, n)) {
			blank = blank ? blank : line;
		} else {
			blank_between(out, blank, p);
			blank = 0;
			take_row(out, line, cells, n, &cap, p);
		}
	}
	if (!out->heads)
		wrong(out, 0, 0, p, "文件是空的", "the file is empty");
	return p->errors == errors;
}

bool sheet_read(struct arena *a, const char *file, struct sheet *out, struct problems *p)
{
	struct str bytes;

	*out = (struct sheet){.a = a, .file = file};
	return yaml_slurp(a, file, FILE_MAX_BYTES, &bytes, p) && sheet_parse(a, file, bytes, out, p);
}

int sheet_column(const struct sheet *s, const char *head, const char *or_else)
{
	for (int i = 0; i < s->columns; i++)
		if (strcmp(s->heads[i], head) == 0 || (or_else && strcmp(s->heads[i], or_else) == 0))
			return i;
	return -1;
}

static bool is_among(const int *columns, int n, int column)
{
	for (int i = 0; i < n; i++)
		if (columns[i] == column)
			return true;
	return false;
}

int sheet_unknown(const struct sheet *s, int from, const int *columns, int n)
{
	for (int i = from; i < s->columns; i++)
		if (!is_among(columns, n, i))
			return i;
	return -1;
}

void sheet_wrong(const struct sheet *s, const struct sheet_row *row, int column, struct problems *p,
    const char *zh, const char *en, const char *detail)
{
	const char *head = column < 0 ? "" : s->heads[column], *cell = column < 0 ? "" : row->cells[column];

	problems_add(p, PROBLEM_VALUE, s->file, row->line, column + 1, "%s%s%s%s%s%s%s", "%s%s%s%s%s%s%s",
	    *head ? "“" : "", head, *head ? p->english ? "”, column " : "” 列 " : "", *cell ? "“" : "",
	    arena_quote(p->arena, cell), *cell ? "” " : "",
	    arena_printf(p->arena, "%s%s", p->english ? en : zh, detail ? detail : ""));
}

/* -- what cells hold -------------------------------------------------------------------------- */

/* 1.39E+10, 1.39e+10 */
static bool is_exponent(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	return n > 0 && (s[n] == 'E' || s[n] == 'e') && (s[n + 1] == '+' || s[n + 1] == '-') && s[n + 2] &&
	    strspn(s + n + 2, "0123456789") == strlen(s + n + 2);
}

/* 400 and 800 numbers and mobiles have ten and eleven digits and no zero in front. */
static bool lost_zero(const char *s, size_t n)
{
	bool mobile = n == 11 && s[0] == '1' && s[1] >= '3';
	bool service = n == 10 && (strncmp(s, "400", 3) == 0 || strncmp(s, "800", 3) == 0);

	return n >= 9 && n <= 11 && s[0] != '0' && !mobile && !service;
}

enum phone_harm sheet_phone(const char *cell)
{
	size_t digits = strspn(cell, "0123456789"), n = strlen(cell);
	int seen = 0;

	if (is_exponent(cell))
		return PHONE_EXPONENT;
	for (const char *c = cell; *c; c++)
		seen += is_digit(*c);
	if (seen < 3)
		return PHONE_NONE;
	if (digits == n && n > 15 && strspn(cell + 15, "0") == n - 15)
		return PHONE_ROUNDED;
	return digits == n && lost_zero(cell, n) ? PHONE_ZERO_LOST : PHONE_WHOLE;
}

const char *sheet_harm(enum phone_harm harm, bool english)
{
	static const struct both harms[] = {
	    [PHONE_WHOLE] = {"", ""},
	    [PHONE_NONE] = {"不是电话号码:和旁边的列放反了?", "is no phone number: are columns swapped?"},
	    [PHONE_EXPONENT] = {"是被 Excel 改成科学计数的号码,原号已丢:把这一列设为“文本”格式,重新填写",
		"was made a number in scientific notation and its digits are lost: format the "
		"column as text and fill it in again"},
	    [PHONE_ZERO_LOST] =
		{"像是丢了开头的 0:把这一列设为“文本”格式,补上区号的 0;确无 0 就写成带 - 的号码",
		    "seems to have lost its leading 0: format the column as text and add it; if "
		    "there is none, write the number with a -"},
	    [PHONE_ROUNDED] = {"是被 Excel 舍入过的号码(超过 15 位):把这一列设为“文本”格式,重新填写",
		"was rounded by the spreadsheet program (more than 15 digits): format the column "
		"as text and fill it in again"},
	};

	return english ? harms[harm].en : harms[harm].zh;
}

/* One number of at most `most` digits off the front. */
static bool take_number(const char **s, int most, int *out)
{
	int n = 0;

	for (*out = 0; is_digit(**s) && n < most; n++)
		*out = *out * 10 + *(*s)++ - '0';
	return n > 0 && !is_digit(**s);
}

static bool take_sign(const char **s, const char *const *signs)
{
	for (; *signs; signs++)
		if (strncmp(*s, *signs, strlen(*signs)) == 0) {
			*s += strlen(*signs);
			return true;
		}
	return false;
}

bool sheet_date(const char *cell, int64_t *day)
{
	static const char *const year[] = {"-", "/", ".", "年", NULL},
				 *const month[] = {"-", "/", ".", "月", NULL};
	struct date d;

	if (!take_number(&cell, 4, &d.year) || !take_sign(&cell, year) || !take_number(&cell, 2, &d.month) ||
	    !take_sign(&cell, month) || !take_number(&cell, 2, &d.day))
		return false;
	if (strcmp(cell, "日") == 0)
		cell += strlen("日");
	if (*cell || d.year < 2000 || d.year > 2100 || !date_valid(d))
		return false;
	*day = date_day(d);
	return true;
}

bool sheet_minute(const char *cell, int *minute)
{
	static const char *const colon[] = {":", "\xEF\xBC\x9A", NULL};
	int hours, minutes, seconds = 0;

	if (!take_number(&cell, 2, &hours) || !take_sign(&cell, colon) || !take_number(&cell, 2, &minutes))
		return false;
	if (*cell && (!take_sign(&cell, colon) || !take_number(&cell, 2, &seconds)))
		return false;
	*minute = (hours * 60 + minutes) % (24 * 60);
	return !*cell && minutes < 60 && seconds == 0 && (hours < 24 || (hours == 24 && minutes == 0));
}
