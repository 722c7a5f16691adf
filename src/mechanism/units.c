/*
 * units.c - units.yaml and contacts.yaml: who is called, and by what phone (Art. 5, 11).
 */
#include "mechanism/shape.h"
#include "base/mend.h"
#include <ctype.h>
#include <strings.h>

#define DIGITS "0123456789"

/* Where the extension's digits begin, and in *n how long the number before it is: 7530000转801,
 * 7530000 分机 801, 7530000#801. NULL: there is none. */
static const char *extension_of(const char *phone, size_t *n)
{
	static const char *const words[] = {"转", "分机", "ext.", "ext", "x", "#"};

	*n = strspn(phone, DIGITS "-+ ()");
	for (size_t i = 0; phone[*n] && i < sizeof(words) / sizeof(words[0]); i++)
		if (strncasecmp(phone + *n, words[i], strlen(words[i])) == 0) {
			const char *digits = phone + *n + strlen(words[i]);
			return digits + strspn(digits, " ");
		}
	return NULL;
}

static int digits_in(const char *text, size_t n)
{
	int digits = 0;

	for (size_t i = 0; i < n; i++)
		digits += isdigit((unsigned char)text[i]) != 0;
	return digits;
}

/* 13900001234, 139-0000-1234, +86 139 0000 1234. */
static bool is_mobile(const char *number)
{
	char digits[24];
	size_t n = 0;

	for (const char *c = number; *c && n < sizeof(digits); c++)
		if (isdigit((unsigned char)*c))
			digits[n++] = *c;
	const char *own = n == 13 && digits[0] == '8' && digits[1] == '6' ? digits + 2 : digits;
	return (n == 11 || own != digits) && own[0] == '1' && own[1] >= '3';
}

/* Digits with the separators people write and perhaps an extension; no other letters, so that a phone
 * dials as it stands. */
static bool parse_phone(struct reading *r, const char *text, struct contact_phone *out)
{
	struct buf b = {0};
	size_t n;

	mend_phone(str_of(text), &b);
	const char *phone = arena_str(r->arena, buf_view(&b)), *extension = extension_of(phone, &n);
	const char *rest = extension ? extension + strspn(extension, DIGITS) : phone + n;
	size_t len = extension ? (size_t)(rest - extension) : 1;
	int digits = digits_in(phone, n);

	buf_free(&b);
	while (n > 0 && phone[n - 1] == ' ')
		n--;
	*out = (struct contact_phone){
	    .number = arena_str(r->arena, (struct str){phone, n}), .extension = extension};
	out->mobile = is_mobile(out->number);
	return !*rest && len >= 1 && len <= 8 && digits >= 3 && digits <= 20;
}

#define PHONES_MAX 8

/* One phone, or a list in the order in which they are to be called. */
void shape_phones(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct contact *contact = (void *)((char *)base + k->offset - offsetof(struct contact, phone));
	const struct node *item;
	const char *text;
	int n;

	if (!shape_get_list(r, v, true, &item, &n))
		return;
	if (n == 0 || n > PHONES_MAX) {
		shape_wrong(r, v, "1 至 8 个电话号码", "1 to 8 phone numbers");
		return;
	}
	struct contact_phone *phones = arena_new_array(r->arena, struct contact_phone, (size_t)n);
	for (; item; item = v->kind == NODE_LIST ? item->next : NULL) {
		if (!shape_get_text(r, item, &text))
			continue;
		if (parse_phone(r, text, &phones[contact->n_phones]))
			contact->n_phones++;
		else
			shape_wrong(r, item, "电话号码(3 至 20 位数字,可用 “-” 分隔,分机写成 “转801”)",
			    "a phone number (3 to 20 digits, \"-\" between them, an extension as x801)");
	}
	shape_check_repeats(r, v);
	contact->phones = phones;
	if (contact->n_phones > 0)
		contact->phone = phones[0].extension
		    ? arena_printf(r->arena, "%s转%s", phones[0].number, phones[0].extension)
		    : phones[0].number;
}

static const struct key contact_keys[] = {
    SHAPE_KEY("phone", shape_phones, struct contact, phone, .required = true),
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
    SHAPE_KEY("house", shape_id, struct unit, house),
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
	if (!unit->house)
		unit->house = unit->id;
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
    SHAPE_KEY("phone", shape_phones, struct outside_contact, contact.phone, .required = true),
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
