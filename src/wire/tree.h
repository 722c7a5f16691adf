/*
 * tree.h - a request's JSON as jansson's tree, read in one look at each byte: what desks and units send has no escapes
 * and no odd numbers, and reading it is a fifth of what a report costs a front end where jansson does it.
 */
#ifndef WIRE_TREE_H
#define WIRE_TREE_H
#include "base/str.h"

#include <jansson.h>

/* s is UTF-8, and not deeper than a stack bears (request_scan). The tree is the one that json_loadb gives with
 * JSON_REJECT_DUPLICATES and JSON_DECODE_ANY. NULL: jansson has to read it, or to say what is wrong with it: it has an escape, an
 * exponent or a number of more than 18 digits, or it is no JSON. */
json_t *tree_read(struct str s);

#endif
