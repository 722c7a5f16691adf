/* compare.c - what is open on one side alone. Place: exchange; pure. */
#include "exchange/exchange.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void exchange_compare(const char **ours, int n_ours, const char **theirs, int n_theirs, exchange_differs *fn,
    void *arg)
{
	int i = 0, j = 0;

	if (n_ours)
		qsort(ours, (size_t)n_ours, sizeof *ours, by_name);
	if (n_theirs)
		qsort(theirs, (size_t)n_theirs, sizeof *theirs, by_name);
	while (i < n_ours || j < n_theirs) {
		int d = i == n_ours ? 1 : j == n_theirs ? -1 : strcmp(ours[i], theirs[j]);

		if (d < 0)
			fn(arg, ours[i], ONLY_OURS);
		else if (d > 0)
			fn(arg, theirs[j], ONLY_THEIRS);
		i += d <= 0;
		j += d >= 0;
	}
}
