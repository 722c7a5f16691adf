/*
 * csv.h - writing tables for spreadsheets: UTF-8 with a byte order mark, commas, CR LF (RFC 4180), so that
 * Excel opens a file by a double click with its Chinese whole.
 *
 * A text that a spreadsheet would take for a formula gets an apostrophe before it (= + - @, tab, CR).
 * Place: base.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H
#include "base/buf.h"

struct csv {
	struct buf *out;
	bool comma;
};

/* Writes the mark. */
struct csv csv_to(struct buf *out);
/* NULL is an empty cell. */
void csv_text(struct csv *c, const char *text);
void csv_str(struct csv *c, struct str text);
/* A number, a date, a share: as it is written, never a formula (-3 stays -3). */
void csv_value(struct csv *c, const char *text);
void csv_int(struct csv *c, int64_t n);
void csv_end_row(struct csv *c);
/* A whole row of texts. */
void csv_row(struct csv *c, const char *const *cells, int n);

#endif
