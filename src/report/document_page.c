/*
 * document_page.c - a unit's page: what its director reads, who may accept or dispute it.
 *
 * Volume, each clock with both numbers and the period before, the time that it took, requests, satisfaction, the
 * score with each deduction, the findings. All comes from the unit's rows of the sheets. Place: report.
 */
#include "base/arena.h"
#include "report/document_html.h"

#define FINDINGS_SHOWN 12

/* The unit's own row: those that it acts for may have rows beside it. -1: none. */
static int own_row(const struct report_document *d, const struct report_sheet *s)
{
	return s ? report_find(s, "unit", d->head.unit) : -1;
}

static void write_volume(struct html *h, const struct report_document *d, const struct report_sheet *s)
{
	int row = own_row(d, s);

	html_open(h, "p", NULL);
	html_printf(h, "共接联动指令 %s 件:主办 %s,协办 %s,知会 %s。", report_words(d, s, row, "dispatches"),
	    report_words(d, s, row, "lead"), report_words(d, s, row, "assist"),
	    report_words(d, s, row, "inform"));
	html_printf(h, "计入考评(城区)%s 件,城区范围外 %s 件,单列 %s 件;不计(改派、误派等)%s 件。",
	    report_words(d, s, row, "counted"), report_words(d, s, row, "outside"),
	    report_words(d, s, row, "apart"), report_words(d, s, row, "void"));
	html_close(h, "p");
}

/* The rate of the period before; the trend has three of the clocks. */
static const char *rate_before(const struct report_document *d, const char *clock)
{
	const struct report_sheet *s = document_sheet(d, "trend");
	const char *column = text_eq(clock, "first-report") ? "first_report_before"
							    : arena_printf(d->arena, "%s_before", clock);

	return own_row(d, s) >= 0 ? report_words(d, s, own_row(d, s), column) : "–";
}

static void write_clocks(struct html *h, const struct report_document *d)
{
	static const char *const heads[] = {
	    "时限", "应办", "按时", "超时", "免责", "计时中", "及时率", "上期"};
	static const char *const classes[] = {NULL, "n", "n", "n", "n", "n", "n", "n"};
	const struct report_sheet *s = document_sheet(d, "clocks");

	html_element(h, "h2", NULL, "时限(城区)");
	html_table(h, heads, 8);
	for (int row = 0; s && row < s->n_rows; row++) {
		if (!text_eq(report_at(s, row, "scope")->text, "counted") ||
		    !text_eq(report_at(s, row, "unit")->text, d->head.unit))
			continue;
		const char *cells[] = {report_words(d, s, row, "clock_title"), report_words(d, s, row, "due"),
		    report_words(d, s, row, "met"), report_words(d, s, row, "late"),
		    report_words(d, s, row, "excused"), report_words(d, s, row, "running"),
		    report_words(d, s, row, "rate"), rate_before(d, report_at(s, row, "clock")->text)};

		html_row(h, cells, classes, 8);
	}
	html_table_end(h);
	document_draw_times(h, d, "acknowledge", "签收用时");
	document_draw_times(h, d, "arrive", "到场用时");
}

static void write_rest(struct html *h, const struct report_document *d, const struct report_sheet *units)
{
	const struct report_sheet *s = document_sheet(d, "requests");
	int row = own_row(d, s), unit = own_row(d, units);

	html_open(h, "p", NULL);
	if (row >= 0)
		html_printf(h, "申请改派:同意 %s,不予改派 %s,待定 %s;未在时限内决定 %s(接警台的责任)。",
		    report_words(d, s, row, "return_granted"), report_words(d, s, row, "return_rejected"),
		    report_words(d, s, row, "return_pending"), report_words(d, s, row, "return_undecided"));
	html_printf(h, "回访接通 %s 件,满意和基本满意 %s 件,满意率 %s。",
	    report_words(d, units, unit, "reached"), report_words(d, units, unit, "satisfied"),
	    report_words(d, units, unit, "satisfaction"));
	html_close(h, "p");
}

static void write_score(struct html *h, const struct report_document *d, const struct report_sheet *units)
{
	static const char *const heads[] = {
	    "扣分项", "依据", "事项", "折算件数", "分母", "应扣", "最多扣", "实扣"};
	static const char *const columns[] = {
	    "class_title", "article", "findings", "cases", "denominator", "points", "most", "taken"};
	static const char *const classes[] = {NULL, NULL, "n", "n", "n", "n", "n", "n"};
	const struct report_sheet *s = document_sheet(d, "deductions");
	const char *cells[8];
	int unit = own_row(d, units);

	if (report_at(units, unit, "score")->empty)
		return;
	html_element(h, "h2", NULL, "得分");
	html_open(h, "p", NULL);
	html_printf(h, "%s(满分 %s)", report_words(d, units, unit, "score"),
	    report_words(d, units, unit, "base"));
	if (report_at(units, unit, "rank")->empty)
		html_text(h, ",件数太少,不排名。");
	else
		html_printf(h, ",第 %s 组第 %s 名。", report_words(d, units, unit, "group"),
		    report_words(d, units, unit, "rank"));
	html_close(h, "p");
	html_table(h, heads, 8);
	for (int row = 0; s && row < s->n_rows; row++) {
		for (int i = 0; i < 8; i++)
			cells[i] = report_words(d, s, row, columns[i]);
		html_row(h, cells, classes, 8);
	}
	html_table_end(h);
}

static void write_findings(struct html *h, const struct report_document *d)
{
	static const char *const heads[] = {
	    "事项编号", "事项", "日期", "时限", "超时", "状态", "折算", "证据事件"};
	static const char *const columns[] = {
	    "finding", "class_title", "day", "limit", "late", "state_title", "cases", "evidence"};
	static const char *const classes[] = {NULL, NULL, NULL, "n", "n", NULL, "n", "n"};
	const struct report_sheet *s = document_sheet(d, "findings");
	const char *cells[8];

	if (!s || s->n_rows == 0)
		return;
	html_element(h, "h2", NULL, "待核考评事项");
	html_table(h, heads, 8);
	for (int row = 0; row < s->n_rows && row < FINDINGS_SHOWN; row++) {
		for (int i = 0; i < 8; i++)
			cells[i] = report_words(d, s, row, columns[i]);
		html_row(h, cells, classes, 8);
	}
	html_table_end(h);
	if (s->n_rows > FINDINGS_SHOWN)
		html_printf(h, "共 %d 项,其余见附表。", s->n_rows);
	html_element(h, "p", "small",
	    "对事项有异议的,在申诉期限内申请复核;每个时限如何算出,可请联动办出具时限凭证。");
}

void document_unit_page(struct html *h, const struct report_document *d)
{
	const struct report_sheet *units = document_sheet(d, "units");

	if (own_row(d, units) < 0)
		return;
	write_volume(h, d, units);
	write_clocks(h, d);
	write_rest(h, d, units);
	write_score(h, d, units);
	write_findings(h, d);
	html_new_page(h);
	html_element(h, "h1", NULL, "附表");
}
