/*
 * rosters.c - rosters.yaml: who is on duty at a unit, by name and phone (Art. 11). The eighth file of a
 * mechanism; where it is absent, units are reached by the fixed phones of units.yaml alone.
 *
 * Place: mechanism. What a shift means is domain/duty.c's to say. Holes and overlaps depend on the day
 * and on the calendar: they are found by rosters_check, which `check`, start and reload call.
 */
#include "base/time.h"
#include "domain/duty.h"
#include "mechanism/load.h"
#include "mechanism/shape.h"

#include <ctype.h>
#include <stdio.h>

/* -- instants --------------------------------------------------------------------------------- */

static bool two_digits(const char *s, int most, int *out)
{
	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]))
		return false;
	*out = (s[0] - '0') * 10 + s[1] - '0';
	return *out <= most;
}

/* "08:00"; 24:00 is written as 00:00. */
static bool parse_minute(const char *s, int *out)
{
	int hour, minute;

	if (strlen(s) != 5 || s[2] != ':' || !two_digits(s, 23, &hour) || !two_digits(s + 3, 59, &minute))
		return false;
	*out = hour * 60 + minute;
	return true;
}

static void read_minute(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *text;

	if (shape_get_text(r, v, &text) && !parse_minute(text, SHAPE_AT(int, base, k->offset)))
		shape_wrong(r, v, "时刻 \"HH:MM\",如 \"08:00\"", "a time \"HH:MM\" such as \"08:00\"");
}

static bool parse_day(struct str s, int64_t *day)
{
	struct date date;

	if (!date_parse(s, &date) || !date_valid(date) || date.year < 2000 || date.year > 2100)
		return false;
	*day = date_day(date);
	return true;
}

static void read_day(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *text;

	if (shape_get_text(r, v, &text) && !parse_day(str_of(text), SHAPE_AT(int64_t, base, k->offset)))
		shape_wrong(r, v, "2000 至 2100 年的日期,如 \"2026-01-05\"",
		    "a date from 2000 to 2100 such as \"2026-01-05\"");
}

/* "2026-02-16T08:00", the city's time. */
static void read_instant(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *text;
	int64_t day;
	int minute;

	if (!shape_get_text(r, v, &text))
		return;
	if (strlen(text) == 16 && (text[10] == 'T' || text[10] == ' ') &&
	    parse_day((struct str){text, 10}, &day) && parse_minute(text + 11, &minute))
		*SHAPE_AT(int64_t, base, k->offset) = day_start(day) + minute * MINUTE_MS;
	else
		shape_wrong(r, v, "本地时刻 \"2026-02-16T08:00\"", "a local instant \"2026-02-16T08:00\"");
}

/* -- people ----------------------------------------------------------------------------------- */

static const struct key person_keys[] = {
    SHAPE_KEY("name", shape_text, struct person, contact.name, .required = true),
    SHAPE_KEY("phone", shape_phones, struct person, contact.phone, .required = true),
    SHAPE_KEY("title", shape_text, struct person, contact.title),
    SHAPE_KEY("placeholder", shape_bool, struct person, contact.placeholder),
};
static const struct shape person_shape = {SHAPE_KEYS(person_keys), .size = sizeof(struct person)};

static void read_people(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct roster *roster = base;

	if (v->kind != NODE_MAP) {
		shape_wrong(r, v, "一个映射(标识: {name: 姓名, phone: \"电话\"})",
		    "a mapping (id: {name: …, phone: \"…\"})");
		return;
	}
	roster->people = arena_new_array(r->arena, struct person, (size_t)v->n + 1);
	for (const struct node *one = v->child; one; one = one->next) {
		struct person *person = &roster->people[roster->n_people];

		if (one->bad)
			continue;
		shape_read(r, one->value, k->shape, person);
		shape_id(r, one, &person->id, &(const struct key){.name = "people"});
		roster->n_people += person->id != NULL;
	}
}

static const struct person *find_person(const struct roster *roster, const char *id)
{
	for (int i = 0; i < roster->n_people; i++)
		if (strcmp(roster->people[i].id, id) == 0)
			return &roster->people[i];
	return NULL;
}

static void unknown_person(struct reading *r, const struct node *v, const struct roster *roster)
{
	const char **ids = arena_new_array(r->problems->arena, const char *, (size_t)roster->n_people + 1);

	for (int i = 0; i < roster->n_people; i++)
		ids[i] = roster->people[i].id;
	const char *near = shape_nearest(v->text, ids, roster->n_people);
	yaml_problem(r->problems, PROBLEM_REFERENCE, v, "people 里没有 “%s”%s%s%s",
	    "there is no \"%s\" in people%s%s%s", arena_quote(r->problems->arena, v->text),
	    near ? r->problems->english ? ", did you mean \"" : ",是不是 “" : "", near ? near : "",
	    near ? r->problems->english ? "\"?" : "”?" : "");
}

