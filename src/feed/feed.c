/*
 * feed.c - the engine's events in order without a gap, from any seq on.
 *
 * Place: feed; between the link and those who follow the events. Every event passes `hand_out` exactly
 * once. A gap is filled at once where it is small; a long one in slices, between which the loop looks at
 * its descriptors, and what comes from the engine meanwhile is read from the store like the rest.
 */
#include "feed/feed.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"

#include <event2/event.h>
#include <stdlib.h>

#define SLICE 500
#define SLICES_AT_ONCE 8
#define RETRY_MS 1000 /* where the store cannot be read */
#define START_YOUNG_MS 60000
#define RECENT_MS 1800000
#define RECENT_SLICES 40 /* the events of half an hour of the worst storm */

struct feed {
	const struct feed_handlers *h;
	void *arg;
	struct engine_link *link;
	struct reads *reads; /* NULL before the first WELCOME */
	struct arena *welcome_arena, *slice_arena;
	struct welcome welcome; /* epoch 0: none yet */
	struct event *more;     /* the next slices of a long gap */
	int64_t after;          /* where to begin, FEED_NOW */
	int64_t seq, upto;      /* handed out; known to be committed */
	bool begun, waiting;    /* waiting: `more` is to come */
};

static void hand_out(struct feed *f, const struct seen_event *e)
{
	f->seq = e->e.seq;
	f->h->event(f->arg, e);
}

/* -- gaps ------------------------------------------------------------------------------------ */

/* One slice; false where it could not be read. */
static bool fill_slice(struct feed *f)
{
	struct want_events s = {.filter = {.after = f->seq, .limit = SLICE}};
	struct reads_wants w = {.events = &s};
	int64_t before = f->seq;

	arena_reset(f->slice_arena);
	if (reads_wait(f->reads, f->slice_arena, &w) == STORE_OK)
		for (int i = 0; i < s.n && s.v[i].e.seq == f->seq + 1 && f->seq < f->upto; i++)
			hand_out(f, &s.v[i]);
	if (f->seq > before)
		return true;
	log_alarm("events not read", "after=%lld upto=%lld", (long long)before, (long long)f->upto);
	return false;
}

static void caught_up(struct feed *f)
{
	if (f->h->caught_up)
		f->h->caught_up(f->arg);
}

/* Some slices; the rest in the next round of the loop. False: not readable. */
static bool fill(struct feed *f)
{
	for (int i = 0; i < SLICES_AT_ONCE && f->seq < f->upto; i++)
		if (!fill_slice(f))
			return false;
	f->waiting = f->seq < f->upto;
	if (f->waiting)
		loop_after(f->more, 0);
	return true;
}

static void on_more(evutil_socket_t fd, short what, void *arg)
{
	struct feed *f = arg;

	(void)fd;
	(void)what;
	if (!fill(f))
		loop_after(f->more, RETRY_MS);
	else if (!f->waiting)
		caught_up(f);
}

static bool on_events(void *arg, const struct seen_event *v, size_t n)
{
	struct feed *f = arg;

	for (size_t i = 0; i < n; i++) {
		int64_t seq = v[i].e.seq;

		if (seq > f->upto)
			f->upto = seq;
		if (f->waiting || seq <= f->seq)
			continue; /* the slices bring it; or it was handed out */
		if (seq == f->seq + 1)
			hand_out(f, &v[i]);
		else if (!fill(f))
			return false;
	}
	return true;
}

/* -- the engine ------------------------------------------------------------------------------- */

static bool open_reads(struct feed *f, const char *file)
{
	char why[512];
	struct reads *r = reads_open(file, why, sizeof why), *before = f->reads;

	if (!r) {
		log_alarm("store not opened for reading", "file=%s why=%s", file, why);
		return false;
	}
	f->reads = r;
	f->h->reads(f->arg, r, before);
	if (before)
		reads_close(before);
	return true;
}

/* What was handed out is no longer what the store says. */
static bool went_back(const struct feed *f, const struct welcome *w)
{
	if (!f->begun)
		return f->after > w->seq;
	return w->seq < f->seq || w->epoch < f->welcome.epoch || strcmp(w->store, f->welcome.store) != 0;
}

static void keep_welcome(struct feed *f, const struct welcome *w)
{
	struct arena *a = f->welcome_arena;

	arena_reset(a);
	f->welcome = *w;
	f->welcome.store = arena_text(a, w->store);
	f->welcome.file = arena_text(a, w->file);
	f->welcome.revision = arena_text(a, w->revision);
	f->welcome.version = arena_text(a, w->version);
	f->welcome.language = arena_text(a, w->language);
}

