/*
 * replay_parts.c - what an event's data say, and how a difference is noted; see replay_parts.h.
 * Place: domain, beneath the other files of the replay; pure.
 */
#include "domain/replay_parts.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/json.h"
#include "base/time.h"

#include <string.h>

/* The value of a text member of an event's data, as our own writer puts it; n 0 if there is none. */
struct str said_text(struct str data, const char *key)
{
	struct str v = json_member(data, key);

	return v.n > 2 && v.p[0] == '"' ? (struct str){v.p + 1, v.n - 2} : STR("");
}

/* The same of a number; if there is none, *out keeps its value. */
void said_int(struct str data, const char *key, int64_t *out)
{
	if (json_member(data, key).n)
		*out = json_member_int(data, key);
}

bool said_true(struct str data, const char *what)
{
	return data.n && memmem(data.p, data.n, what, strlen(what)) != NULL;
}

int said_index(struct str name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (str_is(name, names[i]))
			return i;
	return -1;
}

void replay_differs(struct replay *r, int dispatch, const char *field, const char *stored,
    const char *expected)
{
	ARRAY_ROOM(r->a, r->found, r->n_found, r->cap_found);
	r->found[r->n_found++] = (struct difference){dispatch, field, stored, expected};
}

void replay_differs_text(struct replay *r, int dispatch, const char *field, const char *stored,
    const char *expected)
{
	if (!text_eq(stored, expected))
		replay_differs(r, dispatch, field, stored, expected);
}

static const char *time_words(struct replay *r, int64_t ms)
{
	char out[TIME_TEXT_MAX];

	return ms ? arena_text(r->a, time_rfc3339(ms, out)) : NULL;
}

void replay_differs_time(struct replay *r, int dispatch, const char *field, int64_t stored, int64_t expected)
{
	if (stored != expected)
		replay_differs(r, dispatch, field, time_words(r, stored), time_words(r, expected));
}

void replay_differs_number(struct replay *r, int dispatch, const char *field, int64_t stored,
    int64_t expected)
{
	if (stored != expected)
		replay_differs(r, dispatch, field, arena_printf(r->a, "%lld", (long long)stored),
		    arena_printf(r->a, "%lld", (long long)expected));
}
