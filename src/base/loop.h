/*
 * loop.h - libevent's events, made or fatal: what every process and connection needs of them.
 * Place: base. Callbacks are libevent's own.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H
#include <stdint.h>

struct event_base;
struct event;

/* libevent's event_callback_fn. */
typedef void loop_callback(int fd, short what, void *arg);

struct event_base *loop_new(void);
/* With so many priorities. One callback of priority `last` at a time: after each the loop looks at its
 * descriptors, also where the callback has asked for itself again. */
struct event_base *loop_new_fair(int priorities, int last);
/* Not yet added. fd -1 and what 0: an event that only loop_soon and loop_after make happen. */
struct event *loop_event(struct event_base *base, int fd, short what, loop_callback *cb, void *arg);
struct event *loop_timer(struct event_base *base, loop_callback *cb, void *arg);
/* An event that waits for connections goes on with another listener, and the one it had is closed. Takes fd. */
void loop_listen_on(struct event **e, int fd);
/* Once, so many ms from now, whatever was armed before. */
void loop_after(struct event *timer, int64_t ms);
/* In this turn of the loop, behind what is active already. */
void loop_soon(struct event *e);

#endif
