/*
 * form.h - application/x-www-form-urlencoded, pair by pair. Place: base; pure.
 */
#ifndef BASE_FORM_H
#define BASE_FORM_H
#include "base/str.h"

struct arena;

enum form_fault {
	FORM_GOOD,
	FORM_ESCAPE,  /* a % without two hex digits, which stands as it is; a byte 0, which ends the text */
	FORM_CHARSET, /* no UTF-8 */
};
struct form_pair {
	const char *name, *value; /* decoded, in the arena */
	enum form_fault bad;
};
/* The next pair off the front; false at the end. */
bool form_next(struct str *rest, struct arena *a, struct form_pair *out);

#endif
