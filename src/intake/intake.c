/*
 * intake.c - the process of the desks' conversations, and of liandongctl's.
 *
 * Place: a child of the supervisor. It serves two inherited listeners, console and control, once the
 * engine has said what is in force; keeps its consoles when the engine is away; and ends when
 * everything that was asked of it is answered.
 */
#include "front/child.h"
#include "base/log.h"
#include "base/loop.h"
#include "front/secure.h"
#include "intake/console.h"
#include "wire/tls.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAIN_READS_MS 500          /* a drain waits so long for what changes nothing */
#define IN_ROOM ((size_t)64 * 1024) /* of a connection, beyond the longest line */

struct process {
	struct intake in;
	const struct child *child;
	struct child_control *control;
	struct acceptor *console, *local;
	struct tls_server *tls; /* of the console; NULL: it speaks without TLS */
	struct event *no_reads; /* a drain waits for reads no longer */
	struct event *too_late; /* the end of a drain that does not end */
};

/* -- the front ------------------------------------------------------------------------------ */

static void on_event(void *arg, const struct seen_event *p)
{
	struct process *me = arg;

	(void)p;
	if (!me->in.push)
		return;
	console_act(&me->in); /* before it is pushed: it may be about a unit that is acted for from now on */
	push_wake(me->in.push);
}

static void on_account(void *arg, const char *account)
{
	struct process *me = arg;

	console_check(&me->in, account);
}

static void on_reset(void *arg)
{
	struct process *me = arg;

	console_reset(&me->in);
	console_check(&me->in, NULL);
}

static void on_pulse(void *arg)
{
	struct process *me = arg;

	child_beat(me->control);
}

/* -- listeners ------------------------------------------------------------------------------ */

static const char busy_zh[] =
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32007,\"message\":\"连接过多,请稍后再试\","
    "\"data\":{\"code\":\"too-many\",\"detail\":\"连接过多,请稍后再试\"}}}\n";
static const char busy_en[] =
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32007,\"message\":\"too many connections\","
    "\"data\":{\"code\":\"too-many\",\"detail\":\"too many connections\"}}}\n";

/* To a client that speaks without TLS where it is wanted. */
static const char no_tls_zh[] =
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"本端口须用 TLS 连接\","
    "\"data\":{\"code\":\"tls-required\",\"detail\":\"本端口须用 TLS 连接,明文的连接已断开\"}}}\n";
static const char no_tls_en[] =
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"this port speaks TLS\","
    "\"data\":{\"code\":\"tls-required\",\"detail\":\"this port speaks TLS; a connection without it is "
    "closed\"}}}\n";

static struct acceptor *listen_on(struct process *me, const char *name, struct tls_server *tls,
    acceptor_cb *cb)
{
	const struct options *o = me->in.options;
	struct acceptor_options a = {
	    .max = child_connections_most(me->child),
	    .max_per_address = (size_t)o->connections_per_address,
	    .busy = me->in.english ? busy_en : busy_zh,
	    .limits =
		{
		    .in_max = console_line_most(o, cb == console_accept_local) + IN_ROOM,
		    .out_soft = (size_t)o->output_soft,
		    .out_hard = (size_t)o->output_hard,
		    .handshake_ms = (int)o->handshake_ms,
		},
	    .tls = tls,
	    .shaking_max = (size_t)o->handshakes,
	    .shakes_per_address = o->handshakes_per_address,
	};
	int fd = child_listener(me->child, name);

	return fd < 0 ? NULL : acceptor_new(me->in.base, fd, &a, cb, &me->in);
}

static void on_ready(void *arg)
{
	struct process *me = arg;

	me->console = listen_on(me, "console", me->tls, console_accept);
	me->local = listen_on(me, "control", NULL, console_accept_local);
	child_ready(me->control);
}

/* -- the end -------------------------------------------------------------------------------- */

static void on_drained(struct intake *in)
{
	event_base_loopexit(in->base, NULL);
}

static void on_too_late(evutil_socket_t fd, short what, void *arg)
{
	struct process *me = arg;

	(void)fd;
	(void)what;
	log_warn("drain not finished", "consoles=%zu pending=%zu", me->in.n_consoles,
	    front_pending(me->in.front));
	event_base_loopexit(me->in.base, NULL);
}

static void on_no_reads(evutil_socket_t fd, short what, void *arg)
{
	struct process *me = arg;

	(void)fd;
	(void)what;
	console_drop_reads(&me->in);
}

static void on_drain(void *arg)
{
	struct process *me = arg;

	if (me->in.draining)
		return;
	if (me->console)
		acceptor_stop(me->console);
	if (me->local)
		acceptor_stop(me->local);
	log_info("drain", "consoles=%zu pending=%zu", me->in.n_consoles, front_pending(me->in.front));
	loop_after(me->no_reads, DRAIN_READS_MS);
	loop_after(me->too_late, child_drain_ms(me->child));
	front_drain(me->in.front);
	console_drain(&me->in);
}

/* Connections go on as they are, but for those whose certificate would be refused now. */
static void on_certificates(void *arg, int fd)
{
	struct process *me = arg;

	if (secure_renew(me->tls, "console", fd))
		console_check_certificates(&me->in);
}

static void on_listener(void *arg, int fd)
{
	struct process *me = arg;

	if (me->local)
		acceptor_listen_on(me->local, fd);
	else
		close(fd);
}

static const struct child_handlers child_events = {
    .drain = on_drain, .certificates = on_certificates, .listener = on_listener};
static const struct front_handlers front_events_here = {
    .event = on_event,
    .ready = on_ready,
    .account_changed = on_account,
    .reset = on_reset,
    .pulse = on_pulse,
};

static uid_t owner_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_uid : 0;
}

static void start(struct process *me)
{
	struct intake *in = &me->in;

	in->base = loop_new();
	in->operator= owner_of(in->options->listen_control);
	in->english = strcmp(in->options->language, "en") == 0;
	in->drained = on_drained;
	in->arena = arena_new();
	LIST_INIT(&in->consoles);
	in->quota = quota_new(in->options);
	me->no_reads = loop_timer(in->base, on_no_reads, me);
	me->too_late = loop_timer(in->base, on_too_late, me);
	me->tls = secure_listener(me->child, "console", false, in->english ? no_tls_en : no_tls_zh);
	me->control = child_start(me->child, in->base, &child_events, me);
	in->notifier_path = me->child->notifier_path;
	in->front = front_new(me->child, in->base, &front_events_here, me);
	in->push = push_new(in->base, in->front);
}

/* Everything is let go of, so that what leaks shows; consoles that a drain cut short has left, too. */
static void end(struct process *me)
{
	struct intake *in = &me->in;

	console_close_all(in);
	if (me->console)
		acceptor_free(me->console);
	if (me->local)
		acceptor_free(me->local);
	tls_server_free(me->tls);
	push_free(in->push);
	front_free(in->front);
	quota_free(in->quota);
	buf_free(&in->body);
	arena_free(in->arena);
	event_free(me->no_reads);
	event_free(me->too_late);
	event_base_free(in->base);
}

int intake_main(const struct child *c)
{
	struct process me = {.child = c, .in = {.options = c->options}};

	log_open("intake");
	start(&me);
	event_base_dispatch(me.in.base);
	end(&me);
	return 0;
}
