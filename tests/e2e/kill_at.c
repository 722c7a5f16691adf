/*
 * kill_at.c - loaded before a program's libraries (LD_PRELOAD): kills it before its n-th call that changes files,
 * n being KILL_AT. So a test can break a program off at each of its steps in turn.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static void step(void)
{
	static long n;
	const char *at = getenv("KILL_AT");

	if (at && ++n == strtol(at, NULL, 10))
		kill(getpid(), SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int opened(const char *path, int flags, mode_t mode)
{
	if (flags & (O_CREAT | O_TRUNC))
		step();
	return REAL(open)(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return opened(path, flags | O_LARGEFILE, mode);
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
