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
const char *const rubric_per_names[RUBRIC_PERS] = {"case", "percent"};
const char *const one_delay_names[ONE_DELAYS] = {"gravest", "each"};
const char *const clock_time_names[CLOCK_TIME_COUNT] = {
    [TIME_ALWAYS] = "7x24", [TIME_OFFICE] = "office", [TIME_WORKDAYS] = "working-days"};
const char *const clock_names[CLOCK_COUNT] = {[CLOCK_DELIVERY] = "delivery",
    [CLOCK_ACKNOWLEDGE] = "acknowledge",
    [CLOCK_ARRIVE] = "arrive",
    [CLOCK_FIRST_REPORT] = "first-report",
    [CLOCK_NEXT_REPORT] = "next-report",
    [CLOCK_LEAD_MISSING] = "lead-missing",
    [CLOCK_CALLBACK] = "callback"};

const char *const decider_names[DECIDERS] = {
    [DECIDER_DESK] = "desk",
    [DECIDER_SHIFT_LEADER] = "shift-leader",
    [DECIDER_OFFICE] = "office",
    [DECIDER_UNIT] = "unit",
    [DECIDER_ACCOUNT] = "account",
};

const struct unit_contact unit_contacts[UNIT_CONTACTS] = {{"duty", offsetof(struct unit, duty)},
    {"liaison", offsetof(struct unit, liaison)},
    {"person_in_charge", offsetof(struct unit, person_in_charge)}, {"leader", offsetof(struct unit, leader)}};

const struct contact *unit_contact(const struct unit *u, int i)
{
	return (const void *)((const char *)u + unit_contacts[i].offset);
}

int name_index(const char *const *names, int n, const char *text)
{
	for (int i = 0; text && i < n; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	return -1;
}

static struct map map_of(struct arena *a, int members)
{
	struct map map;

	map_init(&map, a, sizeof(const void *), (size_t)members);
	return map;
}

static void put(struct map *map, const char *code, const void *member)
{
	bool added;
	const void **there = map_add(map, str_of(code), &added);

	assert(added && "the loader lets no code occur twice");
	*there = member;
}

static const struct unit *next_heir(const struct mechanism *m, const struct unit *unit, int64_t at)
{
	for (int i = 0; i < m->n_units; i++)
		for (int k = 0; k < m->units[i].n_succeeds; k++)
			if (m->units[i].succeeds[k] == unit && m->units[i].since <= at)
				return &m->units[i];
	return NULL;
}

/* A chain is no longer than there are units: the loader lets none go round. */
const struct unit *mechanism_heir(const struct mechanism *m, const struct unit *unit, int64_t at)
{
	const struct unit *heir;

	while (m->reformed && unit && (heir = next_heir(m, unit, at)))
		unit = heir;
	return unit;
}

const char *mechanism_acts_for(const struct mechanism *m, const char *id, int64_t at, struct arena *a)
{
	const struct unit *self = mechanism_unit(m, id);
	const char *all = id;

	if (!m->reformed || !self)
		return id;
	for (int i = 0; i < m->n_units; i++)
		if (&m->units[i] != self && mechanism_heir(m, &m->units[i], at) == self)
			all = arena_printf(a, "%s,%s", all, m->units[i].id);
	return all;
}

const struct mode_rule *mechanism_mode(const struct mechanism *m, const char *id)
{
	for (int i = 0; i < m->policy.n_modes; i++)
		if (text_eq(m->policy.modes[i].id, id))
			return &m->policy.modes[i];
	return NULL;
}

void mechanism_index(struct mechanism *m)
{
	m->unit_map = map_of(m->arena, m->n_units);
	for (int i = 0; i < m->n_units; i++)
		put(&m->unit_map, m->units[i].id, &m->units[i]);
	m->area_map = map_of(m->arena, m->n_areas);
	for (int i = 0; i < m->n_areas; i++)
		put(&m->area_map, m->areas[i].code, &m->areas[i]);
	m->category_map = map_of(m->arena, m->n_categories);
	for (int i = 0; i < m->n_categories; i++)
		put(&m->category_map, m->categories[i].code, &m->categories[i]);
}

static const void *get(const struct map *map, const char *code)
{
	const void *const *there = code ? map_find(map, str_of(code)) : NULL;

	return there ? *there : NULL;
}

const struct unit *mechanism_unit(const struct mechanism *m, const char *id)
{
	return get(&m->unit_map, id);
}

const struct area *mechanism_area(const struct mechanism *m, const char *code)
{
	return get(&m->area_map, code);
}

const struct category *mechanism_category(const struct mechanism *m, const char *code)
{
	return get(&m->category_map, code);
}

const struct category *category_in_force(const struct category *c)
{
	return c && c->heir ? c->heir : c;
}

bool code_matches(const char *pattern, const char *code)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, code, n - 1) == 0;
	return strcmp(pattern, code) == 0;
}

const struct return_reason *policy_return_reason(const struct policy *p, const char *code)
{
	for (int i = 0; i < p->n_return_reasons; i++)
		if (text_eq(p->return_reasons[i].code, code))
			return &p->return_reasons[i];
	return NULL;
}
