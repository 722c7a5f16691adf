/*
 * local.h - what the files of the embedded store share; no file outside this folder sees it.
 *
 * A struct sql is one connection with all its statements and the symbols it knows. The engine's
 * struct store has one that writes; every reader has one that cannot. Functions that talk to SQLite
 * return its extended result codes, SQLITE_OK for done, and leave no statement running: a statement
 * that is not reset holds a read transaction and stops every checkpoint.
 */
#ifndef STORE_SQLITE_LOCAL_H
#define STORE_SQLITE_LOCAL_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/map.h"
#include "domain/tally.h"
#include "statements.h"
#include "store/read.h"
#include "store/store.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#define APPLICATION_ID 0x6c646731 /* "ldg1" */
#define DISPATCH_BITS 7           /* a dispatch's id is incident << 7 | n */
_Static_assert(DISPATCHES_MAX < 1 << DISPATCH_BITS, "n fits its bits of a dispatch's id");

/* Enums are stored as numbers: new members go to the end, none ever moves (tests/unit/store_numbers.c). */

enum statement {
#define X(id, set, name, sql) STATEMENT_##id,
	STATEMENT_LIST(X)
#undef X
	    STATEMENTS
};

/* Who needs which of them. To prepare all takes five times as long as to open the file, and most readers read
 * incidents and events only. */
enum statement_set {
	SET_READ,     /* incidents, events, accounts: of every connection */
	SET_LOGIN,    /* sessions in browsers, login codes, names in certificates */
	SET_REGISTER, /* requests, findings and entries by themselves */
	SET_REPORT,   /* what a report reads */
	SET_PROOF,    /* what proves sums, chain and records */
	SET_NOTICE,   /* what ids of notices are made from */
	SET_WRITE,    /* the engine's */
	STATEMENT_SETS
};

/* -- sentences for people ------------------------------------------------------------------- */

struct sayer {
	bool english;
	char *why;
	size_t len;
};
#define say(s, zh, en, ...) ((void)snprintf((s)->why, (s)->len, (s)->english ? en : zh, __VA_ARGS__))

/* -- symbols: texts that come again and again, as numbers ----------------------------------- */

struct symbols {
	struct arena *arena;
	const char **texts; /* texts[id - 1] */
	size_t n, cap;
	struct map ids; /* of uint32_t, by text */
};

/* -- a connection --------------------------------------------------------------------------- */

/* Which field of the record each parameter or column of a statement is; see record.c. */
#define RECORD_COLUMNS 80
struct record_map {
	const struct column *of[RECORD_COLUMNS];
	int64_t symbol[RECORD_COLUMNS]; /* the symbol that was last bound there: often the next one, too */
	const struct column *absent[RECORD_COLUMNS]; /* what an INSERT leaves out, and is NULL then */
	int n, n_absent;
};

struct sql {
	sqlite3 *db;
	sqlite3_stmt *st[STATEMENTS]; /* NULL: its set is not prepared */
	bool prepared[STATEMENT_SETS];
	struct record_map map[STATEMENTS];
	struct symbols symbols;
	bool remembers; /* the engine's: what is loaded remembers what it adds to the sums */
};

/* Before a process opens its first database: SQLite does not count its memory, which would take a lock at each allocation. */
void sql_uncounted(void);
/* Opens; writer: read and write, WAL, FULL, every pragma read back. SQLITE_OK or what failed, with a
 * sentence. Statements are prepared by sql_prepare once the schema stands. */
int sql_open(struct sql *q, const char *file, bool writer, const struct sayer *say);
/* Why the last call failed, for people. */
const char *sql_reason(sqlite3 *db, bool english);
int sql_prepare(struct sql *q, enum statement_set set, const struct sayer *say);
/* The same, before statements of the set are used, so that what fails is an error and not the end of the
 * process; what failed is logged. */
