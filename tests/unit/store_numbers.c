/*
 * store_numbers.c - whatever is stored as a number is append only. Each list below is the meaning of
 * the numbers 0, 1, 2 … as they lie in stores; a new one is added at the end of its list here, and none
 * ever moves or goes. (Kinds of commands are in digests of version 1 and in messages between
 * processes of one version; they are pinned all the same.)
 */
#include "unit.h"
#include "domain/command.h"
#include "domain/incident.h"
#include "domain/ladder.h"
#include "domain/tally.h"
#include "store/outbox.h"

static const char *const events[] = {"incident.reported", "incident.amended", "incident.annotated",
    "incident.urged", "incident.completed", "incident.closed", "incident.cancelled", "dispatch.issued",
    "dispatch.delivered", "dispatch.acknowledged", "dispatch.departed", "dispatch.arrived",
    "dispatch.progressed", "dispatch.completed", "dispatch.withdrawn", "dispatch.overdue", "reminder.sent",
    "escalation.raised", "config.activated", "account.added", "account.revoked", "system.started",
    "system.resumed", "clock.stepped", "personal.read", "invariant.repaired", "dispatch.late",
    "request.asked", "request.granted", "request.rejected", "request.lapsed", "request.dropped",
    "dispatch.relieved", "dispatch.rescheduled", "dispatch.reopened", "dispatch.corrected",
    "dispatch.promoted", "dispatch.voided", "incident.joined", "incident.reopened", "incident.linked",
    "incident.held", "incident.called-back", "callback.recorded", "finding.opened", "finding.confirmed",
    "finding.upheld", "finding.voided", "mode.declared", "mode.ended", "shift.handed-over", "duty.assigned",
    "duty.planned", "duty.checked", "measure.recorded", "meeting.recorded", "meeting.settled",
    "ownership.recorded", "period.closed", "period.reopened", "personal.erased", "statement.confirmed",
    "dispatch.judged", "finding.graded", "config.proposed", "config.approved", "config.lapsed",
    "incident.late", "measure.proposed", "measure.dismissed", "measure.settled", "session.opened",
    "session.ended", "code.made", "login.alarm", "backup.failed", "store.archived", "photo.added",
    "notice.delivered", "notice.failed", "notice.retried", "dispatch.taken", "exchange.compared",
    "contacts.proposed", "contacts.decided"};
static const char *const incident_states[] = {"open", "completed", "called-back", "closed", "cancelled"};
static const char *const dispatch_states[] = {
    "issued", "acknowledged", "departed", "arrived", "completed", "returning", "withdrawn"};
static const char *const dispatch_roles[] = {"lead", "assist", "inform"};
static const char *const steps[] = {"delivered", "acknowledged", "departed", "arrived", "completed"};
static const char *const clocks[] = {
    "delivery", "acknowledge", "arrive", "first-report", "next-report", "lead-missing", "callback"};
static const char *const rungs[] = {"delivery-due", "acknowledge-half", "acknowledge-due",
    "acknowledge-leader", "acknowledge-office", "arrive-soon", "arrive-due", "arrive-leader", "arrive-office",
    "report-due", "report-leader", "report-office", "repeat", "lead-missing-due", "lead-missing-shift-leader",
    "lead-missing-office", "callback-due", "callback-office"};
static const char *const excuses[] = {"", "system", "desk", "mode", "appeal"};
static const char *const account_roles[] = {
    "", "desk", "liaison", "office", "admin", "integration", "local", "shift-leader", "wall"};
