/*
 * building.h - a mechanism is built from its files in a thread, while the engine's loop goes on. A large table takes
 * a fifth of a second, and its model more: no turn waits for that.
 * Place: engine. The thread works with nothing but the bytes it was given.
 */
#ifndef ENGINE_BUILDING_H
#define ENGINE_BUILDING_H
#include "mechanism/load.h"

struct building;

/* The bytes stay where they are until building_end. NULL: no thread can be had. */
struct building *building_start(const struct mechanism_file *files, int n);
/* Becomes readable when it is done. */
int building_fd(const struct building *b);
/* Waits for it. The mechanism, which is the caller's; NULL: the files are none. */
struct mechanism *building_end(struct building *b);

#endif
