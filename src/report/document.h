/*
 * document.h - a report as what it says: a head and sheets of typed cells. JSON, CSV, XLSX and HTML are
 * written from it and hold the same figures, cell by cell; the stored JSON of a closed period is read
 * back into it, so that its other forms come from the stored bytes alone.
 *
 * The bytes depend on the document alone: no instant of making, no locale, no time zone of the machine.
 * All numbers are integers: shares are ‰, scores hundredths of a point, durations and instants ms.
 * Place: report; memory is the arena's.
 */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H
#include "base/buf.h"
#include "report/period.h"

struct arena;

enum cell_kind {
	CELL_TEXT,
	CELL_COUNT,
	CELL_RATE,     /* ‰ */
	CELL_SCORE,    /* hundredths */
	CELL_DURATION, /* ms */
	CELL_DATE,     /* a local day */
	CELL_INSTANT,  /* ms */
	CELL_KINDS
};
extern const char *const cell_kind_names[CELL_KINDS]; /* "text", "count" … */

struct report_column {
	const char *id, *title; /* id: a plain word that programs read */
	enum cell_kind kind;
};

struct report_cell {
	bool empty; /* nothing to say: 0 of 0, no limit */
	const char *text;
	int64_t n;
};

struct report_sheet {
	const char *id, *title, *note; /* note: a sentence below the title, NULL none */
	const struct report_column *columns;
	int n_columns;
	struct report_cell *cells; /* rows x columns */
	int n_rows, cap_rows;
};

#define REPORT_SHEETS_MAX 20

struct report_head {
	struct period period;
	bool closed;           /* 定稿; else 草稿 */
	int64_t edition;       /* of a closed one, 1 … */
	bool training;         /* made from a store for training */
	bool drill;            /* of drills alone */
	const char *unit;      /* of one unit alone, NULL: of all */
	const char *unit_name; /* NULL: of all */
	const char *city;      /* whose report it is */
	const char *store;     /* the store's id */
	int64_t seq;           /* what it is made from: all events up to this one */
	const char *chain;     /* hash of the journal at seq, in hex */
	const char *revision;  /* of the mechanism whose rules it is made by */
	bool official;         /* the rubric is the official one */
};

#define TRAINING_MARK "【培训】" /* in front of every title that was printed from a store for training */

struct report_document {
	struct arena *arena;
	struct report_head head;
	struct report_sheet sheets[REPORT_SHEETS_MAX];
	int n_sheets;
};

/* -- making ----------------------------------------------------------------------------------- */

/* An empty sheet at the end; columns are borrowed. */
struct report_sheet *document_add(struct report_document *d, const char *id, const char *title,
    const struct report_column *columns, int n_columns);
/* An empty row at the end: its cells, all empty. They move when another row is added. */
struct report_cell *report_row(struct report_document *d, struct report_sheet *s);
struct report_cell cell_text(const char *text); /* NULL: empty */
struct report_cell cell_number(int64_t n);
/* part of whole in ‰, half up; empty where the whole is 0. */
struct report_cell cell_rate(int64_t part, int64_t whole);
int64_t rate_of(int64_t part, int64_t whole);

/* -- reading ---------------------------------------------------------------------------------- */

const struct report_sheet *document_sheet(const struct report_document *d, const char *id);
/* -1: it has none of that id. */
int report_column_of(const struct report_sheet *s, const char *id);
const struct report_cell *report_cell_of(const struct report_sheet *s, int row, int column);
/* By the column's id; an empty cell if the sheet has no such column. */
const struct report_cell *report_at(const struct report_sheet *s, int row, const char *column);
/* The first row whose cell of that column has this text; -1: none. */
int report_find(const struct report_sheet *s, const char *column, const char *text);
/* The document as one unit may have it: the sheets that have a column `unit`, and of these its rows, and those of
 * the others in the comma-separated list, of which it is the first. */
void document_keep_unit(struct report_document *d, const char *units, const char *unit_name);

/* What a person reads in a cell: 83.3%, 98.50, 0:31:00, 2026-03-01, 2026-03-01 08:00:00; – where empty. */
#define CELL_TEXT_MAX 64
const char *cell_words(const struct report_cell *c, enum cell_kind kind, char out[CELL_TEXT_MAX]);

/* What a person reads in a row's cell of that column, in the document's arena; – if the sheet has no such column. */
const char *report_words(const struct report_document *d, const struct report_sheet *s, int row,
    const char *column);

/* The lines of a report's head, printed above its sheets: period, state, unit, chain … */
struct report_fact {
	const char *label, *text;
};
#define REPORT_FACTS_MAX 12
int document_facts(const struct report_document *d, struct report_fact out[REPORT_FACTS_MAX]);
/* 漳平市110社会联动工作2026年第一季度统计表 */
const char *document_title(const struct report_document *d);

/* -- writing ---------------------------------------------------------------------------------- */

enum report_format { REPORT_JSON, REPORT_CSV, REPORT_XLSX, REPORT_HTML, REPORT_FORMATS };
struct report_format_row {
	const char *name, *type; /* "json", "application/json" */
	/* False with a sentence in `why` where it cannot be made. */
	bool (*write)(const struct report_document *d, struct buf *out, const char **why);
};
extern const struct report_format_row report_formats[REPORT_FORMATS];

bool document_json(const struct report_document *d, struct buf *out, const char **why);
bool document_csv(const struct report_document *d, struct buf *out, const char **why);
bool document_xlsx(const struct report_document *d, struct buf *out, const char **why);
bool document_html(const struct report_document *d, struct buf *out, const char **why);
/* The document that these bytes are, as document_json wrote them, of this version or an older one. False
 * where they are none. */
bool document_parse(struct arena *a, struct str json, struct report_document *out);

#endif
