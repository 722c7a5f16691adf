/*
 * supervisor.c - the loop above all processes: signals, the children's words, time.
 *
 * Place: supervisor; each child's life is worker.c's. It waits in ppoll for a signalfd and the
 * control pairs, and for the nearest instant at which something is due.
 *
 * Starting goes by order: the engine first, and only when it is ready the front ends, so that a
 * store in use or a broken mechanism ends the daemon with one sentence before anything answers.
 * Until then it answers at the control socket itself, without reading: that the daemon is starting (starting.c).
 * What is made on demand (a report) is started for each connection that waits at its listener, and ends.
 * Draining goes the other way: front ends finish what they have in hand while the engine still
 * answers, then the engine. Until the daemon has been ready once, a child that ends with a code that
 * only a person can cure ends the daemon with that code; afterwards nothing but a signal does.
 */
#include "supervisor/supervisor.h"
#include "base/clock.h"
#include "base/log.h"
#include "supervisor/certificates.h"
#include "supervisor/notify.h"
#include "supervisor/rlimits.h"
#include "supervisor/starting.h"
#include "supervisor/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define WORKERS_MOST 160
#define BEAT_FRESH_MS 15000 /* three heartbeats */
#define AWAY_MS 5000        /* we are told of life every second: after more than this we were away */
#define LOOK_MS 1000
#define ASIDE_DRAIN_MS 3000 /* what the daemon serves without does not keep it from ending */
#define STARVED_MS 1000     /* then it is looked again whether the watchdog can be fed */
#define FRONTS_SHARE 3      /* of 4 parts of drain_ms; the engine gets what is left */

struct supervisor {
	const struct options *options;
	struct listeners listeners;
	struct identity identities[ROLE_IDS];
	struct certificates certificates;
	struct launch launch;
	struct worker workers[WORKERS_MOST];
	int n;
	int signals;
	enum message step; /* of the engine's start, in its own words */
	int order;         /* started up to here; while draining: drained down to here */
	bool ever_ready;   /* all were ready at once */
	bool draining;
	bool ending;    /* at once: nothing is started any more */
	bool reloading; /* asked for by SIGHUP, not yet done */
	bool starved;   /* the watchdog was not fed the last time */
	int64_t drain_from;
	int64_t watchdog_at; /* 0: not wanted */
	int64_t looked_at;   /* when it was last looked for those that hang */
	int64_t sockets_at;  /* and for sockets whose name is gone */
	int code;            /* what we end with */
};

static int64_t now_ms(void)
{
	return clock_mono().ms;
}

/* -- which workers there are ----------------------------------------------------------------- */

static void add_workers(struct supervisor *s)
{
	for (int i = 0; i < ROLE_IDS; i++) {
		const struct role *r = &roles[i];
		int64_t count = r->workers ? r->workers(s->options) : 1;

		for (int k = 0; k < count && s->n < WORKERS_MOST; k++)
			worker_init(&s->workers[s->n++], &s->launch, r, k);
	}
}

static bool all_in(const struct supervisor *s, int order, enum worker_state state)
{
	for (int i = 0; i < s->n; i++)
		if (s->workers[i].role->order == order && s->workers[i].state != state &&
		    !(state == WORKER_READY && (s->workers[i].role->most_ms || s->workers[i].role->aside)))
			return false;
	return true;
}

static int last_order(const struct supervisor *s)
{
	int last = 0;

	for (int i = 0; i < s->n; i++)
		if (s->workers[i].role->order > last)
			last = s->workers[i].role->order;
	return last;
}

static void send_event(struct supervisor *s, int order, enum worker_event e)
{
	for (int i = 0; i < s->n; i++)
		if (s->workers[i].role->order == order && !(e == WORKER_START && s->workers[i].role->most_ms))
			worker_event(&s->workers[i], e, now_ms());
}

/* -- starting ------------------------------------------------------------------------------- */

static void became_ready(struct supervisor *s)
{
	s->ever_ready = true;
	log_info("ready", "pid=%d version=%s", (int)getpid(), LIANDONG_VERSION);
	notify("READY=1\nSTATUS=serving");
	if (notify_watchdog_ms() > 0)
		s->watchdog_at = now_ms();
}

