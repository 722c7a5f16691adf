/*
 * preload.h - what the libraries share that a test loads before a program's own (LD_PRELOAD) and that look at what it opens: both
 * names of open(2) come to `opened`, which the library gives.
 */
#ifndef PRELOAD_H
#define PRELOAD_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Opens it; the result is open's. */
static int opened(const char *path, int flags, mode_t mode);

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

#endif
