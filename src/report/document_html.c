/*
 * document_html.c - a report as a document on A4: its text, its drawings, its tables. A word processor opens
 * and edits it. Of one unit: what its director reads, on a page of its own.
 *
 * Whatever it says comes from the sheets' cells, so that it says what the other forms say; a sheet that is not
 * there leaves its sentence and its drawing out.
 * Place: report.
 */
#include "base/arena.h"
#include "report/chart.h"
#include "report/document_html.h"

#include <inttypes.h>

#define CHART_ROWS_MOST 60

/* -- the text -------------------------------------------------------------------------------- */

/* 「签收:应办 12 件,按时 10 件,及时率 83.3%,上期 80.0%。」 */
static void say_share(struct html *h, const struct report_document *d, const struct report_sheet *s, int row)
{
	html_open(h, "p", NULL);
	html_printf(h, "%s:%s 件中 %s 件,占 %s", report_words(d, s, row, "title"),
	    report_words(d, s, row, "whole"), report_words(d, s, row, "part"),
	    report_words(d, s, row, "rate"));
	if (!report_at(s, row, "rate_before")->empty)
		html_printf(h, ",上期 %s", report_words(d, s, row, "rate_before"));
	html_text(h, "。");
	html_close(h, "p");
}

static void say_count(struct html *h, const struct report_document *d, const struct report_sheet *s, int row)
{
	html_open(h, "p", NULL);
	html_printf(h, "%s:%s 件", report_words(d, s, row, "title"), report_words(d, s, row, "part"));
	if (!report_at(s, row, "part_before")->empty)
		html_printf(h, ",上期 %s 件", report_words(d, s, row, "part_before"));
	html_text(h, "。");
	html_close(h, "p");
}

static void write_text(struct html *h, const struct report_document *d)
{
	const struct report_sheet *s = document_sheet(d, "summary");

	if (!s || s->n_rows == 0)
		return;
	html_element(h, "h2", NULL, "一、基本情况");
	for (int row = 0; row < s->n_rows; row++)
		if (report_at(s, row, "whole")->empty)
			say_count(h, d, s, row);
		else
			say_share(h, d, s, row);
}

#define NAMED_MOST 10
#define DUE_LEAST 5 /* of fewer a rate says little */

/* 「到场及时率低于全市(64.3%)的单位:供水 50.0%(应办 10 件)、…。」 */
static void name_units(struct html *h, const struct report_document *d, const char *clock, const char *title)
{
	const struct report_sheet *summary = document_sheet(d, "summary"),
				  *units = document_sheet(d, "units");
	const char *rate = arena_printf(d->arena, "%s_rate", clock),
		   *due = arena_printf(d->arena, "%s_due", clock);
	int all = summary ? report_find(summary, "item", clock) : -1, named = 0;

	if (all < 0 || !units || report_at(summary, all, "rate")->empty)
		return;
	html_open(h, "p", NULL);
	html_printf(h, "%s低于全市(%s)的单位:", title, report_words(d, summary, all, "rate"));
	for (int row = 0; row < units->n_rows && named < NAMED_MOST; row++) {
		if (report_at(units, row, due)->n < DUE_LEAST ||
		    report_at(units, row, rate)->n >= report_at(summary, all, "rate")->n)
			continue;
		html_printf(h, "%s%s %s(应办 %s 件)", named++ ? "、" : "",
		    report_words(d, units, row, "name"), report_words(d, units, row, rate),
		    report_words(d, units, row, due));
	}
	html_printf(h, "%s。", named ? "" : "无");
	html_close(h, "p");
}

static void write_units_text(struct html *h, const struct report_document *d)
{
	if (!document_sheet(d, "summary"))
		return;
	html_element(h, "h2", NULL, "二、各单位情况");
	html_open(h, "p", NULL);
	html_printf(h, "只列应办 %d 件以上的单位,每项至多 %d 个,按单位名录排列。", DUE_LEAST, NAMED_MOST);
	html_close(h, "p");
	name_units(h, d, "acknowledge", "签收及时率");
	name_units(h, d, "arrive", "到场及时率");
	name_units(h, d, "first_report", "首次反馈及时率");
}

/* -- the drawings ---------------------------------------------------------------------------- */

static void draw_rates(struct html *h, const struct report_document *d, const char *column, const char *title)
{
	const struct report_sheet *s = document_sheet(d, "units");
	struct chart_point v[CHART_ROWS_MOST];
	int n = 0;

	for (int row = 0; s && row < s->n_rows && n < CHART_ROWS_MOST; row++) {
		const struct report_cell *c = report_at(s, row, column);

		if (!c->empty)
			v[n++] = (struct chart_point){
			    report_words(d, s, row, "name"), report_words(d, s, row, column), c->n};
	}
	if (n > 0)
		chart_bars(h, title, v, n, 1000);
}

static void draw_months(struct html *h, const struct report_document *d, const char *column,
    const char *title, int64_t most)
{
	const struct report_sheet *s = document_sheet(d, "months");
	struct chart_point v[CHART_ROWS_MOST];
	int n = 0;

	for (int row = 0; s && row < s->n_rows && n < CHART_ROWS_MOST; row++) {
		const struct report_cell *c = report_at(s, row, column);

		v[n++] = (struct chart_point){
		    report_words(d, s, row, "month"), report_words(d, s, row, column), c->empty ? -1 : c->n};
	}
	if (n > 1)
		chart_line(h, title, v, n, most);
}

#define PARTS 5

