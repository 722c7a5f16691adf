/*
 * repair.h - what broken clients send, made into JSON that jansson takes: GBK, half characters, NULs, bare
 * control characters, bytes that are no UTF-8, numbers that fit no integer. And of what remains no
 * JSON: whose request it was and in which member it went wrong, so far as that can be read.
 */
#ifndef WIRE_REPAIR_H
#define WIRE_REPAIR_H
#include "base/buf.h"

struct arena;

/* A text that is no valid UTF-8, but GBK by all that can be seen, becomes UTF-8, in the arena; false: it is as it was. */
bool repair_charset(struct str *text, struct arena *a);
/* The text repaired: inside strings half surrogates, NULs and bytes that are no UTF-8 become U+FFFD, bare
 * control characters their escapes; a number that is too large becomes a string of its digits. False
 * where a byte outside strings is no JSON; *at is its place then. */
bool repair_json(struct str in, struct buf *out, size_t *at);
/* The member "id" of the outermost object as it stands there: a string with its quotes, or a whole
 * number of any size. Empty if there is none, or more than one. */
struct str repair_id(struct str in);
/* The member that the byte at `at` belongs to, as "reporter.phone", without the "params" around it. At
 * most 64 characters, in the arena; NULL where it belongs to none. */
const char *repair_path(struct str in, size_t at, struct arena *a);

#endif