/* The next order once all of this one are ready. */
static void go_on_starting(struct supervisor *s)
{
	if (s->ever_ready || s->draining || !all_in(s, s->order, WORKER_READY))
		return;
	if (s->order == last_order(s)) {
		became_ready(s);
		return;
	}
	starting_ends();
	send_event(s, ++s->order, WORKER_START);
}

/* -- draining ------------------------------------------------------------------------------- */

/* Front ends have three quarters of the time, so that a stuck client cannot take the engine's. */
static void drain_order(struct supervisor *s)
{
	int64_t share = s->order > 0 ? s->options->drain_ms * FRONTS_SHARE / 4 : s->options->drain_ms;

	for (int i = 0; i < s->n; i++)
		if (s->workers[i].role->order == s->order)
			s->workers[i].drain_until = s->drain_from +
			    (s->workers[i].role->aside && share > ASIDE_DRAIN_MS ? ASIDE_DRAIN_MS : share);
	send_event(s, s->order, WORKER_DRAIN);
}

static void start_draining(struct supervisor *s, int code)
{
	if (s->draining)
		return;
	log_info("draining", "within_ms=%lld", (long long)s->options->drain_ms);
	notify("STOPPING=1");
	s->draining = true;
	s->drain_from = now_ms();
	s->watchdog_at = 0;
	s->code = code;
	s->order = last_order(s);
	for (int i = 0; i < s->n; i++)
		worker_tell(&s->workers[i], MESSAGE_STOPPING);
	drain_order(s);
}

/* True when nothing is left. */
static bool go_on_draining(struct supervisor *s)
{
	while (s->draining && all_in(s, s->order, WORKER_DOWN)) {
		if (s->order == 0)
			return true;
		s->order--;
		drain_order(s);
	}
	return false;
}

static void end_now(struct supervisor *s)
{
	log_warn("ending at once", "reason=second-signal");
	s->ending = true;
	for (int i = 0; i < s->n; i++)
		worker_kill(&s->workers[i]);
}

/* -- signals -------------------------------------------------------------------------------- */

/* What only a person can cure. */
static bool final(int status)
{
	static const int codes[] = {
	    EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_CANTCREAT, EX_CONFIG};

	for (size_t i = 0; WIFEXITED(status) && i < sizeof(codes) / sizeof(codes[0]); i++)
		if (WEXITSTATUS(status) == codes[i])
			return true;
	return false;
}

/* In a drain what is being drained ends, and what the others need while they finish does not. */
static bool needed(const struct supervisor *s, const struct worker *w)
{
	return !s->draining || (!s->ending && w->role->order < s->order);
}

static void child_ended(struct supervisor *s, pid_t pid, int status)
{
	for (int i = 0; i < s->n; i++) {
		struct worker *w = &s->workers[i];

		if (w->pid != pid)
			continue;
		if (!s->ever_ready && !s->draining && !w->role->aside && final(status)) {
			w->state = WORKER_DRAINING; /* its end is the daemon's, not to be undone */
			start_draining(s, WEXITSTATUS(status));
		}
		if (!needed(s, w))
			w->state = WORKER_DRAINING;
		worker_ended(w, status, now_ms());
	}
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(s, pid, status);
}

static void tell_reload(struct supervisor *s)
{
	for (int i = 0; i < s->n; i++)
		if (s->workers[i].role == &roles[ROLE_ID_ENGINE])
			worker_tell(&s->workers[i], MESSAGE_RELOAD);
}

/* Processes that are not there get them when they start. */
static void reload_certificates(struct supervisor *s)
{
	certificates_reload(&s->certificates);
	for (int i = 0; i < s->n; i++) {
		int fd =
		    s->workers[i].control < 0 ? -1 : certificates_for(&s->certificates, s->workers[i].role);

		if (fd < 0)
			continue;
		worker_hand(&s->workers[i], MESSAGE_CERTIFICATES, fd);
		close(fd);
	}
}

