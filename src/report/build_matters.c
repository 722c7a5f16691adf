/*
 * build_matters.c - the sheets of a report that list single matters and what they cost: findings, the slowest, deductions,
 * duty checks, the desk's own, what was recorded. Place: report; pure.
 */
#include "report/build_parts.h"
#include "base/arena.h"
#include "base/time.h"
#include "report/words.h"

#include <assert.h>

/* -- the desk -------------------------------------------------------------------------------- */

static const struct report_column desk_columns[] = {
    {"item", "代码", CELL_TEXT},
    {"title", "接警台自身", CELL_TEXT},
    {"n", "件数", CELL_COUNT},
    {"before", "上期", CELL_COUNT},
};

static int64_t of_all(const struct figures *f, enum tally_counter counter)
{
	int64_t n = 0;

	for (int i = 0; i < f->n_units; i++)
		for (int s = 0; s < STANDINGS; s++)
			n += f->units[i].by[s].n[counter];
	return n;
}

static void desk_row(struct report_document *d, struct report_sheet *s, const char *item, const char *title,
    int64_t now, bool has_before, int64_t before)
{
	struct report_cell *row = report_row(d, s);

	row[0] = cell_text(item);
	row[1] = cell_text(title);
	row[2] = cell_number(now);
	if (has_before)
		row[3] = cell_number(before);
}

static int64_t checks_missed(const struct figures *f)
{
	int64_t n = 0;

	for (int i = 0; i < f->n_units; i++) {
		const struct unit_figures *u = &f->units[i];
		int64_t to_make = u->checks_planned - u->checks_left_out;

		n += to_make > u->checks ? to_make - u->checks : 0;
	}
	return n;
}

void build_desk(struct report_document *d, const struct report_facts *f)
{
	static const struct {
		const char *item, *title;
		enum tally_counter counter;
	} rows[] = {{"returns_undecided", "申请改派未在时限内决定", TALLY_RETURN_UNDECIDED},
	    {"extends_undecided", "申请延期未在时限内决定", TALLY_EXTEND_UNDECIDED},
	    {"late_steps_undecided", "补录未在时限内确认", TALLY_LATE_STEP_UNDECIDED},
	    {"appeals_undecided", "申请复核未在时限内决定", TALLY_APPEAL_UNDECIDED},
	    {"misrouted", "误派", TALLY_VOID_ERROR}};
	static const struct {
		const char *item, *title;
		enum tally_incident_counter counter;
	} own[] = {{"unmatched", "没有规则可派的警情", TALLY_INCIDENT_UNMATCHED},
	    {"leads_late", "逾期没有主办的警情", TALLY_INCIDENT_LEAD_LATE},
	    {"callbacks_waiting", "待回访", TALLY_INCIDENT_WAITING},
	    {"callbacks_late", "逾期未回访(含后来回访的)", TALLY_INCIDENT_CALLBACK_LATE}};
	struct report_sheet *s = document_add(d, "desk", "接警台", COLUMNS(desk_columns));
	struct tally_incident now = build_city(f->now), then = {{0}};
	bool has = f->before;

	s->note = "接警台和联动办自己的欠账,不排名";
	if (has)
		then = build_city(f->before);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		desk_row(d, s, rows[i].item, rows[i].title, of_all(f->now, rows[i].counter), has,
		    has ? of_all(f->before, rows[i].counter) : 0);
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		desk_row(d, s, own[i].item, own[i].title, now.n[own[i].counter], has, then.n[own[i].counter]);
	desk_row(d, s, "checks_missed", "值班抽查未按计划进行", checks_missed(f->now), has,
	    has ? checks_missed(f->before) : 0);
}

/* -- findings -------------------------------------------------------------------------------- */

static const struct report_column finding_columns[] = {
    {"unit", "单位代码", CELL_TEXT},
    {"name", "单位", CELL_TEXT},
    {"finding", "事项编号", CELL_TEXT},
    {"class", "类别代码", CELL_TEXT},
    {"class_title", "类别", CELL_TEXT},
    {"state", "状态代码", CELL_TEXT},
    {"state_title", "状态", CELL_TEXT},
    {"incident", "警情编号", CELL_TEXT},
    {"dispatch", "指令编号", CELL_TEXT},
    {"day", "所属日期", CELL_DATE},
    {"opened_at", "列入时刻", CELL_INSTANT},
    {"limit", "时限", CELL_DURATION},
    {"late", "超时", CELL_DURATION},
    {"grade", "加重代码", CELL_TEXT},
    {"grade_title", "加重", CELL_TEXT},
    {"cases", "折算件数", CELL_SCORE},
    {"article", "依据", CELL_TEXT},
    {"evidence", "证据事件", CELL_COUNT},
    {"cause", "撤销原因", CELL_TEXT},
};

