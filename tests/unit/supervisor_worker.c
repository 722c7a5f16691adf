/* supervisor_worker.c - one process under supervision: the table of its states, and its patience. */
#include "unit.h"
#include "base/clock.h"
#include "supervisor/worker.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	int n;
	bool restarted, salvage, refuse;
} launched;

static pid_t fake_process(const struct launch *l, const struct role *r, int index, bool restarted,
    bool salvage, int *control)
{
	(void)l;
	(void)r;
	(void)index;
	*control = -1;
	if (launched.refuse)
		return -1;
	launched.n++;
	launched.restarted = restarted;
	launched.salvage = salvage;
	return 1000 + launched.n;
}

static const struct launch launch = {.process = fake_process};
static const struct role role = {.name = "engine"};
static struct worker w;

static int fresh(void **state)
{
	(void)state;
	memset(&launched, 0, sizeof(launched));
	worker_init(&w, &launch, &role, 0);
	return 0;
}

static int exited(int code)
{
	return W_EXITCODE(code, 0);
}

static int killed(int signal)
{
	return W_EXITCODE(0, signal);
}

static void start_ready(int64_t now)
{
	worker_event(&w, WORKER_START, now);
	worker_event(&w, WORKER_SAID_READY, now);
	assert_int_equal(w.state, WORKER_READY);
}

static void starts_and_is_ready(void **state)
{
	(void)state;
	assert_int_equal(w.state, WORKER_DOWN);
	worker_event(&w, WORKER_SAID_READY, 5); /* from no child */
	assert_int_equal(w.state, WORKER_DOWN);
	worker_event(&w, WORKER_START, 10);
	assert_int_equal(w.state, WORKER_STARTING);
	assert_int_equal(w.pid, 1001);
	assert_false(launched.restarted);
	worker_event(&w, WORKER_START, 11); /* wanted already */
	assert_int_equal(launched.n, 1);
	worker_event(&w, WORKER_SAID_READY, 12);
	assert_int_equal(w.state, WORKER_READY);
	assert_int_equal(w.ready_at, 12);
}

static void who_was_ready_restarts_at_once(void **state)
{
	(void)state;
	start_ready(0);
	worker_ended(&w, exited(1), 60000);
	assert_int_equal(w.state, WORKER_STARTING);
	assert_int_equal(launched.n, 2);
	assert_true(launched.restarted);
}

/* 100 ms, doubled, 10 s at most: 100 200 400 800 1600 3200 6400 10000 10000 */
static void who_dies_before_it_is_ready_backs_off(void **state)
{
	static const int64_t waits[] = {100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000};
	int64_t now = 0;

	(void)state;
	worker_event(&w, WORKER_START, now);
	for (size_t i = 0; i < COUNT(waits); i++) {
		worker_ended(&w, exited(1), now);
		assert_int_equal(w.state, WORKER_BACKING_OFF);
		assert_int_equal(w.due_at, now + waits[i]);
		now = w.due_at;
		worker_event(&w, WORKER_TIMER, now);
		assert_int_equal(w.state, WORKER_STARTING);
		assert_int_equal(w.due_at, 0);
	}
	assert_int_equal(launched.n, 1 + (int)COUNT(waits));
}

/* Killed by the supervisor: one that was ready is started again at once, one that was not backs off. */
static void who_hangs_is_put_down(void **state)
{
	(void)state;
	worker_event(&w, WORKER_START, 0);
	w.pid = 0x7FFFFFFF; /* no process: the signal goes nowhere */
	assert_false(worker_hangs(&w, 8000, 8000));
	assert_true(worker_hangs(&w, 8000, 8001));
	worker_event(&w, WORKER_HUNG, 8001);
	assert_int_equal(w.state, WORKER_STARTING);
	assert_int_equal(launched.n, 1);
	assert_false(worker_hangs(&w, 8000, 16001)); /* its end is awaited as long again */
	assert_true(worker_hangs(&w, 8000, 16002));
	worker_ended(&w, killed(SIGKILL), 9000);
	assert_int_equal(w.state, WORKER_BACKING_OFF);
	assert_false(worker_hangs(&w, 8000, 90000)); /* there is no process */
	worker_event(&w, WORKER_TIMER, 9100);
	worker_event(&w, WORKER_SAID_READY, 9200);
	w.pid = 0x7FFFFFFF;
	assert_true(worker_hangs(&w, 8000, 17201));
	worker_event(&w, WORKER_HUNG, 17201);
	worker_ended(&w, killed(SIGKILL), 17202);
	assert_int_equal(w.state, WORKER_STARTING);
	assert_int_equal(launched.n, 3);
	worker_event(&w, WORKER_DRAIN, 17300);
	assert_false(worker_hangs(&w, 8000, 90000)); /* a drain has its own end */
}

