/*
 * report.c - GET /v1/reports/…: asks the report process and hands on what it made.
 *
 * Place: api. The path's last part is the period with its form, 2026Q1.xlsx. What a client gets may be
 * megabytes: it is sent as the client reads, and stays in memory until then; so few are in hand at once.
 */
#include "api/api.h"
#include "api/endpoints.h"
#include "base/clock.h"
#include "front/reporting.h"
#include "report/document.h"
#include <stdio.h>

static enum report_format format_of(const char *suffix)
{
	int f = 0;
	while (f < REPORT_FORMATS && !text_eq(report_formats[f].name, suffix))
		f++;
	return (enum report_format)f;
}

/* Parts 2026Q1.xlsx; false (refused): it is no such name, or another kind of period than the path says. */
static bool take_name(struct exchange *x, struct report_ask *ask, struct refusal *why)
{
	const char *name = command_text(&x->command, FIELD_PERIOD), *dot = strrchr(name, '.');
	enum report_format f = dot ? format_of(dot + 1) : REPORT_FORMATS;
	if (f == REPORT_FORMATS)
		return refuse(why, x->arena, ERROR_NOT_FOUND, "period",
		    "地址应以 .json、.csv、.xlsx 或 .html 结尾,如 2026Q1.xlsx",
		    "the path should end in .json, .csv, .xlsx or .html, as 2026Q1.xlsx does");
	command_set_text(&x->command, FIELD_PERIOD,
	    arena_str(x->arena, (struct str){name, (size_t)(dot - name)}));
	if (!reporting_about(&x->command, &x->view, x->arena, ask, why))
		return false;
	ask->format = report_formats[f].name;
	if (!strstr(x->endpoint->path, arena_printf(x->arena, "/%s/", ask->kind)))
		return refuse(why, x->arena, ERROR_NOT_FOUND, "period", "这个地址下没有 %s 这样的时期",
		    "there is no period such as %s under this path", ask->period);
	return true;
}

static void on_made(void *arg, const struct report_made *made, struct str bytes)
{
	struct exchange *x = arg;
	struct read_cost cost = {.bytes = (int64_t)bytes.n, .us = REPORTING_COST_US};
	x->reporting = NULL;
	quota_read(x->api->quota, &x->who, cost, clock_mono());
	if (made->code != OK)
		answer_error(x, made->code, NULL, made->detail);
	else
		answer_file(x, made->type,
		    arena_printf(x->arena, "%s.%s", command_text(&x->command, FIELD_PERIOD), x->form), bytes);
}

void report_request(struct exchange *x)
{
	struct report_ask ask;
	struct refusal why = {0};
	if (!take_name(x, &ask, &why)) {
		answer_refusal(x, &why);
		return;
	}
	x->form = ask.format;
	x->waited = true;
	x->reporting = reporting_ask(x->api->base, x->api->child->report_path, &ask,
	    REPORTING_MOST * x->api->options->report_ms, on_made, x);
	if (!x->reporting)
		answer_later(x, ERROR_TOO_MANY,
		    x->api->english ? "Too many reports are being made; try later."
				    : "正在制作的报表太多,请稍后再试",
		    5);
}
