/*
 * bucket.c - token buckets in a map by name.
 * Invariants: a level is at most `full` and not below -full; a name is in the map with a bucket that
 * owns its text.
 */
#include "base/bucket.h"
#include "base/log.h"
#include "base/map.h"

#include <assert.h>
#include <stdlib.h>

struct bucket {
	char *name;
	int64_t level; /* thousandths */
	int64_t at_ms; /* when that was counted */
};

struct buckets {
	int64_t rate, full;
	size_t places;
	struct map by_name;
};

struct buckets *buckets_new(int64_t rate, int64_t burst, size_t places)
{
	struct buckets *b = xalloc(sizeof(*b));

	assert(rate >= 0 && burst > 0 && places > 0 && "a limit has room");
	*b = (struct buckets){.rate = rate, .full = burst * BUCKET_TOKEN, .places = places};
	map_init(&b->by_name, NULL, sizeof(struct bucket), 0);
	return b;
}

void buckets_free(struct buckets *b)
{
	struct bucket *one;
	size_t at = 0;

	if (!b)
		return;
	while ((one = map_next(&b->by_name, &at, NULL)))
		free(one->name);
	map_free(&b->by_name);
	free(b);
}

/* What came back since it was counted. Under one thousandth nothing is counted, or a name that asks
 * all the time would never get anything back. */
static void refill(const struct buckets *b, struct bucket *one, int64_t now)
{
	int64_t passed = now - one->at_ms;

	/* a pause that fills it whatever it held needs no multiplication that could overflow */
	if (passed > 2 * b->full / b->rate * 1000 + 1000) {
		one->level = b->full;
	} else if (passed > 0 && passed * b->rate >= 1000) {
		one->level += passed * b->rate / 1000;
		if (one->level > b->full)
			one->level = b->full;
	} else {
		return;
	}
	one->at_ms = now;
}

static void forget(struct buckets *b, struct bucket *one)
{
	char *name = one->name;

	map_remove(&b->by_name, str_of(name));
	free(name);
}

/* Forgets one that is full, else the fullest. */
static void spare_one(struct buckets *b, int64_t now)
{
	struct bucket *one, *fullest = NULL;
	size_t at = 0;

	while ((!fullest || fullest->level < b->full) && (one = map_next(&b->by_name, &at, NULL))) {
		refill(b, one, now);
		if (!fullest || one->level > fullest->level)
			fullest = one;
	}
	if (fullest)
		forget(b, fullest);
}

static struct bucket *find(struct buckets *b, const char *name, int64_t now)
{
	struct bucket *one = map_find(&b->by_name, str_of(name));
	char *copy;

	if (one)
		return one;
	if (map_count(&b->by_name) >= b->places)
		spare_one(b, now);
	copy = strdup(name);
	if (!copy)
		fatal("no memory for a name");
	one = map_add(&b->by_name, str_of(copy), NULL);
	*one = (struct bucket){.name = copy, .level = b->full, .at_ms = now};
	return one;
}

int64_t buckets_wait(struct buckets *b, const char *name, struct mono_ms now)
{
	struct bucket *one = b->rate ? map_find(&b->by_name, str_of(name)) : NULL;

	if (!one)
		return 0;
	refill(b, one, now.ms);
	if (one->level >= BUCKET_TOKEN)
		return 0;
	return ((BUCKET_TOKEN - one->level) * 1000 + b->rate - 1) / b->rate;
}

void buckets_charge(struct buckets *b, const char *name, int64_t thousandths, struct mono_ms now)
{
	struct bucket *one;

	if (b->rate == 0)
		return;
	one = find(b, name, now.ms);
	refill(b, one, now.ms);
	one->level -= thousandths;
	if (one->level < -b->full)
		one->level = -b->full;
}

int64_t buckets_take(struct buckets *b, const char *name, struct mono_ms now)
{
	int64_t wait = buckets_wait(b, name, now);

	if (wait == 0)
		buckets_charge(b, name, BUCKET_TOKEN, now);
	return wait;
}
