/*
 * units.c - units.yaml and contacts.yaml: who is called, and by what phone (Art. 5, 11).
 */
#include "mechanism/contact_edit.h"
#include "mechanism/shape.h"
#include "base/mend.h"
#include "base/time.h"
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

/* The digits of a number, without the country's code where it is written; how many. */
static int own_digits(const char *number, char out[24])
{
	int n = 0, country;

	for (const char *c = number; *c && n < 23; c++)
		if (isdigit((unsigned char)*c))
			out[n++] = *c;
	out[n] = '\0';
	country = strncmp(out, "0086", 4) == 0                           ? 4
	    : strncmp(out, "861", 3) == 0 && (n == 13 || *number == '+') ? 2
									 : 0;
	memmove(out, out + country, (size_t)(n - country) + 1);
	return n - country;
}

/* 13900001234, 139-0000-1234, +86 139 0000 1234. */
static bool is_mobile(const char *number)
{
	char own[24];

	return own_digits(number, own) == 11 && own[0] == '1' && own[1] >= '3';
}

/* A mobile with digits too few or too many: no other number begins so and is so long. What begins with 10, 11 or 12
 * is a service, and short. */
static bool is_nearly_mobile(const struct contact_phone *p)
{
	char own[24];
	int n = own_digits(p->number, own);

	return !p->extension && own[0] == '1' && n >= 10 && (n != 11 || own[1] < '3') &&
	    (own[1] >= '3' || n > 10);
}

bool phone_parse(struct arena *a, const char *text, struct contact_phone *out)
{
	struct buf b = {0};
	size_t n;

	mend_phone(str_of(text), &b);
	const char *phone = arena_str(a, buf_view(&b)), *extension = extension_of(phone, &n);
	const char *rest = extension ? extension + strspn(extension, DIGITS) : phone + n;
	size_t len = extension ? (size_t)(rest - extension) : 1;
	int digits = digits_in(phone, n);

	buf_free(&b);
	while (n > 0 && phone[n - 1] == ' ')
		n--;
	*out = (struct contact_phone){.number = arena_str(a, (struct str){phone, n}), .extension = extension};
	out->mobile = is_mobile(out->number);
	return !*rest && len >= 1 && len <= 8 && digits >= 3 && digits <= 20;
}

const char *phone_text(struct arena *a, const struct contact_phone *p)
{
	return p->extension ? arena_printf(a, "%s转%s", p->number, p->extension) : p->number;
}

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
		struct contact_phone *one = &phones[contact->n_phones];
		if (phone_parse(r->arena, text, one)) {
			contact->n_phones++;
			if (is_nearly_mobile(one))
				yaml_problem(r->problems, PROBLEM_ODD, item,
				    "“%s” 像手机号,但不是 11 位:打不通,请核对",
				    "\"%s\" looks like a mobile but has not 11 digits: it reaches nothing; "
				    "check it",
				    text);
		} else
			shape_wrong(r, item, "电话号码(3 至 20 位数字,可用 “-” 分隔,分机写成 “转801”)",
			    "a phone number (3 to 20 digits, \"-\" between them, an extension as x801)");
	}
	shape_check_repeats(r, v);
	contact->phones = phones;
	if (contact->n_phones > 0)
		contact->phone = phone_text(r->arena, &phones[0]);
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

/* A local day, as its midnight. */
static void read_day(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct date date;

	if (v->kind != NODE_SCALAR || !date_parse(str_of(v->text), &date) || !date_valid(date)) {
		shape_wrong(r, v, "日期,如 \"2026-03-16\"", "a date such as \"2026-03-16\"");
		return;
	}
	*SHAPE_AT(int64_t, base, k->offset) = day_start(date_day(date));
}

static void read_succeeds(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct unit *unit = base;
	const struct node *item;
	int n;

	(void)k;
	if (!shape_get_list(r, v, true, &item, &n))
		return;
	unit->succeeds = arena_new_array(r->arena, const struct unit *, (size_t)n + 1);
	for (; item; item = v->kind == NODE_LIST ? item->next : NULL)
		shape_later(r, item, &unit->succeeds[unit->n_succeeds++], shape_find_unit);
	shape_check_repeats(r, v);
	r->m->reformed = true;
}

