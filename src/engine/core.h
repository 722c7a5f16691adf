/*
 * core.h - the engine: the only process that decides and writes.
 *
 * From the floor up; none knows one above it:
 * queue.c     commands that wait                     slots.c     what a turn has loaded
 * similar.c   recent incidents                       links.c     the front ends' sockets
 * register.c  what belongs to no incident            office.c    what people have ordered
 * collect.c   what a turn takes up                   wakes.c     what is due in it
 * turn.c      the states of a turn                   publish.c   what leaves after it
 * modes.c handover.c meeting.c ownership.c period.c
 * report.c caller.c change.c sessions.c accounts.c adopt.c backup.c timetable.c clock.c          the commands; handlers.c their table
 * building.c  a mechanism built in a thread       photos.c    pictures kept by one
 * commands.c guard.c advance.c start.c               what turns are for
 * heartbeat.c beats, metrics, the clock   trust.c whether the clock can be right
 * engine.c    life, timers, which turn comes next
 */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H
#include "base/json.h"
#include "base/time.h"
#include "domain/duty_plan.h"
#include "engine/certificates.h"
#include "engine/links.h"
#include "engine/trust.h"
#include "engine/turn.h"
#include "front/child.h"
#include "report/rules.h"
#include "store/removal.h"

#include <pthread.h>

#define WAKES_BESIDE_COMMANDS ((size_t)64) /* fired beside a full batch of commands */
#define WAKES_FIRST ((size_t)128)          /* in the first turn */
#define BEAT_MS 5000

struct event;
struct event_base;
struct problems;
struct recent;

/* A work of several turns, and who waits for it. */
struct work {
	bool on;
	struct link *from;
	uint64_t id;
};

/* A period that is being closed (period.h). */
struct closing {
	struct work work; /* who waits for it */
	struct reporting *asked;
	bool made; /* the document is there and is to be stored */
	bool fits; /* the turn that stores it has found it still to be the next edition */
	char *period, *account, *chain, *revision; /* owned */
	uint64_t command;
	int64_t edition, seq;
	struct buf document;
};

/* Another mechanism that is to come into force (adopt.h). */
struct adopting {
	struct work work;
	struct reporting *asked;   /* the report process judges it */
	struct building *building; /* a thread builds it */
	struct event *built_event;
	bool certificates_due; /* their files are being read again, too: its answer says what was refused */
	bool ready;            /* it is to be put into force by a turn */
	enum { UNCHANGED, ADOPTED, PROPOSED, STALE } done; /* by that turn */
	enum command_kind_id kind;
	bool own;                     /* a SIGHUP's */
	bool speak, english;          /* the language that its options name */
	char *account, *why, *folder; /* owned */
	char *request,
	    *reason; /* owned; of a change of contacts: the request that is granted, and why; else NULL */
	enum account_role role;     /* of who grants it */
	char *key;                  /* owned: under which its answer is kept; NULL: it is not */
	struct digest asked_digest; /* of its parameters */
	struct buf answer;
	uint64_t command;
	struct arena *arena;
	struct buf body;
	struct rules_adopted result; /* in body and arena */
	struct mechanism *m;
	int64_t until; /* of a proposal */
};

/* How far the end of a mode has been carried out: behind this incident (modes.h). */
struct mode_walk {
	int64_t entry; /* 0: none is */
	int64_t wake, id;
	int64_t then_wake, then_id; /* where the turn under way leaves off */
};

/* What people have ordered and recorded (office.h). */
/* What was done about a unit (measure.c, propose.c). */
struct measured {
	const char *unit;
	enum measure measure;
	int64_t at; /* of the last that was recorded or proposed */
	bool waits; /* one is proposed, and not decided */
};
struct office {
	struct measured
	    *measured; /* when a measure of that kind was last proposed or recorded about that unit */
	size_t n_measured, cap_measured;
	int64_t proposed_day; /* the local day on which measures were thought of last; 0 never */
	struct arena *arena;  /* its texts: they live as long as the engine */
	struct mode *modes;
	size_t n_modes, cap_modes;
	struct duty_assignment *assignments;
	size_t n_assignments, cap_assignments;
	int64_t last_assignment; /* id of the entry that is there last */
	struct mode_walk walk;
	struct ownership_book book;
};

/* What is planned, in the engine's memory; the truth is in the entries. */
struct duty_plans {
	char month[MONTH_TEXT]; /* for which checks were planned last */
	struct arena *arena;    /* the units' names */
	struct planned_checks {
		int64_t entry, wake_at; /* wake_at 0: none is ahead */
		const char *unit;
	} * v;
	size_t n, cap;
};

/* Backups on a timetable (timetable.h). */
struct timetable {
	bool known;      /* the folder has been looked through */
	bool off;        /* the process ends */
	int64_t last_at; /* when the newest good one was begun; 0: there is none */
	int64_t begun_at;
	int64_t failures;     /* in a row */
	int64_t again_us;     /* monotonic: not before */
	int64_t owed;         /* the due instant of one that failed, and is yet to be recorded; 0: none */
	int64_t made, failed; /* since the start */
	char why[512];        /* the last one failed */
};

