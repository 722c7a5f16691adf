/* words.c - what people read for the codes of the protocol; an unknown code stands for itself. */
#include "ctl/ctl.h"
#include "base/arena.h"

static const struct coded words[] = {
    {"delivered", {"送达", "delivered"}},
    {"completed", {"处置完毕", "completed"}},
    {"acknowledged", {"签收", "acknowledged"}},
    {"departed", {"出发", "departed"}},
    {"arrived", {"到场", "arrived"}},
    {"progressed", {"反馈", "progress"}},
    {"lead", {"主办", "lead"}},
    {"assist", {"协办", "assist"}},
    {"inform", {"知会", "inform"}},
    {"city", {"城区", "city"}},
    {"outside", {"城区范围外", "outside the city"}},
    {"delivery", {"送达", "delivery"}},
    {"acknowledge", {"签收", "acknowledge"}},
    {"arrive", {"到场", "arrive"}},
    {"first-report", {"首次反馈", "first report"}},
    {"next-report", {"续报", "next report"}},
    {"lead-missing", {"确定主办", "name a lead"}},
    {"callback", {"回访", "call back"}},
    {"desk", {"接警台", "desk"}},
    {"shift-leader", {"值班长", "shift leader"}},
    {"liaison", {"联络员", "liaison"}},
    {"office", {"联动办", "office"}},
    {"admin", {"管理员", "admin"}},
    {"integration", {"接入系统", "system"}},
    {"wall", {"大屏", "wall"}},

    {"satisfied", {"满意", "satisfied"}},
    {"basically", {"基本满意", "mostly satisfied"}},
    {"dissatisfied", {"不满意", "dissatisfied"}},
    {"unreached", {"未接通", "not reached"}},

    {"declared", {"执行中", "in force"}},
    {"ended", {"已结束", "ended"}},
    {"asked", {"待接班人签字", "to be signed"}},
    {"signed", {"已交接", "signed"}},
    {"unsigned", {"逾期未签", "not signed in time"}},
    {"named", {"待确认", "to be confirmed"}},
    {"disputed", {"有异议", "disputed"}},
    {"order", {"督办单", "order"}},
    {"circulated-criticism", {"通报批评", "circulated criticism"}},
    {"referral", {"移交纪检监察机关", "referral"}},
    {"answered", {"已接听", "answered"}},
    {"unanswered", {"无人接听", "not answered"}},
    {"done", {"已销号", "settled"}},
    {"over", {"已到期", "over"}},
    {"called", {"已打一次", "called once"}},
    {"rejected", {"未接班", "rejected"}},
    {"open", {"未销号", "open"}},
    {"confirmed", {"已确认", "confirmed"}},
    {"proposed", {"待同意", "proposed"}},
    {"approved", {"已同意", "approved"}},
    {"lapsed", {"逾期作废", "lapsed"}},
    {"closed", {"已定稿", "closed"}},
    {"reopened", {"重新开放", "reopened"}},

    {"recorded", {"未销号", "open"}},
    {"dismissed", {"没有采取", "dismissed"}},
    {"settled", {"已销号", "settled"}},
    {"declined", {"未同意", "declined"}},
    {"withdrawn", {"已撤回", "withdrawn"}},

    {"incident.reported", {"报告警情", "reported"}},
    {"incident.amended", {"更正", "amended"}},
    {"incident.annotated", {"补充说明", "note added"}},
    {"incident.urged", {"再次来电", "caller urged again"}},
    {"incident.completed", {"主办办完", "lead completed"}},
    {"incident.closed", {"办结", "closed"}},
    {"incident.cancelled", {"作废", "cancelled"}},
    {"incident.reopened", {"重新办理", "to be handled again"}},
    {"incident.called-back", {"已回访", "called back"}},
    {"callback.recorded", {"回访", "call-back"}},
    {"dispatch.reopened", {"指令重新办理", "dispatch to be handled again"}},
    {"dispatch.issued", {"下达指令", "dispatch issued"}},
    {"dispatch.delivered", {"送达", "delivered"}},
    {"dispatch.acknowledged", {"签收", "acknowledged"}},
    {"dispatch.departed", {"出发", "departed"}},
    {"dispatch.arrived", {"到场", "arrived"}},
    {"dispatch.progressed", {"报告进展", "progress"}},
    {"dispatch.completed", {"处置完毕", "completed"}},
    {"dispatch.withdrawn", {"撤回指令", "dispatch withdrawn"}},
    {"request.asked", {"提出申请", "request asked"}},
    {"request.granted", {"同意申请", "request granted"}},
    {"request.rejected", {"不同意", "request rejected"}},
    {"request.lapsed", {"逾期未决", "request lapsed"}},
    {"request.dropped", {"撤回申请", "request dropped"}},
    {"dispatch.relieved", {"先期处置交接", "handed over after first measures"}},
    {"dispatch.promoted", {"转为主办", "became the lead"}},
    {"dispatch.rescheduled", {"时限变更", "limits changed"}},
    {"dispatch.voided", {"不计考评", "does not count"}},
    {"dispatch.overdue", {"超时", "overdue"}},
    {"dispatch.late", {"计入超时", "counts as late"}},
    {"incident.late", {"接警台逾期", "desk late"}},
    {"dispatch.judged", {"超时重新认定", "lateness judged anew"}},
    {"dispatch.corrected", {"更正步骤", "step corrected"}},
    {"incident.joined", {"归为同一事项", "joined as one matter"}},
    {"incident.linked", {"关联警情", "incidents linked"}},
    {"incident.held", {"保留个人信息", "personal data held"}},
    {"finding.opened", {"列为考评事项", "finding opened"}},
    {"finding.graded", {"考评事项定档", "finding graded"}},
    {"finding.confirmed", {"确认考评事项", "finding confirmed"}},
    {"finding.upheld", {"维持考评事项", "finding upheld"}},
    {"finding.voided", {"撤销考评事项", "finding void"}},
    {"statement.confirmed", {"确认月度清单", "month confirmed"}},
    {"mode.declared", {"宣布应急模式", "emergency mode declared"}},
    {"mode.ended", {"结束应急模式", "emergency mode ended"}},
    {"shift.handed-over", {"交接班", "shift handed over"}},
    {"duty.assigned", {"调换值班", "duty swapped"}},
    {"duty.planned", {"计划值班抽查", "duty check planned"}},
    {"duty.checked", {"值班抽查", "duty checked"}},
    {"measure.recorded", {"记录督办措施", "measure recorded"}},
    {"meeting.recorded", {"记录联席会议", "joint meeting recorded"}},
    {"meeting.settled", {"问题销号", "problem settled"}},
    {"ownership.recorded", {"登记权属", "ownership recorded"}},
    {"period.closed", {"时期定稿", "period closed"}},
    {"period.reopened", {"时期重新开放", "period reopened"}},
    {"reminder.sent", {"提醒", "reminder"}},
    {"escalation.raised", {"上报", "escalation"}},
    {"config.activated", {"配置生效", "configuration in force"}},
    {"config.proposed", {"配置待同意", "configuration proposed"}},
    {"config.approved", {"配置获同意", "configuration approved"}},
    {"config.lapsed", {"配置提议作废", "proposed configuration lapsed"}},
    {"measure.proposed", {"建议措施", "measure proposed"}},
    {"measure.dismissed", {"不采取措施", "measure dismissed"}},
    {"measure.settled", {"措施销号", "measure settled"}},
    {"account.added", {"新增账号", "account added"}},
    {"account.revoked", {"停用账号", "account revoked"}},
    {"session.opened", {"网页登录", "session opened"}},
    {"session.ended", {"网页登录结束", "session ended"}},
    {"code.made", {"发登录码", "login code made"}},
    {"login.alarm", {"多次登录失败", "many failed log-ins"}},
    {"system.started", {"系统启动", "system started"}},
    {"system.resumed", {"停机恢复", "system back after a stop"}},
    {"backup.failed", {"定时备份没有做成", "scheduled backup failed"}},
    {"store.archived", {"一年移出库", "year removed from the store"}},
    {"photo.added", {"附上照片", "photo added"}},
    {"notice.delivered", {"通知已发到", "notice arrived"}},
    {"notice.failed", {"通知没有发到,请打电话", "notice did not arrive: please phone"}},
    {"notice.retried", {"通知再发一次", "notice sent again"}},
    {"dispatch.taken", {"对方平台已收下", "taken by the partner"}},
    {"exchange.compared", {"与对方平台核对", "compared with the partner"}},
    {"contacts.proposed", {"提出更改联系人", "contacts proposed"}},
    {"contacts.decided", {"联系人更改的结果", "contacts decided"}},
    {"clock.stepped", {"时钟被拨动", "clock was set"}},
    {"personal.read", {"查看完整内容", "personal data read"}},
    {"personal.erased", {"删除个人信息", "personal data erased"}},
    {"invariant.repaired", {"自检改正", "corrected by the self-check"}},

    {"delivery-due", {"没有送达,请打电话", "not delivered: please phone"}},
    {"acknowledge-half", {"请尽快签收", "please acknowledge soon"}},
    {"acknowledge-due", {"到时没有签收", "not acknowledged in time"}},
    {"acknowledge-leader", {"没有签收,报分管领导", "not acknowledged: to the leader"}},
    {"acknowledge-office", {"没有签收,报联动办", "not acknowledged: to the office"}},
    {"arrive-soon", {"请尽快到场", "please arrive soon"}},
    {"arrive-due", {"到时没有到场", "not arrived in time"}},
    {"arrive-leader", {"没有到场,报分管领导", "not arrived: to the leader"}},
    {"arrive-office", {"没有到场,报联动办", "not arrived: to the office"}},
    {"report-due", {"到时没有反馈", "no report in time"}},
    {"report-leader", {"没有反馈,报分管领导", "no report: to the leader"}},
    {"report-office", {"没有反馈,报联动办", "no report: to the office"}},
    {"repeat", {"再次提醒", "reminded again"}},
    {"lead-missing-due", {"没有主办单位,请另派", "no lead: please name one"}},
    {"lead-missing-shift-leader", {"没有主办单位,报值班长", "no lead: to the shift leader"}},
    {"lead-missing-office", {"没有主办单位,报联动办", "no lead: to the office"}},
    {"callback-due", {"请回访报警人", "please call back"}},
    {"callback-office", {"没有回访,报联动办", "not called back: to the office"}},
};