int sql_need(struct sql *q, enum statement_set set);
void sql_close(struct sql *q);
/* One-off statements without a result; for opening, migrating, salvaging. */
int sql_exec(sqlite3 *db, const char *sql);
/* The first column of the first row of a one-off statement; `none` where there is no row. */
int sql_number(sqlite3 *db, const char *sql, int64_t none, int64_t *out);
/* Steps a statement that gives no rows, resets it. */
int sql_run(struct sql *q, enum statement id);
/* The statement, unbound. Where its set was not needed before, it is prepared now. */
sqlite3_stmt *sql_use(struct sql *q, enum statement id);
/* Resets; SQLITE_OK where the last step ended as it should. */
int sql_end(sqlite3_stmt *st, int last_step);
/* The cache gives up its pages. After what is read or written once and is large, as the files of a revision: every process
 * reads these when it starts, and would keep them for as long as it is idle. */
void sql_forget_pages(struct sql *q);
/* Resets everything, rolls back what is open. */
void sql_abandon(struct sql *q);
/* IOERR, CORRUPT, NOTADB …: the file cannot be trusted any more. */
bool sql_broken(int rc);
bool sql_full(int rc);
/* What an engine that died left is put in order by the next one; who only reads waits for it. */
bool sql_unattended(int rc);
enum store_status sql_status(int rc);

void bind_text(sqlite3_stmt *st, int i, const char *z); /* NULL is NULL; borrowed until the next step */
void bind_blob(sqlite3_stmt *st, int i, const void *p, size_t n);
void bind_time(sqlite3_stmt *st, int i, int64_t ms); /* 0 is NULL */
const char *column_text(sqlite3_stmt *st, int i, struct arena *a);
struct str column_blob(sqlite3_stmt *st, int i);                 /* borrowed until the next step */
bool column_digest(sqlite3_stmt *st, int i, struct digest *out); /* false if it is none */

/* symbol.c */
void symbols_free(struct symbols *s);
/* Reads those that were added since. */
int symbols_refresh(struct sql *q);
/* The id of a text, 0 for NULL or one that is not known. */
int64_t symbol_find(const struct symbols *s, const char *text);
/* The same, adding it to the transaction that is open. */
int symbol_id(struct sql *q, const char *text, int64_t *id);
/* The text of an id, owned by the symbols; NULL for 0 or one that is not known. */
const char *symbol_text(const struct symbols *s, int64_t id);
/* Forgets the symbols above n: their transaction was rolled back. */
void symbols_forget(struct symbols *s, size_t n);

/* columns.c, record.c: records as rows */
/* Finds the fields of a statement that was prepared. */
int record_prepare(struct sql *q, enum statement id, const struct sayer *say);
/* Is everything NULL that the statement leaves out? A row that has just been made is written by a shorter
 * statement then. */
bool record_fits(const struct sql *q, enum statement id, const void *record);
/* Binds a record, and its row's id. */
int record_bind(struct sql *q, enum statement id, int64_t row, const void *record);
int record_bind_dispatch(struct sql *q, enum statement id, const struct incident *inc,
    const struct dispatch *d);
/* The row that the statement stands on, into a record that is all zero. */
void record_read(struct sql *q, enum statement id, void *record, struct arena *a);
/* Without its dispatches and children. */
struct incident *record_incident(struct sql *q, enum statement id, struct arena *a);
/* Those of an incident that was just read. */
int record_parts(struct sql *q, struct incident *inc, struct arena *a);
/* By id or (id 0) by number; NULL if there is none. */
int record_load(struct sql *q, struct arena *a, int64_t id, const char *number, struct incident **out);

/* matter.c: requests, findings, entries. The id of an incident's child is incident << DISPATCH_BITS | n, that
 * of a request or finding of no incident is negative. */
