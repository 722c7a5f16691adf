/*
 * ring.c - the recent events of a front end.
 *
 * Place: between the link, which brings events in order, and everything that hands them on. Seqs
 * have no gap, so an event is found by subtraction. Each event is one allocation.
 */
#include "front/ring.h"
#include "base/log.h"

#include <assert.h>
#include <stdlib.h>

#define SLOTS_MIN 256u
#define MALLOC_OVERHEAD 16u

struct entry {
	struct published p;
	size_t bytes;
	char texts[];
};

/* Open addressing; a unit once seen stays, so its size is that of the mechanisms in use. */
struct unit_slot {
	char *unit; /* owned, NULL: free */
	int64_t seq;
};

struct ring {
	size_t most, bytes;
	int64_t last;
	struct entry **slots; /* slots[seq % n_slots] for the n newest seqs */
	size_t n_slots, n;    /* n_slots is a power of two */
	int64_t floor;        /* seq of the reset */
	struct unit_slot *units;
	size_t n_unit_slots, n_units;
};

struct ring *ring_new(size_t bytes)
{
	struct ring *r = xalloc(sizeof(*r));

	*r = (struct ring){.most = bytes, .n_slots = SLOTS_MIN, .n_unit_slots = SLOTS_MIN};
	r->slots = calloc(r->n_slots, sizeof(struct entry *));
	r->units = calloc(r->n_unit_slots, sizeof(*r->units));
	if (!r->slots || !r->units)
		fatal("ring: no memory");
	return r;
}

static struct entry **slot(const struct ring *r, int64_t seq)
{
	return &r->slots[(uint64_t)seq & (r->n_slots - 1)];
}

static void drop_oldest(struct ring *r)
{
	struct entry **s = slot(r, ring_first(r));

	r->bytes -= (*s)->bytes;
	free(*s);
	*s = NULL;
	r->n--;
}

static void forget_units(struct ring *r)
{
	for (size_t i = 0; i < r->n_unit_slots; i++) {
		free(r->units[i].unit);
		r->units[i].unit = NULL;
	}
	r->n_units = 0;
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
	free(r->units);
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

const struct published *ring_at(const struct ring *r, int64_t seq)
{
	if (seq < ring_first(r) || seq > r->last)
		return NULL;
	return &(*slot(r, seq))->p;
}

/* -- what a unit is shown ------------------------------------------------------------------- */

static bool quiet(enum event_type type)
{
	return type == EVENT_DISPATCH_DELIVERED || type == EVENT_PERSONAL_READ ||
	    type == EVENT_INVARIANT_REPAIRED;
}

bool ring_touches(const struct published *p, const char *unit)
{
	if (!p->e.incident || quiet(p->e.type))
		return false;
	return p->e.unit ? strcmp(p->e.unit, unit) == 0 : list_has(p->units, unit);
}

static struct unit_slot *unit_find(const struct ring *r, struct str unit)
{
	size_t i = str_hash(unit) & (r->n_unit_slots - 1);

	while (r->units[i].unit && !str_is(unit, r->units[i].unit))
		i = (i + 1) & (r->n_unit_slots - 1);
	return &r->units[i];
}

static void units_grow(struct ring *r)
{
	struct unit_slot *old = r->units;
	size_t n = r->n_unit_slots;

	r->n_unit_slots *= 2;
	r->units = calloc(r->n_unit_slots, sizeof(*r->units));
	if (!r->units)
		fatal("ring: no memory");
	for (size_t i = 0; i < n; i++)
		if (old[i].unit)
			*unit_find(r, str_of(old[i].unit)) = old[i];
	free(old);
}

static void unit_note(struct ring *r, struct str unit, int64_t seq)
{
	struct unit_slot *s = unit_find(r, unit);

	if (!s->unit) {
		if (2 * ++r->n_units > r->n_unit_slots) {
			units_grow(r);
			s = unit_find(r, unit);
		}
		s->unit = xalloc(unit.n + 1);
		memcpy(s->unit, unit.p, unit.n);
		s->unit[unit.n] = '\0';
	}
	s->seq = seq;
}

/* The same rule as ring_touches, for all units at once. */
static void units_note(struct ring *r, const struct published *p)
{
	if (!p->e.incident || quiet(p->e.type))
		return;
	const char *units = p->e.unit ? p->e.unit : p->units;
	struct str one;

	while ((one = list_next(&units)).n)
		unit_note(r, one, p->e.seq);
}

int64_t ring_unit_seq(const struct ring *r, const char *unit)
{
	const struct unit_slot *s = unit_find(r, str_of(unit));

	return s->unit ? s->seq : r->floor;
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

static struct entry *entry_new(const struct published *p)
{
	const struct event *e = &p->e;
	const struct event_words *w = &p->words;
	size_t bytes = text_bytes(e->incident) + text_bytes(e->unit) + text_bytes(e->by) +
	    text_bytes(p->units) + text_bytes(w->text) + text_bytes(w->person) + text_bytes(w->phone) +
	    text_bytes(w->location) + e->data.n;
	struct entry *n = xalloc(sizeof(*n) + bytes);
	char *to = n->texts;

	n->p = *p;
	n->bytes = sizeof(*n) + bytes + MALLOC_OVERHEAD;
	n->p.e.incident = put(&to, e->incident);
	n->p.e.unit = put(&to, e->unit);
	n->p.e.by = put(&to, e->by);
	n->p.units = put(&to, p->units);
	n->p.words.text = put(&to, w->text);
	n->p.words.person = put(&to, w->person);
	n->p.words.phone = put(&to, w->phone);
	n->p.words.location = put(&to, w->location);
	n->p.e.data = (struct str){to, e->data.n};
	if (e->data.n)
		memcpy(to, e->data.p, e->data.n);
	return n;
}

static void slots_grow(struct ring *r)
{
	struct entry **old = r->slots;
	size_t n = r->n_slots;

	r->n_slots *= 2;
	r->slots = calloc(r->n_slots, sizeof(struct entry *));
	if (!r->slots)
		fatal("ring: no memory");
	for (int64_t seq = ring_first(r); seq <= r->last; seq++)
		*slot(r, seq) = old[(uint64_t)seq & (n - 1)];
	free(old);
}

void ring_add(struct ring *r, const struct published *p)
{
	assert(p->e.seq == r->last + 1 && "events come in order and without a gap");
	struct entry *e = entry_new(p);

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
