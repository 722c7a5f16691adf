/*
 * feed_link.c - the link to the engine, against a stand-in that does what the test says: holding,
 * resending with the same ids in the same order, giving up, forgetting.
 */
#include "unit.h"
#include "feed/link.h"
#include "base/arena.h"
#include "base/log.h"
#include "wire/peer.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEEN_MOST 256

struct stage {
	struct event_base *base;
	char folder[64], path[80];
	int listener;
	struct event *acceptable, *alarm;
	struct arena *arena;
	/* the engine's side */
	struct peer *engine;
	int hellos;
	struct command seen[SEEN_MOST];
	int n_seen;
	/* ours */
	struct engine_link *link;
	bool refuse_welcome;
	int welcomes, events, pulses;
	struct reply replies[SEEN_MOST];
	int n_replies;
};

static void engine_heard(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct stage *s = arg;
	struct hello h;

	(void)p;
	if (!body) {
		s->engine = NULL;
	} else if (what == MESSAGE_HELLO) {
		assert_true(hello_unpack(*body, s->arena, &h));
		assert_string_equal(h.role, "intake");
		s->hellos++;
	} else {
		assert_int_equal(what, MESSAGE_COMMAND);
		assert_true(command_unpack(*body, s->arena, &s->seen[s->n_seen++]));
	}
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct stage *s = arg;
	int conn = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (conn >= 0)
		s->engine = peer_new(s->base, conn, engine_heard, s);
}

static bool on_welcome(void *arg, const struct welcome *w)
{
	struct stage *s = arg;

	assert_int_equal(w->seq, 7);
	s->welcomes++;
	return !s->refuse_welcome;
}

static bool on_events(void *arg, const struct seen_event *v, size_t n)
{
	(void)v;
	((struct stage *)arg)->events += (int)n;
	return true;
}

static void on_pulse(void *arg, const struct pulse *p)
{
	(void)p;
	((struct stage *)arg)->pulses++;
}

static const struct link_handlers handlers = {.welcome = on_welcome, .events = on_events, .pulse = on_pulse};

static void on_reply(void *arg, const struct reply *r)
{
	struct stage *s = arg;

	s->replies[s->n_replies] = *r;
	s->replies[s->n_replies++].detail = NULL;
}

static void on_alarm(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	fail_msg("nothing happened for 10 s");
}

/* Turns the loop until the condition holds. */
#define AWAIT(s, condition)                                                                                  \
	do {                                                                                                 \
		struct timeval tv = {.tv_sec = 10};                                                          \
		event_add((s)->alarm, &tv);                                                                  \
		while (!(condition))                                                                         \
			event_base_loop((s)->base, EVLOOP_ONCE);                                             \
		event_del((s)->alarm);                                                                       \
	} while (0)

static void listen_now(struct stage *s)
{
	s->listener = unix_listen(s->path, 0600, 8);
	assert_true(s->listener >= 0);
	s->acceptable = event_new(s->base, s->listener, EV_READ | EV_PERSIST, on_acceptable, s);
	event_add(s->acceptable, NULL);
}

static struct stage *stage_new(int64_t hold_ms, bool listening)
{
	struct stage *s = calloc(1, sizeof(*s));

	log_open("test");
	s->base = event_base_new();
	s->arena = arena_new();
	s->alarm = evtimer_new(s->base, on_alarm, s);
	snprintf(s->folder, sizeof s->folder, "/tmp/link.XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->path, sizeof s->path, "%s/engine.sock", s->folder);
	if (listening)
		listen_now(s);
	s->link = link_new(s->base,
	    &(struct link_options){.path = s->path, .role = "intake", .hold_ms = hold_ms}, &handlers, s);
	return s;
}

static void stage_free(struct stage *s)
{
	link_free(s->link);
	if (s->engine)
		peer_close(s->engine);
	if (s->acceptable) {
		event_free(s->acceptable);
		close(s->listener);
	}
	event_free(s->alarm);
	event_base_free(s->base);
	arena_free(s->arena);
	unlink(s->path);
	rmdir(s->folder);
	free(s);
}

static void engine_welcome(struct stage *s)
{
	struct buf b = {0};

	AWAIT(s, s->engine && s->hellos);
	s->hellos = 0;
	welcome_pack(&b,
	    &(struct welcome){.epoch = 1,
		.store = "s",
		.file = "f",
		.revision = "r",
		.version = "v",
		.language = "zh",
		.seq = 7});
	peer_send(s->engine, MESSAGE_WELCOME, buf_view(&b));
	buf_free(&b);
}

static void engine_answer(struct stage *s, uint64_t id, enum error_code code)
{
	struct buf b = {0};

	reply_pack(&b, &(struct reply){.id = id, .code = code, .result = STR("{}"), .seq = 8});
	peer_send(s->engine, MESSAGE_REPLY, buf_view(&b));
	buf_free(&b);
}

static void engine_dies(struct stage *s)
{
	peer_close(s->engine);
	s->engine = NULL;
	s->n_seen = 0;
}

static struct engine_ticket *ask(struct stage *s, const char *number)
{
	struct command c = {.kind = COMMAND_INCIDENT_URGE, .who = {.account = "desk1", .role = ROLE_DESK}};

