/*
 * front.c - what both front ends share: the recent events, and what follows from them (mechanism,
 * accounts, reads) in step.
 *
 * Place: front; between the feed, which brings every event once and in order, and the processes above.
 */
#include "front/parts.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "domain/entry.h"
#include "mechanism/load.h"
#include "text/examples.h"
#include "wire/request.h"

#include <event2/event.h>
#include <stdlib.h>

#define AGAIN_MS 200     /* what could not be read is looked at again */
#define FEW_EVENTS 65536 /* bytes of those that are kept where none is handed on */

/* -- events --------------------------------------------------------------------------------- */

/* The stored copy is damaged: the folder's files serve, where they are of the very revision in force. */
static struct mechanism *from_folder(const struct front *f, const char *revision)
{
	struct problems p;
	struct mechanism *m;

	problems_init(&p, true);
	m = mechanism_load(f->options->mechanism, &p);
	if (m && !text_eq(m->revision, revision)) {
		mechanism_release(m);
		m = NULL;
	}
	problems_free(&p);
	if (m)
		mechanism_forget_sources(m);
	arena_give_back();
	return m;
}

/* The model that belongs to the mechanism in force, once the engine has made it; until then the one before. */
static void look_for_texts(struct front *f)
{
	const unsigned char *source = f->mechanism ? f->mechanism->texts : NULL;
	struct text_model *m;
	struct arena *a;

	if (!source || (f->texts && memcmp(text_model_source(f->texts), source, DIGEST_LEN) == 0))
		return;
	a = arena_new();
	m = text_has_source(f->mechanism) ? text_cache_open(text_cache_folder(f->options->store, a), source)
					  : NULL;
	arena_free(a);
	if (!m && text_has_source(f->mechanism))
		return;
	text_cache_close(f->texts);
	f->texts = m;
	if (m)
		log_info("model of texts in use", "revision=%s", f->mechanism->revision);
}

static bool load_mechanism(struct front *f, const char *revision)
{
	struct mechanism *m;

	if (f->mechanism && revision && strcmp(f->mechanism->revision, revision) == 0)
		return true;
	m = revisions_load(f->reads, NULL);
	if (!m)
		m = from_folder(f, revision);
	if (!m)
		return false;
	if (f->mechanism && strcmp(f->mechanism->revision, m->revision) == 0) {
		mechanism_release(
		    m); /* an event that was followed again: what others hold of this one stays the one in force */
		return true;
	}
	mechanism_release(f->mechanism);
	f->mechanism = m;
	acting_changed(f->acting);
	log_info("mechanism in force", "revision=%s", m->revision);
	look_for_texts(f);
	return true;
}

#define ASSIGNMENTS_SLICE 200

/* All swaps of duty, in the order of their making; what could not be read stays as it was. */
static void load_assignments(struct front *f)
{
	struct arena *a = arena_new();
	struct duty_assignment *v = NULL;
	size_t n = 0, cap = 0;
	int64_t before = 0;

	do {
		struct want_entries w = {
		    .kind = ENTRY_ASSIGNMENT, .before = before, .limit = ASSIGNMENTS_SLICE};
		struct reads_wants wants = {.entries = &w};

		if (reads_wait(f->reads, a, &wants) != STORE_OK) {
			arena_free(a);
			return;
		}
		for (int i = 0; i < w.n; i++) {
			ARRAY_ROOM(a, v, n, cap);
			v[n++] = assignment_of_entry(w.v[i], a);
		}
		before = w.next;
	} while (before);
	for (size_t i = 0; i < n / 2; i++) { /* the newest came first */
		struct duty_assignment one = v[i];
		v[i] = v[n - 1 - i];
		v[n - 1 - i] = one;
	}
	arena_free(f->around_arena);
	f->around_arena = a;
	f->around = (struct circumstances){.assignments = v, .n_assignments = n};
}

static void account_changed(struct front *f, const struct event *e)
{
	struct arena *a = arena_new();
	const char *name = event_data_text(e, e->type == EVENT_SESSION_ENDED ? "account" : "name", a);

	accounts_flush(f->accounts);
	if (f->h.account_changed)
		f->h.account_changed(f->arg, name ? name : "");
	arena_free(a);
}

static void set_clock(int64_t manual_at)
{
	if (manual_at)
		clock_set_manual((struct wall_ms){manual_at});
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct front *f = arg;

	(void)fd;
	(void)what;
	f->h.account_changed(f->arg, "");
}

void front_ask_again(struct front *f)
{
	loop_after(f->again, AGAIN_MS);
}

static void on_event(void *arg, const struct seen_event *p)
{
	struct front *f = arg;

	ring_add(f->ring, p);
	f->seq = p->e.seq;
	if (clock_is_manual() && p->e.at > front_now(f))
		set_clock(p->e.at); /* it has walked to there; the pulse comes at the end of the walk */
	f->n_events++;
	if (p->e.type == EVENT_CONFIG_ACTIVATED)
		load_mechanism(f, NULL);
	if (p->e.type == EVENT_DUTY_ASSIGNED)
		load_assignments(f);
	if (p->e.type == EVENT_ACCOUNT_ADDED || p->e.type == EVENT_ACCOUNT_REVOKED ||
	    p->e.type == EVENT_SESSION_ENDED)
		account_changed(f, &p->e);
	if (f->h.event)
		f->h.event(f->arg, p);
}

