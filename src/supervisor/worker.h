/*
 * worker.h - one process under the supervisor, as a table of states and events (worker.c).
 */
#ifndef SUPERVISOR_WORKER_H
#define SUPERVISOR_WORKER_H
#include "supervisor/listeners.h"
#include "supervisor/roles.h"
#include "wire/messages.h"

#include <sys/types.h>

enum worker_state {
	WORKER_DOWN,        /* not wanted, or ended in order */
	WORKER_STARTING,    /* runs, has not said READY */
	WORKER_READY,       /* serves */
	WORKER_SAVING,      /* copies the store, which may have no other copy: it is not killed */
	WORKER_DRAINING,    /* was told to finish */
	WORKER_BACKING_OFF, /* died too early: started again when its time comes */
	WORKER_STATES
};
enum worker_event {
	WORKER_START, /* wanted from now on */
	WORKER_SAID_READY,
	WORKER_SAID_SAVING,
	WORKER_DIED,     /* start it again at once */
	WORKER_FAILED,   /* died in a way that starting at once would only repeat */
	WORKER_TIMER,    /* due_at has come */
	WORKER_HUNG,     /* it runs and shows no life */
	WORKER_FINISHED, /* one that runs on demand has done what it was started for */
	WORKER_DRAIN,
	WORKER_EVENTS
};
extern const char *const worker_state_names[WORKER_STATES];

/* What every worker is started with. */
struct launch {
	const struct options *options;
	const char *clock; /* NULL */
	const struct listeners *listeners;
	const struct certificates *certificates; /* NULL: none */
	int self;   /* descriptor of our own binary: an upgrade on disk never mixes two versions */
	int config; /* and of what the configuration file said when we started */
	const struct identity *identities; /* who each role is, by role_id; NULL: as we are */
	/* Starts a process for w, gives its pid and the supervisor's side of the pair; -1 where the
	 * system refuses. launch_process, but for tests. */
	pid_t (*process)(const struct launch *l, const struct role *r, int index, bool restarted,
	    bool salvage, int *control);
};

struct worker {
	const struct launch *launch;
	const struct role *role;
	int index;
	enum worker_state state;
	pid_t pid;        /* 0: none */
	int control;      /* -1: none */
	int64_t ready_at; /* monotonic ms; 0: never */
	int64_t alive_at; /* likewise: its loop turned, or it was started or killed */
	int64_t cpu_us;   /* of its process, at the last look that counted */
	int64_t beat_at;  /* likewise: a heartbeat went round through it, or it became ready */
	int64_t due_at;   /* of WORKER_TIMER, monotonic ms; 0: none */
	int64_t backoff_ms;
	int64_t drain_until; /* set before WORKER_DRAIN: killed then */
	int quick;           /* deaths in a row that came right after READY */
	bool salvage;
	bool was_ready; /* ever */
};

void worker_init(struct worker *w, const struct launch *l, const struct role *r, int index);
/* An event that its state has no step for changes nothing. */
void worker_event(struct worker *w, enum worker_event e, int64_t now);
/* Its process ended (status of waitpid): DIED or FAILED, or the end of a drain. */
void worker_ended(struct worker *w, int status, int64_t now);
/* One that starts works outside its loop (it opens the store, salvages): what it uses of the processor
 * counts as life. */
void worker_look(struct worker *w, int64_t now);
/* Shows no life for longer than `most` ms, ready or not. False where it has no process, drains or saves. */
bool worker_hangs(const struct worker *w, int64_t most, int64_t now);
/* To its process; lost where it has none. */
void worker_tell(struct worker *w, enum message what);
/* The same with a copy of a descriptor. */
void worker_hand(struct worker *w, enum message what, int fd);
void worker_kill(struct worker *w);

pid_t launch_process(const struct launch *l, const struct role *r, int index, bool restarted, bool salvage,
    int *control);

#endif
