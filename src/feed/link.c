/*
 * link.c - the link of a front end to the engine.
 *
 * Place: feed; above the peer protocol, below everything that gives commands.
 *
 * Ids are a random start and then count up, so the unanswered commands stand in a window of ids:
 * a reply is found by subtraction and the order of the window is the order of resending.
 *
 * Invariants
 * - window[id & mask] is the command of that id, for first <= id < next; NULL: answered.
 * - Nothing but HELLO is sent before a WELCOME was accepted.
 * - What the engine does not read stays here: above UNREAD_MOST nothing more is written for it, and
 *   a command that was given up before it was written never happens.
 */
#include "feed/link.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/reason.h"
#include "wire/peer.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#define RETRY_FIRST_MS 50
#define AWAY_MS 5000 /* without the engine, and it is said */
#define RETRY_MOST_MS 1000
#define SWEEP_MS 100
#define ENDING_MS                                                                                            \
	1000 /* in which the engine, told as well that all end, gives up what it works on and says so */
#define UNREAD_MOST ((size_t)4 * 1024 * 1024) /* bytes that wait for an engine that does not read */
#define WINDOW_MIN 256u

struct engine_ticket {
	uint64_t id;
	enum command_kind_id kind;
	link_reply_cb *cb; /* NULL: no caller waits */
	void *arg;
	int64_t since_ms; /* monotonic */
	bool sent, again; /* again: counted in link.unsettled */
	size_t n;
	char body[]; /* packed */
};

struct engine_link {
	struct event_base *base;
	struct link_options o;
	const struct link_handlers *h;
	void *arg;
	struct peer *peer; /* NULL: not connected */
	bool up, ending;
	int64_t ending_ms; /* since when */
	struct event *retry, *sweep;
	int64_t retry_ms, lost_ms;
	bool said_away;      /* since it was lost */
	struct arena *arena; /* of the message in hand */
	struct buf out;
	struct engine_ticket **window;
	size_t n_window, pending; /* n_window is a power of two */
	size_t bytes;             /* of the unanswered ones */
	size_t unsettled;         /* those that had been sent when the engine was lost */
	uint64_t first, next;
	uint64_t given; /* those before it were written to this engine */
	struct link_metrics metrics;
};

static int64_t mono(void)
{
	return clock_mono().ms;
}

/* -- the window of unanswered commands ------------------------------------------------------- */

static struct engine_ticket **window_at(const struct engine_link *l, uint64_t id)
{
	return &l->window[id & (l->n_window - 1)];
}

static void window_grow(struct engine_link *l)
{
	struct engine_ticket **old = l->window;
	size_t n = l->n_window;

	l->n_window = n ? 2 * n : WINDOW_MIN;
	l->window = calloc(l->n_window, sizeof(*l->window));
	if (!l->window)
		fatal("link: no memory");
	for (uint64_t id = l->first; id != l->next; id++)
		*window_at(l, id) = old[id & (n - 1)];
	free(old);
}

static void window_put(struct engine_link *l, struct engine_ticket *t)
{
	if (l->next - l->first == l->n_window)
		window_grow(l);
	*window_at(l, t->id) = t;
	l->next++;
	l->pending++;
	l->bytes += t->n;
}

/* Takes the command of that id out; NULL if it is none of ours, or answered. */
static struct engine_ticket *window_take(struct engine_link *l, uint64_t id)
{
	struct engine_ticket *t = NULL;

	if (id - l->first < l->next - l->first) {
		t = *window_at(l, id);
		*window_at(l, id) = NULL;
	}
	if (t) {
		l->pending--;
		l->bytes -= t->n;
		l->unsettled -= t->again;
	}
	while (l->first != l->next && !*window_at(l, l->first))
		l->first++;
	return t;
}

static void answer(struct engine_ticket *t, const struct reply *r)
{
	if (t->cb)
		t->cb(t->arg, r);
	free(t);
}

/* -- sending -------------------------------------------------------------------------------- */

static void give(struct engine_link *l, struct engine_ticket *t)
{
	peer_send(l->peer, MESSAGE_COMMAND, (struct str){t->body, t->n});
	t->sent = true;
}

/* The packed body once more, marked; a copy, since the mark may change its length. */
static void give_again(struct engine_link *l, struct engine_ticket *t)
{
	struct command c;
	bool whole = command_unpack((struct str){t->body, t->n}, l->arena, &c);

	assert(whole && "what we packed can be unpacked");
	(void)whole;
	c.resent = true;
	buf_reset(&l->out);
	command_pack(&l->out, &c);
	peer_send(l->peer, MESSAGE_COMMAND, buf_view(&l->out));
	l->metrics.resent++;
}

