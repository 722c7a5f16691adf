/*
 * finding_explain.c - a finding told to the director of its unit: what was to be done until when, when it was
 * done, how late that is, by which article, and until when he may dispute it.
 * Place: domain; pure. What is deducted is computed again from what is stored, by the revision of that time; the rest
 * comes from the row, which the events finding.opened and finding.graded prove.
 */
#include "base/buf.h"
#include "domain/finding.h"

static void say_length(struct buf *b, int64_t ms)
{
	int64_t seconds = (ms + SECOND_MS - 1) / SECOND_MS;

	if (seconds >= 3600)
		buf_printf(b, "%lld小时", (long long)(seconds / 3600));
	if (seconds / 60 % 60)
		buf_printf(b, seconds % 60 ? "%lld分" : "%lld分钟", (long long)(seconds / 60 % 60));
	if (seconds % 60 || seconds == 0)
		buf_printf(b, "%lld秒", (long long)(seconds % 60));
}

/* 7月10日10:06 */
static void say_instant(struct buf *b, int64_t at)
{
	struct date date = day_date(local_day(at));
	int64_t seconds = (at - day_start(local_day(at))) / SECOND_MS;

	buf_printf(b, "%d年%d月%d日%02d:%02d", date.year, date.month, date.day, (int)(seconds / 3600),
	    (int)(seconds / 60 % 60));
	if (seconds % 60)
		buf_printf(b, ":%02d", (int)(seconds % 60));
}

/* 其中等待送达2分钟、系统停机3分钟不计, */
static void say_deducted(struct buf *b, const struct deduction *sum)
{
	const struct {
		int64_t ms;
		const char *what;
	} parts[] = {
	    {sum->waited_ms, "等待送达"}, {sum->away_ms, "系统停机"}, {sum->undecided_ms, "申请未决"}};
	bool any = false;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].ms)
			continue;
		buf_printf(b, "%s%s", any ? "、" : "其中", parts[i].what);
		say_length(b, parts[i].ms);
		any = true;
	}
	if (any)
		buf_text(b, "不计,");
}

static void say_run(struct buf *b, const struct finding *f, const struct finding_account *account)
{
	const struct clock_row *row = &clock_rows[f->clock];

	buf_printf(b, "%s自", row->limit);
	say_instant(b, f->start);
	buf_text(b, "起算,");
	say_length(b, f->limit_ms);
	buf_text(b, ",应于");
	say_instant(b, f->due);
	buf_printf(b, "前%s;", row->met);
	if (f->until && !f->never) {
		say_instant(b, f->until);
		buf_printf(b, "%s,", row->met);
	} else if (f->never) {
		buf_printf(b, "至");
		say_instant(b, f->until);
		buf_printf(b, "指令结束时未%s,", row->met);
	} else {
		buf_printf(b, "列入时仍未%s,", row->met);
	}
	say_deducted(b, &account->sum);
	buf_text(b, "超时");
	say_length(b, f->late_ms);
	buf_text(b, "。");
}

static void say_state(struct buf *b, const struct mechanism *m, const struct finding *f, int64_t now)
{
	static const char *const states[FINDING_STATES] = {
	    [FINDING_CONFIRMED] = "单位已确认。",
	    [FINDING_APPEALED] = "正在复核。",
	    [FINDING_UPHELD] = "复核维持。",
	    [FINDING_VOID] = "已撤销,不计考评。",
	    [FINDING_LAPSED] = "复核逾期未决,不计考评。",
	};

	if (f->state != FINDING_OPEN) {
		buf_text(b, states[f->state]);
		return;
	}
	if (now > finding_appeal_until(m, f)) {
		buf_text(b, "复核期已过,视为确认。");
		return;
	}
	buf_text(b, "有异议的可于");
	say_instant(b, finding_appeal_until(m, f) + 1);
	buf_text(b, "前申请复核。");
}

/* Of one that an appeal lifted the office has said why; of the others the record does. */
static void say_cause(struct buf *b, const struct finding *f)
{
	static const struct {
		const char *cause, *zh;
	} causes[] = {{"in-time", "(更正、补录确认或扣除以后不超时)"}, {"not-counted", "(该指令不计考评)"},
	    {"system", "(系统原因)"}, {"desk", "(申请逾期未决)"}, {"mode", "(应急模式期间)"},
	    {"appeal", "(复核)"}, {"returned", "(已同意改派)"}, {"error", "(误派)"},
	    {"cancelled", "(警情已作废)"}, {"same-matter", "(同一事项)"}};

	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (f->state == FINDING_VOID && text_eq(f->cause, causes[i].cause))
			buf_text(b, causes[i].zh);
}

void finding_sentence(struct buf *b, const struct mechanism *m, const struct finding *f,
    const struct finding_account *account, int64_t now)
{
	buf_printf(b, "%s(%s):", finding_rows[f->class].word, finding_rows[f->class].article);
	if (f->clock < DISPATCH_CLOCKS && f->due)
		say_run(b, f, account);
	say_state(b, m, f, now);
	say_cause(b, f);
}