/* -- the engine ----------------------------------------------------------------------------- */

static void on_reads(void *arg, struct reads *now, struct reads *before)
{
	(void)before;
	read_reopen(arg, now);
}

/* One that follows from a place of its own (a notifier) need not begin when it is to end: the next one goes on there. */
static bool need_not_begin(const struct front *f)
{
	return f->h.whence && child_is_to_end();
}

static bool on_found(void *arg, const struct welcome *w)
{
	struct front *f = arg;

	if (need_not_begin(f))
		return false;
	set_clock(w->manual_at);
	f->welcomed_at = clock_mono().ms;
	load_assignments(f);
	return load_mechanism(f, w->revision) && !need_not_begin(f);
}

static int64_t on_whence(void *arg, const struct welcome *w, int64_t had)
{
	struct front *f = arg;

	return f->h.whence(f->arg, w, had);
}

static void on_begins(void *arg, int64_t seq, bool back)
{
	struct front *f = arg;

	ring_reset(f->ring, seq);
	accounts_flush(f->accounts);
	f->seq = seq;
	if (back && f->h.reset)
		f->h.reset(f->arg);
}

static void on_caught_up(void *arg)
{
	struct front *f = arg;

	if (f->ready)
		return;
	f->ready = true;
	if (f->h.ready)
		f->h.ready(f->arg);
}

static void keep_troubles(struct front *f, const struct pulse *p)
{
	struct trouble *v = arena_new_array(f->pulse_arena, struct trouble, p->n_troubles + 1);

	for (size_t i = 0; i < p->n_troubles; i++)
		v[i] = (struct trouble){arena_text(f->pulse_arena, p->troubles[i].code),
		    arena_text(f->pulse_arena, p->troubles[i].detail), p->troubles[i].unready};
	f->pulse.troubles = v;
}

static void on_pulse(void *arg, const struct pulse *p)
{
	struct front *f = arg;

	look_for_texts(f);
	set_clock(p->manual_at);
	arena_reset(f->pulse_arena);
	f->pulse = *p;
	f->pulse.revision = arena_text(f->pulse_arena, p->revision);
	f->pulse.metrics.p = arena_str(f->pulse_arena, p->metrics);
	keep_troubles(f, p);
	f->pulsed = true;
	f->pulsed_at = clock_mono().ms;
	if (f->reads && p->revision)
		load_mechanism(f, p->revision); /* where it could not be read when it came into force */
	if (f->h.pulse)
		f->h.pulse(f->arg);
}

static void on_presence(void *arg, const struct presence *p)
{
	struct front *f = arg;

	presences_take(&f->presences, p, front_now(f));
	if (f->h.presence)
		f->h.presence(f->arg, p);
}

#define ON_FEED                                                                                              \
	.reads = on_reads, .found = on_found, .begins = on_begins, .event = on_event,                        \
	.caught_up = on_caught_up, .pulse = on_pulse, .presence = on_presence
static const struct feed_handlers on_feed = {ON_FEED}, on_feed_whence = {ON_FEED, .whence = on_whence};

static struct front *open_front(const struct child *c, struct event_base *base, int64_t after,
    int64_t ring_bytes, const struct front_handlers *h, void *arg)
{
	struct front *f = xalloc(sizeof(*f));
	struct link_options o = {.path = c->engine_path, .role = c->role, .hold_ms = c->options->hold_ms};

	request_wipes_memory();
	*f = (struct front){.options = c->options,
	    .report_path = c->report_path,
	    .notifier_path = c->notifier_path,
	    .base = base,
	    .h = *h,
	    .arg = arg};
	f->ring = ring_new((size_t)ring_bytes);
	f->accounts = accounts_new();
	f->logins = logins_new();
	f->acting = acting_new();
	f->revisions = revisions_new();
	f->personal_reads = personal_new();
	f->pulse_arena = arena_new();
	f->around_arena = arena_new();
	f->again = loop_timer(base, on_again, f);
	read_new(f, base);
	f->feed = feed_new(base, &o, after, h->whence ? &on_feed_whence : &on_feed, f);
	f->link = feed_link(f->feed);
	return f;
}

struct front *front_new(const struct child *c, struct event_base *base, const struct front_handlers *h,
    void *arg)
{
	return open_front(c, base, FEED_NOW, c->options->ring_bytes, h, arg);
}

struct front *front_new_after(const struct child *c, struct event_base *base, int64_t after,
    const struct front_handlers *h, void *arg)
{
	return open_front(c, base, after, FEW_EVENTS, h, arg);
}

void front_free(struct front *f)
{
	if (!f)
		return;
	read_free(f);
	event_free(f->again);
	feed_free(f->feed);
	ring_free(f->ring);
	accounts_free(f->accounts);
	logins_free(f->logins);
	acting_free(f->acting);
	revisions_free(f->revisions);
	personal_free(f->personal_reads);
	mechanism_release(f->mechanism);
	text_cache_close(f->texts);
	buf_free(&f->proposed);
	arena_free(f->pulse_arena);
	arena_free(f->around_arena);
	free(f);
}
