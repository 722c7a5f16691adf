/*
 * query_report.c - report.get: a read that is carried out by a process of its own (reporting.h).
 * Place: front. A unit has its own rows; what an answer on a console can hold is bounded.
 */
#include "front/parts.h"
#include "report/period.h"

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
