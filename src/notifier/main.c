/*
 * main.c - the process that tells people outside.
 *
 * Place: a process of its own; only the supervisor starts it. It follows the committed events as a front end does, from
 * the one that it was done with, and so the journal is its queue: who reports or acts waits for nothing of it, and one
 * that was away for a day tells what still matters. It is the only process that connects to what is outside.
 *
 * Where its own file cannot be used it ends, and is started again a moment later; the daemon serves without it.
 */
#include "notifier/notifier.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "notifier/channels.h"
#include "notifier/commands.h"
#include "notifier/compare.h"
#include "notifier/gauges.h"
#include "notifier/handover.h"
#include "notifier/health.h"
#include "notifier/inward.h"
#include "notifier/live.h"
#include "notifier/reply.h"
#include "notifier/socket.h"
#include "store/handed.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICE 5 /* where processors are scarce, reports go first */

static void on_event(void *arg, const struct seen_event *e)
{
	struct notifier *n = arg;

	pump_rules(n->pump);
	if (!handover_event(n->handover, e))
		exit(EXIT_OUTBOX);
	pump_event(n->pump, e);
}

static void on_ready(void *arg)
{
	struct notifier *n = arg;

	child_ready(n->control);
	pump_rules(n->pump);
	pump_followed(n->pump, front_seq(n->front));
	replies_turn(n);
	log_info("follows", "seq=%lld", (long long)front_seq(n->front));
}

static int64_t whence(void *arg, const struct welcome *w, int64_t had)
{
	struct notifier *n = arg;

	return pump_whence(n->pump, w, had);
}

/* A restored store, or another one: what it will say has not been told yet, and what was told of what it no longer has is
 * looked up in it before anything more is sent. */
static void on_reset(void *arg)
{
	struct notifier *n = arg;

	pump_went_back(n->pump, front_seq(n->front));
}

static void on_pulse(void *arg)
{
	struct notifier *n = arg;

	child_beat(n->control);
	handover_turn(n->handover);
	pump_rules(n->pump);
	pump_secrets(n->pump);
	pump_followed(n->pump, front_seq(n->front));
	replies_turn(n);
}

/* Once a second: somebody may have deleted or replaced our files. A file of messages to partners that cannot be saved is begun anew by
 * the next process. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct notifier *n = arg;

	(void)fd;
	(void)what;
	if (!handed_look(handover_file(n->handover), n->english))
		exit(EXIT_HANDED);
	if (pump_look(n->pump))
		replies_write(n);
}

static void on_channel_good(void *arg, const struct notice_channel *c)
{
	struct notifier *n = arg;

	pump_channel_good(n->pump, c);
}

static struct held channel_held(void *arg, const struct notice_channel *c)
{
	struct notifier *n = arg;

	return pump_channel_held(n->pump, c);
}

static void on_drain(void *arg)
{
	struct notifier *n = arg;

	event_base_loopbreak(n->base); /* what else has come is not begun */
}

static void on_listener(void *arg, int fd)
{
	struct notifier *n = arg;

	if (n->socket)
		socket_listen_on(n->socket, fd);
	else
		close(fd);
}

static const struct child_handlers child_events = {.drain = on_drain, .listener = on_listener};
static const struct front_handlers followed = {
    .event = on_event, .ready = on_ready, .reset = on_reset, .pulse = on_pulse, .whence = whence};

static const struct asked_handlers asked = {.by_way = {[NOTICE_COMMAND] = notifier_command,
						[NOTICE_RECEIPT] = receipt_asked,
						[NOTICE_EXCHANGE] = exchange_asked,
						[NOTICE_COUNTS] = counts_asked,
						[NOTICE_HEALTH] = health_asked}};

static bool open_outbox(struct notifier *n)
{
	char why[512];

	n->outbox = outbox_open(n->child->options->store, n->english, why, sizeof why);
	if (!n->outbox)
		log_alarm("notices not opened", "why=%s", why);
	return n->outbox != NULL;
}

/* If the file is new or was damaged, it is not known what was sent: the events of the last half hour are followed again. A notice
 * that was sent goes again under its own id, but not one whose dispatch was acknowledged. */
static int64_t begins_after(const struct notifier *n)
{
	return outbox_cursor(n->outbox) < 0 || handover_anew(n->handover) ? FEED_RECENT
									  : outbox_cursor(n->outbox);
}

int notifier_main(const struct child *c)
{
	static const struct timeval each_second = {.tv_sec = 1};
	struct event *looks;
	struct notifier n = {.child = c, .english = strcmp(c->options->language, "en") == 0};

	if (setpriority(PRIO_PROCESS, 0, NICE) != 0)
		log_warn("priority not lowered", "errno=%d", errno);
	if (!open_outbox(&n))
		return EXIT_OUTBOX;
	n.base = loop_new();
	n.control = child_start(c, n.base, &child_events, &n);
	n.sender = sender_new(n.base, c->options);
	n.trials = trials_new(n.base, n.sender, c->options->notices_timeout_ms);
	n.handover = handover_new(&n);
	if (!n.handover)
		return EXIT_OUTBOX;
	n.handed = handover_file(n.handover);
	n.front = front_new_after(c, n.base, begins_after(&n), &followed, &n);
	n.nonces = nonces_new();
	n.pump = pump_new(n.base, n.front, n.outbox, n.sender, c->options);
	trials_listen(n.trials, on_channel_good, channel_held, &n);
	if (!n.pump)
		return EXIT_OUTBOX;
	n.comparing = comparing_new(&n, handover_file(n.handover));
	n.socket = socket_open(n.base, child_listener(c, "notifier"), &asked, &n);
	looks = loop_event(n.base, -1, EV_PERSIST, on_look, &n);
	event_add(looks, &each_second);
	event_base_dispatch(n.base);
	event_free(looks);
	socket_close(n.socket);
	comparing_free(n.comparing);
	replies_end(&n);
	handover_free(n.handover);
	pump_free(n.pump);
	trials_free(n.trials);
	sender_free(n.sender);
	nonces_free(n.nonces);
	front_free(n.front);
	outbox_close(n.outbox);
	event_base_free(n.base);
	return 0;
}
