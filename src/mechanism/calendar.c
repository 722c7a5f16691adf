/*
 * calendar.c - calendar.yaml: office hours by season, holidays and make-up days by year.
 */
#include "base/buf.h"
#include "base/time.h"
#include "mechanism/shape.h"
#include <stdio.h>
#include <stdlib.h>

/* -- hours ------------------------------------------------------------------------------------ */

/* "06-01" → 601. 02-29 is a day of the year. */
static void read_month_day(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	static const char zh[] = "月-日,如 \"06-01\"", en[] = "MM-DD such as \"06-01\"";
	const char *s;
	char full[16];
	struct date date;

	if (!shape_get_text(r, v, &s))
		return;
	snprintf(full, sizeof(full), "2024-%.8s", s);
	if (!date_parse(str_of(full), &date) || !date_valid(date))
		shape_wrong(r, v, zh, en);
	else
		*SHAPE_AT(int, base, k->offset) = date.month * 100 + date.day;
}

static void read_spans(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct season *season = base;
	const struct node *item;
	int n;

	(void)k;
	if (!shape_get_list(r, v, false, &item, &n))
		return;
	season->spans = arena_new_array(r->arena, struct span, (size_t)n + 1);
	for (; item; item = item->next) {
		struct span *span = &season->spans[season->n_spans];
		if (!shape_get_span(r, item, false, span))
			continue;
		if (season->n_spans > 0 && span->from < span[-1].to)
			yaml_problem(r->problems, PROBLEM_ORDER, item, "时段 “%s” 与前一段重叠或次序颠倒",
			    "the span \"%s\" overlaps the one before it, or comes too late", item->text);
		season->n_spans++;
	}
}

static const struct key season_keys[] = {
    SHAPE_KEY("from", read_month_day, struct season, from),
    SHAPE_KEY("to", read_month_day, struct season, to),
    {.name = "open", .read = read_spans, .required = true},
};

static void season_done(struct reading *r, const struct node *map, void *base)
{
	struct season *season = base;
	bool from = yaml_get(map, "from"), to = yaml_get(map, "to");

	if (from != to)
		yaml_error(r->problems, map, "from 与 to 要么都写,要么都不写",
		    "from and to: both or neither");
	else if (from && season->from && season->to && season->from > season->to)
		yaml_error(r->problems, map, "from 晚于 to;跨年的时段请写成两段",
		    "from is later than to; write a season across the year's end as two");
	if (!from && !to) {
		season->from = 101;
		season->to = 1231;
	}
}

static const struct shape season_shape = {
    SHAPE_KEYS(season_keys), .size = sizeof(struct season), .done = season_done};

/* Every day must have a season: the last one holds all year, and only the last. */
static void read_hours(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	shape_maps(r, v, base, k);
	if (v->kind != NODE_LIST)
		return;
	for (const struct node *item = v->child; item; item = item->next) {
		bool all_year = item->kind == NODE_MAP && !yaml_get(item, "from") && !yaml_get(item, "to");
		if (all_year && item->next)
			yaml_problem(r->problems, PROBLEM_ORDER, item,
			    "没有 from、to 的时段适用全年,只能放在最后",
			    "hours without from and to hold all year and must come last");
		else if (item->kind == NODE_MAP && !all_year && !item->next)
			yaml_problem(r->problems, PROBLEM_ORDER, item,
			    "最后一个时段不能有 from、to,它适用其余日子",
			    "the last hours must have no from and to, they hold for all other days");
	}
}

/* -- days ------------------------------------------------------------------------------------- */

static void read_day(struct reading *r, const struct node *k, enum day_kind kind, struct calendar_year *year)
{
	struct date date;
	const char *name = NULL;

	if (k->bad)
		return;
	shape_get_text(r, k->value, &name);
	if (!date_parse(str_of(k->text), &date) || !date_valid(date)) {
		shape_wrong(r, k, "日期,如 \"2026-01-01\"", "a date such as \"2026-01-01\"");
		return;
	}
	if (date.year != year->year) {
		yaml_error(r->problems, k, "日期 %s 不在 %d 年", "the date %s is not in %d", k->text,
		    year->year);
		return;
	}
	int64_t day = date_day(date);
	int i = (int)(day - date_day((struct date){year->year, 1, 1}));
	if (year->kind[i] != DAY_PLAIN)
		yaml_error(r->problems, k, "%s 既放假又上班", "%s is both off and worked", k->text);
	if (kind == DAY_WORK && day_weekday(day) < 5)
		yaml_problem(r->problems, PROBLEM_ODD, k, "%s 不是周末,本来就上班",
		    "%s is no weekend, it is worked anyway", k->text);
	year->kind[i] = (unsigned char)kind;
	year->name[i] = name;
}

