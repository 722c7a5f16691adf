/*
 * engine_fixture.h - an engine in a folder of its own, under a manual clock and the shipped
 * mechanism, with one front end whose other end is the test: commands in, replies out. Turns run
 * when the test says so.
 */
#ifndef ENGINE_FIXTURE_H
#define ENGINE_FIXTURE_H
#include "unit.h"
#include "base/clock.h"
#include "engine/adopt.h"
#include "engine/engine.h"
#include "engine/kinds.h"
#include "engine/mechanism.h"
#include "engine/similar.h"
#include "engine/start.h"
#include "front/reporting.h"
#include "mechanism/load.h"
#include "report/rules.h"
#include "wire/peer.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define T0 INT64_C(1772409600000) /* 2026-03-02T08:00:00+08:00, a Monday */
#define MOST_REPLIES 64

struct world {
	struct engine e;
	struct child child;
	struct options no_options; /* all zero */
	char folder[64], path[80], options[96];
	int far; /* the front end's side */
	struct arena *a;
	uint64_t id; /* of the last command */
	struct reply replies[MOST_REPLIES];
	int n_replies;
	struct seen_event events[256]; /* that were published */
	int n_events;
};

static inline void world_ignore(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static inline void world_open_store(struct world *w, bool salvage)
{
	struct store_options o = {.path = w->path, .manual = true, .manual_at = T0, .salvage = salvage};
	enum store_refusal refusal;
	char why[512];

	w->e.store = store_open(&o, true, &refusal, why, sizeof why);
	if (!w->e.store)
		fail_msg("%s", why);
}

static inline struct mechanism *world_mechanism(const char *folder)
{
	struct problems p;
	struct mechanism *m;

	problems_init(&p, true);
	m = mechanism_load(folder, &p);
	problems_free(&p);
	assert_non_null(m);
	return m;
}

static inline int world_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	int pair[2];

	snprintf(w->folder, sizeof w->folder, "/tmp/liandong-engine-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->path, sizeof w->path, "%s/liandong.db", w->folder);
	clock_set_manual((struct wall_ms){T0});
	w->a = arena_new();
	w->child.options = &w->no_options;
	w->child.report_path = "/nonexistent/report.sock"; /* world_adopt stands for the process */
	w->e = (struct engine){.child = &w->child, .wakes_most = WAKES_FIRST};
	w->e.base = event_base_new();
	event_base_priority_init(w->e.base, 3);
	w->e.turn_event = event_new(w->e.base, -1, 0, world_ignore, w);
	w->e.wake_timer = event_new(w->e.base, -1, 0, world_ignore, w);
	w->e.again_timer = event_new(w->e.base, -1, 0, engine_again, &w->e);
	w->e.links = (struct links){.base = w->e.base, .h = &engine_links, .arg = &w->e};
	world_open_store(w, false);
	w->e.m = world_mechanism("config/zhangping");
	/* no wake at each midnight, at which measures are proposed */
	memset(w->e.m->policy.measures, 0, sizeof w->e.m->policy.measures);
	w->e.recent = recent_new();
	start_downtimes(&w->e);
	engine_run(&w->e, &turn_of_start);
	w->e.guard.rearming = false; /* there is nothing yet */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	w->far = pair[1];
	links_take(&w->e.links, pair[0])->greeted = true;
	w->e.beat_wanted = true;
	w->id = 1000;
	*state = w;
	return 0;
}

static inline int world_down(void **state)
{
	struct world *w = *state;
	char command[128];

	if (w->e.links.first)
		peer_close(w->e.links.first->peer);
	free(w->e.links.first);
	close(w->far);
	assert_int_equal(w->e.m->holders, 1); /* a turn that has ended holds none */
	event_free(w->e.turn_event);
	event_free(w->e.wake_timer);
	event_free(w->e.again_timer);
	event_base_free(w->e.base);
	queue_free(&w->e.queue);
	store_close(w->e.store);
	mechanism_release(w->e.m);
	recent_free(w->e.recent);
	free(w->e.downtimes);
	free(w->e.adopting.folder);
	if (w->e.office.arena)
		arena_free(w->e.office.arena);
	if (w->e.duty.arena)
		arena_free(w->e.duty.arena);
	arena_free(w->a);
	snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
	assert_int_equal(system(command), 0);
	free(w);
	return 0;
}

/* -- commands ------------------------------------------------------------------------------- */

static inline struct command world_command(enum command_kind_id kind)
{
	return (struct command){.kind = kind, .who = {.account = "desk1", .role = ROLE_DESK}};
}

static inline uint64_t world_give(struct world *w, struct command *c)
{
	struct buf b = {0};

	if (!c->id)
		c->id = ++w->id;
	command_pack(&b, c);
	assert_true(engine_links.command(&w->e, w->e.links.first, buf_view(&b)));
	buf_free(&b);
	return c->id;
}

/* Once more, as after the loss of the engine. */
static inline void world_give_again(struct world *w, struct command *c)
{
	c->resent = true;
	world_give(w, c);
}

static inline void world_hear(struct world *w, enum message what, struct str body)
{
	struct seen_event *v;
	size_t n;

	if (what == MESSAGE_REPLY) {
		assert_true(w->n_replies < MOST_REPLIES);
		assert_true(reply_unpack(body, w->a, &w->replies[w->n_replies++]));
	}
	if (what != MESSAGE_EVENTS)
		return;
	assert_true(published_unpack(body, w->a, &v, &n));
	for (size_t i = 0; i < n && w->n_events < (int)COUNT(w->events); i++)
		w->events[w->n_events++] = v[i];
}

/* What the engine sent, in order. */
static inline void world_listen(struct world *w)
{
	static char bytes[1 << 20];
	ssize_t n = read(w->far, bytes, sizeof bytes);
	struct reader r = reader_of((struct str){bytes, n > 0 ? (size_t)n : 0});

	while (r.p < r.end) {
		uint32_t len = read_u32(&r);
		enum message what = (enum message)read_u16(&r);

		read_u16(&r);
		world_hear(w, what, (struct str){(const char *)r.p, len});
		r.p += len;
	}
}

/* Another mechanism that a command asked for is judged here, as the report process would, and comes into force. */
static inline void world_adopt(struct world *w)
{
	struct adopting *a = &w->e.adopting;
	struct report_ask ask = {.kind = RULES_KIND, .period = "-", .format = "adopt", .folder = a->folder};
	struct arena *arena = arena_new();
	struct report_made made;
	struct buf out = {0};

	reporting_forget(a->asked);
	a->asked = NULL;
	rules_make(w->path, &ask, arena, &out, &made, NULL, NULL);
	adopt_judged(&w->e, &made, buf_view(&out));
	while (a->work.on && !a->ready)
		event_base_loop(w->e.base, EVLOOP_ONCE);
	if (a->ready)
		engine_turn(&w->e);
	buf_free(&out);
	arena_free(arena);
}

/* One turn; what was heard before is forgotten. */
static inline void world_turn(struct world *w)
{
	w->n_replies = w->n_events = 0;
	w->e.turn_due = true;
	engine_turn(&w->e);
	if (w->e.adopting.asked)
		world_adopt(w);
	world_listen(w);
}

static inline const struct reply *world_reply(const struct world *w, uint64_t id)
{
	for (int i = 0; i < w->n_replies; i++)
		if (w->replies[i].id == id)
			return &w->replies[i];
	fail_msg("no reply to %llu", (unsigned long long)id);
	return NULL;
}

/* The first event of that type that was published. */
static inline const struct seen_event *world_event(const struct world *w, enum event_type type)
{
	for (int i = 0; i < w->n_events; i++)
		if (w->events[i].e.type == type)
			return &w->events[i];
	fail_msg("no event %s", event_names[type]);
	return NULL;
}

/* A command in a turn of its own; its answer. */
static inline const struct reply *world_do(struct world *w, struct command *c)
{
	uint64_t id = world_give(w, c);

	world_turn(w);
	return world_reply(w, id);
}

/* A burst pipe in the city, P2: the water company leads. */
static inline struct command world_report(const char *number)
{
	struct command c = world_command(COMMAND_INCIDENT_REPORT);

	command_set_text(&c, FIELD_NUMBER, number);
	command_set_int(&c, FIELD_RECEIVED_AT, T0);
	command_set_text(&c, FIELD_CATEGORY, "601301");
	command_set_text(&c, FIELD_AREA, "350881001");
	command_set_text(&c, FIELD_DESCRIPTION, "水管爆裂");
	return c;
}

static inline struct command world_act(enum command_kind_id kind, const char *dispatch)
{
	struct command c = world_command(kind);

	command_set_text(&c, FIELD_DISPATCH, dispatch);
	command_set_text(&c, FIELD_PERSON, "李四");
	return c;
}

static inline struct incident *world_incident(struct world *w, const char *number)
{
	struct store_want want = {.number = number};
	struct store_wants all = {.incidents = &want, .n_incidents = 1};

	assert_int_equal(store_load(w->e.store, w->a, &all, NULL, NULL), STORE_NOW);
	assert_int_equal(all.status, STORE_OK);
	assert_non_null(want.found);
	return want.found;
}

/* Where the clock stands; only a commit moves the stored one. */
static inline void world_clock(struct world *w, int64_t at)
{
	clock_set_manual((struct wall_ms){at});
	w->e.next_wake_known = false;
}

/* The system was away in between, and is back. */
static inline void world_was_away(struct world *w, int64_t from, int64_t to)
{
	world_clock(w, to);
	w->e.downtimes = realloc(w->e.downtimes, (w->e.n_downtimes + 2) * sizeof(struct downtime));
	w->e.n_downtimes = downtimes_add(w->e.downtimes, w->e.n_downtimes, (struct downtime){from, to});
	w->e.catching_up = true;
}

#endif
