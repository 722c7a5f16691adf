/*
 * mechanism.c - the names of the mechanism's kinds, and its members by code.
 *
 * The maps are built once, when the arrays stand and no code occurs twice (the loader refuses
 * that); after it nothing here changes, so any process may look up without a lock.
 */
#include "domain/mechanism.h"
#include "base/arena.h"
#include <assert.h>

const char *const priority_names[PRIORITY_COUNT] = {
    [PRIORITY_NONE] = "", [P1] = "P1", [P2] = "P2", [P3] = "P3", [P4] = "P4"};
const char *const zone_names[ZONE_COUNT] = {[ZONE_CITY] = "city", [ZONE_OUTSIDE] = "outside"};
const char *const dispatch_role_names[DISPATCH_ROLES] = {
    [AS_LEAD] = "lead", [AS_ASSIST] = "assist", [AS_INFORM] = "inform"};
const char *const arrival_names[ARRIVAL_COUNT] = {[ARRIVAL_CITY_RULE] = "city-rule",
    [ARRIVAL_INDUSTRY] = "industry",
    [ARRIVAL_SCHEDULED] = "scheduled",
    [ARRIVAL_NO_VISIT] = "no-visit"};
const char *const clock_time_names[CLOCK_TIME_COUNT] = {
    [TIME_ALWAYS] = "7x24", [TIME_OFFICE] = "office", [TIME_WORKDAYS] = "working-days"};
const char *const clock_names[CLOCK_COUNT] = {[CLOCK_DELIVERY] = "delivery",
    [CLOCK_ACKNOWLEDGE] = "acknowledge",
    [CLOCK_ARRIVE] = "arrive",
    [CLOCK_FIRST_REPORT] = "first-report",
    [CLOCK_NEXT_REPORT] = "next-report"};

int name_index(const char *const *names, int n, const char *text)
{
	for (int i = 0; text && i < n; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	return -1;
}

/* Open addressing, at most half full, so a search always ends at an empty slot. */
struct code_slot {
	const char *code; /* NULL: empty */
	const void *member;
};
struct code_map {
	size_t mask;
	struct code_slot *slots;
};

static struct code_slot *slot_of(const struct code_map *map, const char *code)
{
	size_t i = (size_t)str_hash(str_of(code)) & map->mask;

	while (map->slots[i].code && strcmp(map->slots[i].code, code) != 0)
		i = (i + 1) & map->mask;
	return &map->slots[i];
}

static struct code_map *map_new(struct arena *a, int members)
{
	struct code_map *map = arena_alloc(a, sizeof(*map));
	size_t n = 8;

	while (n < (size_t)members * 2)
		n *= 2;
	map->mask = n - 1;
	map->slots = arena_new_array(a, struct code_slot, n);
	return map;
}

static void map_put(struct code_map *map, const char *code, const void *member)
{
	struct code_slot *slot = slot_of(map, code);

	assert(!slot->code && "the loader lets no code occur twice");
	*slot = (struct code_slot){code, member};
}

void mechanism_index(struct mechanism *m)
{
	m->unit_map = map_new(m->arena, m->n_units);
	for (int i = 0; i < m->n_units; i++)
		map_put(m->unit_map, m->units[i].id, &m->units[i]);
	m->area_map = map_new(m->arena, m->n_areas);
	for (int i = 0; i < m->n_areas; i++)
		map_put(m->area_map, m->areas[i].code, &m->areas[i]);
	m->category_map = map_new(m->arena, m->n_categories);
	for (int i = 0; i < m->n_categories; i++)
		map_put(m->category_map, m->categories[i].code, &m->categories[i]);
}

static const void *map_get(const struct code_map *map, const char *code)
{
	return code && map ? slot_of(map, code)->member : NULL;
}

const struct unit *mechanism_unit(const struct mechanism *m, const char *id)
{
	return map_get(m->unit_map, id);
}

const struct area *mechanism_area(const struct mechanism *m, const char *code)
{
	return map_get(m->area_map, code);
}

const struct category *mechanism_category(const struct mechanism *m, const char *code)
{
	return map_get(m->category_map, code);
}

bool code_matches(const char *pattern, const char *code)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, code, n - 1) == 0;
	return strcmp(pattern, code) == 0;
}
