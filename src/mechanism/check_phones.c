/*
 * check_phones.c - numbers of units.yaml, rosters.yaml and contacts.yaml that load and reach no person, or another one.
 *
 * Place: mechanism; called by mechanism_check. A mobile with a digit too many is named where it is read
 * (units.c). A number that is said to be a placeholder is check.c's. Units of one house may share a duty desk.
 */
#include "base/arena.h"
#include "domain/phone.h"
#include "mechanism/check.h"

/* A phone that calls for a unit go to, and where it stands. */
struct duty_phone {
	const struct unit *unit;
	const struct node *at;
};

struct looking {
	const struct scrutiny *s;
	struct map first; /* by number and extension: struct duty_phone of whose it was found first */
};

/* -- numbers that stand for none -------------------------------------------------------------------- */

/* 1234567, 87654321: so many digits, each one more (or less) than the one before. */
static bool is_stairs(const char *digits, size_t n)
{
	size_t up = 1, down = 1;

	for (size_t i = 1; i < n; i++) {
		up += digits[i] == digits[i - 1] + 1;
		down += digits[i] == digits[i - 1] - 1;
	}
	return up == n || down == n;
}

/* The sample that every form shows, 13800000000, 13812345678, 123456789xx. */
static bool is_filler_mobile(const char *digits)
{
	return strcmp(digits, "13800138000") == 0 || strspn(digits + 3, "0") == 8 ||
	    is_stairs(digits + 3, 8) || is_stairs(digits, 9);
}

/* Also 0597-1234567, 0597-0000000. Seven other digits that are the same are a number that is paid for. */
static bool is_filler(const char *text)
{
	struct phone found[PHONES_MOST];
	size_t n = strlen(text);

	if (n >= 7 && strcmp(text + n - 7, "0000000") == 0)
		return true;
	if (phone_find(text, found) == 0)
		return false;
	n = strlen(found[0].number);
	return n == 11 && found[0].number[0] == '1' ? is_filler_mobile(found[0].number)
						    : is_stairs(found[0].number, n);
}

static const struct node *phone_at(const struct node *map, int i)
{
	const struct node *phone = yaml_get(map, "phone");

	return phone ? check_nth(phone, i) : map;
}

static void check_fillers(const struct scrutiny *s, const struct contact *who, const struct node *map)
{
	for (int i = 0; !who->placeholder && i < who->n_phones; i++)
		if (is_filler(who->phones[i].number))
			yaml_problem(s->p, PROBLEM_PHONE_FILLER, phone_at(map, i),
			    "“%s” 不像真号码,像是填表时随手写的:打不通,或者打到别人那里",
			    "\"%s\" looks like a number that only fills a form: it reaches nothing, or "
			    "somebody "
			    "else",
			    who->phones[i].number);
}

/* -- one phone, two units --------------------------------------------------------------------------- */

static bool may_share(const struct unit *a, const struct unit *b)
{
	return a == b || strcmp(a->house, b->house) == 0;
}

/* As the key of the same line: numbers are one where an area code is not said. */
static struct str key_of(const struct scrutiny *s, const struct contact_phone *phone)
{
	struct phone found[PHONES_MOST];

	if (phone_find(phone->number, found) == 0)
		return STR("");
	return str_of(arena_printf(s->p->arena, "%s/%s", found[0].number,
	    phone->extension ? phone->extension : ""));
}

static void look_at(struct looking *l, const struct unit *unit, const struct contact_phone *phone,
    const struct node *at)
{
	struct str key = key_of(l->s, phone);
	struct duty_phone *first;
	struct problem *one;
	bool added;

	if (key.n == 0)
		return;
	first = map_add(&l->first, key, &added);
	if (added)
		*first = (struct duty_phone){unit, at};
	else if (!may_share(first->unit, unit)) {
		one = yaml_problem(l->s->p, PROBLEM_PHONE_SHARED, at, "%s 的值班电话 %s 也是 %s 的",
		    "the duty phone of %s, %s, is that of %s, too", unit->name, phone->number,
		    first->unit->name);
		problems_related(l->s->p, one, yaml_place(first->at), "先写的在这里",
		    "it was first written here");
	}
}

static void look_at_contact(struct looking *l, const struct unit *unit, const struct contact *who,
    const struct node *map)
{
	for (int i = 0; !who->placeholder && i < who->n_phones; i++)
		look_at(l, unit, &who->phones[i], phone_at(map, i));
}

/* -- all of them ------------------------------------------------------------------------------------ */

static void check_unit(struct looking *l, int i)
{
	const struct unit *unit = &l->s->m->units[i];

	for (int k = 0; k < UNIT_CONTACTS; k++)
		check_fillers(l->s, unit_contact(unit, k), check_site(&l->s->units, i, unit_contacts[k].key));
	if (!unit->until || unit->until > l->s->now)
		look_at_contact(l, unit, &unit->duty, check_site(&l->s->units, i, "duty"));
}

static void check_roster(struct looking *l, int i)
{
	const struct roster *roster = &l->s->m->rosters[i];
	const struct node *people = check_site(&l->s->rosters, i, "people");

	for (int k = 0; k < roster->n_people; k++) {
		const struct node *map = yaml_get(people, roster->people[k].id);

		check_fillers(l->s, &roster->people[k].contact, map ? map : people);
		if (roster->unit)
			look_at_contact(l, roster->unit, &roster->people[k].contact, map ? map : people);
	}
}

void check_phones(const struct scrutiny *s)
{
	struct looking l = {.s = s};

	map_init(&l.first, s->p->arena, sizeof(struct duty_phone), (size_t)s->m->n_units);
	for (int i = 0; i < s->m->n_units; i++)
		check_unit(&l, i);
	for (int i = 0; i < s->m->n_rosters; i++)
		check_roster(&l, i);
	for (int i = 0; i < s->m->n_contacts; i++)
		check_fillers(s, &s->m->contacts[i].contact,
		    i < s->contacts.n ? s->contacts.v[i] : check_site(&s->contacts, i, ""));
}
