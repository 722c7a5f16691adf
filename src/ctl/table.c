/*
 * table.c - tables and words for people: columns by display width (a Chinese character takes two, a
 * combining mark none), instants as people write them, Chinese for the stable codes. A cell is one line,
 * free of what moves a terminal's cursor.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/time.h"
#include "base/utf8.h"
#include <stdio.h>

void table_init(struct table *t, struct arena *a, const struct both *heads, int columns)
{
	*t = (struct table){.a = a, .heads = heads, .columns = columns};
}

static bool moves_cursor(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

/* The text with blanks for line ends, tabs and the like; itself where it has none. */
static const char *one_line(struct arena *a, const char *text)
{
	bool plain = true;
	struct buf b = {0};
	if (!text)
		return NULL;
	for (struct str s = str_of(text); s.n > 0;) {
		const char *from = s.p;
		bool moves = moves_cursor(utf8_next(&s));
		plain = plain && !moves;
		buf_add(&b, moves ? " " : from, moves ? 1 : (size_t)(s.p - from));
	}
	const char *line = plain ? text : arena_str(a, buf_view(&b));
	buf_free(&b);
	return line;
}

void table_row(struct table *t, const char *const *cells)
{
	size_t width = (size_t)t->columns;
	if (t->rows == t->cap) {
		size_t cap = (size_t)t->cap;
		t->cells = array_grow(t->a, t->cells, (size_t)t->rows, &cap, width * sizeof *t->cells);
		t->cap = (int)cap;
	}
	for (size_t i = 0; i < width; i++)
		t->cells[(size_t)t->rows * width + i] = one_line(t->a, cells[i]);
	t->rows++;
}

static const char *cell(const struct table *t, int row, int column)
{
	const char *z = row >= 0 ? t->cells[row * t->columns + column] : both_said(&t->heads[column]);
	return z ? z : "";
}

static size_t column_width(const struct table *t, int column)
{
	size_t most = 0;
	for (int row = -1; row < t->rows; row++) {
		size_t n = utf8_width(str_of(cell(t, row, column)));
		most = n > most ? n : most;
	}
	return most;
}

void table_print(const struct table *t)
{
	for (int row = -1; row < t->rows; row++) {
		for (int i = 0; i < t->columns; i++) {
			const char *z = cell(t, row, i);
			size_t pad = column_width(t, i) - utf8_width(str_of(z));
			fputs(z, stdout);
			if (i + 1 < t->columns)
				printf("%*s", (int)pad + 2, "");
		}
		putchar('\n');
	}
}

int ctl_show_list(struct ctl *ctl, json_t *answer, const struct table *t)
{
	if (ctl->json)
		ctl_print_json(answer);
	else
		table_print(t);
	if (!ctl->json && *ctl_text(answer, "next"))
		printf(ctl->english ? "there is more: --cursor %s\n" : "还有更多:--cursor %s\n",
		    ctl_text(answer, "next"));
	json_decref(answer);
	return EXIT_DONE;
}

const char *ctl_when(struct ctl *ctl, const char *rfc3339)
{
	char text[TIME_TEXT_MAX];
	int64_t ms;
	if (!rfc3339 || !time_parse(str_of(rfc3339), &ms))
		return "";
	if (ctl->english) /* 2026-03-02 08:00 */
		return arena_printf(ctl->arena, "%.10s %.5s", time_rfc3339(ms, text), text + 11);
	return arena_text(ctl->arena, time_chinese(ms, ctl_now(ctl), text));
}

const char *ctl_until(struct ctl *ctl, const char *rfc3339)
{
	char text[TIME_TEXT_MAX];
	int64_t ms;
	if (!rfc3339 || !time_parse(str_of(rfc3339), &ms) || ms != day_start(local_day(ms)))
		return ctl_when(ctl, rfc3339);
	const char *day = ctl_when(ctl, time_rfc3339(ms - DAY_MS, text));
	return arena_printf(ctl->arena, "%.*s 24:00", (int)(strrchr(day, ' ') - day), day);
}
