/*
 * fix.h - what has one right mend, mended: of a file's bytes what editors and copying did to them, and of
 * its words what a check knows to write instead. Everything else stays byte by byte as it is.
 */
#ifndef MECHANISM_FIX_H
#define MECHANISM_FIX_H
#include "base/both.h"
#include "domain/mechanism.h"
#include "mechanism/problems.h"

/* What was done to one file's bytes, for people. */
enum fix_kind {
	FIX_UTF16,     /* UTF-16 → UTF-8 */
	FIX_BOM,       /* a byte order mark is gone */
	FIX_GBK,       /* GBK → UTF-8 */
	FIX_CHARACTER, /* invisible characters are gone */
	FIX_INDENT,    /* tabs and wide blanks in the indentation are blanks */
	FIX_WORDS,     /* what a check named: punctuation, quotes, old words */
	FIX_KINDS
};
extern const struct both fix_words[FIX_KINDS];

struct fixed_file {
	const char *name;
	struct str before, after; /* after: in the arena; the same bytes where nothing was to mend */
	struct str readable;      /* before, as UTF-8, with the same lines as after */
	int done[FIX_KINDS];      /* how many places; of an encoding 1 */
};

/* The bytes of one file. */
void fix_bytes(struct arena *a, struct fixed_file *file);
/* All files of a mechanism together: each one's bytes, then its words, until a check finds no more of them. */
void fix_files(struct arena *a, struct fixed_file *files, int n);

#endif
