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

    {"satisfied", "满意"},
    {"basically", "基本满意"},
    {"dissatisfied", "不满意"},
    {"unreached", "未接通"},

    {"declared", "执行中"},
    {"ended", "已结束"},
    {"asked", "待接班人签字"},
    {"signed", "已交接"},
    {"named", "待确认"},
    {"disputed", "有异议"},
    {"order", "督办单"},
    {"circulated-criticism", "通报批评"},
    {"referral", "移交纪检监察机关"},
    {"answered", "已接听"},
    {"unanswered", "无人接听"},
    {"done", "已销号"},
    {"reopened", "重新开放"},

    {"recorded", "已采取"},
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
    {"system.started", "系统启动"},
    {"system.resumed", "停机恢复"},
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

const char *ctl_word(const char *code)
{
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
