/*
 * build_units.c - the sheets of a report that have a row or more for each unit: volume and rates, clocks, times, requests.
 * Place: report; pure. Rates are of what counts (城区) unless a column or row says otherwise.
 */
#include "report/build_parts.h"
#include "base/arena.h"
#include "base/time.h"
#include "report/words.h"

#include <assert.h>

/* -- units ----------------------------------------------------------------------------------- */

static const struct report_column unit_columns[] = {
    {"unit", "单位代码", CELL_TEXT},
    {"name", "单位", CELL_TEXT},
    {"note", "说明", CELL_TEXT},
    {"dispatches", "联动指令", CELL_COUNT},
    {"lead", "主办", CELL_COUNT},
    {"assist", "协办", CELL_COUNT},
    {"inform", "知会", CELL_COUNT},
    {"counted", "计入考评", CELL_COUNT},
    {"outside", "城区范围外", CELL_COUNT},
    {"apart", "单列", CELL_COUNT},
    {"void", "不计", CELL_COUNT},
    {"delivery_met", "送达按时", CELL_COUNT},
    {"delivery_due", "送达应办", CELL_COUNT},
    {"delivery_rate", "送达及时率", CELL_RATE},
    {"acknowledge_met", "签收按时", CELL_COUNT},
    {"acknowledge_due", "签收应办", CELL_COUNT},
    {"acknowledge_rate", "签收及时率", CELL_RATE},
    {"arrive_met", "到场按时", CELL_COUNT},
    {"arrive_due", "到场应办", CELL_COUNT},
    {"arrive_rate", "到场及时率", CELL_RATE},
    {"first_report_met", "首次反馈按时", CELL_COUNT},
    {"first_report_due", "首次反馈应办", CELL_COUNT},
    {"first_report_rate", "首次反馈及时率", CELL_RATE},
    {"next_report_met", "续报按时", CELL_COUNT},
    {"next_report_due", "续报应办", CELL_COUNT},
    {"next_report_rate", "续报及时率", CELL_RATE},
    {"satisfied", "满意和基本满意", CELL_COUNT},
    {"reached", "回访接通", CELL_COUNT},
    {"satisfaction", "回访满意率", CELL_RATE},
    {"findings", "待核考评事项", CELL_COUNT},
    {"base", "满分", CELL_SCORE},
    {"score", "得分", CELL_SCORE},
    {"group", "分组", CELL_COUNT},
    {"rank", "名次", CELL_COUNT},
};
enum { UNIT_DISPATCHES = 3, UNIT_CLOCKS = 11, UNIT_REST = 26 };

static int64_t findings_of(const struct unit_figures *u)
{
	int64_t n = 0;

	for (int c = 0; c < FINDING_CLASSES; c++)
		for (int s = 0; s < FINDING_STATES; s++)
			n += s == FINDING_VOID || s == FINDING_LAPSED ? 0 : u->findings[c][s];
	return n;
}

static void unit_volume(const struct unit_figures *u, struct report_cell *row)
{
	struct tally volume;
	int i = UNIT_DISPATCHES;

	figures_volume(u, &volume);
	row[i++] = cell_number(volume.n[TALLY_DISPATCHES]);
	row[i++] = cell_number(u->parts[AS_LEAD]);
	row[i++] = cell_number(u->parts[AS_ASSIST]);
	row[i++] = cell_number(u->parts[AS_INFORM]);
	row[i++] = cell_number(u->by[STANDING_COUNTED].n[TALLY_DISPATCHES]);
	row[i++] = cell_number(u->by[STANDING_OUTSIDE].n[TALLY_DISPATCHES]);
	row[i++] = cell_number(u->by[STANDING_APART].n[TALLY_DISPATCHES]);
	row[i++] = cell_number(u->by[STANDING_VOID].n[TALLY_DISPATCHES]);
	assert(i == UNIT_CLOCKS && "the columns of the clocks follow those of the volume");
}

