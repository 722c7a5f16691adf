/* words.c - what people read for the codes of the protocol; an unknown code stands for itself. */
#include "ctl/ctl.h"
#include "base/arena.h"

static const struct {
	const char *code, *zh;
} words[] = {
    {"delivered", "送达"},
    {"completed", "处置完毕"},
    {"acknowledged", "签收"},
    {"departed", "出发"},
    {"arrived", "到场"},
    {"progressed", "反馈"},
    {"lead", "主办"},
    {"assist", "协办"},
    {"inform", "知会"},
    {"city", "城区"},
    {"outside", "城区范围外"},
    {"delivery", "送达"},
    {"acknowledge", "签收"},
    {"arrive", "到场"},
    {"first-report", "首次反馈"},
    {"next-report", "续报"},
    {"lead-missing", "确定主办"},
    {"callback", "回访"},
    {"desk", "接警台"},
    {"shift-leader", "值班长"},
    {"liaison", "联络员"},
    {"office", "联动办"},
    {"admin", "管理员"},
    {"integration", "接入系统"},
    {"wall", "大屏"},

    {"satisfied", "满意"},
    {"basically", "基本满意"},
    {"dissatisfied", "不满意"},
    {"unreached", "未接通"},

    {"declared", "执行中"},
    {"ended", "已结束"},
    {"asked", "待接班人签字"},
    {"signed", "已交接"},
    {"unsigned", "逾期未签"},
    {"named", "待确认"},
    {"disputed", "有异议"},
    {"order", "督办单"},
    {"circulated-criticism", "通报批评"},
    {"referral", "移交纪检监察机关"},
    {"answered", "已接听"},
    {"unanswered", "无人接听"},
    {"done", "已销号"},
    {"over", "已到期"},
    {"called", "已打一次"},
    {"rejected", "未接班"},
    {"open", "未销号"},
    {"confirmed", "已确认"},
    {"proposed", "待同意"},
    {"approved", "已同意"},
    {"lapsed", "逾期作废"},
    {"closed", "已定稿"},
    {"reopened", "重新开放"},

    {"recorded", "未销号"},
    {"proposed", "待联动办决定"},
    {"dismissed", "没有采取"},
    {"settled", "已销号"},

    {"incident.reported", "报告警情"},
    {"incident.amended", "更正"},
    {"incident.annotated", "补充说明"},
    {"incident.urged", "再次来电"},
    {"incident.completed", "主办办完"},
    {"incident.closed", "办结"},
    {"incident.cancelled", "作废"},
    {"incident.reopened", "重新办理"},
    {"incident.called-back", "已回访"},
    {"callback.recorded", "回访"},
    {"dispatch.reopened", "指令重新办理"},
    {"dispatch.issued", "下达指令"},
    {"dispatch.delivered", "送达"},
    {"dispatch.acknowledged", "签收"},
    {"dispatch.departed", "出发"},
    {"dispatch.arrived", "到场"},
    {"dispatch.progressed", "报告进展"},
    {"dispatch.completed", "处置完毕"},
    {"dispatch.withdrawn", "撤回指令"},
    {"request.asked", "提出申请"},
    {"request.granted", "同意申请"},
    {"request.rejected", "不同意"},
    {"request.lapsed", "逾期未决"},
    {"request.dropped", "撤回申请"},
    {"dispatch.relieved", "先期处置交接"},
    {"dispatch.promoted", "转为主办"},
    {"dispatch.rescheduled", "时限变更"},
    {"dispatch.voided", "不计考评"},
    {"dispatch.overdue", "超时"},
    {"dispatch.late", "计入超时"},
    {"incident.late", "接警台逾期"},
    {"dispatch.judged", "超时重新认定"},
    {"dispatch.corrected", "更正步骤"},
    {"incident.joined", "归为同一事项"},
    {"incident.linked", "关联警情"},
    {"incident.held", "保留个人信息"},
    {"finding.opened", "列为考评事项"},
    {"finding.graded", "考评事项定档"},
    {"finding.confirmed", "确认考评事项"},
    {"finding.upheld", "维持考评事项"},
    {"finding.voided", "撤销考评事项"},
    {"statement.confirmed", "确认月度清单"},
    {"mode.declared", "宣布应急模式"},
    {"mode.ended", "结束应急模式"},
    {"shift.handed-over", "交接班"},
    {"duty.assigned", "调换值班"},
    {"duty.planned", "计划值班抽查"},
    {"duty.checked", "值班抽查"},
    {"measure.recorded", "记录督办措施"},
    {"meeting.recorded", "记录联席会议"},
    {"meeting.settled", "问题销号"},
    {"ownership.recorded", "登记权属"},
    {"period.closed", "时期定稿"},
    {"period.reopened", "时期重新开放"},
    {"reminder.sent", "提醒"},
    {"escalation.raised", "上报"},
    {"config.activated", "配置生效"},
    {"config.proposed", "配置待同意"},
    {"config.approved", "配置获同意"},
    {"config.lapsed", "配置提议作废"},
    {"finding.opened", "列为考评事项"},
    {"finding.graded", "认定超时多久"},
    {"finding.confirmed", "确认事项"},
    {"finding.upheld", "复核维持"},
    {"finding.voided", "撤销事项"},
    {"statement.confirmed", "确认当月事项"},
    {"measure.recorded", "采取措施"},
    {"measure.proposed", "建议措施"},
    {"measure.dismissed", "不采取措施"},
    {"measure.settled", "措施销号"},
    {"account.added", "新增账号"},
    {"account.revoked", "停用账号"},
    {"session.opened", "网页登录"},
    {"session.ended", "网页登录结束"},
    {"code.made", "发登录码"},
    {"login.alarm", "多次登录失败"},
    {"system.started", "系统启动"},
    {"system.resumed", "停机恢复"},
    {"backup.failed", "定时备份没有做成"},
    {"store.archived", "一年移出库"},
    {"photo.added", "附上照片"},
    {"notice.delivered", "通知已送达"},
    {"notice.failed", "通知没有发到,请打电话"},
    {"notice.retried", "通知再发一次"},
    {"clock.stepped", "时钟被拨动"},
    {"personal.read", "查看完整内容"},
    {"personal.erased", "删除个人信息"},
    {"invariant.repaired", "自检改正"},

    {"delivery-due", "没有送达,请打电话"},
    {"acknowledge-half", "请尽快签收"},
    {"acknowledge-due", "到时没有签收"},
    {"acknowledge-leader", "没有签收,报分管领导"},
    {"acknowledge-office", "没有签收,报联动办"},
    {"arrive-soon", "请尽快到场"},
    {"arrive-due", "到时没有到场"},
    {"arrive-leader", "没有到场,报分管领导"},
    {"arrive-office", "没有到场,报联动办"},
    {"report-due", "到时没有反馈"},
    {"report-leader", "没有反馈,报分管领导"},
    {"report-office", "没有反馈,报联动办"},
    {"repeat", "再次提醒"},
    {"lead-missing-due", "没有主办单位,请另派"},
    {"lead-missing-shift-leader", "没有主办单位,报值班长"},
    {"lead-missing-office", "没有主办单位,报联动办"},
    {"callback-due", "请回访报警人"},
    {"callback-office", "没有回访,报联动办"},
};

