/*
 * core.h - what the files of the engine share. The engine is the only process that decides and
 * writes; a turn (turn.c) is how: load, decide, save, COMMIT, and only then replies and events.
 *
 * engine.c   life of the process, its events and timers      links.c   the front ends' sockets
 * start.c    store, mechanism, what happened while we were away
 * turn.c     one turn                                         slots.c   what a turn has loaded
 * handlers.c which function carries out which command
 * report.c   incident.report                                  act.c     what changes one incident
 * admin.c    accounts, configuration, backup                  advance.c    the manual clock
 * similar.c  recent incidents, for "there is one like it"
 * guard.c    the independent check of armed deadlines         heartbeat.c    heartbeat and metrics
 */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H
#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "domain/lifecycle.h"
#include "base/time.h"
#include "front/child.h"
#include "store/store.h"
#include "wire/messages.h"
#include "wire/render.h"

#define TURN_COMMANDS 1024 /* a turn takes at most so many */
#define TURN_WAKES_MIN 64  /* and so many wakes, however many commands wait */
#define TURN_WAKES_MAX 1024
#define DOWNTIME_MS (15 * SECOND_MS) /* three heartbeats missed: the system was away */
#define BEAT_MS 5000

struct event_base;
struct event; /* libevent's too: the two are opaque to each other and share the tag */
struct peer;
struct engine;
struct turn;
struct slot;

/* -- front ends ----------------------------------------------------------------------------- */

struct link {
	struct engine *engine;
	struct peer *peer;
	struct link *next;
	bool greeted; /* its HELLO came */
	char role[16];
};

void links_listen(struct engine *e, int fd);
void links_send(struct engine *e, struct link *to, const struct reply *r);
/* To all that greeted. */
void links_broadcast(struct engine *e, enum message what, struct str body);
void links_flush(struct engine *e);
/* Reading stops while more waits than is good, and goes on after. */
void links_pause(struct engine *e, bool paused);
/* Accepts nobody any more. */
void links_close_listener(struct engine *e);

/* -- the queue ------------------------------------------------------------------------------ */

struct job {
	struct link *from; /* NULL: ours, or its front end is gone */
	struct command *c;
	struct slot *slot; /* of the incident it is about */
	struct reply reply;
	bool later; /* its answer comes from a work that takes several turns */
};
struct batch { /* commands in the order they came; their texts and the turn's lie in its arena */
	struct arena *a;
	struct job jobs[TURN_COMMANDS];
	int n;
	struct batch *next;
};
void queue_add(struct engine *e, struct link *from, struct str body, bool *good);
/* A command of our own. */
void queue_own(struct engine *e, enum command_kind_id kind);
struct batch *queue_take(struct engine *e);
/* One without commands, for a turn of our own. */
struct batch *queue_blank(struct engine *e);
void queue_give_back(struct engine *e, struct batch *b);
/* The front end is gone: nobody waits for its answers. */
void queue_forget(struct engine *e, const struct link *l);

/* -- a turn --------------------------------------------------------------------------------- */

struct slot { /* an incident in this turn, found or not */
	const char *number;
	int64_t id;
	struct incident *inc; /* NULL: there is none (yet) */
	int64_t seq;          /* of the last event decided in this turn, 0 none */
	const char *units;    /* for publishing, made when needed */
	bool touched;
	struct slot *next;
};
struct slots {
	struct map by_number, by_id; /* struct slot * */
	struct slot *first, **last;
	size_t n;
};
void slots_init(struct slots *s, struct arena *a, size_t expected);
struct slot *slots_want(struct slots *s, struct arena *a, const char *number);
/* The slot's incident was loaded, or is not there (NULL). */
void slots_found(struct slots *s, struct slot *slot, struct incident *inc);
struct slot *slots_find_id(const struct slots *s, int64_t id);
/* The last event that touched it, of this turn or before. */
int64_t slot_seq(const struct slot *slot);

