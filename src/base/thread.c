/* thread.c - see thread.h. */
#include "base/thread.h"
#include "base/digest.h"
#include "base/log.h"

#include <signal.h>
#include <stdlib.h>

struct task {
	void *(*run)(void *arg);
	void *arg;
};

static void *run_task(void *arg)
{
	struct task task = *(struct task *)arg;
	void *result;

	free(arg);
	result = task.run(task.arg);
	digest_thread_ends();
	return result;
}

bool thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
	struct task *task = xalloc(sizeof *task);
	sigset_t all, before;
	bool started;

	*task = (struct task){run, arg};
	sigfillset(&all);
	sigdelset(&all, SIGSYS); /* what a sandbox says of a call, to the thread that made it */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(thread, NULL, run_task, task) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!started)
		free(task);
	return started;
}