/* Names of accounts, comma-separated; accounts stand in the store, so that they are not looked up here. */
static void read_confirmers(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char **out = SHAPE_AT(const char *, base, k->offset), *name;
	const struct node *item;
	int n;

	if (!shape_get_list(r, v, true, &item, &n))
		return;
	for (; item; item = v->kind == NODE_LIST ? item->next : NULL)
		if (shape_get_code(r, item, &name))
			*out = *out ? arena_printf(r->arena, "%s,%s", *out, name) : name;
	if (v->kind == NODE_LIST && n == 0)
		shape_wrong(r, v, "至少一个账号;不写 confirmers 则本单位的账号都可以确认",
		    "at least one account; without confirmers each account of the unit confirms");
	shape_check_repeats(r, v);
}

static const struct key unit_keys[] = {
    SHAPE_KEY("id", shape_id, struct unit, id, .required = true),
    SHAPE_KEY("name", shape_text, struct unit, name, .required = true),
    SHAPE_KEY("short", shape_text, struct unit, short_name),
    SHAPE_KEY("tier", shape_int, struct unit, tier, .required = true, .least = 1, .most = 2),
    SHAPE_KEY("visits", shape_bool, struct unit, visits),
    SHAPE_KEY("house", shape_id, struct unit, house),
    SHAPE_KEY("article", shape_text, struct unit, article),
    SHAPE_KEY("emergency_line", shape_code, struct unit, emergency_line),
    SHAPE_KEY("township", read_township, struct unit, township),
    SHAPE_KEY("confirmers", read_confirmers, struct unit, confirmers),
    SHAPE_KEY("succeeds", read_succeeds, struct unit, succeeds),
    SHAPE_KEY("since", read_day, struct unit, since),
    SHAPE_KEY("until", read_day, struct unit, until),
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

	unit->line = map->line;
	if (!yaml_get(map, "succeeds") != !yaml_get(map, "since"))
		yaml_error(r->problems, map, "succeeds(承接哪些单位)和 since(自何日起)要一起写",
		    "succeeds and since go together: whom it succeeds, and from which day on");
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
/* -- 机构改革, when every reference stands -------------------------------------------------------- */

/* Does the chain of who succeeds whom come back to it? */
static bool goes_round(const struct mechanism *m, const struct unit *unit)
{
	const struct unit *at = unit;

	for (int steps = 0; at && steps <= m->n_units; steps++) {
		const struct unit *heir = NULL;
		for (int i = 0; i < m->n_units && !heir; i++)
			for (int k = 0; k < m->units[i].n_succeeds; k++)
				if (m->units[i].succeeds[k] == at)
					heir = &m->units[i];
		if (heir == unit)
			return true;
		at = heir;
	}
	return false;
}

static void check_old(struct reading *r, const struct node *node, const struct unit *heir,
    const struct unit *old)
{
	int heirs = 0;

	for (int i = 0; i < r->m->n_units; i++)
		for (int k = 0; k < r->m->units[i].n_succeeds; k++)
			heirs += r->m->units[i].succeeds[k] == old;
	if (heirs > 1)
		yaml_error(r->problems, node, "单位 %s 有不止一个承接单位;一分为几的只写一个承接未结事项的",
		    "unit %s has more than one heir; of a split only one takes over what is open", old->id);
	if (!old->until)
		yaml_error(r->problems, node, "单位 %s 由 %s 承接,请在它那里写 until(到何日止)",
		    "unit %s is succeeded by %s: give it its until", old->id, heir->id);
	else if (old->until > heir->since)
		yaml_error(r->problems, node, "单位 %s 的 until 晚于 %s 的 since",
		    "the until of unit %s lies after the since of %s", old->id, heir->id);
}

void units_finish(struct reading *r, const struct node *units)
{
	const struct node *one = units ? units->child : NULL;

	for (int i = 0; one && i < r->m->n_units && r->m->reformed; i++, one = one->next) {
		const struct unit *unit = &r->m->units[i];
		for (int k = 0; k < unit->n_succeeds; k++)
			if (unit->succeeds[k])
				check_old(r, one, unit, unit->succeeds[k]);
		if (unit->n_succeeds && goes_round(r->m, unit))
			yaml_error(r->problems, one, "单位 %s 经过承接又回到自己",
			    "unit %s succeeds itself, by way of others", unit->id);
	}
}

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
