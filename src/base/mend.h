/*
 * mend.h - what strangers send, made into what can be kept: bytes that are no UTF-8, half characters,
 * control characters, line ends, full-width forms. Nothing that was said is taken away but what
 * cannot be seen. Matching (folding) is another matter: this is about what is stored.
 */
#ifndef BASE_MEND_H
#define BASE_MEND_H
#include "base/buf.h"

/* What was found, as bits. */
enum mended {
	MENDED_LINE_ENDS = 1, /* CR LF, CR, VT, FF, NEL → LF */
	MENDED_DAMAGED = 2,   /* no UTF-8, or a control character → U+FFFD; or a U+FFFD that was there */
	MENDED_REMOVED = 4,   /* an invisible character that turns or hides others */
	MENDED_FORM = 8 /* full-width → half-width, odd blanks and dashes → plain ones, outer blanks */
};

/* Words for people: LF as the only line end, the rest as it was said. Appends to out. */
unsigned mend_text(struct str s, struct buf *out);
/* A phone: in ASCII where it can be, blanks inside it single. Appends to out. */
unsigned mend_phone(struct str s, struct buf *out);
/* A code, a number, a word of a list: without any blank. Appends to out. */
unsigned mend_code(struct str s, struct buf *out);

#endif
