/*
 * listeners.h - the sockets that the daemon serves on. Opened once, by the supervisor, and inherited:
 * a process that restarts leaves no connection refused, and no two share a port by chance.
 */
#ifndef SUPERVISOR_LISTENERS_H
#define SUPERVISOR_LISTENERS_H
#include "base/buf.h"
#include "mechanism/options.h"

#include <sys/types.h>

enum listener_id {
	LISTENER_CONSOLE,
	LISTENER_HTTP,
	LISTENER_REDIRECT,
	LISTENER_CONTROL,
	LISTENER_ENGINE,
	LISTENER_REPORT,
	LISTENER_NOTIFIER,
	LISTENERS
};

struct listener {
	const char *name;  /* "console": of the option, of the inherited descriptor, of LISTEN_FDNAMES */
	const char *where; /* NULL: not wanted */
	int fd;
	bool path;  /* a Unix socket, removed at the end */
	bool given; /* by socket activation: not ours to remove */
	dev_t dev;  /* of a Unix socket that we made: what its name led to */
	ino_t ino;
	bool lost; /* its name leads elsewhere, and this was said */
};

struct listeners {
	struct listener v[LISTENERS];
	char *engine_path, *report_path, *notifier_path; /* beside the control socket */
};

/* "127.0.0.1:7110", "[::1]:7110", "localhost:7110". 0, or the exit code with a sentence in why:
 * no address, or one that others reach without `insecure: true`. */
int listeners_check(const struct options *o, struct buf *why);
/* Opens all that socket activation did not give. 0, or the exit code with a sentence in why. */
int listeners_open(const struct options *o, struct listeners *l, struct buf *why);
/* Their Unix sockets, to the users of a daemon that root started: `control` to the engine's user alone, the others to its
 * group, too. */
struct identity;
void listeners_give(const struct listeners *l, const struct identity *engine);
/* Looks whether the names of the Unix sockets that we made still lead to them. One that was deleted or replaced (a cleaner of
 * old files, a mistake by hand) is bound again, if its folder is there; `fd` is then the new listener, and true returned: who
 * serves at it must be handed it. The folder is not made: one that was unmounted comes back with all that is in it. */
bool listener_look(struct listeners *l, enum listener_id id, const struct identity *engine);
/* Closes; removes the Unix sockets that we made. */
void listeners_close(struct listeners *l);
const struct listener *listeners_find(const struct listeners *l, const char *name);
/* Makes the folder that a file will stand in, with those above it, for us alone. */
bool make_folder_of(const char *file);

#endif
