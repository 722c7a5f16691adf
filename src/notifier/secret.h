/* secret.h - the secrets of channels and partners: a file each, in the folder that liandong.yaml names. */
#ifndef NOTIFIER_SECRET_H
#define NOTIFIER_SECRET_H
#include "base/arena.h"

#define SECRET_FILE_MAX 4096

/* The lines of a file that are not empty, at most `most` of them, in the arena. How many; -1: there is no such file, it is
 * larger than SECRET_FILE_MAX, or others than its owner can read it, which the log says. */
int secret_read(const char *folder, const char *name, struct arena *a, const char **lines, int most);

#endif
