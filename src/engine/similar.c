/*
 * similar.c - recent incidents, for the reply that names those that may be the same matter: ten
 * callers, one pipe. What makes two alike is domain/similar.h's; here is the window of those compared.
 *
 * Place: engine; memory only, filled from the store at start. A ring of entries, each on chains of what
 * it may be found by (number, two phones, address, cell of the map), the newest first. What a chain
 * leads to is valid while the ring has not overwritten it. A look goes at most STEPS_MOST entries down
 * its chains, some microseconds in a storm, and keeps the most alike that it meets.
 */
#include "base/arena.h"
#include "base/log.h"
#include "domain/similar.h"
#include "engine/similar.h"

#include <stdio.h>
#include <stdlib.h>

#define RING 4096u /* powers of two */
#define HEADS 4096u
#define STEPS_MOST 2048
#define FOUND_MOST 100  /* policy.similar_most is no more */
#define CELL_MICRO 4000 /* about 440 m north to south: larger than any similar_metres in use */

enum chain { BY_NUMBER, BY_PHONE, BY_OTHER_PHONE, BY_ADDRESS, BY_CELL, CHAINS };

struct seen_entry {
	int64_t serial;        /* 1.. */
	uint64_t keys[CHAINS]; /* 0: not on that chain */
	int64_t before[CHAINS];
	struct likeness like;
	uint64_t said;                   /* of the texts that like was made from: they may be amended */
	bool open, confidential, secret; /* secret: who reported it is the desk's alone to know */
	char number[NUMBER_MAX + 1];
};
struct recent {
	int64_t last; /* serial of the newest */
	int64_t heads[CHAINS][HEADS];
	struct seen_entry ring[RING];
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

static uint64_t said_by(const struct incident *inc)
{
	return key_of(inc->reporter_phone) * 3 + key_of(inc->address) * 5 +
	    (inc->has_location ? cell_of(inc->lon_micro, inc->lat_micro, 0, 0) + key_of(inc->datum) : 0) * 7 +
	    (uint64_t)inc->lon_micro * 11 + (uint64_t)inc->lat_micro * 13;
}

static void describe(struct seen_entry *x, const struct mechanism *m, const struct incident *inc)
{
	likeness_of(m, inc, &x->like);
	x->said = said_by(inc);
	x->keys[BY_NUMBER] = key_of(inc->number);
	x->keys[BY_PHONE] = x->like.phones[0].number;
	x->keys[BY_OTHER_PHONE] = x->like.phones[1].number;
	x->keys[BY_ADDRESS] = x->like.address.place;
	x->keys[BY_CELL] = x->like.has_location ? cell_of(x->like.lon, x->like.lat, 0, 0) : 0;
	x->open = inc->state == INCIDENT_OPEN;
	x->confidential = inc->confidential;
	x->secret = inc->secret_reporter;
	snprintf(x->number, sizeof(x->number), "%s", inc->number);
}

/* -- the ring ------------------------------------------------------------------------------- */

static int64_t *head_of(struct recent *r, enum chain c, uint64_t key)
{
	return &r->heads[c][(key >> 1) & (HEADS - 1)];
}

/* NULL where the ring has overwritten it. */
static struct seen_entry *at(struct recent *r, int64_t serial)
{
	struct seen_entry *x = &r->ring[(uint64_t)serial & (RING - 1)];

	return serial > 0 && x->serial == serial ? x : NULL;
}

void recent_add(struct recent *r, const struct mechanism *m, const struct incident *inc)
{
	int64_t serial = ++r->last;
	struct seen_entry *x = &r->ring[(uint64_t)serial & (RING - 1)];

	*x = (struct seen_entry){.serial = serial};
	describe(x, m, inc);
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
		struct seen_entry *x = at(r, r->last);

		for (int c = 0; x && c < CHAINS; c++)
			if (x->keys[c])
				*head_of(r, (enum chain)c, x->keys[c]) = x->before[c];
		if (x)
			x->serial = 0;
	}
}

static struct seen_entry *by_number(struct recent *r, const char *number)
{
	uint64_t key = key_of(number);
	struct seen_entry *x = at(r, *head_of(r, BY_NUMBER, key));

	while (x && strcmp(x->number, number) != 0)
		x = at(r, x->before[BY_NUMBER]);
	return x;
}

