/*
 * kill_at.c - loaded before a program's libraries (LD_PRELOAD): kills it before its n-th call that changes files,
 * n being KILL_AT. So a test can break a program off at each of its steps in turn. Of a daemon, KILL_ONLY is the
 * process that is meant, and calls are counted from when the file KILL_FROM is there; the kill deletes that file, so
 * that the process which takes its place is let live. Without KILL_AT, n is the size of that file, so that one daemon
 * can be broken off again and again.
 */
#include "preload.h"

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

static int meant(void)
{
	const char *only = getenv("KILL_ONLY");

	return !only || strstr(program_invocation_name, only);
}

/* At which call; 0: at none. */
static long wanted(const char *from)
{
	const char *at = getenv("KILL_AT");
	struct stat there = {0};

	if (!meant() || (from && stat(from, &there) < 0))
		return 0;
	return at ? strtol(at, NULL, 10) : (long)there.st_size;
}

static void step(void)
{
	static long n;
	const char *from = getenv("KILL_FROM");
	int error = errno;
	long at = wanted(from);

	n = at ? n + 1 : from ? 0 : n;
	if (at && n == at) {
		if (from)
			REAL(unlink)(from);
		kill(getpid(), SIGKILL);
	}
	errno = error;
}

static int opened(const char *path, int flags, mode_t mode)
{
	if (flags & (O_CREAT | O_TRUNC))
		step();
	return REAL(open)(path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	if (fd > 2)
		step();
	return REAL(write)(fd, bytes, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	step();
	return REAL(pwrite64)(fd, bytes, n, at);
}

int rename(const char *from, const char *to)
{
	step();
	return REAL(rename)(from, to);
}

int unlink(const char *path)
{
	step();
	return REAL(unlink)(path);
}

int fsync(int fd)
{
	step();
	return REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	step();
	return REAL(fdatasync)(fd);
}