static void unit_row(struct report_document *d, struct report_sheet *s, const struct figures *f,
    const struct unit_figures *u)
{
	struct report_cell *row = report_row(d, s);

	row[0] = cell_text(u->id);
	row[1] = cell_text(u->name);
	row[2] = cell_text(unit_note(d->arena, u->unit, period_to_ms(&d->head.period)));
	unit_volume(u, row);
	for (int i = 0; i < REPORT_CLOCKS; i++)
		build_rate(row + UNIT_CLOCKS + 3 * i, &u->by[STANDING_COUNTED], report_clocks[i]);
	row += UNIT_REST;
	row[0] = cell_number(build_content(&u->incidents));
	row[1] = cell_number(build_reached(&u->incidents));
	row[2] = cell_rate(row[0].n, row[1].n);
	row[3] = cell_number(findings_of(u));
	if (!f->m->policy.rubric.exists || f->drill)
		return;
	row[4] = cell_number(f->m->policy.rubric.base);
	row[5] = cell_number(u->score.points);
	if (u->rank.group) {
		row[6] = cell_number(u->rank.group);
		row[7] = cell_number(u->rank.rank);
	}
}

void build_units(struct report_document *d, const struct figures *f)
{
	struct report_sheet *s = document_add(d, "units", "各单位", COLUMNS(unit_columns));

	s->note = "各时限只计城区(计入考评)的指令;城区范围外、单列的见“时限”";
	for (int i = 0; i < f->n_units; i++)
		unit_row(d, s, f, &f->units[i]);
}

/* -- clocks ---------------------------------------------------------------------------------- */

static const struct report_column clock_columns[] = {
    {"unit", "单位代码", CELL_TEXT},
    {"name", "单位", CELL_TEXT},
    {"scope", "范围代码", CELL_TEXT},
    {"scope_title", "范围", CELL_TEXT},
    {"clock", "时限代码", CELL_TEXT},
    {"clock_title", "时限", CELL_TEXT},
    {"dispatches", "联动指令", CELL_COUNT},
    {"none", "无此时限", CELL_COUNT},
    {"void", "不计", CELL_COUNT},
    {"met", "按时", CELL_COUNT},
    {"excused", "免责", CELL_COUNT},
    {"late", "超时", CELL_COUNT},
    {"running", "计时中", CELL_COUNT},
    {"due", "应办", CELL_COUNT},
    {"rate", "及时率", CELL_RATE},
};

static void clock_row(struct report_document *d, struct report_sheet *s, const struct unit_figures *u,
    enum standing standing, enum clock_kind kind)
{
	const struct tally *t = &u->by[standing];
	struct report_cell *row = report_row(d, s);

	row[0] = cell_text(u->id);
	row[1] = cell_text(u->name);
	row[2] = cell_text(standing_names[standing]);
	row[3] = cell_text(standing_word(standing));
	row[4] = cell_text(clock_names[kind]);
	row[5] = cell_text(clock_word(kind));
	row[6] = cell_number(t->n[TALLY_DISPATCHES]);
	row[7] = cell_number(tally_none(t, kind));
	row[8] = cell_number(build_of_clock(t, kind, OUTCOME_VOID));
	row[9] = cell_number(build_met(t, kind));
	row[10] = cell_number(build_of_clock(t, kind, OUTCOME_EXCUSED));
	row[11] = cell_number(build_of_clock(t, kind, OUTCOME_LATE));
	row[12] = cell_number(build_of_clock(t, kind, OUTCOME_RUNNING));
	row[13] = cell_number(build_due(t, kind));
	row[14] = cell_rate(row[9].n, row[13].n);
}

void build_clocks(struct report_document *d, const struct figures *f)
{
	struct report_sheet *s = document_add(d, "clocks", "时限", COLUMNS(clock_columns));

	s->note = "每条指令的每个时限只归一类:无此时限、不计、按时、免责、超时、计时中,合计即联动指令";
	for (int i = 0; i < f->n_units; i++)
		for (int standing = 0; standing < STANDINGS; standing++)
			for (int c = 0; c < REPORT_CLOCKS && f->units[i].by[standing].n[TALLY_DISPATCHES];
			     c++)
				clock_row(d, s, &f->units[i], (enum standing)standing, report_clocks[c]);
}

