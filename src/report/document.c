/*
 * document.c - a report's head and sheets: made, looked at, said in words.
 * Place: report; pure.
 */
#include "report/document.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

const char *const cell_kind_names[CELL_KINDS] = {
    "text", "count", "rate", "score", "duration", "date", "instant"};

/* -- making ---------------------------------------------------------------------------------- */

struct report_sheet *document_add(struct report_document *d, const char *id, const char *title,
    const struct report_column *columns, int n_columns)
{
	struct report_sheet *s = &d->sheets[d->n_sheets++];

	assert(d->n_sheets <= REPORT_SHEETS_MAX && "a report's sheets have room");
	*s = (struct report_sheet){.id = id, .title = title, .columns = columns, .n_columns = n_columns};
	return s;
}

struct report_cell *report_row(struct report_document *d, struct report_sheet *s)
{
	size_t cap = (size_t)s->cap_rows, width = (size_t)s->n_columns;
	struct report_cell *row;

	if (s->n_rows == s->cap_rows) {
		s->cells = array_grow(d->arena, s->cells, (size_t)s->n_rows, &cap, width * sizeof *s->cells);
		s->cap_rows = (int)cap;
	}
	row = s->cells + (size_t)s->n_rows++ * width;
	for (size_t i = 0; i < width; i++)
		row[i] = (struct report_cell){.empty = true};
	return row;
}

struct report_cell cell_text(const char *text)
{
	return (struct report_cell){.empty = !text, .text = text};
}

struct report_cell cell_number(int64_t n)
{
	return (struct report_cell){.n = n};
}

int64_t rate_of(int64_t part, int64_t whole)
{
	return (2000 * part + whole) / (2 * whole);
}

struct report_cell cell_rate(int64_t part, int64_t whole)
{
	if (whole == 0)
		return (struct report_cell){.empty = true};
	return cell_number(rate_of(part, whole));
}

/* -- reading --------------------------------------------------------------------------------- */

const struct report_sheet *document_sheet(const struct report_document *d, const char *id)
{
	for (int i = 0; i < d->n_sheets; i++)
		if (text_eq(d->sheets[i].id, id))
			return &d->sheets[i];
	return NULL;
}

int report_column_of(const struct report_sheet *s, const char *id)
{
	for (int i = 0; i < s->n_columns; i++)
		if (text_eq(s->columns[i].id, id))
			return i;
	return -1;
}

const struct report_cell *report_cell_of(const struct report_sheet *s, int row, int column)
{
	return &s->cells[(size_t)row * (size_t)s->n_columns + (size_t)column];
}

const struct report_cell *report_at(const struct report_sheet *s, int row, const char *column)
{
	static const struct report_cell nothing = {.empty = true};
	int i = report_column_of(s, column);

	return i < 0 ? &nothing : report_cell_of(s, row, i);
}

int report_find(const struct report_sheet *s, const char *column, const char *text)
{
	int i = report_column_of(s, column);

	for (int row = 0; i >= 0 && row < s->n_rows; row++)
		if (text_eq(report_cell_of(s, row, i)->text, text))
			return row;
	return -1;
}

static void keep_rows(struct report_sheet *s, int column, const char *units)
{
	size_t width = (size_t)s->n_columns;
	int kept = 0;

	for (int row = 0; row < s->n_rows; row++)
		if (list_has(units, report_cell_of(s, row, column)->text))
			memmove(s->cells + (size_t)kept++ * width, s->cells + (size_t)row * width,
			    width * sizeof *s->cells);
	s->n_rows = kept;
}

void document_keep_unit(struct report_document *d, const char *units, const char *unit_name)
{
	const char *rest = units;
	struct str first = list_next(&rest);
	int kept = 0;

	for (int i = 0; i < d->n_sheets; i++) {
		int column = report_column_of(&d->sheets[i], "unit");

		if (column < 0)
			continue;
		d->sheets[kept] = d->sheets[i];
		keep_rows(&d->sheets[kept++], column, units);
	}
	d->n_sheets = kept;
	d->head.unit = arena_str(d->arena, first);
	d->head.unit_name = unit_name;
}

/* -- words ----------------------------------------------------------------------------------- */

