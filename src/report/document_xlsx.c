/*
 * document_xlsx.c - a report as a workbook: a sheet each, real numbers, shares, dates and durations, heads
 * that stay in sight and repeat on paper, widths that fit.
 *
 * A duration is a part of a day, an instant a serial number of days since 1899-12-30, as spreadsheets have
 * them; both are of the city's time. The library writes to a file: one in memory. It would write the instant
 * of making: the period's last day stands in its place, so that the same report is the same bytes.
 * Place: report.
 */
#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"
#include "report/document.h"

#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define SERIAL_OF_1970 25569 /* days from 1899-12-30 */
#define WIDTH_LEAST 8.0
#define WIDTH_MOST 40.0
#define WIDTH_ROWS 200 /* rows looked at for a column's width */

struct workbook {
	lxw_workbook *book;
	lxw_format *title, *head, *fact, *cells[CELL_KINDS];
	const struct report_document *d;
};

static const char *const number_formats[CELL_KINDS] = {
    [CELL_COUNT] = "0",
    [CELL_RATE] = "0.0%",
    [CELL_SCORE] = "0.00",
    [CELL_DURATION] = "[h]:mm:ss",
    [CELL_DATE] = "yyyy-mm-dd",
    [CELL_INSTANT] = "yyyy-mm-dd hh:mm:ss",
};

static double serial_day(int64_t day)
{
	return (double)(day + SERIAL_OF_1970);
}

static double in_days(int64_t ms)
{
	return (double)ms / (double)DAY_MS;
}

/* The number that a spreadsheet has for it. */
static double number_of(int64_t n, enum cell_kind kind)
{
	switch (kind) {
	case CELL_RATE:
		return (double)n / 1000;
	case CELL_SCORE:
		return (double)n / 100;
	case CELL_DURATION:
		return in_days(n);
	case CELL_DATE:
		return serial_day(n);
	case CELL_INSTANT:
		return in_days(n + CITY_OFFSET_MS) + SERIAL_OF_1970;
	default:
		return (double)n;
	}
}

/* -- formats --------------------------------------------------------------------------------- */

static void make_formats(struct workbook *w)
{
	w->title = workbook_add_format(w->book);
	format_set_bold(w->title);
	format_set_font_size(w->title, 14);
	w->head = workbook_add_format(w->book);
	format_set_bold(w->head);
	format_set_text_wrap(w->head);
	format_set_border(w->head, LXW_BORDER_THIN);
	format_set_align(w->head, LXW_ALIGN_VERTICAL_CENTER);
	format_set_bg_color(w->head, 0xEEEEEE);
	w->fact = workbook_add_format(w->book);
	for (int kind = 0; kind < CELL_KINDS; kind++) {
		w->cells[kind] = workbook_add_format(w->book);
		format_set_border(w->cells[kind], LXW_BORDER_THIN);
		if (number_formats[kind])
			format_set_num_format(w->cells[kind], number_formats[kind]);
	}
}

/* -- one sheet ------------------------------------------------------------------------------- */

static void write_cell(struct workbook *w, lxw_worksheet *ws, lxw_row_t row, lxw_col_t column,
    const struct report_cell *c, enum cell_kind kind)
{
	lxw_format *f = w->cells[kind];

	if (c->empty)
		worksheet_write_string(ws, row, column, "–", f);
	else if (kind == CELL_TEXT)
		worksheet_write_string(ws, row, column, c->text, f);
	else
		worksheet_write_number(ws, row, column, number_of(c->n, kind), f);
}

/* As wide as its widest cell, within reason; a head may wrap. */
static double width_of(const struct report_sheet *s, int column)
{
	char text[CELL_TEXT_MAX];
	double most = (double)utf8_width(str_of(s->columns[column].title)) / 2 + 2;

	for (int row = 0; row < s->n_rows && row < WIDTH_ROWS; row++) {
		const char *z = cell_words(report_cell_of(s, row, column), s->columns[column].kind, text);
		double width = (double)utf8_width(str_of(z)) + 2;

		most = width > most ? width : most;
	}
	return most < WIDTH_LEAST ? WIDTH_LEAST : most > WIDTH_MOST ? WIDTH_MOST : most;
}

