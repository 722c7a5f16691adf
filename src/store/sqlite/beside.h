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

/* What has become of it while it is open. */
enum side_state {
	SIDE_SOUND,
	SIDE_SAVED, /* it was deleted or replaced; what the connection held is in a new file, which is open */
	SIDE_ANEW,  /* it was cut or overwritten; it was set aside, and an empty one is open */
	SIDE_AWAY,  /* there is no place for one: the folder is gone */
};

#define SIDE_PARTS 3 /* the database, -wal, -shm */

struct side_file {
	struct sql q;
	sqlite3_stmt **st; /* the owner's array of n */
	int n;
	const char *fault; /* what the log says where something could not be written: "notices not written" */
	char path[PATH_MAX];
	bool damaged; /* it was set aside while it was in use: nothing of it is good any more */
	bool anew;    /* it was not there, or could not be read and was set aside */
	const struct side_schema *schema;
	const char *const *texts;
	/* As we left them. */
	struct watched_file seen[SIDE_PARTS];
	struct timespec written_at;
	int64_t least; /* size of the database */
	int frames;    /* in the WAL */
	bool changed;  /* others have written into it */
	bool waits;    /* it is lost, and the disk is too full for another one */
};

/* The path of a file in the store's folder. */
void beside_path(char file[PATH_MAX], const char *store, const char *name);
/* st, n and fault are set. A code of SQLite's, with a sentence where it is not SQLITE_OK; beside_close is owed in any case. A file
 * of a newer version is left as it is; one that is damaged is set aside under another name, which the log says, and a new one is made. */
int beside_open(struct side_file *b, const char *file, const struct side_schema *schema,
    const char *const *texts, struct sayer *say);
/*
 * Looks whether its files are there and as we left them, and does what can be done about it, which the log says. An operator or
 * a script may delete, replace or cut them; SQLite goes on with what it has open, and no person finds that again. In
 * no transaction. What was read before is not good after SIDE_SAVED and SIDE_ANEW: statements were prepared anew.
 */
enum side_state beside_look(struct side_file *b, bool english);
/* Was that damage? Then the file is closed and set aside, to be opened anew: once. */
bool beside_aside(struct side_file *b, int rc);
void beside_close(struct side_file *b);
/* Was that well? Else the log says so; a damaged file is set aside, and the caller ends and begins anew. */
bool beside_done(struct side_file *b, int rc, const char *what);
/* Carries out a statement whose parameters are bound. */
bool beside_run(struct side_file *b, int statement, const char *what);

#endif
