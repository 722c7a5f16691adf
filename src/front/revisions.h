/*
 * revisions.h - mechanisms of revisions that are no longer in force, read from the store when a
 * dispatch that was issued under one is explained. The last few used are kept.
 */
#ifndef FRONT_REVISIONS_H
#define FRONT_REVISIONS_H
#include "domain/mechanism.h"
#include "store/read.h"

/* Reads and checks the files of a revision (NULL: the one in force). NULL where it is not kept,
 * cannot be read, or is no longer understood: logged. The caller frees it (mechanism_release). */
struct mechanism *revisions_load(struct reads *r, const char *revision);

struct revisions;
struct revisions *revisions_new(void);
void revisions_free(struct revisions *v);
/* Borrowed until the next revisions_keep; NULL where it is not at hand. */
const struct mechanism *revisions_find(struct revisions *v, const char *revision);
/* Keeps the mechanism that these files are. False, logged: they are none, or not understood any more. */
bool revisions_keep(struct revisions *v, const char *revision, const struct mechanism_file *files, int n);

#endif
