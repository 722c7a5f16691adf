/* compare.c - what is open on one side alone. Place: exchange; pure. */
#include "exchange/exchange.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once; how many they are. */
static int sorted(const char **v, int n)
{
	int kept = 0;

	if (n)
		qsort(v, (size_t)n, sizeof *v, by_name);
	for (int i = 0; i < n; i++)
		if (!kept || strcmp(v[kept - 1], v[i]) != 0)
			v[kept++] = v[i];
	return kept;
}

void exchange_compare(const char **ours, int n_ours, const char **theirs, int n_theirs, exchange_differs *fn,
    void *arg)
{
	int i = 0, j = 0;

	n_ours = sorted(ours, n_ours);
	n_theirs = sorted(theirs, n_theirs);
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
