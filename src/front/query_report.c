/*
 * query_report.c - report.get: a read that is carried out by a process of its own (reporting.h).
 * Place: front. A unit has its own rows; what an answer on a console can hold is bounded.
 */
#include "front/parts.h"
#include "base/time.h"
#include "report/period.h"
#include "report/series.h"

#define CONSOLE_MOST ((size_t)900 * 1024)

bool reporting_about(const struct command *c, const struct view *v, struct arena *a, struct report_ask *ask,
    struct refusal *why)
{
	const char *own = sight_unit(v), *unit = command_text(c, FIELD_UNIT);
	struct period p;

	if (!period_find(str_of(command_text(c, FIELD_PERIOD)), &p))
		return refuse(why, a, ERROR_PARAMS, "period",
		    "时期应为 2026-03、2026Q1、2026 或 2026-03-01..2026-03-15",
		    "a period such as 2026-03, 2026Q1, 2026 or 2026-03-01..2026-03-15 was expected");
	if (own && unit && !list_has(own, unit))
		return refuse(why, a, ERROR_NOT_FOUND, "unit", "没有这个单位的报表",
		    "there is no report of that unit");
	*ask = (struct report_ask){.kind = period_kind_names[p.kind],
	    .period = arena_text(a, p.name),
	    .format = "json",
	    .unit = unit ? unit : own,
	    .drill = command_int(c, FIELD_DRILL),
	    .draft = command_int(c, FIELD_DRAFT),
	    .english = v->english};
	return true;
}

static bool report_ask(struct front_read *q, struct report_ask *ask)
{
	return reporting_about(q->c, &q->view, q->a, ask, &q->result.why);
}

static bool report_choose(struct front_read *q)
{
	if (q->result.why.code != OK)
		return false;
	if (q->made.n <= CONSOLE_MOST)
		return true;
	return refuse(&q->result.why, q->a, ERROR_PARAMS, "period",
	    "报表太大,一条答复装不下:请用 HTTP 接口或 liandongctl report,或缩短时段",
	    "the report is too large for one answer: use HTTP or liandongctl report, or ask for less");
}

static void report_render(struct front_read *q)
{
	buf_str(&q->f->page, q->made);
}

const struct query query_report = {.ask = report_ask, .choose = report_choose, .render = report_render};

/* -- series.get: the same process, step by step --------------------------------------------------- */

/* The days that lie in the span, as the name of one. */
static const char *span_name(struct front_read *q)
{
	struct date from = day_date(local_day(command_int(q->c, FIELD_FROM)));
	struct date to = day_date(local_day(command_int(q->c, FIELD_TO) - 1));

	return arena_printf(q->a, "%04d-%02d-%02d..%04d-%02d-%02d", from.year, from.month, from.day, to.year,
	    to.month, to.day);
}

static bool series_ask(struct front_read *q, struct report_ask *ask)
{
	const char *own = sight_unit(&q->view), *unit = command_text(q->c, FIELD_UNIT);
	const char *by = command_text(q->c, FIELD_BY), *every = command_text(q->c, FIELD_EVERY);

	if (command_int(q->c, FIELD_TO) <= command_int(q->c, FIELD_FROM))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "to", "to 须晚于 from",
		    "to lies behind from");
	if (own && unit && !list_has(own, unit))
		return query_not_found(q, "成员单位", "unit", unit);
	if (!own && !query_unit(q, &unit))
		return false;
	*ask = (struct report_ask){.kind = SERIES_KIND,
	    .period = span_name(q),
	    .format = arena_printf(q->a, "%s.%s", by, every),
	    .unit = unit ? unit : own,
	    .english = q->view.english};
	return true;
}

static bool series_choose(struct front_read *q)
{
	return q->result.why.code == OK;
}

const struct query query_series_get = {.ask = series_ask, .choose = series_choose, .render = report_render};