static const char *const priorities[] = {"", "P1", "P2", "P3", "P4"};
static const char *const zones[] = {"city", "outside"};
static const char *const commands[] = {"session.open", "session.ping", "incident.report", "incident.get",
    "incident.list", "incident.amend", "incident.annotate", "incident.urge", "incident.close",
    "incident.cancel", "dispatch.add", "dispatch.withdraw", "dispatch.get", "dispatch.list",
    "dispatch.deadlines", "dispatch.deliver", "dispatch.acknowledge", "dispatch.depart", "dispatch.arrive",
    "dispatch.progress", "dispatch.complete", "event.list", "unit.list", "unit.get", "status.get",
    "route.explain", "config.reload", "account.add", "account.list", "account.revoke", "clock.get",
    "clock.advance", "clock.set", "store.backup", "personal.read", "clock.confirm", "dispatch.return",
    "dispatch.extend", "dispatch.correct", "request.decide", "dispatch.decide-return", "finding.decide",
    "request.drop", "request.list", "incident.callback", "incident.reopen", "incident.link", "incident.hold",
    "mode.declare", "mode.end", "mode.list", "shift.handover", "shift.list", "duty.assign", "duty.get",
    "duty.check", "finding.open", "finding.confirm", "finding.appeal", "finding.list", "measure.record",
    "measure.list", "period.close", "period.reopen", "period.list", "report.get", "meeting.record",
    "meeting.item", "meeting.list", "ownership.record", "ownership.list", "routing.get", "routing.log",
    "routing.diff", "routing.put", "routing.rollback", "routing.approve", "statement.list", "measure.settle",
    "category.list", "routing.check", "session.get", "session.list", "session.end", "session.begin",
    "session.extend", "code.make", "login.alarm", "routing.cases", "routing.learn", "store.archive",
    "board.get", "area.list", "calendar.get", "incident.draft", "incident.similar", "incident.presence",
    "series.get", "photo.add", "photo.get", "contacts.propose", "queue.list", "notice.list", "notice.retry",
    "notice.drop", "notice.test", "notice.report", "exchange.list", "exchange.differences",
    "exchange.compare", "exchange.taken", "exchange.report", "contacts.list", "notice.replies",
    "exchange.handover"};

/* Of the notifier's own file. */
static const char *const outgoing_states[] = {
    "queued", "accepted", "delivered", "opened", "acted", "unknown", "stale", "dead", "cancelled"};
static const char *const attempt_states[] = {
    "waiting", "sending", "accepted", "delivered", "unknown", "failed", "ended"};
static const char *const reply_faults[] = {"not-understood", "unknown-phone", "wrong-code", "code-needed",
    "nothing-waits", "refused", "arrived-or-not"};
static const char *const notice_classes[] = {"instruction", "escalation", "decision", "reminder", "digest"};

static const char *const standings[] = {"counted", "outside", "apart", "inform", "void", "drill"};
static const char *const void_reasons[] = {"", "returned", "error", "cancelled", "same-matter"};
static const char *const callback_results[] = {"", "satisfied", "basically", "dissatisfied", "unreached"};
static const char *const request_kinds[] = {
    "return", "extend", "late-step", "appeal", "handover", "duty-check", "measure", "ownership", "contacts"};
static const char *const request_states[] = {"pending", "granted", "rejected", "lapsed", "dropped"};
static const char *const deciders[] = {"desk", "shift-leader", "office", "unit", "account"};
static const char *const finding_classes[] = {
    "acknowledge", "arrive", "report", "return", "refused", "false-report", "dissatisfied", "duty"};
static const char *const finding_states[] = {"open", "confirmed", "appealed", "upheld", "void", "lapsed"};
static const char *const entry_kinds[] = {"mode", "assignment", "duty-plan", "duty-check", "measure",
    "meeting", "ownership", "handover", "period", "statement", "revision", "contacts"};

/* A sum's counters are known by their place. */
static const char *const tallies[] = {"dispatches", "completed", "withdrawn", "delivery_void", "delivery_met",
    "delivery_excused", "delivery_late", "delivery_running", "acknowledge_void", "acknowledge_met",
    "acknowledge_excused", "acknowledge_late", "acknowledge_running", "arrive_void", "arrive_met",
    "arrive_excused", "arrive_late", "arrive_running", "first_report_void", "first_report_met",
    "first_report_excused", "first_report_late", "first_report_running", "next_report_void",
    "next_report_met", "next_report_excused", "next_report_late", "next_report_running", "acknowledge_time_1",
    "acknowledge_time_2", "acknowledge_time_3", "acknowledge_time_4", "acknowledge_time_5",
    "acknowledge_time_unmeasured", "acknowledge_time_ms", "arrive_time_1", "arrive_time_2", "arrive_time_3",
    "arrive_time_4", "arrive_time_5", "arrive_time_unmeasured", "arrive_time_ms", "first_report_time_1",
    "first_report_time_2", "first_report_time_3", "first_report_time_4", "first_report_time_5",
    "first_report_time_unmeasured", "first_report_time_ms", "return_pending", "return_granted",
    "return_rejected", "return_lapsed", "return_dropped", "return_undecided", "extend_pending",
    "extend_granted", "extend_rejected", "extend_lapsed", "extend_dropped", "extend_undecided",
    "late_step_pending", "late_step_granted", "late_step_rejected", "late_step_lapsed", "late_step_dropped",
    "late_step_undecided", "late_reported", "redo", "void_returned", "void_error", "void_cancelled",
    "void_same_matter", "void_overdue", "appeal_undecided"};
