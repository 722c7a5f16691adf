/*
 * rewrite.h - a file of the mechanism changed by a command, and its cases beside it: all changes are shown first,
 * what would come of them is checked as a whole, a person is asked, and only then the file is replaced, in one step.
 * Where the second of two files cannot be written the first one is as it was.
 */
#ifndef CTL_REWRITE_H
#define CTL_REWRITE_H
#include "ctl/ctl.h"
#include "mechanism/edit.h"
#include "mechanism/load.h"

/* One line of the preview. */
struct rewrite_change {
	const char *file;
	int line;                          /* 0: a new place */
	const char *what, *before, *after; /* NULL: nothing was, or will be, there */
};
struct rewrite {
	struct ctl *ctl;
	const char *folder, *name; /* name: "units.yaml"; NULL: the cases alone */
	struct mechanism *m;       /* as it is */
	struct str bytes;          /* of the file */
	const struct node *root;
	struct edits edits;
	struct rewrite_cases { /* routing-tests.yaml, once rewrite_open_cases has read it */
		bool open, exists;
		struct str bytes;
		const struct node *root;
		struct edits edits;
	} cases;
	struct rewrite_texts { /* models of the mechanism as it is and as it would be, each made once */
		bool made;
		unsigned char of[sizeof(((struct mechanism *)0)->texts)];
		struct text_decider decider;
	} texts[2];
	struct problems problems;
	struct rewrite_change *changes;
	int n, cap;
};
/* DIFF: what would go elsewhere is shown before it is asked. PIPE: the answer may come from one. */
enum { REWRITE_DRY = 1, REWRITE_YES = 2, REWRITE_DIFF = 4, REWRITE_PIPE = 8 };

/* Reads the mechanism and that file (NULL: none); a file that may be absent and is begins as `when_absent`. False
 * with all problems printed. rewrite_close in any case. */
bool rewrite_open(struct rewrite *w, struct ctl *ctl, const char *name, const char *when_absent);
/* Reads its cases, too, to which some may be added; false with all problems printed. */
bool rewrite_open_cases(struct rewrite *w);
void rewrite_close(struct rewrite *w);
void rewrite_say(struct rewrite *w, int line, const char *what, const char *before, const char *after);
/* One more case: whole lines, as an item of the list `tests` is written, its first line without the dash and its
 * blanks. */
void rewrite_add_case(struct rewrite *w, const char *what, const char *text);
/* The name, or one with a number where a case has it. In the arena. */
const char *rewrite_case_name(const struct rewrite *w, const char *name);
/* The mechanism as it would be, its cases not run; NULL with problems in `p`. The caller releases it. */
struct mechanism *rewrite_result(struct rewrite *w, struct problems *p);
/* What the model of that mechanism's texts proposes, as the daemon will be told. */
void rewrite_ask(struct rewrite *w, const struct mechanism *m, struct route_query *q);
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
/* The same, where the answer may come from a pipe. */
bool ctl_agreed_anyhow(const struct ctl *ctl, bool yes, const char *what);

#endif
