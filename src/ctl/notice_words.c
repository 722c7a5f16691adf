/*
 * notice_words.c - what people read for the codes of notices. The page's words are made of this table (scripts/tables.py), so that
 * a thing has one name wherever it is read.
 *
 * A notice is 发到 (arrived) where its provider says so; an instruction is 送达 (delivered) where its unit has fetched it.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

static const char *const group_names[NOTED_GROUPS] = {
    [NOTED_CLASS] = "told",
    [NOTED_WHO] = "who",
    [NOTED_STATE] = "is-told",
    [NOTED_WAY] = "way",
    [NOTED_KIND] = "kind",
    [NOTED_WHY] = "why",
    [NOTED_RECEIPT] = "receipt",
    [NOTED_REPLY] = "reply",
    [NOTED_HELD] = "held",
};

static const struct noted_word {
	enum noted_group group;
	const char *code;
	struct both said;
} words[] = {
    {NOTED_CLASS, "instruction", {"指令", "instruction"}},
    {NOTED_CLASS, "escalation", {"升级", "escalation"}},
    {NOTED_CLASS, "decision", {"决定", "decision"}},
    {NOTED_CLASS, "reminder", {"催办", "reminder"}},
    {NOTED_CLASS, "digest", {"汇总", "digest"}},
    {NOTED_WHO, "duty", {"值班", "duty"}},
    {NOTED_WHO, "liaison", {"联络员", "liaison"}},
    {NOTED_WHO, "person-in-charge", {"负责人", "person in charge"}},
    {NOTED_WHO, "leader", {"分管领导", "leader"}},
    {NOTED_WHO, "desk", {"110 台", "desk"}},
    {NOTED_WHO, "shift-leader", {"值班长", "shift leader"}},
    {NOTED_WHO, "office", {"联动办", "office"}},
    {NOTED_STATE, "queued", {"待发", "queued"}},
    {NOTED_STATE, "accepted", {"已发,等回执", "sent"}},
    {NOTED_STATE, "delivered", {"已发到", "arrived"}},
    {NOTED_STATE, "opened", {"已查看", "opened"}},
    {NOTED_STATE, "acted", {"已办理", "acted upon"}},
    {NOTED_STATE, "unknown", {"不知是否发到", "unknown"}},
    {NOTED_STATE, "stale", {"过期未发", "stale"}},
    {NOTED_STATE, "dead", {"没有发到", "did not arrive"}},
    {NOTED_STATE, "cancelled", {"不必再发", "not needed"}},
    {NOTED_WAY, "waiting", {"待发", "waiting"}},
    {NOTED_WAY, "sending", {"在发", "sending"}},
    {NOTED_WAY, "accepted", {"已发,等回执", "sent"}},
    {NOTED_WAY, "delivered", {"发到", "arrived"}},
    {NOTED_WAY, "unknown", {"不明", "unknown"}},
    {NOTED_WAY, "failed", {"失败", "failed"}},
    {NOTED_WAY, "ended", {"不必再发", "not needed"}},
    {NOTED_KIND, "webhook", {"接口", "webhook"}},
    {NOTED_KIND, "wecom-bot", {"企业微信群", "WeCom group"}},
    {NOTED_KIND, "wecom-app", {"企业微信", "WeCom"}},
    {NOTED_KIND, "dingtalk-bot", {"钉钉群", "DingTalk group"}},
    {NOTED_KIND, "feishu-bot", {"飞书群", "Feishu group"}},
    {NOTED_KIND, "sms-http", {"短信", "SMS"}},
    {NOTED_KIND, "smtp", {"邮件", "mail"}},
    {NOTED_KIND, "voice", {"电话", "call"}},
    /* below HTTP, and our own; what providers say stands as it is */
    {NOTED_WHY, "channel-broken", {"通道停用中", "channel is shut"}},
    {NOTED_WHY, "missing phone", {"没有能发的号码", "no number to send to"}},
    {NOTED_WHY, "missing wecom", {"没有企业微信账号", "no WeCom account"}},
    {NOTED_WHY, "missing mail", {"没有邮件地址", "no mail address"}},
    {NOTED_WHY, "missing secret_file", {"缺密钥文件", "no secret_file"}},
    {NOTED_WHY, "missing url", {"缺网址", "no URL"}},
    {NOTED_WHY, "name-unknown", {"找不到主机", "no such host"}},
    {NOTED_WHY, "no-connection", {"连不上", "no connection"}},
    {NOTED_WHY, "too-slow", {"没有及时应答", "too slow"}},
    {NOTED_WHY, "no-answer", {"没有应答", "no answer"}},
    {NOTED_WHY, "no-receipt", {"没有等到回执", "no receipt came"}},
    {NOTED_WHY, "answer-cut", {"应答不完整", "answer cut short"}},
    {NOTED_WHY, "connection-lost", {"连接断了", "connection lost"}},
    {NOTED_WHY, "tls", {"TLS 连接不成", "TLS failed"}},
    {NOTED_WHY, "tls-certificate", {"证书不对", "wrong certificate"}},
    {NOTED_WHY, "tls-not-offered", {"对方不加密", "no TLS offered"}},
    {NOTED_WHY, "tls-authorities", {"CA 文件不能用", "CA file unusable"}},
    {NOTED_WHY, "address-forbidden", {"不许去的地址", "forbidden address"}},
    {NOTED_WHY, "answer-too-large", {"应答太长", "answer too large"}},
    {NOTED_WHY, "not-http", {"应答不是 HTTP", "not HTTP"}},
    {NOTED_WHY, "login-denied", {"账号或密码不对", "login denied"}},
    {NOTED_WHY, "interrupted", {"通知进程中断", "interrupted"}},
    {NOTED_WHY, "still-trying", {"还在试", "still trying"}},
    {NOTED_WHY, "expired", {"过了时效", "expired"}},
    {NOTED_WHY, "no-channel", {"没有通道", "no channel"}},
    {NOTED_WHY, "refused", {"各个通道都不成", "refused by all"}},
    {NOTED_WHY, "not-delivered", {"对方说没有发到", "its provider says that it did not arrive"}},
    {NOTED_WHY, "ended", {"警情已结束", "the incident has ended"}},
    {NOTED_WHY, "withdrawn", {"指令已撤回", "withdrawn"}},
    {NOTED_WHY, "restored", {"恢复的库里没有", "not in the restored store"}},
    {NOTED_WHY, "dropped", {"管理员不再发", "dropped"}},
    {NOTED_WHY, "number-limit",
	{"这个号码这一小时的条数已满", "the number has had its messages of this hour"}},
    {NOTED_WHY, "nothing-open", {"没有待办", "nothing is open"}},
    {NOTED_RECEIPT, "delivered", {"发到", "arrived"}},
    {NOTED_RECEIPT, "failed", {"失败", "failed"}},
    {NOTED_RECEIPT, "opened", {"已查看", "opened"}},
    {NOTED_RECEIPT, "answered", {"已接听", "answered"}},
    {NOTED_REPLY, "not-understood",
	{"看不懂,签收要写 1 加编号", "not understood: 1 and the code to acknowledge"}},
    {NOTED_REPLY, "arrived-or-not",
	{"不知道到了没有,到场只写 2 加编号", "there or not? on arrival 2 and the code alone"}},
    {NOTED_REPLY, "unknown-phone", {"不是任何单位的号码", "phone of no unit"}},
    {NOTED_REPLY, "wrong-code", {"编号不对", "wrong code"}},
    {NOTED_REPLY, "code-needed", {"有几条等着签收,要写编号", "several wait: a code is needed"}},
    {NOTED_REPLY, "nothing-waits", {"没有等着签收的", "nothing waits"}},
    {NOTED_REPLY, "refused", {"这时不能这样办", "not possible now"}},
    /* what one waits for (held_by) */
    {NOTED_HELD, "retry", {"等重试", "waits for its next try"}},
    {NOTED_HELD, "quiet", {"静默时段", "quiet hours"}},
    {NOTED_HELD, "failures", {"通道接连失败,停一停", "the channel failed and pauses"}},
    {NOTED_HELD, "pause", {"对方要求停一停", "the provider wants a pause"}},
    {NOTED_HELD, "broken", {"通道停用中", "channel is shut"}},
    {NOTED_HELD, "trial", {"正在试这个通道", "the channel is being tried"}},
    {NOTED_HELD, "budget", {"通道这一分钟的条数已满", "the channel's minute is full"}},
    {NOTED_HELD, "number", {"这个号码的条数已满", "the number's messages are spent"}},
    {NOTED_HELD, "gone",
	{"对方不要再发(410),试发成了或改了才启用",
	    "its receiver wants no more (410): until a test is accepted or it is changed"}},
    {NOTED_HELD, "half-hour", {"避开整点半点", "not at the half hour"}},
    {NOTED_HELD, "turn", {"就要发", "goes next"}},
};

