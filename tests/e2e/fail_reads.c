/*
 * fail_reads.c - loaded before a program's libraries (LD_PRELOAD): while the file FAIL_READS is there, the process that
 * FAIL_ONLY names cannot read what it has opened of the file whose name begins with FAIL_FILE: EIO.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FILES 4096

static char meant[FILES]; /* by descriptor */

static int noted(const char *path, int fd)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	if (fd >= 0 && fd < FILES)
		meant[fd] = strncmp(name, getenv("FAIL_FILE"), strlen(getenv("FAIL_FILE"))) == 0;
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
