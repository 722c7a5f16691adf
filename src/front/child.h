/*
 * child.h - how a process under the supervisor starts and ends. The supervisor executes its own
 * binary again with a role; the control pair is on descriptor 3, the listeners behind it.
 * Every role's main is `int ROLE_main(const struct child *)` and its return value the exit code, one
 * of <sysexits.h>. Before the daemon has ever been ready these end it, with the sentence that the
 * child said: 65 a store of a newer version, 66 an unreadable store, 69 a store or an address in use,
 * 73 something cannot be made, 78 a configuration fault. Later they are waited out, with an alarm.
 */
#ifndef FRONT_CHILD_H
#define FRONT_CHILD_H
#include "mechanism/options.h"
#include "wire/messages.h"

#define CHILD_CONTROL_FD 3
#define CHILD_LISTENERS_MAX 4
#define CHILD_OTHER_FILES 64  /* descriptors of a process that are no connection of a client */
#define CHILD_EXIT_AGAIN 74   /* the store's files were lost and saved elsewhere; start me again */
#define CHILD_EXIT_SALVAGE 75 /* EX_TEMPFAIL: an fsync failed; start me again with `salvage` */

struct child {
	const char *role; /* "engine" */
	int index;        /* 0.. of its kind */
	struct options *options;
	const char *clock;         /* --clock's value, NULL */
	const char *engine_path;   /* the engine's socket, beside the control socket */
	const char *report_path;   /* where reports are asked for, beside it */
	const char *notifier_path; /* where the notifier is asked, beside it */
	const char *unconfined;    /* what of the sandbox this process lacks ("landlock"); NULL: nothing */
	bool salvage;              /* the engine ended with 75 before */
	bool restarted;            /* one of this daemon has served: what is in force comes from the store */
	/* inherited listeners by name: "console", "control", "http", "engine", "report", "notifier" */
	struct {
		const char *name;
		int fd;
	} listeners[CHILD_LISTENERS_MAX];
	int n_listeners;
	int certificates; /* descriptor of the TLS credentials of its listener (wire/tls.h), to be taken; -1 none */
};

/* The mains, each in the room of its name. */
int engine_main(const struct child *c);
int intake_main(const struct child *c);
int api_main(const struct child *c);
int reporter_main(const struct child *c);
int notifier_main(const struct child *c);

struct event_base;
struct child_control;
struct child_handlers {
	void (*reload)(void *arg);
	void (*drain)(void *arg); /* also when the supervisor is gone: then end at once */
	void (*stopping)(void *arg);
	void (*certificates)(void *arg, int fd); /* other credentials from now on; takes the descriptor */
	/* The Unix socket that it serves at was bound anew, as fd, which it takes. */
	void (*listener)(void *arg, int fd);
};

/* The first thing that a process under the supervisor does, before it takes a lock or opens a file:
 * ignores SIGPIPE, SIGXFSZ and the signals that are the supervisor's (SIGTERM, SIGINT, SIGHUP), and from now
 * on dies with it (PDEATHSIG), so that no orphan keeps the store from the next daemon. */
void child_begin(void);
/* Watches descriptor 3: what the supervisor says, and its end. From now on the loop itself tells every
 * second that it turns: a child that does not is killed and replaced (options.hang_ms). */
struct child_control *child_start(const struct child *c, struct event_base *base,
    const struct child_handlers *h, void *arg);
/* Has the supervisor said, before the loop runs, that the process is to end? For what takes long at a start. */
bool child_is_to_end(void);
/* I serve; the engine says it again when a RELOAD is done. */
void child_ready(struct child_control *c);
/* I copy the store, which may take minutes, and do nothing else until READY or my end: I do not hang. */
void child_saving(void);
/* What I do at my start, one of OPENING, EXAMINING, LEARNING: who waits is told. The same again is not sent. */
void child_starts_by(enum message what);
/* After each committed heartbeat (engine) or pulse (front ends), every 5 s. */
void child_beat(struct child_control *c);
/* A person has asked for a reload (SIGHUP has not): the certificates' files are read again, too. */
void child_want_certificates(struct child_control *c);
/* options.connections_max, or what the limit of descriptors leaves of it. */
size_t child_connections_most(const struct child *c);
/* How long a front end's drain may take before it ends by itself: half of options.drain_ms. The
 * supervisor kills it at three quarters; the engine has the rest. */
int64_t child_drain_ms(const struct child *c);
/* -1 where it has none of that name. */
int child_listener(const struct child *c, const char *name);

#endif