int record_children(struct sql *q, struct incident *inc, struct arena *a);
bool children_unsaved(const struct incident *inc);
int children_save(struct store *s, struct incident *inc);
/* The row that the statement stands on. */
struct finding *record_finding(struct sql *q, enum statement id, struct arena *a);
struct request *record_request(struct sql *q, enum statement id, struct arena *a);
struct entry *record_entry(struct sql *q, enum statement id, struct arena *a);
/* By the row's id; NULL if there is none. */
int request_load(struct sql *q, struct arena *a, int64_t row, struct request **out);
int finding_load(struct sql *q, struct arena *a, int64_t row, struct finding **out);
/* The newest about this finding of no incident. */
int request_about(struct sql *q, struct arena *a, int64_t finding, struct request **out);
/* By id; else (id 0) the newest of the kind that has the name, or (NULL) of the kind. */
int entry_load(struct sql *q, struct arena *a, int64_t id, enum entry_kind kind, const char *name,
    struct entry **out);
/* read_matter.c: what is wanted, and how many rows were looked at. */
int queues_read(struct sql *q, struct want_queues *w, int64_t *rows);
int requests_read(struct sql *q, struct arena *a, struct want_requests *w, int64_t *rows);
int findings_read(struct sql *q, struct arena *a, struct want_findings *w, int64_t *rows);
int entries_read(struct sql *q, struct arena *a, struct want_entries *w, int64_t *rows);
/* All modes that were declared, beside what `out` has already. */
int modes_read(struct sql *q, struct arena *a, struct circumstances *out);
int matter_read(struct sql *q, struct arena *a, struct want_matter *w);
int document_read(struct sql *q, struct arena *a, struct want_document *w);
int history_read(struct sql *q, struct arena *a, struct store_history *h);
int document_save(struct sql *q, const struct store_document *d);
bool matters_unsaved(const struct store_batch *b);
int matters_save(struct store *s, struct store_batch *b);
/* matter_load.c: those of no incident that a turn wants. */
int matters_load(struct store *s, struct arena *a, struct store_wants *w);
/* Those of no incident that are due; w->next_wake is the smallest wake of incidents, and becomes that of all. */
int matters_due(struct store *s, struct arena *a, struct store_wants *w);

/* tally.c: the sums that reports are made from */
enum tally_table { TALLY_OF_DISPATCHES, TALLY_OF_INCIDENTS, TALLIES };
/* What a row adds as it is stored. */
struct tallied {
	struct tally_key key;
	struct tally t;
};
struct tallied_incident {
	struct tally_incident_key key;
	struct tally_incident t;
};
/* What the batch at hand changes of them. */
struct tallies {
	struct arena *a; /* NULL: nothing has ended since the opening */
	struct map changes[TALLIES];
	int64_t batch; /* counts batches */
};
/* Adds the counters of a row to n; false where its bytes are none of ours. */
bool tally_unpack(struct str packed, int64_t *n, int count);
/* Of an incident that was just read. */
void tallies_remember(struct incident *inc, struct arena *a);
void tallies_begin(struct store *s);
/* Of an incident that was just saved: once in a batch. */
int tallies_follow(struct store *s, struct incident *inc);
int tallies_write(struct store *s);
void tallies_free(struct store *s);

/* erasure.c */
bool erasure_unsaved(const struct store *s, const struct store_erasure *x);
int erasure_save(struct store *s, struct store_erasure *x);

/* journal.c: a decision as bytes and hash */
struct journal_row {
	int64_t seq, n, at, incident, prev;
	uint64_t command;
	struct digest hash;
	struct str data;
};
/* What the chain begins with. */
struct digest journal_genesis(const char *store);
/* Packs the events of a decision (whose seqs and ids are set) into b, emptied before. */
void journal_pack(struct buf *b, const struct decision *d);
struct digest journal_hash(const struct digest *before, const struct journal_row *row);
/* Unpacks into events in the arena; NULL where the bytes are none of ours. */
struct event *journal_unpack(const struct journal_row *row, struct arena *a);
/* The row that the statement stands on, data borrowed until the next step; false if it is none. */
bool journal_read(sqlite3_stmt *st, struct journal_row *row);

