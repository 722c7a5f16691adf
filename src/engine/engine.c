/*
 * engine.c - the life of the process that decides and writes.
 *
 * Place: engine; the supervisor starts it first and drains it last. Open the store, find the
 * mechanism, record that we are back, serve; a turn (turn.c) runs after whatever is being read, at
 * the loop's lowest priority, so that commands that came together are committed together.
 *
 * Timers: the next wake of any incident; a second for the clock, the independent check and the
 * store's housekeeping, and every fifth of them the heartbeat. A timerfd that the kernel cancels
 * when somebody sets the wall clock makes the deadlines be looked at anew.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/core.h"
#include "mechanism/load.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PRIORITIES 3 /* reads and timers in the middle (libevent's default), turns last */
#define TURN_PRIORITY 2
#define RETRY_MS 1000 /* after a failure, or where nothing can be known */
#define WAKE_MOST_MS HOUR_MS
#define STEPS_FAR_AWAY INT64_C(4102444800) /* the year 2100: this timer only waits to be cancelled */

/* -- wanting a turn --------------------------------------------------------------------------- */

void turn_wanted(struct engine *e)
{
	loop_soon(e->turn_event);
}

/* A step of the wall clock re-arms; a wait of more than an hour is looked at again meanwhile. */
void engine_arm(struct engine *e)
{
	int64_t wait = RETRY_MS;

	if (clock_is_manual() || store_metrics(e->store).read_only)
		return;
	if (!e->next_wake_known) {
		enum store_status status = store_next_wake(e->store, &e->next_wake);

		if (status == STORE_FAILED)
			engine_fail(e);
		e->next_wake_known = status == STORE_OK;
	}
	if (e->next_wake_known && e->next_wake == 0) {
		event_del(e->wake_timer);
		return;
	}
	if (e->next_wake_known)
		wait = e->next_wake - clock_wall().ms;
	wait = wait < 0 ? 0 : wait > WAKE_MOST_MS ? WAKE_MOST_MS : wait;
	loop_after(e->wake_timer, wait);
}

void engine_fail(struct engine *e)
{
	(void)e;
	log_alarm("store failed", "exit=%d", CHILD_EXIT_SALVAGE);
	_exit(CHILD_EXIT_SALVAGE); /* nothing that is queued may leave */
}

/* -- events --------------------------------------------------------------------------------- */

static void end(struct engine *e)
{
	struct batch *b = queue_blank(e);
	struct turn t;

	turn_begin(&t, e, b);
	t.beat = e->catching_up ? 0 : t.now;
	turn_commit(&t);
	turn_end(&t);
	event_base_loopbreak(e->base);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;

	(void)fd;
	(void)what;
	turn_run(e);
	if (e->draining && !e->first)
		end(e);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	turn_wanted(arg);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;
	static int seconds;

	(void)fd;
	(void)what;
	heartbeat_look_at_clock(e);
	guard_run(e);
	store_idle(e->store);
	if (store_head(e->store).seq != e->pulsed_seq)
		heartbeat_pulse(e); /* so that nobody asks for metrics and gets those of five seconds ago */
	if (++seconds % (BEAT_MS / 1000) != 0)
		return;
	e->beat_wanted = true;
	turn_wanted(e);
}

/* Waits to be cancelled by a step of the wall clock (ECANCELED), for ever. */
static void watch_steps(int fd)
{
	struct itimerspec far = {.it_value = {.tv_sec = STEPS_FAR_AWAY}};

	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL) != 0)
		log_warn("clock steps not watched", "errno=%d", errno);
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
	uint64_t expirations;
	ssize_t n = read(fd, &expirations, sizeof(expirations));

	(void)what;
	if (n < 0 && errno == EAGAIN)
		return;
	watch_steps(fd);
	heartbeat_look_at_clock(arg);
	engine_arm(arg);
}

static void on_reload(void *arg)
{
	struct engine *e = arg;

	e->reload_own = true;
	queue_own(e, COMMAND_CONFIG_RELOAD);
}

/* Front ends wait for the answer to a backup before they end, so it is given up before they are asked. */
static void on_stopping(void *arg)
{
	backup_stop(arg);
}

static void on_drain(void *arg)
{
	struct engine *e = arg;

	log_info("draining", "queued=%lld", (long long)e->metrics.queued);
	e->draining = true;
	on_stopping(e);
	e->advance.on = false;
	links_close_listener(e);
	turn_wanted(e);
}

/* -- life ----------------------------------------------------------------------------------- */

static void prepare_loop(struct engine *e)
{
	e->base = loop_new();
	if (event_base_priority_init(e->base, PRIORITIES) != 0)
		fatal("libevent made no priorities");
	e->turn_event = loop_timer(e->base, on_turn, e);
	event_priority_set(e->turn_event, TURN_PRIORITY);
	e->wake_timer = loop_timer(e->base, on_wake, e);
	e->second_timer = loop_event(e->base, -1, EV_PERSIST, on_second, e);
}

static void serve(struct engine *e)
{
	static const struct child_handlers handlers_of_ours = {on_reload, on_drain, on_stopping};
	int step = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	e->control = child_start(e->child, e->base, &handlers_of_ours, e);
	links_listen(e, child_listener(e->child, "engine"));
	if (step >= 0) {
		e->step_event = loop_event(e->base, step, EV_READ | EV_PERSIST, on_step, e);
		event_add(e->step_event, NULL);
		watch_steps(step);
	}
	loop_after(e->second_timer, 1000);
	e->beat_wanted = true;
	turn_wanted(e);
	child_ready(e->control);
	log_info("serving", "revision=%s seq=%lld", e->m->revision, (long long)store_head(e->store).seq);
	event_base_dispatch(e->base);
}

int engine_main(const struct child *c)
{
	static struct engine e; /* the process is this engine: what it owns ends with it */
	int code;

	e = (struct engine){.child = c, .listener = -1};
	e.english = text_eq(c->options->language, "en");
	e.metrics.started_us = clock_mono_us();
	code = start_store(&e);
	if (code == 0)
		code = start_mechanism(&e);
	if (code != 0)
		goto fail;
	prepare_loop(&e);
	e.beat_mono = clock_mono().ms;
	e.wall_minus_mono = clock_wall().ms - clock_mono().ms;
	e.recent = recent_new();
	start_downtimes(&e);
	start_record(&e);
	recent_fill(&e);
	serve(&e);
	log_info("ended", "seq=%lld", (long long)store_head(e.store).seq);
fail:
	if (e.store)
		store_close(e.store);
	return code;
}
