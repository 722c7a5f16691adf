/* chart.c - bars, lines and parts as SVG. Place: report; pure. */
#include "report/chart.h"

#include <inttypes.h>
#include <stdio.h>

#define WIDTH 640
#define LEFT 150 /* room for labels */
#define RIGHT 90 /* room for values */
#define BAR 14   /* height of a bar */
#define STEP 20  /* from one bar to the next */
#define TOP 24
#define PLOT (WIDTH - LEFT - RIGHT)
#define PARTS_MOST 5

static const char *const greys[PARTS_MOST] = {"#222", "#555", "#888", "#bbb", "#eee"};

static void begin(struct html *h, const char *title, int height)
{
	char box[40], size[16];

	snprintf(box, sizeof box, "0 0 %d %d", WIDTH, height);
	snprintf(size, sizeof size, "%d", height);
	html_open(h, "svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox", box, "width", "640", "height",
	    size, "role", "img", "aria-label", title, NULL);
}

static void text(struct html *h, int x, int y, const char *anchor, const char *words)
{
	char a[16], b[16];

	snprintf(a, sizeof a, "%d", x);
	snprintf(b, sizeof b, "%d", y);
	html_open(h, "text", "x", a, "y", b, "text-anchor", anchor, NULL);
	html_text(h, words);
	html_close(h, "text");
}

static void bar(struct html *h, int x, int y, int width, const char *fill)
{
	char a[16], b[16], w[16], height[16];

	snprintf(a, sizeof a, "%d", x);
	snprintf(b, sizeof b, "%d", y);
	snprintf(w, sizeof w, "%d", width);
	snprintf(height, sizeof height, "%d", BAR);
	html_empty(h, "rect", "x", a, "y", b, "width", w, "height", height, "fill", fill, "stroke", "#000",
	    "stroke-width", "0.5", NULL);
}

static int64_t largest(const struct chart_point *v, int n, int64_t most)
{
	for (int i = 0; i < n && most == 0; i++)
		for (int k = 0; k < n; k++)
			most = v[k].value > most ? v[k].value : most;
	return most > 0 ? most : 1;
}

static int scaled(int64_t value, int64_t most, int length)
{
	return value <= 0 ? 0 : value >= most ? length : (int)(value * length / most);
}

void chart_bars(struct html *h, const char *title, const struct chart_point *v, int n, int64_t most)
{
	most = largest(v, n, most);
	begin(h, title, TOP + n * STEP + 6);
	text(h, 0, 14, "start", title);
	for (int i = 0; i < n; i++) {
		int y = TOP + i * STEP, width = scaled(v[i].value, most, PLOT);

		text(h, LEFT - 6, y + BAR - 3, "end", v[i].label);
		if (v[i].value >= 0)
			bar(h, LEFT, y, width, "#888");
		text(h, LEFT + width + 6, y + BAR - 3, "start", v[i].words);
	}
	html_close(h, "svg");
}

#define LINE_HEIGHT 120

static void line_points(struct html *h, const struct chart_point *v, int n, int64_t most)
{
	struct buf path = {0};
	bool open = false;

	for (int i = 0; i < n; i++) {
		int x = LEFT + (n > 1 ? i * PLOT / (n - 1) : PLOT / 2);
		int y = TOP + LINE_HEIGHT - scaled(v[i].value, most, LINE_HEIGHT);

		text(h, x, TOP + LINE_HEIGHT + 16, "middle", v[i].label);
		if (v[i].value < 0) {
			open = false;
			continue;
		}
		buf_printf(&path, "%s%d %d", open ? "L" : "M", x, y);
		open = true;
		text(h, x, y - 6, "middle", v[i].words);
	}
	buf_char(&path, '\0');
	html_empty(h, "path", "d", path.p, "fill", "none", "stroke", "#000", "stroke-width", "1.5", NULL);
	buf_free(&path);
}

void chart_line(struct html *h, const char *title, const struct chart_point *v, int n, int64_t most)
{
	char axis[64];

	most = largest(v, n, most);
	begin(h, title, TOP + LINE_HEIGHT + 26);
	text(h, 0, 14, "start", title);
	snprintf(axis, sizeof axis, "M%d %dH%d", LEFT, TOP + LINE_HEIGHT, LEFT + PLOT);
	html_empty(h, "path", "d", axis, "fill", "none", "stroke", "#000", "stroke-width", "0.5", NULL);
	line_points(h, v, n, most);
	html_close(h, "svg");
}

static void legend_of(struct html *h, const char *const *legend, int n, int y)
{
	for (int i = 0; i < n; i++) {
		int x = LEFT + i * (WIDTH - LEFT) / n;

		bar(h, x, y, BAR, greys[i]);
		text(h, x + BAR + 4, y + BAR - 3, "start", legend[i]);
	}
}

void chart_parts(struct html *h, const char *title, const char *const *legend, int n_parts,
    const struct chart_point *rows, const int64_t *parts, int n_rows)
{
	n_parts = n_parts > PARTS_MOST ? PARTS_MOST : n_parts;
	begin(h, title, TOP + (n_rows + 1) * STEP + 6);
	text(h, 0, 14, "start", title);
	legend_of(h, legend, n_parts, TOP - 6);
	for (int row = 0; row < n_rows; row++) {
		const int64_t *part = parts + (ptrdiff_t)row * n_parts;
		int64_t whole = 0, sum = 0;
		int y = TOP + (row + 1) * STEP;

		for (int i = 0; i < n_parts; i++)
			whole += part[i];
		text(h, LEFT - 6, y + BAR - 3, "end", rows[row].label);
		for (int i = 0; i < n_parts && whole; i++) {
			int from = scaled(sum, whole, PLOT), to = scaled(sum + part[i], whole, PLOT);

			if (to > from)
				bar(h, LEFT + from, y, to - from, greys[i]);
			sum += part[i];
		}
		text(h, LEFT + PLOT + 6, y + BAR - 3, "start", rows[row].words);
	}
	html_close(h, "svg");
}
