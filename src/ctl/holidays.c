/*
 * holidays.c - published holidays read; see holidays.h. Place: ctl; pure but for the problems.
 */
#include "ctl/holidays.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/utf8.h"
#include "mechanism/problems.h"

#include <jansson.h>
#include <stdlib.h>

/* -- a day ------------------------------------------------------------------------------------- */

struct reading_days {
	struct arena *a;
	const char *file;
	struct holidays *out;
	struct problems *p;
};

#define WRONG(r, line, ...) problems_add((r)->p, PROBLEM_VALUE, (r)->file, (line), (line) > 0, __VA_ARGS__)

static void add(struct reading_days *r, int64_t day, const char *name, bool off, int line)
{
	struct holidays *h = r->out;

	ARRAY_ROOM(r->a, h->v, h->n, h->cap);
	h->v[h->n++] = (struct holiday){day_date(day), arena_text(r->a, name), off, line};
}

/* -- JSON ---------------------------------------------------------------------------------------- */

static void take_day(struct reading_days *r, const json_t *one, size_t i)
{
	const char *name = json_string_value(json_object_get(one, "name"));
	const char *date = json_string_value(json_object_get(one, "date"));
	const json_t *off = json_object_get(one, "isOffDay");
	struct date d;

	if (!name || !*name || !date || !date_parse(str_of(date), &d) || !date_valid(d) ||
	    !json_is_boolean(off))
		WRONG(r, 0,
		    "days 的第 %s 项应有 name(文字)、date(如 \"2027-01-01\")、isOffDay(true 或 false)",
		    "item %s of days should have name (a text), date (such as \"2027-01-01\") and isOffDay "
		    "(true or false)",
		    arena_printf(r->a, "%zu", i + 1));
	else
		add(r, date_day(d), name, json_is_true(off), 0);
}

/* An object with `days`, or the array of days itself. */
static void read_json(struct reading_days *r, struct str bytes)
{
	json_error_t error;
	json_t *root = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, &error), *one;
	const json_t *days = json_is_array(root) ? root : json_object_get(root, "days");
	size_t i;

	if (!root)
		problems_add(r->p, PROBLEM_SYNTAX, r->file, error.line, error.column > 0 ? error.column : 1,
		    "不是 JSON:%s", "no JSON: %s", error.text);
	else if (!json_is_array(days))
		WRONG(r, 0, "缺少 %s:应为日期的数组", "%s is missing: expected an array of days", "days");
	json_array_foreach(days, i, one)
		take_day(r, one, i);
	r->out->year = (int)json_integer_value(json_object_get(root, "year"));
	json_decref(root);
}

/* -- iCalendar ----------------------------------------------------------------------------------- */

/* A content line with the lines that continue it; *line counts physical ones. */
static const char *next_line(struct arena *a, struct str *rest, int *line)
{
	struct buf text = {0};

	do {
		const char *end = memchr(rest->p, '\n', rest->n);
		struct str one = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
		*rest = (struct str){one.p + one.n + (end != NULL), rest->n - one.n - (end != NULL)};
		while (one.n > 0 && one.p[one.n - 1] == '\r')
			one.n--;
		if (text.n || one.n == 0 || (one.p[0] != ' ' && one.p[0] != '\t'))
			buf_add(&text, one.p + (text.n > 0), one.n - (text.n > 0 && one.n > 0));
		++*line;
	} while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t'));
	const char *out = arena_str(a, buf_view(&text));
	buf_free(&text);
	return out;
}

/* The value of a property, whatever its parameters; NULL: another property. */
static const char *value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(line, name, n) != 0 || (line[n] != ':' && line[n] != ';'))
		return NULL;
	const char *colon = strchr(line + n, ':');
	return colon ? colon + 1 : NULL;
}

/* 20270101, with or without a time behind it. */
static bool ics_date(const char *text, int64_t *day)
{
	char full[16];
	struct date d;

	if (!text || strspn(text, "0123456789") < 8)
		return false;
	snprintf(full, sizeof(full), "%.4s-%.2s-%.2s", text, text + 4, text + 6);
	if (!date_parse(str_of(full), &d) || !date_valid(d))
		return false;
	*day = date_day(d);
	return true;
}

