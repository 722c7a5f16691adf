/*
 * timetable.h - backups on a timetable: made into a folder, the old ones deleted once a new one has been checked.
 * Place: engine; backup.c makes one, this says when, and which go.
 *
 * A backup's name says whose it is and when it was begun, so that a restart knows from the folder alone when the
 * next is due; nothing without such a name is ever deleted, nor is the one that was made last.
 */
#ifndef ENGINE_TIMETABLE_H
#define ENGINE_TIMETABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct options;
struct turn;

/* The last instant up to now at which a backup was due. */
int64_t timetable_due(const struct options *o, int64_t now);
/* liandong-STORE-20260302-030000.db; its instant back, 0 where it is no name of this store's. */
char *timetable_name(const char *store, int64_t at, char *out, size_t len);
int64_t timetable_instant(const char *store, const char *name);

/* Once a second: begins one that is due. */
void timetable_look(struct engine *e);
/* The process ends: none is begun any more. */
void timetable_stop(struct engine *e);
/* A failure is recorded with the next turn. */
void timetable_record(struct turn *t);

#endif
