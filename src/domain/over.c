/*
 * over.c - see over.h.
 */
#include "domain/over.h"
#include "base/arena.h"
#include "base/buf.h"

static const char *const marks[] = {",", ";", "!", "?", "\n", "，", "；", "！", "？", "。", "、"};

/* What is done about a danger. */
static const char *const verbs[] = {"扑灭", "熄灭", "浇灭", "灭掉", "救出", "救起", "救上", "救下", "救醒",
    "获救", "脱险", "脱困", "解救", "找到", "寻回", "解除", "消除", "排除", "清除", "清理", "清运", "控制",
    "关闭", "关阀", "关掉", "切断", "修好", "修复", "抢修完", "恢复", "更换", "换好", "封堵", "堵住", "处置",
    "处理", "送医", "送往", "送到", "送至", "送回", "接走", "带走", "劝离", "劝下", "劝回", "制止", "拖离",
    "撤离", "疏散", "转移", "停止", "抢通", "送电", "复电", "调解", "回填"};
static const char *const done_before[] = {"已", "均", "全部", "安全"};
static const char *const done_behind[] = {"了", "完毕", "来了", "出来了", "好了"};

/* Something is left, or it did not work. */
static const char *const left[] = {"还", "仍", "又", "再", "另", "尚", "未", "没", "不", "无法", "难以", "但",
    "却", "可是", "除了", "等待", "请求", "需", "快", "急", "后"};

/* Looked for, and not there; but a man without breath is no good news. */
static const char *const none[] = {"未发现", "未检出", "未检测到", "未闻到", "无险情", "无异常", "无泄漏",
    "无危险", "无隐患", "无人员伤亡", "无明火"};
static const char *const not_none[] = {
    "还", "仍", "又", "但", "却", "吗", "?", "？", "呼吸", "心跳", "生命", "反应", "意识", "脉搏"};

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

static bool begins_with_one(struct str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(s, str_of(words[i])))
			return true;
	return false;
}

/* Is this verb said of what has been done? */
static bool done(struct str clause, const char *verb)
{
	const char *at = memmem(clause.p, clause.n, verb, strlen(verb));
	size_t n = at ? (size_t)(at - clause.p) : 0, end = n + strlen(verb);

	return at &&
	    (str_holds_one((struct str){clause.p, n}, done_before, LENGTH(done_before)) ||
		begins_with_one((struct str){clause.p + end, clause.n - end}, done_behind,
		    LENGTH(done_behind)));
}

static bool is_over(struct str clause)
{
	if (str_holds_one(clause, none, LENGTH(none)))
		return !str_holds_one(clause, not_none, LENGTH(not_none));
	if (str_holds_one(clause, left, LENGTH(left)))
		return false;
	for (size_t i = 0; i < LENGTH(verbs); i++)
		if (done(clause, verbs[i]))
			return true;
	return false;
}

/* Bytes of the mark that begins there; 0: none does. */
static size_t mark_at(const char *p)
{
	for (size_t i = 0; i < LENGTH(marks); i++)
		if (text_starts(p, marks[i]))
			return strlen(marks[i]);
	return 0;
}

const char *over_left(const char *text, struct arena *a)
{
	struct buf b = {0};

	for (const char *p = text; *p;) {
		const char *end = p;
		size_t mark;

		while (*end && !mark_at(end))
			end++;
		if (!is_over((struct str){p, (size_t)(end - p)}))
			buf_str(&b, (struct str){p, (size_t)(end - p)});
		mark = mark_at(end);
		buf_str(&b, (struct str){end, mark});
		p = end + mark;
	}
	return buf_into(&b, a).p;
}
