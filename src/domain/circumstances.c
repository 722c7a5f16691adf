/*
 * circumstances.c - the system's downtimes: whether an instant, or how much of a stretch, lies in them.
 * Place: domain. Searches halve the list: a store of years holds hundreds, and each step asks.
 */
#include "domain/circumstances.h"

#include <string.h>

/* The first downtime that ends at or after this instant. */
static size_t first_ending_from(const struct downtime *v, size_t n, int64_t at)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v[mid].to < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool circumstances_away(const struct circumstances *c, int64_t at)
{
	size_t i = first_ending_from(c->downtimes, c->n_downtimes, at);

	return i < c->n_downtimes && c->downtimes[i].from <= at;
}

int64_t circumstances_away_ms(const struct circumstances *c, int64_t from, int64_t to)
{
	int64_t sum = 0;

	for (size_t i = first_ending_from(c->downtimes, c->n_downtimes, from);
	     i < c->n_downtimes && c->downtimes[i].from < to; i++) {
		int64_t begin = c->downtimes[i].from > from ? c->downtimes[i].from : from;
		int64_t end = c->downtimes[i].to < to ? c->downtimes[i].to : to;

		sum += end > begin ? end - begin : 0;
	}
	return sum;
}

size_t downtimes_add(struct downtime *v, size_t n, struct downtime one)
{
	size_t at = first_ending_from(v, n, one.from), behind = at;

	if (one.from >= one.to)
		return n;
	for (; behind < n && v[behind].from <= one.to; behind++) {
		one.from = v[behind].from < one.from ? v[behind].from : one.from;
		one.to = v[behind].to > one.to ? v[behind].to : one.to;
	}
	memmove(&v[at + 1], &v[behind], (n - behind) * sizeof(*v));
	v[at] = one;
	return n + 1 - (behind - at);
}
