/*
 * photos.h - the files of photos, beside the store: PATH.photos/NUMBER/DIGEST, a folder for each incident that has some.
 *
 * A file is there, synced, before the event that names it is committed: a crash leaves files without an event, never
 * an event without its file. Those are swept at the start. A file never changes: its name is the digest of its bytes.
 * Nothing here knows SQL. `store` is the path of the store, of its first generation.
 */
#ifndef STORE_PHOTOS_H
#define STORE_PHOTOS_H
#include "base/buf.h"
#include "base/digest.h"

struct incident;

#define PHOTOS_FOLDER ".photos"

/* The file's path. False: too long for one. */
bool photos_path(const char *store, const char *number, const char *digest, char out[], size_t size);
/* Keeps the bytes under their digest (hex), synced with the folders that lead there. shared: its group reads it. False
 * with errno. What is there already stays, and is synced once more. */
bool photos_put(const char *store, bool shared, const char *number, const char *digest, struct str bytes);
/* Appends the bytes. False: there is no such file, or its bytes are others'. */
bool photos_get(const char *store, const char *number, const char *digest, struct buf *out);
/* The incident's personal data are about to go: what a crash leaves of its photos is found at the next start. */
void photos_expire(const char *store, const char *number);
/* They have gone: so do its photos. */
void photos_erase(const char *store, const char *number);

/* The incident of that number; NULL: it is not in the store. False: that is not known. */
typedef bool photos_owner(void *arg, const char *number, const struct incident **out);
/* Removes what no dispatch has, of folders that have changed since the last time; returns how many files went. Nothing may
 * be put meanwhile. */
int64_t photos_sweep(const char *store, photos_owner *owner, void *arg);
/* The store went back: the next sweep looks at all folders. */
void photos_swept_not(const char *store);

/* Copies the photos of a list from beside one store to beside another, those that are not there yet. False with errno: not
 * all that there are; *missing grows by those that have no whole file. */
bool photos_copy(const char *from, const char *to, const char *number, const char *list, int64_t *missing);
/* How many of a list have no whole file. */
int64_t photos_missing(const char *store, const char *number, const char *list);

/* Beside which name the photos of a database file lie: a store's (PATH, PATH.1 …), an archive's beside itself, those of
 * the backups of a folder together, beside FOLDER/backup: a photo never changes, so it is copied once. */
void photos_beside(const char *file, char out[], size_t size);
void photos_of_backups(const char *file, char out[], size_t size);
/* Each incident that has a folder there. */
void photos_each(const char *store, void (*each)(void *arg, const char *number), void *arg);

#endif
