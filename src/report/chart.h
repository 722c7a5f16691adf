/*
 * chart.h - drawings in a report, as SVG inside HTML: black and grey, so that they print.
 * All arithmetic is in integers: the same figures are the same bytes. Place: report; pure.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H
#include "base/html.h"

/* One bar or point; value -1: there is none. */
struct chart_point {
	const char *label, *words; /* words: its value as people read it */
	int64_t value;
};

/* Bars from the left, one a line; `most` is the full width (0: the largest value). */
void chart_bars(struct html *h, const char *title, const struct chart_point *v, int n, int64_t most);
/* A line over points in order, from 0 to `most` (0: the largest value). */
void chart_line(struct html *h, const char *title, const struct chart_point *v, int n, int64_t most);

/* Bars of parts that make up the whole, a row each, with a legend. parts: n_rows x n_parts. */
void chart_parts(struct html *h, const char *title, const char *const *legend, int n_parts,
    const struct chart_point *rows, const int64_t *parts, int n_rows);

#endif
