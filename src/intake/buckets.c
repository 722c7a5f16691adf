/*
 * buckets.c - token buckets by account.
 *
 * Place: intake; the consoles of one account share one bucket. Tokens are counted in thousandths,
 * so that a millisecond is worth `per_second` of them. The places of one hash stand in a row of WAYS;
 * a new name takes the one least lately used, whose bucket has refilled most.
 */
#include "intake/buckets.h"
#include "base/log.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS 256u /* a power of two */
#define WAYS 4
#define THOUSAND 1000
#define NAME_MAX_BYTES 65

struct bucket {
	char name[NAME_MAX_BYTES]; /* "": free */
	int64_t level, at_ms;
};

struct buckets {
	int64_t per_second, most;
	struct bucket rows[ROWS][WAYS];
};

struct buckets *buckets_new(int64_t per_second, int64_t burst)
{
	struct buckets *b = calloc(1, sizeof(*b));

	if (!b)
		fatal("buckets: no memory");
	b->per_second = per_second;
	b->most = (burst > 0 ? burst : 1) * THOUSAND;
	return b;
}

void buckets_free(struct buckets *b)
{
	free(b);
}

static struct bucket *find(struct buckets *b, const char *account, int64_t now)
{
	struct bucket *row = b->rows[str_hash(str_of(account)) & (ROWS - 1)];
	struct bucket *oldest = &row[0];

	for (int i = 0; i < WAYS; i++) {
		if (strcmp(row[i].name, account) == 0)
			return &row[i];
		if (row[i].at_ms < oldest->at_ms)
			oldest = &row[i];
	}
	snprintf(oldest->name, sizeof(oldest->name), "%s", account);
	oldest->level = b->most;
	oldest->at_ms = now;
	return oldest;
}

bool buckets_take(struct buckets *b, const char *account, struct mono_ms now)
{
	struct bucket *k;

	if (!b->per_second)
		return true;
	k = find(b, account, now.ms);
	if (now.ms - k->at_ms >= b->most / b->per_second)
		k->level = b->most;
	else
		k->level += (now.ms - k->at_ms) * b->per_second;
	if (k->level > b->most)
		k->level = b->most;
	k->at_ms = now.ms;
	if (k->level < THOUSAND)
		return false;
	k->level -= THOUSAND;
	return true;
}
