/*
 * launch.c - a process is our own binary, executed again with a role.
 *
 * Place: supervisor, behind worker.c. A fresh image has fresh addresses and none of our memory. The
 * child gets standard error, /dev/null as its input, the control pair on descriptor 3, the bytes of
 * the configuration on 4 and its listeners on those behind; all else is close-on-exec. What it must know stands in its arguments;
 * argv[0] is "liandongd: engine", so that ps shows who is who.
 */
#include "supervisor/worker.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARGS_MAX 32
#define CONFIG_FD (CHILD_CONTROL_FD + 1)
#define FIRST_LISTENER_FD (CONFIG_FD + 1)
#define FIRST_PARKED 64 /* descriptors wait above what is inherited before they take their place */

struct command_line {
	char *argv[ARGS_MAX];
	int n;
	char name[32], number[16], config[16], user[32], listener[CHILD_LISTENERS_MAX][32];
};

static void arg(struct command_line *c, const char *text)
{
	c->argv[c->n++] = (char *)(uintptr_t)text; /* execve's argument type is older than const */
}

static void write_command_line(struct command_line *c, const struct launch *l, const struct role *r,
    int index, bool restarted, bool salvage)
{
	const struct identity *who;

	*c = (struct command_line){.n = 0};
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
	for (int i = 0; i < CHILD_LISTENERS_MAX && r->listeners[i]; i++) {
		snprintf(c->listener[i], sizeof(c->listener[i]), "%s=%d", r->listeners[i],
		    FIRST_LISTENER_FD + i);
		arg(c, "-l");
		arg(c, c->listener[i]);
	}
}

/* After the fork; only what is safe there. */
static void place(int fd, int at)
{
	if (dup2(fd, at) != at)
		_exit(71);
}

static void become(const struct launch *l, const struct role *r, struct command_line *c, int pair)
{
	int fds[CHILD_LISTENERS_MAX + 2] = {pair, l->config}, n = 2, self, null;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* child_begin looks whether it came too late */

	for (int i = 0; i < CHILD_LISTENERS_MAX && r->listeners[i]; i++)
		fds[n++] = listeners_find(l->listeners, r->listeners[i])->fd;
	for (int i = 0; i < n; i++)
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_PARKED);
	self = fcntl(l->self, F_DUPFD_CLOEXEC, FIRST_PARKED);
	null = open("/dev/null", O_RDONLY);
	place(null, 0);
	for (int i = 0; i < n; i++)
		place(fds[i], CHILD_CONTROL_FD + i);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fexecve(self, c->argv, environ);
	_exit(71);
}

pid_t launch_process(const struct launch *l, const struct role *r, int index, bool restarted, bool salvage,
    int *control)
{
	struct command_line line;
	int pair[2], saved;
	pid_t pid;

	*control = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return -1;
	write_command_line(&line, l, r, index, restarted, salvage);
	pid = fork();
	if (pid == 0)
		become(l, r, &line, pair[1]);
	saved = errno;
	close(pair[1]);
	if (pid < 0)
		close(pair[0]);
	else
		*control = pair[0];
	errno = saved;
	return pid;
}
