/* taken.c - what a partner has taken; see taken.h. Place: domain; pure. */
#include "domain/taken.h"
#include "domain/steps.h"

bool exchange_taken_by(struct act *x)
{
	struct data data;

	if (dispatch_open(x->d) && !x->d->at[STEP_DELIVERED] && !step_deliver(x))
		return false;
	step_ticket(x);
	act_data(&data);
	json_text(&data.json, "partner", command_text(x->c, FIELD_PARTNER));
	json_text(&data.json, "ticket", command_text(x->c, FIELD_TICKET));
	json_text(&data.json, "message", command_text(x->c, FIELD_NOTICE));
	if (x->inc->drill)
		json_bool(&data.json, "drill", true);
	act_event_data(x, &data, EVENT_DISPATCH_TAKEN, x->now, x->d);
	act_changed(x, x->d);
	return true;
}
