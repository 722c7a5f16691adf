/*
 * request_kinds.c - the table of kinds of requests: who asks, who decides, within which limit, who hears
 * that it lapsed, and what a decision does.
 * Place: domain, over all that a decision does.
 */
#include "domain/extend.h"
#include "domain/finding.h"
#include "domain/late_step.h"
#include "domain/office.h"
#include "domain/return.h"

#include <stddef.h>

#define POLICY(member) offsetof(struct policy, member)

/* Whether the phone was answered is recorded, with how long it took: that decides the request. */
static bool duty_check_ready(struct act *x, bool grant)
{
	(void)grant;
	return refuse(x->why, x->a, ERROR_WRONG_STATE, "request",
	    "值班抽查不用同意或不同意:打过电话后用 duty.check 记录结果,request 写它的编号",
	    "a duty check is neither granted nor rejected: call, then record the result by duty.check with "
	    "this "
	    "request");
}

const struct request_row request_rows[REQUEST_KINDS] = {
    [REQUEST_RETURN] = {"申请改派", "the return", .limit = POLICY(return_decision_ms),
	.told = TO_UNIT | TO_SHIFT_LEADER | TO_OFFICE, .ready = return_ready, .granted = return_granted,
	.rejected = return_rejected},
    [REQUEST_EXTEND] = {"申请延期", "the extension", .limit = POLICY(extend_decision_ms),
	.told = TO_UNIT | TO_SHIFT_LEADER | TO_OFFICE, .ready = extend_ready, .granted = extend_granted,
	.rejected = extend_rejected},
    [REQUEST_LATE_STEP] = {"补录确认", "the late step", .asker = ASKED_BY_SYSTEM,
	.workdays = POLICY(late_step_decision_days), .told = TO_SHIFT_LEADER | TO_OFFICE, .outlives = true,
	.granted = late_step_confirmed, .lapsed = late_step_confirmed},
    [REQUEST_APPEAL] = {"申请复核", "the appeal", .decider = DECIDER_OFFICE,
	.workdays = POLICY(appeal_decision_days), .told = TO_UNIT | TO_OFFICE, .outlives = true,
	.ready = appeal_ready, .granted = appeal_granted, .rejected = appeal_rejected,
	.lapsed = appeal_lapsed, .dropped = appeal_dropped},
    [REQUEST_HANDOVER] = {"交接班", "the handover", .asker = ASKED_BY_ACCOUNT, .decider = DECIDER_ACCOUNT,
	.limit = POLICY(handover_decision_ms), .told = TO_SHIFT_LEADER, .granted = handover_granted,
	.rejected = handover_rejected, .lapsed = handover_lapsed},
    [REQUEST_DUTY_CHECK] = {"值班抽查", "the duty check", .asker = ASKED_BY_SYSTEM, .decider = DECIDER_OFFICE,
	.limit = POLICY(duty_check_decision_ms), .hidden = true, .told = TO_OFFICE,
	.ready = duty_check_ready},
    [REQUEST_MEASURE] = {"督办建议", "the proposed measure", .asker = ASKED_BY_SYSTEM,
	.decider = DECIDER_OFFICE, .workdays = POLICY(measure_decision_days), .hidden = true,
	.told = TO_OFFICE, .ready = measure_ready, .granted = measure_granted, .rejected = measure_rejected},
    [REQUEST_OWNERSHIP] = {"权属确认", "the ownership", .asker = ASKED_BY_ACCOUNT, .decider = DECIDER_UNIT,
	.workdays = POLICY(ownership_decision_days), .told = TO_OFFICE, .granted = ownership_granted,
	.rejected = ownership_rejected},
    [REQUEST_CONTACTS] = {"更改联系人", "the change of contacts", .decider = DECIDER_OFFICE,
	.workdays = POLICY(contacts_decision_days), .told = TO_UNIT | TO_OFFICE,
	.granted = contacts_confirmed, .rejected = contacts_rejected, .dropped = contacts_withdrawn},
};