static void work_for_us(int64_t us)
{
	int64_t begin = clock_cpu_us(getpid());

	while (clock_cpu_us(getpid()) - begin < us)
		;
}

/* Work at the start counts as life: this process is one that works. */
static void work_at_the_start_is_life(void **state)
{
	(void)state;
	worker_event(&w, WORKER_START, 0);
	w.pid = getpid();
	work_for_us(2000);
	worker_look(&w, 5000);
	assert_int_equal(w.alive_at, 5000);
	worker_look(&w, 6000); /* nothing since, or hardly anything */
	assert_int_equal(w.alive_at, 5000);
	work_for_us(2000);
	worker_look(&w, 7000);
	assert_int_equal(w.alive_at, 7000);
	worker_event(&w, WORKER_SAID_READY, 8000);
	w.cpu_us = 0;
	worker_look(&w, 20000); /* ready: only its own word counts */
	assert_int_equal(w.alive_at, 8000);
	w.pid = 0;
}

static void being_ready_forgives(void **state)
{
	(void)state;
	worker_event(&w, WORKER_START, 0);
	worker_ended(&w, exited(1), 0);
	worker_event(&w, WORKER_TIMER, 100);
	worker_event(&w, WORKER_SAID_READY, 200);
	worker_ended(&w, exited(1), 5000);
	assert_int_equal(w.state, WORKER_STARTING);
	worker_ended(&w, exited(1), 5000);
	assert_int_equal(w.due_at, 5100);
}

/* Ready and dead again within a second, three times: it is not the world's fault. */
static void a_loop_of_ready_and_dead_backs_off(void **state)
{
	(void)state;
	start_ready(0);
	for (int i = 0; i < 2; i++) {
		worker_ended(&w, killed(SIGSEGV), 10);
		assert_int_equal(w.state, WORKER_STARTING);
		worker_event(&w, WORKER_SAID_READY, 10);
	}
	worker_ended(&w, killed(SIGSEGV), 20);
	assert_int_equal(w.state, WORKER_BACKING_OFF);
	assert_int_equal(w.due_at, 120);
	worker_event(&w, WORKER_TIMER, 120);
	worker_event(&w, WORKER_SAID_READY, 130);
	worker_ended(&w, killed(SIGSEGV), 140);
	assert_int_equal(w.due_at, 340); /* ready did not reset it: still the loop */
	worker_event(&w, WORKER_TIMER, 340);
	worker_event(&w, WORKER_SAID_READY, 350);
	worker_ended(&w, killed(SIGSEGV), 5000); /* it lived: the loop has ended */
	assert_int_equal(w.state, WORKER_STARTING);
}

static void kill_9_is_no_fault_of_its_own(void **state)
{
	(void)state;
	start_ready(0);
	for (int i = 1; i <= 50; i++) {
		worker_ended(&w, killed(SIGKILL), i);
		assert_int_equal(w.state, WORKER_STARTING);
		worker_event(&w, WORKER_SAID_READY, i);
	}
	assert_int_equal(launched.n, 51);
}

static void exit_75_is_salvaged_at_once(void **state)
{
	(void)state;
	start_ready(0);
	worker_ended(&w, exited(75), 5000);
	assert_int_equal(w.state, WORKER_STARTING);
	assert_true(launched.salvage);
	worker_event(&w, WORKER_SAID_READY, 6000);
	worker_ended(&w, killed(SIGKILL), 9000);
	assert_false(launched.salvage); /* only once */
}

static void one_killed_while_it_salvages_salvages_again(void **state)
{
	(void)state;
	start_ready(0);
	worker_ended(&w, exited(75), 5000);
	worker_ended(&w, killed(SIGKILL), 5100);
	worker_event(&w, WORKER_TIMER, w.due_at);
	assert_int_equal(w.state, WORKER_STARTING);
	assert_true(launched.salvage);
}

