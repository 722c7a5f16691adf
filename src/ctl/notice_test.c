/*
 * notice_test.c - liandongctl notice test: one notice marked as a test, what was asked of the provider, what it answered.
 * Place: ctl. Secrets are masked before the daemon answers; nothing here knows them.
 */
#include "ctl/ctl.h"
#include <stdio.h>
#include <string.h>

/* What a code of ours, or else a verdict, means for the person who tries the channel. */
static const struct coded meanings[] = {
    {"missing phone",
	{"没有发:这个收件人没有这个通道能发的号码(短信要手机号),给他写上,或换一个收件人",
	    "not sent: the recipient has no number that this channel serves (short messages want a mobile); "
	    "give them one, "
	    "or try another recipient"}},
    {"missing wecom",
	{"没有发:这个收件人没有企业微信账号(notices.yaml 的 wecom)",
	    "not sent: the recipient has no WeCom account (wecom in notices.yaml)"}},
    {"missing mail",
	{"没有发:这个收件人没有邮件地址(notices.yaml 的 mail)",
	    "not sent: the recipient has no mail address (mail in notices.yaml)"}},
    {"address-forbidden",
	{"没有发:这台主机的地址不许去,要发就把它写进 liandong.yaml 的 notices.allow",
	    "not sent: the host's address is forbidden; notices.allow in liandong.yaml permits it"}},
    {"name-unknown",
	{"找不到这台主机:检查网址里的主机名和本机的域名解析",
	    "there is no such host: look at its name in the URL and at this machine's resolver"}},
    {"no-connection",
	{"连不上这台主机:检查网址、端口和网络", "the host cannot be reached: look at URL, port and network"}},
    {"tls-certificate",
	{"对方的证书不对:检查网址,内部的 CA 写进 liandong.yaml 的 notices.ca",
	    "the host's certificate is wrong: look at the URL; a CA of your own goes into notices.ca in "
	    "liandong.yaml"}},
    {"accepted", {"对方收下了", "accepted"}},
    {"retry", {"对方没有收下,过一会可以再试", "not accepted; it may be later"}},
    {"hold", {"发得太快,对方要求等一等", "too often: the provider wants a pause"}},
    {"unknown",
	{"请求已经发出,没有完整的应答:可能收下了", "sent, and no whole answer: it may have been accepted"}},
    {"refused", {"对方不给这个收件人发,或者不收这条内容", "not for this recipient, or not this text"}},
    {"broken",
	{"通道不通:检查网址、密钥、签名、模板",
	    "the channel is wrong: look at URL, key, signature, template"}},
};

static const char *meaning(const char *code, const char *verdict)
{
	size_t n = sizeof meanings / sizeof *meanings;
	const char *said = coded_said(meanings, n, code);

	said = said ? said : coded_said(meanings, n, verdict);
	return said ? said : verdict;
}

static void print_receipt(const json_t *r)
{
	const char *kind = ctl_text(r, "receipt"), *code = ctl_text(r, "receipt_code");

	if (!json_is_true(json_object_get(r, "receipts")))
		printf("%s\n", say("回执:这个通道没有回执", "receipt: this channel has none"));
	else if (!*kind)
		printf("%s\n", say("回执:还没有来", "receipt: none has come yet"));
	else
		printf("%s%s%s%s\n", say("回执:", "receipt: "), ctl_notice_word(NOTED_RECEIPT, kind),
		    *code ? " " : "", code);
}

static void print_trial(struct arena *a, const json_t *r)
{
	const char *request = ctl_text(r, "request"), *answer = ctl_text(r, "answer"),
		   *to = ctl_text(r, "to");

	printf("%s %s(%s)%s%s\n", say("通道", "channel"), ctl_text(r, "channel"), ctl_text(r, "kind"),
	    *to ? " → " : "", to);
	if (*request)
		printf("\n%s\n", request);
	if (*answer)
		printf("%s\n\n", answer);
	printf(say("结果:%s(%s,%lld ms)\n", "result: %s (%s, %lld ms)\n"),
	    meaning(ctl_text(r, "code"), ctl_text(r, "verdict")),
	    ctl_notice_word(NOTED_WHY, ctl_text(r, "code")),
	    (long long)json_integer_value(json_object_get(r, "took_ms")));
	if (*ctl_text(r, "fault"))
		printf(say("文件:%s\n", "file: %s\n"), ctl_text(r, "fault"));
	if (*ctl_text(r, "held_by"))
		printf(say("这个通道现在停着:%s\n", "this channel is held: %s\n"), ctl_notice_held(a, r));
	if (strcmp(ctl_text(r, "verdict"), "accepted") == 0 || strcmp(ctl_text(r, "verdict"), "unknown") == 0)
		print_receipt(r);
}

int ctl_notice_test(struct ctl *ctl, int argc, char **argv)
{
	json_t *r;
	bool good;

	if (argc != 2)
		return ctl_usage(ctl, say("需要通道和收件人", "a channel and a recipient"));
	r = ctl_call(ctl, "notice.test", json_pack("{s:s, s:s}", "channel", argv[0], "recipient", argv[1]));
	if (!r)
		return EXIT_REFUSED;
	good = strcmp(ctl_text(r, "verdict"), "accepted") == 0;
	if (ctl->json)
		ctl_print_json(r);
	else
		print_trial(ctl->arena, r);
	json_decref(r);
	return good ? EXIT_DONE : EXIT_REFUSED;
}
