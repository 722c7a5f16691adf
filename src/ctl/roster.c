/*
 * roster.c - liandongctl duty import: a duty table that was made in Excel into rosters.yaml.
 *
 * A row is a unit, a day, hours and who serves. What the roster says already is not written. What it says
 * otherwise becomes an override, in the place of overrides that it covers. A unit without a roster gets one:
 * its people take turns in the order of the table, and the table's own days are as it says. Hours that would meet those of a shift
 * make no shift of their own: they are of these days alone.
 */
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/time.h"
#include "ctl/ctl.h"
#include "ctl/rewrite.h"
#include "ctl/sheet.h"
#include "domain/duty.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { COL_UNIT, COL_DAY, COL_FROM, COL_TO, COL_PEOPLE, COL_PHONES, COL_WHY, COLUMNS };
static const char *const heads[COLUMNS] = {"单位", "日期", "开始", "结束", "值班人", "电话", "说明"};

/* Somebody of the table. */
struct served {
	const char *name, *phone; /* phone NULL: not given */
	const char *id;           /* in the roster, once it is known */
};
#define FILLED_SHOWN 10 /* days that the table does not have */

/* One time of one unit. */
struct turn_row {
	const struct unit *unit;
	int64_t from, to;
	struct served who[DUTY_TOGETHER];
	int n;
	const char *why;
	const struct sheet_row *row;
};
struct duty_import {
	struct rewrite *w;
	struct arena *a;
	const struct sheet *sheet;
	int column[COLUMNS];
	struct turn_row *rows;
	int n, cap;
};

static const char *cell(const struct duty_import *x, const struct sheet_row *row, int column)
{
	return x->column[column] < 0 ? "" : row->cells[x->column[column]];
}

static void wrong(const struct duty_import *x, const struct sheet_row *row, int column, const char *zh,
    const char *en)
{
	sheet_wrong(x->sheet, row, x->column[column], &x->w->problems, zh, en, NULL);
}

/* -- reading the table ------------------------------------------------------------------------ */

static const struct unit *unit_named(const struct mechanism *m, const char *name)
{
	for (int i = 0; i < m->n_units; i++)
		if (strcmp(m->units[i].name, name) == 0 || strcmp(m->units[i].short_name, name) == 0)
			return &m->units[i];
	return mechanism_unit(m, name);
}

/* 08:00 to 08:00 where the table gives no hours. */
static bool read_minute(struct duty_import *x, const struct sheet_row *row, int column, int *minute)
{
	*minute = 8 * 60;
	if (!*cell(x, row, column) || sheet_minute(cell(x, row, column), minute))
		return true;
	wrong(x, row, column, "应为时刻,如 08:00", "expected a time such as 08:00");
	return false;
}

static bool read_span(struct duty_import *x, const struct sheet_row *row, struct turn_row *t)
{
	int64_t day;
	int from, to;

	if (!sheet_date(cell(x, row, COL_DAY), &day)) {
		wrong(x, row, COL_DAY, "应为日期,如 2026-03-01:和旁边的列放反了?",
		    "expected a date such as 2026-03-01: are columns swapped?");
		return false;
	}
	if (!read_minute(x, row, COL_FROM, &from) || !read_minute(x, row, COL_TO, &to))
		return false;
	t->from = day_start(day) + from * MINUTE_MS;
	t->to = day_start(day) + to * MINUTE_MS + (to > from ? 0 : DAY_MS);
	return true;
}

static bool add_served(struct duty_import *x, struct turn_row *t, struct str name, struct str phone)
{
	if (t->n == DUTY_TOGETHER) {
		wrong(x, t->row, COL_PEOPLE, "同班最多 6 人", "at most 6 people serve together");
		return false;
	}
	t->who[t->n++] =
	    (struct served){.name = arena_str(x->a, name), .phone = phone.n ? arena_str(x->a, phone) : NULL};
	return true;
}