/* A year that is counted, because it is to leave the store, or that is leaving (removal.h). */
struct leaving {
	bool due;         /* a turn of it is wanted */
	struct work work; /* who waits for the count */
	struct removal_year year;
	struct removal_count count;
	char file[256], account[128];
	bool failed; /* the turn under way could not count */
	struct refusal why;
};

/* Pictures that wait to be kept, one at work in a thread (photos.h). */
struct keeping;
struct keeping_all {
	struct keeping *first; /* at work; the others wait in their order */
	size_t n;
	pthread_t thread;
	int done; /* an eventfd: the first one is */
	struct event *kept;
};

/* Since the start. */
struct engine_metrics {
	int64_t started_us, turns, commands, refused, wakes, reminders, unavailable, disarmed, repaired;
	int64_t checked, batch_most, turn_us_last, turn_us_most, turn_us_sum;
};

/* The independent check's place on its way round. */
struct guard_state {
	int64_t first;    /* incidents yet to be looked at for the first time since start or reload */
	int64_t at;       /* id behind which it goes on */
	bool rearming;    /* those that have a wake are armed anew, in the order of their wakes: */
	int64_t wake, id; /* behind this one */
	int64_t then_wake, then_id; /* where the turn under way leaves off */
};

/* How far tonight's erasure has come. */
enum erase_stage { ERASE_IN_ORDER, ERASE_WAITING, ERASE_LOOSE };
struct erase_state {
	enum erase_stage stage;
	int64_t night;   /* the local day of the last one that is done */
	int64_t waiting; /* on the list: behind this id */
	int64_t n;       /* of what went tonight */
	size_t looked;   /* by the turn under way */
};

struct engine {
	const struct child *child;
	bool english;
	struct event_base *base;
	struct child_control *control;
	struct store *store;
	struct mechanism *m; /* in force; a reference */
	struct recent *recent;
	struct links links;
	struct queue queue;
	struct turn turn; /* one at a time */

	struct event *turn_event, *wake_timer, *again_timer, *second_timer, *step_event, *archive_timer;
	bool draining;
	enum turn_end ended;      /* how the last turn did */
	bool turn_due, guard_due; /* a turn of commands, of the check, is wanted */
	size_t wakes_most;        /* that a turn takes: fewer where they take long */
	int64_t next_wake;        /* smallest wake_at, 0 none; may be earlier than the truth, never later */
	bool next_wake_known;
	int64_t pulsed_seq;           /* of the last pulse */
	bool beat_wanted, committing; /* committing: the last turn was, or had nothing to commit */
	int64_t wall_minus_boot;      /* at the last look: a change is a step of the clock */
	int64_t stepped_ms;           /* a step not yet recorded */
	int64_t beat_boot;            /* when a heartbeat was last committed, or could have been */
	enum clock_trust trust;
	bool away_owed;                 /* the time before the clock was doubted is yet to be recorded */
	bool vouched;                   /* a person said that the clock is right */
	int64_t beaten_at, beaten_boot; /* the last heartbeat that is stored; when this process knew of it */
	struct downtime *downtimes;     /* all that are recorded, as circumstances keep them */
	size_t n_downtimes;
	struct office office;
	struct duty_plans duty;
	bool catching_up; /* what fell due in the last of them has not all been fired */
	struct guard_state guard;
	bool erase_due;
	struct erase_state erase;

	struct work advance; /* of the manual clock */
	int64_t advance_until, advance_fired;
	struct work backup;
	struct closing closing;
	struct leaving archiving;
	struct adopting adopting;
	struct store_backup *backup_state;
	struct event *backup_event;                              /* when it has ended; NULL: none runs */
	void (*backup_ended)(struct engine *e, const char *why); /* of one that no command waits for */
	struct timetable timetable;
	struct reporting *making;                /* of the model of texts; NULL: none is made */
	int models_wait;                         /* seconds until it is tried again */
	unsigned char models_looked[DIGEST_LEN]; /* the model whose file was looked at */
	bool reload_own;   /* a SIGHUP's reload is queued: the supervisor is told when it is done */
	bool reload_again; /* its turn was not committed: it is queued once more */

	/* What is wrong and stays so until somebody does something about it (troubles.c). */
	int64_t login_alarm_at;  /* of the last alarm over log-ins; 0: there was none */
	char refused_files[512]; /* names; "": none was refused */
	char folder_revision[REVISION_LEN +
	    1];            /* of the folder's files, when they were last read; "": not known */
	bool folder_waits; /* they were changed before the start, and are read again once it serves */
	char restart_options[1024]; /* likewise: changed in liandong.yaml since the start */

	struct certificates_known certificates;
	struct keeping_all photos;

	struct engine_metrics metrics;
};

#endif
