/*
 * html.c - documents for printing, as HTML.
 *
 * Place: base. Control characters other than tab and line end, which no document may hold, are left out;
 * quotes are escaped in text, too, so that one function serves attributes and text alike.
 */
#include "base/html.h"

#include <stdio.h>
#include <stdlib.h>

/* The fonts are those of official documents (GB/T 9704), then what else the reader's machine has. Word
 * takes the size of the paper from @page Section, browsers from @page. */
static const char style[] =
    "body{font-family:\"FangSong\",\"仿宋\",\"Noto Serif CJK "
    "SC\",\"SimSun\",serif;font-size:12pt;line-height:1.6;"
    "margin:0;color:#000;background:#fff}\n"
    ".Section{page:Section;max-width:267mm;margin:0 auto;padding:0 4mm}\n"
    "h1{font-family:\"SimHei\",\"黑体\",\"Noto Sans CJK SC\",sans-serif;font-size:20pt;text-align:center;"
    "margin:6mm 0 4mm}\n"
    "h2{font-family:\"SimHei\",\"黑体\",\"Noto Sans CJK SC\",sans-serif;font-size:14pt;margin:6mm 0 2mm;"
    "page-break-after:avoid}\n"
    "h3{font-size:12pt;margin:4mm 0 1mm;page-break-after:avoid}\n"
    "p{margin:1mm 0}\n"
    ".center{text-align:center}.right{text-align:right}.small{font-size:9pt;color:#333}\n"
    ".draft{text-align:center;border:1pt solid #000;padding:1mm}\n"
    "table{border-collapse:collapse;width:100%;font-size:10pt;margin:2mm 0}\n"
    "thead{display:table-header-group}\n"
    "tr{page-break-inside:avoid}\n"
    "th,td{border:0.5pt solid #000;padding:0.5mm 1.5mm;text-align:left;vertical-align:top}\n"
    "th{font-weight:bold;background:#eee}\n"
    ".dense{font-size:7.5pt}.tiny{font-size:5.5pt}.dense td,.dense th,.tiny td,.tiny th{padding:0.3mm "
    "0.6mm}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".mono{font-family:monospace;font-size:9pt;word-break:break-all}\n"
    ".line{border-bottom:0.5pt solid #000;display:inline-block;min-width:60mm}\n"
    ".hand td{height:10mm;vertical-align:middle}.hand .label{width:38mm;background:#eee}.hand "
    ".tall{height:32mm;vertical-align:top}\n"
    ".newpage{page-break-before:always}\n"
    "svg{page-break-inside:avoid;max-width:100%;height:auto}\n"
    "svg text{font-family:\"SimSun\",\"宋体\",\"Noto Sans CJK SC\",sans-serif;font-size:11px}\n";

#define PAGE_NUMBER ";@bottom-center{content:\"第 \" counter(page) \" 页\";font-size:9pt}"

static const char *const paper_sizes[] = {
    [HTML_PORTRAIT] = "@page{size:A4 portrait;margin:20mm 18mm" PAGE_NUMBER "}\n"
		      "@page Section{size:21.0cm 29.7cm;margin:2.0cm 1.8cm}\n",
    [HTML_LANDSCAPE] = "@page{size:A4 landscape;margin:15mm" PAGE_NUMBER "}\n"
		       "@page Section{size:29.7cm 21.0cm;mso-page-orientation:landscape;margin:1.5cm}\n",
};

struct html html_begin(struct buf *out, const char *title, enum html_paper paper)
{
	struct html h = {.out = out};

	buf_text(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	html_text(&h, title);
	buf_text(out, "</title>\n<style>\n");
	buf_text(out, paper_sizes[paper]);
	buf_text(out, style);
	buf_text(out, "</style>\n</head>\n<body>\n<div class=\"Section\">\n");
	return h;
}

void html_end(struct html *h)
{
	buf_text(h->out, "</div>\n</body>\n</html>\n");
}

/* -- text ------------------------------------------------------------------------------------ */

static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return (unsigned char)c < 0x20 && c != '\t' && c != '\n' ? "" : NULL;
	}
}

static void escaped(struct buf *out, struct str s, const char *line_end)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *instead = s.p[i] == '\n' ? line_end : escape_of(s.p[i]);

		if (!instead)
			continue;
		buf_add(out, s.p + from, i - from);
		buf_text(out, instead);
		from = i + 1;
	}
	buf_add(out, s.p + from, s.n - from);
}

void html_str(struct html *h, struct str text)
{
	escaped(h->out, text, "<br>");
}

void html_text(struct html *h, const char *text)
{
	html_str(h, str_of(text));
}

void html_printf(struct html *h, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n >= 0)
		html_text(h, text);
	free(text);
}

/* -- elements -------------------------------------------------------------------------------- */

static void begin_tag(struct html *h, const char *name, va_list args)
{
	const char *attribute;

	buf_char(h->out, '<');
	buf_text(h->out, name);
	while ((attribute = va_arg(args, const char *))) {
		const char *value = va_arg(args, const char *);

		if (!value)
			continue;
		buf_char(h->out, ' ');
		buf_text(h->out, attribute);
		buf_text(h->out, "=\"");
		escaped(h->out, str_of(value), " ");
		buf_char(h->out, '"');
	}
}

void html_open(struct html *h, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	begin_tag(h, name, args);
	va_end(args);
	buf_char(h->out, '>');
}

void html_empty(struct html *h, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	begin_tag(h, name, args);
	va_end(args);
	buf_text(h->out, "/>");
}

void html_close(struct html *h, const char *name)
{
	buf_text(h->out, "</");
	buf_text(h->out, name);
	buf_text(h->out, ">\n");
}

void html_element(struct html *h, const char *name, const char *class, const char *text)
{
	html_open(h, name, "class", class, NULL);
	html_text(h, text);
	html_close(h, name);
}

void html_new_page(struct html *h)
{
	html_open(h, "div", "class", "newpage", NULL);
	html_close(h, "div");
}

/* -- tables ---------------------------------------------------------------------------------- */

void html_table(struct html *h, const char *const *heads, int n)
{
	buf_text(h->out, "<table>\n<thead><tr>");
	for (int i = 0; i < n; i++)
		html_element(h, "th", NULL, heads[i]);
	buf_text(h->out, "</tr></thead>\n<tbody>\n");
}

void html_row(struct html *h, const char *const *cells, const char *const *classes, int n)
{
	buf_text(h->out, "<tr>");
	for (int i = 0; i < n; i++)
		html_element(h, "td", classes ? classes[i] : NULL, cells[i]);
	buf_text(h->out, "</tr>\n");
}

void html_table_end(struct html *h)
{
	buf_text(h->out, "</tbody>\n</table>\n");
}

void html_line(struct html *h, const char *label, const char *text)
{
	html_open(h, "p", NULL);
	html_text(h, label);
	html_text(h, " ");
	if (text)
		html_text(h, text);
	else
		html_element(h, "span", "line", "\u00a0");
	html_close(h, "p");
}

void html_hand(struct html *h)
{
	html_open(h, "div", "class", "hand", NULL);
}

void html_hand_end(struct html *h)
{
	html_close(h, "div");
}

void html_form(struct html *h, const struct html_field *fields, size_t n)
{
	html_hand(h);
	buf_text(h->out, "<table>\n<tbody>\n");
	for (size_t i = 0; i < n; i++)
		html_row(h, (const char *const[]){fields[i].label, fields[i].text},
		    (const char *const[]){"label", fields[i].tall ? "tall" : NULL}, 2);
	html_table_end(h);
	html_hand_end(h);
}
