/*
 * file.h - a file that others read while it is written: they find the old one or the new one, whole.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H
#include "base/str.h"

#include <stdbool.h>
#include <sys/types.h>

/* Puts the bytes in the place of what is at the path, synced; nothing is there afterwards but the whole. mode: of
 * the new file. False with errno: what was there is there still. */
bool file_replace(const char *path, struct str bytes, mode_t mode);
/* Syncs the folder in which the path is a name, so that the name survives a power cut. False with errno. */
bool file_sync_folder(const char *path);

#endif
