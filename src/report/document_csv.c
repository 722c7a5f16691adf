/*
 * document_csv.c - a report for a spreadsheet: its head, then its tables one below the other,
 * each with its title, its heads, its rows and an empty line. Place: report.
 */
#include "base/csv.h"
#include "report/document.h"

static void write_facts(struct csv *c, const struct report_document *d)
{
	struct report_fact facts[REPORT_FACTS_MAX];
	int n = document_facts(d, facts);

	csv_text(c, document_title(d));
	csv_end_row(c);
	for (int i = 0; i < n; i++) {
		csv_text(c, facts[i].label);
		csv_text(c, facts[i].text);
		csv_end_row(c);
	}
	csv_end_row(c);
}

static void write_cell(struct csv *c, const struct report_cell *cell, enum cell_kind kind)
{
	char text[CELL_TEXT_MAX];
	const char *words = cell_words(cell, kind, text);

	if (kind == CELL_TEXT && !cell->empty)
		csv_text(c, words);
	else
		csv_value(c, words);
}

static void write_sheet(struct csv *c, const struct report_sheet *s)
{
	csv_text(c, s->title);
	csv_end_row(c);
	for (int i = 0; i < s->n_columns; i++)
		csv_text(c, s->columns[i].title);
	csv_end_row(c);
	for (int row = 0; row < s->n_rows; row++) {
		for (int i = 0; i < s->n_columns; i++)
			write_cell(c, report_cell_of(s, row, i), s->columns[i].kind);
		csv_end_row(c);
	}
	csv_end_row(c);
}

bool document_csv(const struct report_document *d, struct buf *out, const char **why)
{
	struct csv c = csv_to(out);

	(void)why;
	write_facts(&c, d);
	for (int i = 0; i < d->n_sheets; i++)
		write_sheet(&c, &d->sheets[i]);
	return true;
}
