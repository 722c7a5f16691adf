/*
 * worker.c - supervision of one process as a state x event table.
 *
 * Place: supervisor; supervisor.c feeds it with signals, messages and time. A process that was ready
 * is started again at once: its clients wait. One that died before it was ready, or three times in a
 * row within a second of being ready, has a cause that starting does not cure: it waits 100 ms, then
 * twice as long each time, up to 10 s. A kill -9 from outside counts as no fault of its own. One that
 * shows no life is killed, and then it has died like any other.
 */
#include "supervisor/worker.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MOST_MS 10000
#define QUICK_MS 1000
#define CPU_LIFE_US 1000 /* less than that is no work */
#define QUICK_MOST 3

const char *const worker_state_names[WORKER_STATES] = {
    [WORKER_DOWN] = "down",
    [WORKER_STARTING] = "starting",
    [WORKER_READY] = "ready",
    [WORKER_SAVING] = "saving",
    [WORKER_DRAINING] = "draining",
    [WORKER_BACKING_OFF] = "backing-off",
};

void worker_init(struct worker *w, const struct launch *l, const struct role *r, int index)
{
	*w = (struct worker){.launch = l, .role = r, .index = index, .control = -1};
}

void worker_tell(struct worker *w, enum message what)
{
	unsigned char byte = (unsigned char)what;

	if (w->control >= 0 && send(w->control, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_warn("child not told", "role=%s index=%d message=%s errno=%d", w->role->name, w->index,
		    message_names[what], errno);
}

void worker_hand(struct worker *w, enum message what, int fd)
{
	unsigned char byte = (unsigned char)what;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control = {.bytes = {0}};
	struct iovec one = {&byte, 1};
	struct msghdr m = {
	    .msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (w->control >= 0 && sendmsg(w->control, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_warn("child not told", "role=%s index=%d message=%s errno=%d", w->role->name, w->index,
		    message_names[what], errno);
}

void worker_kill(struct worker *w)
{
	if (w->pid > 0)
		kill(w->pid, SIGKILL);
}

/* -- actions -------------------------------------------------------------------------------- */

static void launch(struct worker *w, int64_t now)
{
	w->due_at = 0;
	w->pid = w->launch->process(w->launch, w->role, w->index, w->was_ready, w->salvage, &w->control);
	w->alive_at = w->beat_at = now;
	w->cpu_us = 0;
	if (w->pid > 0) {
		log_info("started", "child=%s index=%d pid=%d", w->role->name, w->index, (int)w->pid);
		return;
	}
	log_alarm("start refused", "child=%s index=%d errno=%d", w->role->name, w->index, errno);
	w->pid = 0;
	worker_event(w, WORKER_FAILED, now);
}

static void became_ready(struct worker *w, int64_t now)
{
	w->was_ready = true;
	w->salvage = false; /* not before: one that is killed while it salvages has not */
	w->ready_at = w->alive_at = w->beat_at = now;
	if (w->quick < QUICK_MOST)
		w->backoff_ms = 0;
	log_info("child ready", "child=%s index=%d pid=%d", w->role->name, w->index, (int)w->pid);
}

static void back_off(struct worker *w, int64_t now)
{
	w->backoff_ms = w->backoff_ms == 0 ? BACKOFF_FIRST_MS : 2 * w->backoff_ms;
	if (w->backoff_ms > BACKOFF_MOST_MS)
		w->backoff_ms = BACKOFF_MOST_MS;
	w->due_at = now + w->backoff_ms;
	log_alarm("child fails", "child=%s index=%d again_in_ms=%lld", w->role->name, w->index,
	    (long long)w->backoff_ms);
}

static void start_draining(struct worker *w, int64_t now)
{
	(void)now;
	w->due_at = w->drain_until;
	worker_tell(w, MESSAGE_DRAIN);
}

static void give_up(struct worker *w, int64_t now)
{
	(void)now;
	w->due_at = 0;
	log_warn("child killed", "child=%s index=%d reason=drain-took-too-long", w->role->name, w->index);
	worker_kill(w);
}

/* Its end comes with SIGCHLD; one that does not even die of this is tried again as late. */
static void put_down(struct worker *w, int64_t now)
{
	log_alarm("child hangs",
	    "child=%s index=%d pid=%d state=%s silent_ms=%lld action=killed-and-replaced", w->role->name,
	    w->index, (int)w->pid, worker_state_names[w->state],
	    (long long)(now - (w->alive_at < w->beat_at ? w->alive_at : w->beat_at)));
	w->alive_at = w->beat_at = now;
	worker_kill(w);
}

static void drain_without_limit(struct worker *w, int64_t now)
{
	(void)now;
	w->due_at = 0;
	worker_tell(w, MESSAGE_DRAIN);
}

/* A copy has no limit, and neither has a drain before or after its beginning: the disk may be slow, and the store large. */
static void let_it_save(struct worker *w, int64_t now)
{
	(void)now;
	w->due_at = 0;
	log_alarm("child saves the store", "child=%s index=%d pid=%d do=\"do not stop liandongd\"",
	    w->role->name, w->index, (int)w->pid);
}

static void rest(struct worker *w, int64_t now)
{
	(void)now;
	w->due_at = 0;
}

/* -- the table ------------------------------------------------------------------------------ */

struct worker_step {
	enum worker_state next;
	void (*action)(struct worker *w, int64_t now); /* NULL: no such step, the event is nothing */
};

static const struct worker_step steps[WORKER_STATES][WORKER_EVENTS] =
    {
	[WORKER_DOWN] =
	    {
		[WORKER_START] = {WORKER_STARTING, launch},
	    },
	[WORKER_STARTING] =
	    {
		[WORKER_SAID_READY] = {WORKER_READY, became_ready},
		[WORKER_SAID_SAVING] = {WORKER_SAVING, let_it_save},
		[WORKER_DIED] = {WORKER_STARTING, launch},
		[WORKER_FAILED] = {WORKER_BACKING_OFF, back_off},
		[WORKER_HUNG] = {WORKER_STARTING, put_down},
		[WORKER_FINISHED] = {WORKER_DOWN, rest},
		[WORKER_DRAIN] = {WORKER_DRAINING, start_draining},
	    },
	[WORKER_READY] =
	    {
		[WORKER_SAID_SAVING] = {WORKER_SAVING, let_it_save},
		[WORKER_DIED] = {WORKER_STARTING, launch},
		[WORKER_FAILED] = {WORKER_BACKING_OFF, back_off},
		[WORKER_HUNG] = {WORKER_READY, put_down},
		[WORKER_FINISHED] = {WORKER_DOWN, rest},
		[WORKER_DRAIN] = {WORKER_DRAINING, start_draining},
	    },
	[WORKER_SAVING] =
	    {
		[WORKER_SAID_READY] = {WORKER_READY, became_ready},
		[WORKER_DIED] = {WORKER_STARTING, launch},
		[WORKER_FAILED] = {WORKER_BACKING_OFF, back_off},
		[WORKER_FINISHED] = {WORKER_DOWN, rest},
		[WORKER_DRAIN] = {WORKER_DRAINING, drain_without_limit},
	    },
	[WORKER_DRAINING] =
	    {
		[WORKER_SAID_SAVING] = {WORKER_DRAINING, let_it_save},
		[WORKER_DIED] = {WORKER_DOWN, rest},
		[WORKER_FAILED] = {WORKER_DOWN, rest},
		[WORKER_FINISHED] = {WORKER_DOWN, rest},
		[WORKER_TIMER] = {WORKER_DRAINING, give_up},
	    },
	[WORKER_BACKING_OFF] =
	    {
		[WORKER_TIMER] = {WORKER_STARTING, launch},
		[WORKER_DRAIN] = {WORKER_DOWN, rest},
	    },
};

void worker_event(struct worker *w, enum worker_event e, int64_t now)
{
	const struct worker_step *s = &steps[w->state][e];

	if (!s->action)
		return;
	w->state = s->next;
	s->action(w, now);
}

void worker_look(struct worker *w, int64_t now)
{
	int64_t cpu_us;

	if (w->state != WORKER_STARTING || w->pid <= 0)
		return;
	cpu_us = clock_cpu_us(w->pid);
	if (cpu_us - w->cpu_us < CPU_LIFE_US)
		return;
	w->cpu_us = cpu_us;
	w->alive_at = now;
}

bool worker_hangs(const struct worker *w, int64_t most, int64_t now)
{
	return w->pid > 0 && steps[w->state][WORKER_HUNG].action && now - w->alive_at > most;
}

/* -- the end of its process ------------------------------------------------------------------ */

/* One that runs on demand and took what waited for it has taken that with it, however it ended. */
static bool finished(const struct worker *w, int status)
{
	return w->role->most_ms &&
	    (w->state == WORKER_READY || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

static void tell_end(const struct worker *w, int status)
{
	bool wanted = w->state == WORKER_DRAINING ||
	    (finished(w, status) && WIFEXITED(status) && WEXITSTATUS(status) == 0);

	if (WIFSIGNALED(status))
		log_line(wanted ? LOG_INFO : LOG_ALARM, "child ended", "child=%s index=%d signal=%d",
		    w->role->name, w->index, WTERMSIG(status));
	else
		log_line(wanted ? LOG_INFO : LOG_ALARM, "child ended", "child=%s index=%d state=%s exit=%d",
		    w->role->name, w->index, worker_state_names[w->state], WEXITSTATUS(status));
}

/* Would starting it at once only repeat what happened? */
static bool hopeless(struct worker *w, int status, int64_t now)
{
	bool salvage = WIFEXITED(status) && WEXITSTATUS(status) == CHILD_EXIT_SALVAGE;
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	bool quick = w->ready_at == 0 || now - w->ready_at < QUICK_MS;

	if (!killed)
		w->quick = quick ? w->quick + 1 : 0;
	if (w->quick >= QUICK_MOST && !killed)
		return true;
	return w->state == WORKER_STARTING && !salvage;
}

void worker_ended(struct worker *w, int status, int64_t now)
{
	enum worker_event e = WORKER_FINISHED;

	tell_end(w, status);
	if (!finished(w, status))
		e = hopeless(w, status, now) ? WORKER_FAILED : WORKER_DIED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_EXIT_SALVAGE)
		w->salvage = true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG)
		log_alarm("configuration fault", "child=%s index=%d", w->role->name, w->index);
	if (w->control >= 0)
		close(w->control);
	w->control = -1;
	w->pid = 0;
	w->ready_at = 0;
	worker_event(w, e, now);
}
