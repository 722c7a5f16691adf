/*
 * secret.h - one file of secrets, in the folder that liandong.yaml names. Place: base; the process notifier uses them,
 * and `check` looks whether they can be used.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H
#include "base/arena.h"

#define SECRET_LINES 4    /* that count */
#define SECRET_BYTES 4096 /* of a file */

/* Which file it was, and as of when; all 0: there was none. */
struct secret_stamp {
	uint64_t inode;
	int64_t changed_s, changed_ns;
};

struct secret {
	const char *lines[SECRET_LINES];
	int n;
	int fault;      /* secret_why says it; 0: read */
	unsigned owner; /* its user's number; of a file that was opened */
	struct secret_stamp stamp;
};

/* The lines of the file that are not empty and no comment (#), in the arena. A file that others than its owner can read is not
 * used. The name may be NULL: no lines, no fault. */
void secret_read(const char *folder, const char *name, struct arena *a, struct secret *out);
/* Has the file been written, replaced, made, deleted, or its mode changed since it was read? */
bool secret_changed(const char *folder, const char *name, const struct secret *s);
/* "没有这个文件或文件夹" */
const char *secret_why(int fault, bool english);

#endif
