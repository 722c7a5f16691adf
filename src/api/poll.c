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

/* Whoever has the same key is shown the same. false: too long to keep. */
static bool cache_key(const struct exchange *x, char key[CACHE_KEY_MAX])
{
	const struct command *c = &x->command;
	const char *unit = command_text(c, FIELD_UNIT), *cursor = command_text(c, FIELD_CURSOR);
	int n = snprintf(key, CACHE_KEY_MAX, "%d %s %s %s %lld %lld %llx", (int)x->view.role,
	    x->view.unit ? x->view.unit : "-", unit ? unit : "-", cursor ? cursor : "-",
	    (long long)command_int(c, FIELD_AFTER), (long long)command_int(c, FIELD_LIMIT),
	    (unsigned long long)c->present);
	return n > 0 && n < CACHE_KEY_MAX;
}

/* The last event that can change what this caller's poll shows. Others than the unit itself see
 * deliveries, too. */
static int64_t shown_seq(const struct exchange *x)
{
	struct front *f = x->api->front;
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
	int64_t age = front_now(x->api->front) - k->at;
	bool good = strcmp(k->key, key) == 0 && k->seq == shown_seq(x) && age >= 0 && age < CACHE_MS;
	return good ? buf_view(&k->page) : (struct str){0};
}

/* A HEAD delivered nothing of what it read: its page is for nobody else. Nor is one that left out
 * what came while it was delivered. */
static void keep(struct exchange *x, struct str page)
{
	char key[CACHE_KEY_MAX];
	bool whole = !x->view.upto || shown_seq(x) <= x->view.upto;
	if (!whole || x->request->method != HTTP_GET || !cache_key(x, key))
		return;
	struct kept *k = place(x->api->cache, key);
	memcpy(k->key, key, sizeof key);
	k->seq = shown_seq(x);
	k->at = front_now(x->api->front);
	buf_reset(&k->page);
	buf_str(&k->page, page);
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

static void answer_nothing(struct exchange *x, const char *list)
{
	struct buf *page = &x->api->page;
	int64_t seq = front_seq(x->api->front), after = command_int(&x->command, FIELD_AFTER);
	buf_reset(page);
	buf_printf(page, "{\"%s\":[],\"seq\":%lld,\"more\":false}", list,
	    (long long)(seq > after ? seq : after));
	answer_json(x, 200, buf_view(page));
}

void poll_nothing(struct exchange *x)
{
	answer_nothing(x, x->command.kind == COMMAND_EVENT_LIST ? "events" : "dispatches");
}

/* Nothing in it, nothing behind it, and it does not start over. */
static bool is_empty(const struct exchange *x, struct str page)
{
	struct str none =
	    x->command.kind == COMMAND_EVENT_LIST ? STR("{\"events\":[],") : STR("{\"dispatches\":[],");
	struct str end = STR("\"more\":false}");
	return str_starts(page, none) && page.n > end.n && memcmp(page.p + page.n - end.n, end.p, end.n) == 0;
}

/* Everything up to here was looked at and shows nothing: what wakes x later begins behind it. */
static void looked_at_all(struct exchange *x)
{
	int64_t seq = front_seq(x->api->front);
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
		return !asked || text_eq(asked, own);
	return mechanism_unit(front_mechanism(x->api->front), asked);
}

/* Nothing that the poll shows has come after `after`. */
static bool quiet(const struct exchange *x)
{
	struct front *f = x->api->front;
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

static void on_page(struct exchange *x, struct str page)
{
	if (command_has(&x->command, FIELD_AFTER) && is_empty(x, page) && may_wait(x)) {
		looked_at_all(x);
		wait_for(x, asked_unit(x), poll_again);
		return;
	}
	keep(x, page);
	answer_json(x, 200, page);
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

static void on_events(struct exchange *x, struct str page);

/* The ring says whether the caller may see any of what has come; only then the store is read. */
static bool events_quiet(struct exchange *x)
{
	struct api *api = x->api;
	struct seen_event *v;
	int n;
	bool more;
	int64_t scanned;
	arena_reset(api->scratch);
	return front_events(api->front, &x->view, command_int(&x->command, FIELD_AFTER), 1, api->scratch, &v,
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
		looked_at_all(x);
		wait_for(x, NULL, events_again);
	}
}

static void on_events(struct exchange *x, struct str page)
{
	bool pages = command_has(&x->command, FIELD_AFTER) && !command_has(&x->command, FIELD_NUMBER);
	if (pages && is_empty(x, page) && may_wait(x)) {
		looked_at_all(x);
		wait_for(x, NULL, events_again);
		return;
	}
	answer_json(x, 200, page);
}

void events_request(struct exchange *x)
{
	exchange_read(x, on_events);
}
