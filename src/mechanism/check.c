/*
 * check.c - what is allowed but hardly meant: warnings about a mechanism that loads.
 *
 * Nothing here is an error but what rosters.c finds, and each finding is certain as far as it goes: a rule is called shadowed
 * only where an earlier one provably takes all that it would take. Rules that several earlier ones
 * take together are not found.
 */
#include "mechanism/load.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "domain/denial.h"
#include "mechanism/shape.h"

static const char *text(const struct problems *p, const char *zh, const char *en)
{
	return p->english ? en : zh;
}

#define WARN(p, code, file, line, ...) problems_add((p), (code), (file), (line), (line) ? 1 : 0, __VA_ARGS__)

/* -- shadowed rules --------------------------------------------------------------------------- */

/* Does every code that matches `narrow` match `wide`? */
static bool pattern_covers(const char *wide, const char *narrow)
{
	size_t n = strlen(narrow);

	if (strcmp(wide, narrow) == 0)
		return true;
	if (strcmp(narrow, "none") == 0 || wide[strlen(wide) - 1] != '*')
		return false;
	if (narrow[n - 1] == '*')
		return strlen(wide) <= n && strncmp(wide, narrow, strlen(wide) - 1) == 0;
	return code_matches(wide, narrow);
}

typedef bool covers(const void *wide, const void *narrow);

/* The longer keyword says the shorter one, unless it denies it: 没有人受伤 is no 受伤. */
static bool text_covers(const void *wide, const void *narrow)
{
	struct denials d = {.text = narrow};
	const char *at = strstr(d.text, wide);

	return at && !denial_of(&d, (size_t)(at - d.text), (size_t)(at - d.text) + strlen(wide));
}

static bool code_covers(const void *wide, const void *narrow)
{
	return pattern_covers(wide, narrow);
}

static bool area_covers(const void *wide, const void *narrow)
{
	for (const struct area *area = narrow; area; area = area->parent)
		if (area == wide)
			return true;
	return false;
}

/* A condition "any of these": is each of the later's members covered by one of the earlier's? An
 * absent condition holds always. */
static bool list_covers(const void *const *wide, int n_wide, const void *const *narrow, int n_narrow,
    covers *one)
{
	if (n_wide == 0)
		return true;
	for (int i = 0; i < n_narrow; i++) {
		bool covered = false;
		for (int j = 0; j < n_wide && !covered; j++)
			covered = one(wide[j], narrow[i]);
		if (!covered)
			return false;
	}
	return n_narrow > 0;
}

