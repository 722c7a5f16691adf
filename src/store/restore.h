/*
 * restore.h - a backup is put into the place of the store, for liandongctl, while no engine runs.
 *
 * The backup becomes the next generation (PATH.1, PATH.2 …), and one rename of PATH.current puts it into
 * service: until then the old one is, and afterwards it lies where it lay. So a crash at any instant leaves the
 * one or the other in service, whole. What belongs to the path and not to a generation stays: PATH.revoked, so
 * that no token comes to life again, PATH.lock, PATH.ballast. PATH.head is put aside (PATH.head.before-N): it
 * names records that the backup need not have.
 *
 * Root becomes the owner of the store's folder before anything is written there: what is made belongs to the
 * daemon's user, and no link that this user has laid is followed with root's rights.
 */
#ifndef STORE_RESTORE_H
#define STORE_RESTORE_H
#include "base/digest.h"

#include <limits.h>
#include <stdbool.h>

/* A store as it lies there. */
struct store_state {
	bool there, readable;
	char file[PATH_MAX];
	char why[256]; /* it is not readable */
	char id[17];
	int64_t seq, incidents, open_incidents;
	struct digest head;
	int64_t beat; /* its last heartbeat; 0: none */
};
/* The store in service of this path. False with a sentence: which one it is cannot be said. */
bool store_state(const char *path, bool english, struct store_state *out, char *why, size_t why_len);
/* The generation files of the path that are not in service, one after the other, from n 0 on; false: no more. */
bool store_spare(const char *path, int *n, char out[PATH_MAX]);

enum restore_relation {
	RESTORE_ALONE,      /* there is no store yet */
	RESTORE_UNREADABLE, /* the store cannot be read */
	RESTORE_OTHER,      /* another store */
	RESTORE_SAME,       /* the store is where the backup is */
	RESTORE_OLDER,      /* the store has gone on since */
	RESTORE_NEWER,      /* the backup has gone on, and the store was set back */
	RESTORE_FORKED      /* both have gone on since they were one */
};
struct restore_facts {
	struct store_state backup, present;
	enum restore_relation relation;
	int64_t revoked; /* tokens that the backup has live, and that were revoked since: they stay revoked */
};

struct restoring;
/* Takes the store's lock, copies the backup beside the store, brings it up to this program's version and checks
 * every page of it. Holds the lock until restore_end. NULL with a sentence. */
struct restoring *restore_begin(const char *path, const char *backup, bool english, char *why,
    size_t why_len);
const struct restore_facts *restore_facts(const struct restoring *r);
/* The copy, for the proof of its chain. */
const char *restore_copy(const struct restoring *r);
/* Puts it into service; facts.backup.file is then where it lies. False with a sentence: the old one is in
 * service. */
bool restore_put(struct restoring *r, char *why, size_t why_len);
/* A copy that was not put into service goes. */
void restore_end(struct restoring *r);

#endif
