/*
 * sandbox.h - what holds a process to what it needs, from before it serves until it ends. What a role
 * needs stands in its row of the table of processes (roles.c) and in its column of syscalls.def.
 *
 * sandbox_enter is the last thing before a role's main. What the kernel does not have is left out and
 * logged: a daemon that does not start takes no report. The parts: privilege.c (users, capabilities),
 * view.c (the file system, by Landlock), calls.c (system calls, by seccomp).
 */
#ifndef SUPERVISOR_SANDBOX_H
#define SUPERVISOR_SANDBOX_H
#include "base/buf.h"
#include "mechanism/options.h"

#include <sys/types.h>

struct role;

/* The option `sandbox`, parsed. */
enum sandbox_mode { SANDBOX_DENY, SANDBOX_KILL, SANDBOX_LOG, SANDBOX_OFF };
enum sandbox_mode sandbox_mode_of(const struct options *o);

/* Closes the file system and the system calls behind the process. What it lacks of that, by name
 * ("landlock", "landlock,seccomp", "off"); NULL: nothing. */
const char *sandbox_enter(const struct role *r, const struct options *o);

/* -- view.c: folders that a role may read, or write ------------------------------------------- */

enum sandbox_place {
	PLACE_STORE = 1,     /* the folder of the store; where it could make that again, the one above */
	PLACE_MECHANISM = 2, /* the folder above the mechanism's: a reload may name the one beside it */
	PLACE_CONFIG = 4,    /* the folder of liandong.yaml */
	PLACE_TEMPORARY = 8, /* /tmp */
	PLACE_BACKUP = 16,   /* of scheduled backups */
	PLACE_TEXTS = 32,    /* the folder of models of texts, beside the store */
	PLACE_NOTICES = 64,  /* the folder of the notices that go out, beside the store */
	PLACE_SECRETS = 128, /* what notices are sent with */
	PLACE_NETWORK = 256, /* what looking up a name and verifying a certificate read */
};
/* The ABI of the kernel's Landlock that is in force from now on; 0: none. `network`: it may connect TCP. */
int view_close(unsigned reads, unsigned writes, bool network, const struct options *o);

/* -- calls.c: system calls ---------------------------------------------------------------------- */

/* False where the kernel has no seccomp. `role` is the bit of a column in syscalls.def. */
bool calls_close(unsigned role, enum sandbox_mode mode);
/* Of the supervisor, and so of all below it: what neither it nor a child ever has a reason to call (ptrace,
 * bpf, mount, …) ends the process. */
bool calls_forbid(void);

/* -- privilege.c: users and capabilities -------------------------------------------------------- */

struct identity {
	bool given; /* false: who started the daemon */
	uid_t uid;
	gid_t gid;
};

/* Looks up the users of all roles (out: by role_id), where root starts the daemon and they are named. 0, or
 * the exit code with a sentence in why. */
int privilege_find(const struct options *o, struct identity *out, struct buf *why);
/* The folders of store and sockets, where they are not there yet, for those users. */
void privilege_make_folders(const struct options *o, const struct identity *v);
/* Of the supervisor, once it listens: no capability but for those that starting and ending children of other users
 * takes. */
void privilege_keep(const struct options *o, bool users);
/* Of a child: becomes that user, for good, and has no capability any more. It ends where that fails. */
void privilege_drop(const struct identity *who, const struct options *o);

#endif
