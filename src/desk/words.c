/* words.c - see words.h. */
#include "desk/words.h"
#include "base/arena.h"
#include "domain/fold.h"

#define FAR 3 /* edits: another word */

const struct desk_word desk_words[WORDS] = {
    [WORD_NEW] = {"n", "新 报警 new", "新警情", "report a new incident", "报警内容 [@何时接警]",
	"WHAT IS REPORTED, begun by [@received]", "incident.report", ARGUMENT_NONE, false},
    [WORD_ACKNOWLEDGE] = {"a", "签 签收 ack acknowledge", "签收", "acknowledge",
	"编号 谁 [电话] [@时刻] [>预计到场] [说明]", "NUMBER WHO [PHONE] [@TIME] [>ETA] [TEXT]",
	"dispatch.acknowledge", ARGUMENT_INCIDENT, true},
    [WORD_DEPART] = {"d", "出 出发 depart", "出发", "depart", "编号 谁 [电话] [@时刻] [>预计到场] [说明]",
	"NUMBER WHO [PHONE] [@TIME] [>ETA] [TEXT]", "dispatch.depart", ARGUMENT_INCIDENT, true},
    [WORD_ARRIVE] = {"v", "到 到场 arrive", "到场", "arrive",
	"编号 谁 [电话] [@时刻] [说明];不写编号是看全部消息",
	"NUMBER WHO [PHONE] [@TIME] [TEXT]; without a number all messages", "dispatch.arrive",
	ARGUMENT_INCIDENT, true},
    [WORD_PROGRESS] = {"p", "进 进展 反馈 progress", "进展", "report progress",
	"编号 谁 [电话] [@时刻] [>预计] 说明", "NUMBER WHO [PHONE] [@TIME] [>ETA] TEXT", "dispatch.progress",
	ARGUMENT_INCIDENT, true},
    [WORD_COMPLETE] = {"f", "毕 完毕 处置完毕 办完 complete", "处置完毕", "complete",
	"编号 谁 [电话] [@时刻] 结果", "NUMBER WHO [PHONE] [@TIME] RESULT", "dispatch.complete",
	ARGUMENT_INCIDENT, true},
    [WORD_ADD] = {"+", "增 增派 add", "增派单位", "add a unit", "编号 单位 [主办|协办|知会] [理由]",
	"NUMBER UNIT [lead|assist|inform] [REASON]", "dispatch.add", ARGUMENT_INCIDENT, false},
    [WORD_WITHDRAW] = {"-", "撤 撤回 withdraw", "撤回指令", "withdraw a dispatch", "编号 [单位] [误派] 理由",
	"NUMBER [UNIT] [error] REASON", "dispatch.withdraw", ARGUMENT_INCIDENT, false},
    [WORD_AMEND] = {"e", "改 更正 amend", "更正", "amend",
	"编号 地址 …|电话 …|姓名 …|类别 …|级别 …|区域 …|描述 …",
	"NUMBER address …|phone …|name …|category …|priority …|area …|description …", "incident.amend",
	ARGUMENT_INCIDENT, false},
    [WORD_NOTE] = {"t", "注 备注 补充 note", "补充说明", "add a note", "编号 说明", "NUMBER TEXT",
	"incident.annotate", ARGUMENT_INCIDENT, true},
    [WORD_URGE] = {"u", "催 催促 urge", "报警人再次来电", "the caller urges", "编号 [说明]", "NUMBER [TEXT]",
	"incident.urge", ARGUMENT_INCIDENT, true},
    [WORD_RETURN] = {"r", "改派 return", "决定改派申请", "decide a return",
	"编号 同意 [单位] [理由] 或 编号 不同意 理由",
	"NUMBER grant [UNIT] [REASON], or NUMBER reject REASON", "dispatch.decide-return", ARGUMENT_INCIDENT,
	false},
    [WORD_CALLBACK] = {"b", "访 回访 callback", "回访", "call back",
	"编号 满意|基本满意|不满意|未接通 [所拨电话] [说明]",
	"NUMBER satisfied|mostly|dissatisfied|unreached [PHONE DIALLED] [TEXT]", "incident.callback",
	ARGUMENT_INCIDENT, true},
    [WORD_CLOSE] = {"c", "结 办结 close", "办结", "close", "编号 [说明]", "NUMBER [TEXT]", "incident.close",
	ARGUMENT_INCIDENT, false},
    [WORD_CANCEL] = {"x", "作废 取消 cancel", "作废,撤回全部指令", "cancel and withdraw all dispatches",
	"编号 [说明]", "NUMBER [TEXT]", "incident.cancel", ARGUMENT_INCIDENT, false},
    [WORD_UNDO] = {"z", "撤销 undo", "撤销自己刚做的一步(30 秒内)", "undo your own last step (within 30 s)",
	"", "", NULL, ARGUMENT_NONE, false},
    [WORD_SHOW] = {"s", "看 查看 show", "看一件的全部", "show all of one incident", "编号", "NUMBER",
	"incident.get", ARGUMENT_INCIDENT, true},
    [WORD_LIST] = {"l", "队列 list", "在办队列", "the open queue", "[其中的词]", "[WORDS IN IT]", NULL,
	ARGUMENT_NONE, false},
    [WORD_UNITS] = {"w", "单位 units", "单位:在办几件,现在找谁",
	"units: what they have open, whom to call now", "[单位]", "[UNIT]", "unit.list", ARGUMENT_UNIT,
	false},
    [WORD_FIND] = {"q?", "查 q 查找 find", "查警情:在办的和最近的", "find incidents: open and recent ones",
	"词", "WORDS", "incident.list", ARGUMENT_NONE, false},
    [WORD_JOIN] = {"=", "归 归入 join", "草稿是同一件事,归入在办的一件",
	"the draft is the same matter as an open incident", "编号", "NUMBER", NULL, ARGUMENT_INCIDENT, false},
    [WORD_DROP] = {"", "放弃 drop", "放弃草稿(也可按 Esc)", "drop the draft (Esc does, too)", "", "", NULL,
	ARGUMENT_NONE, false},
    [WORD_HANDOVER] = {"h", "交 交班 交接班 handover", "交接班,由对方签字",
	"hand the shift over (the other signs)", "账号 [备注]", "ACCOUNT [NOTES]", "shift.handover",
	ARGUMENT_NONE, false},
    [WORD_MODE] = {"m", "模式 mode", "宣布应急模式", "declare an emergency mode", "模式 到何时 文号",
	"MODE UNTIL DOCUMENT", "mode.declare", ARGUMENT_NONE, false},
    [WORD_MODE_END] = {"", "解除 mode-end", "提前结束应急模式", "end an emergency mode early", "模式 理由",
	"MODE REASON", "mode.end", ARGUMENT_NONE, false},
    [WORD_HELP] = {"?", "帮助 help", "命令一览,或一个命令的写法", "all commands, or how one is written",
	"[命令]", "[COMMAND]", NULL, ARGUMENT_NONE, false},
    [WORD_LEAVE] = {"", "退出 离开 quit exit", "离开(也可按 Ctrl-D)", "leave (Ctrl-D does, too)", "", "",
	NULL, ARGUMENT_NONE, false},
    [WORD_MESSAGES] = {"v", "消息 messages", "全部消息,连同发给单位的催办",
	"all messages, with the reminders to units", "", "", NULL, ARGUMENT_NONE, false},
    [WORD_NOTICES] = {"", "通知 notices", "没有通知到的", "notices that did not get through", "", "", NULL,
	ARGUMENT_NONE, false},
};

