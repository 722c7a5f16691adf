/*
 * turn.h - one turn of the engine: load, decide, save, COMMIT, and only then replies and events.
 *
 * turn.c goes through the states; collect.c takes up what is decided; wakes.c fires what is due. What a
 * turn is for stands in its kind: it says what it wants to look at, and decides. A turn owns what it works
 * with (arena, mechanism, what is to happen after the commit) until turn_end, however long the store takes.
 */
#ifndef ENGINE_TURN_H
#define ENGINE_TURN_H
#include "base/buf.h"
#include "domain/lifecycle.h"
#include "engine/ledger.h"
#include "engine/queue.h"
#include "engine/slots.h"
#include "store/store.h"
#include "wire/render.h"

#define WAKES_MIN ((size_t)16) /* a turn fires so many at least */
#define WAKES_MAX ((size_t)1024)

struct engine;
struct turn;

enum turn_state {
	TURN_IDLE,
	TURN_LOADING,
	TURN_SAVING,
	TURN_RESOLVING, /* the outcome of the commit is not known yet */
	TURN_STATES
};

/* How it ended. */
enum turn_end {
	TURN_WAITS,       /* not yet: for the store, or for again_ms */
	TURN_COMMITTED,   /* what was decided is stored, if anything was: it may leave */
	TURN_UNAVAILABLE, /* nothing is stored: all is thrown away and answered `unavailable` */
	TURN_BROKEN       /* the store failed */
};
struct turn_outcome {
	enum turn_end end;
	int64_t again_ms; /* WAITS: call turn_go again after so long; -1: the store calls */
	bool looked;      /* what is due was looked for */
	bool more;        /* and there is more than this turn took */
	int64_t
	    next_wake; /* the smallest wake_at ahead that the turn knows of, 0 none; where it looked: of all */
};

struct turn_kind {
	const char *name;
	/* What it looks at beside the slots that it makes: fills t->wants and t->ids. NULL: nothing. */
	void (*want)(struct turn *t);
	/* Only decides: nothing outside the turn changes, but memory that a failed turn takes back. */
	void (*decide)(struct turn *t);
	/* It ended, replies and events have left. NULL: nothing more is to do. */
	void (*done)(struct turn *t, const struct turn_outcome *o);
};

/* What is to happen outside the store once the turn is committed. Dropped where it fails. */
struct effects {
	struct mechanism *mechanism; /* comes into force; NULL: none. A reference. */
	bool speak, english;         /* speak: the language becomes English or Chinese */
	bool vouch;                  /* a person says that the clock is right */
	bool login_alarm;            /* many log-ins failed: it is shown among what is wrong */
	bool reloaded;               /* the reload that the supervisor asked for is done */
	bool announce;               /* the front ends hear at once where the clock stands */
	const struct job *advance;   /* begins a walk of the manual clock up to */
	int64_t advance_until;
	const struct job *close; /* begins the closing of a period */
	const struct job *adopt; /* begins the change to another mechanism */
	struct str
	    contacts; /* of that change, where a unit's contacts are changed (report/contacts.h); in the turn's arena */
	const struct job *backup; /* begins a backup into */
	const char *backup_file;
	const struct job *archive; /* begins to count a year that is to leave the store */
};

struct turn {
	struct engine *e;
	const struct turn_kind *kind;
	enum turn_state state;
	bool asked; /* the store, in this state */
	struct batch *batch;
	struct arena *a;     /* the batch's */
	struct mechanism *m; /* that it decides by */
	store_done *call;    /* when the store has said LATER */
	int64_t began_us;
	int64_t away_since; /* monotonic: the store has been away since; 0: it is not */
	bool no_reports;    /* the store is full */
	/* from here on all is made anew where the turn is decided again */
	int64_t now, boot;
	int64_t recent_mark;
	int64_t next_seq; /* of the next event that is decided */
	struct slots slots;
	int64_t *ids;           /* incidents wanted by id: what is found stands behind the slots' in wants */
	size_t n_ids, n_wanted; /* n_wanted: slots that were wanted */
	struct store_wants wants;
	struct store_batch save;
	size_t n_resent;
	struct store_resent *resent;
	struct store_answer *answers; /* [0, known) loaded, then those of this turn */
	size_t n_answers, known, cap_answers;
	struct map by_caller; /* struct calls *: the last report of that caller in this turn */
	size_t cap_histories;
	struct map by_key; /* size_t: index of the answer */
	struct decision **decisions;
	size_t n_decisions, cap_decisions;
	struct account *accounts;
	size_t n_accounts, cap_accounts;
	size_t cap_want_sessions;
	struct store_session *sessions;
	size_t n_sessions, cap_sessions;
	struct store_code *codes;
	size_t n_codes, cap_codes;
	struct ledger ledger;
	struct circumstances around; /* the engine's, and the downtime that this turn records */
	int64_t stepped_ms;          /* a step of the wall clock that it records */
	int64_t backup_failed;       /* a failure of the timetable that it records */
	int64_t n_fired;
	bool grows;
	struct effects effects;
};

