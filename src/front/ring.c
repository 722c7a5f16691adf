/*
 * ring.c - the recent events of a front end.
 *
 * Place: between the link, which brings events in order, and everything that hands them on. Seqs
 * have no gap, so an event is found by subtraction. Each event is one allocation.
 */
#include "front/ring.h"
#include "base/log.h"
#include "base/map.h"

#include <assert.h>
#include <stdlib.h>

#define SLOTS_MIN 256u
#define MALLOC_OVERHEAD 16u

struct ring_entry {
	struct seen_event p;
	size_t bytes;
	char texts[];
};

/* A unit once seen stays, so there are as many as the mechanisms in use have. */
struct unit_seen {
	char *unit; /* owned */
	int64_t seq;
};

struct ring {
	size_t most, bytes;
	int64_t last;
	struct ring_entry **slots; /* slots[seq % n_slots] for the n newest seqs */
	size_t n_slots, n;         /* n_slots is a power of two */
	int64_t floor;             /* seq of the reset */
	struct map units;          /* struct unit_seen */
};

struct ring *ring_new(size_t bytes)
{
	struct ring *r = xalloc(sizeof(*r));

	*r = (struct ring){.most = bytes, .n_slots = SLOTS_MIN};
	r->slots = calloc(r->n_slots, sizeof(struct ring_entry *));
	if (!r->slots)
		fatal("ring: no memory");
	map_init(&r->units, NULL, sizeof(struct unit_seen), 0);
	return r;
}

static struct ring_entry **slot(const struct ring *r, int64_t seq)
{
	return &r->slots[(uint64_t)seq & (r->n_slots - 1)];
}

static void drop_oldest(struct ring *r)
{
	struct ring_entry **s = slot(r, ring_first(r));

	r->bytes -= (*s)->bytes;
	free(*s);
	*s = NULL;
	r->n--;
}

static void forget_units(struct ring *r)
{
	struct unit_seen *u;
	size_t at = 0;

	while ((u = map_next(&r->units, &at, NULL)))
		free(u->unit);
	map_clear(&r->units);
}

void ring_reset(struct ring *r, int64_t seq)
{
	while (r->n)
		drop_oldest(r);
	forget_units(r);
	r->last = r->floor = seq;
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	ring_reset(r, 0);
	free(r->slots);
	map_free(&r->units);
	free(r);
}

int64_t ring_first(const struct ring *r)
{
	return r->last - (int64_t)r->n + 1;
}

int64_t ring_last(const struct ring *r)
{
	return r->last;
}

size_t ring_bytes(const struct ring *r)
{
	return r->bytes;
}

const struct seen_event *ring_at(const struct ring *r, int64_t seq)
{
	if (seq < ring_first(r) || seq > r->last)
		return NULL;
	return &(*slot(r, seq))->p;
}

/* -- what a unit is shown ------------------------------------------------------------------- */

bool ring_touches(const struct seen_event *p, const char *unit)
{
	if (!p->e.incident || event_quiet(p->e.type))
		return false;
	return p->e.unit ? list_has(unit, p->e.unit) : lists_meet(p->units, unit);
}

static void unit_note(struct ring *r, struct str unit, int64_t seq)
{
	struct unit_seen *u = map_find(&r->units, unit);

	if (!u) {
		char *name = memcpy(xalloc(unit.n + 1), unit.p, unit.n);

		name[unit.n] = '\0';
		u = map_add(&r->units, str_of(name), NULL);
		u->unit = name;
	}
	u->seq = seq;
}

/* The same rule as ring_touches, for all units at once. */
static void units_note(struct ring *r, const struct seen_event *p)
{
	if (!p->e.incident || event_quiet(p->e.type))
		return;
	const char *units = p->e.unit ? p->e.unit : p->units;
	struct str one;

	while ((one = list_next(&units)).n)
		unit_note(r, one, p->e.seq);
}

int64_t ring_unit_seq(const struct ring *r, const char *unit)
{
	const struct unit_seen *u = map_find(&r->units, str_of(unit));

	return u ? u->seq : r->floor;
}

/* -- adding --------------------------------------------------------------------------------- */

static size_t text_bytes(const char *z)
{
	return z ? strlen(z) + 1 : 0;
}

static const char *put(char **to, const char *z)
{
	const char *at = *to;

	if (!z)
		return NULL;
	*to = stpcpy(*to, z) + 1;
	return at;
}

static struct ring_entry *entry_new(const struct seen_event *p)
{
	const struct event *e = &p->e;
	const struct event_words *w = &p->words;
	size_t bytes = text_bytes(e->incident) + text_bytes(e->unit) + text_bytes(e->by) +
	    text_bytes(p->units) + text_bytes(p->informed) + text_bytes(w->text) + text_bytes(w->person) +
	    text_bytes(w->phone) + text_bytes(w->location) + text_bytes(w->contacts) + text_bytes(w->was) +
	    e->data.n;
	struct ring_entry *n = xalloc(sizeof(*n) + bytes);
	char *to = n->texts;

	n->p = *p;
	n->bytes = sizeof(*n) + bytes + MALLOC_OVERHEAD;
	n->p.e.incident = put(&to, e->incident);
	n->p.e.unit = put(&to, e->unit);
	n->p.e.by = put(&to, e->by);
	n->p.units = put(&to, p->units);
	n->p.informed = put(&to, p->informed);
	n->p.words.text = put(&to, w->text);
	n->p.words.person = put(&to, w->person);
	n->p.words.phone = put(&to, w->phone);
	n->p.words.location = put(&to, w->location);
	n->p.words.contacts = put(&to, w->contacts);
	n->p.words.was = put(&to, w->was);
	n->p.e.data = (struct str){to, e->data.n};
	if (e->data.n)
		memcpy(to, e->data.p, e->data.n);
	return n;
}

static void slots_grow(struct ring *r)
{
	struct ring_entry **old = r->slots;
	size_t n = r->n_slots;

	r->n_slots *= 2;
	r->slots = calloc(r->n_slots, sizeof(struct ring_entry *));
	if (!r->slots)
		fatal("ring: no memory");
	for (int64_t seq = ring_first(r); seq <= r->last; seq++)
		*slot(r, seq) = old[(uint64_t)seq & (n - 1)];
	free(old);
}

void ring_add(struct ring *r, const struct seen_event *p)
{
	assert(p->e.seq == r->last + 1 && "events come in order and without a gap");
	struct ring_entry *e = entry_new(p);

	while (r->n && r->bytes + e->bytes > r->most)
		drop_oldest(r);
	if (r->n == r->n_slots)
		slots_grow(r);
	r->last = p->e.seq;
	r->n++;
	r->bytes += e->bytes;
	*slot(r, r->last) = e;
	units_note(r, p);
}
