/*
 * lines.h - bytes to lines, for the console protocol. Pure: no loop, no memory of its own.
 * It looks at the bytes that the connection holds and remembers how far it has looked, so a line
 * that comes byte by byte costs what it costs in one piece. Lines end with LF; one CR before it is
 * taken off; anything else in a line is its reader's business.
 */
#ifndef WIRE_LINES_H
#define WIRE_LINES_H
#include "base/str.h"

#define LINES_MAX_DEFAULT ((size_t)64 * 1024)

struct lines {
	size_t max;     /* longest line, its end not counted; 0: the default */
	size_t scanned; /* bytes at the front of what is offered that hold no LF */
};

enum lines_result {
	LINES_MORE,    /* no whole line yet */
	LINES_LINE,    /* *line is one, *used bytes are consumed */
	LINES_TOO_LONG /* longer than max; the stream is of no use any more */
};

/* The next line of `bytes`, which begin where the last consumed line ended and may be longer at each
 * call. The line borrows from them. After LINES_TOO_LONG every call says so again. */
enum lines_result lines_next(struct lines *l, struct str bytes, struct str *line, size_t *used);

#endif
