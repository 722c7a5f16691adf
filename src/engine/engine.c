/*
 * engine.c - the life of the process that decides and writes: which turn comes next, and what follows
 * from one that ended.
 *
 * Place: engine, its top; the supervisor starts it first and drains it last. A turn runs after whatever
 * is being read, at the loop's lowest priority, so that commands that came together are committed
 * together; after each the loop looks at its descriptors. Only here timers are armed, the front ends'
 * sockets flushed, and what a turn wants to happen outside the store made to happen.
 *
 * Timers: the next wake of any incident; a second for the clock, the independent check and the
 * store's housekeeping, and every fifth of them the heartbeat. A timerfd that the kernel cancels
 * when somebody sets the wall clock makes the deadlines be looked at anew.
 */
#include "engine/duty.h"
#include "engine/engine.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/backup.h"
#include "engine/removal.h"
#include "engine/heartbeat.h"
#include "engine/kinds.h"
#include "engine/adopt.h"
#include "engine/models.h"
#include "engine/office.h"
#include "engine/propose.h"
#include "engine/period.h"
#include "engine/photos.h"
#include "engine/publish.h"
#include "engine/similar.h"
#include "engine/start.h"
#include "engine/timetable.h"
#include "mechanism/load.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PRIORITIES 3 /* reads and timers in the middle (libevent's default), turns last */
#define TURN_PRIORITY 2
#define RETRY_MS 1000       /* after a failure */
#define ARCHIVE_PAUSE_MS 20 /* between the parts of a year that leaves the store */
#define WAKE_MOST_MS HOUR_MS
#define STEPS_FAR_AWAY INT64_C(4102444800) /* the year 2100: this timer only waits to be cancelled */
/* A turn that takes longer takes fewer wakes the next time; one that is short takes more. */
#define TURN_LONG_US 20000
#define TURN_SHORT_US 8000

/* -- wanting a turn --------------------------------------------------------------------------- */

static void turn_wanted(struct engine *e)
{
	e->turn_due = true;
	loop_soon(e->turn_event);
}

/* The timer for the next wake. A wait of more than an hour is looked at again meanwhile. */
static void arm(struct engine *e)
{
	int64_t wait;

	if (clock_is_manual() || store_metrics(e->store).read_only || e->trust == CLOCK_AHEAD)
		return;
	if (!e->next_wake_known) {
		turn_wanted(e); /* it looks */
		return;
	}
	if (e->next_wake == 0) {
		event_del(e->wake_timer);
		return;
	}
	wait = e->next_wake - clock_wall().ms;
	loop_after(e->wake_timer, wait < 0 ? 0 : wait > WAKE_MOST_MS ? WAKE_MOST_MS : wait);
}

static void fail_and_end(void)
{
	log_alarm("store failed", "exit=%d", CHILD_EXIT_SALVAGE);
	_exit(CHILD_EXIT_SALVAGE); /* nothing that is queued may leave */
}

/* -- what follows from a turn ------------------------------------------------------------------ */

static void was_away(struct engine *e, struct downtime when)
{
	log_warn("was away", "from=%lld to=%lld", (long long)when.from, (long long)when.to);
	e->downtimes = xrealloc(e->downtimes, (e->n_downtimes + 1) * sizeof(*e->downtimes));
	e->n_downtimes = downtimes_add(e->downtimes, e->n_downtimes, when);
	e->catching_up = true;
	e->away_owed = false;
	e->next_wake_known = false;
}

static void come_into_force(struct engine *e, struct effects *x)
{
	mechanism_release(e->m);
	e->m = x->mechanism;
	x->mechanism = NULL;
	mechanism_forget_sources(e->m);
}

/* All hear at once that the clock is doubted, or no more. */
static bool look_at_trust(struct engine *e)
{
	if (!heartbeat_look_at_trust(e))
		return false;
	e->away_owed = true;
	e->beat_wanted = true;
	return true;
}

/* The last instant that the store has seen: its heartbeat, or the end of a downtime that was recorded after
 * it. */
