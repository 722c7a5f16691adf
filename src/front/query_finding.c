/*
 * query_finding.c - finding.list: those of the newest day first. A unit sees its own, and those of the units
 * that it acts for.
 * Place: front; read.c takes it through its steps.
 */
#include "domain/finding.h"
#include "front/parts.h"

#include <stdio.h>

#define FINDINGS_USUAL 50
#define FINDINGS_PAGE 200
#define REVISIONS_MOST 3 /* read for the explanations of one page; beyond them the one in force serves */

struct finding_list {
	struct want_findings want;
};

/* The days of a month such as 2026-09; false (refused) where it is none. */
static bool month_days(struct front_read *q, struct finding_filter *f)
{
	const char *text = command_text(q->c, FIELD_MONTH);
	char first[16];
	struct date date;

	if (!text)
		return true;
	snprintf(first, sizeof first, "%.7s-01", text);
	if (strlen(text) != 7 || !date_parse(str_of(first), &date))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "month", "month 应为月份,如 2026-09",
		    "month should be a month such as 2026-09");
	f->from = day_start(date_day(date));
	date.year += date.month == 12;
	date.month = date.month % 12 + 1;
	f->to = day_start(date_day(date));
	return true;
}

/* The files of each revision that a finding was opened under and that is not at hand; of many revisions the first. */
static bool explanations_want(struct front_read *q)
{
	const struct want_findings *got = &((struct finding_list *)q->own)->want;

	if (!command_int(q->c, FIELD_EXPLAIN))
		return true;
	if (!query_keep_mechanism(q))
		return query_unavailable(q);
	for (int i = 0; i < got->n && q->loads <= REVISIONS_MOST; i++) {
		if (query_mechanism(q, got->v[i].f->revision))
			continue;
		q->files = (struct want_files){.revision = got->v[i].f->revision};
		q->wants.files = &q->files;
		return true;
	}
	return true;
}

static bool findings_want(struct front_read *q)
{
	struct finding_list *own;
	const char *mine = sight_unit(&q->view), *unit = command_text(q->c, FIELD_UNIT);

	if (q->loads)
		return explanations_want(q);
	if (mine && unit && !list_has(mine, unit))
		return query_not_found(q, "成员单位", "unit", unit);
	if (!query_unit(q, &unit))
		return false;
	q->own = own = arena_alloc(q->a, sizeof *own);
	own->want = (struct want_findings){
	    .filter = {.class = command_has(q->c, FIELD_CLASS) ? (int)command_int(q->c, FIELD_CLASS) : -1,
		.state =
		    command_has(q->c, FIELD_FINDING_STATE) ? (int)command_int(q->c, FIELD_FINDING_STATE) : -1,
		.unit = unit ? unit : mine},
	    .limit = query_limit(q, FINDINGS_USUAL, FINDINGS_PAGE)};
	q->wants.findings = &own->want;
	if (command_int(q->c, FIELD_EXPLAIN))
		q->wants.circumstances = &q->circumstances;
	return month_days(q, &own->want.filter) && query_cursor(q, 'f', &own->want.after);
}

static bool seen(const struct front_read *q, const struct listed_finding *one)
{
	const char *mine = sight_unit(&q->view);

	if (mine && !list_has(mine, one->f->unit))
		return false;
	return !one->inc || sight_of(&q->view, THING_CLOCKS, one->inc) != SIGHT_NONE;
}

static void render_one(struct front_read *q, const struct listed_finding *one)
{
	const struct mechanism *then = query_mechanism(q, one->f->revision);
	struct finding_account account;

	if (!command_int(q->c, FIELD_EXPLAIN)) {
		render_finding(&q->j, NULL, one->inc, one->f, q->m, q->now, NULL, q->view.english);
		return;
	}
	account = finding_account(one->inc, one->f, then ? then : q->m, &q->circumstances.all);
	render_finding(&q->j, NULL, one->inc, one->f, q->m, q->now, &account, q->view.english);
}

static void findings_render(struct front_read *q)
{
	const struct want_findings *got = &((struct finding_list *)q->own)->want;
	int64_t next = got->next;

	json_begin(&q->j, NULL);
	json_list(&q->j, "findings");
	for (int i = 0; i < got->n; i++) {
		if (i && query_page_full(q)) {
			next = got->v[i - 1].cursor;
			break;
		}
		if (!seen(q, &got->v[i]))
			continue;
		render_one(q, &got->v[i]);
		q->result.n++;
	}
	query_end_list(q, 'f', next);
}

const struct query query_finding_list = {.want = findings_want, .render = findings_render, .heavy = true};
