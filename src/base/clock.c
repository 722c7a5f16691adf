/*
 * clock.c - the only caller of clock_gettime. Two globals, and the only ones of their kind: the
 * manual instant is a property of the process, set at its start and by `clock advance`.
 */
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

static bool manual;
static struct wall_ms manual_at;

static struct timespec now(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) != 0)
		fatal("clock_gettime: %s", strerror(errno));
	return t;
}

static int64_t to_ms(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct wall_ms clock_wall(void)
{
	return manual ? manual_at : (struct wall_ms){to_ms(now(CLOCK_REALTIME))};
}

struct mono_ms clock_mono(void)
{
	return (struct mono_ms){to_ms(now(CLOCK_MONOTONIC))};
}

struct boot_ms clock_boot(void)
{
	return (struct boot_ms){to_ms(now(CLOCK_BOOTTIME))};
}

#define STEP_MS 2000

int64_t clock_stepped(struct clock_watch *w)
{
	int64_t wall = clock_wall().ms, boot = clock_boot().ms;
	int64_t step = w->boot && !manual ? (wall - w->wall) - (boot - w->boot) : 0;

	w->wall = wall;
	w->boot = boot;
	return step >= STEP_MS || step <= -STEP_MS ? step : 0;
}

bool clock_synchronised(void)
{
	struct timex t = {.modes = 0}; /* asks only */
	int state = adjtimex(&t);

	return state >= 0 && state != TIME_ERROR;
}

int64_t clock_mono_us(void)
{
	struct timespec t = now(CLOCK_MONOTONIC);

	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void clock_set_manual(struct wall_ms at)
{
	manual = true;
	manual_at = at;
}

bool clock_is_manual(void)
{
	return manual;
}

int64_t clock_cpu_us(int pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return -1;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
