/*
 * troubles.h - what is wrong with this daemon, as /readyz and status.get name it.
 */
#ifndef ENGINE_TROUBLES_H
#define ENGINE_TROUBLES_H
#include "mechanism/load.h"
#include "wire/messages.h"

struct engine;
struct options;

/* All that is wrong now, at most TROUBLES_MOST, in the arena. */
const struct trouble *troubles_list(const struct engine *e, struct arena *a, size_t *n);
/* The files that a reload or a start could not take; NULL: all were taken. */
void troubles_note_files(struct engine *e, const struct problems *refused);
/* The same by their names, comma-separated; NULL: all were taken. */
void troubles_note_refused(struct engine *e, const char *names);
/* The revision that the folder's files are; NULL: it is not known. */
void troubles_note_folder(struct engine *e, const char *revision);
/* The options as the file has them now: those that differ from what we run with need a restart. */
void troubles_note_options(struct engine *e, const struct options *now);

#endif
