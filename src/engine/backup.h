/*
 * backup.h - the backup that a command asked for.
 */
#ifndef ENGINE_BACKUP_H
#define ENGINE_BACKUP_H
struct effects;
struct engine;

/* Begins it, or answers why not. */
void backup_begin(struct engine *e, const struct effects *x);
/* The backup that runs is given up: the process ends. */
void backup_stop(struct engine *e);

#endif
