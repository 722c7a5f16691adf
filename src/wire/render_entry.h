/*
 * render_entry.h - entries of the register to JSON, as docs/PROTOCOL.md states them.
 */
#ifndef WIRE_RENDER_ENTRY_H
#define WIRE_RENDER_ENTRY_H
#include "domain/entry.h"
#include "domain/mechanism.h"

struct arena;

/* One entry: what every entry has, then the members of its data, then (words) what people said. */
void render_entry(struct json *j, const char *key, const struct entry *e, const struct mechanism *m,
    bool words, struct arena *a);

#endif
