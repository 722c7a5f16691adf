/*
 * asked.c - what the processes and the reads ask of a front end: commands for the engine, what is in force, pages of events.
 *
 * Place: front; beneath the reads and front.c, which keeps in step what is answered here.
 */
#include "front/parts.h"
#include "base/arena.h"
#include "base/clock.h"
#include "domain/graver.h"

#define EVENTS_SLICE 500
#define HELD_MOST ((size_t)64 * 1024 * 1024) /* bytes of commands without an answer */

const char *front_proposal(struct front *f, const char *description)
{
	struct proposal p;

	if (!f->texts || !description)
		return NULL;
	text_propose(f->texts, description, &p);
	if (p.n == 0)
		return NULL;
	buf_reset(&f->proposed);
	proposal_write(&p, &f->proposed);
	buf_char(&f->proposed, '\0');
	return f->proposed.p;
}

/* Of a report, and of what is said later. */
static const char *proposal_of(struct front *f, const struct command *c)
{
	struct arena *a;
	const char *proposal;

	if (c->kind == COMMAND_INCIDENT_REPORT)
		return front_proposal(f, command_text(c, FIELD_DESCRIPTION));
	if (!f->texts || !graver_says(c))
		return NULL;
	a = arena_new();
	proposal = front_proposal(f, graver_words(c, a));
	arena_free(a);
	return proposal;
}

struct engine_ticket *front_command(struct front *f, const struct command *c, front_reply_cb *cb, void *arg)
{
	struct command mine = *c;

	mine.received_at = clock_is_manual() ? 0 : clock_wall().ms;
	mine.proposal = proposal_of(f, c);
	return link_send(f->link, &mine, cb, arg);
}

void front_forget(struct engine_ticket *t)
{
	link_forget(t);
}

size_t front_pending(const struct front *f)
{
	return link_pending(f->link);
}

void front_drain(struct front *f)
{
	link_drain(f->link);
}

bool front_full(const struct front *f)
{
	return link_bytes(f->link) >= HELD_MOST;
}

const struct circumstances *front_around(const struct front *f)
{
	return &f->around;
}

struct reads *front_reads(const struct front *f)
{
	return f->reads;
}

struct mechanism *front_hold_mechanism(const struct front *f)
{
	return mechanism_hold(f->mechanism);
}

const struct mechanism *front_mechanism(const struct front *f)
{
	return f->mechanism;
}

const struct welcome *front_engine(const struct front *f)
{
	return f->ready ? feed_welcome(f->feed) : NULL;
}

const struct pulse *front_pulse(const struct front *f)
{
	return f->pulsed ? &f->pulse : NULL;
}

bool front_connected(const struct front *f)
{
	return link_up(f->link);
}

bool front_settled(const struct front *f)
{
	return link_settled(f->link);
}

unsigned front_acting(struct front *f)
{
	return acting_age(f->acting, f->mechanism, front_now(f));
}

const char *front_acts_for(struct front *f, const char *units)
{
	return acting_units(f->acting, f->mechanism, units, front_now(f));
}

int64_t front_seq(const struct front *f)
{
	return f->seq;
}

int64_t front_now(const struct front *f)
{
	(void)f;
	return clock_wall().ms;
}

#define CODE_TEXT 72

int64_t front_unit_seq(const struct front *f, const char *unit)
{
	int64_t seq = 0;
	struct str one;

	while ((one = list_next(&unit)).n) {
		char id[CODE_TEXT];
		if (one.n >= sizeof id)
			continue;
		memcpy(mempcpy(id, one.p, one.n), "", 1);
		int64_t at = ring_unit_seq(f->ring, id);
		seq = at > seq ? at : seq;
	}
	return seq;
}

/* One slice of the journal. */
static bool read_slice(struct front *f, struct arena *a, struct want_events *events)
{
	struct reads_wants w = {.events = events};

	return reads_wait(f->reads, a, &w) == STORE_OK;
}

enum sought front_knows(struct front *f, int64_t after)
{
	struct want_events s = {.filter = {.after = after - 1, .limit = 1}};
	enum sought is = SOUGHT_UNREADABLE;
	struct arena *a;

	if (after <= f->seq)
		return SOUGHT_FOUND;
	a = arena_new();
	if (read_slice(f, a, &s))
		is = s.n && s.v[0].e.seq == after ? SOUGHT_FOUND : SOUGHT_NONE;
	arena_free(a);
	return is;
}

struct front_metrics front_metrics(const struct front *f)
{
	struct front_metrics n = {
	    .reads = f->n_reads,
	    .read_rows = f->read_rows,
	    .read_bytes = f->read_bytes,
	    .read_us = f->read_us,
	    .reads_queued = f->n_queued,
	    .events = f->n_events,
	    .ring_events = ring_last(f->ring) - ring_first(f->ring) + 1,
	    .ring_bytes = (int64_t)ring_bytes(f->ring),
	    .accounts = (int64_t)accounts_count(f->accounts),
	    .logins = logins_metrics(f->logins),
	};

	struct link_metrics link;

	link_metrics(f->link, &link);
	n.commands = link.commands;
	n.resent = link.resent;
	n.unavailable = link.unavailable;
	n.connects = link.connects;
	return n;
}

#define SCAN_MOST 5000 /* of the ring in one call, where most is filtered out */

static void from_ring(struct front *f, const struct view *v, int64_t after, int limit, struct seen_event *out,
    int *n, int64_t *scanned)
{
	int64_t upto = f->seq - after > SCAN_MOST ? after + SCAN_MOST : f->seq;

	*scanned = after;
	while (*scanned < upto && *n < limit) {
		const struct seen_event *p = ring_at(f->ring, ++*scanned);

		if (sight_event(v, p) != SIGHT_NONE)
			out[(*n)++] = *p;
	}
}

static bool from_store(struct front *f, const struct view *v, int64_t after, int limit, struct arena *a,
    struct seen_event *out, int *n, int64_t *scanned)
{
	struct want_events s = {.filter = {.after = after, .limit = limit, .unit = sight_unit(v)}};

	if (!read_slice(f, a, &s))
		return false;
	for (int i = 0; i < s.n && s.v[i].e.seq <= f->seq; i++)
		if (sight_event(v, &s.v[i]) != SIGHT_NONE)
			out[(*n)++] = s.v[i];
	*scanned = s.scanned < f->seq ? s.scanned : f->seq;
	return true;
}

bool front_events(struct front *f, const struct view *v, int64_t after, int limit, struct arena *a,
    struct seen_event **out, int *n, int64_t *scanned, bool *more)
{
	bool ok = true;

	*out = NULL;
	*n = 0;
	*scanned = after;
	if (after < f->seq) {
		limit = limit < EVENTS_SLICE ? limit : EVENTS_SLICE;
		*out = arena_new_array(a, struct seen_event, (size_t)limit);
		if (after + 1 >= ring_first(f->ring))
			from_ring(f, v, after, limit, *out, n, scanned);
		else
			ok = from_store(f, v, after, limit, a, *out, n, scanned);
	}
	*more = *scanned < f->seq;
	return ok;
}