/* meta: the one row */
struct meta {
	char store[17];
	uint64_t epoch;
	bool manual, training;
	int64_t manual_at, beat, salvaged_at;
	char revision[REVISION_LEN + 1];
	int64_t seq;
	struct digest hash;
	int64_t incidents, open_incidents, open_dispatches;
	struct store_last last;
	unsigned char secret[SECRET_LEN];
	int64_t untallied; /* incidents up to this id are not in the sums yet */
	int64_t erased_to; /* those up to this one are erased, or wait for it */
	int64_t texts_to;  /* texts of no incident up to this seq are erased */
};
int meta_get(struct sql *q, struct meta *m);
/* Begins a transaction that reads: the symbols, and the row, as they are in its snapshot. */
int meta_snapshot(struct sql *q, struct meta *m);
int meta_save(struct sql *q, const struct meta *m);

/* removal.c: years that leave the store (store/removal.h) */
struct removal_year;
struct removal_count;
void removal_add_incident(struct digest *d, int64_t id, const char *number);
void removal_add_row(struct digest *d, const struct digest *before, int64_t seq, int64_t n,
    const struct digest *hash);
int removal_hash_at(struct sql *q, const struct meta *m, int64_t seq, struct digest *out);
/* Goes on counting until that instant of the monotonic clock, or its end. */
int removal_count_some(struct sql *q, const struct meta *m, struct removal_count *c, int64_t until_us);
int removal_years_read(struct sql *q, struct arena *a, struct removal_year **out, size_t *n);
/* The archive that has the incident of this number; NULL: none. */
int removal_archive_of(struct sql *q, struct arena *a, const char *number, const char **out);
/* In which year it left; 0: it did not. */
int removal_year_of(struct sql *q, int64_t incident, int *year);
/* Within the transaction that is open: a year begins to leave; some milliseconds of what is leaving. */
int removal_begin(struct store *s, const struct removal_year *y);
int removal_some(struct store *s, int64_t now);
/* Reads which years there are, at the opening and after a commit that changed them. */
int removal_look(struct store *s);
void removal_committed(struct store *s);

/* audit_archived.c: rows whose data are in an archive, by their year's event. NULL, -1: the store cannot be read. */
struct audit_archived;
struct audit_archived *audit_archived_begin(struct sql *q, struct arena *a);
void audit_archived_row(struct audit_archived *w, int year, const struct digest *before, int64_t seq,
    int64_t n, const struct digest *hash);
/* Of a row that has its data: it may be of a year that is leaving. */
int audit_archived_kept(struct audit_archived *w, struct sql *q, const struct digest *before,
    const struct journal_row *row);
void audit_archived_events(struct audit_archived *w, const struct event *v, int64_t n, struct arena *a);
int audit_archived_end(struct audit_archived *w, struct sql *q, const struct sayer *say);

/* audit_kept.c: files and documents by their digests, in the snapshot of each statement. 0 whole, 1 changed, with a
 * sentence, -1 unreadable. */
int audit_kept(struct sql *q, const struct sayer *say);

/* audit_system.c: what belongs to no incident, by its events; adds to *found. */
int audit_system(struct sql *q, const struct meta *m, audit_differs *differs, void *arg, int64_t *found);

/* account.c */
int accounts_read(struct sql *q, struct arena *a, struct account **out, size_t *n);
/* One that is not revoked; NULL if there is none. */
int account_certified(struct sql *q, struct arena *a, const char *certificate, struct account **out);
int account_read(struct sql *q, struct arena *a, const struct digest *token, struct account **out);
/* One that was revoked. */
int account_was(struct sql *q, struct arena *a, const struct digest *token, struct account **out);
/* A live one of that name. */
int account_named(struct sql *q, struct arena *a, const char *name, struct account **out);