/* The buckets of one clock, a bar for each unit that has any. */
void document_draw_times(struct html *h, const struct report_document *d, const char *clock,
    const char *title)
{
	const struct report_sheet *s = document_sheet(d, "times");
	struct chart_point rows[CHART_ROWS_MOST];
	int64_t parts[CHART_ROWS_MOST * PARTS];
	const char *legend[PARTS], *ids[PARTS];
	int n = 0;

	for (int i = 0; s && i < PARTS; i++) {
		ids[i] = arena_printf(d->arena, "%s_time_%d", clock, i + 1);
		int column = report_column_of(s, ids[i]);

		if (column < 0)
			return;
		legend[i] = s->columns[column].title;
	}
	for (int row = 0; s && row < s->n_rows && n < CHART_ROWS_MOST; row++) {
		int64_t whole = 0;

		for (int i = 0; i < PARTS; i++)
			whole += parts[n * PARTS + i] = report_at(s, row, ids[i])->n;
		if (whole > 0 && text_eq(report_at(s, row, "scope")->text, "counted"))
			rows[n++] = (struct chart_point){report_words(d, s, row, "name"),
			    arena_printf(d->arena, "%" PRId64 " 件", whole), whole};
	}
	if (n > 0)
		chart_parts(h, title, legend, PARTS, rows, parts, n);
}

static void draw_all(struct html *h, const struct report_document *d)
{
	html_element(h, "h2", NULL, "三、图");
	draw_months(h, d, "dispatches", "逐月联动指令(件)", 0);
	draw_months(h, d, "acknowledge_rate", "逐月签收及时率", 1000);
	draw_months(h, d, "arrive_rate", "逐月到场及时率", 1000);
	draw_rates(h, d, "acknowledge_rate", "各单位签收及时率");
	draw_rates(h, d, "arrive_rate", "各单位到场及时率");
	document_draw_times(h, d, "acknowledge", "各单位签收用时");
	document_draw_times(h, d, "arrive", "各单位到场用时");
	document_draw_times(h, d, "first_report", "各单位首次反馈用时");
}

/* -- the tables ------------------------------------------------------------------------------ */

static void write_row(struct html *h, const struct report_sheet *s, int row)
{
	char text[CELL_TEXT_MAX];

	html_open(h, "tr", NULL);
	for (int i = 0; i < s->n_columns; i++) {
		const struct report_cell *c = report_cell_of(s, row, i);

		html_element(h, "td", s->columns[i].kind == CELL_TEXT ? NULL : "n",
		    cell_words(c, s->columns[i].kind, text));
	}
	html_close(h, "tr");
}

/* So that a wide table stays on its paper. */
static const char *size_class(int columns)
{
	return columns > 20 ? "tiny" : columns > 12 ? "dense" : NULL;
}

static void write_sheet(struct html *h, const struct report_sheet *s)
{
	html_element(h, "h2", NULL, s->title);
	if (s->note)
		html_element(h, "p", "small", s->note);
	html_open(h, "table", "id", s->id, "class", size_class(s->n_columns), NULL);
	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (int i = 0; i < s->n_columns; i++)
		html_element(h, "th", NULL, s->columns[i].title);
	html_close(h, "tr");
	html_close(h, "thead");
	html_open(h, "tbody", NULL);
	for (int row = 0; row < s->n_rows; row++)
		write_row(h, s, row);
	html_close(h, "tbody");
	html_close(h, "table");
}

/* A table on its side: a unit's one row, as label and value. */
static void write_figures(struct html *h, const struct report_sheet *s)
{
	char text[CELL_TEXT_MAX];

	html_element(h, "h2", NULL, s->title);
	html_open(h, "table", "id", s->id, NULL);
	html_open(h, "tbody", NULL);
	for (int i = 0; i < s->n_columns; i++) {
		html_open(h, "tr", NULL);
		html_element(h, "th", NULL, s->columns[i].title);
		html_element(h, "td", s->columns[i].kind == CELL_TEXT ? NULL : "n",
		    cell_words(report_cell_of(s, 0, i), s->columns[i].kind, text));
		html_close(h, "tr");
	}
	html_close(h, "tbody");
	html_close(h, "table");
}

/* -- the document ---------------------------------------------------------------------------- */

static void write_facts(struct html *h, const struct report_document *d)
{
	struct report_fact facts[REPORT_FACTS_MAX];
	int n = document_facts(d, facts);

	html_element(h, "h1", NULL, document_title(d));
	if (!d->head.closed)
		html_element(h, "p", "draft", "草 稿");
	for (int i = 0; i < n; i++) {
		html_open(h, "p", "class", "small", NULL);
		html_printf(h, "%s:%s", facts[i].label, facts[i].text);
		html_close(h, "p");
	}
}

static void write_body(struct html *h, const struct report_document *d)
{
	write_text(h, d);
	write_units_text(h, d);
	draw_all(h, d);
	html_element(h, "h2", NULL, "四、表");
}

bool document_html(const struct report_document *d, struct buf *out, const char **why)
{
	struct html h = html_begin(out, document_title(d), d->head.unit ? HTML_PORTRAIT : HTML_LANDSCAPE);

	(void)why;
	write_facts(&h, d);
	if (d->head.unit)
		document_unit_page(&h, d);
	else
		write_body(&h, d);
	for (int i = 0; i < d->n_sheets; i++)
		if (d->head.unit && d->sheets[i].n_rows == 1)
			write_figures(&h, &d->sheets[i]);
		else if (d->sheets[i].n_rows > 0 || !d->head.unit)
			write_sheet(&h, &d->sheets[i]);
	html_end(&h);
	return true;
}
