/*
 * beside.h - a file beside the store and in no way part of it: its tables are made where they are not there yet, and all of its
 * statements are prepared at its opening.
 */
#ifndef STORE_SQLITE_BESIDE_H
#define STORE_SQLITE_BESIDE_H
#include "local.h"

struct side_file {
	struct sql q;
	sqlite3_stmt **st; /* the owner's array of n */
	int n;
	const char *fault; /* what the log says where something could not be written: "notices not written" */
};

/* The path of a file in the store's folder. */
void beside_path(char file[PATH_MAX], const char *store, const char *name);
/* st, n and fault are set. A code of SQLite's; beside_close is owed in any case. */
int beside_open(struct side_file *b, const char *file, const char *schema, const char *const *texts,
    struct sayer *say);
void beside_close(struct side_file *b);
/* Was that well? Else the log says so. */
bool beside_done(struct side_file *b, int rc, const char *what);
/* Carries out a statement whose parameters are bound. */
bool beside_run(struct side_file *b, int statement, const char *what);

#endif
