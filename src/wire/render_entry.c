/*
 * render_entry.c - entries of the register to JSON; see render_entry.h.
 * Place: wire. Whether the caller may see the entry at all is asked before.
 */
#include "wire/render_entry.h"
#include "base/arena.h"

/* The personal texts without their salt, which is the first member. */
static void put_words(struct json *j, const struct entry *e, struct arena *a)
{
	const char *rest = e->personal.n ? memchr(e->personal.p, ',', e->personal.n) : NULL;

	if (!rest)
		return;
	size_t n = e->personal.n - (size_t)(rest + 1 - e->personal.p);
	json_members(j, str_of(arena_printf(a, "{%.*s", (int)n, rest + 1)));
}

void render_entry(struct json *j, const char *key, const struct entry *e, const struct mechanism *m,
    bool words, struct arena *a)
{
	const struct unit *unit = mechanism_unit(m, e->unit);

	json_begin(j, key);
	json_int(j, "entry", e->id);
	json_text(j, "kind", entry_kind_names[e->kind]);
	json_text(j, "name", e->name);
	json_text(j, "unit", e->unit);
	json_text(j, "unit_name", unit ? unit->name : NULL);
	if (*entry_state_name(e))
		json_text(j, "state", entry_state_name(e));
	json_time(j, "at", e->at);
	json_time(j, "until", e->until);
	json_text(j, "by", e->by);
	json_members(j, e->data);
	if (words)
		put_words(j, e, a);
	json_end(j);
}
