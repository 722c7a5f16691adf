/* target.c - what one channel may take now. Place: notice; pure. */
#include "notice/target.h"
#include "base/log.h"
#include "base/time.h"

#include <stdlib.h>

void target_open(struct target *t, int per_minute)
{
	*t = (struct target){.per_minute = per_minute};
	if (per_minute > 0)
		t->begun = xalloc((size_t)per_minute * sizeof *t->begun);
}

void target_free(struct target *t)
{
	free(t->begun);
	t->begun = NULL;
}

/* The kth newest, from 1; 0 where there are not so many. */
static int64_t newest(const struct target *t, int k)
{
	return k > t->n || k < 1 ? 0 : t->begun[(t->at - k + 2 * t->per_minute) % t->per_minute];
}

/* So many of a minute are for all; the rest is for instructions. */
static int share(const struct target *t, enum notice_class class)
{
	int all = t->per_minute - t->per_minute / 3;

	return class == NOTICE_INSTRUCTION || all < 1 ? t->per_minute : all;
}

int64_t target_from(const struct target *t, enum notice_class class, int64_t now)
{
	int64_t from = now;

	if (t->trying)
		return INT64_MAX;
	if (t->closed_until > from)
		from = t->closed_until;
	if (t->per_minute > 0) {
		int64_t at = newest(t, share(t, class));

		if (at && at + MINUTE_MS > from)
			from = at + MINUTE_MS;
	}
	return from;
}

void target_takes(struct target *t, int64_t at)
{
	if (t->closed_until && at >= t->closed_until) {
		t->trying = t->broken || t->failures >= TARGET_FAILURES;
		t->closed_until = 0;
	}
	if (t->per_minute <= 0)
		return;
	t->begun[t->at] = at;
	t->at = (t->at + 1) % t->per_minute;
	t->n += t->n < t->per_minute;
}

void target_shift(struct target *t, int64_t step)
{
	for (int i = 0; i < t->n; i++)
		t->begun[i] += step;
	if (t->closed_until)
		t->closed_until += step;
}

void target_good(struct target *t)
{
	t->failures = t->refusals = 0;
	t->closed_until = 0;
	t->trying = t->broken = false;
}

bool target_refused(struct target *t, uint32_t recipient, int64_t now)
{
	int refusals = t->refusals + (t->refusals == 0 || t->refused != recipient);

	target_good(t);
	t->refusals = refusals;
	t->refused = recipient;
	if (refusals < TARGET_REFUSALS)
		return false;
	t->refusals = 0;
	target_hold(t, now + TARGET_BROKEN_MS, true);
	return true;
}

void target_bad(struct target *t, int64_t now)
{
	t->failures++;
	if (t->failures >= TARGET_FAILURES || t->trying)
		t->closed_until = now + TARGET_OPEN_MS;
	t->trying = false;
}

void target_hold(struct target *t, int64_t until, bool broken)
{
	t->closed_until = until > t->closed_until ? until : t->closed_until;
	t->trying = false;
	t->broken = broken;
}