void engine_witness(struct engine *e)
{
	int64_t at = store_last_beat(e->store);

	if (e->n_downtimes && e->downtimes[e->n_downtimes - 1].to > at)
		at = e->downtimes[e->n_downtimes - 1].to;
	heartbeat_stored(e, at);
	look_at_trust(e);
}

static void vouch(struct engine *e)
{
	e->vouched = true;
	if (!look_at_trust(e))
		return;
	e->away_owed = false; /* the one who vouched has recorded it */
	e->next_wake_known = false;
	e->turn_due = true;
}

static void say_reloaded(struct engine *e)
{
	e->reload_own = false;
	child_ready(e->control);
}

/* What the turn wants to happen outside the store, in the order that replies and pulses need. */
static void take_effect(struct engine *e, struct turn *t)
{
	struct effects *x = &t->effects;

	if (x->mechanism)
		come_into_force(e, x);
	if (t->save.activate)
		guard_rearm(e);
	if (x->speak)
		e->english = x->english;
	if (t->save.manual_at)
		clock_set_manual((struct wall_ms){t->save.manual_at});
	if (t->save.beat) {
		e->beat_boot = t->boot;
		heartbeat_stored(e, t->save.beat);
	}
	if (t->save.downtime.to)
		was_away(e, t->save.downtime);
	office_committed(e, t);
	duty_committed(e, t);
	e->stepped_ms -= t->stepped_ms;
	if (t->backup_failed)
		e->timetable.owed = 0;
	if (x->advance)
		advance_begin(e, x);
	if (x->backup)
		backup_begin(e, x);
	if (x->archive)
		archive_begin(e, x);
	if (x->close)
		period_begin(e, x);
	if (x->adopt)
		adopt_begin(e, x);
	if (x->login_alarm)
		e->login_alarm_at = t->now;
	if (x->vouch)
		vouch(e);
	if (x->reloaded)
		say_reloaded(e);
}

static void remember_wakes(struct engine *e, const struct turn *t, const struct turn_outcome *o)
{
	if (o->end != TURN_COMMITTED) {
		e->next_wake_known = false;
	} else if (o->looked) {
		e->next_wake = o->more
		    ? t->now
		    : propose_next_wake(e, t->m, t->now, duty_next_wake(e, t->now, o->next_wake));
		e->next_wake_known = true;
	} else if (o->next_wake && (e->next_wake == 0 || o->next_wake < e->next_wake)) {
		e->next_wake = o->next_wake;
	}
}

static void beat(struct engine *e, const struct turn *t, const struct turn_outcome *o)
{
	bool beaten = o->end == TURN_COMMITTED && t->save.beat && (e->beat_wanted || t->effects.announce);

	e->committing = o->end == TURN_COMMITTED && !store_metrics(e->store).read_only;
	if (e->trust != CLOCK_GOOD && e->committing)
		e->beat_boot = t->boot; /* it could have been */
	if (beaten || (e->beat_wanted && (!e->committing || e->trust != CLOCK_GOOD)))
		heartbeat_alive(e);
}

/* All that fell due in the downtime has been fired: the heartbeat had to wait for it. */
static void look_whether_caught_up(struct engine *e, const struct turn *t, const struct turn_outcome *o)
{
	if (!e->catching_up || e->advance.on || o->end != TURN_COMMITTED || !o->looked || o->more)
		return;
	e->catching_up = false;
	e->beat_boot = t->boot;
	e->beat_wanted = true;
	e->turn_due = true;
}

static void count(struct engine *e, const struct turn *t, const struct turn_outcome *o)
{
	struct engine_metrics *n = &e->metrics;
	int64_t took = clock_mono_us() - t->began_us;

	n->turns++;
	n->turn_us_last = took;
	n->turn_us_sum += took;
	if (took > n->turn_us_most)
		n->turn_us_most = took;
	if (t->batch->n > n->batch_most)
		n->batch_most = t->batch->n;
	if (t->wants.n_due && took > TURN_LONG_US && e->wakes_most > WAKES_MIN)
		e->wakes_most /= 2;
	else if (o->more && took < TURN_SHORT_US && e->wakes_most < WAKES_MAX)
		e->wakes_most *= 2;
}

