/* words.c - codes in Chinese. Place: report; pure. */
#include "report/words.h"
#include "base/arena.h"

static const struct {
	const char *column, *zh;
} clock_texts[CLOCK_COUNT] = {
    [CLOCK_DELIVERY] = {"delivery", "送达"},
    [CLOCK_ACKNOWLEDGE] = {"acknowledge", "签收"},
    [CLOCK_ARRIVE] = {"arrive", "到场"},
    [CLOCK_FIRST_REPORT] = {"first_report", "首次反馈"},
    [CLOCK_NEXT_REPORT] = {"next_report", "续报"},
    [CLOCK_LEAD_MISSING] = {"lead_missing", "确定主办"},
    [CLOCK_CALLBACK] = {"callback", "回访"},
};

const char *clock_column(enum clock_kind kind)
{
	return clock_texts[kind].column;
}

const char *clock_word(enum clock_kind kind)
{
	return clock_texts[kind].zh;
}

const char *standing_word(enum standing s)
{
	static const char *const words[STANDINGS] = {
	    [STANDING_COUNTED] = "城区(计入考评)",
	    [STANDING_OUTSIDE] = "城区范围外",
	    [STANDING_APART] = "单列",
	    [STANDING_INFORM] = "知会",
	    [STANDING_VOID] = "不计",
	    [STANDING_DRILL] = "演练",
	};

	return words[s];
}

const char *finding_class_word(enum finding_class c)
{
	static const char *const words[FINDING_CLASSES] = {
	    [FINDING_ACKNOWLEDGE] = "签收超时",
	    [FINDING_ARRIVE] = "到场超时",
	    [FINDING_REPORT] = "反馈超时",
	    [FINDING_RETURN] = "申请改派被驳回",
	    [FINDING_REFUSED] = "推诿、拒不履行",
	    [FINDING_FALSE_REPORT] = "虚报处置",
	    [FINDING_DISSATISFIED] = "群众不满意",
	    [FINDING_DUTY] = "值班电话无人接听",
	};

	return words[c];
}

const char *measure_word(const char *code)
{
	static const struct {
		const char *code, *zh;
	} words[] = {
	    {"order", "督办单"}, {"circulated-criticism", "通报批评"}, {"referral", "移交纪检监察机关"}};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (text_eq(words[i].code, code))
			return words[i].zh;
	return code;
}

const char *grade_word(const char *grade)
{
	return text_eq(grade, "2x") ? "超过时限一倍" : text_eq(grade, "never") ? "始终没有到场" : "";
}

const char *time_sum_word(int what)
{
	static const char *const words[] = {"签收用时合计", "到场用时合计", "首次反馈用时合计"};

	return words[what];
}

const char *unit_note(struct arena *a, const struct unit *u, int64_t until)
{
	const char *names = NULL;

	if (!u || (u->until && u->until < until))
		return "已撤并";
	for (int i = 0; i < u->n_succeeds && u->since < until; i++)
		if (u->succeeds[i])
			names = names ? arena_printf(a, "%s、%s", names, u->succeeds[i]->name)
				      : arena_printf(a, "承接 %s", u->succeeds[i]->name);
	return names;
}

const char *category_word(const struct mechanism *m, const char *code)
{
	const struct category *c = mechanism_category(m, code);

	return c ? c->name : code ? code : "未定类别";
}

const char *area_word(const struct mechanism *m, const char *code)
{
	const struct area *a = mechanism_area(m, code);

	return a ? a->name : code ? code : "未定区域";
}
