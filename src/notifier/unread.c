/* unread.c - see unread.h. Place: notifier; pure. */
#include "notifier/unread.h"
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void unread_add(struct unread_list *l, const struct unread *u)
{
	ARRAY_ROOM(NULL, l->v, l->n, l->cap);
	l->v[l->n++] = *u;
}

int unread_take(struct unread_list *l, struct unread out[UNREAD_EACH])
{
	int n = l->n < UNREAD_EACH ? l->n : UNREAD_EACH;

	if (n == 0)
		return 0;
	memcpy(out, l->v, (size_t)n * sizeof *out);
	l->n -= n;
	memmove(l->v, l->v + n, (size_t)l->n * sizeof *l->v);
	return n;
}

int64_t unread_first(const struct unread_list *l)
{
	int64_t first = INT64_MAX;

	for (int i = 0; i < l->n; i++) /* an urgent one may lie before older ones */
		first = l->v[i].seq < first ? l->v[i].seq : first;
	return first;
}

void unread_free(struct unread_list *l)
{
	free(l->v);
}
