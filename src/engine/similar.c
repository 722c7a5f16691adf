/*
 * similar.c - recent incidents, for the reply that names those that may be the same matter: ten
 * callers, one pipe.
 *
 * Place: engine; memory only, filled from the store at start. A ring of entries, each on four chains
 * (number, phone, address, cell of the map), the newest first. What a chain leads to is valid while
 * the ring has not overwritten it. A look follows each chain a few steps only, so that a thousand
 * reports of one address cost no more than one.
 *
 * Phone and address are kept as hashes: no personal text lives here. A chance collision names an
 * incident that is not similar, and a person looks.
 */
#include "base/log.h"
#include "engine/similar.h"
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define RING 4096u /* powers of two */
#define HEADS 4096u
#define STEPS_MOST 16
#define FOUND_MOST 32
#define CELL_MICRO 4000 /* about 440 m north to south: larger than any similar_metres in use */
#define METRES_A_DEGREE 111320.0

enum chain { BY_NUMBER, BY_PHONE, BY_ADDRESS, BY_CELL, CHAINS };

struct entry {
	int64_t serial;        /* 1.. */
	uint64_t keys[CHAINS]; /* 0: not on that chain */
	int64_t before[CHAINS];
	uint64_t category; /* 0: none */
	int64_t received_at, lon, lat;
	bool open, confidential, drill;
	char number[NUMBER_MAX + 1];
};
struct recent {
	int64_t last; /* serial of the newest */
	int64_t heads[CHAINS][HEADS];
	struct entry ring[RING];
};

struct recent *recent_new(void)
{
	struct recent *r = calloc(1, sizeof(*r));

	if (!r)
		fatal("similar incidents: no memory");
	return r;
}

void recent_free(struct recent *r)
{
	free(r);
}

/* -- keys ----------------------------------------------------------------------------------- */

static uint64_t key_of(const char *text)
{
	return text && *text ? str_hash(str_of(text)) | 1 : 0;
}

static uint64_t cell_of(int64_t lon, int64_t lat, int dx, int dy)
{
	int64_t cell[2] = {lon / CELL_MICRO + dx, lat / CELL_MICRO + dy};

	return str_hash((struct str){(const char *)cell, sizeof(cell)}) | 1;
}

static void describe(struct entry *x, const struct incident *inc)
{
	x->keys[BY_NUMBER] = key_of(inc->number);
	x->keys[BY_PHONE] = key_of(inc->reporter_phone);
	x->keys[BY_ADDRESS] = key_of(inc->address);
	x->keys[BY_CELL] = inc->has_location ? cell_of(inc->lon_micro, inc->lat_micro, 0, 0) : 0;
	x->category = key_of(inc->category);
	x->received_at = inc->received_at;
	x->lon = inc->lon_micro;
	x->lat = inc->lat_micro;
	x->open = inc->state == INCIDENT_OPEN;
	x->confidential = inc->confidential;
	x->drill = inc->drill;
	snprintf(x->number, sizeof(x->number), "%s", inc->number);
}

/* -- the ring ------------------------------------------------------------------------------- */

static int64_t *head_of(struct recent *r, enum chain c, uint64_t key)
{
	return &r->heads[c][(key >> 1) & (HEADS - 1)];
}

/* NULL where the ring has overwritten it. */
static struct entry *at(struct recent *r, int64_t serial)
{
	struct entry *x = &r->ring[(uint64_t)serial & (RING - 1)];

	return serial > 0 && x->serial == serial ? x : NULL;
}

void recent_add(struct recent *r, const struct incident *inc)
{
	int64_t serial = ++r->last;
	struct entry *x = &r->ring[(uint64_t)serial & (RING - 1)];

	*x = (struct entry){.serial = serial};
	describe(x, inc);
	for (int c = 0; c < CHAINS; c++) {
		int64_t *head;

		if (!x->keys[c])
			continue;
		head = head_of(r, (enum chain)c, x->keys[c]);
		x->before[c] = *head;
		*head = serial;
	}
}

int64_t recent_mark(const struct recent *r)
{
	return r->last;
}

void recent_rewind(struct recent *r, int64_t mark)
{
	for (; r->last > mark; r->last--) {
		struct entry *x = at(r, r->last);

		for (int c = 0; x && c < CHAINS; c++)
			if (x->keys[c])
				*head_of(r, (enum chain)c, x->keys[c]) = x->before[c];
		if (x)
			x->serial = 0;
	}
}

static struct entry *by_number(struct recent *r, const char *number)
{
	uint64_t key = key_of(number);
	struct entry *x = at(r, *head_of(r, BY_NUMBER, key));

