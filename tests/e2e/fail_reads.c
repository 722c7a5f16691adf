/*
 * fail_reads.c - loaded before a program's libraries (LD_PRELOAD): while the file FAIL_READS is there and empty, the process
 * that FAIL_ONLY names cannot read what it has opened of the file whose name begins with FAIL_FILE: EIO. Where it holds n
 * bytes, the nth read fails, once: each takes a byte, and the last takes the file.
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
	const char *fault = getenv("FAIL_READS");
	struct stat there;

	if (fd < 0 || fd >= FILES || !meant[fd] || !strstr(program_invocation_name, getenv("FAIL_ONLY")) ||
	    stat(fault, &there) != 0)
		return 0;
	if (there.st_size > 1)
		return truncate(fault, there.st_size - 1) != 0;
	return there.st_size == 0 || unlink(fault) == 0;
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t at)
{
	if (fails(fd)) {
		errno = EIO;
		return -1;
	}
	return REAL(pread64)(fd, bytes, n, at);
}
