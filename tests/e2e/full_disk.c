/*
 * full_disk.c - loaded before a program's libraries (LD_PRELOAD): while the file FULL is there, the process that FULL_ONLY names can
 * write nothing into what it has opened in a folder whose path has FULL_FOLDER in it: ENOSPC, until the file FULL_BALLAST is given up.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FILES 4096

static char meant[FILES]; /* by descriptor */

static int noted(const char *path, int fd)
{
	if (fd >= 0 && fd < FILES)
		meant[fd] = strstr(path, getenv("FULL_FOLDER")) != NULL;
	return fd;
}

int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return noted(path, REAL(open)(path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return noted(path, REAL(open)(path, flags | O_LARGEFILE, mode));
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