static void salvaging_again_and_again_is_no_hot_loop(void **state)
{
	(void)state;
	worker_event(&w, WORKER_START, 0);
	worker_ended(&w, exited(75), 1);
	worker_ended(&w, exited(75), 2);
	assert_int_equal(w.state, WORKER_STARTING);
	worker_ended(&w, exited(75), 3);
	assert_int_equal(w.state, WORKER_BACKING_OFF);
	worker_event(&w, WORKER_TIMER, w.due_at);
	assert_true(launched.salvage);
}

static void a_configuration_fault_is_no_hot_loop(void **state)
{
	(void)state;
	start_ready(0);
	worker_ended(&w, killed(SIGKILL), 60000);
	for (int i = 0; i < 3; i++) {
		worker_ended(&w, exited(78), 60000 + i);
		assert_int_equal(w.state, WORKER_BACKING_OFF);
		worker_event(&w, WORKER_TIMER, w.due_at);
	}
}

static void drains(void **state)
{
	(void)state;
	start_ready(0);
	w.drain_until = 20000;
	worker_event(&w, WORKER_DRAIN, 100);
	assert_int_equal(w.state, WORKER_DRAINING);
	assert_int_equal(w.due_at, 20000);
	worker_ended(&w, exited(0), 200);
	assert_int_equal(w.state, WORKER_DOWN);
	assert_int_equal(w.due_at, 0);
	assert_int_equal(launched.n, 1);
}

static void drains_in_every_state(void **state)
{
	(void)state;
	worker_event(&w, WORKER_DRAIN, 0);
	assert_int_equal(w.state, WORKER_DOWN);
	worker_event(&w, WORKER_START, 0);
	worker_event(&w, WORKER_DRAIN, 0);
	assert_int_equal(w.state, WORKER_DRAINING);
	worker_ended(&w, killed(SIGKILL), 1);
	assert_int_equal(w.state, WORKER_DOWN);
	worker_event(&w, WORKER_START, 2);
	worker_ended(&w, exited(1), 3);
	worker_event(&w, WORKER_DRAIN, 4);
	assert_int_equal(w.state, WORKER_DOWN);
	assert_int_equal(w.due_at, 0);
}

/* A drain that takes too long is ended with kill -9 of a real process. */
static void a_drain_has_an_end(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	start_ready(0);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	w.pid = pid;
	w.drain_until = 500;
	worker_event(&w, WORKER_DRAIN, 0);
	worker_event(&w, WORKER_TIMER, 500);
	assert_int_equal(w.state, WORKER_DRAINING);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	worker_ended(&w, status, 501);
	assert_int_equal(w.state, WORKER_DOWN);
}

/* It may hold the only copy of the store: it is waited for, silent as it is, even where the daemon is to end. */
static void one_that_saves_is_not_ended(void **state)
{
	(void)state;
	start_ready(0);
	worker_event(&w, WORKER_SAID_SAVING, 10);
	assert_int_equal(w.state, WORKER_SAVING);
	assert_false(worker_hangs(&w, 8000, 3600000));
	worker_event(&w, WORKER_HUNG, 3600000);
	assert_int_equal(w.state, WORKER_SAVING);
	worker_ended(&w, exited(74), 3600000); /* saved: started again at once */
	assert_int_equal(w.state, WORKER_STARTING);
	worker_event(&w, WORKER_SAID_SAVING, 3600010); /* a salvage at the start */
	assert_false(worker_hangs(&w, 8000, 7200000));
	worker_event(&w, WORKER_SAID_READY, 7200000);
	assert_int_equal(w.state, WORKER_READY);
	assert_true(worker_hangs(&w, 8000, 7208001));
	w.drain_until = 7210000;
	worker_event(&w, WORKER_DRAIN, 7200000);
	worker_event(&w, WORKER_SAID_SAVING, 7200001); /* found at the end */
	assert_int_equal(w.state, WORKER_DRAINING);
	assert_int_equal(w.due_at, 0);
}

static void one_that_saves_when_the_daemon_is_to_end_has_no_limit(void **state)
{
	(void)state;
	start_ready(0);
	worker_event(&w, WORKER_SAID_SAVING, 10);
	w.drain_until = 5000;
	worker_event(&w, WORKER_DRAIN, 20);
	assert_int_equal(w.state, WORKER_DRAINING);
	assert_int_equal(w.due_at, 0);
	worker_ended(&w, exited(74), 3600000);
	assert_int_equal(w.state, WORKER_DOWN);
}