	command_set_text(&c, FIELD_NUMBER, number);
	return link_send(s->link, &c, on_reply, s);
}

static void test_holds_until_welcome(void **state)
{
	struct stage *s = stage_new(10000, true);

	(void)state;
	ask(s, "A1");
	ask(s, "A2");
	AWAIT(s, s->hellos);
	assert_false(link_up(s->link));
	assert_int_equal(s->n_seen, 0);
	engine_welcome(s);
	AWAIT(s, s->n_seen == 2);
	assert_true(link_up(s->link));
	assert_string_equal(command_text(&s->seen[0], FIELD_NUMBER), "A1");
	assert_string_equal(command_text(&s->seen[1], FIELD_NUMBER), "A2");
	assert_false(s->seen[0].resent);
	assert_true(s->seen[0].id != s->seen[1].id);
	assert_int_equal(link_pending(s->link), 2);
	engine_answer(s, s->seen[1].id, OK); /* in any order */
	engine_answer(s, s->seen[0].id, ERROR_NOT_FOUND);
	AWAIT(s, s->n_replies == 2);
	assert_int_equal(s->replies[0].id, s->seen[1].id);
	assert_int_equal(s->replies[1].code, ERROR_NOT_FOUND);
	assert_int_equal(link_pending(s->link), 0);
	stage_free(s);
}

static void test_resends_in_order(void **state)
{
	struct stage *s = stage_new(10000, true);
	uint64_t ids[5];

	(void)state;
	engine_welcome(s);
	for (int i = 0; i < 5; i++)
		ask(s, (const char *[]){"B0", "B1", "B2", "B3", "B4"}[i]);
	AWAIT(s, s->n_seen == 5);
	for (int i = 0; i < 5; i++)
		ids[i] = s->seen[i].id;
	engine_answer(s, ids[0], OK);
	engine_answer(s, ids[3], OK);
	AWAIT(s, s->n_replies == 2);
	engine_dies(s);
	AWAIT(s, !link_up(s->link));
	ask(s, "B5"); /* while it is away */
	engine_welcome(s);
	AWAIT(s, s->n_seen == 4);
	assert_int_equal(s->seen[0].id, ids[1]);
	assert_int_equal(s->seen[1].id, ids[2]);
	assert_int_equal(s->seen[2].id, ids[4]);
	assert_true(s->seen[0].resent && s->seen[1].resent && s->seen[2].resent);
	assert_false(link_settled(s->link));
	assert_string_equal(command_text(&s->seen[2], FIELD_NUMBER), "B4");
	assert_string_equal(s->seen[2].who.account, "desk1");
	assert_false(s->seen[3].resent);
	assert_string_equal(command_text(&s->seen[3], FIELD_NUMBER), "B5");
	for (int i = 0; i < 3; i++)
		engine_answer(s, s->seen[i].id, OK);
	AWAIT(s, s->n_replies == 5);
	assert_true(link_settled(s->link)); /* the one that went once does not count */
	engine_answer(s, s->seen[3].id, OK);
	AWAIT(s, s->n_replies == 6);
	for (int i = 0; i < 6; i++)
		assert_int_equal(s->replies[i].code, OK);
	stage_free(s);
}

static void test_gives_up_after_hold(void **state)
{
	struct stage *s = stage_new(300, false);

	(void)state;
	ask(s, "C1");
	AWAIT(s, s->n_replies == 1);
	assert_int_equal(s->replies[0].code, ERROR_UNAVAILABLE);
	assert_int_equal(link_pending(s->link), 0);
	listen_now(s); /* found by itself, and what was given up is not sent */
	engine_welcome(s);
	AWAIT(s, link_up(s->link));
	ask(s, "C2");
	AWAIT(s, s->n_seen == 1);
	assert_string_equal(command_text(&s->seen[0], FIELD_NUMBER), "C2");
	stage_free(s);
}

/* A backup takes as long as it takes while the engine is there, and no longer once it is gone. */
static void test_patience(void **state)
{
	struct stage *s = stage_new(300, true);
	struct command backup = {.kind = COMMAND_STORE_BACKUP, .who = {.account = "local"}};

	(void)state;
	engine_welcome(s);
	AWAIT(s, link_up(s->link));
	command_set_text(&backup, FIELD_FILE, "/tmp/x");
	link_send(s->link, &backup, on_reply, s);
	ask(s, "D1");
	AWAIT(s, s->n_replies == 1);
	assert_int_equal(s->replies[0].code, ERROR_UNAVAILABLE);
	assert_int_equal(link_pending(s->link), 1); /* the backup */
	event_free(s->acceptable);
	s->acceptable = NULL;
	close(s->listener);
	engine_dies(s);
	AWAIT(s, s->n_replies == 2);
	assert_int_equal(link_pending(s->link), 0);
	stage_free(s);
}

static void test_forgotten(void **state)
{
	struct stage *s = stage_new(10000, true);
	struct engine_ticket *t;

	(void)state;
	engine_welcome(s);
	AWAIT(s, link_up(s->link));
	t = ask(s, "E1");
	link_forget(t);
	ask(s, "E2");
	AWAIT(s, s->n_seen == 2); /* it happens all the same */
	engine_answer(s, s->seen[0].id, OK);
	engine_answer(s, s->seen[1].id, OK);
	AWAIT(s, s->n_replies == 1);
	assert_int_equal(s->replies[0].id, s->seen[1].id);
	assert_int_equal(link_pending(s->link), 0);
	stage_free(s);
}

static void test_welcome_refused_is_tried_again(void **state)
{
	struct stage *s = stage_new(10000, true);

	(void)state;
	s->refuse_welcome = true;
	engine_welcome(s);
	AWAIT(s, s->welcomes == 1 && !s->engine);
	assert_false(link_up(s->link));
	s->refuse_welcome = false;
	engine_welcome(s);
	AWAIT(s, link_up(s->link));
	assert_int_equal(s->welcomes, 2);
	stage_free(s);
}

/* More than its first window, answered from both ends. */
static void test_large_window(void **state)
{
	struct stage *s = stage_new(10000, true);
	struct command c = {.kind = COMMAND_CONFIG_RELOAD, .who = {.account = "local"}};

	(void)state;
	for (int i = 0; i < 1000; i++)
		link_send(s->link, &c, NULL, NULL);
	assert_int_equal(link_pending(s->link), 1000);
	ask(s, "F1");
	assert_int_equal(link_pending(s->link), 1001);
	stage_free(s);
}

/* A note of 64 KiB; the caller frees its text. */
static char *large_note(struct command *c)
{
	char *text = malloc(64 * 1024);

	memset(text, 'x', 64 * 1024);
	text[64 * 1024 - 1] = 0;
	*c = (struct command){
	    .kind = COMMAND_INCIDENT_ANNOTATE, .who = {.account = "desk1", .role = ROLE_DESK}};
	command_set_text(c, FIELD_TEXT, text);
	return text;
}

/* An engine that does not read costs bounded memory, and what was given up unwritten never happens. */
static void test_an_engine_that_does_not_read(void **state)
{
	struct stage *s = stage_new(300, true);
	struct command c;
	char *text = large_note(&c);

	(void)state;
	engine_welcome(s);
	AWAIT(s, link_up(s->link));
	peer_pause(s->engine, true);
	for (int i = 0; i < 200; i++)
		link_send(s->link, &c, on_reply, s);
	assert_true(link_bytes(s->link) > 200 * 64 * 1024);
	AWAIT(s, s->n_replies == 200);
	assert_int_equal(s->replies[199].code, ERROR_UNAVAILABLE);
	assert_int_equal(link_bytes(s->link), 0);
	peer_pause(s->engine, false);
	ask(s, "G1");
	AWAIT(s, s->n_seen && s->seen[s->n_seen - 1].kind == COMMAND_INCIDENT_URGE);
	assert_in_range(s->n_seen, 64, 100); /* 4 MiB, and what the socket holds */
	engine_answer(s, s->seen[s->n_seen - 1].id, OK);
	AWAIT(s, s->n_replies == 201);
	assert_int_equal(s->replies[200].code, OK);
	free(text);
	stage_free(s);
}

/* What one write does not take goes in its order, to a new engine, too. */
static void test_more_than_is_written_at_once(void **state)
{
	struct stage *s = stage_new(10000, true);
	struct command c;
	char *text = large_note(&c);

	(void)state;
	engine_welcome(s);
	AWAIT(s, link_up(s->link));
	for (int i = 0; i < 100; i++)
		link_send(s->link, &c, on_reply, s);
	AWAIT(s, s->n_seen == 100);
	engine_dies(s);
	AWAIT(s, !link_up(s->link));
	engine_welcome(s);
	AWAIT(s, s->n_seen == 100);
	for (int i = 0; i < 100; i++) {
		assert_true(s->seen[i].resent);
		assert_true(i == 0 || s->seen[i].id == s->seen[i - 1].id + 1);
	}
	assert_false(link_settled(s->link));
	for (int i = 0; i < 100; i++)
		engine_answer(s, s->seen[i].id, OK);
	AWAIT(s, s->n_replies == 100);
	assert_true(link_settled(s->link));
	free(text);
	stage_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_holds_until_welcome),
	    cmocka_unit_test(test_resends_in_order),
	    cmocka_unit_test(test_gives_up_after_hold),
	    cmocka_unit_test(test_patience),
	    cmocka_unit_test(test_forgotten),
	    cmocka_unit_test(test_welcome_refused_is_tried_again),
	    cmocka_unit_test(test_large_window),
	    cmocka_unit_test(test_an_engine_that_does_not_read),
	    cmocka_unit_test(test_more_than_is_written_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