static const char *dispatch_name(struct report_document *d, const struct found *one)
{
	return one->s.f.dispatch ? arena_printf(d->arena, "%s-%02d", one->incident, one->s.f.dispatch) : NULL;
}

static const char *finding_name(struct arena *a, const struct found *one)
{
	if (!one->incident)
		return arena_printf(a, "F%lld", (long long)one->s.f.id);
	return arena_printf(a, "%s-%02d.f%d", one->incident, one->s.f.dispatch, one->s.f.of_dispatch);
}

static void finding_row(struct report_document *d, struct report_sheet *s, const struct figures *f,
    const struct found *one)
{
	const struct finding *x = &one->s.f;
	const struct rubric_class *c = score_class(&f->m->policy.rubric, x->class);
	const struct unit_figures *u = figures_unit(f, x->unit);
	struct report_cell *row = report_row(d, s);
	bool graver = one->s.grade && *one->s.grade;

	row[0] = cell_text(x->unit);
	row[1] = cell_text(u ? u->name : x->unit);
	row[2] = cell_text(finding_name(d->arena, one));
	row[3] = cell_text(finding_class_names[x->class]);
	row[4] = cell_text(finding_class_word(x->class));
	row[5] = cell_text(finding_state_names[x->state]);
	row[6] = cell_text(finding_state_word(x->state, false));
	row[7] = cell_text(one->incident);
	row[8] = cell_text(dispatch_name(d, one));
	row[9] = cell_number(local_day(x->day));
	row[10] = cell_number(x->opened_at);
	row[11] = build_positive(x->limit_ms);
	row[12] = build_positive(x->late_ms);
	row[13] = cell_text(graver ? one->s.grade : NULL);
	row[14] = cell_text(graver ? grade_word(one->s.grade) : NULL);
	row[15] = cell_number(one->s.weight);
	row[16] = cell_text(c ? c->article : NULL);
	row[17] = build_positive(x->seq);
	row[18] = cell_text(x->cause);
}

void build_findings(struct report_document *d, const struct figures *f)
{
	struct report_sheet *s = document_add(d, "findings", "考评事项", COLUMNS(finding_columns));

	s->note = f->all_found > f->n_found
	    ? arena_printf(d->arena, "共 %lld 项,此处列出前 %d 项;其余用 liandongctl finding list 查看",
		  (long long)f->all_found, f->n_found)
	    : "折算件数为 0 的不扣分:已撤销、待复核,或同一指令另有更重的一项";
	for (int i = 0; i < f->n_found; i++)
		finding_row(d, s, f, &f->found[i]);
}

void build_slowest(struct report_document *d, const struct figures *f)
{
	struct report_sheet *s = document_add(d, "slowest", "超时最久", COLUMNS(finding_columns));

	for (int i = 0; i < f->n_slowest; i++)
		finding_row(d, s, f, &f->slowest[i]);
}

/* -- deductions ------------------------------------------------------------------------------ */

static const struct report_column deduction_columns[] = {
    {"unit", "单位代码", CELL_TEXT},
    {"name", "单位", CELL_TEXT},
    {"class", "类别代码", CELL_TEXT},
    {"class_title", "类别", CELL_TEXT},
    {"article", "依据", CELL_TEXT},
    {"findings", "扣分事项", CELL_COUNT},
    {"cases", "折算件数", CELL_SCORE},
    {"of", "应办", CELL_COUNT},
    {"denominator", "分母", CELL_COUNT},
    {"points", "应扣", CELL_SCORE},
    {"most", "最多扣", CELL_SCORE},
    {"taken", "实扣", CELL_SCORE},
};

