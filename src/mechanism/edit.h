/*
 * edit.h - changes to a YAML file that leave everything else in it byte by byte as it was, comments and
 * all. What was read says where a value stands; its bytes are replaced there, or whole lines come and go.
 *
 * Place: mechanism, for commands that write what came from a spreadsheet. A value that does not stand on
 * one line is not changed: the caller says to a person what is to be changed.
 */
#ifndef MECHANISM_EDIT_H
#define MECHANISM_EDIT_H
#include "base/buf.h"
#include "mechanism/yaml.h"

struct edits {
	struct arena *a;
	struct str bytes; /* of the file; borrowed */
	struct edit *v;
	size_t n, cap;
};

struct edits edits_of(struct arena *a, struct str bytes);
/* The bytes of a value as they stand in the file: a scalar, or a list or mapping in brackets. False where
 * it does not end on its line, or is a mapping or list without brackets. */
bool edit_raw(const struct edits *e, const struct node *at, struct str *raw);
/* Another text in its place. False: as edit_raw. */
bool edit_value(struct edits *e, const struct node *at, const char *text);
/* One more member at the end of a list or mapping in brackets. False: as edit_raw, or it has none. */
bool edit_append(struct edits *e, const struct node *at, const char *text);
/* Whole lines (the text ends in a line end) behind that line; behind the last where it is beyond. */
void edit_insert(struct edits *e, int line, const char *text);
/* That line goes. */
void edit_drop(struct edits *e, int line);
/* The file with all of it. */
void edits_apply(const struct edits *e, struct buf *out);

/* The last line on which anything of a node stands. */
int edit_last_line(const struct node *at);
/* One more item of a list that is written with dashes, behind `after` (NULL: before the first): its lines, each with
 * its end and without the blanks before it, the first without its dash. Where items are parted by blank lines it is,
 * too. What comments stand above an item stays above it. False: the list is none with dashes. Returns the line behind
 * which it goes in *line. */
bool edit_add_item(struct edits *e, const struct node *list, const struct node *after, const char *text,
    int *line);
/* A text as a scalar: in quotes where YAML or a reader of it could take it for something else. */
const char *edit_scalar(struct arena *a, const char *text);
/* A code or id as files write it: digits in quotes, words without where none could take them for something else. */
const char *edit_code(struct arena *a, const char *text);
/* Always in double quotes, as phones must be. */
const char *edit_quoted(struct arena *a, const char *text);

#endif
