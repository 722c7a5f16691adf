/*
 * store.h - the seam behind which records lie. Batch-shaped: one load, one save, so that a server
 * across a network fits behind it as well as the embedded SQLite. Nothing outside src/store knows
 * SQL. One engine holds the store (a lock file); its head (seq, hash) advances only after COMMIT.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include "base/digest.h"
#include "domain/caller.h"
#include "domain/circumstances.h"
#include "domain/command.h"
#include "domain/incident.h"
#include "domain/session.h"

struct store;
struct arena;
struct mechanism;
struct removal_year;

enum store_status {
	STORE_OK,
	STORE_UNKNOWN, /* the commit failed: not known to be stored; the batch is answered unavailable. Also
	                  every save of a store that is read-only (metrics) */
	STORE_FULL,    /* below the floor of free space: nothing new is taken */
	STORE_FAILED,  /* cannot go on: end with 75, the next start salvages */
	STORE_AWAY,    /* nothing was written (another program holds the store): try the same again */
	STORE_MOVED,   /* the files were lost and what they held was saved elsewhere: start again with that */
	STORE_STATUSES
};
/* NOW: the result stands, and `done` is never called. LATER: `done` will be called with its argument,
 * once, when it stands; until then nothing that was handed over may change. The embedded store always
 * says NOW. */
enum store_when { STORE_NOW, STORE_LATER };
typedef void store_done(void *arg);

enum store_refusal {
	STORE_OPENED,
	STORE_LOCKED,
	STORE_NEWER,
	STORE_UNREADABLE,
	STORE_CLOCK,
	STORE_NO_ROOM,
	STORE_TRAINING
};

struct store_options {
	const char *path; /* absolute; liandong.db */
	int64_t floor_bytes, ballast_bytes;
	bool training;     /* made for training: refused on a real store, and the other way round */
	bool manual;       /* --clock manual: refused on a store that has lived under the wall clock */
	int64_t manual_at; /* seeds an empty store only */
	bool salvage;      /* after exit 75: VACUUM INTO a new generation first */
	bool exists;       /* one was served already: none is made where it is gone */
	bool shared;       /* its group reads it: front ends that are other users */
	/* Called before a copy, which may take minutes, of a store that was lost or failed; NULL: not called. */
	void (*saving)(void);
};

/* NULL with a Chinese or English sentence in `why` and which refusal. Migrates, reads pragmas back,
 * checkpoints (TRUNCATE) and syncs the directory before it returns. */
struct store *store_open(const struct store_options *o, bool english, enum store_refusal *refusal, char *why,
    size_t why_len);
void store_close(struct store *s);
/* A store of a version that kept no sums for reports (domain/tally.h) gets them, and its records their standing
 * by this mechanism. Some at a time, to be gone on with after a crash; does nothing otherwise. */
enum store_status store_bring_up(struct store *s, const struct mechanism *m);

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
/* 32 random bytes, made with the store: they key digests that are looked up, and what must not be foreseen. */
const unsigned char *store_secret(const struct store *s);
#define SECRET_LEN 32
/* incident.caller of a phone (domain/caller.h). */
uint64_t store_caller(const struct store *s, const char *phone, bool drill);
/* The last ids of what belongs to no incident. */
struct store_last store_last(const struct store *s);
/* Revision in force; "" on a new store. */
const char *store_revision(const struct store *s);
/* The files of a stored revision, in the arena; 0 where it is not kept. */
int store_files(struct store *s, struct arena *a, const char *revision, struct mechanism_file *out, int most);

/* Was it ever in force? */
bool store_activated(struct store *s, const char *revision);

/* -- load ----------------------------------------------------------------------------------- */

struct store_want { /* an incident, by one of: */
	const char *number;
	int64_t id;
	struct incident *found; /* NULL: there is none */
	const char *archive; /* it left the store, or does: the archive of its year (removal.h); NULL: no */
	bool followers;      /* those that follow it are wanted, too: at most FOLLOWERS_MOST, oldest first */
	struct incident **followed;
	size_t n_followed;
	bool leader; /* the one that it follows is wanted, too */
	struct incident *main;
	bool matters; /* those that its undecided requests name as the same matter are wanted, too */
	struct incident **named;
	size_t n_named;
};
#define FOLLOWERS_MOST 1000
/* Was the command decided on this incident before? Its journal rows are looked at, newest first, back to
 * those recorded before `since`. */