const char *ctl_notice_word(enum noted_group group, const char *code)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].group == group && strcmp(words[i].code, code) == 0)
			return both_said(&words[i].said);
	return code;
}

void ctl_notice_words(void)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	json_list(&j, NULL);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		json_begin(&j, NULL);
		json_text(&j, "group", group_names[words[i].group]);
		json_text(&j, "code", words[i].code);
		json_text(&j, "zh", words[i].said.zh);
		json_text(&j, "en", words[i].said.en);
		json_end(&j);
	}
	json_close(&j);
	printf("%.*s\n", (int)b.n, b.p);
	buf_free(&b);
}

/* Of what failed, waits to be tried again, or is given up after it failed. */
static const char *reason_of(const json_t *attempt)
{
	static const char *const told[] = {"failed", "waiting", "ended"};
	const char *state = ctl_text(attempt, "state"), *reason = ctl_text(attempt, "reason");

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (strcmp(state, told[i]) == 0)
			return reason;
	return "";
}

const char *ctl_notice_held(struct arena *a, const json_t *one)
{
	const char *by = ctl_text(one, "held_by"), *until = ctl_text(one, "held_until");
	const char *clock = strchr(until, 'T');

	if (!*by)
		return "";
	by = ctl_notice_word(NOTED_HELD, by);
	return clock ? arena_printf(a, say("%s,到 %.8s", "%s, until %.8s"), by, clock + 1) : by;
}

const char *ctl_notice_ways(struct arena *a, const json_t *notice, bool by_kind)
{
	const char *text = "";
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(notice, "attempts"), i, one) {
		const char *failed = reason_of(one), *kind = ctl_text(one, "kind");
		const char *channel =
		    by_kind && *kind ? ctl_notice_word(NOTED_KIND, kind) : ctl_text(one, "channel");
		const char *held = ctl_notice_held(a, one);
		const char *why = *failed ? ctl_notice_word(NOTED_WHY, failed) : held;

		text = arena_printf(a, "%s%s%s %s%s%s%s%s%s", text, i ? "," : "", channel,
		    ctl_notice_word(NOTED_WAY, ctl_text(one, "state")), *why ? say("(", " (") : "", why,
		    *failed && *held ? say(";", "; ") : "", *failed ? held : "", *why ? ")" : "");
	}
	return text;
}