static void read_days(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (v->kind != NODE_MAP)
		shape_wrong(r, v, "一个映射(\"日期\": 名称)", "a mapping (\"date\": name)");
	for (const struct node *day = v->kind == NODE_MAP ? v->child : NULL; day; day = day->next)
		read_day(r, day, (enum day_kind)k->least, base);
}

static const struct key year_keys[] = {
    {.name = "holidays", .read = read_days, .required = true, .least = DAY_OFF},
    {.name = "make_up_days", .read = read_days, .least = DAY_WORK},
    /* `off` is a truth value to YAML 1.1 */
    {.name = "off", .now = "holidays", .read = read_days, .least = DAY_OFF},
    {.name = "work", .now = "make_up_days", .read = read_days, .least = DAY_WORK},
};
static const struct shape year_shape = {SHAPE_KEYS(year_keys), .size = sizeof(struct calendar_year)};

/* The statutory festivals and their days off (全国年节及纪念日放假办法), by what names of days hold. */
static const struct festival {
	const char *stem, *name;
	int days;
} festivals[] = {
    {"元旦", "元旦", 1},
    {"春节", "春节", 3},
    {"清明", "清明节", 1},
    {"劳动", "劳动节", 1},
    {"端午", "端午节", 1},
    {"中秋", "中秋节", 1},
    {"国庆", "国庆节", 3},
};

/* How many days off have this in their names; *first is the first of them. */
static int days_of(const struct node *off, const char *stem, const struct node **first)
{
	int n = 0;

	for (const struct node *day = off && off->kind == NODE_MAP ? off->child : NULL; day; day = day->next)
		if (!day->bad && day->value->kind == NODE_SCALAR && strstr(day->value->text, stem)) {
			if (n++ == 0)
				*first = day;
		}
	return n;
}

/* A year in which a festival is missing is no calendar: what was entered counts, and every limit that
 * crosses it is marked as one without. A weekend inside a holiday is listed like its other days. */
static void check_festivals(struct reading *r, const struct node *y, struct calendar_year *year)
{
	const struct node *off = shape_value(y->value, &year_shape, "holidays"), *first = NULL;
	struct buf missing = {0};

	for (size_t i = 0; i < sizeof(festivals) / sizeof(festivals[0]); i++) {
		const struct festival *f = &festivals[i];
		int n = days_of(off, f->stem, &first);
		if (n == 0)
			buf_printf(&missing, "%s%s", missing.n ? "、" : "", f->name);
		else if (n < f->days)
			yaml_problem(r->problems, PROBLEM_YEAR_PARTIAL, first,
			    "%1$s只列了 %2$d 天,按规定至少放 %3$d 天:漏了日子?",
			    "%1$s has %2$d days off, by law at least %3$d: are days missing?", f->name, n,
			    f->days);
	}
	year->partial = missing.n > 0;
	if (year->partial) {
		buf_char(&missing, '\0');
		yaml_problem(r->problems, PROBLEM_YEAR_PARTIAL, y,
		    "%s 年没有写:%s。不算一年的日历:列出的日子照算,时限都标明没有日历",
		    "%s lacks %s and is no calendar: what is listed counts, limits are marked as without one",
		    y->text, missing.p);
	}
	buf_free(&missing);
}

static int by_year(const void *a, const void *b)
{
	return ((const struct calendar_year *)a)->year - ((const struct calendar_year *)b)->year;
}

static void read_years(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct calendar *calendar = base;
	uint64_t year;

	(void)k;
	if (v->kind != NODE_MAP) {
		shape_wrong(r, v, "一个映射(年份: 放假与调休)", "a mapping (year: days off and worked)");
		return;
	}
	calendar->years = arena_new_array(r->arena, struct calendar_year, (size_t)v->n + 1);
	for (const struct node *y = v->child; y; y = y->next) {
		if (y->bad)
			continue;
		if (!str_uint(str_of(y->text), &year) || year < 2000 || year > 2100) {
			shape_wrong(r, y, "2000 至 2100 的年份", "a year from 2000 to 2100");
			continue;
		}
		struct calendar_year *one = &calendar->years[calendar->n_years++];
		one->year = (int)year; /* year_shape has no initial values that would undo this */
		const struct node *off = shape_value(y->value, &year_shape, "holidays");
		if (shape_read(r, y->value, &year_shape, one) && off && off->kind == NODE_MAP)
			check_festivals(r, y, one);
	}
	qsort(calendar->years, (size_t)calendar->n_years, sizeof(*calendar->years), by_year);
}

static const struct key calendar_keys[] = {
    SHAPE_KEY("hours", read_hours, struct calendar, seasons, .count = offsetof(struct calendar, n_seasons),
	.required = true, .shape = &season_shape),
    {.name = "years", .read = read_years, .required = true, .shape = &year_shape},
};
const struct shape calendar_shape = {SHAPE_KEYS(calendar_keys), .size = sizeof(struct calendar)};
