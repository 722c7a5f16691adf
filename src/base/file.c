/* file.c - see file.h: written under a name of its own, then given its own name. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = (struct str){s.p + n, s.n - (size_t)n};
	}
	return true;
}

bool file_replace(const char *path, struct str bytes, mode_t mode)
{
	char draft[PATH_MAX];
	bool done;
	int fd, why;

	if (snprintf(draft, sizeof draft, "%s.XXXXXX", path) >= (int)sizeof draft) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = mkostemp(draft, O_CLOEXEC);
	if (fd < 0)
		return false;
	done = write_all(fd, bytes) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	if (close(fd) != 0)
		done = false;
	done = done && rename(draft, path) == 0;
	if (done)
		return true;
	why = errno;
	unlink(draft);
	errno = why;
	return false;
}

bool file_sync_folder(const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int fd;
	bool done;

	snprintf(folder, sizeof folder, "%s", path);
	if ((slash = strrchr(folder, '/')))
		slash[slash == folder] = '\0';
	else
		snprintf(folder, sizeof folder, "."); /* a bare name lies in the current folder */
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		done = false;
	return done;
}