static bool read_people(struct duty_import *x, struct turn_row *t)
{
	const char *names = cell(x, t->row, COL_PEOPLE), *phones = cell(x, t->row, COL_PHONES);
	struct str name, phone;

	for (int n = 0; (name = str_item(&names)).n; n++) {
		const char *text = arena_str(x->a, name);

		if (sheet_phone(text) != PHONE_NONE) {
			wrong(x, t->row, COL_PEOPLE, "不像姓名:和电话的列放反了?",
			    "is no name: are columns swapped?");
			return false;
		}
		phone = str_item(&phones);
		enum phone_harm harm = phone.n ? sheet_phone(arena_str(x->a, phone)) : PHONE_WHOLE;
		if (harm != PHONE_WHOLE) {
			wrong(x, t->row, COL_PHONES, sheet_harm(harm, false), sheet_harm(harm, true));
			return false;
		}
		if (!add_served(x, t, name, phone))
			return false;
	}
	if (str_item(&phones).n) {
		wrong(x, t->row, COL_PHONES, "电话比人多:几个人就写几个电话,用 “、” 分开",
		    "more phones than people: as many as there are people, separated by commas");
		return false;
	}
	if (t->n == 0)
		wrong(x, t->row, COL_PEOPLE, "没有写谁值班", "nobody is named");
	return t->n > 0;
}

/* A second row of the same time adds its people to the first. */
static bool joins(struct duty_import *x, const struct turn_row *t)
{
	for (int i = 0; i < x->n; i++) {
		struct turn_row *known = &x->rows[i];

		if (known->unit != t->unit || known->from != t->from || known->to != t->to)
			continue;
		for (int k = 0; k < t->n; k++)
			if (known->n < DUTY_TOGETHER)
				known->who[known->n++] = t->who[k];
			else
				wrong(x, t->row, COL_PEOPLE, "同班最多 6 人",
				    "at most 6 people serve together");
		return true;
	}
	return false;
}

static void check_overlap(struct duty_import *x, const struct turn_row *t)
{
	for (int i = 0; i < x->n; i++) {
		const struct turn_row *known = &x->rows[i];

		if (known->unit == t->unit && known->from < t->to && t->from < known->to)
			sheet_wrong(x->sheet, t->row, x->column[COL_DAY], &x->w->problems,
			    "与这一行的时间重叠:第 ", "overlaps line ",
			    arena_printf(x->a, say("%d 行", "%d"), known->row->line));
	}
}

static void read_row(struct duty_import *x, const struct sheet_row *row)
{
	struct turn_row t = {.row = row, .unit = unit_named(x->w->m, cell(x, row, COL_UNIT))};

	if (!t.unit) {
		wrong(x, row, COL_UNIT, "没有这个单位:写 units.yaml 里的标识、全称或简称",
		    "no such unit: write its id, name or short name of units.yaml");
		return;
	}
	if (!read_span(x, row, &t) || !read_people(x, &t) || joins(x, &t))
		return;
	t.why = *cell(x, row, COL_WHY) ? cell(x, row, COL_WHY) : NULL;
	check_overlap(x, &t);
	ARRAY_ROOM(x->a, x->rows, x->n, x->cap);
	x->rows[x->n++] = t;
}

static bool find_columns(struct duty_import *x)
{
	static const int needed[] = {COL_UNIT, COL_DAY, COL_PEOPLE};
	int errors = x->w->problems.errors;

	for (int i = 0; i < COLUMNS; i++)
		x->column[i] = sheet_column(x->sheet, heads[i], NULL);
	for (int i = -1; (i = sheet_unknown(x->sheet, i + 1, x->column, COLUMNS)) >= 0;)
		problems_add(&x->w->problems, PROBLEM_VALUE, x->sheet->file, 1, i + 1,
		    "不认识的表头 “%s”:可用的是 单位、日期、开始、结束、值班人、电话、说明",
		    "unknown head \"%s\": known are 单位 日期 开始 结束 值班人 电话 说明",
		    x->sheet->heads[i]);
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (x->column[needed[i]] < 0)
			problems_add(&x->w->problems, PROBLEM_VALUE, x->sheet->file, 1, 1, "缺少 “%s” 一列",
			    "the column %s is missing", heads[needed[i]]);
	return x->w->problems.errors == errors;
}

