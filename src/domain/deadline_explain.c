/*
 * deadline_explain.c - one clock told to the unit that disputes it: the limit and its article, whose
 * time it is counted in, each counted stretch, the sum, and what came of it, in plain Chinese.
 * Place: domain; pure. Computed from the revision that the caller gives; the due that the dispatch
 * carries stays the one that counts.
 */
#include "base/buf.h"
#include "domain/deduction.h"
#include "domain/mode.h"
#include "domain/outcome.h"
#include "base/utf8.h"

#include <assert.h>

#define STRETCHES_SPOKEN 6 /* more are in the list, not in the sentence */

static const char *const counted_in[CLOCK_TIME_COUNT] = {
    [TIME_ALWAYS] = "7×24小时",
    [TIME_OFFICE] = "工作时间",
    [TIME_WORKDAYS] = "工作日",
};

/* -- words ---------------------------------------------------------------------------------- */

/* 1小时30分钟, 5分钟, 1分30秒 */
static void say_length(struct buf *b, int64_t ms)
{
	int64_t seconds = ms / SECOND_MS;
	int64_t hours = seconds / 3600, minutes = seconds / 60 % 60, rest = seconds % 60;

	if (hours)
		buf_printf(b, "%lld小时", (long long)hours);
	if (minutes)
		buf_printf(b, rest ? "%lld分" : "%lld分钟", (long long)minutes);
	if (rest || seconds == 0)
		buf_printf(b, "%lld秒", (long long)rest);
}

