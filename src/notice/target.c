/* target.c - what one channel may take now. Place: notice; pure. */
#include "notice/target.h"
#include "base/time.h"

void target_open(struct target *t, int per_minute)
{
	*t = (struct target){.per_minute = per_minute};
	window_open(&t->begun, per_minute);
}

void target_limit(struct target *t, int per_minute)
{
	window_free(&t->begun);
	window_open(&t->begun, per_minute);
	t->per_minute = per_minute;
}

void target_free(struct target *t)
{
	window_free(&t->begun);
}

int64_t target_from(const struct target *t, enum notice_class class, int64_t now)
{
	int64_t from;

	if (t->trying || t->gone)
		return INT64_MAX;
	from = window_from(&t->begun, window_share(t->per_minute, class), MINUTE_MS, now);
	return t->closed_until > from ? t->closed_until : from;
}

void target_takes(struct target *t, int64_t at)
{
	if (t->closed_until && at >= t->closed_until) {
		t->trying = t->broken || t->failures >= TARGET_FAILURES;
		t->closed_until = 0;
	}
	window_add(&t->begun, at);
}

void target_shift(struct target *t, int64_t step)
{
	window_shift(&t->begun, step);
	if (t->closed_until)
		t->closed_until += step;
}

bool target_shut(const struct target *t, int64_t now)
{
	return t->gone || (t->broken && t->closed_until > now);
}

void target_good(struct target *t)
{
	t->failures = t->refusals = 0;
	t->closed_until = 0;
	t->trying = t->broken = false;
}

bool target_refused(struct target *t, uint32_t recipient, int64_t now)
{
	int refusals = t->refusals, known = 0;

	if (target_shut(t, now)) /* it was under way when the channel was closed */
		return false;
	while (known < refusals && t->refused[known] != recipient)
		known++;
	t->refused[known] = recipient;
	target_good(t);
	t->refusals = known == refusals ? refusals + 1 : refusals;
	if (t->refusals < TARGET_REFUSALS)
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