/* Those of one occurrence of a shift, who serve together. */
static void read_group(struct reading *r, const struct node *v, const struct roster *roster,
    struct duty_group *out)
{
	const struct node *item;
	const char *id;
	int n;

	if (!shape_get_list(r, v, true, &item, &n))
		return;
	if (n == 0 || n > DUTY_TOGETHER) {
		yaml_error(r->problems, v, "同班应有 1 至 %d 人", "1 to %d people serve together",
		    DUTY_TOGETHER);
		return;
	}
	shape_check_repeats(r, v);
	for (; item; item = v->kind == NODE_LIST ? item->next : NULL) {
		const struct person *person;

		if (!shape_get_code(r, item, &id))
			continue;
		if ((person = find_person(roster, id)))
			out->who[out->n++] = person;
		else
			unknown_person(r, item, roster);
	}
}

/* -- shifts and overrides --------------------------------------------------------------------- */

/* Who serves is read when the people of the roster are known: roster_done. */
static void read_later(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	(void)r;
	(void)v;
	(void)base;
	(void)k;
}

static const struct key shift_keys[] = {
    SHAPE_KEY("name", shape_text, struct roster_shift, name),
    SHAPE_KEY("from", read_minute, struct roster_shift, from, .required = true),
    SHAPE_KEY("to", read_minute, struct roster_shift, to, .required = true),
    SHAPE_KEY("start", read_day, struct roster_shift, start, .required = true),
    SHAPE_KEY("every", shape_int, struct roster_shift, every, .least = 1, .most = 366),
    SHAPE_KEY("days", shape_word, struct roster_shift, days, SHAPE_NAMES(roster_day_names, 0)),
    {.name = "order", .read = read_later, .required = true},
};

static void shift_done(struct reading *r, const struct node *map, void *base)
{
	struct roster_shift *shift = base;

	(void)r;
	shift->line = map->line;
	if (!shift->name)
		shift->name = "值班";
}

static const struct roster_shift shift_initial = {.every = 1};
static const struct shape shift_shape = {SHAPE_KEYS(shift_keys), .size = sizeof(struct roster_shift),
    .initial = &shift_initial, .done = shift_done};

static const struct key override_keys[] = {
    SHAPE_KEY("from", read_instant, struct duty_override, from, .required = true),
    SHAPE_KEY("to", read_instant, struct duty_override, to, .required = true),
    {.name = "people", .read = read_later, .required = true},
    SHAPE_KEY("because", shape_text, struct duty_override, because),
};

static void override_done(struct reading *r, const struct node *map, void *base)
{
	struct duty_override *one = base;

	one->line = map->line;
	if (one->from && one->to && one->from >= one->to)
		yaml_error(r->problems, map, "to 应晚于 from", "to should be later than from");
}

static const struct shape override_shape = {
    SHAPE_KEYS(override_keys), .size = sizeof(struct duty_override), .done = override_done};

static void read_order(struct reading *r, const struct node *v, const struct roster *roster,
    struct roster_shift *shift)
{
	const struct node *item;
	int n;

	if (!v || !shape_get_list(r, v, false, &item, &n))
		return;
	if (n == 0) {
		shape_wrong(r, v, "至少一班人,如 [[chen], [li]]",
		    "at least one group such as [[chen], [li]]");
		return;
	}
	shift->order = arena_new_array(r->arena, struct duty_group, (size_t)n);
	for (; item; item = item->next)
		read_group(r, item, roster, &shift->order[shift->n_order++]);
}

static const struct node *items_of(const struct node *map, const char *key)
{
	const struct node *list = yaml_get(map, key);

	return list && list->kind == NODE_LIST ? list->child : NULL;
}

static void check_overrides(struct reading *r, const struct roster *roster, const struct node *items)
{
	for (int i = 0; i < roster->n_overrides; i++, items = items->next)
		for (int j = 0; j < i; j++) {
			const struct duty_override *a = &roster->overrides[j], *b = &roster->overrides[i];

			if (a->from < a->to && b->from < b->to && a->from < b->to && b->from < a->to)
				yaml_problem(r->problems, PROBLEM_ROSTER_OVERLAP, items,
				    "与第 %d 行的 overrides 时间重叠", "overlaps the override in line %d",
				    a->line);
		}
}

static void roster_done(struct reading *r, const struct node *map, void *base)
{
	struct roster *roster = base;
	const struct node *item = items_of(map, "shifts");

	roster->line = map->line;
	for (int i = 0; i < roster->n_shifts; i++, item = item->next)
		read_order(r, yaml_get(item, "order"), roster, &roster->shifts[i]);
	item = items_of(map, "overrides");
	for (int i = 0; i < roster->n_overrides; i++, item = item->next)
		if (yaml_get(item, "people"))
			read_group(r, yaml_get(item, "people"), roster, &roster->overrides[i].people);
	check_overrides(r, roster, items_of(map, "overrides"));
}