static void say_clock(struct buf *b, int64_t at)
{
	int64_t seconds = (at - day_start(local_day(at))) / SECOND_MS;

	buf_printf(b, "%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60));
	if (seconds % 60)
		buf_printf(b, ":%02d", (int)(seconds % 60));
}

/* 17:33 on the day of `beside`, else 3月9日08:28, with the year where it is another. */
static void say_instant(struct buf *b, int64_t at, int64_t beside)
{
	struct date date = day_date(local_day(at)), other = day_date(local_day(beside));

	if (date.year != other.year)
		buf_printf(b, "%d年", date.year);
	if (local_day(at) != local_day(beside))
		buf_printf(b, "%d月%d日", date.month, date.day);
	say_clock(b, at);
}

static void say_day(struct buf *b, int64_t at)
{
	struct date date = day_date(local_day(at));

	buf_printf(b, "%d月%d日", date.month, date.day);
	say_clock(b, at);
}

/* What a clock is counted from that does not run from the instruction. */
static const char *since(enum clock_kind kind)
{
	return clock_rows[kind].begins == BEGINS_INFORMED ? "送达" : clock_rows[kind].since;
}

/* 2026年3月6日(周五)17:28下达 */
static void say_start(struct buf *b, const struct explanation *e, const struct dispatch *d)
{
	static const char *const weekdays[] = {"一", "二", "三", "四", "五", "六", "日"};
	int64_t day = local_day(e->start);
	struct date date = day_date(day);
	bool from_issue = e->start == d->issued_at;

	buf_printf(b, "%d年%d月%d日(周%s)", date.year, date.month, date.day, weekdays[day_weekday(day)]);
	say_clock(b, e->start);
	if (from_issue)
		buf_text(b, "下达");
	else
		buf_text(b, since(e->kind));
}

/* -- how it was counted --------------------------------------------------------------------- */

static void say_stretches(struct buf *b, const struct explanation *e)
{
	int spoken = e->n_stretches < STRETCHES_SPOKEN ? e->n_stretches : STRETCHES_SPOKEN;

	for (int i = 0; i < spoken; i++) {
		say_day(b, e->stretches[i].from);
		buf_text(b, "–");
		say_instant(b, e->stretches[i].to, e->stretches[i].from);
		buf_text(b, "计");
		say_length(b, e->stretches[i].to - e->stretches[i].from);
		buf_text(b, ",");
	}
	if (spoken < e->n_stretches)
		buf_printf(b, "……共%d段,", e->n_stretches);
	if (e->n_stretches > 1) {
		buf_text(b, "合计");
		say_length(b, e->limit.limit_ms);
		buf_text(b, ",");
	}
}

static void say_limit(struct buf *b, const struct explanation *e)
{
	bool off_hours = strcmp(e->limit.rule, "policy-off-hours") == 0;

	buf_text(b, clock_rows[e->kind].limit);
	say_length(b, e->limit.limit_ms);
	buf_printf(b, "(%s%s)", e->limit.article, off_hours ? ",二级单位非工作时间" : "");
}

/* 应于10:30前到场,经批准延期至11:00 */
static void say_due(struct buf *b, const struct explanation *e, bool with_day)
{
	int64_t due = e->first_due ? e->first_due : e->due;

	buf_text(b, "应于");
	if (with_day)
		say_day(b, due);
	else
		say_instant(b, due, e->start);
	buf_printf(b, "前%s", clock_rows[e->kind].met);
	if (!e->first_due)
		return;
	buf_text(b, ",经批准延期至");
	say_instant(b, e->due, e->start);
}

/* A limit that is a length of time. */
static void say_length_limit(struct buf *b, const struct explanation *e, const struct dispatch *d)
{
	bool always = e->limit.time == TIME_ALWAYS;

	say_limit(b, e);
	buf_printf(b, ",%s%s计时%s", always ? "" : "按", counted_in[e->limit.time], always ? ";" : ":");
	if (always) {
		say_start(b, e, d);
		buf_text(b, ",");
	} else {
		say_stretches(b, e);
	}
	say_due(b, e, !always);
}

static int working_days(const struct calendar *c, int64_t from, int64_t to)
{
	int n = 0;

	for (int64_t day = local_day(from) + 1; day <= local_day(to); day++)
		n += calendar_workday(c, day, NULL);
	return n;
}

/* A limit that is an instant. */
static void say_instant_limit(struct buf *b, const struct explanation *e, const struct dispatch *d,
    const struct mechanism *m)
{
	buf_printf(b, "%s为", clock_rows[e->kind].limit);
	if (strcmp(e->limit.rule, "eta") == 0)
		buf_printf(b, "单位预计时间%s", d->eta > e->due ? "(超出上限,以上限为准)" : "");
	else if (strcmp(e->limit.rule, "next-office-hour") == 0)
		buf_text(b, "下一次上班时");
	else
		buf_printf(b, "第%d个工作日下班时", working_days(&m->calendar, e->start, e->due));
	buf_printf(b, "(%s):", e->limit.article);
	say_start(b, e, d);
	buf_text(b, ",");
	say_due(b, e, false);
}

static const struct {
	const char *rule, *why;
} none_because[] = {
    {"inform", "知会单位,不计时限"},
    {"township-assists", "城区范围外由属地乡镇组织先期处置,协办的乡镇签收即可,不设其他时限"},
    {"no-visit", "该类事项无需到场,不设到场时限"},
    {"scheduled", "该类事项按约定时间办理,不设到场时限"},
    {"unit-no-visit", "该单位不承担到场任务,不设到场时限"},
    {"outside-city", "城区范围外应尽快赶赴现场,不设到场时限,不计超时,到场前持续跟踪"},
};

static void say_none(struct buf *b, const struct explanation *e)
{
	for (size_t i = 0; i < sizeof none_because / sizeof *none_because; i++)
		if (strcmp(e->limit.rule, none_because[i].rule) == 0) {
			buf_printf(b, "%s(%s)。", none_because[i].why, e->limit.article);
			return;
		}
	buf_printf(b, "不设%s(%s)。", clock_rows[e->kind].limit, e->limit.article);
}

static void say_waiting(struct buf *b, const struct explanation *e)
{
	if (e->limit.limit_ms)
		say_limit(b, e);
	else
		buf_printf(b, "%s(%s)", clock_rows[e->kind].limit, e->limit.article);
	buf_printf(b, ",自%s起计时,尚未开始。", since(e->kind));
}

/* -- what came of it ------------------------------------------------------------------------ */

/* 其中等待送达2分钟、系统停机3分钟、申请逾期未决15分钟不计 */
static void say_deducted(struct buf *b, const struct explanation *e)
{
	const struct {
		int64_t ms;
		const char *what;
	} parts[] = {{e->waited_ms, "等待送达"}, {e->away_ms, "系统停机"}, {e->undecided_ms, "申请逾期未决"}};
	bool any = false;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].ms)
			continue;
		buf_printf(b, "%s%s", any ? "、" : ",其中", parts[i].what);
		say_length(b, parts[i].ms);
		any = true;
	}
	if (!any)
		return;
	buf_text(b, e->late ? "不计" : "不计,不算超时");
}

