/*
 * sheet.h - a table that comes out of a spreadsheet program as CSV, and what such programs do to numbers
 * and texts on the way.
 *
 * UTF-8 (with a BOM or without) or GBK; commas, semicolons or tabs; CR LF or LF. Every cell is without
 * blanks at its ends. Problems name file, line and column; columns are counted from 1 as cells.
 */
#ifndef CTL_SHEET_H
#define CTL_SHEET_H
#include "mechanism/problems.h"

struct arena;

struct sheet_row {
	int line;
	const char **cells; /* sheet.columns of them; "" where nothing stands */
};
struct sheet {
	struct arena *a;
	const char *file;
	const char **heads;
	int columns;
	struct sheet_row *rows;
	int n;
	bool gbk; /* it was */
};

/* A file of at most 4 MiB. False with problems: it cannot be read, is no table, has a blank line between
 * others, or rows of another length than its heads. */
bool sheet_read(struct arena *a, const char *file, struct sheet *out, struct problems *p);
/* As sheet_read, of bytes that were read already; `file` is their name in problems. */
bool sheet_parse(struct arena *a, const char *file, struct str bytes, struct sheet *out, struct problems *p);
/* Which column has this head, or the other name; -1: none. */
int sheet_column(const struct sheet *s, const char *head, const char *or_else);
/* The first column from `from` on that is none of these n; -1: all are known. */
int sheet_unknown(const struct sheet *s, int from, const int *columns, int n);
/* A problem of a cell; column -1: of the row. */
void sheet_wrong(const struct sheet *s, const struct sheet_row *row, int column, struct problems *p,
    const char *zh, const char *en, const char *detail);

/* What a spreadsheet program made of a phone number. */
enum phone_harm { PHONE_WHOLE, PHONE_NONE, PHONE_EXPONENT, PHONE_ZERO_LOST, PHONE_ROUNDED };
/* 1.39E+10 (the digits are lost); 5970000101 (the leading zero is); 139000012340000 for what had more than
 * 15 digits; no number at all. */
enum phone_harm sheet_phone(const char *cell);
/* What to tell a person of it. */
const char *sheet_harm(enum phone_harm harm, bool english);

/* A date as such programs write it: 2026-03-01, 2026/3/1, 2026年3月1日, 2026.3.1. Its local day. */
bool sheet_date(const char *cell, int64_t *day);
/* A time: 8:00, 08:00, 8:00:00. Minutes of the day, 24:00 as 0. */
bool sheet_minute(const char *cell, int *minute);

#endif