struct store_resent {
	size_t incident; /* index among the wanted */
	uint64_t command;
	int64_t since;
	int64_t seq; /* of its row; 0: it was not */
};
/* A kept answer to a command with a key: the same key again is the same answer. */
struct store_answer {
	const char *account, *key;
	struct digest asked; /* of the command's parameters without the key */
	struct str body;     /* of the first answer */
	bool found;          /* by store_load */
	int64_t at;
};
struct account {
	const char *name;
	enum account_role role;
	const char *unit, *commands;
	struct digest token; /* SHA-256 of it */
	const char
	    *certificate; /* or, instead of a token, a name in a client's certificate ("URI:…", "DNS:…") */
	int64_t made_at, revoked_at;
};
/* The digest that an account of a certificate has instead of a token's: no token has it, and it is another one each time. */
struct digest account_certificate_token(const char *certificate, const char *account, int64_t made_at);
/* Opens a session once. */
struct login_code {
	const char *account, *by; /* by: who made it */
	struct digest secret;
	int64_t made_at, until;
};
/* An account's sessions and its code, a unit's sessions, or the one of that id; what has run out may be found, too. */
struct store_want_sessions {
	const char *account; /* or (NULL) */
	const char *unit;    /* those of all its accounts; or (NULL) */
	const char *id;
	struct page_session *v;
	size_t n;
	const struct login_code *code; /* the account's; NULL: none */
};
/* What becomes of a session or a code. */
struct store_session {
	enum { SESSION_ADD, SESSION_SEEN, SESSION_GONE } what;
	struct page_session s;
};
struct store_code {
	bool gone; /* it was used, or replaced */
	struct login_code c;
};
/* What belongs to no incident. Ids count from 1 without a gap: a new one gets the next, in the order in which it
 * is saved, or has it already from the turn that decided it. */
struct store_last {
	int64_t request, finding, entry; /* 0: there is none yet */
};
struct store_want_request {
	int64_t id;
	struct request *found;   /* NULL: there is none */
	struct entry *entry;     /* that it is about; NULL: none */
	struct finding *finding; /* likewise, one of no incident */
};
struct store_want_finding {
	int64_t id;
	struct finding *found;
	struct request *request; /* the newest about it; NULL: none */
};
/* The open findings of these units and days, the oldest day first, at most `most`. */
struct store_want_open_findings {
	const char *units; /* comma-separated */
	int64_t from, to;  /* midnights */
	size_t most;
	struct incident **incidents; /* those that have some */
	size_t n_incidents;
	struct finding **findings; /* of no incident */
	size_t n_findings;
	bool more;
};
struct store_want_entry {
	int64_t id; /* or (0) the newest of */
	enum entry_kind kind;
	const char *name; /* NULL: of the kind */
	struct entry *found;
};
/* The findings of these days on that stand: open, confirmed or upheld, of the classes before this one. */
struct standing_finding {
	const char *unit, *number; /* number NULL: of no incident */
	enum finding_class class;
	int64_t id, opened_at;
	int dispatch, of_dispatch;
};
struct store_want_standing {
	bool wanted;
	int64_t from;
	enum finding_class before;
	struct standing_finding *v;
	size_t n;
};
/* Has this unit an open dispatch of a P1? */
struct store_want_busy {
	const char *unit;
	bool found;
};
/* Entries of a kind, oldest first. */
struct store_want_entries {
	enum entry_kind kind;
	const char *name, *unit; /* NULL: any */
	int64_t lasting;         /* 0: all; else only those that last beyond this instant */
	int64_t after;           /* behind this id */
	size_t most;
	struct entry **found;
	size_t n;
	bool more; /* behind the last one found */
};
/* What the same caller reported before. */
struct store_history {
	uint64_t caller; /* incident.caller; of 0 there is none */
	size_t
	    of; /* only what was reported before the incident with this index among the wanted, from 1 on */
	int64_t below;  /* only what has a smaller id; 0: all. Set by `of` */
	bool open_only; /* neither confidential ones nor those of a secret reporter */
	struct call_history found;
};
/* All that a turn looks at, in one load: nothing is read while it decides. What is found lies in the
 * arena that was given. */
struct store_wants {
	struct store_want *incidents;
	size_t n_incidents;
	struct store_resent *resent;
	size_t n_resent;
	struct store_answer *answers;
	size_t n_answers;
	/* Incidents with wake_at <= now, earliest first. With due_most 0 they are not wanted, nor is next_wake. */
	int64_t now; /* the engine's clock; a store that has one of its own puts that here */
	size_t due_most;
	struct incident **due; /* room for due_most */
	size_t n_due;
	struct store_want_request *due_requests; /* of no incident, at most due_most */
	size_t n_due_requests;
	struct entry **due_entries; /* likewise */
	size_t n_due_entries;
	int64_t next_wake; /* the smallest wake_at after now of all these, 0 none */
	/* Incidents that have a wake, in the order of (wake_at, id), behind this one. */
	int64_t armed_wake, armed_id;
	size_t armed_most;
	struct incident **armed; /* room for armed_most */
	size_t n_armed;
	/* Of no incident: */
	struct store_want_request *requests;
	size_t n_requests;
	struct store_want_finding *findings;
	size_t n_findings;
	struct store_want_open_findings *open_findings;
	size_t n_open_findings;
	struct store_want_entry *entries;
	size_t n_entries;
	struct store_want_entries *lists;
	size_t n_lists;
	struct store_want_standing standing;
	struct store_want_busy *busy;
	size_t n_busy;
	struct store_history **histories;
	size_t n_histories;
	bool want_accounts;
	struct account *accounts; /* all, live or revoked */
	size_t n_accounts;
	struct store_want_sessions *sessions;
	size_t n_sessions;
	enum store_status status;
};
enum store_when store_load(struct store *s, struct arena *a, struct store_wants *w, store_done *done,
    void *arg);