static void reload(struct supervisor *s)
{
	char state[96];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
	notify(state);
	log_info("reload asked for", "by=SIGHUP");
	s->reloading = true;
	reload_certificates(s);
	tell_reload(s);
}

static void on_signal(struct supervisor *s, int signal)
{
	if (signal == SIGCHLD)
		reap(s);
	else if (signal == SIGHUP)
		reload(s);
	else if (s->draining)
		end_now(s);
	else
		start_draining(s, 0);
}

static void read_signals(struct supervisor *s)
{
	struct signalfd_siginfo si;

	while (read(s->signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
		on_signal(s, (int)si.ssi_signo);
}

/* -- the children's words -------------------------------------------------------------------- */

/* An engine that is ready for the second time has reloaded; one that has only started was not there
 * when it was asked, or died of it. */
static void engine_ready(struct supervisor *s, bool again)
{
	if (!s->reloading)
		return;
	if (!again) {
		tell_reload(s);
		return;
	}
	s->reloading = false;
	if (s->ever_ready)
		notify("READY=1");
}

static void engine_starts(struct supervisor *s, enum message step)
{
	char state[160];

	s->step = step;
	snprintf(state, sizeof(state), "STATUS=starting: %s", starting_status(step));
	if (!s->ever_ready)
		notify(state);
}

static void on_word(struct supervisor *s, struct worker *w, unsigned char what)
{
	bool again = w->state == WORKER_READY;

	if (what == MESSAGE_ALIVE || what == MESSAGE_BEAT)
		w->alive_at = now_ms();
	if (what == MESSAGE_BEAT)
		w->beat_at = w->alive_at;
	if (what == MESSAGE_CERTIFICATES_WANTED && w->role == &roles[ROLE_ID_ENGINE])
		reload_certificates(s);
	if (what == MESSAGE_SAVING && w->role == &roles[ROLE_ID_ENGINE])
		worker_event(w, WORKER_SAID_SAVING, now_ms());
	if (starting_is(what) && w->role == &roles[ROLE_ID_ENGINE])
		engine_starts(s, what);
	if (what != MESSAGE_READY)
		return;
	worker_event(w, WORKER_SAID_READY, now_ms());
	if (w->role == &roles[ROLE_ID_ENGINE])
		engine_ready(s, again);
}

static void listen_to(struct supervisor *s, struct worker *w)
{
	unsigned char what;
	ssize_t n;

	while ((n = recv(w->control, &what, 1, MSG_DONTWAIT)) == 1)
		on_word(s, w, what);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close(w->control); /* its end comes with SIGCHLD */
	w->control = -1;
}

/* -- time ----------------------------------------------------------------------------------- */

static const struct worker *engine_of(const struct supervisor *s)
{
	for (int i = 0; i < s->n; i++)
		if (s->workers[i].role == &roles[ROLE_ID_ENGINE])
			return &s->workers[i];
	return NULL;
}

/* A front end whose loop turns may have lost its way to the engine all the same: while the engine's
 * heartbeats are fresh, they must come round through it. */
static bool cut_off(const struct supervisor *s, const struct worker *w, int64_t now)
{
	const struct worker *engine = engine_of(s);
	int64_t most = 2 * s->options->hang_ms;

	return w->state == WORKER_READY && w != engine && !w->role->most_ms &&
	    engine->state == WORKER_READY && now - engine->ready_at > most &&
	    now - engine->beat_at < BEAT_FRESH_MS && now - w->beat_at > most;
}

/* One on demand has no loop that could show life: it has its time. */
static int64_t patience(const struct supervisor *s, const struct worker *w)
{
	return w->role->most_ms ? w->role->most_ms(s->options) : s->options->hang_ms;
}

/* A child that hangs is replaced. Where we were away ourselves (all of us were stopped, and the children have
 * not come to say so yet), everybody's time begins anew. */
static void look_for_hung(struct supervisor *s, int64_t now)
{
	bool away = now - s->looked_at > AWAY_MS;

	s->looked_at = now;
	for (int i = 0; i < s->n; i++) {
		struct worker *w = &s->workers[i];

		worker_look(w, now);
		if (away)
			w->alive_at = w->beat_at = now;
		else if (worker_hangs(w, patience(s, w), now) || cut_off(s, w, now))
			worker_event(w, WORKER_HUNG, now);
	}
}

/* Does none hang that serving takes? What is not there is started again by us, and while the engine is not (a
 * salvage may take minutes) no heartbeat can come round to anybody. */
static bool all_alive(const struct supervisor *s, int64_t now)
{
	const struct worker *engine = engine_of(s);

	if (!engine || engine->state != WORKER_READY || now - engine->ready_at <= BEAT_FRESH_MS)
		return true;
	for (int i = 0; i < s->n; i++)
		if (s->workers[i].state == WORKER_READY && !s->workers[i].role->most_ms &&
		    !s->workers[i].role->aside && now - s->workers[i].beat_at > BEAT_FRESH_MS)
			return false;
	return true;
}

static void feed_watchdog(struct supervisor *s, int64_t now)
{
	if (s->watchdog_at == 0 || now < s->watchdog_at)
		return;
	s->watchdog_at = now + notify_watchdog_ms();
	if (all_alive(s, now)) {
		notify("WATCHDOG=1");
		s->starved = false;
		return;
	}
	if (!s->starved)
		log_alarm("watchdog not fed", "reason=a-process-is-not-alive");
	s->starved = true;
	if (notify_watchdog_ms() > STARVED_MS) /* it may come to itself in time */
		s->watchdog_at = now + STARVED_MS;
}

/* Who serves at a socket that was bound again goes on at the new one. One on demand is given it at its next start. */
static void hand_listener(struct supervisor *s, const struct listener *l)
{
	for (int i = 0; i < s->n; i++)
		for (int k = 0; k < CHILD_LISTENERS_MAX && s->workers[i].role->listeners[k]; k++)
			if (text_eq(s->workers[i].role->listeners[k], l->name))
				worker_hand(&s->workers[i], MESSAGE_LISTENER, l->fd);
}

static void look_for_sockets(struct supervisor *s)
{
	for (int i = 0; i < LISTENERS && !s->draining; i++)
		if (listener_look(&s->listeners, (enum listener_id)i, &s->identities[ROLE_ID_ENGINE]))
			hand_listener(s, &s->listeners.v[i]);
}

static void run_timers(struct supervisor *s)
{
	int64_t now = now_ms();

	for (int i = 0; i < s->n; i++)
		if (s->workers[i].due_at != 0 && s->workers[i].due_at <= now)
			worker_event(&s->workers[i], WORKER_TIMER, now);
	if (now - s->sockets_at >= LOOK_MS) {
		s->sockets_at = now;
		look_for_sockets(s);
	}
	look_for_hung(s, now);
	feed_watchdog(s, now);
}

static void sooner(int64_t *next, int64_t at)
{
	if (at != 0 && (*next == 0 || at < *next))
		*next = at;
}

static struct timespec *until_next(const struct supervisor *s, struct timespec *out)
{
	int64_t next = s->watchdog_at, wait;

	for (int i = 0; i < s->n; i++) {
		sooner(&next, s->workers[i].due_at);
		if (s->workers[i].pid > 0)
			sooner(&next, s->looked_at + LOOK_MS);
	}
	if (next == 0)
		return NULL;
	wait = next - now_ms();
	wait = wait < 0 ? 0 : wait;
	*out = (struct timespec){.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
	return out;
}

/* -- on demand ------------------------------------------------------------------------------- */

/* One that could be started for what waits at its listener. While another of its kind is on its way, what
 * waits may be that one's; none is started in a drain. */
static struct worker *spare_worker(struct supervisor *s)
{
	struct worker *spare = NULL;

	for (int i = 0; i < s->n && s->ever_ready && !s->draining; i++) {
		struct worker *w = &s->workers[i];

		if (!w->role->most_ms)
			continue;
		if (w->state == WORKER_STARTING || w->state == WORKER_BACKING_OFF)
			return NULL;
		if (w->state == WORKER_DOWN)
			spare = w;
	}
	return spare;
}

/* -- the loop ------------------------------------------------------------------------------- */

/* The control socket, while the engine starts for the first time and no process serves there; else -1. */
static int unserved_control(const struct supervisor *s)
{
	return s->order > 0 || s->ever_ready || s->draining ? -1 : s->listeners.v[LISTENER_CONTROL].fd;
}

static void wait_and_serve(struct supervisor *s)
{
	struct pollfd fds[WORKERS_MOST + 3] = {{.fd = s->signals, .events = POLLIN}};
	struct worker *spare = spare_worker(s);
	struct timespec wait;

	for (int i = 0; i < s->n; i++)
		fds[i + 1] = (struct pollfd){.fd = s->workers[i].control, .events = POLLIN};
	fds[s->n + 1] =
	    (struct pollfd){.fd = spare ? listeners_find(&s->listeners, spare->role->listeners[0])->fd : -1,
		.events = POLLIN};
	fds[s->n + 2] = (struct pollfd){.fd = unserved_control(s), .events = POLLIN};
	if (ppoll(fds, (nfds_t)s->n + 3, until_next(s, &wait), NULL) < 0 && errno != EINTR)
		fatal("ppoll: errno=%d", errno);
	for (int i = 0; i < s->n; i++)
		if (fds[i + 1].revents && s->workers[i].control == fds[i + 1].fd)
			listen_to(s, &s->workers[i]);
	if (fds[s->n + 1].revents)
		worker_event(spare, WORKER_START, now_ms());
	if (fds[s->n + 2].revents & POLLIN)
		starting_answer(fds[s->n + 2].fd, s->step, text_eq(s->options->language, "en"));
	if (fds[0].revents)
		read_signals(s);
	run_timers(s);
}

static void block_signals(struct supervisor *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails, and is said */
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		fatal("sigprocmask: errno=%d", errno);
	s->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->signals < 0)
		fatal("signalfd: errno=%d", errno);
}

static void prepare(struct supervisor *s, const struct options *o, int config, const char *clock)
{
	*s = (struct supervisor){.options = o, .step = MESSAGE_OPENING};
	s->launch = (struct launch){.options = o,
	    .clock = clock,
	    .config = config,
	    .listeners = &s->listeners,
	    .identities = s->identities,
	    .certificates = &s->certificates,
	    .process = launch_process};
	s->launch.self = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	if (s->launch.self < 0)
		fatal("/proc/self/exe cannot be opened: errno=%d", errno);
	umask(077);
	notify_open();
	block_signals(s);
}

/* What is opened as who started us, and then nothing more than ending and starting children takes. */
static int open_all(struct supervisor *s, struct buf *why)
{
	const struct options *o = s->options;
	int code = rlimits_raise(o, why);

	if (code == 0)
		code = privilege_find(o, s->identities, why);
	if (code == 0)
		privilege_make_folders(o, s->identities);
	if (code == 0)
		code = certificates_read(&s->certificates, o, why);
	if (code == 0)
		code = listeners_open(o, &s->listeners, why);
	if (code != 0)
		return code;
	listeners_give(&s->listeners, &s->identities[ROLE_ID_ENGINE]);
	privilege_keep(o, s->identities[ROLE_ID_ENGINE].given);
	return 0;
}

int supervisor_run(const struct options *o, int config, const char *clock)
{
	struct supervisor s;
	struct buf why = {0};
	int code;

	prepare(&s, o, config, clock);
	code = open_all(&s, &why);
	if (code != 0) {
		buf_char(&why, '\0');
		supervisor_say(why.p);
		listeners_close(&s.listeners);
		buf_free(&why);
		return code;
	}
	add_workers(&s);
	s.looked_at = now_ms();
	send_event(&s, 0, WORKER_START);
	while (!go_on_draining(&s)) {
		wait_and_serve(&s);
		go_on_starting(&s);
	}
	listeners_close(&s.listeners);
	certificates_free(&s.certificates);
	log_info("ended", "exit=%d", s.code);
	return s.code;
}
