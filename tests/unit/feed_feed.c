/*
 * feed_feed.c - every event once and in order from any seq on: from a store that is there, and from an
 * engine's stand-in that says what the test wants.
 */
#include "store_fixture.h"
#include "base/log.h"
#include "base/unix.h"
#include "feed/feed.h"
#include "wire/peer.h"

#include <event2/event.h>
#include <sys/socket.h>

struct stage {
	struct fixture *f;
	struct event_base *base;
	char path[96];
	int listener;
	struct event *acceptable, *alarm;
	struct peer *engine;
	bool greeted;
	struct feed *feed;
	int64_t began, first, last; /* the seqs that were handed out */
	int events, backs, caught_up, opened;
	bool gap; /* one was out of order */
};

static void engine_heard(void *arg, struct peer *p, enum message what, const struct str *body)
{
	struct stage *s = arg;

	(void)p;
	if (!body)
		s->engine = NULL;
	s->greeted = body && what == MESSAGE_HELLO;
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct stage *s = arg;
	int conn = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (conn >= 0)
		s->engine = peer_new(s->base, conn, engine_heard, s);
}

static void on_alarm(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	fail_msg("nothing happened for 10 s");
}

static void on_reads(void *arg, struct reads *now, struct reads *before)
{
	struct stage *s = arg;

	assert_non_null(now);
	assert_int_equal(before != NULL, s->opened > 0);
	s->opened++;
}

static bool on_found(void *arg, const struct welcome *w)
{
	(void)arg;
	return w->seq >= 0;
}

static void on_begins(void *arg, int64_t seq, bool back)
{
	struct stage *s = arg;

	s->began = s->last = seq;
	s->backs += back;
	s->events = 0;
}

static void on_event(void *arg, const struct seen_event *e)
{
	struct stage *s = arg;

	s->gap |= e->e.seq != s->last + 1;
	s->last = e->e.seq;
	s->events++;
}

static void on_caught_up(void *arg)
{
	((struct stage *)arg)->caught_up++;
}

static void on_pulse(void *arg, const struct pulse *p)
{
	(void)arg;
	(void)p;
}

static const struct feed_handlers handlers = {
    on_reads, on_found, on_begins, on_event, on_caught_up, on_pulse, NULL, NULL};

#define AWAIT(s, condition)                                                                                  \
	do {                                                                                                 \
		struct timeval tv = {.tv_sec = 10};                                                          \
		event_add((s)->alarm, &tv);                                                                  \
		while (!(condition))                                                                         \
			event_base_loop((s)->base, EVLOOP_ONCE);                                             \
		event_del((s)->alarm);                                                                       \
	} while (0)

/* n more events, one a decision. */
static void commit(struct stage *s, int n)
{
	for (int i = 0; i < n; i++) {
		struct decision *d = new_decision(s->f, NULL, 0);

		d->actor = "system";
		decision_event(d, s->f->a, EVENT_SYSTEM_RESUMED, T0, NULL, STR("{}"));
		assert_int_equal(save_one(s->f, NULL, d), STORE_OK);
	}
}

static void begin(struct stage *s, struct fixture *f, int64_t after)
{
	*s = (struct stage){.f = f};
	log_open("test");
	s->base = event_base_new();
	s->alarm = evtimer_new(s->base, on_alarm, s);
	snprintf(s->path, sizeof s->path, "%s/engine.sock", f->folder);
	s->listener = unix_listen(s->path, 0600, 8);
	assert_true(s->listener >= 0);
	s->acceptable = event_new(s->base, s->listener, EV_READ | EV_PERSIST, on_acceptable, s);
	event_add(s->acceptable, NULL);
	s->feed =
	    feed_new(s->base, &(struct link_options){.path = s->path, .role = "notifier", .hold_ms = 1000},
		after, &handlers, s);
	open_store(f);
}

static void end(struct stage *s)
{
	feed_free(s->feed);
	if (s->engine)
		peer_close(s->engine);
	event_free(s->acceptable);
	event_free(s->alarm);
	close(s->listener);
	event_base_free(s->base);
	assert_false(s->gap);
}

static void tell(struct stage *s, enum message what, struct buf *b)
{
	peer_send(s->engine, what, buf_view(b));
	buf_free(b);
}

static void welcome_of(struct stage *s, const char *store, int64_t seq, uint64_t epoch)
{
	struct buf b = {0};

	AWAIT(s, s->engine && s->greeted);
	s->greeted = false;
	welcome_pack(&b,
	    &(struct welcome){.epoch = epoch,
		.store = store,
		.file = store_file(s->f->s),
		.revision = "0123456789ab",
		.version = "x",
		.seq = seq});
	tell(s, MESSAGE_WELCOME, &b);
}

static void welcome(struct stage *s, int64_t seq, uint64_t epoch)
{
	welcome_of(s, store_id(s->f->s), seq, epoch);
}

static void publish(struct stage *s, int64_t from, int64_t to)
{
	struct buf b = {0};
	struct seen_event v[8];
	size_t n = 0;

	for (int64_t seq = from; seq <= to; seq++)
		v[n++] = (struct seen_event){.e = {.seq = seq, .type = EVENT_SYSTEM_RESUMED, .by = "system"}};
	published_pack(&b, v, n);
	tell(s, MESSAGE_EVENTS, &b);
}

