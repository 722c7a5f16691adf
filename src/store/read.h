/*
 * read.h - what the front ends read, each over its own read-only connection that never checkpoints
 * and keeps no read transaction longer than one load.
 *
 * A load is one snapshot: a struct reads_wants is all that a read looks at, and what it found stands in
 * it, in the arena given. The shape bears a store across a network: a load may come LATER, and can be
 * cancelled.
 */
#ifndef STORE_READ_H
#define STORE_READ_H
#include "domain/queue.h"
#include "domain/sight.h"
#include "domain/replay.h"
#include "store/store.h"

struct reads;
struct removal_year;

/* NULL with why. `file` is store_file() as the engine named it, or the configured path, which leads
 * to the generation in use. */
struct reads *reads_open(const char *file, char *why, size_t why_len);
void reads_close(struct reads *r);

/* -- what can be wanted: in, then out ---------------------------------------------------------- */

/* Incidents by number, or by id, with their dispatches. */
struct want_incidents {
	const char *const *numbers;
	const int64_t *ids; /* NULL: by number */
	int n;
	struct incident **found; /* one for each, NULL: there is none */
	const char **archives;   /* one for each number: its archive, where it left the store; NULL: none */
};
/* Ids of the incidents about which something is still to be decided, in no order: all that is open, and more. */
struct want_waking {
	int64_t *ids;
	size_t n;
};

/* How much waits for whom at the instant `now`, counted by whose matter it is. */
struct want_queues {
	int64_t now;
	struct queue_count counts[QUEUE_KINDS][DECIDERS][QUEUES_OF];
};

struct incident_filter {
	int state;        /* enum incident_state, -1 any */
	const char *unit; /* has a dispatch to it; NULL any */
	const char *area;
	int64_t from, to; /* received_at, 0 open */
	int64_t before;   /* cursor: ids below this, 0 from the newest */
	int limit;        /* at most 200 */
	bool no_confidential;
	int64_t floor; /* no id below this is looked at; 0: a window of them */
	bool (*fits)(void *arg, const struct incident *inc); /* of what has no parts yet; NULL: all fit */
	void *arg;
};
/* Newest first, by id backwards within a budget of rows. */
struct want_page {
	struct incident_filter filter;
	struct incident **v;
	int n;
	int64_t next; /* the cursor to go on, 0 at the end; a page may be empty and go on */
	int64_t low;  /* the lowest id that it was looked for at */
};

/* Open dispatches of a unit by its partial index, oldest first, above the cursor. */
struct open_dispatch {
	struct incident *inc; /* with all its dispatches */
	int n;                /* which of them */
	int64_t cursor;       /* to go on behind it */
};
struct want_open {
	const char *unit;
	int64_t after;
	int limit;
	struct open_dispatch *v;
	int n;
	bool more;
};

struct event_filter {
	int64_t after;        /* seq > after, ascending; or */
	int64_t before;       /* not 0: seq < before, descending, for one incident */
	const char *incident; /* number; NULL all */
	const char *unit;     /* only of incidents that have it; NULL all */
	int limit;            /* at most 500 */
};
/* Events come with what decides who may see them, as their incidents stand now (domain/sight.h). */
struct want_events {
	struct event_filter filter;
	const struct seen_event *v;
	int n;
	int64_t scanned; /* the last seq looked at, to go on from even where all were filtered out */
	bool more;
};

/* By token; NULL where it is unknown or revoked. Or by a name in a certificate: of a revoked one, too. */
struct want_account {
	struct digest token;
	const char *certificate; /* NULL: by token */
	const struct account *who;
	const struct account *was; /* whose it was before it was revoked; NULL: it never was one */
};
/* A session by what its browser shows, with its account; NULL where there is none, or its token or its account was
 * revoked. Whether it has run out is the caller's to look at. */
struct want_session {
	struct digest secret;
	const struct page_session *session;
	const struct account *who;
};
/* Sessions in the order of their ids, each with its account; who NULL: it was revoked. */
struct listed_session {
	struct page_session s;
	const struct account *who;
};
struct want_sessions {
	const char *account; /* NULL: all */
	const char *after;   /* id; NULL from the first */
	int limit;
	struct listed_session *v;
	int n;
	bool more;
};
/* The account that a code opens a session of; NULL: there is no such code. */
struct want_code {
	struct digest secret;
	const struct account *who;
	int64_t until;
};
struct want_accounts {
	const struct account *v;
	int n;
};
/* The files of a revision; n 0 where it is not kept. */
struct want_files {
	const char *revision; /* NULL: the one in force; then the name of that */
	const struct mechanism_file *v;
	int n;
};

/* Which revision came into force when, newest first. */
struct activation {
	const char *revision, *who, *why; /* why: NULL none */
	int64_t at;
};
struct want_activations {
	int64_t before; /* cursor; 0 from the newest */
	int limit;
	struct activation *v;
	int n;
	int64_t next; /* the cursor to go on, 0 at the end */
};

/* Requests: those that are pending by their due, else those of incidents, newest first, and then those of none.
 * A page may be empty and go on: a filter that fits nothing is looked for in steps. */
