/*
 * office.c - decided requests and their entries; see office.h. Place: domain; pure.
 */
#include "domain/office.h"
#include "domain/entry.h"
#include "domain/request.h"

/* The entry has a new state, and an event says so. */
static void turn_entry(struct act *x, int state, enum event_type type)
{
	char id[REQUEST_ID_MAX];
	struct data data;

	if (!x->entry)
		return;
	x->entry->state = state;
	x->entry->changed = true;
	act_data(&data);
	entry_members(&data.json, x->entry);
	json_text(&data.json, "request", request_name(NULL, x->r, id));
	struct event *e = act_event_data(x, &data, type, x->now, NULL);
	e->unit = x->entry->unit;
}

void handover_granted(struct act *x)
{
	turn_entry(x, HANDOVER_SIGNED, EVENT_SHIFT_HANDED_OVER);
}

void handover_rejected(struct act *x)
{
	turn_entry(x, HANDOVER_REJECTED, EVENT_SHIFT_HANDED_OVER);
}

void ownership_granted(struct act *x)
{
	turn_entry(x, OWNED_CONFIRMED, EVENT_OWNERSHIP_RECORDED);
}

void ownership_rejected(struct act *x)
{
	turn_entry(x, OWNED_DISPUTED, EVENT_OWNERSHIP_RECORDED);
}