struct turn {
	struct engine *e;
	struct arena *a;
	struct batch *batch;
	struct mechanism
	    *m; /* that it decides by; held until turn_end, since its texts are in what is published */
	int64_t now, mono; /* when it began */
	int64_t next_seq;  /* of the next event that is decided */
	bool no_reports;   /* the store is full */
	bool fired;        /* wakes were looked for, and found */
	struct slots slots;
	struct store_answer *answers; /* [0, known) loaded, then those of this turn */
	size_t n_answers, known, cap_answers;
	struct map by_key; /* size_t: where the answer to an account's key stands in `answers` */
	struct decision **decisions;
	size_t n_decisions, cap_decisions;
	struct account *accounts;
	size_t n_accounts, cap_accounts;
	struct store_revision *activate;
	struct mechanism *mechanism; /* in force once committed; owned until then */
	int64_t manual_at, beat;
	struct circumstances around; /* the engine's, and the downtime that this turn records */
	struct downtime downtime;    /* to = 0: none */
	bool grows;
};

/* Everything that waits, as far as one turn goes. */
void turn_run(struct engine *e);
/* Soon, after what is being read now. */
void turn_wanted(struct engine *e);
/* A turn without commands, filled by the caller, then committed and published; STORE_FAILED does
 * not return. */
void turn_begin(struct turn *t, struct engine *e, struct batch *b);
/* Gives back what the turn holds: mechanism, and the batch with its arena. */
void turn_end(struct turn *t);
enum store_status turn_commit(struct turn *t);
/* After a commit: replies, then events. */
void turn_release(struct turn *t);
/* Appends a decision; gives its events their seqs. One without events is left out. */
void turn_decided(struct turn *t, struct decision *d, struct slot *slot);
/* One system event as a decision of its own. `data` is a JSON object. */
void turn_system_event(struct turn *t, enum event_type type, const char *actor, uint64_t command,
    struct str data);
/* The system was away: recorded, and known to all that is decided from here on. */
void turn_was_away(struct turn *t, const char *actor, uint64_t command, struct downtime when);
/* The same at the end of an interval, which is its data. */
void turn_between_event(struct turn *t, enum event_type type, const char *actor, uint64_t command,
    int64_t from, int64_t to);
void turn_touch(struct turn *t, struct slot *slot);
/* Fires what is due of at most `most` incidents; true where there may be more. */
bool turn_fire(struct turn *t, size_t most);
/* While what fell due in a downtime has not all been fired, an incident's own goes before what is asked
 * of it: else the act would find the unit late, and not the system. */
void turn_catch_up(struct turn *t, struct slot *slot);
/* Answers of kept keys: NULL where this account has not used the key. */
struct store_answer *turn_answer(struct turn *t, const char *account, const char *key);
void turn_keep_answer(struct turn *t, const struct job *j, const char *key);

/* The view of whoever gave the command. */
struct view job_view(const struct engine *e, const struct job *j);
void job_refuse(struct turn *t, struct job *j, const struct refusal *why);
void job_result(struct turn *t, struct job *j, struct buf *json);
/* The key under which the answer is kept, NULL: none. */
const char *job_key(const struct turn *t, const struct job *j);

/* -- commands ------------------------------------------------------------------------------- */

struct handler {
	/* Wants the incidents it is about (NULL: none). */
	void (*want)(struct turn *t, struct job *j);
	/* Decides; fills the reply. */
	void (*run)(struct turn *t, struct job *j);
	/* Its answer is kept under the command's id where it has no key: a front end that lost the engine
	 * in between gives the command again, and hears what it did the first time. */
	bool once;
};
/* Its run is NULL where the engine has no such command. */
const struct handler *handler_of(enum command_kind_id kind);

void want_number(struct turn *t, struct job *j);
void want_dispatch(struct turn *t, struct job *j);
void want_either(struct turn *t, struct job *j);
void want_dispatches(struct turn *t, struct job *j);
void report_run(struct turn *t, struct job *j);
void change_run(struct turn *t, struct job *j);
/* The seq of the last event of a command that was sent again and had been carried out; 0: it was not,
 * or it was not sent again. The job's incident is there. */
int64_t change_resent_seq(struct turn *t, const struct job *j);
void deliver_run(struct turn *t, struct job *j);
void account_add_run(struct turn *t, struct job *j);
void account_revoke_run(struct turn *t, struct job *j);
void reload_run(struct turn *t, struct job *j);
void backup_run(struct turn *t, struct job *j);
void clock_get_run(struct turn *t, struct job *j);
void clock_advance_run(struct turn *t, struct job *j);
void clock_set_run(struct turn *t, struct job *j);

