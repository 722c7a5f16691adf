/*
 * front_reads.c - what a front end does around a load: a delivery is in what is read after it, and after the
 * store went back no account is believed that it does not have. Feed, link and store are the test's own: a
 * store that is a server may answer with a snapshot that is older than a commit that was told before.
 */
#include "unit.h"
#include "front/parts.h"

#include "base/arena.h"
#include "base/loop.h"

#include <event2/event.h>

#include <stdlib.h>

struct feed *__wrap_feed_new(struct event_base *base, const struct link_options *link, int64_t after,
    const struct feed_handlers *h, void *arg);
struct engine_link *__wrap_feed_link(const struct feed *f);
void __wrap_feed_free(struct feed *f);
struct engine_ticket *__wrap_link_send(struct engine_link *l, const struct command *c, link_reply_cb *cb,
    void *arg);
enum store_when __wrap_reads_load(struct reads *r, struct arena *a, struct reads_wants *w, store_done *done,
    void *arg);
enum store_status __wrap_reads_wait(struct reads *r, struct arena *a, struct reads_wants *w);

static const struct feed_handlers *told;
static char store[1], engine[1], ticket[1]; /* nothing looks into them */
static struct account *stored;              /* the only one; NULL: none */
static bool away;                           /* it cannot be read */
static int asked_for_account, loads, changed;
static int64_t min_seq; /* of the last load */
static link_reply_cb *delivered;
static void *delivered_arg;

struct feed *__wrap_feed_new(struct event_base *base, const struct link_options *link, int64_t after,
    const struct feed_handlers *h, void *arg)
{
	(void)base;
	(void)link;
	(void)after;
	(void)arg;
	told = h;
	return NULL;
}

struct engine_link *__wrap_feed_link(const struct feed *f)
{
	(void)f;
	return (struct engine_link *)engine;
}

void __wrap_feed_free(struct feed *f)
{
	(void)f;
}

struct engine_ticket *__wrap_link_send(struct engine_link *l, const struct command *c, link_reply_cb *cb,
    void *arg)
{
	(void)l;
	assert_int_equal(c->kind, COMMAND_DISPATCH_DELIVER);
	assert_string_equal(command_text(c, FIELD_DISPATCHES), "A-1-01");
	delivered = cb;
	delivered_arg = arg;
	return (struct engine_ticket *)ticket;
}

/* The incident A-1 with an instruction to water that was not shown yet. After a delivery: nothing, so that the
 * read ends here. */
enum store_when __wrap_reads_load(struct reads *r, struct arena *a, struct reads_wants *w, store_done *done,
    void *arg)
{
	struct incident *inc = arena_alloc(a, sizeof *inc);
	struct dispatch *d;

	(void)r;
	(void)done;
	(void)arg;
	min_seq = w->min_seq;
	w->status = loads++ ? STORE_UNKNOWN : STORE_OK;
	w->seq = w->min_seq;
	if (w->status == STORE_OK) {
		inc->number = "A-1";
		d = incident_add_dispatch(inc, a);
		d->unit = "water";
		w->incidents->found = arena_new_array(a, struct incident *, 1);
		w->incidents->found[0] = inc;
	}
	return STORE_NOW;
}

enum store_status __wrap_reads_wait(struct reads *r, struct arena *a, struct reads_wants *w)
{
	(void)r;
	(void)a;
	asked_for_account++;
	if (away)
		return STORE_AWAY;
	if (w->account)
		w->account->who = stored;
	return STORE_OK;
}

static void ignored(void *arg, const struct read_result *r)
{
	*(enum error_code *)arg = r->why.code;
}

static void on_changed(void *arg, const char *account)
{
	(void)arg;
	assert_string_equal(account, "");
	changed++;
}

static struct front *up(struct event_base *base)
{
	static const struct front_handlers none = {.account_changed = on_changed};
	static struct options options = {.ring_bytes = 65536, .hold_ms = 1000};
	static const struct child child = {.options = &options, .role = "api", .engine_path = "-"};
	struct front *f = front_new(&child, base, &none, NULL);

	told->reads(f, (struct reads *)store, NULL);
	told->begins(f, 100, false);
	told->caught_up(f);
	return f;
}

static void a_read_that_delivered_is_no_older_than_the_delivery(void **state)
{
	struct event_base *base = loop_new();
	struct front *f = up(base);
	struct command c = {
	    .kind = COMMAND_DISPATCH_GET, .who = {.account = "w1", .role = ROLE_LIAISON, .unit = "water"}};
	struct view v = {.role = ROLE_LIAISON, .unit = "water"};
	struct front_read *slot;
	enum error_code code = OK;

	(void)state;
	loads = 0;
	command_set_text(&c, FIELD_DISPATCH, "A-1-01");
	front_read(f, &c, &v, true, &slot, ignored, &code);
	assert_int_equal(loads, 1);
	assert_int_equal(min_seq, 100);
	assert_non_null(delivered);
	delivered(delivered_arg, &(struct reply){.code = OK, .seq = 107});
	assert_int_equal(loads, 2);
	assert_int_equal(min_seq, 107);
	assert_int_equal(code, ERROR_UNAVAILABLE); /* an older snapshot is not shown */
	front_free(f);
	event_base_free(base);
}

static void accounts_of_a_store_that_went_back_are_asked_for_again(void **state)
{
	struct event_base *base = loop_new();
	struct front *f = up(base);
	struct account desk = {.name = "desk1", .role = ROLE_DESK};
	struct arena *a = arena_new();
	struct principal who;

	(void)state;
	asked_for_account = 0;
	stored = &desk;
	assert_int_equal(front_principal(f, "token", a, &who), SOUGHT_FOUND);
	assert_int_equal(front_principal(f, "token", a, &who), SOUGHT_FOUND);
	assert_int_equal(asked_for_account, 1); /* known by now */
	stored = NULL;                          /* a backup from before it was made */
	told->begins(f, 50, true);
	assert_int_equal(front_principal(f, "token", a, &who), SOUGHT_NONE);
	arena_free(a);
	front_free(f);
	event_base_free(base);
}

/* A token is not believed to be bad because the store cannot be read; whether it is, is asked again. */
static void what_cannot_be_read_is_not_taken_for_none(void **state)
{
	struct event_base *base = loop_new();
	struct front *f = up(base);
	struct digest token = digest_of(STR("token"));
	struct arena *a = arena_new();
	struct front_session session;
	struct front_certified by;
	struct principal who;
	struct refusal why;

	(void)state;
	stored = NULL;
	away = true;
	assert_int_equal(front_principal(f, "token", a, &who), SOUGHT_UNREADABLE);
	assert_int_equal(front_session(f, &token, a, &who, &session), SOUGHT_UNREADABLE);
	assert_int_equal(front_code(f, "ABCDEFGH", a, &who), SOUGHT_UNREADABLE);
	assert_int_equal(front_knows(f, 101), SOUGHT_UNREADABLE);
	assert_false(front_certificate_fits(f, "DNS:a", NULL, a, &by, &why));
	assert_int_equal(why.code, ERROR_UNAVAILABLE);
	assert_true(front_still_good(f, &token));
	changed = 0;
	while (!changed)
		event_base_loop(base, EVLOOP_ONCE);
	away = false;
	assert_false(front_still_good(f, &token));
	assert_int_equal(front_knows(f, 101), SOUGHT_NONE);
	arena_free(a);
	front_free(f);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_read_that_delivered_is_no_older_than_the_delivery),
	    cmocka_unit_test(what_cannot_be_read_is_not_taken_for_none),
	    cmocka_unit_test(accounts_of_a_store_that_went_back_are_asked_for_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
