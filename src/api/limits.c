/*
 * limits.c - token buckets in an open-addressed table with a fixed number of places.
 * Place: api; pure. Tokens are counted in thousandths, so that ten a minute is a rate, too.
 */
#include "api/limits.h"
#include "base/log.h"
#include "base/str.h"
#include <assert.h>
#include <stdlib.h>

#define NAME_MAX_LEN 80
#define PROBES 8 /* places looked at for a name before one of them is taken over */

struct bucket {
	char name[NAME_MAX_LEN];
	int64_t tokens; /* thousandths */
	int64_t at;     /* when that was counted */
};

struct limits {
	int64_t per_mille, full;
	size_t n;
	struct bucket v[];
};

struct limits *limits_new(int64_t per_mille, int64_t burst, int places)
{
	assert(per_mille >= 0 && burst > 0 && places >= PROBES && "a limit has room");
	size_t size = sizeof(struct limits) + (size_t)places * sizeof(struct bucket);
	struct limits *l = xalloc(size);
	memset(l, 0, size);
	l->per_mille = per_mille;
	l->full = burst * 1000;
	l->n = (size_t)places;
	return l;
}

void limits_free(struct limits *l)
{
	free(l);
}

static void refill(const struct limits *l, struct bucket *b, int64_t now)
{
	int64_t passed = now - b->at;
	if (passed <= 0)
		return;
	/* a pause that fills it whatever it held needs no multiplication that could overflow */
	if (passed > l->full / l->per_mille * 1000 + 1000)
		b->tokens = l->full;
	else
		b->tokens += passed * l->per_mille / 1000;
	b->at = now;
	if (b->tokens > l->full)
		b->tokens = l->full;
}

static bool better_spared(const struct bucket *a, const struct bucket *b)
{
	bool a_free = !a->name[0], b_free = !b->name[0];
	return a_free != b_free ? a_free : a->tokens > b->tokens;
}

/* The name's bucket, or the place that can best be spared for it. */
static struct bucket *find(struct limits *l, const char *name, int64_t now)
{
	size_t at = str_hash(str_of(name)) % l->n, len = strlen(name);
	struct bucket *spare = NULL;
	for (size_t i = 0; i < PROBES; i++) {
		struct bucket *b = &l->v[(at + i) % l->n];
		if (strncmp(b->name, name, NAME_MAX_LEN - 1) == 0)
			return b;
		refill(l, b, now);
		if (!spare || better_spared(b, spare))
			spare = b;
	}
	*spare = (struct bucket){.tokens = l->full, .at = now};
	memcpy(spare->name, name, len < NAME_MAX_LEN ? len : NAME_MAX_LEN - 1);
	return spare;
}

int limits_take(struct limits *l, const char *name, int64_t mono_ms)
{
	if (l->per_mille == 0)
		return 0;
	struct bucket *b = find(l, name, mono_ms);
	/* Under one thousandth a step, a refill would round to nothing for ever: keep the old instant. */
	if ((mono_ms - b->at) * l->per_mille >= 1000)
		refill(l, b, mono_ms);
	if (b->tokens >= 1000) {
		b->tokens -= 1000;
		return 0;
	}
	int64_t short_ms = (1000 - b->tokens) * 1000 / l->per_mille;
	return short_ms < 1000 ? 1 : (int)((short_ms + 999) / 1000);
}
