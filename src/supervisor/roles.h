/* roles.h - the one table of processes: what runs under the supervisor, how many, in which order. */
#ifndef SUPERVISOR_ROLES_H
#define SUPERVISOR_ROLES_H
#include "front/child.h"
#include "supervisor/sandbox.h"

struct role {
	const char *name;
	int (*main)(const struct child *c);
	int64_t (*workers)(const struct options *o); /* NULL: one */
	const char *listeners[CHILD_LISTENERS_MAX];  /* inherited by name */
	int order; /* started when all of the orders below are ready, drained before them */
	/* Started for each connection that waits at its listener, which it takes and serves; then it ends. At
	 * most so many as it has workers run at once, and none longer than this. NULL: it runs all the time. */
	int64_t (*most_ms)(const struct options *o);
	/* -- what holds it (sandbox.h); its system calls are its column of syscalls.def -- */
	size_t user; /* offset in struct options of who it is where root started the daemon; 0: none */
	unsigned reads, writes; /* enum sandbox_place */
	bool threads;           /* it starts some */
	bool network;           /* it connects to what is outside */
	bool aside;             /* the daemon serves without it: neither a start nor an end waits for it */
};

enum role_id { ROLE_ID_ENGINE, ROLE_ID_INTAKE, ROLE_ID_API, ROLE_ID_REPORT, ROLE_ID_NOTIFIER, ROLE_IDS };
extern const struct role roles[ROLE_IDS];

/* NULL if there is none of that name. */
const struct role *role_find(const char *name);

#endif