static void set_paper(lxw_worksheet *ws, const struct report_sheet *s, lxw_row_t head)
{
	worksheet_set_paper(ws, 9); /* A4 */
	worksheet_set_landscape(ws);
	worksheet_fit_to_pages(ws, 1, 0);
	worksheet_set_margins(ws, 0.5, 0.5, 0.6, 0.6);
	worksheet_repeat_rows(ws, head, head);
	worksheet_set_footer(ws, "&C第 &P 页,共 &N 页");
	worksheet_freeze_panes(ws, head + 1, s->n_columns > 2 ? 2 : 1);
}

static void write_sheet(struct workbook *w, const struct report_sheet *s)
{
	lxw_worksheet *ws = workbook_add_worksheet(w->book, s->title);
	lxw_row_t head = s->note ? 2 : 1;

	worksheet_write_string(ws, 0, 0, s->title, w->title);
	if (s->note)
		worksheet_write_string(ws, 1, 0, s->note, w->fact);
	for (int i = 0; i < s->n_columns; i++) {
		worksheet_write_string(ws, head, (lxw_col_t)i, s->columns[i].title, w->head);
		worksheet_set_column(ws, (lxw_col_t)i, (lxw_col_t)i, width_of(s, i), NULL);
	}
	for (int row = 0; row < s->n_rows; row++)
		for (int i = 0; i < s->n_columns; i++)
			write_cell(w, ws, head + 1 + (lxw_row_t)row, (lxw_col_t)i, report_cell_of(s, row, i),
			    s->columns[i].kind);
	set_paper(ws, s, head);
}

/* The first sheet: what this is. */
static void write_facts(struct workbook *w)
{
	struct report_fact facts[REPORT_FACTS_MAX];
	int n = document_facts(w->d, facts);
	lxw_worksheet *ws = workbook_add_worksheet(w->book, "说明");

	worksheet_write_string(ws, 0, 0, document_title(w->d), w->title);
	for (int i = 0; i < n; i++) {
		worksheet_write_string(ws, (lxw_row_t)i + 1, 0, facts[i].label, w->fact);
		worksheet_write_string(ws, (lxw_row_t)i + 1, 1, facts[i].text, w->fact);
	}
	worksheet_set_column(ws, 0, 0, 12, NULL);
	worksheet_set_column(ws, 1, 1, 70, NULL);
	worksheet_set_paper(ws, 9);
}

/* -- the book -------------------------------------------------------------------------------- */

static void set_properties(struct workbook *w)
{
	/* the library takes char * and copies */
	lxw_doc_properties properties = {
	    .title = (char *)(uintptr_t)document_title(w->d),
	    .author = (char *)(uintptr_t) "liandong",
	    .created = (time_t)(period_to_ms(&w->d->head.period) / SECOND_MS - 1),
	};

	workbook_set_properties(w->book, &properties);
}

static bool copy_file(int fd, struct buf *out)
{
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return false;
	do {
		buf_reserve(out, 65536);
		n = read(fd, out->p + out->n, out->cap - out->n);
		out->n += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	return n == 0;
}

static bool write_book(const struct report_document *d, const char *path)
{
	struct workbook w = {.book = workbook_new(path), .d = d};

	if (!w.book)
		return false;
	make_formats(&w);
	set_properties(&w);
	write_facts(&w);
	for (int i = 0; i < d->n_sheets; i++)
		write_sheet(&w, &d->sheets[i]);
	return workbook_close(w.book) == LXW_NO_ERROR;
}

bool document_xlsx(const struct report_document *d, struct buf *out, const char **why)
{
	int fd = memfd_create("report.xlsx", MFD_CLOEXEC);
	char path[40];
	bool good;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	good = fd >= 0 && write_book(d, path) && copy_file(fd, out);
	if (fd >= 0)
		close(fd);
	if (!good)
		*why = "工作簿写不出来:临时目录(/tmp)写满了或不可写";
	return good;
}