static void a_refused_fork_is_tried_again(void **state)
{
	(void)state;
	launched.refuse = true;
	worker_event(&w, WORKER_START, 0);
	assert_int_equal(w.state, WORKER_BACKING_OFF);
	assert_int_equal(w.pid, 0);
	launched.refuse = false;
	worker_event(&w, WORKER_TIMER, 100);
	assert_int_equal(w.state, WORKER_STARTING);
}

/* -- what runs on demand ------------------------------------------------------------------------ */

static int64_t a_minute(const struct options *o)
{
	(void)o;
	return 60000;
}

static const struct role on_demand = {.name = "report", .most_ms = a_minute};

static int fresh_on_demand(void **state)
{
	fresh(state);
	worker_init(&w, &launch, &on_demand, 0);
	return 0;
}

/* Done, or found nothing to do: not started again until something waits. */
static void on_demand_it_ends(void **state)
{
	(void)state;
	start_ready(0);
	worker_ended(&w, exited(0), 10);
	assert_int_equal(w.state, WORKER_DOWN);
	worker_event(&w, WORKER_START, 20);
	worker_ended(&w, exited(0), 30); /* another one had taken what waited */
	assert_int_equal(w.state, WORKER_DOWN);
	assert_int_equal(w.due_at, 0);
	assert_int_equal(launched.n, 2);
}

/* It has taken its client with it: there is nothing to start another one for. */
static void on_demand_its_death_is_its_end(void **state)
{
	(void)state;
	start_ready(0);
	worker_ended(&w, killed(SIGSEGV), 10);
	assert_int_equal(w.state, WORKER_DOWN);
	start_ready(20);
	worker_ended(&w, exited(71), 30);
	assert_int_equal(w.state, WORKER_DOWN);
	assert_int_equal(launched.n, 2);
}

/* Before it took what waits it is tried again, and not in a hot loop. */
static void on_demand_a_false_start_backs_off(void **state)
{
	(void)state;
	worker_event(&w, WORKER_START, 0);
	worker_ended(&w, killed(SIGSEGV), 10);
	assert_int_equal(w.state, WORKER_BACKING_OFF);
	worker_event(&w, WORKER_TIMER, w.due_at);
	assert_int_equal(w.state, WORKER_STARTING);
	worker_ended(&w, exited(71), 200);
	assert_int_equal(w.state, WORKER_BACKING_OFF);
}

static void on_demand_it_drains(void **state)
{
	(void)state;
	start_ready(0);
	w.drain_until = 20000;
	worker_event(&w, WORKER_DRAIN, 100);
	worker_ended(&w, exited(0), 200);
	assert_int_equal(w.state, WORKER_DOWN);
	assert_int_equal(w.due_at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(starts_and_is_ready, fresh),
	    cmocka_unit_test_setup(who_was_ready_restarts_at_once, fresh),
	    cmocka_unit_test_setup(who_dies_before_it_is_ready_backs_off, fresh),
	    cmocka_unit_test_setup(who_hangs_is_put_down, fresh),
	    cmocka_unit_test_setup(work_at_the_start_is_life, fresh),
	    cmocka_unit_test_setup(being_ready_forgives, fresh),
	    cmocka_unit_test_setup(a_loop_of_ready_and_dead_backs_off, fresh),
	    cmocka_unit_test_setup(kill_9_is_no_fault_of_its_own, fresh),
	    cmocka_unit_test_setup(exit_75_is_salvaged_at_once, fresh),
	    cmocka_unit_test_setup(one_killed_while_it_salvages_salvages_again, fresh),
	    cmocka_unit_test_setup(salvaging_again_and_again_is_no_hot_loop, fresh),
	    cmocka_unit_test_setup(a_configuration_fault_is_no_hot_loop, fresh),
	    cmocka_unit_test_setup(drains, fresh),
	    cmocka_unit_test_setup(drains_in_every_state, fresh),
	    cmocka_unit_test_setup(a_drain_has_an_end, fresh),
	    cmocka_unit_test_setup(one_that_saves_is_not_ended, fresh),
	    cmocka_unit_test_setup(one_that_saves_when_the_daemon_is_to_end_has_no_limit, fresh),
	    cmocka_unit_test_setup(a_refused_fork_is_tried_again, fresh),
	    cmocka_unit_test_setup(on_demand_it_ends, fresh_on_demand),
	    cmocka_unit_test_setup(on_demand_its_death_is_its_end, fresh_on_demand),
	    cmocka_unit_test_setup(on_demand_a_false_start_backs_off, fresh_on_demand),
	    cmocka_unit_test_setup(on_demand_it_drains, fresh_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