static int64_t since_start(struct feed *f, int64_t seq)
{
	struct want_events s = {.filter = {.after = seq > SLICE ? seq - SLICE : 0, .limit = SLICE}};
	struct reads_wants w = {.events = &s};
	int64_t found = seq;

	arena_reset(f->slice_arena);
	if (reads_wait(f->reads, f->slice_arena, &w) != STORE_OK)
		return seq;
	for (int i = 0; i < s.n && s.v[i].e.seq <= seq; i++)
		if (s.v[i].e.type == EVENT_SYSTEM_STARTED && clock_wall().ms - s.v[i].e.at <= START_YOUNG_MS)
			found = s.v[i].e.seq;
	return found;
}

/* Is the oldest of that slice, the events after `after`, of the last half hour? Where one is older, *from is the last of these. */
static bool all_recent(struct feed *f, int64_t after, int64_t seq, int64_t *from)
{
	struct want_events s = {.filter = {.after = after, .limit = SLICE}};
	struct reads_wants w = {.events = &s};
	int64_t since = clock_wall().ms - RECENT_MS;

	arena_reset(f->slice_arena);
	if (reads_wait(f->reads, f->slice_arena, &w) != STORE_OK)
		return false;
	for (int i = s.n - 1; i >= 0; i--)
		if (s.v[i].e.seq <= seq && s.v[i].e.at < since) {
			*from = s.v[i].e.seq;
			return false;
		}
	*from = after;
	return true;
}

static int64_t since_recent(struct feed *f, int64_t seq)
{
	int64_t from = seq;

	for (int i = 0; i < RECENT_SLICES && from > 0; i++)
		if (!all_recent(f, from > SLICE ? from - SLICE : 0, from, &from))
			break;
	return from;
}

static int64_t first_seq(struct feed *f, const struct welcome *w, int64_t from)
{
	if (from == FEED_NOW || from > w->seq)
		return w->seq;
	if (from == FEED_RECENT)
		return since_recent(f, w->seq);
	return from == FEED_STARTED ? since_start(f, w->seq) : from;
}

static void begin(struct feed *f, const struct welcome *w, bool back)
{
	int64_t had = f->begun ? f->seq : f->after, from = back ? FEED_NOW : had;

	if (f->h->whence) {
		from = f->h->whence(f->arg, w, had);
		back = back || (had >= 0 && from < had);
	}
	if (back)
		log_alarm("the store went back", "store=%s seq=%lld had=%s had_seq=%lld", w->store,
		    (long long)w->seq, f->welcome.store ? f->welcome.store : "-",
		    (long long)(f->begun ? f->seq : f->after));
	f->seq = first_seq(f, w, from);
	f->upto = f->seq;
	f->begun = true;
	f->h->begins(f->arg, f->seq, back);
}

static bool on_welcome(void *arg, const struct welcome *w)
{
	struct feed *f = arg;
	bool back, same;

	if (!w->store || !w->file || !w->revision)
		return false;
	back = went_back(f, w);
	same = f->begun && w->epoch == f->welcome.epoch && !back;
	if (!same && !open_reads(f, w->file))
		return false;
	if (!f->h->found(f->arg, w))
		return false;
	if (back || !f->begun)
		begin(f, w, back);
	keep_welcome(f, w);
	f->upto = w->seq > f->upto ? w->seq : f->upto;
	if (!f->waiting && !fill(f))
		return false;
	if (!f->waiting)
		caught_up(f);
	return true;
}

static void on_pulse(void *arg, const struct pulse *p)
{
	struct feed *f = arg;

	f->h->pulse(f->arg, p);
}

static void on_presence(void *arg, const struct presence *p)
{
	struct feed *f = arg;

	f->h->presence(f->arg, p);
}

static const struct link_handlers on_link = {
    .welcome = on_welcome, .events = on_events, .pulse = on_pulse, .presence = on_presence};

struct feed *feed_new(struct event_base *base, const struct link_options *link, int64_t after,
    const struct feed_handlers *h, void *arg)
{
	struct feed *f = xalloc(sizeof(*f));

	*f = (struct feed){.h = h, .arg = arg, .after = after};
	f->welcome_arena = arena_new();
	f->slice_arena = arena_new();
	f->more = loop_timer(base, on_more, f);
	f->link = link_new(base, link, &on_link, f);
	return f;
}

void feed_free(struct feed *f)
{
	if (!f)
		return;
	link_free(f->link);
	if (f->reads)
		reads_close(f->reads);
	event_free(f->more);
	arena_free(f->welcome_arena);
	arena_free(f->slice_arena);
	free(f);
}

struct engine_link *feed_link(const struct feed *f)
{
	return f->link;
}

const struct welcome *feed_welcome(const struct feed *f)
{
	return &f->welcome;
}

int64_t feed_seq(const struct feed *f)
{
	return f->seq;
}
