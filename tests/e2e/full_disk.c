/*
 * full_disk.c - loaded before a program's libraries (LD_PRELOAD): while the file FULL is there, the process that FULL_ONLY names can
 * write nothing into what it has opened in a folder whose path has FULL_FOLDER in it: ENOSPC, until the file FULL_BALLAST is given up.
 */
#include "preload.h"

#include <sys/statvfs.h>

#define FILES 4096

static char meant[FILES]; /* by descriptor */

static int opened(const char *path, int flags, mode_t mode)
{
	int fd = REAL(open)(path, flags, mode);

	if (fd >= 0 && fd < FILES)
		meant[fd] = strstr(path, getenv("FULL_FOLDER")) != NULL;
	return fd;
}

static int full(int fd)
{
	struct stat there;

	return fd >= 0 && fd < FILES && meant[fd] && strstr(program_invocation_name, getenv("FULL_ONLY")) &&
	    stat(getenv("FULL"), &there) == 0 && stat(getenv("FULL_BALLAST"), &there) == 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	if (full(fd)) {
		errno = ENOSPC;
		return -1;
	}
	return REAL(pwrite64)(fd, bytes, n, at);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	if (full(fd)) {
		errno = ENOSPC;
		return -1;
	}
	return REAL(write)(fd, bytes, n);
}

/* No room for another ballast. */
int statvfs(const char *path, struct statvfs *out)
{
	struct stat there;
	int rc = REAL(statvfs)(path, out);

	if (rc == 0 && stat(getenv("FULL"), &there) == 0)
		out->f_bavail = 0;
	return rc;
}
