/*
 * correct.c - 对以往时期的更正: what a closed period's figures are now, less what its document says.
 *
 * Place: report; pure. Facts may change after a period was closed (a late grant, an appeal); its document does
 * not. Each figure that differs is a row: of which table, which row, which column, what was stored, what is so
 * now. Sheets that list single matters (findings, the slowest, what was recorded) are not compared: a figure
 * stands for each of them elsewhere.
 */
#include "report/build.h"
#include "base/arena.h"
#include "base/map.h"

static const struct report_column correction_columns[] = {
    {"period", "时期", CELL_TEXT},
    {"table", "表", CELL_TEXT},
    {"row", "行", CELL_TEXT},
    {"column", "栏代码", CELL_TEXT},
    {"title", "栏", CELL_TEXT},
    {"stored", "定稿", CELL_TEXT},
    {"live", "现为", CELL_TEXT},
    {"difference", "更正", CELL_COUNT},
};

static const char *const compared[] = {
    "summary", "units", "clocks", "times", "requests", "deductions", "duty", "desk", "category", "township"};

/* The texts that a row is found by: all of them in the columns before the first figure, codes alone. */
static const char *key_of(struct arena *a, const struct report_sheet *s, int row)
{
	static const char *const keys[] = {"item", "unit", "category", "township", "class", "scope", "clock"};
	const char *key = "";

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct report_cell *c = report_at(s, row, keys[i]);

		if (!c->empty && c->text)
			key = arena_printf(a, "%s%s%s", key, *key ? " " : "", c->text);
	}
	return key;
}

/* Rows by their keys. */
struct row_index {
	const struct report_sheet *s; /* NULL: there is no such sheet */
	struct map rows;              /* of int */
};

static struct row_index index_of(struct arena *a, const struct report_sheet *s)
{
	struct row_index x = {.s = s};

	map_init(&x.rows, a, sizeof(int), s ? (size_t)s->n_rows : 0);
	for (int row = 0; s && row < s->n_rows; row++)
		*(int *)map_add(&x.rows, str_of(key_of(a, s, row)), NULL) = row;
	return x;
}

static int row_of(const struct row_index *x, const char *key)
{
	const int *row = map_find(&x->rows, str_of(key));

	return row ? *row : -1;
}

struct correcting {
	struct report_document *d;
	struct report_sheet *out;
	const char *period;
};

/* Columns about the period before, which has corrections of its own. */
static bool of_another(const char *id)
{
	const char *before = strstr(id, "before");

	return (before && !before[strlen("before")]) || text_eq(id, "change");
}

static void correct_cell(struct correcting *c, const struct report_sheet *s, const char *key, int column,
    const struct report_cell *was, const struct report_cell *is)
{
	static const struct report_cell none = {.empty = true};
	const struct report_column *of = &s->columns[column];
	char text[CELL_TEXT_MAX];
	struct report_cell *row;

	was = was ? was : &none;
	is = is ? is : &none;
	if (of->kind == CELL_TEXT || of_another(of->id) || (was->empty == is->empty && was->n == is->n))
		return;
	row = report_row(c->d, c->out);
	row[0] = cell_text(c->period);
	row[1] = cell_text(s->title);
	row[2] = cell_text(key);
	row[3] = cell_text(of->id);
	row[4] = cell_text(of->title);
	row[5] = cell_text(arena_text(c->d->arena, cell_words(was, of->kind, text)));
	row[6] = cell_text(arena_text(c->d->arena, cell_words(is, of->kind, text)));
	if (of->kind == CELL_COUNT)
		row[7] = cell_number((is->empty ? 0 : is->n) - (was->empty ? 0 : was->n));
}

/* One row of either: the other may not have it. */
static void correct_row(struct correcting *c, const struct report_sheet *s, const char *key,
    const struct report_sheet *stored, int was, const struct report_sheet *live, int is)
{
	for (int i = 0; i < s->n_columns; i++) {
		int a = stored ? report_column_of(stored, s->columns[i].id) : -1;
		int b = live ? report_column_of(live, s->columns[i].id) : -1;

		correct_cell(c, s, key, i, was >= 0 && a >= 0 ? report_cell_of(stored, was, a) : NULL,
		    is >= 0 && b >= 0 ? report_cell_of(live, is, b) : NULL);
	}
}

static void correct_sheet(struct correcting *c, const struct report_sheet *stored,
    const struct report_sheet *live)
{
	struct arena *a = c->d->arena;
	struct row_index was = index_of(a, stored), is = index_of(a, live);

	for (int row = 0; live && row < live->n_rows; row++) {
		const char *key = key_of(a, live, row);

		correct_row(c, live, key, stored, row_of(&was, key), live, row);
	}
	for (int row = 0; stored && row < stored->n_rows; row++) {
		const char *key = key_of(a, stored, row);

		if (row_of(&is, key) < 0)
			correct_row(c, stored, key, stored, row, live, -1);
	}
}

static struct report_sheet *corrections_of(struct report_document *d)
{
	struct report_sheet *s;

	for (int i = 0; i < d->n_sheets; i++)
		if (text_eq(d->sheets[i].id, "corrections"))
			return &d->sheets[i];
	s = document_add(d, "corrections", "对以往时期的更正", correction_columns,
	    (int)(sizeof correction_columns / sizeof correction_columns[0]));
	s->note = "定稿之后事实有变的数:现为 − 定稿";
	return s;
}

void build_corrections(struct report_document *d, const struct report_document *stored,
    const struct report_document *live)
{
	struct correcting c = {.d = d,
	    .out = corrections_of(d),
	    .period = arena_printf(d->arena, "%s 第 %lld 版", stored->head.period.name,
		(long long)stored->head.edition)};

	for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++)
		correct_sheet(&c, document_sheet(stored, compared[i]), document_sheet(live, compared[i]));
}
