/*
 * fail_reads.c - loaded before a program's libraries (LD_PRELOAD): while the file FAIL_READS is there, the process that
 * FAIL_ONLY names cannot read what it has opened of the file whose name begins with FAIL_FILE: EIO.
 */
#include "preload.h"

#define FILES 4096

static char meant[FILES]; /* by descriptor */

static int opened(const char *path, int flags, mode_t mode)
{
	const char *name = strrchr(path, '/');
	int fd = REAL(open)(path, flags, mode);

	name = name ? name + 1 : path;
	if (fd >= 0 && fd < FILES)
		meant[fd] = strncmp(name, getenv("FAIL_FILE"), strlen(getenv("FAIL_FILE"))) == 0;
	return fd;
}

static int fails(int fd)
{
	struct stat there;

	return fd >= 0 && fd < FILES && meant[fd] && strstr(program_invocation_name, getenv("FAIL_ONLY")) &&
	    stat(getenv("FAIL_READS"), &there) == 0;
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t at)
{
	if (fails(fd)) {
		errno = EIO;
		return -1;
	}
	return REAL(pread64)(fd, bytes, n, at);
}
