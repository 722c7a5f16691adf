/* summary.c - see summary.h. Place: notice; pure. */
#include "notice/summary.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/time.h"
#include "domain/calendar.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t first_after(const struct digest_times *times, int64_t after)
{
	int64_t midnight = day_start(local_day(after)), first = 0;

	for (int i = 0; i < times->n; i++) {
		int64_t at = midnight + times->v[i] * MINUTE_MS;

		at += at <= after ? DAY_MS : 0;
		first = !first || at < first ? at : first;
	}
	return first;
}

int64_t summary_next(const struct notices *n, int64_t after)
{
	int64_t first = 0;

	for (int i = 0; i < n->n_recipients; i++) {
		int64_t at = first_after(notices_digest(n, &n->recipients[i]), after);

		first = at && (!first || at < first) ? at : first;
	}
	return first;
}

bool summary_due(const struct mechanism *m, const struct notice_recipient *to, int64_t at)
{
	const struct digest_times *times = notices_digest(m->notices, to);
	bool always = to->unit && to->unit->tier == 1; /* Art. 11: the others answer in office hours */

	for (int i = 0; i < times->n; i++)
		if (day_start(local_day(at)) + times->v[i] * MINUTE_MS == at)
			return always || calendar_workday(&m->calendar, local_day(at), NULL);
	return false;
}

struct outgoing summary_of(const struct notice_recipient *to, const char *store, int64_t at, int64_t now)
{
	struct outgoing o = {.at = at,
	    .event = OF_NO_EVENT,
	    .class = NOTICE_DIGEST,
	    .unit = to->unit ? to->unit->id : NULL,
	    .role = to->unit ? "duty" : to->id,
	    .which = 1,
	    .digest = "digest",
	    .made_at = now};
	char text[256], hex[DIGEST_HEX];
	int n = snprintf(text, sizeof text, "digest|%s|%lld|%s", store, (long long)at, to->id);
	struct str part = {text, n < (int)sizeof text ? (size_t)n : sizeof text - 1};
	struct digest d = digest_parts(&part, 1);

	memcpy(o.id, digest_hex(&d, hex), NOTICE_ID_LEN);
	return o;
}

bool summary_counts(const struct incident *inc, const struct dispatch *d)
{
	return !inc->drill && dispatch_open(d) && d->role != AS_INFORM && !dispatch_owes_nothing(d);
}

/* CLOCK_COUNT: none that the unit owes has a limit. */
static enum clock_kind next_clock(const struct dispatch *d)
{
	enum clock_kind first = CLOCK_COUNT;

	for (int k = 0; k < DISPATCH_CLOCKS; k++)
		if (clock_rows[k].debtor == DEBTOR_UNIT && clock_runs(&d->clocks[k]) &&
		    (first == CLOCK_COUNT || d->clocks[k].due < d->clocks[first].due))
			first = (enum clock_kind)k;
	return first;
}

int64_t summary_due_of(const struct dispatch *d)
{
	enum clock_kind k = next_clock(d);

	return k == CLOCK_COUNT ? 0 : d->clocks[k].due;
}

struct said summary_said(const struct outgoing *digest, struct incident *inc, const struct dispatch *d,
    struct arena *a)
{
	enum clock_kind k = next_clock(d);
	struct outgoing *o = arena_new_array(a, struct outgoing, 1);

	*o = *digest;
	o->incident = inc->number;
	o->dispatch = d->n;
	o->about = k == CLOCK_COUNT ? NULL : clock_names[k];
	return (struct said){o, inc};
}

static int64_t due_of_said(const struct said *s)
{
	int64_t due = summary_due_of(incident_dispatch(s->inc, s->o->dispatch));

	return due ? due : INT64_MAX;
}

static int by_due(const void *a, const void *b)
{
	int64_t x = due_of_said(a), y = due_of_said(b);

	if (x == y)
		return strcmp(((const struct said *)a)->o->incident, ((const struct said *)b)->o->incident);
	return x < y ? -1 : 1;
}

void summary_sort(struct said *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_due);
}