/* -- the file --------------------------------------------------------------------------------- */

static void read_unit(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct roster *roster = base;

	shape_code(r, v, base, k);
	if (roster->unit_id)
		shape_later(r, v, (void *)&roster->unit, shape_find_unit);
}

static const struct key roster_keys[] = {
    SHAPE_KEY("unit", read_unit, struct roster, unit_id, .required = true),
    SHAPE_KEY("people", read_people, struct roster, people, .required = true, .shape = &person_shape),
    SHAPE_KEY("shifts", shape_maps, struct roster, shifts, .count = offsetof(struct roster, n_shifts),
	.required = true, .shape = &shift_shape),
    SHAPE_KEY("overrides", shape_maps, struct roster, overrides,
	.count = offsetof(struct roster, n_overrides), .shape = &override_shape),
};
static const struct shape roster_shape = {
    SHAPE_KEYS(roster_keys), .size = sizeof(struct roster), .done = roster_done};

static const struct key rosters_keys[] = {
    SHAPE_KEY("rosters", shape_maps, struct mechanism, rosters,
	.count = offsetof(struct mechanism, n_rosters), .shape = &roster_shape, .unique = "unit"),
};
const struct shape rosters_shape = {SHAPE_KEYS(rosters_keys), .size = sizeof(struct mechanism)};

void rosters_finish(struct mechanism *m)
{
	for (int i = 0; i < m->n_rosters; i++)
		if (m->rosters[i].unit)
			m->units[m->rosters[i].unit - m->units].roster = &m->rosters[i];
}

/* -- holes and overlaps ----------------------------------------------------------------------- */

#define AHEAD_DAYS 400

static const char *minute_text(struct arena *a, int64_t at)
{
	struct date d = day_date(local_day(at));
	int minute = (int)((at - day_start(local_day(at))) / MINUTE_MS);

	return arena_printf(a, "%04d-%02d-%02d %02d:%02d", d.year, d.month, d.day, minute / 60, minute % 60);
}

static void check_gaps(const struct mechanism *m, const struct roster *roster, const struct node *at,
    int64_t now, struct problems *p)
{
	static const struct circumstances none = {0};
	struct arena *a = p->arena;
	struct duty *spans;
	int n = duty_spans(m, &none, roster->unit, now, now + AHEAD_DAYS * DAY_MS, a, &spans), gaps = 0;
	const struct duty *first = NULL;

	for (int i = 0; i < n; i++)
		if (spans[i].people.n == 0 && gaps++ == 0)
			first = &spans[i];
	if (gaps)
		yaml_problem(p, PROBLEM_ROSTER_GAP, at,
		    "一级联动单位 “%s” %s 至 %s 无人值班(第十一条:7×24 小时),今后 %d 天共 %d 处:补上班次或 "
		    "overrides",
		    "the tier 1 unit \"%s\" has no one on duty from %s to %s (Art. 11: day and night); in "
		    "the "
		    "next %d days there are %d such gaps: add a shift or overrides",
		    roster->unit->id, minute_text(a, first->from), minute_text(a, first->to), AHEAD_DAYS,
		    gaps);
}

static void check_overlap(const struct mechanism *m, const struct roster *roster, const struct node *shifts,
    int64_t now, struct problems *p)
{
	struct duty_overlap found;
	const struct node *late = shifts->child, *early = shifts->child;

	if (!duty_overlaps(m, roster, local_day(now), AHEAD_DAYS, &found))
		return;
	for (int64_t i = found.late - roster->shifts; late && i > 0; i--)
		late = late->next;
	for (int64_t i = found.early - roster->shifts; early && i > 0; i--)
		early = early->next;
	problems_related(p,
	    yaml_problem(p, PROBLEM_ROSTER_OVERLAP, late ? late : shifts,
		"班次 “%s” 与第 %d 行的班次 “%s” 在 %s 重叠:同班的人写在 order 的同一组里",
		"the shift \"%1$s\" overlaps \"%3$s\" in line %2$d at %4$s: who serve together stand in one "
		"group of order",
		found.late->name, found.early->line, found.early->name, minute_text(p->arena, found.at)),
	    yaml_place(early ? early : shifts), "与它重叠的班次", "the shift that it overlaps");
}

void rosters_check(const struct mechanism *m, const struct roster *roster, const struct node *unit,
    const struct node *shifts, int64_t now, struct problems *p)
{
	check_overlap(m, roster, shifts, now, p);
	if (roster->unit->tier == 1)
		check_gaps(m, roster, unit, now, p);
}
