/*
 * rewrite.h - a file of the mechanism changed by a command: all changes are shown first, what would come of
 * them is checked as a whole, a person is asked, and only then the file is replaced, in one step.
 */
#ifndef CTL_REWRITE_H
#define CTL_REWRITE_H
#include "ctl/ctl.h"
#include "mechanism/edit.h"
#include "mechanism/load.h"

/* One line of the preview. */
struct rewrite_change {
	int line;                          /* 0: a new place */
	const char *what, *before, *after; /* NULL: nothing was, or will be, there */
};
struct rewrite {
	struct ctl *ctl;
	const char *folder, *name; /* name: "units.yaml" */
	struct mechanism *m;       /* as it is */
	struct str bytes;          /* of the file */
	const struct node *root;
	struct edits edits;
	struct problems problems;
	struct rewrite_change *changes;
	int n, cap;
};
enum { REWRITE_DRY = 1, REWRITE_YES = 2 };

/* Reads the mechanism and that file; a file that may be absent and is begins as `when_absent`. False with
 * all problems printed. rewrite_close in any case. */
bool rewrite_open(struct rewrite *w, struct ctl *ctl, const char *name, const char *when_absent);
void rewrite_close(struct rewrite *w);
void rewrite_say(struct rewrite *w, int line, const char *what, const char *before, const char *after);
/* A change that cannot be made by itself: an error that says what a person is to write. */
void rewrite_by_hand(struct rewrite *w, const struct node *at, const char *what, const char *after);
/* Shows, checks, asks, writes; the exit code. Nothing is written where there is an error. */
int rewrite_finish(struct rewrite *w, int how);

/* Writes a file beside the old one, synced, then in its place: a reader finds the one or the other. False with
 * a sentence. */
bool ctl_replace_file(struct ctl *ctl, const char *path, struct str after);
/* Does the person at the terminal want `what` to be written? `yes`: is not asked. False with a sentence where
 * there is none. */
bool ctl_agreed(const struct ctl *ctl, bool yes, const char *what);

#endif