/* The loop looks at its descriptors before the next turn, however many are wanted. */
static void go_on(struct engine *e, const struct turn_outcome *o)
{
	if (e->queue.first || (o->more && o->end == TURN_COMMITTED))
		e->turn_due = true;
	if (o->end != TURN_COMMITTED)
		loop_after(e->wake_timer, RETRY_MS);
	else if (!e->advance.on)
		arm(e);
	if ((e->archiving.work.on || store_removing(e->store)) &&
	    !event_pending(e->archive_timer, EV_TIMEOUT, NULL))
		loop_after(e->archive_timer, ARCHIVE_PAUSE_MS);
	if (e->turn_due || e->advance.on || e->draining || e->closing.made || e->adopting.ready ||
	    (e->guard_due && guard_may_run(e)) || (e->erase_due && erase_may_run(e, clock_wall().ms)) ||
	    archive_may_run(e))
		loop_soon(e->turn_event);
}

static bool has_own_reload(const struct turn *t)
{
	for (int i = 0; i < t->batch->n; i++)
		if (t->batch->jobs[i].c->kind == COMMAND_CONFIG_RELOAD && t->batch->jobs[i].c->id == 0)
			return true;
	return false;
}

static void finish(struct engine *e, const struct turn_outcome *o)
{
	struct turn *t = &e->turn;

	if (o->end == TURN_BROKEN)
		fail_and_end();
	if (o->end == TURN_COMMITTED) {
		take_effect(e, t);
		publish_turn(t);
	} else {
		publish_unavailable(t);
		e->reload_again |= has_own_reload(t);
	}
	remember_wakes(e, t, o);
	look_whether_caught_up(e, t, o);
	beat(e, t, o);
	if (t->kind->done)
		t->kind->done(t, o);
	links_flush(&e->links);
	count(e, t, o);
	e->ended = o->end;
	if (t->kind == &turn_of_end)
		event_base_loopbreak(e->base);
	turn_end(t);
	go_on(e, o);
}

/* -- which turn comes next -------------------------------------------------------------------- */

static void go(struct engine *e)
{
	struct turn_outcome o = turn_go(&e->turn);

	if (o.end != TURN_WAITS)
		finish(e, &o);
	else if (o.again_ms >= 0)
		loop_after(e->again_timer, o.again_ms);
}

/* The store has what it said would come later, or is to be asked again. */
static void on_store(void *arg)
{
	go(arg);
}

static void begin(struct engine *e, const struct turn_kind *kind, struct batch *b)
{
	turn_begin(&e->turn, e, kind, b, on_store);
	go(e);
}

void engine_run(struct engine *e, const struct turn_kind *kind)
{
	begin(e, kind, queue_blank(&e->queue));
}

static void run_commands(struct engine *e)
{
	struct batch *b = queue_take(&e->queue);

	e->turn_due = false;
	if (e->queue.n < QUEUE_MOST / 2)
		links_pause(&e->links, false);
	begin(e, &turn_of_commands, b);
}

/* While the manual clock is walked commands wait: they see the time that was asked for. */
void engine_turn(struct engine *e)
{
	if (e->turn.state != TURN_IDLE)
		return;
	if (e->advance.on) {
		engine_run(e, &turn_of_advance);
	} else if (e->draining && !e->queue.first && !photos_busy(e)) {
		engine_run(e, &turn_of_end);
	} else if (e->adopting.ready) { /* before what waits: under load something always does */
		engine_run(e, &turn_of_adopt);
	} else if (e->turn_due) {
		run_commands(e);
	} else if (e->closing.made) {
		engine_run(e, &turn_of_period);
	} else if (e->guard_due && guard_may_run(e)) {
		e->guard_due = e->guard.rearming; /* at once where there may be more of them */
		engine_run(e, &turn_of_guard);
	} else if (e->erase_due && erase_may_run(e, clock_wall().ms)) {
		e->erase_due = false;
		engine_run(e, &turn_of_erasure);
	} else if (archive_may_run(e)) {
		e->archiving.due = false;
		engine_run(e, &turn_of_archive);
	}
}