/* Heads of tables on a terminal. */
static const struct {
	const char *zh, *en;
} heads[] = {
    {"下达", "issued"},
    {"主办", "lead"},
    {"主办单位", "lead"},
    {"事件", "event"},
    {"事由", "about"},
    {"事项", "finding"},
    {"代码", "unit"},
    {"令牌标识", "token"},
    {"件数", "moved"},
    {"例如", "examples"},
    {"依据", "article"},
    {"值", "value"},
    {"停用", "revoked"},
    {"凭", "with"},
    {"令牌", "token"},
    {"到期", "until"},
    {"最近使用", "last used"},
    {"登录", "session"},
    {"登录码", "code"},
    {"登录时间", "opened"},
    {"决定", "decision"},
    {"列入", "opened"},
    {"判为", "judged"},
    {"到", "until"},
    {"到场", "arrived"},
    {"区域", "area"},
    {"单位", "unit"},
    {"原规则", "rule before"},
    {"可申请复核至", "appeal until"},
    {"台账", "entry"},
    {"名称", "name"},
    {"多主办", "leads gained"},
    {"多接", "gained"},
    {"少主办", "leads lost"},
    {"少接", "lost"},
    {"完毕", "completed"},
    {"序号", "seq"},
    {"应到场", "arrive by"},
    {"应签收", "acknowledge by"},
    {"指令", "dispatch"},
    {"按描述判断", "judged by words"},
    {"接警", "received"},
    {"描述(已隐去姓名、电话、号码、地址)", "description (masked)"},
    {"提出", "asked"},
    {"改为", "now"},
    {"新建", "added"},
    {"新规则", "rule now"},
    {"时间", "time"},
    {"时限", "due"},
    {"更正", "corrected"},
    {"版本", "revision"},
    {"状态", "state"},
    {"现在联系", "call now"},
    {"生效", "in force since"},
    {"由谁", "by"},
    {"由谁决定", "decided by"},
    {"申请", "request"},
    {"电话", "phone"},
    {"种类", "kind"},
    {"签收", "acknowledged"},
    {"类别", "category"},
    {"级", "tier"},
    {"级别", "priority"},
    {"经办", "by"},
    {"编号", "number"},
    {"编码", "code"},
    {"缘由", "why"},
    {"规则", "rule"},
    {"角色", "role"},
    {"内容", "content"},
    {"证书", "certificate"},
    {"说明", "about"},
    {"请确认", "asked"},
    {"账号", "account"},
    {"超时", "overdue"},
    {"边界", "border"},
    {"项目", "item"},
    {"月份", "month"},
    {"值班人", "on duty"},
    {"值到", "on duty until"},
    {"等什么", "what waits"},
    {"等谁", "for whom"},
    {"件", "how many"},
    {"已超时", "overdue"},
    {"最早到期", "first due"},
    {"从", "from"},
    {"年份", "year"},
    {"登记", "recorded"},
    {"警情", "incidents"},
    {"进度", "progress"},
    {"存档", "archive"},
};

/* Set once, before a command runs. */
static bool in_english;

void ctl_speak_english(void)
{
	in_english = true;
}

const char *ctl_say(const char *zh, const char *en)
{
	return in_english ? en : zh;
}

const char *ctl_head(const char *zh)
{
	for (size_t i = 0; i < sizeof heads / sizeof *heads && in_english; i++)
		if (strcmp(heads[i].zh, zh) == 0)
			return heads[i].en;
	return zh;
}

const char *ctl_word(const char *code)
{
	if (in_english)
		return code;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].code, code) == 0)
			return words[i].zh;
	return code;
}

/* What was said, or which reminder, clock, request, finding or other incident it is. */
const char *ctl_event_about(const json_t *event)
{
	static const char *const keys[] = {
	    "rung", "clock", "request", "finding", "main", "follower", "left", "other"};
	const json_t *data = json_object_get(event, "data");

	if (*ctl_text(event, "text"))
		return ctl_text(event, "text");
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
		if (*ctl_text(data, keys[k]))
			return ctl_word(ctl_text(data, keys[k]));
	return "";
}
