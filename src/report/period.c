/* period.c - months, quarters, years and spans as whole days. Place: report; pure. */
#include "report/period.h"
#include "base/time.h"

#include <stdio.h>

const char *const period_kind_names[PERIOD_KINDS] = {"month", "quarter", "year", "span"};

#define YEAR_LEAST 2000
#define YEAR_MOST 2999

/* -- making ---------------------------------------------------------------------------------- */

/* The first day of the month that is `months` after January of year 0. */
static int64_t first_of(int months)
{
	return date_day((struct date){months / 12, months % 12 + 1, 1});
}

static struct period of_months(enum period_kind kind, int first, int n)
{
	struct period p = {.kind = kind, .from = first_of(first), .to = first_of(first + n)};
	int year = first / 12;

	if (kind == PERIOD_MONTH)
		snprintf(p.name, sizeof p.name, "%04d-%02d", year, first % 12 + 1);
	else if (kind == PERIOD_QUARTER)
		snprintf(p.name, sizeof p.name, "%04dQ%d", year, first % 12 / 3 + 1);
	else
		snprintf(p.name, sizeof p.name, "%04d", year);
	return p;
}

static struct period of_days(int64_t from, int64_t to)
{
	struct period p = {.kind = PERIOD_SPAN, .from = from, .to = to};
	struct date a = day_date(from), b = day_date(to - 1);

	snprintf(p.name, sizeof p.name, "%04d-%02d-%02d..%04d-%02d-%02d", a.year, a.month, a.day, b.year,
	    b.month, b.day);
	return p;
}

/* -- reading --------------------------------------------------------------------------------- */

/* So many digits from s on. */
static bool digits(struct str s, size_t at, size_t n, int *out)
{
	*out = 0;
	if (s.n < at + n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	return true;
}

static bool year_of(struct str s, int *year)
{
	return digits(s, 0, 4, year) && *year >= YEAR_LEAST && *year <= YEAR_MOST;
}

static bool parse_month(struct str s, struct period *out)
{
	int year, month;

	if (s.n != 7 || s.p[4] != '-' || !year_of(s, &year) || !digits(s, 5, 2, &month) || month < 1 ||
	    month > 12)
		return false;
	*out = of_months(PERIOD_MONTH, year * 12 + month - 1, 1);
	return true;
}

static bool parse_quarter(struct str s, struct period *out)
{
	int year, quarter;

	if (s.n != 6 || (s.p[4] != 'Q' && s.p[4] != 'q') || !year_of(s, &year) ||
	    !digits(s, 5, 1, &quarter) || quarter < 1 || quarter > 4)
		return false;
	*out = of_months(PERIOD_QUARTER, year * 12 + (quarter - 1) * 3, 3);
	return true;
}

static bool parse_year(struct str s, struct period *out)
{
	int year;

	if (s.n != 4 || !year_of(s, &year))
		return false;
	*out = of_months(PERIOD_YEAR, year * 12, 12);
	return true;
}

static bool parse_day(struct str s, int64_t *day)
{
	struct date d;

	if (!date_parse(s, &d) || d.year < YEAR_LEAST || d.year > YEAR_MOST)
		return false;
	*day = date_day(d);
	return true;
}

static bool parse_span(struct str s, struct period *out)
{
	int64_t from, last;

	if (s.n != 22 || s.p[10] != '.' || s.p[11] != '.' || !parse_day((struct str){s.p, 10}, &from) ||
	    !parse_day((struct str){s.p + 12, 10}, &last) || last < from)
		return false;
	*out = of_days(from, last + 1);
	return true;
}

static bool (*const parsers[PERIOD_KINDS])(struct str, struct period *) = {
    [PERIOD_MONTH] = parse_month,
    [PERIOD_QUARTER] = parse_quarter,
    [PERIOD_YEAR] = parse_year,
    [PERIOD_SPAN] = parse_span,
};

bool period_parse(enum period_kind kind, struct str text, struct period *out)
{
	return parsers[kind](text, out);
}

bool period_find(struct str text, struct period *out)
{
	for (int kind = 0; kind < PERIOD_KINDS; kind++)
		if (period_parse((enum period_kind)kind, text, out))
			return true;
	return false;
}

const char *period_expected(enum period_kind kind, bool english)
{
	static const struct {
		const char *zh, *en;
	} forms[PERIOD_KINDS] = {
	    [PERIOD_MONTH] = {"月份应写作 2026-03", "a month such as 2026-03 was expected"},
	    [PERIOD_QUARTER] = {"季度应写作 2026Q1(Q1 至 Q4)", "a quarter such as 2026Q1 was expected"},
	    [PERIOD_YEAR] = {"年度应写作 2026", "a year such as 2026 was expected"},
	    [PERIOD_SPAN] = {"时段应写作 2026-03-01..2026-03-15(首日和末日都算在内)",
		"a span such as 2026-03-01..2026-03-15 (both days in it) was expected"},
	};

	return english ? forms[kind].en : forms[kind].zh;
}

/* -- what follows from it -------------------------------------------------------------------- */

struct period period_before(const struct period *p)
{
	static const int months[PERIOD_KINDS] = {
	    [PERIOD_MONTH] = 1, [PERIOD_QUARTER] = 3, [PERIOD_YEAR] = 12};
	struct date d = day_date(p->from);

	if (p->kind == PERIOD_SPAN)
		return of_days(2 * p->from - p->to, p->from);
	return of_months(p->kind, d.year * 12 + d.month - 1 - months[p->kind], months[p->kind]);
}

int64_t period_from_ms(const struct period *p)
{
	return day_start(p->from);
}

int64_t period_to_ms(const struct period *p)
{
	return day_start(p->to);
}

char *period_title(const struct period *p, char out[PERIOD_TITLE_MAX])
{
	static const char *const numbers[] = {"一", "二", "三", "四"};
	struct date a = day_date(p->from), b = day_date(p->to - 1);

	if (p->kind == PERIOD_MONTH)
		snprintf(out, PERIOD_TITLE_MAX, "%d年%d月", a.year, a.month);
	else if (p->kind == PERIOD_QUARTER)
		snprintf(out, PERIOD_TITLE_MAX, "%d年第%s季度", a.year, numbers[(a.month - 1) / 3]);
	else if (p->kind == PERIOD_YEAR)
		snprintf(out, PERIOD_TITLE_MAX, "%d年", a.year);
	else if (a.year == b.year)
		snprintf(out, PERIOD_TITLE_MAX, "%d年%d月%d日至%d月%d日", a.year, a.month, a.day, b.month,
		    b.day);
	else
		snprintf(out, PERIOD_TITLE_MAX, "%d年%d月%d日至%d年%d月%d日", a.year, a.month, a.day, b.year,
		    b.month, b.day);
	return out;
}