/* -- the front ends --------------------------------------------------------------------------- */

static const struct welcome *on_hello(void *arg, struct link *l)
{
	static struct welcome w;
	struct engine *e = arg;

	(void)l;
	w = (struct welcome){.epoch = store_epoch(e->store),
	    .store = store_id(e->store),
	    .file = store_file(e->store),
	    .revision = e->m->revision,
	    .version = LIANDONG_VERSION,
	    .language = e->english ? "en" : "zh",
	    .seq = store_head(e->store).seq,
	    .manual_at = store_manual(e->store)};
	e->beat_wanted = true; /* it has no metrics yet */
	turn_wanted(e);
	return &w;
}

static bool on_command(void *arg, struct link *l, struct str body)
{
	struct engine *e = arg;

	bool good;

	if (photos_take(e, l, body, &good))
		return good;
	if (!queue_add(&e->queue, l, body))
		return false;
	if (e->queue.n > QUEUE_MOST)
		links_pause(&e->links, true);
	turn_wanted(e);
	return true;
}

static void on_gone(void *arg, const struct link *l)
{
	struct engine *e = arg;

	queue_forget(&e->queue, l);
	for (int i = 0; e->turn.batch && i < e->turn.batch->n; i++)
		if (e->turn.batch->jobs[i].from == l)
			e->turn.batch->jobs[i].from = NULL;
	if (e->advance.from == l)
		e->advance.from = NULL;
	if (e->backup.from == l)
		e->backup.from = NULL;
	if (e->closing.work.from == l)
		e->closing.work.from = NULL;
	photos_gone(e, l);
	archive_gone(e, l);
	adopt_gone(e, l);
	e->beat_wanted = true; /* the others hear at once that it is missing */
	turn_wanted(e);
}

const struct links_handlers engine_links = {on_hello, on_command, on_gone};

/* -- events --------------------------------------------------------------------------------- */

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	engine_turn(arg);
}

/* A part of a year that leaves the store is due. */
static void on_archive(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;

	(void)fd;
	(void)what;
	e->archiving.due = true;
	loop_soon(e->turn_event);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	turn_wanted(arg);
}

void engine_again(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	go(arg);
}

void engine_look_at_clock(struct engine *e)
{
	bool moved = heartbeat_look_at_clock(e), changed = look_at_trust(e); /* both look, always */

	if (!moved && !changed)
		return;
	e->next_wake_known = false;
	turn_wanted(e);
}

static void on_reload(void *arg)
{
	struct engine *e = arg;

	e->reload_own = true;
	e->reload_again = false;
	queue_own(&e->queue, COMMAND_CONFIG_RELOAD, clock_wall().ms);
	turn_wanted(e);
}

static void look_after_store(struct engine *e)
{
	bool read_only = store_metrics(e->store).read_only;
	enum store_status status = store_idle(e->store);

	if (store_metrics(e->store).read_only != read_only) {
		e->beat_wanted = true; /* /readyz says so at once, and not with the next heartbeat */
		turn_wanted(e);
	}
	if (status == STORE_FAILED)
		fail_and_end();
	if (status != STORE_MOVED)
		return;
	log_alarm("store moved", "exit=%d file=%s", CHILD_EXIT_AGAIN, store_file(e->store));
	_exit(CHILD_EXIT_AGAIN); /* what is not answered is sent again */
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;
	static int seconds;

	(void)fd;
	(void)what;
	engine_look_at_clock(e);
	look_after_store(e);
	models_look(e);
	timetable_look(e);
	certificates_look(&e->certificates, clock_wall().ms);
	if (e->reload_again)
		on_reload(e);
	if (store_head(e->store).seq != e->pulsed_seq)
		heartbeat_pulse(e); /* so that metrics are never those of five seconds ago */
	e->guard_due = e->erase_due = true;
	loop_soon(e->turn_event);
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
	engine_look_at_clock(arg);
	arm(arg);
}