	while (x && strcmp(x->number, number) != 0)
		x = at(r, x->before[BY_NUMBER]);
	return x;
}

void recent_changed(struct recent *r, const struct incident *inc)
{
	struct entry *x = by_number(r, inc->number);

	if (!x)
		return;
	x->category = key_of(inc->category);
	x->open = inc->state == INCIDENT_OPEN;
	x->confidential = inc->confidential;
}

void recent_fill(struct recent *r, struct store *s, int64_t since)
{
	struct arena *a = arena_new();
	struct incident **v = arena_new_array(a, struct incident *, RING);
	size_t n = 0;

	if (store_recent(s, a, since, v, RING, &n) == STORE_OK)
		while (n > 0)
			recent_add(r, v[--n]);
	arena_free(a);
}

/* -- the look ------------------------------------------------------------------------------- */

struct look {
	struct recent *r;
	const struct incident *inc;
	const struct policy *p;
	bool all; /* confidential ones, too */
	uint64_t category;
	int64_t below; /* only what was reported before it */
	struct entry *found[FOUND_MOST];
	const char *why[FOUND_MOST];
	int n;
};

/* A drill and what really happened are never the same matter. */
static bool fits(const struct look *l, const struct entry *x)
{
	int64_t apart = x->received_at - l->inc->received_at;

	if (!x->open || x->serial >= l->below || x->drill != l->inc->drill || (x->confidential && !l->all))
		return false;
	if (x->category && l->category && x->category != l->category)
		return false;
	return (apart < 0 ? -apart : apart) <= l->p->similar_window_ms;
}

/* cos by its first terms: exact to a thousandth below 60 degrees, and the distance is a hint. */
static bool close_by(const struct look *l, const struct entry *x)
{
	double lat = (double)x->lat / 1e6 * 0.017453292519943295;
	double cosine = 1 - lat * lat / 2 + lat * lat * lat * lat / 24;
	double dy = (double)(x->lat - l->inc->lat_micro) / 1e6 * METRES_A_DEGREE;
	double dx = (double)(x->lon - l->inc->lon_micro) / 1e6 * METRES_A_DEGREE * cosine;

	return dx * dx + dy * dy <= (double)l->p->similar_metres * (double)l->p->similar_metres;
}

static void take(struct look *l, struct entry *x, const char *why)
{
	for (int i = 0; i < l->n; i++)
		if (l->found[i] == x)
			return;
	if (l->n == FOUND_MOST)
		return;
	l->found[l->n] = x;
	l->why[l->n++] = why;
}

static void follow(struct look *l, enum chain c, uint64_t key, const char *why)
{
	struct entry *x = key ? at(l->r, *head_of(l->r, c, key)) : NULL;

	for (int i = 0; x && i < STEPS_MOST; i++, x = at(l->r, x->before[c]))
		if (x->keys[c] == key && fits(l, x) && (c != BY_CELL || close_by(l, x)))
			take(l, x, why);
}

static void look_around(struct look *l)
{
	for (int dx = -1; dx <= 1; dx++)
		for (int dy = -1; dy <= 1; dy++)
			follow(l, BY_CELL, cell_of(l->inc->lon_micro, l->inc->lat_micro, dx, dy), "place");
}

/* Newest first. */
static void sort(struct look *l)
{
	for (int i = 1; i < l->n; i++)
		for (int k = i; k > 0 && l->found[k]->serial > l->found[k - 1]->serial; k--) {
			struct entry *x = l->found[k];
			const char *why = l->why[k];

			l->found[k] = l->found[k - 1];
			l->why[k] = l->why[k - 1];
			l->found[k - 1] = x;
			l->why[k - 1] = why;
		}
}

int recent_similar(struct recent *r, const struct incident *inc, const struct policy *p, bool all,
    struct arena *a, struct similar **out)
{
	struct entry *self = by_number(r, inc->number);
	struct look l = {.r = r,
	    .inc = inc,
	    .p = p,
	    .all = all,
	    .category = key_of(inc->category),
	    .below = self ? self->serial : INT64_MAX};
	int n;

	follow(&l, BY_PHONE, key_of(inc->reporter_phone), "phone");
	follow(&l, BY_ADDRESS, key_of(inc->address), "address");
	if (inc->has_location)
		look_around(&l);
	sort(&l);
	n = l.n < p->similar_most ? l.n : p->similar_most;
	*out = n > 0 ? arena_new_array(a, struct similar, (size_t)n) : NULL;
	for (int i = 0; i < n; i++)
		(*out)[i] = (struct similar){.number = arena_text(a, l.found[i]->number),
		    .received_at = l.found[i]->received_at,
		    .why = l.why[i]};
	return n > 0 ? n : 0;
}
