/*
 * kinds.h - what turns there are.
 */
#ifndef ENGINE_KINDS_H
#define ENGINE_KINDS_H
#include "engine/core.h"

extern const struct turn_kind
    turn_of_start; /* start.c: that we are back, what is in force, how long we were away */
extern const struct turn_kind
    turn_of_commands; /* commands.c: what the front ends ask, what is due, the heartbeat */
extern const struct turn_kind turn_of_advance; /* advance.c: a step of the manual clock */
extern const struct turn_kind turn_of_guard;   /* guard.c: the independent check */
extern const struct turn_kind turn_of_adopt;   /* adopt.c: another mechanism comes into force */
extern const struct turn_kind turn_of_period;  /* period.c: a document that was made is stored */
extern const struct turn_kind turn_of_erasure; /* erase.c: personal data whose time has come */
extern const struct turn_kind turn_of_archive; /* removal.c: a year that leaves the store */
extern const struct turn_kind turn_of_end;     /* start.c: the last heartbeat */

/* Another mechanism is in force: its ladders may ask for other wakes than those that are armed. */
void guard_rearm(struct engine *e);
/* At night, and it is not done yet. */
bool erase_may_run(const struct engine *e, int64_t now);
/* Is this the time for it? */
bool guard_may_run(const struct engine *e);
/* The walk of the manual clock that a committed command asked for. */
void advance_begin(struct engine *e, const struct effects *x);

#endif
