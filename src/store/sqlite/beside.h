/*
 * beside.h - a file beside the store and in no way part of it: its tables are made where they are not there yet, what an older
 * version wrote is made what this one reads, and all of its statements are prepared at its opening.
 */
#ifndef STORE_SQLITE_BESIDE_H
#define STORE_SQLITE_BESIDE_H
#include "local.h"

/* From version i to i + 1. Between `before` and `after` the schema makes the tables that are missing. */
struct side_step {
	const char *wanted; /* gives a row where the file needs it; NULL: the step is empty */
	const char *before, *after;
};

/* PRAGMA user_version is the number of steps; 0: the file is older than these numbers. */
struct side_schema {
	const char *sql;
	const struct side_step *steps;
	int version;
};

struct side_file {
	struct sql q;
	sqlite3_stmt **st; /* the owner's array of n */
	int n;
	const char *fault; /* what the log says where something could not be written: "notices not written" */
	char path[PATH_MAX];
	bool damaged; /* it was set aside while it was in use: nothing of it is good any more */
	bool anew;    /* it was not there, or could not be read and was set aside */
};

/* The path of a file in the store's folder. */
void beside_path(char file[PATH_MAX], const char *store, const char *name);
/* st, n and fault are set. A code of SQLite's, with a sentence where it is not SQLITE_OK; beside_close is owed in any case. A file
 * of a newer version is left as it is; one that is damaged is set aside under another name, which the log says, and a new one is made. */
int beside_open(struct side_file *b, const char *file, const struct side_schema *schema,
    const char *const *texts, struct sayer *say);
/* Was that damage? Then the file is closed and set aside, to be opened anew: once. */
bool beside_aside(struct side_file *b, int rc);
void beside_close(struct side_file *b);
/* Was that well? Else the log says so; a damaged file is set aside, and the caller ends and begins anew. */
bool beside_done(struct side_file *b, int rc, const char *what);
/* Carries out a statement whose parameters are bound. */
bool beside_run(struct side_file *b, int statement, const char *what);

#endif