static void write_duration(int64_t ms, char *out)
{
	int n = snprintf(out, CELL_TEXT_MAX, "%s%" PRId64 ":%02d:%02d", ms < 0 ? "-" : "",
	    (ms < 0 ? -ms : ms) / HOUR_MS, (int)((ms < 0 ? -ms : ms) / MINUTE_MS % 60),
	    (int)((ms < 0 ? -ms : ms) / SECOND_MS % 60));
	int rest = (int)((ms < 0 ? -ms : ms) % SECOND_MS);

	if (rest)
		snprintf(out + n, (size_t)(CELL_TEXT_MAX - n), ".%03d", rest);
}

static void write_date(int64_t day, char *out)
{
	struct date d = day_date(day);

	snprintf(out, CELL_TEXT_MAX, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static void write_instant(int64_t ms, char *out)
{
	char text[CELL_TEXT_MAX];
	int64_t day = local_day(ms);

	write_date(day, out);
	write_duration(ms - day_start(day), text);
	snprintf(out + 10, CELL_TEXT_MAX - 10, " %s%.20s", text[1] == ':' ? "0" : "", text);
}

/* n / 10^places with that many digits behind the point. */
static void write_decimal(int64_t n, int places, const char *after, char *out)
{
	int64_t one = places == 1 ? 10 : 100, size = n < 0 ? -n : n;

	snprintf(out, CELL_TEXT_MAX, "%s%" PRId64 ".%0*" PRId64 "%s", n < 0 ? "-" : "", size / one, places,
	    size % one, after);
}

const char *cell_words(const struct report_cell *c, enum cell_kind kind, char out[CELL_TEXT_MAX])
{
	if (c->empty)
		return "–";
	switch (kind) {
	case CELL_TEXT:
		return c->text;
	case CELL_RATE:
		write_decimal(c->n, 1, "%", out);
		break;
	case CELL_SCORE:
		write_decimal(c->n, 2, "", out);
		break;
	case CELL_DURATION:
		write_duration(c->n, out);
		break;
	case CELL_DATE:
		write_date(c->n, out);
		break;
	case CELL_INSTANT:
		write_instant(c->n, out);
		break;
	default:
		snprintf(out, CELL_TEXT_MAX, "%" PRId64, c->n);
	}
	return out;
}

const char *report_words(const struct report_document *d, const struct report_sheet *s, int row,
    const char *column)
{
	char out[CELL_TEXT_MAX];
	int i = report_column_of(s, column);

	return i < 0 ? "–"
		     : arena_text(d->arena, cell_words(report_cell_of(s, row, i), s->columns[i].kind, out));
}

const char *document_title(const struct report_document *d)
{
	char period[PERIOD_TITLE_MAX];
	const struct report_head *h = &d->head;

	return arena_printf(d->arena, "%s%s110社会联动工作%s%s%s%s统计", h->training ? TRAINING_MARK : "",
	    h->city ? h->city : "", period_title(&h->period, period), h->unit ? "" : "",
	    h->unit_name ? h->unit_name : "", h->drill ? "演练" : "");
}

int document_facts(const struct report_document *d, struct report_fact out[REPORT_FACTS_MAX])
{
	const struct report_head *h = &d->head;
	char from[CELL_TEXT_MAX], to[CELL_TEXT_MAX];
	int n = 0;

	write_date(h->period.from, from);
	write_date(h->period.to - 1, to);
	out[n++] = (struct report_fact){"统计期", arena_printf(d->arena, "%s 至 %s", from, to)};
	out[n++] = (struct report_fact){"状态",
	    h->closed ? arena_printf(d->arena, "定稿,第 %" PRId64 " 版", h->edition)
		      : "草稿(未定稿,数据可能变动)"};
	if (h->unit)
		out[n++] = (struct report_fact){"单位", h->unit_name ? h->unit_name : h->unit};
	if (h->drill)
		out[n++] = (struct report_fact){"范围", "仅演练,不计入任何统计和考评"};
	out[n++] = (struct report_fact){"数据截至", arena_printf(d->arena, "第 %" PRId64 " 号事件", h->seq)};
	out[n++] = (struct report_fact){"事件链头", h->chain};
	out[n++] = (struct report_fact){"数据库", h->store};
	out[n++] = (struct report_fact){"机制版本", h->revision};
	if (!h->official)
		out[n++] = (struct report_fact){"计分办法", "本系统约定,不是官方考评办法(附件未公开)"};
	return n;
}