/* 元旦假期, 上班(补元旦假期), 春节（班）: the festival alone. */
static const char *festival_of(struct arena *a, const char *summary)
{
	static const char *const noise[] = {"上班(补", "上班（补", "（休）", "（班）", "(休)", "(班)", "补班",
	    "调休", "上班", "放假", "假期", "休息", ")", "）"};
	struct buf text = {0};

	for (const char *c = summary; *c;) {
		size_t skip = 0;
		for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]) && !skip; i++)
			if (str_starts(str_of(c), str_of(noise[i])))
				skip = strlen(noise[i]);
		if (!skip)
			buf_char(&text, *c);
		c += skip ? skip : 1;
	}
	const char *name = text.n ? arena_str(a, buf_view(&text)) : summary;
	buf_free(&text);
	return name;
}

struct ics_event {
	const char *summary;
	int64_t from, to; /* to: the day behind the last */
	bool dated, ended;
	int line;
};

static void take_event(struct reading_days *r, const struct ics_event *e)
{
	int64_t to = e->ended ? e->to : e->from + 1;

	if (!e->dated || !e->summary || to <= e->from || to > e->from + 60) {
		WRONG(r, e->line, "日程应有 %s、SUMMARY,结束应在开始之后",
		    "an event should have %s and SUMMARY, and end after it begins", "DTSTART");
		return;
	}
	for (int64_t day = e->from; day < to; day++)
		add(r, day, festival_of(r->a, e->summary), !strstr(e->summary, "班"), e->line);
}

static void read_ics(struct reading_days *r, struct str rest)
{
	struct ics_event e = {0};
	const char *value;
	int line = 0;

	while (rest.n > 0) {
		int at = line + 1;
		const char *text = next_line(r->a, &rest, &line);
		if (strcmp(text, "BEGIN:VEVENT") == 0)
			e = (struct ics_event){.line = at};
		else if (strcmp(text, "END:VEVENT") == 0)
			take_event(r, &e);
		else if ((value = value_of(text, "SUMMARY")))
			e.summary = value;
		else if ((value = value_of(text, "DTSTART")))
			e.dated = ics_date(value, &e.from);
		else if ((value = value_of(text, "DTEND")))
			e.ended = ics_date(value, &e.to);
	}
}

/* -- all of them --------------------------------------------------------------------------------- */

static int by_date(const void *a, const void *b)
{
	int64_t x = date_day(((const struct holiday *)a)->date),
		y = date_day(((const struct holiday *)b)->date);

	return x < y ? -1 : x > y;
}

static void find_twice(struct reading_days *r)
{
	const struct holidays *h = r->out;

	for (int i = 1; i < h->n; i++)
		if (by_date(&h->v[i - 1], &h->v[i]) == 0)
			WRONG(r, h->v[i].line, "%s 出现两次", "%s occurs twice",
			    arena_printf(r->a, "%04d-%02d-%02d", h->v[i].date.year, h->v[i].date.month,
				h->v[i].date.day));
}

static int year_of_most(const struct holidays *h)
{
	int best = 0, most = 0;

	for (int i = 0, n = 0; i < h->n; i++) {
		n = i > 0 && h->v[i].date.year == h->v[i - 1].date.year ? n + 1 : 1;
		if (n > most) {
			most = n;
			best = h->v[i].date.year;
		}
	}
	return best;
}

bool holidays_read(struct arena *a, const char *file, struct str bytes, struct holidays *out,
    struct problems *p)
{
	struct reading_days r = {a, file, out, p};
	int errors = p->errors;

	*out = (struct holidays){0};
	if (bytes.n >= 3 && memcmp(bytes.p, "\xEF\xBB\xBF", 3) == 0)
		bytes = (struct str){bytes.p + 3, bytes.n - 3};
	if (!utf8_valid(bytes, NULL))
		WRONG(&r, 0, "文件应是 %s 编码", "the file should be %s", "UTF-8");
	else if (str_starts(bytes, STR("BEGIN:VCALENDAR")))
		read_ics(&r, bytes);
	else
		read_json(&r, bytes);
	if (out->n)
		qsort(out->v, (size_t)out->n, sizeof(*out->v), by_date);
	find_twice(&r);
	if (!out->year)
		out->year = year_of_most(out);
	if (out->n == 0 && p->errors == errors)
		WRONG(&r, 0, "文件里没有一个%s", "the file has no %s", p->english ? "day" : "日子");
	return p->errors == errors;
}
