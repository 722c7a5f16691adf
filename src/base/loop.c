/* loop.c - libevent's events, made or fatal. */
#include "base/loop.h"
#include "base/log.h"

#include <event2/event.h>
#include <event2/util.h>
#include <stdbool.h>
#include <unistd.h>

struct event_base *loop_new(void)
{
	struct event_base *base = event_base_new();

	if (!base)
		fatal("libevent made no event base");
	return base;
}

struct event_base *loop_new_fair(int priorities, int last)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config && event_config_set_max_dispatch_interval(config, NULL, 1, last) == 0)
		base = event_base_new_with_config(config);
	if (!base || event_base_priority_init(base, priorities) != 0)
		fatal("libevent made no event base with priorities");
	event_config_free(config);
	return base;
}

struct event *loop_event(struct event_base *base, int fd, short what, loop_callback *cb, void *arg)
{
	struct event *e = event_new(base, fd, what, cb, arg);

	if (!e)
		fatal("libevent made no event");
	return e;
}

void loop_listen_on(struct event **e, int fd)
{
	struct event_base *base;
	event_callback_fn cb;
	evutil_socket_t old;
	void *arg;
	short what;
	bool waits = event_pending(*e, EV_READ, NULL);

	event_get_assignment(*e, &base, &old, &what, &cb, &arg);
	event_free(*e);
	close(old);
	*e = loop_event(base, fd, what, cb, arg);
	if (waits)
		event_add(*e, NULL);
}

struct event *loop_timer(struct event_base *base, loop_callback *cb, void *arg)
{
	return loop_event(base, -1, 0, cb, arg);
}

void loop_after(struct event *timer, int64_t ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	if (event_add(timer, &tv) != 0)
		fatal("libevent took no timer");
}

void loop_soon(struct event *e)
{
	event_active(e, EV_TIMEOUT, 0);
}
