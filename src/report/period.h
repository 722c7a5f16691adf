/*
 * period.h - what a report is about: whole days of the city (UTC+8), from one to another.
 * Place: report; pure.
 */
#ifndef REPORT_PERIOD_H
#define REPORT_PERIOD_H
#include "base/str.h"

/* Names stand in paths, commands and stored documents. */
enum period_kind { PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR, PERIOD_SPAN, PERIOD_KINDS };
extern const char *const period_kind_names[PERIOD_KINDS]; /* "month" … */

#define PERIOD_NAME_MAX 24

struct period {
	enum period_kind kind;
	int64_t from, to;           /* local days (base/time.h), `to` is the first one after it */
	char name[PERIOD_NAME_MAX]; /* 2026-03, 2026Q1, 2026, 2026-03-01..2026-03-15 (both days in it) */
};

/* Reads a name of that kind; false where it is none. Years are 2000 to 2999. */
bool period_parse(enum period_kind kind, struct str text, struct period *out);
/* Reads a name of any kind: what kind it is shows in its form. */
bool period_find(struct str text, struct period *out);
/* What a person is told where it is none: which form was expected. */
const char *period_expected(enum period_kind kind, bool english);
/* The one of the same kind before it; of a span, as many days. */
struct period period_before(const struct period *p);
/* The instants: [from, to). */
int64_t period_from_ms(const struct period *p);
int64_t period_to_ms(const struct period *p);
/* 2026年3月, 2026年第三季度, 2026年, 2026年3月1日至3月15日. Returns out. */
#define PERIOD_TITLE_MAX 80
char *period_title(const struct period *p, char out[PERIOD_TITLE_MAX]);

#endif
