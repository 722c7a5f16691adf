/*
 * secret.c - a file of secrets, read whole: a line is a secret, # begins a comment. Place: base.
 */
#include "base/secret.h"

#include "base/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beside errno. */
#define FAULT_OPEN (-1) /* others than its owner may read it */
#define FAULT_EMPTY (-2)
#define FAULT_LONG (-3)
#define SECRET_PATH 4096

static void take_lines(struct arena *a, struct secret *f, struct str text)
{
	while (text.n > 0 && f->n < SECRET_LINES) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n, keep = n;
		const char *at = text.p;

		while (keep > 0 && (at[keep - 1] == '\r' || at[keep - 1] == ' ' || at[keep - 1] == '\t'))
			keep--;
		while (keep > 0 && (*at == ' ' || *at == '\t')) {
			at++;
			keep--;
		}
		if (keep > 0 && *at != '#')
			f->lines[f->n++] = arena_str(a, (struct str){at, keep});
		n += end != NULL;
		text = (struct str){text.p + n, text.n - n};
	}
	if (f->n == 0)
		f->fault = FAULT_EMPTY;
}

/* Of the file that was opened: its name may mean another one a moment later. */
static int mode_fault(int fd, unsigned *owner)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return errno;
	*owner = st.st_uid;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	return st.st_mode & 077 ? FAULT_OPEN : 0;
}

static struct secret_stamp stamp_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (struct secret_stamp){0};
	return (struct secret_stamp){st.st_ino, st.st_ctim.tv_sec, st.st_ctim.tv_nsec};
}

bool secret_changed(const char *folder, const char *name, const struct secret *s)
{
	char path[SECRET_PATH];
	struct secret_stamp now;

	if (!name || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return false;
	now = stamp_of(path);
	return now.inode != s->stamp.inode || now.changed_s != s->stamp.changed_s ||
	    now.changed_ns != s->stamp.changed_ns;
}

void secret_read(const char *folder, const char *name, struct arena *a, struct secret *out)
{
	char bytes[SECRET_BYTES + 1];
	const char *path;
	ssize_t n = 0;
	int fd;

	*out = (struct secret){0};
	if (!name)
		return;
	path = arena_printf(a, "%s/%s", folder, name);
	out->stamp = stamp_of(path); /* before it is opened: one that is replaced meanwhile is read again */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	out->fault = fd < 0 ? errno : mode_fault(fd, &out->owner);
	if (out->fault == 0) {
		n = read(fd, bytes, sizeof bytes);
		out->fault = n < 0 ? errno : n > SECRET_BYTES ? FAULT_LONG : 0;
	}
	if (out->fault == 0)
		take_lines(a, out, (struct str){bytes, (size_t)n});
	explicit_bzero(bytes, sizeof bytes);
	if (fd >= 0)
		close(fd);
}

const char *secret_why(int fault, bool english)
{
	if (fault == FAULT_OPEN)
		return english ? "others may read it: chmod 600" : "别人也能读:chmod 600";
	if (fault == FAULT_EMPTY)
		return english ? "nothing is in it" : "里面什么也没有";
	if (fault == FAULT_LONG)
		return english ? "more than 4096 bytes" : "超过 4096 个字节";
	return system_reason(fault, english);
}
