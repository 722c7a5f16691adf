/*
 * html.h - writing documents that people print: HTML on A4 that every browser shows and prints alike and
 * a word processor opens and edits. It only writes, without a tree; all text is escaped.
 *
 * The bytes depend on nothing but the calls: no instant of making, no locale.
 * Place: base; the document's own words are its caller's.
 */
#ifndef BASE_HTML_H
#define BASE_HTML_H
#include "base/buf.h"

enum html_paper { HTML_PORTRAIT, HTML_LANDSCAPE };

struct html {
	struct buf *out;
};

/* The head of a document with the house's style, and its end. */
struct html html_begin(struct buf *out, const char *title, enum html_paper paper);
void html_end(struct html *h);

/* <name a="b">: attributes in pairs, NULL ends them; a pair whose value is NULL is left out. */
void html_open(struct html *h, const char *name, ...) __attribute__((sentinel));
void html_close(struct html *h, const char *name);
/* Text between elements. A line end becomes <br>. NULL writes nothing. */
void html_text(struct html *h, const char *text);
void html_str(struct html *h, struct str text);
void html_printf(struct html *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A whole element with text in it; class may be NULL. */
void html_element(struct html *h, const char *name, const char *class, const char *text);
/* <br>, and the like, with attributes as html_open has them. */
void html_empty(struct html *h, const char *name, ...) __attribute__((sentinel));
/* What follows stands on a new sheet of paper. */
void html_new_page(struct html *h);

/* A table: head, then rows of cells. A cell of class "n" stands on the right, as numbers do. */
void html_table(struct html *h, const char *const *heads, int n);
void html_row(struct html *h, const char *const *cells, const char *const *classes, int n);
void html_table_end(struct html *h);

/* A form's line: 「单位 ______」; text NULL leaves a line to write on. */
void html_line(struct html *h, const char *label, const char *text);

/* Tables between these have rows that are high enough to write in by hand. */
void html_hand(struct html *h);
void html_hand_end(struct html *h);
/* A form to be filled in by hand, a field a row. */
struct html_field {
	const char *label,
	    *text; /* text: printed in the field beforehand, such as boxes to tick; NULL: the field is empty */
	bool tall; /* several lines are written there */
};
void html_form(struct html *h, const struct html_field *fields, size_t n);

#endif