static void deduction_row(struct report_document *d, struct report_sheet *s, const struct figures *f,
    const struct unit_figures *u, const struct rubric_class *c)
{
	const struct score_line *l = &u->score.lines[c->finding];
	struct report_cell *row = report_row(d, s);

	row[0] = cell_text(u->id);
	row[1] = cell_text(u->name);
	row[2] = cell_text(finding_class_names[c->finding]);
	row[3] = cell_text(finding_class_word((enum finding_class)c->finding));
	row[4] = cell_text(c->article);
	row[5] = cell_number(l->cases);
	row[6] = cell_number(l->weight);
	if (c->per == PER_PERCENT) {
		row[7] = cell_number(l->of);
		row[8] = cell_number(score_of(&f->m->policy.rubric, l));
	}
	row[9] = cell_number(l->points);
	row[10] = cell_number(c->most);
	row[11] = cell_number(l->taken);
}

void build_deductions(struct report_document *d, const struct figures *f)
{
	const struct rubric *r = &f->m->policy.rubric;
	struct report_sheet *s;

	if (!r->exists || f->drill)
		return;
	s = document_add(d, "deductions", "扣分", COLUMNS(deduction_columns));
	s->note = arena_printf(d->arena, "满分 %lld.%02lld;%s", (long long)(r->base / 100),
	    (long long)(r->base % 100),
	    r->official ? "官方计分办法" : "本系统约定的计分办法,不是官方的(附件未公开)");
	for (int i = 0; i < f->n_units; i++)
		for (int c = 0; c < r->n_classes; c++)
			if (f->units[i].score.lines[r->classes[c].finding].cases)
				deduction_row(d, s, f, &f->units[i], &r->classes[c]);
}

/* -- duty, records --------------------------------------------------------------------------- */

static const struct report_column duty_columns[] = {
    {"unit", "单位代码", CELL_TEXT},
    {"name", "单位", CELL_TEXT},
    {"planned", "计划抽查", CELL_COUNT},
    {"left_out", "因故未查", CELL_COUNT},
    {"made", "已抽查", CELL_COUNT},
    {"answered", "接听", CELL_COUNT},
    {"unanswered", "未接听", CELL_COUNT},
    {"rate", "接听率", CELL_RATE},
    {"mean", "平均接听用时", CELL_DURATION},
};

void build_duty(struct report_document *d, const struct figures *f)
{
	struct report_sheet *s = document_add(d, "duty", "值班抽查", COLUMNS(duty_columns));

	for (int i = 0; i < f->n_units; i++) {
		const struct unit_figures *u = &f->units[i];
		struct report_cell *row;

		if (u->checks + u->checks_planned == 0)
			continue;
		row = report_row(d, s);
		row[0] = cell_text(u->id);
		row[1] = cell_text(u->name);
		row[2] = cell_number(u->checks_planned);
		row[3] = cell_number(u->checks_left_out);
		row[4] = cell_number(u->checks);
		row[5] = cell_number(u->answered);
		row[6] = cell_number(u->checks - u->answered);
		row[7] = cell_rate(u->answered, u->checks);
		if (u->answered)
			row[8] = cell_number((2 * u->answer_s + u->answered) / (2 * u->answered) * SECOND_MS);
	}
}

static const struct report_column record_columns[] = {
    {"unit", "单位代码", CELL_TEXT},
    {"name", "单位", CELL_TEXT},
    {"at", "时刻", CELL_INSTANT},
    {"what", "种类", CELL_TEXT},
    {"document", "文号", CELL_TEXT},
    {"until", "期限", CELL_INSTANT},
    {"state", "办结", CELL_TEXT},
};

void build_records(struct report_document *d, const struct report_facts *f, enum entry_kind kind,
    const char *id, const char *title)
{
	struct report_sheet *s = document_add(d, id, title, COLUMNS(record_columns));

	for (int i = 0; i < f->n_records; i++) {
		const struct recorded *r = &f->records[i];
		const struct unit_figures *u = r->unit ? figures_unit(f->now, r->unit) : NULL;
		struct report_cell *row;

		if (r->kind != kind)
			continue;
		row = report_row(d, s);
		row[0] = cell_text(r->unit);
		row[1] = cell_text(u ? u->name : r->unit);
		row[2] = cell_number(r->at);
		row[3] = cell_text(r->what);
		row[4] = cell_text(r->document);
		row[5] = build_positive(r->until);
		row[6] = cell_text(r->done ? "已销号" : "未销号");
	}
}
