/*
 * build_summary.c - the sheets of a report about the whole city: summary, trend, months, categories and townships.
 * Place: report; pure. A 0 of 0 is an empty cell.
 */
#include "report/build_parts.h"
#include "base/arena.h"
#include "base/time.h"
#include "report/words.h"

#include <assert.h>

/* -- summary --------------------------------------------------------------------------------- */

static const struct report_column summary_columns[] = {
    {"item", "代码", CELL_TEXT},
    {"title", "指标", CELL_TEXT},
    {"part", "件数", CELL_COUNT},
    {"whole", "总数", CELL_COUNT},
    {"rate", "比率", CELL_RATE},
    {"part_before", "上期件数", CELL_COUNT},
    {"whole_before", "上期总数", CELL_COUNT},
    {"rate_before", "上期比率", CELL_RATE},
    {"change", "增减", CELL_RATE},
};

/* What the summary says of one period. */
struct totals {
	struct tally by[STANDINGS], volume;
	struct tally_incident city;
	int64_t findings, settled_void;
};

static void total(const struct figures *f, struct totals *t)
{
	*t = (struct totals){.city = build_city(f)};
	for (int s = 0; s < STANDINGS; s++) {
		figures_all(f, (enum standing)s, &t->by[s]);
		if (s != STANDING_VOID && s != STANDING_DRILL)
			tally_add(&t->volume, &t->by[s], 1);
	}
	for (int i = 0; i < f->n_units; i++)
		for (int c = 0; c < FINDING_CLASSES; c++)
			for (int s = 0; s < FINDING_STATES; s++) {
				bool gone = s == FINDING_VOID || s == FINDING_LAPSED;

				t->findings += gone ? 0 : f->units[i].findings[c][s];
				t->settled_void += gone ? f->units[i].findings[c][s] : 0;
			}
}

enum { PART, WHOLE };

/* One line of the summary: a count, or a share where it has a whole (negative: it has none). */
static void summary_row(struct report_document *d, struct report_sheet *s, const char *item,
    const char *title, const int64_t now[2], const int64_t *before)
{
	struct report_cell *row = report_row(d, s);
	bool share = now[WHOLE] >= 0;

	row[0] = cell_text(item);
	row[1] = cell_text(title);
	row[2] = cell_number(now[PART]);
	if (share) {
		row[3] = cell_number(now[WHOLE]);
		row[4] = cell_rate(now[PART], now[WHOLE]);
	}
	if (!before)
		return;
	row[5] = cell_number(before[PART]);
	if (!share)
		return;
	row[6] = cell_number(before[WHOLE]);
	row[7] = cell_rate(before[PART], before[WHOLE]);
	if (!row[4].empty && !row[7].empty)
		row[8] = cell_number(row[4].n - row[7].n);
}

static void count_row(struct report_document *d, struct report_sheet *s, const char *item, const char *title,
    int64_t now, const int64_t *before)
{
	const int64_t v[2] = {now, -1}, w[2] = {before ? *before : 0, -1};

	summary_row(d, s, item, title, v, before ? w : NULL);
}

static void share_row(struct report_document *d, struct report_sheet *s, const char *item, const char *title,
    int64_t part, int64_t whole, const struct totals *before, int64_t part_before, int64_t whole_before)
{
	const int64_t v[2] = {part, whole}, w[2] = {part_before, whole_before};

	summary_row(d, s, item, title, v, before ? w : NULL);
}

/* `b` is NULL where there is no period before. */
#define COUNT_ROW(item, title, member) count_row(d, s, item, title, t->member, b ? &b->member : NULL)
#define SHARE_ROW(item, title, part, whole)                                                                  \
	share_row(d, s, item, title, part(t), whole(t), b, b ? part(b) : 0, b ? whole(b) : 0)

static void summary_volume(struct report_document *d, struct report_sheet *s, const struct totals *t,
    const struct totals *b)
{
	COUNT_ROW("incidents", "警情", city.n[TALLY_INCIDENT_INCIDENTS]);
	COUNT_ROW("followers", "并入同一事项的来电", city.n[TALLY_INCIDENT_FOLLOWERS]);
	COUNT_ROW("dispatches", "联动指令", volume.n[TALLY_DISPATCHES]);
	COUNT_ROW("counted", "其中:城区(计入考评)", by[STANDING_COUNTED].n[TALLY_DISPATCHES]);
	COUNT_ROW("outside", "其中:城区范围外(只测量)", by[STANDING_OUTSIDE].n[TALLY_DISPATCHES]);
	COUNT_ROW("apart", "其中:单列类别(挪车等)", by[STANDING_APART].n[TALLY_DISPATCHES]);
	COUNT_ROW("inform", "其中:知会", by[STANDING_INFORM].n[TALLY_DISPATCHES]);
	COUNT_ROW("void", "不计(改派、误派、作废、同一事项)", by[STANDING_VOID].n[TALLY_DISPATCHES]);
}