/* Front ends wait for the answer to a backup before they end, so it is given up before they are asked. */
static void on_stopping(void *arg)
{
	timetable_stop(arg);
	backup_stop(arg);
	models_stop(arg);
	period_stop(arg);
	adopt_stop(arg);
}

static void on_drain(void *arg)
{
	struct engine *e = arg;

	log_info("draining", "queued=%lld", (long long)e->queue.n);
	e->draining = true;
	on_stopping(e);
	e->advance.on = false;
	links_close_listener(&e->links);
	loop_soon(e->turn_event);
}

static void on_certificates(void *arg, int fd)
{
	struct engine *e = arg;

	certificates_take(&e->certificates, fd);
	adopt_certificates(e);
	heartbeat_pulse(e);
}

static void on_listener(void *arg, int fd)
{
	struct engine *e = arg;

	links_listen_on(&e->links, fd);
}

/* -- life ----------------------------------------------------------------------------------- */

static void prepare_loop(struct engine *e)
{
	e->base = loop_new_fair(PRIORITIES, TURN_PRIORITY);
	e->turn_event = loop_timer(e->base, on_turn, e);
	event_priority_set(e->turn_event, TURN_PRIORITY);
	e->wake_timer = loop_timer(e->base, on_wake, e);
	e->again_timer = loop_timer(e->base, engine_again, e);
	e->archive_timer = loop_timer(e->base, on_archive, e);
	e->second_timer = loop_event(e->base, -1, EV_PERSIST, on_second, e);
	e->links = (struct links){.base = e->base, .h = &engine_links, .arg = e};
}

/* The turn that records the start, before anybody is served. */
static void record_start(struct engine *e)
{
	engine_run(e, &turn_of_start);
	while (e->turn.state != TURN_IDLE)
		event_base_loop(e->base, EVLOOP_ONCE);
	if (e->ended != TURN_COMMITTED && !store_metrics(e->store).read_only)
		fatal("the first commit failed: the store takes nothing");
}

static void serve(struct engine *e)
{
	static const struct child_handlers handlers_of_ours = {
	    on_reload, on_drain, on_stopping, on_certificates, on_listener};
	int step = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	certificates_take(&e->certificates, e->child->certificates);
	e->control = child_start(e->child, e->base, &handlers_of_ours, e);
	links_listen(&e->links, child_listener(e->child, "engine"));
	if (step >= 0) {
		e->step_event = loop_event(e->base, step, EV_READ | EV_PERSIST, on_step, e);
		event_add(e->step_event, NULL);
		watch_steps(step);
	}
	loop_after(e->second_timer, 1000);
	e->beat_wanted = true;
	turn_wanted(e);
	child_ready(e->control);
	if (e->folder_waits)
		queue_own(&e->queue, COMMAND_CONFIG_RELOAD, clock_wall().ms);
	log_info("serving", "revision=%s seq=%lld", e->m->revision, (long long)store_head(e->store).seq);
	event_base_dispatch(e->base);
}

int engine_main(const struct child *c)
{
	static struct engine e; /* the process is this engine: what it owns ends with it */
	int code;

	e = (struct engine){.child = c, .wakes_most = WAKES_FIRST};
	e.english = text_eq(c->options->language, "en");
	e.metrics.started_us = clock_mono_us();
	code = start_store(&e);
	if (code == 0)
		code = start_mechanism(&e);
	if (code != 0)
		goto fail;
	prepare_loop(&e);
	e.beat_boot = clock_boot().ms;
	e.wall_minus_boot = clock_wall().ms - e.beat_boot;
	e.guard.first = store_metrics(e.store).incidents;
	e.recent = recent_new();
	start_downtimes(&e);
	engine_witness(&e);
	photos_start(&e);
	record_start(&e);
	mechanism_forget_sources(e.m);
	recent_fill(e.recent, e.store, e.m, clock_wall().ms - e.m->policy.similar_window_ms);
	arena_give_back();
	serve(&e);
	log_info("ended", "seq=%lld", (long long)store_head(e.store).seq);
fail:
	if (e.store)
		store_close(e.store);
	return code;
}
