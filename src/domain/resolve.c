/*
 * resolve.c - codes and names to what they mean in the mechanism in force.
 * Place: domain, beneath report.c and lifecycle.c. The command itself stays as it came: its digest is
 * that of what was said.
 */
#include "domain/resolve.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/fold.h"
#include "domain/place.h"

/* -- one thing ------------------------------------------------------------------------------ */

/* The only one of n things, `size` bytes apart, whose text at `offset` is `name`, however it is written;
 * NULL if there is none or more than one. */
static const void *only_named(const void *things, int n, size_t size, size_t offset, const char *name)
{
	const void *found = NULL;
	for (int i = 0; i < n; i++) {
		const char *thing = (const char *)things + (size_t)i * size;
		if (!fold_same(*(const char *const *)(const void *)(thing + offset), name))
			continue;
		if (found)
			return NULL;
		found = thing;
	}
	return found;
}

#define ONLY_NAMED(m, list, kind, name_of, text)                                                             \
	only_named((m)->list, (m)->n_##list, sizeof(struct kind), offsetof(struct kind, name_of), text)

/* The one in use: an old code, or the name of a retired category, leads to its heir. */
static const struct category *find_category(const struct mechanism *m, const char *given)
{
	const struct category *found = category_in_force(mechanism_category(m, given));
	if (found)
		return found;
	for (int i = 0; i < m->n_categories; i++) {
		const struct category *one = category_in_force(&m->categories[i]);
		if (!fold_same(m->categories[i].name, given))
			continue;
		if (found && found != one)
			return NULL;
		found = one;
	}
	return found;
}

/* By its code, by its name, or as an address names it: 永福, 永福镇后孟村. Without an area the city's
 * limits would run, and the township would not hear of it. */
static const struct area *find_area(const struct mechanism *m, const char *given)
{
	struct place_named place;
	const struct area *area = mechanism_area(m, given);
	if (!area)
		area = ONLY_NAMED(m, areas, area, name, given);
	if (area)
		return area;
	place_find(m, given, NULL, &place);
	return place.n == 1 ? place.named[0] : NULL;
}

/* The nearest area above it: codes of GB/T 10114 begin with those of what they lie in. */
static const struct area *area_above(const struct mechanism *m, const char *given)
{
	const struct area *best = NULL;
	size_t longest = 0, n = strlen(given);
	if (given[strspn(given, "0123456789")])
		return NULL;
	for (int i = 0; i < m->n_areas; i++) {
		size_t len = strlen(m->areas[i].code);
		if (len > longest && len < n && strncmp(given, m->areas[i].code, len) == 0) {
			best = &m->areas[i];
			longest = len;
		}
	}
	return best;
}

const struct unit *resolve_unit(const struct mechanism *m, struct str given)
{
	char id[128];
	if (given.n == 0 || given.n >= sizeof id)
		return NULL;
	memcpy(id, given.p, given.n);
	id[given.n] = '\0';
	const struct unit *unit = mechanism_unit(m, id);
	if (!unit)
		unit = ONLY_NAMED(m, units, unit, name, id);
	return unit ? unit : ONLY_NAMED(m, units, unit, short_name, id);
}

/* -- the parts of a report ------------------------------------------------------------------ */

struct resolving {
	const struct mechanism *m;
	struct command *c;
	struct warnings *w;
	struct arena *a;
};

/* Found under another name than it was given by: that is said. */
static void take(struct resolving *x, enum field f, const char *code)
{
	const char *given = command_text(x->c, f);
	if (text_eq(given, code))
		return;
	warning_add(x->w, x->a, WARNING_MENDED, f, given, code);
	command_set_text(x->c, f, code);
}

static void drop(struct resolving *x, enum field f, enum warning_code code)
{
	warning_add(x->w, x->a, code, f, command_text(x->c, f), NULL);
	command_drop(x->c, f);
}

static bool resolve_category(struct resolving *x)
{
	const char *given = command_text(x->c, FIELD_CATEGORY);
	const struct category *category = given ? find_category(x->m, given) : NULL;
	if (category)
		take(x, FIELD_CATEGORY, category->code);
	return !given || category;
}

static bool resolve_area(struct resolving *x)
{
	const char *given = command_text(x->c, FIELD_AREA);
	const struct area *area = given ? find_area(x->m, given) : NULL;
	if (!given)
		return true;
	if (area) {
		take(x, FIELD_AREA, area->code);
		return true;
	}
	area = area_above(x->m, given);
	if (!area)
		return false;
	warning_add(x->w, x->a, WARNING_AREA_ASSUMED, FIELD_AREA, given,
	    arena_printf(x->a, "%s(%s)", area->code, area->name));
	command_set_text(x->c, FIELD_AREA, area->code);
	return true;
}

const struct area *resolve_place(const struct mechanism *m, const char *address, const char *description,
    struct warnings *w, struct arena *a)
{
	struct place_named place;
	struct buf names = {0};
	place_find(m, address, description, &place);
	if (place.n == 1) {
		const struct area *area = place.named[0];
		warning_add(w, a, WARNING_AREA_FROM_TEXT, FIELD_AREA, NULL,
		    arena_printf(a, "%s(%s)", area->code, area->name));
		return area;
	}
	for (int i = 0; i < place.n; i++)
		buf_printf(&names, "%s%s", i ? "、" : "", place.named[i]->name);
	if (names.n)
		warning_add(w, a, WARNING_AREA_AMBIGUOUS, FIELD_AREA, arena_str(a, buf_view(&names)), NULL);
	buf_free(&names);
	return NULL;
}

static void find_place(struct resolving *x)
{
	const struct area *area = resolve_place(x->m, command_text(x->c, FIELD_ADDRESS),
	    command_text(x->c, FIELD_DESCRIPTION), x->w, x->a);
	if (area)
		command_set_text(x->c, FIELD_AREA, area->code);
}

/* The units that there are. Where the first of the list is not, the table names the lead, and the
 * list begins with a comma (routing.h). */
static void resolve_units(struct resolving *x)
{
	const char *list = command_text(x->c, FIELD_UNITS);
	struct buf known = {0};
	struct str one;
	bool first = true;
	while ((one = list_next(&list)).n) {
		const struct unit *unit = resolve_unit(x->m, one);
		if (!unit)
			warning_add(x->w, x->a, WARNING_UNIT_UNKNOWN, FIELD_UNITS, arena_str(x->a, one),
			    NULL);
		else if (!str_is(one, unit->id))
			warning_add(x->w, x->a, WARNING_MENDED, FIELD_UNITS, arena_str(x->a, one), unit->id);
		if (unit)
			buf_printf(&known, "%s%s", first ? "" : ",", unit->id);
		first = false;
	}
	if (known.n)
		command_set_text(x->c, FIELD_UNITS, arena_str(x->a, buf_view(&known)));
	else
		command_drop(x->c, FIELD_UNITS);
	buf_free(&known);
}

/* A report is never refused for its clock: what lies further ahead than clocks may differ happened
 * now, as what has no time at all did. */
static void resolve_instant(struct resolving *x, int64_t now)
{
	char given[TIME_TEXT_MAX], taken[TIME_TEXT_MAX];
	int64_t at = command_int(x->c, FIELD_RECEIVED_AT);
	bool asked = x->c->kind == COMMAND_ROUTE_EXPLAIN; /* of any time, past or future */
	if (command_has(x->c, FIELD_RECEIVED_AT) && (asked || at <= now + x->m->policy.future_skew_ms))
		return;
	if (command_has(x->c, FIELD_RECEIVED_AT))
		warning_add(x->w, x->a, WARNING_TIME_IN_FUTURE, FIELD_RECEIVED_AT, time_rfc3339(at, given),
		    time_rfc3339(now, taken));
	command_set_int(x->c, FIELD_RECEIVED_AT, now);
}

/* -- the whole ------------------------------------------------------------------------------ */

static struct resolving begin(const struct command *c, const struct mechanism *m, struct warnings *w,
    struct arena *a)
{
	struct resolving x = {.m = m, .c = arena_alloc(a, sizeof *c), .w = w, .a = a};
	*x.c = *c;
	return x;
}

struct command *resolve_report(const struct command *c, const struct mechanism *m, int64_t now,
    struct warnings *w, struct arena *a)
{
	struct resolving x = begin(c, m, w, a);
	if (!resolve_category(&x))
		drop(&x, FIELD_CATEGORY, WARNING_CATEGORY_UNKNOWN);
	if (!resolve_area(&x))
		drop(&x, FIELD_AREA, WARNING_AREA_UNKNOWN);
	if (!command_has(x.c, FIELD_AREA))
		find_place(&x);
	if (command_has(c, FIELD_UNITS))
		resolve_units(&x);
	resolve_instant(&x, now);
	return x.c;
}

struct command *resolve_amendment(const struct command *c, const struct mechanism *m, struct warnings *w,
    struct arena *a, struct refusal *why)
{
	struct resolving x = begin(c, m, w, a);
	if (!resolve_category(&x)) {
		refuse(why, a, ERROR_PARAMS, "category", "没有警情类别 %s", "there is no category %s",
		    command_text(c, FIELD_CATEGORY));
		return NULL;
	}
	if (!resolve_area(&x)) {
		refuse(why, a, ERROR_PARAMS, "area", "没有区域 %s", "there is no area %s",
		    command_text(c, FIELD_AREA));
		return NULL;
	}
	return x.c;
}