/* Writes what this engine was not given yet, as far as it reads. */
static void give_more(struct engine_link *l)
{
	if ((int64_t)(l->first - l->given) > 0)
		l->given = l->first;
	for (; l->given != l->next && peer_pending(l->peer) < UNREAD_MOST; l->given++) {
		struct engine_ticket *t = *window_at(l, l->given);

		if (t && t->sent)
			give_again(l, t);
		else if (t)
			give(l, t);
	}
}

/* A new engine, to which everything goes again; the old one may have done it already. */
static void give_all(struct engine_link *l)
{
	for (uint64_t id = l->first; id != l->next; id++) {
		struct engine_ticket *t = *window_at(l, id);

		if (!t || !t->sent || t->again || command_kinds[t->kind].patient)
			continue;
		t->again = true;
		l->unsettled++;
	}
	l->given = l->first;
	give_more(l);
}

struct engine_ticket *link_send(struct engine_link *l, const struct command *c, link_reply_cb *cb, void *arg)
{
	struct command mine = *c;
	struct engine_ticket *t;

	mine.id = l->next;
	mine.resent = false;
	buf_reset(&l->out);
	command_pack(&l->out, &mine);
	t = xalloc(sizeof(*t) + l->out.n);
	*t = (struct engine_ticket){
	    .id = mine.id, .kind = c->kind, .cb = cb, .arg = arg, .since_ms = mono(), .n = l->out.n};
	memcpy(t->body, l->out.p, l->out.n);
	if (!l->pending)
		loop_after(l->sweep, SWEEP_MS);
	window_put(l, t);
	l->metrics.commands++;
	if (l->up)
		give_more(l);
	return t;
}

void link_forget(struct engine_ticket *t)
{
	t->cb = NULL;
}

/* -- giving up ------------------------------------------------------------------------------ */

static bool held_too_long(const struct engine_link *l, const struct engine_ticket *t, int64_t now)
{
	int64_t since = t->since_ms;

	if (command_kinds[t->kind].patient) {
		if (l->ending)
			return now - l->ending_ms >= ENDING_MS;
		if (l->up)
			return false;
		since = since > l->lost_ms ? since : l->lost_ms;
	}
	return now - since >= l->o.hold_ms;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct engine_link *l = arg;
	int64_t now = mono();
	uint64_t end = l->next; /* callbacks may add; those are young */
	int64_t n = l->metrics.unavailable;

	(void)fd;
	(void)what;
	for (uint64_t id = l->first; id != end; id++) {
		struct engine_ticket *t = *window_at(l, id);

		if (!t || t->id != id || !held_too_long(l, t, now))
			continue;
		l->metrics.unavailable++;
		answer(window_take(l, id), &(struct reply){.id = id, .code = ERROR_UNAVAILABLE});
	}
	if (l->metrics.unavailable > n)
		log_warn("commands given up", "n=%lld engine=%s", (long long)(l->metrics.unavailable - n),
		    l->up ? "silent" : "away");
	if (l->up)
		give_more(l);
	if (l->pending)
		loop_after(l->sweep, SWEEP_MS);
}

/* -- the connection ------------------------------------------------------------------------- */

static void lost(struct engine_link *l, const char *why)
{
	if (l->up)
		log_warn("engine lost", "why=%s pending=%zu", why, l->pending);
	l->peer = NULL;
	if (l->up)
		l->lost_ms = mono();
	l->up = false;
	loop_after(l->retry, l->retry_ms);
	l->retry_ms = l->retry_ms ? 2 * l->retry_ms : RETRY_FIRST_MS;
	if (l->retry_ms > RETRY_MOST_MS)
		l->retry_ms = RETRY_MOST_MS;
}

static void cut(struct engine_link *l, const char *why)
{
	peer_close(l->peer);
	if (!l->retry_ms)
		l->retry_ms = RETRY_FIRST_MS; /* it may do the same again */
	lost(l, why);
}

typedef bool receive(struct engine_link *l, struct str body);

