/*
 * matter.c - the names of requests, findings and entries, as records and the protocol have them.
 * Place: domain; data.
 */
#include "domain/matter.h"

const char *const standing_names[STANDINGS] = {
    [STANDING_COUNTED] = "counted",
    [STANDING_OUTSIDE] = "outside",
    [STANDING_APART] = "apart",
    [STANDING_INFORM] = "inform",
    [STANDING_VOID] = "void",
    [STANDING_DRILL] = "drill",
};

const char *const void_reason_names[VOID_REASONS] = {
    [VOID_NONE] = "",
    [VOID_RETURNED] = "returned",
    [VOID_ERROR] = "error",
    [VOID_CANCELLED] = "cancelled",
    [VOID_SAME_MATTER] = "same-matter",
};

const char *const callback_result_names[CALLBACK_RESULTS] = {
    [CALLBACK_NONE] = "",
    [CALLBACK_SATISFIED] = "satisfied",
    [CALLBACK_BASICALLY] = "basically",
    [CALLBACK_DISSATISFIED] = "dissatisfied",
    [CALLBACK_UNREACHED] = "unreached",
};

const char *const request_kind_names[REQUEST_KINDS] = {
    [REQUEST_RETURN] = "return",
    [REQUEST_EXTEND] = "extend",
    [REQUEST_LATE_STEP] = "late-step",
    [REQUEST_APPEAL] = "appeal",
    [REQUEST_HANDOVER] = "handover",
    [REQUEST_DUTY_CHECK] = "duty-check",
    [REQUEST_MEASURE] = "measure",
    [REQUEST_OWNERSHIP] = "ownership",
    [REQUEST_CONTACTS] = "contacts",
};

const char *const request_state_names[REQUEST_STATES] = {
    [REQUEST_PENDING] = "pending",
    [REQUEST_GRANTED] = "granted",
    [REQUEST_REJECTED] = "rejected",
    [REQUEST_LAPSED] = "lapsed",
    [REQUEST_DROPPED] = "dropped",
};

const char *const measure_names[MEASURES] = {
    [MEASURE_ORDER] = "order",
    [MEASURE_CRITICISM] = "circulated-criticism",
    [MEASURE_REFERRAL] = "referral",
};
const char *const finding_class_names[FINDING_CLASSES] = {
    [FINDING_ACKNOWLEDGE] = "acknowledge",
    [FINDING_ARRIVE] = "arrive",
    [FINDING_REPORT] = "report",
    [FINDING_RETURN] = "return",
    [FINDING_REFUSED] = "refused",
    [FINDING_FALSE_REPORT] = "false-report",
    [FINDING_DISSATISFIED] = "dissatisfied",
    [FINDING_DUTY] = "duty",
};

const char *const finding_state_names[FINDING_STATES] = {
    [FINDING_OPEN] = "open",
    [FINDING_CONFIRMED] = "confirmed",
    [FINDING_APPEALED] = "appealed",
    [FINDING_UPHELD] = "upheld",
    [FINDING_VOID] = "void",
    [FINDING_LAPSED] = "lapsed",
};

const char *finding_state_word(enum finding_state state, bool english)
{
	static const struct {
		const char *zh, *en;
	} words[FINDING_STATES] = {
	    [FINDING_OPEN] = {"待确认", "to be confirmed"},
	    [FINDING_CONFIRMED] = {"已确认", "confirmed"},
	    [FINDING_APPEALED] = {"待复核", "appealed"},
	    [FINDING_UPHELD] = {"复核维持", "upheld"},
	    [FINDING_VOID] = {"已撤销", "void"},
	    [FINDING_LAPSED] = {"逾期未复核,免责", "appeal not decided, excused"},
	};

	return english ? words[state].en : words[state].zh;
}

const char *const entry_kind_names[ENTRY_KINDS] = {
    [ENTRY_MODE] = "mode",
    [ENTRY_ASSIGNMENT] = "assignment",
    [ENTRY_DUTY_PLAN] = "duty-plan",
    [ENTRY_DUTY_CHECK] = "duty-check",
    [ENTRY_MEASURE] = "measure",
    [ENTRY_MEETING] = "meeting",
    [ENTRY_OWNERSHIP] = "ownership",
    [ENTRY_HANDOVER] = "handover",
    [ENTRY_PERIOD] = "period",
    [ENTRY_STATEMENT] = "statement",
    [ENTRY_REVISION] = "revision",
    [ENTRY_CONTACTS] = "contacts",
};
