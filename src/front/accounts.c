/*
 * accounts.c - the front ends' cache of accounts.
 *
 * Place: front; between the sessions and reads_account. Open addressing by the token's digest, whose
 * bytes are as good as random; full means: forget all and look up again.
 */
#include "front/accounts.h"
#include "base/arena.h"
#include "base/log.h"

#include <stdlib.h>

#define SLOTS 1024u /* a power of two */
#define MOST (SLOTS / 2)

struct slot {
	bool used;
	struct digest token;
	struct principal who; /* texts in the arena */
};

struct accounts {
	struct slot *slots;
	size_t n;
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
	a->slots = arena_new_array(a->arena, struct slot, SLOTS);
	a->n = 0;
}

static struct slot *slot_of(struct accounts *a, const struct digest *token)
{
	uint64_t h;

	memcpy(&h, token->b, sizeof h);
	for (size_t i = h & (SLOTS - 1);; i = (i + 1) & (SLOTS - 1))
		if (!a->slots[i].used || digest_eq(&a->slots[i].token, token))
			return &a->slots[i];
}

struct lookup {
	enum store_status status;
	const struct account *who;
};

static void on_account(void *arg, enum store_status status, const struct account *who)
{
	*(struct lookup *)arg = (struct lookup){status, who};
}

static const struct principal *keep(struct accounts *a, const struct account *who, const struct digest *token)
{
	struct slot *s;

	if (a->n == MOST)
		accounts_flush(a);
	s = slot_of(a, token);
	a->n++;
	*s = (struct slot){.used = true,
	    .token = *token,
	    .who = {
		.account = arena_text(a->arena, who->name),
		.role = who->role,
		.unit = arena_text(a->arena, who->unit),
		.commands = arena_text(a->arena, who->commands),
	    }};
	return &s->who;
}

const struct principal *accounts_find(struct accounts *a, struct reads *r, const struct digest *token)
{
	struct slot *s = slot_of(a, token);
	struct lookup found = {.status = STORE_FAILED};

	if (s->used)
		return &s->who;
	arena_reset(a->scratch);
	if (r)
		reads_account(r, a->scratch, token, on_account, &found);
	if (found.status != STORE_OK || !found.who || found.who->revoked_at)
		return NULL;
	return keep(a, found.who, token);
}

size_t accounts_count(const struct accounts *a)
{
	return a->n;
}
