/*
 * notify.c - one datagram a state to the socket that systemd named. Place: supervisor. A lost
 * datagram is systemd's loss: nothing here fails or waits.
 */
#include "supervisor/notify.h"
#include "base/log.h"
#include "base/str.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un to;
static socklen_t to_len; /* 0: not told */
static int fd = -1;
static int64_t watchdog_ms;

static void take_socket(const char *path)
{
	size_t n = path ? strlen(path) : 0;

	if (n < 2 || n >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	to.sun_family = AF_UNIX;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@') /* the abstract namespace */
		to.sun_path[0] = 0;
	to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void take_watchdog(const char *usec, const char *pid)
{
	uint64_t us, whose;

	if (!usec || !str_uint(str_of(usec), &us))
		return;
	if (pid && (!str_uint(str_of(pid), &whose) || whose != (uint64_t)getpid()))
		return;
	watchdog_ms = (int64_t)(us / 2000);
}

void notify_open(void)
{
	take_socket(getenv("NOTIFY_SOCKET"));
	take_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void notify(const char *state)
{
	if (fd < 0 || to_len == 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, to_len) < 0)
		log_warn("systemd not told", "state=%s errno=%d", state, errno);
}

int64_t notify_watchdog_ms(void)
{
	return fd < 0 ? 0 : watchdog_ms;
}
