/* notice_words.c - what people read for the codes of notices: classes, recipients, states, kinds of channels, reasons. */
#include "ctl/ctl.h"
#include "base/arena.h"

#include <string.h>

static const struct coded words[] = {
    /* classes and whom of */
    {"instruction", {"指令", "instruction"}},
    {"escalation", {"升级", "escalation"}},
    {"decision", {"决定", "decision"}},
    {"reminder", {"催办", "reminder"}},
    {"digest", {"汇总", "digest"}},
    {"duty", {"值班", "duty"}},
    {"liaison", {"联络员", "liaison"}},
    {"person-in-charge", {"负责人", "person in charge"}},
    {"leader", {"分管领导", "leader"}},
    {"desk", {"110 台", "desk"}},
    {"shift-leader", {"值班长", "shift leader"}},
    {"office", {"联动办", "office"}},
    /* states of a notice, and of its way by one channel */
    {"queued", {"待发", "queued"}},
    {"accepted", {"已发,等回执", "sent"}},
    {"delivered", {"已送达", "delivered"}},
    {"opened", {"已查看", "opened"}},
    {"acted", {"已办理", "acted upon"}},
    {"unknown", {"不知是否收到", "unknown"}},
    {"stale", {"过期未发", "stale"}},
    {"dead", {"没有发到", "not delivered"}},
    {"cancelled", {"不必再发", "not needed"}},
    {"way-accepted", {"已受理", "accepted"}},
    {"way-delivered", {"送达", "delivered"}},
    {"way-unknown", {"不明", "unknown"}},
    {"waiting", {"待发", "waiting"}},
    {"sending", {"在发", "sending"}},
    {"failed", {"失败", "failed"}},
    {"ended", {"不必再发", "not needed"}},
    /* kinds of channels */
    {"webhook", {"接口", "webhook"}},
    {"wecom-bot", {"企业微信群", "WeCom group"}},
    {"wecom-app", {"企业微信", "WeCom"}},
    {"dingtalk-bot", {"钉钉群", "DingTalk group"}},
    {"feishu-bot", {"飞书群", "Feishu group"}},
    {"sms-http", {"短信", "SMS"}},
    {"smtp", {"邮件", "mail"}},
    {"voice", {"电话", "call"}},
    /* why: below HTTP, and our own; what providers say stands as it is */
    {"channel-broken", {"通道停用中", "channel is shut"}},
    {"missing phone", {"没有能发的号码", "no number to send to"}},
    {"missing wecom", {"没有企业微信账号", "no WeCom account"}},
    {"missing mail", {"没有邮件地址", "no mail address"}},
    {"missing secret_file", {"缺密钥文件", "no secret_file"}},
    {"missing url", {"缺网址", "no URL"}},
    {"name-unknown", {"找不到主机", "no such host"}},
    {"no-connection", {"连不上", "no connection"}},
    {"too-slow", {"没有及时应答", "too slow"}},
    {"no-answer", {"没有应答", "no answer"}},
    {"answer-cut", {"应答不完整", "answer cut short"}},
    {"connection-lost", {"连接断了", "connection lost"}},
    {"tls", {"TLS 连接不成", "TLS failed"}},
    {"tls-certificate", {"证书不对", "wrong certificate"}},
    {"tls-not-offered", {"对方不加密", "no TLS offered"}},
    {"tls-authorities", {"CA 文件不能用", "CA file unusable"}},
    {"address-forbidden", {"不许去的地址", "forbidden address"}},
    {"answer-too-large", {"应答太长", "answer too large"}},
    {"not-http", {"应答不是 HTTP", "not HTTP"}},
    {"login-denied", {"账号或密码不对", "login denied"}},
    {"interrupted", {"通知进程中断", "interrupted"}},
    {"expired", {"过了时效", "expired"}},
    {"no-channel", {"没有通道", "no channel"}},
    {"refused", {"各个通道都不成", "refused by all"}},
    {"withdrawn", {"指令已撤回", "withdrawn"}},
    {"dropped", {"管理员不再发", "dropped"}},
    {"number-limit", {"这个号码这一小时的条数已满", "the number has had its messages of this hour"}},
    {"nothing-open", {"没有待办", "nothing is open"}},
    /* what one waits for (held_by) */
    {"held-retry", {"等重试", "waits for its next try"}},
    {"held-quiet", {"静默时段", "quiet hours"}},
    {"held-failures", {"通道接连失败,停一停", "the channel failed and pauses"}},
    {"held-pause", {"对方要求停一停", "the provider wants a pause"}},
    {"held-broken", {"通道停用中", "channel is shut"}},
    {"held-trial", {"正在试这个通道", "the channel is being tried"}},
    {"held-budget", {"通道这一分钟的条数已满", "the channel's minute is full"}},
    {"held-number", {"这个号码的条数已满", "the number's messages are spent"}},
    {"held-half-hour", {"避开整点半点", "not at the half hour"}},
    {"held-turn", {"就要发", "goes next"}},
};

const char *ctl_notice_word(const char *code)
{
	const char *said = coded_said(words, sizeof words / sizeof *words, code);

	return said ? said : code;
}

/* Of one way a state has other words than of the whole notice. */
static const char *way_word(struct arena *a, const char *state)
{
	const char *code = arena_printf(a, "way-%s", state), *said = ctl_notice_word(code);

	return said == code ? ctl_notice_word(state) : said;
}

const char *ctl_notice_held(struct arena *a, const json_t *one)
{
	const char *by = ctl_text(one, "held_by"), *until = ctl_text(one, "held_until");
	const char *clock = strchr(until, 'T');

	if (!*by)
		return "";
	by = ctl_notice_word(arena_printf(a, "held-%s", by));
	return clock ? arena_printf(a, say("%s,到 %.8s", "%s, until %.8s"), by, clock + 1) : by;
}

const char *ctl_notice_ways(struct arena *a, const json_t *notice, bool by_kind)
{
	const char *text = "";
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(notice, "attempts"), i, one) {
		const char *reason = ctl_text(one, "reason"), *kind = ctl_text(one, "kind");
		const char *channel = by_kind && *kind ? ctl_notice_word(kind) : ctl_text(one, "channel");
		bool failed = strcmp(ctl_text(one, "state"), "failed") == 0;
		const char *why = failed ? ctl_notice_word(reason) : ctl_notice_held(a, one);

		text = arena_printf(a, "%s%s%s %s%s%s%s", text, i ? "," : "", channel,
		    way_word(a, ctl_text(one, "state")), *why ? "(" : "", why, *why ? ")" : "");
	}
	return text;
}
