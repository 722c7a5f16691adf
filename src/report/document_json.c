/*
 * document_json.c - a report as canonical JSON, and back. A closed period keeps these bytes; their SHA-256
 * stands in the event chain, so members are added at the end of their object and never moved.
 *
 * Rows are objects of the columns' ids in the columns' order; an empty cell is null.
 * Place: report.
 */
#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"
#include "report/document.h"

#include <jansson.h>
#include <stdio.h>

/* -- writing --------------------------------------------------------------------------------- */

static void write_head(struct json *j, const struct report_head *h)
{
	const struct report_cell from = cell_number(h->period.from), last = cell_number(h->period.to - 1);
	char text[CELL_TEXT_MAX];

	json_begin(j, "report");
	json_int(j, "version", 1);
	json_text(j, "kind", period_kind_names[h->period.kind]);
	json_text(j, "period", h->period.name);
	json_text(j, "from", cell_words(&from, CELL_DATE, text));
	json_text(j, "to", cell_words(&last, CELL_DATE, text));
	json_text(j, "state", h->closed ? "closed" : "draft");
	if (h->closed)
		json_int(j, "edition", h->edition);
	if (h->training)
		json_bool(j, "training", true);
	json_bool(j, "drill", h->drill);
	json_text(j, "unit", h->unit);
	json_text(j, "unit_name", h->unit_name);
	json_text(j, "city", h->city);
	json_text(j, "store", h->store);
	json_int(j, "seq", h->seq);
	json_text(j, "chain", h->chain);
	json_text(j, "revision", h->revision);
	json_bool(j, "official_rubric", h->official);
	json_end(j);
}

static void write_cell(struct json *j, const struct report_column *column, const struct report_cell *c)
{
	char text[CELL_TEXT_MAX];

	if (c->empty)
		json_none(j, column->id);
	else if (column->kind == CELL_TEXT || column->kind == CELL_DATE)
		json_text(j, column->id, cell_words(c, column->kind, text));
	else if (column->kind == CELL_INSTANT)
		json_text(j, column->id, time_rfc3339(c->n, text));
	else
		json_int(j, column->id, c->n);
}

static void write_columns(struct json *j, const struct report_sheet *s)
{
	json_list(j, "columns");
	for (int i = 0; i < s->n_columns; i++) {
		json_begin(j, NULL);
		json_text(j, "id", s->columns[i].id);
		json_text(j, "title", s->columns[i].title);
		json_text(j, "kind", cell_kind_names[s->columns[i].kind]);
		json_end(j);
	}
	json_close(j);
}

static void write_sheet(struct json *j, const struct report_sheet *s)
{
	json_begin(j, NULL);
	json_text(j, "id", s->id);
	json_text(j, "title", s->title);
	json_text(j, "note", s->note);
	write_columns(j, s);
	json_list(j, "rows");
	for (int row = 0; row < s->n_rows; row++) {
		json_begin(j, NULL);
		for (int i = 0; i < s->n_columns; i++)
			write_cell(j, &s->columns[i], report_cell_of(s, row, i));
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

bool document_json(const struct report_document *d, struct buf *out, const char **why)
{
	struct json j = json_to(out);

	(void)why;
	json_begin(&j, NULL);
	write_head(&j, &d->head);
	json_list(&j, "tables");
	for (int i = 0; i < d->n_sheets; i++)
		write_sheet(&j, &d->sheets[i]);
	json_close(&j);
	json_end(&j);
	return true;
}

/* -- reading --------------------------------------------------------------------------------- */

static const char *text_in(struct arena *a, const json_t *object, const char *key)
{
	return arena_text(a, json_string_value(json_object_get(object, key)));
}

static bool read_head(struct arena *a, const json_t *o, struct report_head *h)
{
	const char *period = text_in(a, o, "period"), *kind = text_in(a, o, "kind");
	int k = 0;

	while (k < PERIOD_KINDS && !text_eq(period_kind_names[k], kind))
		k++;
	if (!period || k == PERIOD_KINDS || !period_parse((enum period_kind)k, str_of(period), &h->period) ||
	    json_integer_value(json_object_get(o, "version")) != 1)
		return false;
	h->closed = text_eq(text_in(a, o, "state"), "closed");
	h->edition = json_integer_value(json_object_get(o, "edition"));
	h->training = json_is_true(json_object_get(o, "training"));
	h->drill = json_is_true(json_object_get(o, "drill"));
	h->unit = text_in(a, o, "unit");
	h->unit_name = text_in(a, o, "unit_name");
	h->city = text_in(a, o, "city");
	h->store = text_in(a, o, "store");
	h->seq = json_integer_value(json_object_get(o, "seq"));
	h->chain = text_in(a, o, "chain");
	h->revision = text_in(a, o, "revision");
	h->official = json_is_true(json_object_get(o, "official_rubric"));
	return true;
}

static bool read_columns(struct arena *a, const json_t *list, struct report_column *out)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) {
		const char *kind = text_in(a, one, "kind");
		int k = 0;

		while (k < CELL_KINDS && !text_eq(cell_kind_names[k], kind))
			k++;
		out[i] = (struct report_column){
		    text_in(a, one, "id"), text_in(a, one, "title"), (enum cell_kind)k};
		if (!out[i].id || !out[i].title || k == CELL_KINDS)
			return false;
	}
	return true;
}

static bool read_cell(struct arena *a, enum cell_kind kind, const json_t *v, struct report_cell *out)
{
	struct date date;

	out->empty = json_is_null(v);
	if (out->empty)
		return true;
	if (json_is_integer(v) && kind != CELL_TEXT && kind != CELL_DATE && kind != CELL_INSTANT) {
		out->n = json_integer_value(v);
		return true;
	}
	if (!json_is_string(v))
		return false;
	out->text = arena_text(a, json_string_value(v));
	if (kind == CELL_INSTANT)
		return time_parse(str_of(out->text), &out->n);
	if (kind == CELL_DATE && date_parse(str_of(out->text), &date)) {
		out->n = date_day(date);
		return true;
	}
	return kind == CELL_TEXT;
}

static bool read_sheet(struct report_document *d, const json_t *o)
{
	const json_t *columns = json_object_get(o, "columns"), *rows = json_object_get(o, "rows");
	struct report_column *v = arena_new_array(d->arena, struct report_column, json_array_size(columns));
	struct report_sheet *s;
	size_t i;
	json_t *one;

	if (d->n_sheets == REPORT_SHEETS_MAX || !text_in(d->arena, o, "id") ||
	    !read_columns(d->arena, columns, v))
		return false;
	s = document_add(d, text_in(d->arena, o, "id"), text_in(d->arena, o, "title"), v,
	    (int)json_array_size(columns));
	s->note = text_in(d->arena, o, "note");
	json_array_foreach(rows, i, one) {
		struct report_cell *row = report_row(d, s);

		for (int k = 0; k < s->n_columns; k++)
			if (!read_cell(d->arena, v[k].kind, json_object_get(one, v[k].id), &row[k]))
				return false;
	}
	return true;
}

bool document_parse(struct arena *a, struct str text, struct report_document *out)
{
	json_t *tree = json_loadb(text.p, text.n, 0, NULL);
	bool good;
	size_t i;
	json_t *one;

	*out = (struct report_document){.arena = a};
	good = tree && read_head(a, json_object_get(tree, "report"), &out->head);
	json_array_foreach(json_object_get(tree, "tables"), i, one)
		good = good && read_sheet(out, one);
	json_decref(tree);
	return good;
}