/* -- turn.c --------------------------------------------------------------------------------- */

/* Takes the batch. */
void turn_begin(struct turn *t, struct engine *e, const struct turn_kind *kind, struct batch *b,
    store_done *call);
/* As far as it goes without waiting. */
struct turn_outcome turn_go(struct turn *t);
/* Gives back what the turn holds. */
void turn_end(struct turn *t);

/* -- collect.c: for those who decide ---------------------------------------------------------- */

/* Appends a decision; its events get their seqs. One without events is left out. What concerns two
 * incidents is two decisions, what concerns none has no slot. */
void turn_decided(struct turn *t, struct decision *d, struct slot *slot);
/* One system event as a decision of its own. `data` is a JSON object. */
void turn_system_event(struct turn *t, enum event_type type, const char *actor, uint64_t command,
    struct str data);
/* The same at the end of an interval, which is its data. */
void turn_between_event(struct turn *t, enum event_type type, const char *actor, uint64_t command,
    int64_t from, int64_t to);
/* What is decided from here on takes the system to have been away then. */
void turn_excuse(struct turn *t, struct downtime when);
/* The system was away: recorded, and known to all that is decided from here on. */
void turn_was_away(struct turn *t, const char *actor, uint64_t command, struct downtime when);
/* Its incident changed: it is saved. */
void turn_touch(struct turn *t, struct slot *slot);
/* Wants the answer to this key of this account to be loaded. */
void turn_want_answer(struct turn *t, const char *account, const char *key);
/* NULL where this account has not used the key. */
struct store_answer *turn_answer(struct turn *t, const char *account, const char *key);
/* Has the answers that were loaded found by their keys. */
void turn_remember_answers(struct turn *t);
void turn_keep_answer(struct turn *t, const struct job *j, const char *key);
/* The same of a command that an earlier turn took up. */
void turn_keep(struct turn *t, const char *account, const char *key, const struct digest *asked,
    struct str body);

/* The view of the caller who gave the command. */
struct view job_view(const struct engine *e, const struct job *j);
void job_refuse(struct turn *t, struct job *j, const struct refusal *why);
void job_result(struct turn *t, struct job *j, struct buf *json);

/* -- wakes.c -------------------------------------------------------------------------------- */

/* Wants what is due, of at most so many incidents. */
void turn_want_due(struct turn *t, size_t most);
/* Fires what was loaded and is still due. */
void turn_fire(struct turn *t);

/* -- wake.c --------------------------------------------------------------------------------- */

/* Decides what the incident owes by now; nothing if its wake lies ahead. */
void turn_wake(struct turn *t, struct slot *slot);
/* While what fell due in a downtime has not all been fired, an incident's own goes before what is asked
 * of it: else the act would find the unit late, and not the system. */
void turn_catch_up(struct turn *t, struct slot *slot);

/* -- register_due.c --------------------------------------------------------------------------- */

/* Fires what was loaded and is due: requests lapse, entries do what their kind has for it. */
void register_fire(struct turn *t);

/* -- register.c: what belongs to no incident -------------------------------------------------- */

void register_begin(struct turn *t);
/* A decision was numbered: the entries that its events are about remember their seqs. */
void register_numbered(struct turn *t, const struct decision *d);
/* What is saved with the turn. */
void register_save(struct turn *t, struct store_batch *b);
/* The smallest wake among what the turn saved, or `next`. */
int64_t register_wake(const struct turn *t, int64_t next);

#endif