const char *ctl_word(const char *code)
{
	const char *said = coded_said(words, sizeof words / sizeof *words, code);

	return said ? said : code;
}

/* Degrees are numbers. */
static const char *part_text(struct arena *a, const json_t *object, const char *name)
{
	const json_t *part = json_object_get(object, name);

	return json_is_number(part) ? arena_printf(a, "%.6f", json_number_value(part))
				    : ctl_text(object, name);
}

/* 地址原为:解放路15号;电话原为:… */
static const char *former(struct arena *a, const json_t *was)
{
	static const struct {
		const char *object, *name;
		struct both called;
	} parts[] = {{NULL, "description", {"描述", "description"}}, {NULL, "address", {"地址", "address"}},
	    {"reporter", "name", {"报警人", "reporter"}}, {"reporter", "phone", {"电话", "phone"}},
	    {"location", "lon", {"经度", "longitude"}}, {"location", "lat", {"纬度", "latitude"}}};
	const char *out = "";

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const json_t *in = parts[i].object ? json_object_get(was, parts[i].object) : was;
		const char *text = part_text(a, in, parts[i].name);

		if (*text)
			out = arena_printf(a, say("%s%s%s原为:%s", "%s%s%s was: %s"), out,
			    *out ? say(";", "; ") : "", both_said(&parts[i].called), text);
	}
	return out;
}

/* What was said, what an amendment replaced, or which reminder, clock, request, finding or other incident it is. */
const char *ctl_event_about(struct arena *a, const json_t *event)
{
	static const char *const keys[] = {
	    "rung", "clock", "request", "finding", "main", "follower", "left", "other"};
	const json_t *data = json_object_get(event, "data");

	if (*ctl_text(event, "text"))
		return ctl_text(event, "text");
	if (json_object_get(event, "was"))
		return former(a, json_object_get(event, "was"));
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
		if (*ctl_text(data, keys[k]))
			return ctl_word(ctl_text(data, keys[k]));
	return "";
}