/* Recently reported incidents, newest first, for the similar ones (open, reported at or after
 * `since`), without their dispatches. */
enum store_status store_recent(struct store *s, struct arena *a, int64_t since, struct incident **out,
    size_t most, size_t *n);

/* -- save ----------------------------------------------------------------------------------- */

struct store_revision {
	char revision[REVISION_LEN + 1];
	const struct mechanism_file *files;
	int n_files;
	const char *who, *why;
	int64_t at;
};

/* The document of a closed period: stored once, it never changes. */
struct store_document {
	const char *period;
	int edition;
	struct str bytes;
	struct digest sha256; /* of them */
};

/* Personal data that go. The incidents have their columns erased already; the store erases the texts of their
 * events, and takes them off the list of those that wait. */
struct store_erasure {
	int64_t to; /* incidents up to this id are erased, or wait */
	struct incident **erased;
	size_t n_erased;
	int64_t *waits; /* ids that go on the list */
	size_t n_waits;
	int64_t before;  /* not 0: texts and entries of no incident of before this instant go, some of them */
	int64_t n_texts; /* by store_save: how many texts went */
	bool more;       /* by store_save: there may be more of those of no incident */
};

/* One turn. save gives ids to new incidents and incident.last_seq, chains hashes, writes what changed,
 * COMMITs. The events are numbered (decision_number), from the head on. After STORE_UNKNOWN everything
 * in it is to be thrown away, after STORE_FULL too. An incident whose same_as_number names one that is new in
 * the same batch gets its id as same_as. A decision with no events writes no journal row. */
struct store_batch {
	struct decision **decisions;
	size_t n_decisions;
	struct incident **incidents; /* those that decisions or wakes touched; written where changed */
	size_t n_incidents;
	/* Of no incident; written where changed. Those of an incident go with it. */
	struct request **requests;
	size_t n_requests;
	struct finding **findings;
	size_t n_findings;
	struct entry **entries;
	size_t n_entries;
	struct store_answer *answers;
	size_t n_answers;
	struct account *accounts; /* added (revoked_at 0) or revoked: by token */
	size_t n_accounts;
	struct store_session *sessions;
	size_t n_sessions;
	struct store_code *codes;
	size_t n_codes;
	const struct store_document *document; /* NULL: none */
	const struct removal_year *leaves;     /* a year begins to leave the store (removal.h); NULL: none */
	int64_t removes;                       /* not 0: some of what is leaving goes, now */
	struct store_erasure *erasure;         /* NULL: none */
	const struct store_revision *activate; /* NULL: none */
	const struct store_revision *keep;     /* its files alone, for a later activation; NULL: none */
	int64_t manual_at;                     /* 0: unchanged */
	int64_t beat;                          /* 0: none; the heartbeat */
	struct downtime downtime;              /* to = 0: none */
	bool grows; /* takes new records: refused with STORE_FULL below the floor */
	enum store_status status;
};
enum store_when store_save(struct store *s, struct store_batch *b, store_done *done, void *arg);
/* After STORE_UNKNOWN: what became of that batch. Sets its status to STORE_OK where it is stored after
 * all, else to STORE_UNKNOWN. */
enum store_when store_resolve(struct store *s, struct store_batch *b, store_done *done, void *arg);

/* How far erasure has come; those that wait, behind an id. */
int64_t store_erased_to(const struct store *s);
size_t store_waiting(struct store *s, int64_t after, int64_t *ids, size_t most);
/* As soon as no reader holds it, the WAL is written back and cut: nothing that was erased stays in it. */
void store_scrub(struct store *s);

/* The recorded downtimes, in the arena, as circumstances keep them. */
enum store_status store_downtimes(struct store *s, struct arena *a, struct circumstances *out);

/* Once a second: writes the WAL back where there is time, looks at free space, ballast and files, keeps the
 * head in its second place. STORE_OK, or STORE_FAILED, or STORE_MOVED. Does not wait, but for the saving of
 * a store whose files were lost. */
enum store_status store_idle(struct store *s);
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
