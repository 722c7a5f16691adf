/*
 * backup.h - the backup that a command asked for.
 */
#ifndef ENGINE_BACKUP_H
#define ENGINE_BACKUP_H
#include <stdbool.h>
#include <stddef.h>

struct effects;
struct engine;

/* Begins it, or answers why not. */
void backup_begin(struct engine *e, const struct effects *x);
/* Begins one that no command waits for: `then` is called when it has, with why it failed or NULL. False with why:
 * none was begun. */
bool backup_make(struct engine *e, const char *file, void (*then)(struct engine *e, const char *why),
    char *why, size_t why_len);
/* The backup that runs is given up: the process ends. */
void backup_stop(struct engine *e);

#endif
