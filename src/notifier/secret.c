/*
 * secret.c - one file of secrets, read whole and taken apart in lines.
 *
 * Place: notifier. What others can read is no secret: such a file is not used, and the log says so by its name.
 */
#include "notifier/secret.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refused(const char *name, const char *why)
{
	log_alarm("secret not used", "file=%s why=%s", name, why);
	return -1;
}

static int lines_of(char *text, struct arena *a, const char **lines, int most)
{
	int n = 0;

	for (char *at = text; *at && n < most;) {
		size_t len = strcspn(at, "\r\n");

		if (len)
			lines[n++] = arena_str(a, (struct str){at, len});
		at += len + strspn(at + len, "\r\n");
	}
	return n;
}

int secret_read(const char *folder, const char *name, struct arena *a, const char **lines, int most)
{
	char text[SECRET_FILE_MAX + 1];
	struct stat st;
	ssize_t n = 0;
	int fd = open(arena_printf(a, "%s/%s", folder, name), O_RDONLY | O_CLOEXEC | O_NONBLOCK), got;

	if (fd < 0)
		return refused(name, errno == ENOENT ? "absent" : strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & 077) &&
	    st.st_size <= SECRET_FILE_MAX)
		n = read(fd, text, SECRET_FILE_MAX);
	else
		n = -1;
	close(fd);
	if (n < 0)
		return refused(name, "not_a_small_file_of_mode_0600");
	text[n] = '\0';
	got = lines_of(text, a, lines, most);
	explicit_bzero(text, sizeof text);
	return got;
}