static void summary_clocks(struct report_document *d, struct report_sheet *s, const struct totals *t,
    const struct totals *b, enum standing standing)
{
	bool outside = standing == STANDING_OUTSIDE;

	for (int i = 0; i < REPORT_CLOCKS; i++) {
		const struct tally *now = &t->by[standing], *then = b ? &b->by[standing] : NULL;
		const char *code = clock_column(report_clocks[i]);

		share_row(d, s, outside ? arena_printf(d->arena, "%s_outside", code) : code,
		    arena_printf(d->arena, "%s%s及时率", clock_word(report_clocks[i]),
			outside ? "(城区范围外)" : ""),
		    build_met(now, report_clocks[i]), build_due(now, report_clocks[i]), b,
		    then ? build_met(then, report_clocks[i]) : 0,
		    then ? build_due(then, report_clocks[i]) : 0);
	}
}

#define CONTENT(x) build_content(&(x)->city)
#define REACHED(x) build_reached(&(x)->city)
#define RETURNS_OF(x, state) ((x)->volume.n[state] + (x)->by[STANDING_VOID].n[state])
#define RETURNS_UNDECIDED(x) RETURNS_OF(x, TALLY_RETURN_UNDECIDED)
#define RETURNS(x)                                                                                           \
	(RETURNS_OF(x, TALLY_RETURN_PENDING) + RETURNS_OF(x, TALLY_RETURN_GRANTED) +                         \
	    RETURNS_OF(x, TALLY_RETURN_REJECTED) + RETURNS_OF(x, TALLY_RETURN_LAPSED) +                      \
	    RETURNS_OF(x, TALLY_RETURN_DROPPED))
#define RETURNS_GRANTED(x) RETURNS_OF(x, TALLY_RETURN_GRANTED)
#define RETURNS_REJECTED(x) RETURNS_OF(x, TALLY_RETURN_REJECTED)

void build_summary(struct report_document *d, const struct report_facts *f)
{
	struct report_sheet *s = document_add(d, "summary", "总体", COLUMNS(summary_columns));
	struct totals now, then = {0}, *t = &now, *b = f->before ? &then : NULL;

	s->note = "及时率 = 按时 ÷(按时 + 超时),未到期的不在内,已超时未办的在内;免责、不计的不在内";
	total(f->now, t);
	if (b)
		total(f->before, b);
	summary_volume(d, s, t, b);
	summary_clocks(d, s, t, b, STANDING_COUNTED);
	summary_clocks(d, s, t, b, STANDING_OUTSIDE);
	SHARE_ROW("returns_granted", "申请改派:同意", RETURNS_GRANTED, RETURNS);
	SHARE_ROW("returns_rejected", "申请改派:不予改派", RETURNS_REJECTED, RETURNS);
	SHARE_ROW("returns_undecided", "申请改派:未在时限内决定", RETURNS_UNDECIDED, RETURNS);
	COUNT_ROW("completed", "警情处置完毕", city.n[TALLY_INCIDENT_COMPLETED]);
	SHARE_ROW("satisfaction", "回访满意率", CONTENT, REACHED);
	COUNT_ROW("unreached", "回访未接通", city.n[TALLY_INCIDENT_UNREACHED]);
	COUNT_ROW("findings", "待核考评事项(不含已撤销)", findings);
	COUNT_ROW("findings_void", "考评事项已撤销、免责", settled_void);
}

/* -- trend ----------------------------------------------------------------------------------- */

static const struct report_column trend_columns[] = {
    {"unit", "单位代码", CELL_TEXT},
    {"name", "单位", CELL_TEXT},
    {"dispatches", "联动指令", CELL_COUNT},
    {"dispatches_before", "上期", CELL_COUNT},
    {"acknowledge_rate", "签收及时率", CELL_RATE},
    {"acknowledge_before", "上期", CELL_RATE},
    {"acknowledge_change", "增减", CELL_RATE},
    {"arrive_rate", "到场及时率", CELL_RATE},
    {"arrive_before", "上期", CELL_RATE},
    {"arrive_change", "增减", CELL_RATE},
    {"first_report_rate", "首次反馈及时率", CELL_RATE},
    {"first_report_before", "上期", CELL_RATE},
    {"first_report_change", "增减", CELL_RATE},
};

static void put_change(struct report_cell *row, const struct tally *now, const struct tally *then,
    enum clock_kind kind)
{
	row[0] = cell_rate(build_met(now, kind), build_due(now, kind));
	row[1] = cell_rate(build_met(then, kind), build_due(then, kind));
	if (!row[0].empty && !row[1].empty)
		row[2] = cell_number(row[0].n - row[1].n);
}

/* What a unit compares with the period before. */
struct compared {
	struct tally volume, counted;
};

#define HEIRS_MOST 8 /* one after the other */

