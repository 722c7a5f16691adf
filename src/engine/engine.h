/*
 * engine.h - which turn the engine makes next, and what follows from it.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
#include "engine/core.h"

/* The turn that is wanted most; none where one is under way or none is wanted. */
void engine_turn(struct engine *e);
/* A turn of that kind, without commands. None may be under way. */
void engine_run(struct engine *e, const struct turn_kind *kind);
/* Looks whether the clock can be right, by what the store has seen: before the first turn. */
void engine_witness(struct engine *e);
/* The same while running, and whether it was set: every second. */
void engine_look_at_clock(struct engine *e);
/* The store is to be asked again: an event's callback. */
void engine_again(int fd, short what, void *arg);
/* The front ends' handlers. */
extern const struct links_handlers engine_links;

#endif
