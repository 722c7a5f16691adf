/*
 * poll.c - the liaison's poll and the page of events: what is new now, or as soon as there is
 * something, for at most `wait` seconds.
 *
 * Place: api. The page itself is front_read's, so that console and HTTP say the same; here stands
 * when to read, when to wait, and what is kept.
 *
 * - A poll with nothing new runs no SQL: front_unit_seq says so.
 * - Nothing is missed: reading, comparing and parking happen in one turn, in which no event comes in.
 * - An answer is kept for a second: many ask the same (a page in several browsers, a retry). What is
 *   kept was delivered before (送达), shows nothing that the view may not see, and lives only while
 *   no event has touched it.
 */
#include "api/api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include <stdio.h>
#include <stdlib.h>

#define CACHE_PLACES 64
#define CACHE_KEY_MAX 160
#define CACHE_MS 1000

/* -- kept pages ------------------------------------------------------------------------------ */

struct kept {
	char key[CACHE_KEY_MAX];
	int64_t seq, at; /* of the events it shows; when it was written */
	struct buf page;
};
struct poll_cache {
	struct kept v[CACHE_PLACES];
};

struct poll_cache *poll_cache_new(void)
{
	struct poll_cache *c = xalloc(sizeof *c);
	memset(c, 0, sizeof *c);
	return c;
}

void poll_cache_clear(struct poll_cache *c)
{
	for (int i = 0; i < CACHE_PLACES; i++)
		c->v[i].key[0] = '\0';
}

void poll_cache_free(struct poll_cache *c)
{
	for (int i = 0; i < CACHE_PLACES; i++)
		buf_free(&c->v[i].page);
	free(c);
}

/* What is asked by state or time is asked seldom. */
#define NOT_KEPT FIELD_SET(FIELD_DISPATCH_STATE, FIELD_FROM, FIELD_TO)

/* -1: it was not given. */
static long long given(const struct command *c, enum field f)
{
	return command_has(c, f) ? (long long)command_int(c, f) : -1;
}

/* The same account with the same question is shown the same, and its look is recorded. false: too long
 * to keep. */
static bool cache_key(const struct exchange *x, char key[CACHE_KEY_MAX])
{
	const struct command *c = &x->command;
	if (command_has_any(c, NOT_KEPT))
		return false;
	const char *unit = command_text(c, FIELD_UNIT), *cursor = command_text(c, FIELD_CURSOR);
	int n = snprintf(key, CACHE_KEY_MAX, "%s %s %s %lld %lld %lld", x->who.account, unit ? unit : "-",
	    cursor ? cursor : "-", given(c, FIELD_AFTER), given(c, FIELD_LIMIT), given(c, FIELD_OPEN));
	return n > 0 && n < CACHE_KEY_MAX;
}

/* The last event that can change what this caller's poll shows. Others than the unit itself see
 * deliveries, too. */
static int64_t shown_seq(const struct exchange *x)
{
	struct front *f = x->front;
	const char *unit = sight_unit(&x->view);
	return unit ? front_unit_seq(f, unit) : front_seq(f);
}

static struct kept *place(struct poll_cache *c, const char *key)
{
	return &c->v[str_hash(str_of(key)) % CACHE_PLACES];
}

static struct str find_kept(struct exchange *x)
{
	char key[CACHE_KEY_MAX];
	if (!cache_key(x, key))
		return (struct str){0};
	const struct kept *k = place(x->api->cache, key);
	int64_t age = front_now(x->front) - k->at;
	bool good = strcmp(k->key, key) == 0 && k->seq == shown_seq(x) && age >= 0 && age < CACHE_MS;
	return good ? buf_view(&k->page) : (struct str){0};
}

/* A HEAD delivered nothing of what it read: its page is for no other request. Nor is one that something
 * came after while it was delivered. */
static void keep(struct exchange *x, const struct read_result *r)
{
	char key[CACHE_KEY_MAX];
	if (shown_seq(x) > r->seq || x->request->method != HTTP_GET || !cache_key(x, key))
		return;
	struct kept *k = place(x->api->cache, key);
	memcpy(k->key, key, sizeof key);
	k->seq = shown_seq(x);
	k->at = front_now(x->front);
	buf_reset(&k->page);
	buf_str(&k->page, r->bytes);
}

/* -- waiting --------------------------------------------------------------------------------- */

static bool may_wait(const struct exchange *x)
{
	return x->wait_ms > 0 && !x->api->draining && x->request->method == HTTP_GET;
}

/* Waits for what is left of `wait`. */
static void wait_for(struct exchange *x, const char *unit, wait_again *again)
{
	int64_t now = clock_mono().ms;
	if (!x->end_ms)
		x->end_ms = now + x->wait_ms;
	wait_for_event(x, unit, x->end_ms > now ? x->end_ms - now : 0, again);
}