/* A work of several turns, and who waits for it. */
struct work {
	bool on;
	struct link *from;
	uint64_t id;
};
void work_answer(struct engine *e, struct work *w, enum error_code code, const char *detail,
    struct str result);

/* One turn of the walk of the manual clock. */
void advance_turn(struct engine *e);
/* The backup that runs is given up: the process ends. */
void backup_stop(struct engine *e);

/* -- similar incidents ----------------------------------------------------------------------- */

struct recent;
struct recent *recent_new(void);
void recent_free(struct recent *r);
/* Fills it with what is open and not older than the window. */
void recent_fill(struct engine *e);
void recent_add(struct recent *r, const struct incident *inc);
/* Forgets those that were added since `mark`: their turn failed. */
int64_t recent_mark(const struct recent *r);
void recent_rewind(struct recent *r, int64_t mark);
/* Open or not, confidential or not: as it is now. */
void recent_changed(struct recent *r, const struct incident *inc);
/* Those that are like it and were reported before it; at most policy.similar_most, newest first.
 * Confidential ones are named only to who may see `all`: the desk. */
int recent_similar(struct recent *r, const struct incident *inc, const struct policy *p, bool all,
    struct arena *a, struct similar **out);

/* -- life ----------------------------------------------------------------------------------- */

struct engine_metrics {
	int64_t started_us, turns, commands, refused, wakes, reminders, unavailable, disarmed, repaired;
	int64_t checked, batch_most, turn_us_last, turn_us_most, turn_us_sum, queued;
};

struct engine {
	const struct child *child;
	bool english;
	struct event_base *base;
	struct child_control *control;
	struct store *store;
	struct mechanism *m;
	struct recent *recent;

	struct link *links;
	int listener; /* -1: closed */
	struct event *accept_event;
	bool paused;
	struct batch *first, *last, *spare;

	struct event *turn_event, *wake_timer, *beat_timer, *second_timer, *step_event;
	int64_t next_wake; /* smallest wake_at, 0 none; may be earlier than the truth, never later */
	bool next_wake_known;
	int64_t pulsed_seq;           /* of the last pulse */
	bool beat_wanted, committing; /* committing: the last turn was, or had nothing to commit */
	int64_t wall_minus_mono;      /* at the last look: a change is a step of the clock */
	int64_t stepped_ms;           /* a step not yet recorded */
	int64_t beat_mono;            /* when the last heartbeat was committed */
	struct downtime
	    *downtimes; /* all that are recorded, as circumstances keep them; has room for one more */
	size_t n_downtimes;
	bool catching_up;    /* what fell due in the last of them has not all been fired */
	int64_t guard_rearm; /* incidents yet to be armed anew, since another mechanism came into force */
	int64_t guard_first; /* incidents yet to be looked at for the first time since the start */
	int64_t guard_at;    /* id from which the independent check goes on */
	bool draining;

	struct work advance;
	int64_t walk_until, walk_fired;
	struct work backup;
	struct store_backup *backup_state;
	struct event *backup_event; /* when it has ended */
	bool reload_own; /* a SIGHUP's reload is queued: the supervisor is told when done */

	struct engine_metrics metrics;
};

/* 0, or the exit code and its sentence was said. */
int start_store(struct engine *e);
int start_mechanism(struct engine *e);
/* Reads the recorded downtimes. */
void start_downtimes(struct engine *e);
/* Records that we started, what is in force, and how long we were away. */
void start_record(struct engine *e);
/* Reads the mechanism's folder: NULL with problems where anything is wrong, its tests included. */
struct mechanism *start_read_folder(const char *folder, struct problems *p);

/* A heartbeat was committed, or cannot be: the disk is full, or the store only read, which no restart
 * would cure. The front ends and the supervisor hear it, and the metrics say which. */
void heartbeat_alive(struct engine *e);
/* What the front ends are told: instant, seq, metrics. */
void heartbeat_pulse(struct engine *e);
void heartbeat_look_at_clock(struct engine *e);
/* Arms the timer for the next wake. */
void engine_arm(struct engine *e);
/* The store cannot go on: nothing is answered, the next start salvages. */
void engine_fail(struct engine *e) __attribute__((noreturn));
void guard_run(struct engine *e);
/* Another mechanism is in force: its ladders may ask for other wakes than those that are armed. */
void guard_rearm(struct engine *e);

#endif
