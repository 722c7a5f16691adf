/* notice_report.c - the events of notices; see notice_report.h. Place: domain; pure. */
#include "domain/notice_report.h"
#include "domain/deadline.h"

/* One that is tried on, and that no channel has taken so far, is a failure to who waits. */
static enum event_type type_of(int state, bool all_failed)
{
	if (state == OUTGOING_QUEUED && !all_failed)
		return EVENT_NOTICE_RETRIED;
	return state == OUTGOING_DELIVERED || state == OUTGOING_OPENED || state == OUTGOING_ACTED
	    ? EVENT_NOTICE_DELIVERED
	    : EVENT_NOTICE_FAILED;
}

/* FIELD_ALL: all notices of the instruction have failed. Nothing changes in a dispatch that was fetched, that is closed, or
 * whose unit is only informed. */
static bool lose(struct act *x)
{
	struct dispatch *d = x->d;

	if (d->lost_at || !command_int(x->c, FIELD_ALL) || !dispatch_open(d) || d->role == AS_INFORM ||
	    dispatch_met(d, STEP_DELIVERED, NULL))
		return false;
	d->lost_at = x->now;
	deadline_judge(x->inc, d, x->m, x->around, x->now);
	act_changed(x, d);
	return true;
}

static bool find(struct act *x)
{
	struct dispatch *d = x->d;

	if (!d->lost_at || d->found_at || dispatch_met(d, STEP_DELIVERED, NULL))
		return false;
	d->found_at = x->now;
	act_changed(x, d);
	return true;
}

bool notice_report(struct act *x)
{
	int state = (int)command_int(x->c, FIELD_NOTICE_STATE);
	enum event_type type = type_of(state, command_int(x->c, FIELD_ALL));
	struct data data;

	act_data(&data);
	json_text(&data.json, "notice", command_text(x->c, FIELD_NOTICE));
	json_text(&data.json, "channel", command_text(x->c, FIELD_CHANNEL));
	if (type == EVENT_NOTICE_FAILED)
		json_text(&data.json, "ended", outgoing_state_names[state]);
	json_text(&data.json, "outcome", command_text(x->c, FIELD_OUTCOME));
	act_digest(&data.json, "text", x->inc, command_text(x->c, FIELD_TEXT)); /* why a person dropped it */
	if (type == EVENT_NOTICE_FAILED && lose(x))
		json_bool(&data.json, "lost", true);
	if (type == EVENT_NOTICE_DELIVERED && find(x))
		json_bool(&data.json, "found", true);
	if (x->inc->drill)
		json_bool(&data.json, "drill", true);
	act_event_data(x, &data, type, x->now, x->d);
	decision_text(x->out, x->a, "text", command_text(x->c, FIELD_TEXT));
	return true;
}
