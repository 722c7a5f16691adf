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
	if (!json_member(x->entry->data, "request").n)
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

/* The one who comes on duty has not answered in time; what is asked stays to be signed. */
void handover_lapsed(struct act *x)
{
	turn_entry(x, HANDOVER_UNSIGNED, EVENT_SHIFT_HANDED_OVER);
}

/* -- measures ---------------------------------------------------------------------------------- */

/* A measure has the number of a document; who takes it has signed that. */
bool measure_ready(struct act *x, bool grant)
{
	if (grant && !command_has(x->c, FIELD_DOCUMENT))
		return refuse(x->why, x->a, ERROR_PARAMS, "document", "采取措施须写文号(document)",
		    "a measure that is taken needs the number of its document");
	if (grant && command_has(x->c, FIELD_UNTIL) && command_int(x->c, FIELD_UNTIL) <= x->now)
		return refuse(x->why, x->a, ERROR_PARAMS, "until", "整改期限应在今后",
		    "the term should lie ahead");
	return true;
}

/* It is one like those that people record of their own accord, from now on. */
void measure_granted(struct act *x)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	if (!x->entry)
		return;
	json_begin(&j, NULL);
	json_text(&j, "document", x->r->document);
	json_members(&j, x->entry->data);
	json_end(&j);
	x->entry->data = buf_into(&b, x->a);
	x->entry->name = x->r->document;
	x->entry->at = x->now;
	x->entry->until = x->r->until;
	x->entry->by = x->r->decided_by;
	turn_entry(x, MEASURE_RECORDED, EVENT_MEASURE_RECORDED);
}

void measure_rejected(struct act *x)
{
	turn_entry(x, MEASURE_DISMISSED, EVENT_MEASURE_DISMISSED);
}

/* -- ownership --------------------------------------------------------------------------------- */

void ownership_granted(struct act *x)
{
	turn_entry(x, OWNED_CONFIRMED, EVENT_OWNERSHIP_RECORDED);
}

void ownership_rejected(struct act *x)
{
	turn_entry(x, OWNED_DISPUTED, EVENT_OWNERSHIP_RECORDED);
}

/* -- contacts ---------------------------------------------------------------------------------- */

void contacts_confirmed(struct act *x)
{
	turn_entry(x, CONTACTS_CONFIRMED, EVENT_CONTACTS_DECIDED);
}

/* Who proposed it reads why beside what was proposed; both are erased together. */
void contacts_rejected(struct act *x)
{
	struct buf b = {0};
	struct json j = json_to(&b);

	if (!x->entry)
		return;
	json_begin(&j, NULL);
	json_members(&j, x->entry->personal);
	json_text(&j, "reason", command_text(x->c, FIELD_REASON));
	json_end(&j);
	x->entry->personal = buf_into(&b, x->a);
	turn_entry(x, CONTACTS_DECLINED, EVENT_CONTACTS_DECIDED);
}

void contacts_withdrawn(struct act *x)
{
	turn_entry(x, CONTACTS_WITHDRAWN, EVENT_CONTACTS_DECIDED);
}
