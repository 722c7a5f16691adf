/*
 * finding_explain.c - a finding told to the director of its unit: what was to be done until when, when it was
 * done, how late that is, by which article, and until when he may dispute it.
 * Place: domain; pure. All of it comes from the row, which the event finding.opened proves: computed again it is
 * the same.
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

static void say_run(struct buf *b, const struct finding *f)
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
	buf_text(b, "扣除等待送达、系统停机和申请未决的时间以后超时");
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

void finding_sentence(struct buf *b, const struct mechanism *m, const struct finding *f, int64_t now)
{
	buf_printf(b, "%s(%s):", finding_rows[f->class].word, finding_rows[f->class].article);
	if (f->clock < DISPATCH_CLOCKS && f->due)
		say_run(b, f);
	say_state(b, m, f, now);
}