void recent_changed(struct recent *r, const struct mechanism *m, const struct incident *inc)
{
	struct seen_entry *x = by_number(r, inc->number);

	if (!x)
		return;
	if (x->said != said_by(inc)) {
		x->open = false; /* it goes on in a new entry, on the chains of what it says now */
		recent_add(r, m, inc);
		return;
	}
	x->like.category = likeness_category(inc);
	x->open = inc->state == INCIDENT_OPEN;
	x->confidential = inc->confidential;
	x->secret = inc->secret_reporter;
}

void recent_fill(struct recent *r, struct store *s, const struct mechanism *m, int64_t since)
{
	struct arena *a = arena_new();
	struct incident **v = arena_new_array(a, struct incident *, RING);
	size_t n = 0;

	if (store_recent(s, a, since, v, RING, &n) == STORE_OK)
		while (n > 0)
			recent_add(r, m, v[--n]);
	arena_free(a);
}

/* -- the look ------------------------------------------------------------------------------- */

struct alike {
	const struct seen_entry *x;
	enum like why;
	double metres;
};

struct look {
	struct recent *r;
	struct likeness like;
	const struct policy *p;
	bool all;                       /* confidential ones, too, and secret reporters */
	int64_t below;                  /* only what was reported before it */
	struct alike found[FOUND_MOST]; /* the most alike first */
	int n, most;
	int steps;
};

/* The same caller, the same address, the nearest, the newest. */
static bool more_alike(const struct alike *a, const struct alike *b)
{
	if (a->why != b->why)
		return a->why < b->why;
	if (a->metres < b->metres || a->metres > b->metres)
		return a->metres < b->metres;
	return a->x->serial > b->x->serial;
}

static void take(struct look *l, struct alike f)
{
	int i;

	for (i = 0; i < l->n; i++)
		if (l->found[i].x == f.x)
			return;
	if (l->n == l->most && (l->n == 0 || !more_alike(&f, &l->found[l->n - 1])))
		return;
	for (i = l->n < l->most ? l->n++ : l->n - 1; i > 0 && more_alike(&f, &l->found[i - 1]); i--)
		l->found[i] = l->found[i - 1];
	l->found[i] = f;
}

static void consider(struct look *l, const struct seen_entry *x)
{
	struct alike f = {.x = x};

	if (!x->open || x->serial >= l->below || (x->confidential && !l->all))
		return;
	f.why = likeness_compare(&l->like, &x->like, l->p, &f.metres);
	if (f.why == LIKE_PHONE && x->secret && !l->all)
		return; /* it would say whose phone it was */
	if (f.why != LIKE_NOT)
		take(l, f);
}

static void follow(struct look *l, enum chain c, uint64_t key)
{
	struct seen_entry *x = key ? at(l->r, *head_of(l->r, c, key)) : NULL;

	for (; x && l->steps < STEPS_MOST; l->steps++, x = at(l->r, x->before[c]))
		if (x->keys[c] == key)
			consider(l, x);
}

static void look_around(struct look *l)
{
	follow(l, BY_CELL, cell_of(l->like.lon, l->like.lat, 0, 0)); /* the nearest, before the steps end */
	for (int dx = -1; dx <= 1; dx++)
		for (int dy = -1; dy <= 1; dy++)
			if (dx || dy)
				follow(l, BY_CELL, cell_of(l->like.lon, l->like.lat, dx, dy));
}

int recent_similar(struct recent *r, const struct mechanism *m, const struct incident *inc, bool all,
    struct arena *a, struct similar **out)
{
	struct seen_entry *self = by_number(r, inc->number);
	struct look l = {.r = r, .p = &m->policy, .all = all, .below = self ? self->serial : INT64_MAX};

	l.most = l.p->similar_most < FOUND_MOST ? l.p->similar_most : FOUND_MOST;
	if (self)
		l.like = self->like;
	else
		likeness_of(m, inc, &l.like);
	for (int i = 0; i < PHONES_MOST; i++) {
		follow(&l, BY_PHONE, l.like.phones[i].number);
		follow(&l, BY_OTHER_PHONE, l.like.phones[i].number);
	}
	follow(&l, BY_ADDRESS, l.like.address.place);
	if (l.like.has_location)
		look_around(&l);
	*out = l.n > 0 ? arena_new_array(a, struct similar, (size_t)l.n) : NULL;
	for (int i = 0; i < l.n; i++)
		(*out)[i] = (struct similar){.number = arena_text(a, l.found[i].x->number),
		    .received_at = l.found[i].x->like.received_at,
		    .why = like_names[l.found[i].why]};
	return l.n;
}
