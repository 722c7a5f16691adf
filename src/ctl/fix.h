/*
 * fix.h - check --fix: what has one right mend is shown as a diff, asked about, and written.
 */
#ifndef CTL_FIX_H
#define CTL_FIX_H
#include "ctl/ctl.h"

/* The files of the mechanism in that folder; NULL: the one that the options name. False where something was to
 * be mended and was not written. */
bool fix_folder(struct ctl *ctl, const char *folder, bool yes);

#endif
