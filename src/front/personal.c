/*
 * personal.c - which looks at personal data have been recorded today.
 *
 * Place: front, beside the reads that show personal data. What is kept is half a SHA-256 of account
 * and dispatch: two of them never fall together by accident.
 */
#include "front/personal.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/map.h"

#include <stdlib.h>

#define MOST 2048

struct personal_key {
	char half[DIGEST_LEN / 2];
};

struct personal_reads {
	int64_t day;
	struct arena *arena; /* keys and map */
	struct map seen;
};

struct personal_reads *personal_new(void)
{
	struct personal_reads *p = xalloc(sizeof(*p));

	*p = (struct personal_reads){.arena = arena_new()};
	personal_flush(p);
	return p;
}

void personal_free(struct personal_reads *p)
{
	if (!p)
		return;
	arena_free(p->arena);
	free(p);
}

void personal_flush(struct personal_reads *p)
{
	arena_reset(p->arena);
	map_init(&p->seen, p->arena, 0, 0);
}

static struct personal_key key_of(const char *account, const char *dispatch)
{
	/* the NUL between them keeps "a" "bc" apart from "ab" "c" */
	struct str parts[] = {{account, strlen(account) + 1}, str_of(dispatch)};
	struct digest d = digest_parts(parts, 2);
	struct personal_key k;

	memcpy(&k, d.b, sizeof k);
	return k;
}

bool personal_first(struct personal_reads *p, const char *account, const char *dispatch, int64_t day)
{
	struct personal_key *k;

	if (day != p->day || map_count(&p->seen) >= MOST)
		personal_flush(p);
	p->day = day;
	k = arena_alloc(p->arena, sizeof(*k));
	*k = key_of(account, dispatch);
	if (map_find(&p->seen, MAP_KEY_OF(*k)))
		return false;
	map_add(&p->seen, MAP_KEY_OF(*k), NULL);
	return true;
}