static int by_unit_and_time(const void *a, const void *b)
{
	const struct turn_row *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* -- people ----------------------------------------------------------------------------------- */

/* The rows of one unit, and its roster as it is. */
struct of_unit {
	struct duty_import *x;
	struct turn_row *rows;
	int n;
	const struct unit *unit;
	const struct node *node; /* of its roster; NULL: it has none */
	struct served *added;    /* people who are new */
	int n_added, cap_added;
};

static const char *what_of(const struct of_unit *u, const char *what)
{
	return arena_printf(u->x->a, "%s(%s) %s", u->unit->name, u->unit->id, what);
}

static const char *person_text(struct arena *a, const struct served *s)
{
	return arena_printf(a, "{name: %s, phone: %s}", edit_scalar(a, s->name), edit_quoted(a, s->phone));
}

/* As it is written on a phone list: 7530000转801. */
static bool has_phone(const struct contact *c, const char *phone)
{
	for (int i = 0; i < c->n_phones; i++) {
		size_t n = strlen(c->phones[i].number);
		const char *extension = c->phones[i].extension, *rest = phone + n;

		if (strncmp(phone, c->phones[i].number, n) != 0)
			continue;
		if (extension ? strncmp(rest, "转", strlen("转")) == 0 &&
			    strcmp(rest + strlen("转"), extension) == 0
			      : !*rest)
			return true;
	}
	return false;
}

/* A person whom the roster has, and whose number is another now. */
static void change_phone(struct of_unit *u, const struct person *p, const struct served *s)
{
	struct rewrite *w = u->x->w;
	const struct node *at = yaml_get(yaml_get(u->node, "people"), p->id);
	const char *written = person_text(u->x->a, s);

	for (int i = 0; i < w->n; i++)
		if (w->changes[i].line == at->line && text_eq(w->changes[i].after, s->phone))
			return; /* another row has said so */
	if (!edit_value(&w->edits, at, written))
		rewrite_by_hand(w, at, p->contact.name, written);
	rewrite_say(w, at->line,
	    what_of(u, arena_printf(u->x->a, say("%s 的电话", "%s: phone"), p->contact.name)),
	    p->contact.phone, s->phone);
}

/* How many of that name the roster has; *found is the one whose phone fits, else the last. */
static int named(const struct of_unit *u, const struct served *s, const struct person **found)
{
	const struct roster *r = u->unit->roster;
	int n = 0;

	*found = NULL;
	for (int i = 0; r && i < r->n_people; i++) {
		const struct person *p = &r->people[i];

		if (strcmp(p->contact.name, s->name) != 0)
			continue;
		n++;
		*found = p;
		if (s->phone && has_phone(&p->contact, s->phone))
			return 1;
	}
	return n;
}

/* p1, p2 … that the roster does not have. */
static const char *new_id(const struct of_unit *u)
{
	for (int i = 1;; i++) {
		const char *id = arena_printf(u->x->a, "p%d", i);
		bool taken = duty_person(u->unit, id) != NULL;

		for (int k = 0; k < u->n_added; k++)
			taken = taken || strcmp(u->added[k].id, id) == 0;
		if (!taken)
			return id;
	}
}

static void add_person(struct of_unit *u, struct served *s, const struct turn_row *t)
{
	for (int i = 0; i < u->n_added; i++)
		if (strcmp(u->added[i].name, s->name) == 0 &&
		    (!s->phone || text_eq(u->added[i].phone, s->phone))) {
			s->id = u->added[i].id;
			return;
		}
	if (!s->phone) {
		const char *why = arena_printf(u->x->a,
		    say("%s 没有电话,值班表里也没有他", "%s has no phone and is not in the roster"), s->name);

		wrong(u->x, t->row, u->x->column[COL_PHONES] < 0 ? COL_PEOPLE : COL_PHONES, why, why);
		s->id = "?";
		return;
	}
	s->id = new_id(u);
	ARRAY_ROOM(u->x->a, u->added, u->n_added, u->cap_added);
	u->added[u->n_added++] = *s;
}

static void know_people(struct of_unit *u)
{
	for (int i = 0; i < u->n; i++)
		for (int k = 0; k < u->rows[i].n; k++) {
			struct served *s = &u->rows[i].who[k];
			const struct person *p;
			int n = named(u, s, &p);

			if (n > 1)
				wrong(u->x, u->rows[i].row, COL_PEOPLE,
				    "值班表里有几个人同名,写上电话才能分清",
				    "several people have this name: add the phone");
			if (n == 0) {
				add_person(u, s, &u->rows[i]);
				continue;
			}
			s->id = p->id;
			if (s->phone && !has_phone(&p->contact, s->phone))
				change_phone(u, p, s);
		}
}

static const char *line_of(struct arena *a, int indent, const char *text)
{
	return arena_printf(a, "%*s%s\n", indent, "", text);
}

static void write_people(struct of_unit *u)
{
	const struct node *people = yaml_get(u->node, "people");
	struct rewrite *w = u->x->w;
	struct str raw;
	bool flow = edit_raw(&w->edits, people, &raw);

	for (int i = 0; i < u->n_added; i++) {
		const struct served *s = &u->added[i];
		const char *text = arena_printf(u->x->a, "%s: %s", s->id, person_text(u->x->a, s));

		if (flow)
			edit_append(&w->edits, people, text);
		else
			edit_insert(&w->edits, edit_last_line(people),
			    line_of(u->x->a, people->child->column - 1, text));
		rewrite_say(w, 0, what_of(u, say("新增值班人员", "one more person on duty")), NULL,
		    arena_printf(u->x->a, "%s %s", s->name, s->phone));
	}
}

/* -- times ------------------------------------------------------------------------------------ */

static const char *ids_of(struct arena *a, const struct turn_row *t)
{
	const char *text = t->who[0].id;

	for (int i = 1; i < t->n; i++)
		text = arena_printf(a, "%s, %s", text, t->who[i].id);
	return arena_printf(a, "[%s]", text);
}

static const char *names_of(struct arena *a, const struct turn_row *t)
{
	const char *text = t->who[0].name;

	for (int i = 1; i < t->n; i++)
		text = arena_printf(a, "%s、%s", text, t->who[i].name);
	return text;
}

static const char *instant_text(struct arena *a, int64_t at)
{
	char text[TIME_TEXT_MAX];

	return arena_printf(a, "%.16s", time_rfc3339(at, text));
}

static const char *override_text(struct arena *a, const struct turn_row *t)
{
	return arena_printf(a, "- {from: \"%s\", to: \"%s\", people: %s%s%s}", instant_text(a, t->from),
	    instant_text(a, t->to), ids_of(a, t), t->why ? ", because: " : "",
	    t->why ? edit_scalar(a, t->why) : "");
}

static bool serves_already(const struct duty *d, const struct turn_row *t)
{
	int found = 0;

	for (int i = 0; i < t->n; i++)
		for (int k = 0; k < d->people.n; k++)
			found += text_eq(d->people.who[k]->id, t->who[i].id);
	return d->people.n == t->n && found == t->n;
}

/* Does the roster say so for all that time? *before is who it has at its beginning. */
static bool said_already(const struct of_unit *u, const struct turn_row *t, const char **before)
{
	struct duty *spans;
	int n = duty_spans(u->x->w->m, NULL, u->unit, t->from, t->to, u->x->a, &spans);
	const char *names = NULL;

	for (int i = 0; n && i < spans[0].people.n; i++)
		names = names ? arena_printf(u->x->a, "%s、%s", names, spans[0].people.who[i]->contact.name)
			      : spans[0].people.who[i]->contact.name;
	*before = names;
	for (int i = 0; i < n; i++)
		if (!serves_already(&spans[i], t))
			return false;
	return true;
}

/* Overrides that it covers go; one that it covers in part is for a person to part. */
static void drop_covered(struct of_unit *u, const struct turn_row *t)
{
	const struct roster *r = u->unit->roster;
	const struct node *list = yaml_get(u->node, "overrides"), *item = list ? list->child : NULL;
	struct str raw;

	for (int i = 0; item && i < r->n_overrides; i++, item = item->next) {
		const struct duty_override *o = &r->overrides[i];

		if (o->from >= t->to || t->from >= o->to)
			continue;
		if (o->from >= t->from && o->to <= t->to && edit_raw(&u->x->w->edits, item, &raw))
			edit_drop(&u->x->w->edits, item->line);
		else
			yaml_error(&u->x->w->problems, item,
			    "与表格第 %d 行的时间部分重叠(或不是写在一行的),请先手工拆开这一项",
			    "overlaps line %d of the table in part, or does not stand on one line: part it "
			    "by hand",
			    t->row->line);
	}
}

static void write_overrides(struct of_unit *u)
{
	struct rewrite *w = u->x->w;
	struct arena *a = u->x->a;
	const struct node *list = yaml_get(u->node, "overrides");
	bool block = list && list->n > 0, any = false;
	int line = edit_last_line(block ? list : u->node),
	    indent = block ? list->child->column - 3 : u->node->column + 1;
	const char *before;
	struct str raw;

	for (int i = 0; i < u->n; i++) {
		if (said_already(u, &u->rows[i], &before))
			continue;
		if (block && edit_raw(&w->edits, list, &raw)) {
			rewrite_by_hand(w, list, "overrides", override_text(a, &u->rows[i]));
			return;
		}
		if (!any && list && !block)
			edit_value(&w->edits, list, "");
		if (!any && !list)
			edit_insert(&w->edits, line, line_of(a, u->node->column - 1, "overrides:"));
		drop_covered(u, &u->rows[i]);
		edit_insert(&w->edits, list && !block ? list->line : line,
		    line_of(a, indent, override_text(a, &u->rows[i])));
		any = true;
		rewrite_say(w, 0,
		    what_of(u,
			arena_printf(a, say("%s 至 %s", "%s to %s"), instant_text(a, u->rows[i].from),
			    instant_text(a, u->rows[i].to))),
		    before, names_of(a, &u->rows[i]));
	}
}

/* -- a unit without a roster ------------------------------------------------------------------ */

static int minute_of(int64_t at)
{
	return (int)((at - day_start(local_day(at))) / MINUTE_MS);
}

static bool same_hours(const struct turn_row *a, const struct turn_row *b)
{
	return minute_of(a->from) == minute_of(b->from) && a->to - a->from == b->to - b->from;
}

static bool same_people(const struct turn_row *a, const struct turn_row *b)
{
	for (int i = 0; i < a->n && a->n == b->n; i++)
		if (!text_eq(a->who[i].id, b->who[i].id))
			return false;
	return a->n == b->n;
}

/* Those of one kind of shift take turns in the order in which they first serve; *groups_n of them. *exact:
 * and the table has them just so, day by day. */
static const char *order_text(const struct of_unit *u, const struct turn_row *first, int *groups_n,
    bool *exact)
{
	const struct turn_row *groups[64];
	struct arena *a = u->x->a;
	const char *text = NULL;
	int n = 0, k = 0;

	for (int i = 0; i < u->n && n < 64; i++) {
		int known = 0;

		while (known < n && !same_people(groups[known], &u->rows[i]))
			known++;
		if (!same_hours(&u->rows[i], first) || known < n)
			continue;
		groups[n++] = &u->rows[i];
		text =
		    text ? arena_printf(a, "%s, %s", text, ids_of(a, &u->rows[i])) : ids_of(a, &u->rows[i]);
	}
	assert(n > 0 && "the first row is one of the unit's");
	for (int i = 0; i < u->n; i++) {
		if (!same_hours(&u->rows[i], first))
			continue;
		*exact = *exact && u->rows[i].from == first->from + k * DAY_MS &&
		    same_people(groups[k % n], &u->rows[i]);
		k++;
	}
	*groups_n = n;
	return arena_printf(a, "[%s]", text);
}

static bool hours_are_new(const struct of_unit *u, int i)
{
	for (int k = 0; k < i; k++)
		if (same_hours(&u->rows[k], &u->rows[i]))
			return false;
	return true;
}

/* Would shifts of both hours, each of every day, meet? */
static bool hours_meet(const struct turn_row *a, const struct turn_row *b)
{
	int64_t apart = (minute_of(b->from) - minute_of(a->from)) * MINUTE_MS;
	int64_t ahead = (apart + DAY_MS) % DAY_MS, behind = (DAY_MS - apart) % DAY_MS;

	return ahead < a->to - a->from || behind < b->to - b->from;
}

/* The longest hours whose first row has not been looked at; -1: all have. */
static int longest_of(const struct of_unit *u, const bool *seen)
{
	int best = -1;

	for (int i = 0; i < u->n; i++)
		if (!seen[i] && hours_are_new(u, i) &&
		    (best < 0 || u->rows[i].to - u->rows[i].from > u->rows[best].to - u->rows[best].from))
			best = i;
	return best;
}

/* Which rows begin a kind of shift: the first of its hours, unless these meet a shift's that is there. Long ones come first, for they
 * leave no hole. What is left out stands among the overrides alone, and then *exact is false. */
static bool *shifts_of(const struct of_unit *u, bool *exact)
{
	bool *shift = arena_new_array(u->x->a, bool, (size_t)u->n);
	bool *seen = arena_new_array(u->x->a, bool, (size_t)u->n);

	for (int i; (i = longest_of(u, seen)) >= 0; seen[i] = true) {
		shift[i] = true;
		for (int k = 0; k < u->n && shift[i]; k++)
			shift[i] = k == i || !shift[k] || !hours_meet(&u->rows[k], &u->rows[i]);
		*exact = *exact && shift[i];
	}
	return shift;
}

static const char *shift_text(const struct of_unit *u, const struct turn_row *t, bool *exact)
{
	const char *from = instant_text(u->x->a, t->from), *to = instant_text(u->x->a, t->to);
	int n;
	const char *order = order_text(u, t, &n, exact);
	int64_t start = local_day(t->from), yesterday = local_day(clock_wall().ms) - 1;

	/* from now until the table begins they take turns, too, so that its first day is its first group's */
	while (start > yesterday)
		start -= n;
	return arena_printf(u->x->a, "- {name: 值班, from: \"%s\", to: \"%s\", start: \"%.10s\", order: %s}",
	    from + 11, to + 11, instant_text(u->x->a, day_start(start)), order);
}

static bool day_has(const struct of_unit *u, int64_t day)
{
	for (int i = 0; i < u->n; i++)
		if (local_day(u->rows[i].from) == day)
			return true;
	return false;
}

/* Days between the first and the last that the table does not have are the rotation's. They are said, for
 * a day may have been forgotten. */
static void tell_filled(const struct of_unit *u)
{
	int64_t first = local_day(u->rows[0].from), last = local_day(u->rows[u->n - 1].from);
	bool english = u->x->w->ctl->english;
	int n = 0;

	for (int64_t day = first; day <= last; day++) {
		if (day_has(u, day))
			continue;
		if (n++ < FILLED_SHOWN)
			fprintf(stderr,
			    english ? "%.10s is not in the table: the rotation goes on (%s)\n"
				    : "表里没有 %.10s:这一天按次序轮下去(%s)\n",
			    instant_text(u->x->a, day_start(day)), u->unit->name);
	}
	if (n > FILLED_SHOWN)
		fprintf(stderr, english ? "… %d days in all are not in the table\n" : "…… 表里共缺 %d 天\n",
		    n);
}

/* At the end of the file, as deep as the others stand there. */
static void write_roster(struct of_unit *u)
{
	const struct node *rosters = yaml_get(u->x->w->root, "rosters");
	struct arena *a = u->x->a;
	int in = rosters && rosters->n > 0 ? rosters->child->column - 1 : 4;
	const char *text = arena_printf(a, "\n%*s- unit: %s\n%*speople:\n", in - 2, "", u->unit->id, in, "");
	bool exact = true, *shift = shifts_of(u, &exact);
	struct str raw;

	for (int i = 0; i < u->n_added; i++)
		text = arena_printf(a, "%s%*s%s: %s\n", text, in + 2, "", u->added[i].id,
		    person_text(a, &u->added[i]));
	text = arena_printf(a, "%s%*sshifts:\n", text, in, "");
	for (int i = 0; i < u->n; i++)
		if (shift[i])
			text = arena_printf(a, "%s%*s%s\n", text, in + 2, "",
			    shift_text(u, &u->rows[i], &exact));
	if (!exact)
		text = arena_printf(a, "%s%*soverrides:\n", text, in, "");
	for (int i = 0; !exact && i < u->n; i++)
		text = arena_printf(a, "%s%*s%s\n", text, in + 2, "", override_text(a, &u->rows[i]));
	if (rosters && rosters->n == 0 && edit_raw(&u->x->w->edits, rosters, &raw))
		edit_value(&u->x->w->edits, rosters, "");
	edit_insert(&u->x->w->edits, INT32_MAX - 1, text);
	rewrite_say(u->x->w, 0,
	    what_of(u,
		say("新的值班表:表中的人按次序轮流,表内各日以表为准",
		    "a new roster: the people of the table take turns, its days are as it says")),
	    NULL, text + 1);
}

/* -- the command ------------------------------------------------------------------------------ */

static const struct node *roster_node(const struct rewrite *w, const struct unit *unit)
{
	const struct node *list = yaml_get(w->root, "rosters"), *one = list ? list->child : NULL;

	while (one && !text_eq(yaml_get(one, "unit")->text, unit->id))
		one = one->next;
	return one;
}

/* New rosters stand at the end of the file, so they are written after what is changed before it. */
static void import_unit(struct duty_import *x, struct turn_row *rows, int n, bool make)
{
	struct of_unit u = {.x = x, .rows = rows, .n = n, .unit = rows[0].unit};

	u.node = roster_node(x->w, u.unit);
	if (make != !u.node)
		return;
	know_people(&u);
	if (x->w->problems.errors)
		return;
	tell_filled(&u);
	if (!u.node) {
		write_roster(&u);
		return;
	}
	write_people(&u);
	write_overrides(&u);
}

static void import_all(struct duty_import *x)
{
	for (int i = 0; i < x->sheet->n; i++)
		read_row(x, &x->sheet->rows[i]);
	if (x->w->problems.errors)
		return;
	qsort(x->rows, (size_t)x->n, sizeof *x->rows, by_unit_and_time);
	for (int make = 0; make <= 1; make++)
		for (int from = 0, to; from < x->n; from = to) {
			for (to = from + 1; to < x->n && x->rows[to].unit == x->rows[from].unit;)
				to++;
			import_unit(x, x->rows + from, to - from, make);
		}
}

int ctl_duty_import(struct ctl *ctl, int argc, char **argv)
{
	static const char absent[] = "# 值班表:怎样写见 docs/CONFIGURATION.md\nrosters:\n";
	struct ctl_option o[] = {{.name = "--dry-run", .flag = true}, {.name = "--yes", .flag = true}};
	struct rewrite w;
	struct sheet sheet;
	int code = EXIT_REFUSED;
	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个 CSV 文件", "a CSV file");
	if (rewrite_open(&w, ctl, "rosters.yaml", absent)) {
		struct duty_import x = {.w = &w, .a = ctl->arena, .sheet = &sheet};
		if (sheet_read(ctl->arena, argv[0], &sheet, &w.problems) && find_columns(&x))
			import_all(&x);
		code = rewrite_finish(&w, (o[0].value ? REWRITE_DRY : 0) | (o[1].value ? REWRITE_YES : 0));
	}
	rewrite_close(&w);
	return code;
}
