/*
 * removal.h - years that left the store for their archives.
 */
#ifndef CTL_REMOVAL_H
#define CTL_REMOVAL_H
#include "ctl/ctl.h"
#include "store/archive.h"
#include "store/removal.h"

/* Of the archive's file. False with a sentence printed. */
bool removal_file_digest(struct ctl *ctl, const char *file, struct digest *out);
/* The years that left this store, and how far the one that is leaving has come. */
int ctl_archive_list(struct ctl *ctl);
/* Proves the archive, asks, and has the daemon take the year out of the store. */
int ctl_archive_remove(struct ctl *ctl, const struct archive *what, const char *file, bool yes);
/* Proves the archive, and that it holds what left the store with its year. EXIT_DONE, or EXIT_REFUSED with a sentence. */
int removal_prove(struct ctl *ctl, struct reads *store, const char *file);

#endif
