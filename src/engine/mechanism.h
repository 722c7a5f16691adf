/*
 * mechanism.h - where the mechanism in force comes from.
 */
#ifndef ENGINE_MECHANISM_H
#define ENGINE_MECHANISM_H
#include "mechanism/load.h"

struct engine;

/* Reads the mechanism's folder: NULL with problems where anything is wrong, its tests included. */
struct mechanism *mechanism_from_folder(const char *folder, struct problems *p);
/* What this process is to serve; NULL: there is none, and its problems were printed. */
struct mechanism *mechanism_to_serve(struct engine *e);
/* Is what is in force in the store, whole? */
bool mechanism_is_stored(struct engine *e);

#endif