#define LIST_COVERS(a, b, list, one)                                                                         \
	list_covers((const void *const *)(a)->list, (a)->n_##list, (const void *const *)(b)->list,           \
	    (b)->n_##list, one)

/* An unless-word of the earlier rule makes it hold less: the later must exclude it too. */
static bool unless_covers(const struct rule *a, const struct rule *b)
{
	for (int i = 0; i < a->n_unless_keywords; i++) {
		bool excluded = false;
		for (int j = 0; j < b->n_unless_keywords && !excluded; j++)
			excluded = text_covers(b->unless_keywords[j], a->unless_keywords[i]);
		if (!excluded)
			return false;
	}
	return true;
}

/* Does a hold wherever b does? */
static bool rule_covers(const struct rule *a, const struct rule *b)
{
	bool priorities = a->priorities == 0 || (b->priorities && (b->priorities & ~a->priorities) == 0);
	bool hours = a->hours == HOURS_ANY || a->hours == b->hours;
	bool between =
	    a->between.from == a->between.to || memcmp(&a->between, &b->between, sizeof(a->between)) == 0;
	bool negation = a->no_negation || !b->no_negation || a->n_keywords == 0;
	bool zone = !a->has_zone || (b->has_zone && a->zone == b->zone);

	return priorities && hours && between && negation && zone &&
	    LIST_COVERS(a, b, category, code_covers) && LIST_COVERS(a, b, keywords, text_covers) &&
	    LIST_COVERS(a, b, address_keywords, text_covers) && LIST_COVERS(a, b, area, area_covers) &&
	    unless_covers(a, b);
}

/* Is nothing looked at after this rule matched? Not so where it adds or only gives a category, nor
 * where its lead may turn out to be none: a township's of an area without one, or a category's
 * while none is known. */
static bool ends(const struct rule *rule)
{
	if (rule->also)
		return false;
	if (rule->has_lead)
		return !rule->lead_township;
	for (int i = 0; i < rule->n_category; i++)
		if (strcmp(rule->category[i], "none") == 0)
			return false;
	return !rule->set_category && rule->n_category > 0;
}

/* Is giving the category all that this rule does? */
static bool only_gives(const struct rule *rule)
{
	return rule->set_category && !rule->set_priority && !rule->has_lead && !rule->has_assist &&
	    !rule->has_inform;
}

/* The table is walked twice: for the category by the rules that give one, then by all. */
static bool takes_before(const struct rule *early, const struct rule *late)
{
	if (only_gives(late))
		return early->set_category && rule_covers(early, late);
	return ends(early) && (early->set_category || !late->set_category) && rule_covers(early, late);
}

/* A priority set on the way may let the later rule hold where the earlier did not. */
static bool sets_priority(const struct rule *from, const struct rule *to)
{
	for (; from < to; from++)
		if (from->set_priority)
			return true;
	return false;
}

#define SHADOW_RULES_MAX 3000 /* every rule is compared with every earlier one */

static void check_shadows(const struct mechanism *m, const char *file, struct problems *p)
{
	const struct routing *routing = &m->routing;

	for (int i = 1; i < routing->n_rules && i < SHADOW_RULES_MAX; i++)
		for (int j = 0; j < i; j++) {
			const struct rule *early = &routing->rules[j], *late = &routing->rules[i];
			if (!takes_before(early, late) || (early->priorities && sets_priority(early, late)))
				continue;
			WARN(p, PROBLEM_RULE_SHADOWED, file, late->line,
			    "规则 “%s” 永远轮不到:第 %d 行的 “%s” 先接走了它的全部情形",
			    "the rule \"%1$s\" can never match: \"%3$s\" in line %2$d takes all of it before",
			    late->id, early->line, early->id);
			break;
		}
}

/* -- what nothing reaches --------------------------------------------------------------------- */

static bool in_units(const struct unit *const *units, int n, const struct unit *unit)
{
	for (int i = 0; i < n; i++)
		if (units[i] == unit)
			return true;
	return false;
}

static bool category_names(const struct category *c, const struct unit *unit)
{
	return c->lead == unit || in_units(c->assist, c->n_assist, unit) ||
	    in_units(c->inform, c->n_inform, unit);
}

static bool rule_names(const struct rule *rule, const struct unit *unit)
{
	return rule->lead == unit || in_units(rule->assist, rule->n_assist, unit) ||
	    in_units(rule->inform, rule->n_inform, unit);
}

static bool reached(const struct mechanism *m, const struct unit *unit)
{
	if (unit->township) /* informed of what happens in its area */
		return true;
	for (int i = 0; i < m->n_categories; i++)
		if (category_names(&m->categories[i], unit))
			return true;
	for (int i = 0; i < m->routing.n_rules; i++)
		if (rule_names(&m->routing.rules[i], unit))
			return true;
	for (int i = 0; i < m->routing.n_otherwise; i++)
		if (rule_names(&m->routing.otherwise[i], unit))
			return true;
	return false;
}

static bool category_in_rules(const struct mechanism *m, const struct category *c)
{
	for (int i = 0; i < m->routing.n_rules; i++) {
		const struct rule *rule = &m->routing.rules[i];
		if (rule->set_category == c)
			return true;
		for (int j = 0; j < rule->n_category; j++)
			if (code_matches(rule->category[j], c->code))
				return true;
	}
	return false;
}

static void check_reach(const struct mechanism *m, const char *units, const char *categories,
    struct problems *p)
{
	for (int i = 0; i < m->n_units; i++)
		if (!reached(m, &m->units[i]))
			WARN(p, PROBLEM_UNIT_UNREACHED, units, m->units[i].line,
			    "没有一条规则、一个类别用到单位 “%s”(%s)",
			    "no rule and no category reaches the unit \"%s\" (%s)", m->units[i].id,
			    m->units[i].name);
	for (int i = 0; i < m->n_categories; i++) {
		const struct category *c = &m->categories[i];
		if (c->n_keywords == 0 && !category_in_rules(m, c))
			WARN(p, PROBLEM_CATEGORY_UNREACHED, categories, 0,
			    "类别 %s(%s)没有关键词,也没有规则提到:只有 110 台直接选它才会用到",
			    "the category %s (%s) has no keywords and no rule: only the desk can choose it",
			    c->code, c->name);
	}
}

/* -- industry limits -------------------------------------------------------------------------- */

static bool has_limit(const struct unit *unit, const char *code)
{
	for (int i = 0; i < unit->n_limits; i++)
		for (int j = 0; j < unit->limits[i].n_categories; j++)
			if (code_matches(unit->limits[i].categories[j], code))
				return true;
	return false;
}

static void check_industry(const struct mechanism *m, const char *categories, struct problems *p)
{
	for (int i = 0; i < m->n_categories; i++) {
		const struct category *c = &m->categories[i];
		if (c->arrival == ARRIVAL_INDUSTRY && c->lead && !has_limit(c->lead, c->code))
			WARN(p, PROBLEM_LIMIT_MISSING, categories, 0,
			    "类别 %s(%s)按行业时限到场,但单位 “%s” 没有这一类的 industry_limits,将按城区 30 "
			    "分钟",
			    "the category %s (%s) arrives by industry limit, but the unit \"%s\" has none "
			    "for it",
			    c->code, c->name, c->lead->id);
	}
}

/* -- people, areas, years --------------------------------------------------------------------- */

static void check_placeholders(const struct mechanism *m, const char *file, struct problems *p)
{
	int units = 0, contacts = 0, people = 0;

	for (int i = 0; i < m->n_units; i++) {
		const struct unit *u = &m->units[i];
		units += u->duty.placeholder || u->liaison.placeholder || u->person_in_charge.placeholder ||
		    u->leader.placeholder;
	}
	for (int i = 0; i < m->n_contacts; i++)
		contacts += m->contacts[i].contact.placeholder;
	for (int i = 0; i < m->n_rosters; i++)
		for (int k = 0; k < m->rosters[i].n_people; k++)
			people += m->rosters[i].people[k].contact.placeholder;
	if (units + contacts + people > 0)
		WARN(p, PROBLEM_PLACEHOLDER, file, 0,
		    "%d 个单位、%d 个外部联系人、%d 个值班人员的电话是占位号码:上线前换成真号码并删除 "
		    "placeholder",
		    "the phones of %d units, %d contacts and %d people on duty are placeholders: replace "
		    "them "
		    "before going live",
		    units, contacts, people);
}

static void check_phones(const struct mechanism *m, const char *file, struct problems *p)
{
	for (int i = 0; i < m->n_units; i++)
		if (m->units[i].tier == 1 && !m->units[i].duty.phone)
			WARN(p, PROBLEM_PHONE_MISSING, file, m->units[i].line,
			    "一级联动单位 “%s” 没有值班电话(第十一条)",
			    "the tier 1 unit \"%s\" has no duty phone (Art. 11)", m->units[i].id);
}

static void check_areas(const struct mechanism *m, const char *file, struct problems *p)
{
	for (int i = 0; i < m->n_areas; i++)
		if (!m->areas[i].township)
			WARN(p, PROBLEM_AREA_UNREACHED, file, 0,
			    "区域 %s(%s)没有管辖单位:units.yaml 里没有 township 指向它",
			    "the area %s (%s) has no unit: no township in units.yaml names it",
			    m->areas[i].code, m->areas[i].name);
}

/* One that is gone and has no heir: what is sent to it is read by no person. */
static void check_gone(const struct mechanism *m, const char *file, int64_t now, struct problems *p)
{
	for (int i = 0; i < m->n_units; i++) {
		const struct unit *unit = &m->units[i];
		if (unit->until && unit->until <= now && mechanism_heir(m, unit, now) == unit)
			WARN(p, PROBLEM_UNIT_GONE, file, unit->line,
			    "单位 “%s” 已撤并,没有单位承接:派给它的指令没有人办,请写明承接单位(succeeds)",
			    "unit \"%s\" is gone and has no heir: nobody acts on what is sent to it; name "
			    "one by succeeds",
			    unit->id);
	}
}

static void check_years(const struct mechanism *m, const char *file, int64_t now, struct problems *p)
{
	int this_year = day_date(local_day(now)).year;

	for (int year = this_year; year <= this_year + 1; year++) {
		if (!calendar_covers(&m->calendar, year))
			WARN(p, PROBLEM_YEAR_MISSING, file, 0, "没有 %d 年的日历:%s",
			    "no calendar for %d: %s", year,
			    text(p,
				year == this_year ? "节假日和调休正按普通周末推算,请尽快补上"
						  : "放假安排发布后请加上",
				year == this_year ? "holidays are taken for plain weekdays, add it soon"
						  : "add it when it is published"));
	}
}

struct mechanism *mechanism_examine(const char *folder, int64_t now, struct problems *p, int *run)
{
	struct mechanism *m = mechanism_load(folder, p);

	*run = 0;
	if (!m)
		return NULL;
	mechanism_test(m, folder, p, run);
	mechanism_check(m, now, p);
	return m;
}

void mechanism_check(const struct mechanism *m, int64_t now, struct problems *p)
{
	check_shadows(m, "routing.yaml", p);
	check_reach(m, "units.yaml", "categories.yaml", p);
	check_industry(m, "categories.yaml", p);
	check_phones(m, "units.yaml", p);
	check_placeholders(m, "units.yaml", p);
	check_areas(m, "areas.yaml", p);
	check_years(m, "calendar.yaml", now, p);
	check_gone(m, "units.yaml", now, p);
	rosters_check(m, now, p);
}
