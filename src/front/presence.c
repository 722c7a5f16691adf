/*
 * presence.c - see presence.h. Place: front; memory only.
 */
#include "front/presence.h"

#include <stdio.h>

/* Its own, or the first that has run out, or a new one; with none left, the first. */
static struct present *place(struct presences *all, const struct presence *p, int64_t now)
{
	struct present *spare = NULL;

	for (int i = 0; i < all->n; i++) {
		struct present *one = &all->v[i];

		if (strcmp(one->incident, p->incident) == 0 && strcmp(one->account, p->account) == 0)
			return one;
		if (!spare && one->until <= now)
			spare = one;
	}
	if (!spare && all->n < PRESENT_MOST)
		spare = &all->v[all->n++];
	return spare ? spare : &all->v[0];
}

void presences_take(struct presences *all, const struct presence *p, int64_t now)
{
	struct present *one = place(all, p, now);

	snprintf(one->incident, sizeof one->incident, "%s", p->incident);
	snprintf(one->account, sizeof one->account, "%s", p->account);
	one->until = p->until;
}

const struct present *presences_next(const struct presences *all, const char *incident, int64_t now, int *at)
{
	while (*at < all->n) {
		const struct present *one = &all->v[(*at)++];

		if (one->until > now && strcmp(one->incident, incident) == 0)
			return one;
	}
	return NULL;
}