static const char *const incident_tallies[] = {"incidents", "followers", "joined", "cancelled", "unmatched",
    "completed", "satisfied", "basically", "dissatisfied", "unreached", "waiting", "not_called", "redo",
    "backfill", "callback_late", "lead_late"};

/* Every number means what it meant, and every new one is in the list. */
static void same(const char *const *pinned, size_t n_pinned, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n_pinned && i < n; i++)
		assert_string_equal(names[i], pinned[i]);
	assert_int_equal(n, n_pinned);
}

static void stored_numbers_keep_their_meaning(void **state)
{
	const char *kinds[COMMANDS], *counters[TALLY_COUNTERS], *of_incidents[TALLY_INCIDENT_COUNTERS];

	(void)state;
	same(events, COUNT(events), event_names, EVENT_TYPES);
	same(incident_states, COUNT(incident_states), incident_state_names, INCIDENT_STATES);
	same(dispatch_states, COUNT(dispatch_states), dispatch_state_names, DISPATCH_STATES);
	same(dispatch_roles, COUNT(dispatch_roles), dispatch_role_names, DISPATCH_ROLES);
	same(steps, COUNT(steps), step_names, STEPS);
	same(clocks, COUNT(clocks), clock_names, CLOCK_COUNT);
	same(rungs, COUNT(rungs), rung_names, RUNGS);
	same(excuses, COUNT(excuses), excuse_names, EXCUSES);
	same(account_roles, COUNT(account_roles), role_names, ROLES);
	same(priorities, COUNT(priorities), priority_names, PRIORITY_COUNT);
	same(zones, COUNT(zones), zone_names, ZONE_COUNT);
	same(standings, COUNT(standings), standing_names, STANDINGS);
	same(void_reasons, COUNT(void_reasons), void_reason_names, VOID_REASONS);
	same(callback_results, COUNT(callback_results), callback_result_names, CALLBACK_RESULTS);
	same(request_kinds, COUNT(request_kinds), request_kind_names, REQUEST_KINDS);
	same(request_states, COUNT(request_states), request_state_names, REQUEST_STATES);
	same(deciders, COUNT(deciders), decider_names, DECIDERS);
	same(finding_classes, COUNT(finding_classes), finding_class_names, FINDING_CLASSES);
	same(finding_states, COUNT(finding_states), finding_state_names, FINDING_STATES);
	same(entry_kinds, COUNT(entry_kinds), entry_kind_names, ENTRY_KINDS);
	for (int i = 0; i < TALLY_COUNTERS; i++)
		counters[i] = tally_names[i].column;
	same(tallies, COUNT(tallies), counters, TALLY_COUNTERS);
	for (int i = 0; i < TALLY_INCIDENT_COUNTERS; i++)
		of_incidents[i] = tally_incident_names[i].column;
	same(incident_tallies, COUNT(incident_tallies), of_incidents, TALLY_INCIDENT_COUNTERS);
	for (int i = 0; i < COMMANDS; i++)
		kinds[i] = command_kinds[i].name;
	same(commands, COUNT(commands), kinds, COMMANDS);
	same(outgoing_states, COUNT(outgoing_states), outgoing_state_names, OUTGOING_STATES);
	same(attempt_states, COUNT(attempt_states), attempt_state_names, ATTEMPT_STATES);
	same(reply_faults, COUNT(reply_faults), reply_fault_names, REPLY_FAULTS);
	same(notice_classes, COUNT(notice_classes), notice_class_names, NOTICE_CLASSES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stored_numbers_keep_their_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
