/*
 * child.h - how a process under the supervisor starts and ends. The supervisor executes its own
 * binary again with a role; the control pair is on descriptor 3, the listeners behind it.
 * Every role's main is `int ROLE_main(const struct child *)` and its return value the exit code
 * (0 drained, 75 salvage me, 78 configuration fault).
 */
#ifndef FRONT_CHILD_H
#define FRONT_CHILD_H
#include "mechanism/options.h"

#define CHILD_CONTROL_FD 3
#define CHILD_LISTENERS_MAX 4

struct child {
	const char *role; /* "engine" */
	int index;        /* 0.. of its kind */
	struct options *options;
	const char *clock;      /* --clock's value, NULL */
	const char *engine_path; /* the engine's socket, beside the control socket */
	bool salvage;           /* the engine ended with 75 before */
	/* inherited listeners by name: "console", "control", "http", "engine" */
	struct { const char *name; int fd; } listeners[CHILD_LISTENERS_MAX];
	int n_listeners;
};

struct event_base;
struct child_control;
struct child_handlers {
	void (*reload)(void *arg);
	void (*drain)(void *arg); /* also when the supervisor is gone: then end at once */
};

/* Ignores SIGPIPE, dies with the supervisor (PDEATHSIG and the pair's EOF), watches descriptor 3. */
struct child_control *child_start(const struct child *c, struct event_base *base,
    const struct child_handlers *h, void *arg);
void child_ready(struct child_control *c);
void child_alive(struct child_control *c);
/* -1 where it has none of that name. */
int child_listener(const struct child *c, const char *name);

#endif
