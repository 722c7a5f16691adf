/*
 * child.c - the beginning and end of every process under the supervisor.
 *
 * Place: front, below every role. The pair on descriptor 3 is the only tie to the supervisor; one
 * byte a message (wire/messages.def). What ends a child is a word on the pair or the pair's end,
 * never a signal meant for the terminal or the group: the supervisor drains front ends before the
 * engine, and a SIGINT that reaches all at once would upset that order. SIGKILL is always safe.
 */
#include "front/child.h"
#include "base/log.h"
#include "base/loop.h"
#include "wire/messages.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALIVE_S 1

struct child_control {
	const struct child_handlers *handlers;
	void *arg;
	struct event *readable, *second;
};

/* The supervisor made the pair, so its credentials name the pid that must be our parent: a child that
 * lost it between fork and prctl finds another one. */
static void die_with_supervisor(void)
{
	struct ucred made_by;
	socklen_t len = sizeof(made_by);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		fatal("prctl failed: errno=%d", errno);
	if (getsockopt(CHILD_CONTROL_FD, SOL_SOCKET, SO_PEERCRED, &made_by, &len) != 0)
		fatal("descriptor %d is no pair of the supervisor's", CHILD_CONTROL_FD);
	if (made_by.pid != getppid())
		_exit(0);
}

static void ignore_signals(void)
{
	static const int ignored[] = {SIGPIPE, SIGXFSZ, SIGINT, SIGHUP, SIGTERM};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

static void drain(struct child_control *c)
{
	event_del(c->readable);
	c->handlers->drain(c->arg);
}

/* One word, and the descriptor that came with it (-1: none). */
static ssize_t hear(int fd, unsigned char *what, int *with)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control;
	struct iovec one = {what, 1};
	struct msghdr m = {
	    .msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

	*with = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(with, CMSG_DATA(c), sizeof(*with));
	return n;
}

static void take(const struct child_control *c, unsigned char what, int fd)
{
	void (*taker)(void *arg, int fd) = what == MESSAGE_CERTIFICATES ? c->handlers->certificates
	    : what == MESSAGE_LISTENER                                  ? c->handlers->listener
									: NULL;

	if (taker)
		taker(c->arg, fd);
	else
		close(fd);
}

static void on_message(evutil_socket_t fd, short events, void *arg)
{
	struct child_control *c = arg;
	unsigned char what;
	int with;
	ssize_t n = hear(fd, &what, &with);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n >= 1 && with >= 0)
		take(c, what, with);
	else if (with >= 0)
		close(with);
	if (n < 1 || what == MESSAGE_DRAIN)
		drain(c);
	else if (what == MESSAGE_RELOAD && c->handlers->reload)
		c->handlers->reload(c->arg);
	else if (what == MESSAGE_STOPPING && c->handlers->stopping)
		c->handlers->stopping(c->arg);
}

/* The supervisor reads at once and forgets nothing, so a full pair cannot be; a lost word would
 * only cost a beat. */
static void tell(enum message what)
{
	unsigned char byte = (unsigned char)what;
	ssize_t n;

	do
		n = send(CHILD_CONTROL_FD, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
}

static void on_second(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	tell(MESSAGE_ALIVE);
}

void child_begin(void)
{
	prctl(PR_SET_NAME, "liandongd"); /* pgrep finds all; the arguments tell them apart */
	ignore_signals();
	die_with_supervisor();
}

struct child_control *child_start(const struct child *c, struct event_base *base,
    const struct child_handlers *h, void *arg)
{
	static struct child_control one; /* a process has one supervisor, for life */
	static const struct timeval second = {.tv_sec = ALIVE_S};
	struct child_control *control = &one;

	(void)c;
	*control = (struct child_control){.handlers = h, .arg = arg};
	control->readable = loop_event(base, CHILD_CONTROL_FD, EV_READ | EV_PERSIST, on_message, control);
	event_add(control->readable, NULL);
	control->second = loop_event(base, -1, EV_PERSIST, on_second, NULL);
	event_add(control->second, &second);
	return control;
}

bool child_is_to_end(void)
{
	unsigned char what;
	ssize_t n = recv(CHILD_CONTROL_FD, &what, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n == 1 && (what == MESSAGE_STOPPING || what == MESSAGE_DRAIN));
}

void child_ready(struct child_control *c)
{
	(void)c;
	tell(MESSAGE_READY);
}

void child_saving(void)
{
	tell(MESSAGE_SAVING);
}

void child_starts_by(enum message what)
{
	static enum message said = MESSAGE_READY; /* a process starts once */

	if (what != said)
		tell(what);
	said = what;
}

void child_beat(struct child_control *c)
{
	(void)c;
	tell(MESSAGE_BEAT);
}

void child_want_certificates(struct child_control *c)
{
	(void)c;
	tell(MESSAGE_CERTIFICATES_WANTED);
}

size_t child_connections_most(const struct child *c)
{
	struct rlimit files;
	int64_t most = c->options->connections_max;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY &&
	    most > (int64_t)files.rlim_cur - CHILD_OTHER_FILES)
		most = (int64_t)files.rlim_cur - CHILD_OTHER_FILES;
	return (size_t)(most > 1 ? most : 1);
}

int64_t child_drain_ms(const struct child *c)
{
	return c->options->drain_ms / 2;
}

int child_listener(const struct child *c, const char *name)
{
	for (int i = 0; i < c->n_listeners; i++)
		if (text_eq(c->listeners[i].name, name))
			return c->listeners[i].fd;
	return -1;
}
