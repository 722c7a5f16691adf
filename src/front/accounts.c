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

#define MOST 16384 /* tokens and sessions; some 300 bytes each */

struct known_account {
	struct digest key;    /* that it is found by: of its token, or of its certificate's name */
	struct digest token;  /* that tells whether it is still good */
	struct principal who; /* texts in the arena */
};

struct accounts {
	struct map by_token;   /* struct known_account *, in the arena like the map */
	struct map by_session; /* struct known_session *, likewise */
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
	map_init(&a->by_session, a->arena, sizeof(struct known_session *), 0);
}

/* Its texts in the cache's arena; makes room where there is none. */
static struct principal kept(struct accounts *a, const struct account *who)
{
	if (accounts_count(a) >= MOST)
		accounts_flush(a);
	return (struct principal){
	    .account = arena_text(a->arena, who->name),
	    .role = who->role,
	    .unit = arena_text(a->arena, who->unit),
	    .commands = arena_text(a->arena, who->commands),
	};
}

static const struct known_account *keep(struct accounts *a, const struct account *who,
    const struct digest *key)
{
	struct principal mine = kept(a, who);
	struct known_account *known = arena_alloc(a->arena, sizeof(*known));

	*known = (struct known_account){.key = *key, .token = who->token, .who = mine};
	*(struct known_account **)map_add(&a->by_token, MAP_KEY_OF(known->key), NULL) = known;
	return known;
}

enum sought accounts_find(struct accounts *a, struct reads *r, const struct digest *token,
    const struct principal **out)
{
	struct known_account *const *known = map_find(&a->by_token, MAP_KEY_OF(*token));
	struct want_account found = {.token = *token};
	struct reads_wants w = {.account = &found};

	if (known) {
		*out = &(*known)->who;
		return SOUGHT_FOUND;
	}
	arena_reset(a->scratch);
	if (!r || reads_wait(r, a->scratch, &w) != STORE_OK)
		return SOUGHT_UNREADABLE;
	if (!found.who || found.who->revoked_at)
		return SOUGHT_NONE;
	*out = &keep(a, found.who, token)->who;
	return SOUGHT_FOUND;
}

/* A token is text without a NUL, so that of none is kept under this. */
static struct digest key_of(const char *certificate)
{
	struct str parts[] = {{"\0", 1}, str_of(certificate)};

	return digest_parts(parts, 2);
}

enum certified accounts_certified(struct accounts *a, struct reads *r, const char *certificate,
    const struct principal **who, struct digest *token)
{
	struct digest key = key_of(certificate);
	struct known_account *const *known = map_find(&a->by_token, MAP_KEY_OF(key));
	const struct known_account *one = known ? *known : NULL;
	struct want_account found = {.certificate = certificate};
	struct reads_wants w = {.account = &found};

	if (!one) {
		arena_reset(a->scratch);
		if (!r || reads_wait(r, a->scratch, &w) != STORE_OK)
			return CERTIFIED_UNREADABLE;
		if (!found.who)
			return CERTIFIED_NONE;
		if (found.who->revoked_at)
			return CERTIFIED_REVOKED;
		one = keep(a, found.who, &key);
	}
	*who = &one->who;
	*token = one->token;
	return CERTIFIED;
}

enum sought accounts_session(struct accounts *a, struct reads *r, const struct digest *secret,
    struct known_session **out)
{
	struct known_session *const *known = map_find(&a->by_session, MAP_KEY_OF(*secret)), *one;
	struct want_session found = {.secret = *secret};
	struct reads_wants w = {.session = &found};
	struct principal who;

	if (known) {
		*out = *known;
		return SOUGHT_FOUND;
	}
	arena_reset(a->scratch);
	if (!r || reads_wait(r, a->scratch, &w) != STORE_OK)
		return SOUGHT_UNREADABLE;
	if (!found.session)
		return SOUGHT_NONE;
	who = kept(a, found.who);
	one = arena_alloc(a->arena, sizeof *one);
	*one = (struct known_session){.s = *found.session, .who = who};
	one->s.account = who.account;
	*(struct known_session **)map_add(&a->by_session, MAP_KEY_OF(one->s.secret), NULL) = one;
	*out = one;
	return SOUGHT_FOUND;
}

const char *accounts_was(struct reads *r, const struct digest *token, struct arena *a)
{
	struct want_account found = {.token = *token};
	struct reads_wants w = {.account = &found};

	return r && reads_wait(r, a, &w) == STORE_OK && found.was ? found.was->name : NULL;
}

enum sought accounts_code(struct reads *r, const struct digest *code, struct arena *a,
    const struct account **out, int64_t *until)
{
	struct want_code found = {.secret = *code};
	struct reads_wants w = {.code = &found};

	if (!r || reads_wait(r, a, &w) != STORE_OK)
		return SOUGHT_UNREADABLE;
	*until = found.until;
	*out = found.who;
	return found.who ? SOUGHT_FOUND : SOUGHT_NONE;
}

size_t accounts_count(const struct accounts *a)
{
	return map_count(&a->by_token) + map_count(&a->by_session);
}