static void say_late(struct buf *b, const struct explanation *e, const struct mechanism *m, int64_t until)
{
	int64_t late_ms = calendar_between(&m->calendar, e->limit.time, e->due, until);

	buf_text(b, "超时");
	if (late_ms > 0)
		say_length(b, late_ms);
	say_deducted(b, e);
	buf_text(b, "。");
}

static void say_stopped(struct buf *b, const struct explanation *e, const struct dispatch *d,
    const struct mechanism *m)
{
	const char *act = clock_rows[e->kind].met;

	if (e->met && d->clocks[e->kind].overdue && e->stopped <= e->due) {
		buf_printf(b, "系统曾标记超时;补录的%s时间为", act);
		say_instant(b, e->stopped, e->start);
		buf_text(b, ",在时限内,经110报警服务台确认后以此为准。");
		return;
	}
	buf_text(b, "已于");
	say_instant(b, e->stopped, e->start);
	buf_printf(b, "%s,", d->at[STEP_COMPLETED] == e->stopped ? "处置完毕" : act);
	if (e->stopped <= e->due)
		buf_text(b, "在时限内。");
	else
		say_late(b, e, m, e->stopped);
	if (d->unconfirmed & 1u << clock_rows[e->kind].ends) {
		buf_printf(b, "补录的%s时间为", act);
		say_instant(b, d->at[clock_rows[e->kind].ends], e->start);
		buf_text(b, ",经110报警服务台确认后以此为准。");
	}
}

/* 处于防台风应急响应(3月20日08:00至3月21日08:00)期间,超时不计考评 */
static void say_excuse(struct buf *b, const struct explanation *e)
{
	if (e->system_late)
		buf_text(b, "系统原因,不计考评。");
	if (e->excused == EXCUSE_APPEAL)
		buf_text(b, "经申请复核撤销,或复核逾期未决,超时不计考评。");
	if (e->excused != EXCUSE_MODE)
		return;
	buf_printf(b, "处于%s", e->mode_name ? e->mode_name : "应急模式");
	if (e->mode) {
		buf_text(b, "(");
		say_day(b, e->mode->from);
		buf_text(b, "至");
		say_day(b, mode_end(e->mode));
		buf_text(b, ")");
	}
	buf_text(b, "期间,超时不计考评。");
}

static void say_outcome(struct buf *b, const struct explanation *e, const struct dispatch *d,
    const struct mechanism *m, int64_t now)
{
	if (e->stopped)
		say_stopped(b, e, d, m);
	else if (d->state == DISPATCH_WITHDRAWN)
		buf_text(b, "指令已撤回,不再计时。");
	else if (e->overdue) {
		buf_text(b, "至");
		say_instant(b, now, e->start);
		buf_printf(b, "仍未%s,已", clock_rows[e->kind].met);
		say_late(b, e, m, now);
	}
	say_excuse(b, e);
	if (d->voided == VOID_RETURNED)
		buf_text(b, "已同意改派,本指令不计考评。");
}

static void say_unknown_years(struct buf *b, const struct explanation *e, const struct mechanism *m)
{
	int year = 0;

	for (int64_t day = local_day(e->start); day <= local_day(e->due); day++) {
		bool known;
		calendar_workday(&m->calendar, day, &known);
		if (!known && day_date(day).year != year) {
			year = day_date(day).year;
			buf_printf(b, "(%d年的节假日安排未录入,按周一至周五为工作日推算)", year);
		}
	}
}

static void say(struct buf *b, const struct explanation *e, const struct dispatch *d,
    const struct mechanism *m, int64_t now)
{
	if (!e->limit.exists) {
		say_none(b, e);
		return;
	}
	if (!e->start) {
		say_waiting(b, e);
		return;
	}
	if (e->limit.due_at)
		say_instant_limit(b, e, d, m);
	else
		say_length_limit(b, e, d);
	if (!e->calendar_known)
		say_unknown_years(b, e, m);
	buf_text(b, "。");
	say_outcome(b, e, d, m, now);
}