const struct both desk_roles[DESK_ROLES] = {{"主办", "lead"}, {"协办", "assist"}, {"知会", "inform"}};
const struct both desk_results[DESK_RESULTS] = {
    {"满意", "satisfied"}, {"基本满意", "mostly"}, {"不满意", "dissatisfied"}, {"未接通", "unreached"}};
const struct both desk_decisions[DESK_DECISIONS] = {{"同意", "grant"}, {"不同意", "reject"}};

int desk_choice_of(struct arena *a, const char *text, const struct both *list, int n)
{
	const char *folded = fold_word(a, text);

	for (int i = 0; i < n && *folded; i++)
		if (strcmp(list[i].zh, folded) == 0 || strcmp(list[i].en, folded) == 0)
			return i;
	for (int i = 0; i < n && *folded; i++)
		if (str_starts(str_of(list[i].zh), str_of(folded)) ||
		    str_starts(str_of(list[i].en), str_of(folded)))
			return i;
	return -1;
}

const char *desk_word_about(enum desk_word_id w)
{
	return say(desk_words[w].about, desk_words[w].about_en);
}

const char *desk_word_arguments(enum desk_word_id w)
{
	return say(desk_words[w].arguments, desk_words[w].arguments_en);
}

/* The next of the forms, which blanks part; n 0 at the end. */
static struct str next_form(const char **names)
{
	const char *from = *names + strspn(*names, " ");
	size_t n = strcspn(from, " ");