void poll_nothing(struct exchange *x)
{
	struct buf *page = &x->api->page;
	buf_reset(page);
	front_read_nothing(x->front, &x->command, page);
	answer_json(x, 200, buf_view(page));
}

/* Nothing in it and nothing behind it, so that the caller may rather wait. */
static bool is_empty(const struct exchange *x, const struct read_result *r)
{
	return command_has(&x->command, FIELD_AFTER) && r->n == 0 && !r->more;
}

/* Everything up to here was looked at and shows nothing: what wakes x later begins behind it. */
static void looked_at(struct exchange *x, int64_t seq)
{
	if (seq > command_int(&x->command, FIELD_AFTER))
		command_set_int(&x->command, FIELD_AFTER, seq);
}

/* -- the poll -------------------------------------------------------------------------------- */

/* Whose dispatches are asked for; NULL: everybody's. */
static const char *asked_unit(const struct exchange *x)
{
	const char *own = sight_unit(&x->view);
	return own ? own : command_text(&x->command, FIELD_UNIT);
}

/* Is it a unit that this caller may ask for? Whatever is not, front_read refuses in its words. */
static bool plain_unit(const struct exchange *x)
{
	const char *asked = command_text(&x->command, FIELD_UNIT), *own = sight_unit(&x->view);
	if (own)
		return !asked || list_has(own, asked);
	return mechanism_unit(front_mechanism(x->front), asked);
}

/* Nothing that the poll shows has come after `after`. */
static bool quiet(const struct exchange *x)
{
	struct front *f = x->front;
	int64_t after = command_int(&x->command, FIELD_AFTER);
	return command_has(&x->command, FIELD_AFTER) && after <= front_seq(f) && plain_unit(x) &&
	    front_unit_seq(f, asked_unit(x)) <= after;
}

static void look(struct exchange *x);

static void poll_again(struct exchange *x, bool timed_out)
{
	if (timed_out)
		poll_nothing(x);
	else
		look(x);
}

/* What came while it was read is looked at before it waits. */
static void on_page(struct exchange *x, const struct read_result *r)
{
	if (is_empty(x, r) && may_wait(x)) {
		looked_at(x, r->seq);
		look(x);
		return;
	}
	keep(x, r);
	answer_json(x, 200, r->bytes);
}

static void look(struct exchange *x)
{
	struct str kept;
	if (quiet(x) && may_wait(x))
		wait_for(x, asked_unit(x), poll_again);
	else if (quiet(x))
		poll_nothing(x);
	else if ((kept = find_kept(x)).n)
		answer_json(x, 200, kept);
	else
		exchange_read(x, on_page);
}

void poll_request(struct exchange *x)
{
	look(x);
}

/* -- events ---------------------------------------------------------------------------------- */

static void on_events(struct exchange *x, const struct read_result *r);

/* The ring says whether the caller may see any of what has come; only then the store is read. */
static bool events_quiet(struct exchange *x)
{
	struct api *api = x->api;
	struct seen_event *v;
	int n;
	bool more;
	int64_t scanned;
	arena_reset(api->scratch);
	return front_events(x->front, &x->view, command_int(&x->command, FIELD_AFTER), 1, api->scratch, &v,
		   &n, &scanned, &more) &&
	    n == 0 && !more;
}

static void events_again(struct exchange *x, bool timed_out)
{
	if (timed_out)
		poll_nothing(x);
	else if (!events_quiet(x))
		exchange_read(x, on_events);
	else {
		looked_at(x, front_seq(x->front));
		wait_for(x, NULL, events_again);
	}
}

static void on_events(struct exchange *x, const struct read_result *r)
{
	if (is_empty(x, r) && may_wait(x) && !command_has(&x->command, FIELD_NUMBER)) {
		looked_at(x, r->seq);
		events_again(x, false);
		return;
	}
	answer_json(x, 200, r->bytes);
}

void events_request(struct exchange *x)
{
	exchange_read(x, on_events);
}

/* -- the board ------------------------------------------------------------------------------- */

static void on_board(struct exchange *x, const struct read_result *r);

static void board_again(struct exchange *x, bool timed_out)
{
	if (timed_out)
		poll_nothing(x);
	else
		exchange_read(x, on_board);
}

/* Any event may have changed it; one that has not leaves it as it is. */
static void on_board(struct exchange *x, const struct read_result *r)
{
	if (is_empty(x, r) && may_wait(x)) {
		looked_at(x, r->seq);
		wait_for(x, NULL, board_again);
		return;
	}
	answer_json(x, 200, r->bytes);
}

void board_request(struct exchange *x)
{
	exchange_read(x, on_board);
}
