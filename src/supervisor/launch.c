/*
 * launch.c - a process is our own binary, executed again with a role.
 *
 * Place: supervisor, behind worker.c. A fresh image has fresh addresses and none of our memory. The
 * child gets standard error, /dev/null as its input, the control pair on descriptor 3, the bytes of
 * the configuration on 4, its listeners and its certificates on those behind; all else is close-on-exec. What it must know stands in its arguments;
 * argv[0] is "liandongd: engine", so that ps shows who is who.
 */
#include "supervisor/worker.h"
#include "base/log.h"
#include "supervisor/certificates.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARGS_MAX 32
#define CONFIG_FD (CHILD_CONTROL_FD + 1)
#define FIRST_PARKED 64 /* descriptors wait above what is inherited before they take their place */

struct command_line {
	char *argv[ARGS_MAX];
	int n;
	char name[32], number[16], config[16], user[32], certificates[16], listener[CHILD_LISTENERS_MAX][32];
	int fds[CHILD_LISTENERS_MAX + 3], n_fds; /* what is inherited, from descriptor 3 on */
};

static void arg(struct command_line *c, const char *text)
{
	c->argv[c->n++] = (char *)(uintptr_t)text; /* execve's argument type is older than const */
}

/* Where the next descriptor will stand; -1: there is none to hand down. */
static int inherit(struct command_line *c, int fd)
{
	if (fd < 0)
		return -1;
	c->fds[c->n_fds++] = fd;
	return CHILD_CONTROL_FD + c->n_fds - 1;
}

static void hand_down(struct command_line *c, const struct launch *l, const struct role *r, int certificates)
{
	for (int i = 0; i < CHILD_LISTENERS_MAX && r->listeners[i]; i++) {
		int at = inherit(c, listeners_find(l->listeners, r->listeners[i])->fd);

		if (at < 0)
			continue;
		snprintf(c->listener[i], sizeof(c->listener[i]), "%s=%d", r->listeners[i], at);
		arg(c, "-l");
		arg(c, c->listener[i]);
	}
	certificates = inherit(c, certificates);
	if (certificates < 0)
		return;
	snprintf(c->certificates, sizeof(c->certificates), "%d", certificates);
	arg(c, "-t");
	arg(c, c->certificates);
}

static void write_command_line(struct command_line *c, const struct launch *l, const struct role *r,
    int index, bool restarted, bool salvage)
{
	const struct identity *who;

	snprintf(c->name, sizeof(c->name), "liandongd: %s", r->name);
	snprintf(c->number, sizeof(c->number), "%d", index);
	arg(c, c->name);
	arg(c, "-x");
	arg(c, r->name);
	arg(c, "-i");
	arg(c, c->number);
	arg(c, "-c");
	arg(c, l->options->file);
	snprintf(c->config, sizeof(c->config), "%d", CONFIG_FD);
	arg(c, "-f");
	arg(c, c->config);
	who = l->identities ? &l->identities[r - roles] : NULL;
	if (who && who->given) {
		snprintf(c->user, sizeof(c->user), "%u:%u", who->uid, who->gid);
		arg(c, "-u");
		arg(c, c->user);
	}
	if (l->clock) {
		arg(c, "--clock");
		arg(c, l->clock);
	}
	if (restarted)
		arg(c, "-r");
	if (salvage)
		arg(c, "-s");
}

/* After the fork; only what is safe there. */
static void place(int fd, int at)
{
	if (dup2(fd, at) != at)
		_exit(71);
}

static void become(const struct launch *l, struct command_line *c)
{
	int self, null;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* child_begin looks whether it came too late */
	for (int i = 0; i < c->n_fds; i++)
		c->fds[i] = fcntl(c->fds[i], F_DUPFD_CLOEXEC, FIRST_PARKED);
	self = fcntl(l->self, F_DUPFD_CLOEXEC, FIRST_PARKED);
	null = open("/dev/null", O_RDONLY);
	place(null, 0);
	for (int i = 0; i < c->n_fds; i++)
		place(c->fds[i], CHILD_CONTROL_FD + i);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fexecve(self, c->argv, environ);
	_exit(71);
}

pid_t launch_process(const struct launch *l, const struct role *r, int index, bool restarted, bool salvage,
    int *control)
{
	struct command_line line = {.n = 0};
	int pair[2], saved, certificates;
	pid_t pid;

	*control = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return -1;
	inherit(&line, pair[1]);
	inherit(&line, l->config);
	write_command_line(&line, l, r, index, restarted, salvage);
	certificates = certificates_for(l->certificates, r);
	hand_down(&line, l, r, certificates);
	pid = fork();
	if (pid == 0)
		become(l, &line);
	saved = errno;
	close(pair[1]);
	if (certificates >= 0)
		close(certificates);
	if (pid < 0)
		close(pair[0]);
	else
		*control = pair[0];
	errno = saved;
	return pid;
}
