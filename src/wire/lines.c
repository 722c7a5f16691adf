/*
 * lines.c - bytes to lines. Pure. Invariant: bytes before `scanned` hold no LF and belong to the
 * line that is not yet whole. A line is too long when no LF stands where the longest line, with its
 * CR, would have it: that depends on the bytes alone and not on how they were cut.
 */
#include "wire/lines.h"

#define SPENT SIZE_MAX /* in `scanned`: a line was too long */

static enum lines_result too_long(struct lines *l)
{
	l->scanned = SPENT;
	return LINES_TOO_LONG;
}

enum lines_result lines_next(struct lines *l, struct str bytes, struct str *line, size_t *used)
{
	size_t max = l->max ? l->max : LINES_MAX_DEFAULT, n;
	const char *end;

	*used = 0;
	if (l->scanned == SPENT)
		return LINES_TOO_LONG;
	end = bytes.n > l->scanned ? memchr(bytes.p + l->scanned, '\n', bytes.n - l->scanned) : NULL;
	if (!end) {
		l->scanned = bytes.n;
		return bytes.n >= max + 2 ? too_long(l) : LINES_MORE;
	}
	n = (size_t)(end - bytes.p);
	*used = n + 1;
	if (n > 0 && bytes.p[n - 1] == '\r')
		n--;
	if (n > max)
		return too_long(l);
	*line = (struct str){bytes.p, n};
	l->scanned = 0;
	return LINES_LINE;
}