	*names = from + n;
	return (struct str){from, n};
}

static bool has_form(const struct desk_word *w, const char *folded)
{
	const char *names = w->names;
	struct str one;

	if (strcmp(w->letter, folded) == 0)
		return true;
	while ((one = next_form(&names)).n)
		if (str_is(one, folded))
			return true;
	return false;
}

enum desk_word_id desk_word_of(struct arena *a, const char *text)
{
	const char *folded = fold_word(a, text);

	for (int i = 0; i < WORDS && *folded; i++)
		if (has_form(&desk_words[i], folded))
			return (enum desk_word_id)i;
	return WORDS;
}

/* How far what was typed is from the word; FAR: it is another one. It may have lost the blank behind a Chinese form
 * or a long one. */
static unsigned distance(const struct desk_word *w, const char *folded)
{
	const char *names = w->names;
	unsigned least = FAR;
	struct str one, typed = str_of(folded);

	while ((one = next_form(&names)).n) {
		unsigned d = typed.n > 2 && one.n > 2 ? str_distance(typed, one, FAR) : FAR;

		if (one.n > 2 && str_starts(typed, one))
			d = 1;
		least = d < least ? d : least;
	}
	return least;
}

const char *desk_word_forms(struct arena *a, enum desk_word_id id)
{
	const char *spoken = "", *other = "";

	for (int english = 0; english < 2; english++) {
		const char *names = desk_words[id].names,
			   **list = english == say_english() ? &spoken : &other;
		struct str one;

		while ((one = next_form(&names)).n)
			if (((unsigned char)*one.p < 0x80) == english)
				*list = arena_printf(a, "%s%.*s ", *list, (int)one.n, one.p);
	}
	return arena_printf(a, "%-2s %s%s", desk_words[id].letter, spoken, other);
}

const char *desk_word_said(struct arena *a, enum desk_word_id id)
{
	const struct desk_word *w = &desk_words[id];
	const char *names = w->names;
	struct str form = *w->letter ? str_of(w->letter) : next_form(&names);

	while (say_english() && form.n && (unsigned char)*form.p >= 0x80)
		form = next_form(&names); /* the English ones stand behind */
	return arena_printf(a, say("%.*s(%s)", "%.*s (%s)"), (int)form.n, form.p, desk_word_about(id));
}

const char *desk_word_like(struct arena *a, const char *text)
{
	const char *folded = fold_word(a, text), *said = "";
	unsigned least = FAR;

	for (int i = 0; i < WORDS; i++) {
		unsigned d = distance(&desk_words[i], folded);

		least = d < least ? d : least;
	}
	for (int i = 0; i < WORDS && least < FAR; i++)
		if (distance(&desk_words[i], folded) == least)
			said = arena_printf(a, "%s%s%s", said, *said ? say("、", ", ") : "",
			    desk_word_said(a, (enum desk_word_id)i));
	return said;
}
