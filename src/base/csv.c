/* csv.c - tables for spreadsheets. Place: base. */
#include "base/csv.h"

#include <inttypes.h>

struct csv csv_to(struct buf *out)
{
	buf_text(out, "\xEF\xBB\xBF");
	return (struct csv){.out = out};
}

static void separate(struct csv *c)
{
	if (c->comma)
		buf_char(c->out, ',');
	c->comma = true;
}

static bool must_quote(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr(",\"\r\n", s.p[i]))
			return true;
	return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void put(struct csv *c, struct str s, const char *before)
{
	bool quote = must_quote(s);

	separate(c);
	if (quote)
		buf_char(c->out, '"');
	buf_text(c->out, before);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(c->out, '"');
		buf_char(c->out, s.p[i]);
	}
	if (quote)
		buf_char(c->out, '"');
}

void csv_str(struct csv *c, struct str text)
{
	put(c, text, text.n && memchr("=+-@\t\r", text.p[0], 6) ? "'" : "");
}

void csv_text(struct csv *c, const char *text)
{
	csv_str(c, str_of(text));
}

void csv_value(struct csv *c, const char *text)
{
	put(c, str_of(text), "");
}

void csv_int(struct csv *c, int64_t n)
{
	separate(c);
	buf_printf(c->out, "%" PRId64, n);
}

void csv_end_row(struct csv *c)
{
	buf_text(c->out, "\r\n");
	c->comma = false;
}

void csv_row(struct csv *c, const char *const *cells, int n)
{
	for (int i = 0; i < n; i++)
		csv_text(c, cells[i]);
	csv_end_row(c);
}