/* -- times ----------------------------------------------------------------------------------- */

#define FIRST_TIME TALLY_ACKNOWLEDGE_TIME_1
#define TIMES (TALLY_FIRST_REPORT_TIME_MS - TALLY_ACKNOWLEDGE_TIME_1 + 1)
#define TIMES_BEFORE 4

/* Columns that come from the counters' own names. */
static const struct report_column *counter_columns(struct report_document *d,
    const struct report_column *before, int n_before, enum tally_counter first, int n)
{
	struct report_column *v = arena_new_array(d->arena, struct report_column, (size_t)(n_before + n));

	memcpy(v, before, (size_t)n_before * sizeof *v);
	for (int i = 0; i < n; i++) {
		const struct tally_name *name = &tally_names[(int)first + i];
		bool sum = first == FIRST_TIME && i % (BUCKETS + 2) == BUCKETS + 1;

		v[n_before + i] = (struct report_column){name->column,
		    sum ? time_sum_word(i / (BUCKETS + 2)) : name->zh, sum ? CELL_DURATION : CELL_COUNT};
	}
	return v;
}

static void scope_cells(struct report_cell *row, const struct unit_figures *u, enum standing standing)
{
	row[0] = cell_text(u->id);
	row[1] = cell_text(u->name);
	row[2] = cell_text(standing_names[standing]);
	row[3] = cell_text(standing_word(standing));
}

void build_times(struct report_document *d, const struct figures *f)
{
	const struct report_column *columns =
	    counter_columns(d, clock_columns, TIMES_BEFORE, FIRST_TIME, TIMES);
	struct report_sheet *s = document_add(d, "times", "用时分段", columns, TIMES_BEFORE + TIMES);

	s->note =
	    "用时自下达起按该时限的计时办法计,首次反馈自到场起;上限含在本段内;旧版本没有记录的列为未记录";
	for (int i = 0; i < f->n_units; i++)
		for (int standing = 0; standing < STANDINGS; standing++) {
			const struct tally *t = &f->units[i].by[standing];

			if (t->n[TALLY_DISPATCHES] == 0)
				continue;
			struct report_cell *row = report_row(d, s);

			scope_cells(row, &f->units[i], (enum standing)standing);
			for (int c = 0; c < TIMES; c++)
				row[TIMES_BEFORE + c] = cell_number(t->n[(int)FIRST_TIME + c]);
		}
}

/* -- requests -------------------------------------------------------------------------------- */

#define REQUEST_COUNTERS (TALLY_LATE_STEP_UNDECIDED - TALLY_RETURN_PENDING + 1)
#define REQUESTS_BEFORE 2

void build_requests(struct report_document *d, const struct figures *f)
{
	const struct report_column *columns =
	    counter_columns(d, clock_columns, REQUESTS_BEFORE, TALLY_RETURN_PENDING, REQUEST_COUNTERS);
	struct report_sheet *s =
	    document_add(d, "requests", "申请", columns, REQUESTS_BEFORE + REQUEST_COUNTERS);

	s->note = "逾期未定是决定人的责任,不是申请单位的;后来决定了的归入决定的结果,“未在时限内决定”仍计";
	for (int i = 0; i < f->n_units; i++) {
		const struct unit_figures *u = &f->units[i];
		struct report_cell *row = report_row(d, s);

		row[0] = cell_text(u->id);
		row[1] = cell_text(u->name);
		for (int c = 0; c < REQUEST_COUNTERS; c++) {
			int64_t n = 0;

			for (int standing = 0; standing < STANDINGS; standing++)
				n += u->by[standing].n[(int)TALLY_RETURN_PENDING + c];
			row[REQUESTS_BEFORE + c] = cell_number(n);
		}
	}
}