/* Copies what fits, never half a character. */
static void keep_sentence(struct explanation *e, const struct buf *b)
{
	size_t n = b->n < sizeof e->sentence - 1 ? b->n : sizeof e->sentence - 1;

	while (n > 0 && !utf8_valid((struct str){b->p, n}, NULL))
		n--;
	memcpy(e->sentence, b->p, n);
	e->sentence[n] = '\0';
}

/* -- the whole ------------------------------------------------------------------------------ */

/* Working days decide over these; a plain length of time or an ETA does not look at a calendar. */
static bool days_known(const struct explanation *e, const struct mechanism *m)
{
	bool known = true;

	if (strcmp(e->limit.rule, "eta") == 0)
		return true;
	for (int64_t day = local_day(e->start); known && day <= local_day(e->due); day++)
		calendar_workday(&m->calendar, day, &known);
	return known;
}

static void count(struct explanation *e, const struct dispatch *d, const struct mechanism *m)
{
	int64_t due = e->limit.due_at;

	e->calendar_known = true;
	if (!due)
		due = calendar_add(&m->calendar, e->limit.time, e->start, e->limit.limit_ms, e->stretches,
		    STRETCHES_MAX, &e->n_stretches, &e->calendar_known);
	e->due = d->clocks[e->kind].due ? d->clocks[e->kind].due : due;
	if (e->limit.due_at)
		e->calendar_known = days_known(e, m);
}

static void judge(struct explanation *e, const struct dispatch *d, int64_t now)
{
	const struct clock *c = &d->clocks[e->kind];

	e->stopped = c->stopped;
	e->first_due = c->first_due;
	/* a first report of before its due was kept: the mark knows */
	e->met = c->stopped && (c->due ? !c->late : !c->overdue);
	e->late = c->late;
	e->overdue =
	    c->overdue || (c->due && (c->stopped ? c->stopped > c->due : dispatch_open(d) && now > c->due));
	e->system_late = c->excused == EXCUSE_SYSTEM;
	if (c->revision)
		e->revision = c->revision;
}

/* Which mode it is that excuses. */
static void excuse(struct explanation *e, const struct clocks_of *of, const struct circumstances *around,
    int64_t now)
{
	const struct clock *c = &of->d->clocks[e->kind];
	const struct mode_rule *rule;

	if (e->kind < DISPATCH_CLOCKS && clock_late(c) && !of->d->voided)
		e->excused = clock_excuse(c);
	if (e->excused != EXCUSE_MODE || !c->due)
		return;
	e->mode = deduction_mode(of, around, e->kind, c->stopped ? c->stopped : now);
	rule = e->mode ? mode_rule_of(e->mode, of->m) : NULL;
	e->mode_name = rule ? rule->name : e->mode ? e->mode->name : NULL;
}

/* Said where it matters: of a clock whose due has passed. */
static void deduct(struct explanation *e, const struct clocks_of *of, const struct circumstances *around,
    int64_t now)
{
	struct deduction sum;

	if (!e->overdue || (e->stopped && e->stopped <= e->due))
		return;
	sum = deduction_of(of, around, e->kind, e->stopped ? e->stopped : now);
	e->waited_ms = sum.waited_ms;
	e->away_ms = sum.away_ms;
	e->undecided_ms = sum.undecided_ms;
}

void deadline_explain(const struct incident *inc, const struct dispatch *d, const struct mechanism *m,
    const struct circumstances *around, enum clock_kind kind, int64_t now, struct explanation *out)
{
	struct buf sentence = {0};

	const struct clocks_of of = clocks_of(inc, d, m);

	assert(kind < CLOCK_COUNT && "a clock is one of the table");
	*out = (struct explanation){.kind = kind, .start = d->clocks[kind].start, .revision = d->revision};
	out->outcome = kind < DISPATCH_CLOCKS ? outcome_names[outcome_of(d, kind)] : NULL;
	out->limit = deadline_limit(&of, kind, out->start ? out->start : d->issued_at);
	out->calendar_known = true;
	if (out->limit.exists && out->start) {
		count(out, d, m);
		judge(out, d, now);
		deduct(out, &of, around, now);
		excuse(out, &of, around, now);
	}
	say(&sentence, out, d, m, now);
	keep_sentence(out, &sentence);
	buf_free(&sentence);
}