/* session.c */
int sessions_load(struct sql *q, struct arena *a, struct store_want_sessions *w);
int sessions_save(struct sql *q, const struct store_batch *b);
/* Those that have run out; some milliseconds at most. */
int sessions_expire(struct sql *q, int64_t now);
/* What was shown in a browser, or was a code, is good no more; how many rows that were. */
int secret_gone(struct sql *q, const struct digest *secret, int *n);
int session_read(struct sql *q, struct arena *a, struct want_session *w);
int sessions_read(struct sql *q, struct arena *a, struct want_sessions *w);
int code_find(struct sql *q, struct arena *a, struct want_code *w);
/* Every session, every code. */
int sessions_each(struct sql *q, struct arena *a, void (*fn)(void *arg, const struct page_session *s),
    void *arg);
int codes_each(struct sql *q, struct arena *a, void (*fn)(void *arg, const struct login_code *c), void *arg);
int files_read(struct sql *q, struct arena *a, const char *revision, struct mechanism_file *out, int most,
    int *n);

/* load.c: the recorded downtimes */
int downtimes_read(struct sql *q, struct arena *a, struct circumstances *out);

/* open.c */
/* The path with its folder's real one: SQLite is told to follow no link, and none is left. make: the folder, where
 * it is not there. */
bool path_resolve(const char *path, bool make, char out[PATH_MAX], const struct sayer *say);
/* The lock file of the path, held until it is closed or the process ends, whatever ends it; -1 with which refusal. */
int path_lock(const char *path, enum store_refusal *refusal, const struct sayer *say);

/* archive.c: year 0 where the file is no archive. */
struct archive;
int archive_of(struct sql *q, struct archive *out);

/* migrate.c */
/* Makes the schema where the file is empty, brings an older one up. STORE_OPENED, or which refusal
 * with a sentence. */
enum store_refusal migrate(sqlite3 *db, const char *file, const struct sayer *say);
/* What the migrations call, for a connection that is to run them. */
int migrate_functions(sqlite3 *db);

/* generation.c: which file is the store, and how it is salvaged into the next one */
/* The file in use into out; false with a sentence. */
bool generation_current(const char *path, char out[PATH_MAX], const struct sayer *say);
/* What the shared memory says of the WAL was true of an engine that is gone, and readers keep it alive; another program may have cut
 * the WAL since. The next connection computes it from the WAL. Called with the lock held, before the file is opened. */
void generation_forget_index(const char *file);
/* Copies `file` into a new generation, checks and syncs it, and makes it the current one. */
bool generation_salvage(const char *path, char file[PATH_MAX], const struct sayer *say);
/* Saves what an open connection holds, whose head is `head`, into a new generation, checks and syncs it,
 * and makes it the current one. Its files may be deleted already. */
bool generation_save(const char *path, sqlite3 *db, const struct meta *head, char file[PATH_MAX]);
/* Gives a whole, synced file the name of the next generation, which is not in use yet. Its number, or -1. */
int generation_add(const char *path, const char *draft, char file[PATH_MAX]);
/* That generation is the store from now on; false with errno: the one before is. */
bool generation_use(const char *path, int n);
/* The next file of the path's generations from *n on that is not `current`; *n is then the one behind it. */
bool generation_spare(const char *path, const char *current, int *n, char out[PATH_MAX]);
/* The mark that asks the next opening to salvage, with how often that has failed; false where the disk
 * does not take it. */
bool generation_mark(const char *path, int failures);
int generation_failures(const char *path);
bool generation_marked(const char *path);
void generation_unmark(const char *path);
bool sync_file(const char *path);

/* read.c: the connection of a reader, for the audit */
struct sql *reads_sql(struct reads *r);

/* -- the engine's store --------------------------------------------------------------------- */

#define WAL_HEAD 32
#define WAL_FRAME (4096 + 24)
/* Is the WAL of that name, which stat found so, shorter than the frames that our commits left in it? One that was cut grows again with
 * the next commit, and has a hole then: we never leave one. */
struct stat;
bool wal_cut(const char *name, const struct stat *wal, int frames);

enum watched { WATCH_FOLDER, WATCH_DB, WATCH_WAL, WATCH_SHM, WATCH_LOCK, WATCHED };
struct watched_file {
	dev_t dev;
	ino_t ino;
};

