/*
 * unix.c - Unix sockets at any path. A folder too deep for sun_path (108 bytes) is reached through
 * its own descriptor.
 * Place: base; the processes, liandongctl and the client library all come through here.
 */
#include "base/unix.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The address of a path, by the descriptor of its folder where it is too long for sun_path. *folder
 * is to be closed after use; -1: none was needed. */
static bool address_of(const char *path, struct sockaddr_un *sa, int *folder)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	int n;

	*sa = (struct sockaddr_un){.sun_family = AF_UNIX};
	*folder = -1;
	if (strlen(path) < sizeof(sa->sun_path)) {
		memcpy(sa->sun_path, path, strlen(path) + 1);
		return true;
	}
	errno = ENAMETOOLONG;
	if (!slash || slash == path || (size_t)(slash - path) >= sizeof(parent))
		return false;
	snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
	*folder = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*folder < 0)
		return false;
	n = snprintf(sa->sun_path, sizeof(sa->sun_path), "/proc/self/fd/%d/%s", *folder, slash + 1);
	errno = ENAMETOOLONG;
	return n > 0 && (size_t)n < sizeof(sa->sun_path);
}

/* Closes what is open and keeps the errno that says why. */
static int failed(int fd, int folder)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
	errno = saved;
	return -1;
}

int unix_connect(const char *path)
{
	struct sockaddr_un sa;
	int folder = -1, fd = -1;

	if (!address_of(path, &sa, &folder))
		return failed(fd, folder);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		return failed(fd, folder);
	if (folder >= 0)
		close(folder);
	return fd;
}

/* A socket without a listener is what a killed daemon left; one that answers is in use. */
static bool clear_the_way(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0)
		return errno == ENOENT;
	errno = EEXIST;
	if (!S_ISSOCK(st.st_mode))
		return false;
	fd = unix_connect(path);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 || errno == EAGAIN) {
		errno = EADDRINUSE;
		return false;
	}
	return unlink(path) == 0 || errno == ENOENT;
}

int unix_listen(const char *path, int mode, int backlog)
{
	struct sockaddr_un sa;
	int folder = -1, fd = -1, bound;
	mode_t mask;

	if (!clear_the_way(path) || !address_of(path, &sa, &folder))
		return failed(fd, folder);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed(fd, folder);
	mask = umask(0777 & ~(mode_t)mode); /* never open to others, not even for an instant */
	bound = bind(fd, (struct sockaddr *)&sa, sizeof(sa));
	umask(mask);
	if (bound != 0 || listen(fd, backlog) != 0)
		return failed(fd, folder);
	if (folder >= 0)
		close(folder);
	return fd;
}
