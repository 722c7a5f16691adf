/* words.h - what people read in a report for the codes of domain. Place: report; pure. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H
#include "domain/matter.h"

struct arena;

/* "first_report": of columns. */
const char *clock_column(enum clock_kind kind);
/* 首次反馈 */
const char *clock_word(enum clock_kind kind);
const char *standing_word(enum standing s);
const char *finding_class_word(enum finding_class c);
const char *measure_word(const char *code);
/* "2x", "never" of a score; "" for none. */
const char *grade_word(const char *grade);
/* Of the three times that are in buckets: acknowledge, arrive, first report. */
const char *time_sum_word(int what);
/* 已撤并, where it is by then; whom it succeeded; NULL: nothing. unit NULL: units.yaml does not name it. */
const char *unit_note(struct arena *a, const struct unit *u, int64_t until);
const char *category_word(const struct mechanism *m, const char *code);
const char *area_word(const struct mechanism *m, const char *code);

#endif
