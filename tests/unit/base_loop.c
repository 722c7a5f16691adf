/*
 * base_loop.c - the fair loop: what asks for itself again and again does not keep the loop from its
 * descriptors.
 */
#include "unit.h"
#include "base/loop.h"

#include <event2/event.h>
#include <unistd.h>

#define LAST 2

static struct event_base *base;
static struct event *greedy;
static int runs, runs_before_read;

static void on_greedy(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	if (++runs == 1)
		assert_int_equal(write(*(int *)arg, "x", 1), 1); /* from now on there is something to read */
	if (runs == 1000)
		event_base_loopbreak(base);
	else
		loop_soon(greedy);
}

static void on_read(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	runs_before_read = runs;
	event_base_loopbreak(base);
}

static void descriptors_are_looked_at_in_between(void **state)
{
	struct event *readable;
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	base = loop_new_fair(LAST + 1, LAST);
	greedy = loop_timer(base, on_greedy, &pair[1]);
	event_priority_set(greedy, LAST);
	readable = loop_event(base, pair[0], EV_READ, on_read, NULL);
	event_add(readable, NULL);
	loop_soon(greedy);
	event_base_dispatch(base);
	assert_int_equal(runs_before_read, 1);
	event_free(greedy);
	event_free(readable);
	event_base_free(base);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(descriptors_are_looked_at_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
