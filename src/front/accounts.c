/*
 * accounts.c - the front ends' cache of accounts.
 *
 * Place: front; between the sessions and the store. Full means: forget all and look up again.
 */
#include "front/accounts.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/map.h"

#include <stdlib.h>

#define MOST 512

struct known_account {
	struct digest token;
	struct principal who; /* texts in the arena */
};

struct accounts {
	struct map by_token; /* struct known_account *, in the arena like the map */
	struct arena *arena, *scratch;
};

struct accounts *accounts_new(void)
{
	struct accounts *a = xalloc(sizeof(*a));

	*a = (struct accounts){.arena = arena_new(), .scratch = arena_new()};
	accounts_flush(a);
	return a;
}

void accounts_free(struct accounts *a)
{
	if (!a)
		return;
	arena_free(a->arena);
	arena_free(a->scratch);
	free(a);
}

void accounts_flush(struct accounts *a)
{
	arena_reset(a->arena);
	map_init(&a->by_token, a->arena, sizeof(struct known_account *), 0);
}

static const struct principal *keep(struct accounts *a, const struct account *who, const struct digest *token)
{
	struct known_account *known;

	if (map_count(&a->by_token) == MOST)
		accounts_flush(a);
	known = arena_alloc(a->arena, sizeof(*known));
	*known = (struct known_account){.token = *token,
	    .who = {
		.account = arena_text(a->arena, who->name),
		.role = who->role,
		.unit = arena_text(a->arena, who->unit),
		.commands = arena_text(a->arena, who->commands),
	    }};
	*(struct known_account **)map_add(&a->by_token, MAP_KEY_OF(known->token), NULL) = known;
	return &known->who;
}

const struct principal *accounts_find(struct accounts *a, struct reads *r, const struct digest *token)
{
	struct known_account *const *known = map_find(&a->by_token, MAP_KEY_OF(*token));
	struct want_account found = {.token = *token};
	struct reads_wants w = {.account = &found};

	if (known)
		return &(*known)->who;
	arena_reset(a->scratch);
	if (!r || reads_wait(r, a->scratch, &w) != STORE_OK || !found.who || found.who->revoked_at)
		return NULL;
	return keep(a, found.who, token);
}

size_t accounts_count(const struct accounts *a)
{
	return map_count(&a->by_token);
}