struct request_filter {
	int kind, state;  /* -1: any */
	const char *unit; /* who asks, or is asked; NULL any */
};
struct listed_request {
	struct incident *inc; /* with all that is its; NULL: it is of none */
	const struct request *r;
	int64_t cursor; /* to go on behind it */
};
struct want_requests {
	struct request_filter filter;
	int64_t after; /* cursor; 0 from the first */
	int limit;     /* at most 200 */
	struct listed_request *v;
	int n;
	int64_t next; /* the cursor to go on, 0 at the end */
};

/* Findings, those of the newest day first. */
struct finding_filter {
	int class, state; /* -1: any */
	const char *unit; /* one or several, comma-separated; NULL any */
	int64_t from, to; /* days, as midnights; 0 open */
};
struct listed_finding {
	struct incident *inc; /* NULL: it is of none */
	const struct finding *f;
	int64_t cursor;
};
struct want_findings {
	struct finding_filter filter;
	int64_t after;
	int limit;
	struct listed_finding *v;
	int n;
	int64_t next;
};

/* Entries of a kind, newest first. */
struct want_entries {
	enum entry_kind kind;
	const char *name, *unit; /* NULL any */
	int64_t from, to;        /* at; 0 open */
	int64_t before;          /* cursor: ids below this; 0 from the newest */
	int limit;
	struct entry **v;
	int n;
	int64_t next;
};

/* What belongs to no incident, by its id, 0 not wanted. */
struct want_matter {
	int64_t request, finding, entry;
	bool named; /* the newest entry of that kind and name (NULL: of the kind), where entry is 0 */
	enum entry_kind kind;
	const char *name;
	struct request *found_request; /* NULL: there is none */
	struct finding *found_finding;
	struct entry *found_entry;
};

/* A closed period's document; bytes.n 0: there is none of that edition. */
struct want_document {
	const char *period;
	int edition;
	struct digest sha256;
	struct str bytes;
};

/* What explanations need of the circumstances: the recorded downtimes, and the emergency modes. */
struct want_circumstances {
	struct circumstances all;
};

/* -- one load ----------------------------------------------------------------------------------- */

/* The years that left the store or are leaving it, the first of them first (removal.h). */
struct want_archived {
	struct removal_year *v;
	size_t n;
};

struct reads_wants {
	int64_t min_seq; /* the snapshot is no older than this; else STORE_UNKNOWN */
	/* NULL: not wanted */
	struct want_incidents *incidents;
	struct want_waking *waking;
	struct want_queues *queues;
	struct want_page *page;
	struct want_open *open;
	struct want_events *events;
	struct want_account *account;
	struct want_accounts *accounts;
	struct want_session *session;
	struct want_sessions *sessions;
	struct want_code *code;
	struct want_files *files;
	struct want_circumstances *circumstances;
	struct want_activations *activations;
	struct want_requests *requests;
	struct want_findings *findings;
	struct want_entries *entries;
	struct want_matter *matter;
	struct want_document *document;
	struct store_history *history;
	struct want_archived *archived;
	/* out */
	enum store_status status;
	int64_t seq;  /* of the snapshot */
	int64_t rows; /* that were looked at: what it cost */
};

/* What a search came to. That there is none is not known of what could not be read. */
enum sought { SOUGHT_NONE, SOUGHT_FOUND, SOUGHT_UNREADABLE };

/* `w`, what it points to and the arena stay until it is done or cancelled. */
enum store_when reads_load(struct reads *r, struct arena *a, struct reads_wants *w, store_done *done,
    void *arg);
/* Of a load that is to come LATER: `done` is not called. */
void reads_cancel(struct reads *r, struct reads_wants *w);
/* The same, and waits for it: at start, for a gap in the events, for a token not seen yet. */
enum store_status reads_wait(struct reads *r, struct arena *a, struct reads_wants *w);
/* The hash of the row that has this event; false where none has, or it could not be read. */
bool reads_hash(struct reads *r, int64_t seq, struct digest *out);

/* -- the audit ------------------------------------------------------------------------------------ */

/* Walks the chain from the first row: recomputes every hash, and that seq has no gap; and what is kept by a
 * digest, the mechanism's files and periods' documents. 0 whole, 1 broken, -1 unreadable, with a sentence in why. progress (may be NULL) is told seq and of how many. */
struct audit_result {
	int64_t rows, events, seq;
	int64_t archived; /* of the rows: their data are in archives */
	struct digest head;
};
int audit_verify(struct reads *r, struct audit_result *out, bool english, char *why, size_t why_len,
    void (*progress)(void *arg, int64_t done, int64_t of), void *arg);
/* Compares every incident, its dispatches, requests and texts with what its events say (domain/replay.h), and
 * accounts, activations, downtimes, entries and the rest of what belongs to no incident, after the chain was
 * found whole; tells `differs` each difference; its number is the incident's, or what it is of ("account x"). How many there are, or -1 with why. Rows that
 * change meanwhile are compared as they are. */
typedef void audit_differs(void *arg, const char *number, const struct difference *d);
int64_t audit_records(struct reads *r, bool english, char *why, size_t why_len, audit_differs *differs,
    void (*progress)(void *arg, int64_t done, int64_t of), void *arg);
/* Of each dispatch that has photos: its incident's number and its list (domain/photo.h). False: not all could be read,
 * or `each` gave false. */
typedef bool photos_of(void *arg, const char *number, const char *list);
bool reads_photos(struct reads *r, photos_of *each, void *arg);
/* The hash after the row that ends at seq; false where no row does. */
bool audit_head_at(struct reads *r, int64_t seq, struct digest *out);

#endif
