/*
 * handlers.c - which function carries out which command. Acts have one handler for each thing that
 * they act on; every other command that the engine has is a row.
 * Place: engine; turn.c asks it. What has neither is a command that the front ends carry out.
 */
#include "engine/handlers.h"

static const struct handler handlers[COMMANDS] = {
    [COMMAND_INCIDENT_REPORT] = {report_want, report_run},
    [COMMAND_INCIDENT_PRESENCE] = {want_number, presence_run},
    [COMMAND_INCIDENT_SIMILAR] = {.run = similar_run},
    [COMMAND_DISPATCH_DELIVER] = {want_dispatches, shown_run},
    [COMMAND_PERSONAL_READ] = {want_dispatches, shown_run},
    [COMMAND_PHOTO_ADD] = {want_dispatch, change_run},
    [COMMAND_CONFIG_RELOAD] = {.run = adopt_run, .once = true},
    [COMMAND_ROUTING_PUT] = {.run = adopt_run, .once = true},
    [COMMAND_ROUTING_LEARN] = {.run = adopt_run, .once = true},
    [COMMAND_ROUTING_ROLLBACK] = {.run = adopt_run, .once = true},
    [COMMAND_ROUTING_APPROVE] = {adopt_want, adopt_run, .once = true},
    [COMMAND_ACCOUNT_ADD] = {want_accounts, account_add_run},
    [COMMAND_ACCOUNT_REVOKE] = {account_revoke_want, account_revoke_run},
    [COMMAND_SESSION_BEGIN] = {session_begin_want, session_begin_run, .once = true},
    [COMMAND_SESSION_END] = {session_end_want, session_end_run, .once = true},
    [COMMAND_SESSION_EXTEND] = {session_extend_want, session_extend_run},
    [COMMAND_CODE_MAKE] = {code_make_want, code_make_run},
    [COMMAND_LOGIN_ALARM] = {.run = login_alarm_run},
    [COMMAND_EXCHANGE_REPORT] = {.run = exchange_report_run},
    [COMMAND_CLOCK_GET] = {.run = clock_get_run},
    [COMMAND_CLOCK_ADVANCE] = {.run = clock_advance_run, .once = true, .goes_on = true},
    [COMMAND_CLOCK_SET] = {.run = clock_set_run},
    [COMMAND_CLOCK_CONFIRM] = {.run = clock_confirm_run},
    [COMMAND_STORE_BACKUP] = {.run = backup_run},
    [COMMAND_STORE_ARCHIVE] = {.run = archive_run},
    [COMMAND_MODE_DECLARE] = {.run = mode_declare_run, .once = true},
    [COMMAND_DUTY_ASSIGN] = {.run = duty_assign_run, .once = true},
    [COMMAND_DUTY_CHECK] = {duty_check_want, duty_check_run, .once = true},
    [COMMAND_MODE_END] = {mode_end_want, mode_end_run, .once = true},
    [COMMAND_SHIFT_HANDOVER] = {handover_want, handover_run, .once = true},
    [COMMAND_FINDING_CONFIRM] = {statement_want, statement_run, .once = true},
    [COMMAND_MEASURE_SETTLE] = {measure_want, measure_settle_run, .once = true},
    [COMMAND_MEASURE_RECORD] = {measure_want, measure_record_run, .once = true},
    [COMMAND_MEETING_RECORD] = {meeting_want, meeting_record_run, .once = true},
    [COMMAND_MEETING_ITEM] = {meeting_want, meeting_item_run, .once = true},
    [COMMAND_OWNERSHIP_RECORD] = {ownership_want, ownership_run, .once = true},
    [COMMAND_CONTACTS_PROPOSE] = {contacts_want, contacts_run, .once = true},
    [COMMAND_PERIOD_CLOSE] = {period_want, period_close_run, .once = true},
    [COMMAND_PERIOD_REOPEN] = {period_want, period_reopen_run, .once = true},
};

const struct handler *handler_of(enum command_kind_id kind)
{
	static const struct handler acts[] = {[ON_INCIDENT] = {want_number, change_run},
	    [ON_DISPATCH] = {want_dispatch, change_run},
	    [ON_REQUEST] = {want_request, request_run, .once = true},
	    [ON_FINDING] = {want_finding, finding_run, .once = true}};
	enum acts_on act = command_kinds[kind].act;
	return act != NO_ACT ? &acts[act] : &handlers[kind];
}