/* A unit with those that it succeeds (机构改革), else it would have begun from nothing. */
static void add_compared(const struct figures *f, const char *id, int64_t until, int depth,
    struct compared *out)
{
	const struct unit_figures *u = figures_unit(f, id);
	struct tally volume;

	if (!u)
		return;
	figures_volume(u, &volume);
	tally_add(&out->volume, &volume, 1);
	tally_add(&out->counted, &u->by[STANDING_COUNTED], 1);
	if (!u->unit || u->unit->since >= until || depth == HEIRS_MOST)
		return;
	for (int i = 0; i < u->unit->n_succeeds; i++)
		if (u->unit->succeeds[i])
			add_compared(f, u->unit->succeeds[i]->id, until, depth + 1, out);
}

void build_trend(struct report_document *d, const struct report_facts *f)
{
	int64_t until = period_to_ms(&d->head.period);
	struct report_sheet *s;

	if (!f->before)
		return;
	s = document_add(d, "trend", "与上期比较", COLUMNS(trend_columns));
	s->note = "机构改革后承接其他单位的,两期都加上被承接单位的数";
	for (int i = 0; i < f->now->n_units; i++) {
		const struct unit_figures *u = &f->now->units[i];
		struct report_cell *row = report_row(d, s);
		struct compared now = {.volume = {{0}}}, then = {.volume = {{0}}};

		add_compared(f->now, u->id, until, 0, &now);
		add_compared(f->before, u->id, until, 0, &then);
		row[0] = cell_text(u->id);
		row[1] = cell_text(u->name);
		row[2] = cell_number(now.volume.n[TALLY_DISPATCHES]);
		row[3] = cell_number(then.volume.n[TALLY_DISPATCHES]);
		put_change(row + 4, &now.counted, &then.counted, CLOCK_ACKNOWLEDGE);
		put_change(row + 7, &now.counted, &then.counted, CLOCK_ARRIVE);
		put_change(row + 10, &now.counted, &then.counted, CLOCK_FIRST_REPORT);
	}
}

static const struct report_column month_columns[] = {
    {"month", "月份", CELL_TEXT},
    {"incidents", "警情", CELL_COUNT},
    {"dispatches", "联动指令", CELL_COUNT},
    {"acknowledge_met", "签收按时", CELL_COUNT},
    {"acknowledge_due", "签收应办", CELL_COUNT},
    {"acknowledge_rate", "签收及时率", CELL_RATE},
    {"arrive_met", "到场按时", CELL_COUNT},
    {"arrive_due", "到场应办", CELL_COUNT},
    {"arrive_rate", "到场及时率", CELL_RATE},
    {"first_report_met", "首次反馈按时", CELL_COUNT},
    {"first_report_due", "首次反馈应办", CELL_COUNT},
    {"first_report_rate", "首次反馈及时率", CELL_RATE},
};

void build_months(struct report_document *d, const struct report_facts *f)
{
	struct report_sheet *s;

	if (f->n_months == 0)
		return;
	s = document_add(d, "months", "逐月", COLUMNS(month_columns));
	for (int i = 0; i < f->n_months; i++) {
		const struct month_figures *m = &f->months[i];
		struct report_cell *row = report_row(d, s);

		row[0] = cell_text(m->name);
		row[1] = cell_number(m->incidents);
		row[2] = cell_number(m->dispatches);
		build_rate(row + 3, &m->counted, CLOCK_ACKNOWLEDGE);
		build_rate(row + 6, &m->counted, CLOCK_ARRIVE);
		build_rate(row + 9, &m->counted, CLOCK_FIRST_REPORT);
	}
}

/* -- categories and townships ---------------------------------------------------------------- */

void build_groups(struct report_document *d, const struct figures *f, const struct incident_groups *g,
    const char *id, const char *title, const char *(*name)(const struct mechanism *, const char *))
{
	struct report_column *v =
	    arena_new_array(d->arena, struct report_column, TALLY_INCIDENT_COUNTERS + 2);
	struct report_sheet *s;

	v[0] = (struct report_column){id, "代码", CELL_TEXT};
	v[1] = (struct report_column){"name", "名称", CELL_TEXT};
	for (int i = 0; i < TALLY_INCIDENT_COUNTERS; i++)
		v[2 + i] = (struct report_column){
		    tally_incident_names[i].column, tally_incident_names[i].zh, CELL_COUNT};
	s = document_add(d, id, title, v, TALLY_INCIDENT_COUNTERS + 2);
	for (int i = 0; i < g->n; i++) {
		struct report_cell *row = report_row(d, s);

		row[0] = cell_text(g->v[i].code);
		row[1] = cell_text(name(f->m, g->v[i].code));
		for (int c = 0; c < TALLY_INCIDENT_COUNTERS; c++)
			row[2 + c] = cell_number(g->v[i].sum.n[c]);
	}
}