static bool receive_welcome(struct engine_link *l, struct str body)
{
	struct welcome w;

	if (l->up || !welcome_unpack(body, l->arena, &w) || !l->h->welcome(l->arg, &w))
		return false;
	log_info("engine found", "epoch=%llu seq=%lld pending=%zu", (unsigned long long)w.epoch,
	    (long long)w.seq, l->pending);
	l->up = true;
	l->said_away = false;
	l->retry_ms = 0;
	l->metrics.connects++;
	give_all(l);
	return true;
}

static bool receive_reply(struct engine_link *l, struct str body)
{
	struct reply r;
	struct engine_ticket *t;

	if (!l->up || !reply_unpack(body, l->arena, &r))
		return false;
	t = window_take(l, r.id); /* NULL: given up meanwhile */
	if (t)
		answer(t, &r);
	return true;
}

static bool receive_events(struct engine_link *l, struct str body)
{
	struct seen_event *v;
	size_t n;

	return l->up && published_unpack(body, l->arena, &v, &n) && l->h->events(l->arg, v, n);
}

static bool receive_pulse(struct engine_link *l, struct str body)
{
	struct pulse p;

	if (!l->up || !pulse_unpack(body, l->arena, &p))
		return false;
	l->h->pulse(l->arg, &p);
	return true;
}

static bool receive_presence(struct engine_link *l, struct str body)
{
	struct presence p;

	if (!presence_unpack(body, l->arena, &p))
		return false;
	if (l->up)
		l->h->presence(l->arg, &p);
	return true;
}

static receive *const receivers[MESSAGES] = {
    [MESSAGE_WELCOME] = receive_welcome,
    [MESSAGE_REPLY] = receive_reply,
    [MESSAGE_EVENTS] = receive_events,
    [MESSAGE_PULSE] = receive_pulse,
    [MESSAGE_PRESENCE] = receive_presence,
};

static void on_message(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct engine_link *l = arg;

	(void)p;
	if (!body) {
		lost(l, "gone");
		return;
	}
	arena_reset(l->arena);
	if (what >= MESSAGES || !receivers[what])
		cut(l, "a message that the engine does not send");
	else if (!receivers[what](l, *body))
		cut(l, message_names[what]);
}

/* A moment without the engine is usual; more is said once, or nothing would tell why requests wait. */
static void say_away(struct engine_link *l, int error)
{
	if (l->said_away || mono() - l->lost_ms < AWAY_MS)
		return;
	l->said_away = true;
	log_warn("engine not reached", "path=%s error=%s", l->o.path, system_reason(error, true));
}

static void on_retry(evutil_socket_t unused, short what, void *arg)
{
	struct engine_link *l = arg;
	int fd = unix_connect(l->o.path);

	(void)unused;
	(void)what;
	if (fd < 0) {
		say_away(l, errno);
		lost(l, "connect");
		return;
	}
	l->peer = peer_new(l->base, fd, on_message, l);
	buf_reset(&l->out);
	hello_pack(&l->out, &(struct hello){.role = l->o.role, .pid = getpid(), .version = LIANDONG_VERSION});
	peer_send(l->peer, MESSAGE_HELLO, buf_view(&l->out));
}

struct engine_link *link_new(struct event_base *base, const struct link_options *o,
    const struct link_handlers *h, void *arg)
{
	struct engine_link *l = xalloc(sizeof(*l));

	*l = (struct engine_link){.base = base, .o = *o, .h = h, .arg = arg, .lost_ms = mono()};
	l->arena = arena_new();
	l->first = l->next = random_u64() | 1;
	window_grow(l);
	l->retry = loop_timer(base, on_retry, l);
	l->sweep = loop_timer(base, on_sweep, l);
	loop_after(l->retry, 0);
	return l;
}

void link_free(struct engine_link *l)
{
	if (!l)
		return;
	if (l->peer)
		peer_close(l->peer);
	for (uint64_t id = l->first; id != l->next; id++)
		free(*window_at(l, id));
	free(l->window);
	event_free(l->retry);
	event_free(l->sweep);
	arena_free(l->arena);
	buf_free(&l->out);
	free(l);
}

size_t link_pending(const struct engine_link *l)
{
	return l->pending;
}

size_t link_bytes(const struct engine_link *l)
{
	return l->bytes;
}

bool link_up(const struct engine_link *l)
{
	return l->up;
}

bool link_settled(const struct engine_link *l)
{
	return l->unsettled == 0;
}

void link_drain(struct engine_link *l)
{
	if (!l->ending)
		l->ending_ms = mono();
	l->ending = true;
}

void link_metrics(const struct engine_link *l, struct link_metrics *out)
{
	*out = l->metrics;
}
