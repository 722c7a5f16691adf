/*
 * check.c - what is allowed but hardly meant: warnings about a mechanism that loads.
 *
 * Nothing here is an error but what rosters.c finds, and each finding is certain as far as it goes. Rules
 * beside each other are check_rules.c's, what has no lead is check_cells.c's.
 */
#include "mechanism/check.h"
#include "base/time.h"
#include "domain/calendar.h"
#include "mechanism/load.h"
#include "mechanism/shape.h"

#define WARN(c, code, node, ...) yaml_problem((c)->p, (code), (node), __VA_ARGS__)

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
		if (!m->categories[i].retired && category_names(&m->categories[i], unit))
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

static void check_reach(const struct scrutiny *c)
{
	const struct mechanism *m = c->m;

	for (int i = 0; i < m->n_units; i++)
		if (!reached(m, &m->units[i]))
			WARN(c, PROBLEM_UNIT_UNREACHED, check_site(&c->units, i, "id"),
			    "没有一条规则、一个类别用到单位 “%s”(%s)",
			    "no rule and no category reaches the unit \"%s\" (%s)", m->units[i].id,
			    m->units[i].name);
	for (int i = 0; i < m->n_categories; i++) {
		const struct category *one = &m->categories[i];
		if (!one->retired && one->n_keywords == 0 && !category_in_rules(m, one))
			WARN(c, PROBLEM_CATEGORY_UNREACHED, check_site(&c->categories, i, "code"),
			    "类别 %s(%s)没有关键词,也没有规则提到:只有 110 台直接选它才会用到",
			    "the category %s (%s) has no keywords and no rule: only the desk can choose it",
			    one->code, one->name);
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

static void check_industry(const struct scrutiny *c)
{
	for (int i = 0; i < c->m->n_categories; i++) {
		const struct category *one = &c->m->categories[i];
		if (one->arrival == ARRIVAL_INDUSTRY && one->lead && !has_limit(one->lead, one->code))
			WARN(c, PROBLEM_LIMIT_MISSING, check_site(&c->categories, i, "arrival"),
			    "类别 %s(%s)按行业时限到场,但单位 “%s” 没有这一类的 industry_limits,将按城区 30 "
			    "分钟",
			    "the category %s (%s) arrives by industry limit, but the unit \"%s\" has none "
			    "for it",
			    one->code, one->name, one->lead->id);
	}
}

/* -- people, areas, years --------------------------------------------------------------------- */

static void check_placeholders(const struct scrutiny *c)
{
	const struct mechanism *m = c->m;
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
		problems_add(c->p, PROBLEM_PLACEHOLDER, c->units.file, 0, 0,
		    "%d 个单位、%d 个外部联系人、%d 个值班人员的电话是占位号码:上线前换成真号码并删除 "
		    "placeholder",
		    "the phones of %d units, %d contacts and %d people on duty are placeholders: replace "
		    "them before going live",
		    units, contacts, people);
}

static void check_areas(const struct scrutiny *c)
{
	for (int i = 0; i < c->m->n_areas; i++)
		if (!c->m->areas[i].township)
			WARN(c, PROBLEM_AREA_UNREACHED, check_site(&c->areas, i, "code"),
			    "区域 %s(%s)没有管辖单位:units.yaml 里没有 township 指向它",
			    "the area %s (%s) has no unit: no township in units.yaml names it",
			    c->m->areas[i].code, c->m->areas[i].name);
}

/* One that is gone and has no heir: what is sent to it is read by no person. */
static void check_gone(const struct scrutiny *c)
{
	for (int i = 0; i < c->m->n_units; i++) {
		const struct unit *unit = &c->m->units[i];
		if (unit->until && unit->until <= c->now && mechanism_heir(c->m, unit, c->now) == unit)
			WARN(c, PROBLEM_UNIT_GONE, check_site(&c->units, i, "until"),
			    "单位 “%s” 已撤并,没有单位承接:派给它的指令没有人办,请写明承接单位(succeeds)",
			    "unit \"%s\" is gone and has no heir: nobody acts on what is sent to it; name "
			    "one by succeeds",
			    unit->id);
	}
}

static void check_years(const struct scrutiny *c)
{
	int this_year = day_date(local_day(c->now)).year;
	const char *zh[] = {"节假日和调休正按普通周末推算,请尽快补上", "放假安排发布后请加上"};
	const char *en[] = {
	    "holidays are taken for plain weekdays, add it soon", "add it when it is published"};

	for (int i = 0; i < 2; i++)
		if (!calendar_covers(&c->m->calendar, this_year + i))
			problems_add(c->p, PROBLEM_YEAR_MISSING, c->calendar, 0, 0, "没有 %d 年的日历:%s",
			    "no calendar for %d: %s", this_year + i, c->p->english ? en[i] : zh[i]);
}

/* -- rosters ------------------------------------------------------------------------------------ */

static void check_overrides(const struct scrutiny *c)
{
	for (int i = 0; i < c->m->n_rosters; i++) {
		const struct roster *roster = &c->m->rosters[i];
		for (int k = 0; k < roster->n_overrides; k++)
			if (roster->overrides[k].to <= c->now)
				WARN(c, PROBLEM_OVERRIDE_EXPIRED,
				    check_nth(check_site(&c->rosters, i, "overrides"), k),
				    "单位 “%s” 的这一项另有安排已经过去,不再起作用",
				    "this override of the unit \"%s\" is over and has no effect any more",
				    roster->unit_id);
	}
}

static void check_no_roster(const struct scrutiny *c)
{
	const char *first = NULL;
	int missing = 0;

	for (int i = 0; i < c->m->n_units; i++)
		if (c->m->units[i].tier == 1 && !c->m->units[i].roster && missing++ == 0)
			first = c->m->units[i].id;
	if (missing)
		problems_add(c->p, PROBLEM_ROSTER_MISSING, c->rosters.file, 0, 0,
		    "%d 个一级联动单位没有值班表(“%s” 等):只能打 units.yaml 里的固定值班电话",
		    "%d tier 1 units have no roster (\"%s\" is one): they are called by their fixed duty "
		    "phone of units.yaml alone",
		    missing, first);
}

static void check_rosters(const struct scrutiny *c)
{
	for (int i = 0; i < c->m->n_rosters; i++)
		rosters_check(c->m, &c->m->rosters[i], check_site(&c->rosters, i, "unit"),
		    check_site(&c->rosters, i, "shifts"), c->now, c->p);
	check_overrides(c);
	check_no_roster(c);
}

/* -- all of it ---------------------------------------------------------------------------------- */

struct text_decider mechanism_texts(const struct mechanism *m, const struct text_wish *wish,
    struct problems *p)
{
	struct text_decider d = text_decider_of(m, wish, p->arena);

	if (d.failed)
		problems_add(p, PROBLEM_FILE, "categories.yaml", 0, 0,
		    "按描述判断的模型没有学成:类别最多 %d 个;类别再多,在 policy.yaml 的 text 里写 off: true",
		    "no model of texts can be trained: categories are at most %d; with more, write off: true "
		    "in "
		    "policy.yaml's text",
		    TEXT_CATEGORIES_MOST);
	return d;
}

struct mechanism *mechanism_examine(const char *folder, const struct text_wish *wish, int64_t now,
    struct problems *p, int *run, struct text_quality *quality)
{
	struct mechanism *m = mechanism_load(folder, p);
	struct text_decider texts;

	*run = 0;
	if (!m)
		return NULL;
	texts = mechanism_texts(m, wish, p);
	mechanism_test(m, &texts, folder, p, run);
	if (quality)
		*quality = texts.quality;
	text_decider_free(&texts);
	mechanism_check(m, folder, now, p);
	return m;
}

void mechanism_check(const struct mechanism *m, const char *folder, int64_t now, struct problems *p)
{
	struct scrutiny c = {.m = m, .now = now, .p = p};

	c.areas = check_sites(&c, folder, "areas.yaml", "areas");
	c.categories = check_sites(&c, folder, "categories.yaml", "categories");
	c.rosters = check_sites(&c, folder, "rosters.yaml", "rosters");
	c.rules = check_sites(&c, folder, "routing.yaml", "rules");
	c.units = check_sites(&c, folder, "units.yaml", "units");
	c.calendar = check_shown(&c, folder, "calendar.yaml");
	c.channels = check_sites(&c, folder, "notices.yaml", "channels");
	c.contacts = check_sites(&c, folder, "contacts.yaml", "contacts");
	c.expires = check_sites(&c, folder, "notices.yaml", "expires");
	c.ladder = check_sites(&c, folder, "notices.yaml", "ladder");
	c.people = check_sites(&c, folder, "notices.yaml", "people");
	c.recipients = check_sites(&c, folder, "notices.yaml", "recipients");
	c.policy = check_root(&c, folder, "policy.yaml");
	check_rules(&c);
	check_cells(&c);
	check_reach(&c);
	check_industry(&c);
	check_limits(&c);
	check_placeholders(&c);
	check_phones(&c);
	check_areas(&c);
	check_years(&c);
	check_gone(&c);
	check_rosters(&c);
	check_notices(&c);
}
