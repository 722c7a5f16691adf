/*
 * handlers.h - which function carries out which command: one row a command that the engine has.
 */
#ifndef ENGINE_HANDLERS_H
#define ENGINE_HANDLERS_H
#include "engine/core.h"

struct handler {
	/* Wants the incidents it is about (NULL: none). */
	void (*want)(struct turn *t, struct job *j);
	/* Decides; fills the reply. */
	void (*run)(struct turn *t, struct job *j);
	/* Its answer is kept under the command's id where it has no key: a front end that lost the engine
	 * in between gives the command again, and hears what it did the first time. */
	bool once;
	/* Sent again it goes on: it looks itself at the answer that was kept. */
	bool goes_on;
};
/* Its run is NULL where the engine has no such command. */
const struct handler *handler_of(enum command_kind_id kind);

void want_number(struct turn *t, struct job *j);
void want_dispatch(struct turn *t, struct job *j);
/* What a decision of a request may make one matter, if the command decides one. */
void want_decided(struct turn *t, struct job *j);
void want_request(struct turn *t, struct job *j);
void want_finding(struct turn *t, struct job *j);
/* The finding of that name; its incident's slot, NULL if it belongs to none or the name is no finding's. */
struct slot *want_finding_named(struct turn *t, const char *id);
/* What was wanted by that name; NULL: there is none. */
const struct finding *found_finding_named(struct turn *t, const char *id);
void want_dispatches(struct turn *t, struct job *j);
void want_accounts(struct turn *t, struct job *j);
void report_want(struct turn *t, struct job *j);
void report_run(struct turn *t, struct job *j);
void change_run(struct turn *t, struct job *j);
void request_run(struct turn *t, struct job *j);
/* Grants the change of contacts that the command names, which that revision has. False: it is not there, or was decided otherwise. */
bool request_grant_contacts(struct turn *t, struct job *j, const char *revision);
/* What request.decide answers, of the request that the command names. */
void request_put_answer(struct json *json, struct turn *t, const struct job *j, int64_t seq);
void contacts_want(struct turn *t, struct job *j);
void contacts_run(struct turn *t, struct job *j);
void finding_run(struct turn *t, struct job *j);
void statement_want(struct turn *t, struct job *j);
void statement_run(struct turn *t, struct job *j);
/* The seq of the last event of a command that was sent again and had been carried out; 0: it was not,
 * or it was not sent again. The job's incident is there. */
int64_t change_resent_seq(const struct turn *t, const struct job *j);
void shown_run(struct turn *t, struct job *j);
void similar_run(struct turn *t, struct job *j);
void presence_run(struct turn *t, struct job *j);
/* What the command names is not there, or not for its caller to see. */
void change_missing(struct turn *t, struct job *j);
void account_add_run(struct turn *t, struct job *j);
void account_revoke_want(struct turn *t, struct job *j);
void account_revoke_run(struct turn *t, struct job *j);
void session_begin_want(struct turn *t, struct job *j);
void session_begin_run(struct turn *t, struct job *j);
void session_end_want(struct turn *t, struct job *j);
void session_end_run(struct turn *t, struct job *j);
void session_extend_want(struct turn *t, struct job *j);
void session_extend_run(struct turn *t, struct job *j);
void code_make_want(struct turn *t, struct job *j);
void code_make_run(struct turn *t, struct job *j);
void login_alarm_run(struct turn *t, struct job *j);
void exchange_report_run(struct turn *t, struct job *j);
void adopt_want(struct turn *t, struct job *j);
void adopt_run(struct turn *t, struct job *j);
void archive_run(struct turn *t, struct job *j);
void backup_run(struct turn *t, struct job *j);
void clock_get_run(struct turn *t, struct job *j);
void clock_advance_run(struct turn *t, struct job *j);
void clock_set_run(struct turn *t, struct job *j);
void clock_confirm_run(struct turn *t, struct job *j);
void duty_assign_run(struct turn *t, struct job *j);
void duty_check_want(struct turn *t, struct job *j);
void duty_check_run(struct turn *t, struct job *j);
void mode_declare_run(struct turn *t, struct job *j);
void mode_end_want(struct turn *t, struct job *j);
void mode_end_run(struct turn *t, struct job *j);
void handover_want(struct turn *t, struct job *j);
void handover_run(struct turn *t, struct job *j);
void measure_want(struct turn *t, struct job *j);
void measure_record_run(struct turn *t, struct job *j);
void measure_settle_run(struct turn *t, struct job *j);
/* No measure is recorded under this number yet; the entry of that name was wanted. */
bool measure_document_free(struct turn *t, const char *document, struct refusal *why);
void meeting_want(struct turn *t, struct job *j);
void meeting_record_run(struct turn *t, struct job *j);
void meeting_item_run(struct turn *t, struct job *j);
void ownership_want(struct turn *t, struct job *j);
void ownership_run(struct turn *t, struct job *j);
void period_want(struct turn *t, struct job *j);
void period_close_run(struct turn *t, struct job *j);
void period_reopen_run(struct turn *t, struct job *j);

#endif
