/*
 * publish.h - what leaves the engine: replies, then events.
 */
#ifndef ENGINE_PUBLISH_H
#define ENGINE_PUBLISH_H
#include "domain/command.h"
#include "base/str.h"

struct turn;
struct work;

/* After a commit. */
void publish_turn(struct turn *t);
/* After a turn of which nothing is stored. */
void publish_unavailable(struct turn *t);
/* The end of a work of several turns: its result, or why not (NULL: it was done). */
void work_answer(struct work *w, const struct refusal *why, struct str result);

#endif
