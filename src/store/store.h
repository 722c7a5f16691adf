/*
 * store.h - the seam behind which records lie. Batch-shaped: one load, one save, so that a server
 * across a network fits behind it as well as the embedded SQLite. Nothing outside src/store knows
 * SQL. One engine holds the store (a lock file); its head (seq, hash) advances only after COMMIT.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include "base/digest.h"
#include "domain/circumstances.h"
#include "domain/command.h"
#include "domain/incident.h"

struct store;
struct arena;

enum store_status {
	STORE_OK,
	STORE_UNKNOWN, /* the commit failed: not known to be stored; the batch is answered unavailable. Also
	                  every save of a store that is read-only (metrics) */
	STORE_FULL,    /* below the floor of free space: nothing new is taken */
	STORE_FAILED   /* cannot go on: end with 75, the next start salvages */
};

enum store_refusal { STORE_OPENED, STORE_LOCKED, STORE_NEWER, STORE_UNREADABLE, STORE_CLOCK, STORE_NO_ROOM };

struct store_options {
	const char *path; /* absolute; liandong.db */
	int64_t floor_bytes, ballast_bytes;
	bool manual;       /* --clock manual: refused on a store that has lived under the wall clock */
	int64_t manual_at; /* seeds an empty store only */
	bool salvage;      /* after exit 75: VACUUM INTO a new generation first */
};

/* NULL with a Chinese or English sentence in `why` and which refusal. Migrates, reads pragmas back,
 * checkpoints (TRUNCATE) and syncs the directory before it returns. */
struct store *store_open(const struct store_options *o, bool english, enum store_refusal *refusal, char *why,
    size_t why_len);
void store_close(struct store *s);

struct store_head {
	int64_t seq;
	struct digest hash;
};
struct store_head store_head(const struct store *s);
const char *store_id(const struct store *s);   /* 16 hex digits, made with the store */
const char *store_file(const struct store *s); /* generation file in use, for the readers */
uint64_t store_epoch(const struct store *s);   /* counts openings */
/* The manual instant, 0 where the store lives under the wall clock. */
int64_t store_manual(const struct store *s);
/* Last heartbeat before this opening, 0 on a new store: the downtime is [that, now]. */
int64_t store_last_beat(const struct store *s);
/* Revision in force; "" on a new store. */
const char *store_revision(const struct store *s);
/* The files of a stored revision, in the arena; 0 where it is not kept. */
int store_files(struct store *s, struct arena *a, const char *revision, struct mechanism_file *out, int most);

/* -- load ----------------------------------------------------------------------------------- */

struct store_want {
	const char *number; /* or */
	int64_t id;
	struct incident *found; /* NULL: there is none */
};
enum store_status store_load(struct store *s, struct arena *a, struct store_want *wants, size_t n);
/* Ids of incidents with wake_at <= now, earliest first. */
enum store_status store_due(struct store *s, int64_t now, int64_t *ids, size_t most, size_t *n);
/* The smallest wake_at, 0 none. */
enum store_status store_next_wake(struct store *s, int64_t *at);

/* A kept answer to a command with a key: the same key again is the same answer. */
struct store_answer {
	const char *account, *key;
	struct digest asked; /* of the command's parameters without the key */
	struct str body;     /* of the first answer */
	bool found;          /* by store_answers */
	int64_t at;
};
enum store_status store_answers(struct store *s, struct arena *a, struct store_answer *v, size_t n);
/* Was this command id decided on this incident? Walks its journal chain back, newest first, until
 * rows recorded before `since`. Gives the seq of its row, 0 where it was not. */
enum store_status store_command_seq(struct store *s, const struct incident *inc, uint64_t command,
    int64_t since, int64_t *seq);
/* Recently reported incidents, newest first, for the similar ones (open, reported at or after
 * `since`), without their dispatches. */
enum store_status store_recent(struct store *s, struct arena *a, int64_t since, struct incident **out,
    size_t most, size_t *n);

/* -- save ----------------------------------------------------------------------------------- */

struct account {
	const char *name;
	enum account_role role;
	const char *unit, *commands;
	struct digest token; /* SHA-256 of it */
	int64_t made_at, revoked_at;
};
struct store_revision {
	char revision[REVISION_LEN + 1];
	const struct mechanism_file *files;
	int n_files;
	const char *who, *why;
	int64_t at;
};

/* One turn. save gives ids to new incidents, seq to events (and dispatch.seq, incident.last_seq),
 * chains hashes, writes what changed, COMMITs. After STORE_UNKNOWN everything in it is to be thrown
 * away, after STORE_FULL too. A decision with no events writes no journal row. */
struct store_batch {
	struct decision **decisions;
	size_t n_decisions;
	struct incident **incidents; /* those that decisions or wakes touched; written where changed */
	size_t n_incidents;
	struct store_answer *answers;
	size_t n_answers;
	struct account *accounts; /* added (revoked_at 0) or revoked: by token */
	size_t n_accounts;
	const struct store_revision *activate; /* NULL: none */
	int64_t manual_at;                     /* 0: unchanged */
	int64_t beat;                          /* 0: none; the heartbeat */
	struct downtime downtime;              /* to = 0: none */
	bool grows; /* takes new records: refused with STORE_FULL below the floor */
};
enum store_status store_save(struct store *s, struct store_batch *b);

/* The recorded downtimes, in the arena, as circumstances keep them. */
enum store_status store_downtimes(struct store *s, struct arena *a, struct circumstances *out);
/* Accounts whose name it is (two tokens may live for one). */
enum store_status store_accounts(struct store *s, struct arena *a, struct account **out, size_t *n);

/* Once a loop turn when idle: passive checkpoint every 2,000 frames, TRUNCATE above 64 MiB, free
 * space, ballast. Never blocks long. */
void store_idle(struct store *s);
/* A backup while running, one at a time: a thread of its own copies what is stored at this instant, paced,
 * checks and syncs the copy and only then gives it its name, which must not be taken. NULL with why. */
struct store_backup;
struct store_backup *store_backup_start(struct store *s, const char *file, char *why, size_t why_len);
/* Becomes readable when it has ended. */
int store_backup_fd(const struct store_backup *b);
/* 1 it runs, 0 done, -1 failed with why; after these two it is gone. Never waits. */
int store_backup_step(struct store_backup *b, char *why, size_t why_len);
/* Ends it without a file, within 0.2 s; it is gone then. store_close does it, too. */
void store_backup_stop(struct store_backup *b);

struct store_metrics {
	int64_t incidents, open_incidents, open_dispatches; /* kept in memory, counted once at start */
	int64_t wal_bytes, db_bytes, free_bytes, commits, commit_us_last, commit_us_sum, checkpoints;
	bool full, read_only;
};
struct store_metrics store_metrics(const struct store *s);

#endif