struct store {
	struct sql q;
	struct store_options o;
	bool english;        /* sentences for people */
	char path[PATH_MAX]; /* with its folder's real path */
	char file[PATH_MAX]; /* the generation in use */
	int lock;
	struct meta meta; /* as committed */
	struct meta next; /* as the open transaction makes it, or the last one wanted to */
	bool tried;       /* the last save came as far as a transaction */
	int64_t last_beat;
	struct buf packed;
	struct tallies tallies;
	struct removal_year *archived; /* the years that have left or are leaving */
	size_t n_archived;
	struct arena *archived_arena;
	bool removal_stopped; /* until the next opening */
	bool failed, read_only;
	bool locked_out;    /* the last save found another program writing */
	int64_t salvage_us; /* when salvage is tried again; 0: nothing is to be salvaged */
	/* files.c */
	struct watched_file watch[WATCHED]; /* as they were opened */
	int db_fd;                          /* of the database, by its path only */
	struct timespec db_mtime;           /* as we left it */
	int64_t db_least;                   /* its size then */
	bool unsound;                       /* read_only because files were lost */
	int64_t save_us;                    /* when saving is tried again */
	/* head.c */
	int64_t head_seq, head_us; /* what PATH.head says (-1: not known), and when it was written */
	/* space.c */
	int64_t looked_us, free_bytes, wal_bytes, db_bytes; /* as they were at the last look */
	int64_t tended_us;    /* when store_idle last did what it does every second */
	int64_t committed_us; /* when the last commit ended */
	bool full, has_ballast;
	bool scrub;              /* the WAL is to be written back and cut as soon as no reader holds it */
	int frames, frames_done; /* in the WAL; of them when last checkpointed */
	int64_t commits, commit_us_last, commit_us_sum, checkpoints;
	struct store_backup *backup;
};

/* save.c */
/* Writes it where it changed, and what is its. */
int incident_save(struct store *s, struct incident *inc);
#define FORCED_FRAMES 4000 /* a checkpoint is due, idle or not */

/* space.c */
void space_open(struct store *s);
void space_close(struct store *s);
/* Below the floor? Looks at most once a second. */
bool space_low(struct store *s);
/* SQLITE_FULL came: gives back the ballast, so that what is stored can go on. */
void space_ran_out(struct store *s);
/* Before the opening: is there no room even for it? Then the ballast is given back. */
bool space_none(const struct store *s);
void space_for_opening(struct store *s);
/* A passive checkpoint where this many frames came since the last. */
void space_checkpoint(struct store *s, int frames);
/* The store cannot be trusted any more: nothing is written from now on, the next start salvages. */
void store_fail(struct store *s, int rc, const char *what);

/* files.c */
void files_open(struct store *s);
void files_close(struct store *s);
/* After a checkpoint: the database's file is as we left it. */
void files_written(struct store *s);
/* Are they there, and as we left them? */
bool files_sound(const struct store *s);
/* Once a second: STORE_OK, STORE_MOVED or STORE_FAILED. */
enum store_status files_look(struct store *s);
/* Before the file is made or opened: false where a store was here and is gone. */
bool files_fit(const struct store *s, const struct sayer *say);

/* head.c */
bool head_write(struct store *s);
/* Does the journal hold the row that PATH.head names? */
bool head_check(struct store *s, const struct sayer *say);

/* revoked.c: tokens that were revoked, in a second place */
void revoked_add(const struct store *s, const struct digest *token, int64_t at);
/* The same by the path; false with errno. */
bool revoked_note(const char *path, const struct digest *token, int64_t at);
/* Is it noted? */
bool revoked_has(const char *path, const struct digest *token);
/* How many of those noted the store has live. */
int64_t revoked_live(const char *path, struct sql *q);
/* Revokes again what a restored backup has live; within the transaction that is open. */
int revoked_apply(struct store *s);

/* backup.c */
void backup_abort(struct store *s);
/* Once a second: stops one that costs too much room. */
void backup_watch(struct store *s);

#endif