static void from_now(void **state)
{
	struct stage s;

	begin(&s, *state, FEED_NOW);
	commit(&s, 5);
	welcome(&s, 5, 1);
	AWAIT(&s, s.caught_up == 1);
	assert_int_equal(s.began, 5);
	assert_int_equal(s.events, 0);
	commit(&s, 2);
	publish(&s, 6, 7);
	AWAIT(&s, s.last == 7);
	end(&s);
}

static void from_a_seq_and_never_twice(void **state)
{
	struct stage s;

	begin(&s, *state, 3);
	commit(&s, 9);
	welcome(&s, 7, 1);
	AWAIT(&s, s.caught_up == 1);
	assert_int_equal(s.began, 3);
	assert_int_equal(s.last, 7);
	publish(&s, 6, 8); /* two of them were read already */
	publish(&s, 9, 9);
	AWAIT(&s, s.last == 9);
	assert_int_equal(s.events, 6);
	end(&s);
}

static void what_was_committed_while_the_link_was_down(void **state)
{
	struct stage s;

	begin(&s, *state, 0);
	commit(&s, 3);
	welcome(&s, 3, 1);
	AWAIT(&s, s.last == 3);
	peer_close(s.engine);
	s.engine = NULL;
	commit(&s, 4);
	welcome(&s, 7, 2); /* another engine: its store is opened anew */
	AWAIT(&s, s.last == 7);
	assert_int_equal(s.opened, 2);
	commit(&s, 3);
	publish(&s, 10, 10); /* 8 and 9 never came */
	AWAIT(&s, s.last == 10);
	assert_int_equal(s.events, 10);
	assert_int_equal(s.backs, 0);
	end(&s);
}

/* More than is read at once: the loop turns in between, and what is published meanwhile comes in its place. */
static void a_long_gap_is_filled_in_slices(void **state)
{
	enum { MANY = 4600 };
	struct stage s;
	struct fixture *f = *state;
	struct decision *d;

	begin(&s, f, 0);
	for (int i = 0; i < MANY / 100; i++) {
		d = new_decision(f, NULL, 0);
		d->actor = "system";
		for (int k = 0; k < 100; k++)
			decision_event(d, f->a, EVENT_SYSTEM_RESUMED, T0, NULL, STR("{}"));
		assert_int_equal(save_one(f, NULL, d), STORE_OK);
	}
	welcome(&s, MANY, 1);
	AWAIT(&s, s.events > 0);
	assert_int_equal(s.events, 4000);
	assert_int_equal(s.caught_up, 0);
	commit(&s, 1);
	publish(&s, MANY + 1, MANY + 1);
	AWAIT(&s, s.last == MANY + 1 && s.caught_up);
	assert_int_equal(s.events, MANY + 1);
	end(&s);
}

/* A restored backup: what the follower has dealt with is not there. */
static void beyond_the_end_it_begins_anew(void **state)
{
	struct stage s;

	begin(&s, *state, 50);
	commit(&s, 2);
	welcome(&s, 2, 1);
	AWAIT(&s, s.caught_up == 1);
	assert_int_equal(s.backs, 1);
	assert_int_equal(s.began, 2);
	commit(&s, 1);
	publish(&s, 3, 3);
	AWAIT(&s, s.last == 3);
	peer_close(s.engine);
	s.engine = NULL;
	welcome(&s, 2, 1); /* and again behind what was handed out */
	AWAIT(&s, s.backs == 2);
	assert_int_equal(s.began, 2);
	AWAIT(&s, s.caught_up == 2);
	end(&s);
}

static void hang_up(struct stage *s)
{
	peer_close(s->engine);
	s->engine = NULL;
}

/* A restored backup that has as many events by now as were handed out, or more: its epoch tells, for it
 * counts the openings. What was handed out is not what it has under these seqs. */
static void an_older_epoch_begins_anew(void **state)
{
	struct stage s;

	begin(&s, *state, 0);
	commit(&s, 6);
	welcome(&s, 3, 5);
	AWAIT(&s, s.caught_up == 1);
	assert_int_equal(s.events, 3);
	hang_up(&s);
	welcome(&s, 3, 4);
	AWAIT(&s, s.caught_up == 2);
	assert_int_equal(s.backs, 1);
	assert_int_equal(s.began, 3);
	hang_up(&s);
	welcome(&s, 5, 3); /* more than were handed out */
	AWAIT(&s, s.caught_up == 3);
	assert_int_equal(s.backs, 2);
	assert_int_equal(s.began, 5);
	hang_up(&s);
	welcome(&s, 5, 4); /* a newer one goes on where it was */
	AWAIT(&s, s.caught_up == 4);
	assert_int_equal(s.backs, 2);
	end(&s);
}

static void another_store_begins_anew(void **state)
{
	struct stage s;

	begin(&s, *state, 0);
	commit(&s, 4);
	welcome(&s, 2, 1);
	AWAIT(&s, s.caught_up == 1);
	hang_up(&s);
	welcome_of(&s, "ffffffffffffffff", 4, 1);
	AWAIT(&s, s.caught_up == 2);
	assert_int_equal(s.backs, 1);
	assert_int_equal(s.began, 4);
	end(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(from_now),
	    TEST(from_a_seq_and_never_twice),
	    TEST(what_was_committed_while_the_link_was_down),
	    TEST(a_long_gap_is_filled_in_slices),
	    TEST(beyond_the_end_it_begins_anew),
	    TEST(an_older_epoch_begins_anew),
	    TEST(another_store_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
