/*
 * photos.h - a photo is kept before its command is decided: a thread reads the picture, makes what may be kept of it
 * (domain/picture.h), writes the file and syncs it; only then the command waits for its turn, with the digest in the
 * place of the picture. No turn waits for a picture.
 */
#ifndef ENGINE_PHOTOS_H
#define ENGINE_PHOTOS_H
#include "engine/core.h"

/* Is it a photo's command? Then it is taken here, and queued or answered later. */
bool photos_take(struct engine *e, struct link *from, struct str body, bool *good);
/* The front end is gone. */
void photos_gone(struct engine *e, const struct link *l);
/* Is one still being kept? */
bool photos_busy(const struct engine *e);
/* At the start: files go that no event names. */
void photos_start(struct engine *e);

#endif
