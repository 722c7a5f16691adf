/*
 * mechanism.h - where the mechanism in force comes from.
 */
#ifndef ENGINE_MECHANISM_H
#define ENGINE_MECHANISM_H
#include "mechanism/load.h"

struct engine;

/* What this process is to serve; NULL: there is none, and its problems were printed. */
struct mechanism *mechanism_to_serve(struct engine *e);
/* Is what is in force in the store, whole? */
bool mechanism_is_stored(struct engine *e);

#endif
