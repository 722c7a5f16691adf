/*
 * units.c - units.yaml and contacts.yaml: who is called, and by what phone (Art. 5, 11).
 */
#include "mechanism/shape.h"
#include <ctype.h>

/* Digits with the separators people write; no letters, so that a phone dials as it stands. */
static void read_phone(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *phone;
	int digits = 0;

	if (!shape_get_text(r, v, &phone))
		return;
	for (const char *c = phone; *c; c++)
		digits += isdigit((unsigned char)*c) != 0;
	if (phone[strspn(phone, "0123456789-+ ")] || digits < 3 || digits > 20)
		shape_wrong(r, v, "电话号码(3 至 20 位数字,可用 “-” 分隔)",
		    "a phone number (3 to 20 digits, \"-\" between them)");
	else
		*SHAPE_AT(const char *, base, k->offset) = phone;
}

static const struct key contact_keys[] = {
    {.name = "phone", .read = read_phone, .offset = offsetof(struct contact, phone), .required = true},
    {.name = "name", .read = shape_text, .offset = offsetof(struct contact, name)},
    {.name = "title", .read = shape_text, .offset = offsetof(struct contact, title)},
    {.name = "placeholder", .read = shape_bool, .offset = offsetof(struct contact, placeholder)},
};
static const struct shape contact_shape = {SHAPE_KEYS(contact_keys), .size = sizeof(struct contact)};

static const struct key limit_keys[] = {
    {.name = "category", .read = shape_patterns, .offset = offsetof(struct industry_limit, categories),
        .count = offsetof(struct industry_limit, n_categories), .required = true},
    {.name = "city", .read = shape_duration, .offset = offsetof(struct industry_limit, city_ms)},
    {.name = "outside", .read = shape_duration, .offset = offsetof(struct industry_limit, outside_ms)},
    {.name = "document", .read = shape_text, .offset = offsetof(struct industry_limit, document), .required = true},
};

static void limit_done(struct reading *r, const struct node *map, void *base)
{
	(void)base;
	if (!yaml_get(map, "city") && !yaml_get(map, "outside"))
		yaml_error(r->problems, map, "行业时限至少要有 city 或 outside", "an industry limit needs city or outside");
}

static const struct shape limit_shape = {
    SHAPE_KEYS(limit_keys), .size = sizeof(struct industry_limit), .done = limit_done};

/* Where a reference ends that is only to be proved: the member stays the text. */
static void read_township(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct area **proof = arena_alloc(r->problems->arena, sizeof(*proof));

	shape_code(r, v, base, k);
	if (*SHAPE_AT(const char *, base, k->offset))
		shape_later(r, v, proof, shape_find_area);
}

static const struct key unit_keys[] = {
    {.name = "id", .read = shape_id, .offset = offsetof(struct unit, id), .required = true},
    {.name = "name", .read = shape_text, .offset = offsetof(struct unit, name), .required = true},
    {.name = "short", .read = shape_text, .offset = offsetof(struct unit, short_name)},
    {.name = "tier", .read = shape_int, .offset = offsetof(struct unit, tier), .required = true, .least = 1, .most = 2},
    {.name = "visits", .read = shape_bool, .offset = offsetof(struct unit, visits)},
    {.name = "article", .read = shape_text, .offset = offsetof(struct unit, article)},
    {.name = "township", .read = read_township, .offset = offsetof(struct unit, township)},
    {.name = "duty", .read = shape_map, .offset = offsetof(struct unit, duty), .required = true, .shape = &contact_shape},
    {.name = "liaison", .read = shape_map, .offset = offsetof(struct unit, liaison), .required = true,
        .shape = &contact_shape},
    {.name = "person_in_charge", .read = shape_map, .offset = offsetof(struct unit, person_in_charge), .required = true,
        .shape = &contact_shape},
    {.name = "leader", .read = shape_map, .offset = offsetof(struct unit, leader), .required = true,
        .shape = &contact_shape},
    {.name = "industry_limits", .read = shape_maps, .offset = offsetof(struct unit, limits),
        .count = offsetof(struct unit, n_limits), .shape = &limit_shape},
};

static void unit_done(struct reading *r, const struct node *map, void *base)
{
	struct unit *unit = base;

	(void)r;
	unit->line = map->line;
	if (!unit->short_name)
		unit->short_name = unit->name;
}

static const struct unit unit_initial = {.visits = true};
static const struct shape unit_shape = {
    SHAPE_KEYS(unit_keys), .size = sizeof(struct unit), .initial = &unit_initial, .done = unit_done};

static const struct key units_keys[] = {
    {.name = "units", .read = shape_maps, .offset = offsetof(struct mechanism, units),
        .count = offsetof(struct mechanism, n_units), .required = true, .shape = &unit_shape, .unique = "id"},
};
const struct shape units_shape = {SHAPE_KEYS(units_keys), .size = sizeof(struct mechanism)};

/* -- contacts.yaml ---------------------------------------------------------------------------- */

static const struct key outside_keys[] = {
    {.name = "id", .read = shape_id, .offset = offsetof(struct outside_contact, id), .required = true},
    {.name = "name", .read = shape_text, .offset = offsetof(struct outside_contact, name), .required = true},
    {.name = "about", .read = shape_text, .offset = offsetof(struct outside_contact, about)},
    {.name = "phone", .read = read_phone, .offset = offsetof(struct outside_contact, contact.phone), .required = true},
    {.name = "contact_name", .read = shape_text, .offset = offsetof(struct outside_contact, contact.name)},
    {.name = "title", .read = shape_text, .offset = offsetof(struct outside_contact, contact.title)},
    {.name = "placeholder", .read = shape_bool, .offset = offsetof(struct outside_contact, contact.placeholder)},
    {.name = "category", .read = shape_patterns, .offset = offsetof(struct outside_contact, categories),
        .count = offsetof(struct outside_contact, n_categories)},
};
static const struct shape outside_shape = {SHAPE_KEYS(outside_keys), .size = sizeof(struct outside_contact)};

static const struct key contacts_keys[] = {
    {.name = "contacts", .read = shape_maps, .offset = offsetof(struct mechanism, contacts),
        .count = offsetof(struct mechanism, n_contacts), .shape = &outside_shape, .unique = "id"},
};
const struct shape contacts_shape = {SHAPE_KEYS(contacts_keys), .size = sizeof(struct mechanism)};
