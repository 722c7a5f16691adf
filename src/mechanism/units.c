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
    SHAPE_KEY("phone", read_phone, struct contact, phone, .required = true),
    SHAPE_KEY("name", shape_text, struct contact, name),
    SHAPE_KEY("title", shape_text, struct contact, title),
    SHAPE_KEY("placeholder", shape_bool, struct contact, placeholder),
};
static const struct shape contact_shape = {SHAPE_KEYS(contact_keys), .size = sizeof(struct contact)};

static const struct key limit_keys[] = {
    SHAPE_KEY("category", shape_patterns, struct industry_limit, categories,
	.count = offsetof(struct industry_limit, n_categories), .required = true),
    SHAPE_KEY("city", shape_duration, struct industry_limit, city_ms),
    SHAPE_KEY("outside", shape_duration, struct industry_limit, outside_ms),
    SHAPE_KEY("document", shape_text, struct industry_limit, document, .required = true),
};

static void limit_done(struct reading *r, const struct node *map, void *base)
{
	(void)base;
	if (!yaml_get(map, "city") && !yaml_get(map, "outside"))
		yaml_error(r->problems, map, "行业时限至少要有 city 或 outside",
		    "an industry limit needs city or outside");
}

static const struct shape limit_shape = {
    SHAPE_KEYS(limit_keys), .size = sizeof(struct industry_limit), .done = limit_done};

/* Where a reference ends that is only to be proved: the member stays the text. */
static void read_township(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct area **proof = arena_new_array(r->problems->arena, const struct area *, 1);

	shape_code(r, v, base, k);
	if (*SHAPE_AT(const char *, base, k->offset))
		shape_later(r, v, proof, shape_find_area);
}

static const struct key unit_keys[] = {
    SHAPE_KEY("id", shape_id, struct unit, id, .required = true),
    SHAPE_KEY("name", shape_text, struct unit, name, .required = true),
    SHAPE_KEY("short", shape_text, struct unit, short_name),
    SHAPE_KEY("tier", shape_int, struct unit, tier, .required = true, .least = 1, .most = 2),
    SHAPE_KEY("visits", shape_bool, struct unit, visits),
    SHAPE_KEY("article", shape_text, struct unit, article),
    SHAPE_KEY("township", read_township, struct unit, township),
    SHAPE_KEY("duty", shape_map, struct unit, duty, .required = true, .shape = &contact_shape),
    SHAPE_KEY("liaison", shape_map, struct unit, liaison, .required = true, .shape = &contact_shape),
    SHAPE_KEY("person_in_charge", shape_map, struct unit, person_in_charge, .required = true,
	.shape = &contact_shape),
    SHAPE_KEY("leader", shape_map, struct unit, leader, .required = true, .shape = &contact_shape),
    SHAPE_KEY("industry_limits", shape_maps, struct unit, limits, .count = offsetof(struct unit, n_limits),
	.shape = &limit_shape),
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
    SHAPE_KEY("units", shape_maps, struct mechanism, units, .count = offsetof(struct mechanism, n_units),
	.required = true, .shape = &unit_shape, .unique = "id"),
};
const struct shape units_shape = {SHAPE_KEYS(units_keys), .size = sizeof(struct mechanism)};

/* -- contacts.yaml ---------------------------------------------------------------------------- */

static const struct key outside_keys[] = {
    SHAPE_KEY("id", shape_id, struct outside_contact, id, .required = true),
    SHAPE_KEY("name", shape_text, struct outside_contact, name, .required = true),
    SHAPE_KEY("about", shape_text, struct outside_contact, about),
    SHAPE_KEY("phone", read_phone, struct outside_contact, contact.phone, .required = true),
    SHAPE_KEY("contact_name", shape_text, struct outside_contact, contact.name),
    SHAPE_KEY("title", shape_text, struct outside_contact, contact.title),
    SHAPE_KEY("placeholder", shape_bool, struct outside_contact, contact.placeholder),
    SHAPE_KEY("category", shape_patterns, struct outside_contact, categories,
	.count = offsetof(struct outside_contact, n_categories)),
};
static const struct shape outside_shape = {SHAPE_KEYS(outside_keys), .size = sizeof(struct outside_contact)};

static const struct key contacts_keys[] = {
    SHAPE_KEY("contacts", shape_maps, struct mechanism, contacts,
	.count = offsetof(struct mechanism, n_contacts), .shape = &outside_shape, .unique = "id"),
};
const struct shape contacts_shape = {SHAPE_KEYS(contacts_keys), .size = sizeof(struct mechanism)};
